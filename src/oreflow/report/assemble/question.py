"""Which commodities and places a briefing is about: what the events move, and the chain below it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from oreflow.gauge.chain import STAGES
from oreflow.report.assemble.case import Case
from oreflow.report.assemble.network import Flows
from oreflow.shock.impact import Impact

_PATHS = 4
"""Price paths shown."""


@dataclass(frozen=True)
class Question:
    """What the run is asked.

    Attributes:
        touched: Commodities whose output, trade, use or stock the events move, upstream first.
        hit: The one of them of which most is moved, as a share of what the world makes.
        nodes: (commodity, region) whose prices are shown, the one in question first.
        plants: Plants that are hit for sure (not those that only may follow).
        trade: Trade rows that are hit.
        ends: For trade, the largest origin and the largest destination of what is hit; empty otherwise.
    """

    touched: tuple[str, ...]
    hit: str
    nodes: tuple[tuple[str, str], ...]
    plants: tuple[str, ...]
    trade: tuple[str, ...]
    ends: tuple[str, str] | None

    @property
    def key(self) -> tuple[str, str]:
        """Commodity and place whose price is the answer."""
        return self.nodes[0]


def question(case: Case, flows: Flows) -> Question:
    """Return what the run is asked.

    Args:
        case: The case, with a run.
        flows: Its network.

    Returns:
        For plants, prices at the hub of what they make and of what is made from it; for trade, also at the largest
        destination and origin of what is hit, where prices part.
    """
    net = case.ran.base.net
    impacts = [m for m in case.staged.impacts if not m.spread]
    inside = set(net.node_commodity)
    touched = _upstream_first(case, {c for m in impacts for c in _commodities(case, m) if c in inside})
    trade = tuple(dict.fromkeys(r for m in impacts if m.table == "trade" for r in m.rows))
    chain = _upstream_first(case, _downstream(case, touched) & inside)
    sold = (
        [c for c in chain if case.stage_of[c] == "refined"]
        or [c for c in chain if c not in touched]
        or list(chain)
    )
    size = _size(flows)
    main = max(sold, key=lambda c: size.get(c, 0.0))
    hit = _most_moved(case, touched, trade, size)
    ends = _ends(case, tuple(r for r in trade if r.split(":")[0] == hit))
    if ends is not None and STAGES.index(case.stage_of[hit]) >= STAGES.index("refined"):
        main = hit
    hub = dict(zip(case.world.commodities["commodity"], case.world.commodities["price_hub"], strict=True))
    wanted: list[tuple[str, str]] = []
    if ends is not None:
        # A barrier parts prices: dear behind it, cheap before it.
        origin, destination = ends
        goods = [main, hit] if hit != main else [main]
        wanted += [(c, destination) for c in goods] + [(hit, origin)] + [(main, hub[main])]
    else:
        wanted += [(main, hub[main])]
        wanted += [(c, hub[c]) for c in sorted(chain, key=lambda c: (c not in touched, -size.get(c, 0.0)))]
    have = set(net.nodes)
    nodes = [n for n in dict.fromkeys(wanted) if f"{n[0]}@{n[1]}" in have]
    if not nodes:
        first = next(i for i, c in enumerate(net.node_commodity) if c in chain or c in touched)
        nodes = [(net.node_commodity[first], net.node_region[first])]
    plants = tuple(
        dict.fromkeys(r for m in impacts if m.table == "plants" for r in m.rows if r in set(net.plants))
    )
    return Question(touched, hit, tuple(nodes[:_PATHS]), plants, trade, ends)


def _commodities(case: Case, impact: Impact) -> list[str]:
    """Commodities of the rows that an impact moves."""
    w = case.world
    if impact.table == "plants":
        process = dict(zip(w.plants["plant"], w.plants["process"], strict=True))
        made = w.flows[w.flows["role"] == "output"].groupby("process")["commodity"].agg(list).to_dict()
        return [c for r in impact.rows for c in made.get(process.get(r, ""), [])]
    if impact.table in {"demands", "stores"}:
        column = impact.table[:-1]
        held = dict(zip(w[impact.table][column], w[impact.table]["commodity"], strict=True))
        return [held[r] for r in impact.rows if r in held]
    if impact.table == "mixes":
        return [r.split(":")[-1] for r in impact.rows]
    return [r.split(":")[0] for r in impact.rows]


def _upstream_first(case: Case, commodities: set[str]) -> tuple[str, ...]:
    return tuple(sorted(commodities, key=lambda c: (STAGES.index(case.stage_of[c]), c)))


def _downstream(case: Case, commodities: tuple[str, ...]) -> set[str]:
    """The commodities and what is made of them within their minerals."""
    flows = case.world.flows
    out, front = set(commodities), set(commodities)
    minerals = {case.mineral[c] for c in commodities}
    while front:
        users = set(flows.loc[(flows["role"] == "input") & flows["commodity"].isin(front), "process"])
        made = set(flows.loc[(flows["role"] == "output") & flows["process"].isin(users), "commodity"])
        front = {c for c in made if case.mineral[c] in minerals} - out
        out |= front
    return out


def _ends(case: Case, trade: tuple[str, ...]) -> tuple[str, str] | None:
    """Largest origin and destination of trade rows by their base flow."""
    if not trade:
        return None
    net, q = case.ran.base.net, case.ran.base.balanced.route_q
    base = dict(zip(net.routes, q.tolist(), strict=True))
    origin: dict[str, float] = defaultdict(float)
    destination: dict[str, float] = defaultdict(float)
    for row in trade:
        a, _, b = row.split(":")[1].partition(">")
        origin[a] += base.get(row, 0.0)
        destination[b] += base.get(row, 0.0)
    return max(origin, key=lambda k: origin[k]), max(destination, key=lambda k: destination[k])


def _most_moved(case: Case, touched: tuple[str, ...], trade: tuple[str, ...], size: dict[str, float]) -> str:
    """The commodity of which the trade that is hit is the largest share of what the world makes."""
    net, q = case.ran.base.net, case.ran.base.balanced.route_q
    base = dict(zip(net.routes, q.tolist(), strict=True))
    moved: dict[str, float] = defaultdict(float)
    for row in trade:
        moved[row.split(":")[0]] += base.get(row, 0.0)
    return max(touched, key=lambda c: moved[c] / max(size.get(c, 0.0), 1e-9))


def _size(flows: Flows) -> dict[str, float]:
    """World production of each commodity in the base year."""
    made = flows.entries.maximum(0).T @ flows.base.balanced.plant_q
    out: dict[str, float] = defaultdict(float)
    for c, v in zip(flows.net.node_commodity, np.asarray(made).tolist(), strict=True):
        out[c] += v
    return dict(out)
