"""Whom to trust (C2SP tlog-policy): logs, witnesses, and how many of which must have cosigned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from oreflow.errors import TraceError
from oreflow.trace.log import note
from oreflow.trace.log.checkpoint import Checkpoint, verify
from oreflow.trace.log.cosignature import Cosigned, cosigned
from oreflow.trace.log.note import Verifier, read_vkey

LARGEST = 256 * 1024
MOST = 128
"""Logs, witnesses and groups, each, that a policy has at most."""

NONE = "none"


@dataclass(frozen=True)
class Witness:
    """A witness of a policy.

    Attributes:
        name: Its name in the policy.
        verifier: Its key.
        url: Where it takes checkpoints; empty where unknown.
    """

    name: str
    verifier: Verifier
    url: str = ""


@dataclass(frozen=True)
class Group:
    """So many of some witnesses or groups.

    Attributes:
        least: How many are enough.
        members: Their names.
    """

    least: int
    members: tuple[str, ...]


@dataclass(frozen=True)
class Policy:
    """Whom to trust. Read one with `read`, or make the usual kind with `k_of_n`.

    Attributes:
        logs: Keys of logs, each for the log of its name.
        witnesses: By their names.
        groups: By their names.
        quorum: Name of the witness or group that must have cosigned; ``none`` for nobody.
        urls: Name of a log to where it is read; not needed offline.
    """

    logs: tuple[Verifier, ...]
    witnesses: Mapping[str, Witness] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)
    quorum: str = NONE
    urls: Mapping[str, str] = field(default_factory=dict)

    def check(self, checkpoint: Checkpoint, *, now: int, longest: int | None = None) -> int | None:
        """Check that a checkpoint is signed by its log and cosigned by enough witnesses.

        Args:
            checkpoint: The checkpoint.
            now: Now, s since 1970.
            longest: Seconds after which cosignatures are too old; no limit when left out.

        Returns:
            When enough witnesses had cosigned it, s since 1970; ``None`` where the policy asks for none.

        Raises:
            TraceError: It is not, a signature is wrong, a time is in the future, or all is too old.
        """
        verify(checkpoint, self.logs)
        found = cosigned(checkpoint, tuple(w.verifier for w in self.witnesses.values()), now=now)
        if self.quorum == NONE:
            return None
        at = self._when({c.verifier: c.time for c in found})
        if at is None:
            names = [w.name for w in self.witnesses.values() if any(c.verifier == w.verifier for c in found)]
            raise TraceError(
                "quorum-missing",
                f"{checkpoint}: cosigned by {', '.join(names) or 'nobody'}, which is less than the policy asks.",
            )
        if longest is not None:
            latest = self._when({c.verifier: -c.latest for c in found})
            if latest is None or now + latest > longest:
                raise TraceError(
                    "checkpoint-stale",
                    f"{checkpoint}: last cosigned by enough {now + (latest or 0):,} s ago.",
                )
        return at

    def met(self, found: Iterable[Cosigned]) -> bool:
        """Whether cosignatures are enough."""
        return self.quorum == NONE or self._when({c.verifier: c.time for c in found}) is not None

    def _when(self, times: Mapping[Verifier, int]) -> int | None:
        """When the quorum was reached: of each group the k-th earliest of its members."""

        def reached(name: str) -> int | None:
            if name in self.witnesses:
                return times.get(self.witnesses[name].verifier)
            group = self.groups[name]
            when = sorted(t for t in map(reached, group.members) if t is not None)
            return when[group.least - 1] if len(when) >= group.least else None

        return reached(self.quorum)


def k_of_n(logs: Iterable[Verifier], witnesses: Iterable[Verifier], least: int) -> Policy:
    """Return the policy that at least some of the witnesses must have cosigned.

    Args:
        logs: Keys of logs.
        witnesses: Keys of witnesses, each with another name.
        least: How many must have cosigned; 0 for none.

    Raises:
        TraceError: There are not so many, or two have one name or key.
    """
    known = list(witnesses)
    text = [f"log {v}" for v in logs] + [f"witness {v.name} {v}" for v in known]
    if least:
        text += [f"group enough. {least} {' '.join(v.name for v in known)}", "quorum enough."]
    else:
        text.append("quorum none")
    return read("".join(f"{line}\n" for line in text).encode())


def read(data: bytes, *, what: str = "policy") -> Policy:
    """Read a policy.

    Args:
        data: The text.
        what: What it is, for messages.

    Raises:
        TraceError: It is not of the form.
    """
    if len(data) > LARGEST or any((b < 0x20 and b not in b"\t\n") or b == 0x7F for b in data):
        raise _wrong(what, "it is too large or has control characters")
    # Names are opaque bytes; Latin-1 gives each byte a character of its own.
    text = data.decode("latin-1")
    if text and not text.endswith("\n"):
        raise _wrong(what, "its last line does not end")
    reader = _Reader()
    for number, line in enumerate(text.split("\n"), 1):
        words = [w for w in line.replace("\t", " ").split(" ") if w]
        if not words or words[0].startswith("#"):
            continue
        try:
            reader.take(words)
        except TraceError as e:
            raise TraceError("policy-malformed", f"{what}, line {number}: {e.text}") from e
    if reader.quorum is None:
        raise _wrong(what, "it has no quorum line; write 'quorum none' where nobody has to cosign")
    return Policy(tuple(reader.logs), reader.witnesses, reader.groups, reader.quorum, reader.urls)


class _Reader:
    def __init__(self) -> None:
        self.logs: list[Verifier] = []
        self.urls: dict[str, str] = {}
        self.witnesses: dict[str, Witness] = {}
        self.groups: dict[str, Group] = {}
        self.quorum: str | None = None
        self._used: set[str] = set()

    def take(self, words: list[str]) -> None:
        kind, count = words[0], len(words)
        if kind == "log" and count in (2, 3):
            self._log(*words[1:])
        elif kind == "witness" and count in (3, 4):
            self._witness(*words[1:])
        elif kind == "group" and count >= 4:
            self._group(words[1], words[2], words[3:])
        elif kind == "quorum" and count == 2 and self.quorum is None:
            self.quorum = words[1] if words[1] == NONE else self._known(words[1])
        else:
            raise TraceError(
                "policy-malformed", f"a line {kind[:20]!r} with {count - 1} words, or a second quorum."
            )

    def _log(self, vkey: str, url: str = "") -> None:
        verifier = _vkey(vkey)
        if verifier.kind != note.NOTE:
            raise TraceError(
                "policy-malformed", f"{verifier.name}: not a key that signs checkpoints of its log."
            )
        if any(v.key == verifier.key for v in self.logs) or len(self.logs) == MOST:
            raise TraceError(
                "policy-malformed", f"{verifier.name}: the key of a log stands twice, or too many logs."
            )
        self.logs.append(verifier)
        if url:
            self.urls[verifier.name] = url

    def _witness(self, name: str, vkey: str, url: str = "") -> None:
        verifier = _vkey(vkey)
        if verifier.kind == note.NOTE:
            raise TraceError("policy-malformed", f"{name}: its key signs notes, not cosignatures.")
        if (
            any(w.verifier.key == verifier.key for w in self.witnesses.values())
            or len(self.witnesses) == MOST
        ):
            raise TraceError("policy-malformed", f"{name}: its key stands twice, or there are too many.")
        self._new(name)
        self.witnesses[name] = Witness(name, verifier, url)

    def _group(self, name: str, least: str, members: list[str]) -> None:
        count = {"any": "1", "all": str(len(members))}.get(least, least)
        if not (count.isascii() and count.isdecimal() and str(int(count)) == count):
            raise TraceError("policy-malformed", f"{name}: {least[:20]!r} is not any, all or a number.")
        if not 1 <= int(count) <= len(members) or len(self.groups) == MOST:
            raise TraceError(
                "policy-malformed", f"{name}: {count} of {len(members)} members, or too many groups."
            )
        for member in members:
            if self._known(member) in self._used:
                raise TraceError(
                    "policy-malformed", f"{name}: {member!r} is a member of two groups, or twice of one."
                )
            self._used.add(member)
        self._new(name)
        self.groups[name] = Group(int(count), tuple(members))

    def _known(self, name: str) -> str:
        if name not in self.witnesses and name not in self.groups:
            raise TraceError("policy-malformed", f"{name[:40]!r} is not defined above.")
        return name

    def _new(self, name: str) -> None:
        if name == NONE or name in self.witnesses or name in self.groups:
            raise TraceError("policy-malformed", f"{name[:40]!r} is defined twice, or means nobody.")


def _vkey(text: str) -> Verifier:
    try:
        return read_vkey(text.encode("latin-1").decode("utf-8"))
    except UnicodeDecodeError as e:
        raise TraceError("policy-malformed", "the name of a key is not UTF-8.") from e


def _wrong(what: str, message: str) -> TraceError:
    return TraceError("policy-malformed", f"{what}: {message}.")
