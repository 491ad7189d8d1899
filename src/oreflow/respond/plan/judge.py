"""Every measure judged alone and within the plan."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from oreflow.respond.plan.programme import Floats
from oreflow.respond.plan.recourse import Recourse
from oreflow.respond.plan.result import Judged
from oreflow.respond.plan.risk import at_risk, in_tail
from oreflow.respond.plan.study import Study, Told

NIL = 1e-6
"""Share of a loss, or of what is wanted, below which a measure is taken to change nothing."""


def judge(made: Study, recourse: Recourse, x: Floats, told: Told | None) -> tuple[Judged, ...]:
    """Judge every measure.

    Args:
        made: Markets, measures and second stage.
        recourse: The second stage.
        x: The plan, shape (K,).
        told: Called with what is being done.

    Returns:
        One row a measure, in their order.
    """
    spec, second, menu, p = made.spec, made.second, made.menu, made.second.programme
    w = p.weight
    none = np.zeros(p.size)
    empty, full = recourse.at(none, solutions=True), recourse.at(x, solutions=True)
    assert empty.y is not None and full.y is not None
    short0, short1 = second.shortage(empty.y), second.shortage(full.y)
    tail0 = in_tail(empty.loss, w, spec.tail)
    risk0, risk1 = at_risk(empty.loss, w, spec.tail), at_risk(full.loss, w, spec.tail)
    out = []
    for k, s in enumerate(made.supplies):
        m = s.measure
        tried = float(x[k] if x[k] > 1e-9 else menu.most[k])
        alone = none.copy()
        alone[k] = tried
        one = recourse.at(alone, solutions=True)
        assert one.y is not None
        g = second.commodities.index(m.commodity)
        saved = short0[:, g] - second.shortage(one.y)[:, g]
        risk_alone = risk0 - at_risk(one.loss, w, spec.tail)
        within = within_tail = risk_within = 0.0
        if x[k] > 1e-9:
            rest = x.copy()
            rest[k] = 0.0
            other = recourse.at(rest, solutions=True)
            assert other.y is not None
            lost = second.shortage(other.y)[:, g] - short1[:, g]
            within, within_tail = float(w @ lost), float(in_tail(other.loss, w, spec.tail) @ lost)
            risk_within = at_risk(other.loss, w, spec.tail) - risk1
        ends = [
            tried * m.cost(s.price, s.margin, years=spec.years, rate=made.rate, end=e)
            for e in ("low", "high")
        ]
        judged = Judged(
            measure=m,
            size=float(x[k]),
            tried=tried,
            cost=float(menu.cost[k] * tried),
            cost_low=min(ends),
            cost_high=max(ends),
            alone=float(w @ saved),
            alone_tail=float(tail0 @ saved),
            risk_alone=risk_alone,
            within=within,
            within_tail=within_tail,
            risk_within=risk_within,
            verdict="",
        )
        gain = float(np.max(empty.loss - one.loss, initial=0.0))
        out.append(_with_verdict(judged, made, k, gain, float(np.abs(empty.loss).max(initial=1.0))))
        if told is not None:
            told("measures", k + 1, len(made.supplies))
    return tuple(out)


def _with_verdict(j: Judged, made: Study, k: int, gain: float, scale: float) -> Judged:
    room = made.second.programme.col_room[:, made.second.programme.col_owner == k]
    if made.menu.most[k] <= 0:
        verdict = "too late: it works only after the horizon"
    elif not room[1:].any():
        verdict = "too late: it works in none of the cases"
    elif gain <= NIL * scale:
        verdict = "buys nothing"
    elif j.size > 0:
        verdict = "in the plan"
    elif j.risk_alone <= NIL * scale:
        verdict = "buys nothing in the worst cases"
    elif j.breakeven > made.spec.weight:
        verdict = "costs more than it saves"
    else:
        verdict = "does what others in the plan do cheaper"
    return replace(j, verdict=verdict)
