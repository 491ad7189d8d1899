"""The page of a price floor: what it pays, what it buys, what that does to the market, and who pays when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from oreflow.atlas import World
from oreflow.report.briefing import KeyFigure
from oreflow.report.document import Document, answer, run_id
from oreflow.report.figure import Figure, Quality, Sentence
from oreflow.report.outline import Block, Cell, Column, Items, Para, Picture, Section, Table, Tiles
from oreflow.report.plots import Lines, Series
from oreflow.respond.floor import Assessment, Floors
from oreflow.respond.prices import Assumption, hub_node, table
from oreflow.respond.prices.link import mover
from oreflow.respond.prices.table import PARAMETERS

TAIL = (0.05, 0.95)
"""Ends of the ranges shown: 5 and 95 % of the futures lie below."""
SHOWN = ("capital", "operating", "wacc", "tax", "life", "build", "ramp", "use", "idle")
"""Numbers of a project in the order shown."""
WORDS = {
    "capacity": "Capacity",
    "capital": "Capital before the first unit",
    "operating": "Cash cost, what it buys included",
    "wacc": "Cost of capital, real",
    "tax": "Tax on profit",
    "life": "Years of output",
    "build": "Time to the first unit",
    "ramp": "From there to full output",
    "use": "Output over capacity",
    "idle": "Cost of standing still, of the cost at full output",
}


def document(result: Floors, world: World, *, command: str = "") -> Document:
    """Return the page of the answer.

    Args:
        result: The answer.
        world: World that it was computed from.
        command: Command line that makes it again.

    Returns:
        The document.
    """
    run = run_id(world, verb="floor", seed=result.seed, draws=result.draws, rate=result.rate,
                 terms=[repr(a.terms) for a in result.floors], projects=[_key(a) for a in result.floors])  # fmt: skip
    known = table()
    several = len(result.floors) > 1
    sections: list[Section] = []
    rows = world["prices"]
    for i, a in enumerate(result.floors):
        commodity, _, region = hub_node(world, a.terms.node.partition("@")[0]).partition("@")
        hit = rows[(rows["commodity"] == commodity) & (rows["region"] == region) & (rows["period"] == "2025")].iloc[0]
        now = Figure(a.price, f"USD/{a.terms.unit}", str(hit["source"]), hit["quality"], str(hit["basis"]))
        moved = {p: known[mover(world, commodity), p] for p in PARAMETERS if (mover(world, commodity), p) in known}
        m = _Maker(a, run, now, moved, mover(world, commodity))
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


class _Maker:
    """Figures of one floor, with the run as their source."""

    def __init__(self, a: Assessment, run: str, now: Figure, moved: dict[str, Assumption], mover: str) -> None:
        self.unit, self.run, self.now, self.moved, self.mover = a.terms.unit, run, now, moved, mover

    def money(self, value: float | None, *, low: float | None = None, high: float | None = None,
              change: bool = False, note: str = "") -> Figure:  # fmt: skip
        return Figure(value, "USD", self.run, "modelled", note, low, high, change)

    def price(self, value: float) -> Figure:
        return Figure(value, f"USD/{self.unit}", self.run)

    def share(self, value: float, *, change: bool = False, digits: int | None = None, note: str = "") -> Figure:
        return Figure(round(100 * value, digits) if digits is not None else 100 * value, "%", self.run, "modelled",
                      note, change=change)  # fmt: skip

    def amount(self, value: float, per: str = "/yr", *, change: bool = False) -> Figure:
        return Figure(value, f"{self.unit}{per}", self.run, change=change)


def _sections(a: Assessment, m: _Maker, result: Floors, *, prefix: str, first: int) -> list[Section]:
    name = f"{a.terms.title or a.terms.name}: " if prefix else ""
    parts: list[tuple[str, str, Sequence[Block]]] = [
        ("answer", f"{name}the answer", _answer(a, m)),
        ("pays", f"{name}what it pays", _pays(a, m, prefix)),
        ("buys", f"{name}what it buys", _buys(a, m, prefix)),
        ("strike", f"{name}another floor price, other prices", [*_strikes(a, m, prefix), *_moves(a, m, prefix)]),
        ("market", f"{name}what it does to the market", _market(a, m)),
        ("who", f"{name}who pays, and when", _who(a, m, result)),
    ]
    told = [(k, t, b) for k, t, b in parts if b]
    return [
        Section(prefix + key, title[0].upper() + title[1:], first + i, tuple(blocks))
        for i, (key, title, blocks) in enumerate(told)
    ]


def _answer(a: Assessment, m: _Maker) -> list[Block]:
    t, p = a.terms, a.payout
    low, high = (p.quantile(q) for q in TAIL)
    strike = Figure(t.strike, f"USD/{m.unit}", t.source, "reported" if t.source != "oreflow" else "assumed")
    lead = [Para(Sentence(t.sentence()), "lead")]
    tiles = [
        KeyFigure(f"A year on 1,000 {m.unit} at the price of 2025", m.money(a.by_hand, change=a.by_hand < 0)),
        KeyFigure("Expected cost, discounted", m.money(p.mean, low=low, high=high)),
    ]
    f = a.financing
    if f is not None:
        tiles.append(
            KeyFigure("Covers its hurdle", None, f"{100 * f.prob_without:.0f} % → {100 * f.prob_with:.0f} %")
        )
        cost = f.cost_per_capacity
        tiles.append(
            KeyFigure("Cost of a unit of yearly capacity financed", None, "none is financed")
            if cost is None
            else KeyFigure("Cost of a unit of yearly capacity financed", Figure(cost, f"USD/({m.unit}/yr)", m.run))
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
                lead.append(Para(Sentence("Most of that money goes to futures in which the project stands without it: "
                                          "it buys little here.")))
        else:
            lead.append(
                Para(Sentence("It finances nothing: the project covers its hurdle in {0} of the futures without it "
                              "and in {1} with it.", (m.share(f.prob_without), m.share(f.prob_with))), "verdict")
            )  # fmt: skip
    lead.append(
        Para(
            Sentence(
                f"At the price of 2025, {{0}} against a floor of {{1}}, a year on 1,000 {m.unit} pays {{2}}.",
                (m.now, strike, m.money(a.by_hand)),
            )
        )
    )
    return [Tiles(tuple(tiles)), *lead]


def _pays(a: Assessment, m: _Maker, prefix: str) -> list[Block]:
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
        ("Paid to the plant, expected", m.money(float((p.paid @ p.discount).mean())), m.money(float(p.paid.sum(1).mean()))),
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
                "It pays in {0} of the contract's {1} on average; the chance that a settlement pays is {2} in the first "
                "and {3} in the last. On average {4} are settled a year.",
                (Figure(float(paying.mean()), "years", m.run), Figure(a.terms.years, "years", m.run),
                 m.share(float(p.chance[0]), digits=0), m.share(float(p.chance[-1]), digits=0),
                 m.amount(float(p.quantity.sum(axis=1).mean()) / a.terms.years, "")),
            )
        ),
    ]  # fmt: skip


def _prices(a: Assessment, m: _Maker) -> Lines:
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


def _process(m: _Maker, prefix: str) -> list[Block]:
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


def _moves(a: Assessment, m: _Maker, prefix: str) -> list[Block]:
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


def _buys(a: Assessment, m: _Maker, prefix: str) -> list[Block]:
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


def _numbers(a: Assessment, m: _Maker) -> list[tuple[Cell, ...]]:
    p = a.project
    assert p is not None
    units = {"capital": "USD", "operating": f"USD/{m.unit}", "wacc": "%", "tax": "%", "life": "yr", "build": "months",
             "ramp": "months", "use": "%", "idle": "%"}  # fmt: skip
    units["capacity"] = f"{m.unit}/yr"
    rows: list[tuple[Cell, ...]] = []
    for key in ("capacity", *SHOWN):
        value = getattr(p, key)
        by = 100.0 if units[key] == "%" else 1.0
        told = p.notes.get(key)
        middle = value.value if hasattr(value, "value") else value
        quality: Quality = told.quality if told is not None else "assumed"  # type: ignore[assignment]
        source = told.source if told is not None else "oreflow"
        span: Cell = "not drawn"
        if hasattr(value, "low") and value.low < value.high:
            span = Sentence("{0} to {1}", tuple(Figure(by * v, units[key], source, quality)
                                                for v in (value.low, value.high)))  # fmt: skip
        note = told.note if told is not None else ""
        rows.append((WORDS[key], Figure(by * float(middle), units[key], source, quality), span, quality, note))
    return rows


def _strikes(a: Assessment, m: _Maker, prefix: str) -> list[Block]:
    rows: list[tuple[Cell, ...]] = []
    for s in a.strikes:
        cells: list[Cell] = [m.price(s.strike), m.money(s.payout), m.money(s.p95)]
        if a.financing is not None:
            cells.append(m.share(s.prob or 0.0, digits=1))
            cells.append("–" if s.cost is None else Figure(s.cost, f"USD/({m.unit}/yr)", m.run))
        rows.append(tuple(cells))
    columns = [Column("Floor price", True), Column("expected cost", True), Column("95 % cost less than", True)]
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
                        (m.price(best.strike), Figure(best.cost, f"USD/({m.unit}/yr)", m.run)),
                    )
                )
            )
        chart = Lines(
            x=tuple(s.strike for s in a.strikes), x_label="floor price", x_unit=f"USD/{m.unit}",
            series=(Series("covers its hurdle", tuple(100 * (s.prob or 0.0) for s in a.strikes), kind="dots"),),
            unit="%", marked=(a.price, "price of 2025") if a.strikes[0].strike <= a.price <= a.strikes[-1].strike else None,
        )  # fmt: skip
        blocks.append(Picture(f"{prefix}strike-chance", "What a higher floor price buys", chart,
                              Sentence("Share of the futures in which the project covers its hurdle."), half=True))  # fmt: skip
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
    blocks.append(Table(f"{prefix}strikes", "Other floor prices, all else equal", tuple(columns), tuple(rows)))
    return blocks


def _market(a: Assessment, m: _Maker) -> list[Block]:
    out: list[Block] = []
    b, k = a.built, a.kept
    if b is not None:
        out.append(Para(
            Sentence(
                f"Built: the floor adds {{0}} of output on average. The world makes {{1}} more of it, the price moves "
                f"by {{2}} after three years, and the share of {b.region} in the world's output goes from {{3}} to {{4}}.",
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


def _who(a: Assessment, m: _Maker, result: Floors) -> list[Block]:
    points = [
        Sentence(
            "Whoever gives the floor pays when the price is low. In the worst 5 % of futures the reference price "
            "averages {0}, against a floor of {1}.",
            (m.price(a.worst_price), m.price(a.terms.strike)),
        ),
        Sentence(
            "The cost is an expectation at the real discount rate of {0} under the price process above, not what a bank "
            "would charge to take the risk.",
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
    if a.financing is not None:
        points.append(
            Sentence(
                "The cost of capital is the same with and without the floor. Lenders who ask for less because of it "
                "would finance more than is shown here."
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
    ]
    columns = (Column(""), *(Column(n, True) for n in names))
    link: list[tuple[Cell, ...]] = [
        (n, *(Figure(v, "1", run) for v in row)) for n, row in zip(names, t.correlation, strict=True)
    ]
    return Section(
        "together", "All floors in one budget", number,
        (
            Table("budget", "All floors together", (Column(""), Column("cost", True)), tuple(rows)),
            Table("correlation", "Correlation of what they cost", columns, tuple(link)),
            Para(Sentence("Floors on one mineral pay in the same futures, so that their costs add up when it hurts. "
                          "Minerals are drawn apart from each other: a slump that takes all of them is not in here."),
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
