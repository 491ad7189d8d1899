"""Section 2, what it does to prices and supply, month by month, with the spread of the draws."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from oreflow.report.assemble.case import Case, Floats
from oreflow.report.assemble.network import MINED, REFINED, Flows
from oreflow.report.assemble.question import Question
from oreflow.report.effects import Mark, PricePath, SupplyPath
from oreflow.report.figure import Figure
from oreflow.report.format import words
from oreflow.report.paths import price_path, supply_path

_MOST = 4


def prices(case: Case, asked: Question) -> tuple[PricePath, ...]:
    """Return the price paths in question, the answer first."""
    run, net = case.ran, case.ran.base.net
    out = []
    for commodity, region in asked.nodes:
        i = net.nodes.index(f"{commodity}@{region}")
        base = run.baseline.data["price"].to_numpy()[i]
        path = price_path(
            commodity=commodity,
            name=case.commodity(commodity),
            hub=region,
            place=case.name(region),
            months=case.months,
            baseline=base,
            draws=run.price[:, i],
            unit=f"USD/{case.unit[commodity]}",
            run=case.run,
            news=case.news,
        )
        change = 100 * (run.price[:, i] / base - 1)
        first = _mean(path.first, change[:, case.first])
        out.append(replace(path, first=first, mean=_mean(path.mean, change[:, case.window].mean(axis=1))))
    return tuple(out)


def shortfalls(case: Case, flows: Flows, asked: Question) -> tuple[SupplyPath, ...]:
    """Return what is missing: behind a barrier to trade, then of world supply, mined and refined."""
    run = case.ran
    base = run.baseline.data["output"].to_numpy()
    out = [] if asked.ends is None else _behind(case, flows, asked, asked.ends[1])
    for mineral in case.minerals[:_MOST]:
        for name, weight, unit in supplies(case, flows, mineral):
            before = np.einsum("pt,p->t", base, weight)
            if before.sum() <= 0:
                continue
            drawn = np.einsum("dpt,p->dt", run.output, weight)
            out.append(_missing(case, mineral, name, "world", before, drawn, unit))
    # More than without the event is not missing; the map shows where it is made.
    short = [s for s in out if (s.share.value or 0.0) > 0]
    return tuple((short or out[:1])[:_MOST])


def _behind(case: Case, flows: Flows, asked: Question, region: str) -> list[SupplyPath]:
    """What the largest destination of the trade that is hit uses less of."""
    run, data = case.ran, case.ran.baseline.data
    mineral = case.mineral[asked.hit]
    refined = flows.of_stage(mineral, REFINED)
    goods = refined if refined and asked.hit in flows.of_stage(mineral, (*MINED, *REFINED)) else {asked.hit}
    r = flows.regions.index(region)
    before = flows.used(goods, data["output"].to_numpy(), data["served"].to_numpy())[r]
    if before.sum() <= 0:
        return []
    drawn = flows.used(goods, run.output, run.served)[:, r]
    name = (
        f"refined {case.name(mineral)}"
        if asked.hit not in goods or len(goods) > 1
        else case.commodity(asked.hit)
    )
    return [_missing(case, mineral, name, case.name(region), before, drawn, _unit(case, goods))]


def _missing(
    case: Case, mineral: str, name: str, place: str, before: Floats, drawn: Floats, unit: str
) -> SupplyPath:
    path = supply_path(
        commodity=mineral, name=name, place=place, months=case.months, baseline=before, draws=drawn, unit=unit,
        run=case.run,
    )  # fmt: skip
    lost = (before - drawn).sum(axis=1)
    share = _mean(path.share, 100 * lost / before.sum())
    return replace(path, total=_mean(path.total, lost), share=share)


def _mean(figure: Figure, draws: Floats) -> Figure:
    """Put the mean of the draws in place of the median: means add up over months, plants and regions."""
    return replace(figure, value=float(draws.mean()), note="Mean of the draws; range: 5 to 95 % of them.")


def supplies(case: Case, flows: Flows, mineral: str) -> list[tuple[str, Floats, str]]:
    """Return the stages whose world supply is counted: name, weight of each plant, unit.

    Mined counts all that comes out of the ground, brines that give the refined product included; where ore and
    product are counted in different units, the ore alone.
    """
    name = case.name(mineral)
    ore, product = (flows.of_stage(mineral, s) for s in (MINED, REFINED))
    units = {case.unit[c] for c in ore | product}
    out = []
    if ore:
        weight = flows.mined(mineral) if len(units) == 1 else flows.supplied(ore)
        out.append((f"mined {name}", weight, _unit(case, ore)))
    if product:
        out.append((f"refined {name}", flows.supplied(product), _unit(case, product)))
    cells = flows.of_stage(mineral, ("cell",))
    if cells:
        out.append(("cells", flows.supplied(cells), _unit(case, cells)))
    if not out:
        for c in sorted({c for c in flows.net.node_commodity if case.mineral[c] == mineral}):
            weight = flows.supplied({c})
            if weight.any():
                out.append((case.commodity(c), weight, case.unit[c]))
    return out


def _unit(case: Case, commodities: set[str]) -> str:
    return case.unit[min(commodities)]


def marks(case: Case) -> tuple[Mark, ...]:
    """Return the moments at which the events become known, and where they begin later than that."""
    out: dict[str, list[str]] = {}
    for s in case.staged.events:
        label = words(s.event.type)
        known = case.months[s.month]
        if not s.event.expected:
            out.setdefault(known, []).append(label)
        begin = int(s.start)
        if begin > s.month:
            out.setdefault(case.months[begin], []).append(f"{label} begins")
    return tuple(Mark(month, ", ".join(dict.fromkeys(texts))) for month, texts in sorted(out.items()))
