"""`Spec`: what a reserve may hold, where, how fast it moves, and what may happen, checked against the world."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from oreflow.atlas import World
from oreflow.errors import UnknownNameError, UsageError

QUARTER = 0.25
"""Length of a stage, years."""
MODES = ("rail", "road", "intermodal", "sea")
"""How goods move. Intermodal goods go by rail, with a handling at each end."""


@dataclass(frozen=True, slots=True)
class Assumed:
    """An input that somebody set.

    Attributes:
        name: Where it stands in the specification, e.g. ``minerals.gallium.forms.metal.storage``.
        value: Value used.
        low: Low end of what it may be; None where not said.
        high: High end.
        unit: Unit.
        source: Where it is from; ``assumed`` where nowhere.
        note: Anything a reader must know.
    """

    name: str
    value: float
    low: float | None
    high: float | None
    unit: str
    source: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form in which a mineral is held.

    Attributes:
        name: Name, e.g. ``metal``.
        commodity: Commodity of the world whose market buys and takes it; empty for scrap and the like, which can be
            bought from `feed` and must be refined before it is of use.
        feed: What can be bought of it a year where it has no market, unit/yr.
        feed_price: Its price as a share of the price of what it is refined into.
        storage: Cost of holding, USD/unit a year.
        loss: Share lost a year.
        shelf_life: Years after which it is spoilt; infinite where it keeps.
        rotation: Cost of selling old stock and buying as much fresh, USD/unit.
        handling: Cost of taking in or giving out, freight apart, USD/unit.
        buy_rate: Most that is bought a year, unit/yr; None for a quarter of the region's use.
        release_rate: Most that is given out a year, unit/yr; None for all of the region's use.
        most: Most that is held over all places, unit; None for two years of the region's use.
        opening: Stock at the start by place, unit.
        mass: Tonnes in a unit, for freight and space.
    """

    name: str
    commodity: str = ""
    feed: float = 0.0
    feed_price: float = 0.0
    storage: float = 0.0
    loss: float = 0.0
    shelf_life: float = math.inf
    rotation: float = 0.0
    handling: float = 0.0
    buy_rate: float | None = None
    release_rate: float | None = None
    most: float | None = None
    opening: dict[str, float] = field(default_factory=dict)
    mass: float = 1.0


@dataclass(frozen=True, slots=True)
class Refining:
    """Turning one held form into another.

    Attributes:
        source: Form used.
        target: Form made.
        yield_: Made over used.
        cost: USD per unit made.
        capacity: Most that is made a year, unit/yr.
    """

    source: str
    target: str
    yield_: float
    cost: float
    capacity: float


@dataclass(frozen=True, slots=True)
class Mineral:
    """A mineral of the reserve.

    Attributes:
        name: Mineral.
        forms: Forms it is held in.
        refining: Turning one into another.
    """

    name: str
    forms: tuple[Form, ...]
    refining: tuple[Refining, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """A place of the reserve.

    Attributes:
        name: Name.
        region: Region it lies in.
        space: Room, t; infinite where it does not bind.
        legs: Way to the market: pairs of mode and km. None in another region, where the table of routes has it.
        rate: Most that its line carries in or out a year, t/yr.
    """

    name: str
    region: str
    space: float = math.inf
    legs: tuple[tuple[str, float], ...] | None = None
    rate: float = math.inf


@dataclass(frozen=True, slots=True)
class Export:
    """An origin that limits what it ships.

    Attributes:
        origin: Region or bloc.
        limit: Multiple of the base flow that may leave.
        minerals: Minerals it holds for; all of the reserve where empty.
        to: Regions or blocs it is kept from; everybody where empty.
    """

    origin: str
    limit: float
    minerals: tuple[str, ...] = ()
    to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Regime:
    """What holds while a regime lasts.

    Attributes:
        name: Name.
        exports: Limits on exports.
        output: Region, commodity and share of its output that is there.
        demand: Multiple of the region's final demand.
        price: Commodity to multiple of the prices at which supply is to be had.
    """

    name: str
    exports: tuple[Export, ...] = ()
    output: tuple[tuple[str, str, float], ...] = ()
    demand: float = 1.0
    price: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChainSpec:
    """How the chances between regimes are found.

    Attributes:
        method: ``policies``, ``prices``, ``draws`` or ``matrix``.
        regimes: Regimes of the chain.
        matrix: Chances a quarter where the method is ``matrix``.
        commodity: Commodity whose prices are read.
        above: See `oreflow.respond.reserve.regimes.from_prices`.
    """

    method: str
    regimes: tuple[Regime, ...]
    matrix: tuple[tuple[float, ...], ...] = ()
    commodity: str = ""
    above: float = 0.15


@dataclass(frozen=True, slots=True)
class NoiseSpec:
    """What may differ from quarter to quarter within a regime.

    Attributes:
        draws: Futures of the hazards whose prices make outcomes that do not last; 0 for none. Prices last longer than
            a quarter: a chain by ``draws`` keeps that, where outcomes that forget invite trading on them.
        atoms: How many outcomes stand for them.
        demand_sigma: Log standard deviation of demand.
        file: Outcomes from a file instead: rows of probability and, by commodity, supply, demand and price.
    """

    draws: int = 0
    atoms: int = 3
    demand_sigma: float = 0.04
    file: tuple[tuple[float, dict[str, tuple[float, float, float]]], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """A reserve.

    Attributes:
        name: Name.
        title: What it is, in a line.
        region: Region it serves.
        eligible: Blocs or regions that it may buy from; ``not-`` before a bloc stands for all others.
        minerals: What it may hold.
        places: Where.
        moves: Pairs of places between which stock can move, with legs; None where the table of routes has the way.
        budget: Money that may be tied up in stock, at base prices, USD.
        discount: Real discount rate a year.
        unserved: Worth of demand that is given up at no price, as a multiple of the base price.
        chains: Regimes.
        start: Regime at the start.
        noise: Noise.
        quarters: Length of a finite horizon; 0 for one without end.
        salvage: Worth of what is left at the end of a finite horizon, as a share of the base price.
        risk_weight: Weight of the tail in what is minimised, 0 to 1.
        risk_level: Share of worst outcomes that makes the tail.
        months: Months since the news at which elasticities are taken.
        trigger: Price rise from which on fixed days of cover are released, as a multiple of the base price.
        seed: Seed of all draws.
        assumptions: Inputs that somebody set.
        facts: Statements about the reserve with their source.
    """

    name: str
    title: str = ""
    region: str = "USA"
    eligible: tuple[str, ...] = ("not-feoc",)
    minerals: tuple[Mineral, ...] = ()
    places: tuple[Place, ...] = ()
    moves: tuple[tuple[str, str, tuple[tuple[str, float], ...] | None], ...] = ()
    budget: float = math.inf
    discount: float = 0.03
    unserved: float | None = None
    chains: tuple[ChainSpec, ...] = ()
    start: str = ""
    noise: NoiseSpec = NoiseSpec()
    quarters: int = 0
    salvage: float = 1.0
    risk_weight: float = 0.0
    risk_level: float = 0.2
    months: float = 12.0
    trigger: float = 1.5
    seed: int = 20251120
    assumptions: tuple[Assumed, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        _positive(self)

    @property
    def infinite(self) -> bool:
        """Whether the horizon has no end."""
        return self.quarters == 0

    @property
    def hash(self) -> str:
        """Short hash of all that decides the result."""
        text = json.dumps(asdict(self), sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def only(self, minerals: tuple[str, ...]) -> Spec:
        """Return the specification with some of its minerals.

        Raises:
            UnknownNameError: It does not hold one of them.
        """
        known = [m.name for m in self.minerals]
        for name in minerals:
            _one("mineral", name, known, "the specification")
        kept = tuple(m for m in self.minerals if m.name in minerals)

        def export(e: Export) -> Export | None:
            left = tuple(m for m in e.minerals if m in minerals)
            return None if e.minerals and not left else replace(e, minerals=left)

        held = {f.commodity for m in kept for f in m.forms}
        chains = tuple(
            replace(
                c,
                regimes=tuple(
                    replace(r, exports=tuple(x for x in map(export, r.exports) if x is not None))
                    for r in c.regimes
                ),
            )
            for c in self.chains
            if not c.commodity or c.commodity in held
        )
        return replace(self, minerals=kept, chains=chains)

    def with_(self, **changes: Any) -> Spec:
        """Return the specification with some attributes changed."""
        return replace(self, **changes)


def _positive(spec: Spec) -> None:
    def bad(what: str, value: float, needed: str) -> UsageError:
        return UsageError(f"{what} is {value:g}; {needed}.")

    if not spec.budget >= 0:
        raise bad("the budget", spec.budget, "give 0 USD or more")
    if not 0 < spec.discount < 1:
        raise bad("the discount rate", spec.discount, "give a share a year between 0 and 1")
    if not (isinstance(spec.quarters, int) and 0 <= spec.quarters <= 400):
        raise UsageError(
            f"the horizon is {spec.quarters} quarters; give 1 to 400, or none for one without end."
        )
    if not 0 <= spec.risk_weight <= 1:
        raise bad("the weight of the tail", spec.risk_weight, "give 0 to 1")
    if not 0 < spec.risk_level <= 1:
        raise bad("the level of the tail", spec.risk_level, "give a share of outcomes above 0 and up to 1")
    if spec.unserved is not None and not 1 < spec.unserved <= 1000:
        raise bad("the worth of unserved demand", spec.unserved, "give a multiple of the base price above 1")
    if not 0 <= spec.noise.demand_sigma <= 1:
        raise bad(
            "the spread of demand", spec.noise.demand_sigma, "give a log standard deviation from 0 to 1"
        )
    if not (0 <= spec.noise.draws <= 10_000 and 1 <= spec.noise.atoms <= 50):
        raise UsageError(
            f"noise: {spec.noise.draws} draws in {spec.noise.atoms} outcomes; give 0 to 10000 in 1 to 50."
        )
    for mineral in spec.minerals:
        for f in mineral.forms:
            at = f"{mineral.name}, form {f.name}"
            if not f.shelf_life > 0:
                raise bad(
                    f"{at}: the shelf life",
                    f.shelf_life,
                    "give years above 0, or leave it out where it keeps",
                )
            for name in ("storage", "rotation", "handling", "feed", "feed_price"):
                if not 0 <= getattr(f, name) < math.inf:
                    raise bad(f"{at}: {name}", getattr(f, name), "give 0 or more")
            for name in ("buy_rate", "release_rate", "most"):
                value = getattr(f, name)
                if value is not None and not 0 <= value < math.inf:
                    raise bad(f"{at}: {name}", value, "give 0 or more")
            if not 0 <= f.loss < 1:
                raise bad(f"{at}: the loss", f.loss, "give a share a year from 0 to below 1")
            if any(not 0 <= v < math.inf for v in f.opening.values()):
                raise UsageError(f"{at}: the opening stock is negative or no number.")
        for r in mineral.refining:
            if not (0 < r.yield_ <= 1 and r.cost >= 0 and r.capacity >= 0):
                raise UsageError(
                    f"{mineral.name}, refining {r.source} to {r.target}: give a yield above 0 and up to 1, and a cost "
                    "and a capacity of 0 or more."
                )
    for place in spec.places:
        if not place.space >= 0 or not place.rate >= 0:
            raise UsageError(f"place {place.name}: room and rate must be 0 or more.")


def check(spec: Spec, world: World) -> None:
    """Check every name of a specification against a world and against itself.

    Args:
        spec: Specification.
        world: World.

    Raises:
        UnknownNameError: A mineral, commodity, region, bloc, form, place, regime or way is unknown; the
        nearest is named.
        UsageError: Nothing can be held, or nothing that is held can be of use.
    """
    from oreflow.respond.reserve.residual import blocs

    regions = {
        str(r): str(b or "") for r, b in zip(world.regions["region"], world.regions["blocs"], strict=True)
    }
    _one("region", spec.region, regions, "region")
    blocs(regions, spec.eligible)
    minerals = list(dict.fromkeys(m for m in world.commodities["mineral"] if m != "battery"))
    of = dict(zip(world.commodities["commodity"], world.commodities["mineral"], strict=True))
    places = [p.name for p in spec.places]
    if not spec.minerals or not places:
        raise UsageError("a reserve needs a mineral and a place.")
    for m in spec.minerals:
        _one("mineral", m.name, minerals, "minerals")
        names = [f.name for f in m.forms]
        for f in m.forms:
            at = f"minerals.{m.name}.forms.{f.name}"
            if f.commodity:
                _one("form", f.commodity, [c for c, of_ in of.items() if of_ == m.name], at)
            elif not any(r.source == f.name for r in m.refining):
                raise UsageError(
                    f"{at}: has no market and is refined into nothing. Give a commodity, or a refining."
                )
            for place in f.opening:
                _one("place", place, places, f"{at}.opening")
        if not any(f.commodity for f in m.forms):
            raise UsageError(f"minerals.{m.name}: no form has a market. Give one a commodity.")
        for r in m.refining:
            for name in (r.source, r.target):
                _one("form", name, names, f"minerals.{m.name}.refining")
    held = [m.name for m in spec.minerals]
    for p in spec.places:
        _one("region", p.region, regions, f"places.{p.name}")
        _ways(p.legs, f"places.{p.name}.legs")
        if p.legs is None and p.region != spec.region:
            _route(world, p.region, spec.region, f"places.{p.name}")
    region_of = {p.name: p.region for p in spec.places}
    for a, b, legs in spec.moves:
        for name in (a, b):
            _one("place", name, places, "moves")
        _ways(legs, f"moves, {a} to {b}")
        if legs is None:
            _route(world, region_of[a], region_of[b], f"moves, {a} to {b}")
    for chain in spec.chains:
        _one("method", chain.method, ("policies", "prices", "draws", "matrix"), "regimes")
        if chain.method in ("prices", "draws"):
            _one(
                "commodity",
                chain.commodity,
                [f.commodity for m in spec.minerals for f in m.forms if f.commodity],
                "regimes",
            )
        for regime in chain.regimes:
            at = f"regimes, {regime.name}"
            for e in regime.exports:
                blocs(regions, (e.origin, *e.to))
                for name in e.minerals:
                    _one("mineral", name, held, at)
                if not e.limit >= 0:
                    raise UsageError(f"{at}: the limit of exports is {e.limit:g}; give 0 or more.")
            for region, commodity, share in regime.output:
                _one("region", region, regions, at)
                _one("commodity", commodity, of, at)
                if not share >= 0:
                    raise UsageError(f"{at}: the share of output is {share:g}; give 0 or more.")
            for commodity in regime.price:
                _one("commodity", commodity, of, at)


def _one(kind: str, name: str, known: Iterable[str], where: str) -> None:
    names = list(known)
    if name not in names:
        raise UnknownNameError(kind, name, names, where=where)


def _ways(legs: tuple[tuple[str, float], ...] | None, where: str) -> None:
    for mode, km in legs or ():
        _one("mode", mode, MODES, where)
        if not 0 <= km < 50_000:
            raise UsageError(f"{where}: a leg of {km:g} km; give 0 to 50000.")


def _route(world: World, origin: str, destination: str, where: str) -> None:
    if origin == destination:
        raise UsageError(f"{where}: both ends lie in {origin}; give the legs, as mode and km.")
    table = world.routes
    known = [f"{a}>{b}" for a, b in zip(table["origin"], table["destination"], strict=True)]
    _one("route", f"{origin}>{destination}", known, where)


def freight(world: World, legs: tuple[tuple[str, float], ...] | None, ends: tuple[str, str]) -> float:
    """Return the cost of a way, USD/t.

    Args:
        world: World, for the freight rates and the table of routes.
        legs: Pairs of mode and km; None for the table of routes.
        ends: Regions of both ends.

    Returns:
        Freight, with a handling at each end of a rail, intermodal or sea leg.
    """
    g = world.parameter
    if legs is None:
        table = world.routes
        mine = table[(table["origin"] == ends[0]) & (table["destination"] == ends[1])]
        return float(mine["freight"].min()) if len(mine) else 0.0
    rate = {
        "rail": g("freight_rail"),
        "intermodal": g("freight_rail"),
        "road": g("freight_road"),
        "sea": g("freight_sea"),
    }
    lifts = {"rail": 1, "intermodal": 2, "road": 0, "sea": 2}
    return sum(rate[mode] * km + lifts[mode] * g("freight_handling") for mode, km in legs)
