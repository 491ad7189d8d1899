"""Rare earths, magnets and gallium: plants by region."""

from __future__ import annotations

from pathlib import Path

from oreflow.atlas.build import usgs
from oreflow.atlas.build.common import Common, Row, Tables, by_region
from oreflow.atlas.build.minerals_chain import aggregate, coefficient, mined, scaled, weights
from oreflow.atlas.build.parameters import parameters

_MCS: Row = {"source": "usgs_mcs_2026", "vintage": "MCS 2026"}


def tables(src: Path, common: Common) -> Tables:
    """Return the plants of rare earths, magnets and gallium.

    Args:
        src: Folder of the public files.
        common: Shared names.
    """
    return {"plants": [*rare_earths(src, common), *gallium(src, common)]}


def rare_earths(src: Path, common: Common) -> list[Row]:
    """Return mines, separation plants and magnet makers.

    Separation outside China is ours by region; China separates the rest of what the world mines. Magnets use
    the share of NdPr oxide that a parameter gives.

    Args:
        src: Folder of the public files.
        common: Shared names.
    """
    mine = mined(src, common, "rare_earth_concentrate")
    oxide = sum(mine.values()) / coefficient("rare_earth_separation", "rare_earth_concentrate")
    separated = weights("rare_earth_separation")
    separated["CHN"] = oxide - sum(separated.values())
    magnets = parameters()["ndpr_in_magnets"] * oxide / coefficient("magnet_making", "ndpr_oxide")
    derived: Row = {"source": "usgs_mcs_2026;oreflow", "vintage": "MCS 2026", "quality": "derived"}
    return [
        *aggregate(
            common,
            "rare_earth_mining",
            mine,
            **_MCS,
            quality="reported",
            note="Oxide equivalent of all rare earths; China counts its quota",
        ),
        *aggregate(
            common,
            "rare_earth_separation",
            {"CHN": separated.pop("CHN")},
            **derived,
            method="minerals_rare.rare_earths",
            note="What the world mines less what others separate",
        ),
        *aggregate(
            common, "rare_earth_separation", separated, source="oreflow", vintage="2025", quality="assumed"
        ),
        *aggregate(
            common,
            "magnet_making",
            scaled(weights("magnet_making"), magnets),
            **derived,
            method="minerals_rare.rare_earths",
            note="World total from NdPr oxide; shares of regions are assumed",
        ),
    ]


def gallium(src: Path, common: Common) -> list[Row]:
    """Return primary recovery (with the USGS's capacity) and refining of gallium.

    Args:
        src: Folder of the public files.
        common: Shared names.
    """
    capacity: dict[str, float] = {}
    for row in usgs.tables(src, common)["production"]:
        if row["commodity"] == "gallium_primary" and row["edition"] == "MCS 2026" and row["capacity"]:
            capacity[row["country"]] = row["capacity"]
    return [
        *aggregate(
            common,
            "gallium_recovery",
            mined(src, common, "gallium_primary"),
            **_MCS,
            quality="reported",
            capacity=by_region(common, capacity),
        ),
        *aggregate(
            common,
            "gallium_refining",
            weights("gallium_refining"),
            source="oreflow",
            vintage="2025",
            quality="assumed",
        ),
    ]
