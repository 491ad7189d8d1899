"""From markets to the second stage: what a region loses in each case, as a function of the plan.

The world's market is one linear programme. A region's part of it is the columns that touch its nodes, with everything
that stands elsewhere priced at the duals of the whole (`markets`):

    c̃ = c − Σ_{i elsewhere} A_i·π_i,   min c̃·y  over the region's balances

By linear programming duality the whole solution, cut to the region, is optimal for this part. Its value is the loss of
the region's surplus, with a minus: imports count at the price that the world asks in this case, exports at what it
pays, users at what they would pay, plants at their costs. Dearer imports are thus part of the loss; what stocks left at
the end gain by a dearer time after it is not set off against it. Counting all nodes leaves nothing to price and gives
the loss of the whole world, in which payments between its parts cancel.

A measure is a set of columns of its own (`supply`), one a period, opened by its size. Prices elsewhere are held: what
a plan does to them is left to the proof in the whole market (`whole`). So that nothing is sold abroad, or kept for the
time after the window, at prices that it would move, exports and the largest stocks at the end stay within what they are
without a plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from oreflow.market import Base
from oreflow.market.network import Floats, Ints
from oreflow.respond.plan.happenings import Happening
from oreflow.respond.plan.markets import Solved
from oreflow.respond.plan.programme import Programme
from oreflow.respond.plan.recourse import Recourse
from oreflow.respond.plan.supply import Supply


@dataclass(frozen=True)
class Second:
    """A second stage, and how to read it.

    Attributes:
        programme: What each case costs under a plan.
        cases: What may happen.
        commodities: What shortages are counted of.
        units: Their units.
        short: Programme columns that count against a shortage, shape (commodities, n).
        wanted: What is wanted at base prices over the window, shape (S, commodities), units.
        given: Column of each measure and period, shape (K, T).
        spans: Lengths of the periods in months.
        counted: Share of each column that counts in each case, shape (S, n); all of it by default.
    """

    programme: Programme
    cases: tuple[Happening, ...]
    commodities: tuple[str, ...]
    units: tuple[str, ...]
    short: Floats
    wanted: Floats
    given: Ints
    spans: tuple[int, ...]
    counted: Floats | None = None

    def shortage(self, y: Floats) -> Floats:
        """Return what users go without, shape (S, commodities), units over the window; not below nought.

        What they would take at base prices, at the level of demand of that case, less what they get: as an ensemble
        counts it (`oreflow.shock.ensemble.measure`).

        Args:
            y: Solutions, shape (S, n).
        """
        seen = y if self.counted is None else y * self.counted
        return np.maximum(self.wanted - seen @ self.short.T, 0.0)


def region_stage(
    base: Base,
    markets: Sequence[Solved],
    supplies: Sequence[Supply],
    *,
    counted: np.ndarray,
    commodities: Sequence[str],
    units: Sequence[str],
    leads: Floats,
    rate: float,
) -> Second:
    """Return the second stage of a region, or of all.

    Args:
        base: Calibrated market.
        markets: Solved cases; the first is the one in which nothing happens.
        supplies: What the measures do.
        counted: Nodes whose users, plants and stocks count, shape (nodes,) of bool; all for the whole world.
        commodities: What shortages are counted of.
        units: Their units.
        leads: Months until each measure works in each case, shape (S, K).
        rate: Discount rate a year.

    Returns:
        The second stage, its losses counted from the market in which nothing happens.
    """
    layout = markets[0].problem.layout
    periods, cols_in = layout.periods, layout.columns
    nodes = np.flatnonzero(counted)
    place = np.full(len(counted), -1)
    place[nodes] = np.arange(len(nodes))
    full = markets[0].problem.matrix
    rows = (np.arange(periods)[:, None] * layout.rows + nodes).ravel()
    part = full.tocsr()[rows].tocsc()
    open_ = np.zeros(full.shape[1], bool)
    for m in markets:
        open_ |= (m.arrays.upper.ravel() > 0) | (m.arrays.lower.ravel() != 0)
    cols = np.flatnonzero((np.diff(part.indptr) > 0) & open_)
    part = part[:, cols]
    m_rows, n_part, k = len(rows), len(cols), len(supplies)
    s_count = len(markets)

    abroad = np.concatenate([_exports(base, cols, cols_in, counted), _hoards(base, cols, cols_in, periods)])
    stocks = [i for i, s in enumerate(supplies) if s.measure.stock]
    given = n_part + np.arange(k * periods).reshape(k, periods)
    entries: list[tuple[int, int, float]] = []
    for i, s in enumerate(supplies):
        for t in range(periods):
            j = int(given[i, t])
            entries.append((t * len(nodes) + int(place[s.node]), j, 1.0))
            for node, amount in s.takes.items():
                if place[node] >= 0:
                    entries.append((t * len(nodes) + int(place[node]), j, -amount))
            if s.measure.stock:
                entries.append((m_rows + stocks.index(i), j, 1.0))
    matrix = _joined(part, entries, m_rows + len(stocks), n_part + k * periods)
    n = matrix.shape[1]

    cost, lower, upper = (np.zeros((s_count, n)) for _ in range(3))
    row_lower = np.full((s_count, m_rows + len(stocks)), -np.inf)
    row_upper = np.full((s_count, m_rows + len(stocks)), np.inf)
    row_upper[:, m_rows:] = 0.0
    constant, normal = np.zeros(s_count), markets[0]
    for i, m in enumerate(markets):
        late = (1.0 + rate) ** (-m.case.onset / 12.0)
        cost[i, :n_part] = late * _priced(m, counted)[cols]
        lower[i, :n_part], upper[i, :n_part] = m.arrays.lower.ravel()[cols], m.arrays.upper.ravel()[cols]
        # What a plan gives is neither sold abroad nor hoarded at prices that it would move: exports, and stocks at the
        # end beyond their curve, stay within those without it.
        sold = m.cleared.solution.x.ravel()[cols][abroad]
        upper[i, abroad] = np.maximum(np.minimum(upper[i, abroad], sold), lower[i, abroad])
        row_lower[i, :m_rows] = m.arrays.row_lower[:, nodes].ravel()
        constant[i] = late * _revalued(m, normal, cols)
    programme = joined(
        supplies, markets, leads, rate, place, given, m_rows, matrix,
        cost=cost, lower=lower, upper=upper, row_lower=row_lower, row_upper=row_upper, constant=constant,
    )  # fmt: skip
    use = _use(base, part, cols, cols_in, nodes, commodities, periods)
    short = np.zeros((len(commodities), n))
    short[:, :n_part] = use
    programme, wanted = _from_normal(programme, markets, short, cols, cols_in, rate)
    return Second(
        programme=programme,
        cases=tuple(m.case for m in markets),
        commodities=tuple(commodities),
        units=tuple(units),
        short=short,
        wanted=wanted,
        given=given,
        spans=layout.spans,
    )


def _joined(
    part: sparse.csc_matrix, entries: list[tuple[int, int, float]], rows: int, cols: int
) -> sparse.csc_matrix:
    coo = part.tocoo()
    r = np.concatenate([coo.row, [e[0] for e in entries]]).astype(np.int64)
    c = np.concatenate([coo.col, [e[1] for e in entries]]).astype(np.int64)
    v = np.concatenate([coo.data, [e[2] for e in entries]]).astype(float)
    out = sparse.coo_matrix((v, (r, c)), shape=(rows, cols)).tocsc()
    out.sum_duplicates()
    return out


def _priced(m: Solved, counted: np.ndarray) -> Floats:
    """Costs of all columns with what stands outside the counted nodes at its dual in this case."""
    dual = m.cleared.solution.price.copy()
    dual[:, : len(counted)][:, counted] = 0.0
    priced: Floats = m.arrays.cost.ravel() - m.problem.matrix.T @ dual.ravel()
    return priced


def joined(
    supplies: Sequence[Supply],
    markets: Sequence[Solved],
    leads: Floats,
    rate: float,
    place: Ints,
    given: Ints,
    first: int,
    matrix: sparse.csc_matrix,
    *,
    cost: Floats,
    lower: Floats,
    upper: Floats,
    row_lower: Floats,
    row_upper: Floats,
    constant: Floats,
) -> Programme:
    """Return the programme of all cases, what measures give and cost in each joined to it.

    Args:
        supplies: What the measures do, K of them.
        markets: Solved cases, S of them; the first is the one in which nothing happens.
        leads: Months until each measure works in each case, shape (S, K).
        rate: Discount rate a year.
        place: Place of each node among those that count, below nought for the others, shape (nodes,).
        given: Column of what each measure gives in each period, shape (K, T).
        first: First row of the stocks that measures hold, in the order of the measures.
        matrix: Of m rows and n columns.
        cost: Shape (S, n); that of the given columns is put in.
        lower: Shape (S, n).
        upper: Shape (S, n).
        row_lower: Shape (S, m).
        row_upper: Shape (S, m).
        constant: Shape (S,).
    """
    layout, normal = markets[0].problem.layout, markets[0]
    count, k = len(markets), len(supplies)
    room, slope = np.zeros((count, k, layout.periods)), np.zeros((count, k))
    for i, m in enumerate(markets):
        late = (1.0 + rate) ** (-m.case.onset / 12.0)
        beta = m.cleared.view.beta
        for a, s in enumerate(supplies):
            room[i, a] = s.room(m.case.onset, float(leads[i, a]), layout.begin) * there(s, m, normal)
            cost[i, given[a]] = late * beta[:-1] * unit_cost(s, m, place)
            slope[i, a] = late * s.usual() * float((beta[:-1] * room[i, a]).sum())
    weight = np.array([m.case.weight for m in markets])
    stocks = [i for i, s in enumerate(supplies) if s.measure.stock]
    return Programme(
        measures=tuple(s.measure.measure for s in supplies),
        scenarios=tuple(m.case.name for m in markets),
        weight=weight / weight.sum(),
        matrix=matrix,
        cost=cost,
        lower=lower,
        upper=upper,
        row_lower=row_lower,
        row_upper=row_upper,
        cols=given.ravel(),
        col_owner=np.repeat(np.arange(k), layout.periods),
        col_room=room.reshape(count, -1),
        rows=first + np.arange(len(stocks)),
        row_owner=np.array(stocks, dtype=np.int64),
        row_room=np.array([[supplies[a].measure.effect for a in stocks]] * count).reshape(count, len(stocks)),
        constant=constant,
        slope=slope,
    )


def there(s: Supply, m: Solved, normal: Solved) -> Floats:
    """Return the share of a contract that can be delivered: the route is open and those who make it do.

    Args:
        s: What a measure does.
        m: Market of a case.
        normal: Market in which nothing happens.

    Returns:
        Shape (T,), 0 to 1; 1 for what is no contract.
    """
    periods = len(m.price)
    if s.route < 0:
        return np.ones(periods)
    limit = m.cleared.view.bound(m.cleared.view.beliefs.limit, 1.0)[:, s.route]
    open_ = np.where(np.isinf(limit), 1.0, np.minimum(limit, 1.0))
    net = m.problem.layout.base.net
    makers = np.flatnonzero(net.plant_main == s.origin)
    if not len(makers):
        return open_
    before = normal.cleared.total("plants")[:, makers].sum(axis=1)
    after = m.cleared.total("plants")[:, makers].sum(axis=1)
    made = np.divide(after, before, out=np.ones(periods), where=before > 1e-9)
    return np.asarray(np.clip(np.minimum(open_, made), 0.0, 1.0), dtype=np.float64)


def unit_cost(s: Supply, m: Solved, place: Ints) -> Floats:
    """Return the cost of a unit given in each period, USD, before discounting.

    An offtake has its price fixed at the base; a qualified route pays what the case asks. Both pay duties and detours.

    Args:
        s: What a measure does.
        m: Market of a case.
        place: Row of each node that counts, −1 for the others: what is taken from these is paid for here.
    """
    periods = len(m.price)
    if s.measure.stock:
        return np.full(periods, s.price if np.isnan(s.measure.use_cost) else s.cost)
    cost = np.full(periods, s.cost)
    if s.origin >= 0:
        fixed = s.measure.kind == "offtake"
        cost += m.problem.layout.base.price[s.origin] if fixed else m.price[:, s.origin]
        view = m.cleared.view
        cost += view.mean(view.beliefs.route_cost)[:, s.route]
        if view.tariff is not None:
            cost += view.tariff[:, s.route]
    for node, amount in s.takes.items():
        if place[node] < 0:
            cost += amount * m.price[:, node]
    return cost


def _revalued(m: Solved, normal: Solved, cols: Ints) -> float:
    """What stocks left at the end of a window gain by a dearer time after it, USD: no relief, so it is taken off."""
    layout = m.problem.layout
    start, end = _families(layout.base)["stores"]
    last = (layout.periods - 1) * layout.columns
    held = cols[(cols >= last + start) & (cols < last + end)]
    gain = normal.arrays.cost.ravel()[held] - m.arrays.cost.ravel()[held]
    return float(gain @ m.cleared.solution.x.ravel()[held])


def _use(
    base: Base,
    part: sparse.csc_matrix,
    cols: Ints,
    width: int,
    nodes: Ints,
    commodities: Sequence[str],
    periods: int,
) -> Floats:
    """What each column counts as use of each commodity, shape (commodities, columns).

    Users are plants and mixes that take it in, and final demand.
    """
    layout_start = _families(base)
    within = cols % width
    users = np.zeros(len(cols), bool)
    for name in ("plants", "mixes", "demands"):
        first, last = layout_start[name]
        users |= (within >= first) & (within < last)
    taken = part.copy()
    taken.data = np.maximum(-taken.data, 0.0)
    goods = np.array([base.net.node_commodity[n] for n in nodes])
    out = np.zeros((len(commodities), len(cols)))
    for c, name in enumerate(commodities):
        rows = np.tile(goods == name, periods)
        out[c] = np.asarray(taken[rows].sum(axis=0)).ravel() * users
    return out


def _exports(base: Base, cols: Ints, width: int, counted: np.ndarray) -> Ints:
    """Columns that carry goods from nodes that count to nodes that do not."""
    start, end = _families(base)["routes"]
    within = cols % width
    route = (within >= start) & (within < end)
    if not route.any():
        return np.zeros(0, np.int64)
    owner = base.steps["routes"].owner[np.where(route, within - start, 0)]
    return np.flatnonzero(route & counted[base.net.route_from[owner]] & ~counted[base.net.route_to[owner]])


def _hoards(base: Base, cols: Ints, width: int, periods: int) -> Ints:
    """Columns of stocks in the last period beyond their curve: the last step of each, which is open."""
    start, _ = _families(base)["stores"]
    steps = base.steps["stores"]
    if not len(steps):
        return np.zeros(0, np.int64)
    last = np.append(steps.first[1:], len(steps)) - 1
    return np.flatnonzero(np.isin(cols, (periods - 1) * width + start + last))


def _families(base: Base) -> dict[str, tuple[int, int]]:
    order = ("plants", "mixes", "routes", "demands", "stores")
    edges = np.concatenate([[0], np.cumsum([len(base.steps[f]) for f in order])])
    return {f: (int(edges[i]), int(edges[i + 1])) for i, f in enumerate(order)}


def _from_normal(
    programme: Programme, markets: Sequence[Solved], short: Floats, cols: Ints, width: int, rate: float
) -> tuple[Programme, Floats]:
    """Count losses from the market in which nothing happens, and say what is wanted in each case."""
    layout = markets[0].problem.layout
    base = layout.base
    first = Recourse(programme, workers=1).at(np.zeros(programme.size), [0], solutions=True)
    value = float(first.loss[0]) * (1.0 + rate) ** (markets[0].case.onset / 12.0)
    late = (1.0 + rate) ** (-np.array([m.case.onset for m in markets]) / 12.0)
    assert first.y is not None
    y = first.y[0]
    # Final demand that a case raises or lowers is wanted at that level.
    start, end = _families(base)["demands"]
    within, period = cols % width, cols // width
    demand = (within >= start) & (within < end)
    owner = base.steps["demands"].owner[np.where(demand, within - start, 0)]
    wanted = np.zeros((len(markets), len(short)))
    for i, m in enumerate(markets):
        level = m.cleared.view.mean(m.cleared.view.beliefs.demand)
        scale = np.ones(programme.matrix.shape[1])
        scale[: len(cols)] = np.where(demand, level[period, owner], 1.0)
        wanted[i] = short @ (y * scale)
    return replace(programme, constant=programme.constant - value * late), wanted
