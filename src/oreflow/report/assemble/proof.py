"""The tests of a result, and the sources behind its figures."""

from __future__ import annotations

from oreflow.market.solve import TOLERANCE
from oreflow.report.assemble.case import Case
from oreflow.report.assemble.network import Flows
from oreflow.report.briefing import SourceRow, figures
from oreflow.report.effects import Check

_BALANCE = 1e-3
"""Largest gap in a mass balance recomputed from the outcome, as a share of what passes a node; the base year is balanced
to six digits of each table's figures."""


def checks(case: Case, flows: Flows) -> tuple[Check, ...]:
    """Return the tests of the market's result."""
    run = case.ran
    worst = max(run.expected.worst, run.baseline.worst)
    gap = max(flows.balance(run.baseline), flows.balance(run.expected))
    drift = float(abs(run.baseline.data["price"].to_numpy() / run.base.price[:, None] - 1).max())
    failed = 100 * len(run.failed) / (len(run.failed) + len(run.price))
    made = case.made

    def check(name: str, value: float, limit: float, unit: str, meaning: str) -> Check:
        return Check(name, made(value, unit), made(limit, unit), value <= limit, meaning)

    return (
        check(
            "worst residual of all solves", worst, TOLERANCE, "1", "bounds, balances and duals hold, relative"
        ),
        check(
            "mass balance",
            100 * gap,
            100 * _BALANCE,
            "%",
            "recomputed from the result: what comes in goes out",
        ),
        check(
            "drift without the event",
            100 * drift,
            0.5,
            "%",
            "without the event every price stays where it was",
        ),
        check("draws that could not be solved", failed, 5.0, "%", "those are left out of the ranges"),
    )


def sources(case: Case, parts: tuple[object, ...]) -> tuple[SourceRow, ...]:
    """Return the sources that the figures of some parts name, in the order of first use.

    Args:
        case: The case.
        parts: Parts of the briefing.

    Returns:
        One row a source; articles and the run are not among them.
    """
    known = {str(r["source"]): r for r in case.world.sources.to_dict("records")}
    own = {case.run, *(f"A{i + 1}" for i in range(len(case.readings)))}
    used = [k for f in figures(parts) for k in f.sources if k not in own]
    out = []
    for key in dict.fromkeys(used):
        row = known.get(key, {})
        out.append(
            SourceRow(
                key,
                str(row.get("title") or key),
                str(row.get("publisher") or "not in the table of sources"),
                str(row.get("licence") or "not stated"),
                str(row.get("url") or "") or None,
                str(row.get("edition") or ""),
            )
        )
    return tuple(out)
