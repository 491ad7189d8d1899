"""UNTP: the samples of the UN are read and judged, and what we write follows their schemas."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from oreflow.atlas import bundled
from oreflow.errors import OreflowError, UsageError
from oreflow.trace import credential, keys, untp
from oreflow.trace.audit import audit
from oreflow.trace.model import Kind
from oreflow.trace.origin import origin
from oreflow.trace.store import Ledger
from oreflow.trace.untp import words
from oreflow.trace.untp.write import ledger_context
from tests.trace.ledgers import PARTIES, PLACES, event, lot, make, move, take

UNTP = Path(__file__).parents[4] / "shared" / "vectors" / "untp"
pytestmark_shared = [
    pytest.mark.shared,
    pytest.mark.skipif(not UNTP.is_dir(), reason="needs ../shared/vectors/untp"),
]


def shared(test):
    for mark in pytestmark_shared:
        test = mark(test)
    return test


def samples():
    return [(p.name, p.read_bytes()) for p in sorted((UNTP / "samples" / "v0.7.0").glob("*/*.json"))]


def schema(name: str) -> Draft202012Validator:
    (path,) = (UNTP / "schema" / "v0.7.0").glob(f"*/{name}.json")
    return Draft202012Validator(json.loads(path.read_text("utf-8")))


SCHEMAS = {"DigitalTraceabilityEvent": "DigitalTraceabilityEvent", "DigitalProductPassport": "DigitalProductPassport",
           "DigitalFacilityRecord": "DigitalFacilityRecord", "DigitalConformityCredential": "ConformityCredential",
           "DigitalIdentityAnchor": "DigitalIdentityAnchor", "ConformityScheme": "ConformityScheme",
           "ConformityProfile": "ConformityProfile", "Criterion": "Criterion"}  # fmt: skip


@shared
def test_all_samples_follow_their_schemas_and_are_read() -> None:
    read = samples()
    assert len(read) == 22
    assert len(list((UNTP / "schema" / "v0.7.0").glob("*/*.json"))) == 16
    for name, body in read:
        data = json.loads(body)
        kind = next(t for t in data["type"] if t in SCHEMAS)
        assert not list(schema(SCHEMAS[kind]).iter_errors(data)), name
    got = untp.gather(read)
    assert [e.kind for e in got.events].count(Kind.MAKE) == 2
    assert [e.kind for e in got.events].count(Kind.MOVE) == 2
    assert {f.country for f in got.facilities.values()} == {"ZMB", "JPN", "DEU"}
    assert len(got.documents) == 22


@shared
def test_the_copper_chain_of_the_un_is_impossible(tmp_path) -> None:
    got = untp.gather(samples())
    with Ledger.create(tmp_path / "l.sqlite") as kept:
        kept.add(
            got.events,
            facilities=got.facilities.values(),
            parties=got.parties.values(),
            documents=got.documents,
        )
        found = {f.rule: f for f in audit(kept, world=bundled()).findings}
        battery = next(o.lot for e in got.events for o in e.outputs if "battery" in o.lot)
        assert origin(kept, battery, world=bundled()).by_country == {"Cu": {"ZMB": 1.0}}
    assert "9,999 kg of Cu come out of 9,000 kg (11.1 % more" in found["metal-gain"].text
    assert found["metal-gain"].severity == found["too-early"].severity == "error"
    assert (
        "is used at Sample Copper Refinery 3.9 days later; 13.5 days is the least" in found["too-early"].text
    )
    # The later leg, Japan to Germany, is possible and no more.
    assert found["tight"].severity == "notice"
    assert "Sample Battery Factory 21.8 days later" in found["tight"].text
    # The passport of the cathode says 12 % Japanese scrap; no event tells of any.
    assert "12.0 % of its Cu from JPN" in found["origin-beyond"].text
    assert set(found) == {"metal-gain", "too-early", "tight", "origin-beyond", "no-origin"}


EVENTS = [
    make(0, [lot("https://a.example/p#b1", 100, country="ZMB")], process="copper_mining"),
    move(1, "https://a.example/p#b1", 100, "mine", "smelter", signed="out"),
    move(40, "https://a.example/p#b1", 100, "mine", "smelter", signed="in", by="refiner"),
    make(
        50,
        [lot("https://a.example/q#b#i", 0.0000001, 0.99)],
        [take("https://a.example/p#b1", 99.9999999)],
        at="smelter",
    ),
    event(Kind.MODIFY, 60, facility="smelter", inputs=(take("https://a.example/q#b#i", 0.0000001),)),
]


def test_what_is_written_reads_back_equal() -> None:
    lots = {o.lot: o for e in EVENTS for o in e.outputs}
    made = [untp.credential(e, facilities={f.facility: f for f in PLACES}, parties={p.party: p for p in PARTIES},
                            lots=lots) for e in EVENTS]  # fmt: skip
    got = untp.gather((f"{i}", json.dumps(c).encode()) for i, c in enumerate(made))
    assert got.events == EVENTS


@shared
def test_what_is_written_follows_the_schema_of_the_un() -> None:
    for e in EVENTS:
        assert not list(schema("DigitalTraceabilityEvent").iter_errors(untp.credential(e)))


def test_what_is_written_can_be_signed() -> None:
    key = keys.SigningKey.generate()
    e = make(0, [lot("https://a.example/p#b1", 100)], by=key.public.did)
    assert credential.verify(credential.issue(untp.credential(e), key)).ok


def test_kinds_that_the_un_does_not_know_are_refused() -> None:
    with pytest.raises(UsageError):
        untp.credential(event(Kind.TRANSFER, 0, target="x"))


def test_the_bundled_context_holds_what_we_add() -> None:
    assert set(ledger_context()["@context"]) == {"metalLedger"}


def tampered(change):
    c = json.loads(json.dumps(untp.credential(EVENTS[0])))
    change(c["credentialSubject"][0], c)
    return json.dumps(c).encode()


@pytest.mark.parametrize(
    "change",
    [
        lambda s, c: s["outputProduct"][0]["quantity"].update(value=200000),
        lambda s, c: s.update(eventDate="2024-01-01T00:00:00Z"),
        lambda s, c: s.update(id="urn:other"),
        lambda s, c: s["metalLedger"].update(issuer="somebody"),
        lambda s, c: s["metalLedger"].update(more=1),
        lambda s, c: (s.pop("metalLedger"), s["outputProduct"][0]["quantity"].update(value=-5)),
        lambda s, c: (s.pop("metalLedger"), s["outputProduct"][0]["quantity"].update(unit="C62")),
        lambda s, c: (s.pop("metalLedger"), s["outputProduct"][0].pop("quantity")),
        lambda s, c: (s.pop("metalLedger"), s.update(eventDate="soon")),
        lambda s, c: (s.pop("metalLedger"), s.update(type=["MeltEvent"])),
        lambda s, c: (s.pop("metalLedger"), s.pop("madeAtFacility")),
        lambda s, c: c.update(type=["Something", "VerifiableCredential"]),
        lambda s, c: c.update(credentialSubject=[]),
        lambda s, c: c.update(credentialSubject="x"),
        lambda s, c: c.update(issuer="x"),
    ],
)  # fmt: skip
def test_what_does_not_mean_what_it_should_is_refused(change) -> None:
    with pytest.raises(OreflowError):
        untp.gather([("c", tampered(change))])


def test_assays_and_ways_from_words() -> None:
    (a,) = words.assays("Copper Concentrate (Cu 30%)")
    assert (a.element, a.share, a.tolerance) == ("Cu", 300_000_000, 5_000_000)
    (b,) = words.assays("cathode (Cu 99.99%)")
    assert (b.share, b.tolerance) == (999_900_000, 50_000)
    assert words.assays("12% of 300 Cu") == words.assays("Xx 30%") == words.assays("Cu 300%") == ()
    assert (
        words.assays_beside("Grade A", "100 t of grade a (Cu 99.9 %), from ore (Cu 30%)")[0].share
        == 999_000_000
    )
    assert [words.mode(t) for t in ("via sea freight", "by air", "by truck", "shipped")] == [
        "sea",
        "air",
        "land",
        "",
    ]
    assert words.metal("Recycled copper scrap") == "Cu"
    assert words.metal("copper and cobalt") == words.metal("steel") == ""
