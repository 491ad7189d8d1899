"""Where it came from: signed records of material, a log that nobody can rewrite, and a ledger in metal.

`oreflow.trace.log` keeps the transparency log, `oreflow.trace.keys` the keys, `oreflow.trace.credential` signs
and checks records. Nothing here reaches for the network unless a witness is asked.
"""
