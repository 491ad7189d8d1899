"""Projects that fail or are late: the closed form against draws, and what must hold."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate

from oreflow.atlas import bundled
from oreflow.errors import DataError
from oreflow.outlook.activity import YEARS
from oreflow.outlook.drivers import central, drivers
from oreflow.outlook.levers import Lever, Moves
from oreflow.outlook.pipeline import expected_share, pipeline, share

NONE = Moves()


@given(st.floats(-5, 20), st.floats(0.2, 10), st.floats(0.05, 5))
def test_the_mean_share_is_the_integral_over_the_delay(since, growth, delay):
    def weighed(d):
        return float(share(since, growth, d)) * np.exp(-d / delay) / delay

    edges = sorted({max(0.0, since - growth), max(0.0, since)})
    by_hand = sum(
        integrate.quad(weighed, a, b)[0] for a, b in zip([0.0, *edges], [*edges, edges[-1]], strict=True)
    )
    assert float(expected_share(since, growth, delay)) == pytest.approx(by_hand, abs=1e-7)


def test_without_delay_it_is_the_ramp_itself():
    since = np.linspace(-2, 6, 33)
    assert expected_share(since, 3.0, 0.0) == pytest.approx(share(since, 3.0, 0.0))
    # one way by hand: half of a ramp of 3 years is reached after 1.5
    assert float(expected_share(1.5, 3.0, 0.0)) == 0.5


@given(st.floats(-5, 20), st.floats(0.2, 10), st.floats(0.0, 5), st.floats(0.01, 3))
def test_later_is_never_more(since, growth, delay, more):
    assert expected_share(since, growth, delay + more) <= expected_share(since, growth, delay) + 1e-12
    assert expected_share(since + more, growth, delay) >= expected_share(since, growth, delay) - 1e-12
    assert 0 <= float(expected_share(since, growth, delay)) <= 1


def test_growth_and_delay_are_checked():
    with pytest.raises(DataError, match="growth must be above 0"):
        expected_share(1.0, 0.0, 1.0)
    with pytest.raises(DataError, match="the delay not below 0"):
        expected_share(1.0, 1.0, -1.0)


@pytest.fixture(scope="module")
def lithium():
    world = bundled()
    return pipeline(world, {"lithium_brine", "spodumene_mining"}), drivers(world)


def test_draws_have_the_closed_form_as_their_mean(lithium):
    made, of = lithium
    one = central(of)
    many = {k: np.repeat(v, 4000, axis=0) for k, v in one.items()}
    drawn = made.output(many, NONE, rng=np.random.default_rng(3)).sum(axis=1)
    mean = made.output(one, NONE)[0].sum(axis=0)
    error = drawn.std(axis=0) / np.sqrt(4000)
    assert (np.abs(drawn.mean(axis=0) - mean) <= 4.5 * error + 1e-9).all()
    # and it spreads: a test with no spread would pass on anything
    assert drawn[:, -1].std() > 0.02 * mean[-1]


def test_projects_succeed_as_often_as_their_odds(lithium):
    made, of = lithium
    many = {k: np.repeat(v, 3000, axis=0) for k, v in central(of).items()}
    full = made.output(many, NONE, rng=np.random.default_rng(5))[:, :, -1] > 0
    odds = made.chances(central(of), NONE)[0]
    assert full.mean() <= odds.mean() + 0.02


def test_permits_in_half_the_time_start_us_studies_earlier_and_nothing_else(lithium):
    made, of = lithium
    half = Moves((Lever("permit_time_halved", "permit_time", 0.5, 0.5, 0.5, 2026, "", "", "assumed", ""),))
    one = central(of)
    before, after = made.starts(one, NONE)[0], made.starts(one, half)[0]
    early = np.isin(made.development, ("evaluation", "exploration")) & np.isnan(made.start)
    assert (after[early] < before[early]).all()
    assert after[~early] == pytest.approx(before[~early])
    us = (made.region == "USA") & (made.development == "evaluation")
    # 8 years, half of it permits, stretched by 29 over 15.7
    assert before[us] == pytest.approx(2025 + 8 * (0.5 + 0.5 * 29 / 15.7))
    assert after[us] == pytest.approx(2025 + 8 * (0.5 + 0.25 * 29 / 15.7))


def test_a_price_floor_lifts_the_odds_of_studies_alone(lithium):
    made, of = lithium
    floor = Moves((Lever("price_floor", "odds_lift", 0.3, 0.3, 0.3, 2026, "", "", "assumed", ""),))
    before, after = made.chances(central(of), NONE)[0], made.chances(central(of), floor)[0]
    lifted = np.isin(made.development, ("committed", "evaluation"))
    assert after[lifted] == pytest.approx(before[lifted] + 0.3 * (1 - before[lifted]))
    assert after[~lifted] == pytest.approx(before[~lifted])


def test_every_end_of_a_driver_moves_output_the_way_it_should(lithium):
    made, of = lithium

    def total(driver, value):
        return made.output({**central(of), driver: np.array([[value]])}, NONE).sum()

    for driver, up in (
        ("project_odds", 1),
        ("project_capacity", 1),
        ("project_use", 1),
        ("project_delay", -1),
    ):
        low, high = (total(driver, getattr(of[driver], e)) for e in ("low", "high"))
        assert up * (high - low) > 0, driver
    assert total("project_years", 1.0) < total("project_years", -1.0)
    assert total("lead_time", 1.0) < total("lead_time", -1.0)


def test_nothing_is_made_before_its_start(lithium):
    made, of = lithium
    out = made.output(central(of), NONE)[0]
    starts = made.starts(central(of), NONE)[0]
    early = YEARS[None, :] + 0.5 <= starts[:, None]
    assert np.abs(out[early]).max() == 0
