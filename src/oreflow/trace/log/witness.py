"""A witness (C2SP tlog-witness): cosigns a checkpoint if the log goes on from what it showed before."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

from oreflow.errors import OreflowError, TraceError, UsageError
from oreflow.trace.keys.key import SigningKey
from oreflow.trace.log import checkpoint as checkpoints
from oreflow.trace.log import merkle, note
from oreflow.trace.log.checkpoint import Checkpoint
from oreflow.trace.log.cosignature import cosign, verifier
from oreflow.trace.log.disk import locked
from oreflow.trace.log.note import Verifier
from oreflow.trace.log.seen import Seen

MOST_HASHES = 63
LARGEST_REQUEST = note.LARGEST + 8 * 1024
"""Bytes of a request: a checkpoint and the lines above it."""

PATIENCE = 10.0
"""Seconds that a request waits for others."""

PLAIN = "text/plain; charset=utf-8"
SIZE = "text/x.tlog.size"


@dataclass(frozen=True)
class Request:
    """A request to cosign.

    Attributes:
        old: Size of the log that the proof goes on from.
        proof: Proof of consistency.
        checkpoint: The checkpoint to cosign.
    """

    old: int
    proof: tuple[bytes, ...]
    checkpoint: Checkpoint

    def __bytes__(self) -> bytes:
        lines = [f"old {self.old}", *(note.encode64(h) for h in self.proof)]
        return "".join(f"{line}\n" for line in lines).encode() + b"\n" + bytes(self.checkpoint)


@dataclass(frozen=True)
class Reply:
    """What a witness answers.

    Attributes:
        status: Status code of HTTP.
        body: The answer.
        kind: Its content type.
    """

    status: int
    body: bytes
    kind: str = PLAIN


def read_request(data: bytes) -> Request:
    """Read a request to cosign.

    Raises:
        TraceError: It is not of the form.
    """
    if len(data) > LARGEST_REQUEST:
        raise TraceError("note-too-large", f"request: {len(data):,} bytes, more than {LARGEST_REQUEST:,}.")
    head, gap, rest = data.partition(b"\n\n")
    try:
        first, *hashes = head.decode("ascii").split("\n")
    except UnicodeDecodeError as e:
        raise TraceError("proof-malformed", f"request: byte {e.start} is not ASCII.") from e
    if not gap or not first.startswith("old "):
        raise TraceError(
            "proof-malformed", "request: does not begin with the old size, or has no checkpoint."
        )
    if len(hashes) > MOST_HASHES:
        raise TraceError("proof-malformed", f"request: {len(hashes)} hashes, more than {MOST_HASHES}.")
    old = checkpoints.number(first.removeprefix("old "), "proof-malformed", "request: the old size")
    proof = tuple(note.decode64(h, "proof-malformed", "request: a hash") for h in hashes)
    if any(len(h) != merkle.HASH for h in proof):
        raise TraceError("proof-malformed", f"request: a hash does not have {merkle.HASH} bytes.")
    return Request(old, proof, checkpoints.read(rest, what="request: its checkpoint"))


class Witness:
    """A witness with its state in a folder; requests may come from many threads and processes at once.

    Args:
        folder: Folder of its state; made where it is missing.
        name: Its name, e.g. ``witness.example/w1``.
        keys: Its keys: one, or one of Ed25519 and one of ML-DSA-44.
        logs: Keys of the logs that it cosigns, each for the log of its name.
        clock: Tells the time, s since 1970.

    Raises:
        UsageError: It has no key, or its name is not possible.
    """

    def __init__(
        self,
        folder: str | PathLike[str],
        *,
        name: str,
        keys: Sequence[SigningKey],
        logs: Iterable[Verifier],
        clock: Callable[[], float] = time.time,
    ) -> None:
        if not keys:
            raise UsageError("a witness needs a key.")
        self.name, self._keys, self._clock = note.check_name(name), tuple(keys), clock
        self.verifiers = tuple(verifier(name, k) for k in keys)
        self._logs = tuple(logs)
        self.folder = Path(folder)
        self._seen = Seen(self.folder, self._logs)

    def add_checkpoint(self, body: bytes) -> Reply:
        """Answer a request to cosign a checkpoint.

        Args:
            body: The request.

        Returns:
            200 with cosignatures; 400 for a request out of form; 404 for a log that is not known; 403 where the
            log did not sign; 409 where the proof does not go on from the last checkpoint that was cosigned, or
            that had another root; 422 for a proof that is wrong; 500 where the state cannot be kept.
        """
        try:
            request = read_request(body)
        except TraceError as e:
            return _refused(400, e.text)
        head = request.checkpoint
        try:
            checkpoints.verify(head, self._logs, what="request")
        except TraceError as e:
            return _refused(404 if e.rule == "origin-unknown" else 403, e.text)
        if request.old > head.size:
            return _refused(400, "the old size is larger than that of the checkpoint.")
        try:
            with locked(self.folder / "witness.lock", patience=PATIENCE):
                return self._decide(request)
        except OreflowError as e:
            return _refused(500, str(e).replace(str(self.folder), "the witness"))

    def last(self, origin: str) -> Checkpoint | None:
        """Return the last checkpoint of a log that was cosigned; ``None`` for none."""
        return self._seen.last(origin)

    def evidence(self) -> list[tuple[Checkpoint, Checkpoint]]:
        """Return pairs of checkpoints by which a log has shown two different trees."""
        return self._seen.evidence()

    def _decide(self, request: Request) -> Reply:
        head, last = request.checkpoint, self._seen.last(request.checkpoint.origin)
        size = last.size if last else 0
        if last and head.size == size and head.root != last.root:
            self._seen.keep(last, head)
        if request.old != size:
            return _conflict(size)
        if request.old == head.size and head.root != (last.root if last else merkle.EMPTY):
            return _conflict(size)
        if request.old in (0, head.size):
            if request.proof:
                return _refused(422, "there is nothing to prove, but there is a proof.")
        else:
            assert last is not None  # or its size would be 0
            try:
                merkle.verify_consistency(request.old, head.size, request.proof, last.root, head.root)
            except TraceError as e:
                return _refused(422, e.text)
        now = int(self._clock())
        lines = "".join(cosign(head, self.name, k, now).line for k in self._keys)
        if last is None or head.head != last.head:
            self._seen.remember(head)
        return Reply(200, lines.encode())


def _conflict(size: int) -> Reply:
    return Reply(409, f"{size}\n".encode(), SIZE)


def _refused(status: int, message: str) -> Reply:
    return Reply(status, f"{message}\n".encode())
