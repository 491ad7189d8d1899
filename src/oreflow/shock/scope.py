"""Which minerals a scenario reaches: those are solved, the rest is held at its base prices."""

from __future__ import annotations

from oreflow.atlas import World
from oreflow.shock.impact import Impact
from oreflow.shock.scenario import Scenario
from oreflow.shock.stage import Stage, stage


def scope_of(
    scenario: Scenario, world: World, *, start: str = "2025-01", months: int = 36
) -> tuple[str, ...]:
    """Return the minerals that the events of a scenario touch.

    Args:
        scenario: The scenario.
        world: The world.
        start: First month of the horizon.
        months: Length of the horizon.

    Returns:
        Minerals in the order of the table of commodities; empty where no event touches one.

    Raises:
        UnknownNameError: An event names something that is not in the world.
        ScenarioError: A date outside the horizon, or events that contradict each other.
    """
    return touched(stage(scenario, world, start=start, months=months), world)


def touched(staged: Stage, world: World) -> tuple[str, ...]:
    """Return `scope_of` of a scenario that is already staged."""
    mineral = dict(zip(world.commodities["commodity"], world.commodities["mineral"], strict=True))
    flows = world.flows[world.flows["role"] == "output"]
    outputs = flows.groupby("process")["commodity"].agg(list).to_dict()
    made = {
        p: outputs.get(q, []) for p, q in zip(world.plants["plant"], world.plants["process"], strict=True)
    }
    wanted = dict(zip(world.demands["demand"], world.demands["commodity"], strict=True))
    held = dict(zip(world.stores["store"], world.stores["commodity"], strict=True))
    found: set[str] = set()
    for impact in staged.impacts:
        for commodity in _commodities(impact, made, wanted, held):
            found.add(mineral[commodity])
    return tuple(m for m in dict.fromkeys(world.commodities["mineral"]) if m in found)


def _commodities(
    impact: Impact, made: dict[str, list[str]], wanted: dict[str, str], held: dict[str, str]
) -> set[str]:
    if impact.table == "plants":
        return {c for row in impact.rows for c in made.get(row, [])}
    if impact.table == "demands":
        return {wanted[row] for row in impact.rows if row in wanted}
    if impact.table == "stores":
        return {held[row] for row in impact.rows if row in held}
    separator = ":" if impact.table == "trade" else "@"
    return {row.split(separator)[0] for row in impact.rows}
