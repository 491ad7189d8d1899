"""From an event to the rows and values that it moves."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from oreflow.atlas import World
from oreflow.errors import ScenarioError
from oreflow.shock.duration import Duration
from oreflow.shock.event import Event
from oreflow.shock.target import expand, passage_rows, tradeable

NEUTRAL: dict[str, float] = {
    "availability": 1.0,
    "capacity": 1.0,
    "cost": 0.0,
    "limit": math.inf,
    "quota": math.inf,
    "tariff": 0.0,
    "quantity": 1.0,
    "draw": 0.0,
    "fill": 0.0,
    "cover": 1.0,
}
"""Value of an attribute where nothing happens; for shares of a mix it is the row's own."""

UNPERMITTED = ("expired", "renewal", "none")
"""States of a permit that make a plant like one whose permit is in question."""


@dataclass(frozen=True, slots=True)
class Impact:
    """One attribute of some rows, moved by one event.

    Attributes:
        event: Index of the event in its scenario.
        table: Table of the market.
        attribute: Attribute of it.
        rows: Names of rows.
        low: Value while the event is in force, at the low end of a disputed size.
        high: Value at the high end.
        floor: Smallest value, for a claimed cut larger than the output.
        spread: True for plants that only may follow.
        neutral: Value where nothing happens.
        base: Annual base flow of the rows together, for quotas (unit/yr).
    """

    event: int
    table: str
    attribute: str
    rows: tuple[str, ...]
    low: float
    high: float
    floor: float = -math.inf
    spread: bool = False
    neutral: float = 0.0
    base: float = math.nan

    def value(self, size: float) -> float:
        """Return the value while in force, for a size between 0 (low end) and 1 (high end)."""
        return max(self.floor, self.low + size * (self.high - self.low))


def impacts(
    event: Event, index: int, duration: Duration, world: World, *, where: str = ""
) -> tuple[list[Impact], list[str]]:
    """Return what an event moves.

    Args:
        event: The event.
        index: Its index in the scenario.
        duration: Its resolved duration.
        world: The world.
        where: Place of the event for messages.

    Returns:
        Impacts, and notes for the reader (a claimed cut that exceeds the plant's output; a passage without a
        way around).

    Raises:
        UnknownNameError: The target names something that is not in the world.
        ScenarioError: The target selects nothing, or an output cut hits plants that make nothing.
    """
    place = where or f"event {event.id!r}"
    kind, effect = event.target.kind, event.effect
    if kind == "passage":
        return _passage(event, index, world, place)
    rows = expand(event.target, world, where=f"{place}, target")
    table = "trade" if kind in ("trade", "policy") else str(kind)
    if kind == "mixes":
        base = mix_base(world, event.effect.attribute)
        by_value: dict[float, list[str]] = {}
        for row in rows:
            by_value.setdefault(base[row], []).append(row)
        return [
            Impact(index, table, effect.attribute, tuple(r), effect.low, effect.high, neutral=v)
            for v, r in by_value.items()
        ], []
    neutral = NEUTRAL[effect.attribute]
    notes: list[str] = []
    low, high, floor = effect.low, effect.high, -math.inf
    if effect.kind == "output_cut":
        low, high, notes = _cut(event, rows, world, place)
        floor = 0.0
    if effect.kind == "quota":
        scale = {"month": 12.0, "year": 1.0}.get(effect.per) or 12.0 / duration.low
        low, high = low * scale, high * scale
    base_flow = _base_flow(world, rows) if effect.attribute == "quota" else math.nan
    out = [Impact(index, table, effect.attribute, rows, low, high, floor, neutral=neutral, base=base_flow)]
    if table == "plants" and effect.attribute == "availability" and duration.p_contagion > 0:
        like = followers(world, rows)
        if like:
            # Plants that follow are halted as far as the ones that they follow.
            out.append(Impact(index, table, "availability", like, low, high, floor, True, neutral))
    return out, notes


def followers(world: World, rows: tuple[str, ...]) -> tuple[str, ...]:
    """Return the plants that may follow halted ones.

    Args:
        world: The world.
        rows: Plants that are halted.

    Returns:
        Other plants of the same process and region whose permit is expired, under renewal or missing.
    """
    plants = world.plants
    hit = plants["plant"].isin(rows)
    alike = set(zip(plants.loc[hit, "process"], plants.loc[hit, "region"], strict=True))
    same = [(p, r) in alike for p, r in zip(plants["process"], plants["region"], strict=True)]
    keep = np.array(same, dtype=bool) & ~hit.to_numpy() & plants["permit_state"].isin(UNPERMITTED).to_numpy()
    return tuple(plants.loc[keep, "plant"])


def mix_base(world: World, attribute: str) -> dict[str, float]:
    """Return the base value of an attribute of every mix.

    Args:
        world: The world.
        attribute: ``ceiling`` or ``ramp``.

    Returns:
        ``use@REGION:cell`` to the value.
    """
    m = world.mixes
    return dict(zip(m["use"] + "@" + m["region"] + ":" + m["cell"], m[attribute].astype(float), strict=True))


def trade_base(world: World) -> dict[str, float]:
    """Return the base flow of every trade row, units a year; 0 for those that may open."""
    t = tradeable(world)
    keys = t["commodity"] + ":" + t["origin"] + ">" + t["destination"]
    return dict(zip(keys, t["quantity"].astype(float), strict=True))


def _base_flow(world: World, rows: tuple[str, ...]) -> float:
    base = trade_base(world)
    return float(sum(base[r] for r in rows))


def _cut(event: Event, rows: tuple[str, ...], world: World, place: str) -> tuple[float, float, list[str]]:
    """A cut in tonnes as availability of the plants together: 1 − cut / output."""
    table = world.plants
    output = float(table.loc[table["plant"].isin(rows), "output"].sum())
    names = ", ".join(rows[:3]) + (f" and {len(rows) - 3} more" if len(rows) > 3 else "")
    if not output > 0:
        raise ScenarioError(f"{place}: {names} made nothing in the base year, so there is no output to cut.")
    scale = 12.0 if event.effect.per == "month" else 1.0
    least, most = event.effect.low * scale, event.effect.high * scale
    notes = []
    if most > output:
        notes.append(
            f"{place}: the claimed cut of {most:,.0f} t a year exceeds the output of {names} "
            f"({output:,.0f} t a year); cut to nothing."
        )
    # The larger cut leaves the smaller availability; low and high keep the order of the claim.
    return 1 - least / output, 1 - most / output, notes


def _passage(event: Event, index: int, world: World, place: str) -> tuple[list[Impact], list[str]]:
    """A closed passage: the detour's freight on the rows that have one, a ban on those that have none."""
    detours = passage_rows(event.target, world, where=f"{place}, target")
    if not detours:
        told = " or ".join(event.target.values("name"))
        raise ScenarioError(f"{place}: no trade of the base year goes through {told}.")
    table = world.commodities
    mass = dict(zip(table["commodity"], table["freight_mass"].astype(float), strict=True))
    rate = world.parameter("freight_sea")
    by_cost: dict[float, list[str]] = {}
    for row, km in detours.items():
        cost = round(km * rate * mass[row.split(":", 1)[0]], 6)
        by_cost.setdefault(cost, []).append(row)
    out, notes = [], []
    for cost, rows in by_cost.items():
        if math.isinf(cost):
            notes.append(
                f"{place}: {len(rows)} trade rows have no way around and stop, {rows[0]} among them."
            )
            out.append(Impact(index, "trade", "limit", tuple(rows), 0.0, 0.0, neutral=math.inf))
        else:
            out.append(Impact(index, "trade", "cost", tuple(rows), cost, cost))
    return out, notes
