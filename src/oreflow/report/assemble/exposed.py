"""Section 4, who is exposed: firms by what they need and do not cover, countries by what they import."""

from __future__ import annotations

import re

import numpy as np

from oreflow.gauge import firm_exposure
from oreflow.gauge.exposure import Exposure as Gauged
from oreflow.report.assemble import chainflows
from oreflow.report.assemble.case import Case, Floats
from oreflow.report.assemble.network import REFINED, Flows
from oreflow.report.effects import Exposure, WhoIsExposed
from oreflow.report.figure import Figure
from oreflow.report.format import month

_FIRMS, _COUNTRIES, _ASKED = 7, 7, 14
_LEAST = 1e5
"""Costs below this, in USD, are not shown unless an article names the firm."""


def exposed(case: Case, flows: Flows) -> WhoIsExposed:
    """Return firms and countries with what they leave uncovered and what that costs.

    Args:
        case: The case, with a run.
        flows: Its network.

    Returns:
        Firms that the articles name first, then the largest; countries by what their imports cost more.
    """
    rows = (*_firms(case, flows), *_countries(case, flows))
    if not rows:
        return WhoIsExposed((), "No firm or country of the atlas buys what the events move.")
    note = (
        f"Over the {case.span} months from {month(case.news)}. Firms: need less what their own plants, contracts and "
        "stocks give; contracts that are not public count as uncovered, and the needs of one firm at several stages "
        "overlap. Countries: uncovered is what they import; what their own sellers gain is not set against it."
    )
    return WhoIsExposed(rows, note)


def named_firms(case: Case) -> list[str]:
    """Return the firms that the articles name, in the order of the atlas's ids by first mention."""
    text = "\n".join(r.text for r in case.readings)
    firms = case.world.firms
    found = []
    for firm, name, aliases in zip(firms["firm"], firms["name"], firms["aliases"], strict=True):
        names = [n for n in (name, *str(aliases).split(";")) if len(n) > 2 and n.isascii()]
        hits = [m.start() for n in names if (m := re.search(rf"\b{re.escape(n)}\b", text))]
        if hits:
            found.append((min(hits), str(firm)))
    return [f for _, f in sorted(found)]


def _firms(case: Case, flows: Flows) -> list[Exposure]:
    world, run = case.world, case.ran
    inside = {c for c in flows.net.node_commodity if case.mineral[c] in case.minerals}
    needs = world.needs[world.needs["commodity"].isin(inside)]
    price = dict(zip(flows.net.nodes, run.base.price.tolist(), strict=True))
    worth = [
        q * price.get(f"{c}@{r}", 0.0)
        for q, c, r in zip(needs["quantity"], needs["commodity"], needs["region"], strict=True)
    ]
    largest = needs.assign(worth=worth).groupby("firm")["worth"].sum().sort_values(ascending=False)
    named = [f for f in named_firms(case) if f in set(world.needs["firm"])]
    base, after = case.before, case.after
    chosen: list[tuple[bool, float, Exposure]] = []
    for firm in list(dict.fromkeys([*named, *largest.index]))[:_ASKED]:
        found = firm_exposure(world, firm, base, after)
        ours = [g for g in found if g.commodity in inside] or found
        for g in sorted(ours, key=lambda g: -g.cost)[: 2 if firm in named else 1]:
            if g.cost > _LEAST or firm in named:
                chosen.append((firm not in named, -g.cost, _firm_row(case, flows, g)))
    return [row for *_, row in sorted(chosen, key=lambda c: c[:2])[:_FIRMS]]


def _firm_row(case: Case, flows: Flows, g: Gauged) -> Exposure:
    node = flows.net.nodes.index(f"{g.commodity}@{g.region}")
    before = case.ran.baseline.data["price"].to_numpy()[node, case.window]
    drawn = (case.ran.price[:, node, case.window] - before).mean(axis=1)
    need = case.row("needs", "firm", g.firm)
    # What is bought as cells is told in the mineral that they hold, so that the rows compare.
    inside = case.mineral[g.commodity] in case.minerals
    mineral = case.minerals[0]
    held = 1.0 if inside else chainflows.contents(case, flows, mineral).get(g.commodity, 0.0)
    product = flows.of_stage(mineral, REFINED)
    named = _of(case, g.commodity, g.region)
    if inside or held <= 0 or not product:
        held, unit = 1.0, g.unit
    else:
        unit, named = case.unit[min(product)], f"{case.name(mineral)} in {named}"
    cost = case.made(
        g.cost, "USD", draws=drawn * g.uncovered, change=True,
        note="Range: prices of the draws at the amount left uncovered in their mean.",
    )  # fmt: skip
    return Exposure(
        name=case.name(g.firm),
        kind="firm",
        commodity=named,
        need=Figure(held * g.need, unit, g.source, "derived", str(need.get("note") or "")),
        own=case.made(held * g.own, unit, source=g.source),
        offtake=case.made(held * g.offtake, unit, source=g.source),
        stock=case.made(held * g.stock, unit, source=g.source),
        uncovered=case.made(held * g.uncovered, unit, source=g.source),
        price_change=case.made(
            (g.price - g.price_before) / held, f"USD/{unit}", draws=drawn / held, change=True
        ),
        cost=cost,
    )


def _of(case: Case, commodity: str, region: str) -> str:
    return f"{case.commodity(commodity)} in {case.place(region)}"


def _countries(case: Case, flows: Flows) -> list[Exposure]:
    net = flows.net
    inside = {c for c in net.node_commodity if case.mineral[c] in case.minerals}
    base, price = (d["price"].to_numpy() for d in (case.before, case.after))
    into = np.zeros((len(net.nodes), base.shape[1]))
    np.add.at(into, net.route_to, case.after["flow"].to_numpy())
    cost = (into * (price - base)).sum(axis=1)
    rows: list[Exposure] = []
    for n in np.argsort(-cost):
        if len(rows) == _COUNTRIES or cost[n] < _LEAST:
            break
        if net.node_commodity[n] in inside:
            rows.append(_country_row(case, flows, int(n), into[n], price[n] - base[n]))
    return rows


def _country_row(case: Case, flows: Flows, n: int, into: Floats, rise: Floats) -> Exposure:
    run, net, cut = case.ran, flows.net, case.window
    commodity, region = net.node_commodity[n], net.node_region[n]
    unit = case.unit[commodity]
    data = case.after
    takes = (-flows.entries).maximum(0)[:, [n]].toarray().ravel()
    need = float(takes @ data["output"].to_numpy().sum(axis=1))
    need += float(data["served"].to_numpy()[net.demand_node == n].sum())
    stores = net.store_node == n
    stock = data["stock"].to_numpy()[stores]
    drawn = max(float(net.store_s0[stores].sum() - stock[:, -1].sum()), 0.0)
    imports = float(into.sum())
    drawn = min(drawn, max(need - imports, 0.0))
    here = np.flatnonzero(net.route_to == n)
    price = run.price[:, n, cut] - run.baseline.data["price"].to_numpy()[n, cut]
    bill = (run.flow[:, here][..., cut].sum(axis=1) * price).sum(axis=1)
    return Exposure(
        name=case.name(region),
        kind="country",
        commodity=case.commodity(commodity),
        need=case.made(need, unit),
        own=case.made(max(need - imports - drawn, 0.0), unit, note="Home production less exports."),
        offtake=case.made(None, unit, note="Contracts of a country are not known as such."),
        stock=case.made(drawn, unit),
        uncovered=case.made(imports, unit, note="Imports, some of which may be exported again."),
        price_change=case.made(float(rise.mean()), f"USD/{unit}", draws=price.mean(axis=1), change=True),
        cost=case.made(float(into @ rise), "USD", draws=bill, change=True),
    )
