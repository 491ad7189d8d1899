"""What was seen of a log before, held against what it shows now."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from oreflow.errors import TraceError
from oreflow.trace.log import checkpoint as checkpoints
from oreflow.trace.log import merkle
from oreflow.trace.log.checkpoint import Checkpoint
from oreflow.trace.log.disk import Disk, locked, make_folder
from oreflow.trace.log.note import Verifier

FIRST, SAME, GROWN = "first", "same", "grown"

MOST_EVIDENCE = 100
"""Pairs of checkpoints that are kept; one is enough, and a log that lies can make any number."""

Prove = Callable[[int, int], list[bytes]]


@dataclass(frozen=True)
class Observation:
    """What a checkpoint was beside the one seen before.

    Attributes:
        kind: `FIRST` where none was seen before, `SAME`, or `GROWN` with nothing changed.
        before: The one seen before.
        now: The checkpoint.
    """

    kind: str
    before: Checkpoint | None
    now: Checkpoint


def compare(before: Checkpoint, now: Checkpoint, prove: Prove) -> str:
    """Hold a checkpoint against one of the same log that was seen before; signatures are not checked.

    Args:
        before: The one seen before.
        now: The one shown now.
        prove: Gives the log's proof of consistency between two sizes.

    Returns:
        `SAME` or `GROWN`.

    Raises:
        TraceError: ``split-view`` for two roots at one size, with both checkpoints as evidence;
            ``checkpoint-replayed`` for an older one; ``consistency-wrong`` where it does not go on from it.
    """
    if before.origin != now.origin:
        raise TraceError("origin-unknown", f"{now.origin!r} is another log than {before.origin!r}.")
    evidence = (bytes(before), bytes(now))
    if before.size == now.size:
        if before.root != now.root:
            raise TraceError(
                "split-view",
                f"{now.origin} shows two different trees of {now.size:,} records; keep both checkpoints: they "
                "prove it to anybody.",
                evidence=evidence,
            )
        return SAME
    if now.size < before.size:
        raise TraceError(
            "checkpoint-replayed",
            f"{now.origin}: a checkpoint of {now.size:,} records, after one of {before.size:,} had been seen.",
            evidence=evidence,
        )
    if before.size == 0:
        return GROWN
    try:
        merkle.verify_consistency(before.size, now.size, prove(before.size, now.size), before.root, now.root)
    except TraceError as e:
        if e.rule != "consistency-wrong":
            raise
        raise TraceError(
            "consistency-wrong",
            f"{now.origin}: the log of {now.size:,} records does not go on from that of {before.size:,}; "
            "something was removed, moved or changed.",
            evidence=evidence,
        ) from e
    return GROWN


def is_split_view(first: Checkpoint, second: Checkpoint, logs: Iterable[Verifier]) -> bool:
    """Whether two checkpoints prove that a log showed two trees of one size; needs the log's key alone.

    Raises:
        TraceError: One of them is not signed by the log.
    """
    keys = list(logs)
    for c in (first, second):
        checkpoints.verify(c, keys)
    return first.origin == second.origin and first.size == second.size and first.root != second.root


class Seen:
    """Remembers the newest checkpoint of each log in a folder, and keeps evidence against logs.

    Args:
        folder: The folder; made where it is missing.
        logs: Keys of the logs that are watched.
    """

    def __init__(self, folder: Path, logs: Iterable[Verifier]) -> None:
        self.folder, self._logs = folder, tuple(logs)
        for name in ("", "scratch", "evidence"):
            make_folder(folder / name)  # a memory that is gone after the power was would be none
        self._disk = Disk(folder, folder / "scratch")

    def last(self, origin: str) -> Checkpoint | None:
        """Return the newest checkpoint that was seen of a log; ``None`` for none."""
        data = self._disk.read(_name(origin))
        return None if data is None else checkpoints.read(data, what=f"what was seen of {origin}")

    def observe(self, checkpoint: Checkpoint, prove: Prove) -> Observation:
        """Hold a checkpoint against the newest one seen, and remember it.

        Args:
            checkpoint: What the log shows now.
            prove: Gives its proof of consistency between two sizes.

        Raises:
            TraceError: It is not signed by the log, is older, or does not go on from what was seen; two that
                contradict each other are kept in the folder ``evidence``.
        """
        checkpoints.verify(checkpoint, self._logs)
        with locked(self.folder / "lock", patience=60.0):
            before = self.last(checkpoint.origin)
            if before is None:
                kind = FIRST
            else:
                try:
                    kind = compare(before, checkpoint, prove)
                except TraceError as e:
                    if e.rule in ("split-view", "consistency-wrong"):
                        self.keep(before, checkpoint)
                    raise
            if kind != SAME:
                self.remember(checkpoint)
        return Observation(kind, before, checkpoint)

    def evidence(self) -> list[tuple[Checkpoint, Checkpoint]]:
        """Return the pairs of checkpoints that contradict each other."""
        found = []
        for first in sorted((self.folder / "evidence").glob("*.first")):
            second = first.with_suffix(".second")
            if second.is_file():
                found.append((checkpoints.read(first.read_bytes()), checkpoints.read(second.read_bytes())))
        return found

    def remember(self, checkpoint: Checkpoint) -> None:
        """Remember a checkpoint that was checked as the newest of its log; it is on the disk when this returns."""
        self._disk.put(_name(checkpoint.origin), bytes(checkpoint))
        self._disk.settle()

    def keep(self, first: Checkpoint, second: Checkpoint) -> None:
        """Keep two checkpoints that contradict each other, once for each two trees, and not without end."""
        if len(list((self.folder / "evidence").glob("*.first"))) >= MOST_EVIDENCE:
            return
        told = repr((first.head, second.head)).encode()
        name = sha256(told).hexdigest()[:32]
        for which, checkpoint in (("first", first), ("second", second)):
            self._disk.put(f"evidence/{name}.{which}", bytes(checkpoint))
        self._disk.settle()


def _name(origin: str) -> str:
    return f"{sha256(origin.encode()).hexdigest()}.checkpoint"
