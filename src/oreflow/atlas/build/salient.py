"""Salient statistics of the United States (USGS MCS 2026), in the units they are printed in."""

from __future__ import annotations

import re
from pathlib import Path

from oreflow.atlas.build.common import Common, Row, Tables, facts, number, read
from oreflow.errors import DataError

UNITS = {"metric tons": 1.0, "thousand metric tons": 1000.0, "kilograms": 0.001}
"""Tonnes in the units of quantities."""
_RAW = re.compile(r"\b(mine|ores? and)\b", re.IGNORECASE)


def tables(src: Path, common: Common) -> Tables:
    """Return the rows of ``salient``.

    Withheld cells (W) are left out; "less than half a unit" (s) is 0; a net exporter (E) has a net import
    reliance of ``<0``. Where a chapter counts ore and metal (cobalt, copper, nickel, zinc), series of mines, ores
    and concentrates go to the concentrate and all others to the refined commodity.

    Args:
        src: Folder of the public files.
        common: Shared names.
    """
    chapters = {r["chapter"]: r for r in facts("statistics")}
    patterns = facts("salient")
    rows: list[Row] = []
    for i, r in enumerate(read(src / "usgs_mcs" / "mcs2026_us_salient_selected.csv")):
        where = f"mcs2026_us_salient_selected.csv, row {i + 2}"
        if r["Statistics"] == "Employment":
            continue
        pattern = _match(r["Statistics_detail"].strip(), patterns, where)
        exporter = r["Value"].strip() == "E"
        value = 0.0 if exporter else number(r["Value"], where=where)
        if value is None:
            continue
        sign = r["Value"].strip()[:1]
        notes = [pattern.get("note", ""), "Net exporter" if exporter else "", r["Notes"].strip()]
        rows.append(
            {
                "commodity": _commodity(chapters[r["MCS chapter"]], r["Statistics_detail"]),
                "country": "USA",
                "statistic": pattern["statistic"],
                "detail": r["Statistics_detail"].strip(),
                "year": int(r["Year"]),
                "value": value,
                "unit": r["Unit"].strip(),
                "bound": "<" if exporter else sign if sign in "<>" else "",
                "source": "usgs_mcs_2026",
                "vintage": "MCS 2026",
                "quality": "reported",
                "note": ". ".join(n.rstrip(".") for n in notes if n),
            }
        )
    return {"salient": rows}


def us_value(src: Path, common: Common, detail: str, year: int = 2025) -> float:
    """Return one salient figure of the United States in tonnes.

    Args:
        src: Folder of the public files.
        common: Shared names.
        detail: Series in the source's words.
        year: Calendar year.

    Returns:
        Quantity, t.

    Raises:
        DataError: No such figure is printed.
    """
    for r in tables(src, common)["salient"]:
        if r["detail"] == detail and r["year"] == year:
            return float(r["value"]) * UNITS[r["unit"]]
    raise DataError(f"mcs2026_us_salient_selected.csv: no figure for {detail!r} in {year}.")


def _commodity(chapter: Row, detail: str) -> str:
    refined = chapter.get("refined", "")
    return str(refined if refined and not _RAW.search(detail) else chapter["commodity"])


def _match(detail: str, patterns: list[Row], where: str) -> Row:
    """Return the longest pattern that the series' name begins with."""
    fits = [p for p in patterns if detail.startswith(p["pattern"])]
    if not fits:
        raise DataError(f"{where}: no pattern in facts/salient.csv fits the series {detail!r}. Add one.")
    return max(fits, key=lambda p: len(p["pattern"]))
