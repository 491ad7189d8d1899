"""A finding: which rule, how grave, what happened, and the records that show it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

from oreflow.trace.tables import rows

Severity = Literal["error", "warning", "notice"]
ORDER: dict[str, int] = {"error": 0, "warning": 1, "notice": 2}


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the audit.

    Attributes:
        rule: Its id.
        severity: ``error`` cannot be, ``warning`` is hard to believe or unfinished, ``notice`` is worth knowing.
        title: What it finds, in a line.
    """

    rule: str
    severity: Severity
    title: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not add up.

    Attributes:
        rule: Id of the rule.
        severity: How grave it is.
        text: What happened, in a sentence with its numbers.
        events: Events that show it, in the order of time.
        lots: Lots that it is about.
    """

    rule: str
    severity: Severity
    text: str
    events: tuple[str, ...]
    lots: tuple[str, ...] = ()


@cache
def rules() -> dict[str, Rule]:
    """Return the rules by id."""
    return {r["rule"]: Rule(r["rule"], r["severity"], r["title"]) for r in rows("rules")}  # type: ignore[arg-type]


def found(rule: str, text: str, events: tuple[str, ...], lots: tuple[str, ...] = ()) -> Finding:
    """Return a finding of a rule, with the severity that the table of rules gives it."""
    return Finding(rule, rules()[rule].severity, text, events, lots)
