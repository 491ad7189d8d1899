"""The whole answer on the sodium-ion hedge: break-even, value of the right, how much and how fast, and the crowd."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from oreflow.atlas import World
from oreflow.errors import DataError, UsageError
from oreflow.respond.hedge.breakeven import LITHIUM, Breakeven, breakeven, terms_of_conversion, threshold
from oreflow.respond.hedge.crowd import Crowd, Effect, Scare, crowd, price_effect, scare
from oreflow.respond.hedge.maker import Maker
from oreflow.respond.hedge.policies import Lattice, Told, frictionless, halves, lattice, regression, rule
from oreflow.respond.hedge.share import WEIGHTS, Choice, Frontier
from oreflow.respond.hedge.switch import Switch, committed, foresight
from oreflow.respond.prices.link import futures
from oreflow.respond.prices.paths import Paths
from oreflow.respond.prices.process import Process
from oreflow.respond.prices.table import hub_node, process_of
from oreflow.respond.prices.table import table as processes
from oreflow.respond.prices.tail import tail_mean
from oreflow.shock.ensemble import Ensemble

Floats = NDArray[np.float64]

PREMIA = (1.0, 0.75, 0.5, 0.25, 0.0)
"""Premia tried, as multiples of today's."""
ROUGH = 201
"""Prices of the lattice where only differences are asked for."""
FUTURES = 500
"""Futures that the choice of a share counts."""


@dataclass(frozen=True)
class Option:
    """What the right to switch is worth, USD for each kWh a year of the maker's LFP cells.

    Attributes:
        best: Best policy on what is known: by the lattice, or by regression where prices come from an ensemble.
        lattice: Dynamic programming; none for prices of an ensemble.
        regression: Learnt by regression, told on other futures.
        rule: Two prices to act on, told on other futures.
        foresight: What somebody who knew the future would have.
        committed: Switching at once, as far and fast as can be, for good.
        free: Without cost, lead and ramp: the closed form; none for prices of an ensemble.
        converted: Mean share ordered in each month under the policy by regression, shape (months,).
        bill: Mean present cost of the lithium in the cells without the right, in the futures that policies are told
            on.
        worst: The same in the worst 5 % of them.
        worst_told: Cost of lithium less what the policy by regression earns, in the worst 5 % of futures.
        worst_rule: The same with the rule.
    """

    best: float
    lattice: Lattice | None
    regression: Told
    rule: Told
    foresight: float
    committed: float
    free: float | None
    converted: Floats
    bill: float
    worst: float
    worst_told: float
    worst_rule: float


@dataclass(frozen=True, slots=True)
class AtPremium:
    """The hedge at another premium.

    Attributes:
        premium: Premium now, USD/kWh.
        threshold: Break-even price now, USD/t LCE.
        chance: Chance that lithium stands above its break-even in a month of the horizon.
        value: Value of the right, USD/(kWh/yr).
        committed: Value of switching at once, USD/(kWh/yr).
        share: Share that the choice made once converts.
        crowd: The fixed point.
    """

    premium: float
    threshold: float
    chance: float
    value: float
    committed: float
    share: float
    crowd: Crowd


@dataclass(frozen=True)
class Hedge:
    """The answer.

    Attributes:
        maker: Who hedges.
        breakeven: The break-even price now.
        decline: Yearly fall of the premium, as a share.
        strikes: Break-even in each month, shape (months,), USD/t LCE.
        switch: The right.
        paths: Futures of the lithium price.
        process: How the price moves, from the end of the ensemble where there is one.
        option: What the right is worth.
        swings: Input to the value of the right at its low and its high end, USD/(kWh/yr).
        frontier: Choices of share by ramp and weight.
        chosen: The choice at the weight and ramp of the tables.
        premia: The hedge at other premia.
        effect: How the lithium price falls with the share of everybody.
        crowd: The fixed point at today's premium.
        scare: A lithium scare with nobody, one firm and everybody ready.
        seed: Seed.
        world: Hash of the world.
    """

    maker: Maker
    breakeven: Breakeven
    decline: float
    strikes: Floats
    switch: Switch
    paths: Paths
    process: Process
    option: Option
    swings: dict[str, tuple[float, float]]
    frontier: tuple[Choice, ...]
    chosen: Choice
    premia: tuple[AtPremium, ...]
    effect: Effect | None
    crowd: Crowd | None
    scare: tuple[Scare, ...]
    seed: int
    world: str

    @property
    def above(self) -> Floats:
        """Chance that lithium stands above its break-even, by month."""
        return np.asarray((self.paths.values > self.strikes).mean(axis=0), dtype=float)


def strikes_of(told: Breakeven, decline: float, months: int) -> Floats:
    """Return the break-even price in each month as the premium falls.

    Args:
        told: Break-even now.
        decline: Yearly fall of the premium, as a share.
        months: Number of months.

    Returns:
        Shape (months,), USD/t LCE.

    Raises:
        UsageError: The decline is no share.
    """
    if not 0 <= decline < 1:
        raise UsageError(f"the yearly fall of the premium is a share between 0 and 1, not {decline:g}.")
    years = (np.arange(months) + 1.0) / 12.0
    premium = told.premium.value * (1.0 - decline) ** years
    return np.array([threshold(told.price, float(k), told.intensity.cell) for k in premium])


def option(switch: Switch, paths: Paths, process: Process | None) -> Option:
    """Value the right to switch.

    Args:
        switch: The right.
        paths: Futures of the lithium price, by the month.
        process: The process that they come from; none for an ensemble's.

    Returns:
        Its value under each policy, USD/(kWh/yr).

    Raises:
        UsageError: The paths are shorter than the right, or fewer than 8.
    """
    prices = paths.monthly().values
    learnt, plain = regression(switch, prices), rule(switch, prices)
    exact = None if process is None else lattice(switch, process)
    _, tell = halves(prices)
    bought = switch.lithium / 1000.0 / 12.0 * tell[:, : switch.months] @ switch.discount
    return Option(
        best=exact.value if exact is not None else max(learnt.mean, plain.mean, 0.0),
        lattice=exact,
        regression=learnt,
        rule=plain,
        foresight=float(foresight(switch, prices).mean()),
        committed=float(committed(switch, prices).mean()),
        free=None if process is None else frictionless(switch, process),
        converted=learnt.share.mean(axis=0),
        bill=float(bought.mean()),
        worst=tail_mean(bought),
        worst_told=tail_mean(bought - learnt.value),
        worst_rule=tail_mean(bought - plain.value),
    )


def assess(
    world: World,
    who: Maker,
    *,
    premium: float | None = None,
    decline: float | None = None,
    convert: float | None = None,
    lead: int | None = None,
    ramp: float | None = None,
    limit: float | None = None,
    years: int | None = None,
    weight: float | None = None,
    draws: int = 2000,
    seed: int = 1,
    start: str = "2026-01",
    ensemble: Ensemble | None = None,
    now: float | None = None,
    market: bool = True,
    progress: Callable[[str], None] | None = None,
) -> Hedge:
    """Say what the sodium-ion hedge is worth to a maker, how much of it to take and what it does to lithium.

    Args:
        world: World.
        who: The maker; see `oreflow.respond.hedge.maker.maker`.
        premium: Premium of a sodium-ion pack, USD/kWh. This and all others up to `weight`: the table's by default.
        decline: Yearly fall of the premium, as a share.
        convert: Cost of conversion, USD/(kWh/yr).
        lead: Months from an order to cells.
        ramp: Largest change of the share in a month.
        limit: Largest share of the cells.
        years: Years that converted lines are of use.
        weight: Weight of bad futures in the choice of a share.
        draws: Futures, where there is no ensemble.
        seed: Seed.
        start: First month, where there is no ensemble.
        ensemble: Market outcomes that the futures begin with.
        now: Lithium price from which the futures start, USD/t LCE; that of the base year by default. The premium
            holds at the price of the base year all the same.
        market: Run the market for what happens when others convert too.
        progress: Called with what is done next.

    Returns:
        The answer.

    Raises:
        UsageError: A number is out of range.
        DataError: A price, recipe or path is missing or not possible.
        ModelError: A market could not be cleared.
    """
    tell = progress or (lambda _: None)
    known = terms_of_conversion()
    value = {k: a.value for k, a in known.items()}
    told = breakeven(world, premium=premium)
    fall = value["premium_decline"] if decline is None else decline
    span = 12 * (round(value["horizon"]) if years is None else years)
    if not 12 <= span <= 480:
        raise UsageError(f"converted lines are of use for 1 to 40 years, not {span / 12:g}.")
    strikes = strikes_of(told, fall, span)
    switch = Switch(
        strikes=tuple(strikes.tolist()),
        lithium=told.intensity.cell,
        limit=who.limit if limit is None else limit,
        ramp=who.ramp if ramp is None else ramp,
        convert=value["conversion_cost"] if convert is None else convert,
        back=value["return_cost"]
        if convert is None
        else value["return_cost"] / value["conversion_cost"] * convert,
        lead=round(value["lead"]) if lead is None else lead,
        rate=value["rate"],
    )
    node = hub_node(world, LITHIUM)
    tell("Lithium prices")
    paths = futures(world, node, start=start, months=span, draws=draws, seed=seed, ensemble=ensemble, now=now)
    if paths.draws < 8:
        raise DataError(f"the hedge is valued on at least 8 futures; there are {paths.draws}.")
    process = process_of(world, LITHIUM)
    if now is not None:
        process = process.with_(start=now)
    own = process if ensemble is None else None
    tell("Policies")
    right = option(switch, paths, own)
    tell("Which input moves it")
    swings = _swings(world, who, told, switch, process, fall, span)
    tell("How much and how fast")
    some = paths.values[:FUTURES]
    care = value["tail_weight"] if weight is None else weight
    programme = Frontier(switch, some)
    scale = switch.ramp / who.ramp
    ramps = tuple(dict.fromkeys(r * scale for r in (who.ramp_low, who.ramp, who.ramp_high)))
    frontier = programme.along(ramps, tuple(sorted({*WEIGHTS, care})))
    chosen = programme.at(care)
    effect = None
    if market:
        tell("The market with less lithium in cells")
        effect = price_effect(world)
    premia = _premia(told, switch, paths, own, fall, care, effect)
    scares: tuple[Scare, ...] = ()
    if market:
        tell("A lithium scare")
        scares = tuple(
            scare(world, region=who.region, uses=who.uses, one=who.part if who.firm else 0.0, limit=switch.limit,
                  ramp=switch.ramp, premium=share * told.premium.value)
            for share in (1.0, 0.25)
        )  # fmt: skip
    return Hedge(
        maker=who,
        breakeven=told,
        decline=fall,
        strikes=strikes,
        switch=switch,
        paths=paths,
        process=process,
        option=right,
        swings=swings,
        frontier=frontier,
        chosen=chosen,
        premia=premia,
        effect=effect,
        crowd=crowd(switch, paths.values, effect) if effect is not None else None,
        scare=scares,
        seed=seed,
        world=world.hash,
    )


def _premia(
    told: Breakeven,
    switch: Switch,
    paths: Paths,
    process: Process | None,
    fall: float,
    weight: float,
    effect: Effect | None,
) -> tuple[AtPremium, ...]:
    """The hedge at other premia than today's."""
    out = []
    for multiple in PREMIA:
        p = multiple * told.premium.value
        there = replace(told, premium=replace(told.premium, low=p, value=p, high=p))
        strikes = strikes_of(there, fall, switch.months)
        mine = replace(switch, strikes=tuple(strikes.tolist()))
        value = (
            lattice(mine, process, points=ROUGH).value if process is not None
            else max(regression(mine, paths.values).mean, 0.0)
        )  # fmt: skip
        out.append(
            AtPremium(
                premium=p,
                threshold=threshold(told.price, p, told.intensity.cell),
                chance=float((paths.values > strikes).mean()),
                value=value,
                committed=float(committed(mine, paths.values).mean()),
                share=Frontier(mine, paths.values[:FUTURES]).at(weight).share,
                crowd=crowd(mine, paths.values, effect) if effect is not None else _alone(mine, paths),
            )
        )
    return tuple(out)


def _alone(switch: Switch, paths: Paths) -> Crowd:
    """The value of converting where the price does not answer."""
    flat = Effect(np.array([0.0, 1.0]), np.zeros(2), np.ones(2), np.ones(2), 0.0)
    return crowd(switch, paths.values, flat)


def _swings(
    world: World, who: Maker, told: Breakeven, switch: Switch, process: Process, fall: float, months: int
) -> dict[str, tuple[float, float]]:
    """Value of the right with each input at its low and its high end, the others at their middle."""
    known, prices = terms_of_conversion(), processes()

    def value(s: Switch = switch, p: Process = process) -> float:
        return lattice(s, p, points=ROUGH).value

    def struck(premium: float, decline: float) -> Switch:
        there = replace(told, premium=replace(told.premium, low=premium, value=premium, high=premium))
        return replace(switch, strikes=tuple(strikes_of(there, decline, months).tolist()))

    out: dict[str, tuple[float, float]] = {}
    ends = told.premium
    out["premium now (USD/kWh)"] = (value(struck(ends.low, fall)), value(struck(ends.high, fall)))
    r = known["premium_decline"].range
    out["yearly fall of the premium"] = (
        value(struck(ends.value, r.low)), value(struck(ends.value, r.high))
    )  # fmt: skip
    r = known["conversion_cost"].range
    out["cost of conversion (USD/(kWh/yr))"] = (
        value(replace(switch, convert=r.low)), value(replace(switch, convert=r.high))
    )  # fmt: skip
    r = known["lead"].range
    out["lead (months)"] = (
        value(replace(switch, lead=round(r.low))),
        value(replace(switch, lead=round(r.high))),
    )
    scale = switch.ramp / who.ramp
    out["largest change of the share a month"] = (
        value(replace(switch, ramp=who.ramp_low * scale)), value(replace(switch, ramp=who.ramp_high * scale))
    )  # fmt: skip
    for name, key in (("long-run lithium price", "level"), ("volatility of lithium", "volatility")):
        if (LITHIUM, key) in prices:
            r = prices[LITHIUM, key].range
            out[name] = (value(p=process.with_(**{key: r.low})), value(p=process.with_(**{key: r.high})))
    if (LITHIUM, "half_life") in prices:
        r = prices[LITHIUM, "half_life"].range
        pull = [float(np.log(2.0)) / x for x in (r.low, r.high)]
        out["half-life of a price gap"] = (value(p=process.with_(reversion=pull[0])),
                                           value(p=process.with_(reversion=pull[1])))  # fmt: skip
    return dict(sorted(out.items(), key=lambda i: -abs(i[1][1] - i[1][0])))
