"""Designs fill the cube as they promise, and give each point alone."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kstest
from scipy.stats.qmc import discrepancy

from oreflow.errors import UnknownNameError, UsageError
from oreflow.shock.ensemble import DESIGNS, Design


def points(kind, dims, draws, seed=1):
    design = Design(kind, dims, draws, seed)
    return np.array([design.point(i) for i in range(draws)])


@cache
def in_sequence(kind):
    return points(kind, 5, 5001)


@given(st.integers(1, 60), st.integers(1, 12), st.integers(0, 2**40))
def test_a_latin_hypercube_hits_each_slice_once(draws, dims, seed):
    cube = points("latin", dims, draws, seed)
    slices = np.sort(np.floor(cube * draws), axis=0)
    assert np.array_equal(slices, np.tile(np.arange(draws)[:, None], dims))


@pytest.mark.parametrize("kind", DESIGNS)
@settings(max_examples=8)
@given(order=st.permutations(range(12)), far=st.integers(1024, 5000))
def test_a_point_alone_is_the_point_in_sequence(kind, order, far):
    whole = in_sequence(kind)
    design = Design(kind, 5, 5001, 1)
    for i in (*order, far, 0):
        assert np.array_equal(design.point(i), whole[i])
        assert np.array_equal(Design(kind, 5, 5001, 1).point(i), whole[i])


@pytest.mark.parametrize("kind", DESIGNS)
def test_one_coordinate_more_leaves_the_others(kind):
    assert np.array_equal(points(kind, 4, 64), points(kind, 9, 64)[:, :4])


@pytest.mark.parametrize("kind", ["random", "sobol"])
def test_more_draws_leave_the_first(kind):
    assert np.array_equal(points(kind, 4, 20), points(kind, 4, 90)[:20])


def test_even_designs_are_more_even_than_random_points():
    spread = {
        kind: np.mean([discrepancy(points(kind, 6, 256, seed)) for seed in range(1, 6)]) for kind in DESIGNS
    }
    assert spread["sobol"] < 0.3 * spread["random"]
    assert spread["latin"] < 0.8 * spread["random"]


@pytest.mark.parametrize("kind", DESIGNS)
def test_coordinates_are_uniform_and_inside(kind):
    cube = points(kind, 40, 2000)
    assert ((cube > 0) & (cube < 1)).all()
    assert all(kstest(column, "uniform").pvalue > 1e-4 for column in cube.T)
    assert not np.array_equal(cube[:50], points(kind, 40, 2000, seed=2)[:50])


def test_what_is_asked_for_must_be_possible():
    with pytest.raises(UnknownNameError, match=r"unknown design 'sobl'. Did you mean 'sobol'"):
        Design("sobl", 2, 4, 1)
    with pytest.raises(UsageError, match="at least 1 draw, not 0"):
        Design("latin", 2, 0, 1)
    with pytest.raises(UsageError, match="no draw 4; draws run from 0 to 3"):
        Design("latin", 2, 4, 1).point(4)
    with pytest.raises(UsageError, match="at most 21201 coordinates"):
        Design("sobol", 30000, 4, 1).point(0)
    with pytest.raises(UsageError, match="cannot have -1"):
        Design("sobol", -1, 4, 1)
    assert Design("sobol", 0, 4, 1).point(3).shape == (0,)
