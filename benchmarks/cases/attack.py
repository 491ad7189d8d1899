"""The worst losses: searched with a proof, and by looking at every set."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks.clock import paired, timed
from benchmarks.models import ALL, LITHIUM, Model, S, check_equal
from benchmarks.registry import Measure, Plan, case

BUDGET = 2
MINUTES = 5.0
"""Time within which an answer is wanted, minutes."""


def _worst(model: Model, method: str, **options: Any) -> Any:
    from oreflow.shock.attack import attack

    base = model.base()
    return attack(model.world(), base=base, scope=base.net.scope, budget=BUDGET, method=method, **options)


@case("S/countries/attack", "which two regions' loss costs most, with a proof", quick=True)
def searched(plan: Plan) -> Measure:
    """Search by bounds beside enumeration, which both must find the same."""
    found: list[Any] = []
    looked: list[Any] = []
    ours, theirs = paired(
        lambda: found.append(_worst(S, "bounds")),
        lambda: looked.append(_worst(S, "enumerate")),
        1,
    )
    check_equal(found[-1].worst.value, looked[-1].worst.value, "enumeration")
    c = found[-1].certificate
    size = f"{c.total:,} sets of {BUDGET}"
    note = f"{found[-1].solves:,} markets solved, enumerated {looked[-1].solves:,}; gap {c.gap:.2g}"
    return Measure(ours, "every set looked at", theirs, size, note)


def _bundled(model: Model) -> Callable[[Plan], Measure]:
    def run(plan: Plan) -> Measure:
        found: list[Any] = []
        seconds = timed(lambda: found.append(_worst(model, "auto", months=12)))
        c = found[-1].certificate
        if not c.proven:
            raise AssertionError(f"the attack is not proven: gap {c.gap:.2g}.")
        note = f"{', '.join(found[-1].worst.names)}; {found[-1].solves:,} markets solved"
        measure = Measure((seconds,), size=f"{c.total:,} sets of {BUDGET}", note=note)
        return measure.within(MINUTES, "minutes", seconds / 60.0)

    return run


for _model in (LITHIUM, ALL):
    case(f"{_model.name}/countries/attack", "which two countries' loss costs most, with a proof")(
        _bundled(_model)
    )
