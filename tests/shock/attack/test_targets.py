"""What is lost with what."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oreflow.atlas import bundled
from oreflow.errors import UnknownNameError, UsageError
from oreflow.market import calibrate
from oreflow.shock.attack.targets import Candidate, candidates, left_out, reduced
from tests.market.worlds import two_regions
from tests.shock.attack.oracle import owned_world


@pytest.fixture(scope="module")
def small():
    world = owned_world()
    return world, calibrate(world)


def plants(base, candidate):
    return {base.net.plants[j] for j in candidate.plants}


def routes(base, rows):
    return {base.net.routes[a] for a in rows}


def test_a_plant_is_itself(small):
    found = candidates(*small, "plants")
    assert [c.key for c in found] == ["mine_big", "mine_small", "mine_c", "smelter", "smelter_c"]
    assert all(plants(small[1], c) == {c.key} for c in found)


def test_a_country_is_all_its_plants(small):
    found = {c.key: plants(small[1], c) for c in candidates(*small, "countries")}
    assert found == {"A": {"mine_big", "mine_small"}, "B": {"smelter"}, "C": {"mine_c", "smelter_c"}}


def test_with_its_trade_a_country_is_cut_off(small):
    found = {c.key: routes(small[1], c.stopped) for c in candidates(*small, "countries", trade=True)}
    assert found["A"] == {"ore:A>B"}
    assert found["C"] >= {"ore:C>B"}
    assert found["B"] >= {"ore:A>B", "ore:C>B"}


def test_a_firm_holds_half_through_those_it_controls(small):
    found = {c.key: plants(small[1], c) for c in candidates(*small, "firms")}
    assert found == {
        "alpha": {"mine_big", "mine_small"},
        "beta": {"mine_small"},
        "gamma": {"mine_small", "smelter_c"},
    }


def test_a_passage_is_a_detour_or_a_stop(small):
    base = small[1]
    found = {c.key: c for c in candidates(*small, "passages")}
    at = {r: i for i, r in enumerate(base.net.routes)}
    # Ore is carried at three times its content: 5,000 km at 0.02 USD/t-km.
    assert found["strait"].dearer[at["ore:A>B"]] == pytest.approx(300.0)
    assert at["ore:C>B"] in found["canal"].stopped
    assert at["ore:A>B"] not in found["canal"].stopped


def test_stages_narrow_what_can_be_lost(small):
    found = {c.key: plants(small[1], c) for c in candidates(*small, "countries", stages=["mine"])}
    assert found == {"A": {"mine_big", "mine_small"}, "C": {"mine_c"}}


@pytest.mark.parametrize(
    ("options", "nearest"),
    [({"kind": "plant"}, "plants"), ({"kind": "plants", "stages": ["refine"]}, "refined")],
)
def test_unknown_names_find_the_nearest(small, options, nearest):
    with pytest.raises(UnknownNameError, match=nearest):
        candidates(*small, **options)


def test_unknown_minerals_are_named(small):
    with pytest.raises(UnknownNameError, match="unknown mineral 'xy'"):
        candidates(*small, "plants", minerals=["xy"])


def test_nothing_to_lose_is_said():
    world = two_regions()
    with pytest.raises(UsageError, match="no firms of this market can be lost"):
        candidates(world, calibrate(world), "firms")


def test_rows_that_stand_for_many_are_no_targets():
    world = bundled()
    base = calibrate(world, scope=("lithium",))
    aggregates = set(world.plants.loc[world.plants["aggregate"], "plant"])
    keys = {c.key for c in candidates(world, base, "plants")}
    assert keys
    assert not keys & aggregates
    assert "EUR" not in {c.key for c in candidates(world, base, "countries")}
    assert "Rest of Europe" in left_out(world, base, "countries")
    assert "rows stand for all other plants" in left_out(world, base, "plants")


def test_what_made_nothing_is_left_out():
    world = bundled()
    base = calibrate(world, scope=("lithium",))
    q = base.balanced.plant_q
    assert all(q[list(c.plants)].min() > 0 for c in candidates(world, base, "plants"))


@st.composite
def taking(draw):
    n = draw(st.integers(1, 7))
    rows = st.frozensets(st.integers(0, 5), max_size=4)
    weights = np.array([draw(st.integers(0, 5)) for _ in range(6)], dtype=float)
    found = [Candidate(str(i), str(i), plants=draw(rows), stopped=draw(rows)) for i in range(n)]
    return [c for c in found if c] or [Candidate("0", "0", frozenset([0]))], weights


@given(taking(), st.integers(1, 3))
def test_the_worst_is_still_there_when_targets_are_left_out(case, budget):
    found, weights = case

    def value(s):
        both = set().union(*(found[i].plants for i in s)), set().union(*(found[i].stopped for i in s))
        return sum(weights[list(rows)].sum() for rows in both)

    def best(pool):
        return max(value(s) for s in combinations(pool, min(budget, len(pool))))

    everything = range(len(found))
    assert best(reduced(found, dominated=True)) == best(everything)
    same = reduced(found, dominated=False)
    assert {(found[i].plants, found[i].stopped) for i in same} == {(c.plants, c.stopped) for c in found}
    assert len(same) == len({(c.plants, c.stopped) for c in found})


def test_a_shorter_detour_is_part_of_a_longer_and_of_a_stop():
    short, long = (Candidate(k, k, dearer={3: v}) for k, v in (("short", 1.0), ("long", 2.0)))
    stop = Candidate("stop", "stop", stopped=frozenset([3]))
    assert reduced([short, long, stop], dominated=True) == [2]
    assert reduced([short, long, stop], dominated=False) == [0, 1, 2]
