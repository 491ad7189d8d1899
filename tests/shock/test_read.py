import json
import string

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oreflow.errors import OreflowError, ReadError, ScenarioError, SchemaError, UnknownNameError
from oreflow.shock import EFFECTS, EVENT_TYPES, KEYS, Duration, load, loads, scenario_schema
from oreflow.shock.document import MAX_BYTES

GOOD = """
scenario: halt
title: A mine stops
events:
  - id: halt
    type: permit_halt
    target: {plants: jianxiawo}
    effect: {availability: 0}
    start: 2025-08-09
    duration: {median: 6, sigma: 0.8}
    certainty: 0.9
"""


def test_a_scenario_is_read(world) -> None:
    s = loads(GOOD, world)
    assert s.name == "halt"
    (event,) = s.events
    assert event.start == "2025-08-09"
    assert event.duration == Duration.lognormal(6, 0.8)
    assert event.certainty == 0.9
    assert loads(s.to_yaml(), world) == s
    assert loads(json.dumps(s.to_dict()), world) == s
    assert loads(json.dumps(s.to_dict(), indent="\t"), world) == s


@pytest.mark.parametrize(
    ("old", "new", "error", "says"),
    [
        (
            "start:",
            "strat:",
            SchemaError,
            r"line 9, events\[0\].strat: unknown key 'strat'. Did you mean 'start'",
        ),
        (
            "permit_halt",
            "permit_hald",
            SchemaError,
            r"line 6, events\[0\].type: unknown value .* 'permit_halt'",
        ),
        ("plants:", "plant:", SchemaError, r"line 7, .*Did you mean 'plants'"),
        ("jianxiawo", "jianxiaw0", UnknownNameError, r"line 5, events\[0\]: .*Did you mean 'jianxiawo'"),
        ("availability: 0", "availability: 1.5", ScenarioError, r"line 5, events\[0\]: .*between 0 and 1"),
        ("availability: 0", "capacity: -1", ScenarioError, "capacity of -1 is negative"),
        ("availability: 0", "availability: lots", SchemaError, "should be a number or a list, not 'lots'"),
        ("availability: 0", "availability: 0, cost: 1", ScenarioError, "does one thing"),
        ("availability: 0", "availability: .nan", ScenarioError, "finite"),
        ("availability: 0", "ban: false", SchemaError, "write true or leave it out"),
        ("2025-08-09", "2025-13-40", ScenarioError, "not a date"),
        ("2025-08-09", "soon", SchemaError, r"line 9, .*not a date"),
        ("2025-08-09", "2031-08-09", ScenarioError, "outside the horizon 2025-01 to 2027-12"),
        ("0.9", "1.9", SchemaError, "out of range; it must be at most 1"),
        ("median: 6, ", "", ScenarioError, "has sigma"),
        ("{median: 6, sigma: 0.8}", "strik", UnknownNameError, r"line 5, .*Did you mean 'strike'"),
        ("    start: 2025-08-09\n", "", SchemaError, r"events\[0\]: the key 'start' is missing"),
        ("scenario: halt", "scenario: [a]", SchemaError, "line 2, scenario: should be text"),
        (
            "certainty: 0.9",
            "certainty: 0.9\n    start: 2025",
            ReadError,
            "line 12: the key 'start' stands twice",
        ),
        ("certainty: 0.9", "certainty: &a 0.9", ReadError, "line 11: anchors"),
        ("certainty: 0.9", "certainty: !!python/name:os.system 1", ReadError, "line 11: the tag"),
        ("certainty: 0.9", "certainty: [[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]", ReadError, "line 11: nested deeper"),
        ("certainty: 0.9", "certainty: [", ReadError, "neither YAML nor JSON"),
        ("certainty: 0.9", "supersedes: nobody", UnknownNameError, "unknown event 'nobody'"),
    ],
)
def test_mistakes_are_told_with_place_and_remedy(world, old, new, error, says) -> None:
    assert old in GOOD
    with pytest.raises(error, match=says):
        loads(GOOD.replace(old, new), world)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty"),
        ("  \n\n", "is empty"),
        ("# only a comment\n", "only comments"),
        ("- a\n- b\n", "is a mapping"),
        ("42", "is a mapping"),
        ("x" * (MAX_BYTES + 1), "larger than"),
        ("{\x00}", "neither YAML nor JSON|not text"),
    ],
)
def test_what_is_no_scenario_is_refused(text, says) -> None:
    with pytest.raises(OreflowError, match=says):
        loads(text)


def test_files_that_cannot_be_read(tmp_path) -> None:
    with pytest.raises(ReadError, match="no such file"):
        load(tmp_path / "none.yaml")
    with pytest.raises(ReadError, match="cannot be read"):
        load(tmp_path)
    with pytest.raises(ReadError, match="cannot be read"):
        load("a\0b.yaml")
    (tmp_path / "binary.yaml").write_bytes(b"\x89PNG\r\n\x1a\n\xff\xfe")
    with pytest.raises(ReadError, match="not UTF-8"):
        load(tmp_path / "binary.yaml")
    (tmp_path / "huge.yaml").write_bytes(b"a" * (MAX_BYTES + 2))
    with pytest.raises(ReadError, match="larger than"):
        load(tmp_path / "huge.yaml")
    (tmp_path / "good.yaml").write_text("\ufeff" + GOOD, encoding="utf-8")
    assert load(tmp_path / "good.yaml").name == "halt"


def test_the_schema_is_valid_and_holds_the_whole_vocabulary() -> None:
    schema = scenario_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    event = schema["properties"]["events"]["items"]["properties"]
    assert set(event["type"]["enum"]) == set(EVENT_TYPES)
    assert set(event["effect"]["properties"]) == {*EFFECTS, "per"}
    assert set(event["target"]["properties"]) == set(KEYS)


def test_the_schema_file_is_the_schema() -> None:
    from importlib import resources

    text = resources.files("oreflow.shock").joinpath("scenario.schema.json").read_text("utf-8")
    assert json.loads(text) == scenario_schema(), (
        "write it again: oreflow scenario schema > .../scenario.schema.json"
    )


WORDS = st.sampled_from(
    [
        "jianxiawo",
        "plants",
        "ban",
        "2025-08-09",
        "2025",
        "permit_halt",
        "",
        "halt",
        "x",
        "passage",
        "malacca",
        "CHN",
    ]
)
LEAVES = st.one_of(
    WORDS,
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(alphabet=string.printable, max_size=8),
)
KEYWORDS = st.one_of(
    st.sampled_from(
        ["scenario", "events", "id", "type", "target", "effect", "start", "duration", "until", "certainty"]
    ),
    st.sampled_from(["median", "sigma", "months", "name", "supersedes", "per", *EFFECTS, *KEYS]),
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYWORDS, inner, max_size=5)),
    max_leaves=12,
)


@st.composite
def nearly_events(draw):
    """An event that is right but for a few parts."""
    event = {
        "id": "halt",
        "type": "permit_halt",
        "target": {"plants": "jianxiawo"},
        "effect": {"availability": 0},
        "start": "2025-08-09",
    }
    for _ in range(draw(st.integers(0, 2))):
        event[draw(KEYWORDS)] = draw(TREES)
    return event


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(nearly_events(), max_size=2), TREES)
def test_any_tree_is_a_scenario_or_an_error_of_ours(world, events, extra) -> None:
    data = {"scenario": "x", "events": events}
    if isinstance(extra, dict):
        data |= extra
    try:
        loads(json.dumps(data), world)
    except OreflowError as e:
        assert str(e)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_a_scenario_or_an_error_of_ours(text) -> None:
    try:
        loads(text)
    except OreflowError as e:
        assert str(e)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, len(GOOD) - 1), st.integers(1, 30), st.text(alphabet=string.printable, max_size=6))
def test_a_damaged_file_is_a_scenario_or_an_error_of_ours(world, at, length, patch) -> None:
    try:
        loads(GOOD[:at] + patch + GOOD[at + length :], world)
    except OreflowError as e:
        assert str(e)
