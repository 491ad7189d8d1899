from dataclasses import replace

import numpy as np
import pytest

from oreflow.atlas import bundled
from oreflow.errors import ReadError, UnknownNameError
from oreflow.shock import (
    EVENT_TYPES,
    default_duration,
    diff,
    expected,
    find,
    from_library,
    library,
    load,
    loads,
    realise,
    stage,
)
from oreflow.shock.event import LASTING

WANTED = {
    "jianxiawo_halt_2025",
    "jianxiawo_restart_talk",
    "jianxiawo_restart_slips",
    "catl_suspension_2024",
    "zimbabwe_concentrate_export_stop",
    "drc_cobalt_ban_quota",
    "china_gallium_graphite_licensing",
    "us_copper_tariff",
    "us_copper_tariff_exempted",
    "sodium_ion_ramp",
    "malacca_closed",
    "smelter_outage",
    "halt_known_3_months",
    "halt_maybe_permanent",
}


def test_the_library_is_complete() -> None:
    assert set(library()) == WANTED


@pytest.mark.parametrize("name", sorted(WANTED))
def test_a_library_scenario_is_named_told_and_reads_back(name: str) -> None:
    s = from_library(name)
    assert s.name == name
    assert s.title
    assert s.description
    assert s.sources or name.startswith("halt_")
    assert len(s.sentences()) == len(s) > 0
    assert diff(s, loads(s.to_yaml())) == []


@pytest.mark.parametrize("name", sorted(WANTED))
def test_a_library_scenario_holds_in_the_bundled_world(name: str) -> None:
    world = bundled()
    staged = stage(from_library(name, world), world)
    news = expected(staged)
    assert news
    assert any(item.changes for item in news)
    for item in news:
        for change in item.changes:
            assert not np.isnan(change.profile).any()
            if change.attribute == "availability":
                assert ((change.profile >= 0) & (change.profile <= 1 + 1e-12)).all()
    assert realise(staged.scenario, world, np.random.default_rng(0)).news


def test_sodium_may_take_more_than_it_could() -> None:
    world = bundled()
    base = world.mixes[world.mixes["cell"] == "sodium_cell"].set_index(["use", "region"])
    (item,) = expected(stage(from_library("sodium_ion_ramp"), world))
    for change in item.changes:
        for row in change.rows:
            use, region = row.split(":")[0].split("@")
            assert change.profile[-1] > base.loc[(use, region), change.attribute]


def test_the_chance_of_permanence_costs_several_times_the_output_of_a_known_halt() -> None:
    world = bundled()

    def lost(name: str) -> float:
        (change, *_) = expected(stage(from_library(name), world))[0].changes
        assert change.rows == ("jianxiawo",)
        return float(np.sum(1 - change.profile[:36]))

    assert lost("halt_known_3_months") == pytest.approx(3)
    assert lost("halt_maybe_permanent") > 3 * lost("halt_known_3_months")


def test_what_congo_may_export_is_nothing_then_the_quota() -> None:
    world = bundled()
    news = expected(stage(from_library("drc_cobalt_ban_quota"), world))
    assert [n.month for n in news] == [1, 5, 8]
    (limit,) = [c for c in news[-1].changes if c.attribute == "limit"]
    (quota,) = [c for c in news[-1].changes if c.attribute == "quota"]
    np.testing.assert_allclose(limit.profile[2:9], 0, atol=1e-9)
    assert quota.profile[9:12].sum() / 12 == pytest.approx(18125)
    np.testing.assert_allclose(quota.profile[12:], 96600)
    assert all(r.startswith("cobalt_") and ":COD>" in r for r in quota.rows)


def test_every_type_of_event_that_stops_something_has_a_default_law() -> None:
    world = bundled()
    for event_type in EVENT_TYPES:
        law = default_duration(world, event_type)
        assert (law.p_permanent == 1) == (event_type in LASTING)


def test_names_that_are_wrong_raise_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="malacca_closed"):
        from_library("malaca_closed")
    with pytest.raises(UnknownNameError, match="smelter_outage"):
        find("smelter_outages")
    with pytest.raises(ReadError, match="no such file"):
        find("nothing.yaml")


def test_scenarios_are_found_by_name_by_file_and_joined(tmp_path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(from_library("smelter_outage").to_yaml(), encoding="utf-8")
    assert find(str(path)) == load(path) == from_library("smelter_outage")
    both = find(f"malacca_closed + {path}")
    assert [e.id for e in both.events] == ["closed", "outage"]


def test_a_part_may_supersede_an_event_of_another_file(tmp_path) -> None:
    talk = from_library("jianxiawo_restart_talk")
    path = tmp_path / "talk.yaml"
    path.write_text(replace(talk, name="talk", events=talk.events[1:]).to_yaml(), encoding="utf-8")
    world = bundled()
    with pytest.raises(UnknownNameError, match="unknown event 'halt'"):
        find(str(path), world)
    assert len(find(f"jianxiawo_halt_2025 + {path}", world)) == 2
