"""Tables of the lithium chain: mines, converters, other uses, stocks, prices and trade of 2025."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from oreflow.atlas.build.baci import content
from oreflow.atlas.build.chain import TINY, assume, fitted_flows, regional_prior, trade_rows
from oreflow.atlas.build.common import Common, Row, Tables, facts, number, read
from oreflow.atlas.build.derive import Array
from oreflow.atlas.build.lithium_balance import (
    CARBONATE,
    COMMODITIES,
    CONCENTRATE,
    CONVERSIONS,
    HYDROXIDE,
    Lithium,
    lithium,
)
from oreflow.atlas.build.lithium_mines import recovery

OPEN_PAIRS = 1e-3
"""Weight of the gravity prior beside observed trade: pairs without trade in 2024 stay possible, barely."""


def tables(src: Path, common: Common) -> Tables:
    """Return the rows of the lithium chain.

    Args:
        src: Folder of the public files.
        common: Shared names.
    """
    chain = lithium(common)
    return {
        "sources": facts("lithium_sources"),
        "parameters": facts("chain_parameters"),
        "claims": facts("lithium_claims"),
        "processes": facts("lithium_processes"),
        "flows": _flows(),
        "plants": chain.mines + chain.converters,
        "demands": _demands(chain),
        "stores": _stores(chain),
        "prices": _prices(src),
        "trade": _trade(common, chain),
    }


def _flows() -> list[Row]:
    ore = {"source": "oreflow", "vintage": "2025", "quality": "derived", "method": "recovery"}
    rows = [
        {
            "process": r["process"],
            "commodity": r["output"],
            "role": "output",
            "coefficient": 1,
            "source": "oreflow",
            "vintage": "2025",
            "quality": "assumed",
            "note": "One by the definition of the balance unit",
        }
        for r in facts("lithium_processes")
    ]
    for process in CONVERSIONS[:2]:
        rows.append(
            {
                "process": process,
                "commodity": CONCENTRATE,
                "role": "input",
                "coefficient": 1 / recovery(),
                "note": "8 t of 6 % Li2O a tonne of LCE: 84 % of the lithium is recovered",
                **ore,
            }
        )
    rows.append(
        {
            "process": CONVERSIONS[2],
            "commodity": CARBONATE,
            "role": "input",
            "coefficient": 1 / assume("carbonate_to_hydroxide_yield"),
            "source": "oreflow",
            "vintage": "2025",
            "quality": "assumed",
        }
    )
    return rows


def _demands(chain: Lithium) -> list[Row]:
    ranges = {r["use"]: r for r in facts("demand_elasticities")}
    return [
        {
            "demand": f"{commodity}_{use}_{region.lower()}",
            "commodity": commodity,
            "region": region,
            "use": use,
            "quantity": q,
            "ed_low": ranges["lithium_other"]["ed_low"],
            "ed_high": ranges["lithium_other"]["ed_high"],
            "ed_lr": ranges["lithium_other"]["ed_lr"],
            "source": "usgs_mcs_2025;oreflow",
            "vintage": "MCS 2025",
            "quality": "derived",
            "method": "other_uses",
            "note": "World share of use from USGS, shares of regions assumed",
        }
        for (use, commodity, region), q in chain.other_uses.items()
        if q > 0
    ]


def days_of_cover(use: float, days: float) -> float:
    """Return the stock that covers some days of use.

    Args:
        use: Use, unit/yr.
        days: Days.
    """
    return use * days / 365


def hydroxide_price(carbonate: float) -> float:
    """Return the price of hydroxide from that of carbonate.

    Args:
        carbonate: USD/t LCE.

    Returns:
        USD/t LCE.
    """
    return carbonate + assume("lithium_hydroxide_premium")


def concentrate_price(carbonate: float) -> float:
    """Return the price of concentrate at which a converter just covers its cash cost.

    Args:
        carbonate: USD/t LCE.

    Returns:
        USD a tonne of LCE contained.
    """
    return (carbonate - assume("lithium_conversion_cost")) * recovery()


def _stores(chain: Lithium) -> list[Row]:
    rows = []
    for commodity in COMMODITIES:
        cover = assume(f"cover_{commodity}")
        cost = assume("store_cost_concentrate" if commodity == CONCENTRATE else "store_cost_lithium")
        world = sum(chain.use[commodity].values())
        for region, use in chain.use[commodity].items():
            if use >= 0.01 * world:
                known = commodity == CARBONATE
                rows.append(
                    {
                        "store": f"{commodity}_{region.lower()}_trade",
                        "commodity": commodity,
                        "region": region,
                        "kind": "commercial",
                        "opening": days_of_cover(use, cover),
                        "capacity": 4 * days_of_cover(use, cover),
                        "holding_cost": cost,
                        "loss": 0,
                        "source": "smm_stocks_2024_05" if known else "oreflow",
                        "vintage": "2024-05" if known else "2025",
                        "quality": "derived" if known else "assumed",
                        "method": "days_of_cover" if known else "",
                        "note": f"{cover:.0f} days of use; room for four times as much assumed",
                    }
                )
    return rows


def _prices(src: Path) -> list[Row]:
    """Yearly prices: carbonate as USGS reports it, the rest from it."""
    rows: list[Row] = []
    premium = assume("lithium_hydroxide_premium")
    for r in read(src / "usgs_mcs" / "mcs2026_us_salient_selected.csv"):
        if r["Commodity"] != "Lithium" or r["Statistics"] != "Price":
            continue
        value = number(r["Value"], where="MCS 2026 lithium price")
        if value is None:
            continue
        rows.append(
            _price(
                CARBONATE,
                r["Year"],
                value,
                "battery-grade carbonate, yearly average of spot and contract, without value-added tax",
                source="usgs_mcs_2026",
                quality="reported",
                note="Benchmark Mineral Intelligence, as USGS gives it; world average set at the Chinese hub; "
                "Chinese spot of 2025 less tax is 2.7 % higher",
            )
        )
        if r["Year"] == "2025":
            rows += [
                _price(
                    HYDROXIDE,
                    "2025",
                    hydroxide_price(value),
                    "battery-grade hydroxide a tonne of LCE, without value-added tax",
                    source="usgs_mcs_2026;oreflow",
                    quality="derived",
                    method="hydroxide_price",
                    note=f"Carbonate and an assumed {premium:.0f} USD/t LCE",
                ),
                _price(
                    CONCENTRATE,
                    "2025",
                    concentrate_price(value),
                    "concentrate of 6 % Li2O a tonne of LCE in it, delivered to China",
                    source="usgs_mcs_2026;oreflow",
                    quality="derived",
                    method="concentrate_price",
                    note="Equal to about 840 USD/t of concentrate; between 620 USD/t in June 2025 and over 1,000 "
                    "at the end of the year",
                ),
            ]
    return rows


def _price(commodity: str, period: str, value: float, basis: str, **provenance: str) -> Row:
    head = {"commodity": commodity, "region": "CHN", "period": period, "value": value, "basis": basis}
    return {**head, "vintage": "MCS 2026", **provenance}


def _trade(common: Common, chain: Lithium) -> list[Row]:
    rows: list[Row] = []
    for commodity in COMMODITIES:
        supply, use = chain.supply[commodity], chain.use[commodity]
        regions = [r for r in common.regions if supply.get(r, 0.0) > 0 or use.get(r, 0.0) > 0]
        prior = regional_prior(regions)
        source, vintage, note = "usgs_mcs_2026;oreflow", "2025", "No customs code of its own: by distance"
        if commodity == CONCENTRATE:
            home = regions.index("CHN")
            prior[home, :] = np.where(np.arange(len(regions)) == home, 1.0, 0.0)
        else:
            prior = _observed(common.src, commodity, regions, supply, use, prior)
            source, vintage, note = "baci;usgs_mcs_2026", "BACI 2024", "Pattern of 2024, margins of 2025"
        flows = fitted_flows(regions, supply, use, prior)
        rows += trade_rows(
            commodity,
            regions,
            flows,
            2025,
            source=source,
            vintage=vintage,
            quality="derived",
            method="proportional_fit",
            note=note,
        )
    return rows


def _observed(
    src: Path,
    commodity: str,
    regions: list[str],
    supply: dict[str, float],
    use: dict[str, float],
    near: Array,
) -> Array:
    """Trade of 2024 as the prior, what is not exported staying at home, other pairs barely open."""
    seen = content(src, commodity)
    index = {r: i for i, r in enumerate(regions)}
    s = np.array([supply.get(r, 0.0) for r in regions])
    u = np.array([use.get(r, 0.0) for r in regions])
    prior = OPEN_PAIRS * near * s[:, None] * u[None, :] / max(float(s.sum()), TINY)
    leaves = np.zeros(len(regions))
    for (origin, destination), q in seen.items():
        if origin in index and destination in index:
            prior[index[origin], index[destination]] += q
            leaves[index[origin]] += q
    home = np.maximum(s - leaves, 0.05 * s) * (u > 0)
    np.fill_diagonal(prior, home)
    return np.asarray(prior)
