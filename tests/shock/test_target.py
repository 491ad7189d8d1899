import math

import pandas as pd
import pytest

from oreflow.errors import ScenarioError, UnknownNameError
from oreflow.shock import Target, expand
from oreflow.shock.target import passage_rows


@pytest.mark.parametrize(
    ("target", "rows"),
    [
        (Target.of("plants", name=["huaqiao", "jianxiawo"]), ("jianxiawo", "huaqiao")),
        (Target.of("plants", process="spodumene_mining", region="AUS"), ("greenbushes", "bald_hill")),
        (Target.of("plants", commodity="lithium_concentrate", region="allied"), ("greenbushes", "bald_hill")),
        (Target.of("plants", firm="catl"), ("jianxiawo",)),
        (Target.of("plants", firm="gotion"), ("shuinanduan",)),
        (Target.of("demands", use="ev", region="CHN"), ("ev_chn",)),
        (Target.of("stores", kind="reserve"), ("reserve_chn",)),
        (
            Target.of("mixes", cell="sodium_cell"),
            ("ev_battery@CHN:sodium_cell", "ev_battery@USA:sodium_cell"),
        ),
        (Target.of("policy", name="us_carbonate_duty"), ("lithium_carbonate:CHL>USA",)),
        (
            Target.of("trade", commodity="cobalt_intermediate", origin="COD"),
            ("cobalt_intermediate:COD>CHN", "cobalt_intermediate:COD>USA"),
        ),
    ],
)
def test_targets_select_rows(world, target, rows) -> None:
    assert expand(target, world) == rows


def test_routes_that_may_open_are_banned_too(world) -> None:
    # Chile takes carbonate nowhere; make it an importer of cobalt so that the unused COD>CHL may open.
    more = world.trade.iloc[[3]].assign(origin="USA", destination="CHL", quantity=5000.0)
    wider = world.with_(trade=pd.concat([world.trade.iloc[:5], more]))
    rows = expand(Target.of("trade", commodity="cobalt_intermediate", origin="COD"), wider)
    assert "cobalt_intermediate:COD>CHL" in rows
    assert "cobalt_intermediate:COD>AUS" not in rows


@pytest.mark.parametrize(
    ("target", "says"),
    [
        (Target.of("plants", name="jianxiawoo"), "Did you mean 'jianxiawo'"),
        (Target.of("plants", region="CHM"), "unknown region 'CHM'"),
        (Target.of("plants", firm="catll"), "Did you mean 'catl'"),
        (Target.of("trade", commodity="lithium_carbonat"), "'lithium_carbonate'"),
        (Target.of("policy", name="us_duty"), "unknown policy"),
        (Target.of("passage", name="malaca"), "Did you mean 'malacca'"),
        (Target.of("demands", use="evs"), "Did you mean 'ev'"),
    ],
)
def test_unknown_names_raise_with_the_nearest(world, target, says) -> None:
    with pytest.raises(UnknownNameError, match=says):
        expand(target, world, where="event 'x', target")


def test_conditions_that_select_nothing_raise(world) -> None:
    with pytest.raises(ScenarioError, match="no plants row"):
        expand(Target.of("plants", process="spodumene_mining", region="CHN"), world)


def test_a_closed_passage_costs_the_longest_detour_or_stops_the_route(world) -> None:
    assert passage_rows(Target.of("passage", name="malacca"), world) == {
        "cobalt_intermediate:COD>CHN": 1000.0,
        "cobalt_intermediate:COD>USA": math.inf,
    }
    both = passage_rows(Target.of("passage", name=["sunda", "panama", "malacca"]), world)
    assert both["cobalt_intermediate:COD>CHN"] == 1000.0
    assert both["lithium_carbonate:CHL>USA"] == 12000.0


def test_only_the_cheapest_mode_counts_for_a_passage(world) -> None:
    land = world.routes[world.routes["destination"] == "CHN"].assign(
        mode="land", passages="", detours="", freight=1.0
    )
    other = world.with_(routes=pd.concat([world.routes, land]))
    assert "cobalt_intermediate:COD>CHN" not in passage_rows(Target.of("passage", name="malacca"), other)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Target.of("plant", name="x"),
        lambda: Target.of("plants", origin="CHN"),
        lambda: Target.of("plants"),
        lambda: Target.of("plants", name=[]),
        lambda: Target.of("plants", name=""),
        lambda: Target("plants", (("name", ("a",)), ("name", ("b",)))),
    ],
)
def test_malformed_targets_are_refused(make) -> None:
    with pytest.raises((ScenarioError, UnknownNameError)):
        make()


def test_order_of_conditions_does_not_matter() -> None:
    a = Target.of("plants", region="CHN", process="p")
    assert a == Target.of("plants", process="p", region="CHN")
    assert a.to_dict() == {"plants": {"process": "p", "region": "CHN"}}
