"""What can be lost: plants, countries, firms, passages, and the rows of the market that each takes with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np

from oreflow.atlas import World
from oreflow.errors import UnknownNameError, UsageError
from oreflow.market import Base
from oreflow.shock.target import Target, owned, passage_rows

Kind = Literal["plants", "countries", "firms", "passages"]
KINDS: tuple[str, ...] = get_args(Kind)


@dataclass(frozen=True)
class Candidate:
    """One thing that can be lost.

    Attributes:
        key: Its key in the world: plant, region, firm or passage.
        name: What people call it.
        plants: Indices in ``base.net.plants`` of the plants that stop.
        stopped: Indices in ``base.net.routes`` of the routes that stop.
        dearer: Index in ``base.net.routes`` to what a unit shipped costs more, USD/unit.
    """

    key: str
    name: str
    plants: frozenset[int] = frozenset()
    stopped: frozenset[int] = frozenset()
    dearer: dict[int, float] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.plants or self.stopped or self.dearer)

    def rows(self) -> Iterator[tuple[str, int]]:
        """Rows of the market that it touches."""
        yield from (("plant", j) for j in self.plants)
        yield from (("route", a) for a in self.stopped)
        yield from (("route", a) for a in self.dearer)

    def within(self, other: Candidate) -> bool:
        """Whether losing `other` takes all that losing this takes, and more or the same."""
        return (
            self.plants <= other.plants
            and self.stopped <= other.stopped
            and all(
                route in other.stopped or cost <= other.dearer.get(route, 0.0)
                for route, cost in self.dearer.items()
            )
        )


def candidates(
    world: World,
    base: Base,
    kind: str,
    *,
    minerals: Sequence[str] | None = None,
    stages: Sequence[str] = (),
    trade: bool = False,
) -> tuple[Candidate, ...]:
    """Return what can be lost and is of any consequence in a market.

    A plant that made nothing in the base year has no supply curve in the market and a route outside it no column:
    what takes neither is left out, exactly.

    * A *plant* is lost with all that it makes. Rows that stand for many plants (all converters of a country) are no
      target.
    * A *country* is lost with all its plants; what it holds in stock and what it wants stay. With `trade` nothing
      goes in or out either. Regions that stand for many countries (rest of Europe, rest of the world) are no target.
    * A *firm* is lost with the plants of which it and the firms under it hold at least half.
    * A *passage* is closed: what goes through pays the freight of the detour, or stops where there is none.

    Args:
        world: The world.
        base: Its calibrated market.
        kind: One of `KINDS`.
        minerals: Minerals whose plants can be lost; all that are solved by default.
        stages: Stages of the chain (``mine``, ``concentrate``, ``refined``, …) whose plants can be lost; all by
            default.
        trade: A country is lost with its trade.

    Returns:
        Candidates in the order of the world's tables.

    Raises:
        UnknownNameError: No such kind, mineral or stage.
        UsageError: Nothing is left that can be lost.
    """
    if kind not in KINDS:
        raise UnknownNameError("kind of target", kind, KINDS)
    net = base.net
    open_ = _open(world, base, minerals, stages)
    where = {plant: j for j, plant in enumerate(net.plants) if open_[j]}
    found: Iterable[Candidate]
    if kind == "plants":
        one = world.plants[~world.plants["aggregate"].astype(bool)]
        named = zip(one["plant"], one["name"], strict=True)
        found = (Candidate(p, str(name) or p, frozenset([where[p]])) for p, name in named if p in where)
    elif kind == "countries":
        found = _countries(world, base, where, trade)
    elif kind == "firms":
        firms = zip(world.firms["firm"], world.firms["name"], strict=True)
        found = (
            Candidate(f, str(name) or f, frozenset(where[p] for p in owned(world, f) if p in where))
            for f, name in firms
        )
    else:
        found = _passages(world, base)
    kept = tuple(c for c in found if c)
    if not kept:
        raise UsageError(
            f"no {kind} of this market can be lost: none has a plant or route in it. Widen --scope or --stage."
        )
    return kept


def left_out(world: World, base: Base, kind: str) -> str:
    """Say what is solved but is no target since it stands for many; empty where there is no such thing."""
    net = base.net
    if kind == "plants":
        many = world.plants.loc[world.plants["aggregate"].astype(bool), "plant"]
        count = len(set(many) & set(net.plants))
        return (
            f"{count} rows stand for all other plants of a kind and country and are no targets."
            if count
            else ""
        )
    if kind == "countries":
        regions = zip(world.regions["region"], world.regions["name"], world.regions["members"], strict=True)
        here = set(net.plant_region)
        names = [str(n) for r, n, m in regions if r in here and r not in str(m).split(";")]
        return f"{', '.join(names)}: many countries in one row, so no target." if names else ""
    return ""


def _open(
    world: World, base: Base, minerals: Sequence[str] | None, stages: Sequence[str]
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Plants that can be lost: they made something, of a mineral and stage in question."""
    table = world.commodities
    known = sorted(set(table["stage"]))
    for stage in stages:
        if stage not in known:
            raise UnknownNameError("stage", stage, known)
    for mineral in minerals or ():
        if mineral not in set(table["mineral"]):
            raise UnknownNameError("mineral", mineral, set(table["mineral"]))
    keep = table["mineral"].isin(minerals) if minerals else table["mineral"].notna()
    if stages:
        keep &= table["stage"].isin(stages)
    wanted = set(table.loc[keep, "commodity"])
    main = np.array([base.net.node_commodity[n] in wanted for n in base.net.plant_main], dtype=bool)
    return main & (base.balanced.plant_q > 0)


def _countries(world: World, base: Base, where: dict[str, int], trade: bool) -> Iterable[Candidate]:
    net = base.net
    region = np.array(net.plant_region, dtype=object)
    ends = np.array(net.node_region, dtype=object)
    for code, name, members in zip(
        world.regions["region"], world.regions["name"], world.regions["members"], strict=True
    ):
        if code not in str(members).split(";"):
            continue
        plants = frozenset(j for j in where.values() if region[j] == code)
        routes = frozenset(
            np.flatnonzero((ends[net.route_from] == code) | (ends[net.route_to] == code)).tolist()
            if trade
            else ()
        )
        yield Candidate(code, str(name) or code, plants, routes)


def _passages(world: World, base: Base) -> Iterable[Candidate]:
    net = base.net
    at = {route: i for i, route in enumerate(net.routes)}
    mass = dict(zip(world.commodities["commodity"], world.commodities["freight_mass"], strict=True))
    names = sorted({p.strip() for text in world.routes["passages"] for p in str(text).split(";")} - {""})
    for name in names:
        detours = passage_rows(Target.of("passage", name=name), world)
        km = {at[row]: extra for row, extra in detours.items() if row in at}
        rate = world.parameter("freight_sea")
        yield Candidate(
            name,
            name.replace("_", " ").title(),
            stopped=frozenset(i for i, extra in km.items() if np.isinf(extra)),
            dearer={
                i: extra * rate * float(mass[net.routes[i].split(":", 1)[0]])
                for i, extra in km.items()
                if not np.isinf(extra)
            },
        )


def reduced(found: Sequence[Candidate], *, dominated: bool) -> list[int]:
    """Return the candidates that a search has to look at.

    Of several that take the same rows the first is kept. Where losing more never does less harm, one that takes
    only part of what another takes can be left out too: putting the other in its place takes as much or more.

    Args:
        found: Candidates.
        dominated: Leave out those that take part of what another takes.

    Returns:
        Indices in `found`.
    """
    takers: dict[tuple[str, int], list[int]] = {}
    for i, c in enumerate(found):
        for row in c.rows():
            takers.setdefault(row, []).append(i)
    kept: list[int] = []
    for i, c in enumerate(found):
        # Whoever takes all that this takes also takes the one of its rows that the fewest take.
        rivals = min((takers[row] for row in c.rows()), key=len, default=[])
        over = [k for k in rivals if k != i and c.within(found[k])]
        if not any((k < i) if found[k].within(c) else dominated for k in over):
            kept.append(i)
    return kept
