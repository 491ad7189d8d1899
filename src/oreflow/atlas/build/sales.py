"""Electric vehicles sold by kind and region, and the batteries in them (IEA Global EV Outlook 2025)."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from oreflow.atlas.build.common import Common, Row, Tables, read

PRODUCTS = {
    "Cars": "ev_car",
    "Vans": "ev_van",
    "Buses": "ev_bus",
    "Trucks": "ev_truck",
    "2 and 3 wheelers": "ev_two_wheeler",
}
"""Mode of the IEA to product."""
FIRST, LAST, AHEAD = 2012, 2024, 2030
_POWERTRAINS = ("BEV", "PHEV")
_GROUPS = ("China", "USA", "India", "Europe", "Rest of the world")
"""The areas for which the IEA gives batteries and a projection; together the world."""
_SUMS = (
    "World",
    "Asia Pacific",
    "North America",
    "EU27",
    "Middle East and Caspian",
    "Africa",
    "Central and South America",
    *_GROUPS[3:],
)
_EUROPE = ("DEU", "EUR", "FIN", "GBR", "HUN", "NOR", "POL")
_OWN = {"China": "CHN", "USA": "USA", "India": "IND"}
_REST = {"Europe": "EUR", "Rest of the world": "ROW"}

_Key = tuple[str, str, int]


def tables(src: Path, common: Common) -> Tables:
    """Return the rows of ``sales``.

    The IEA gives vehicles by country and batteries by area. A region's batteries are the area's, shared by the
    vehicles sold; a region's part of an area in 2030 is its part in 2024. What no named country of an area sold is
    put down to the rest of Europe or of the world.

    Args:
        src: Folder of the public files.
        common: Shared names.
    """
    units: dict[_Key, float] = defaultdict(float)
    energy: dict[_Key, float] = defaultdict(float)
    country: dict[_Key, float] = defaultdict(float)
    for r in read(src / "iea_gevo" / "EVDataExplorer2025.csv"):
        year, place = int(r["year"]), r["region_country"]
        # The projection repeats 2020 to 2024: those years count once, from the history.
        if (r["category"] == "Historical") != (year != AHEAD) or not (FIRST <= year <= LAST or year == AHEAD):
            continue
        product = PRODUCTS.get(r["mode"])
        if product is None:
            continue
        value = float(r["value"])
        if r["parameter"] == "Battery demand" and place in _GROUPS:
            energy[product, place, year] += value
        elif r["parameter"] == "EV sales" and r["powertrain"] in _POWERTRAINS:
            if place in _GROUPS:
                units[product, place, year] += value
            if place not in _SUMS and year <= LAST:
                country[product, common.region(common.iso3(place, where="EVDataExplorer2025.csv")), year] += (
                    value
                )
    rows: list[Row] = []
    for key in sorted(set(units) | set(energy)):
        product, group, year = key
        sold, stored = units.get(key, 0.0), energy.get(key, 0.0)
        if sold > 0 or stored > 0:
            for region, part in _parts(country, product, group, min(year, LAST), units).items():
                rows.append(_row(product, region, year, sold * part, stored * part, group))
    return {"sales": rows}


def _parts(
    country: dict[_Key, float], product: str, group: str, year: int, units: dict[_Key, float]
) -> dict[str, float]:
    """Return each region's part of an area's vehicles in a year; they add up to 1."""
    if group in _OWN:
        return {_OWN[group]: 1.0}
    europe = group == "Europe"
    sold = {
        region: q
        for (p, region, y), q in country.items()
        if p == product and y == year and q > 0
        and region not in _OWN.values() and (region in _EUROPE) == europe
    }  # fmt: skip
    rest = _REST[group]
    missing = units.get((product, group, year), 0.0) - sum(sold.values())
    sold[rest] = max(0.0, sold.get(rest, 0.0) + missing)
    total = sum(sold.values())
    return {k: v / total for k, v in sorted(sold.items()) if v > 0.0005 * total} if total > 0 else {rest: 1.0}


def _row(product: str, region: str, year: int, units: float, energy: float, group: str) -> Row:
    own = group in _OWN
    return {
        "product": product,
        "region": region,
        "scenario": "STEPS" if year == AHEAD else "history",
        "year": year,
        "units": units,
        "energy": energy,
        "source": "iea_gevo",
        "vintage": "GEVO 2025",
        "quality": "reported" if own else "derived",
        "method": "" if own else "sales.tables",
        "note": "" if own else f"Part of {group} by vehicles sold" + (" in 2024" if year == AHEAD else ""),
    }
