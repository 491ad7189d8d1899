"""Records against their signatures and against the log that holds them."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from hashlib import sha256
from itertools import repeat
from pathlib import Path

from oreflow.errors import OreflowError, TraceError
from oreflow.trace import credential, log
from oreflow.trace.audit.finding import Finding, found
from oreflow.trace.checking import Read, Trust, part
from oreflow.trace.keys.history import History
from oreflow.trace.log.tiles import WIDTH, Reader
from oreflow.trace.model import content
from oreflow.trace.store import Ledger, Sealed

_PART = 1000
_MANY = 5000
"""Records from which processes of their own are worth their start."""


def records(
    ledger: Ledger,
    kept: log.Log,
    *,
    seen: log.Seen | None = None,
    resolver: credential.Resolver | None = None,
    histories: Mapping[str, History] | None = None,
    cosigned_at: int | None = None,
    now: int | None = None,
    signatures: bool = True,
    workers: int = 1,
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> Iterator[Finding]:
    """Yield what of the records is not as the log and the signatures say.

    Args:
        ledger: Ledger.
        kept: Log that its records are in.
        seen: Checkpoints of the log that were seen before.
        resolver: Knows the keys of issuers.
        histories: Issuer to the history of its keys.
        cosigned_at: When witnesses had cosigned the log (Unix time).
        now: Now (Unix time); the clock's when left out.
        signatures: Whether to check signatures, which takes the most time.
        workers: Processes that check signatures side by side where there are many.
        tell: Called with how many records are done, and of how many.
    """
    yield from _history(kept, seen)
    entries, damaged = _entries(kept)
    yield from damaged
    sealed = ledger.sealed()
    place = {x.entry: x for x in sealed}
    taken: set[int] = set()
    for x in sealed:
        if x.place is not None:
            taken.add(x.place)
            yield from _at_place(x, entries)
    if signatures:
        standing = {e.event: sha256(content(e)).digest() for e in ledger.events()}
        trust = Trust(resolver, histories, cosigned_at, now)
        for i, read in enumerate(_documents(sealed, trust, workers)):
            yield from _told(read, standing)
            if not i % 1000:
                tell(i, len(sealed))
    for i, entry in enumerate(entries):
        if i not in taken and entry is not None:
            known = place.get(entry)
            what = (
                f"stands for {known.event}, which stands elsewhere"
                if known
                else "has no record in the ledger"
            )
            if known is None or known.place is not None:
                yield found(
                    "missing-record", f"entry {i} of {kept.origin} {what}.", (known.event,) if known else ()
                )


def _history(kept: log.Log, seen: log.Seen | None) -> Iterator[Finding]:
    try:
        head = kept.checkpoint()
        if seen is not None:
            seen.observe(head, kept.consistency)
    except TraceError as e:
        rule = "split-view" if e.rule == "split-view" else "missing-record"
        yield found(rule, str(e), ())
    except OreflowError as e:
        yield found("missing-record", f"{kept.origin}: {e}", ())


def _entries(kept: log.Log) -> tuple[list[bytes | None], list[Finding]]:
    """Return the entries of a log, each held against its tile, and what could not be read."""
    out: list[bytes | None] = []
    wrong = []
    folder = Path(kept.folder) / "public"

    def fetch(name: str) -> bytes | None:
        try:
            return (folder / name).read_bytes()
        except OSError:
            return None

    try:
        kept.check()
    except TraceError as e:
        wrong.append(found("missing-record", str(e), ()))
    try:
        size = kept.checkpoint().size
    except TraceError:
        return out, wrong
    reader = Reader(fetch, size)
    for bundle in range(-(-size // WIDTH)):
        width = min(WIDTH, size - bundle * WIDTH)
        try:
            out += reader.entries(bundle)
        except TraceError:
            out += [None] * width
    return out, wrong


def _at_place(x: Sealed, entries: list[bytes | None]) -> Iterator[Finding]:
    if x.place is None or x.place >= len(entries):
        yield found("missing-record", f"{x.event} should be entry {x.place} of the log, which has {len(entries)}.",
                    (x.event,))  # fmt: skip
        return
    there = entries[x.place]
    if there is None:
        return  # the log itself is damaged there, and that is told once
    if log.entry_hash(x.salt, x.body) != there:
        rule = "tampered" if there == x.entry else "missing-record"
        said = (
            "was changed after it entered the log"
            if rule == "tampered"
            else "is not what stands at its place"
        )
        yield found(rule, f"{x.event} {said} (entry {x.place}).", (x.event,))


def _documents(sealed: Sequence[Sealed], trust: Trust, workers: int) -> Iterator[Read]:
    """Read and check documents, in processes side by side where there are many."""
    jobs = [[(x.event, x.form, x.body) for x in sealed[i : i + _PART]] for i in range(0, len(sealed), _PART)]
    if workers < 2 or len(sealed) < _MANY:
        for job in jobs:
            yield from part(job, trust)
        return
    # Not forked: a process with threads of a solver or a database in it must not be copied.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        for done in pool.map(part, jobs, repeat(trust)):
            yield from done


def _told(read: Read, standing: Mapping[str, bytes]) -> Iterator[Finding]:
    """Yield what is wrong with a document, and where the tables, which the audit computes with, say otherwise."""
    for name, digest in read.said:
        if standing.get(name) != digest:
            text = f"{name}: the table and the signed record do not say the same."
            yield found("tampered", text, (name,))
    for rule, text in read.wrong:
        yield found(rule, f"{read.name}: {text}", (read.name,))
