"""One equation, one file: the parts of the linear programme. `oreflow.market.problem` puts them together."""
