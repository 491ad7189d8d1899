"""Forecasts as a document: where a series stood, where it may go, and how far the forecast is to be believed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from oreflow.atlas import World
from oreflow.outlook.forecast import Forecast
from oreflow.report import format as fmt
from oreflow.report.answers.forecast_figures import ahead, key, over, percent, ratio, say, score, trust, where
from oreflow.report.document import Document, answer, run_id
from oreflow.report.figure import Band, Figure, Sentence
from oreflow.report.outline import Block, Cell, Column, Fan, Items, Para, Picture, Section, Table
from oreflow.report.plots import BarRow, Bars, Lines, Series

KEPT = 60
"""Periods of the past that the chart shows."""
FAR = 1.5
"""Error over naive's beyond which a candidate is left out of the chart by distance, so that the others can be told."""


def document(
    forecasts: Sequence[Forecast],
    world: World,
    *,
    settings: Mapping[str, str] | None = None,
    command: str = "",
) -> Document:
    """Return forecasts as a document.

    Args:
        forecasts: One or more.
        world: World that they come from, for the sources.
        settings: Name of each setting to its value.
        command: Command line that makes it again.

    Returns:
        The document, a section for each.
    """
    run = run_id(world, verb="forecast", series=[key(f) for f in forecasts])
    single = len(forecasts) == 1
    title = f"Forecast: {forecasts[0].series.name}" if single else f"Forecasts of {len(forecasts)} series"
    sections = [
        Section(f"series-{i}", "What it says" if single else f.series.name, i, tuple(_told(f, run, i)))
        for i, f in enumerate(forecasts, 1)
    ]
    return answer(
        "forecast",
        title,
        [*sections, Section("trust", "How far to trust it", 0, (trust(forecasts),))],
        world=world,
        run=run,
        settings=settings,
        command=command,
    )


def _told(f: Forecast, run: str, i: int) -> list[Block]:
    value, change = where(f, run)
    to = ahead(f, run)
    moved = ", {1} on the year" if change else ""
    figures = [value, *([change] if change else []), to]
    n = len(figures) - 1
    low, high = Figure(to.low, to.unit, run), Figure(to.high, to.unit, run)
    lead = Sentence(
        f"It stood at {{0}} in {fmt.month(f.series.last)}{moved}. For {fmt.month(f.periods[-1])} the forecast is "
        f"{{{n}}}, and four outcomes in five are expected between {{{n + 1}}} and {{{n + 2}}}.",
        (*figures, low, high),
    )
    out: list[Block] = [Para(lead, "lead"), Para(say(f.sentence), "verdict"), _past(f, run, i)]
    if f.rolling is not None and {0.5, 0.9} <= set(f.levels):
        out += [_fan(f, run, i), _errors(f, run, i)] if len(f.scores) > 1 else [_fan(f, run, i)]
    out.append(_path(f, run, i))
    if f.scores:
        out.append(_scores(f, run, i))
        out += _distances(f, i)
    out.append(Items("How it was made", tuple(map(say, _made(f)))))
    return out


def _past(f: Forecast, run: str, i: int) -> Picture:
    s = f.series
    kept = min(KEPT, len(s.values))
    past, gap = s.values[-kept:], (None,) * (kept - 1)
    low, high = (tuple(x.tolist()) for x in f.ends(0.8))
    names = (*s.periods[-kept:], *f.periods)
    lines = [
        Series("forecast", (*gap, past[-1], *f.median), (*past, *low), (*past, *high)),
        Series("past", (*past, *((None,) * f.horizon))),
    ]
    if f.model != "naive":
        lines.append(Series("naive", (*gap, past[-1], *f.naive), kind="dashed"))
    data = Lines(
        x=tuple(float(k) for k in range(len(names))),
        x_label="",
        x_unit="1",
        series=tuple(lines),
        unit=s.unit,
        names=names,
        from_zero=False,
        marked=(float(kept - 1), f"last value, {fmt.month(s.last)}"),
    )
    caption = say(f"Band: 80 % interval; {f.interval}.")
    return Picture(f"past-{i}", f"{s.name}: past and forecast", data, caption)


def _fan(f: Forecast, run: str, i: int) -> Fan:
    assert f.errors is not None
    count = len(f.errors)
    q = f.quantiles
    band = Band(
        months=f.periods, baseline=f.naive, median=f.median, q05=q[0.05], q25=q[0.25], q75=q[0.75], q95=q[0.95],
        unit=f.series.unit, source=run, draws=count,
    )  # fmt: skip
    note = "each draw is the error vector of one past origin"
    caption = Sentence(
        "Median and spread of {0}: half inside the dark band, nine in ten inside the light one. Dashed: naive.",
        (Figure(float(count), "past errors", run, "modelled", note),),
    )
    return Fan(
        f"fan-{i}", f"{f.series.name}: the next {f.horizon} {f.series.step}s", band, (), False, caption
    )


def _path(f: Forecast, run: str, i: int) -> Table:
    unit = f.series.unit
    ends = {level: f.ends(level) for level in f.levels}
    columns = [
        Column(f.series.step.capitalize()),
        Column("Median", True),
        *(Column(f"{100 * v:g} % {side}", True) for v in f.levels for side in ("from", "to")),
    ]
    rows: list[tuple[Cell, ...]] = [
        (
            fmt.month(p),
            Figure(f.median[k], unit, run),
            *(Figure(float(end[k]), unit, run) for v in f.levels for end in ends[v]),
        )
        for k, p in enumerate(f.periods)
    ]
    return Table(f"path-{i}", f"Forecast by {f.model}", tuple(columns), tuple(rows))


def _scores(f: Forecast, run: str, i: int) -> Table:
    assert f.rolling is not None
    failed = any(s.failed for s in f.scores)
    numbers = ("First", "Later", "Ratio", "Chance", "Quantiles", "Covered")
    columns = (Column("Model"), *(Column(c, True) for c in numbers), *((Column("Note"),) if failed else ()))
    rows: list[tuple[Cell, ...]] = [
        (
            s.model + (" (given)" if s.model == f.model else ""),
            score(s.chosen_by, run), score(s.mase, run), ratio(s, run), score(s.chance, run),
            score(s.quantiles, run), percent(s.coverage, run), *((s.failed or "–",) if failed else ()),
        )
        for s in f.scores
    ]  # fmt: skip
    p = f.rolling
    caption = f"Candidates: error over {p.choosing} first origins, that choose, and {p.scored} later ones, that score"
    return Table(f"scores-{i}", caption, columns, tuple(rows))


def _errors(f: Forecast, run: str, i: int) -> Picture:
    rows = tuple(
        BarRow(s.model, over(s, run), s.model == f.model) for s in f.scores[1:] if math.isfinite(s.ratio)
    )
    caption = Sentence(
        "Error at the later origins against that of naive, with its 90 % interval; below 0 is better."
    )
    return Picture(f"errors-{i}", "Candidates against naive", Bars(rows, "%"), caption, half=True)


def _distances(f: Forecast, i: int) -> list[Block]:
    """Return the error of each candidate over that of naive by distance; nothing where there is one distance alone."""
    known = [s for s in f.scores[1:] if s.distances and all(map(math.isfinite, s.distances))]
    told = [s for s in known if max(s.distances) <= FAR]
    out = [s.model for s in known if s not in told]
    if f.horizon < 2 or not told:
        return []
    lines = [Series("naive", (1.0,) * f.horizon, kind="dashed")]
    lines = [*(Series(s.model, s.distances) for s in told), *lines]
    data = Lines(
        x=tuple(float(k) for k in range(1, f.horizon + 1)),
        x_label=f"{f.series.step}s ahead",
        x_unit="1",
        series=tuple(lines),
        unit="1",
        names=tuple(str(k) for k in range(1, f.horizon + 1)),
        y_label="error over naive's",
        from_zero=False,
    )
    left = f" Off the scale: {', '.join(out)}." if out else ""
    caption = say(
        "Mean error at the later origins over that of naive, by distance; not tested one by one." + left
    )
    return [Picture(f"distances-{i}", "Near and far: error over naive's", data, caption)]


def _made(f: Forecast) -> list[str]:
    s, out = f.series, []
    out.append(
        f"{len(s.values)} values, one a {s.step}, from {fmt.month(s.periods[0])} to {fmt.month(s.last)}: "
        f"{s.basis or s.name}."
    )
    if s.note:
        out.append(f"{s.note.rstrip('.')}.")
    out.append(f"{'Logarithms' if s.logs else 'Values'} are forecast; intervals are {f.interval}.")
    p = f.rolling
    if p is not None:
        first, last = (s.periods[p.origins[k] - 1] for k in (0, -1))
        out.append(
            f"Back-test: {len(p.origins)} origins from {fmt.month(first)} to {fmt.month(last)}, "
            f"{_each(p.stride, s.step)}, each for {p.horizon} {s.step}s ahead. A model sees only what was known at its "
            f"origin. It is chosen on the first part and scored on the last; the {p.skipped} between count for neither."
        )  # fmt: skip
    if f.scores:
        out += [
            "Candidates: " + "; ".join(f"{x.model}, {x.text}" for x in f.scores) + ".",
            "First and Later: MASE, the mean absolute error over that which a naive forecast one period ahead makes "
            "on the values known at the origin. Ratio: Later over that of naive, with its 90 % interval. Chance: of an "
            "error as low, were it no better (Diebold and Mariano). Quantiles: score of its intervals over that of "
            "naive's. Covered: outcomes inside its 80 % interval.",
        ]
    if f.coverage is not None:
        out.append(
            f"Of the outcomes after the scored origins, {100 * f.coverage:.0f} % fell inside the 80 % interval made "
            f"by {f.model} at the time."
        )
    return out


def _each(stride: int, step: str) -> str:
    return f"one a {step}" if stride == 1 else f"one every {stride} {step}s"
