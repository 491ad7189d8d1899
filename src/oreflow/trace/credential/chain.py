"""Several proofs of one document: sets, whose members stand alone, and chains, where one signs others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from oreflow.errors import TraceError, UsageError
from oreflow.trace.credential import integrity
from oreflow.trace.credential.integrity import Document
from oreflow.trace.keys.key import SigningKey

MOST_PROOFS = 16
"""Proofs of one document that are checked at most."""


def proofs(document: Mapping[str, Any]) -> list[Document]:
    """Return the proofs of a document, in their order.

    Raises:
        TraceError: There is none, there are too many, one is not an object, or two have one id.
    """
    found = document.get("proof")
    listed: list[Any] = [] if found is None else found if isinstance(found, list) else [found]
    if not listed:
        raise TraceError("credential-proof-missing", "the document has no proof.")
    if len(listed) > MOST_PROOFS:
        raise TraceError("credential-proof-malformed", f"{len(listed)} proofs, more than {MOST_PROOFS}.")
    if not all(isinstance(p, dict) for p in listed):
        raise TraceError("credential-proof-malformed", "a proof is not an object.")
    ids = [p["id"] for p in listed if "id" in p]
    if not all(isinstance(i, str) for i in ids) or len(set(ids)) < len(ids):
        raise TraceError("credential-proof-malformed", "two proofs have one id, or an id is not text.")
    return listed


def signed_by(document: Mapping[str, Any], previous: Sequence[Document]) -> Document:
    """Return what a proof signs: the document without proofs but those that it builds on."""
    bare = {k: v for k, v in document.items() if k != "proof"}
    return bare | {"proof": list(previous)} if previous else bare


def previous(proof: Mapping[str, Any], others: Sequence[Document]) -> list[Document]:
    """Return the proofs that one builds on, in the document's order.

    Raises:
        TraceError: One of them is not there, or it is the proof itself.
    """
    asked = proof.get("previousProof")
    if asked is None:
        return []
    wanted = asked if isinstance(asked, list) else [asked]
    if not wanted or not all(isinstance(w, str) for w in wanted):
        raise TraceError("credential-proof-malformed", "previousProof is not an id or a list of ids.")
    known = {p["id"] for p in others if "id" in p}
    missing = [w for w in wanted if w not in known]
    if missing:
        raise TraceError("proof-chain", f"a proof builds on {missing[0]!r}, which is not there.")
    if proof.get("id") in wanted:
        raise TraceError("proof-chain", f"the proof {proof['id']!r} builds on itself.")
    return [p for p in others if p.get("id") in wanted]


def add(
    document: Mapping[str, Any],
    key: SigningKey,
    *,
    created: str,
    method: str | None = None,
    id: str | None = None,
    after: str | Sequence[str] | None = None,
) -> Document:
    """Add a proof to a document.

    Args:
        document: With or without proofs.
        key: An Ed25519 key.
        created: Time stamp.
        method: Id of its verification method; its ``did:key`` when left out.
        id: Id of the proof, for others to build on.
        after: Id or ids of proofs that this one builds on and signs too.

    Returns:
        The document with one more proof; a first proof stands alone, further ones in a list.

    Raises:
        UsageError: The key or time does not fit, or there is a proof of that id.
        TraceError: The document or its proofs are not of the form, or one to build on is not there.
    """
    there = proofs(document) if "proof" in document else []
    if id is not None and any(p.get("id") == id for p in there):
        raise UsageError(f"there is a proof with the id {id!r} already.")
    extra: Document = {} if id is None else {"id": id}
    if after is not None:
        extra["previousProof"] = after if isinstance(after, str) else list(after)
    builds_on = previous(extra, there)
    made = integrity.make(
        signed_by(document, builds_on), key, method=method or key.public.method, created=created, extra=extra
    )
    return {**document, "proof": [*there, made] if there else made}
