"""The outlook: every mineral asked for, with bands, what moves them, and what policies do."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from oreflow.atlas.world import World
from oreflow.errors import UsageError
from oreflow.outlook.activity import BASE, LAST, TITLES, check_scenario
from oreflow.outlook.chemistry import FAMILY_TITLES, recipes
from oreflow.outlook.compare import comparisons, contradictions
from oreflow.outlook.drivers import central, draws, one_at_a_time
from oreflow.outlook.levers import Lever, Moves, moves, names
from oreflow.outlook.measures import gap_to_demand, gap_to_supply, net_import_reliance
from oreflow.outlook.minerals import STAGES, Mineral, mineral, minerals
from oreflow.outlook.model import SHOWN_FROM, Balance, Model, after, at, milestones, pick
from oreflow.outlook.pipeline import TITLES as DEVELOPMENT_TITLES
from oreflow.outlook.place import place
from oreflow.outlook.result import (
    Bar,
    Effect,
    GapBand,
    Headroom,
    Milestone,
    MineralOutlook,
    Outlook,
    Path,
    RegionShare,
    StageOutlook,
)
from oreflow.outlook.supply import SCRAP, TODAY, SupplyModel, capacity_of

Floats = NDArray[np.float64]

DRAWS, SEED = 400, 2025
_BLOCK = 200
_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
_SHOWN_PROJECTS = 8
TOGETHER = "together"


def outlook(
    world: World,
    *,
    region: str = "USA",
    minerals_: Sequence[str] = (),
    to: int = LAST,
    scenario: str = "STEPS",
    chemistry: str = "LFP",
    policies: Sequence[str] = (),
    draws_: int = DRAWS,
    seed: int = SEED,
    progress: Callable[[str], None] | None = None,
) -> Outlook:
    """Return demand, supply and gap of minerals in a place, year by year.

    Args:
        world: World.
        region: Region, bloc, ``EU27`` or ``world``.
        minerals_: Minerals; all when left out.
        to: Last year, 2026 to 2040.
        scenario: Scenario of demand: STEPS, APS or NZE.
        chemistry: Scenario of chemistry shares.
        policies: Policies that the gap is shown with and without; ``all`` takes every one.
        draws_: Draws behind the bands.
        seed: Seed of the draws.
        progress: Called with the name of each mineral as it starts.

    Returns:
        The outlook. The central path holds no policy; what each does stands in `MineralOutlook.effects`.

    Raises:
        UnknownNameError: A mineral, region, scenario or policy is not known; the nearest name is given.
        UsageError: The year is before the base year or after the last that the tables reach, or there is no draw.
        DataError: The tables do not hold what is needed.
    """
    if not BASE < to <= LAST:
        raise UsageError(
            f"an outlook to {to}: the base year is {BASE} and the tables reach {LAST}. Give a year between."
        )
    if draws_ < 1:
        raise UsageError(f"{draws_} draws: at least one is needed.")
    where = place(world, region)
    chosen = [mineral(m) for m in minerals_] or list(minerals().values())
    chosen = list(dict.fromkeys(chosen))
    scenario, chemistry = check_scenario(world, scenario), recipes(world).scenario(chemistry)
    asked = _policies(world, policies)
    year = min(2035, to)
    made: list[MineralOutlook] = []
    supplies: dict[str, SupplyModel] = {}
    for spec in chosen:
        if progress is not None:
            progress(spec.name)
        model = Model(world, spec, where, scenario=scenario, chemistry=chemistry)
        supplies[spec.mineral] = model.supply
        made.append(_mineral(world, model, asked, to=to, year=year, count=draws_, seed=seed))
    return Outlook(
        where.name,
        where.title,
        where.note,
        scenario,
        chemistry,
        asked,
        tuple(range(BASE, to + 1)),
        tuple(range(SHOWN_FROM, to + 1)),
        year,
        draws_,
        seed,
        world.hash,
        tuple(made),
        tuple(comparisons(world, made, where, scenario, to, chemistry=chemistry, supplies=supplies)),
        tuple(contradictions(world, made, where)),
    )


def _policies(world: World, policies: Sequence[str]) -> tuple[str, ...]:
    if any(p.strip().lower() == "all" for p in policies):
        return tuple(names(world))
    found = [p.strip().lower().replace("-", "_") for p in policies]
    for spec in minerals().values():
        # Names are checked at once, for a place where every policy could hold.
        moves(world, place(world, "world"), spec.mineral, found)
        break
    return tuple(dict.fromkeys(found))


def _mineral(
    world: World, model: Model, asked: tuple[str, ...], *, to: int, year: int, count: int, seed: int
) -> MineralOutlook:
    spec, none = model.spec, Moves()
    base = model.balance(central(model.drivers), none)
    bands = _bands(model, none, base, to=to, count=count, seed=seed)
    tornado = model.balance(one_at_a_time(model.drivers), none)
    stages = tuple(_stage(model, s, base, bands[s], tornado, to=to, year=year) for s in STAGES)
    return MineralOutlook(
        spec.mineral,
        spec.name,
        spec.per,
        tuple(_path(k, TITLES[k], v, to, start=SHOWN_FROM) for k, v in base.demand.parts.items()),
        tuple(_path(k, FAMILY_TITLES[k], v, to, start=SHOWN_FROM) for k, v in base.demand.families.items()),
        tuple(_regions(world, model, year)),
        stages,
        tuple(_headroom(world, model, base, y) for y in (BASE, year) if spec.conversion),
        tuple(_effects(world, model, base, asked, to=to)),
        _sources(world, spec, model),
    )


def _path(name: str, title: str, values: Floats, to: int, *, start: int = BASE) -> Path:
    return Path(name, title, after(values[0], to, start=start))


def _regions(world: World, model: Model, year: int) -> list[RegionShare]:
    """What each region of a place uses and makes, at the central assumptions."""
    if len(model.where.regions) < 2:
        return []
    of, none = central(model.drivers), Moves()
    made = {s: at(model.supply.by_region(s, of, none)[0], year) for s in STAGES}
    found = []
    for r in model.where.regions:
        i = model.supply.regions.index(r)
        used = float(at(model.demand_of(place(world, r)).evaluate(of, none).total, year)[0])
        found.append(RegionShare(r, used, float(made["mined"][i]), float(made["refined"][i])))
    return sorted((x for x in found if x.demand + x.mined + x.refined > 0), key=lambda x: -x.demand)


def _bands(model: Model, none: Moves, base: Balance, *, to: int, count: int, seed: int) -> dict[str, GapBand]:
    """Quantiles of the gap over draws of every assumption and of the fate of every project."""
    of = draws(model.drivers, count, seed=seed)
    gaps: dict[str, list[Floats]] = {s: [] for s in STAGES}
    for b, first in enumerate(range(0, count, _BLOCK)):
        part = {k: v[first : first + _BLOCK] for k, v in of.items()}
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(b,)))
        drawn = model.balance(part, none, rng=rng)
        for s in STAGES:
            gaps[s].append(drawn.gap(s))
    found = {}
    for s in STAGES:
        q = np.quantile(np.concatenate(gaps[s]), _QUANTILES, axis=0)
        found[s] = GapBand(after(base.gap(s)[0], to), *(after(row, to) for row in q))
    return found


def _stage(
    model: Model, stage: str, base: Balance, band: GapBand, tornado: Balance, *, to: int, year: int
) -> StageOutlook:
    titles = {TODAY: "Plants of today", SCRAP: "Old scrap", **DEVELOPMENT_TITLES}
    parts = base.supply.parts(stage)
    supply = tuple(_path(k, titles[k], v, to) for k, v in parts.items() if np.abs(v).max() > 0)
    marks = tuple(_milestone(model, stage, base, band, y) for y in milestones(to))
    return StageOutlook(
        stage,
        after(base.wanted(stage)[0], to),
        supply,
        band,
        marks,
        tuple(_bars(model, tornado.gap(stage), year)),
        tuple(_largest_projects(model, stage, year)),
    )


def _milestone(model: Model, stage: str, base: Balance, band: GapBand, year: int) -> Milestone:
    i = year - BASE
    demand = float(at(base.wanted(stage), year)[0])
    supply = float(at(base.supply.total(stage), year)[0])
    scrap = float(at(base.supply.parts(stage)[SCRAP], year)[0])
    c = model.concentration(stage, year)
    return Milestone(
        year,
        demand,
        supply,
        scrap,
        float(at(base.allied[stage], year)[0]),
        float(at(base.gap(stage), year)[0]),
        band.q05[i],
        band.q95[i],
        gap_to_supply(demand, supply),
        gap_to_demand(demand, supply),
        net_import_reliance(demand, supply - scrap, scrap) if stage == "refined" else None,
        c.largest,
        c.share,
        c.cover,
    )


def _bars(model: Model, gap: Floats, year: int) -> list[Bar]:
    """What each assumption does to the gap of a year, the longest first; those that do nothing are left out."""
    q = at(gap, year)
    scale = max(abs(float(q[0])), float(np.abs(q - q[0]).max()), 1e-9)
    found = []
    for i, d in enumerate(model.drivers.values()):
        low, high = float(q[1 + 2 * i] - q[0]), float(q[2 + 2 * i] - q[0])
        if max(abs(low), abs(high)) > 1e-6 * scale:
            found.append(
                Bar(d.driver, d.title, d.low, d.value, d.high, d.unit, low, high, d.source, d.quality)
            )
    return sorted(found, key=lambda b: -abs(b.at_high - b.at_low))


def _largest_projects(model: Model, stage: str, year: int) -> list[tuple[str, float]]:
    """Projects of the place that are expected to add most in a year."""
    p = model.supply.projects
    out = model.supply.weighed(stage, p.output(central(model.drivers), Moves()))[0]
    q = np.where(np.isin(p.region, model.where.regions), at(out, year), 0.0)
    order = np.argsort(-q, kind="stable")[:_SHOWN_PROJECTS]
    return [(str(p.title[i]), float(q[i])) for i in order if q[i] > 0]


def _headroom(world: World, model: Model, base: Balance, year: int) -> Headroom:
    """Capacity that converts what is mined, beside what is mined and needs it."""
    spec, supply = model.spec, model.supply
    flows = world.flows
    taken = set(flows.loc[(flows["process"] == spec.conversion) & (flows["role"] == "input"), "commodity"])
    inputs = flows[(flows["role"] == "input") & flows["commodity"].isin(taken)]
    kinds = dict(zip(world.processes["process"], world.processes["kind"], strict=True))
    processes = [
        p for p in supply.factors["refined"] if kinds.get(p) == "conversion" and p in set(inputs["process"])
    ]
    running = idle = output = 0.0
    for p in processes:
        held = capacity_of(world, p, model.where)
        running, idle, output = running + held[0], idle + held[1], output + held[2]
    projects = supply.projects
    drawn = projects.output(central(model.drivers), Moves())[0]
    here = np.isin(projects.region, model.where.regions)
    # A unit of capacity is counted, not what is made of it.
    use = model.drivers["project_use"].value
    running += float(at(drawn, year)[here & np.isin(projects.process, processes)].sum()) / use
    outputs = flows[(flows["role"] == "output") & flows["commodity"].isin(taken)]
    direct = [p for p in supply.factors["mined"] if p not in set(outputs["process"])]
    plants = world.plants
    whole = plants[
        plants["process"].isin(supply.factors["mined"]) & plants["region"].isin(model.where.regions)
    ]
    weight = whole["output"].astype(float) * whole["process"].map(supply.factors["mined"]).astype(float)
    ore = float(weight[~whole["process"].isin(direct)].sum())
    total = float(weight.sum())
    mined = base.supply.parts("mined")
    first = float(at(mined[TODAY], BASE)[0])
    feed = float(at(mined[TODAY], year)[0]) * (ore / total if total > 0 else 0.0) if first > 0 else 0.0
    added = np.array(
        [0.0 if p in direct else supply.factors["mined"].get(str(p), 0.0) for p in projects.process]
    )
    feed += float((at(drawn, year) * added)[here].sum())
    return Headroom(", ".join(processes), year, running, idle, output, feed, running - feed)


def _effects(world: World, model: Model, base: Balance, asked: tuple[str, ...], *, to: int) -> list[Effect]:
    """What each policy does by itself, and all of them together, in 2035 and in the last year."""
    held = moves(world, model.where, model.spec.mineral, asked)
    of = central(model.drivers)
    found: list[Effect] = []
    groups = [(p, (p,)) for p in asked] + ([(TOGETHER, asked)] if len(asked) > 1 else [])
    for name, members in groups:
        levers = [x for x in held.levers if x.lever in members]
        ends = (
            {e: model.balance(of, pick(members, held, e)) for e in ("value", "low", "high")} if levers else {}
        )
        for year in sorted({min(2035, to), to}):
            for stage in STAGES:
                reference = float(at(base.gap(stage), year)[0])
                change = {e: float(at(b.gap(stage), year)[0]) - reference for e, b in ends.items()}
                found.append(
                    Effect(
                        name,
                        _description(world, name),
                        bool(levers),
                        year,
                        stage,
                        change.get("value", 0.0),
                        min(change.values(), default=0.0),
                        max(change.values(), default=0.0),
                        _joined([x.source for x in levers]),
                        _weakest(levers),
                    )
                )
    return found


def _description(world: World, policy: str) -> str:
    if policy == TOGETHER:
        return "All of them at once"
    return str(world.levers.loc[world.levers["lever"] == policy, "description"].iloc[0])


def _joined(sources: Sequence[str]) -> str:
    keys = [k for s in sources for k in s.split(";") if k]
    return ";".join(dict.fromkeys(keys))


def _weakest(levers: Sequence[Lever]) -> str:
    order = ("reported", "derived", "imputed", "assumed")
    return max((x.quality for x in levers), key=lambda q: order.index(q), default="assumed")


def _sources(world: World, spec: Mineral, model: Model) -> tuple[str, ...]:
    """Source keys of the rows that a mineral's outlook rests on."""
    held: list[str] = []
    plants = world.plants
    processes = set(model.supply.factors["mined"]) | set(model.supply.factors["refined"])
    mine = plants[plants["process"].isin(processes) & plants["region"].isin(model.where.regions)]
    held += [str(s) for s in mine["source"].unique()]
    t = world.projects
    held += [str(s) for s in t.loc[t["process"].isin(processes), "source"].unique()]
    d = world.demands
    held += [str(s) for s in d.loc[d["commodity"].isin(spec.uses), "source"].unique()]
    if spec.battery:
        held += ["iea_gevo", "uc_davis", "premise"]
    if spec.sector:
        held.append("iea_critical_minerals")
    return tuple(sorted({k for s in held for k in s.split(";") if k}))


__all__ = ["DRAWS", "SEED", "outlook"]
