"""The table of hazards: rates by governance, rates from dated history, and checks of the rows."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import poisson

from oreflow.atlas import bundled
from oreflow.atlas.build.hazards import by_governance, posterior_rate
from oreflow.atlas.check import check
from oreflow.errors import DataError


@pytest.fixture(scope="module")
def world():
    return bundled()


def test_a_point_of_governance_multiplies_the_rate():
    assert by_governance(0.1, 0.0, -2.0) == 0.1
    assert by_governance(0.1, 1.2, 0.0) == 0.1
    assert by_governance(0.1, 1.2, -2.0) == pytest.approx(0.1 * math.e**2.4)


@pytest.mark.parametrize(("events", "years", "a", "b"), [(0, 6, 0.5, 13), (2, 6, 0.5, 13), (7, 10, 2.0, 5.0)])
def test_the_rate_from_a_count_is_the_mean_of_the_posterior(events, years, a, b):
    mean, low, high = posterior_rate(events, years, prior_events=a, prior_years=b)
    assert mean == pytest.approx((a + events) / (b + years))

    # By Bayes' rule itself: prior density times likelihood, integrated.
    def weight(u):
        rate = u * u  # the prior of shape below 1 has no bound at 0
        return rate ** (a - 1) * math.exp(-b * rate) * poisson.pmf(events, rate * years) * 2 * u

    whole = quad(weight, 0, 3)[0]
    assert quad(lambda u: u * u * weight(u), 0, 3)[0] / whole == pytest.approx(mean, rel=1e-6)
    assert quad(weight, 0, math.sqrt(low))[0] / whole == pytest.approx(0.1, abs=1e-6)
    assert quad(weight, 0, math.sqrt(high))[0] / whole == pytest.approx(0.9, abs=1e-6)


def test_an_impossible_count_is_refused():
    with pytest.raises(DataError, match="counts are zero or more"):
        posterior_rate(-1, 6, prior_events=0.5, prior_years=13)
    with pytest.raises(DataError, match="a prior above zero"):
        posterior_rate(1, 6, prior_events=0.0, prior_years=13)


def test_rates_follow_governance(world):
    governance = world.regions.set_index("region")["governance"]
    for kind, exponent in (("accident", 0.4), ("conflict", 1.2), ("strike", 0.2), ("power_cut", 0.5)):
        t = world.hazards[world.hazards["kind"] == kind]
        assert len(t) == len(world.regions)
        slope = np.polyfit(t["region"].map(governance).astype(float), np.log(t["rate"].astype(float)), 1)
        assert slope[0] == pytest.approx(-exponent, abs=1e-4)
        assert (t["quality"] == "derived").all() and (t["method"] == "hazards.by_governance").all()


def test_who_has_done_it_does_it_again_sooner(world):
    rate = world.hazards[world.hazards["kind"] == "policy"].set_index("hazard")["rate"]
    # Counted by hand in the table of policies and the file of events, 2020 to 2025.
    counts = {
        "chn_rare_earths": 2,
        "chn_gallium": 2,
        "cod_cobalt": 2,
        "chn_graphite": 1,
        "idn_nickel": 1,
        "zwe_lithium": 1,
    }
    for pair, n in counts.items():
        assert rate[f"policy_{pair}"] == pytest.approx((0.5 + n) / (13 + 6), rel=1e-5)
    others = rate.drop([f"policy_{pair}" for pair in counts])
    assert others.to_numpy() == pytest.approx(0.5 / 19, rel=1e-5)
    assert {"policy_chl_copper", "policy_aus_lithium"} <= set(others.index)


def test_assumed_rates_say_why(world):
    t = world.hazards
    assert (t["note"].str.len() > 20).all()
    assert set(t.loc[t["quality"] == "assumed", "note"].str[:8]) == {"Assumed:"}


def test_the_bundled_rows_pass(world):
    assert [f for f in check(world) if f.table == "hazards"] == []
