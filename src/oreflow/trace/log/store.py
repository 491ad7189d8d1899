"""A log in a folder: append so that nothing acknowledged is lost, and prove from what is published.

```
LOG/log.json           origin and public key, and how earlier keys were replaced
LOG/public/            what is served: checkpoint and tiles, static files (C2SP tlog-tiles)
LOG/cosigned/          each checkpoint that witnesses cosigned, by its size
LOG/journal            an append under way, if any
LOG/scratch/           files being written
LOG/lock               held by the one writer
```

An append is decided when its journal is on the disk; then come tiles, then the checkpoint, then the journal goes.
A writer that is stopped at any point is finished by the next one with the same entries in the same order, so that
no two checkpoints of one size can differ.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from contextlib import suppress
from os import PathLike
from pathlib import Path

from oreflow.errors import TraceError, UsageError
from oreflow.trace.keys.history import Statement, rotation
from oreflow.trace.keys.key import SigningKey
from oreflow.trace.log import checkpoint as checkpoints
from oreflow.trace.log import journal as journals
from oreflow.trace.log import merkle, note, tiles
from oreflow.trace.log.about import described, description
from oreflow.trace.log.checkpoint import Checkpoint
from oreflow.trace.log.disk import Disk, locked, make_folder
from oreflow.trace.log.journal import Journal
from oreflow.trace.log.note import Verifier
from oreflow.trace.log.published import Published
from oreflow.trace.log.tiles import ENTRIES, WIDTH, Edge, Tile

ENTRY = 32
"""Bytes of an entry: a salted hash, never the record itself (see `oreflow.trace.log.entry`)."""

MOST_ENTRIES = 1 << 20
"""Entries that one append takes at most."""

PATIENCE = 60.0
"""Seconds that a writer waits for another."""


class Log(Published):
    """A log in a folder. Get one with `create` or `open`.

    Args:
        folder: The folder.
        verifier: Public key of the log under its origin.
        key: Key to append with; none to read only.
        statements: How earlier keys were replaced.

    Raises:
        TraceError: The key is not that of the log.
    """

    def __init__(
        self,
        folder: Path,
        verifier: Verifier,
        key: SigningKey | None,
        statements: Iterable[Statement] = (),
    ) -> None:
        if key is not None and key.public != verifier.key:
            raise TraceError("key-wrong", f"{folder}: the log is signed by another key than {key.public}.")
        super().__init__(folder, verifier, statements)
        self._key = key
        self._edge: tuple[Edge, list[bytes]] | None = None
        self._about: bytes | None = None

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
            OreflowError: Another writer does not come to an end, or a file cannot be written. What had been
                decided by then, if anything, is finished by the next append: look before you append it again.
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

    def cosigned(self, checkpoint: Checkpoint) -> None:
        """Publish the checkpoint again, with cosignatures that were collected for it, and keep it for later.

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
            name = f"cosigned/{merged.size}"
            kept = self._private.read(name)
            if kept is not None:  # an earlier time may be all that counts one day
                merged = checkpoints.read(kept, what=name).with_signatures(merged.note.signatures)
            self._private.put(name, bytes(merged))
            self._private.settle()
            self._public.put("checkpoint", bytes(merged))
            self._public.settle()

    def rotate(self, new: SigningKey, *, at: int) -> Statement:
        """Replace the key of the log: both keys sign that, and both sign the checkpoint of today.

        Proofs that were given under the old key stay good for whoever trusts it for the log's name.

        Args:
            new: An Ed25519 key.
            at: When, s since 1970.

        Returns:
            The statement; `statements` gives all of them to others.

        Raises:
            UsageError: The log was opened without its key, or the new key does not fit.
            OreflowError: Another writer does not come to an end, or a file cannot be written.
        """
        verifier = Verifier(self.origin, note.NOTE, new.public)
        with locked(self.folder / "lock", patience=PATIENCE):
            self._recover()
            tip = self._look()
            if self._key is None:
                raise UsageError(f"{self.folder}: the log was opened to read; give its key to replace it.")
            made = rotation(self.origin, self._key, new, at)
            # Signed by both before it is said: a reader who knows either key is served at any moment.
            signed = checkpoints.sign(self.origin, tip.checkpoint.size, tip.checkpoint.root, new)
            both = tip.checkpoint.with_signatures(signed.note.signatures)
            self._public.put("checkpoint", bytes(both))
            self._public.settle()
            self._private.put("log.json", description(verifier, [*self.statements, made]))
            self._private.settle()
            self.verifier, self._key, self.statements = verifier, new, (*self.statements, made)
        return made

    def _recover(self) -> None:
        """Finish the append of a writer that was stopped; called with the lock held."""
        self._private.sweep()
        self._public.sweep()
        self._same_key()
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

    def _same_key(self) -> None:
        """See that nobody has replaced the log's key since it was opened."""
        data = self._private.read("log.json")
        if data is not None and data != self._about:
            verifier, self.statements = described(data, str(self.folder / "log.json"))
            if verifier != self.verifier:
                raise TraceError(
                    "key-wrong", f"{self.folder}: its key was replaced meanwhile; open it again."
                )
            self._about = data

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
    make_folder(path)
    if any(path.iterdir()):
        raise UsageError(f"{path} is not empty; a new log needs a folder of its own.")
    make_folder(path / "public")
    make_folder(path / "scratch")
    made = Log(path, verifier, key)
    made._public.put("checkpoint", bytes(first))
    made._public.settle()
    made._private.put("log.json", description(verifier, ()))
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
    verifier, statements = described(data, str(path / "log.json"))
    return Log(path, verifier, key, statements)
