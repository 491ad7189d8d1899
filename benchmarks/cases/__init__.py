"""The cases; importing this package enters all of them into the registry."""

from benchmarks.cases import solves  # isort: skip
from benchmarks.cases import draws, commands, news, scale, others, accuracy, attack, ensembles, plan, sddp  # isort: skip
from benchmarks.cases import ledger, trace  # isort: skip

__all__ = [
    "accuracy",
    "attack",
    "commands",
    "draws",
    "ensembles",
    "ledger",
    "news",
    "others",
    "plan",
    "scale",
    "sddp",
    "solves",
    "trace",
]
