"""Every exception oreflow raises, in one tree.

```
OreflowError
├── UsageError            a command or call asked for something that does not exist
│   └── UnknownNameError  a name that is not known; carries the nearest valid ones
├── DataError             a table, file or figure is wrong; says which row and column
│   ├── SchemaError       a table or document does not follow its schema
│   ├── UnitError         a unit is unknown or does not fit
│   ├── ReadError         a file cannot be read as what it should be
│   └── TraceError        a record, signature or proof that must not be trusted; names the rule it breaks
├── ScenarioError         events that contradict each other or the world
└── ModelError            the market could not be cleared
    ├── InfeasibleError   no solution; names the table rows behind it
    └── NumericalError    a solution whose residuals are above tolerance
```

Exit codes of the command line: 1 `OreflowError`, 2 `UsageError`, 3 `InfeasibleError`, 4 `DataError` and
`ScenarioError`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class OreflowError(Exception):
    """Base of all oreflow errors.

    Args:
        message: What is wrong, where, and what to do.
    """

    exit_code = 1


class UsageError(OreflowError):
    """A command or call asked for something that does not exist."""

    exit_code = 2


class UnknownNameError(UsageError):
    """A name that is not known.

    Args:
        kind: What was looked for, e.g. ``"plant"``.
        name: The name that was not found.
        known: All valid names; the nearest are put in the message.
        where: Place of the name, e.g. ``"scenario.yaml, events[0].target"``.
    """

    def __init__(self, kind: str, name: str, known: Iterable[str], *, where: str = "") -> None:
        self.kind, self.name = kind, name
        self.nearest = nearest(name, known)
        place = f"{where}: " if where else ""
        hint = f" Did you mean {' or '.join(repr(n) for n in self.nearest)}?" if self.nearest else ""
        super().__init__(f"{place}unknown {kind} {name!r}.{hint}")


class DataError(OreflowError):
    """A table, file or figure is wrong."""

    exit_code = 4


class SchemaError(DataError):
    """A table or document does not follow its schema."""


class UnitError(DataError):
    """A unit is unknown or does not fit."""


class ReadError(DataError):
    """A file cannot be read as what it should be."""


class TraceError(DataError):
    """A record, signature or proof that must not be trusted.

    Args:
        rule: Id of the rule that is broken, e.g. ``"signature-wrong"``; see `oreflow.trace.rules`.
        message: What is wrong, where, and what to do.
        evidence: What anybody can check it with, e.g. two checkpoints that contradict each other.

    Attributes:
        text: The message without the rule.
    """

    def __init__(self, rule: str, message: str, *, evidence: Iterable[bytes] = ()) -> None:
        self.rule, self.text, self.evidence = rule, message, tuple(evidence)
        super().__init__(f"{message} [{rule}]")


class ScenarioError(OreflowError):
    """Events that contradict each other or the world."""

    exit_code = 4


class ModelError(OreflowError):
    """The market could not be cleared."""


class InfeasibleError(ModelError):
    """No solution exists; the message names the table rows behind it."""

    exit_code = 3


class NumericalError(ModelError):
    """A solution whose residuals are above tolerance."""


def nearest(name: str, known: Iterable[str], *, count: int = 2) -> list[str]:
    """Return the valid names nearest to a mistyped one.

    Args:
        name: The name that was not found.
        known: Valid names.
        count: At most this many.

    Returns:
        Names in falling similarity; empty when nothing is near.
    """
    table = {str(k).lower(): str(k) for k in known}
    return [table[m] for m in difflib.get_close_matches(str(name).lower(), table, n=count, cutoff=0.6)]
