"""The ledger on disk: append-only, whole or not at all, over SQLite and PostgreSQL alike."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.exc import SQLAlchemyError

from oreflow.atlas import bundled
from oreflow.errors import DataError, OreflowError, ReadError, UnknownNameError
from oreflow.trace.audit import audit
from oreflow.trace.generate import chain, plant
from oreflow.trace.model import Certificate, Claim, Custody, Entry, Facility, Kind
from oreflow.trace.origin import compile_origins, origin
from oreflow.trace.store import Ledger
from oreflow.trace.store.tables import DERIVED, schema
from tests.trace.ledgers import PARTIES, PLACES, event, event_batch, lot, make, take

RICH = [
    make(
        0,
        [
            lot(
                "a",
                5,
                claims=(Claim("ZMB", 10**9, "Cu"),),
                custody=Custody.SEGREGATED,
                moisture=8 * 10**7,
                country="ZMB",
            )
        ],
        entries=(Entry("acc", "Cu", 5, "ZMB", 99), Entry("acc", "Cu", -5)),
        name="one",
    ),
    make(
        1,
        [lot("b", 1, energy=7), lot("c", 1, None, recycled=True)],
        [take("a", 2), take("zz", 1)],
        name="two",
    ),
    event(
        Kind.BOOK,
        2,
        certificates=(Certificate("x", "Li", 5, "issue"), Certificate("y", "Li", 5, "retire")),
        name="three",
    ),
]


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request, tmp_path):
    if request.param == "sqlite":
        return tmp_path / "l.sqlite"
    return request.getfixturevalue("database")


def test_events_come_back_as_they_were(place) -> None:
    with Ledger.create(place) as kept:
        assert kept.add(RICH, facilities=PLACES, parties=PARTIES).added == ("one", "two", "three")
    with Ledger.open(place) as kept:
        assert list(kept.events()) == RICH
        assert kept.event("two") == RICH[1]
        assert len(kept) == 3
        assert kept.flows().facilities[kept.flows().terms.index("mine")].name == "Mine"
        with pytest.raises(UnknownNameError):
            kept.event("four")


def test_the_same_again_is_passed_over_and_other_contents_are_refused(place) -> None:
    with Ledger.create(place) as kept:
        kept.add(RICH)
        again = kept.add([RICH[0], *event_batch(1)])
        assert again.known == ("one",)
        assert len(again.added) == 5
        other = replace(RICH[0], time=RICH[0].time + 1)
        with pytest.raises(DataError, match="stands in the ledger with other contents"):
            kept.add([*event_batch(2), other])
        assert len(kept) == 8  # nothing of the refused lot is kept
        assert kept.add([other], keep_conflicts=True).conflicts == ("one",)
        assert kept.event("one") == RICH[0]
        assert [kept.flows().terms[n] for n in kept.flows().conflicts] == ["one"]


def test_nothing_that_was_written_can_be_changed(place) -> None:
    with Ledger.create(place) as kept:
        kept.add(RICH, facilities=PLACES, parties=PARTIES, documents=[("one", "untp", b"{}")])
        for table in schema.sorted_tables:
            if table in DERIVED:
                continue
            column = table.columns.keys()[0]
            with kept.engine.connect() as connection:
                if not connection.exec_driver_sql(f"SELECT count(*) FROM {table.name}").scalar():
                    continue
            for statement in (f"DELETE FROM {table.name}", f"UPDATE {table.name} SET {column} = {column}"):
                with pytest.raises(SQLAlchemyError, match="append-only"), kept.engine.begin() as connection:
                    connection.exec_driver_sql(statement)


def test_origins_and_findings_are_the_same_over_both(place) -> None:
    made = plant(chain(events=1000, seed=3, world=bundled()), count=4, seed=1)
    with Ledger.create(place) as kept:
        c = made.chain
        kept.add(c.events, facilities=c.facilities, parties=c.parties)
        found = audit(kept, world=bundled())
        assert {p.rule for p in made.planted} <= {f.rule for f in found.findings}
        lot_ = next(e.outputs[0].lot for e in c.events if e.process == "nmc_cathode_making")
        assert origin(kept, lot_, world=bundled()).by_country["Li"] == pytest.approx(c.origins[lot_]["Li"])
        assert compile_origins(kept) is False
        assert list(kept.events()) == c.events


def test_writers_at_the_same_time_take_turns(place) -> None:
    Ledger.create(place).close()
    errors = []

    def write(first: int) -> None:
        try:
            with Ledger.open(place) as mine:
                for n in range(first, first + 5):
                    mine.add(event_batch(n))
        except Exception as e:
            errors.append(e)

    threads = [threading.Thread(target=write, args=(100 * i,)) for i in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert errors == []
    with Ledger.open(place) as kept:
        assert len(kept) == 4 * 5 * 5
        flows = kept.flows()
        assert len(set(flows.terms)) == len(flows.terms)


def test_names_with_sql_in_them_are_names(place) -> None:
    evil = "x'); DROP TABLE events; --"
    with Ledger.create(place) as kept:
        kept.add([make(0, [lot(evil, 1)], name=evil, by=evil, at=evil)], facilities=[Facility(evil, evil)])
        assert kept.event(evil).outputs[0].lot == evil
        with pytest.raises(UnknownNameError):
            kept.event("' OR '1'='1")
        with pytest.raises(UnknownNameError):
            origin(kept, "%", world=bundled())


def test_a_ledger_is_made_once_and_opened_only_where_there_is_one(place, tmp_path) -> None:
    Ledger.create(place).close()
    with pytest.raises(OreflowError):
        Ledger.create(place)
    with pytest.raises(ReadError, match="oreflow trace init"):
        Ledger.open(tmp_path / "none.sqlite")
    for name, body in (("text.sqlite", b"no database"), ("empty.sqlite", b"")):
        (tmp_path / name).write_bytes(body)
        with pytest.raises(ReadError):
            Ledger.open(tmp_path / name)


def test_a_ledger_of_a_later_version_is_refused(tmp_path) -> None:
    Ledger.create(tmp_path / "l.sqlite").close()
    with sqlite3.connect(tmp_path / "l.sqlite") as raw:
        raw.execute("DROP TRIGGER meta_no_update")
        raw.execute("UPDATE meta SET value = '99'")
    raw.close()
    with pytest.raises(ReadError, match="version 99"):
        Ledger.open(tmp_path / "l.sqlite")


@pytest.mark.parametrize("url", ["mysql://a/b", "sqlite://", "sqlite:///:memory:", "://", "postgres//x"])
def test_other_databases_are_refused(url, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(OreflowError):
        Ledger.create(url)


def test_an_unreachable_server_is_told_without_its_address() -> None:
    with pytest.raises(OreflowError) as e:
        Ledger.create("postgresql://me:secret@127.0.0.1:1/none")
    assert "secret" not in str(e.value)


def test_commits_reach_the_disk(tmp_path) -> None:
    with Ledger.create(tmp_path / "l.sqlite") as kept, kept.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


def killed(place: Path, rounds: int, seed: int) -> None:
    """Kill a writer at random moments; all that it was told is kept must be there, and nothing by halves."""
    rng, promised, first = random.Random(seed), [], 0
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    for _ in range(rounds):
        writer = subprocess.Popen(
            [sys.executable, "-m", "tests.trace.store.keeper", str(place), str(first)],
            stdout=subprocess.PIPE,
            text=True,
            env=env,
            cwd=Path(__file__).parents[3],
        )
        assert writer.stdout is not None
        told = [int(writer.stdout.readline()) for _ in range(rng.randint(1, 5))]
        threading.Event().wait(rng.uniform(0, 0.02))
        writer.send_signal(signal.SIGKILL)
        told += [int(line) for line in writer.stdout.read().split("\n")[:-1]]
        writer.wait()
        writer.stdout.close()
        promised += told
        first = told[-1] + 2  # the one after the last may or may not be there
        with Ledger.open(place) as kept:
            there = [e.event for e in kept.events()]
        assert {f"batch-{n}-event-{i}" for n in promised for i in range(5)} <= set(there)
        assert len(there) % 5 == 0


def test_a_killed_writer_loses_nothing_that_it_was_told_is_kept(tmp_path) -> None:
    Ledger.create(tmp_path / "l.sqlite").close()
    killed(tmp_path / "l.sqlite", 2, 1)


@pytest.mark.slow
def test_a_writer_killed_often_loses_nothing(tmp_path) -> None:
    Ledger.create(tmp_path / "l.sqlite").close()
    killed(tmp_path / "l.sqlite", 50, 2)


def test_a_workspace_over_postgresql(database, tmp_path) -> None:
    from oreflow.trace.audit.records import records
    from oreflow.trace.workspace import Workspace

    with Workspace.create(tmp_path / "w", ledger=database) as kept:
        kept.sign([replace(e, issuer=kept.issuer) for e in event_batch(1)])
    with Workspace.open(tmp_path / "w") as kept:
        assert kept.log.size == len(kept.ledger) == 5
        assert list(records(kept.ledger, kept.log)) == []
        assert not (tmp_path / "w" / "ledger.sqlite").exists()
