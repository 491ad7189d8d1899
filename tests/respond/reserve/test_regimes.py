"""Regimes: chains that are given, counted and estimated, against closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import linalg

from oreflow.atlas import bundled
from oreflow.errors import DataError, UnknownNameError, UsageError
from oreflow.respond.reserve import regimes


def test_a_matrix_that_is_not_stochastic_is_refused_with_its_row() -> None:
    with pytest.raises(DataError, match=r"row 'tight' \(0.3, 0.6\).*sums to 0.9"):
        regimes.given(("calm", "tight"), [[0.9, 0.1], [0.3, 0.6]])
    with pytest.raises(DataError, match="row 'calm'"):
        regimes.given(("calm", "tight"), [[1.1, -0.1], [0.3, 0.7]])
    with pytest.raises(DataError, match="shape"):
        regimes.given(("calm", "tight"), [[1.0]])


@given(a=st.floats(0.01, 0.99), b=st.floats(0.01, 0.99))
def test_the_stationary_distribution_of_two_regimes_is_the_closed_form(a: float, b: float) -> None:
    chain = regimes.given(("calm", "tight"), [[1 - a, a], [b, 1 - b]])
    assert chain.stationary() == pytest.approx([b / (a + b), a / (a + b)], abs=1e-9)
    assert chain.quarters() == pytest.approx([1 / a, 1 / b])


def test_a_chain_that_falls_apart_has_no_stationary_distribution() -> None:
    with pytest.raises(DataError, match="falls apart"):
        regimes.stationary(np.eye(2))


def test_counting_recovers_a_known_chain_and_its_range_holds_it() -> None:
    truth = np.array([[0.9, 0.08, 0.02], [0.2, 0.7, 0.1], [0.05, 0.25, 0.7]])
    rng = np.random.default_rng(7)
    path = [0]
    for _ in range(20_000):
        path.append(int(rng.choice(3, p=truth[path[-1]])))
    chain = regimes.counted(path, ("calm", "tight", "embargo"), source="oreflow", how="")
    assert chain.matrix == pytest.approx(truth, abs=0.02)
    inside = (chain.low <= truth) & (truth <= chain.high)
    assert inside.sum() >= 7  # nine ranges of 90 %
    few = regimes.counted(path[:60], ("calm", "tight", "embargo"), source="oreflow", how="")
    assert (few.high - few.low).mean() > 3 * (chain.high - chain.low).mean()


def test_counting_is_the_posterior_mean_of_jeffreys_prior() -> None:
    chain = regimes.counted([0, 0, 1, 0, 1, 1], ("a", "b"), source="oreflow", how="")
    # From a: once to a, twice to b; from b: once each.
    assert chain.matrix == pytest.approx(np.array([[1.5 / 4, 2.5 / 4], [1.5 / 3, 1.5 / 3]]))


def test_export_measures_make_the_chain_of_their_rates() -> None:
    world = bundled()
    chain = regimes.from_policies(world, ["gallium", "graphite"], frozenset({"CHN"}))
    # Two licences (August and December 2023) and a ban (December 2024), in 6 years with a prior of 0.5 in 13.
    licence, ban = 2.5 / 19, 1.5 / 19
    assert f"{licence:.3f} and {ban:.3f} a year" in chain.how
    q = 4 * linalg.logm(chain.matrix)
    assert q[0, 1] == pytest.approx(licence, rel=1e-6)
    assert q[0, 2] == pytest.approx(ban, rel=1e-6)
    assert q[1, 2] == pytest.approx(ban, rel=1e-6)
    assert q[2, 0] == pytest.approx(0.0, abs=1e-9)
    assert (chain.low <= chain.matrix + 1e-12).all() or (chain.high >= chain.matrix - 1e-12).all()
    nobody = regimes.from_policies(world, ["copper"], frozenset({"CHN"}))
    assert nobody.matrix[0, 2] < chain.matrix[0, 2]
    with pytest.raises(UsageError, match="three regimes"):
        regimes.from_policies(world, ["gallium"], frozenset({"CHN"}), ("calm", "tight"))


def test_the_copper_price_makes_a_chain_and_the_rest_says_why_not() -> None:
    world = bundled()
    chain = regimes.from_prices(world, "copper_refined")
    assert chain.names == ("usual", "dear")
    assert chain.level["copper_refined"][1] > 1.15
    assert chain.matrix.sum(axis=1) == pytest.approx(1.0)
    with pytest.raises(DataError, match="no monthly series"):
        regimes.from_prices(world, "gallium_refined")
    with pytest.raises(UnknownNameError, match="copper_refined"):
        regimes.from_prices(world, "copper_refind")
    with pytest.raises(DataError, match="another share"):
        regimes.from_prices(world, "copper_refined", above=5.0)


def test_futures_make_a_chain_of_a_squeezed_market() -> None:
    ratio = np.ones((4, 12))
    ratio[0, 6:9] = 1.5
    chain = regimes.from_draws(ratio, "copper_refined", above=0.1, names=("usual", "squeezed"))
    assert chain.matrix[0, 1] == pytest.approx(
        (1 + 0.5) / (24 + 1 + 1)
    )  # 25 quarters that are usual are followed
    assert chain.level["copper_refined"][1] == pytest.approx(1.5)
    with pytest.raises(DataError, match="never"):
        regimes.from_draws(np.ones((4, 12)), "copper_refined", above=0.1, names=("usual", "squeezed"))


def test_independent_chains_are_joined_as_their_product() -> None:
    a = regimes.given(("calm", "tight"), [[0.9, 0.1], [0.4, 0.6]])
    b = regimes.given(("usual", "dear"), [[0.8, 0.2], [0.5, 0.5]])
    both = regimes.product([a, b])
    assert both.names == ("calm", "calm, dear", "tight", "tight, dear")
    assert both.matrix[0, 3] == pytest.approx(0.1 * 0.2)
    assert both.stationary() == pytest.approx(np.kron(a.stationary(), b.stationary()))
