"""Which rows of the atlas make up each mineral's chain, read from ``minerals.csv``."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources

from oreflow.errors import UnknownNameError

STAGES = ("mined", "refined")
"""Stages at which supply stands against demand; they are never added up."""


@dataclass(frozen=True, slots=True)
class Mineral:
    """The chain of one mineral.

    Attributes:
        mineral: Name.
        name: Name in plain words.
        unit: Unit of all its quantities, a year.
        mined: Processes that extract it.
        conversion: Process that turns what is mined into what is refined; its yield makes both comparable.
        refined: Commodities that count as refined.
        recycled: Processes that bring old scrap back; empty where there is none.
        scrap: Commodity whose rates stand in ``recycling``.
        battery: Commodity under which it stands in ``intensities``; empty where no cell holds it.
        uses: Commodities whose ``demands`` are uses of the refined mineral.
        mined_uses: Commodities whose ``demands`` are uses of the mined mineral alone.
        mined_battery: Parameters (above, below the line) whose ratio turns refined demand into mined demand.
        drive: Parameter with the kg of it in the drive of an electric car; empty for none.
        sector: Commodity under which the ``outlook`` gives demand by sector.
        growth: Parameter with the growth of other uses where the ``outlook`` gives none.
        iea_mined: Commodity under which the ``outlook`` gives mining by country; empty for none.
        iea_refined: The same for refining.
        falls: Whether its mines run out; what comes out of another metal's refining does not.
    """

    mineral: str
    name: str
    unit: str
    mined: tuple[str, ...]
    conversion: str
    refined: tuple[str, ...]
    recycled: tuple[str, ...]
    scrap: str
    battery: str
    uses: tuple[str, ...]
    mined_uses: tuple[str, ...]
    mined_battery: tuple[str, ...]
    drive: str
    sector: str
    growth: str
    iea_mined: str
    iea_refined: str
    falls: bool

    @property
    def per(self) -> str:
        """Unit of its yearly quantities."""
        return f"{self.unit}/yr"


@cache
def minerals() -> dict[str, Mineral]:
    """Return every mineral of the outlook, by name."""
    text = resources.files("oreflow.outlook").joinpath("minerals.csv").read_text("utf-8")
    found = {}
    for row in csv.DictReader(text.splitlines()):
        many = {
            k: tuple(v for v in row[k].split("|") if v)
            for k in ("mined", "refined", "recycled", "uses", "mined_uses")
        }
        many["mined_battery"] = tuple(v for v in row["mined_battery"].split("/") if v)
        falls = {"falls": row["falls"] == "yes"}
        found[row["mineral"]] = Mineral(**{**row, **many, **falls})  # type: ignore[arg-type]
    return found


def mineral(name: str) -> Mineral:
    """Return one mineral.

    Args:
        name: Its name, e.g. ``rare_earths``; spaces and capitals do not matter.

    Raises:
        UnknownNameError: The outlook does not cover it.
    """
    key = name.strip().lower().replace(" ", "_").replace("-", "_")
    if key not in minerals():
        raise UnknownNameError("mineral of the outlook", name, minerals())
    return minerals()[key]
