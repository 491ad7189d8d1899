"""The focal markets of a reserve, one for each commodity and regime, and the outcomes of a quarter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from oreflow.atlas import World
from oreflow.errors import UnknownNameError
from oreflow.market import Base, Change, calibrate
from oreflow.market.network import Floats
from oreflow.respond.reserve import noise, regimes
from oreflow.respond.reserve.noise import Outcome
from oreflow.respond.reserve.regimes import Chain
from oreflow.respond.reserve.residual import Curve, Residual, blocs, exports
from oreflow.respond.reserve.spec import ChainSpec, Export, Regime, Spec

SQUEEZED = 0.05
"""Share above the mean price from which on the market of a default chain is squeezed."""
ORIGINS = ("feoc",)
"""Blocs whose export measures make regimes where the specification names none."""


@dataclass(frozen=True)
class Markets:
    """What the stages of a reserve are made of.

    Attributes:
        chain: Regimes with their chances.
        regimes: What holds in each, in the order of the chain.
        curves: By regime, commodity to its market.
        full: By regime, commodity to price and use of the full model with the regime's measures, USD/unit and unit/yr.
        first_year: By regime, commodity to the mean price over the first year of the full model with its stocks and
            transit, USD/unit: what the stage leaves out.
        outcomes: Outcomes of a quarter.
        unit: Commodity to its unit.
        mineral: Commodity to its mineral.
    """

    chain: Chain
    regimes: tuple[Regime, ...]
    curves: tuple[dict[str, Curve], ...]
    full: tuple[dict[str, tuple[float, float]], ...]
    first_year: tuple[dict[str, float], ...]
    outcomes: tuple[Outcome, ...]
    unit: dict[str, str]
    mineral: dict[str, str]

    @property
    def commodities(self) -> tuple[str, ...]:
        """Commodities with a market, in the order of the specification."""
        return tuple(self.curves[0])

    def base_price(self, commodity: str) -> float:
        """Price of the first regime, USD/unit."""
        return self.curves[0][commodity].base_price

    def use(self, commodity: str) -> float:
        """Final demand of the first regime, unit/yr."""
        return self.curves[0][commodity].base_use

    def price(self, regime: int, commodity: str) -> float:
        """Price in a regime without a reserve and without noise, USD/unit."""
        state = self.regimes[regime]
        level = state.price.get(commodity, 1.0)
        return float(self.curves[regime][commodity].clear(0.0, level=level, demand=state.demand)[0])

    def dearest(self, commodity: str) -> int:
        """Number of the first regime in which a commodity is dearest."""
        return int(np.argmax([round(self.price(k, commodity), 6) for k in range(len(self.regimes))]))


def commodities_of(spec: Spec) -> dict[str, tuple[str, ...]]:
    """Return each mineral's commodities that have a market."""
    return {m.name: tuple(dict.fromkeys(f.commodity for f in m.forms if f.commodity)) for m in spec.minerals}


def default_chains(world: World, spec: Spec) -> tuple[ChainSpec, ...]:
    """Return regimes for a specification without any: export measures of foreign entities of concern.

    Tight is a licence regime towards the region and its allies on everything that the reserve holds, at the mild end of
    the losses that the table of hazards has for licences: what is on record since 2023 was mild. In an embargo the
    allies get what the middle of that range leaves, the region what the middle of the range of bans leaves. Beside it
    the commodity of which most is used by worth is usual or squeezed, as futures of the hazards have it; where none
    is squeezed, that chain is left out.
    """
    minerals = tuple(m.name for m in spec.minerals)
    left = {}
    for name in ("licence_regime", "export_ban"):
        rows = world.hazards[(world.hazards["kind"] == "policy") & (world.hazards["law"] == name)]
        low, high = float(rows["loss_low"].mean()), float(rows["loss_high"].mean())
        left[name] = 1.0 - low, 1.0 - (low + high) / 2.0
    worth = world.demands[world.demands["region"] == spec.region].groupby("commodity")["quantity"].sum()
    price = (
        world.prices[world.prices["period"].astype(str).str.startswith("2025")]
        .groupby("commodity")["value"]
        .mean()
    )
    dear = max(
        (c for group in commodities_of(spec).values() for c in group), key=lambda c: worth[c] * price[c]
    )
    to = (spec.region, "allied")
    mild, hard = (Export("feoc", share, minerals, to) for share in left["licence_regime"])
    ban = Export("feoc", left["export_ban"][1], minerals, (spec.region,))
    return (
        ChainSpec(
            "policies",
            (
                Regime("calm"),
                Regime("tight", (mild,)),
                Regime("embargo", (hard, ban)),
            ),
        ),
        ChainSpec(
            "draws",
            (Regime("usual"), Regime(f"{dear.replace('_', ' ')} squeezed")),
            commodity=dear,
            above=SQUEEZED,
        ),
    )


def markets(world: World, spec: Spec, *, progress: Callable[[str], None] | None = None) -> Markets:
    """Derive the focal markets from the world.

    Args:
        world: World.
        spec: Specification, checked.
        progress: Told what is being done.

    Returns:
        The markets.

    Raises:
        UnknownNameError: A commodity has no market in the region.
        DataError: The chances between regimes are none.
        ModelError: A market could not be cleared.
    """
    say = progress or (lambda text: None)
    chains = spec.chains or default_chains(world, spec)
    mine = commodities_of(spec)
    if any(c.method == "draws" for c in chains) or (spec.noise.draws and not spec.noise.file):
        say("Futures of the hazards")
    ratio = _futures(world, spec, chains, mine)
    chain, states = _chain(world, spec, chains, ratio)
    texts = {
        str(r): str(b or "") for r, b in zip(world.regions["region"], world.regions["blocs"], strict=True)
    }
    eligible = blocs(texts, spec.eligible)
    curves: list[dict[str, Curve]] = [{} for _ in states]
    full: list[dict[str, tuple[float, float]]] = [{} for _ in states]
    first_year: list[dict[str, float]] = [{} for _ in states]
    for mineral, commodities in mine.items():
        base = calibrate(world, scope=(mineral,))
        say(f"Markets of {mineral}")
        for commodity in commodities:
            residual = Residual(base, commodity, spec.region, eligible=eligible, months=spec.months)
            for k, state in enumerate(states):
                changes = _changes(world, base, mineral, state, texts)
                curve = residual.curve(changes)
                if spec.unserved is not None:
                    curve = replace(
                        curve, voll=max(spec.unserved * base.price[residual.node], 1.001 * curve.price[-1])
                    )
                curves[k][commodity] = curve
                full[k][commodity] = residual.clear(changes)
        for k, state in enumerate(states):
            first_year[k] |= _first_year(
                base, _changes(world, base, mineral, state, texts), commodities, spec.region
            )
    unit = dict(zip(world.commodities["commodity"], world.commodities["unit"], strict=True))
    of = dict(zip(world.commodities["commodity"], world.commodities["mineral"], strict=True))
    names = [c for group in mine.values() for c in group]
    return Markets(
        chain, states, tuple(curves), tuple(full), tuple(first_year), _outcomes(spec, chains, mine, curves[0], ratio),
        {c: str(unit[c]) for c in names}, {c: str(of[c]) for c in names},
    )  # fmt: skip


LONG = 12
"""Quarters of a future from which a chain is counted."""
LEAST_DRAWS = 32
"""Futures that a chain is counted from, at least."""


def _futures(
    world: World, spec: Spec, chains: tuple[ChainSpec, ...], mine: dict[str, tuple[str, ...]]
) -> dict[str, Floats]:
    """Prices by future and quarter of what is asked for: long futures where a chain is counted from them."""
    counted = {c.commodity for c in chains if c.method == "draws"}
    noisy = spec.noise.draws if not spec.noise.file else 0
    ratio: dict[str, Floats] = {}
    for mineral, commodities in mine.items():
        long = bool(counted & set(commodities))
        draws = max(noisy, LEAST_DRAWS) if long else noisy
        if draws:
            ratio |= noise.prices(
                world,
                {mineral: commodities},
                spec.region,
                draws=draws,
                seed=spec.seed,
                quarters=LONG if long else 4,
            )
    return ratio


def _chain(
    world: World, spec: Spec, chains: tuple[ChainSpec, ...], ratio: dict[str, Floats]
) -> tuple[Chain, tuple[Regime, ...]]:
    """The chances between regimes, and what holds in each, over all chains together."""
    minerals = [m.name for m in spec.minerals]
    found = []
    for c in chains:
        names = [r.name for r in c.regimes]
        if c.method == "policies":
            texts = {
                str(r): str(b or "")
                for r, b in zip(world.regions["region"], world.regions["blocs"], strict=True)
            }
            named = tuple(e.origin for r in c.regimes for e in r.exports) or ORIGINS
            found.append(regimes.from_policies(world, minerals, blocs(texts, named), names))
        elif c.method == "prices":
            found.append(regimes.from_prices(world, c.commodity, above=c.above, names=names))
        elif c.method == "draws":
            if not spec.chains and ratio[c.commodity].max() <= 1.0 + c.above:
                continue
            found.append(regimes.from_draws(ratio[c.commodity], c.commodity, above=c.above, names=names))
        else:
            found.append(regimes.given(names, c.matrix))
    chain = regimes.product(found)
    states: list[Regime] = list(chains[0].regimes)
    for c in chains[1 : len(found)]:
        states = [_joined(a, b) for a in states for b in c.regimes]
    out = []
    for k, (name, state) in enumerate(zip(chain.names, states, strict=True)):
        price = dict(state.price)
        for commodity, level in chain.level.items():
            price[commodity] = price.get(commodity, 1.0) * level[k]
        out.append(replace(state, name=name, price=price))
    if spec.start and spec.start not in chain.names:
        raise UnknownNameError("regime", spec.start, chain.names, where="start")
    return chain, tuple(out)


def _joined(a: Regime, b: Regime) -> Regime:
    price = {c: a.price.get(c, 1.0) * b.price.get(c, 1.0) for c in {**a.price, **b.price}}
    return Regime(
        f"{a.name}, {b.name}", a.exports + b.exports, a.output + b.output, a.demand * b.demand, price
    )


def _changes(
    world: World, base: Base, mineral: str, state: Regime, texts: dict[str, str]
) -> tuple[Change, ...]:
    """What a regime does to the market of one mineral."""
    out: list[Change] = []
    commodities = [
        c for c in dict.fromkeys(base.net.node_commodity)
        if world.commodities.set_index("commodity")["mineral"][c] == mineral
    ]  # fmt: skip
    for e in state.exports:
        if e.minerals and mineral not in e.minerals:
            continue
        kept_from = sorted(blocs(texts, e.to)) if e.to else [None]
        for origin in sorted(blocs(texts, (e.origin,))):
            for c in commodities:
                for to in kept_from:
                    if to != origin:
                        change = exports(base, c, origin, e.limit, destination=to)
                        if change.rows:
                            out.append(change)
    net = base.net
    for region, commodity, share in state.output:
        if commodity not in commodities:
            continue
        plants = tuple(
            p
            for p, r, n in zip(net.plants, net.plant_region, net.plant_main, strict=True)
            if r == region and net.node_commodity[n] == commodity
        )
        out.append(Change("plants", plants, "availability", np.array([share])))
    return tuple(out)


def _first_year(
    base: Base, changes: tuple[Change, ...], commodities: tuple[str, ...], region: str
) -> dict[str, float]:
    """Mean prices over the first year of the full model, stocks and transit included, when a regime begins."""
    from oreflow.market import Draw, Engine, News, Settings

    settings = Settings(start="2026-01", periods=4, step="quarter", ahead=(3, 3, 3, 3, 6))
    price = Engine(base, settings).draw([News(0, changes)], Draw(), ("price",))["price"]
    return {c: float(price[base.net.nodes.index(f"{c}@{region}")].mean()) for c in commodities}


def _outcomes(
    spec: Spec,
    chains: tuple[ChainSpec, ...],
    mine: dict[str, tuple[str, ...]],
    calm: dict[str, Curve],
    ratio: dict[str, Floats],
) -> tuple[Outcome, ...]:
    names = [c for group in mine.values() for c in group]
    if spec.noise.file:
        for _, rows in spec.noise.file:
            for c in rows:
                if c not in names:
                    raise UnknownNameError("commodity", c, names, where="file of outcomes")
        return noise.from_rows(spec.noise.file, names)
    level = {c: np.ones(1) for c in names}
    if spec.noise.draws:
        most = {c.commodity: 1.0 + c.above for c in chains if c.method == "draws"}
        for c in names:
            # What is above the limit of a chain is its squeezed regime, and no noise.
            last = np.minimum(ratio[c][: spec.noise.draws, 3], most.get(c, np.inf))
            level[c] = last / last.mean()
    weight = {c: calm[c].base_price * calm[c].base_use for c in names}
    return noise.gathered(level, weight, atoms=spec.noise.atoms, demand_sigma=spec.noise.demand_sigma)
