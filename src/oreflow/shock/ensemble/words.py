"""A spec in words."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from oreflow.shock.ensemble.spec import KINDS, RATES, DemandLaw, HazardChoice, Spec
from oreflow.shock.sentences import subject

if TYPE_CHECKING:
    from oreflow.atlas import World

_PARAMETERS = {
    "es": "the elasticities of supply",
    "ed": "the elasticities of demand",
    "eta": "how stocks answer the price",
    "sigma": "how easily one route takes the place of another",
    RATES: "how often hazards come",
}
_DESIGNS = {
    "random": "independent random points",
    "latin": "a Latin hypercube (each input hits each of as many slices as there are draws)",
    "sobol": "scrambled Sobol points (even in all inputs together)",
}


def sentences(spec: Spec, world: World | None = None) -> list[str]:
    """Return a spec in words.

    Args:
        spec: The spec.
        world: Gives plants, regions and commodities their names.

    Returns:
        One sentence or more a part.
    """
    s = spec.settings
    scope = ", ".join(spec.scope) if spec.scope else "all minerals"
    out = [
        f"{spec.draws:,} futures of {scope} over {s.periods * s.months} months from {s.start}, in steps of a {s.step}, "
        f"drawn as {_DESIGNS[spec.design]} with seed {spec.seed}."
    ]
    if spec.scenario.events:
        out.append("In every future:")
        out += [f"- {line}" for line in spec.scenario.sentences(world)]
    out += _hazards(spec.hazards)
    out += [_demand(law, world) for law in spec.demand]
    if spec.ranges:
        out.append(f"Drawn within their ranges: {', '.join(_PARAMETERS[r] for r in spec.ranges)}.")
    out.append(
        f"Prices are kept at {', '.join(spec.watch)}."
        if spec.watch
        else "Prices are kept at the market of each commodity."
    )
    for name, extra in spec.compare.items():
        out.append(f"Each future is met a second time with the policy {name}:")
        out += [f"- {line}" for line in extra.sentences(world)]
    return out


def _hazards(choice: HazardChoice) -> list[str]:
    kinds = [k for k in KINDS if choice.factor(k) > 0]
    if not kinds:
        return ["Nothing happens by itself."]
    told = [k.replace("_", " ") + _times(choice.factor(k)) for k in kinds]
    return [f"By itself may happen, at the rates of the table hazards: {', '.join(told)}."]


def _times(factor: float) -> str:
    return "" if factor == 1 else f" ({factor:g} times as often)"


def _demand(law: DemandLaw, world: World | None) -> str:
    what = f"Demand {law.name} ({subject(law.target, world)})"
    if law.sigma is not None:
        low, high = (law.level * math.exp(s * law.sigma) for s in (-1, 1))
        return (
            f"{what} is {law.level:g} times that of the base year at the median, and in two of three futures between "
            f"{low:.3g} and {high:.3g} times."
        )
    return f"{what} is {law.low:g} to {law.high:g} times that of the base year, likeliest {law.level:g}."
