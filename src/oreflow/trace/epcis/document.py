"""EPCIS 2.0 documents in JSON: read into parts that are known, the rest kept, and written back equal.

The schema of GS1 accepts a negative quantity, an unknown type of event or an action that its type does not have. What
such things would mean is checked here, and told as problems with their place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from oreflow.errors import DataError, SchemaError
from oreflow.trace.jsonin import loads
from oreflow.trace.model.amounts import decimal, mass_units
from oreflow.trace.model.times import seconds

TYPES: dict[str, tuple[str, ...]] = {
    "ObjectEvent": ("epcList", "quantityList"),
    "AggregationEvent": ("parentID", "childEPCs", "childQuantityList"),
    "TransactionEvent": ("parentID", "epcList", "quantityList", "bizTransactionList"),
    "TransformationEvent": ("inputEPCList", "inputQuantityList", "outputEPCList", "outputQuantityList",
                            "transformationID"),
    "AssociationEvent": ("parentID", "childEPCs", "childQuantityList"),
}  # fmt: skip
"""Types of event, and the members of which at least one says what it is about."""
ACTIONS = ("ADD", "OBSERVE", "DELETE")
DOCUMENTS = ("EPCISDocument", "EPCISQueryDocument")
_QUANTITIES = ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList")
_LISTS = ("epcList", "childEPCs", "inputEPCList", "outputEPCList")
_MOST = 100_000


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a document that cannot mean what it should.

    Attributes:
        where: Its place, e.g. "eventList[0].quantityList[1].quantity".
        text: What is wrong.
    """

    where: str
    text: str


@dataclass(frozen=True, slots=True)
class EpcisEvent:
    """An event of EPCIS.

    Attributes:
        type: Its type.
        id: Its identifier; empty if it has none.
        time: When it happened, seconds since 1970; -1 where it does not say.
        members: All of its members as they stand, in their order.
    """

    type: str
    id: str
    time: int
    members: Mapping[str, Any]

    def quantities(self, member: str) -> Iterator[tuple[str, str, str]]:
        """Yield class, quantity and unit of measure of the parts of a quantity list."""
        for q in self.members.get(member) or []:
            yield str(q.get("epcClass", "")), str(q.get("quantity", "")), str(q.get("uom", ""))


@dataclass(frozen=True, slots=True)
class Document:
    """A document of EPCIS.

    Attributes:
        type: ``EPCISDocument`` or ``EPCISQueryDocument``.
        envelope: Its members without the events.
        events: Its events in order.
        problems: What does not mean what it should; empty where all is well.
    """

    type: str
    envelope: Mapping[str, Any]
    events: tuple[EpcisEvent, ...]
    problems: tuple[Problem, ...] = field(default=())

    def require(self) -> Document:
        """Return the document, or refuse it.

        Raises:
            DataError: It has problems; the first three are told.
        """
        if self.problems:
            told = "; ".join(f"{p.where}: {p.text}" for p in self.problems[:3])
            raise DataError(f"{told}{'; …' if len(self.problems) > 3 else ''}")
        return self


def read(body: bytes, *, name: str = "document") -> Document:
    """Read a document.

    Args:
        body: UTF-8 text of JSON.
        name: Its name, for messages.

    Returns:
        The document with its problems; `Document.require` refuses one that has some.

    Raises:
        TraceError: It is not JSON that can be trusted to be read one way.
        SchemaError: It is no document of EPCIS.
    """
    data = loads(body, name=name)
    if not isinstance(data, dict) or data.get("type") not in DOCUMENTS:
        raise SchemaError(f"{name}: type is {' or '.join(DOCUMENTS)} in a document of EPCIS.")
    listed = _events_of(data, name)
    if not isinstance(listed, list) or len(listed) > _MOST:
        raise SchemaError(f"{name}: the list of events is missing, or longer than {_MOST:,}.")
    problems: list[Problem] = []
    if str(data.get("schemaVersion", "")) not in ("2.0", "2.0.0", "2.0.1"):
        problems.append(Problem("schemaVersion", "EPCIS 2.0 is read here"))
    events = tuple(_event(e, f"eventList[{i}]", problems) for i, e in enumerate(listed))
    return Document(str(data["type"]), _hollow(data), events, tuple(problems))


def write(document: Document) -> dict[str, Any]:
    """Return a document as JSON data, equal to what it was read from."""
    out: dict[str, Any] = _copy(document.envelope)
    body = out["epcisBody"]
    events = [_copy(e.members) for e in document.events]
    if document.type == "EPCISDocument":
        body["eventList"] = events
    else:
        body["queryResults"]["resultsBody"]["eventList"] = events
    return out


def _events_of(data: Mapping[str, Any], name: str) -> Any:
    body = data.get("epcisBody")
    if isinstance(body, dict) and data["type"] == "EPCISQueryDocument":
        results = body.get("queryResults")
        body = results.get("resultsBody") if isinstance(results, dict) else None
    if not isinstance(body, dict):
        raise SchemaError(f"{name}: epcisBody is missing.")
    return body.get("eventList")


def _hollow(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document with an empty list in the place of its events."""
    out = _copy({k: v for k, v in data.items() if k != "epcisBody"})
    body = data["epcisBody"]
    if data["type"] == "EPCISDocument":
        hollow: dict[str, Any] = {k: [] if k == "eventList" else v for k, v in body.items()}
    else:
        results = body["queryResults"]
        inner = {k: [] if k == "eventList" else v for k, v in results["resultsBody"].items()}
        hollow = {**body, "queryResults": {**results, "resultsBody": inner}}
    # Members keep their order: a document that is written again reads like the one that came.
    return {k: _copy(hollow) if k == "epcisBody" else out[k] for k in data}


def _event(data: Any, where: str, problems: list[Problem]) -> EpcisEvent:
    if not isinstance(data, dict):
        raise SchemaError(f"{where}: an event is an object.")

    def wrong(member: str, text: str) -> None:
        problems.append(Problem(f"{where}.{member}" if member else where, text))

    kind = data.get("type")
    kind = kind if isinstance(kind, str) else ""
    if kind not in TYPES:
        wrong("type", f"{kind[:40]!r} is no type of event of EPCIS")
    elif not any(data.get(m) for m in TYPES[kind]) and not data.get("sensorElementList"):
        wrong("", f"{kind} is about nothing: it has none of {', '.join(TYPES[kind])}")
    _times(data, wrong)
    _actions(data, kind, wrong)
    for member in _QUANTITIES:
        _quantities(data.get(member), member, wrong)
    for member in _LISTS:
        values = data.get(member)
        if values is not None and (
            not isinstance(values, list) or not all(isinstance(v, str) and v for v in values)
        ):
            wrong(member, "a list of identifiers is needed")
        elif values and len(set(values)) < len(values):
            wrong(member, "an identifier stands there twice")
    try:
        time = seconds(str(data.get("eventTime", "")))
    except DataError:
        time = -1
    identifier = data.get("eventID", "")
    return EpcisEvent(kind, identifier if isinstance(identifier, str) else "", time, data)


def _times(data: Mapping[str, Any], wrong: Any) -> None:
    try:
        when = seconds(str(data.get("eventTime", "")))
    except DataError as e:
        wrong("eventTime", str(e))
        return
    declared = data.get("errorDeclaration")
    if isinstance(declared, dict) and "declarationTime" in declared:
        try:
            if seconds(str(declared["declarationTime"])) < when:
                wrong("errorDeclaration.declarationTime", "an error is declared before it happened")
        except DataError as e:
            wrong("errorDeclaration.declarationTime", str(e))


def _actions(data: Mapping[str, Any], kind: str, wrong: Any) -> None:
    action = data.get("action")
    if kind == "TransformationEvent" and action is not None:
        wrong("action", "a transformation has no action")
    elif kind in TYPES and kind != "TransformationEvent" and action not in ACTIONS:
        wrong("action", f"{str(action)[:20]!r} is none of {', '.join(ACTIONS)}")
    children = data.get("childEPCs") or data.get("childQuantityList")
    if (
        kind in ("AggregationEvent", "AssociationEvent")
        and action == "ADD"
        and not (data.get("parentID") and children)
    ):
        wrong("", "something is added to nothing, or nothing to something: parentID and children are needed")


def _quantities(values: Any, member: str, wrong: Any) -> None:
    if values is None:
        return
    if not isinstance(values, list) or not all(isinstance(v, dict) for v in values):
        wrong(member, "a list of quantities is needed")
        return
    for i, q in enumerate(values):
        place = f"{member}[{i}]"
        if not isinstance(q.get("epcClass"), str) or not q["epcClass"]:
            wrong(f"{place}.epcClass", "a class is needed")
        if "quantity" not in q:
            if "uom" in q:
                wrong(f"{place}.uom", "a unit without a quantity")
            continue
        try:
            number = decimal(q["quantity"])
        except DataError as e:
            wrong(f"{place}.quantity", str(e))
            continue
        if number < 0:
            wrong(f"{place}.quantity", f"{number} is negative; nothing is less than nothing")
        if "uom" not in q and number != number.to_integral_value():
            wrong(f"{place}.quantity", f"{number} pieces; what is counted comes in whole numbers")
        uom = q.get("uom")
        if uom is not None and not (
            isinstance(uom, str) and 2 <= len(uom) <= 3 and uom.isalnum() and uom.upper() == uom
        ):
            wrong(f"{place}.uom", f"{str(uom)[:20]!r} is no code of UN/ECE Recommendation 20")


def _copy(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(k): _copy(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_copy(v) for v in value]
    return value


__all__ = [
    "ACTIONS",
    "DOCUMENTS",
    "TYPES",
    "Document",
    "EpcisEvent",
    "Problem",
    "mass_units",
    "read",
    "write",
]
