"""The page of a price floor: what it pays, what it buys, what that does to the market, and who pays when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from oreflow.atlas import World
from oreflow.report.answers.floor_parts import TAIL, Figures, buys, market, moves, pays, strikes
from oreflow.report.briefing import KeyFigure
from oreflow.report.document import Document, answer, run_id
from oreflow.report.figure import Figure, Sentence
from oreflow.report.outline import Block, Cell, Column, Items, Para, Section, Table, Tiles
from oreflow.respond.floor import Assessment, Floors
from oreflow.respond.prices import table
from oreflow.respond.prices.link import mover
from oreflow.respond.prices.table import PARAMETERS, price_row


def document(result: Floors, world: World, *, command: str = "") -> Document:
    """Return the page of the answer.

    Args:
        result: The answer.
        world: World that it was computed from.
        command: Command line that makes it again.

    Returns:
        The document.
    """
    run = run_id(
        world,
        verb="floor",
        seed=result.seed,
        draws=result.draws,
        rate=result.rate,
        terms=[repr(a.terms) for a in result.floors],
        projects=[_key(a) for a in result.floors],
        paths=[a.paths.source for a in result.floors],
        market=[a.kept.fall if a.kept else None for a in result.floors],
        shared=result.together.shared if result.together else None,
    )
    known = table()
    several = len(result.floors) > 1
    sections: list[Section] = []
    for i, a in enumerate(result.floors):
        commodity = a.terms.node.partition("@")[0]
        hit = price_row(world, commodity)
        now = Figure(
            float(hit["value"]), f"USD/{a.terms.unit}", str(hit["source"]), hit["quality"], str(hit["basis"])
        )
        when = "of 2025"
        if a.price != float(hit["value"]):
            when, now = (
                "as given",
                Figure(a.price, f"USD/{a.terms.unit}", run, "assumed", "given with the question"),
            )
        moved = {
            p: known[mover(world, commodity), p] for p in PARAMETERS if (mover(world, commodity), p) in known
        }
        m = Figures(a, run, now, when, moved, mover(world, commodity))
        sections += _sections(a, m, result, prefix=f"f{i + 1}-" if several else "", first=len(sections) + 1)
    if result.together is not None:
        sections.append(_together(result, run, len(sections) + 1))
    title = " · ".join(a.terms.title or a.terms.name.replace("_", " ") for a in result.floors)
    settings = {
        "futures": f"{result.draws:,} of {' and of '.join(dict.fromkeys(a.paths.node for a in result.floors))}: "
        + "; ".join(dict.fromkeys(a.paths.source for a in result.floors)),
        "seed": str(result.seed),
        "discount rate of the payments": f"{100 * result.rate:g} % a year, real",
    }
    return answer("price floor", title, sections, world=world, run=run, settings=settings, command=command)


def _key(a: Assessment) -> str:
    p = a.project
    return "" if p is None else repr((p.name, p.capacity, p.capital, p.operating, p.wacc, p.life, p.build))


def _sections(a: Assessment, m: Figures, result: Floors, *, prefix: str, first: int) -> list[Section]:
    name = f"{a.terms.title or a.terms.name}: " if prefix else ""
    parts: list[tuple[str, str, Sequence[Block]]] = [
        ("answer", f"{name}the answer", _answer(a, m)),
        ("pays", f"{name}what it pays", pays(a, m, prefix)),
        ("buys", f"{name}what it buys", buys(a, m, prefix)),
        (
            "strike",
            f"{name}another floor price, other prices",
            [*strikes(a, m, prefix), *moves(a, m, prefix)],
        ),
        ("market", f"{name}what it does to the market", market(a, m)),
        ("who", f"{name}who pays, and when", _who(a, m, result)),
    ]
    told = [(k, t, b) for k, t, b in parts if b]
    return [
        Section(prefix + key, title[0].upper() + title[1:], first + i, tuple(blocks))
        for i, (key, title, blocks) in enumerate(told)
    ]


def _answer(a: Assessment, m: Figures) -> list[Block]:
    t, p = a.terms, a.payout
    low, high = (p.quantile(q) for q in TAIL)
    strike = Figure(t.strike, f"USD/{m.unit}", t.source, "reported" if t.source != "oreflow" else "assumed")
    lead = [Para(Sentence(t.sentence()), "lead")]
    tiles = [
        KeyFigure(
            f"A year on 1,000 {m.unit} at the price {m.when}", m.money(a.by_hand, change=a.by_hand < 0)
        ),
        KeyFigure("Expected cost, discounted", m.money(p.mean, low=low, high=high)),
    ]
    f = a.financing
    if f is not None:
        tiles.append(
            KeyFigure("Covers its hurdle", None, f"{100 * f.prob_without:.0f} % → {100 * f.prob_with:.0f} %")
        )
        cost = f.cost_per_capacity
        tiles.append(
            KeyFigure(f"Cost of each {m.unit}/yr financed", None, "none is financed")
            if cost is None
            else KeyFigure(f"Cost of each {m.unit}/yr financed", m.money(cost))
        )
        if f.expected_capacity > 0:
            lead.append(
                Para(
                    Sentence(
                        "It lifts the chance that the project covers its hurdle from {0} to {1}: on average {2} of "
                        "capacity that would not be financed without it, for an expected {3} (5 to 95 %: {4} to {5}).",
                        (m.share(f.prob_without, digits=0), m.share(f.prob_with, digits=0),
                         m.amount(f.expected_capacity), m.money(p.mean), m.money(low), m.money(high)),
                    ),
                    "verdict",
                )
            )  # fmt: skip
            if f.prob_without > 0.75:
                lead.append(
                    Para(
                        Sentence(
                            "Most of that money goes to futures in which the project stands without it: "
                            "it buys little here."
                        )
                    )
                )
        else:
            lead.append(
                Para(Sentence("It finances nothing: the project covers its hurdle in {0} of the futures without it "
                              "and in {1} with it.", (m.share(f.prob_without), m.share(f.prob_with))), "verdict")
            )  # fmt: skip
    lead.append(
        Para(
            Sentence(
                f"At the price {m.when}, {{0}} against a floor of {{1}}, a year on 1,000 {m.unit} pays {{2}}.",
                (m.now, strike, m.money(a.by_hand)),
            )
        )
    )
    return [Tiles(tuple(tiles)), *lead]


def _who(a: Assessment, m: Figures, result: Floors) -> list[Block]:
    points = [
        Sentence(
            "Whoever gives the floor pays when the price is low. In the worst 5 % of futures the reference price "
            "averages {0}, against a floor of {1}.",
            (m.price(a.worst_price), m.price(a.terms.strike)),
        ),
        Sentence(
            "The cost is an expectation at the real discount rate of {0} under the price process above, not what a "
            "bank would charge to take the risk.",
            (Figure(100 * result.rate, "%", "oreflow", "assumed"),),
        ),
        Sentence(
            "Buyers keep paying the market price; the difference is met by the budget. A floor that keeps plants open "
            "in a slump holds the price down for everybody else."
        ),
    ]
    if a.terms.upside:
        points.append(
            Sentence(
                "Of the price above the floor {0} comes back: an expected {1}, and the project gives up that much in "
                "good years.",
                (Figure(100 * a.terms.upside, "%", a.terms.source, "reported" if a.terms.source != "oreflow"
                        else "assumed"), m.money(float((a.payout.returned @ a.payout.discount).mean()))),
            )
        )  # fmt: skip
    if a.project is not None and a.project.relief == 0:
        points.append(
            Sentence(
                "The cost of capital is the same with and without the floor. Lenders who ask for less because of it "
                "would finance more than is shown here (`relief` in the terms)."
            )
        )
    return [Items("To keep in mind", tuple(points))]


def _together(result: Floors, run: str, number: int) -> Section:
    t = result.together
    assert t is not None
    names = [a.terms.name.replace("_", " ") for a in result.floors]

    def money(v: float) -> Figure:
        return Figure(v, "USD", run)

    rows: list[tuple[Cell, ...]] = [
        ("Expected, discounted", money(t.mean)),
        ("95 % of the futures cost less than", money(t.p95)),
        ("Sum of the same for each alone", money(t.sum_of_p95)),
        ("Mean of the worst 5 % of futures", money(t.tail)),
        *((f"95 % cost less than, were minerals correlated by {at:g}", money(value)) for at, value in t.ends),
    ]
    columns = (Column(""), *(Column(n, True) for n in names))
    link: list[tuple[Cell, ...]] = [
        (n, *(Figure(round(v, 2), "1", run) for v in row))
        for n, row in zip(names, t.correlation, strict=True)
    ]
    return Section(
        "together", "All floors in one budget", number,
        (
            Table("budget", "All floors together", (Column(""), Column("cost", True)), tuple(rows)),
            Table("correlation", "Correlation of what they cost", columns, tuple(link)),
            Para(Sentence("Floors on one mineral pay in the same futures, so that their costs add up when it hurts. "
                          "The changes of two minerals' prices are correlated by {0}, from a pair of monthly "
                          "quotations; over a year the pair moved more alike.",
                          (Figure(t.shared, "1", "imf_pcps", "derived"),)),
                 "aside"),
        ),
    )  # fmt: skip


def plain(result: Floors) -> dict[str, Any]:
    """Return the answer as data, without the single futures.

    Args:
        result: The answer.

    Returns:
        What ``--json`` prints.
    """
    return {
        "rate": result.rate,
        "draws": result.draws,
        "seed": result.seed,
        "world": result.world,
        "floors": [_plain(a) for a in result.floors],
        "together": result.together,
    }


def _plain(a: Assessment) -> dict[str, Any]:
    p, f, k = a.payout, a.financing, a.kept
    labels, years = p.by_year()
    return {
        "terms": a.terms,
        "price_2025": a.price,
        "unit": f"USD/{a.terms.unit}",
        "year_on_1000_at_price_2025_usd": a.by_hand,
        "source_of_prices": a.paths.source,
        "cost_usd": {
            "mean": p.mean, "standard_error": p.error, "median": p.quantile(0.5), "p05": p.quantile(0.05),
            "p95": p.quantile(0.95), "worst_5_percent": p.tail, "undiscounted_mean": float(p.net.mean()),
            "returned_mean": float((p.returned @ p.discount).mean()),
        },
        "years_paying": float(p.years_paying.mean()),
        "payments_by_year_usd": {
            "start": labels, "mean": years.mean(axis=0), "p05": np.quantile(years, 0.05, axis=0),
            "p95": np.quantile(years, 0.95, axis=0),
        },
        "project": a.project,
        "financing": None if f is None else {
            "prob_without": f.prob_without, "prob_with": f.prob_with, "error": f.error,
            "expected_capacity": f.expected_capacity, "capacity_unit": f"{a.terms.unit}/yr",
            "expected_payout_usd": f.expected_payout, "cost_per_capacity": f.cost_per_capacity,
            "npv_mean_without_usd": float(f.npv_without.mean()), "npv_mean_with_usd": float(f.npv_with.mean()),
            "npv_p05_without_usd": float(np.quantile(f.npv_without, 0.05)),
            "npv_p05_with_usd": float(np.quantile(f.npv_with, 0.05)),
        },
        "strikes": a.strikes,
        "other_prices": a.moves,
        "built": a.built,
        "kept": k,
        "cost_at_lower_price_usd": a.lower,
        "reference_price_in_worst_5_percent": a.worst_price,
    }  # fmt: skip
