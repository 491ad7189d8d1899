"""What all build modules share: region and country names, facts of our own, numbers as sources print them."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from oreflow.errors import DataError, ReadError, UnknownNameError

Row = dict[str, Any]
Tables = dict[str, list[Row]]

LCE_PER_LI = 5.323
"""Tonnes of lithium carbonate equivalent per tonne of lithium."""
LCE_PER_LI2O = 2.473
"""Tonnes of lithium carbonate equivalent per tonne of lithium oxide."""

_SPACE = re.compile(r"\s+")


def facts(name: str) -> list[Row]:
    """Return the rows of a table of our own facts.

    Args:
        name: File in ``build/facts`` without ``.csv``.

    Returns:
        One dict a row, all values text, empty cells left out.

    Raises:
        ReadError: There is no such file.
    """
    file = resources.files("oreflow.atlas.build") / "facts" / f"{name}.csv"
    if not file.is_file():
        raise ReadError(f"facts/{name}.csv is missing from the package; reinstall oreflow.")
    text = file.read_text("utf-8")
    return [{k: v for k, v in row.items() if v} for row in csv.DictReader(text.splitlines())]


def read(path: Path, *, encoding: str = "utf-8-sig") -> list[Row]:
    """Return the rows of a public file, all values text.

    Args:
        path: CSV, plain or gzipped.
        encoding: UTF-8 by default (a byte-order mark is dropped).

    Returns:
        One dict a row.

    Raises:
        ReadError: The file does not exist or is not text in that encoding.
    """
    import gzip

    if not path.exists():
        raise ReadError(f"{path} does not exist. Point --from at the folder that holds the public files.")
    try:
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        return list(csv.DictReader(data.decode(encoding).splitlines()))
    except (UnicodeDecodeError, OSError) as error:
        raise ReadError(f"{path} is not a text file in {encoding}: {error}") from error


def number(text: str, *, where: str = "") -> float | None:
    """Return a number as statistical tables print it.

    Args:
        text: E.g. ``"1,230"``, ``">50"``, an em-dash for zero, ``W`` for withheld, ``NA``, or nothing.
        where: Place for the message.

    Returns:
        The number; 0 for a dash; None where the source gives none (withheld, not available, less than half a
        unit is 0).

    Raises:
        DataError: The text is none of these.
    """
    t = text.strip().replace(",", "").replace("\u2212", "-")
    if t in {"\u2014", "\u2013", "-", "--", "s", "(e)"}:
        return 0.0
    if t in {"", "W", "NA", "XX", "E", "n/a", "nan"} or t.lower() in {"small", "moderate", "large"}:
        return None
    try:
        return float(t.lstrip("<>"))
    except ValueError:
        raise DataError(f"{where}: {text!r} is not a number or a known sign for none.") from None


def plain(name: str) -> str:
    """Return a country's name in the form used for look-ups (no accents, one space, lower case)."""
    text = unicodedata.normalize("NFKD", name.replace("\u2019", "'")).encode("ascii", "ignore").decode()
    return _SPACE.sub(" ", text.replace("Â", "")).strip().lower()


@dataclass(frozen=True, slots=True)
class Common:
    """Names that every build module needs.

    Attributes:
        src: Folder of the public files.
        regions: Region codes in the order of the table.
        members: ISO-3 code to region.
        names: Country name in `plain` form to ISO-3 code.
    """

    src: Path
    regions: tuple[str, ...]
    members: Mapping[str, str]
    names: Mapping[str, str]

    def region(self, iso3: str) -> str:
        """Return the region of a country; ROW for one that no region names.

        Args:
            iso3: ISO-3 code, or a region code, which is returned as it is.
        """
        return iso3 if iso3 in self.regions else self.members.get(iso3, "ROW")

    def iso3(self, name: str, *, where: str = "") -> str:
        """Return the ISO-3 code of a country named as sources name it.

        Args:
            name: Country, e.g. ``"Congo (Kinshasa)"``. ``Other countries`` gives ``OTH``.
            where: Place for the message.

        Raises:
            UnknownNameError: The name is not known.
        """
        key = plain(name)
        if key.startswith("other"):
            return "OTH"
        try:
            return self.names[key]
        except KeyError:
            raise UnknownNameError("country", name, self.names, where=where) from None


def common(src: Path) -> Common:
    """Read regions and country names once for all modules.

    Args:
        src: Folder of the public files.

    Returns:
        The shared names.
    """
    rows = facts("regions")
    members = {m: r["region"] for r in rows for m in r["members"].split(";")}
    return Common(src, tuple(r["region"] for r in rows), members, country_names(src))


@cache
def country_names(src: Path) -> dict[str, str]:
    """Return country name (in `plain` form) to ISO-3 code, from World Mining Data, WGI and our own list.

    Args:
        src: Folder of the public files.
    """
    names: dict[str, str] = {}
    for file in ("wgi_political_stability.csv", "world_mining_data_2018_2024.csv"):
        for row in read(src / "world_mining_data" / file):
            names[plain(row["country"])] = row["iso3"]
    for row in facts("country_names"):
        names[plain(row["name"])] = row["iso3"]
    return names


def merge(parts: Iterable[Mapping[str, list[Row]]]) -> Tables:
    """Return the rows of several modules put together by table.

    Args:
        parts: Table name to rows, one mapping a module.
    """
    out: Tables = {}
    for part in parts:
        for table, rows in part.items():
            out.setdefault(table, []).extend(rows)
    return out


def by_region(common: Common, quantities: Mapping[str, float]) -> dict[str, float]:
    """Add up quantities by country to quantities by region.

    Args:
        common: Shared names.
        quantities: ISO-3 code (or ``OTH``, counted as ROW) to a quantity.

    Returns:
        Region to the sum, in the order of the table of regions, zeros left out.
    """
    sums: dict[str, float] = {}
    for iso3, q in quantities.items():
        region = common.region(iso3)
        sums[region] = sums.get(region, 0.0) + q
    return {r: sums[r] for r in common.regions if sums.get(r, 0.0) > 0}
