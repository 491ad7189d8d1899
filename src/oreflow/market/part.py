"""A part of a view: only the curves that a scenario touches, so that a patch costs what it changes and no more.

The blocks that write numbers look at curves one by one (`oreflow.market.blocks`). Given a base of which most curves
are left out they write the numbers of the others, in the same order.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cache
from typing import Any

import numpy as np

from oreflow.market.calibrate import Base
from oreflow.market.curves import Steps
from oreflow.market.layout import CURVES, FAMILIES, Layout
from oreflow.market.network import Ints, Network
from oreflow.market.view import FAMILY, Beliefs, Draw, State, View


@dataclass(frozen=True)
class Part:
    """Curves of each family, rising, and where their columns stand in the whole.

    Attributes:
        rows: Family to the indices of its curves.
        columns: Column of the whole for each column of the part, within a period.
        layout: Layout of the part.
    """

    rows: dict[str, Ints]
    columns: Ints
    layout: Layout

    def view(self, whole: View) -> View:
        """Return what agents see of the part.

        Args:
            whole: A view of the whole that the part was taken from.
        """
        r = self.rows
        beliefs = object.__new__(Beliefs)
        beliefs.months, beliefs.quotas, beliefs.outside = whole.beliefs.months, [], []
        beliefs.by_name = {name: b.of(r[FAMILY[name]]) for name, b in whole.beliefs.by_name.items()}
        s, d = whole.state, whole.draw
        return replace(
            whole,
            layout=self.layout,
            beliefs=beliefs,
            state=State(
                s.stock[r["stores"]],
                s.transit[:, r["routes"]],
                s.plant[r["plants"]],
                s.route[r["routes"]],
                s.mix[r["mixes"]],
            ),
            draw=Draw(_of(d.es, r["plants"]), _of(d.ed, r["demands"]), d.eta, d.sigma),
            tariff=None if whole.tariff is None else whole.tariff[:, r["routes"]],
        )


def part(layout: Layout, touched: dict[str, Ints]) -> Part:
    """Take the curves that are touched, and those tied to them, out of a layout.

    Reserves come all or none, since their columns stand together; limits on several routes are rows and stay
    outside. An offtake ties its route to its plant.

    Args:
        layout: Layout of the whole.
        touched: Family to the indices of curves.

    Returns:
        The part. Its matrix is not to be assembled: nodes are whole, what flows between them is not.
    """
    base, net = layout.base, layout.base.net
    none = np.zeros(0, np.int64)
    rows = {family: np.unique(touched.get(family, none)) for family in CURVES}
    if np.isin(rows["stores"], layout.reserve).any():
        rows["stores"] = np.union1d(rows["stores"], layout.reserve)
    if len(net.contract_q):
        tied = np.isin(net.contract_plant, rows["plants"]) | np.isin(net.contract_route, rows["routes"])
        rows["plants"] = np.union1d(rows["plants"], net.contract_plant[tied])
        rows["routes"] = np.union1d(rows["routes"], net.contract_route[tied])
    steps = {family: _steps(base.steps[family], rows[family]) for family in CURVES}
    small = Layout(
        _base(base, rows, {f: s for f, (_, s) in steps.items()}),
        layout.spans,
        layout.static,
    )
    columns = [
        layout.start[family] + (steps[family][0] if family in steps else np.arange(small.size[family]))
        for family in FAMILIES
    ]
    return Part(rows, np.concatenate(columns), small)


def _of(value: Any, rows: Ints) -> Any:
    return value[rows] if isinstance(value, np.ndarray) and value.ndim else value


def _steps(steps: Steps, rows: Ints) -> tuple[Ints, Steps]:
    """Return where the steps of some curves stand, and these steps alone."""
    count = np.diff(np.append(steps.first, len(steps)))[rows]
    first = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    owner = np.repeat(np.arange(len(rows)), count)
    at = steps.first[rows][owner] + np.arange(first[-1]) - first[owner]
    return at, Steps(owner, steps.lo[..., at], steps.hi[..., at], steps.mid[..., at], first[:-1])


@cache
def _named(kind: type, prefix: str) -> tuple[str, ...]:
    return tuple(f.name for f in fields(kind) if f.name.startswith(prefix))


_PREFIX = {"plants": "plant_", "mixes": "mix_", "routes": "route_", "demands": "demand_", "stores": "store_"}
_BALANCED = {"plants": "plant_q", "mixes": "mix_q", "routes": "route_q", "demands": "demand_q"}


def _base(base: Base, rows: dict[str, Ints], steps: dict[str, Steps]) -> Base:
    """Return a base of which only some curves are left."""
    net = base.net
    new: dict[str, Any] = {}
    for family, prefix in _PREFIX.items():
        names: list[str] = getattr(net, family)
        new[family] = [names[i] for i in rows[family].tolist()]
        for name in _named(Network, prefix):
            value = getattr(net, name)
            if isinstance(value, np.ndarray):
                new[name] = value[rows[family]]
    if len(net.contract_q):
        kept = np.flatnonzero(np.isin(net.contract_route, rows["routes"]))
        new["contract_plant"] = np.searchsorted(rows["plants"], net.contract_plant[kept])
        new["contract_route"] = np.searchsorted(rows["routes"], net.contract_route[kept])
        new["contract_q"] = net.contract_q[kept]
    balanced = replace(
        base.balanced, **{name: getattr(base.balanced, name)[rows[f]] for f, name in _BALANCED.items()}
    )
    own: dict[str, Any] = {}
    for family in ("plants", "mixes", "routes"):
        for name in _named(Base, _PREFIX[family]):
            own[name] = getattr(base, name)[rows[family]]
    at = {int(a): i for i, a in enumerate(rows["routes"])}
    return replace(
        base,
        net=replace(net, **new),
        balanced=balanced,
        steps=steps,
        centred=[],
        imported={node: at[a] for node, a in base.imported.items() if a in at},
        **own,
    )
