"""Routes between all regions: sea legs from port to port, inland legs, freight, transit time, detours."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from oreflow.atlas.build.common import Common, Row, Tables, facts, read
from oreflow.atlas.build.parameters import parameters

_CLOSED = {
    "no_malacca": "malacca",
    "no_suez": "suez",
    "no_babalmandab": "babalmandab",
    "no_panama": "panama",
}
_HOURS_A_MONTH = 730.0


@dataclass(frozen=True, slots=True)
class Leg:
    """A stretch of a route.

    Attributes:
        sea: Sea distance, km.
        rail: Rail distance, km.
        road: Road distance, km.
        borders: Land borders crossed.
    """

    sea: float = 0.0
    rail: float = 0.0
    road: float = 0.0
    borders: int = 0

    def __add__(self, other: Leg) -> Leg:
        return Leg(
            self.sea + other.sea, self.rail + other.rail, self.road + other.road, self.borders + other.borders
        )

    @property
    def km(self) -> float:
        """Length, km."""
        return self.sea + self.rail + self.road


@dataclass(frozen=True, slots=True)
class Voyage:
    """Sea distance between two ports.

    Attributes:
        km: With all passages open.
        passages: Passages used.
        detours: Passage to extra km if it closes.
    """

    km: float
    passages: tuple[str, ...]
    detours: dict[str, float]


def tables(src: Path, common: Common) -> Tables:
    """Return the rows of ``routes``: for each ordered pair of regions the cheapest by sea, and by land where named.

    Each region reaches the sea at the ports of ``facts/region_ports.csv``; where its own port is not among those
    with computed distances, a coastal leg to the nearest one stands for it, and the row says so.

    Args:
        src: Folder of the public files.
        common: Shared names.
    """
    voyages, assumed = _voyages(src), parameters()
    ports = _ports()
    named = {frozenset((r["origin"], r["destination"])) for r in facts("land_routes")}
    rows: list[Row] = []
    for o in common.regions:
        for d in common.regions:
            row = _by_sea(o, d, ports, voyages, assumed) if o != d else None
            if row and not (row["mode"] == "land" and frozenset((o, d)) in named):
                rows.append(row)
    for fact in facts("land_routes"):
        leg = Leg(rail=float(fact["rail_km"]), road=float(fact["road_km"]), borders=int(fact["borders"]))
        for o, d in ((fact["origin"], fact["destination"]), (fact["destination"], fact["origin"])):
            rows.append(_row(o, d, "land", leg, Voyage(0.0, (), {}), assumed, fact.get("note", "")))
    return {"routes": rows}


def freight(leg: Leg, assumed: dict[str, float]) -> float:
    """Return freight a tonne: rates by mode, borders, and handling at both ports where there is a sea leg.

    Args:
        leg: Route.
        assumed: Parameters.

    Returns:
        USD/t.
    """
    moving = (
        leg.sea * assumed["freight_sea"]
        + leg.rail * assumed["freight_rail"]
        + leg.road * assumed["freight_road"]
    )
    ports = 2 * assumed["freight_handling"] if leg.sea > 0 else assumed["freight_handling"]
    return moving + leg.borders * assumed["freight_border"] + ports


def months(leg: Leg, assumed: dict[str, float]) -> float:
    """Return transit time: distance over speed by mode, days in ports and at borders.

    Args:
        leg: Route.
        assumed: Parameters.

    Returns:
        Months of 730 hours.
    """
    hours = (
        leg.sea / assumed["speed_sea"] + leg.rail / assumed["speed_rail"] + leg.road / assumed["speed_road"]
    )
    waiting = (assumed["port_days"] if leg.sea > 0 else 0.0) + leg.borders * assumed["border_days"]
    return (hours + 24 * waiting) / _HOURS_A_MONTH


def _by_sea(
    o: str,
    d: str,
    ports: dict[str, list[tuple[str, Leg, str]]],
    voyages: dict[tuple[str, str], Voyage],
    assumed: dict[str, float],
) -> Row:
    best: tuple[float, Leg, Voyage, str] | None = None
    for port_o, leg_o, note_o in ports[o]:
        for port_d, leg_d, note_d in ports[d]:
            voyage = voyages[(port_o, port_d)] if port_o != port_d else Voyage(0.0, (), {})
            leg = leg_o + leg_d + Leg(sea=voyage.km)
            cost = freight(leg, assumed)
            if best is None or cost < best[0]:
                note = "; ".join(dict.fromkeys(n for n in (note_o, note_d) if n))
                best = (cost, leg, voyage, f"{port_o} to {port_d}" + (f"; {note}" if note else ""))
    assert best is not None
    _, leg, voyage, note = best
    mode = "sea+land" if leg.rail + leg.road > 1000 else "sea"
    if leg.sea == 0:
        mode = "land"
    return _row(o, d, mode, leg, voyage, assumed, note)


def _row(o: str, d: str, mode: str, leg: Leg, voyage: Voyage, assumed: dict[str, float], note: str) -> Row:
    return {
        "origin": o,
        "destination": d,
        "mode": mode,
        "distance": leg.km,
        "freight": freight(leg, assumed),
        "lag": months(leg, assumed),
        "passages": ";".join(voyage.passages),
        "detours": ";".join(f"{p}={km:.0f}" for p, km in voyage.detours.items() if km > 0),
        "source": "searoute;oreflow" if voyage.km else "oreflow",
        "vintage": "2025",
        "quality": "derived",
        "method": "routes.tables",
        "note": note,
    }


def _ports() -> dict[str, list[tuple[str, Leg, str]]]:
    out: dict[str, list[tuple[str, Leg, str]]] = {}
    for r in facts("region_ports"):
        parts = dict(zip(r["mode"].split("+"), (float(k) for k in r["km"].split("+")), strict=True))
        out.setdefault(r["region"], []).append(
            (r["port"], Leg(**parts, borders=int(r["borders"])), r.get("note", ""))
        )
    return out


def _voyages(src: Path) -> dict[tuple[str, str], Voyage]:
    km: dict[tuple[str, str, str], float] = {}
    passages: dict[tuple[str, str], tuple[str, ...]] = {}
    for r in read(src / "sea_distances" / "port_pair_distances_searoute.csv"):
        for a, b in ((r["port_a"], r["port_b"]), (r["port_b"], r["port_a"])):
            km[(r["scenario"], a, b)] = float(r["km"])
            if r["scenario"] == "base":
                passages[(a, b)] = tuple(p for p in r["passages"].split("|") if p)
    return {
        pair: Voyage(
            km[("base", *pair)],
            used,
            {p: km[(s, *pair)] - km[("base", *pair)] for s, p in _CLOSED.items() if p in used},
        )
        for pair, used in passages.items()
    }
