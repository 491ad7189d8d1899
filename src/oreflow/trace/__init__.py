"""Where it came from: lots of material, a ledger of the metal in them, and records that nobody can rewrite.

`model` holds lots and events, `store` keeps them, `audit` looks for what cannot be, `origin` follows metal back
through blends, `untp` and `epcis` read and write the two standards, `views` answers what buyers and customs ask.
`oreflow.trace.log` keeps the transparency log, `oreflow.trace.keys` the keys, `oreflow.trace.credential` signs and
checks records. Nothing here reaches for the network unless a witness is asked.
"""
