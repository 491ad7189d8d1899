"""The input-output loss: the published case, its bounds and its shadow price."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oreflow.errors import DataError
from oreflow.gauge import input_output_loss

A = [[0.2, 0.3], [0.1, 0.4]]
F = [100.0, 150.0]
M = [0.0, 0.01]


@pytest.mark.parametrize(("cut", "gdp"), [(0.0, 250.0), (0.1, 241.3333), (0.3, 224.0)])
def test_published_case(cut: float, gdp: float) -> None:
    loss = input_output_loss(A, F, M, cut=cut)
    assert loss.before == pytest.approx(250.0)
    assert loss.after == pytest.approx(gdp, abs=1e-4)


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_loss_grows_with_the_cut_ever_faster(a: float, b: float) -> None:
    small, large = sorted((a, b))
    first, second = (input_output_loss(A, F, M, cut=c).loss for c in (small, large))
    middle = input_output_loss(A, F, M, cut=(small + large) / 2).loss
    assert -1e-7 <= first <= second + 1e-7
    assert middle <= (first + second) / 2 + 1e-6


@pytest.mark.parametrize("cut", [0.05, 0.2, 0.5])
def test_shadow_price_is_the_slope(cut: float) -> None:
    x0 = np.linalg.solve(np.eye(2) - np.array(A), F)
    supply = float(np.array(M) @ x0)
    step = 1e-4
    up, down = (input_output_loss(A, F, M, cut=cut + s).after for s in (-step, step))
    slope = (up - down) / (2 * step * supply)
    assert input_output_loss(A, F, M, cut=cut).shadow_price == pytest.approx(slope, rel=1e-5)


@given(
    st.lists(st.floats(0.0, 0.3), min_size=9, max_size=9),
    st.lists(st.floats(1.0, 100.0), min_size=3, max_size=3),
    st.floats(0.0, 1.0),
)
def test_outputs_are_feasible(a: list[float], f: list[float], cut: float) -> None:
    coefficients = np.array(a).reshape(3, 3)
    use = np.array([0.02, 0.0, 0.01])
    loss = input_output_loss(coefficients, f, use, cut=cut)
    x0 = np.linalg.solve(np.eye(3) - coefficients, f)
    assert (loss.output >= -1e-6).all()
    assert (loss.output <= x0 * (1 + 1e-6) + 1e-6).all()
    assert ((np.eye(3) - coefficients) @ loss.output >= -1e-5).all()
    assert use @ loss.output <= (1 - cut) * (use @ x0) + 1e-6


def test_shapes_cuts_and_productivity_are_checked() -> None:
    with pytest.raises(DataError, match="do not fit"):
        input_output_loss(A, [1.0], M, cut=0.1)
    with pytest.raises(DataError, match="share from 0 to 1"):
        input_output_loss(A, F, M, cut=10)
    with pytest.raises(DataError, match="use up more than they make"):
        input_output_loss([[0.9, 0.5], [0.5, 0.9]], F, M, cut=0.1)
