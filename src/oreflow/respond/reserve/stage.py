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

x_sk ≤ ν_s·width (ν the outcome's multiple for imports), g_k ≤ δ·width, u ≤ δ·firm; λ the price level of supply, of
the regime and the outcome together. The cost of a calm quarter without a reserve is taken off every quarter, so that
what is minimised is what chance and the reserve add to it.

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

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from oreflow.atlas import World
from oreflow.market.network import Floats, Ints
from oreflow.respond.reserve.market import Markets
from oreflow.respond.reserve.rows import MILLION, Builder, MarketRows, calm_cost, market
from oreflow.respond.reserve.spec import QUARTER, Spec, freight
from oreflow.respond.reserve.states import MOST_YEARS, PARTS, Held, holdings, most
from oreflow.respond.sddp import Graph, Noise, Stage


@dataclass(frozen=True)
class Layout:
    """Where things stand in the stages of a reserve; the same in every regime.

    Attributes:
        held: States, in order.
        scale: Commodity to units in a scaled unit.
        stages: One for each regime.
        into: Columns of incoming stock, shape (k,); `out` likewise.
        buy: Columns of buying, −1 where a state has none, shape (k,); `release`, `rotate`, `spoil` likewise.
        balance: Commodity to its row.
        budget: Row of the budget.
        ladder: For each state the columns of its steps, where it is cut into some.
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
    calm = calm_cost(markets)
    built = [
        _stage(world, spec, markets, held, scale, k, ladder, last, calm) for k in range(len(markets.regimes))
    ]
    # Columns and rows of the reserve, and the balances, come first and are the same in every regime.
    return replace(built[0], stages=tuple(b.stages[0] for b in built))


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
) -> Layout:
    """The stage of one regime, as a layout of its own."""
    b, regime = Builder(), markets.regimes[k]
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
    sold = [market(b, markets, held, buy, release, c, scale[c], k) for c in markets.commodities]
    lower = np.zeros(len(b.names))
    lower[usual] = 1.0
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
        noises=_noises(markets, sold),
        columns=tuple(b.names),
        rows=tuple(b.rows),
    )
    into_, out_, buy_, release_, rotate_, spoil_ = (
        np.array(x, dtype=np.int64) for x in (into, out, buy, release, rotate, spoil)
    )
    balance = {m.commodity: m.balance for m in sold}
    return Layout(
        held, scale, (stage,), into_, out_, buy_, release_, rotate_, spoil_, balance, budget, tuple(cut)
    )


def _noises(markets: Markets, sold: list[MarketRows]) -> tuple[Noise, ...]:
    """What each outcome of a quarter edits."""
    rows = np.array([m.balance for m in sold])
    total = sum(o.probability for o in markets.outcomes)
    found = []
    for n, outcome in enumerate(markets.outcomes):
        side = (rows, np.array([m.side(outcome) for m in sold]))
        found.append(
            Noise(
                outcome.probability / total,
                cost=(
                    np.concatenate([m.supply for m in sold]),
                    np.concatenate([m.cost(outcome) for m in sold]),
                ),
                upper=(
                    np.concatenate([m.bounded for m in sold]),
                    np.concatenate([m.upper(outcome) for m in sold]),
                ),
                row_lower=side,
                row_upper=side,
                name=f"outcome {n + 1}",
            )
        )
    return tuple(found)


def _limits(
    b: Builder,
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
    for _ in rows:
        kept.append(reached.copy())
        reached = (reached.astype(float) @ chain.matrix) > 0
    return _line(rows, kept, chain.matrix, initial, discount)


def _line(
    rows: list[list[Stage]], kept: list[NDArray[np.bool_]], matrix: Floats, initial: Floats, discount: float
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
    return replace(stage, name=name)
