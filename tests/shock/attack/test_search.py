"""The searches against brute force, on set functions of every kind: bounds, ties, failures, stops."""

from __future__ import annotations

import time
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oreflow.shock.attack.search import branch_and_bound, enumerate_sets, greedy


@st.composite
def monotone(draw):
    """A set function that never falls: what is covered by either, what is lost only with both, and ties."""
    n = draw(st.integers(1, 9))
    items = draw(
        st.lists(
            st.tuples(st.integers(0, 4), st.sets(st.integers(0, n - 1), min_size=1, max_size=3)), max_size=12
        )
    )
    anyone = [draw(st.booleans()) for _ in items]

    def value(s):
        return float(
            sum(
                w
                for (w, members), one in zip(items, anyone, strict=True)
                if (members & s if one else members <= s)
            )
        )

    return n, value


@st.composite
def arbitrary(draw):
    """A set function without any order in it."""
    n = draw(st.integers(1, 6))
    seed = draw(st.integers(0, 99))

    def value(s):
        return float(hash((seed, *sorted(s))) % 17) - 5.0

    return n, value


def many(value, *, fails=frozenset()):
    def values(sets, *, keep=False):
        return [None if s in fails else value(s) for s in sets]

    return values


def best(value, n, budget, *, exactly=False):
    sizes = [budget] if exactly else range(1, budget + 1)
    return max(value(frozenset(s)) for k in sizes for s in combinations(range(n), min(k, n)))


@given(monotone(), st.integers(1, 4))
def test_bounds_of_groups_find_what_brute_force_finds(case, budget):
    n, value = case
    single = [value(frozenset([i])) for i in range(n)]
    found = branch_and_bound(many(value), single, range(n), budget)
    assert found.value == value(frozenset(found.lost)) == best(value, n, budget)
    assert len(set(found.lost)) == min(budget, n)
    assert found.certificate.proven
    assert found.certificate.gap == 0.0


@given(monotone(), st.integers(1, 4))
def test_a_good_start_is_kept_and_saves_work(case, budget):
    n, value = case
    single = [value(frozenset([i])) for i in range(n)]
    first = branch_and_bound(many(value), single, range(n), budget)
    again = branch_and_bound(many(value), single, range(n), budget, best=(first.lost, first.value))
    assert again.value == first.value
    assert again.certificate.solved <= first.certificate.solved


@given(monotone(), st.integers(1, 3), st.data())
def test_losses_taken_in_any_case_count(case, budget, data):
    n, value = case
    fixed = frozenset(data.draw(st.sets(st.integers(0, n - 1), max_size=2)))
    rest = [i for i in range(n) if i not in fixed]
    if not rest:
        return
    single = [value(frozenset([i])) for i in range(n)]
    found = branch_and_bound(many(value), single, rest, budget, fixed=fixed)
    options = combinations(rest, min(budget, len(rest)))
    assert found.value == max(value(fixed | set(s)) for s in options)


@given(monotone(), st.integers(1, 4))
def test_stopped_at_once_the_bound_is_true(case, budget):
    n, value = case
    single = [value(frozenset([i])) for i in range(n)]
    start = greedy(many(value), single, range(n), budget, monotone=True)
    found = branch_and_bound(
        many(value), single, range(n), budget, best=(start.lost, start.value), deadline=time.monotonic() - 1.0
    )
    truth = best(value, n, budget)
    assert found.value <= truth <= found.certificate.bound
    assert found.certificate.proven == (found.certificate.bound <= found.value)
    if not found.certificate.proven:
        assert found.certificate.stopped


@given(monotone(), st.integers(1, 3), st.data())
def test_markets_that_cannot_be_solved_leave_the_bound_true(case, budget, data):
    n, value = case
    subsets = [frozenset(s) for k in range(1, n + 1) for s in combinations(range(n), k)]
    fails = frozenset(data.draw(st.lists(st.sampled_from(subsets), max_size=4)))
    single = [value(frozenset([i])) for i in range(n)]
    found = branch_and_bound(many(value, fails=fails), single, range(n), budget)
    bound = found.certificate.bound
    assert bound is None or bound >= best(value, n, budget)
    if found.certificate.proven:
        assert found.value == best(value, n, budget)


@given(arbitrary(), st.integers(1, 4))
def test_an_enumeration_sees_every_set(case, budget):
    n, value = case
    found = enumerate_sets(many(value), range(n), budget, exactly=False)
    assert found.value == value(frozenset(found.lost)) == best(value, n, min(budget, n))
    assert found.certificate.proven
    assert found.certificate.solved == found.certificate.total


@given(monotone(), st.integers(1, 4))
def test_of_what_never_falls_the_full_sets_are_enough(case, budget):
    n, value = case
    found = enumerate_sets(many(value), range(n), budget, exactly=True)
    assert found.value == best(value, n, budget)


def test_an_enumeration_that_is_cut_short_claims_nothing():
    def slow(sets, *, keep=False):
        time.sleep(0.02)
        return [float(len(s)) for s in sets]

    found = enumerate_sets(slow, range(30), 2, exactly=False, deadline=time.monotonic() + 0.05)
    assert found.certificate.stopped
    assert not found.certificate.proven
    assert found.certificate.bound is None
    assert found.certificate.gap is None
    assert 0 < found.certificate.solved < found.certificate.total


def test_an_enumeration_with_a_failure_claims_nothing():
    found = enumerate_sets(
        many(lambda s: float(len(s)), fails=frozenset([frozenset([1])])), range(3), 1, exactly=True
    )
    assert not found.certificate.proven
    assert found.value == 1.0


@given(monotone(), st.integers(1, 4))
def test_greed_is_never_better_and_the_first_is_the_worst_alone(case, budget):
    n, value = case
    single = [value(frozenset([i])) for i in range(n)]
    by_bounds = greedy(many(value), single, range(n), budget, monotone=True)
    by_all = greedy(many(value), single, range(n), budget, monotone=False)
    assert by_bounds.value == value(frozenset(by_bounds.lost)) <= best(value, n, budget)
    assert single[by_bounds.lost[0]] == max(single)
    assert by_all.value <= best(value, n, budget)


def test_greed_is_worse_where_losses_need_each_other():
    def value(s):
        return 3.0 * (0 in s) + 10.0 * ({1, 2} <= s) + 1.0 * (1 in s)

    single = [value({i}) for i in range(3)]
    assert greedy(many(value), single, range(3), 2, monotone=True).value == pytest.approx(4.0)
    found = branch_and_bound(many(value), single, range(3), 2)
    assert (found.lost, found.value) == ((1, 2), 11.0)


def test_large_groups_of_small_losses_are_ruled_out_together():
    weights = [100.0, 90.0] + [1.0] * 200
    asked = []

    def values(sets, *, keep=False):
        asked.extend(sets)
        return [sum(weights[i] for i in s) for s in sets]

    found = branch_and_bound(values, weights, range(202), 2)
    assert found.lost == (0, 1)
    assert found.certificate.total == 20_301
    assert found.certificate.solved == len(set(asked)) < 60
