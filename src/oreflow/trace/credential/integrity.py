"""Data Integrity proofs of the suite ``eddsa-jcs-2022`` (W3C), one at a time."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from oreflow.errors import TraceError, UsageError
from oreflow.trace.credential.resolve import Method
from oreflow.trace.jsonin import canonical
from oreflow.trace.keys import multibase
from oreflow.trace.keys.key import ED25519, SigningKey
from oreflow.trace.times import moment

TYPE = "DataIntegrityProof"
SUITE = "eddsa-jcs-2022"
PURPOSE = "assertionMethod"

Document = dict[str, Any]


def hash_data(document: Mapping[str, Any], options: Mapping[str, Any]) -> bytes:
    """Return what is signed: the hashes of the proof's options and of the document, both canonical.

    Args:
        document: The document, with only those proofs that this one builds on.
        options: The proof without its value.

    Raises:
        TraceError: One of them cannot be written canonically.
    """
    return sha256(canonical(dict(options))).digest() + sha256(canonical(dict(document))).digest()


def make(
    document: Mapping[str, Any], key: SigningKey, *, method: str, created: str, extra: Mapping[str, Any]
) -> Document:
    """Make a proof.

    Args:
        document: What is signed, with only those proofs that this one builds on.
        key: An Ed25519 key.
        method: Id of its verification method.
        created: Time stamp.
        extra: Further members, e.g. ``id`` and ``previousProof``.

    Returns:
        The proof.

    Raises:
        UsageError: The key is of another algorithm, or the time is no time stamp.
        TraceError: The document cannot be written canonically.
    """
    if key.algorithm != ED25519:
        raise UsageError(f"{SUITE} signs with {ED25519}, not with {key.algorithm}.")
    if moment(created) is None:
        raise UsageError(f"{created!r} is no time stamp such as 2026-03-01T12:00:00Z.")
    proof: Document = {
        "type": TYPE,
        **extra,
        "cryptosuite": SUITE,
        "created": created,
        "verificationMethod": method,
        "proofPurpose": PURPOSE,
    }
    if "@context" in document:
        proof["@context"] = document["@context"]
    return proof | {"proofValue": multibase.encode(key.sign(hash_data(document, proof)))}


def check(document: Mapping[str, Any], proof: Mapping[str, Any], method: Method, *, purpose: str) -> None:
    """Check one proof.

    Args:
        document: The document, with only those proofs that this one builds on.
        proof: The proof.
        method: Its verification method.
        purpose: What it must be for.

    Raises:
        TraceError: It is of another type or suite, for another purpose, over another document or context, or by
            another key.
    """
    form(proof)
    where = f"proof by {method.id[:60]}"
    if method.key.algorithm != ED25519:
        raise TraceError(
            "cryptosuite-unsupported",
            f"{where}: {SUITE} goes with {ED25519}, its key is {method.key.algorithm}.",
        )
    if proof.get("proofPurpose") != purpose:
        raise TraceError(
            "proof-purpose", f"{where}: made for {proof.get('proofPurpose')!r}, not {purpose!r}."
        )
    if purpose not in method.purposes:
        raise TraceError("proof-purpose", f"{where}: its key may not be used for {purpose!r}.")
    signed = dict(document)
    if "@context" in proof:
        ours, theirs = _list(document.get("@context")), _list(proof["@context"])
        if ours[: len(theirs)] != theirs:
            raise TraceError(
                "proof-context", f"{where}: the document's @context is not the one that was signed."
            )
        signed["@context"] = proof["@context"]
    options = {k: v for k, v in proof.items() if k != "proofValue"}
    value = multibase.decode(proof["proofValue"])
    method.key.verify(value, hash_data(signed, options), what=where)


def form(proof: Mapping[str, Any]) -> None:
    """Check that a proof is of the one type and suite that is taken, before anything of it is believed.

    Raises:
        TraceError: It is not, or a member is not of the form.
    """
    if proof.get("type") != TYPE or proof.get("cryptosuite") != SUITE:
        raise TraceError(
            "cryptosuite-unsupported",
            f"a proof of type {proof.get('type')!r} and suite {proof.get('cryptosuite')!r}; "
            f"only {TYPE} with {SUITE} is taken.",
        )
    if not isinstance(proof.get("proofValue"), str):
        raise TraceError("credential-proof-malformed", "a proof has no proofValue.")
    for word in ("created", "expires"):
        if word in proof and moment(proof[word]) is None:
            raise TraceError("credential-proof-malformed", f"a proof's {word} is no time stamp with a zone.")


def _list(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]
