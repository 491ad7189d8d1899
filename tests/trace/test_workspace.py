"""A ledger with its log and keys: what is signed stays, strangers can check it, and attacks are refused."""

import io
import json
import os
import sqlite3
import time
import zipfile
from dataclasses import replace

import pytest

from oreflow.errors import OreflowError, ReadError, SchemaError, UsageError
from oreflow.trace import credential, log
from oreflow.trace.audit.records import records
from oreflow.trace.jsonin import loads
from oreflow.trace.keys import history
from oreflow.trace.keys.folder import KeyFolder
from oreflow.trace.model import Certificate, Kind
from oreflow.trace.workspace import Workspace, documents_in, own_events
from tests.trace.ledgers import PARTIES, PLACES, event, lot, make, move, take


@pytest.fixture
def kept(tmp_path):
    with Workspace.create(tmp_path / "w", origin="example.com/ledger") as made:
        yield made


def own(kept, n=3):
    return [make(i, [lot(f"urn:lot:{i}", 1)], name=f"urn:event:{i}", by=kept.issuer) for i in range(n)]


def found(kept, **more):
    return {f.rule: f for f in records(kept.ledger, kept.log, **more)}


def tamper(kept, *statements):
    """Change the database behind the ledger's back, as somebody with the file could."""
    with sqlite3.connect(kept.folder / "ledger.sqlite") as raw:
        for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            raw.execute(f"DROP TRIGGER {name}")
        for s in statements:
            raw.execute(*s) if isinstance(s, tuple) else raw.execute(s)
    raw.close()


def test_what_is_signed_is_in_the_ledger_and_in_the_log(kept) -> None:
    others = [event(Kind.BOOK, 5, by=kept.issuer, name="urn:b", certificates=(Certificate("c", "Li", 1, "issue"),)),
              move(6, "urn:lot:0", 1, "mine", "yard", by=kept.issuer)]  # fmt: skip
    out = kept.sign([*own(kept), *others], facilities=PLACES, parties=PARTIES)
    assert len(out.added) == 5
    assert kept.log.size == 5
    assert [x.place for x in kept.ledger.sealed()] == list(range(5))
    assert found(kept) == {}
    assert kept.sign(own(kept)).known == tuple(e.event for e in own(kept))
    assert kept.log.size == 5


def test_a_stranger_checks_a_record_with_the_key_alone(kept) -> None:
    kept.sign(own(kept))
    body, proof, _ = kept.proof("urn:event:1")
    policy = log.k_of_n([kept.log.verifier], [], 0)
    shown = log.verify_record(log.read_proof(proof), body, policy, now=int(time.time()))
    assert (shown.origin, shown.index, shown.size) == ("example.com/ledger", 1, 3)
    assert credential.verify(body).ok
    assert credential.verify(body).issuer == kept.issuer
    with pytest.raises(OreflowError):
        log.verify_record(
            log.read_proof(proof), body.replace(b"Copper", b"Cobalt"), policy, now=int(time.time())
        )


def test_somebody_elses_events_are_not_signed(kept) -> None:
    with pytest.raises(UsageError, match="is issued by rival"):
        kept.sign([make(0, [lot("a", 1)], by="rival")])
    assert len(kept.ledger) == kept.log.size == 0


def test_a_crash_between_ledger_and_log_is_finished(kept, monkeypatch) -> None:
    kept.sign(own(kept, 1))
    monkeypatch.setattr(Workspace, "flush", lambda self, **_: 0)
    kept.sign([replace(e, event=f"{e.event}x") for e in own(kept, 2)[1:]])
    monkeypatch.undo()
    assert [x.place for x in kept.ledger.sealed()] == [0, None]
    assert kept.flush() == 1
    assert [x.place for x in kept.ledger.sealed()] == [0, 1]


def test_a_crash_between_log_and_mark_is_finished_without_a_second_entry(kept, monkeypatch) -> None:
    monkeypatch.setattr(kept.ledger, "mark", lambda places: list(places) and None)
    kept.sign(own(kept, 2))
    monkeypatch.undo()
    assert kept.log.size == 2
    assert kept.flush() == 2
    assert kept.log.size == 2
    assert [x.place for x in kept.ledger.sealed()] == [0, 1]
    assert found(kept) == {}


def test_a_changed_record_is_found_by_the_log_and_by_its_signature(kept) -> None:
    kept.sign(own(kept))
    body = kept.ledger.documents("urn:event:1")[0][2]
    tamper(
        kept, ("UPDATE documents SET body = ? WHERE n = 2", (body.replace(b'"value":1000', b'"value":2000'),))
    )
    assert set(found(kept)) == {"tampered"}
    assert found(kept)["tampered"].events == ("urn:event:1",)
    assert set(found(kept, signatures=False)) == {"tampered"}


def test_a_table_that_says_otherwise_than_the_record_is_found(kept) -> None:
    kept.sign(own(kept))
    tamper(kept, "UPDATE lots SET mass = mass * 2 WHERE n = 2")
    assert found(kept)["tampered"].events == ("urn:event:1",)
    assert "do not say the same" in found(kept)["tampered"].text


def test_a_record_removed_or_moved_is_found(kept) -> None:
    kept.sign(own(kept))
    tamper(
        kept,
        "DELETE FROM logged WHERE n = 2",
        "DELETE FROM seals WHERE n = 2",
        "DELETE FROM documents WHERE n = 2",
    )
    assert "entry 1 of example.com/ledger has no record in the ledger" in found(kept)["missing-record"].text
    tamper(kept, "UPDATE logged SET place = 9 WHERE n = 1")
    assert {f.rule for f in records(kept.ledger, kept.log)} == {"missing-record"}


def test_records_that_change_places_are_found(kept) -> None:
    kept.sign(own(kept))
    tamper(kept, "UPDATE logged SET place = 100 WHERE n = 1", "UPDATE logged SET place = 0 WHERE n = 2",
           "UPDATE logged SET place = 1 WHERE n = 1")  # fmt: skip
    assert {f.rule for f in records(kept.ledger, kept.log)} == {"missing-record"}
    assert "is not what stands at its place" in found(kept)["missing-record"].text


def other_history(kept, tmp_path, entries):
    """Return a log of the same name and key with another history."""
    key = KeyFolder(kept.folder / "keys").load("log")
    made = log.create(tmp_path / "other", origin="example.com/ledger", key=key)
    made.append(entries)
    return made


def test_two_histories_of_one_size_are_a_split_view(kept, tmp_path) -> None:
    kept.sign(own(kept))
    assert found(kept, seen=kept.seen()) == {}
    forked = other_history(kept, tmp_path, [log.commit(b"x").entry for _ in range(3)])
    rules = {f.rule for f in records(kept.ledger, forked, seen=kept.seen())}
    assert "split-view" in rules


def test_a_shorter_history_than_was_seen_is_found(kept, tmp_path) -> None:
    kept.sign(own(kept))
    assert found(kept, seen=kept.seen()) == {}
    short = other_history(kept, tmp_path, [x.entry for x in kept.ledger.sealed()[:2]])
    assert "missing-record" in {f.rule for f in records(kept.ledger, short, seen=kept.seen())}


def test_a_damaged_log_is_found(kept) -> None:
    kept.sign(own(kept))
    (bundle,) = (kept.log.folder / "public" / "tile" / "entries").rglob("*3")
    body = bytearray(bundle.read_bytes())
    body[5] ^= 1
    bundle.write_bytes(bytes(body))
    assert "missing-record" in found(kept)


def test_a_key_used_outside_its_time_is_found(kept) -> None:
    kept.sign(own(kept))
    key = KeyFolder(kept.folder / "keys").load("issuer")
    now = int(time.time())
    good = history.History(kept.issuer, [key.public], [history.start(kept.issuer, key, now - 1000)])
    ended = history.History(kept.issuer, [key.public], [history.start(kept.issuer, key, 1, until=now - 1000)])
    stolen = history.History(
        kept.issuer, [key.public], [history.compromise(kept.issuer, key.public, now - 1000, key)]
    )
    assert found(kept, histories={kept.issuer: good}) == {}
    assert set(found(kept, histories={kept.issuer: ended})) == {"key-validity"}
    assert set(found(kept, histories={kept.issuer: stolen}, cosigned_at=now)) == {"key-validity"}
    # What was cosigned before the theft counts.
    later = history.History(
        kept.issuer, [key.public], [history.compromise(kept.issuer, key.public, now + 100, key)]
    )
    assert found(kept, histories={kept.issuer: later}, cosigned_at=now) == {}


def test_keys_are_kept_from_others_and_can_have_a_passphrase(tmp_path) -> None:
    with Workspace.create(tmp_path / "w", passphrase="hush") as kept:
        for name in ("issuer", "log"):
            assert (tmp_path / "w" / "keys" / f"{name}.pem").stat().st_mode & 0o777 == 0o600
        with pytest.raises(OreflowError, match="passphrase"):
            kept.sign(own(kept))
        assert len(kept.ledger) == 0
        assert kept.sign(own(kept), passphrase="hush").added


def test_a_folder_in_use_and_one_that_is_no_ledger_are_refused(tmp_path) -> None:
    (tmp_path / "x").write_text("here")
    with pytest.raises(UsageError):
        Workspace.create(tmp_path)
    with pytest.raises(ReadError, match="oreflow trace init"):
        Workspace.open(tmp_path)
    (tmp_path / "trace.json").write_text('{"format": 7}')
    with pytest.raises(ReadError):
        Workspace.open(tmp_path)


def packed(members, **more) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, **more) as z:
        for name, body in members:
            z.writestr(name, body)
    return out.getvalue()


def test_documents_come_from_files_folders_and_archives(tmp_path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.json").write_text("1")
    (tmp_path / "in" / "note.txt").write_text("left aside")
    (tmp_path / "b.jsonl").write_text("2\n\n3\n")
    (tmp_path / "c.zip").write_bytes(packed([("d/e.json", b"4"), ("f.txt", b"5")]))
    got = [b for _, b in documents_in([tmp_path / "in", tmp_path / "b.jsonl", tmp_path / "c.zip"])]
    assert got == [b"1", b"2", b"3", b"4"]


@pytest.mark.parametrize("name", ["../a.json", "/etc/a.json", "a/../../b.json", "..\\a.json", "C:a.json"])
def test_names_that_lead_out_of_an_archive_are_refused(name, tmp_path) -> None:
    (tmp_path / "a.zip").write_bytes(packed([(name, b"{}")]))
    with pytest.raises(ReadError, match="leads out"):
        list(documents_in([tmp_path / "a.zip"]))


def test_bombs_are_refused_unopened(tmp_path) -> None:
    (tmp_path / "a.zip").write_bytes(packed([("a.json", b"0" * (8 << 20))]))
    with pytest.raises(ReadError, match="would unpack to"):
        list(documents_in([tmp_path / "a.zip"]))
    (tmp_path / "b.zip").write_bytes(b"PK\x03\x04nothing")
    with pytest.raises(ReadError):
        list(documents_in([tmp_path / "b.zip"]))
    with (tmp_path / "big.json").open("wb") as f:
        f.truncate(65 << 20)
    with pytest.raises(ReadError, match="at most"):
        list(documents_in([tmp_path / "big.json"]))


def test_links_out_of_a_folder_and_things_that_are_no_files_are_refused(tmp_path) -> None:
    (tmp_path / "secret.json").write_text("{}")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.json").symlink_to(tmp_path / "secret.json")
    with pytest.raises(ReadError, match="leads out"):
        list(documents_in([tmp_path / "in"]))
    os.mkfifo(tmp_path / "pipe.json")
    with pytest.raises(ReadError, match="no file"):
        list(documents_in([tmp_path / "pipe.json"]))
    with pytest.raises(ReadError):
        list(documents_in([tmp_path / "none.json"]))


def test_own_events_are_read_with_places_and_parties() -> None:
    data = loads(json.dumps({
        "facilities": [{"facility": "f", "country": "ZM", "lat": -12.2, "lon": 26}],
        "parties": [{"party": "p", "country": "JPN"}],
        "events": [{"event": "e", "kind": "book", "time": "2025-01-01"}],
    }).encode())  # fmt: skip
    events, facilities, parties = own_events(data, issuer="me", where="x")
    assert (events[0].issuer, facilities[0].country, facilities[0].name, parties[0].country) == (
        "me",
        "ZMB",
        "f",
        "JPN",
    )


@pytest.mark.parametrize(
    "data",
    [
        5,
        {"event": []},
        {"events": {}},
        {"facilities": [{"name": "x"}]},
        {"facilities": [{"facility": "f", "lat": 95}]},
        {"facilities": [{"facility": "f", "country": "XX"}]},
        {"parties": [{"party": "p", "more": 1}]},
        {"facilities": [{"facility": "f", "lat": "x"}]},
        {"parties": [{"party": "p", "name": 5}]},
    ],
)
def test_files_that_are_not_of_the_form_are_refused(data) -> None:
    with pytest.raises(OreflowError):
        own_events(data, issuer="me", where="x")
    with pytest.raises(SchemaError):
        own_events("text", issuer="me", where="x")


def test_secrets_are_never_shown(kept) -> None:
    kept.sign(own(kept))
    key = KeyFolder(kept.folder / "keys").load("issuer")
    secret = (kept.folder / "keys" / "issuer.pem").read_text().split("\n")[1]
    assert secret not in repr(kept) + repr(key) + str(key)


def test_an_event_moved_twice_in_one_file_is_one(kept) -> None:
    e = own(kept, 1)[0]
    out = kept.sign([e, e, move(5, "urn:lot:0", 1, "mine", "yard", by=kept.issuer)])
    assert len(out.added) == 2
    assert out.known == (e.event,)
    assert take("a", 1).lot == "a"


def test_a_password_is_kept_in_no_file(tmp_path) -> None:
    with pytest.raises(UsageError, match="PGPASSWORD"):
        Workspace.create(tmp_path / "w", ledger="postgresql://me:secret@127.0.0.1:1/none")
    assert not (tmp_path / "w").exists()


@pytest.mark.slow
def test_signatures_checked_side_by_side_find_the_same(kept, monkeypatch) -> None:
    from oreflow.trace.audit import records as module

    monkeypatch.setattr(module, "_MANY", 10)
    monkeypatch.setattr(module, "_PART", 7)
    kept.sign(own(kept, 30))
    tamper(kept, "UPDATE lots SET mass = mass * 2 WHERE n = 20")
    alone, beside = (list(records(kept.ledger, kept.log, workers=w)) for w in (1, 2))
    assert alone == beside
    assert [f.events for f in alone] == [("urn:event:19",)]
