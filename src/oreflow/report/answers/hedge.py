"""The page of the sodium-ion hedge: break-even, the right to switch, how much and how fast, and what others do."""

from __future__ import annotations

from typing import Any

import numpy as np

from oreflow.atlas import World
from oreflow.report.answers.hedge_parts import EACH, LCE, Figures, assumed, others, premia, share
from oreflow.report.briefing import KeyFigure
from oreflow.report.document import Document, answer, run_id
from oreflow.report.figure import Figure, Sentence
from oreflow.report.outline import Block, Cell, Column, Para, Picture, Section, Table, Tiles
from oreflow.report.plots import Lines, Series
from oreflow.respond.hedge import Hedge


def document(result: Hedge, world: World, *, command: str = "") -> Document:
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
        verb="hedge",
        seed=result.seed,
        maker=repr(result.maker),
        switch=repr(result.switch),
        paths=result.paths.source,
        process=repr(result.process),
        chosen=result.chosen.weight,
        market=result.effect is not None,
    )
    m = Figures(result, run)
    sections = [
        Section("answer", "The answer", 1, tuple(_answer(result, m))),
        Section("breakeven", "Where sodium-ion breaks even", 2, tuple(_breakeven(result, m))),
        Section("right", "What the right to switch is worth", 3, tuple(_right(result, m))),
        Section("premium", "At another premium", 4, tuple(premia(result, m))),
        Section("share", "How much, and how fast, if it is decided once", 5, tuple(share(result, m))),
        Section("others", "When others convert too", 6, tuple(others(result, m))),
        Section("assumed", "What is assumed", 7, tuple(assumed(result, m))),
    ]
    settings = {
        "futures": f"{result.paths.draws:,} of {result.paths.node}: {result.paths.source}",
        "seed": str(result.seed),
        "horizon": f"{result.switch.months} months from {result.paths.start}",
        "largest share": f"{100 * result.switch.limit:.3g} % of the LFP cells",
        "largest change of the share": f"{100 * result.switch.ramp:.3g} % a month",
    }
    title = f"Sodium-ion as a hedge against dear lithium: {result.maker.name}"
    return answer("hedge", title, sections, world=world, run=run, settings=settings, command=command)


def _answer(h: Hedge, m: Figures) -> list[Block]:
    b, o = h.breakeven, h.option
    above = float(h.above.mean())
    at = Figure(b.threshold, LCE, b.source, "derived", "", b.low, b.high)
    now = m.base(b)
    tiles = (
        KeyFigure("Sodium-ion breaks even at lithium of", at),
        KeyFigure("Chance that lithium is dearer, mean of the months", m.share(above)),
        KeyFigure("The right to switch is worth", m.all(o.best)),
        KeyFigure("Converting all of it at once", m.all(o.committed, change=True)),
    )
    lead: list[Block] = [
        Para(
            Sentence(
                "At today's premium sodium-ion is the cheaper cell above {0}, {1} times the price of 2025 ({2}). As "
                "the premium falls that comes down to {3} at the end of the horizon.",
                (at, Figure(b.multiple, "1", m.run), now, m.lce(float(h.strikes[-1]))),
            ),
            "lead",
        )
    ]  # fmt: skip
    if o.committed > 0 and o.committed >= 0.9 * o.best:
        text = "Convert now: it earns {0} on average, nearly all that the best use of the right does ({1})."
        lead.append(Para(Sentence(text, (m.all(o.committed), m.all(o.best))), "verdict"))
    elif o.committed > 0:
        text = "Converting now earns {0} on average, waiting for the right moment {1}."
        lead.append(Para(Sentence(text, (m.all(o.committed), m.all(o.best))), "verdict"))
    else:
        lead.append(
            Para(
                Sentence(
                    "Keep the right and wait: used well it is worth {0}, while converting {1} of the LFP cells now "
                    "would cost {2} on average.",
                    (m.all(o.best), m.share(h.switch.limit), m.all(-o.committed)),
                ),
                "verdict",
            )
        )  # fmt: skip
    if o.rule.up is not None and o.rule.mean > 0 and np.isfinite(o.rule.up):
        lead.append(
            Para(
                Sentence(
                    "A rule to follow: order conversions while lithium stands above {0}, and go back while it stands "
                    "below {1}. On futures that it was not chosen on it is worth {2}.",
                    (m.lce(o.rule.up), m.lce(o.rule.down or 0.0), m.all(o.rule.mean)),
                )
            )
        )  # fmt: skip
    return [Tiles(tiles), *lead]


def _breakeven(h: Hedge, m: Figures) -> list[Block]:
    b = h.breakeven
    i = b.intensity
    kept = i.source
    rows: list[tuple[Cell, ...]] = [
        ("Lithium price at which the packs were priced", m.base(b)),
        ("Premium of a sodium-ion pack over an LFP pack",
         Figure(b.premium.value, "USD/kWh", b.premium_source, "assumed", "packs at 95 to 105 against 84 USD/kWh",
                b.premium.low, b.premium.high)
         if b.premium_source else Figure(b.premium.value, "USD/kWh", m.run, "assumed", "given with the question")),
        ("LFP cathode bought for a good cell", Figure(i.cathode, "kg/kWh", kept, "derived")),
        ("Lithium bought for that cathode", Figure(i.carbonate, "kg LCE/kg", kept, "derived")),
        ("Lithium bought for a good cell", Figure(i.bought, "kg LCE/kWh", kept, "derived", "the two multiplied")),
        ("Share of it that ends in the cell", Figure(100 * i.cell_yield * i.cathode_yield, "%", "oreflow", "assumed")),
        ("Lithium in a good cell", Figure(i.cell, "kg LCE/kWh", kept, "derived", "BatPaC 5.1")),
        ("Break-even, lithium in the cell", Figure(b.threshold, LCE, b.source, "derived", "", b.low, b.high)),
        ("Break-even, lithium bought", Figure(b.threshold_bought, LCE, b.source, "derived")),
    ]  # fmt: skip
    x = tuple(float(t) / 12.0 for t in range(1, h.switch.months + 1))
    low, middle, high = np.quantile(h.paths.values[:, : h.switch.months], [0.05, 0.5, 0.95], axis=0)
    every = slice(2, None, 3)
    chart = Lines(
        x=x[every], x_label="years from now", x_unit="",
        series=(
            Series("lithium", tuple(middle[every].tolist()), tuple(low[every].tolist()), tuple(high[every].tolist())),
            Series("break-even", tuple(h.strikes[every].tolist()), kind="dashed"),
        ),
        unit=LCE,
    )  # fmt: skip
    return [
        Table("sum", "The sum", (Column("Number"), Column("Value")), tuple(rows)),
        Para(Sentence("P* = P + premium / lithium in a cell. The range takes the ends of the premium and of the "
                      "lithium counted; it is exact, since P* rises with the one and falls with the other."), "aside"),
        Picture("path", "Lithium and the break-even as the premium falls", chart,
                Sentence("Line: the middle future; band: 5 to 95 % of the futures; dashed: the break-even.")),
    ]  # fmt: skip


def _right(h: Hedge, m: Figures) -> list[Block]:
    o = h.option
    told: list[tuple[str, float | None, float, str]] = [
        ("Never switch", 0.0, 0.0, "what it is measured against"),
        ("Convert at once, for good", o.committed, 0.0, "no look at the price"),
        (
            "A rule of two prices",
            o.rule.mean,
            o.rule.error,
            "chosen on half of the futures, told on the other",
        ),
        (
            "Regression on the price",
            o.regression.mean,
            o.regression.error,
            "learnt on half, told on the other",
        ),
        (
            "Dynamic programming",
            o.lattice.value if o.lattice else None,
            0.0,
            "the best on what is known then",
        ),
        ("Knowing the future", o.foresight, 0.0, "an upper bound that nobody reaches"),
        ("No cost, lead or ramp", o.free, 0.0, "a strip of options in closed form"),
    ]
    rows: list[tuple[Cell, ...]] = [
        (name, m.each(v), Figure(error, EACH, m.run) if error else "–", m.all(v), note)
        for name, v, error, note in told
        if v is not None
    ]
    swings: list[tuple[Cell, ...]] = [
        (name, m.all(low, places=-5), m.all(high, places=-5)) for name, (low, high) in h.swings.items()
    ]
    blocks: list[Block] = [
        Table("policies", "Value of the right by how well it is used, present value over the horizon",
              (Column("Policy"), Column("a kWh a year", True), Column("standard error", True),
               Column("the maker", True), Column("note")), tuple(rows)),
        Table("swings", "Which assumption moves it: value to the maker with each at either end of its range",
              (Column("Assumption"), Column("at its low end", True), Column("at its high end", True)), tuple(swings)),
    ]  # fmt: skip
    if o.lattice is None:
        text = (
            "That table is by dynamic programming on the price process alone, without the ensemble before it."
        )
        blocks.append(Para(Sentence(text), "aside"))
    blocks.append(
        Para(
            Sentence(
                "As insurance: the lithium in the cells costs {0} on average and {1} in the worst 5 % of futures. With "
                "the right used by regression the worst cost {2} less, by the rule {3} less.",
                (m.all(o.bill), m.all(o.worst), m.all(o.worst - o.worst_told), m.all(o.worst - o.worst_rule)),
            )
        )
    )
    if o.lattice is not None and np.isfinite(o.lattice.up).any():
        year = [t for t in range(11, h.switch.months, 12) if np.isfinite(o.lattice.up[t])]
        points: list[tuple[Cell, ...]] = [
            (f"after {(t + 1) // 12} year{'s' if t > 11 else ''}", m.lce(float(o.lattice.up[t])),
             m.lce(float(h.strikes[t])),
             m.share(round(float((h.paths.values[:, t] >= o.lattice.up[t]).mean()), 3)))
            for t in year
        ]  # fmt: skip
        blocks.append(
            Table("begin", "When the first step is worth it, by dynamic programming",
                  (Column("Time"), Column("lithium above", True), Column("break-even then", True),
                   Column("chance", True)), tuple(points))
        )  # fmt: skip
        blocks.append(Para(Sentence("The first step waits for a price well above the break-even: a line once converted "
                                    "must earn its cost back before the price falls again."), "aside"))  # fmt: skip
    return blocks


def plain(h: Hedge) -> dict[str, Any]:
    """Return the answer as data, without the single futures.

    Args:
        h: The answer.

    Returns:
        What ``--json`` prints.
    """
    o = h.option
    return {
        "world": h.world,
        "seed": h.seed,
        "maker": h.maker,
        "breakeven": h.breakeven,
        "switch": {k: getattr(h.switch, k) for k in ("lithium", "limit", "ramp", "convert", "back", "lead", "rate")}
        | {"months": h.switch.months, "breakeven_by_year": h.strikes[11::12]},
        "source_of_prices": h.paths.source,
        "chance_above_breakeven_by_year": h.above[11::12],
        "option": {
            "unit": EACH, "best": o.best, "best_usd": o.best * h.maker.cells * 1e6,
            "dynamic_programming": o.lattice.value if o.lattice else None,
            "regression": o.regression.mean, "regression_error": o.regression.error,
            "rule": o.rule.mean, "rule_error": o.rule.error, "rule_up": o.rule.up, "rule_down": o.rule.down,
            "lithium_mean": o.bill, "lithium_worst_5_percent": o.worst,
            "worst_5_percent_with_regression": o.worst_told, "worst_5_percent_with_rule": o.worst_rule,
            "foresight": o.foresight, "committed": o.committed, "without_cost_lead_and_ramp": o.free,
        },
        "swings": h.swings,
        "frontier": [{k: getattr(c, k) for k in ("ramp", "weight", "share", "mean", "tail")} for c in h.frontier],
        "chosen": {"weight": h.chosen.weight, "share": h.chosen.share, "mean": h.chosen.mean, "tail": h.chosen.tail,
                   "schedule_by_quarter": h.chosen.schedule},
        "premia": h.premia,
        "price_effect": h.effect,
        "crowd": h.crowd,
        "scare": h.scare,
    }  # fmt: skip
