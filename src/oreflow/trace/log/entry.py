"""What enters the log for a record: a salted hash, so that the log tells nothing about it.

The entry is SHA-256 over a salt of 32 bytes followed by the record's canonical bytes (JCS, proofs included). The
salt is drawn anew for each record, kept beside it, and given away with its proof. Without it nobody can find out
by guessing whether a record with few possible contents is in the log; with it nobody can show another record, for
that would need a second preimage.
"""

from __future__ import annotations

import secrets
from hashlib import sha256
from typing import NamedTuple

from oreflow.errors import UsageError

SALT = 32
"""Bytes of a salt."""


class Commitment(NamedTuple):
    """A salt and the entry that it makes of a record.

    Attributes:
        salt: Keep it with the record; whoever has both can prove that the record is in the log.
        entry: What enters the log.
    """

    salt: bytes
    entry: bytes


def commit(record: bytes) -> Commitment:
    """Draw a salt for a record.

    Args:
        record: Its canonical bytes, from `oreflow.trace.jsonin.canonical`.
    """
    salt = secrets.token_bytes(SALT)
    return Commitment(salt, entry_hash(salt, record))


def entry_hash(salt: bytes, record: bytes) -> bytes:
    """Return the entry of a record under a salt.

    Raises:
        UsageError: The salt does not have 32 bytes.
    """
    if len(salt) != SALT:
        raise UsageError(f"a salt has {SALT} bytes, not {len(salt)}.")
    return sha256(salt + record).digest()
