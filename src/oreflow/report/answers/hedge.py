"""The page of the sodium-ion hedge: break-even, the right to switch, how much and how fast, and what others do."""

from __future__ import annotations

from typing import Any

import numpy as np

from oreflow.atlas import World
from oreflow.report.briefing import KeyFigure
from oreflow.report.document import Document, answer, run_id
from oreflow.report.figure import Figure, Sentence
from oreflow.report.outline import Block, Cell, Column, Items, Para, Picture, Section, Table, Tiles
from oreflow.report.plots import Lines, Series
from oreflow.respond.hedge import Breakeven, Hedge, terms_of_conversion
from oreflow.respond.prices import Assumption
from oreflow.respond.prices import table as processes

LCE = "USD/t LCE"
EACH = "USD/(kWh/yr)"
"""Money for each kWh a year of the maker's LFP cells."""
WORDS = {
    "conversion_cost": "To convert a line", "return_cost": "To bring it back", "lead": "From order to cells",
    "premium_decline": "Yearly fall of the premium", "horizon": "Converted lines are of use for",
    "rate": "Real cost of capital of the maker", "tail_weight": "Weight of the worst 5 % of futures",
}  # fmt: skip


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
    m = _Maker(result, run)
    sections = [
        Section("answer", "The answer", 1, tuple(_answer(result, m))),
        Section("breakeven", "Where sodium-ion breaks even", 2, tuple(_breakeven(result, m))),
        Section("right", "What the right to switch is worth", 3, tuple(_right(result, m))),
        Section("premium", "At another premium", 4, tuple(_premia(result, m))),
        Section("share", "How much, and how fast, if it is decided once", 5, tuple(_share(result, m))),
        Section("others", "When others convert too", 6, tuple(_others(result, m))),
        Section("assumed", "What is assumed", 7, tuple(_assumed(result, m))),
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


class _Maker:
    """Figures with the run as their source."""

    def __init__(self, h: Hedge, run: str) -> None:
        self.run, self.cells = run, h.maker.cells

    def each(self, value: float, *, change: bool = False) -> Figure:
        return Figure(value, EACH, self.run, change=change)

    def all(self, value: float, *, change: bool = False, places: int | None = None) -> Figure:
        """An amount for each kWh a year as money of the maker."""
        money = value * self.cells * 1e6
        return Figure(money if places is None else round(money, places), "USD", self.run, change=change)

    def lce(self, value: float) -> Figure:
        return Figure(value, LCE, self.run)

    def base(self, b: Breakeven) -> Figure:
        """The lithium price of the base year."""
        return Figure(b.price, LCE, b.price_source or self.run, "reported" if b.price_source else "assumed")

    def share(self, value: float, *, change: bool = False) -> Figure:
        return Figure(100 * value, "%", self.run, change=change)


def _answer(h: Hedge, m: _Maker) -> list[Block]:
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


def _breakeven(h: Hedge, m: _Maker) -> list[Block]:
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


def _right(h: Hedge, m: _Maker) -> list[Block]:
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


def _premia(h: Hedge, m: _Maker) -> list[Block]:
    rows: list[tuple[Cell, ...]] = []
    for a in h.premia:
        cells: list[Cell] = [
            Figure(a.premium, "USD/kWh", m.run), m.lce(a.threshold), m.share(a.chance), m.all(a.value),
            m.all(a.committed, change=True), m.share(max(a.share, 0.0)),
        ]  # fmt: skip
        if h.effect is not None:
            cells.append(m.share(a.crowd.share))
        rows.append(tuple(cells))
    columns = [
        Column("Premium"), Column("break-even", True), Column("chance", True),
        Column("the right", True), Column("at once", True), Column("share", True),
    ]  # fmt: skip
    if h.effect is not None:
        columns.append(Column("all stop at", True))
    top, low = h.premia[0], h.premia[-1]
    if low.committed > 0 > top.committed:  # what a plan earns is linear in the premium
        at = top.premium * low.committed / (low.committed - top.committed)
        text = "Converting at once pays on average from a premium of {0} down; until then the hedge is a right to keep."
    elif top.committed >= 0:
        at, text = top.premium, "Converting at once pays on average already at a premium of {0}."
    else:
        at, text = low.premium, "Converting at once does not pay on average even at a premium of {0}."
    return [
        Para(Sentence(text, (Figure(at, "USD/kWh", m.run),))),
        Table("premia", "The hedge as the premium falls, all else equal", tuple(columns), tuple(rows)),
        Para(
            Sentence(
                "Premium and break-even: now. Chance: that lithium is dearer than the break-even, mean of the "
                "months. The right: its value to the maker. At once: converting all that can be. Share: what a "
                "choice made once converts. All stop at: the share at which nobody gains by converting more."
            ),
            "aside",
        ),
    ]


def _share(h: Hedge, m: _Maker) -> list[Block]:
    ramps = list(dict.fromkeys(c.ramp for c in h.frontier))
    never = h.frontier[0]
    rows: list[tuple[Cell, ...]] = []
    for c in h.frontier:
        rows.append(
            (Figure(100 * c.ramp, "%/month", m.run), Figure(c.weight, "1", m.run), m.share(max(c.share, 0.0)),
             m.all(c.mean), m.all(c.tail))
        )  # fmt: skip
    middle = [c for c in h.frontier if c.ramp == ramps[min(1, len(ramps) - 1)]]
    chart = Lines(
        x=tuple(float(q + 1) / 4.0 for q in range(len(h.chosen.schedule))), x_label="years from now", x_unit="",
        series=tuple(
            Series(f"weight {c.weight:g}:", tuple(100 * max(float(s), 0.0) for s in c.schedule),
                   kind="line" if c.weight == h.chosen.weight else "dashed")
            for c in middle[:7]
        ),
        unit="%",
    )  # fmt: skip
    most = middle[-1]
    best = m.share(max(h.chosen.share, 0.0))
    return [
        Para(
            Sentence(
                "If the share is fixed now and not revised, the mean alone asks for {0}; with a weight of {1} on the "
                "worst 5 % of futures it is {2}. With all of the weight on them {3} would be converted, which adds {4} "
                "to the mean cost and takes {5} off the worst.",
                (m.share(max(middle[0].share, 0.0)), Figure(h.chosen.weight, "1", m.run), best,
                 m.share(max(most.share, 0.0)), m.all(most.mean - middle[0].mean), m.all(middle[0].tail - most.tail)),
            )
        ),
        *_pace(h, m),
        Picture("schedule", "Share ordered, by the weight of bad futures", chart,
                Sentence("At the middle ramp; share of the maker's LFP cells.")),
        Table("frontier", "Mean cost against the cost of bad futures: lithium and the premium of sodium-ion, present "
              "value", (Column("Ramp"), Column("weight", True), Column("share at the end", True),
              Column("mean cost", True), Column("worst 5 %", True)), tuple(rows)),
        Para(Sentence("Without sodium-ion the lithium in the cells costs {0} on average over the horizon.",
                      (m.all(never.mean),)), "aside"),
    ]  # fmt: skip


def _pace(h: Hedge, m: _Maker) -> list[Block]:
    """What a faster ramp is worth to the choice made once."""
    weight = h.chosen.weight
    mine = sorted((c for c in h.frontier if c.weight == weight), key=lambda c: c.ramp)
    if len(mine) < 2:
        return []
    slow, fast = mine[0], mine[-1]
    gain = slow.objective - fast.objective
    if gain <= 1e-6 * slow.objective:
        text = "At that weight a faster ramp is worth nothing yet: there is nothing to hurry to."
        return [Para(Sentence(text))]
    return [
        Para(
            Sentence(
                "At that weight a ramp of {0} in place of {1} is worth {2} (mean and bad futures weighed).",
                (Figure(100 * fast.ramp, "%/month", m.run), Figure(100 * slow.ramp, "%/month", m.run), m.all(gain)),
            )
        )
    ]  # fmt: skip


def _others(h: Hedge, m: _Maker) -> list[Block]:
    if h.effect is None or h.crowd is None:
        return []
    e, c = h.effect, h.crowd
    rows: list[tuple[Cell, ...]] = [
        (
            m.share(float(s)),
            m.share(float(d)),
            m.share(float(f - 1), change=True),
            m.share(float(g - 1), change=True),
        )
        for s, d, f, g in zip(e.shares, e.demand, e.first, e.factor, strict=True)
    ]
    blocks: list[Block] = [
        Table("effect", "What less lithium in LFP cells does to its price, from runs of the market",
              (Column("LFP cells without lithium"), Column("lithium demand that goes", True),
               Column("price, first year", True), Column("price, later", True)), tuple(rows)),
        Para(
            Sentence(
                "The first to convert would save {0} over the horizon; if all converted {1} of their cells they "
                "would save {2}, as lithium is cheaper just when the lines run. Conversion costs {3}. Makers "
                "would stop at {4}.",
                (m.each(c.alone), m.share(c.limit), m.each(c.everybody), m.each(c.cost), m.share(c.share)),
            )
        ),
    ]  # fmt: skip
    if c.relief > 0:
        blocks.append(
            Para(Sentence("At that share the LFP cells that stay save {0} through cheaper lithium: a gain to those who "
                          "did not pay for it.", (m.each(c.relief),)))
        )  # fmt: skip
    else:
        blocks.append(
            Para(Sentence("At today's premium nobody gains by converting, so that the fall of the price does not come "
                          "into it; the table by premium shows where it does."))
        )  # fmt: skip
    for k, s in enumerate(h.scare):
        table: list[tuple[Cell, ...]] = [
            (
                case,
                m.share(limit),
                m.lce(float(p[0])),
                m.lce(float(p[-1])),
                Figure(float(q.max()), "GWh/yr", m.run),
            )
            for case, limit, p, q in zip(s.cases, s.ceilings, s.price, s.sodium, strict=True)
        ]
        blocks.append(
            Table(f"scare-{k + 1}", f"A lithium scare ({100 * s.loss:.0f} % of mines and brines stand still) with a "
                  f"premium of {s.premium:g} USD/kWh: who is ready to switch",
                  (Column("Ready"), Column("share of LFP cells", True), Column("lithium, first quarter", True),
                   Column("lithium, third year", True), Column("most sodium-ion cells", True)), tuple(table))
        )  # fmt: skip
    if h.scare:
        blocks.append(
            Para(Sentence("The scare is cleared by the whole market: makers' margins fall with their output, so that "
                          "LFP cells grow dearer by less than their lithium and sodium-ion is taken up later than the "
                          "break-even alone says."), "aside")
        )  # fmt: skip
    return blocks


def _ranged(told: Assumption, value: float, unit: str) -> Figure:
    """An assumption with its range, which a value given in its place may lie outside of."""
    by = 100.0 if unit == "%" else 1.0
    low, high = told.range.low, told.range.high
    if not low <= value <= high:
        return Figure(by * value, unit, told.source, "assumed", "given with the question")
    return Figure(by * value, unit, told.source, "assumed", "", by * low, by * high)


def _assumed(h: Hedge, m: _Maker) -> list[Block]:
    rows: list[tuple[Cell, ...]] = []
    w = h.maker
    used = {"conversion_cost": h.switch.convert, "return_cost": h.switch.back, "lead": float(h.switch.lead),
            "horizon": h.switch.months / 12, "rate": h.switch.rate, "tail_weight": h.chosen.weight,
            "premium_decline": h.decline}  # fmt: skip
    for key, told in terms_of_conversion().items():
        unit = "%" if key in ("premium_decline", "rate") else told.unit.replace("month", "months")
        rows.append((WORDS[key], _ranged(told, used[key], unit), told.note))
    names = {"level": "Lithium, median in the long run", "half_life": "Half of a gap to it is closed in",
             "volatility": "Standard deviation of a year's change of its log"}  # fmt: skip
    for (commodity, key), told in processes().items():
        if commodity == h.paths.node.partition("@")[0]:
            unit = "1" if key == "volatility" else told.unit
            rows.append((names[key], _ranged(told, told.value, unit), told.note))
    points = (
        Sentence("LFP cells of the maker: {0}, at most {1} of them switched, by {2} a month at most.",
                 (Figure(w.cells, "GWh/yr", w.source, "derived"),
                  Figure(100 * h.switch.limit, "%", w.source, "assumed"),
                  Figure(100 * h.switch.ramp, "%", w.source, "assumed"))),
        Sentence("Cells of both kinds sell for the same kWh. Where a heavier cell sells for less, add that to the "
                 "premium."),
        Sentence("The value is an expectation at the maker's cost of capital, not a price at which a market would "
                 "trade it."),
        Sentence("How wildly lithium moves decides more than anything else here, and five yearly averages do not "
                 "settle it: read the row on volatility before the headline."),
    )  # fmt: skip
    return [
        Table("assumptions", "Assumptions", (Column("Number"), Column("value", True), Column("note")),
              tuple(rows)),
        Items("To keep in mind", points),
    ]  # fmt: skip


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
