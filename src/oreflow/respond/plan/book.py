"""The second stage of a firm: what it needs, at the prices that the world asks in each case.

    Σ_t β_t p_t·buy_t  +  what it goes without  +  the use of its measures
    buy_t + without_t + given_t ≥ need_t − own_t,   without_t ≤ (1 − u_t)·(need_t − own_t)

| symbol | meaning | unit |
|---|---|---|
| p_t | price at the node of the need, in this case | USD/unit |
| own_t | its share in the output of its own plants of that mineral | unit/period |
| u_t | use at that node as a share of use when nothing happens, at most 1: what users like it still buy | 1 |

What it goes without is worth the mean of the price before and in the shock, as on a straight demand curve (Harberger).
The firm is taken to be too small to move the price. Its loss is what its needs cost more than when nothing happens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy import sparse

from oreflow.atlas import World
from oreflow.errors import UnknownNameError, UsageError
from oreflow.market import Base
from oreflow.market.network import Floats
from oreflow.respond.plan.markets import Solved
from oreflow.respond.plan.recourse import Recourse
from oreflow.respond.plan.second import Second, joined
from oreflow.respond.plan.supply import Supply

DEAR = 1.01
"""Multiple of the base price above which what is bought counts as bought in a shortage."""


def firm_stage(
    world: World,
    base: Base,
    markets: Sequence[Solved],
    supplies: Sequence[Supply],
    *,
    firm: str,
    leads: Floats,
    rate: float,
) -> Second:
    """Return the second stage of a firm.

    Args:
        world: World with ``needs`` and ``ownership``.
        base: Its calibrated market.
        markets: Solved cases; the first is the one in which nothing happens.
        supplies: What the measures do.
        firm: The firm.
        leads: Months until each measure works in each case, shape (S, K).
        rate: Discount rate a year.

    Returns:
        The second stage. Its shortage is what is bought dear, or gone without, while the price stands above the base
        price.

    Raises:
        UsageError: The firm needs nothing of this market.
        UnknownNameError: A measure supplies what the firm does not need.
    """
    net = base.net
    at = {name: i for i, name in enumerate(net.nodes)}
    table = world.needs[world.needs["firm"] == firm]
    supplied = {s.measure.node for s in supplies}
    needs = {
        f"{c}@{r}": float(q)
        for c, r, q in zip(table["commodity"], table["region"], table["quantity"], strict=True)
        if f"{c}@{r}" in at and f"{c}@{r}" in supplied
    }
    if not needs:
        raise UsageError(
            f"{firm} has no need in the table needs that a measure supplies. Add one with --with."
        )
    for s in supplies:
        if s.measure.node not in needs:
            raise UnknownNameError("need", s.measure.node, needs, where=f"measures.{s.measure.measure}")
    names = list(needs)
    layout = markets[0].problem.layout
    periods, per = layout.periods, layout.per[:, 0]
    g, k, s_count = len(names), len(supplies), len(markets)
    node = np.array([at[name] for name in names])
    rows = g * periods
    stocks = [i for i, s in enumerate(supplies) if s.measure.stock]
    # Columns: bought, gone without, never served (at the value of lost load); then what measures give.
    given = 3 * rows + np.arange(k * periods).reshape(k, periods)
    n = 3 * rows + k * periods
    a = sparse.lil_matrix((rows + len(stocks), n))
    for r in range(rows):
        a[r, r] = a[r, rows + r] = a[r, 2 * rows + r] = 1.0
    for i, s in enumerate(supplies):
        good = names.index(s.measure.node)
        for t in range(periods):
            a[good * periods + t, given[i, t]] = 1.0
            if s.measure.stock:
                a[rows + stocks.index(i), given[i, t]] = 1.0
    cost, lower, upper = (np.zeros((s_count, n)) for _ in range(3))
    row_lower = np.full((s_count, rows + len(stocks)), -np.inf)
    row_upper = np.full((s_count, rows + len(stocks)), np.inf)
    row_upper[:, rows:] = 0.0
    dear = np.zeros((s_count, n))
    normal = markets[0]
    use0, voll = normal.use()[:, node], net.parameter("voll_multiple")
    nowhere = np.full(len(net.nodes), -1)
    for i, m in enumerate(markets):
        late = (1.0 + rate) ** (-m.case.onset / 12.0)
        beta = m.cleared.view.beta
        price = m.price[:, node]
        kept = np.clip(np.divide(m.use()[:, node], use0, out=np.ones_like(use0), where=use0 > 1e-9), 0.0, 1.0)
        own = _own(world, base, m, firm, names)
        for j, name in enumerate(names):
            span = slice(j * periods, (j + 1) * periods)
            open_ = np.maximum(needs[name] * per - own[:, j], 0.0)
            p0 = float(base.price[node[j]])
            row_lower[i, span] = open_
            cost[i, span] = late * beta[:-1] * price[:, j]
            upper[i, span] = np.inf
            cost[i, rows + j * periods : rows + (j + 1) * periods] = (
                late * beta[:-1] * 0.5 * (price[:, j] + p0)
            )
            upper[i, rows + j * periods : rows + (j + 1) * periods] = open_ * (1.0 - kept[:, j])
            cost[i, 2 * rows + j * periods : 2 * rows + (j + 1) * periods] = late * beta[:-1] * p0 * voll
            upper[i, 2 * rows + j * periods : 2 * rows + (j + 1) * periods] = np.inf
            high = (price[:, j] > DEAR * p0).astype(float)
            for block in range(3):
                dear[i, block * rows + j * periods : block * rows + (j + 1) * periods] = high
    programme = joined(
        supplies, markets, leads, rate, nowhere, given, rows, a.tocsc(),
        cost=cost, lower=lower, upper=upper, row_lower=row_lower, row_upper=row_upper, constant=np.zeros(s_count),
    )  # fmt: skip
    late0 = (1.0 + rate) ** (markets[0].case.onset / 12.0)
    value = float(Recourse(programme, workers=1).at(np.zeros(k), [0]).loss[0]) * late0
    late = (1.0 + rate) ** (-np.array([m.case.onset for m in markets]) / 12.0)
    units = dict(zip(world.commodities["commodity"], world.commodities["unit"], strict=True))
    goods = tuple(name.partition("@")[0] for name in names)
    counts = np.zeros((g, n))
    for j in range(g):
        for block in range(3):
            counts[j, block * rows + j * periods : block * rows + (j + 1) * periods] = -1.0
    return Second(
        programme=replace(programme, constant=-value * late),
        cases=tuple(m.case for m in markets),
        commodities=goods,
        units=tuple(units[c] for c in goods),
        short=counts,
        wanted=np.zeros((s_count, g)),
        given=given,
        spans=layout.spans,
        counted=dear,
    )


def _own(world: World, base: Base, m: Solved, firm: str, names: Sequence[str]) -> Floats:
    """What the firm's own plants give it of each need, shape (T, needs).

    Its share of their output, in the content of the mineral, counts for the first of its needs of that mineral in that
    region.
    """
    net = base.net
    mineral = dict(zip(world.commodities["commodity"], world.commodities["mineral"], strict=True))
    output = m.cleared.total("plants")
    out = np.zeros((len(output), len(names)))
    index = {p: j for j, p in enumerate(net.plants)}
    rows = world.ownership[world.ownership["firm"] == firm]
    for plant, share in zip(rows["plant"], rows["share"], strict=True):
        if plant not in index:
            continue
        j = index[plant]
        made = mineral[net.node_commodity[net.plant_main[j]]]
        for g, name in enumerate(names):
            commodity, _, region = name.partition("@")
            if mineral[commodity] == made and region == net.plant_region[j]:
                out[:, g] += float(share) * output[:, j]
                break
    return out
