from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from oreflow.errors import DataError, UnknownNameError
from oreflow.report import Band, Figure, Sentence, price_path, spread, supply_path


def test_a_figure_says_itself():
    f = Figure(-12345.6, "t LCE", "usgs", "derived", "Content.", -20000.0, -5000.0, change=True)
    assert f.text == "\u221212\u202f300\u00a0t LCE"
    assert f.range_text == "\u221220\u202f000 to \u22125\u202f000\u00a0t LCE"
    assert "derived from reported figures (usgs)" in f.detail
    assert f.detail.endswith("Content.")
    assert Figure(1.0, "1", "a; b", "reported").sources == ("a", "b")


def test_an_unknown_figure_is_a_dash_not_a_zero():
    assert Figure(None, "t", "usgs", "reported").text.startswith("–")


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        ((float("nan"), "t", "s"), DataError, "value is nan"),
        ((1.0, "t", "s", "modelled", "", float("inf"), 2.0), DataError, "low is inf"),
        ((1.0, "t", "s", "modelled", "", 0.5), DataError, "both ends"),
        ((1.0, "t", ""), DataError, "no source"),
        ((1.0, "t", "s", "modeled"), UnknownNameError, "modelled"),
    ],
)
def test_a_bad_figure_is_refused(arguments, error, says):
    with pytest.raises(error, match=says):
        Figure(*arguments)


def test_a_sentence_keeps_its_figures_in_their_places():
    one, two = Figure(1.0, "t", "s"), Figure(2.0, "%", "s")
    s = Sentence("Then {1} of {0}.", (one, two))
    assert s.parts == ("Then ", two, " of ", one, ".")
    assert s.plain == "Then 2\u00a0% of 1\u00a0t."
    assert Sentence("Words with {0} braces").plain == "Words with {0} braces"
    with pytest.raises(DataError, match="slot"):
        Sentence("No {1}", (one,))


paths = arrays(float, (7, 5), elements=st.floats(min_value=-1e9, max_value=1e9))


@given(paths)
def test_the_quantiles_of_draws_never_cross(draws):
    months = tuple(f"2026-0{i}" for i in range(1, 6))
    band = Band.from_draws(months=months, baseline=draws[0], draws=draws, unit="t", source="r")
    assert band.draws == 7
    assert np.array_equal(band.median, np.median(draws, axis=0))
    assert all(a <= b for a, b in zip(band.q05, band.q95, strict=True))


def test_a_band_of_another_shape_is_refused():
    with pytest.raises(DataError, match="shape"):
        Band.from_draws(months=("2026-01",), baseline=[1.0], draws=[[1.0, 2.0]], unit="t", source="r")
    with pytest.raises(DataError, match="cross"):
        Band(("2026-01",), (1.0,), (1.0,), (2.0,), (1.0,), (1.0,), (1.0,), "t", "r", 3)
    with pytest.raises(DataError, match="not a number"):
        Band.from_draws(months=("2026-01",), baseline=[1.0], draws=[[np.nan]], unit="t", source="r")


def test_spread_is_median_and_nine_in_ten():
    f = spread(np.arange(101.0), unit="t", source="r")
    assert (f.value, f.low, f.high) == (50.0, 5.0, 95.0)
    assert spread([1.0, 3.0], unit="t", source="r", value=9.0).value == 9.0


MONTHS = ("2026-01", "2026-02", "2026-03")


def test_a_price_path_measures_change_from_the_news_on():
    p = price_path(
        commodity="c",
        name="c",
        hub="CHN",
        place="China",
        months=MONTHS,
        baseline=[100.0, 100.0, 200.0],
        draws=[[100.0, 110.0, 260.0], [100.0, 120.0, 260.0], [100.0, 130.0, 260.0]],
        unit="USD/t",
        run="r",
        news="2026-02",
    )
    assert p.first.value == pytest.approx(20.0)
    assert p.peak.value == pytest.approx(30.0)
    assert p.peak_month == "2026-03"
    assert p.mean.value == pytest.approx(25.0)
    with pytest.raises(DataError, match="2026-02 is not above zero"):
        price_path(
            commodity="c", name="c", hub="CHN", place="China", months=MONTHS, baseline=[1.0, 0.0, 1.0],
            draws=np.ones((2, 3)), unit="USD/t", run="r", news="2026-01",
        )  # fmt: skip


def test_a_supply_path_counts_what_is_missing():
    s = supply_path(
        commodity="c", name="c", place="world", months=MONTHS, baseline=[10.0, 10.0, 20.0],
        draws=[[10.0, 6.0, 20.0]] * 3, unit="t", run="r",
    )  # fmt: skip
    assert s.band.median == (0.0, 4.0, 0.0)
    assert s.band.unit == "t/month"
    assert s.total.value == pytest.approx(4.0)
    assert s.share.value == pytest.approx(10.0)
    with pytest.raises(DataError, match="shape"):
        supply_path(
            commodity="c", name="c", place="world", months=MONTHS, baseline=[1.0, 1.0, 1.0],
            draws=np.ones((2, 2)), unit="t", run="r",
        )  # fmt: skip
