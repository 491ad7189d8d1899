"""Battery passport: the fields of Regulation (EU) 2023/1542, Annex XIII, what a ledger can fill and what not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from oreflow.atlas import World
from oreflow.trace.audit import Finding
from oreflow.trace.model import mass_text
from oreflow.trace.model.amounts import PPB
from oreflow.trace.model.times import day
from oreflow.trace.origin import Origin, origin
from oreflow.trace.store import Ledger
from oreflow.trace.tables import rows
from oreflow.trace.views.graph import Graph, Node, upstream

CRITICAL = {"Li": "lithium", "Co": "cobalt", "Ni": "nickel (battery grade)", "Mn": "manganese (battery grade)",
            "C": "graphite", "Cu": "copper", "P": "phosphorus", "Al": "aluminium", "Ga": "gallium", "Nd": "neodymium",
            "Pr": "praseodymium", "W": "tungsten", "Mg": "magnesium", "Si": "silicon"}  # fmt: skip
"""Metals on the list of critical raw materials (Regulation (EU) 2024/1252, Annex II)."""
RECYCLED = {"Co": "cobalt", "Li": "lithium", "Ni": "nickel", "Pb": "lead"}
"""Metals whose recycled content Article 8(1) asks for."""
LEAST = 0.001
"""Share of the weight above which a critical raw material is named (Annex VI, Part A, point 10)."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the passport.

    Attributes:
        group: Who may see it: 1 everybody, 2 persons with a legitimate interest, 3 authorities, 4 about one battery.
        point: Point of Annex XIII.
        field: Name.
        title: What it is.
        citation: Where it is asked for.
        value: What the ledger knows; none where it knows nothing.
        absent: Why it is absent; empty where it is not.
    """

    group: int
    point: str
    field: str
    title: str
    citation: str
    value: Any
    absent: str


@dataclass(frozen=True, slots=True)
class Passport:
    """A battery passport as far as a ledger can fill it.

    Attributes:
        lot: Lot of batteries or cells.
        event: Event that made it.
        fields: All fields of Annex XIII in its order.
    """

    lot: str
    event: str
    fields: tuple[Field, ...]

    @property
    def filled(self) -> int:
        """How many fields have a value."""
        return sum(f.value is not None for f in self.fields)

    def to_plain(self) -> dict[str, Any]:
        """Return the passport as JSON data."""
        return {
            "regulation": "Regulation (EU) 2023/1542, Annex XIII",
            "lot": self.lot,
            "event": self.event,
            "filled": self.filled,
            "fields": [
                {
                    "group": f.group,
                    "point": f.point,
                    "field": f.field,
                    "title": f.title,
                    "citation": f.citation,
                }
                | ({"value": f.value} if f.value is not None else {"value": None, "absent": f.absent})
                for f in self.fields
            ],
        }


def passport(
    ledger: Ledger, lot: str, *, world: World, findings: tuple[Finding, ...] | None = None
) -> Passport:
    """Fill the battery passport of a lot.

    Args:
        ledger: Ledger.
        lot: Identifier of the lot.
        world: World.
        findings: Findings of an audit, for the field on responsible sourcing; absent where none was made.

    Returns:
        The passport.

    Raises:
        UnknownNameError: There is no such lot.
    """
    comes = origin(ledger, lot, world=world)
    graph = upstream(ledger, lot)
    known = _known(comes, graph, findings)
    fields = []
    for r in rows("passport_fields"):
        value = known.get(r["filled_by"]) if r["filled_by"] else None
        absent = "" if value is not None else (
            "not in the ledger: it is measured or declared by the maker of the battery"
            if not r["filled_by"] else "no record in the ledger says it"
        )  # fmt: skip
        fields.append(
            Field(int(r["group"]), r["point"], r["field"], r["title"], r["citation"], value, absent)
        )
    return Passport(lot, comes.event, tuple(fields))


def _known(comes: Origin, graph: Graph, findings: tuple[Finding, ...] | None) -> dict[str, Any]:
    lot, node = comes.lot, graph.nodes[0]
    shares = {a.element: a.share / PPB * (1 - lot.moisture / PPB) for a in lot.assays}
    out: dict[str, Any] = {
        "manufacturer": {"id": node.issuer, "name": node.party},
        "identifier": {"id": lot.lot, "product": lot.product},
        "place": {"id": node.facility, "name": node.place, "country": node.country or None},
        "date": day(node.time)[:7],
        "weight": {"value": float(mass_text(lot.mass)), "unit": "kg"},
        "status": "original" if not lot.recycled else "waste",
    }
    if lot.energy is not None:
        out["energy"] = {"value": lot.energy / 1000, "unit": "kWh"}
    if shares:
        out["composition"] = [{"element": e, "share": s} for e, s in shares.items()]
        out["critical"] = [CRITICAL[e] for e, s in shares.items() if e in CRITICAL and s > LEAST]
        chemistry = _chemistry(shares)
        if chemistry:
            out["chemistry"] = chemistry
    recycled = {RECYCLED[m]: s for m, s in comes.recycled.items() if m in RECYCLED}
    if recycled:
        out["recycled"] = [{"material": m, "share": s} for m, s in recycled.items()]
    if findings is not None:
        out["sourcing"] = _sourcing(comes, graph, findings)
    return out


def _chemistry(shares: dict[str, float]) -> str:
    if shares.get("Ni", 0) > 0.01:
        metals = {m: shares.get(m, 0.0) / w for m, w in (("Ni", 58.69), ("Mn", 54.94), ("Co", 58.93))}
        total = sum(metals.values())
        return (
            "Li-ion, nickel manganese cobalt ("
            + ", ".join(f"{m} {s / total:.0%}" for m, s in metals.items())
            + ")"
        )
    if shares.get("P", 0) > 0.01 and shares.get("Li", 0) > 0:
        return "Li-ion, lithium iron phosphate"
    return ""


def _sourcing(comes: Origin, graph: Graph, findings: tuple[Finding, ...]) -> dict[str, Any]:
    behind = {n.event for n in graph.nodes}
    lots = {lot for n in graph.nodes for lot in n.lots}
    about = [f for f in findings if behind & set(f.events) or lots & set(f.lots)]
    return {
        "countries": {m: dict(c) for m, c in comes.by_country.items()},
        "unknown": dict(comes.unknown),
        "makings_on_record": len(behind),
        "findings": [{"rule": f.rule, "severity": f.severity, "text": f.text} for f in about],
    }


__all__ = ["CRITICAL", "RECYCLED", "Field", "Node", "Passport", "passport"]
