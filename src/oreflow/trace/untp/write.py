"""Events to credentials of UNTP, unsigned; `oreflow.trace.credential.issue` signs them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any
from urllib.parse import quote

from oreflow.errors import UsageError
from oreflow.trace.model import Event, Facility, Kind, Line, Lot, Party, event_to_plain
from oreflow.trace.model.times import stamp

LEDGER_CONTEXT = "urn:oreflow:context:ledger:1"
CONTEXTS = (
    "https://www.w3.org/ns/credentials/v2",
    "https://vocabulary.uncefact.org/untp/0.7.0/context/",
    LEDGER_CONTEXT,
)
_STEPS = {
    Kind.MAKE: ("commissioning", "Commissioning"),
    Kind.MOVE: ("shipping", "Shipping"),
    Kind.MODIFY: ("inspecting", "Inspecting"),
}
_TYPES = {Kind.MAKE: "MakeEvent", Kind.MOVE: "MoveEvent", Kind.MODIFY: "ModifyEvent"}


@cache
def ledger_context() -> dict[str, Any]:
    """Return the JSON-LD context of what our credentials add to UNTP, bundled."""
    text = resources.files("oreflow.trace").joinpath("data", "ledger-context.json").read_text("utf-8")
    out: dict[str, Any] = json.loads(text)
    return out


def credential(
    event: Event,
    *,
    facilities: Mapping[str, Facility] | None = None,
    parties: Mapping[str, Party] | None = None,
    lots: Mapping[str, Lot] | None = None,
    id: str = "",
) -> dict[str, Any]:
    """Return a traceability event of UNTP that says an event, and carries it as it stands in the ledger.

    Args:
        event: A make, move or modify event.
        facilities: Names of places; their identifiers stand in where left out.
        parties: Names of parties.
        lots: Products of lots that it takes.
        id: Identifier of the credential; made from that of the event when left out.

    Returns:
        The credential without proof.

    Raises:
        UsageError: The event is of a kind that UNTP does not know.
    """
    if event.kind not in _TYPES:
        raise UsageError(f"event {event.event}: UNTP knows make, move and modify events, not {event.kind}.")
    places, people, known = facilities or {}, parties or {}, lots or {}
    code, name = _STEPS[event.kind]
    if event.kind is Kind.MOVE and event.signed == "in":
        code, name = "receiving", "Receiving"
    subject: dict[str, Any] = {
        "type": [_TYPES[event.kind], "LifecycleEvent"],
        "id": event.event,
        "name": f"{name} by {event.process}" if event.process else name,
        "eventDate": stamp(event.time),
        "activityType": {"code": code, "name": name, "schemeId": "https://ref.gs1.org/cbv/BizStep",
                         "schemeName": "GS1 CBV Business Step"},
    }  # fmt: skip
    taken = [_product(line, known.get(line.lot), "consumed") for line in event.inputs]
    if event.kind is Kind.MAKE:
        subject |= {
            "inputProduct": taken,
            "outputProduct": [_product(Line(o.lot, o.mass), o, "new") for o in event.outputs],
            "madeAtFacility": _place(event.facility, places),
        }
    elif event.kind is Kind.MOVE:
        for product in taken:
            product["disposition"] = "active" if event.signed == "in" else "inTransit"
        subject |= {
            "movedProduct": taken,
            "fromFacility": _place(event.facility, places),
            "toFacility": _place(event.target, places),
        }
        if event.consignment:
            subject["consignmentId"] = event.consignment
    else:
        for product in taken:
            product["disposition"] = "active"
        subject |= {"modifiedProduct": taken, "modifiedAtFacility": _place(event.facility, places)}
    subject["metalLedger"] = event_to_plain(event)
    issuer = people.get(event.issuer)
    return {
        "@context": list(CONTEXTS),
        "type": ["DigitalTraceabilityEvent", "VerifiableCredential"],
        "id": id or record_id(event.event),
        "issuer": {
            "type": ["CredentialIssuer"],
            "id": event.issuer,
            "name": issuer.name if issuer else event.issuer,
        },
        "validFrom": stamp(event.time),
        "name": subject["name"],
        "credentialSubject": [subject],
    }


def record_id(event: str) -> str:
    """Return the identifier of the record of an event: a URL of its own, made from that of the event."""
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:\S+$", event):
        return f"{event}{'&' if '?' in event else '?'}credential"
    return f"urn:oreflow:record:{quote(event, safe='')}"


def _product(line: Line, lot: Lot | None, disposition: str) -> dict[str, Any]:
    parts = line.lot.split("#")
    product: dict[str, Any] = {
        "type": ["Product"],
        "id": parts[0],
        "name": lot.product if lot else parts[0],
        "idGranularity": ("model", "batch", "item")[min(len(parts) - 1, 2)],
    }
    for member, value in zip(("batchNumber", "itemNumber"), parts[1:], strict=False):
        product[member] = value
    whole, rest = divmod(line.mass, 1_000_000)
    quantity: dict[str, Any] = (
        {"value": line.mass, "unit": "MGM"} if rest else {"value": whole, "unit": "KGM"}
    )
    return {"product": product, "quantity": quantity, "disposition": disposition}


def _place(name: str, places: Mapping[str, Facility]) -> dict[str, Any]:
    known = places.get(name)
    return {"type": ["Facility"], "id": name, "name": known.name if known else name}
