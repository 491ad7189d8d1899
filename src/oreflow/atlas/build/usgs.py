"""Production, capacity and reserves by country from the USGS, World Mining Data and the IEA, vintages kept apart."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from oreflow.atlas.build.common import LCE_PER_LI, Common, Row, Tables, common, facts, number, read
from oreflow.errors import DataError

_UNITS = {"metric tons": 1.0, "thousand metric tons": 1000.0, "kilograms": 0.001}
_FIRST_WMD_YEAR = 2020
_IEA_REFINED = {
    "Copper refining": ("copper_refined", 1.0),
    "Cobalt refining": ("cobalt_refined", 1.0),
    "Nickel refining": ("nickel_refined", 1.0),
    "Lithium refining": ("lithium_carbonate", LCE_PER_LI),
    "Rare Earth Elements refining": ("ndpr_oxide", 1.0),
}


def tables(src: Path, common: Common) -> Tables:
    """Return the rows of ``production`` and ``reserves``.

    Args:
        src: Folder of the public files.
        common: Shared names.
    """
    rows = [*_mcs_2026(src, common), *_mcs_2025(src, common), *_wmd(src), *_iea(src, common)]
    production = [r for r in rows if r.pop("table") == "production"]
    reserves = [*_reserves_2026(src, common), *_reserves_2025(src, common)]
    return {"production": production, "reserves": reserves}


@cache
def output_2025(src: Path) -> dict[tuple[str, str], dict[str, float]]:
    """Return production in 2025 by country, in the balance unit (MCS 2026).

    Args:
        src: Folder of the public files.

    Returns:
        (commodity, stage) to ISO-3 code (``OTH`` for the source's other countries) to quantity, unit/yr.
    """
    out: dict[tuple[str, str], dict[str, float]] = {}
    for row in _mcs_2026(src, common(src)):
        if row["year"] == 2025:
            out.setdefault((row["commodity"], row["stage"]), {})[row["country"]] = row["quantity"]
    return out


@cache
def output_wmd(src: Path, year: int = 2024) -> dict[str, dict[str, float]]:
    """Return mine production of one year by country from World Mining Data, in the balance unit.

    Args:
        src: Folder of the public files.
        year: Calendar year.

    Returns:
        Commodity to ISO-3 code to quantity, unit/yr.
    """
    out: dict[str, dict[str, float]] = {}
    for row in _wmd(src):
        if row["year"] == year:
            out.setdefault(row["commodity"], {})[row["country"]] = row["quantity"]
    return out


def split_other(src: Path, commodity: str) -> dict[str, float]:
    """Return mine production of 2025 by country with the USGS's other countries split up.

    The quantity of ``Other countries`` in MCS 2026 is shared out over the countries that it does not name in
    proportion to their production of 2024 in World Mining Data.

    Args:
        src: Folder of the public files.
        commodity: Commodity that mine production is counted in.

    Returns:
        ISO-3 code to quantity, unit/yr.
    """
    named = dict(output_2025(src)[(commodity, "mine")])
    rest = named.pop("OTH", 0.0)
    others = {c: q for c, q in output_wmd(src).get(commodity, {}).items() if c not in named and q > 0}
    total = sum(others.values())
    if rest > 0 and total > 0:
        named |= {c: rest * q / total for c, q in others.items()}
    elif rest > 0:
        named["OTH"] = rest
    return {c: q for c, q in named.items() if q > 0}


def _chapters() -> dict[str, Row]:
    return {r["chapter"]: r for r in facts("statistics")}


def _mcs_2026(src: Path, common: Common) -> Iterator[Row]:
    chapters, capacity, rows = _chapters(), {}, []
    for i, r in enumerate(read(src / "usgs_mcs" / "mcs2026_world_selected.csv")):
        where = f"mcs2026_world_selected.csv, row {i + 2}"
        if r["Statistics"] not in {"Production", "Capacity"} or r["Country"] == "World total":
            continue
        country, value = common.iso3(r["Country"], where=where), number(r["Value"], where=where)
        if value is None:
            continue
        quantity = value * _factor(r["Unit"], r["MCS chapter"], where)
        if r["Statistics"] == "Capacity":
            capacity[(r["MCS chapter"], country, int(r["Year"]))] = quantity
            continue
        refined = "Refinery" in r["Statistics_detail"]
        commodity = "copper_refined" if refined else chapters[r["MCS chapter"]]["commodity"]
        rows.append(
            _row(commodity, "refined" if refined else "mine", country, int(r["Year"]), "MCS 2026", quantity)
            | {"source": "usgs_mcs_2026", "note": r["Notes"].strip(), "chapter": r["MCS chapter"]}
        )
    for row in rows:
        row["capacity"] = capacity.get((row.pop("chapter"), row["country"], row["year"]))
        yield row


def _mcs_2025(src: Path, common: Common) -> Iterator[Row]:
    chapters = {k.replace(" (NATURAL)", ""): v for k, v in _chapters().items()}
    for i, r in enumerate(read(src / "usgs_mcs" / "MCS2025_World_Data.csv")):
        where = f"MCS2025_World_Data.csv, row {i + 2}"
        chapter = chapters.get(r["COMMODITY"].strip().upper())
        if chapter is None or r["COUNTRY"].startswith("World total"):
            continue
        refined = r["TYPE"].startswith("Refinery")
        commodity = "copper_refined" if refined else chapter["commodity"]
        factor = _factor(r["UNIT_MEAS"], r["COMMODITY"].strip().upper(), where)
        country = common.iso3(r["COUNTRY"], where=where)
        for year in (2023, 2024):
            estimated = "EST_ " if year == 2024 else ""
            value = number(r[f"PROD_{estimated}{year}"], where=where)
            room = number(r[f"CAP_{estimated}{year}"], where=where)
            if value is not None:
                yield _row(
                    commodity, "refined" if refined else "mine", country, year, "MCS 2025", value * factor
                ) | {
                    "capacity": None if room is None else room * factor,
                    "source": "usgs_mcs_2025",
                    "note": r["PROD_NOTES"].strip(),
                }


def _wmd(src: Path) -> list[Row]:
    wanted = {r["wmd"]: (r["commodity"], float(r["wmd_factor"])) for r in facts("statistics")}
    rows = []
    for r in read(src / "world_mining_data" / "world_mining_data_2018_2024.csv"):
        if r["commodity"] in wanted and int(r["year"]) >= _FIRST_WMD_YEAR:
            commodity, factor = wanted[r["commodity"]]
            quantity = float(r["production"] or "nan") * factor
            if quantity > 0:
                row = _row(commodity, "mine", r["iso3"], int(r["year"]), "WMD 2026", quantity)
                row |= {"source": "world_mining_data"}
                if factor != 1:
                    row |= {"quality": "derived", "method": "usgs.tables"}
                rows.append(row)
    return rows


def _iea(src: Path, common: Common) -> Iterator[Row]:
    wanted = {r["iea"]: (r["commodity"], 1.0) for r in facts("statistics") if "iea" in r}
    wanted["Lithium mining"] = ("lithium_carbonate", LCE_PER_LI)
    for (key, country), kt in iea_supply(src, common, 2024).items():
        if key not in wanted | _IEA_REFINED:
            continue
        commodity, factor = (wanted | _IEA_REFINED)[key]
        stage = "mine" if key in wanted else "refined"
        row = _row(commodity, stage, country, 2024, "IEA 2025", kt * 1000 * factor)
        row |= {"source": "iea_critical_minerals"}
        if commodity == "ndpr_oxide":
            row |= {"note": "Magnet rare earths (Nd Pr Dy Tb) as the IEA counts them"}
        if factor != 1:
            row |= {"quality": "derived", "method": "usgs.tables"}
        yield row


def iea_supply(src: Path, common: Common, year: int) -> dict[tuple[str, str], float]:
    """Return mining and refining of one year by country from the IEA's May 2025 edition.

    The rest of the world is the world less the named countries: in the conversion at hand two rows (Canada in
    nickel refining, Tanzania in graphite mining) are both named and inside the printed rest.

    Args:
        src: Folder of the public files.
        common: Shared names.
        year: 2024, 2030, 2035 or 2040.

    Returns:
        (``"Mineral stage"``, ISO-3 code or ``OTH``) to quantity in kt of content (lithium in Li), zeros left out.
    """
    named: dict[tuple[str, str], float] = {}
    world: dict[str, float] = {}
    for r in read(src / "iea_critical_minerals" / "iea_supply_by_country_2024_2040.csv"):
        key = f"{r['mineral']} {r['stage']}"
        if int(r["year"]) != year or r["country"] == "Rest of world":
            continue
        if r["country"] == "World":
            world[key] = float(r["kt"])
        else:
            named[(key, common.iso3(r["country"]))] = float(r["kt"])
    for key, total in world.items():
        named[(key, "OTH")] = max(0.0, total - sum(v for (k, _), v in named.items() if k == key))
    return {k: v for k, v in named.items() if v > 0}


def _reserves_2026(src: Path, common: Common) -> Iterator[Row]:
    chapters = _chapters()
    for i, r in enumerate(read(src / "usgs_mcs" / "mcs2026_world_selected.csv")):
        where = f"mcs2026_world_selected.csv, row {i + 2}"
        if r["Statistics"] != "Reserves" or r["Country"] == "World total":
            continue
        value = number(r["Value"], where=where)
        if not value:
            continue
        thousand = 1000.0 if "thousand" in r["Statistics_detail"] else 1.0
        factor = _factor(r["Unit"], r["MCS chapter"], where)
        yield {
            "commodity": chapters[r["MCS chapter"]]["commodity"],
            "country": common.iso3(r["Country"], where=where),
            "edition": "MCS 2026",
            "quantity": value * max(factor, thousand if factor == 1 else factor),
            "source": "usgs_mcs_2026",
            "vintage": "MCS 2026",
            "quality": "reported" if r["MCS chapter"] != "LITHIUM" else "derived",
            "method": "" if r["MCS chapter"] != "LITHIUM" else "usgs.tables",
        }


def _reserves_2025(src: Path, common: Common) -> Iterator[Row]:
    chapters = {k.replace(" (NATURAL)", ""): v for k, v in _chapters().items()}
    for i, r in enumerate(read(src / "usgs_mcs" / "MCS2025_World_Data.csv")):
        where = f"MCS2025_World_Data.csv, row {i + 2}"
        chapter = chapters.get(r["COMMODITY"].strip().upper())
        if chapter is None or r["COUNTRY"].startswith("World total") or r["TYPE"].startswith("Refinery"):
            continue
        value = number(r["RESERVES_2024"], where=where)
        if value:
            lithium = r["COMMODITY"].strip() == "Lithium"
            yield {
                "commodity": chapter["commodity"],
                "country": common.iso3(r["COUNTRY"], where=where),
                "edition": "MCS 2025",
                "quantity": value * _factor(r["UNIT_MEAS"], r["COMMODITY"].strip().upper(), where),
                "source": "usgs_mcs_2025",
                "vintage": "MCS 2025",
                "quality": "derived" if lithium else "reported",
                "method": "usgs.tables" if lithium else "",
            }


def _row(commodity: str, stage: str, country: str, year: int, edition: str, quantity: float) -> Row:
    converted = commodity == "lithium_carbonate" and edition.startswith("MCS")
    return {
        "table": "production",
        "commodity": commodity,
        "stage": stage,
        "country": country,
        "year": year,
        "edition": edition,
        "quantity": quantity,
        "vintage": edition,
        "quality": "derived" if converted else "reported",
        "method": "usgs.tables" if converted else "",
    }


def _factor(unit: str, chapter: str, where: str) -> float:
    """Return balance units (t of content; t LCE for lithium) per source unit."""
    try:
        factor = _UNITS[unit.strip()]
    except KeyError:
        raise DataError(f"{where}: unknown unit {unit!r}; known are {', '.join(_UNITS)}.") from None
    return factor * LCE_PER_LI if chapter.startswith("LITHIUM") else factor
