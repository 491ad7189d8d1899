import pytest
from hypothesis import given
from hypothesis import strategies as st

from oreflow.errors import ScenarioError, UnknownNameError
from oreflow.shock import Citation, Duration, Effect, Event, Scenario, Target, diff, loads

MINES = ("jianxiawo", "huaqiao", "shuinanduan", "greenbushes")


def halt(id_="halt", mine="jianxiawo", value=0.0, **more) -> Event:
    fields = {"type": "permit_halt", "start": "2025-08-09", "duration": Duration.fixed(3)}
    return Event(
        id=id_,
        target=Target.of("plants", name=mine),
        effect=Effect.of("availability", value),
        **{**fields, **more},
    )


EVENTS = st.builds(
    lambda mine, value, law: halt(f"halt_{mine}_{value}".replace(".", "_"), mine, value, duration=law),
    st.sampled_from(MINES),
    st.sampled_from([0.0, 0.5]),
    st.just(Duration.uniform()),
)
SCENARIOS = st.builds(
    lambda name, events, cited: Scenario(name, name.upper(), tuple(events), f"about {name}", tuple(cited)),
    st.text("abc", min_size=1, max_size=3),
    st.lists(EVENTS, max_size=3, unique_by=lambda e: e.id),
    st.lists(st.builds(Citation, st.sampled_from(["x", "y"])), max_size=2, unique=True),
)


@given(SCENARIOS, SCENARIOS, SCENARIOS)
def test_composition_is_associative(a: Scenario, b: Scenario, c: Scenario) -> None:
    assert (a + b) + c == a + (b + c)


@given(SCENARIOS)
def test_a_scenario_does_not_differ_from_itself_and_reads_back(a: Scenario) -> None:
    assert diff(a, a) == []
    assert (a + a).events == a.events
    again = loads(a.to_yaml())
    assert diff(a, again) == []
    assert again == a
    assert again.hash == a.hash


@given(SCENARIOS, SCENARIOS)
def test_diff_is_empty_only_for_the_same(a: Scenario, b: Scenario) -> None:
    assert (diff(a, b) == []) == (a.to_dict() == b.to_dict())
    assert [(d.path, d.right, d.left) for d in diff(a, b)] == sorted_like(diff(b, a), diff(a, b))


def sorted_like(found, order):
    table = {d.path: (d.path, d.left, d.right) for d in found}
    return [table[d.path] for d in order]


def test_diff_names_what_differs() -> None:
    a = Scenario("a", events=(halt(), halt("other", "huaqiao")))
    b = Scenario("a", events=(halt(duration=Duration.fixed(6), certainty=0.5),))
    assert [str(d) for d in diff(a, b)][:2] == [
        "events.halt.duration.months: 3 -> 6",
        "events.halt.certainty: absent -> 0.5",
    ]
    assert diff(a, b)[2].path == "events.other"
    assert diff(a, b)[2].right is None


def test_two_different_events_with_one_id_contradict() -> None:
    with pytest.raises(ScenarioError, match="both have an event 'halt'"):
        Scenario("a", events=(halt(),)) + Scenario("b", events=(halt(value=0.5),))
    with pytest.raises(ScenarioError, match="two events have the id"):
        Scenario("a", events=(halt(), halt()))


def test_sentences_name_rows_and_laws(world) -> None:
    events = (
        halt(duration="permit_halt", recovery=0.25, certainty=0.8),
        Event(
            id="ban",
            type="export_ban",
            target=Target.of("trade", commodity="cobalt_intermediate", origin="COD"),
            effect=Effect.of("ban"),
            start="2025-02",
            until="2025-10-16",
        ),
        Event(
            id="duty",
            type="technology_switch",
            target=Target.of("mixes", cell="sodium_cell"),
            effect=Effect.of("ceiling", (0.1, 0.2)),
            start="2026",
            announced="2025-04-21",
            phase_in=6.0,
        ),
        halt("known", "huaqiao", expected=True),
        halt("talk", "jianxiawo", type="restart", start="2026-01-20", supersedes="halt"),
    )
    lines = Scenario("x", events=events).sentences(world)
    assert lines[0] == (
        "From 9 August 2025, Jianxiawo makes nothing, for about 6 months (half of those that end within 3.5 to 10.3), "
        "with a chance of 10 % that it never ends, and of 15 % that like plants without a valid permit follow "
        "(law permit_halt). Once over, 25 % of what was lost comes back each month. Certainty 80 %."
    )
    assert lines[1] == (
        "From February 2025, cobalt intermediate from Land COD may not be shipped, until 16 October 2025."
    )
    assert lines[2] == (
        "From 2026, every share with cell sodium cell may take up to 10 % to 20 % of the use, building up over 6 "
        "months, until further notice (default for technology_switch). Known from 21 April 2025."
    )
    assert lines[3].endswith("for 3 months. It was expected.")
    assert lines[4].startswith(
        "Word of a restart, 20 January 2026: if it is true, Jianxiawo stays shut for 3 months from then."
    )
    assert "jianxiawo" in Scenario("x", events=events).sentences()[0]


@pytest.mark.parametrize(
    ("events", "error", "says"),
    [
        ((halt(supersedes="other"),), UnknownNameError, "unknown event 'other'"),
        (
            (halt("a", supersedes="b"), halt("b", supersedes="a")),
            ScenarioError,
            "circle",
        ),
        (
            (halt("a"), halt("b", supersedes="a", value=0.2), halt("c", supersedes="a", value=0.3)),
            ScenarioError,
            "both 'b' and 'c' supersede 'a'",
        ),
        (
            (halt("a"), halt("b", supersedes="a", announced="2025-08-01")),
            ScenarioError,
            "announced before it",
        ),
        ((halt(start="2024-12-31"),), ScenarioError, "outside the horizon"),
        (
            (halt(announced="2028-01", expected=False, duration=Duration.permanent()),),
            ScenarioError,
            "after the hor",
        ),
        ((halt(mine="jianxiavo"),), UnknownNameError, "Did you mean 'jianxiawo'"),
        ((halt(duration="permit"),), UnknownNameError, "unknown law"),
    ],
)
def test_events_are_checked_against_world_and_horizon(world, events, error, says) -> None:
    with pytest.raises(error, match=says):
        Scenario("x", events=events).check(world)


def trade(id_, kind, value=True, *, origin="COD", start="2025-03", until="2025-09", **more) -> Event:
    return Event(
        id=id_,
        type="export_ban",
        target=Target.of("trade", origin=origin, **more),
        effect=Effect.of(kind, value),
        start=start,
        until=until,
    )


@pytest.mark.parametrize(
    "events",
    [
        (halt("a"), halt("b", value=0.5)),
        (trade("a", "ban"), trade("b", "limit", 0.5, destination="CHN")),
        (trade("a", "ban"), trade("b", "quota", 1e5)),
        (trade("a", "quota", 5e4), trade("b", "quota", 1e5)),
        (
            halt("a"),
            Event(
                id="b",
                type="expansion",
                target=Target.of("plants", process="lepidolite_mining"),
                effect=Effect.of("capacity", 1.5),
                start="2025-09",
            ),
        ),
        tuple(
            Event(
                id=f"mix{v}",
                type="technology_switch",
                target=Target.of("mixes", cell="sodium_cell", **where),
                effect=Effect.of("ceiling", v / 10),
                start="2025-09",
            )
            for v, where in ((2, {}), (3, {"region": "CHN"}))
        ),
    ],
)
def test_contradictory_events_raise_and_say_what_to_do(world, events) -> None:
    with pytest.raises(ScenarioError, match=r"contradict each other on .* supersede"):
        Scenario("x", events=events).check(world)


@pytest.mark.parametrize(
    "events",
    [
        (halt("a"), halt("b", value=0.5, start="2025-11-15")),
        (halt("a"), halt("b", value=0.5, supersedes="a")),
        (halt("a"), halt("b", value=0.5, certainty=0.0)),
        (halt("a"), halt("b", mine=["jianxiawo", "huaqiao"], value=0.5)),
        (trade("a", "ban", until="2025-06"), trade("b", "quota", 1e5, start="2025-06")),
        (trade("a", "tariff", 0.1), trade("b", "tariff", 0.2)),
        (trade("a", "limit", 0.3), trade("b", "limit", 0.5, destination="CHN")),
    ],
)
def test_events_that_can_both_be_so_do_not_raise(world, events) -> None:
    assert Scenario("x", events=events).check(world) == []
