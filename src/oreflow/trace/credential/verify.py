"""Issuing records and checking them: every proof, its key, its time, and that nothing was taken away."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from oreflow.errors import TraceError
from oreflow.trace import jsonin
from oreflow.trace.credential import chain, integrity, model
from oreflow.trace.credential.integrity import PURPOSE, Document
from oreflow.trace.credential.resolve import Method, Resolver
from oreflow.trace.keys.history import History
from oreflow.trace.keys.key import SigningKey
from oreflow.trace.rules import Failure
from oreflow.trace.times import moment, stamp

SKEW = 300
"""Seconds by which clocks may differ."""

_ONLINE = ("credentialStatus",)
"""Members that point to something outside, by which a record could have been withdrawn."""


@dataclass(frozen=True)
class Proved:
    """A proof that was checked and holds.

    Attributes:
        method: Its verification method.
        created: When it says it was made, s since 1970.
        id: Its id, if it has one.
    """

    method: Method
    created: int | None
    id: str | None


@dataclass(frozen=True)
class Verification:
    """What checking a record found.

    Attributes:
        document: The record without its proofs.
        issuer: Id of who issued it.
        proofs: The proofs that hold.
        failures: Why it is not to be trusted; none where it is.
        unchecked: Members that could say otherwise and were not looked at, as that would need the network.
    """

    document: Document
    issuer: str | None
    proofs: tuple[Proved, ...]
    failures: tuple[Failure, ...]
    unchecked: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the record is to be trusted as far as keys go; whether it is true is another question."""
        return not self.failures

    def require(self) -> Verification:
        """Return this, or raise.

        Raises:
            TraceError: The first failure.
        """
        if self.failures:
            raise self.failures[0].raised()
        return self


def issue(
    document: Mapping[str, Any],
    key: SigningKey,
    *,
    method: str | None = None,
    created: str | None = None,
    id: str | None = None,
    after: str | Sequence[str] | None = None,
) -> Document:
    """Sign a record: add a proof of the suite ``eddsa-jcs-2022``.

    Args:
        document: The record; a further proof is added to one that has some.
        key: An Ed25519 key.
        method: Id of its verification method; its ``did:key`` when left out.
        created: Time stamp; now when left out.
        id: Id of the proof, for others to build on.
        after: Id or ids of proofs that this one builds on and signs too.

    Returns:
        The record with the proof.

    Raises:
        UsageError: The key or time does not fit.
        TraceError: The record is no credential, or cannot be written canonically.
    """
    moment_ = created or stamp(int(time.time()))
    lacks = [f for f in model.check(document, now=0, skew=0) if f.rule == "credential-malformed"]
    if lacks:
        raise lacks[0].raised()
    return chain.add(document, key, method=method, created=moment_, id=id, after=after)


def verify(
    document: Mapping[str, Any] | bytes,
    resolver: Resolver | None = None,
    *,
    now: int | None = None,
    purpose: str = PURPOSE,
    required: Iterable[str] = (),
    histories: Mapping[str, History] | None = None,
    cosigned_at: int | None = None,
) -> Verification:
    """Check a record and all of its proofs.

    Args:
        document: The record, as bytes (read strictly) or as `oreflow.trace.jsonin.loads` returned it.
        resolver: Knows the documents of issuers; ``did:key`` alone when left out.
        now: Now, s since 1970; the clock's when left out.
        purpose: What the proofs must be for.
        required: Ids of verification methods or controllers who must have signed; a proof of theirs that was
            taken away is noticed so.
        histories: Issuer to the history of its keys, where one is known.
        cosigned_at: When enough witnesses had cosigned a checkpoint that holds the record, s since 1970.

    Returns:
        What was found; see its ``failures``.
    """
    clock = int(time.time()) if now is None else now
    failures: list[Failure] = []
    found: list[Proved] = []
    try:
        data = jsonin.loads(document) if isinstance(document, bytes) else dict(document)
        if not isinstance(data, dict):
            raise TraceError("credential-malformed", "a record is a JSON object.")
    except TraceError as e:
        return Verification({}, None, (), (Failure.of(e),))
    failures += model.check(data, now=clock, skew=SKEW)
    issuer = model.issuer(data)
    resolver = resolver or Resolver()
    try:
        listed = chain.proofs(data)
    except TraceError as e:
        failures.append(Failure.of(e))
        listed = []
    for proof in listed:
        try:
            found.append(_proved(data, proof, listed, resolver, purpose))
            _in_time(found[-1], proof, clock, issuer, resolver, histories or {}, purpose, cosigned_at)
        except TraceError as e:
            failures.append(Failure.of(e))
    signers = {p.method.id for p in found} | {p.method.controller for p in found}
    failures += [
        Failure("credential-proof-missing", f"not signed by {r[:80]!r}, who must sign.")
        for r in required
        if r not in signers
    ]
    if found and issuer and not any(resolver.speaks_for(p.method, issuer, purpose) for p in found):
        failures.append(Failure("issuer-not-bound", f"no proof is by a key of the issuer {issuer[:80]!r}."))
    bare = {k: v for k, v in data.items() if k != "proof"}
    unchecked = tuple(m for m in _ONLINE if m in data)
    return Verification(bare, issuer, tuple(found), tuple(failures), unchecked)


def _proved(
    data: Document, proof: Document, listed: list[Document], resolver: Resolver, purpose: str
) -> Proved:
    integrity.form(proof)
    method = resolver.method(proof.get("verificationMethod"))
    signed = chain.signed_by(data, chain.previous(proof, listed))
    integrity.check(signed, proof, method, purpose=purpose)
    return Proved(method, moment(proof.get("created")), proof.get("id"))


def _in_time(
    proved: Proved,
    proof: Document,
    now: int,
    issuer: str | None,
    resolver: Resolver,
    histories: Mapping[str, History],
    purpose: str,
    cosigned_at: int | None,
) -> None:
    """Check when a proof was made, as far as that can be known."""
    created, method = proved.created, proved.method
    where = f"proof by {method.id[:60]}"
    if created is not None and created > min(now, now if cosigned_at is None else cosigned_at) + SKEW:
        raise TraceError(
            "clock-skew", f"{where}: made at {proof['created']}, which is later than it was seen."
        )
    expires = moment(proof.get("expires"))
    if expires is not None and expires < now - SKEW:
        raise TraceError("credential-not-valid", f"{where}: expired at {proof['expires']}.")
    for word, end in (("expired", method.expires), ("revoked", method.revoked)):
        if end is not None and (created is None or created >= end):
            raise TraceError("key-outside-validity", f"{where}: its key was {word} at {stamp(end)}.")
    signer = issuer if issuer and resolver.speaks_for(method, issuer, purpose) else method.controller
    if signer in histories:
        histories[signer].check(method.key, signed_at=created, cosigned_at=cosigned_at, what=where)
