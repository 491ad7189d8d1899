"""Observed trade 2022 to 2024 from BACI, by region and in content."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from oreflow.atlas.build.common import Common, Row, Tables, common, facts, read
from oreflow.atlas.build.parameters import parameters

_FILE = "baci_hs92_battery_minerals_1995_2024.csv.gz"
_LEAST_SHARE = 2e-5


def tables(src: Path, common: Common) -> Tables:
    """Return the rows of ``trade`` for the observed years.

    Flows below 2 in 100,000 of a commodity's world trade in the year are left out.

    Args:
        src: Folder of the public files.
        common: Shared names.
    """
    rows: list[Row] = []
    flows = observed(src)
    for (commodity, year), pairs in sorted(flows.items()):
        world = sum(q for q, _ in pairs.values())
        for (origin, destination), (quantity, value) in sorted(pairs.items()):
            if quantity >= _LEAST_SHARE * world:
                rows.append(
                    {
                        "commodity": commodity,
                        "origin": origin,
                        "destination": destination,
                        "year": year,
                        "quantity": quantity,
                        "value": value,
                        "source": "baci",
                        "vintage": "BACI HS92 2026",
                        "quality": "derived",
                        "method": "baci.observed",
                    }
                )
    return {"trade": rows + facts("trade")}


@cache
def observed(src: Path) -> dict[tuple[str, int], dict[tuple[str, str], tuple[float, float]]]:
    """Return trade between regions in content.

    Each rule of ``facts/hs_rules.csv`` says for an HS code, and for some origins only, which commodity it
    carries, its content a tonne, and the range of unit values (USD/t gross) that is believed; what lies outside
    is another good under the same code and is dropped. Where a rule gives a spread, a flow whose unit value lies
    further from the world's than that factor has a wrong weight: its quantity is its value over the world's unit
    value (weighed by value).

    Args:
        src: Folder of the public files.

    Returns:
        (commodity, year) to (origin, destination) to (quantity in unit/yr, value in USD/yr).
    """
    shared, assumed = common(src), parameters()
    rules: dict[str, list[Row]] = {}
    for rule in facts("hs_rules"):
        rules.setdefault(rule["hs92"], []).append(rule)
    out: dict[tuple[str, int], dict[tuple[str, str], tuple[float, float]]] = {}
    for r in read(src / "baci" / _FILE):
        if r["year"] < "2022" or r["hs92"] not in rules or not r["qty_t"] or not r["value_kusd"]:
            continue
        gross, value = _float(r["qty_t"]), _float(r["value_kusd"]) * 1000
        found = _rule(rules[r["hs92"]], r["exporter"], r["importer"])
        if found is None or gross <= 0 or not _believed(found, value / gross):
            continue
        origin, destination = shared.region(r["exporter"]), shared.region(r["importer"])
        if origin == destination:
            continue
        content = assumed[found["grade"]] if "grade" in found else float(found["content"])
        pairs = out.setdefault((found["commodity"], int(r["year"])), {})
        q, v = pairs.get((origin, destination), (0.0, 0.0))
        pairs[(origin, destination)] = (q + gross * content, v + value)
    spread = {r["commodity"]: float(r["spread"]) for r in facts("hs_rules") if "spread" in r}
    for (commodity, _), pairs in out.items():
        if commodity in spread:
            _repair(pairs, spread[commodity])
    return out


def _repair(pairs: dict[tuple[str, str], tuple[float, float]], spread: float) -> None:
    """Replace quantities whose unit value is off by more than a factor; the centre is the value-weighed median."""
    ranked = sorted((v / q, v) for q, v in pairs.values())
    half, seen, centre = sum(v for _, v in ranked) / 2, 0.0, ranked[-1][0]
    for unit, v in ranked:
        seen += v
        if seen >= half:
            centre = unit
            break
    for pair, (q, v) in pairs.items():
        if not 1 / spread <= v / q / centre <= spread:
            pairs[pair] = (v / centre, v)


def content(src: Path, commodity: str, year: int = 2024) -> dict[tuple[str, str], float]:
    """Return the observed flows of one commodity and year.

    Args:
        src: Folder of the public files.
        commodity: Commodity.
        year: 2022, 2023 or 2024.

    Returns:
        (origin, destination) to quantity, unit/yr, with the flows of ``facts/trade.csv``; empty where BACI has no
        code for it.
    """
    flows = {pair: q for pair, (q, _) in observed(src).get((commodity, year), {}).items()}
    for r in facts("trade"):
        if r["commodity"] == commodity and int(r["year"]) == year:
            flows[(r["origin"], r["destination"])] = float(r["quantity"])
    return flows


def unit_value(src: Path, commodity: str, origin: str, year: int = 2024) -> float:
    """Return the value a unit of what a region exports.

    Args:
        src: Folder of the public files.
        commodity: Commodity.
        origin: Exporting region.
        year: 2022, 2023 or 2024.

    Returns:
        USD/unit, value of all its exports divided by their content.
    """
    flows = [f for (o, _), f in observed(src)[(commodity, year)].items() if o == origin]
    return sum(v for _, v in flows) / sum(q for q, _ in flows)


def _rule(rules: list[Row], exporter: str, importer: str) -> Row | None:
    for rule in rules:
        if exporter in rule.get("origins", exporter).split(";") and importer in rule.get(
            "destinations", importer
        ).split(";"):
            return rule
    return None


def _believed(rule: Row, unit: float) -> bool:
    return float(rule.get("least", 0)) <= unit <= float(rule.get("most", "inf"))


def _float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
