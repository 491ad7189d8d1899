"""Section 2, what it does to prices and supply, month by month, with the spread of the draws."""

from __future__ import annotations

import numpy as np

from oreflow.report.assemble.case import Case, Floats
from oreflow.report.assemble.network import MINED, REFINED, Flows
from oreflow.report.assemble.question import Question
from oreflow.report.effects import Mark, PricePath, SupplyPath
from oreflow.report.format import words
from oreflow.report.paths import price_path, supply_path

_MOST = 4


def prices(case: Case, asked: Question) -> tuple[PricePath, ...]:
    """Return the price paths in question, the answer first."""
    run, net = case.ran, case.ran.base.net
    out = []
    for commodity, region in asked.nodes:
        i = net.nodes.index(f"{commodity}@{region}")
        out.append(
            price_path(
                commodity=commodity,
                name=case.commodity(commodity),
                hub=region,
                place=case.name(region),
                months=case.months,
                baseline=run.baseline.data["price"].to_numpy()[i],
                draws=run.price[:, i],
                unit=f"USD/{case.unit[commodity]}",
                run=case.run,
                news=case.news,
            )
        )
    return tuple(out)


def shortfalls(case: Case, flows: Flows) -> tuple[SupplyPath, ...]:
    """Return what is missing of world supply, mined and refined, of each mineral in question."""
    run = case.ran
    base = run.baseline.data["output"].to_numpy()
    out = []
    for mineral in case.minerals[:_MOST]:
        for name, weight, unit in supplies(case, flows, mineral):
            before = np.einsum("pt,p->t", base, weight)
            if before.sum() <= 0:
                continue
            out.append(
                supply_path(
                    commodity=mineral,
                    name=name,
                    place="world",
                    months=case.months,
                    baseline=before,
                    draws=np.einsum("dpt,p->dt", run.output, weight),
                    unit=unit,
                    run=case.run,
                )
            )
    return tuple(out[:_MOST])


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
