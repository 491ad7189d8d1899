"""Events of EPCIS and of the ledger, one to the other.

| EPCIS | ledger |
|---|---|
| ObjectEvent, commissioning (ADD) | make without inputs |
| ObjectEvent, shipping or receiving, with source and destination | move, signed out or in |
| ObjectEvent, other | modify |
| TransformationEvent | make |
| AggregationEvent, AssociationEvent | modify: what is packed stays what it is |
| TransactionEvent | transfer to the owning party named as destination |
| errorDeclaration | correct |

Masses are read where a quantity has a unit of mass; what is counted in pieces has none and is left aside.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from oreflow.errors import UsageError
from oreflow.trace.epcis.document import Document, EpcisEvent
from oreflow.trace.model import Event, Kind, Line, Lot, event_from_plain, event_to_plain
from oreflow.trace.model.amounts import mass_mg, mass_units
from oreflow.trace.model.times import seconds, stamp

CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
NAMESPACE = "urn:oreflow:ledger:"
_CARRIED = "oreflow:event"


def to_events(document: Document, *, issuer: str) -> tuple[list[Event], list[str]]:
    """Return the events of the ledger that a document tells of.

    Args:
        document: Document without problems.
        issuer: Party that hands it in and answers for it.

    Returns:
        Events, and remarks on what was left aside.

    Raises:
        DataError: The document has problems, or something is not possible.
    """
    document.require()
    out: list[Event] = []
    remarks: list[str] = []
    for i, e in enumerate(document.events):
        if _CARRIED in e.members:
            out.append(event_from_plain(e.members[_CARRIED], where=f"eventList[{i}]"))
            continue
        if not e.id:
            remarks.append(f"eventList[{i}] has no eventID and is left aside: nobody could refer to it.")
            continue
        out += _event(e, issuer, remarks)
    return out, remarks


def from_events(
    events: Iterable[Event], *, created: int, lots: Mapping[str, Lot] | None = None
) -> dict[str, Any]:
    """Return a document of EPCIS that tells events, each with the event of the ledger as it stands.

    Args:
        events: Events.
        created: When the document is made (Unix time).
        lots: Lots that they take, for nothing but completeness.

    Returns:
        The document as JSON data.
    """
    return {
        "@context": [CONTEXT, {"oreflow": NAMESPACE}],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": stamp(created),
        "epcisBody": {"eventList": [_told(e) for e in events]},
    }


def _event(e: EpcisEvent, issuer: str, remarks: list[str]) -> list[Event]:
    m = e.members
    place = str((m.get("bizLocation") or m.get("readPoint") or {}).get("id", ""))
    step = str(m.get("bizStep", "")).rsplit("/", 1)[-1].rsplit("-", 1)[-1].lower()
    base: dict[str, Any] = {"event": e.id, "time": e.time, "issuer": issuer}
    if "errorDeclaration" in m:
        declared = m["errorDeclaration"]
        when = seconds(str(declared.get("declarationTime", stamp(e.time))))
        void = Event(event=f"{e.id}#error", kind=Kind.CORRECT, time=when, issuer=issuer, corrects=e.id)
        plain = EpcisEvent(e.type, e.id, e.time, {k: v for k, v in m.items() if k != "errorDeclaration"})
        return [*_event(plain, issuer, remarks), void]
    if e.type == "TransformationEvent":
        return [Event(**base, kind=Kind.MAKE, facility=place, inputs=_lines(e, "inputQuantityList", remarks),
                      outputs=_lots(e, "outputQuantityList", remarks))]  # fmt: skip
    source = _end(m, "sourceList")
    destination = _end(m, "destinationList")
    if e.type == "ObjectEvent":
        if step in ("shipping", "receiving", "departing", "arriving") and (source or destination):
            receiving = step in ("receiving", "arriving")
            here, there = (source or place, destination or place)
            transaction = next(
                (str(t.get("bizTransaction", "")) for t in m.get("bizTransactionList") or []), ""
            )
            lines = _lines(e, "quantityList", remarks)
            if here and there and here != there:
                return [Event(**base, kind=Kind.MOVE, facility=here, target=there, inputs=lines,
                              signed="in" if receiving else "out", consignment=transaction)]  # fmt: skip
        if step == "commissioning" and m.get("action") == "ADD":
            return [Event(**base, kind=Kind.MAKE, facility=place, outputs=_lots(e, "quantityList", remarks))]
        return [Event(**base, kind=Kind.MODIFY, facility=place, inputs=_lines(e, "quantityList", remarks))]
    if e.type == "TransactionEvent":
        buyer = _end(m, "destinationList", "owning_party")
        kind = Kind.TRANSFER if buyer else Kind.MODIFY
        return [
            Event(**base, kind=kind, facility=place, target=buyer, inputs=_lines(e, "quantityList", remarks))
        ]
    return [Event(**base, kind=Kind.MODIFY, facility=place, inputs=_lines(e, "childQuantityList", remarks))]


def _end(members: Mapping[str, Any], member: str, kind: str = "location") -> str:
    name = member.removesuffix("List")
    for entry in members.get(member) or []:
        if str(entry.get("type", "")).rsplit("/", 1)[-1].rsplit("-", 1)[-1].endswith(kind):
            return str(entry.get(name, ""))
    return ""


def _lines(e: EpcisEvent, member: str, remarks: list[str]) -> tuple[Line, ...]:
    mass: dict[str, int] = {}
    for name, quantity, uom in e.quantities(member):
        if uom in mass_units():
            mass[name] = mass.get(name, 0) + mass_mg(quantity, uom, where=f"{e.id}, {member}")
        else:
            remarks.append(f"{e.id}: {name} has no mass and is left aside.")
    return tuple(Line(n, q) for n, q in mass.items())


def _lots(e: EpcisEvent, member: str, remarks: list[str]) -> tuple[Lot, ...]:
    return tuple(Lot(line.lot, line.lot, line.mass) for line in _lines(e, member, remarks))


def _told(event: Event) -> dict[str, Any]:
    out: dict[str, Any] = {
        "type": "ObjectEvent",
        "eventID": event.event,
        "eventTime": stamp(event.time),
        "eventTimeZoneOffset": "+00:00",
    }
    taken = [_quantity(line.lot, line.mass) for line in event.inputs]
    born = [_quantity(o.lot, o.mass) for o in event.outputs]
    if event.kind is Kind.MAKE and taken:
        out |= {"type": "TransformationEvent", "bizStep": "commissioning", "inputQuantityList": taken,
                "outputQuantityList": born}  # fmt: skip
    elif event.kind is Kind.MAKE:
        out |= {"action": "ADD", "bizStep": "commissioning", "quantityList": born}
    elif event.kind is Kind.TRANSFER:
        out |= {"type": "TransactionEvent", "action": "ADD", "quantityList": taken,
                "bizTransactionList": [{"type": "inv", "bizTransaction": event.event}],
                "destinationList": [{"type": "owning_party", "destination": event.target}]}  # fmt: skip
    elif event.kind is Kind.MOVE:
        out |= {"action": "OBSERVE", "bizStep": "receiving" if event.signed == "in" else "shipping",
                "quantityList": taken,
                "sourceList": [{"type": "location", "source": event.facility}],
                "destinationList": [{"type": "location", "destination": event.target}]}  # fmt: skip
    elif event.kind is Kind.MODIFY:
        out |= {"action": "OBSERVE", "bizStep": "inspecting", "quantityList": taken}
    else:
        raise UsageError(
            f"event {event.event}: EPCIS has no event for {event.kind}; keep it in the ledger's own form."
        )
    if event.facility:
        out["readPoint"] = {"id": event.facility}
    out[_CARRIED] = event_to_plain(event)
    return out


def _quantity(name: str, mass: int) -> dict[str, Any]:
    whole, rest = divmod(mass, 1_000_000)
    return {"epcClass": name, "quantity": mass if rest else whole, "uom": "MGM" if rest else "KGM"}
