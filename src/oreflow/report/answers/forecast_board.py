"""The scoreboard of forecasts as a document: one row a series, those too short for a score apart."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from oreflow.atlas import World
from oreflow.outlook.forecast import Board, Forecast, Score
from oreflow.report.answers.forecast_figures import ahead, key, over, percent, ratio, score, trust, where
from oreflow.report.document import Document, answer, run_id
from oreflow.report.figure import Figure, Sentence
from oreflow.report.outline import Block, Cell, Column, Para, Picture, Section, Table
from oreflow.report.plots import BarRow, Bars

VERDICTS = {
    "better": "better than naive",
    "not shown": "no better than naive can be shown",
    "naive best": "naive is best",
    "short": "too short to say",
}
"""Verdicts in words."""


def scoreboard(
    board: Board, world: World, *, settings: Mapping[str, str] | None = None, command: str = ""
) -> Document:
    """Return a scoreboard as a document.

    Args:
        board: The scoreboard.
        world: World that it comes from.
        settings: Name of each setting to its value.
        command: Command line that makes it again.

    Returns:
        The document.
    """
    run = run_id(world, verb="forecast", series=[key(f) for f in board.forecasts])
    blocks: list[Block] = [Para(_summary(board, run), "lead")]
    scored, short = board.scored, [f for f in board.forecasts if not f.scores]
    if scored:
        blocks += [_scored_table(scored, run), _ratios(scored, run)]
    if short:
        blocks.append(_short_table(short, run))
    return answer(
        "forecast",
        f"Scoreboard of forecasts: every series of {board.what}",
        [
            Section("board", "Scoreboard", 1, tuple(blocks)),
            Section("trust", "How far to trust it", 0, (trust(board.forecasts),)),
        ],
        world=world,
        run=run,
        settings=settings,
        command=command,
    )


def _summary(board: Board, run: str) -> Sentence:
    scored, rest = len(board.scored), len(board.forecasts) - len(board.scored)
    short = Figure(float(rest), "series", run)
    if not scored:
        return Sentence("{0} are too short to be scored: a random walk stands in.", (short,))
    figures = [Figure(float(scored), "series", run), Figure(float(len(board.better)), "1", run)]
    text = "Of {0} long enough to be scored, a model beats the naive forecast in {1}."
    if board.by_luck:
        text += " If none did, the test would still say so of {2} on average."
        figures.append(
            Figure(board.by_luck, "1", run, "modelled", "5 % of the series in which a model was tested")
        )
    if rest:
        text += f" Another {{{len(figures)}}} are too short to be scored: a random walk stands in."
        figures.append(short)
    return Sentence(text, tuple(figures))


def _scored_table(forecasts: Sequence[Forecast], run: str) -> Table:
    columns = (
        Column("Series"), Column("Given"), Column("Tested"), Column("Ratio", True), Column("Chance", True),
        Column("Covered", True), Column("Verdict"),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    for f in forecasts:
        s, covered = _tested(f), math.nan if f.coverage is None else f.coverage
        rows.append(
            (f.series.name, f.model, s.model, ratio(s, run), score(s.chance, run), percent(covered, run),
             VERDICTS[f.verdict])
        )  # fmt: skip
    caption = "Series with a score, at the later origins: the candidate that the first chose, or the next after naive"
    return Table("scored", caption, columns, tuple(rows))


def _ratios(forecasts: Sequence[Forecast], run: str) -> Picture:
    rows = tuple(
        BarRow(f"{f.series.name}: {_tested(f).model}", over(_tested(f), run), f.verdict == "better")
        for f in forecasts
    )
    caption = Sentence(
        "Error at the later origins against that of naive, with its 90 % interval; below 0 is better."
    )
    return Picture("ratios", "Candidates against naive", Bars(rows, "%"), caption)


def _short_table(forecasts: Sequence[Forecast], run: str) -> Table:
    columns = (
        Column("Series"),
        Column("Values"),
        Column("Last", True),
        Column("Forecast", True),
        Column("For"),
    )
    rows: list[tuple[Cell, ...]] = []
    for f in forecasts:
        s = f.series
        name = s.name if f.model == "naive" else f"{s.name}, its growth carried on"
        rows.append((name, f"{len(s.values)} to {s.last}", where(f, run)[0], ahead(f, run), f.periods[-1]))
    caption = "Series too short for a score, yearly: the last value, and the 80 % interval of a random walk, not tested"
    return Table("short", caption, columns, tuple(rows))


def _tested(f: Forecast) -> Score:
    assert f.tested is not None
    return f.tested
