import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from oreflow.errors import ScenarioError
from oreflow.shock import Duration

CHANCE = st.floats(0, 1)
LAWS = st.one_of(
    st.builds(Duration.fixed, st.floats(0, 60), p_permanent=CHANCE),
    st.builds(
        lambda low, width, p: Duration.uniform(low, low + width, p_permanent=p),
        st.floats(0, 24),
        st.floats(0.1, 36),
        CHANCE,
    ),
    st.builds(Duration.lognormal, st.floats(0.2, 48), st.floats(0.05, 2), p_permanent=CHANCE),
)
AGES = np.linspace(-2, 80, 411)


def test_a_fixed_halt_ends_when_it_ends() -> None:
    d = Duration.fixed(3)
    np.testing.assert_array_equal(d.survivor([0, 2.99, 3, 10]), [1, 1, 0, 0])
    np.testing.assert_array_equal(d.availability([-1, 0, 2.99, 3]), [1, 0, 0, 1])


def test_a_uniform_law_falls_in_a_line() -> None:
    d = Duration.uniform(3, 12)
    np.testing.assert_allclose(d.survivor([0, 3, 7.5, 12, 20]), [1, 1, 0.5, 0, 0])


def test_half_of_the_lognormal_cases_end_by_the_median_and_permanent_ones_never() -> None:
    d = Duration.lognormal(6, 0.8, p_permanent=0.2)
    assert d.survivor(6.0) == pytest.approx(0.2 + 0.8 / 2)
    assert d.survivor(1e9) == pytest.approx(0.2)
    x = np.array([0.5, 3.0, 17.0])
    np.testing.assert_allclose(d.cdf(x), 0.8 * stats.lognorm(s=0.8, scale=6).cdf(x))


def test_ramp_after_a_known_end_is_a_line() -> None:
    d = Duration.fixed(3)
    np.testing.assert_allclose(
        d.availability([3, 4, 5, 6, 7, 20], ramp=0.25), [0, 0.25, 0.5, 0.75, 1, 1], atol=1e-12
    )


@pytest.mark.parametrize(
    "law",
    [
        Duration.uniform(2, 9, p_permanent=0.1),
        Duration.lognormal(4, 0.7, p_permanent=0.2),
        Duration.fixed(5, p_permanent=0.4),
    ],
)
@pytest.mark.parametrize("ramp", [0.1, 0.5, 2.0])
@pytest.mark.parametrize("age", [0.0, 3.0, 6.5])
def test_expected_ramp_is_the_integral_over_ends(law: Duration, ramp: float, age: float) -> None:
    ends = np.linspace(0, 60, 240_001)
    f = law.cdf(ends)
    before = float(law.cdf(age)) if age else 0.0
    given = np.where(ends < age, 0.0, (f - before) / (1 - before))
    mass = np.diff(given, prepend=0.0)
    for x in (age + 0.5, age + 4.0, age + 15.0):
        back = float(np.sum(mass * np.clip(ramp * (x - ends), 0, 1)))
        assert law.regained(x, ramp=ramp, given=age) == pytest.approx(back, abs=2e-4)


@given(LAWS, st.one_of(st.none(), st.floats(0.01, 5)), st.floats(0, 40))
def test_availability_rises_within_bounds(law: Duration, ramp: float | None, age: float) -> None:
    a = law.availability(AGES, ramp=ramp, given=age)
    assert ((a >= 0) & (a <= 1)).all()
    after = a[AGES >= 0]
    assert (np.diff(after) >= -1e-6).all()
    assert (a[(AGES >= 0) & (age > AGES)] == 0).all()
    if ramp is not None:
        assert (a <= law.availability(AGES, given=age) + 1e-6).all()


@given(LAWS, st.floats(0.01, 30))
def test_conditioning_is_the_ratio_of_survivors(law: Duration, age: float) -> None:
    x = age + np.array([0.0, 1.0, 7.0, 30.0])
    at = float(law.survivor(age))
    if at > 1e-6:
        np.testing.assert_allclose(law.survivor(x, given=age), law.survivor(x) / at, atol=1e-9)
    elif at == 0:
        assert (law.survivor(x[1:], given=age) == 0).all()


@pytest.mark.parametrize("age", [0.0, 5.0])
@pytest.mark.parametrize(
    "law", [Duration.uniform(3, 12, p_permanent=0.3), Duration.lognormal(6, 0.8, p_permanent=0.1)]
)
def test_samples_follow_the_law(law: Duration, age: float) -> None:
    drawn = law.sample(np.random.default_rng(1), 40_000, given=age)
    assert drawn.min() >= age
    for x in (6.0, 9.0, 14.0):
        assert np.mean(drawn > x) == pytest.approx(float(law.survivor(x, given=age)), abs=0.01)
    assert np.isinf(drawn).mean() == pytest.approx(law.p_permanent / float(law.survivor(age)), abs=0.01)


def test_samples_are_reproducible_and_use_the_same_amount_of_randomness() -> None:
    laws = [Duration.fixed(3), Duration.uniform(), Duration.lognormal(2, 0.3), Duration.permanent()]
    rest = []
    for law in laws:
        rng = np.random.default_rng(7)
        law.sample(rng, 5)
        rest.append(rng.random())
    assert len(set(rest)) == 1


def test_quantiles_count_permanent_cases() -> None:
    d = Duration.lognormal(6, 0.8, p_permanent=0.2)
    assert d.cdf(d.quantile(0.4)) == pytest.approx(0.4)
    assert d.quantile(0.8) == math.inf
    assert d.likely > 6
    assert Duration.fixed(3).likely == 3
    assert Duration.uniform(3, 12).quantile(1.0) == 12
    assert Duration.permanent().likely == math.inf
    assert Duration.permanent().known
    assert not Duration.fixed(3, p_permanent=0.5).known


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Duration.fixed(-1), "low"),
        (lambda: Duration.fixed(math.nan), "finite"),
        (lambda: Duration.uniform(5, 5), "must exceed"),
        (lambda: Duration.lognormal(0, 1), "median"),
        (lambda: Duration.lognormal(3, 9), "sigma"),
        (lambda: Duration.fixed(3, p_permanent=1.2), "between 0 and 1"),
        (lambda: Duration.fixed(5000), "permanent"),
        (lambda: Duration.fixed(3).regained(1.0, ramp=0.0), "above 0"),
    ],
)
def test_impossible_laws_are_refused(make, says: str) -> None:
    with pytest.raises(ScenarioError, match=says):
        make()


def test_a_drawn_length_beyond_a_century_is_permanent() -> None:
    assert {Duration.of_length(math.inf), Duration.of_length(1e6)} == {Duration.permanent()}
    assert Duration.of_length(4.5) == Duration.fixed(4.5)
