"""An ensemble as a document: fan, chance of going above, risk, what drives it, and how well all that is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from oreflow.report import format as fmt
from oreflow.report.document import Document, answer
from oreflow.report.figure import Band, Figure, Sentence
from oreflow.report.outline import Block, Cell, Column, Fan, Items, Para, Picture, Section, Table
from oreflow.report.plots import MOST, BarRow, Bars, Lines, Series
from oreflow.shock.ensemble.statistics import Estimate, proportion

if TYPE_CHECKING:
    from oreflow.shock.ensemble import Ensemble, Summary

TOP = 15
"""Rows of drivers and shortages shown."""
POINTS = 60
"""Levels of an exceedance curve."""


def band(found: Ensemble, told: Summary, policy: str = "") -> Band:
    """Return the fan of the price under a policy.

    Args:
        found: The ensemble.
        told: Its summary.
        policy: Policy.

    Returns:
        The band, in the unit of the price.
    """
    table = told.fans[policy]
    paths = {name: tuple(float(v) for v in table[name]) for name in ("q05", "q25", "q75", "q95")}
    return Band(
        months=told.periods,
        baseline=tuple(found.base(f"price:{told.node}").tolist()),
        median=tuple(float(v) for v in table["q50"]),
        **paths,
        unit=told.unit,
        source=_run(found),
        draws=len(told.peaks[policy]),
    )


def document(found: Ensemble, told: Summary, *, command: str = "") -> Document:
    """Return an ensemble as every face shows it.

    Args:
        found: The ensemble.
        told: Its summary.
        command: Command line that makes it again.

    Returns:
        The document.
    """
    m, run = found.manifest, _run(found)
    failed = tuple(Sentence(f"{n} times: {reason}") for reason, n in told.failed.items())
    sections = [
        Section("price", "Price", 1, _price(found, told)),
        Section("risk", "Risk", 2, _risk(told, run)),
        Section("compared", "Policies compared", 3, _compared(told, run)),
        Section("drivers", "What drives it", 4, _drivers(told, run)),
        Section("known", "How well it is known", 5, (
            Para(Sentence(told.precision)), _known(told, run), *((Items("Failed", failed),) if failed else ()),
        )),
        Section("drawn", "What was drawn", 0, (Items("", tuple(map(Sentence, m.sentences))),)),
    ]  # fmt: skip
    lost = sum(told.failed.values())
    return answer(
        "ensemble",
        told.title or told.name,
        [s for s in sections if s.blocks],
        world=m.world,
        run=run,
        settings={
            "futures": f"{told.drawn:,}" + (f"; {lost} could not be solved" if lost else ""),
            "months": f"{fmt.month(told.periods[0])} to {fmt.month(told.periods[-1])}",
            "scope": ", ".join(told.scope),
            "draws laid out": told.design,
            "drawn with": f"oreflow {m.oreflow}, code {m.code}, begun {m.created}",
        },
        command=command,
    )


def _run(found: Ensemble) -> str:
    return found.manifest.spec_hash[:12]


def _price(found: Ensemble, told: Summary) -> tuple[Block, ...]:
    commodity, _, region = told.node.partition("@")
    out = []
    for k, policy in enumerate(told.fans):
        title = f"Price of {fmt.words(commodity)} in {region}" + (f", {fmt.words(policy)}" if policy else "")
        path = band(found, told, policy)
        text = "Line: median of {0}. Dark: half of them, light: nine in ten. Dashed: when nothing happens."
        count = Figure(float(path.draws), "draws", path.source)
        out.append(Fan(f"fan-{k}", title, path, (), False, Sentence(text, (count,))))
    return tuple(out)


def _risk(told: Summary, run: str) -> tuple[Block, ...]:
    out: list[Block] = []
    curves = _curves(told)
    if curves is not None:
        text = f"Shaded: 95 % interval (Clopper-Pearson). {told.precision}"
        name = "How likely it is that the highest price within the horizon goes above a level"
        out.append(Picture("exceed", name, curves, Sentence(text)))
    above: list[tuple[Cell, ...]] = [
        (
            a.policy or "none",
            f"{a.multiple:g} times base ({fmt.quantity(a.multiple * told.base, told.unit)})",
            _chance(a.probability, run),
        )
        for a in told.above
    ]
    headed = (Column("Policy"), Column("Price above"), Column("Chance, 95 % interval", True))
    out.append(Table("above", "Chance of a price above", headed, tuple(above)))
    short: list[tuple[Cell, ...]] = [
        (
            s.policy or "none",
            fmt.words(s.commodity),
            *(Figure(v.value, s.unit, run) for v in (s.mean, s.tail.at_risk, s.tail.expected)),
            Figure(100 * s.tail.expected.value / s.demand if s.demand else None, "%", run),
        )
        for s in told.short[:TOP]
    ]
    heads = ("Mean", "Worst 5 % from", "Mean of the worst 5 %", "Of demand")
    columns = (Column("Policy"), Column("Commodity"), *(Column(h, True) for h in heads))
    text = (
        "Shortage: what buyers would take at base prices less what they get, over the horizon; negative where they get "
        "more. Worst 5 % from: value at risk. Mean of the worst 5 %: conditional value at risk, or expected shortfall."
    )
    out += [Table("short", "Shortage over the horizon", columns, tuple(short)), Para(Sentence(text), "aside")]
    loss: list[tuple[Cell, ...]] = [
        (p or "none", Figure(m.value, "USD", run), Figure(t.expected.value, "USD", run))
        for p, (m, t) in told.loss.items()
    ]
    three = (Column("Policy"), Column("Mean", True), Column("Mean of the worst 5 %", True))
    out.append(Table("loss", "What buyers lose by higher prices over the horizon", three, tuple(loss)))
    return tuple(out)


def _curves(told: Summary) -> Lines | None:
    """Chance of the highest price going above each level; None where it is the same in every draw."""
    top = max(float(p.max()) for p in told.peaks.values())
    low = min(float(p.min()) for p in told.peaks.values())
    if top <= low:
        return None
    levels = np.linspace(low, top, POINTS)
    series = []
    for k, (policy, peaks) in enumerate(list(told.peaks.items())[:MOST]):
        hits = len(peaks) - np.searchsorted(np.sort(peaks), levels, side="right")
        chances = [proportion(int(h), len(peaks)) for h in hits]
        low_, high_ = (tuple(100 * getattr(e, end) for e in chances if not k) for end in ("low", "high"))
        chance = tuple(100 * e.value for e in chances)
        series.append(Series(fmt.words(policy) or "no policy", chance, low_, high_))
    prices = tuple((levels * told.base).tolist())
    return Lines(prices, "highest price", told.unit, tuple(series), "%", y_label="chance of going above")


def _compared(told: Summary, run: str) -> tuple[Block, ...]:
    if not told.compared:
        return ()
    rows: list[tuple[Cell, ...]] = []
    for c in told.compared:
        p = c.paired
        low, high = (p.difference.low, p.difference.high) if p.difference.known else (None, None)
        saved = float(p.reduction) if np.isfinite(p.reduction) else None
        rows.append(
            (
                fmt.words(c.policy),
                c.measure,
                Figure(p.difference.value, c.unit, run, low=low, high=high, change=True),
                Figure(100 * p.better.value, "%", run),
                "no difference" if saved is None else Figure(saved, "times", run),
            )
        )  # fmt: skip
    heads = ("By, 95 % interval", "Lower in", "Draws saved")
    columns = (Column("Policy"), Column("Changes"), *(Column(h, True) for h in heads))
    text = (
        "Every future is solved with and without each policy. Draws saved: so many times more would be needed with "
        "different futures for each."
    )
    name = "Each policy beside none, over the same futures"
    return (Table("compared", name, columns, tuple(rows)), Para(Sentence(text), "aside"))


def _drivers(told: Summary, run: str) -> tuple[Block, ...]:
    if told.drivers is None:
        return ()
    top = told.drivers.rows[:TOP]
    bars, rows = [], []
    for d in top:
        often = f" (in {fmt.quantity(100 * d.happens, '%')} of the futures)" if d.happens is not None else ""
        chance = ", could be chance" if d.chance else ""
        bars.append(
            BarRow(f"{fmt.words(d.name)}{often}{chance}", Figure(100 * d.sobol, "%", run), not d.chance)
        )
        happens = None if d.happens is None else 100 * d.happens
        cells: tuple[Cell, ...] = (
            fmt.words(d.name), Figure(happens, "%", run), Figure(100 * d.sobol, "%", run), Figure(d.srrc, "1", run),
            Figure(None if d.effect is None else 100 * d.effect, "%", run, change=True),
            Figure(None if d.happens is None else 100 * d.tail, "%", run),
        )  # fmt: skip
        rows.append(cells)
    caption = (
        "Share of the variance of the highest price that would go if the input were known (first-order Sobol index, "
        "from the draws that are there). Full bars: more than chance."
    )
    text = (
        "Rank coefficient: standardised rank regression, -1 to 1; together the ranks of the inputs explain "
        f"{fmt.quantity(100 * told.drivers.explained, '%')} of the ranks of the price. Effect: mean where it happens "
        "less where it does not, or in its upper quarter less in its lower, in % of the base price."
    )
    heads = ("Happens in", "Explains", "Rank coefficient", "Effect", "In the worst 5 %")
    columns = (Column("Input"), *(Column(h, True) for h in heads))
    out: list[Block] = [
        Table("drivers", "The same in numbers", columns, tuple(rows)),
        Para(Sentence(text), "aside"),
    ]
    if bars:
        drawn = Bars(tuple(bars), "%")
        out.insert(0, Picture("bars", "What the highest price depends on", drawn, Sentence(caption)))
    return tuple(out)


def _known(told: Summary, run: str) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (Figure(float(n), "1", run), _chance(e, run)) for n, e in told.convergence
    ]
    name = f"Chance of a price above {told.about:g} times the base after so many draws"
    columns = (Column("Draws", True), Column("Chance, 95 % interval", True))
    return Table("known", name, columns, tuple(rows))


def _chance(e: Estimate, run: str) -> Figure:
    return Figure(100 * e.value, "%", run, low=100 * e.low, high=100 * e.high)
