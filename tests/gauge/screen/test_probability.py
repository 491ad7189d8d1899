"""The chance of a stop: monotone, bounded, and derived from the tables alone."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oreflow.atlas import bundled
from oreflow.errors import DataError, UnknownNameError
from oreflow.gauge.screen import probabilities, stop_probability
from oreflow.gauge.screen.probability import bans_on_record

from .worlds import buyer

UNIT = st.floats(0.0, 1.0)
END = st.floats(1e-6, 1.0)


@given(UNIT, UNIT, END, END)
def test_monotone_and_bounded(g: float, h: float, a: float, b: float) -> None:
    stable, unstable = sorted((a, b))
    low, high = stop_probability(sorted((g, h)), stable=stable, unstable=unstable)
    assert stable <= low <= high <= unstable


@given(UNIT, END, END)
def test_equal_steps_of_instability_are_equal_factors(g: float, a: float, b: float) -> None:
    stable, unstable = sorted((a, b))
    p = stop_probability([0.0, g / 2, g], stable=stable, unstable=unstable)
    assert p[0] == pytest.approx(stable)
    assert p[1] ** 2 == pytest.approx(p[0] * p[2], rel=1e-9)


def test_ends_and_middle() -> None:
    assert stop_probability([0.0, 0.5, 1.0], stable=0.001, unstable=0.1) == pytest.approx([0.001, 0.01, 0.1])


@pytest.mark.parametrize(
    ("g", "stable", "unstable"),
    [
        (1.1, 0.01, 0.1),
        (-0.1, 0.01, 0.1),
        (math.nan, 0.01, 0.1),
        (0.5, 0.2, 0.1),
        (0.5, 0.0, 0.1),
        (0.5, 0.1, 1.1),
    ],
)
def test_what_is_no_chance_is_refused(g: float, stable: float, unstable: float) -> None:
    with pytest.raises(DataError, match="chance of a stop"):
        stop_probability(g, stable=stable, unstable=unstable)


def test_a_country_without_an_indicator_stands_in_the_middle_and_says_so() -> None:
    p = probabilities(buyer(governance={"A": -2.5, "U": 0.0}))
    assert p["B"].quality == "assumed"
    assert p["B"].instability == 0.5
    assert p["B"].value == pytest.approx(math.sqrt(0.001 * 0.04))
    assert (p["A"].quality, p["A"].value, p["A"].low, p["A"].high) == ("derived", 0.04, 0.02, 0.08)


def test_the_bundled_world_orders_countries_as_their_stability_does() -> None:
    world = bundled()
    p = probabilities(world)
    order = sorted(p, key=lambda r: p[r].governance)
    values = [p[r].value for r in order]
    assert values == sorted(values, reverse=True)
    assert all(x.low < x.value < x.high and "wgi" in x.source for r, x in p.items() if r != "NCL")
    assert p["MLI"].value > p["COD"].value > p["CHN"].value > p["CAN"].value > p["JPN"].value


def test_the_parameters_are_needed() -> None:
    world = buyer()
    rows = world.parameters
    with pytest.raises(UnknownNameError, match="unknown parameter 'stop_unstable'"):
        probabilities(world.with_(parameters=rows[rows["parameter"] != "stop_unstable"]))


def test_bans_are_counted_by_supplier_whoever_they_were_aimed_at() -> None:
    world = bundled()
    names, years = bans_on_record(
        world, {("cobalt_intermediate", "COD"), ("gallium_refined", "CHN")}, until=2025
    )
    assert names == ("china_gallium_ban_usa_refined_2024", "drc_cobalt_ban_2025")
    first = min(int(s[:4]) for s in world.policies["start"] if s)
    assert years == 2025 - first + 1
    # Announced, proposed and later ones do not count.
    assert bans_on_record(world, {("lithium_concentrate", "ZWE")}, until=2027)[0] == ()
    assert bans_on_record(world, set(), until=2025)[0] == ()
    assert np.array(bans_on_record(buyer(), {("metal", "A")}, until=2025), dtype=object).tolist() == [(), 0]
