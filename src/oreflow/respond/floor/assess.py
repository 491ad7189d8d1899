"""The whole answer on one or more floors: what they pay, what they buy, and what that does to the market."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from oreflow.atlas import World
from oreflow.errors import DataError, UsageError
from oreflow.market.blocks.floor import payment
from oreflow.respond.floor.financing import Financing, financed
from oreflow.respond.floor.market import Built, Kept, built, kept
from oreflow.respond.floor.payout import Payout, floor_value
from oreflow.respond.floor.project import Project, hurdles
from oreflow.respond.floor.terms import Terms
from oreflow.respond.prices.link import futures, mover
from oreflow.respond.prices.paths import Paths, month_index
from oreflow.respond.prices.process import Process
from oreflow.respond.prices.table import PARAMETERS, lookup, price_now, process_of, record, table
from oreflow.respond.prices.tail import TAIL, tail_mean
from oreflow.shock.ensemble import Ensemble

Floats = NDArray[np.float64]

STRIKES = (0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2)
"""Strikes tried, as multiples of that of the terms."""
ROUND = 1000.0
"""Units a year of the sum by hand."""
SOME = 1000
"""Most futures of each other assumption on the price."""


@dataclass(frozen=True, slots=True)
class AtStrike:
    """What another strike would pay and buy.

    Attributes:
        strike: USD/unit.
        payout: Expected present cost, USD.
        p95: Present cost that 95 % of the futures stay below, USD.
        prob: Chance that the project covers its hurdle; none without a project.
        cost: Expected present cost a unit of yearly capacity financed; none where none is.
    """

    strike: float
    payout: float
    p95: float
    prob: float | None
    cost: float | None


@dataclass(frozen=True, slots=True)
class IfPrices:
    """What the floor pays and buys where prices move otherwise.

    Attributes:
        what: Which assumption on the price.
        value: What it is then, in its unit.
        unit: That unit.
        payout: Expected present cost, USD.
        p95: Present cost that 95 % of the futures stay below, USD.
        prob_without: Chance that the project covers its hurdle without the floor; none without a project.
        prob_with: The same with it.
    """

    what: str
    value: float
    unit: str
    payout: float
    p95: float
    prob_without: float | None
    prob_with: float | None


@dataclass(frozen=True)
class Assessment:
    """One floor.

    Attributes:
        terms: The terms.
        project: The project; none where only the payments are asked for.
        paths: Futures of the reference price.
        price: Price of the base year, USD/unit.
        by_hand: Payment in a year on 1,000 units at that price, USD.
        payout: What it pays.
        financing: The project with and without it.
        strikes: Other strikes.
        moves: Other assumptions on the price.
        built: The market with what it finances.
        kept: A fall of demand with and without it.
        lower: Expected present cost at the prices that the capacity it finances brings, USD; none where none.
        worst_price: Mean reference price in the worst 5 % of futures, USD/unit.
    """

    terms: Terms
    project: Project | None
    paths: Paths
    price: float
    by_hand: float
    payout: Payout
    financing: Financing | None
    strikes: tuple[AtStrike, ...]
    moves: tuple[IfPrices, ...]
    built: Built | None
    kept: Kept | None
    lower: float | None
    worst_price: float


@dataclass(frozen=True, slots=True)
class Together:
    """Several floors in one budget.

    Attributes:
        mean: Expected present cost of all, USD.
        p95: Present cost of all that 95 % of the futures stay below, USD.
        sum_of_p95: Sum of the same for each alone, USD.
        tail: Mean present cost of the worst 5 % of futures, USD.
        correlation: Correlation of the present costs, shape (n, n).
        shared: Correlation of the changes of two minerals' prices.
        ends: That correlation at its low and its high end, with the P95 of all; empty where prices come from an
            ensemble.
    """

    mean: float
    p95: float
    sum_of_p95: float
    tail: float
    correlation: tuple[tuple[float, ...], ...]
    shared: float
    ends: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Floors:
    """The answer.

    Attributes:
        floors: Each floor.
        together: All of them; none for one alone.
        rate: Discount rate of the payments, 1/yr.
        draws: Futures.
        seed: Seed.
        world: Hash of the world.
    """

    floors: tuple[Assessment, ...]
    together: Together | None
    rate: float
    draws: int
    seed: int
    world: str


def assess(
    world: World,
    cases: Sequence[tuple[Terms, Project | None]],
    *,
    rate: float | None = None,
    draws: int = 2000,
    seed: int = 1,
    ensemble: Ensemble | None = None,
    market: bool = True,
    fall: float = 0.2,
    correlation: float | None = None,
    now: float | None = None,
    progress: Callable[[str], None] | None = None,
) -> Floors:
    """Say what floors pay, what they buy and what that does to the market.

    Args:
        world: World.
        cases: Terms and the project they are for; a floor without a project needs a quantity.
        rate: Discount rate of the payments, 1/yr; that of the table by default.
        draws: Futures, where there is no ensemble.
        seed: Seed.
        ensemble: Market outcomes that the futures begin with.
        market: Clear the market with and without the floor.
        fall: Share of demand that goes in the test of what the floor keeps.
        correlation: Correlation of the changes of two minerals' prices; that of the table by default.
        now: Reference price from which the futures start, USD/unit; that of the base year by default. For floors on one
            price only.
        progress: Called with what is done next.

    Returns:
        The answer.

    Raises:
        UsageError: A number is out of range, a name is given twice, or there is neither quantity nor project.
        DataError: Nothing is known of how a price moves, or a project's numbers are not possible.
        ModelError: A market could not be cleared.
    """
    if not cases:
        raise UsageError("no floor is given; give terms or a plant.")
    if draws < 2:
        raise UsageError(f"the spread of a payout needs at least 2 draws, not {draws}.")
    if rate is None:
        rate = hurdles("any")["public_rate"].value
    if not -0.5 < rate < 1:
        raise UsageError(f"a discount rate is a share a year like 0.04, not {rate:g}.")
    if now is not None and len({t.node for t, _ in cases}) > 1:
        raise UsageError(
            "one price now cannot hold for floors on several prices; ask for one floor at a time."
        )
    tell = progress or (lambda _: None)
    told = table()["any", "correlation"]
    shared = told.value if correlation is None else correlation
    out = []
    for terms, project in cases:
        tell(f"Prices of {terms.node}")
        out.append(_one(world, terms, project, rate, draws, seed, ensemble, market, fall, shared, now, tell))
    together = None
    if len(out) > 1:
        tell("All floors together")
        ends = []
        for at in (told.range.low, told.range.high) if ensemble is None else ():
            ends.append((at, float(np.quantile(sum(_again(world, a, rate, seed, at) for a in out), TAIL))))
        together = _together(out, shared, tuple(ends))
    return Floors(
        floors=tuple(out),
        together=together,
        rate=rate,
        draws=out[0].paths.draws,
        seed=seed,
        world=world.hash,
    )


def _one(
    world: World,
    terms: Terms,
    project: Project | None,
    rate: float,
    draws: int,
    seed: int,
    ensemble: Ensemble | None,
    market: bool,
    fall: float,
    shared: float,
    now: float | None,
    tell: Callable[[str], None],
) -> Assessment:
    commodity = terms.node.partition("@")[0]
    start = ensemble.manifest.periods[0] if ensemble is not None else terms.start
    ahead = month_index(terms.start) - month_index(start)
    if ahead < 0:
        raise DataError(
            f"floor {terms.name!r} starts in {terms.start}, before the first month of the ensemble ({start}). Let it "
            "start later, or use an ensemble that begins earlier."
        )
    months = max(ahead + terms.months, project.months if project else 0)
    paths = futures(world, terms.node, start=start, months=months, draws=draws, seed=seed, ensemble=ensemble,
                    shared=shared, now=now)  # fmt: skip
    price = price_now(world, commodity) if now is None else now
    stream = _stream(seed, project)

    def case(t: Terms, p: Paths) -> tuple[Payout, Financing | None]:
        if project is None:
            return floor_value(t, p, rate=rate), None
        made = financed(project, t, p, rate=rate, seed=stream)
        return made.payout, made

    payout, made = case(terms, paths)
    tell(f"Strikes of {terms.name}")
    strikes = []
    for k in STRIKES:
        paid, with_ = case(replace(terms, strike=k * terms.strike), paths)
        strikes.append(
            AtStrike(k * terms.strike, paid.mean, paid.quantile(TAIL), with_.prob_with if with_ else None,
                     with_.cost_per_capacity if with_ else None)
        )  # fmt: skip
    tell(f"Other prices for {terms.name}")
    moves = []
    moved, known = mover(world, commodity), table()
    for what, at, process in _processes(world, moved):
        other = futures(world, terms.node, start=start, months=months, draws=min(draws, SOME), seed=seed,
                        ensemble=ensemble, process=process, shared=shared, now=now)  # fmt: skip
        paid, with_ = case(terms, other)
        moves.append(
            IfPrices(what, at, known[moved, what].unit, paid.mean, paid.quantile(TAIL),
                     with_.prob_without if with_ else None, with_.prob_with if with_ else None)
        )  # fmt: skip
    new, old, lower = None, None, None
    if market:
        tell(f"The market with {terms.name}")
        if made is not None and project is not None and project.plant:
            new = built(world, made)
            if new is not None:
                lower = case(terms, paths.scaled(1.0 + new.last))[0].mean
        region = _region(world, project)
        if region:
            old = kept(world, terms, region, fall=fall)
    bad = payout.present >= np.quantile(payout.present, TAIL)
    return Assessment(
        terms=terms,
        project=project,
        paths=paths,
        price=price,
        by_hand=float(payment(terms.strike, np.array([price]), np.array([ROUND]), upside=terms.upside)[0]),
        payout=payout,
        financing=made,
        strikes=tuple(strikes),
        moves=tuple(moves),
        built=new,
        kept=old,
        lower=lower,
        worst_price=float(payout.reference[bad].mean()),
    )


def _processes(world: World, commodity: str) -> list[tuple[str, float, Process]]:
    """The process of a price with each assumption at its low and its high end."""
    known, own = table(), process_of(world, commodity)
    out = []
    for what in PARAMETERS:
        if (commodity, what) in known:
            r = known[commodity, what].range
            for at in (r.low, r.high):
                change = {"half_life": {"reversion": float(np.log(2.0)) / at}}.get(what, {what: at})
                out.append((what, at, own.with_(**change)))
    return out


def _region(world: World, project: Project | None) -> str:
    """Region whose plants of the product run, for the test of what a floor keeps; empty where none do."""
    if project is None or not project.plant:
        return ""
    plants = world["plants"]
    region = str(record(plants, "plant", project.plant)["region"])
    commodity = project.node.partition("@")[0]
    outputs = lookup(world["processes"], "process", "output")
    same = (
        (plants["process"].map(outputs) == commodity) & (plants["region"] == region) & (plants["output"] > 0)
    )
    return region if bool(same.any()) else ""


def _again(world: World, a: Assessment, rate: float, seed: int, shared: float) -> Floats:
    """What a floor costs in each future where prices of minerals move together otherwise, shape (draws,)."""
    paths = futures(world, a.terms.node, start=a.paths.start, months=a.paths.span, draws=a.paths.draws, seed=seed,
                    shared=shared, now=a.paths.now)  # fmt: skip
    if a.project is None:
        return floor_value(a.terms, paths, rate=rate).present
    return financed(a.project, a.terms, paths, rate=rate, seed=_stream(seed, a.project)).payout.present


def _stream(seed: int, project: Project | None) -> tuple[int, int]:
    """Seed of what a project costs: two projects are drawn apart."""
    return (seed, crc32((project.name if project else "").encode()))


def _together(floors: Sequence[Assessment], shared: float, ends: tuple[tuple[float, float], ...]) -> Together:
    draws = {a.payout.present.shape for a in floors}
    if len(draws) > 1:
        raise DataError("the floors have different numbers of futures, so they cannot be added up.")
    costs = np.array([a.payout.present for a in floors])
    total = costs.sum(axis=0)
    moves = costs.std(axis=1) > 0
    link = np.eye(len(costs))
    if moves.sum() > 1:
        link[np.ix_(moves, moves)] = np.corrcoef(costs[moves])
    return Together(
        mean=float(total.mean()),
        p95=float(np.quantile(total, TAIL)),
        sum_of_p95=float(sum(np.quantile(c, TAIL) for c in costs)),
        tail=tail_mean(total),
        correlation=tuple(tuple(float(x) for x in row) for row in link),
        shared=shared,
        ends=ends,
    )
