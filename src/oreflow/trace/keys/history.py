"""The keys of one signer over time: begun, replaced, ended, stolen; and what still counts after that.

Each change is a statement, signed by those whom it binds: a rotation by the old key and the new one. After a key
was stolen at a time t, whoever has it can sign anything with any date. So only what witnesses had cosigned before
t counts, a rotation of that key included; a signer whose last key is lost that way must be trusted anew, by giving
the new key as an anchor.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from oreflow.errors import TraceError, UsageError
from oreflow.trace.jsonin import canonical
from oreflow.trace.keys.key import PublicKey, SigningKey
from oreflow.trace.times import moment, stamp

START, ROTATION, END, COMPROMISE = "key-start", "key-rotation", "key-end", "key-compromise"
KINDS = (START, ROTATION, END, COMPROMISE)
_HEADER = b"oreflow statement about a key, version 1\n"
_MEMBERS = {"kind", "subject", "key", "next", "at", "until"}


@dataclass(frozen=True)
class Statement:
    """A statement about a key. Make one with `start`, `rotation`, `end` or `compromise`.

    Attributes:
        kind: One of `KINDS`.
        subject: Whose key it is, e.g. the id of an issuer or the name of a log.
        key: The key.
        at: From when it holds, s since 1970.
        next: The key that replaces it, in a rotation.
        until: When the key that begins is to end, s since 1970.
        signatures: Multikey of each signer to the signature.
        cosigned_at: When enough witnesses had cosigned the log with this statement in it; not signed itself.
    """

    kind: str
    subject: str
    key: PublicKey
    at: int
    next: PublicKey | None = None
    until: int | None = None
    signatures: Mapping[str, bytes] | None = None
    cosigned_at: int | None = None

    @property
    def message(self) -> bytes:
        """What is signed."""
        return _HEADER + canonical(self._members())

    def _members(self) -> dict[str, Any]:
        told: dict[str, Any] = {
            "kind": self.kind,
            "subject": self.subject,
            "key": self.key.multibase,
            "at": stamp(self.at),
        }
        if self.next is not None:
            told["next"] = self.next.multibase
        if self.until is not None:
            told["until"] = stamp(self.until)
        return told

    def signed(self, *keys: SigningKey) -> Statement:
        """Return the statement signed by keys."""
        made = {k.public.multibase: k.sign(self.message) for k in keys}
        return Statement(
            self.kind, self.subject, self.key, self.at, self.next, self.until, made, self.cosigned_at
        )

    def seen(self, cosigned_at: int) -> Statement:
        """Return the statement with when enough witnesses had cosigned it."""
        return Statement(
            self.kind, self.subject, self.key, self.at, self.next, self.until, self.signatures, cosigned_at
        )

    def by(self, key: PublicKey) -> bool:
        """Whether a key signed it.

        Raises:
            TraceError: It says so, but the signature is wrong.
        """
        signature = (self.signatures or {}).get(key.multibase)
        if signature is None:
            return False
        key.verify(signature, self.message, what=f"{self.kind} of {self.subject}")
        return True

    def to_plain(self) -> dict[str, Any]:
        """Return the statement as JSON data."""
        signed = {k: base64.b64encode(v).decode() for k, v in sorted((self.signatures or {}).items())}
        return self._members() | {"signatures": signed}

    @classmethod
    def from_plain(cls, data: object) -> Statement:
        """Read a statement from JSON data; its signatures are not checked.

        Raises:
            TraceError: It is not of the form.
        """
        if not isinstance(data, dict) or set(data) - _MEMBERS - {"signatures"}:
            raise TraceError("statement-wrong", "a statement about a key has members that are not known.")
        at, until, signed = moment(data.get("at")), moment(data.get("until")), data.get("signatures")
        kind, subject = data.get("kind"), data.get("subject")
        if kind not in KINDS or not isinstance(subject, str) or not subject or at is None:
            raise TraceError("statement-wrong", "a statement about a key needs kind, subject, key and at.")
        if not isinstance(signed, dict) or ("until" in data and until is None):
            raise TraceError(
                "statement-wrong", f"{kind} of {subject}: signatures or until are not of the form."
            )
        try:
            made = {k: base64.b64decode(v, validate=True) for k, v in signed.items()}
        except (ValueError, TypeError) as e:
            raise TraceError("statement-wrong", f"{kind} of {subject}: a signature is not base64.") from e
        following = PublicKey.from_multibase(data["next"]) if "next" in data else None
        if (kind == ROTATION) != (following is not None):
            raise TraceError(
                "statement-wrong", f"{kind} of {subject}: next stands in a rotation and only there."
            )
        return cls(kind, subject, PublicKey.from_multibase(data.get("key")), at, following, until, made)


def start(subject: str, key: SigningKey, at: int, *, until: int | None = None) -> Statement:
    """Say from when to when a first key is used; signed by it."""
    return Statement(START, subject, key.public, _whole(at), until=until).signed(key)


def rotation(
    subject: str, old: SigningKey, new: SigningKey, at: int, *, until: int | None = None
) -> Statement:
    """Replace a key by another; signed by both."""
    if old.public == new.public:
        raise UsageError("a key cannot replace itself.")
    return Statement(ROTATION, subject, old.public, _whole(at), new.public, until).signed(old, new)


def end(subject: str, key: PublicKey, at: int, by: SigningKey) -> Statement:
    """End a key; signed by it or by one that came after it."""
    return Statement(END, subject, key, _whole(at)).signed(by)


def compromise(subject: str, key: PublicKey, at: int, by: SigningKey) -> Statement:
    """Say that a key was in other hands from a time on; signed by it or by one that came after it."""
    return Statement(COMPROMISE, subject, key, _whole(at)).signed(by)


def _whole(at: int) -> int:
    if at <= 0:
        raise UsageError(f"{at} is no time, s since 1970.")
    return at


@dataclass(frozen=True)
class Period:
    """When a key is used.

    Attributes:
        key: The key.
        since: From when, s since 1970; ``None`` for always.
        until: Until when; ``None`` for no end.
        compromised: From when it was in other hands; ``None`` for never.
    """

    key: PublicKey
    since: int | None = None
    until: int | None = None
    compromised: int | None = None


class History:
    """The keys of one signer over time.

    Args:
        subject: Whose keys they are.
        anchors: Keys that are known to be the signer's from elsewhere, e.g. from a contract; the newest last.
        statements: What was said about keys since; statements about others are passed over.

    Raises:
        TraceError: A statement is not signed by those who must, or two contradict each other.
    """

    def __init__(
        self, subject: str, anchors: Iterable[PublicKey], statements: Iterable[Statement] = ()
    ) -> None:
        self.subject = subject
        self._anchors = tuple(anchors)
        mine = [s for s in statements if s.subject == subject]
        # First what keys say of themselves and what anchors say; then what those say that were reached from there.
        stolen = _earliest(
            s for s in mine if s.kind == COMPROMISE and _by_later(s, self._anchors, alone=True)
        )
        while True:
            periods = self._walk(mine, stolen)
            more = {m: at for m, at in self._stolen(mine, periods).items() if at < stolen.get(m, at + 1)}
            if not more:
                break
            stolen |= more
        self.periods: Mapping[str, Period] = periods

    def check(
        self, key: PublicKey, *, signed_at: int | None, cosigned_at: int | None = None, what: str = "record"
    ) -> None:
        """Check that a signature by a key counts.

        Args:
            key: The key.
            signed_at: When the signature says it was made, s since 1970.
            cosigned_at: When enough witnesses had cosigned a checkpoint with what was signed.
            what: What was signed, for messages.

        Raises:
            TraceError: The key is not one of the signer's, was not in use then, or had been stolen.
        """
        period = self.periods.get(key.multibase)
        if period is None:
            raise TraceError("key-unknown", f"{what}: {key} is not a key that {self.subject} announced.")
        stolen = period.compromised
        if stolen is not None and (cosigned_at is None or cosigned_at >= stolen):
            raise TraceError(
                "key-compromised",
                f"{what}: {key} was in other hands from {stamp(stolen)} on, and this was "
                + ("not cosigned." if cosigned_at is None else f"cosigned at {stamp(cosigned_at)} only."),
            )
        if signed_at is None and (period.since is not None or period.until is not None):
            raise TraceError("key-outside-validity", f"{what}: does not say when it was signed.")
        if signed_at is not None and period.since is not None and signed_at < period.since:
            raise TraceError(
                "key-outside-validity",
                f"{what}: signed at {stamp(signed_at)}, before {key} was in use ({stamp(period.since)}).",
            )
        if signed_at is not None and period.until is not None and signed_at >= period.until:
            raise TraceError(
                "key-outside-validity",
                f"{what}: signed at {stamp(signed_at)}, after {key} had ended ({stamp(period.until)}).",
            )

    def _walk(self, mine: list[Statement], stolen: Mapping[str, int]) -> dict[str, Period]:
        """Follow the rotations from the anchors; those of a stolen key count only where cosigned before."""
        periods: dict[str, Period] = {}
        waiting: list[tuple[PublicKey, int | None, int | None]] = [(a, None, None) for a in self._anchors]
        while waiting:
            key, since, until = waiting.pop(0)
            if key.multibase in periods:
                continue
            lost = stolen.get(key.multibase)
            begun = [s for s in mine if s.kind == START and s.key == key]
            for s in begun:
                self._must(s, key)
                since, until = max(s.at, since or s.at), _least(until, s.until)
            turns = [s for s in mine if s.kind == ROTATION and s.key == key and _counts(s, lost)]
            if len({s.message for s in turns}) > 1:
                raise TraceError(
                    "statement-wrong",
                    f"{self.subject}: {key} is replaced twice, by different keys or at different times.",
                    evidence=[canonical(s.to_plain()) for s in turns],
                )
            for s in turns[:1]:
                assert s.next is not None  # a rotation has one
                self._must(s, key, s.next)
                until = _least(until, s.at)
                waiting.append((s.next, s.at, s.until))
            periods[key.multibase] = Period(key, since, until, lost)
        for s in mine:
            period = periods.get(s.key.multibase)
            if s.kind == END and period is not None:
                if not _by_later(s, [p.key for p in periods.values()]):
                    raise TraceError(
                        "statement-wrong",
                        f"{self.subject}: that {s.key} ended is not signed by it or by a key that came after it.",
                    )
                periods[s.key.multibase] = Period(
                    period.key, period.since, _least(period.until, s.at), period.compromised
                )
        return periods

    def _stolen(self, mine: list[Statement], periods: Mapping[str, Period]) -> dict[str, int]:
        """Return from when keys are stolen, as they themselves or those that came after them say."""
        told = [s for s in mine if s.kind == COMPROMISE and s.key.multibase in periods]
        for s in told:
            if not _by_later(s, [p.key for p in periods.values()]):
                raise TraceError(
                    "statement-wrong",
                    f"{self.subject}: that {s.key} was stolen is not signed by it or by a key that came after it.",
                )
        return _earliest(told)

    def _must(self, statement: Statement, *keys: PublicKey) -> None:
        for key in keys:
            if not statement.by(key):
                raise TraceError(
                    "statement-wrong",
                    f"{statement.kind} of {self.subject}: not signed by {key}, who must sign.",
                )


def _by_later(statement: Statement, order: Sequence[PublicKey], *, alone: bool = False) -> bool:
    """Whether the key itself or one after it in an order signed; an older key has no say over a newer one.

    Args:
        statement: The statement.
        order: Keys, each after those that it replaced.
        alone: Whether a key that is not among them may speak for itself.
    """
    if statement.key in order:
        return any(statement.by(k) for k in order[order.index(statement.key) :])
    return alone and statement.by(statement.key)


def _earliest(statements: Iterable[Statement]) -> dict[str, int]:
    found: dict[str, int] = {}
    for s in statements:
        found[s.key.multibase] = min(s.at, found.get(s.key.multibase, s.at))
    return found


def _counts(statement: Statement, stolen: int | None) -> bool:
    seen = statement.cosigned_at
    return stolen is None or (seen is not None and seen < stolen)


def _least(a: int | None, b: int | None) -> int | None:
    return b if a is None else a if b is None else min(a, b)
