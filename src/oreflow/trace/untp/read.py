"""Credentials to events, places and parties.

A credential may carry the event of the ledger itself under ``metalLedger``; it must then say the same as the rest.
Otherwise the event is read from the standard members, with assays from passports and from the words of names. The
schemas of UNTP accept a negative quantity or an unknown unit; the meaning is checked here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from oreflow.errors import DataError, SchemaError, UnknownNameError
from oreflow.trace.jsonin import loads
from oreflow.trace.model import Assay, Claim, Event, Facility, Kind, Line, Lot, Party, event_from_plain
from oreflow.trace.model.amounts import mass_mg, share_ppb
from oreflow.trace.model.times import seconds
from oreflow.trace.tables import country
from oreflow.trace.untp import words

EVENTS = {"MakeEvent": Kind.MAKE, "MoveEvent": Kind.MOVE, "ModifyEvent": Kind.MODIFY}
ASIDE = ("DigitalConformityCredential", "DigitalIdentityAnchor", "ConformityScheme", "ConformityProfile", "Criterion",
         "Product", "Facility", "RegisteredIdentity", "ConformityAttestation")  # fmt: skip
"""Documents of UNTP that say nothing of lots; they are kept as they are."""
_MOST = 1000


@dataclass
class Gathered:
    """What was read from credentials.

    Attributes:
        events: Events in the order read.
        facilities: Places.
        parties: Parties.
        documents: Event or credential, form and bytes that it was read from.
        remarks: What a reader should know: assays taken from words, quantities left out.
    """

    events: list[Event] = field(default_factory=list)
    facilities: dict[str, Facility] = field(default_factory=dict)
    parties: dict[str, Party] = field(default_factory=dict)
    documents: list[tuple[str, str, bytes]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def gather(named: Iterable[tuple[str, bytes]]) -> Gathered:
    """Read credentials together: passports and facility records first, since events lean on them.

    Args:
        named: Name (for messages) and bytes of each.

    Returns:
        What they say.

    Raises:
        TraceError: One is not JSON that can be trusted to be read one way.
        SchemaError: One is not a document of UNTP, or lacks what its type needs.
        DataError: A quantity, moment or country is not possible.
    """
    read = [(name, body, _document(body, name)) for name, body in named]
    out, passports = Gathered(), {}
    for name, body, data in read:
        kinds = _types(data, name)
        if "DigitalFacilityRecord" in kinds:
            _facility(_subject(data, name), out, name)
        elif "DigitalProductPassport" in kinds:
            subject = _subject(data, name)
            passports[_text(subject, "id", name)] = subject
            for role in _list(subject, "relatedParty", name):
                _party(role.get("party"), out, name)
        elif "DigitalTraceabilityEvent" not in kinds and not any(k in kinds for k in ASIDE):
            raise UnknownNameError(
                "type of credential",
                kinds[0],
                ["DigitalTraceabilityEvent", "DigitalProductPassport", "DigitalFacilityRecord", *ASIDE],
                where=name,
            )
        if "DigitalTraceabilityEvent" not in kinds:
            out.documents.append((str(data.get("id") or name), "untp", body))
    reader = _Reader(out, passports)
    dated = [
        (name, body, data) for name, body, data in read if "DigitalTraceabilityEvent" in _types(data, name)
    ]
    for name, body, data in dated:
        before = len(out.events)
        reader.credential(data, name)
        out.documents += [(e.event, "untp", body) for e in out.events[before:]]
    reader.declare()
    return out


class _Reader:
    def __init__(self, out: Gathered, passports: Mapping[str, Mapping[str, Any]]) -> None:
        self.out, self.passports = out, passports
        self.carried_events: set[str] = set()

    def credential(self, data: Mapping[str, Any], name: str) -> None:
        issuer = data.get("issuer")
        if not isinstance(issuer, dict):
            raise SchemaError(f"{name}: the issuer is missing.")
        _party(issuer, self.out, name)
        subjects = data.get("credentialSubject")
        if not isinstance(subjects, list) or not 0 < len(subjects) <= _MOST:
            raise SchemaError(f"{name}: credentialSubject is a list of 1 to {_MOST} events.")
        for i, subject in enumerate(subjects):
            where = f"{name}, credentialSubject[{i}]"
            if not isinstance(subject, dict):
                raise SchemaError(f"{where}: an object is needed.")
            self.out.events.append(self.event(subject, _text(issuer, "id", name), where))

    def event(self, subject: Mapping[str, Any], issuer: str, where: str) -> Event:
        kind = next((k for t, k in EVENTS.items() if t in _types(subject, where)), None)
        if kind is None:
            raise UnknownNameError("type of event", str(_types(subject, where)[0])[:40], EVENTS, where=where)
        for role in _list(subject, "relatedParty", where):
            _party(role.get("party"), self.out, where)
        if "metalLedger" in subject:
            return self.carried(subject, issuer, kind, where)
        said = f"{subject.get('name', '')} {subject.get('description', '')}"
        base: dict[str, Any] = {
            "event": _text(subject, "id", where),
            "kind": kind,
            "time": seconds(_text(subject, "eventDate", where), where=f"{where}, eventDate"),
            "issuer": issuer,
        }
        if kind is Kind.MAKE:
            return Event(
                **base,
                facility=self.place(subject, "madeAtFacility", where),
                inputs=tuple(self.line(p, where) for p in _list(subject, "inputProduct", where)),
                outputs=tuple(self.lot(p, said, where) for p in _list(subject, "outputProduct", where)),
            )
        if kind is Kind.MODIFY:
            return Event(
                **base,
                facility=self.place(subject, "modifiedAtFacility", where),
                inputs=tuple(self.line(p, where) for p in _list(subject, "modifiedProduct", where)),
            )
        roles = {
            str(r.get("role")): str((r.get("party") or {}).get("id"))
            for r in _list(subject, "relatedParty", where)
        }
        signed = (
            "out"
            if issuer == roles.get("consignor")
            else "in"
            if issuer == roles.get("consignee")
            else "both"
        )
        consignment = subject.get("consignmentId", "")
        return Event(
            **base,
            facility=self.place(subject, "fromFacility", where),
            target=self.place(subject, "toFacility", where),
            inputs=tuple(self.line(p, where) for p in _list(subject, "movedProduct", where)),
            signed=signed,  # type: ignore[arg-type]
            consignment=consignment if isinstance(consignment, str) else "",
            mode=words.mode(said),
        )

    def carried(self, subject: Mapping[str, Any], issuer: str, kind: Kind, where: str) -> Event:
        """Read the event that a credential carries, and hold it against what the standard members say."""
        event = event_from_plain(subject["metalLedger"], where=f"{where}, metalLedger")
        told = {"id": (event.event, subject.get("id")), "issuer": (event.issuer, issuer), "kind": (event.kind, kind),
                "eventDate": (event.time, seconds(_text(subject, "eventDate", where), where=where))}  # fmt: skip
        for member, names in (
            ("inputs", ("inputProduct", "movedProduct", "modifiedProduct")),
            ("outputs", ("outputProduct",)),
        ):
            lines = [p for n in names for p in _list(subject, n, where)]
            mine = {x.lot: x.mass for x in getattr(event, member)}
            told[member] = (mine, {_lot_id(p, where): self.mass(p, where) for p in lines})
        wrong = next(
            (n for n, (a, b) in told.items() if a != b and not (n == "outputs" and kind is not Kind.MAKE)),
            None,
        )
        if wrong is not None:
            raise DataError(f"{where}: metalLedger and the other members do not say the same about {wrong}.")
        self.carried_events.add(event.event)
        return event

    def line(self, item: Mapping[str, Any], where: str) -> Line:
        return Line(_lot_id(item, where), self.mass(item, where))

    def lot(self, item: Mapping[str, Any], said: str, where: str) -> Lot:
        product = item["product"]
        name = _text(product, "name", where)
        passport = self.passports.get(_text(product, "id", where), {})
        assays = self.assays(name, passport, said)
        return Lot(
            lot=_lot_id(item, where),
            product=name,
            mass=self.mass(item, where),
            assays=assays,
            owner=_maker(passport),
            claims=_claims(passport, {a.element for a in assays}, where),
        )

    def assays(self, name: str, passport: Mapping[str, Any], said: str) -> tuple[Assay, ...]:
        for text, whence in ((name, "its name"), (str(passport.get("description", "")), "its passport")):
            if found := words.assays(text):
                self.out.remarks.append(f"{name}: assay taken from {whence}.")
                return found
        if found := words.assays_beside(name, said):
            self.out.remarks.append(f"{name}: assay taken from the description of the event.")
        return found

    def mass(self, item: Mapping[str, Any], where: str) -> int:
        quantity = item.get("quantity")
        if quantity is None:
            product = item.get("product") or {}
            weight = (self.passports.get(str(product.get("id")), {}).get("dimensions") or {}).get("weight")
            if product.get("idGranularity") != "item" or not isinstance(weight, dict):
                raise SchemaError(
                    f"{where}: a quantity is missing; only an item with a passport may leave it out."
                )
            quantity = weight
        if not isinstance(quantity, dict):
            raise SchemaError(f"{where}: a quantity has a value and a unit.")
        return mass_mg(quantity.get("value", ""), str(quantity.get("unit", "")), where=f"{where}, quantity")

    def place(self, subject: Mapping[str, Any], member: str, where: str) -> str:
        place = subject.get(member)
        if not isinstance(place, dict):
            raise SchemaError(f"{where}: {member} is missing.")
        name = _text(place, "id", where)
        self.out.facilities.setdefault(name, Facility(name, str(place.get("name", name))[:500]))
        return name

    def declare(self) -> None:
        """Let lots that no event makes enter with the first shipment that tells of them."""
        made = {o.lot for e in self.out.events for o in e.outputs}
        taken: dict[str, list[int]] = {}
        for i, e in sorted(enumerate(self.out.events), key=lambda p: p[1].time):
            for line in e.inputs:
                if e.kind is Kind.MOVE and line.lot not in made and e.event not in self.carried_events:
                    taken.setdefault(line.lot, []).append(i)
        for lot, events in taken.items():
            e = self.out.events[events[0]]
            mass = next(line.mass for line in e.inputs if line.lot == lot)
            product = lot.split("#")[0]
            passport = self.passports.get(product, {})
            name = str(passport.get("name") or lot)
            assays = self.assays(name, passport, "")
            place = self.out.facilities.get(e.facility)
            home = str((passport.get("countryOfProduction") or {}).get("countryCode", ""))
            told = Lot(
                lot,
                name,
                mass,
                assays,
                owner=e.issuer,
                claims=_claims(passport, {a.element for a in assays}, lot),
                country=country(home, where=lot) or (place.country if place else ""),
            )
            self.out.events[events[0]] = _with(e, told)


def _with(e: Event, lot: Lot) -> Event:
    from dataclasses import replace

    return replace(e, outputs=(*e.outputs, lot))


def _document(body: bytes, name: str) -> dict[str, Any]:
    data = loads(body, name=name)
    if not isinstance(data, dict):
        raise SchemaError(f"{name}: a credential is a JSON object.")
    return data


def _types(data: Mapping[str, Any], where: str) -> list[str]:
    found = data.get("type")
    if not isinstance(found, list) or not found or not all(isinstance(t, str) for t in found):
        raise SchemaError(f"{where}: type is a list of names.")
    return found


def _subject(data: Mapping[str, Any], name: str) -> dict[str, Any]:
    subject = data.get("credentialSubject")
    if not isinstance(subject, dict):
        raise SchemaError(f"{name}: credentialSubject is missing.")
    return subject


def _facility(subject: Mapping[str, Any], out: Gathered, name: str) -> None:
    operator = ""
    for role in _list(subject, "relatedParty", name):
        party = _party(role.get("party"), out, name)
        operator = (
            party if role.get("role") in ("operator", "owner") and (party and not operator) else operator
        )
    spot = (subject.get("locationInformation") or {}).get("geoLocation") or {}
    lat, lon = spot.get("latitude"), spot.get("longitude")
    for value, most in ((lat, 90), (lon, 180)):
        if value is not None and (
            isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > most
        ):
            raise DataError(f"{name}: {str(value)[:20]!r} is no coordinate.")
    code = str((subject.get("countryOfOperation") or {}).get("countryCode", ""))
    region = (subject.get("address") or {}).get("addressRegion", "")
    place = _text(subject, "id", name)
    out.facilities[place] = Facility(place, str(subject.get("name", place)), country(code, where=name), lat, lon,
                                     operator=operator, province=region if isinstance(region, str) else "")  # fmt: skip


def _party(data: Any, out: Gathered, where: str) -> str:
    if not isinstance(data, dict):
        return ""
    name = _text(data, "id", where)
    code = str((data.get("registrationCountry") or {}).get("countryCode", ""))
    known = out.parties.get(name)
    if known is None or (code and not known.country):
        out.parties[name] = Party(name, str(data.get("name", name)), country(code, where=where))
    return name


def _maker(passport: Mapping[str, Any]) -> str:
    for role in passport.get("relatedParty") or []:
        if role.get("role") == "manufacturer":
            return str((role.get("party") or {}).get("id", ""))
    return ""


def _claims(passport: Mapping[str, Any], elements: set[str], where: str) -> tuple[Claim, ...]:
    """Return the origins that a passport claims, where all of its materials are of one metal."""
    materials = [m for m in passport.get("materialProvenance") or [] if isinstance(m, dict)]
    named = {words.metal(str(m.get("name", ""))) for m in materials}
    metal = named.pop() if len(named) == 1 else ""
    if not metal or metal not in elements:
        return ()
    total = sum(float(m.get("massFraction") or 0) for m in materials)
    out: dict[str, float] = {}
    for m in materials:
        home = country(str((m.get("originCountry") or {}).get("countryCode", "")), where=where)
        out[home] = out.get(home, 0.0) + float(m.get("massFraction") or 0) / total if total > 0 else 0.0
    return tuple(Claim(c, share_ppb(round(s, 9)), metal) for c, s in out.items() if c and s > 0)


def _lot_id(item: Mapping[str, Any], where: str) -> str:
    product = item.get("product")
    if not isinstance(product, dict):
        raise SchemaError(f"{where}: a product is missing.")
    parts = [_text(product, "id", where)]
    for member in ("batchNumber", "itemNumber"):
        value = product.get(member)
        if value is not None and not isinstance(value, str):
            raise SchemaError(f"{where}: {member} is a text.")
        if value:
            parts.append(value)
    return "#".join(parts)


def _text(data: Mapping[str, Any], member: str, where: str) -> str:
    value = data.get(member)
    if not isinstance(value, str) or not value or len(value) > 2000:
        raise SchemaError(f"{where}: {member!r} is a text of 1 to 2000 characters.")
    return value


def _list(data: Mapping[str, Any], member: str, where: str) -> list[dict[str, Any]]:
    values = data.get(member, [])
    if not isinstance(values, list) or len(values) > _MOST or not all(isinstance(v, dict) for v in values):
        raise SchemaError(f"{where}: {member} is a list of at most {_MOST} objects.")
    return values
