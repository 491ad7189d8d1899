"""The transparency log and signed records: appending, proving, checking, each beside the plain way to do it."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from benchmarks.clock import paired
from benchmarks.models import check_equal
from benchmarks.registry import Measure, Plan, case

MANY = 100_000
"""Records of a large log."""
FEW = 200


def _entries(start: int, count: int) -> list[bytes]:
    return [sha256(b"%d" % i).digest() for i in range(start, start + count)]


def _root(entries: list[bytes]) -> bytes:
    """The root of a tree, hashed anew from its leaves, level by level."""
    row = [sha256(b"\x00" + e).digest() for e in entries]
    while len(row) > 1:
        above = [sha256(b"\x01" + row[i] + row[i + 1]).digest() for i in range(0, len(row) - 1, 2)]
        row = above + row[len(row) - len(row) % 2 :]
    return row[0]


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="benchmarks-log-")


@cache
def _log() -> Any:
    """A log of many records."""
    from oreflow.trace import keys, log

    made = log.create(
        Path(_folder().name) / "log", origin="example.com/bench", key=keys.SigningKey.generate()
    )
    made.append(_entries(0, MANY))
    return made


def _rate(count: int, seconds: float) -> str:
    return f"{count / seconds:,.0f} a second"


@case("trace/log/fill", "append 100,000 records to an empty log at once, on the disk", quick=True)
def fill(plan: Plan) -> Measure:
    """Beside hashing the tree once in memory, which is the least that any log must do."""
    from oreflow.trace import keys, log

    entries, key, roots = _entries(0, MANY), keys.SigningKey.generate(), []
    folder = Path(_folder().name)
    names = iter(range(100))

    def ours() -> None:
        made = log.create(folder / f"fill-{next(names)}-{os.getpid()}", origin="example.com/fill", key=key)
        made.append(entries)
        roots.append(made.checkpoint().root)

    times, against = paired(ours, lambda: roots.append(_root(entries)), plan.at_most(3))
    if len(set(roots)) != 1:
        raise AssertionError("the log and the plain tree have different roots.")
    measure = Measure(times, "the tree hashed in memory, nothing kept", against, f"{MANY:,} records")
    measure = Measure(*_parts(measure), note=_rate(MANY, measure.median))
    return measure.within(20.0, "times the plain hashing", 1.0 / (measure.ratio or 1.0))


@case("trace/log/append", "append one record at a time to a log of 100,000, each on the disk", quick=True)
def append(plan: Plan) -> Measure:
    """Beside a list of leaves that is hashed anew and written whole for each record."""
    count = 20
    made = _log()
    start = made.size
    plain = _entries(0, start)
    target = Path(_folder().name) / "plain"
    done = iter(range(10**9))

    def ours() -> None:
        for _ in range(count):
            made.append(_entries(MANY + next(done), 1))

    def peer() -> None:
        root = _root(plain)
        with target.open("wb") as stream:
            stream.write(b"".join(plain) + root)
            stream.flush()
            os.fsync(stream.fileno())

    times, against = paired(ours, peer, plan.at_most(5))
    each = tuple(t / count for t in times)
    measure = Measure(each, "the tree hashed anew, the leaves written whole", against, f"{start:,} records")
    measure = Measure(*_parts(measure), note=_rate(1, measure.median))
    return measure.faster(3.0)


@case("trace/log/prove", "prove a record in a log of 100,000 from its tiles", quick=True)
def prove(plan: Plan) -> Measure:
    """Beside hashing the tree anew for each proof; both from entries in memory or tiles that were read once."""
    made = _log()
    size = made.size
    entries = [made.entry(i) for i in range(size)]
    picked = range(0, size, size // FEW)

    def ours() -> None:
        for i in picked:
            made.inclusion(i, size)

    times, against = paired(ours, lambda: _root(entries), plan.at_most(5))
    each = tuple(t / len(picked) for t in times)
    measure = Measure(each, "the tree hashed anew", against, f"{size:,} records", _rate(1, min(each)))
    return measure.faster(100.0)


def _record() -> tuple[Any, bytes, Any]:
    """A signed record of usual size, its canonical bytes, and who signed it."""
    from oreflow.trace import credential, jsonin, keys

    key = keys.SigningKey.generate()
    subject = {
        "id": "urn:lot:1",
        "name": "Cobalt hydroxide, bagged",
        "lines": [
            {"lot": f"urn:lot:{i}", "mass_kg": 1000 + i, "element": "Co", "share": 300} for i in range(8)
        ],
    }
    record = credential.issue(
        {
            "@context": [credential.CONTEXT],
            "type": ["VerifiableCredential"],
            "issuer": key.public.did,
            "credentialSubject": subject,
        },
        key,
    )
    return record, jsonin.canonical(record), key


def _beside(ours: Callable[[], object], peer: Callable[[], object], plan: Plan) -> tuple[Any, Any]:
    def many(work: Callable[[], object]) -> Callable[[], None]:
        def run() -> None:
            for _ in range(FEW):
                work()

        return run

    times, against = paired(many(ours), many(peer), plan.at_most(5))
    return tuple(t / FEW for t in times), tuple(t / FEW for t in against)


@case("trace/proof/verify", "check a proof file with two cosignatures, all of it", quick=True)
def verify_proof(plan: Plan) -> Measure:
    """Beside the three Ed25519 checks alone, which cannot be saved."""
    from oreflow.trace import keys, log
    from oreflow.trace.log.cosignature import cosign, verifier

    made = _log()
    head = made.checkpoint()
    witnesses = [keys.SigningKey.generate() for _ in range(2)]
    head = head.with_signatures(cosign(head, f"w{i}", k, 1) for i, k in enumerate(witnesses))
    policy = log.k_of_n([made.verifier], [verifier(f"w{i}", k) for i, k in enumerate(witnesses)], 2)
    data = bytes(log.make_proof(made, 77, checkpoint=head))
    entry = made.entry(77)
    signature = witnesses[0].sign(b"m" * 100)

    def ours() -> None:
        log.verify_proof(log.read_proof(data), entry, policy, now=2)

    def peer() -> None:
        for _ in range(3):
            witnesses[0].public.verify(signature, b"m" * 100)

    times, against = _beside(ours, peer, plan)
    measure = Measure(times, "three Ed25519 checks", against, f"{len(data):,} bytes", _rate(1, min(times)))
    return measure.within(3.0, "times the signatures alone", 1.0 / (measure.ratio or 1.0))


@case("trace/record/verify", "read a signed record strictly and check it", quick=True)
def verify_record(plan: Plan) -> Measure:
    """Beside reading it with the standard library and one Ed25519 check."""
    from oreflow.trace import credential

    _, body, key = _record()
    signature = key.sign(b"m" * 64)
    check_equal(len(credential.verify(body).failures), 0, "a good record")

    def peer() -> None:
        json.loads(body)
        key.public.verify(signature, b"m" * 64)

    times, against = _beside(lambda: credential.verify(body), peer, plan)
    measure = Measure(
        times, "json and one Ed25519 check", against, f"{len(body):,} bytes", _rate(1, min(times))
    )
    return measure.within(5.0, "times those alone", 1.0 / (measure.ratio or 1.0))


@case("trace/record/canonical", "write a record in the canonical form", quick=True)
def canonical(plan: Plan) -> Measure:
    """Beside the package that the form comes from."""
    import rfc8785

    from oreflow.trace import jsonin

    record, body, _ = _record()
    if rfc8785.dumps(record) != body:
        raise AssertionError("two canonical forms differ.")
    times, against = _beside(lambda: jsonin.canonical(record), lambda: rfc8785.dumps(record), plan)
    return Measure(times, "rfc8785", against, f"{len(body):,} bytes", _rate(1, min(times))).faster(2.0)


def _parts(measure: Measure) -> tuple[Any, ...]:
    return measure.seconds, measure.peer, measure.against, measure.size
