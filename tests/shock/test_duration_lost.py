"""Exact means over months against the points and quadrature that beliefs are made with."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oreflow.errors import ScenarioError
from oreflow.shock.duration import Duration
from oreflow.shock.grid import Grid

MONTHS = 48
LAWS = st.one_of(
    st.builds(lambda m, p: Duration.fixed(m, p_permanent=p), st.floats(0, 40), st.floats(0, 1)),
    st.builds(
        lambda a, w, p: Duration.uniform(a, a + w, p_permanent=p),
        st.floats(0, 20),
        st.floats(0.1, 20),
        st.floats(0, 0.9),
    ),
    st.builds(
        lambda m, s, p: Duration.lognormal(m, s, p_permanent=p),
        st.floats(0.5, 24),
        st.floats(0.3, 1.2),
        st.floats(0, 0.9),
    ),
)


def by_quadrature(law, start, ramp, lasted):
    """The same means from values at points, on cells fine enough for every kink."""
    edges = [start, start + lasted, *np.arange(0, MONTHS, 1 / 16)]
    ends = {law.low, law.high} if law.shape != "lognormal" else set()
    edges += [start + e for e in ends]
    if ramp:
        edges += [start + e + 1 / ramp for e in (*ends, lasted, 0.0)]
    grid = Grid.of(MONTHS, edges)
    age = grid.time - start
    back = law.regained(age, ramp=ramp, given=lasted)
    return grid.mean(np.where(age < 0, 0.0, 1 - back))


@settings(max_examples=60)
@given(
    law=LAWS,
    start=st.floats(0, 30),
    ramp=st.one_of(st.none(), st.sampled_from([0.15, 0.25, 0.5, 1.0])),
    lasted=st.floats(0, 12),
)
def test_the_closed_form_equals_quadrature(law, start, ramp, lasted):
    if law.shape == "lognormal" and float(law.cdf(lasted)) > 1 - 1e-5:
        return  # conditioning on what hardly ever happens loses digits in both
    (mean,) = law.lost([start], MONTHS, ramp=ramp, given=[lasted])
    assert mean == pytest.approx(by_quadrature(law, start, ramp, lasted), abs=3e-4)


def test_many_events_at_once_are_each_alone():
    law = Duration.lognormal(3, 0.8, p_permanent=0.05)
    start, lasted = np.array([0.0, 2.3, 11.9]), np.array([0.0, 3.7, 1.1])
    together = law.lost(start, MONTHS, ramp=0.25, given=lasted)
    for i in range(3):
        assert law.lost(start[i], MONTHS, ramp=0.25, given=lasted[i])[0] == pytest.approx(together[i])


def test_what_never_ends_is_lost_from_its_start_on():
    (mean,) = Duration.permanent().lost(1.25, 4)
    assert mean == pytest.approx([0, 0.75, 1, 1])
    (mean,) = Duration.fixed(1).lost(0.5, 4, ramp=0.5)
    # whole from 0.5 to 1.5, then back over two months
    assert mean == pytest.approx([0.5, 0.5 + 0.5 * 0.875, 0.5, 1 / 16])


def test_a_ramp_is_above_zero():
    with pytest.raises(ScenarioError, match="above 0"):
        Duration.fixed(1).lost(0.0, 3, ramp=0.0)
