"""Checkpoints (C2SP tlog-checkpoint): what a log says it holds, signed by it and cosigned by witnesses."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from oreflow.errors import TraceError
from oreflow.trace.keys.key import SigningKey
from oreflow.trace.log import note
from oreflow.trace.log.merkle import HASH
from oreflow.trace.log.note import Note, Signature, Verifier

MOST_SIZE = 2**63 - 1
_SIZE = re.compile("0|[1-9][0-9]{0,18}")


@dataclass(frozen=True)
class Checkpoint:
    """Size and root of a log, with the signatures under them. Build one with `read` or `sign`.

    Attributes:
        note: The note that it is.
        origin: Name of the log.
        size: Records of the log.
        root: Root of its tree, 32 bytes.
        extensions: Further lines, without a meaning here.
    """

    note: Note
    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @cached_property
    def head(self) -> tuple[str, int, bytes]:
        """Origin, size and root."""
        return self.origin, self.size, self.root

    def __bytes__(self) -> bytes:
        return bytes(self.note)

    def __str__(self) -> str:
        return f"{self.origin} at {self.size:,} records, root {self.root.hex()[:16]}..."

    def with_signatures(self, more: Iterable[Signature]) -> Checkpoint:
        """Return it with further signatures."""
        return Checkpoint(self.note.with_signatures(more), self.origin, self.size, self.root, self.extensions)


def body(origin: str, size: int, root: bytes) -> str:
    """Return the text that a log signs."""
    return f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"


def read(data: bytes, *, what: str = "checkpoint") -> Checkpoint:
    """Read a checkpoint; no signature is checked.

    Args:
        data: The signed note.
        what: What it is, for messages.

    Raises:
        TraceError: It is not of the form.
    """
    return of(note.read_note(data, what=what), what=what)


def of(signed: Note, *, what: str = "checkpoint") -> Checkpoint:
    """Return the checkpoint that a note is.

    Raises:
        TraceError: It is none.
    """
    lines = signed.text.removesuffix("\n").split("\n")
    if len(lines) < 3 or not all(lines):
        raise TraceError("checkpoint-malformed", f"{what}: it needs origin, size and root, one a line.")
    origin, told, encoded, *extensions = lines
    size = number(told, "checkpoint-malformed", f"{what}: its size")
    root = note.decode64(encoded, "checkpoint-malformed", f"{what}: its root")
    if len(root) != HASH:
        raise TraceError("checkpoint-malformed", f"{what}: its root has {len(root)} bytes, not {HASH}.")
    return Checkpoint(signed, origin, size, root, tuple(extensions))


def number(text: str, rule: str, what: str) -> int:
    """Read a whole number without a sign or leading zeros, at most `MOST_SIZE`.

    Raises:
        TraceError: It is not that.
    """
    if not _SIZE.fullmatch(text) or int(text) > MOST_SIZE:
        raise TraceError(rule, f"{what} is {text[:24]!r}, not a plain number.")
    return int(text)


def sign(origin: str, size: int, root: bytes, key: SigningKey) -> Checkpoint:
    """Sign a checkpoint with a log's key.

    Args:
        origin: Name of the log and of its key.
        size: Records of the log.
        root: Root of its tree.
        key: An Ed25519 key.

    Raises:
        UsageError: The origin cannot name a key, or the key is of another algorithm.
    """
    verifier = Verifier(origin, note.NOTE, key.public)
    text = body(origin, size, root)
    signature = Signature(origin, verifier.key_id, key.sign(text.encode()))
    return Checkpoint(Note(text, (signature,)), origin, size, root)


def verify(found: Checkpoint, logs: Iterable[Verifier], *, what: str = "checkpoint") -> None:
    """Check that a checkpoint is signed by a key that is trusted for its origin.

    Args:
        found: The checkpoint.
        logs: Keys of logs; a key stands for the log of its name.
        what: What it is, for messages.

    Raises:
        TraceError: No key is known for the origin, no signature by one is there, or one is wrong.
    """
    trusted = [v for v in logs if v.name == found.origin]
    if not trusted:
        raise TraceError("origin-unknown", f"{what}: no key is trusted for the log {found.origin!r}.")
    if not note.verified(found.note, trusted):
        raise TraceError("signature-missing", f"{what}: not signed by the log {found.origin!r}.")
