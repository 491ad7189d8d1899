"""Forecasts on the faces of the briefing."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from oreflow.atlas import bundled
from oreflow.outlook.forecast import Board, forecast_series, series_of
from oreflow.outlook.forecast.series import series
from oreflow.report.answers.forecast import document
from oreflow.report.answers.forecast_board import scoreboard
from oreflow.report.answers.forecast_figures import ahead, where
from oreflow.report.faces import html, markdown, terminal
from oreflow.report.outline import Fan, Para, Picture, Table

FAST = ("naive", "drift")


@pytest.fixture(scope="module")
def world():
    return bundled()


@pytest.fixture(scope="module")
def scored(world):
    return forecast_series(series_of(world, "zinc"), models=FAST)


@pytest.fixture(scope="module")
def short(world):
    return forecast_series(series_of(world, "copper", what="reliance"))


def blocks(made, kind):
    return [b for s in made.outline.sections for b in s.blocks if isinstance(b, kind)]


def test_every_face_says_what_is_given_and_why(world, scored) -> None:
    made = document([scored], world, settings={"seed": "1"}, command="oreflow forecast zinc")
    faces = [terminal.render(made), markdown.render(made), re.sub(r"<[^>]+>", "", html.render(made))]
    for text in faces:
        flat = " ".join(text.split())
        assert "Price of refined zinc, LME special high grade" in flat
        assert "The naive forecast is given." in flat
        assert "World Bank" in flat
    (lead, verdict, *_) = blocks(made, Para)
    assert verdict.sentence.plain.replace("\u00a0", " ") == scored.sentence
    assert lead.sentence.figures[0].value == scored.series.values[-1]


def test_the_fan_is_the_forecast(world, scored) -> None:
    (fan,) = blocks(document([scored], world), Fan)
    assert fan.band.q05 == scored.quantiles[0.05]
    assert fan.band.q95 == scored.quantiles[0.95]
    assert fan.band.baseline == scored.naive
    assert fan.band.draws == len(scored.errors)


def test_the_tables_hold_every_month_and_every_candidate(world, scored) -> None:
    path, scores = (t for t in blocks(document([scored], world), Table) if t.key in ("path-1", "scores-1"))
    assert [row[0] for row in path.rows][-1] == "Nov 2026"
    assert path.rows[-1][4].value == pytest.approx(scored.ends(0.8)[1][-1]) or path.rows[-1][
        4
    ].value == pytest.approx(scored.ends(0.8)[0][-1])
    assert [row[0] for row in scores.rows] == ["naive (given)", "drift"]
    assert scores.rows[1][3].value == scored.scores[1].ratio
    assert (scores.rows[1][3].low, scores.rows[1][3].high) == (scored.scores[1].low, scored.scores[1].high)


def test_near_and_far_are_drawn_beside_naive(world, scored) -> None:
    picture = blocks(document([scored], world), Picture)[-1]
    assert picture.key == "distances-1"
    assert [s.name for s in picture.data.series] == ["drift", "naive"]
    assert picture.data.series[0].y == scored.scores[1].distances
    assert set(picture.data.series[1].y) == {1.0}


def test_a_short_series_has_no_scores_and_no_fan(world, short) -> None:
    made = document([short], world)
    assert not blocks(made, Fan)
    assert {t.key for t in blocks(made, Table)} == {"path-1", "sources", "settings"}
    assert "has not been tested" in terminal.render(made).replace("\n  ", " ")
    assert where(short, "run")[1].unit == "pp"
    assert ahead(short, "run").high <= 100


def test_several_series_are_sections_of_one_page(world, scored, short) -> None:
    made = document([scored, short], world)
    assert [s.key for s in made.outline.sections][:3] == ["series-1", "series-2", "trust"]
    page = html.render(made)
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(ids)


def test_a_model_that_is_given_stands_beside_naive(world) -> None:
    steps = np.random.default_rng(1).normal(0.03, 0.05, 240)
    f = forecast_series(
        series(100 * np.exp(steps.cumsum()), first="2000-01", name="own", unit="EUR"), models=FAST
    )
    picture = blocks(document([f], world), Picture)[0]
    assert [s.name for s in picture.data.series] == ["forecast", "past", "naive"]


def test_the_scoreboard_has_a_row_for_each(world, scored, short) -> None:
    made = scoreboard(Board("price", (scored, short), world.hash, 1.0), world)
    keys = {t.key: t for t in blocks(made, Table)}
    assert len(keys["scored"].rows) == len(keys["short"].rows) == 1
    assert keys["scored"].rows[0][0] == scored.series.name
    tested = replace(scored, verdict="not shown", best="drift")
    lead = blocks(scoreboard(Board("price", (tested,), world.hash, 1.0), world), Para)[0].sentence
    assert lead.figures[2].value == pytest.approx(0.05)


def test_a_scoreboard_without_a_score_says_so(world, short) -> None:
    lead = blocks(scoreboard(Board("reliance", (short,), world.hash, 1.0), world), Para)[0].sentence
    assert lead.plain == "1\u00a0series are too short to be scored: a random walk stands in."
