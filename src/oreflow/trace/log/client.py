"""Collecting cosignatures for a log from the witnesses of a policy."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from oreflow.errors import OreflowError, TraceError, UsageError
from oreflow.trace.log import checkpoint as checkpoints
from oreflow.trace.log import note
from oreflow.trace.log.checkpoint import Checkpoint
from oreflow.trace.log.cosignature import cosigned
from oreflow.trace.log.policy import Policy, Witness
from oreflow.trace.log.store import Log
from oreflow.trace.log.witness import SIZE, Request
from oreflow.trace.needs import extra

LARGEST_REPLY = 64 * 1024
TRIES = 3


class Answer(NamedTuple):
    """What came back.

    Attributes:
        status: Status code of HTTP.
        kind: Content type.
        body: The answer.
    """

    status: int
    kind: str
    body: bytes


Post = Callable[[str, bytes], Answer]


@dataclass(frozen=True)
class Collected:
    """What collecting cosignatures gave.

    Attributes:
        checkpoint: The log's checkpoint with all cosignatures that hold.
        cosigned_at: When enough witnesses had cosigned, s since 1970; ``None`` where the policy asks for none.
        refused: Witness to why it did not cosign.
    """

    checkpoint: Checkpoint
    cosigned_at: int | None
    refused: dict[str, TraceError]


def collect(
    log: Log, policy: Policy, *, post: Post | None = None, now: Callable[[], float] = time.time
) -> Collected:
    """Ask the witnesses of a policy to cosign a log's checkpoint, and publish it with what they gave.

    Args:
        log: The log.
        policy: Its witnesses with their addresses, and how many are enough.
        post: Sends a request; over HTTP when left out, which needs the package ``httpx``.
        now: Tells the time, s since 1970.

    Returns:
        The cosigned checkpoint; it is published.

    Raises:
        UsageError: No witness has an address, or a package is missing.
        TraceError: Not enough of them cosigned; ``log-rolled-back`` where one has seen more of the log than there
            is, which must be looked into before anything is appended.
    """
    asked = [w for w in policy.witnesses.values() if w.url]
    if not asked:
        raise UsageError("no witness of the policy has an address; write it behind its key.")
    send = post or _http
    head = log.checkpoint()
    refused: dict[str, TraceError] = {}
    for witness in asked:
        try:
            head = _ask(log, head, witness, send, now)
        except TraceError as e:
            if e.rule == "log-rolled-back":
                raise
            refused[witness.name] = e
    try:
        at = policy.check(head, now=int(now()))
    except TraceError as e:
        told = "; ".join(f"{name}: {why.text}" for name, why in refused.items())
        raise TraceError(e.rule, f"{e.text} {told}".rstrip()) from e
    log.cosigned(head)
    return Collected(head, at, refused)


def _ask(log: Log, head: Checkpoint, witness: Witness, send: Post, now: Callable[[], float]) -> Checkpoint:
    old = 0  # one that has seen nothing takes it, any other says what it has seen
    url = f"{witness.url.rstrip('/')}/add-checkpoint"
    for _ in range(TRIES):
        proof = log.consistency(old, head.size) if 0 < old < head.size else []
        answer = send(url, bytes(Request(old, tuple(proof), head)))
        if answer.status == 200:
            return _taken(head, witness, answer, int(now()))
        if answer.status != 409 or answer.kind.partition(";")[0].strip() != SIZE:
            said = answer.body[:200].decode("utf-8", "replace").strip()
            raise TraceError("witness-refused", f"{witness.name} answered {answer.status}: {said!r}.")
        told = answer.body[:32].decode("ascii", "replace").removesuffix("\n")
        size = checkpoints.number(told, "witness-refused", f"{witness.name}: the size it has seen")
        if size > head.size:
            raise TraceError(
                "log-rolled-back",
                f"{witness.name} has seen {size:,} records of {head.origin}, whose folder holds {head.size:,}: it "
                "was set back. Appending now would show two histories.",
            )
        if size == old:
            raise TraceError(
                "witness-refused",
                f"{witness.name} has seen another tree of {size:,} records of {head.origin}.",
            )
        old = size
    raise TraceError("witness-refused", f"{witness.name} asks for another old size each time.")


def _taken(head: Checkpoint, witness: Witness, answer: Answer, now: int) -> Checkpoint:
    """Return the checkpoint with a witness's cosignatures, those that are by its key."""
    try:
        lines = answer.body.decode("utf-8")
    except UnicodeDecodeError as e:
        raise TraceError(
            "witness-refused", f"{witness.name} answered with something that is not text."
        ) from e
    signatures = note.read_signatures(lines, what=f"answer of {witness.name}")
    mine = [s for s in signatures if witness.verifier.made(s)]
    if not mine:
        raise TraceError("witness-refused", f"{witness.name} did not sign with the key that the policy has.")
    fresh = head.with_signatures(mine)
    cosigned(fresh, (witness.verifier,), now=now)
    return fresh


def _http(url: str, body: bytes) -> Answer:
    with extra("watch"):
        import httpx
    try:
        with httpx.stream(
            "POST", url, content=body, timeout=10.0, follow_redirects=False, headers={"Accept": "text/plain"}
        ) as response:
            parts, size = [], 0
            for part in response.iter_bytes():
                size += len(part)
                if size > LARGEST_REPLY:
                    raise TraceError(
                        "witness-refused", f"{url} answered with more than {LARGEST_REPLY:,} bytes."
                    )
                parts.append(part)
            return Answer(response.status_code, response.headers.get("Content-Type", ""), b"".join(parts))
    except (httpx.HTTPError, httpx.InvalidURL) as e:
        raise TraceError("witness-refused", f"{url} cannot be reached: {e or type(e).__name__}.") from e
    except OSError as e:
        raise OreflowError(f"{url} cannot be reached: {e}.") from e
