"""Frauds planted into a generated chain: all are found, and nothing else is."""

import pytest

from oreflow.atlas import bundled
from oreflow.errors import UsageError
from oreflow.trace.audit import audit, rules
from oreflow.trace.generate import KINDS, chain, plant
from oreflow.trace.model import Kind
from oreflow.trace.origin import origin
from oreflow.trace.store import Ledger


def audited(tmp_path, tampered):
    with Ledger.create(tmp_path / "l.sqlite") as kept:
        c = tampered.chain
        kept.add(c.events, facilities=c.facilities, parties=c.parties)
        kept.add(tampered.again, keep_conflicts=True)
        return audit(kept, world=bundled())


def judged(tampered, findings):
    """Return the frauds that were not found by their rule, and the findings that are about none."""
    found, false = set(), []
    for f in findings:
        about = [
            i for i, p in enumerate(tampered.planted) if p.events & set(f.events) or p.lots & set(f.lots)
        ]
        found |= {i for i in about if tampered.planted[i].rule == f.rule}
        if not about:
            false.append(f)
    return [p for i, p in enumerate(tampered.planted) if i not in found], false


@pytest.fixture(scope="module")
def small():
    return chain(events=2000, seed=1, world=bundled())


def test_all_frauds_are_found_and_nothing_else(small, tmp_path) -> None:
    tampered = plant(small, count=40, seed=2)
    assert {p.kind for p in tampered.planted} == set(KINDS)
    missed, false = judged(tampered, audited(tmp_path, tampered).findings)
    assert missed == []
    assert false == []


def test_an_honest_chain_has_no_findings(small, tmp_path) -> None:
    made = audited(tmp_path, plant(small, count=0, seed=2))
    assert made.findings == ()
    assert made.corrected > 0


def test_the_same_seed_gives_the_same_chain(small) -> None:
    assert chain(events=2000, seed=1, world=bundled()).events == small.events
    assert chain(events=2000, seed=2, world=bundled()).events != small.events
    assert 1500 < len(small.events) < 2600


def test_origins_agree_with_what_the_generator_knows(small, tmp_path) -> None:
    with Ledger.create(tmp_path / "l.sqlite") as kept:
        kept.add(small.events, facilities=small.facilities, parties=small.parties)
        cells = [e.outputs[0].lot for e in small.events if e.process == "nmc_cell_making"][::7]
        for lot in cells:
            found = origin(kept, lot, world=bundled()).by_country
            known = small.origins[lot]
            assert found.keys() == known.keys()
            for metal, countries in known.items():
                assert found[metal] == pytest.approx(countries, abs=1e-9)


def test_every_kind_names_a_rule_that_there_is() -> None:
    assert {rule for rule, _ in KINDS.values()} <= set(rules())


def test_too_small_a_chain_is_refused(small) -> None:
    with pytest.raises(UsageError):
        chain(events=10, seed=1, world=bundled())
    with pytest.raises(UsageError):
        plant(small, count=4000, seed=1)


@pytest.mark.slow
def test_all_frauds_are_found_among_a_hundred_thousand_events(tmp_path) -> None:
    tampered = plant(chain(events=100_000, seed=7, world=bundled()), count=44, seed=8)
    assert len(tampered.chain.events) > 95_000
    made = audited(tmp_path, tampered)
    missed, false = judged(tampered, made.findings)
    assert missed == []
    assert false == []
    assert made.seconds < 60


def test_records_changed_removed_and_moved_among_many_are_found_and_no_others(tmp_path) -> None:
    """Sign and log a whole chain, then change it behind the back of the ledger as somebody with its file could."""
    import sqlite3
    from dataclasses import replace

    from oreflow.trace.audit.records import records
    from oreflow.trace.workspace import Workspace

    made = chain(events=1000, seed=5, world=bundled())
    with Workspace.create(tmp_path / "w", origin="example.com/chain") as kept:
        # One key signs all, so nobody can sell to anybody.
        events = [replace(e, issuer=kept.issuer) for e in made.events if e.kind is not Kind.TRANSFER]
        kept.sign(events, facilities=made.facilities, parties=made.parties)
        assert list(records(kept.ledger, kept.log, seen=kept.seen())) == []
        assert not [f for f in audit(kept.ledger, world=bundled()).findings if f.severity == "error"]
        changed, removed, table = (events[i].event for i in (100, 200, 300))
        body = kept.ledger.documents(changed)[0][2].replace(
            b"VerifiableCredential", b"VerifiableCredentiaI", 1
        )
        with sqlite3.connect(tmp_path / "w" / "ledger.sqlite") as raw:
            for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                raw.execute(f"DROP TRIGGER {name}")
            number = "(SELECT d.n FROM documents d JOIN terms t ON t.n = d.event WHERE t.term = ?)"
            raw.execute(f"UPDATE documents SET body = ? WHERE n = {number}", (body, changed))
            raw.execute(f"DELETE FROM seals WHERE n = {number}", (removed,))
            raw.execute(
                "UPDATE events SET time = time + 1 WHERE event = (SELECT n FROM terms WHERE term = ?)",
                (table,),
            )
        raw.close()
        found = list(records(kept.ledger, kept.log, seen=kept.seen()))
    assert {(f.rule, f.events) for f in found} == {
        ("tampered", (changed,)),
        ("missing-record", ()),
        ("tampered", (table,)),
    }
