"""The lithium balance of 2025: what cathodes and other uses need, and which converters supply it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from oreflow.atlas.build.battery import Battery, battery, recipes
from oreflow.atlas.build.chain import assume, iea_lithium, mined_lithium, shares
from oreflow.atlas.build.common import Common, Row, facts
from oreflow.atlas.build.derive import scale_to_total
from oreflow.atlas.build.lithium_mines import mines, recovery
from oreflow.errors import DataError

Region = dict[str, float]
CONCENTRATE, CARBONATE, HYDROXIDE = "lithium_concentrate", "lithium_carbonate", "lithium_hydroxide"
COMMODITIES = (CONCENTRATE, CARBONATE, HYDROXIDE)
CONVERSIONS = ("lithium_carbonate_conversion", "lithium_hydroxide_conversion", "carbonate_to_hydroxide")
PROCESS_OUTPUT = {
    "spodumene_mining": CONCENTRATE,
    "lepidolite_mining": CONCENTRATE,
    "lithium_brine": CARBONATE,
    "lithium_recycling": CARBONATE,
    "lithium_carbonate_conversion": CARBONATE,
    "lithium_hydroxide_conversion": HYDROXIDE,
    "carbonate_to_hydroxide": HYDROXIDE,
}


@dataclass(frozen=True, slots=True)
class Lithium:
    """The lithium chain of 2025.

    Attributes:
        chain: The battery chain that uses it.
        mines: Rows of plants that mine or pump.
        converters: Rows of named and aggregate converters.
        other_uses: (use, commodity, region) to t LCE.
        supply: Commodity to region to t LCE made.
        use: Commodity to region to t LCE used by plants and final demand.
    """

    chain: Battery
    mines: list[Row]
    converters: list[Row]
    other_uses: dict[tuple[str, str, str], float]
    supply: dict[str, Region]
    use: dict[str, Region]


def cathode_lithium(common: Common, chain: Battery) -> dict[str, Region]:
    """Return lithium used by cathode plants.

    Args:
        common: Shared names and the folder of the public files.
        chain: The battery chain.

    Returns:
        Chemical to region to t LCE.
    """
    out: dict[str, Region] = {CARBONATE: {}, HYDROXIDE: {}}
    for output, inputs in recipes(common.src).values():
        for chemical in (CARBONATE, HYDROXIDE):
            if chemical in inputs:
                for region, q in chain.cathode_output[output].items():
                    out[chemical][region] = out[chemical].get(region, 0.0) + q * inputs[chemical]
    return out


def other_uses(batteries: float) -> dict[tuple[str, str, str], float]:
    """Return lithium used outside batteries, from the shares of use that USGS gives.

    Args:
        batteries: Lithium used in batteries, t LCE.

    Returns:
        (use, commodity, region) to t LCE.
    """
    rows, regions = facts("lithium_end_uses"), shares("lithium_other_uses")
    world = batteries / (1 - sum(float(r["share"]) for r in rows))
    ore = assume("ceramics_ore_share")
    out: dict[tuple[str, str, str], float] = {}
    for r in rows:
        split = {r["commodity"]: 1.0} if "commodity" in r else {CONCENTRATE: ore, CARBONATE: 1 - ore}
        for commodity, part in split.items():
            for region, share in regions.items():
                out[r["use"], commodity, region] = world * float(r["share"]) * part * share
    return out


def lithium(common: Common) -> Lithium:
    """Compute the lithium chain of 2025.

    Concentrate made is concentrate used: what ceramics leave goes to converters. Converters outside China make
    what the IEA counts for their country in 2024, grown as world mining grew; China converts the rest, as much
    to hydroxide as the world then lacks.

    Args:
        common: Shared names and the folder of the public files.

    Returns:
        Plants, uses and margins by region.

    Raises:
        DataError: China is left with less than nothing to convert.
    """
    chain = battery(common)
    pits = mines(common)
    cathodes = cathode_lithium(common, chain)
    others = other_uses(sum(sum(v.values()) for v in cathodes.values()))
    use: dict[str, Region] = {
        CONCENTRATE: {},
        CARBONATE: dict(cathodes[CARBONATE]),
        HYDROXIDE: dict(cathodes[HYDROXIDE]),
    }
    for (_, commodity, region), q in others.items():
        use[commodity][region] = use[commodity].get(region, 0.0) + q
    converters = _abroad(common)
    made = _output(converters)
    ore = sum(float(p["output"]) for p in pits if PROCESS_OUTPUT[p["process"]] == CONCENTRATE)
    pool = (ore - sum(use[CONCENTRATE].values())) * recovery()
    hydroxide = sum(use[HYDROXIDE].values()) - made[CONVERSIONS[1]] - made[CONVERSIONS[2]]
    carbonate = pool - made[CONVERSIONS[0]] - made[CONVERSIONS[1]] - hydroxide
    if hydroxide < 0 or carbonate < 0:
        raise DataError(
            f"lithium: China would convert {carbonate:.0f} t LCE to carbonate and {hydroxide:.0f} t to hydroxide. "
            "Lower the converters outside China in facts/lithium_converters.csv."
        )
    converters += [_china(CONVERSIONS[0], carbonate), _china(CONVERSIONS[1], hydroxide), _recycled()]
    supply = _supply(pits + converters)
    _feed(converters, use)
    return Lithium(chain, pits, converters, others, supply, use)


def _abroad(common: Common) -> list[Row]:
    """Named converters outside China, scaled by the IEA's group where they are in one."""
    listed, refined = facts("lithium_converters"), iea_lithium(common.src, "refining")
    growth = mined_lithium(common)["WLD"] / iea_lithium(common.src, "mining")["World"]
    target = {g: refined[g] * growth for g in ("Australia", "Rest of world")}
    target["Rest of world"] -= sum(
        float(r["output"]) for r in facts("lithium_plants") if r["country"] == "USA" and "output" in r
    )
    output = {r["plant"]: float(r["output"]) for r in listed}
    for group, total in target.items():
        inside = [r["plant"] for r in listed if r.get("group") == group]
        scaled = scale_to_total(np.array([output[p] for p in inside]), total)
        output.update(zip(inside, scaled.tolist(), strict=True))
    cost = dict(zip(CONVERSIONS, (assume(f"{k}_cost") for k in _COSTS), strict=True))
    return [
        {
            "plant": r["plant"],
            "name": r["name"],
            "process": r["process"],
            "region": common.region(r["country"]),
            "lat": r["lat"],
            "lon": r["lon"],
            "aggregate": 0,
            "capacity": max(float(r["capacity"]), output[r["plant"]]),
            "output": output[r["plant"]],
            "cost": cost[r["process"]],
            "status": "operating",
            "aliases": r.get("aliases", ""),
            "source": f"{r['source']};iea_critical_minerals;usgs_mcs_2026" if "group" in r else r["source"],
            "vintage": "2025",
            "quality": "derived" if "group" in r else r["quality"],
            "method": "scale_to_total" if "group" in r else ("lithium" if r["quality"] == "derived" else ""),
            "note": r.get("note", ""),
        }
        for r in listed
    ]


_COSTS = ("lithium_conversion", "hydroxide_conversion", "carbonate_to_hydroxide")
_NAMES = {CONVERSIONS[0]: "Carbonate from concentrate", CONVERSIONS[1]: "Hydroxide from concentrate"}


def _china(process: str, output: float) -> Row:
    return {
        "plant": f"{process}_chn",
        "name": f"{_NAMES[process]}, China",
        "process": process,
        "region": "CHN",
        "aggregate": 1,
        "capacity": output / assume("use_converters"),
        "output": output,
        "cost": assume(f"{_COSTS[CONVERSIONS.index(process)]}_cost"),
        "status": "operating",
        "source": "usgs_mcs_2026;iea_critical_minerals;oreflow",
        "vintage": "2025",
        "quality": "derived",
        "method": "lithium",
        "note": "All concentrate that ceramics and converters elsewhere leave; split so that hydroxide made is "
        "hydroxide used; utilisation assumed",
    }


def _recycled() -> Row:
    output = assume("lithium_recycled_china")
    return {
        "plant": "lithium_recycling_chn",
        "name": "Lithium carbonate from scrap, China",
        "process": "lithium_recycling",
        "region": "CHN",
        "aggregate": 1,
        "capacity": output / assume("use_converters"),
        "output": output,
        "cost": assume("lithium_recycling_cost"),
        "status": "operating",
        "source": "smm_carbonate_2024_07",
        "vintage": "July 2024",
        "quality": "derived",
        "method": "lithium",
        "note": "Mostly production scrap: the end-of-life input rate of lithium is still near zero; month times twelve",
    }


def _output(rows: list[Row]) -> Region:
    out = dict.fromkeys(CONVERSIONS, 0.0)
    for r in rows:
        out[r["process"]] += float(r["output"])
    return out


def _supply(rows: list[Row]) -> dict[str, Region]:
    out: dict[str, Region] = {c: {} for c in COMMODITIES}
    for r in rows:
        if float(r["output"]) > 0:
            made = out[PROCESS_OUTPUT[r["process"]]]
            made[r["region"]] = made.get(r["region"], 0.0) + float(r["output"])
    return out


def _feed(converters: list[Row], use: dict[str, Region]) -> None:
    """Add what converters use to the uses by region."""
    for r in converters:
        if r["process"] == "lithium_recycling":
            continue
        direct = r["process"] == CONVERSIONS[2]
        what = CARBONATE if direct else CONCENTRATE
        factor = assume("carbonate_to_hydroxide_yield") if direct else recovery()
        use[what][r["region"]] = use[what].get(r["region"], 0.0) + float(r["output"]) / factor
