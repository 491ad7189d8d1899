"""Parts of the page of a price floor: what it pays and buys, at other floor prices and prices, and in the market."""

from __future__ import annotations

import numpy as np

from oreflow.report.figure import Figure, Quality, Sentence
from oreflow.report.outline import Block, Cell, Column, Para, Picture, Table
from oreflow.report.plots import Lines, Series
from oreflow.respond.floor import Assessment
from oreflow.respond.prices import Assumption

TAIL = (0.05, 0.95)
"""Ends of the ranges shown: 5 and 95 % of the futures lie below."""
SHOWN = ("capital", "operating", "wacc", "relief", "tax", "life", "build", "ramp", "use", "idle")
"""Numbers of a project in the order shown."""
WORDS = {
    "capacity": "Capacity",
    "capital": "Capital before the first unit",
    "operating": "Cash cost, what it buys included",
    "wacc": "Cost of capital, real",
    "relief": "What the floor takes off it",
    "tax": "Tax on profit",
    "life": "Years of output",
    "build": "Time to the first unit",
    "ramp": "From there to full output",
    "use": "Output over capacity",
    "idle": "Cost of standing still, of the cost at full output",
}


class Figures:
    """Figures of one floor, with the run as their source."""

    def __init__(
        self, a: Assessment, run: str, now: Figure, when: str, moved: dict[str, Assumption], mover: str
    ) -> None:
        self.unit, self.run, self.now, self.when = a.terms.unit, run, now, when
        self.moved, self.mover = moved, mover

    def money(self, value: float | None, *, low: float | None = None, high: float | None = None,
              change: bool = False, note: str = "") -> Figure:  # fmt: skip
        """An amount of money."""
        return Figure(value, "USD", self.run, "modelled", note, low, high, change)

    def price(self, value: float) -> Figure:
        """A price."""
        return Figure(value, f"USD/{self.unit}", self.run)

    def share(
        self, value: float, *, change: bool = False, digits: int | None = None, note: str = ""
    ) -> Figure:
        """A share as a percentage."""
        return Figure(round(100 * value, digits) if digits is not None else 100 * value, "%", self.run, "modelled",
                      note, change=change)  # fmt: skip

    def capacity(self, value: float) -> Figure:
        """A cost a unit of yearly capacity."""
        return Figure(value, f"USD/({self.unit.split()[0]}/yr)", self.run)

    def amount(self, value: float, per: str = "/yr", *, change: bool = False) -> Figure:
        """An amount of the mineral, a year unless said otherwise."""
        return Figure(value, f"{self.unit}{per}", self.run, change=change)


def pays(a: Assessment, m: Figures, prefix: str) -> list[Block]:
    """Return what the floor pays: the price, the payments by year, and what they add up to."""
    p = a.payout
    labels, years = p.by_year()
    low, middle, high = np.quantile(years, [TAIL[0], 0.5, TAIL[1]], axis=0) / 1e6
    chart = Lines(
        x=tuple(float(i + 1) for i in range(len(labels))),
        x_label="year of the contract",
        x_unit="",
        series=(
            Series("median", tuple(middle.tolist()), tuple(low.tolist()), tuple(high.tolist())),
            Series("mean", tuple((years.mean(axis=0) / 1e6).tolist()), kind="dashed"),
        ),
        unit="million USD",
        names=tuple(labels),
        from_zero=True,
    )
    rows: list[tuple[Cell, ...]] = [
        ("Expected", m.money(p.mean), m.money(float(p.net.mean()))),
        ("Half of the futures cost less than", m.money(p.quantile(0.5)), m.money(float(np.median(p.net)))),
        ("95 % cost less than", m.money(p.quantile(0.95)), m.money(float(np.quantile(p.net, 0.95)))),
        ("Mean of the worst 5 %", m.money(p.tail), m.money(float(np.sort(p.net)[-max(1, len(p.net) // 20):].mean()))),
        ("5 % cost less than", m.money(p.quantile(0.05)), m.money(float(np.quantile(p.net, 0.05)))),
        ("Paid to the plant, expected", m.money(float((p.paid @ p.discount).mean())),
         m.money(float(p.paid.sum(axis=1).mean()))),
        ("Paid back by the plant, expected", m.money(float((p.returned @ p.discount).mean())),
         m.money(float(p.returned.sum(1).mean()))),
    ]  # fmt: skip
    paying = p.years_paying
    return [
        Picture(f"{prefix}price", f"Price of {a.terms.node} and the floor", _prices(a, m),
                Sentence("Line: the middle future; band: 5 to 95 %; dashed: the floor.")),
        *_process(m, prefix),
        Picture(f"{prefix}payments", "Net payment by year", chart,
                Sentence("Line: the middle future; band: 5 to 95 % of the futures; not discounted. Below zero the "
                         "plant pays back more than it gets.")),
        Table(f"{prefix}cost", "Cost to whoever gives the floor",
              (Column("Over the contract"), Column("discounted", True), Column("as paid", True)), tuple(rows)),
        Para(
            Sentence(
                "It pays in {0} of the contract's {1} on average; the chance that a settlement pays is {2} in the "
                "first and {3} in the last. On average {4} are settled a year.",
                (Figure(float(paying.mean()), "years", m.run), Figure(a.terms.years, "years", m.run),
                 m.share(float(p.chance[0]), digits=0), m.share(float(p.chance[-1]), digits=0),
                 m.amount(float(p.quantity.sum(axis=1).mean()) / a.terms.years, "")),
            )
        ),
    ]  # fmt: skip


def _prices(a: Assessment, m: Figures) -> Lines:
    """The futures of the price at the settlements, with the floor."""
    low, middle, high = np.quantile(a.payout.reference, [TAIL[0], 0.5, TAIL[1]], axis=0)
    return Lines(
        x=tuple(float(i + 1) for i in range(len(middle))), x_label="settlement", x_unit="",
        series=(
            Series("price", tuple(middle.tolist()), tuple(low.tolist()), tuple(high.tolist())),
            Series("floor", (a.terms.strike,) * len(middle), kind="dashed"),
        ),
        unit=f"USD/{m.unit}", names=a.payout.labels,
    )  # fmt: skip


def _process(m: Figures, prefix: str) -> list[Block]:
    """How the price is taken to move, each assumption with its range."""
    if not m.moved:
        return []
    words = {"level": "Median in the long run", "half_life": "Half of a gap to it is closed in",
             "volatility": "Standard deviation of a year's change of the log price"}  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    for key, told in m.moved.items():
        unit = "1" if key == "volatility" else told.unit
        span = tuple(Figure(v, unit, told.source, told.quality) for v in (told.range.low, told.range.high))  # type: ignore[arg-type]
        rows.append(
            (words[key], Figure(told.value, unit, told.source, told.quality), Sentence("{0} to {1}", span),  # type: ignore[arg-type]
             told.quality, told.note)
        )  # fmt: skip
    return [Table(f"{prefix}process", f"How the price of {m.mover.replace('_', ' ')} is taken to move",
                  (Column("Assumption"), Column("value", True), Column("range"), Column("how known"), Column("note")),
                  tuple(rows))]  # fmt: skip


def moves(a: Assessment, m: Figures, prefix: str) -> list[Block]:
    """What else the floor may cost and buy where prices move otherwise."""
    if not a.moves:
        return []
    words = {"level": "median in the long run", "half_life": "half-life of a gap", "volatility": "volatility"}
    rows: list[tuple[Cell, ...]] = []
    for s in a.moves:
        unit = "1" if s.what == "volatility" else s.unit
        told = m.moved[s.what]
        cells: list[Cell] = [
            Sentence(f"{words[s.what]} {{0}}", (Figure(s.value, unit, told.source, told.quality),)),  # type: ignore[arg-type]
            m.money(s.payout), m.money(s.p95),
        ]  # fmt: skip
        if s.prob_with is not None and s.prob_without is not None:
            cells += [m.share(s.prob_without, digits=0), m.share(s.prob_with, digits=0)]
        rows.append(tuple(cells))
    columns = [Column("If"), Column("expected cost", True), Column("95 % cost less than", True)]
    if a.financing is not None:
        columns += [Column("hurdle without", True), Column("hurdle with", True)]
    return [Table(f"{prefix}moves", "If the price moves otherwise", tuple(columns), tuple(rows))]


def buys(a: Assessment, m: Figures, prefix: str) -> list[Block]:
    """Return the project with and without the floor; nothing without a project."""
    f, p = a.financing, a.project
    if f is None or p is None:
        return []

    def npv(values: np.ndarray) -> tuple[Figure, Figure, Figure]:
        low, high = np.quantile(values, TAIL)
        return m.money(float(values.mean())), m.money(float(low)), m.money(float(high))

    without, with_ = npv(f.npv_without), npv(f.npv_with)
    months = 12.0 * p.life
    rows: list[tuple[Cell, ...]] = [
        ("Chance that it covers its hurdle", m.share(f.prob_without), m.share(f.prob_with)),
        ("Net present value, expected", without[0], with_[0]),
        ("Net present value, 5 % of the futures below", without[1], with_[1]),
        ("Net present value, 5 % of the futures above", without[2], with_[2]),
        ("Share of its life that it runs", m.share(float(f.months_without.mean()) / months),
         m.share(float(f.months_with.mean()) / months)),
    ]  # fmt: skip
    blocks: list[Block] = [
        Table(f"{prefix}hurdle", f"{p.name}, with and without the floor",
              (Column(""), Column("without", True), Column("with", True)), tuple(rows)),
        Table(f"{prefix}project", "What the project is taken to be", (Column("Number"), Column("value", True),
              Column("range drawn from"), Column("how known"), Column("note")), tuple(_numbers(a, m))),
    ]  # fmt: skip
    blocks.append(
        Para(
            Sentence(
                "The hurdle is a net present value of zero at the project's cost of capital, judged in each future of "
                "price, capital, cost and cost of capital. The standard error of the chance added is {0}.",
                (Figure(100 * f.error, "pp", m.run),),
            ),
            "aside",
        )
    )
    return blocks


def _numbers(a: Assessment, m: Figures) -> list[tuple[Cell, ...]]:
    p = a.project
    assert p is not None
    units = {"capital": "USD", "operating": f"USD/{m.unit}", "wacc": "%", "relief": "pp", "tax": "%", "life": "yr",
             "build": "months",
             "ramp": "months", "use": "%", "idle": "%"}  # fmt: skip
    units["capacity"] = f"{m.unit}/yr"
    rows: list[tuple[Cell, ...]] = []
    for key in ("capacity", *SHOWN):
        value = getattr(p, key)
        by = 100.0 if units[key] in ("%", "pp") else 1.0
        told = p.notes.get(key)
        middle = value.value if hasattr(value, "value") else value
        quality: Quality = told.quality if told is not None else "assumed"  # type: ignore[assignment]
        source = told.source if told is not None else "oreflow"
        span: Cell = "not drawn"
        if hasattr(value, "low") and value.low < value.high:
            span = Sentence("{0} to {1}", tuple(Figure(by * v, units[key], source, quality)
                                                for v in (value.low, value.high)))  # fmt: skip
        note = told.note if told is not None else ""
        rows.append(
            (WORDS[key], Figure(by * float(middle), units[key], source, quality), span, quality, note)
        )
    return rows


def strikes(a: Assessment, m: Figures, prefix: str) -> list[Block]:
    """Return what other floor prices would pay and buy."""
    rows: list[tuple[Cell, ...]] = []
    for s in a.strikes:
        cells: list[Cell] = [m.price(s.strike), m.money(s.payout), m.money(s.p95)]
        if a.financing is not None:
            cells.append(m.share(s.prob or 0.0, digits=1))
            cells.append("–" if s.cost is None else m.capacity(s.cost))
        rows.append(tuple(cells))
    columns = [
        Column("Floor price"),
        Column("expected cost", True),
        Column("95 % cost less than", True),
    ]
    blocks: list[Block] = []
    if a.financing is not None:
        columns += [Column("covers its hurdle", True), Column("cost of capacity financed", True)]
        best = min((s for s in a.strikes if s.cost is not None), key=lambda s: s.cost or 0.0, default=None)
        if best is not None:
            blocks.append(
                Para(
                    Sentence(
                        "Of the floor prices tried, {0} finances capacity most cheaply: {1}. Lower ones help too "
                        "few futures; higher ones pay where the project stands anyway.",
                        (m.price(best.strike), m.capacity(best.cost or 0.0)),
                    )
                )
            )
        shown = a.strikes[0].strike <= a.price <= a.strikes[-1].strike
        chart = Lines(
            x=tuple(s.strike for s in a.strikes), x_label="floor price", x_unit=f"USD/{m.unit}",
            series=(Series("covers its hurdle", tuple(100 * (s.prob or 0.0) for s in a.strikes), kind="dots"),),
            unit="%", marked=(a.price, f"price {m.when}") if shown else None,
        )  # fmt: skip
        blocks.append(Picture(f"{prefix}strike-chance", "What a higher floor price buys", chart,
                              Sentence("Share of the futures in which the project covers its hurdle."),
                              half=True))  # fmt: skip
    chart = Lines(
        x=tuple(s.strike for s in a.strikes), x_label="floor price", x_unit=f"USD/{m.unit}",
        series=(
            Series("95 % cost less than", tuple(s.p95 / 1e6 for s in a.strikes), kind="dots"),
            Series("expected", tuple(s.payout / 1e6 for s in a.strikes), kind="dots"),
        ),
        unit="million USD",
    )  # fmt: skip
    blocks.append(Picture(f"{prefix}strike-cost", "What it costs", chart, Sentence("Discounted, over the contract."),
                          half=True))  # fmt: skip
    blocks.append(
        Table(f"{prefix}strikes", "Other floor prices, all else equal", tuple(columns), tuple(rows))
    )
    return blocks


def market(a: Assessment, m: Figures) -> list[Block]:
    """Return what the floor does to the market: what is built, and what is kept when demand falls."""
    out: list[Block] = []
    b, k = a.built, a.kept
    if b is not None:
        out.append(Para(
            Sentence(
                f"Built: the floor adds {{0}} of output on average. The world makes {{1}} more of it, the price moves "
                f"by {{2}} after three years, and the share of {b.region} in the world's output goes from "
                "{3} to {4}.",
                (m.amount(b.added), m.amount(b.world_change), m.share(b.last, change=True),
                 m.share(b.share_without), m.share(b.share_with)),
            )
        ))  # fmt: skip
        if b.added > 0 and b.world_change < 0.25 * b.added:
            out.append(
                Para(
                    Sentence(
                        "Little of it is new to the world: what is made here is made less elsewhere, as the ore or the "
                        "demand is the limit. It moves where the metal comes from more than how much there is."
                    )
                )
            )
        if a.lower is not None:
            out.append(
                Para(
                    Sentence(
                        "At the prices that this capacity brings, the floor would cost {0} in place of {1}.",
                        (m.money(a.lower), m.money(a.payout.mean)),
                    )
                )
            )
    if k is not None:
        last = k.price_with[-1] / k.price_without[-1] - 1.0
        out.append(
            Para(
                Sentence(
                    "Kept: if demand fell by {0}, the plants that it covers would make {1} with the floor and {2} "
                    "without (now {3}); all others would make {4} less. The price would stand at {5}, {6} against no "
                    "floor, and the floor would pay {7} a year for all of them.",
                    (m.share(k.fall), m.amount(k.output_with), m.amount(k.output_without), m.amount(k.output_base),
                     m.amount(-k.others), m.price(float(k.price_with[-1])), m.share(float(last), change=True),
                     m.money(k.payment)),
                )
            )
        )  # fmt: skip
        out.append(Para(Sentence(f"The plants covered in that test: {', '.join(k.plants)}."), "aside"))
    return out
