"""Claims to events on the world."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from oreflow.atlas import World
from oreflow.news import EventDraft, Reading, combine, read_text, to_scenario
from oreflow.news.assumptions import assumption


def only(reading: Reading) -> EventDraft:
    (event,) = reading.events
    return event


def test_a_halt_for_want_of_a_licence(hear: Callable[..., Reading]) -> None:
    e = only(hear("CATL halted production at the Jianxiawo mine in August after its mining licence expired."))
    assert (e.type, e.target, e.effect) == ("permit_halt", {"plants": "jianxiawo"}, {"availability": 0.0})
    assert (e.start, e.duration, e.certainty) == (
        "2025-08-01",
        "permit_halt",
        assumption("certainty_happened"),
    )


@pytest.mark.parametrize(
    ("text", "modality"),
    [
        ("CATL plans to suspend mining at Jianxiawo.", "planned"),
        ("CATL is considering shutting down the Jianxiawo mine.", "considered"),
        ("CATL may shut down the Jianxiawo mine.", "conditional"),
    ],
)
def test_what_has_not_happened_is_less_certain(
    hear: Callable[..., Reading], text: str, modality: str
) -> None:
    e = only(hear(text))
    assert (e.modality, e.certainty) == (modality, assumption(f"certainty_{modality}"))
    assert e.certainty < assumption("certainty_happened")


def test_what_is_denied_is_no_event_and_lowers_what_it_denies(hear: Callable[..., Reading]) -> None:
    denial = "CATL denied that it had halted the Jianxiawo mine."
    assert hear(denial).events == ()
    disputed = only(
        hear(f"The Jianxiawo mine halted production. {denial} Jianxiawo has not halted production.")
    )
    assert disputed.certainty < assumption("certainty_happened")


def test_part_of_a_firm_is_cut_by_the_tonnes_told(hear: Callable[..., Reading]) -> None:
    text = (
        "CATL is considering suspending some of its lithium mining operations. It may also shut two lithium lines, "
        "reducing supply by as much as 3,000 tons per month."
    )
    e = only(hear(text))
    assert e.effect == {"output_cut": [1500.0, 3000.0]}
    assert (e.per, e.modality) == ("month", "considered")
    assert any("only such plant" in d for d in e.defaults)


def test_a_restart_takes_the_place_of_the_halt(hear: Callable[..., Reading]) -> None:
    reading = hear(
        "The Jianxiawo mine halted production in August. CATL plans to restart the Jianxiawo mine by early December."
    )
    halt, restart = reading.events
    assert restart.supersedes == halt.id
    assert isinstance(restart.duration, dict)
    assert restart.duration["median"] < 1
    assert restart.start == "2025-11-21"


def test_a_restart_of_what_runs_is_not_modelled(hear: Callable[..., Reading]) -> None:
    reading = hear("CATL resumed operations at the Jianxiawo mine.")
    assert reading.events == ()
    assert "running" in reading.not_modelled[0].reason


def test_a_restart_without_a_date_is_held_less_certain(hear: Callable[..., Reading]) -> None:
    text = "The Jianxiawo mine halted production in August. CATL plans to restart the Jianxiawo mine."
    sure = hear(text).events[1]
    unsure = hear(f"{text} No official timeline has been announced.").events[1]
    assert unsure.certainty == pytest.approx(sure.certainty * assumption("disputed_factor"))


@pytest.mark.parametrize(
    ("text", "kind", "target", "effect"),
    [
        (
            "China banned exports of gallium to the United States.",
            "export_ban",
            {"trade": {"commodity": "gallium_primary", "origin": "CHN", "destination": "USA"}},
            {"ban": True},
        ),
        (
            "China imposed export licences on gallium.",
            "licence_regime",
            {"trade": {"commodity": "gallium_primary", "origin": "CHN"}},
            {"limit": [assumption("licence_limit_low"), assumption("licence_limit_high")]},
        ),
        (
            "Congo set a cobalt export quota of 96,600 tonnes a year.",
            "quota",
            {"trade": {"commodity": "cobalt_refined", "origin": "COD"}},
            {"quota": 96600.0},
        ),
        (
            "The United States raised its tariff on copper from 10% to 50%.",
            "tariff",
            {"trade": {"commodity": "copper_refined", "destination": "USA"}},
            {"tariff": 0.4},
        ),
        (
            "The United States will buy 1,200 tonnes of cobalt for its strategic reserve.",
            "stock_purchase",
            {"stores": "cobalt_reserve_usa"},
            {"fill": 100.0},
        ),
        (
            "In China sodium-ion batteries could replace 20% of batteries in electric cars.",
            "technology_switch",
            {"mixes": {"use": "ev_battery", "cell": "sodium_cell", "region": "CHN"}},
            {"ceiling": 0.2},
        ),
        (
            "A fire hit production at the Greenbushes lithium mine, cutting output by 25%.",
            "accident",
            {"plants": "greenbushes"},
            {"availability": 0.75},
        ),
        (
            "Floods cut lithium concentrate output at Greenbushes by 1,000 tonnes a month.",
            "weather",
            {"plants": "greenbushes"},
            {"output_cut": 1000.0},
        ),
        (
            "Lithium output at Greenbushes fell to 36,000 tonnes of LCE a year.",
            "output_cut",
            {"plants": "greenbushes"},
            {"output_cut": 1000.0},
        ),
        (
            "Lithium output at Greenbushes fell 20% to 36,000 tonnes of LCE a year.",
            "output_cut",
            {"plants": "greenbushes"},
            {"output_cut": 750.0},
        ),
        (
            "The Silver Valley lithium mine in Australia raised output by 10% to 5,280 tonnes of LCE a year.",
            "expansion",
            {"plants": {"region": "AUS", "commodity": ["lithium_concentrate"]}},
            {"capacity": 1.01},
        ),
        (
            "Greenbushes raised lithium output by 50%.",
            "expansion",
            {"plants": "greenbushes"},
            {"capacity": 1.5},
        ),
    ],
)
def test_a_policy_or_shock_finds_its_rows(
    hear: Callable[..., Reading], text: str, kind: str, target: dict[str, Any], effect: dict[str, Any]
) -> None:
    events = {e.type: e for e in hear(text).events}
    assert (events[kind].target, events[kind].effect) == (target, effect)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("China lifted its ban on exports of gallium.", "eases"),
        ("Lithium carbonate fell 5%.", "result of the market"),
        ("Shares of Albemarle rose 5%.", "share prices"),
        ("Albemarle halted production at its lithium mines.", "knows no plant of this firm"),
        ("The Silver Valley lithium mine halted production.", "no plant of this name"),
        (
            "The Silver Valley lithium mine in Australia cut output to 9,000 tonnes of LCE a year.",
            "not by how much",
        ),
        ("Lithium output at Greenbushes fell to 59,000 tonnes of LCE a year.", "no less than"),
        ("CATL halted production of lithium concentrate in Australia.", "makes it there"),
        ("Lithium output at Greenbushes fell 20% in the first half of 2025.", "a time that is over"),
        ("A second mine would raise lithium output in Australia by 50%.", "one plant there"),
        ("Lithium output fell 14%.", "whose output"),
        ("If CATL halts production at Jianxiawo, prices will rise.", "condition"),
    ],
)
def test_what_is_left_out_says_why(hear: Callable[..., Reading], text: str, reason: str) -> None:
    reading = hear(text)
    assert reading.events == ()
    assert any(reason in n.reason for n in reading.not_modelled)


def test_a_reading_becomes_a_scenario_of_the_world(hear: Callable[..., Reading], world: World) -> None:
    reading = hear(
        "The Jianxiawo mine halted production in August. CATL plans to restart the mine by early December."
    )
    scenario, left = to_scenario(reading, world)
    assert left == []
    assert [e.id for e in scenario.events] == [d.id for d in reading.events]
    assert scenario.events[0].quote in reading.text
    assert scenario.events[1].supersedes == scenario.events[0].id


def test_an_undated_month_is_taken_in_the_base_year(world: World) -> None:
    reading = read_text("The Jianxiawo lithium mine has suffered production disruptions since August.", world)
    scenario, _ = to_scenario(reading, world)
    assert [e.start for e in scenario.events] == ["2025-08-01"]


def test_what_the_world_cannot_take_is_left_out_with_the_reason(
    hear: Callable[..., Reading], world: World
) -> None:
    reading = hear("CATL halted production at the Jianxiawo mine.")
    smaller = world.with_(
        plants=world.plants[world.plants["plant"] != "jianxiawo"], ownership=world.ownership.iloc[:0]
    )
    scenario, left = to_scenario(reading, smaller)
    assert scenario.events == ()
    assert "jianxiawo" in left[0].reason


def test_articles_on_one_event_make_one_event(world: World) -> None:
    texts = [
        "Lithium\n\n11 August 2025\n\nCATL halted the Jianxiawo mine on 9 August after its licence expired.",
        "Lithium\n\n15 August 2025\n\nProduction at Jianxiawo was suspended on 9 August, UBS said.",
    ]
    e = only(combine([read_text(t, world, name=f"{i}.txt") for i, t in enumerate(texts)], world))
    assert (e.start, e.type) == ("2025-08-09", "permit_halt")
    assert len(e.claims) == 2


def test_a_full_halt_stands_for_vaguer_disruptions_of_the_same_mine() -> None:
    text = (
        "21 November 2025\n\nCATL's Jianxiawo lithium mine in Jiangxi halted in August 2025 after its mining licence "
        "expired. The Jianxiawo mine has suffered ongoing production disruptions since August.\n"
    )
    reading = read_text(text)
    (event,) = [e for e in reading.events if e.target == {"plants": "jianxiawo"}]
    assert event.claim_type == "halt" and event.effect == {"availability": 0.0}
    assert event.start is not None and event.start.startswith("2025-08")
    assert any(f"part of the event {event.id!r}" in n.reason for n in reading.not_modelled)
