"""The market written a second time, from its equations alone, in linopy.

Nothing here comes from the market's own blocks or its compiled problem: only what a calibrated base holds as data
(prices, quantities, elasticities, assumptions, and at which ratios each curve is cut, which is a choice and no
equation). What a piece of a curve holds and costs, balances, transit, stocks, ramps and chemistries are written by
other code, so that an error in the first formulation cannot hide in the second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf

import linopy
import numpy as np
import xarray as xr

from oreflow.market import Base, Change


@dataclass(frozen=True)
class Solved:
    """Objective, and price by period and node."""

    objective: float
    price: np.ndarray
    model: linopy.Model


class Formulation:
    """The equations of a base, for one window of time.

    Args:
        base: Calibrated market.
        spans: Length of each period in months.
        changes: What agents believe; profiles by month from the start of the window.
        far: Price after the window by node, USD/unit; the base's own where None.
        tariff: Specific tariff by route, USD/unit.
        static: One period without stocks and transit.
    """

    def __init__(
        self,
        base: Base,
        spans: Sequence[int],
        changes: Sequence[Change] = (),
        *,
        far: np.ndarray | None = None,
        tariff: dict[str, float] | None = None,
        static: bool = False,
    ) -> None:
        self.base, self.net, self.static = base, base.net, static
        self.g = base.net.parameters
        self.spans = list(spans)
        self.begin = [sum(self.spans[:t]) for t in range(len(self.spans) + 1)]
        self.T = len(self.spans)
        self.changes = changes
        self.far = base.price if far is None else far
        self.tariff = tariff or {}
        self.beta = [(1 + self.g["discount_rate"]) ** (-m / 12) for m in self.begin]
        self.m = linopy.Model()
        self.cost: list[linopy.LinearExpression] = []
        self.out: dict[int, list[tuple[float, linopy.LinearExpression]]] = {
            n: [] for n in range(len(base.net.nodes))
        }
        self.have = np.zeros((self.T, len(base.net.nodes)))
        self.have += np.outer(np.array(self.spans) / 12, base.balanced.difference)

    # What agents believe ---------------------------------------------------------------------------------------

    def believed(self, table: str, row: str, attribute: str, start: float, how: str) -> np.ndarray:
        """Average of a belief over each period."""
        months = np.full(self.begin[-1], start, dtype=float)
        for c in self.changes:
            if (c.table, c.attribute) != (table, attribute) or row not in c.rows:
                continue
            said = np.array([c.profile[min(i, len(c.profile) - 1)] for i in range(len(months))])
            months = months * said if how == "times" else months + said if how == "plus" else said
        return np.array([months[a:b].mean() for a, b in pairwise(self.begin)])

    def elasticity(self, pair: Sequence[float]) -> np.ndarray:
        """Low value at the news, growing to the high one."""
        middle = np.array([(a + b) / 2 for a, b in pairwise(self.begin)])
        return pair[0] + (pair[1] - pair[0]) * (1 - np.exp(-middle / self.g["tau_months"]))

    def allowed(self, attribute: str, row: str, usual: float) -> np.ndarray:
        """Average of a bound over each period; in months without it no more than usual, if others have it."""
        for c in self.changes:
            if c.attribute == attribute and row in c.rows:
                said = [c.profile[min(i, len(c.profile) - 1)] for i in range(self.begin[-1])]
                parts = [said[a:b] for a, b in pairwise(self.begin)]
                return np.array(
                    [inf if min(p) == inf else np.mean([usual if v == inf else v for v in p]) for p in parts]
                )
        return np.full(self.T, inf)

    def _grown(self, allowed: np.ndarray, last: float, growth: float) -> np.ndarray:
        """Most in each period when it can grow by so much a month."""
        out, now = [], last
        for t in range(self.T):
            now = min(allowed[t], now + growth * self.spans[t])
            out.append(now)
        return np.array(out)

    # Pieces ----------------------------------------------------------------------------------------------------

    def variable(self, name: str, low: np.ndarray, high: np.ndarray, cost: np.ndarray) -> linopy.Variable:
        """Add the pieces of one curve, shape (T, pieces), with their cost in present value."""
        coords = {"t": np.arange(self.T), f"s_{name}": np.arange(high.shape[1])}
        as_array = {"dims": list(coords), "coords": coords}
        x = self.m.add_variables(
            lower=xr.DataArray(low, **as_array), upper=xr.DataArray(high, **as_array), name=name
        )
        present = np.array(self.beta[: self.T])[:, None] * cost
        self.cost.append((x * xr.DataArray(present, **as_array)).sum())
        return x

    def moved(self, total: linopy.LinearExpression, share: np.ndarray) -> linopy.LinearExpression:
        """What arrives in each period of totals by period, from the share of period t that arrives in a later one."""
        periods = np.arange(self.T)
        matrix = xr.DataArray(share, dims=["t", "later"], coords={"t": periods, "later": periods})
        return (total * matrix).sum("t").rename({"later": "t"})

    def touch(self, node: int, coefficient: float, total: linopy.LinearExpression) -> None:
        """Let a total by period enter the balance of a node."""
        self.out[node].append((coefficient, total))

    def cuts(self, family: str, row: int) -> tuple[np.ndarray, np.ndarray]:
        """Edges of a curve's pieces in rising order, and the ratio at which each piece is priced."""
        steps = self.base.steps[family]
        mine = np.flatnonzero(steps.owner == row)
        mine = mine[np.argsort(steps.lo[mine])]
        assert np.array_equal(steps.hi[mine][:-1], steps.lo[mine][1:])
        return np.append(steps.lo[mine], steps.hi[mine][-1]), steps.mid[mine]

    def through(self, node: int) -> float:
        """What leaves a node in a year: demand, mixes, exports, inputs."""
        net, b = self.net, self.base.balanced
        used = sum(b.demand_q[i] for i, n in enumerate(net.demand_node) if n == node)
        used += sum(b.mix_q[i] for i, n in enumerate(net.mix_from) if n == node)
        used += sum(b.route_q[i] for i, n in enumerate(net.route_from) if n == node)
        for j, n, a in zip(net.entry_plant, net.entry_node, net.entry_coef, strict=True):
            used += -a * b.plant_q[j] if n == node and a < 0 else 0.0
        return max(float(used), 1e-9)

    # Families --------------------------------------------------------------------------------------------------

    def plants(self) -> None:
        """Supply: what each step of output makes, uses and costs."""
        net, b, p = self.net, self.base.balanced, self.base.price
        for j, name in enumerate(net.plants):
            q = b.plant_q[j]
            if q <= 0:
                continue
            entries = [
                (n, a)
                for i, n, a in zip(net.entry_plant, net.entry_node, net.entry_coef, strict=True)
                if i == j
            ]
            worth = sum(a * p[n] for n, a in entries)
            gross = sum(a * p[n] for n, a in entries if a > 0) + net.plant_sold_outside[j]
            pair = net.plant_es[j] if np.isfinite(net.plant_es[j]).all() else [self.g["conversion_es"]] * 2
            cap = self.base.plant_cap[j]
            edges, ratio = self.cuts("plants", j)
            runs = self.believed("plants", name, "availability", 1.0, "times")
            most = cap * runs * self.believed("plants", name, "capacity", 1.0, "times")
            if np.isfinite(net.plant_ramp[j]) and not self.static:
                most = self._grown(most, q, net.plant_ramp[j] * cap)
            es = self.elasticity(pair)
            upper = np.zeros((self.T, len(ratio)))
            for t, months in enumerate(self.spans):
                filled = np.minimum(q * runs[t] * edges ** es[t], most[t])
                upper[t] = np.diff(filled) * months / 12
            extra = self.believed("plants", name, "cost", 0.0, "plus")
            cost = worth + gross * (ratio - 1)[None, :] + extra[:, None]
            x = self.variable(f"plant{j}", np.zeros_like(upper), upper, cost)
            for n, a in entries:
                self.touch(int(n), a, x.sum(f"s_plant{j}"))

    def demands(self) -> None:
        """Demand: steps of worth."""
        net, b, p = self.net, self.base.balanced, self.base.price
        for i, name in enumerate(net.demands):
            d, node = b.demand_q[i], int(net.demand_node[i])
            edges, ratio = self.cuts("demands", i)
            ed = self.elasticity(net.demand_ed[i])
            wanted = d * self.believed("demands", name, "quantity", 1.0, "times")
            upper = np.zeros((self.T, len(ratio)))
            for t, months in enumerate(self.spans):
                upper[t] = (
                    -np.diff([k ** -ed[t] if k < inf else 0.0 for k in edges]) * wanted[t] * months / 12
                )
            worth = np.tile(p[node] * ratio, (self.T, 1))
            y = self.variable(f"demand{i}", np.zeros_like(upper), upper, -worth)
            self.touch(node, -1.0, y.sum(f"s_demand{i}"))

    def routes(self) -> None:
        """Shipments: they leave evenly over a period and arrive a lag later."""
        net, b, p = self.net, self.base.balanced, self.base.price
        for a, name in enumerate(net.routes):
            q, lag = b.route_q[a], 0.0 if self.static else net.route_lag[a]
            origin, to = int(net.route_from[a]), int(net.route_to[a])
            new = q <= 0
            edges, middle = self.cuts("routes", a)
            reference = max(q, self.g["route_reference"] * self.through(to))
            unit = reference if new else q
            arrive = np.zeros((self.T, self.T))
            for t in range(self.T):
                for later in range(self.T):
                    begins, ends = self.begin[t] + lag, self.begin[t + 1] + lag
                    overlap = min(ends, self.begin[later + 1]) - max(begins, self.begin[later])
                    arrive[t, later] = max(overlap, 0.0) / self.spans[t]
            lost = np.maximum(1 - arrive.sum(axis=1), 0.0)
            beta = np.array(self.beta)
            inside = arrive @ beta[:-1] / beta[:-1]
            after = lost * beta[-1] / beta[:-1]
            anchor = (inside + after) * p[to] - p[origin]
            if new:
                anchor = np.maximum(anchor, net.route_freight[a]) + self.g["new_route_premium"] * p[to]
            anchor = anchor + self.believed("trade", name, "cost", 0.0, "plus") + self.tariff.get(name, 0.0)
            slope = np.array([(k if new else k - 1) / self.g["route_sigma"] for k in middle])
            if self.static and a in self.base.imported.values():
                slope = np.array(
                    [0.0 if 1.0 in ends else k for k, ends in zip(slope, pairwise(edges), strict=True)]
                )
            cost = (anchor - after * self.far[to])[:, None] + p[to] * slope[None, :]
            most = self.allowed("limit", name, 1.0) * q
            if not self.static:
                most = self._grown(most, q, self.g["qualification_ramp"] * reference)
            upper = np.array(
                [
                    np.diff(np.minimum(unit * edges, most[t])) * months / 12
                    for t, months in enumerate(self.spans)
                ]
            )
            f = self.variable(f"route{a}", np.zeros_like(upper), upper, cost)
            sent = f.sum(f"s_route{a}")
            self.touch(origin, -1.0, sent)
            self.touch(to, 1.0, self.moved(sent, arrive))
            for t in range(0 if self.static else self.T):
                for month in range(self.begin[t], self.begin[t + 1]):  # what is under way already
                    self.have[t, to] += min(max(lag - month, 0.0), 1.0) * q / 12

    def mixes(self) -> None:
        """Chemistries: growth with the market is free of the cost of switching, the rest is not."""
        net, b, p = self.net, self.base.balanced, self.base.price
        for i, name in enumerate(net.mixes):
            q, cell, use = b.mix_q[i], int(net.mix_from[i]), int(net.mix_to[i])
            total = sum(b.mix_q[k] for k, n in enumerate(net.mix_to) if n == use)
            ceiling = self.believed("mixes", name, "ceiling", net.mix_ceiling[i], "is")
            ramp = self.believed("mixes", name, "ramp", net.mix_ramp[i], "is")
            value = p[use] - p[cell]
            value = value if q > 0 else max(value, 0.0)
            cuts, ratio = self.cuts("mixes", i)
            beyond = cuts[:-1] > 1.0  # the piece that begins at 1 is growth with the market
            cost = (
                value + p[use] * (ratio - 1) / self.g["mix_sigma"] + np.where(beyond, net.mix_switch[i], 0.0)
            )
            most = np.where(ceiling > 0, np.maximum(ceiling * total, 1.05 * q), 0.0)
            if not self.static:
                most = self._grown(most, q, ramp.mean() * total)
            upper = np.zeros((self.T, len(ratio)))
            for t, months in enumerate(self.spans):
                reach = max(max(ceiling[t], net.mix_ceiling[i]) * total, 1.05 * q) - q
                grown = min(1.05 * q, q + reach)
                edges = [q * k for k in cuts if k <= 1.0] + [grown]
                edges += [max(q + (k - 1) * reach, grown) for k in cuts[cuts > 1.0][1:]]
                upper[t] = np.diff(np.minimum(edges, most[t])) * months / 12
            x = self.variable(f"mix{i}", np.zeros_like(upper), upper, np.tile(cost, (self.T, 1)))
            self.touch(cell, -1.0, x.sum(f"s_mix{i}"))
            self.touch(use, 1.0, x.sum(f"s_mix{i}"))

    def stocks(self) -> None:
        """Commercial stocks: held for convenience, worth something at the end."""
        net, p = self.net, self.base.price
        if self.static:
            return
        months = np.array(self.spans)
        beta = np.array(self.beta)
        for s, name in enumerate(net.stores):
            s0, node = net.store_s0[s], int(net.store_node[s])
            if net.store_reserve[s] or s0 <= 0:
                continue
            edges, ratio = self.cuts("stores", s)
            keep = (1 - net.store_loss[s]) ** months
            hold = net.store_hold[s] * months
            kappa = p[node] * (1 - beta[1:] / beta[:-1] * keep) + hold
            gain = kappa[:, None] * ratio ** (-1 / self.g["convenience_eta"]) - hold[:, None]
            end = self.far[node] * keep[-1] * ratio ** -self.g["terminal_s"]
            gain[-1] += beta[-1] / beta[-2] * end
            want = s0 * self.believed("stores", name, "cover", 1.0, "times")
            room = net.store_cap[s] if np.isfinite(net.store_cap[s]) else inf
            upper = np.array([np.diff(np.minimum(w * edges, room)) for w in want])
            if room == inf:
                upper[:, -1] = inf
            z = self.variable(f"stock{s}", np.zeros_like(upper), upper, -gain)
            level = z.sum(f"s_stock{s}")
            self.touch(node, -1.0, level)
            self.touch(node, 1.0, self.moved(level, np.diag(keep[:-1], k=1)))
            self.have[0, node] += s0 * keep[0]

    def reserves(self) -> None:
        """Government reserves: draw and fill are given, the level follows."""
        net = self.net
        if self.static:
            return
        for s, name in enumerate(net.stores):
            if not net.store_reserve[s]:
                continue
            months = np.array(self.spans)
            drawn = self.believed("stores", name, "draw", 0.0, "plus") * months
            filled = self.believed("stores", name, "fill", 0.0, "plus") * months
            level = net.store_s0[s]
            for t in range(self.T):
                level = level * (1 - net.store_loss[s]) ** months[t] + filled[t] - drawn[t]
                assert -1e-9 <= level <= (net.store_cap[s] if np.isfinite(net.store_cap[s]) else inf)
            self.have[:, int(net.store_node[s])] += drawn - filled

    def quotas(self) -> None:
        """Several routes share one limit."""
        for i, c in enumerate(c for c in self.changes if c.attribute == "quota"):
            usual = sum(self.base.balanced.route_q[self.net.routes.index(r)] for r in c.rows)
            allowed = self.allowed("quota", c.rows[0], usual) * np.array(self.spans) / 12
            allowed = np.minimum(allowed, 1e30)
            sent = [
                self.m.variables[f"route{self.net.routes.index(r)}"].sum(f"s_route{self.net.routes.index(r)}")
                for r in c.rows
            ]
            self.m.add_constraints(
                sum(sent[1:], sent[0]) <= xr.DataArray(allowed, dims=["t"], coords={"t": np.arange(self.T)}),
                name=f"quota{i}",
            )

    def solve(self) -> Solved:
        """Build, solve with HiGHS, return objective and prices."""
        for part in (
            self.plants, self.demands, self.routes, self.mixes, self.stocks, self.reserves, self.quotas
        ):  # fmt: skip
            part()
        for n, terms in self.out.items():
            have = xr.DataArray(self.have[:, n], dims=["t"], coords={"t": np.arange(self.T)})
            supplied = sum(c * e for c, e in terms)
            self.m.add_constraints(supplied >= -have, name=f"balance{n}")
        self.m.add_objective(sum(self.cost))
        return self.again()

    def again(self) -> Solved:
        """Solve the model as it stands."""
        status, why = self.m.solve(
            solver_name="highs", io_api="direct", output_flag=False, threads=1,
        )  # fmt: skip
        assert (status, why) == ("ok", "optimal"), (status, why)
        dual = np.stack([self.m.constraints[f"balance{n}"].dual.to_numpy() for n in self.out], axis=1)
        return Solved(float(self.m.objective.value), dual / np.array(self.beta[: self.T])[:, None], self.m)
