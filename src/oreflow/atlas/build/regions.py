"""Regions: members, blocs, marker and governance."""

from __future__ import annotations

from pathlib import Path

from oreflow.atlas.build.common import Common, Tables, facts, read


def tables(src: Path, common: Common) -> Tables:
    """Return the rows of ``regions``.

    Governance is the latest estimate of the World Governance Indicators (political stability) of the country
    that names the region; for EUR and ROW the mean over their members that have one. ROW's members are all
    countries in the public files that no other region names.

    Args:
        src: Folder of the public files.
        common: Shared names.
    """
    estimate = _governance(src)
    named = set(common.members)
    rest = sorted((set(common.names.values()) | _trading(src) | set(estimate)) - named)
    rows = []
    for fact in facts("regions"):
        own = fact["members"].split(";")
        members = own + rest if fact["region"] == "ROW" else own
        scores = [estimate[m] for m in members if m in estimate]
        alone = fact["region"] in estimate
        value = estimate[fact["region"]] if alone else sum(scores) / len(scores) if scores else None
        rows.append(
            {
                **fact,
                "members": ";".join(members),
                "governance": value,
                "source": "oreflow;wgi",
                "vintage": "WGI 2024",
                "quality": "reported" if alone else "derived",
                "method": "" if alone else "regions.tables",
            }
        )
    return {"regions": rows}


def _governance(src: Path) -> dict[str, float]:
    latest: dict[str, tuple[int, float]] = {}
    for r in read(src / "world_mining_data" / "wgi_political_stability.csv"):
        if r["estimate"] not in {"", "None", "nan", "NaN", "NA"}:
            year = int(r["year"])
            if year >= latest.get(r["iso3"], (0, 0.0))[0]:
                latest[r["iso3"]] = (year, float(r["estimate"]))
    return {iso3: value for iso3, (_, value) in latest.items()}


def _trading(src: Path) -> set[str]:
    rows = read(src / "baci" / "baci_hs92_battery_minerals_1995_2024.csv.gz")
    return {r[side] for r in rows if r["year"] >= "2022" for side in ("exporter", "importer")}
