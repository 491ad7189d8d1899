"""Proof files (C2SP tlog-proof): all that a stranger needs to see offline that a record is in a log."""

from __future__ import annotations

from dataclasses import dataclass

from oreflow.errors import TraceError
from oreflow.trace.log import checkpoint as checkpoints
from oreflow.trace.log import merkle, note
from oreflow.trace.log.checkpoint import Checkpoint
from oreflow.trace.log.entry import SALT, entry_hash
from oreflow.trace.log.policy import Policy
from oreflow.trace.log.store import Log

FIRST = "c2sp.org/tlog-proof@v1"
SUFFIX = ".tlog-proof"
MOST_HASHES = 63
LARGEST = note.LARGEST + 64 * 1024


@dataclass(frozen=True)
class Proof:
    """That an entry is in a log.

    Attributes:
        index: Which entry of the log, from 0.
        path: Hashes from the leaf's sibling up to the root's child.
        checkpoint: The checkpoint that it leads to, with its cosignatures.
        extra: What belongs to it; here the salt of the record.
    """

    index: int
    path: tuple[bytes, ...]
    checkpoint: Checkpoint
    extra: bytes | None = None

    def __bytes__(self) -> bytes:
        lines = [FIRST]
        if self.extra is not None:
            lines.append(f"extra {note.encode64(self.extra)}")
        lines.append(f"index {self.index}")
        lines += map(note.encode64, self.path)
        return "".join(f"{line}\n" for line in lines).encode() + b"\n" + bytes(self.checkpoint)


@dataclass(frozen=True)
class Proven:
    """What a proof shows.

    Attributes:
        origin: The log that the entry is in.
        index: Which of its entries it is.
        size: Records of the log at the checkpoint.
        cosigned_at: When enough witnesses had cosigned the checkpoint, s since 1970; ``None`` where the policy
            asks for none.
    """

    origin: str
    index: int
    size: int
    cosigned_at: int | None


def make(log: Log, index: int, *, salt: bytes | None = None, checkpoint: Checkpoint | None = None) -> Proof:
    """Make the proof of an entry.

    Args:
        log: The log.
        index: Which entry.
        salt: Salt of the record.
        checkpoint: A cosigned checkpoint of the log; the published one when left out.

    Raises:
        UsageError: The log, at that checkpoint, has no such entry.
        TraceError: What is published does not hold together.
    """
    head = checkpoint or log.checkpoint()
    return Proof(index, tuple(log.inclusion(index, head.size)), head, salt)


def read(data: bytes, *, what: str = "proof") -> Proof:
    """Read a proof file; nothing in it is checked.

    Args:
        data: The file.
        what: What it is, for messages.

    Raises:
        TraceError: It is not of the form.
    """
    if len(data) > LARGEST:
        raise TraceError("note-too-large", f"{what}: {len(data):,} bytes, more than {LARGEST:,}.")
    head, gap, rest = data.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError as e:
        raise TraceError("proof-malformed", f"{what}: byte {e.start} is not ASCII.") from e
    if not gap or lines[0] != FIRST:
        raise TraceError("proof-malformed", f"{what}: does not begin with {FIRST}, or has no checkpoint.")
    at, extra = 1, None
    if at < len(lines) and lines[at].startswith("extra "):
        extra = note.decode64(lines[at].removeprefix("extra "), "proof-malformed", f"{what}: its extra data")
        at += 1
    if at == len(lines) or not lines[at].startswith("index "):
        raise TraceError("proof-malformed", f"{what}: the line of the index is missing.")
    index = checkpoints.number(lines[at].removeprefix("index "), "proof-malformed", f"{what}: its index")
    path = tuple(note.decode64(h, "proof-malformed", f"{what}: a hash") for h in lines[at + 1 :])
    if len(path) > MOST_HASHES or any(len(h) != merkle.HASH for h in path):
        raise TraceError("proof-malformed", f"{what}: too many hashes, or one that does not have 32 bytes.")
    return Proof(index, path, checkpoints.read(rest, what=f"{what}: its checkpoint"), extra)


def verify(proof: Proof, entry: bytes, policy: Policy, *, now: int, longest: int | None = None) -> Proven:
    """Check that an entry is in a log.

    Args:
        proof: The proof.
        entry: The entry.
        policy: Whom to trust.
        now: Now, s since 1970.
        longest: Seconds after which cosignatures are too old; no limit when left out.

    Returns:
        What is shown.

    Raises:
        TraceError: It does not follow.
    """
    head = proof.checkpoint
    cosigned_at = policy.check(head, now=now, longest=longest)
    merkle.verify_inclusion(proof.index, head.size, merkle.leaf_hash(entry), proof.path, head.root)
    return Proven(head.origin, proof.index, head.size, cosigned_at)


def verify_record(
    proof: Proof, record: bytes, policy: Policy, *, now: int, longest: int | None = None
) -> Proven:
    """Check that a record is in a log, by the salt that comes with the proof.

    Args:
        proof: The proof.
        record: Canonical bytes of the record.
        policy: Whom to trust.
        now: Now, s since 1970.
        longest: Seconds after which cosignatures are too old; no limit when left out.

    Raises:
        TraceError: It does not follow, or the proof has no salt.
    """
    if proof.extra is None or len(proof.extra) != SALT:
        raise TraceError("proof-malformed", f"the proof does not hold the salt of the record, {SALT} bytes.")
    return verify(proof, entry_hash(proof.extra, record), policy, now=now, longest=longest)
