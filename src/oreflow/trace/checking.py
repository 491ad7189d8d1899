"""What documents say and whether their signatures hold: apart, so that processes that only do this start quickly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from oreflow.errors import DataError, TraceError
from oreflow.trace import credential
from oreflow.trace.jsonin import loads
from oreflow.trace.keys.history import History
from oreflow.trace.model import content, event_from_plain

KEY_RULES = ("key-outside-validity", "key-compromised", "key-unknown")
_UNSURE = ("issuer-unknown",)


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose signatures count.

    Attributes:
        resolver: Knows the keys of issuers.
        histories: Issuer to the history of its keys.
        cosigned_at: When witnesses had cosigned the log (Unix time).
        now: Now (Unix time).
    """

    resolver: credential.Resolver | None
    histories: Mapping[str, History] | None
    cosigned_at: int | None
    now: int | None


@dataclass(frozen=True, slots=True)
class Read:
    """What one document says.

    Attributes:
        name: Event or credential.
        said: Events that it carries, with the digest of their contents.
        wrong: Rule and words of what is wrong with it.
    """

    name: str
    said: tuple[tuple[str, bytes], ...]
    wrong: tuple[tuple[str, str], ...]


def part(job: Sequence[tuple[str, str, bytes]], trust: Trust) -> list[Read]:
    """Read and check documents: name, form and bytes of each."""
    return [_one(name, form, body, trust) for name, form, body in job]


def _one(name: str, form: str, body: bytes, trust: Trust) -> Read:
    try:
        data = loads(body, name=name)
    except TraceError as e:
        return Read(name, (), (("tampered", str(e)),))
    if not isinstance(data, dict) or form == "epcis":
        return Read(name, (), ())
    said, wrong = [], []
    subjects = data.get("credentialSubject")
    for subject in subjects if isinstance(subjects, list) else []:
        if isinstance(subject, dict) and "metalLedger" in subject:
            try:
                event = event_from_plain(subject["metalLedger"])
                said.append((event.event, sha256(content(event)).digest()))
            except DataError as e:
                wrong.append(("tampered", str(e)))
    if "proof" in data:
        checked = credential.verify(
            data, trust.resolver, now=trust.now, histories=trust.histories, cosigned_at=trust.cosigned_at
        )
        failure = next((f for f in checked.failures if f.rule not in _UNSURE), None)
        if failure is not None:
            wrong.append(("key-validity" if failure.rule in KEY_RULES else "tampered", failure.message))
    return Read(name, tuple(said), tuple(wrong))
