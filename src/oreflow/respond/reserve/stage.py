r"""The stage problem: one quarter of the focal markets, with the reserve beside them.

Quantities of a commodity are counted in a hundredth of what the region uses in a quarter (`Layout.scale`), money in
million USD, so that gallium and copper have numbers of one size. For each commodity c with steps k of supply (price
p_k, source s) and of demand, each form f at each place a, all ≥ 0:

    min  Σ λ·p_k·x_sk + Σ p_k·g_k + V·u                        what supply costs, what given-up demand was worth
         + Σ (σ_f·out_fa + (h_f + t_a)·(buy_fa + rel_fa) + ρ_f·rot_fa) + refining, moves, feed

    balance(c):   Σ x_sk + Σ g_k + u + Σ rel_fa − Σ buy_fa = δ·D + outflow
    stock(f,a):   out = (1 − ℓ)·in + buy − rel + made − used + arrived − left − spoilt
    fresh(f):     rot + rel + used + spoilt ≥ in/L                      what is as old as its shelf life is turned over
    short(c):     short = Σ g_k (p_k above the calm price) + u          counted only
    eligible(c):  Σ_f,a buy_fa ≤ Σ x over eligible origins, domestic supply and recycling
    space(a):     Σ_f mass·out_fa ≤ room       rate(f), line(a): limits of buying, releasing, and of the line
    budget:       Σ_f,a p⁰_f·out_fa ≤ B

x_sk ≤ ν_s·width (ν the outcome's multiple for imports), g_k ≤ δ·width, u ≤ δ·firm; λ the price level of
supply, of the regime and the outcome together. The cost of a calm quarter without a reserve is taken off every quarter, so
that what is minimised is what chance and the reserve add to it.

| dual | meaning | unit |
|---|---|---|
| balance(c) | price in the region | M USD per scaled unit |
| stock(f,a) | what one more unit in stock is worth | M USD per scaled unit |
| budget | what one more dollar of budget saves a quarter | USD/USD |
| space(a), line(a) | what a tonne of room, or of line, is worth | M USD/t |

The cost to go is never below what the quarters to come cost where any stock that can be held is there for nothing; the
solver finds that floor.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from oreflow.atlas import World
from oreflow.market.network import Floats, Ints
from oreflow.respond.reserve.market import Markets
from oreflow.respond.reserve.residual import FOREIGN, SOURCES
from oreflow.respond.reserve.spec import QUARTER, Form, Mineral, Place, Spec, freight
from oreflow.respond.sddp import Graph, Noise, Stage

MILLION = 1e6
PARTS = 100.0
"""A scaled unit is this part of a quarter's use."""
MOST_YEARS = 2.0
"""Years of use that are held at most where the specification does not say."""
LAST = 1e-6
"""Share by which demand is worth more than supply of its price, so that what is to be had at a price is used first."""
TINY = 1e-7
"""Steps narrower than this, in scaled units, are left out."""


@dataclass(frozen=True)
class Held:
    """A form at a place: one state.

    Attributes:
        mineral: Mineral.
        form: Form.
        place: Place.
        anchor: Commodity whose use scales it and whose price values it.
        book: Base price of a unit, USD: what it counts in the budget.
        scale: Units in a scaled unit.
        way: Freight to the market, USD/unit.
        mass: Tonnes in a unit.
    """

    mineral: str
    form: Form
    place: Place
    anchor: str
    book: float
    scale: float
    way: float
    mass: float

    @property
    def name(self) -> str:
        """Name of the state."""
        return f"{self.mineral} {self.form.name} at {self.place.name}"

    @property
    def market(self) -> bool:
        """Whether it can be given to a market as it is."""
        return bool(self.form.commodity)


@dataclass
class _Builder:
    """Columns and rows under construction."""

    names: list[str] = field(default_factory=list)
    cost: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    rows: list[str] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    entries: list[tuple[int, int, float]] = field(default_factory=list)

    def column(self, name: str, cost: float = 0.0, upper: float = np.inf) -> int:
        self.names.append(name)
        self.cost.append(cost)
        self.upper.append(upper)
        return len(self.names) - 1

    def row(self, name: str, low: float, high: float, *terms: tuple[int, float]) -> int:
        self.rows.append(name)
        self.low.append(low)
        self.high.append(high)
        i = len(self.rows) - 1
        self.entries += [(i, j, v) for j, v in terms]
        return i

    def matrix(self) -> sparse.csc_matrix:
        i, j, v = (np.array(x) for x in zip(*self.entries, strict=True))
        return sparse.coo_matrix((v, (i, j)), shape=(len(self.rows), len(self.names))).tocsc()


@dataclass(frozen=True)
class Layout:
    """Where things stand in the stages of a reserve; the same in every regime.

    Attributes:
        held: States, in order.
        scale: Commodity to units in a scaled unit.
        stages: One for each regime.
        into: Columns of incoming stock, shape (k,); `out` likewise.
        buy: Columns of buying, −1 where a state has none, shape (k,); `release`, `rotate`, `spoil` likewise.
        given: By regime, commodity to its columns of demand given up.
        unserved: By regime, commodity to the column of firm demand that is cut.
        balance: Commodity to its row.
        budget: Row of the budget.
    """

    held: tuple[Held, ...]
    scale: dict[str, float]
    stages: tuple[Stage, ...]
    into: Ints
    out: Ints
    buy: Ints
    release: Ints
    rotate: Ints
    spoil: Ints
    balance: dict[str, int]
    given: tuple[dict[str, Ints], ...]
    unserved: tuple[dict[str, int], ...]
    budget: int
    ladder: tuple[Ints, ...] = ()

    @property
    def opening(self) -> Floats:
        """Stock at the start, scaled, shape (k,)."""
        return np.array([h.form.opening.get(h.place.name, 0.0) / h.scale for h in self.held])

    @property
    def book(self) -> Floats:
        """Base worth of a scaled unit, million USD, shape (k,)."""
        return np.array([h.book * h.scale / MILLION for h in self.held])

    def tonnes(self, stock: Floats) -> Floats:
        """Turn scaled stocks into units, along the last axis."""
        out: Floats = stock * np.array([h.scale for h in self.held])
        return out


def holdings(world: World, spec: Spec, markets: Markets) -> tuple[Held, ...]:
    """Return the states of a reserve: every form at every place."""
    found = []
    mass = dict(
        zip(world.commodities["commodity"], world.commodities["freight_mass"].astype(float), strict=True)
    )
    for mineral in spec.minerals:
        for form in mineral.forms:
            anchor, made = _anchor(mineral, form)
            scale = markets.use(anchor) * QUARTER / PARTS
            book = markets.base_price(anchor) * (1.0 if form.commodity else form.feed_price * made)
            for place in spec.places:
                t = mass.get(form.commodity, 1.0) * form.mass
                way = freight(world, place.legs, (place.region, spec.region)) * t
                found.append(Held(mineral.name, form, place, anchor, book, scale, way, t))
    return tuple(found)


def _anchor(mineral: Mineral, form: Form) -> tuple[str, float]:
    """Commodity that a form is or becomes, and how much of it a unit makes."""
    if form.commodity:
        return form.commodity, 1.0
    forms = {f.name: f for f in mineral.forms}
    for r in mineral.refining:
        if r.source == form.name and forms[r.target].commodity:
            return forms[r.target].commodity, r.yield_
    return next(f.commodity for f in mineral.forms if f.commodity), 1.0


def layout(
    world: World, spec: Spec, markets: Markets, *, ladder: tuple[Floats, ...] = (), last: bool = False
) -> Layout:
    """Build the stages.

    Args:
        world: World.
        spec: Specification.
        markets: Focal markets.
        ladder: For each state, widths of steps into which its outgoing stock is cut, scaled, so that a worth can be put
            on each; none by default.
        last: Whether what is left is sold off, as at the end of a finite horizon.

    Returns:
        The layout with one stage for each regime.
    """
    held = holdings(world, spec, markets)
    scale = {c: markets.use(c) * QUARTER / PARTS for c in markets.commodities}
    out = []
    calm = calm_cost(markets)
    for k in range(len(markets.regimes)):
        out.append(_stage(world, spec, markets, held, scale, k, ladder, last, calm))
    # Columns of the reserve come first and are the same in every regime; those of the markets are not.
    markets_of = tuple((o[8], o[9]) for o in out)
    first = out[0]
    return Layout(
        held, scale, tuple(o[0] for o in out), *first[1:8], *zip(*markets_of, strict=True), *first[10:]
    )  # type: ignore[arg-type]


def _stage(
    world: World,
    spec: Spec,
    markets: Markets,
    held: tuple[Held, ...],
    scale: dict[str, float],
    k: int,
    ladder: tuple[Floats, ...],
    last: bool,
    calm: float,
) -> tuple[object, ...]:
    b, regime = _Builder(), markets.regimes[k]
    states = range(len(held))
    into = [b.column(f"{h.name} before") for h in held]
    usual = b.column("a calm quarter", -calm, 1.0)
    out = []
    for h in held:
        worth = spec.salvage * h.book if last else 0.0
        out.append(b.column(h.name, (h.form.storage * QUARTER - worth) * h.scale / MILLION))
    for j, h in enumerate(held):
        b.upper[out[j]] = b.upper[into[j]] = most(markets, h) / h.scale

    def flow(name: str, of: int, cost: float, upper: float = np.inf) -> int:
        h = held[of]
        return b.column(f"{name} {h.name}", cost * h.scale / MILLION, upper)

    buy, release, rotate, spoil = ([-1] * len(held) for _ in range(4))
    for j, h in enumerate(held):
        f = h.form
        in_cost = f.handling + h.way
        if h.market:
            buy[j] = flow("buy", j, in_cost)
            release[j] = flow("release", j, in_cost)
        else:
            price = f.feed_price * markets.base_price(h.anchor) * regime.price.get(h.anchor, 1.0)
            buy[j] = flow("buy", j, in_cost + price)
        if np.isfinite(f.shelf_life):
            rotate[j] = flow("rotate", j, f.rotation)
        spoil[j] = flow("spoil", j, 0.0)
    stock: list[list[tuple[int, float]]] = []
    for j, h in enumerate(held):
        keep = (1.0 - h.form.loss) ** QUARTER
        terms = [(out[j], 1.0), (into[j], -keep), (buy[j], -1.0), (spoil[j], 1.0)]
        if release[j] >= 0:
            terms.append((release[j], 1.0))
        stock.append(terms)
    used: dict[int, list[int]] = {j: [] for j in states}
    at = {(h.mineral, h.form.name, h.place.name): j for j, h in enumerate(held)}
    for mineral in spec.minerals:
        for r in mineral.refining:
            made: list[tuple[int, float]] = []
            for place in spec.places:
                i, j = at[mineral.name, r.source, place.name], at[mineral.name, r.target, place.name]
                x = flow(f"refine {r.source} into", j, r.cost)
                stock[j].append((x, -1.0))
                stock[i].append((x, held[j].scale / held[i].scale / r.yield_))
                used[i].append(x)
                made.append((x, held[j].scale))
            capacity = r.capacity * QUARTER
            b.row(f"capacity of refining {r.source} to {r.target} ({mineral.name})", -np.inf, capacity, *made)
    region = {p.name: p.region for p in spec.places}
    for origin, target, legs in spec.moves:
        for mineral in spec.minerals:
            for f in mineral.forms:
                i, j = at[mineral.name, f.name, origin], at[mineral.name, f.name, target]
                cost = freight(world, legs, (region[origin], region[target])) * held[i].mass + 2 * f.handling
                x = flow(f"move to {target}", i, cost)
                stock[i].append((x, 1.0))
                stock[j].append((x, -1.0))
    for j, h in enumerate(held):
        b.row(f"stock of {h.name}", 0.0, 0.0, *stock[j])
        if rotate[j] >= 0:
            old = min(1.0, QUARTER / h.form.shelf_life)
            terms = [(rotate[j], 1.0), (spoil[j], 1.0), (into[j], -old)]
            terms += [(release[j], 1.0)] if release[j] >= 0 else []
            terms += [(x, 1.0) for x in used[j]]
            b.row(f"shelf life of {h.name}", 0.0, np.inf, *terms)
    _limits(b, spec, markets, held, out, buy, release)
    budget = b.row("budget", -np.inf, spec.budget / MILLION, *(
        (out[j], h.book * h.scale / MILLION) for j, h in enumerate(held)
    ))  # fmt: skip
    cut = []
    for j, widths in enumerate(ladder):
        steps = [b.column(f"{held[j].name} step {n}", 0.0, float(w)) for n, w in enumerate(widths)]
        b.row(f"steps of {held[j].name}", 0.0, 0.0, (out[j], 1.0), *((s, -1.0) for s in steps))
        cut.append(np.array(steps))
    balance, given, unserved, edits = {}, {}, {}, []
    for c in markets.commodities:
        balance[c], given[c], unserved[c], edit = _market(
            b, spec, markets, held, buy, release, c, scale[c], k
        )
        edits.append(edit)
    noises = []
    for n, outcome in enumerate(markets.outcomes):
        cols, costs, ups, highs, sides, rhs = [], [], [], [], [], []
        for edit in edits:
            found = edit(outcome)
            cols.append(found[0])
            costs.append(found[1])
            ups.append(found[2])
            highs.append(found[3])
            sides.append(found[4])
            rhs.append(found[5])
        row, side = np.array(sides), np.array(rhs)
        noises.append(
            Noise(
                outcome.probability,
                cost=(np.concatenate(cols), np.concatenate(costs)),
                upper=(np.concatenate(ups), np.concatenate(highs)),
                row_lower=(row, side),
                row_upper=(row, side),
                name=f"outcome {n + 1}",
            )
        )
    lower = np.zeros(len(b.names))
    lower[usual] = 1.0
    total = sum(n.probability for n in noises)
    noises = [
        Noise(n.probability / total, n.cost, n.lower, n.upper, n.row_lower, n.row_upper, n.name)
        for n in noises
    ]
    stage = Stage(
        name=regime.name + (" at the end" if last else ""),
        matrix=b.matrix(),
        cost=np.array(b.cost),
        lower=lower,
        upper=np.array(b.upper),
        row_lower=np.array(b.low),
        row_upper=np.array(b.high),
        state_in=np.array(into),
        state_out=np.array(out),
        noises=tuple(noises),
        columns=tuple(b.names),
        rows=tuple(b.rows),
    )
    arrays = [np.array(x, dtype=np.int64) for x in (into, out, buy, release, rotate, spoil)]
    return (stage, *arrays, balance, given, unserved, budget, tuple(cut))


def calm_cost(markets: Markets) -> float:
    """Return what a quarter costs in the first regime without a reserve and without noise, million USD.

    By merit order: supply up to the clearing price, and the worth of the demand that is given up below it.
    """
    total = 0.0
    for c, curve in markets.curves[0].items():
        regime = markets.regimes[0]
        level = np.broadcast_to(regime.price.get(c, 1.0) * curve.price, curve.supply.shape)
        costs = np.concatenate([level.ravel(), curve.price, [curve.voll]])
        widths = np.concatenate(
            [curve.supply.ravel(), curve.demand * regime.demand, [curve.firm * regime.demand]]
        )
        need = curve.outflow + (curve.demand.sum() + curve.firm) * regime.demand
        order = np.argsort(costs, kind="stable")
        reach = np.minimum(np.cumsum(widths[order]), need)
        total += float(np.diff(reach, prepend=0.0) @ costs[order])
    return total * QUARTER / MILLION


def most(markets: Markets, h: Held) -> float:
    """Return the most that is held of a form at a place, unit."""
    told = MOST_YEARS * markets.use(h.anchor) if h.form.most is None else h.form.most
    return max(min(told, h.place.space / h.mass), h.form.opening.get(h.place.name, 0.0))


def _limits(
    b: _Builder,
    spec: Spec,
    markets: Markets,
    held: tuple[Held, ...],
    out: list[int],
    buy: list[int],
    release: list[int],
) -> None:
    """Room and lines of places, and how fast a form is bought and given out."""
    for place in spec.places:
        mine = [j for j, h in enumerate(held) if h.place is place]
        if np.isfinite(place.space):
            b.row(f"space of {place.name}", -np.inf, place.space,
                  *((out[j], held[j].mass * held[j].scale) for j in mine))  # fmt: skip
        if np.isfinite(place.rate):
            b.row(f"line of {place.name}", -np.inf, place.rate * QUARTER, *(
                (x, held[j].mass * held[j].scale)
                for j in mine for x in (buy[j], release[j]) if x >= 0
            ))  # fmt: skip
    for mineral in spec.minerals:
        for f in mineral.forms:
            mine = [j for j, h in enumerate(held) if h.form is f and h.mineral == mineral.name]
            use = markets.use(held[mine[0]].anchor)
            scale = held[mine[0]].scale
            if len(mine) > 1:
                full = MOST_YEARS * use if f.most is None else f.most
                b.row(
                    f"most of {mineral.name} {f.name}", -np.inf, full / scale, *((out[j], 1.0) for j in mine)
                )
            bought = f.feed if not f.commodity else use * QUARTER if f.buy_rate is None else f.buy_rate
            b.row(f"rate of buying {mineral.name} {f.name}", -np.inf, bought * QUARTER / scale,
                  *((buy[j], 1.0) for j in mine))  # fmt: skip
            if f.commodity:
                rate = use if f.release_rate is None else f.release_rate
                b.row(f"rate of releasing {mineral.name} {f.name}", -np.inf, rate * QUARTER / scale,
                      *((release[j], 1.0) for j in mine))  # fmt: skip


def _market(  # type: ignore[no-untyped-def]
    b: _Builder,
    spec: Spec,
    markets: Markets,
    held: tuple[Held, ...],
    buy: list[int],
    release: list[int],
    c: str,
    scale: float,
    k: int,
):
    """Supply, demand, balance and eligibility of one commodity; how an outcome edits them."""
    curve, regime = markets.curves[k][c], markets.regimes[k]
    size = QUARTER / scale
    level = regime.price.get(c, 1.0)
    unit = scale / MILLION
    supply: list[tuple[int, int, float, float]] = []  # column, source, width, price
    for s, source in enumerate(SOURCES):
        for p, width in zip(curve.price, curve.supply[s] * size, strict=True):
            if width > TINY:
                x = b.column(f"{c} {source} at {p:.6g}", level * p * unit, width)
                supply.append((x, s, width, p))
    given = [
        b.column(f"{c} given up at {p:.6g}", p * (1.0 + LAST) * unit, width * regime.demand)
        for p, width in zip(curve.price, curve.demand * size, strict=True)
    ]
    unserved = b.column(f"{c} unserved", curve.voll * unit, curve.firm * size * regime.demand)
    mine = [j for j, h in enumerate(held) if h.form.commodity == c]
    wanted, fixed = (curve.demand.sum() + curve.firm) * size * regime.demand, curve.outflow * size
    row = b.row(
        f"balance of {c}", wanted + fixed, wanted + fixed,
        *((x, 1.0) for x, *_ in supply), *((x, 1.0) for x in given), (unserved, 1.0),
        *((release[j], 1.0) for j in mine), *((buy[j], -1.0) for j in mine),
    )  # fmt: skip
    short = b.column(f"short of {c}")
    # Short is what would be taken at the price of the first regime and is not.
    missed = [x for x, p in zip(given, curve.price, strict=True) if p > markets.base_price(c) * (1.0 + 1e-9)]
    b.row(f"shortage of {c}", 0.0, 0.0, (short, -1.0), *((x, 1.0) for x in missed), (unserved, 1.0))
    b.row(
        f"eligible supply of {c}", -np.inf, 0.0,
        *((buy[j], 1.0) for j in mine), *((x, -1.0) for x, s, *_ in supply if SOURCES[s] != "other"),
    )  # fmt: skip
    cols = np.array([x for x, *_ in supply])
    foreign = np.array([FOREIGN[s] for _, s, _, _ in supply])
    widths = np.array([w for _, _, w, _ in supply])
    prices = np.array([p for *_, p in supply]) * level * unit
    yields = np.append(given, unserved)
    yield_widths = np.append(curve.demand, curve.firm) * size * regime.demand

    def edit(outcome):  # type: ignore[no-untyped-def]
        return (
            cols,
            prices * outcome.price[c],
            np.concatenate([cols, yields]),
            np.concatenate(
                [widths * np.where(foreign, outcome.supply[c], 1.0), yield_widths * outcome.demand[c]]
            ),
            row,
            wanted * outcome.demand[c] + fixed,
        )

    return row, np.array(given), unserved, edit


def graph(world: World, spec: Spec, markets: Markets, lay: Layout | None = None) -> Graph:
    """Return the policy graph of a reserve.

    Args:
        world: World.
        spec: Specification.
        markets: Focal markets.
        lay: Its layout, where it is there.

    Returns:
        A cycle of one stage by regime where the horizon has no end, else a line of them.
    """
    lay = lay or layout(world, spec, markets)
    chain = markets.chain
    start = chain.names.index(spec.start) if spec.start else 0
    initial = np.zeros(len(chain.names))
    initial[start] = 1.0
    discount = (1.0 + spec.discount) ** -QUARTER
    if spec.infinite:
        return Graph.markov([lay.stages], chain.matrix, initial, discount, cyclic=True)
    ends = layout(world, spec, markets, last=True).stages
    rows = [[_named(s, f"{s.name} in quarter {t + 1}") for s in lay.stages] for t in range(spec.quarters - 1)]
    rows.append([_named(s, f"{s.name} in quarter {spec.quarters}") for s in ends])
    reached, kept = initial > 0, []
    for row in rows:
        kept.append(reached.copy())
        reached = (reached.astype(float) @ chain.matrix) > 0
    return _line(rows, kept, chain.matrix, initial, discount)


def _line(
    rows: list[list[Stage]], kept: list[Floats], matrix: Floats, initial: Floats, discount: float
) -> Graph:
    """A line of stages; regimes that cannot be reached yet are left out."""
    index: dict[tuple[int, int], int] = {}
    nodes: list[Stage] = []
    for t, row in enumerate(rows):
        for i, stage in enumerate(row):
            if kept[t][i]:
                index[t, i] = len(nodes)
                nodes.append(stage)
    edges = [
        (index[t, i], index[t + 1, j], discount * float(matrix[i, j]))
        for t in range(len(rows) - 1)
        for i in range(len(initial))
        for j in range(len(initial))
        if (t, i) in index and matrix[i, j] > 0
    ]
    root = tuple((index[0, i], float(p)) for i, p in enumerate(initial) if p > 0)
    return Graph(tuple(nodes), root, tuple(edges))


def _named(stage: Stage, name: str) -> Stage:
    from dataclasses import replace

    return replace(stage, name=name)
