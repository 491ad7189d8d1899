"""Section 2, who loses supply, who gains rent, and where on the map."""

from __future__ import annotations

from collections import defaultdict
from typing import Literal

import numpy as np

from oreflow.report.assemble.case import Case, Floats
from oreflow.report.assemble.network import REFINED, Flows
from oreflow.report.assemble.prices import supplies
from oreflow.report.assemble.question import Question
from oreflow.report.effects import Marker, Shift, WorldMap
from oreflow.report.format import month

_PLANTS, _REGIONS, _FIRMS = 3, 5, 5
_LEAST = 1e-4
"""Changes below this share are not shown: they are within the precision of the solution."""
_RENT = 1e5
"""Gains below this, in USD a year, are not shown."""
_MAP_LEAST = 0.005
"""Markers below this share of the largest are not shown."""


class Change:
    """Quantities per year without the events, as the mean of the draws and in each, over the months from the news.

    Args:
        case: The case, with a run.
        flows: Its network.
    """

    def __init__(self, case: Case, flows: Flows) -> None:
        self.case, self.flows = case, flows
        run, cut = case.ran, case.window
        self.per_year = 12.0 / run.settings.months
        data = {"before": case.before, "after": case.after}
        self.output = {k: d["output"].to_numpy() for k, d in data.items()}
        self.served = {k: d["served"].to_numpy() for k, d in data.items()}
        self.price = {k: d["price"].to_numpy() for k, d in data.items()}
        self.surplus = case.before["producer_surplus"].to_numpy()
        self.drawn = {
            "output": run.output[..., cut],
            "served": run.served[..., cut],
            "price": run.price[..., cut],
        }
        self.when = f"mean over the {case.span} months from {month(case.news)}"

    def yearly(self, path: Floats) -> Floats:
        """Turn quantities a period (..., periods) into a mean a year (...)."""
        return np.asarray(path.mean(axis=-1) * self.per_year)

    def shift(
        self,
        name: str,
        kind: Literal["region", "plant", "firm"],
        what: str,
        before: float,
        after: float,
        drawn: Floats,
        unit: str,
    ) -> Shift:
        """Return a row of before, after and change, with the range of the drawn changes."""
        made = self.case.made
        note = f"Annual rate, {self.when}; after: mean of the draws, range: 5 to 95 % of them."
        relative = made(100 * (after / before - 1), "%", change=True) if before > 0 else None
        return Shift(
            name, kind, what, made(before, unit, note=note), made(after, unit, note=note),
            made(after - before, unit, draws=drawn, note=note, change=True), relative,
        )  # fmt: skip


def losers(change: Change, asked: Question) -> tuple[Shift, ...]:
    """Return the plants that make less and the regions that get less, largest loss first within each kind."""
    case, flows = change.case, change.flows
    net = flows.net
    plants = []
    for key in asked.plants:
        i = net.plants.index(key)
        before, after = (float(change.yearly(change.output[k][i])) for k in ("before", "after"))
        if before - after <= _LEAST * before:
            continue
        commodity = net.node_commodity[net.plant_main[i]]
        drawn = change.yearly(change.drawn["output"][:, i]) - before
        row = change.shift(
            case.name(key), "plant", f"{case.commodity(commodity)} made", before, after, drawn,
            f"{case.unit[commodity]}/yr",
        )  # fmt: skip
        plants.append((before - after, row))
    out = [row for _, row in sorted(plants, key=lambda p: -p[0])[:_PLANTS]]
    for mineral in case.minerals[:2]:
        goods = flows.of_stage(mineral, REFINED) or flows.of_stage(mineral, ("cell", "component", "use"))
        if not goods:
            continue
        used = {
            k: change.yearly(flows.used(goods, change.output[k], change.served[k]))
            for k in ("before", "after")
        }
        drawn = change.yearly(flows.used(goods, change.drawn["output"], change.drawn["served"]))
        lost = used["before"] - used["after"]
        for r in np.argsort(-lost)[:_REGIONS]:
            if lost[r] <= _LEAST * max(used["before"][r], used["before"].sum() / 1000):
                continue
            unit = f"{case.unit[min(goods)]}/yr"
            what = (
                f"refined {case.name(mineral)} used"
                if flows.of_stage(mineral, REFINED)
                else f"{case.name(mineral)} used"
            )
            before, after = float(used["before"][r]), float(used["after"][r])
            out.append(
                change.shift(
                    case.name(flows.regions[r]), "region", what, before, after, drawn[:, r] - before, unit
                )
            )
    return tuple(out)


def gainers(change: Change, asked: Question) -> tuple[Shift, ...]:
    """Return the firms and regions whose plants earn more, largest gain first.

    A plant's rent is what it earns above its cost. Its change is that of its margin (outputs less inputs at the
    market's prices) times the mean of its output before and after: the area beside its supply curve. Plants that an
    event hits are left out, and with them the firms that own them.
    """
    case, flows = change.case, change.flows
    net = flows.net
    drawn = change.yearly(
        _gain(
            flows,
            change.price["before"],
            change.output["before"],
            change.drawn["price"],
            change.drawn["output"],
        )
    )
    gain = drawn.mean(axis=0)
    level = change.yearly(change.surplus)
    hit = np.isin(np.array(net.plants, dtype=object), list(_hit(case, asked)))
    ours = np.array([_mineral_of(case, flows, i) in case.minerals for i in range(len(net.plants))]) & ~hit
    rows: list[tuple[float, Shift]] = []

    def add(name: str, kind: Literal["region", "firm"], what: str, weight: Floats) -> None:
        before, more = float(level @ weight), float(gain @ weight)
        if np.isfinite(before) and more > _RENT:
            row = change.shift(name, kind, what, before, before + more, drawn @ weight, "USD/yr")
            rows.append((more, row))

    for firm, share in owners(case).items():
        weight = np.array([share.get(p, 0.0) for p in net.plants])
        if not (weight[hit] > 0).any() and (weight * ours).any():
            add(case.name(firm), "firm", "rent of its plants, its share", weight * ours)
    firms = sorted(rows, key=lambda r: -r[0])[:_FIRMS]
    rows.clear()
    minerals = " and ".join(case.name(m) for m in case.minerals)
    for r, region in enumerate(flows.regions):
        add(
            case.name(region),
            "region",
            f"rent of all its {minerals} plants",
            (flows.plant_region == r) * ours,
        )
    regions = sorted(rows, key=lambda r: -r[0])[:_REGIONS]
    return tuple(row for _, row in sorted([*firms, *regions], key=lambda r: -r[0]))


def _gain(flows: Flows, p0: Floats, q0: Floats, p1: Floats, q1: Floats) -> Floats:
    """Change of the producers' surplus by plant and period, USD a period, shape (..., plants, periods)."""
    return np.asarray((flows.margin(p1) - flows.margin(p0)) * 0.5 * (q0 + q1))


def _hit(case: Case, asked: Question) -> set[str]:
    return {*asked.plants, *(r for m in case.staged.impacts if m.table == "plants" for r in m.rows)}


def _mineral_of(case: Case, flows: Flows, plant: int) -> str:
    return case.mineral[flows.net.node_commodity[flows.net.plant_main[plant]]]


def owners(case: Case) -> dict[str, dict[str, float]]:
    """Return the controlling firm's share in each plant: firm to plant to share."""
    firms = case.world.firms
    parent = {f: p for f, p in zip(firms["firm"], firms["parent"], strict=True) if p}
    out: dict[str, dict[str, float]] = defaultdict(dict)
    table = case.world.ownership
    for plant, firm, share in zip(table["plant"], table["firm"], table["share"], strict=True):
        seen = {firm}
        while firm in parent and parent[firm] not in seen:
            firm = parent[firm]
            seen.add(firm)
        out[firm][plant] = out[firm].get(plant, 0.0) + float(share)
    return dict(out)


def maps(change: Change, asked: Question) -> tuple[WorldMap, ...]:
    """Return the change of output by region, and for barriers to trade that of what is used."""
    case, flows = change.case, change.flows
    out = []
    for mineral in case.minerals[:1]:
        name, weight, unit = _stage_hit(change, asked, mineral)
        before, after = (
            change.yearly(flows.by_region(weight, change.output[k])) for k in ("before", "after")
        )
        drawn = change.yearly(flows.by_region(weight, change.drawn["output"])) - before
        out.append(_map(change, f"Change of {name} made, by region", after - before, drawn, f"{unit}/yr"))
        goods = flows.of_stage(mineral, REFINED)
        if asked.trade and goods:
            used = {
                k: change.yearly(flows.used(goods, change.output[k], change.served[k]))
                for k in ("before", "after")
            }
            drawn = (
                change.yearly(flows.used(goods, change.drawn["output"], change.drawn["served"]))
                - used["before"]
            )
            title = f"Change of refined {case.name(mineral)} used, by region"
            out.append(
                _map(change, title, used["after"] - used["before"], drawn, f"{case.unit[min(goods)]}/yr")
            )
    return tuple(m for m in out if m.markers)


def _stage_hit(change: Change, asked: Question, mineral: str) -> tuple[str, Floats, str]:
    """The stage that the plants hit belong to; the first where none is hit."""
    stages = supplies(change.case, change.flows, mineral)
    index = [change.flows.net.plants.index(p) for p in asked.plants]
    return next((s for s in stages if index and s[1][index].any()), stages[0])


def _map(change: Change, title: str, moved: Floats, drawn: Floats, unit: str) -> WorldMap:
    case, flows = change.case, change.flows
    table = case.world.regions
    places = {
        r: (float(lat), float(lon))
        for r, lat, lon in zip(table["region"], table["lat"], table["lon"], strict=True)
    }
    most = float(np.abs(moved).max(initial=0.0))
    markers = []
    for r in np.argsort(-np.abs(moved)):
        key = flows.regions[r]
        if most <= 0 or abs(moved[r]) < _MAP_LEAST * most or key not in places:
            continue
        lat, lon = places[key]
        value = case.made(float(moved[r]), unit, draws=drawn[:, r], change=True)
        markers.append(Marker(key, case.name(key), lat, lon, value))
    return WorldMap(f"{title}, {change.when}", tuple(markers))
