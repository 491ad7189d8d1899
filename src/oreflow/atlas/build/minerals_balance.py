"""What closes the balance of each commodity: final demand by region, and trade of the base year."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from oreflow.atlas.build.baci import content
from oreflow.atlas.build.common import Common, Row, Tables, facts, plain, read
from oreflow.atlas.build.derive import distance_prior, great_circle, proportional_fit
from oreflow.atlas.build.minerals_battery import demand_2025
from oreflow.atlas.build.minerals_chain import apparent_use
from oreflow.atlas.build.parameters import parameters
from oreflow.errors import DataError

ORDER = 60
Array = NDArray[np.float64]
_LEAST_FINAL = 0.03
_FAR = 8000.0
_LEAST_FLOW, _LEAST_SHARE, _TINY = 5e-4, 0.04, 2e-5
_HOME = 0.97


def complete(src: Path, common: Common, rows: Tables) -> Tables:
    """Return ``demands`` and the base year's ``trade`` of every commodity in ``facts/balance.csv``.

    Args:
        src: Folder of the public files.
        common: Shared names.
        rows: Rows of all other modules; their plants and flows give supply and use.
    """
    demands: list[Row] = []
    trade: list[Row] = []
    made, used = supply_and_use(rows)
    for fact in facts("balance"):
        commodity = fact["commodity"]
        supply, use = made.get(commodity, {}), dict(used.get(commodity, {}))
        if "use" in fact:
            final = final_demand(src, common, fact, supply, use)
            for name, quantities in final.items():
                demands += [_demand(fact, name, r, q) for r, q in sorted(quantities.items())]
                for r, q in quantities.items():
                    use[r] = use.get(r, 0.0) + q
        trade += _trade(src, common, fact, supply, use)
    return {"demands": demands, "trade": trade}


def supply_and_use(rows: Tables) -> tuple[dict[str, dict[str, float]], dict[str, dict[str, float]]]:
    """Return what plants make and use in the base year, from their output and the flows of their process.

    Args:
        rows: Rows with ``plants`` and ``flows``.

    Returns:
        Commodity to region to quantity made; the same for quantity used; unit/yr.
    """
    flows: dict[str, list[Row]] = {}
    for f in rows["flows"]:
        flows.setdefault(f["process"], []).append(f)
    made: dict[str, dict[str, float]] = {}
    used: dict[str, dict[str, float]] = {}
    for p in rows["plants"]:
        for f in flows.get(p["process"], []):
            side = made if f["role"] == "output" else used
            quantity = float(p["output"]) * float(f["coefficient"])
            if quantity > 0:
                node = side.setdefault(f["commodity"], {})
                node[p["region"]] = node.get(p["region"], 0.0) + quantity
    return made, used


def final_demand(
    src: Path, common: Common, fact: Row, supply: dict[str, float], used: dict[str, float]
) -> dict[str, dict[str, float]]:
    """Return final demand by region: total use less what modelled processes use, summing to what is left.

    Total use of a region is its weight times world supply, or its apparent use. Where modelled processes take more
    than a region's share, 3 % of the share is left as final demand and the others give way. For cobalt what the
    world makes beyond the IEA's demand is demand for stock in China.

    Args:
        src: Folder of the public files.
        common: Shared names.
        fact: Row of ``facts/balance.csv``.
        supply: Region to what is made, unit/yr.
        used: Region to what modelled processes use, unit/yr.

    Returns:
        Name of the use to region to quantity, unit/yr.
    """
    commodity = fact["commodity"]
    total, taken = sum(supply.values()), sum(used.values())
    left = max(total - taken, _LEAST_FINAL * total)
    out: dict[str, dict[str, float]] = {}
    if commodity == "cobalt_refined":
        surplus = min(total - demand_2025(src, "Cobalt"), 0.5 * left)
        if surplus > 0:
            out["stock building"] = {"CHN": surplus}
            left -= surplus
    share = _shares(src, common, fact)
    final = {r: max(w * total - used.get(r, 0.0), _LEAST_FINAL * w * total) for r, w in share.items()}
    factor = left / sum(final.values())
    out[fact["use"]] = {r: q * factor for r, q in final.items()}
    return out


def _shares(src: Path, common: Common, fact: Row) -> dict[str, float]:
    commodity = fact["commodity"]
    if fact["consumption"] == "apparent":
        scale = parameters()["phosphate_rock_trade_scale"] if commodity == "phosphate_rock" else 1.0
        values = apparent_use(src, common, commodity, scale=scale)
    else:
        values = {
            r["region"]: float(r["weight"]) for r in facts("consumption") if r["commodity"] == commodity
        }
    total = sum(values.values())
    return {r: v / total for r, v in values.items()}


def _demand(fact: Row, use: str, region: str, quantity: float) -> Row:
    stock = use == "stock building"
    answer = next(p for p in facts("parameters") if p["parameter"] == "stock_building_ed")
    short = "stock" if stock else "other"
    note = "Includes stock building: final demand takes all that is made" if not stock else ""
    if stock:
        note = "What is made beyond the IEA's demand; buyers for stock answer prices more than users"
    return {
        "demand": f"{fact['commodity']}_{short}_{region.lower()}",
        "commodity": fact["commodity"],
        "region": region,
        "use": use,
        "quantity": quantity,
        "ed_low": answer["low"] if stock else fact["ed_low"],
        "ed_high": answer["high"] if stock else fact["ed_high"],
        "ed_lr": answer["high"] if stock else fact["ed_lr"],
        "source": "oreflow;usgs_mcs_2026;iea_critical_minerals",
        "vintage": "2025",
        "quality": "derived",
        "method": "minerals_balance.final_demand",
        "note": note,
    }


def _trade(
    src: Path, common: Common, fact: Row, supply: dict[str, float], use: dict[str, float]
) -> list[Row]:
    """Fit the observed pattern of 2024, blended with a distance prior, to supply and use of the base year."""
    regions = [r for r in common.regions if supply.get(r, 0.0) > 0 or use.get(r, 0.0) > 0]
    made = np.array([supply.get(r, 0.0) for r in regions])
    taken = np.array([use.get(r, 0.0) for r in regions])
    total = float(made.sum())
    seen = _observed(src, fact["commodity"], regions)
    prior = _prior(common, regions, made, taken)
    weight = float(fact["gravity"]) if seen.sum() > 0 else 1.0
    if seen.sum() > 0:
        home = np.maximum(made - seen.sum(axis=1), 0.2 * np.minimum(made, taken))
        seen = seen + np.diag(home)
        seen *= total / seen.sum()
    mixed = seen * (1 - min(weight, 0.999)) + prior * weight * total
    _us_imports(src, common, fact["commodity"], regions, mixed)
    flows = _pruned(proportional_fit(mixed, made, taken, tolerance=1e-6, rounds=20000), made, taken)
    np.fill_diagonal(flows, 0.0)
    observed = bool(content(src, fact["commodity"]))
    return [
        {
            "commodity": fact["commodity"],
            "origin": regions[i],
            "destination": regions[j],
            "year": 2025,
            "quantity": float(flows[i, j]),
            "source": "baci;usgs_mcs_2026;oreflow" if observed else "usgs_mcs_2026;oreflow",
            "vintage": "BACI 2024 fitted to 2025" if observed else "2025",
            "quality": "derived",
            "method": "minerals_balance.complete",
            "note": ""
            if observed
            else "No code in BACI: known flows and a distance prior fitted to supply and use",
        }
        for i, j in zip(*np.nonzero(flows > 0), strict=True)
    ]


def _pruned(flows: Array, made: Array, taken: Array) -> Array:
    """Drop flows that matter neither to the world nor to either side, and fit the rest again where that is possible.

    The largest outflow of an origin stays where it does not use its own, and the largest inflow of a destination
    where it does not make its own.
    """
    total = float(made.sum())
    keep = flows >= _LEAST_FLOW * total
    for share in (taken[None, :], made[:, None]):
        keep |= (flows >= _LEAST_SHARE * share) & (flows >= _TINY * total)
    np.fill_diagonal(keep, True)
    apart = flows - np.diag(np.diag(flows))
    home, here = np.diag(flows), np.arange(len(made))
    out, into = home < _HOME * made, home < _HOME * taken
    keep[here[out], apart.argmax(axis=1)[out]] = True
    keep[apart.argmax(axis=0)[into], here[into]] = True
    left = np.where(keep & (flows > 1e-6 * total), flows, 0.0)
    try:
        return proportional_fit(left, made, taken, rounds=400, tolerance=1e-5)
    except DataError:
        return left


def _observed(src: Path, commodity: str, regions: list[str]) -> Array:
    """Return flows of 2024 from BACI, and known flows without a code in it (``facts/trade_pattern.csv``)."""
    out = np.zeros((len(regions), len(regions)))
    place = {r: i for i, r in enumerate(regions)}
    for (o, d), q in content(src, commodity).items():
        if o in place and d in place:
            out[place[o], place[d]] = q
    for fact in facts("trade_pattern"):
        if fact["commodity"] == commodity and fact["origin"] in place and fact["destination"] in place:
            i, j = place[fact["origin"]], place[fact["destination"]]
            out[i, j] = max(out[i, j], float(fact["weight"]))
    return out


def _prior(common: Common, regions: list[str], made: Array, taken: Array) -> Array:
    """Return the gravity prior, with a sum of 1."""
    facts_by = {r["region"]: r for r in facts("regions")}
    lat = np.array([float(facts_by[r]["lat"]) for r in regions])
    lon = np.array([float(facts_by[r]["lon"]) for r in regions])
    distance = great_circle(lat, lon)
    if "ROW" in regions:
        # The rest of the world lies everywhere: it is as far from all as an ocean is wide.
        i = regions.index("ROW")
        distance[i, :] = distance[:, i] = _FAR
    near = distance_prior(distance, power=parameters()["trade_distance_power"])
    weights = near * (made[:, None] + 1e-9) * (taken[None, :] + 1e-9)
    return np.asarray(weights / weights.sum())


def _us_imports(src: Path, common: Common, commodity: str, regions: list[str], mixed: Array) -> None:
    """Set the pattern of US imports to the USGS's import sources 2021 to 2024, in place."""
    wanted = {r["detail"]: r for r in facts("us_imports") if r["commodity"] == commodity}
    if not wanted or "USA" not in regions:
        return
    column = regions.index("USA")
    imports = float(mixed[:, column].sum() - mixed[column, column])
    others = mixed[:, column].copy()
    others[column] = 0.0
    for r in read(src / "usgs_mcs" / "mcs2026_us_import_sources_selected.csv"):
        if r["Statistics_detail"] in wanted and not plain(r["Country"]).startswith("other"):
            region = common.region(common.iso3(r["Country"]))
            if region in regions and region != "USA":
                share = float(r["Value"].lstrip("<>")) / 100
                mixed[regions.index(region), column] = share * imports
                others[regions.index(region)] = 0.0
    named = sum(mixed[i, column] for i in range(len(regions)) if i != column and others[i] == 0.0)
    if others.sum() > 0:
        factor = max(imports - named, 0.01 * imports) / others.sum()
        rest = others > 0
        mixed[rest, column] = others[rest] * factor
