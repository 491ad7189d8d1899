import numpy as np
import pytest

from oreflow.atlas import bundled
from oreflow.errors import ReadError, UnknownNameError
from oreflow.shock import diff, expected, find, from_library, library, load, loads, realise, stage

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
