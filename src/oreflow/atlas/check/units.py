"""Every unit is one that can be read, and the constants of the tables are those of the units."""

from __future__ import annotations

from collections.abc import Iterator

from oreflow.atlas.check.chain import Chain
from oreflow.atlas.check.finding import Finding, keys
from oreflow.atlas.quantities import BY_ROW, RATIO, plain
from oreflow.atlas.schema import tables
from oreflow.errors import UnitError
from oreflow.units import definitions, factor, parse

_CONSTANTS = {
    "lce_per_li": ("t Li", "t LCE"),
    "lce_per_li2o": ("t Li2O", "t LCE"),
    "lce_per_lioh": ("t LiOH_H2O", "t LCE"),
    "spodumene_per_lce": ("t LCE", "t SC6"),
    "lepidolite_per_lce": ("t LCE", "t lepidolite"),
}
_CLOSE = 1e-3


def run(chain: Chain) -> Iterator[Finding]:
    """Check units of columns, units in rows, and constants that stand in two places.

    Args:
        chain: World to check.

    Yields:
        Findings.
    """
    balance = sorted(set(chain.unit.values())) or ["t Cu"]
    for name, table in tables().items():
        for a in table.attributes:
            if not a.unit or a.unit in (BY_ROW, RATIO):
                continue
            for unit in balance if "unit" in a.unit else ("",):
                error = _fault(a.unit.replace("unit", unit))
                if error:
                    yield Finding(
                        "error", "units.column", name, "", a.name, error, "Correct the unit in schema.csv."
                    )
                    break
    for name in ("parameters", "salient", "policies", "claims"):
        yield from _in_rows(chain, name)
    yield from _constants(chain)


def _in_rows(chain: Chain, name: str) -> Iterator[Finding]:
    frame = chain.world[name]
    if name == "claims":
        # what is said in words has no unit to read
        frame = frame[frame[["value", "low", "high"]].notna().any(axis=1)]
    for unit in sorted(set(frame["unit"]) - {""}):
        error = _fault(unit)
        if error:
            rows = frame[frame["unit"] == unit]
            more = f" ({len(rows)} rows)" if len(rows) > 1 else ""
            yield Finding(
                "warning",
                "units.row",
                name,
                keys(name, rows.head(1))[0],
                "unit",
                f"{error.rstrip('.')}{more}.",
                "Write it as units.csv does; '1' for a pure number.",
            )


def _constants(chain: Chain) -> Iterator[Finding]:
    table = chain.world["parameters"]
    values = dict(zip(table["parameter"], table["value"], strict=True))
    pairs = {p: factor(a, b) for p, (a, b) in _CONSTANTS.items()}
    pairs["cny_per_usd"] = 1 / definitions()["CNY"].factor
    pairs["vat_china"] = 1 / definitions()["CNY_incl_VAT"].factor - 1
    for parameter, value in pairs.items():
        held = values.get(parameter)
        if held is not None and abs(held - value) > _CLOSE * abs(value):
            yield Finding(
                "warning",
                "units.constant",
                "parameters",
                parameter,
                "value",
                f"{parameter} is {plain(held)} here and {plain(value)} in units.csv.",
                "Make the two agree.",
            )


def _fault(unit: str) -> str:
    try:
        parse(unit)
    except UnitError as error:
        return str(error)
    return ""
