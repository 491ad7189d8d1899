"""What a verifiable credential must have (W3C VCDM 2.0), whoever signed it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from oreflow.trace.rules import Failure
from oreflow.trace.times import moment

CONTEXT = "https://www.w3.org/ns/credentials/v2"
TYPE = "VerifiableCredential"
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:\S+")


def issuer(document: Mapping[str, Any]) -> str | None:
    """Return the id of the issuer; ``None`` where there is none."""
    told = document.get("issuer")
    id = told.get("id") if isinstance(told, Mapping) else told
    return id if isinstance(id, str) and _URL.fullmatch(id) else None


def check(document: Mapping[str, Any], *, now: int, skew: int) -> list[Failure]:
    """Return what a document lacks to be a credential that is valid now.

    Args:
        document: The credential.
        now: Now, s since 1970.
        skew: Seconds by which clocks may differ.

    Returns:
        Failures; none where it is.
    """
    wrong = []

    def malformed(message: str) -> None:
        wrong.append(Failure("credential-malformed", message))

    context = document.get("@context")
    if not isinstance(context, list) or not context or context[0] != CONTEXT:
        malformed(f"@context does not begin with {CONTEXT}.")
    types = document.get("type")
    if TYPE not in (types if isinstance(types, list) else [types]):
        malformed(f"type does not hold {TYPE}.")
    if issuer(document) is None:
        malformed("issuer is neither a URL nor an object whose id is one.")
    if "id" in document and not (isinstance(document["id"], str) and _URL.fullmatch(document["id"])):
        malformed("id is not a URL.")
    subject = document.get("credentialSubject")
    subjects = subject if isinstance(subject, list) else [subject]
    if not subjects or not all(isinstance(s, Mapping) and s for s in subjects):
        malformed("credentialSubject is not an object, or a list of them, with members.")
    times = {}
    for word in ("validFrom", "validUntil"):
        times[word] = moment(document.get(word))
        if word in document and times[word] is None:
            malformed(f"{word} is no time stamp with a zone, such as 2026-03-01T12:00:00Z.")
    begin, end = times["validFrom"], times["validUntil"]
    if begin is not None and end is not None and end < begin:
        malformed("validUntil is before validFrom.")
    elif begin is not None and begin > now + skew:
        wrong.append(Failure("credential-not-valid", f"valid from {document['validFrom']} only."))
    elif end is not None and end < now - skew:
        wrong.append(Failure("credential-not-valid", f"valid until {document['validUntil']} only."))
    return wrong
