import math

import pytest

from oreflow.errors import DataError, ScenarioError, UnknownNameError
from oreflow.shock import EFFECTS, EVENT_TYPES, Duration, Effect, Event, Target, default_duration
from oreflow.shock.event import LASTING, duration_from_dict, duration_to_dict
from oreflow.shock.laws import law, resolve

MINE = Target.of("plants", name="jianxiawo")


def event(**changes) -> Event:
    fields = {
        "id": "halt",
        "type": "permit_halt",
        "target": MINE,
        "effect": Effect.of("availability", 0.0),
        "start": "2025-08-09",
    }
    return Event(**{**fields, **changes})


@pytest.mark.parametrize(
    ("kind", "value", "says"),
    [
        ("capacity", -0.5, "negative"),
        ("availability", 1.2, "between 0 and 1"),
        ("tariff", -2.0, "between -1"),
        ("tariff", math.nan, "finite"),
        ("output_cut", (6000.0, 5000.0), "smaller one first"),
        ("ban", 0.5, "write ban: true"),
        ("demand", True, "needs a number"),
        ("ceiling", 1.5, "between 0 and 1"),
    ],
)
def test_impossible_sizes_are_refused(kind, value, says) -> None:
    with pytest.raises(ScenarioError, match=says):
        Effect.of(kind, value)


def test_effects_know_their_period() -> None:
    assert Effect.of("output_cut", 5.0).per == "month"
    assert Effect.of("quota", 5.0).per == "year"
    with pytest.raises(ScenarioError, match="month or year"):
        Effect.of("output_cut", 5.0, per="event")
    with pytest.raises(ScenarioError, match="takes no 'per'"):
        Effect.of("tariff", 0.5, per="year")
    with pytest.raises(UnknownNameError, match="'tariff'"):
        Effect.of("tarif", 0.5)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"certainty": 1.2}, "between 0 and 1"),
        ({"certainty": math.nan}, "between 0 and 1"),
        ({"until": "2025-07-01"}, "before it starts"),
        ({"until": "2025-12-01", "duration": "strike"}, "keep one"),
        ({"start": "2025-02-30"}, "not a date"),
        ({"recovery": 0.0}, "above 0"),
        ({"phase_in": -1.0}, "0 or more"),
        ({"supersedes": "halt"}, "supersedes itself"),
        ({"id": "A halt"}, "lower-case"),
        ({"effect": Effect.of("tariff", 0.1)}, "acts on trade or policy, not on plants"),
        ({"duration": Duration.fixed(1), "announced": "2025-12-01"}, "after its end"),
        (
            {
                "target": Target.of("trade", origin="COD"),
                "effect": Effect.of("quota", 18125.0, per="event"),
                "duration": "export_ban",
            },
            "known end",
        ),
    ],
)
def test_impossible_events_are_refused(changes, says) -> None:
    with pytest.raises(ScenarioError, match=says):
        event(**changes)


def test_unknown_types_raise_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="permit_halt"):
        event(type="permithalt")


@pytest.mark.parametrize(
    "duration",
    [
        "permit_halt",
        Duration.permanent(),
        Duration.permanent(p_contagion=0.2),
        Duration.fixed(3, p_permanent=0.1),
        Duration.uniform(3, 12),
        Duration.lognormal(6, 0.8, p_permanent=0.1, p_contagion=0.15),
    ],
)
def test_durations_survive_their_written_form(duration) -> None:
    assert duration_from_dict(duration_to_dict(duration)) == duration


@pytest.mark.parametrize(
    "form", [{}, {"months": 3, "low": 1}, {"median": 3}, {"permanent": True, "p_permanent": 0.5}]
)
def test_half_a_duration_is_refused(form) -> None:
    with pytest.raises(ScenarioError, match="duration"):
        duration_from_dict(form)


def test_default_durations_come_from_the_table_of_laws(world) -> None:
    assert default_duration(world, "permit_halt") == Duration.lognormal(
        6, 0.8, p_permanent=0.1, p_contagion=0.15
    )
    assert default_duration(world, "technology_switch") == Duration.permanent()
    with pytest.raises(ScenarioError, match="no row for events of type 'accident'"):
        default_duration(world, "accident")
    suspension = world.laws.iloc[[1]].assign(law="suspension", event_type="suspension")
    assert default_duration(world.with_(laws=suspension), "halt").median == 1
    with pytest.raises(UnknownNameError, match="'strike'"):
        default_duration(world, "strikes")
    with pytest.raises(UnknownNameError, match="'strike'"):
        law(world, "strik")


def test_an_event_says_how_long_it_lasts_before_its_type_does(world) -> None:
    assert resolve(event(), world) == default_duration(world, "permit_halt")
    assert resolve(event(duration="strike"), world).median == 1
    assert resolve(event(duration=Duration.fixed(3)), world) == Duration.fixed(3)
    assert resolve(event(start="2025-08-01", until="2025-10-16"), world).low == pytest.approx(2 + 15 / 31)
    with pytest.raises(ScenarioError, match="event 'halt', duration"):
        resolve(event(type="accident"), world)


def test_a_law_without_spread_is_a_fixed_length_and_a_wrong_one_is_told(world) -> None:
    rows = world.laws.iloc[[0]]
    assert law(world.with_(laws=rows.assign(sigma=0.0)), "permit_halt").shape == "fixed"
    forever = rows.assign(median_months=math.nan, p_permanent=1.0)
    assert law(world.with_(laws=forever), "permit_halt").p_permanent == 1
    with pytest.raises(DataError, match="laws, row 'permit_halt'"):
        law(world.with_(laws=rows.assign(p_permanent=1.5)), "permit_halt")


def test_the_vocabulary_is_consistent() -> None:
    assert set(LASTING) <= set(EVENT_TYPES)
    from oreflow.market.change import ATTRIBUTES
    from oreflow.shock.impact import NEUTRAL
    from oreflow.shock.target import KEYS

    tables = {"policy": "trade", "passage": "trade"}
    for spec in EFFECTS.values():
        for kind in spec.targets:
            assert kind in KEYS
            assert spec.attribute in ATTRIBUTES[tables.get(kind, kind)]
    assert set(NEUTRAL) | {"ceiling", "ramp"} == {a for t in ATTRIBUTES.values() for a in t}
