"""A log in a folder: append so that nothing acknowledged is lost, and prove from what is published.

```
LOG/log.json           origin and public key
LOG/public/            what is served: checkpoint and tiles, static files (C2SP tlog-tiles)
LOG/journal            an append under way, if any
LOG/scratch/           files being written
LOG/lock               held by the one writer
```

An append is decided when its journal is on the disk; then come tiles, then the checkpoint, then the journal goes.
A writer that is stopped at any point is finished by the next one with the same entries in the same order, so that
no two checkpoints of one size can differ.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

from oreflow.errors import OreflowError, TraceError, UsageError
from oreflow.trace import jsonin
from oreflow.trace.keys.key import SigningKey
from oreflow.trace.log import checkpoint as checkpoints
from oreflow.trace.log import journal as journals
from oreflow.trace.log import merkle, note, tiles
from oreflow.trace.log.checkpoint import Checkpoint
from oreflow.trace.log.disk import Disk, locked
from oreflow.trace.log.journal import Journal
from oreflow.trace.log.note import Verifier
from oreflow.trace.log.tiles import ENTRIES, WIDTH, Edge, Reader, Tile

ENTRY = 32
"""Bytes of an entry: a salted hash, never the record itself (see `oreflow.trace.log.entry`)."""

MOST_ENTRIES = 1 << 20
"""Entries that one append takes at most."""

PATIENCE = 60.0
"""Seconds that a writer waits for another."""


@dataclass(frozen=True)
class _Tip:
    """The newest published state, as a writer or reader last saw it."""

    data: bytes
    checkpoint: Checkpoint
    reader: Reader


class Log:
    """A log in a folder. Get one with `create` or `open`.

    Args:
        folder: The folder.
        verifier: Public key of the log under its origin.
        key: Key to append with; none to read only.
    """

    def __init__(self, folder: Path, verifier: Verifier, key: SigningKey | None) -> None:
        if key is not None and key.public != verifier.key:
            raise TraceError("key-wrong", f"{folder}: the log is signed by another key than {key.public}.")
        self.folder, self.verifier, self._key = folder, verifier, key
        self._public = Disk(folder / "public", folder / "scratch")
        self._private = Disk(folder, folder / "scratch")
        self._tip: _Tip | None = None
        self._edge: tuple[Edge, list[bytes]] | None = None

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

    def append(self, entries: Iterable[bytes], *, patience: float = PATIENCE) -> range:
        """Append entries, all or none, and publish a new checkpoint.

        Args:
            entries: Salted hashes of records, 32 bytes each.
            patience: Seconds to wait for another writer.

        Returns:
            Indices of the entries. When it returns, they are on the disk and under the checkpoint.

        Raises:
            UsageError: The log was opened without a key, or an entry is no salted hash.
            TraceError: What is published does not hold together; nothing is appended.
            OreflowError: Another writer does not come to an end, or a file cannot be written.
        """
        if self._key is None:
            raise UsageError(f"{self.folder}: the log was opened to read; give its key to append.")
        found = [bytes(e) for e in entries]
        if any(len(e) != ENTRY for e in found):
            raise UsageError(f"an entry of the log is a salted hash of {ENTRY} bytes; see commit().")
        if len(found) > MOST_ENTRIES:
            raise UsageError(
                f"{len(found):,} entries at once, more than {MOST_ENTRIES:,}; append them in parts."
            )
        with locked(self.folder / "lock", patience=patience):
            self._recover()
            tip = self._look()
            if not found:
                return range(tip.checkpoint.size, tip.checkpoint.size)
            decided = Journal(tip.checkpoint.size, tip.checkpoint.root, found)
            self._private.put("journal", bytes(decided))
            self._private.settle()
            self._apply(decided)
        return range(decided.size, decided.size + len(found))

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

    def cosigned(self, checkpoint: Checkpoint) -> None:
        """Publish the checkpoint again, with cosignatures that were collected for it.

        Args:
            checkpoint: The published checkpoint with further signatures; they are not checked here.

        Raises:
            UsageError: It is another checkpoint than the published one.
            OreflowError: Another writer does not come to an end, or a file cannot be written.
        """
        with locked(self.folder / "lock", patience=PATIENCE):
            self._recover()
            tip = self._look()
            if checkpoint.note.text != tip.checkpoint.note.text:
                raise UsageError(
                    "the log has grown since these cosignatures were collected; collect them again."
                )
            merged = tip.checkpoint.with_signatures(checkpoint.note.signatures)
            self._public.put("checkpoint", bytes(merged))
            self._public.settle()

    def check(self) -> Checkpoint:
        """Read the whole log again: every entry against its hash, every tile against the root.

        Returns:
            The checkpoint that it was held against.

        Raises:
            TraceError: Something was changed, moved or is missing; the message says where.
        """
        tip = self._look()
        edge = Edge()
        for tile in tiles.of(ENTRIES, tip.checkpoint.size):
            leaves = [merkle.leaf_hash(e) for e in tip.reader.entries(tile.index)]
            made = {t: c for t, c in edge.grow(leaves).items() if t.width == WIDTH}
            for name, content in (made if edge.size < tip.checkpoint.size else made | edge.partial()).items():
                if tip.reader.content(name) != content:
                    raise TraceError("tile-wrong", f"{name.path}: its hashes are not those of what is below.")
        if edge.root() != tip.checkpoint.root:
            raise TraceError("log-damaged", f"{self.folder}: its entries do not lead to its checkpoint.")
        return tip.checkpoint

    def _sized(self, tip: _Tip, size: int | None) -> int:
        if size is not None and size > tip.checkpoint.size:
            raise UsageError(f"the log has {tip.checkpoint.size} records, not {size}.")
        return tip.checkpoint.size if size is None else size

    def _look(self) -> _Tip:
        data = self._public.read("checkpoint")
        if data is None:
            raise TraceError("tile-missing", f"{self.folder / 'public'}: the checkpoint is missing.")
        if self._tip is None or self._tip.data != data:
            found = checkpoints.read(data, what=str(self.folder / "public" / "checkpoint"))
            checkpoints.verify(found, [self.verifier])
            last = self._tip.reader if self._tip else None
            self._tip = _Tip(data, found, Reader(self._public.read, found.size, last=last))
        return self._tip

    def _recover(self) -> None:
        """Finish the append of a writer that was stopped; called with the lock held."""
        self._private.sweep()
        data = self._private.read("journal")
        if data is None:
            return
        self._edge = None
        decided, tip = journals.read(data), self._look().checkpoint
        after = decided.size + len(decided.entries)
        if tip.size == decided.size and tip.root == decided.root:
            self._apply(decided)
        elif tip.size == after:
            self._finish(decided.size, after)
        else:
            raise TraceError(
                "log-damaged",
                f"{self.folder}: its journal begins at {decided.size} records, but its checkpoint has {tip.size}.",
            )

    def _apply(self, decided: Journal) -> None:
        """Write tiles, then the checkpoint, then drop the journal."""
        if self._key is None:
            raise UsageError(f"{self.folder}: an append was stopped; open the log with its key to finish it.")
        edge, open_entries = self._last()
        self._edge = None  # until all is written, what stands in memory is ahead of the disk
        first = decided.size // WIDTH
        kept = [*open_entries, *decided.entries]
        for tile, content in edge.grow(map(merkle.leaf_hash, decided.entries)).items():
            self._public.publish(tile.path, content)
        for low in range(0, len(kept), WIDTH):
            part = kept[low : low + WIDTH]
            self._public.publish(Tile(ENTRIES, first + low // WIDTH, len(part)).path, tiles.pack(part))
        self._public.settle()
        signed = checkpoints.sign(self.origin, edge.size, edge.root(), self._key)
        self._public.put("checkpoint", bytes(signed))
        self._public.settle()
        self._finish(decided.size, edge.size)
        self._edge = edge, kept[len(kept) - edge.size % WIDTH :]

    def _finish(self, before: int, after: int) -> None:
        """Drop the journal, and the partial tiles that full ones have replaced."""
        # Its going need not reach the disk: one that is found again is seen to have been applied.
        self._private.remove("journal")
        level = 0
        while after >> 8 * level:
            last = (before >> 8 * level) // WIDTH
            if (after >> 8 * level) // WIDTH > last:
                for kind in (level, ENTRIES) if level == 0 else (level,):
                    gone = self.folder / "public" / f"{Tile(kind, last).path}.p"
                    with suppress(OSError):
                        shutil.rmtree(gone)
            level += 1

    def _last(self) -> tuple[Edge, list[bytes]]:
        """Return the right edge of the tree and the entries of the last bundle, held against the checkpoint."""
        tip = self._look()
        if self._edge is None or self._edge[0].size != tip.checkpoint.size:
            edge = Edge.read(tip.reader)
            if edge.root() != tip.checkpoint.root:
                raise TraceError("log-damaged", f"{self.folder}: its tiles do not lead to its checkpoint.")
            rest = tip.checkpoint.size % WIDTH
            self._edge = edge, tip.reader.entries(tip.checkpoint.size // WIDTH) if rest else []
        return self._edge


def create(folder: str | PathLike[str], *, origin: str, key: SigningKey) -> Log:
    """Make a new log, empty, with its first checkpoint.

    Args:
        folder: Folder to make; it must not be there or be empty.
        origin: Name of the log, e.g. ``example.com/cobalt``: a web address without its scheme, so that it is
            nobody else's.
        key: An Ed25519 key.

    Returns:
        The log.

    Raises:
        UsageError: The folder is in use, or the origin or key is not possible.
        OreflowError: The folder cannot be made.
    """
    path = Path(folder)
    verifier = Verifier(origin, note.NOTE, key.public)
    first = checkpoints.sign(origin, 0, merkle.EMPTY, key)
    try:
        path.mkdir(parents=True, exist_ok=True)
        if any(p.name != "lock" for p in path.iterdir()):
            raise UsageError(f"{path} is not empty; a new log needs a folder of its own.")
        (path / "public").mkdir()
        (path / "scratch").mkdir()
    except OSError as e:
        raise OreflowError(f"cannot make {path}: {e.strerror or e}.") from e
    made = Log(path, verifier, key)
    made._public.put("checkpoint", bytes(first))
    made._public.settle()
    about = {"format": 1, "origin": origin, "key": str(verifier)}
    made._private.put("log.json", (json.dumps(about, indent=2) + "\n").encode())
    made._private.settle()
    return made


def open(folder: str | PathLike[str], *, key: SigningKey | None = None) -> Log:
    """Open a log; an append that was stopped is finished by the next one.

    Args:
        folder: Folder of the log.
        key: Its key, to append; none to read only.

    Returns:
        The log.

    Raises:
        UsageError: There is no log.
        TraceError: It is signed by another key, or what says so is malformed.
    """
    path = Path(folder)
    data = Disk(path, path / "scratch").read("log.json")
    if data is None:
        raise UsageError(f"{path} holds no log: it has no log.json.")
    about = jsonin.loads(data, name=str(path / "log.json"))
    told: Sequence[object] = (
        [about.get(k) for k in ("format", "origin", "key")] if isinstance(about, dict) else []
    )
    if len(told) != 3 or told[0] != 1 or not isinstance(told[2], str):
        raise TraceError("log-damaged", f"{path / 'log.json'}: not the description of a log.")
    verifier = note.read_vkey(told[2])
    if verifier.kind != note.NOTE or verifier.name != told[1]:
        raise TraceError("log-damaged", f"{path / 'log.json'}: its key is not one of the log {told[1]!r}.")
    return Log(path, verifier, key)
