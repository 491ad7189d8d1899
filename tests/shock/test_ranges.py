"""Triangular ranges against SciPy's."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import triang

from oreflow.atlas import bundled
from oreflow.errors import UnknownNameError
from oreflow.shock.ensemble import RANGED, Range, ranges


@given(st.floats(-5, 5), st.floats(0.01, 10), st.floats(0, 1), st.floats(0, 1))
def test_the_inverse_is_that_of_the_triangular_law(low, width, at, u):
    law = Range(low, low + at * width, low + width)
    assert law.at(u) == pytest.approx(triang.ppf(u, at, loc=low, scale=width), abs=1e-6 * (1 + width))


def test_without_a_range_there_is_nothing_to_draw():
    assert {Range(2.0, 2.0, 2.0).at(u) for u in (0.0, 0.3, 1.0)} == {2.0}


def test_ranges_come_from_the_parameters():
    world = bundled()
    found = ranges(world)
    assert set(found) == set(RANGED)
    assert found["es"] == Range(0.6, 1.0, 1.6)
    draws = [found["eta"].at(u) for u in np.linspace(0, 1, 101)]
    assert min(draws) == pytest.approx(0.1) and max(draws) == pytest.approx(0.5)
    with pytest.raises(UnknownNameError, match=r"unknown range 'sigmo'. Did you mean 'sigma'"):
        ranges(world, ["sigmo"])
