"""Records against their signatures and against the log that holds them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from oreflow.errors import DataError, OreflowError, TraceError
from oreflow.trace import credential, log
from oreflow.trace.audit.finding import Finding, found
from oreflow.trace.jsonin import loads
from oreflow.trace.keys.history import History
from oreflow.trace.log.tiles import WIDTH, Reader
from oreflow.trace.model import event_from_plain
from oreflow.trace.store import Ledger, Sealed
from oreflow.trace.store.ledger import content

KEY_RULES = ("key-outside-validity", "key-compromised", "key-unknown")
_UNSURE = ("issuer-unknown",)


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
        tell: Called with how many records are done, and of how many.
    """
    yield from _history(kept, seen)
    entries, damaged = _entries(kept)
    yield from damaged
    sealed = ledger.sealed()
    place = {x.entry: x for x in sealed}
    taken: set[int] = set()
    standing = {e.event: content(e) for e in ledger.events()} if signatures else {}
    for i, x in enumerate(sealed):
        if x.place is not None:
            taken.add(x.place)
            yield from _at_place(x, entries)
        if signatures:
            yield from _signed(x, standing, resolver, histories, cosigned_at, now)
        if not i % 1000:
            tell(i, len(sealed))
    for i, entry in enumerate(entries):
        if i not in taken and entry is not None:
            known = place.get(entry)
            what = (
                f"stands for {known.event}, which was not marked" if known else "has no record in the ledger"
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


def _signed(
    x: Sealed,
    standing: Mapping[str, bytes],
    resolver: credential.Resolver | None,
    histories: Mapping[str, History] | None,
    cosigned_at: int | None,
    now: int | None,
) -> Iterator[Finding]:
    try:
        data = loads(x.body, name=x.event)
    except TraceError as e:
        yield found("tampered", f"{x.event}: {e}", (x.event,))
        return
    if not isinstance(data, dict) or x.form == "epcis":
        return
    yield from _same(x, data, standing)
    if "proof" not in data:
        return
    checked = credential.verify(data, resolver, now=now, histories=histories, cosigned_at=cosigned_at)
    for failure in checked.failures:
        if failure.rule in _UNSURE:
            continue
        rule = "key-validity" if failure.rule in KEY_RULES else "tampered"
        yield found(rule, f"{x.event}: {failure.message}", (x.event,))
        return


def _same(x: Sealed, data: Mapping[str, Any], standing: Mapping[str, bytes]) -> Iterator[Finding]:
    """The ledger computes with its tables; they must say what the signed record says."""
    subjects = data.get("credentialSubject")
    for subject in subjects if isinstance(subjects, list) else []:
        if not isinstance(subject, dict) or "metalLedger" not in subject:
            continue
        try:
            event = event_from_plain(subject["metalLedger"])
        except DataError as e:
            yield found("tampered", f"{x.event}: {e}", (x.event,))
            continue
        if standing.get(event.event) != content(event):
            yield found(
                "tampered",
                f"{event.event}: the table and the signed record do not say the same.",
                (event.event,),
            )
