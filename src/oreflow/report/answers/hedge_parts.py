"""Parts of the page of the hedge: other premia, how much and how fast, what others do, and what is assumed."""

from __future__ import annotations

from oreflow.report.figure import Figure, Sentence
from oreflow.report.outline import Block, Cell, Column, Items, Para, Picture, Table
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


class Figures:
    """Figures with the run as their source."""

    def __init__(self, h: Hedge, run: str) -> None:
        self.run, self.cells = run, h.maker.cells

    def each(self, value: float, *, change: bool = False) -> Figure:
        """An amount for each kWh a year."""
        return Figure(value, EACH, self.run, change=change)

    def all(self, value: float, *, change: bool = False, places: int | None = None) -> Figure:
        """An amount for each kWh a year as money of the maker."""
        money = value * self.cells * 1e6
        return Figure(money if places is None else round(money, places), "USD", self.run, change=change)

    def lce(self, value: float) -> Figure:
        """A lithium price."""
        return Figure(value, LCE, self.run)

    def base(self, b: Breakeven) -> Figure:
        """The lithium price of the base year."""
        return Figure(b.price, LCE, b.price_source or self.run, "reported" if b.price_source else "assumed")

    def share(self, value: float, *, change: bool = False) -> Figure:
        """A share as a percentage."""
        return Figure(100 * value, "%", self.run, change=change)


def premia(h: Hedge, m: Figures) -> list[Block]:
    """Return the hedge at other premia than today's."""
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


def share(h: Hedge, m: Figures) -> list[Block]:
    """Return the choice of a share and a pace that is made once."""
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


def _pace(h: Hedge, m: Figures) -> list[Block]:
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


def others(h: Hedge, m: Figures) -> list[Block]:
    """Return what is left when others convert too; nothing without a market."""
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


def assumed(h: Hedge, m: Figures) -> list[Block]:
    """Return what is assumed, with ranges, and what to keep in mind."""
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
