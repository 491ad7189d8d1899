"""A plan as plain values, for JSON."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from oreflow.respond.plan.proof import Proved
from oreflow.respond.plan.result import FORMAT, Judged, Plan, Point
from oreflow.respond.plan.robust import Robust


def to_dict(plan: Plan, *, robust: Robust | None = None, proved: Sequence[Proved] = ()) -> dict[str, Any]:
    """Return everything as plain values; amounts carry their unit beside them or in their name.

    Args:
        plan: The plan.
        robust: How it stands up to the attacker.
        proved: What it does in the whole market.

    Returns:
        Mappings, lists, text and numbers.
    """
    spec = plan.spec
    out: dict[str, Any] = {
        "format": FORMAT,
        "plan": spec.name,
        "title": spec.title,
        "region": spec.region or None,
        "firm": spec.firm or None,
        "minerals": list(spec.minerals),
        "counts": spec.counts,
        "years": spec.years,
        "window_months": list(spec.spans),
        "weight": spec.weight,
        "tail": spec.tail,
        "budget_usd": None if math.isinf(spec.budget) else spec.budget,
        "discount_rate": plan.rate,
        "seed": spec.seed,
        "nothing": _point(plan.nothing),
        "chosen": _point(plan.chosen),
        "frontier": [_point(p) for p in plan.frontier],
        "measures": [_judged(j) for j in plan.judged],
        "cases": [
            {
                "case": c.name,
                "group": c.group,
                "chance": c.weight,
                "onset_months": c.onset,
                "what": c.text,
                "loss_without_usd": row[0],
                "loss_with_usd": row[1],
            }
            for c, row in zip(plan.cases, plan.losses.tolist(), strict=True)
        ],
        "regrets": [
            {
                "case": r.case,
                "chance": r.weight,
                "total_usd": r.total,
                "best_usd": r.best,
                "regret_usd": r.regret,
                "who_knew_would_buy": r.sizes,
            }
            for r in plan.regrets
        ],
        "notes": list(plan.notes),
        "world": plan.world,
        "solves": plan.solves,
        "seconds": round(plan.seconds, 3),
    }
    if robust is not None:
        out["attack"] = {
            **asdict(robust.attack),
            "sets": robust.sets,
            "attacks": [
                {
                    "lost": a.attack,
                    "loss_without_usd": a.without,
                    "loss_with_plan_usd": a.chosen,
                    "loss_with_robust_usd": a.robust,
                }
                for a in robust.attacks
            ],
            "robust_plan": robust.sizes,
            "robust_cost_usd": robust.cost,
            "robust_value_usd": robust.value,
            "robust_bound_usd": robust.bound,
            "rounds": robust.rounds,
            "generated": list(robust.generated),
            "world_welfare_lost_without_usd": robust.world_without,
            "world_welfare_lost_with_plan_usd": robust.world_with,
        }
    if proved:
        out["proof"] = [asdict(p) for p in proved]
    return out


def _point(p: Point) -> dict[str, Any]:
    return {
        "weight": p.weight,
        "cost_usd": p.cost,
        "loss_at_risk_usd": p.risk,
        "mean_loss_usd": p.expected,
        "gap": p.gap,
        "sizes": p.sizes,
        "shortages": [asdict(s) for s in p.shortages],
    }


def _judged(j: Judged) -> dict[str, Any]:
    m = j.measure
    return {
        "measure": m.measure,
        "name": m.name,
        "kind": m.kind,
        "who": m.who,
        "commodity": m.commodity,
        "unit": m.unit,
        "size": j.size,
        "tried": j.tried,
        "cost_usd": j.cost,
        "cost_low_usd": j.cost_low,
        "cost_high_usd": j.cost_high,
        "lead_months": m.lead,
        "avoided_alone_mean": j.alone,
        "avoided_alone_worst": j.alone_tail,
        "usd_per_unit_avoided": j.unit_cost if math.isfinite(j.unit_cost) else None,
        "loss_at_risk_less_alone_usd": j.risk_alone,
        "avoided_in_plan_mean": j.within,
        "avoided_in_plan_worst": j.within_tail,
        "loss_at_risk_less_in_plan_usd": j.risk_within,
        "worth_it_from_weight": j.breakeven if math.isfinite(j.breakeven) else None,
        "verdict": j.verdict,
        "hangs_on": m.hangs_on,
        "source": m.source,
        "quality": m.quality,
    }
