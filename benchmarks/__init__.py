"""How fast oreflow is, beside what else could have been used, in one run on one machine.

One registry of cases: models (size) × patterns (what changes) × phases (compile, start, warm, learned, draw), and
the whole commands around them. ``python -m benchmarks --list`` names them.
"""
