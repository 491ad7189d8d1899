"""Tables of the battery chain: processes, plants by region, use, chemistry shares, prices and trade of 2025."""

from __future__ import annotations

from pathlib import Path

from oreflow.atlas.build.battery import CATHODE, CELLS, Battery, battery, recipes
from oreflow.atlas.build.chain import aggregate_plant, assume, fitted_flows, regional_prior, trade_rows
from oreflow.atlas.build.common import Common, Row, Tables, facts

_USE = {
    "ev_battery": (
        "batteries_2025;iea_gevo",
        "vehicle_batteries",
        "World total reported; split by the IEA's regions and car sales",
    ),
    "stationary_battery": (
        "batteries_2025;infolink_storage_2024",
        "spread",
        "World total reported; shares of regions assumed",
    ),
    "other_battery": (
        "batteries_2025;oreflow",
        "spread",
        "World total derived; shares of regions assumed",
    ),
}
_SOURCES = {
    "lfp_cell": "batteries_2025;china_batteries_2025;china_batteries_2025h1",
    "nmc_cell": "batteries_2025;sne_2025_11",
    "sodium_cell": "idtechex_sodium_2023;oreflow",
    "lfp_cathode": "batteries_2025;ggii_cathode_2025",
    "nmc_cathode": "batteries_2025;ggii_cathode_2025;benchmark_cathode_2024",
    "sodium_cathode": "oreflow",
    "anode": "batteries_2025;ggii_anode_2025h1",
}


def tables(src: Path, common: Common) -> Tables:
    """Return the rows of the battery chain.

    Args:
        src: Folder of the public files.
        common: Shared names.
    """
    chain = battery(common)
    return {
        "processes": facts("battery_processes"),
        "flows": _flows(src),
        "plants": _plants(chain),
        "demands": _demands(chain),
        "mixes": _mixes(chain),
        "prices": _prices(chain),
        "trade": _trade(common, chain),
    }


def _flows(src: Path) -> list[Row]:
    common = {"vintage": "BatPaC 5.1", "quality": "derived", "method": "recipes"}
    rows: list[Row] = []
    for process, (output, inputs) in recipes(src).items():
        head = {"process": process, "source": "uc_davis;oreflow", **common}
        rows.append({**head, "commodity": output, "role": "output", "coefficient": 1})
        for commodity, q in inputs.items():
            row = {**head, "commodity": commodity, "role": "input", "coefficient": q}
            if commodity == "phosphoric_acid":
                row["note"] = "Tonnes of acid of 54 % P2O5"
            if commodity.startswith("lithium"):
                row["note"] = "Lithium of the electrolyte counted with the cathode"
            rows.append(row)
    return rows


def _plants(chain: Battery) -> list[Row]:
    rows: list[Row] = []
    for cell in CELLS:
        use = "use_sodium" if cell == "sodium_cell" else f"use_cell_{cell.removesuffix('_cell')}"
        rows += _rows(f"{cell}_making", cell, chain.cell_output[cell], use, f"{cell}_cost")
        cathode = CATHODE[cell]
        use = "use_sodium" if cell == "sodium_cell" else f"use_cathode_{cathode.removesuffix('_cathode')}"
        rows += _rows(f"{cathode}_making", cathode, chain.cathode_output[cathode], use, f"{cathode}_cost")
    for process, output in chain.anode_output.items():
        cost = "anode_natural_cost" if process.endswith("natural") else "anode_synthetic_cost"
        rows += _rows(process, "anode", output, "use_anode", cost)
    return rows


def _rows(process: str, commodity: str, output: dict[str, float], use: str, cost: str) -> list[Row]:
    names = {r["process"]: r["name"] for r in facts("battery_processes")}
    return [
        aggregate_plant(
            process,
            region,
            f"{names[process]}, {region}",
            output=q,
            utilisation=assume(use),
            cost=assume(cost),
            source=_SOURCES[commodity],
            vintage="2025",
            quality="derived",
            method="battery",
            note="Share of the region assumed where no report gives it (facts/chain_shares.csv); utilisation assumed",
        )
        for region, q in output.items()
        if q > 0
    ]


def _demands(chain: Battery) -> list[Row]:
    ranges = {r["use"]: r for r in facts("demand_elasticities")}
    return [
        {
            "demand": f"{use}_{region.lower()}",
            "commodity": use,
            "region": region,
            "use": use.removesuffix("_battery"),
            "quantity": q,
            "ed_low": ranges[use]["ed_low"],
            "ed_high": ranges[use]["ed_high"],
            "ed_lr": ranges[use]["ed_lr"],
            "source": _USE[use][0],
            "vintage": "2025",
            "quality": "derived",
            "method": _USE[use][1],
            "note": _USE[use][2],
        }
        for use, regions in chain.demand.items()
        for region, q in regions.items()
        if q > 0
    ]


def _mixes(chain: Battery) -> list[Row]:
    known = {(r["use"], r["region"]): r for r in facts("chemistry_shares")}
    limits = {(r["use"], r["cell"]): r for r in facts("mix_limits")}
    rows: list[Row] = []
    for (use, region), mix in chain.mix.items():
        origin = known.get((use, region)) or known[use, "ROW"]
        for cell, share in mix.items():
            if share == 0:
                continue
            limit = limits[use, cell]
            sodium = cell == "sodium_cell"
            rows.append(
                {
                    "use": use,
                    "region": region,
                    "cell": cell,
                    "share": share,
                    "ceiling": max(float(limit["ceiling"]), share),
                    "ramp": assume("mix_ramp_sodium" if sodium else "mix_ramp_lfp_nmc"),
                    "switch_cost": assume("pack_sodium_premium" if sodium else "switch_cost_lfp_nmc"),
                    "source": f"{origin['source']};oreflow" if origin["source"] != "oreflow" else "oreflow",
                    "vintage": "2025",
                    "quality": "assumed" if sodium else origin["quality"],
                    "note": f"{origin.get('note', '')}; ceiling: {limit['note']}".lstrip("; "),
                }
            )
    return rows


def pack_prices() -> dict[str, float]:
    """Return the price of a pack by the cell in it, USD/kWh."""
    return {
        "lfp_cell": assume("pack_lfp"),
        "nmc_cell": assume("pack_nmc"),
        "sodium_cell": assume("pack_lfp") + assume("pack_sodium_premium"),
    }


def cell_prices() -> dict[str, float]:
    """Return the price of cells, USD/kWh: a share of the pack.

    A sodium-ion pack differs from an LFP pack in its cells alone, so that they bear the whole premium.
    """
    cells = {c: p * assume("cell_share_of_pack") for c, p in pack_prices().items()}
    cells["sodium_cell"] = cells["lfp_cell"] + assume("pack_sodium_premium")
    return cells


def vehicle_pack_price(mix: dict[str, float]) -> float:
    """Return the mean price of the packs of a mix, USD/kWh.

    Args:
        mix: Cell to share.
    """
    packs = pack_prices()
    return sum(packs[cell] * part for cell, part in mix.items())


def _prices(chain: Battery) -> list[Row]:
    cells, vehicle = cell_prices(), vehicle_pack_price(chain.mix["ev_battery", "CHN"])
    mean, both = "vehicle_pack_price", "bnef_packs_2025;oreflow"
    rows = [
        _price(name, assume(f"{name}_price"), "without value-added tax", "oreflow", "assumed", "")
        for name in (*CATHODE.values(), "anode")
    ]
    rows += [
        _price(cell, 1e6 * cells[cell], "cell, from the price of a pack", both, "derived", "cell_prices")
        for cell in CELLS
    ]
    still = 1e6 * assume("pack_stationary")
    rows.append(_price("ev_battery", 1e6 * vehicle, "pack, Chinese mix", "bnef_packs_2025", "derived", mean))
    rows.append(_price("stationary_battery", still, "pack", "bnef_packs_2025", "reported", ""))
    rows.append(_price("other_battery", 1e6 * assume("pack_other"), "small packs", "oreflow", "assumed", ""))
    return rows


def _price(commodity: str, value: float, basis: str, source: str, quality: str, method: str) -> Row:
    return {
        "commodity": commodity,
        "region": "CHN",
        "period": "2025",
        "value": value,
        "basis": basis,
        "source": source,
        "vintage": "2025",
        "quality": quality,
        "method": method,
    }


def _trade(common: Common, chain: Battery) -> list[Row]:
    anodes: dict[str, float] = {}
    for output in chain.anode_output.values():
        for region, q in output.items():
            anodes[region] = anodes.get(region, 0.0) + q
    goods = {c: (chain.cell_output[c], chain.cell_use[c]) for c in CELLS}
    goods |= {k: (chain.cathode_output[k], chain.cathode_use[k]) for k in CATHODE.values()}
    goods["anode"] = (anodes, chain.anode_use)
    rows: list[Row] = []
    for commodity, (supply, use) in goods.items():
        regions = [r for r in common.regions if supply.get(r, 0.0) > 0 or use.get(r, 0.0) > 0]
        flows = fitted_flows(regions, supply, use, regional_prior(regions), least=0.03)
        rows += trade_rows(
            commodity,
            regions,
            flows,
            2025,
            source=_SOURCES[commodity],
            vintage="2025",
            quality="derived",
            method="proportional_fit",
            note="From what regions make and use, by distance",
        )
    return rows
