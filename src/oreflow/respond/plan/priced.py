"""Measures whose cost another part works out: a floor by what it pays and finances, sodium-ion cells by the hedge.

Both take their numbers from where `oreflow floor` and `oreflow hedge` have theirs; nothing is worked out a second time.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from oreflow.atlas import World
from oreflow.errors import DataError, UnknownNameError
from oreflow.respond.floor.financing import Financing, financed
from oreflow.respond.floor.project import Project, project_like
from oreflow.respond.floor.terms import Terms
from oreflow.respond.hedge.breakeven import LITHIUM, breakeven, terms_of_conversion
from oreflow.respond.prices.link import futures, known
from oreflow.respond.prices.tail import TAIL
from oreflow.shock.ranges import Range

if TYPE_CHECKING:
    from oreflow.respond.plan.measures import Measure

DRAWS = 1000
"""Futures of the price that a floor is judged on."""
SEED = 1
SODIUM = "sodium_cell"
GWH = 1e6
"""kWh in a GWh."""
TONNES = 1e3
"""t/GWh in a kg/kWh."""


def priced(world: World, measure: Measure) -> Measure:
    """Return a measure with the cost and effect that another part works out for it.

    Args:
        world: World.
        measure: As it stands in the table.

    Returns:
        A floor: its expected payout as outlay, over the life of the project, and the chance that it adds as its effect.
        Sodium-ion cells without a cost of use: that of the hedge. Any other as it is.

    Raises:
        UnknownNameError: A floor's plant or process is not known.
        DataError: A floor lacks its terms or its project, or nothing is known of its price or capital.
    """
    if measure.kind == "floor":
        return _floor(world, measure)
    if measure.kind == "chemistry" and math.isnan(measure.use_cost):
        return _sodium(world, measure)
    return measure


def floor_of(world: World, measure: Measure, *, draws: int = DRAWS, seed: int = SEED) -> Financing:
    """Judge the project of a floor with and without it, as `oreflow floor` does.

    The floor is agreed today and runs from then on; the project is decided with it and makes its first unit after the
    lead time of the measure. Payments are discounted at the rate of the market (parameter ``discount_rate``).

    Args:
        world: World.
        measure: The floor as it stands in the table.
        draws: Futures of the price.
        seed: Seed.

    Returns:
        Both cases, draw by draw.

    Raises:
        UnknownNameError: Its plant or process is not known.
        DataError: It lacks its terms or its project, or nothing is known of its price or capital.
    """
    where = f"measures.{measure.measure}"
    if measure.table != "plants":
        raise DataError(
            f"{where}.table: a floor is for a project, and {measure.row!r} of {measure.table} is none. Give table "
            "plants and a plant or process@REGION as its row."
        )
    for column, what in (("strike", "the price that it guarantees"), ("years", "how long it runs")):
        if math.isnan(getattr(measure, column)):
            raise DataError(f"{where}.{column}: the floor does not say {what}. Fill it in.")
    project = _project(world, measure)
    if measure.most > project.capacity * (1 + 1e-9):
        raise DataError(
            f"{where}.most: the floor covers {measure.most:,.0f} {measure.unit}, but {project.name} can make "
            f"{project.capacity:,.0f}. Lower most."
        )
    terms = Terms(
        strike=measure.strike,
        node=project.node,
        years=measure.years,
        upside=0.0 if math.isnan(measure.upside) else measure.upside,
        quantity=measure.most if measure.most < project.capacity else None,
        name=measure.measure,
        title=measure.name,
        unit=project.unit,
        source=measure.source,
    )
    months = max(project.months, terms.months)
    try:
        paths = futures(world, terms.node, start=terms.start, months=months, draws=draws, seed=seed)
    except DataError as error:
        raise DataError(
            f"{where}.row: nothing is known of how the price of {terms.node} moves, so that the floor has no cost. "
            f"Prices are known of {', '.join(known(world)) or 'nothing'}."
        ) from error
    rate = world.parameter("discount_rate")
    return financed(project, terms, paths, rate=rate, seed=project.stream(seed))


def _project(world: World, m: Measure) -> Project:
    """The project of a floor: a plant of the atlas, or one of a process that is to be built."""
    name = m.row.partition("@")[0]
    plants, processes = world["plants"], set(world.processes["process"])
    hit = plants[plants["plant"] == name]
    if not len(hit) and name not in processes:
        raise UnknownNameError(
            "plant or process", name, [*plants["plant"], *processes], where=f"measures.{m.measure}.row"
        )
    row = hit.iloc[0] if len(hit) else None
    cash = _cash(world, m)
    if math.isnan(cash):
        raise DataError(f"measures.{m.measure}.use_cost: {m.row} has no cost. Give its cash cost, USD/unit.")
    size = m.most if row is None else float(row["capacity"])
    low, high = (m.capital if math.isnan(v) else v for v in (m.capital_low, m.capital_high))
    made = project_like(
        world,
        name if row is None else str(row["process"]),
        name=m.name if row is None else str(row["name"]),
        capacity=size,
        cash=cash,
        capital=None if math.isnan(m.capital) else Range(low * size, m.capital * size, high * size),
        idle=row is not None and row["status"] == "idle",
        source=m.source,
        quality=m.quality,
        where=f"measure {m.measure} of the atlas",
    )
    life = made.life if math.isnan(m.life) else round(m.life)
    return replace(made, build=round(m.lead), life=life, plant="" if row is None else name)


def _cash(world: World, m: Measure) -> float:
    """Cash cost of what a floor is for: the row's, or its plant's; NaN where neither has one."""
    if not math.isnan(m.use_cost):
        return m.use_cost
    plants = world["plants"]
    hit = plants[plants["plant"] == m.row]
    return float(hit["cost"].iloc[0]) if len(hit) else math.nan


@lru_cache(maxsize=64)
def _floor(world: World, m: Measure) -> Measure:
    made = floor_of(world, m)
    paid, low, high = (v / m.most for v in (made.expected_payout, *_ends(made)))
    # A share of high prices that is paid back can make a project less likely; a floor is then not taken up.
    added = max(made.expected_capacity, 0.0) / m.most
    note = (
        f"Built with a chance of {made.prob_with:.0%} with it and of {made.prob_without:.0%} without. "
        f"{made.terms.sentence()} {m.note}"
    )
    return replace(
        m,
        effect=m.effect * added,
        lot=m.most,
        capital=paid,
        capital_low=min(low, paid),
        capital_high=max(high, paid),
        life=float(made.project.life),
        use_cost=_cash(world, m),
        note=note,
    )


def _ends(made: Financing) -> tuple[float, float]:
    """Present cost that one future in twenty stays below, and that one in twenty lies above, USD."""
    return made.payout.quantile(1.0 - TAIL), made.payout.quantile(TAIL)


def _sodium(world: World, m: Measure) -> Measure:
    """Sodium-ion cells at the premium and the cost of conversion of the hedge."""
    if m.row.rpartition(":")[2] != SODIUM:
        return m
    turned, told = terms_of_conversion(), breakeven(world)
    convert, horizon = turned["conversion_cost"], turned["horizon"]
    source = m.source.split(";")
    changes: dict[str, float] = {}
    if math.isnan(m.capital):
        changes = {
            "capital": convert.range.value * GWH,
            "capital_low": convert.range.low * GWH,
            "capital_high": convert.range.high * GWH,
            "life": horizon.value if math.isnan(m.life) else m.life,
        }
        source += convert.source.split(";")
    if m.commodity == LITHIUM:
        # What is saved is lithium; it costs what lithium may cost before sodium-ion cells are the cheaper ones.
        source += told.source.split(";")
        changes |= {"use_cost": told.threshold, "effect": m.effect * told.intensity.cell * TONNES}
    else:
        source += told.premium_source.split(";")
        changes["use_cost"] = (world.parameter("pack_stationary") + told.premium.value) * GWH
    return replace(m, source=";".join(dict.fromkeys(source)), **changes)  # type: ignore[arg-type]
