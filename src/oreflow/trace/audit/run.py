"""All rules over a ledger."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from oreflow.atlas import World
from oreflow.trace.audit.books import books
from oreflow.trace.audit.case import Case
from oreflow.trace.audit.claims import claims
from oreflow.trace.audit.finding import ORDER, Finding, found
from oreflow.trace.audit.metal import metal
from oreflow.trace.audit.nameplate import nameplate
from oreflow.trace.audit.spending import spending
from oreflow.trace.audit.stock import stock
from oreflow.trace.knowledge import Knowledge
from oreflow.trace.store import Flows, Ledger

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Audit:
    """What an audit found.

    Attributes:
        findings: Findings, the gravest first.
        events: Events looked at.
        corrected: Events that were corrected by their issuer and do not count.
        lots: Lots looked at.
        as_of: Moment up to which receipts were due (Unix time).
        seconds: Time it took.
        world: Hash of the world it was judged by.
    """

    findings: tuple[Finding, ...]
    events: int
    corrected: int
    lots: int
    as_of: int
    seconds: float
    world: str

    def of(self, *rules: str) -> tuple[Finding, ...]:
        """Return the findings of some rules."""
        return tuple(f for f in self.findings if f.rule in rules)

    @property
    def errors(self) -> int:
        """How many findings are errors."""
        return sum(f.severity == "error" for f in self.findings)


def audit(
    ledger: Ledger,
    *,
    world: World,
    as_of: int | None = None,
    also: Iterable[Finding] = (),
    tell: Tell = lambda text: None,
) -> Audit:
    """Look for everything in a ledger that cannot be or is hard to believe.

    Args:
        ledger: Ledger.
        world: World whose plants, routes and recoveries it is judged by.
        as_of: Moment up to which receipts are due (Unix time); the last event when left out.
        also: Findings from elsewhere, as on signatures and logs.
        tell: Called with what is being looked at.

    Returns:
        The findings.
    """
    tell("Reading the ledger")
    return audit_flows(ledger.flows(), world=world, as_of=as_of, also=also, tell=tell)


def audit_flows(
    flows: Flows,
    *,
    world: World,
    as_of: int | None = None,
    also: Iterable[Finding] = (),
    tell: Tell = lambda text: None,
) -> Audit:
    """Audit a ledger that was read already; see `audit`."""
    begin = time.perf_counter()
    case = Case.of(flows, Knowledge.of(world), as_of)
    out: list[Finding] = list(also)
    tell("Lots spent twice")
    out += spending(case)
    spent = {lot for f in out if f.rule == "double-spend" for lot in f.lots}
    for text, rule in (
        ("Metal in and out", metal),
        ("Plants and their capacity", nameplate),
        ("Accounts and certificates", books),
        ("Claims of origin", claims),
        ("Records", _records),
    ):
        tell(text)
        out += rule(case)
    tell("Stocks and voyages")
    out += stock(case, spent)
    return Audit(
        findings=_sorted(out),
        events=len(flows.live),
        corrected=int((~flows.live).sum()),
        lots=len(np.unique(flows.lots["lot"])),
        as_of=case.as_of,
        seconds=time.perf_counter() - begin,
        world=world.hash,
    )


def _records(case: Case) -> Iterator[Finding]:
    f = case.flows
    for e in f.wrongly:
        yield found(
            "foreign-correction",
            f"{f.terms[f.events['issuer'][e]]} corrects {f.terms[f.events['corrects'][e]]}, which it did not sign "
            "before; the correction is not followed.",
            f.names(e),
        )
    for n in np.unique(f.conflicts):
        yield found(
            "rewritten",
            f"{f.terms[n]} was handed in again with other contents, {int((f.conflicts == n).sum())} time(s). A record "
            "is corrected by a new one.",
            (f.terms[n],),
        )


def _sorted(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda f: (ORDER[f.severity], f.rule, f.events, f.text)))
