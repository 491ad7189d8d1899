"""The small tables that come with the ledger: limits of what is believed, countries, laws."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources

from oreflow.errors import UnknownNameError


@dataclass(frozen=True, slots=True)
class Limit:
    """An assumption with its range.

    Attributes:
        name: Name.
        value: Value used.
        low: Low end of what is sensible.
        high: High end.
        unit: Unit.
        description: What it is.
        source: Where it comes from.
        quality: How it is known.
    """

    name: str
    value: float
    low: float
    high: float
    unit: str
    description: str
    source: str
    quality: str


def rows(name: str) -> list[dict[str, str]]:
    """Return the rows of a bundled table.

    Args:
        name: File name without its ending.
    """
    text = resources.files("oreflow.trace").joinpath("data", f"{name}.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def limits() -> dict[str, Limit]:
    """Return the limits beyond which something is not believed, by name."""
    return {
        r["name"]: Limit(
            r["name"], float(r["value"]), float(r["low"]), float(r["high"]), r["unit"], r["description"],
            r["source"], r["quality"],
        )
        for r in rows("limits")
    }  # fmt: skip


@cache
def iso3() -> dict[str, str]:
    """Return ISO 3166 codes of two and three letters to the code of three."""
    table = rows("countries")
    return {r["iso2"]: r["iso3"] for r in table} | {r["iso3"]: r["iso3"] for r in table}


@cache
def country_names() -> dict[str, str]:
    """Return the names of countries by their code of three letters."""
    return {r["iso3"]: r["name"] for r in rows("countries")}


def country(code: str, *, where: str = "") -> str:
    """Return the code of three letters of a country.

    Args:
        code: ISO 3166 code of two or three letters; empty stays empty.
        where: Place, for messages.

    Raises:
        UnknownNameError: There is no such code.
    """
    if not code:
        return ""
    known = iso3()
    if code.upper() not in known:
        raise UnknownNameError("country", code[:20], known, where=where)
    return known[code.upper()]
