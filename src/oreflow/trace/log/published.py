"""What a log has published in its folder: read, held together, and proved from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from oreflow.errors import TraceError, UsageError
from oreflow.trace.keys.history import Statement
from oreflow.trace.log import checkpoint as checkpoints
from oreflow.trace.log import merkle, tiles
from oreflow.trace.log.checkpoint import Checkpoint
from oreflow.trace.log.disk import Disk
from oreflow.trace.log.milestones import Milestones
from oreflow.trace.log.note import Verifier
from oreflow.trace.log.policy import Policy
from oreflow.trace.log.tiles import ENTRIES, WIDTH, Edge, Reader


@dataclass(frozen=True)
class Tip:
    """The newest state that was published, as it was last seen.

    Attributes:
        data: The checkpoint's bytes.
        checkpoint: The checkpoint.
        reader: Reads the tiles.
    """

    data: bytes
    checkpoint: Checkpoint
    reader: Reader


class Published:
    """A log to read. `Log` is one, and appends.

    Args:
        folder: Folder of the log.
        verifier: Public key of the log under its origin.
        statements: How earlier keys were replaced.
    """

    def __init__(self, folder: Path, verifier: Verifier, statements: Iterable[Statement] = ()) -> None:
        self.folder, self.verifier = folder, verifier
        self.statements = tuple(statements)
        self._public = Disk(folder / "public", folder / "scratch")
        self._private = Disk(folder, folder / "scratch")
        self._tip: Tip | None = None

    @property
    def origin(self) -> str:
        """Name of the log."""
        return self.verifier.name

    @property
    def size(self) -> int:
        """Records of the log, as published."""
        return self.checkpoint().size

    def checkpoint(self) -> Checkpoint:
        """Return the published checkpoint, its signature checked.

        Raises:
            TraceError: It is missing, malformed or not signed by the log.
        """
        return self._look().checkpoint

    def entry(self, index: int) -> bytes:
        """Return one entry.

        Raises:
            UsageError: There is none of that index.
            TraceError: What is published does not hold together.
        """
        tip = self._look()
        if not 0 <= index < tip.checkpoint.size:
            raise UsageError(f"there is no record {index} in a log of {tip.checkpoint.size}; the first is 0.")
        return tip.reader.entries(index // WIDTH)[index % WIDTH]

    def inclusion(self, index: int, size: int | None = None) -> list[bytes]:
        """Return the proof that an entry is in the log.

        Args:
            index: Which entry, from 0.
            size: Records of the log at the checkpoint to prove for; the published one when left out.

        Raises:
            UsageError: There is no such entry or size.
            TraceError: What is published does not hold together.
        """
        tip = self._look()
        return merkle.inclusion(index, self._sized(tip, size), tip.reader.node)

    def consistency(self, first: int, second: int | None = None) -> list[bytes]:
        """Return the proof that nothing of the log at one size was changed until another.

        Args:
            first: Records at the older checkpoint, at least 1.
            second: Records at the newer one; the published one when left out.

        Raises:
            UsageError: There are no such sizes.
            TraceError: What is published does not hold together.
        """
        tip = self._look()
        return merkle.consistency(first, self._sized(tip, second), tip.reader.node)

    def root(self, size: int | None = None) -> bytes:
        """Return the root of the log at a size; of the published one when left out.

        Raises:
            UsageError: The log is not so large.
        """
        tip = self._look()
        return merkle.root(self._sized(tip, size), tip.reader.node)

    def milestones(self, policy: Policy, *, now: int) -> Milestones:
        """Return when which part of the log had been cosigned, from the checkpoints that were kept.

        Args:
            policy: Which witnesses count, and how many are enough.
            now: Now, s since 1970.

        Raises:
            TraceError: A checkpoint that was kept does not belong to this log.
        """
        return Milestones((head.size, at) for head, at in self._witnessed(policy, now))

    def witnessed(self, policy: Policy, *, now: int) -> Checkpoint | None:
        """Return the largest checkpoint that enough witnesses had cosigned; ``None`` where there is none.

        Args:
            policy: Which witnesses count, and how many are enough.
            now: Now, s since 1970.

        Raises:
            TraceError: A checkpoint that was kept does not belong to this log.
        """
        return max((head for head, _ in self._witnessed(policy, now)), key=lambda h: h.size, default=None)

    def _witnessed(self, policy: Policy, now: int) -> Iterator[tuple[Checkpoint, int]]:
        for path in sorted((self.folder / "cosigned").glob("*")):
            head = checkpoints.read(self._private.read(f"cosigned/{path.name}") or b"", what=str(path))
            try:
                at = policy.check(head, now=now)
            except TraceError as e:
                if e.rule != "quorum-missing":
                    raise
                continue
            if head.size > self.size or self.root(head.size) != head.root:
                raise TraceError(
                    "log-damaged",
                    f"{path}: the log of {head.size:,} records was another when it was cosigned.",
                )
            if at is not None:
                yield head, at

    def check(self) -> Checkpoint:
        """Read the whole log again: every entry against its hash, every tile against the root.

        Returns:
            The checkpoint that it was held against.

        Raises:
            TraceError: Something was changed, moved or is missing; the message says where.
        """
        tip = self._look()
        edge, reader = Edge(), Reader(self._public.read, tip.checkpoint.size)  # nothing from memory
        for tile in tiles.of(ENTRIES, tip.checkpoint.size):
            leaves = [merkle.leaf_hash(e) for e in reader.entries(tile.index)]
            made = {t: c for t, c in edge.grow(leaves).items() if t.width == WIDTH}
            for name, content in (made if edge.size < tip.checkpoint.size else made | edge.partial()).items():
                if reader.content(name) != content:
                    raise TraceError("tile-wrong", f"{name.path}: its hashes are not those of what is below.")
        if edge.root() != tip.checkpoint.root:
            raise TraceError("log-damaged", f"{self.folder}: its entries do not lead to its checkpoint.")
        return tip.checkpoint

    def _sized(self, tip: Tip, size: int | None) -> int:
        if size is not None and size > tip.checkpoint.size:
            raise UsageError(f"the log has {tip.checkpoint.size} records, not {size}.")
        return tip.checkpoint.size if size is None else size

    def _look(self) -> Tip:
        data = self._public.read("checkpoint")
        if data is None:
            raise TraceError("tile-missing", f"{self.folder / 'public'}: the checkpoint is missing.")
        if self._tip is None or self._tip.data != data:
            found = checkpoints.read(data, what=str(self.folder / "public" / "checkpoint"))
            checkpoints.verify(found, [self.verifier])
            last = self._tip.reader if self._tip else None
            self._tip = Tip(data, found, Reader(self._public.read, found.size, last=last))
        return self._tip
