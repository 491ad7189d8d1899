"""Where it came from: lots of material, a ledger of the metal in them, and what does not add up.

`model` holds lots and events, `store` keeps them (append-only, SQLite or PostgreSQL), `audit` looks for what cannot
be, `origin` follows metal back through blends, `untp` and `epcis` read and write the two standards, `views` answers
what buyers and customs ask.
"""
