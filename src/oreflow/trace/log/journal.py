"""What is about to be appended, written before it is: so that a writer that was stopped can be finished."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from oreflow.errors import TraceError
from oreflow.trace.log import tiles
from oreflow.trace.log.merkle import HASH

_MAGIC = b"oreflow journal 1\n"
_HEAD = struct.Struct(f">Q{HASH}sI")


@dataclass(frozen=True)
class Journal:
    """An append that has been decided.

    Attributes:
        size: Records of the log before it.
        root: Root of the log before it.
        entries: What is appended.
    """

    size: int
    root: bytes
    entries: Sequence[bytes]

    def __bytes__(self) -> bytes:
        data = _MAGIC + _HEAD.pack(self.size, self.root, len(self.entries)) + tiles.pack(self.entries)
        return data + sha256(data).digest()


def read(data: bytes) -> Journal:
    """Read a journal.

    Raises:
        TraceError: It is damaged; it is written whole or not at all, so the disk or somebody changed it.
    """
    body, check = data[:-HASH], data[-HASH:]
    if not body.startswith(_MAGIC) or sha256(body).digest() != check or len(body) < len(_MAGIC) + _HEAD.size:
        raise TraceError(
            "log-damaged", "the journal of the log is damaged; restore it or ask whoever changed it."
        )
    size, root, count = _HEAD.unpack_from(body, len(_MAGIC))
    return Journal(size, root, tiles.unpack(body[len(_MAGIC) + _HEAD.size :], count))
