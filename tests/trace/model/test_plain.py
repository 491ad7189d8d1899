"""Events as plain values: what is written reads back equal, and what is hostile is refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from oreflow.errors import DataError, OreflowError, SchemaError
from oreflow.trace.jsonin import loads
from oreflow.trace.model import (
    Assay,
    Certificate,
    Claim,
    Custody,
    Entry,
    Event,
    Kind,
    Line,
    Lot,
    event_from_plain,
    event_to_plain,
)
from oreflow.trace.model.plain import event_schema
from oreflow.trace.model.times import seconds, stamp

name = st.text("abcXYZ019:/#?-_. é漢", min_size=1, max_size=20).map(lambda t: t.strip() or "x")
mass = st.integers(0, 10**18)
share = st.integers(0, 10**9)
assays = st.lists(st.sampled_from(["Cu", "Li", "Co"]), unique=True, max_size=3).flatmap(
    lambda names: st.tuples(
        *(
            st.builds(Assay, st.just(n), st.integers(0, 3 * 10**8), st.none() | st.integers(0, 10**6))
            for n in names
        )
    )
)
lots = st.builds(
    Lot, name, name, mass, assays, moisture=st.integers(0, 10**9 - 1), commodity=st.just("") | name,
    custody=st.sampled_from(Custody), owner=st.just("") | name,
    claims=st.lists(st.builds(Claim, st.just("ZMB"), st.integers(0, 10**9)), max_size=1).map(tuple),
    energy=st.none() | st.integers(0, 10**15), country=st.just("") | st.just("ZMB"), recycled=st.booleans(),
)  # fmt: skip
entries = st.builds(Entry, name, st.just("Cu"), st.integers(-(10**18), 10**18).filter(bool), st.just("ZMB"),
                    st.none() | st.integers(0, 4 * 10**9))  # fmt: skip
certificates = st.builds(Certificate, name, st.just("Li"), mass, st.sampled_from(["issue", "retire"]))
events = st.builds(
    Event, name, st.just(Kind.MAKE), st.integers(0, 4 * 10**9), name, name,
    process=st.just("") | name,
    inputs=st.lists(st.builds(Line, name, mass), max_size=3, unique_by=lambda x: x.lot).map(tuple),
    outputs=st.lists(lots, max_size=2, unique_by=lambda x: x.lot).map(tuple),
    entries=st.lists(entries, max_size=2).map(tuple), certificates=st.lists(certificates, max_size=2).map(tuple),
    consignment=st.just("") | name, log=st.just("") | name,
)  # fmt: skip


@given(events)
def test_what_is_written_reads_back_equal_and_follows_the_schema(event: Event) -> None:
    plain = event_to_plain(event)
    assert event_from_plain(plain) == event
    assert event_from_plain(loads(json.dumps(plain).encode())) == event
    assert Draft202012Validator(event_schema()).is_valid(plain)


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(event_schema())


GOOD = {
    "event": "e", "kind": "make", "time": "2025-01-01", "issuer": "i",
    "outputs": [{"lot": "a", "product": "x", "mass": {"value": 1, "unit": "TNE"}}],
}  # fmt: skip


def changed(**more):
    return {k: v for k, v in (GOOD | more).items() if v is not None}


def lot(**more):
    return changed(outputs=[{k: v for k, v in (GOOD["outputs"][0] | more).items() if v is not None}])


@pytest.mark.parametrize(
    "plain",
    [
        [],
        None,
        "event",
        changed(event=None),
        changed(event=""),
        changed(event=1),
        changed(kind="melt"),
        changed(time="yesterday"),
        changed(time="2025-13-01"),
        changed(time="1969-12-31"),
        changed(time=5),
        changed(more=1),
        changed(inputs={}),
        changed(inputs=[1]),
        changed(inputs=[{"lot": "a"}]),
        changed(inputs=[{"lot": "a", "mass": {"value": 1, "unit": "TNE"}}] * 2),
        changed(signed="nobody"),
        changed(mode="tunnel"),
        changed(corrects="e"),
        changed(event="a\0b"),
        changed(event="x" * 3000),
        changed(kind="move"),
        changed(kind="correct", outputs=None),
        changed(kind="transfer"),
        lot(mass=None),
        lot(mass={"value": -1, "unit": "KGM"}),
        lot(mass={"value": True, "unit": "KGM"}),
        lot(mass={"value": 1, "unit": "KGX"}),
        lot(mass={"value": 1e300, "unit": "KGM"}),
        lot(mass={"value": "1e999999999", "unit": "KGM"}),
        lot(moisture=1),
        lot(moisture=-0.1),
        lot(custody="trust me"),
        lot(recycled="yes"),
        lot(assays=[{"element": "Zz", "share": 0.5}]),
        lot(assays=[{"element": "Cu", "share": 2}]),
        lot(energy={"value": 1, "unit": "J"}),
        lot(energy={"value": -1, "unit": "KWH"}),
        changed(
            entries=[{"account": "a", "element": "Cu", "mass": {"value": 1, "unit": "KGM"}, "action": "lend"}]
        ),
        changed(
            certificates=[
                {"certificate": "a", "element": "Cu", "mass": {"value": 1, "unit": "KGM"}, "action": "x"}
            ]
        ),
    ],
)
def test_what_is_not_possible_is_refused(plain) -> None:
    with pytest.raises(OreflowError):
        event_from_plain(plain)


def test_what_a_reader_would_pass_over_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(SchemaError, match="Did you mean 'moisture'"):
        event_from_plain(lot(moistur=0.1))


@pytest.mark.parametrize(
    "text",
    [
        b'{"event": "a", "event": "b"}',
        b'{"event": NaN}',
        b'{"event": 1' + b"0" * 400 + b"}",
        b"[" * 5000 + b"]" * 5000,
        b'\xff{"a": 1}',
        '{"e\u0301": 1}'.encode(),
    ],
)
def test_hostile_json_is_refused_before_it_is_looked_at(text: bytes) -> None:
    with pytest.raises(DataError):
        loads(text)


@given(st.integers(0, 253_402_300_799))
def test_moments_are_written_as_they_are_read(time: int) -> None:
    assert seconds(stamp(time)) == time


def test_offsets_of_time_are_kept() -> None:
    assert (
        seconds("2025-03-01T08:00:00+02:00")
        == seconds("2025-03-01T06:00:00Z")
        == seconds("2025-03-01T06:00:00.5Z")
    )
    for wrong in ("2025-02-30", "2025-01-01T25:00:00Z", "", "20250101"):
        with pytest.raises(DataError):
            seconds(wrong)
