"""The tests of a result, and the sources behind its figures."""

from __future__ import annotations

import math

from oreflow.market.proof import TOLERANCE
from oreflow.report.assemble.case import Case
from oreflow.report.assemble.network import Flows
from oreflow.report.briefing import SourceRow, figures
from oreflow.report.document import source_rows
from oreflow.report.effects import Check

_BALANCE = 2.0
"""Largest gap in the mass balance recomputed from the outcome over the horizon, in % of what passes a node: what is
spread evenly over a long period arrives a little off its lag."""
_PRICE = 1e-4
"""Largest distance between a price and what one more unit costs, relative to it."""
_DRIFT = 0.5
"""Largest move of a price without the event, in %."""
_FAILED = 5.0
"""Largest share of draws that may be left out, in %."""


def checks(case: Case, flows: Flows) -> tuple[Check, ...]:
    """Return the tests of the market's result."""
    run = case.ran
    worst = max(run.expected.worst, run.baseline.worst)
    node = max((r.balance for o in (run.expected, run.baseline) for r in o.residuals), default=0.0)
    gap = 100 * max(flows.balance(run.baseline), flows.balance(run.expected))
    drift = float(100 * abs(run.baseline.data["price"].to_numpy() / run.base.price[:, None] - 1).max())
    failed = 100 * len(run.failed) / (len(run.failed) + len(run.price))
    rows = [
        ("worst residual of all solves", worst, TOLERANCE, "1", "bounds, balances and duals hold, relative"),
        (
            "price test",
            run.expected.price_gap,
            _PRICE,
            "1",
            "one more unit asked for costs its price, relative",
        ),
        ("mass balance of every place and period", node, TOLERANCE, "1", "what comes in goes out, relative"),
        (
            "mass balance over the horizon",
            gap,
            _BALANCE,
            "%",
            "recomputed from the result with every shipment's lag",
        ),
        ("drift without the event", drift, _DRIFT, "%", "without the event every price stays where it was"),
        ("draws that could not be solved", failed, _FAILED, "%", "those are left out of the ranges"),
    ]
    made = case.made
    return tuple(
        Check(name, made(value, unit), made(limit, unit), value <= limit, meaning)
        for name, value, limit, unit, meaning in rows
        if math.isfinite(value)
    )


def sources(case: Case, parts: tuple[object, ...]) -> tuple[SourceRow, ...]:
    """Return the sources that the figures of some parts name, in the order of first use.

    Args:
        case: The case.
        parts: Parts of the briefing.

    Returns:
        One row a source; articles and the run are not among them.
    """
    own = {case.run, *(f"A{i + 1}" for i in range(len(case.readings)))}
    return source_rows(case.world, figures(parts), own=own)
