"""The outlook as dated expectations for the market: demand that grows, capacity that is commissioned or falls.

The market's base is stationary. These changes lay a path over it: each demand follows its product or its mineral's
other uses, and each plant its region's and process's part of today's output and of the projects' mean. A share above
1 of a plant's curve stands for new plants of its process in its region, at its cost. Makers of cells and cathodes grow
with the world's batteries.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from oreflow.atlas.world import World
from oreflow.errors import UsageError
from oreflow.market import Change
from oreflow.outlook.activity import (
    BASE,
    LAST,
    NOW,
    OTHER,
    PRODUCTS,
    STORAGE,
    VEHICLES,
    YEARS,
    check_scenario,
)
from oreflow.outlook.demand import Demand, DemandModel
from oreflow.outlook.drivers import central, drivers
from oreflow.outlook.levers import moves
from oreflow.outlook.minerals import STAGES, Mineral, mineral, minerals
from oreflow.outlook.model import Model
from oreflow.outlook.place import Place, place

Floats = NDArray[np.float64]

_BATTERIES = {"ev_battery": VEHICLES, "stationary_battery": (STORAGE,), "other_battery": (OTHER,)}
_SAME = 1e-4


@dataclass(frozen=True, slots=True)
class Growth:
    """A growth path for the market.

    Attributes:
        changes: Multipliers by month; each names rows that follow one path.
        left_out: Projects whose process has no plant in their region to carry them, with what they would add by the
            end in the unit of the process.
    """

    changes: tuple[Change, ...]
    left_out: tuple[tuple[str, float], ...]


def growth(
    world: World,
    *,
    start: str = "2025-01",
    months: int = 36,
    minerals_: Sequence[str] = (),
    scenario: str = "STEPS",
    chemistry: str = "LFP",
    policies: Sequence[str] = (),
) -> Growth:
    """Return the changes that lay the outlook over the market's base.

    Args:
        world: World that the market was calibrated on.
        start: First month of the market's horizon, ``YYYY-MM``.
        months: Length of the horizon.
        minerals_: Minerals whose plants and uses follow the path; all when left out. Batteries always do.
        scenario: Scenario of demand.
        chemistry: Scenario of chemistry.
        policies: Policies in force.

    Returns:
        Multipliers of demands (``quantity``) and of plants (``availability``), 1 until the middle of 2025.

    Raises:
        UsageError: The horizon leaves the years of the outlook.
        UnknownNameError: A mineral, scenario or policy is not known.
    """
    first = _year(start)
    if months < 1 or not first >= BASE or first + months / 12 > LAST + 1:
        raise UsageError(
            f"a growth path of {months} months from {start}: it must lie within {BASE} to {LAST}."
        )
    dates = first + (np.arange(months) + 0.5) / 12
    scenario = check_scenario(world, scenario)
    chosen = [mineral(m) for m in minerals_] or list(minerals().values())
    changes = _batteries(world, dates, scenario, chemistry, policies)
    left_out: list[tuple[str, float]] = []
    done: set[str] = set()
    for spec in chosen:
        changes += _uses(world, spec, dates, scenario, chemistry, policies)
        found, missing = _plants(world, spec, dates, scenario, chemistry, policies, done)
        changes += found
        left_out += missing
    changes += _makers(world, dates, scenario, chemistry, done)
    return Growth(tuple(changes), tuple(left_out))


def _makers(world: World, dates: Floats, scenario: str, chemistry: str, done: set[str]) -> list[Change]:
    """Makers of cells and of what goes into them grow with the world's batteries: the tables know no projects there."""
    demand = _demand(world, mineral("lithium"), place(world, "world"), scenario, chemistry, ())
    path = demand.energy[0].sum(axis=0)
    t = world.commodities
    made = set(t.loc[(t["mineral"] == "battery") & t["stage"].isin(["component", "cell"]), "commodity"])
    processes = world.processes
    kinds = set(processes.loc[processes["output"].isin(made), "process"])
    plants = world.plants
    rows = plants[plants["process"].isin(kinds) & (plants["output"] > 0)]
    names = [
        str(p)
        for p, process, region in zip(rows["plant"], rows["process"], rows["region"], strict=True)
        if f"{process}@{region}" not in done
    ]
    return _change("plants", names, "availability", _by_month(path, dates))


def _demand(
    world: World, spec: Mineral, where: Place, scenario: str, chemistry: str, policies: Sequence[str]
) -> Demand:
    """Demand of a place at the central assumptions."""
    of = drivers(world, growth=spec.growth, drive=spec.drive)
    model = DemandModel(world, spec, where, scenario=scenario, chemistry_path=chemistry, central=of)
    return model.evaluate(central(of), moves(world, where, spec.mineral, policies))


def _year(start: str) -> float:
    year, _, month = start.partition("-")
    if not (year.isdigit() and month.isdigit() and 1 <= int(month) <= 12):
        raise UsageError(f"start {start!r} is not a month like 2025-01.")
    return int(year) + (int(month) - 1) / 12


def _by_month(path: Floats, dates: Floats) -> Floats:
    """A yearly path over its base year, by month: years stand in their middle, and the base holds until then."""
    ratio = path[NOW:] / path[NOW]
    return np.asarray(np.interp(dates, YEARS[NOW:] + 0.5, ratio))


def _change(table: str, rows: Sequence[str], attribute: str, profile: Floats) -> list[Change]:
    if not rows or np.abs(profile - 1.0).max() < _SAME:
        return []
    return [Change(table, tuple(rows), attribute, profile)]


def _batteries(
    world: World, dates: Floats, scenario: str, chemistry: str, policies: Sequence[str]
) -> list[Change]:
    """Each region's batteries follow what is sold there."""
    t = world.demands
    out: list[Change] = []
    for region in sorted(set(t.loc[t["commodity"].isin(_BATTERIES), "region"])):
        where = place(world, str(region))
        demand = _demand(world, mineral("lithium"), where, scenario, chemistry, policies)
        for commodity, products in _BATTERIES.items():
            rows = t[(t["commodity"] == commodity) & (t["region"] == region)]
            path = demand.energy[0, [PRODUCTS.index(p) for p in products]].sum(axis=0)
            if len(rows) and path[NOW] > 0:
                out += _change(
                    "demands", [str(d) for d in rows["demand"]], "quantity", _by_month(path, dates)
                )
    return out


def _uses(
    world: World, spec: Mineral, dates: Floats, scenario: str, chemistry: str, policies: Sequence[str]
) -> list[Change]:
    """Uses other than in cells follow the sectors, drives and other uses of their region."""
    t = world.demands
    rows = t[t["commodity"].isin([*spec.uses, *spec.mined_uses])]
    out: list[Change] = []
    for region in sorted(set(rows["region"])):
        where = place(world, str(region))
        demand = _demand(world, spec, where, scenario, chemistry, policies)
        here = rows[rows["region"] == region]
        outside = [v[0] for k, v in demand.parts.items() if k not in PRODUCTS]
        for names, path in (
            (spec.uses, np.sum(outside, axis=0) if outside else np.zeros(len(YEARS))),
            (spec.mined_uses, demand.mined_parts.get("mined_uses", np.zeros((1, len(YEARS))))[0]),
        ):
            mine = here[here["commodity"].isin(names)]
            if len(mine) and path[NOW] > 0:
                out += _change(
                    "demands", [str(d) for d in mine["demand"]], "quantity", _by_month(path, dates)
                )
    return out


def _plants(
    world: World,
    spec: Mineral,
    dates: Floats,
    scenario: str,
    chemistry: str,
    policies: Sequence[str],
    done: set[str],
) -> tuple[list[Change], list[tuple[str, float]]]:
    """Plants of a process in a region follow today's plants and the mean of the region's projects."""
    model = Model(world, spec, place(world, "world"), scenario=scenario, chemistry=chemistry)
    of, supply = central(model.drivers), model.supply
    projects = supply.projects
    plants = world.plants
    out: list[Change] = []
    missing: list[tuple[str, float]] = []
    for i, region in enumerate(supply.regions):
        here = projects.region == region
        held = moves(world, place(world, region), spec.mineral, policies)
        drawn = projects.output(of, held)[0]
        for stage in STAGES:
            for process in supply.factors[stage]:
                mine = plants[(plants["process"] == process) & (plants["region"] == region)]
                key = f"{process}@{region}"
                if key in done:
                    continue
                done.add(key)
                base = float(mine["output"].sum())
                added = drawn[here & (projects.process == process)].sum(axis=0)
                if base <= 0:
                    names = projects.name[here & (projects.process == process)]
                    ends = drawn[here & (projects.process == process)]
                    last = min(int(dates[-1]), LAST) - int(YEARS[0])
                    missing += [
                        (str(n), float(e[last])) for n, e in zip(names, ends, strict=True) if e[last] > 0
                    ]
                    continue
                fall = supply.today(stage, of)[0, i]
                today = base * (fall / fall[NOW] if fall[NOW] > 0 else np.ones(len(YEARS)))
                running = mine[mine["output"] > 0]
                rows = [str(p) for p in running["plant"]]
                path = today + added - added[NOW]
                out += _change("plants", rows, "availability", _by_month(np.maximum(path, 0.0), dates))
    return out, missing
