"""EPCIS 2.0: the examples of GS1 are read, checked and written back equal; what cannot be meant is told."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oreflow.errors import DataError, OreflowError, TraceError
from oreflow.trace import epcis
from oreflow.trace.model import Kind
from tests.trace.ledgers import DAY, START, day, event, lot, make, move, take

EPCIS = Path(__file__).parents[4] / "shared" / "vectors" / "epcis"
here = pytest.mark.skipif(not EPCIS.is_dir(), reason="needs ../shared/vectors/epcis")


@pytest.mark.shared
@here
def test_the_examples_are_read_checked_and_written_back_equal() -> None:
    paths = sorted((EPCIS / "examples").rglob("*.jsonld"))
    assert len(paths) == 47
    twice = []
    for path in paths:
        try:
            document = epcis.read(path.read_bytes(), name=path.name)
        except TraceError as e:
            assert e.rule == "json-duplicate-key"
            twice.append(path.name)
            continue
        assert document.problems == ()
        written = epcis.write(document)
        assert written == json.loads(path.read_bytes())
        assert list(written) == list(json.loads(path.read_bytes()))
        epcis.to_events(document, issuer="me")
    # One example of GS1 has two different identifiers under one key; nobody can say which event it is.
    assert twice == ["AssociationEvent-h.jsonld"]


@pytest.mark.shared
@here
def test_the_schema_of_gs1_takes_what_we_do_not() -> None:
    from jsonschema import Draft7Validator

    schema = Draft7Validator(json.loads((EPCIS / "EPCIS-JSON-Schema.json").read_text("utf-8")))
    body = document(quantity(-5))
    assert schema.is_valid(json.loads(body))
    assert [p.text for p in epcis.read(body).problems] == ["-5 is negative; nothing is less than nothing"]


def document(*events, **more) -> bytes:
    return json.dumps(
        {
            "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
            "type": "EPCISDocument", "schemaVersion": "2.0", "creationDate": "2025-01-01T00:00:00Z",
            "epcisBody": {"eventList": list(events)},
        } | more
    ).encode()  # fmt: skip


def observed(**more):
    e = {"type": "ObjectEvent", "eventID": "urn:uuid:1", "action": "OBSERVE", "eventTime": "2025-01-01T00:00:00Z",
         "eventTimeZoneOffset": "+00:00", "epcList": ["urn:epc:id:sgtin:1.2.3"]}  # fmt: skip
    return {k: v for k, v in (e | more).items() if v is not None}


def quantity(value, uom="KGM"):
    q = {"epcClass": "urn:epc:class:lgtin:4012345.011111.4444", "quantity": value}
    return observed(quantityList=[q | ({"uom": uom} if uom else {})], epcList=None)


@pytest.mark.parametrize(
    "wrong",
    [
        quantity(-1), quantity("NaN"), quantity(True), quantity(1.5, None), quantity(1, "kilogram"),
        observed(type="MeltingEvent"), observed(type=None), observed(action="BURN"), observed(action=None),
        observed(epcList=None), observed(epcList=["a", "a"]), observed(epcList="a"), observed(eventTime="soon"),
        observed(eventTime=None), observed(type="TransformationEvent", inputEPCList=["a"]),
        observed(type="AggregationEvent", action="ADD", childEPCs=["a"]),
        observed(errorDeclaration={"declarationTime": "2024-01-01T00:00:00Z"}),
        observed(quantityList=[{"quantity": 1}]), observed(quantityList=[{"epcClass": "a", "uom": "KGM"}]),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_told(wrong) -> None:
    found = epcis.read(document(wrong))
    assert found.problems
    with pytest.raises(DataError, match=r"eventList\[0\]"):
        epcis.to_events(found, issuer="me")


@pytest.mark.parametrize(
    "body", [b"{}", b"[]", b'{"type": "EPCISDocument"}', document(1), document(epcisBody={}), b"nope"]
)
def test_what_is_no_document_is_refused(body) -> None:
    with pytest.raises(OreflowError):
        epcis.read(body)


def test_an_error_declaration_voids_the_event() -> None:
    wrong = observed(
        type="TransformationEvent",
        action=None,
        inputQuantityList=[{"epcClass": "a", "quantity": 5, "uom": "TNE"}],
        outputQuantityList=[{"epcClass": "b", "quantity": 4, "uom": "TNE"}],
        epcList=None,
        errorDeclaration={"declarationTime": "2025-01-02T00:00:00Z", "reason": "incorrect_data"},
    )
    events, _ = epcis.to_events(epcis.read(document(wrong)).require(), issuer="me")
    assert [e.kind for e in events] == [Kind.MAKE, Kind.CORRECT]
    assert events[1].corrects == events[0].event
    assert events[0].outputs[0].mass == 4 * 10**9
    assert events[1].time - START == DAY


def test_what_has_no_mass_or_no_name_is_left_aside_and_told() -> None:
    events, remarks = epcis.to_events(
        epcis.read(document(quantity(3, None), observed(eventID=None))), issuer="me"
    )
    assert len(events) == 1
    assert len(remarks) == 2


EVENTS = [
    make(0, [lot("a", 10)]),
    make(1, [lot("b", 3, 0.9)], [take("a", 9.9999999)]),
    move(2, "b", 1, "mine", "smelter", signed="out"),
    move(30, "b", 1, "mine", "smelter", signed="in", by="refiner"),
    event(Kind.TRANSFER, 3, target="maker", inputs=(take("b", 1),)),
    event(Kind.MODIFY, 4, facility="mine", inputs=(take("b", 1),)),
]


def test_events_are_told_and_read_back_equal() -> None:
    told = epcis.from_events(EVENTS, created=day(50))
    read = epcis.read(json.dumps(told).encode())
    assert read.problems == ()
    assert epcis.to_events(read, issuer="me")[0] == EVENTS


@pytest.mark.shared
@here
def test_what_is_told_follows_the_schema_of_gs1() -> None:
    from jsonschema import Draft7Validator

    schema = Draft7Validator(json.loads((EPCIS / "EPCIS-JSON-Schema.json").read_text("utf-8")))
    assert [e.message for e in schema.iter_errors(epcis.from_events(EVENTS, created=day(50)))] == []


def test_standard_members_alone_carry_make_and_move() -> None:
    told = epcis.from_events(EVENTS[:4], created=day(50))
    for e in told["epcisBody"]["eventList"]:
        del e["oreflow:event"]
    read, _ = epcis.to_events(epcis.read(json.dumps(told).encode()), issuer="miner")
    assert [e.kind for e in read] == [Kind.MAKE, Kind.MAKE, Kind.MOVE, Kind.MOVE]
    assert [(e.facility, e.target, e.signed) for e in read[2:]] == [
        ("mine", "smelter", "out"),
        ("mine", "smelter", "in"),
    ]
    assert read[1].inputs == EVENTS[1].inputs


json_value = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(st.text("abc:", min_size=1, max_size=6), json_value, max_size=4))
def test_whatever_a_vendor_adds_is_kept(extra) -> None:
    import unicodedata

    text = json.dumps(observed(**{f"x:{k}": v for k, v in extra.items() if v is not None}))
    body = document(json.loads(unicodedata.normalize("NFC", text)))
    try:
        read = epcis.read(body)
    except TraceError:
        return  # a text that is written in two ways is refused as a whole
    assert epcis.write(read) == json.loads(body)
