import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oreflow.errors import DataError, UnknownNameError
from oreflow.gauge import bottleneck
from oreflow.gauge.chain import chain

from .worlds import COPPER, chain_world, china_lithium, us_copper


def test_us_copper_stops_at_the_smelters() -> None:
    b = bottleneck(us_copper(400.0), "copper", "USA")
    assert (b.stage, b.binding, b.next_stage) == ("refining", ("refining",), "mining")
    assert b["refining"].processes == ("copper_smelting",)
    assert b["refining"].dual == pytest.approx(1.0)
    assert b["mining"].dual == 0.0
    assert b.throughput == pytest.approx(400.0)
    # 640 kt of concentrate would give 624 kt of metal: 224 kt of smelting can be added before the mines bind.
    assert b["refining"].free_run == pytest.approx(224.0, rel=1e-6)
    assert b["mining"].headroom == pytest.approx(224.0, rel=1e-6)
    assert b["mining"].utilisation == pytest.approx(400 / 624, rel=1e-6)
    # Electrowon copper bypasses the smelter: in the total, not in the throughput.
    assert b.bypass == {"copper_leaching": 420.0}
    assert b.total == pytest.approx(820.0)


def test_with_more_smelting_the_mines_bind() -> None:
    b = bottleneck(us_copper(790.0), "copper", "USA")
    assert b.stage == "mining"
    assert b["mining"].dual == pytest.approx(1.0)
    assert b["mining"].capacity == pytest.approx(624.0)
    assert b["mining"].free_run == pytest.approx(166.0, rel=1e-6)
    assert b["refining"].headroom == pytest.approx(166.0, rel=1e-6)


def test_leaching_never_moves_the_bottleneck() -> None:
    for leaching in (0.0, 420.0, 5000.0):
        assert bottleneck(us_copper(400.0, leaching=leaching), "copper", "USA").stage == "refining"


def test_china_lithium_is_held_by_mining() -> None:
    b = bottleneck(china_lithium(), "lithium", "CHN")
    assert b.stage == "mining"
    assert b["mining"].dual == pytest.approx(1.0)
    assert b.throughput == pytest.approx((46 + 110 + 70) / 1.1)
    assert b["refining"].capacity == pytest.approx(1200.0)  # reworking carbonate adds nothing
    assert b["mining"].free_run == pytest.approx(1200 - 226 / 1.1, rel=1e-6)
    assert set(b["mining"].processes) == {"lepidolite_mining", "spodumene_mining"}
    assert b.bypass == {"lithium_brine": 130.0}
    assert set(b.products) == {"lithium_carbonate", "lithium_hydroxide"}


def test_a_missing_stage_is_the_bottleneck() -> None:
    b = bottleneck(china_lithium(), "lithium", "AUS")
    assert (b.stage, b.throughput) == ("refining", 0.0)
    assert b["refining"].dual == pytest.approx(1.0)
    assert b["refining"].free_run == pytest.approx(200 / 1.1, rel=1e-6)
    assert "lithium_carbonate_conversion" in b["refining"].processes
    assert np.isnan(b["refining"].utilisation)


def test_equal_stages_bind_together() -> None:
    b = bottleneck(us_copper(624.0), "copper", "USA")
    assert b.binding == ("mining", "refining")
    assert b.stage == "mining"
    assert (b["mining"].dual, b["refining"].dual) == (0.0, 0.0)


def test_a_region_with_the_bypass_alone() -> None:
    w = us_copper(0.0, mining=0.0)
    b = bottleneck(w, "copper", "USA")
    assert (b.stage, b.throughput, b.bypass) == ("mining", 420.0, {})


def test_a_region_with_nothing() -> None:
    b = bottleneck(us_copper(400.0), "copper", "ZZZ")
    assert (b.throughput, b.total) == (0.0, 0.0)
    assert set(b.binding) == {"mining", "refining"}


def test_idle_plants_count_only_when_asked() -> None:
    w = us_copper(400.0)
    idle = w.plants.copy()
    idle.loc[idle["plant"] == "smelters", "status"] = "idle"
    w = w.with_(plants=idle)
    assert bottleneck(w, "copper", "USA").throughput == 0.0
    assert bottleneck(w, "copper", "USA", statuses=("operating", "idle")).throughput == pytest.approx(400.0)


def test_things_needed_together_are_two_stages() -> None:
    w = chain_world(
        goods={
            "lfp_cathode": ("battery", "component"),
            "nmc_cathode": ("battery", "component"),
            "anode": ("battery", "component"),
            "sodium_cathode": ("battery", "component"),
            "sodium_cell": ("battery", "cell"),
            "lfp_cell": ("battery", "cell"),
            "nmc_cell": ("battery", "cell"),
            "lithium_carbonate": ("lithium", "refined"),
        },
        processes={
            "lfp_cathode_making": ("conversion", {"lfp_cathode": 1.0, "lithium_carbonate": -0.24}),
            "nmc_cathode_making": ("conversion", {"nmc_cathode": 1.0, "lithium_carbonate": -0.38}),
            "anode_making": ("conversion", {"anode": 1.0}),
            "lfp_cell_making": ("conversion", {"lfp_cell": 1.0, "lfp_cathode": -2000.0, "anode": -1000.0}),
            "sodium_cathode_making": ("conversion", {"sodium_cathode": 1.0}),
            "sodium_cell_making": ("conversion", {"sodium_cell": 1.0, "sodium_cathode": -2300.0}),
            "nmc_cell_making": ("conversion", {"nmc_cell": 1.0, "nmc_cathode": -1600.0, "anode": -1000.0}),
        },
        plants={
            "a": ("lfp_cathode_making", "KOR", 20_000.0, 10_000.0),
            "b": ("nmc_cathode_making", "KOR", 160_000.0, 100_000.0),
            "c": ("anode_making", "KOR", 50_000.0, 40_000.0),
            "d": ("lfp_cell_making", "KOR", 20.0, 5.0),
            "e": ("nmc_cell_making", "KOR", 150.0, 60.0),
        },
        unit="t product",
    )
    b = bottleneck(w, "battery", "KOR")
    assert b.stage == "components: anode"
    # The sodium cathode needs no anode; it is one of the cathodes all the same.
    assert [s.name for s in b.stages] == ["components: anode", "components: cathode", "cells"]
    assert b["components: anode"].capacity == pytest.approx(50.0)
    assert b["components: cathode"].capacity == pytest.approx(110.0)
    assert b["components: anode"].dual == pytest.approx(1.0)
    assert b.throughput == pytest.approx(50.0)
    assert b["components: anode"].free_run == pytest.approx(60.0, rel=1e-6)


GRAPHITE = {
    "goods": {
        "graphite_natural": ("graphite", "concentrate"),
        "graphite_synthetic": ("graphite", "refined"),
        "anode": ("battery", "component"),
    },
    "processes": {
        "graphite_mining": ("extraction", {"graphite_natural": 1.0}),
        "graphite_synthesis": ("extraction", {"graphite_synthetic": 1.0}),
        "anode_from_natural": ("conversion", {"anode": 1.0, "graphite_natural": -2.0}),
        "anode_from_synthetic": ("conversion", {"anode": 1.0, "graphite_synthetic": -1.1}),
    },
}


def test_parallel_paths_each_have_their_own_limit() -> None:
    w = chain_world(
        **GRAPHITE,
        plants={
            "mine": ("graphite_mining", "CHN", 100.0, 100.0),
            "natural": ("anode_from_natural", "CHN", 80.0, 40.0),
            "coke": ("graphite_synthesis", "CHN", 330.0, 330.0),
            "synthetic": ("anode_from_synthetic", "CHN", 200.0, 150.0),
        },
        unit="t product",
    )
    b = bottleneck(w, "graphite", "CHN")
    assert b.products == ("anode",)
    assert b.throughput == pytest.approx(50.0 + 200.0)
    assert b["mining"].dual == pytest.approx(1.0)  # natural anode: the mine holds it
    assert b["mining"].free_run == pytest.approx(30.0, rel=1e-6)
    assert b["components"].dual == pytest.approx(1.0)  # synthetic anode: the anode maker holds it
    assert b["components"].free_run == pytest.approx(100.0, rel=1e-6)
    assert b["graphite_synthetic"].dual == 0.0
    assert b.stage == "components"  # the most to gain


def test_scrap_is_a_side_source_and_never_named() -> None:
    w = chain_world(
        goods={
            "ore": ("rare", "concentrate"),
            "oxide": ("rare", "refined"),
            "magnet": ("rare", "component"),
        },
        processes={
            "digging": ("extraction", {"ore": 1.0}),
            "separation": ("conversion", {"oxide": 1.0, "ore": -5.0}),
            "recycling": ("extraction", {"oxide": 1.0}),
            "magnets": ("conversion", {"magnet": 1.0, "oxide": -0.33}),
        },
        plants={
            "m": ("digging", "JPN", 100.0, 100.0),
            "s": ("separation", "JPN", 30.0, 20.0),
            "r": ("recycling", "JPN", 5.0, 5.0),
            "x": ("magnets", "JPN", 1000.0, 75.0),
        },
        unit="t product",
    )
    b = bottleneck(w, "rare", "JPN")
    assert b.stage == "mining"
    assert b["oxide from scrap"].side
    assert b["oxide from scrap"].dual == pytest.approx(1.0)
    assert b.throughput == pytest.approx((20 + 5) / 0.33)


def test_joint_products_count_in_each_chain() -> None:
    w = chain_world(
        goods={
            "cobalt_intermediate": ("cobalt", "concentrate"),
            "cobalt_refined": ("cobalt", "refined"),
            "copper_refined": ("copper", "refined"),
        },
        processes={
            "copper_cobalt_mining": ("extraction", {"copper_refined": 1.0, "cobalt_intermediate": 0.08}),
            "cobalt_refining": ("conversion", {"cobalt_refined": 1.0, "cobalt_intermediate": -1 / 0.94}),
        },
        plants={
            "katanga": ("copper_cobalt_mining", "COD", 2800.0, 2700.0),
            "refinery": ("cobalt_refining", "COD", 10.0, 5.0),
        },
    )
    b = bottleneck(w, "cobalt", "COD")
    assert b["mining"].capacity == pytest.approx(2800 * 0.08 * 0.94)
    assert (b.stage, b.throughput) == ("refining", pytest.approx(10.0))


def test_product_can_be_named() -> None:
    b = bottleneck(china_lithium(), "lithium", "CHN", product="lithium_hydroxide")
    assert b.products == ("lithium_hydroxide",)
    # Brine carbonate can be reworked now: it feeds a stage instead of passing by.
    assert b.bypass == {}
    assert b.throughput == pytest.approx(226 / 1.1 + 50.0)


def test_unknown_names_say_what_is_near() -> None:
    w = us_copper(400.0)
    with pytest.raises(UnknownNameError, match="copper"):
        bottleneck(w, "coper", "USA")
    with pytest.raises(UnknownNameError, match="USA"):
        bottleneck(w, "copper", "US")
    with pytest.raises(UnknownNameError, match="copper_refined"):
        bottleneck(w, "copper", "USA", product="copper_refind")
    with pytest.raises(UnknownNameError, match="refining"):
        bottleneck(w, "copper", "USA")["refinin"]


def test_a_product_that_nothing_makes_raises() -> None:
    goods = {**COPPER["goods"], "wire": ("copper", "component")}
    w = chain_world(goods=goods, processes=COPPER["processes"], plants={})
    with pytest.raises(DataError, match="no process makes wire"):
        chain(w, "copper", product="wire")


capacity = st.floats(1.0, 1e6)


@settings(max_examples=20, deadline=None)
@given(st.lists(capacity, min_size=2, max_size=4), st.lists(st.floats(0.1, 1.0), min_size=3, max_size=3))
def test_a_serial_chain_is_as_strong_as_its_weakest_stage(caps: list[float], yields: list[float]) -> None:
    stages = ["concentrate", "refined", "component", "cell"][: len(caps)]
    goods = {f"g{i}": ("x", s) for i, s in enumerate(stages)}
    processes: dict[str, tuple[str, dict[str, float]]] = {"p0": ("extraction", {"g0": 1.0})}
    for i in range(1, len(caps)):
        processes[f"p{i}"] = ("conversion", {f"g{i}": 1.0, f"g{i - 1}": -1 / yields[i - 1]})
    plants = {f"a{i}": (f"p{i}", "XXX", k, k) for i, k in enumerate(caps)}
    b = bottleneck(chain_world(goods=goods, processes=processes, plants=plants), "x", "XXX")
    final = [k * float(np.prod(yields[i : len(caps) - 1])) for i, k in enumerate(caps)]
    assert [s.capacity for s in b.stages] == pytest.approx(final)
    assert b.throughput == pytest.approx(min(final), rel=1e-6)
    ranked = sorted(final)
    if ranked[1] > ranked[0] * 1.01:
        weakest = b.stages[int(np.argmin(final))]
        assert b.stage == weakest.name
        assert weakest.dual == pytest.approx(1.0, rel=1e-6)
        assert weakest.free_run == pytest.approx(ranked[1] - ranked[0], rel=1e-4, abs=1e-5 * max(final))
        assert all(s.dual == 0.0 for s in b.stages if s is not weakest)


@settings(max_examples=10, deadline=None)
@given(capacity, capacity, st.floats(1.01, 100.0))
def test_the_unit_of_the_tables_does_not_matter(mining: float, smelting: float, k: float) -> None:
    one = bottleneck(us_copper(smelting, mining), "copper", "USA")
    other = bottleneck(us_copper(k * smelting, k * mining), "copper", "USA")
    assert other.throughput == pytest.approx(k * one.throughput, rel=1e-6)
    assert other.binding == one.binding
