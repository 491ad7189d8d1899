"""Events as plain values, the form that is signed, kept and exchanged.

The schema is bundled as ``data/event.schema.json``. Reading checks more than a schema can: that names are known, that
masses are possible, and that nothing stands there that would be passed over.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any, TypeVar

from oreflow.errors import SchemaError, UnknownNameError, nearest
from oreflow.trace.model.amounts import PPB, decimal, element_share, mass_mg, share_ppb
from oreflow.trace.model.custody import Custody
from oreflow.trace.model.event import Certificate, Entry, Event, Kind, Line
from oreflow.trace.model.lot import Assay, Claim, Lot
from oreflow.trace.model.times import seconds, stamp

T = TypeVar("T")

_LONGEST = 2000
_MOST = 20_000
_EVENT = ("event", "kind", "time", "issuer", "facility", "target", "process", "inputs", "outputs", "entries",
          "certificates", "signed", "consignment", "mode", "log", "corrects")  # fmt: skip
_LOT = ("lot", "product", "mass", "assays", "moisture", "commodity", "custody", "owner", "claims", "energy", "country",
        "recycled")  # fmt: skip
_MODES = ("", "sea", "land", "air")
_EXACT = 2**53


@cache
def event_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of an event as plain values."""
    text = resources.files("oreflow.trace").joinpath("data", "event.schema.json").read_text("utf-8")
    out: dict[str, Any] = json.loads(text)
    return out


def event_to_plain(event: Event) -> dict[str, Any]:
    """Return an event as dictionaries, lists and plain values; what is empty is left out."""
    out: dict[str, Any] = {
        "event": event.event,
        "kind": str(event.kind),
        "time": stamp(event.time),
        "issuer": event.issuer,
    }
    for name in ("facility", "target", "process", "consignment", "mode", "log", "corrects"):
        if getattr(event, name):
            out[name] = getattr(event, name)
    if event.signed != "both":
        out["signed"] = event.signed
    if event.inputs:
        out["inputs"] = [{"lot": i.lot, "mass": _mass(i.mass)} for i in event.inputs]
    if event.outputs:
        out["outputs"] = [_lot(o) for o in event.outputs]
    if event.entries:
        out["entries"] = [_entry(e) for e in event.entries]
    if event.certificates:
        out["certificates"] = [
            {"certificate": c.certificate, "element": c.element, "mass": _mass(c.mass), "action": c.action}
            for c in event.certificates
        ]
    return out


def event_from_plain(data: Any, *, where: str = "event") -> Event:
    """Read an event from plain values.

    Args:
        data: What `event_to_plain` returns.
        where: Place of the data, for messages.

    Returns:
        The event.

    Raises:
        SchemaError: Something is missing, unknown or of the wrong type.
        DataError: A value is not possible, or holds what its kind cannot.
        UnitError: A unit is not one of mass.
    """
    got = _object(data, _EVENT, where)
    name = _text(got, "event", where, needed=True)
    where = f"{where} {name[:80]}"
    kind = _choice(_text(got, "kind", where, needed=True), list(Kind), where, "kind")
    signed = _choice(_text(got, "signed", where) or "both", ["both", "out", "in"], where, "signed")
    mode = _choice(_text(got, "mode", where), list(_MODES), where, "mode")
    return Event(
        event=name,
        kind=Kind(kind),
        time=seconds(_text(got, "time", where, needed=True), where=f"{where}, time"),
        issuer=_text(got, "issuer", where, needed=True),
        facility=_text(got, "facility", where),
        target=_text(got, "target", where),
        process=_text(got, "process", where),
        inputs=_each(got, "inputs", where, _read_line),
        outputs=_each(got, "outputs", where, _read_lot),
        entries=_each(got, "entries", where, _read_entry),
        certificates=_each(got, "certificates", where, _read_certificate),
        signed=signed,  # type: ignore[arg-type]
        consignment=_text(got, "consignment", where),
        mode=mode,
        log=_text(got, "log", where),
        corrects=_text(got, "corrects", where),
    )


def content(event: Event) -> bytes:
    """Return the bytes that an event is compared by: its plain values with sorted keys, without the log it lies in."""
    plain = event_to_plain(event)
    plain.pop("log", None)
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8")


def _lot(lot: Lot) -> dict[str, Any]:
    out: dict[str, Any] = {"lot": lot.lot, "product": lot.product, "mass": _mass(lot.mass)}
    if lot.assays:
        out["assays"] = [_assay(a) for a in lot.assays]
    if lot.moisture:
        out["moisture"] = _share(lot.moisture)
    for name in ("commodity", "owner", "country"):
        if getattr(lot, name):
            out[name] = getattr(lot, name)
    if lot.custody is not Custody.NONE:
        out["custody"] = str(lot.custody)
    if lot.claims:
        out["claims"] = [
            {"country": c.country, "share": _share(c.share)} | ({"element": c.element} if c.element else {})
            for c in lot.claims
        ]
    if lot.energy is not None:
        out["energy"] = {"value": lot.energy, "unit": "WHR"}
    if lot.recycled:
        out["recycled"] = True
    return out


def _assay(assay: Assay) -> dict[str, Any]:
    out: dict[str, Any] = {"element": assay.element, "share": _share(assay.share)}
    if assay.tolerance is not None:
        out["tolerance"] = _share(assay.tolerance)
    return out


def _entry(entry: Entry) -> dict[str, Any]:
    out: dict[str, Any] = {
        "account": entry.account,
        "element": entry.element,
        "mass": _mass(abs(entry.mass)),
        "action": "draw" if entry.mass < 0 else "add",
    }
    if entry.country:
        out["country"] = entry.country
    if entry.expires is not None:
        out["expires"] = stamp(entry.expires)
    return out


def _mass(mg: int) -> dict[str, Any]:
    whole, rest = divmod(mg, 1_000_000)
    if not rest:
        return {"value": whole, "unit": "KGM"}
    if mg < _EXACT:
        return {"value": mg, "unit": "MGM"}
    return {"value": f"{Decimal(mg).scaleb(-6):f}", "unit": "KGM"}


def _share(ppb: int) -> float | int:
    return ppb // PPB if ppb % PPB == 0 else ppb / PPB


def _read_line(data: Any, where: str) -> Line:
    got = _object(data, ("lot", "mass"), where)
    return Line(_text(got, "lot", where, needed=True), _read_mass(got, where))


def _read_lot(data: Any, where: str) -> Lot:
    got = _object(data, _LOT, where)
    name = _text(got, "lot", where, needed=True)
    custody = _choice(_text(got, "custody", where) or str(Custody.NONE), list(Custody), where, "custody")
    energy = got.get("energy")
    recycled = got.get("recycled", False)
    if not isinstance(recycled, bool):
        raise SchemaError(f"{where}, recycled: true or false is needed.")
    return Lot(
        lot=name,
        product=_text(got, "product", where, needed=True),
        mass=_read_mass(got, where),
        assays=_each(got, "assays", where, _read_assay),
        moisture=share_ppb(got.get("moisture", 0), where=f"{where}, moisture"),
        commodity=_text(got, "commodity", where),
        custody=Custody(custody),
        owner=_text(got, "owner", where),
        claims=_each(got, "claims", where, _read_claim),
        energy=None if energy is None else _read_energy(energy, where),
        country=_text(got, "country", where),
        recycled=recycled,
    )


def _read_energy(data: Any, where: str) -> int:
    got = _object(data, ("value", "unit"), f"{where}, energy")
    scale = {"WHR": 1, "KWH": 1000, "MWH": 10**6, "GWH": 10**9}
    unit = _text(got, "unit", where, needed=True)
    if unit not in scale:
        raise UnknownNameError("unit of energy", unit, scale, where=where)
    number = decimal(got.get("value", ""), where=f"{where}, energy") * scale[unit]
    if not 0 <= number <= 10**15:
        raise SchemaError(f"{where}, energy: {number} Wh is not possible.")
    return int(number)


def _read_assay(data: Any, where: str) -> Assay:
    got = _object(data, ("element", "share", "tolerance"), where)
    named = _text(got, "element", where, needed=True)
    element, share = element_share(named, got.get("share", ""), where=where)
    tolerance = got.get("tolerance")
    return Assay(
        element, share, None if tolerance is None else element_share(named, tolerance, where=where)[1]
    )


def _read_claim(data: Any, where: str) -> Claim:
    got = _object(data, ("country", "share", "element"), where)
    return Claim(
        _text(got, "country", where, needed=True),
        share_ppb(got.get("share", ""), where=where),
        _text(got, "element", where),
    )


def _read_entry(data: Any, where: str) -> Entry:
    got = _object(data, ("account", "element", "mass", "action", "country", "expires"), where)
    action = _choice(_text(got, "action", where, needed=True), ["add", "draw"], where, "action")
    expires = _text(got, "expires", where)
    mass = _read_mass(got, where)
    return Entry(
        _text(got, "account", where, needed=True),
        _text(got, "element", where, needed=True),
        -mass if action == "draw" else mass,
        _text(got, "country", where),
        seconds(expires, where=f"{where}, expires") if expires else None,
    )


def _read_certificate(data: Any, where: str) -> Certificate:
    got = _object(data, ("certificate", "element", "mass", "action"), where)
    action = _choice(_text(got, "action", where, needed=True), ["issue", "retire"], where, "action")
    return Certificate(
        _text(got, "certificate", where, needed=True),
        _text(got, "element", where, needed=True),
        _read_mass(got, where),
        action,  # type: ignore[arg-type]
    )


def _read_mass(got: Mapping[str, Any], where: str) -> int:
    place = f"{where}, mass"
    mass = _object(got.get("mass"), ("value", "unit"), place)
    value = mass.get("value")
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise SchemaError(f"{place}: a value and a unit are needed, e.g. 30000 and KGM.")
    return mass_mg(value, _text(mass, "unit", place, needed=True), where=place)


def _object(data: Any, known: tuple[str, ...], where: str) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise SchemaError(f"{where}: an object is needed, not {type(data).__name__}.")
    unknown = next((k for k in data if k not in known), None)
    if unknown is not None:
        near = nearest(str(unknown), known)
        hint = f" Did you mean {near[0]!r}?" if near else f" Known: {', '.join(known)}."
        raise SchemaError(f"{where}: unknown member {str(unknown)[:40]!r}.{hint}")
    return data


def _text(got: Mapping[str, Any], name: str, where: str, *, needed: bool = False) -> str:
    value = got.get(name, "")
    if not isinstance(value, str) or len(value) > _LONGEST or "\0" in value:
        raise SchemaError(f"{where}, {name}: a text of at most {_LONGEST} characters is needed.")
    if needed and not value:
        raise SchemaError(f"{where}: {name!r} is missing.")
    return value


def _choice(value: str, known: list[Any], where: str, name: str) -> str:
    if value not in known:
        raise UnknownNameError(name, value[:40], [str(k) for k in known if k], where=where)
    return value


def _each(got: Mapping[str, Any], name: str, where: str, read: Callable[[Any, str], T]) -> tuple[T, ...]:
    values = got.get(name, [])
    if not isinstance(values, list) or len(values) > _MOST:
        raise SchemaError(f"{where}, {name}: a list of at most {_MOST} is needed.")
    return tuple(read(v, f"{where}, {name}[{i}]") for i, v in enumerate(values))
