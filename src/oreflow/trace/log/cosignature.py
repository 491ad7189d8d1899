"""Cosignatures (C2SP tlog-cosignature): a witness says when it saw a checkpoint, and that nothing was rewritten."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from oreflow.errors import TraceError, UsageError
from oreflow.trace.keys.key import ED25519, SigningKey
from oreflow.trace.log import note
from oreflow.trace.log.checkpoint import Checkpoint, of
from oreflow.trace.log.note import COSIGNATURE, ML_DSA_COSIGNATURE, Note, Signature, Verifier

SKEW = 300
"""Seconds by which a clock may be ahead before its time counts as in the future."""

_MOST_TIME = 2**63 - 1


@dataclass(frozen=True)
class Cosigned:
    """A cosignature that was checked.

    Attributes:
        verifier: Key of the witness.
        time: When it was made, s since 1970; the earliest where there are several by one key.
        latest: The latest of them.
    """

    verifier: Verifier
    time: int
    latest: int


def verifier(name: str, key: SigningKey) -> Verifier:
    """Return the public half of a witness's key, of the type of cosignature that its algorithm makes."""
    kind = COSIGNATURE if key.algorithm == ED25519 else ML_DSA_COSIGNATURE
    return Verifier(name, kind, key.public)


def cosign(checkpoint: Checkpoint, name: str, key: SigningKey, time: int) -> Signature:
    """Cosign a checkpoint.

    Args:
        checkpoint: What was seen and found to go on from what had been seen before.
        name: Name of the witness.
        key: Its key.
        time: Now, s since 1970.

    Raises:
        UsageError: The time is not possible, or a name is too long for ML-DSA-44.
    """
    if not 0 < time <= _MOST_TIME:
        raise UsageError(f"a cosignature cannot have the time {time}.")
    public = verifier(name, key)
    signature = key.sign(message(checkpoint, public, time))
    return Signature(name, public.key_id, struct.pack(">Q", time) + signature)


def message(checkpoint: Checkpoint, public: Verifier, time: int) -> bytes:
    """Return what a witness signs.

    Raises:
        UsageError: A name is too long for ML-DSA-44.
    """
    if public.kind == COSIGNATURE:
        return f"cosignature/v1\ntime {time}\n{checkpoint.note.text}".encode()
    return b"".join(
        (
            b"subtree/v1\n\x00",
            _short(public.name),
            struct.pack(">Q", time),
            _short(checkpoint.origin),
            struct.pack(">QQ", 0, checkpoint.size),
            checkpoint.root,
        )
    )


def check(public: Verifier, signature: Signature, signed: Note) -> None:
    """Check a cosignature under a checkpoint.

    Raises:
        TraceError: It is not one by the key over the checkpoint.
    """
    if len(signature.data) <= 8:
        raise TraceError("signature-wrong", f"cosignature of {public.name}: too short.")
    time = time_of(signature)
    if not 0 < time <= _MOST_TIME:
        raise TraceError("signature-wrong", f"cosignature of {public.name}: it does not tell a time.")
    try:
        text = message(of(signed), public, time)
    except UsageError as e:
        raise TraceError("signature-wrong", str(e)) from e
    public.key.verify(signature.data[8:], text, what=f"cosignature of {public.name}")


def time_of(signature: Signature) -> int:
    """Return the time that a cosignature tells, s since 1970."""
    time: int = struct.unpack(">Q", signature.data[:8])[0]
    return time


def cosigned(checkpoint: Checkpoint, witnesses: tuple[Verifier, ...], *, now: int) -> list[Cosigned]:
    """Return the cosignatures under a checkpoint by witnesses that are trusted.

    Args:
        checkpoint: The checkpoint.
        witnesses: Keys of witnesses; signatures by others are passed over.
        now: Now, s since 1970.

    Returns:
        One for each witness that signed.

    Raises:
        TraceError: A signature that says it is by a witness is not, or its time is in the future.
    """
    found = []
    for public in note.verified(checkpoint.note, witnesses, check):
        times = [time_of(s) for s in checkpoint.note.signatures if public.made(s)]
        latest = max(times)
        if latest > now + SKEW:
            raise TraceError(
                "clock-skew",
                f"{public.name} cosigned {latest - now:,} s from now; its clock or this one is wrong.",
            )
        found.append(Cosigned(public, min(times), latest))
    return found


def _short(text: str) -> bytes:
    data = text.encode()
    if not 0 < len(data) < 256:
        raise UsageError(f"{text[:40]!r} has {len(data)} bytes; a name under ML-DSA-44 has at most 255.")
    return bytes([len(data)]) + data
