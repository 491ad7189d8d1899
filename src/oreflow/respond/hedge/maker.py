"""Who hedges: a firm or all makers of a region, how many LFP cells they make, and how far and fast these can switch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from oreflow.atlas import World
from oreflow.errors import DataError, UnknownNameError, UsageError
from oreflow.respond.hedge.breakeven import CELL
from oreflow.respond.prices.table import lookup, record

SODIUM, LFP = "sodium_cell", "lfp_cell"


@dataclass(frozen=True, slots=True)
class Maker:
    """A maker of LFP cells.

    Attributes:
        name: Name in plain words.
        firm: Its key; empty for all makers of the region.
        region: Where the cells are used.
        uses: Uses of the cells.
        cells: LFP cells, GWh/yr.
        part: Share of the LFP cells made in the region.
        limit: Largest share of its LFP cells that can be switched: room under the ceilings of the uses.
        ramp: Largest change of that share in a month.
        ramp_low: The same at the low end of the parameter's range.
        ramp_high: The same at its high end.
        source: Keys of the sources joined by ";".
    """

    name: str
    firm: str
    region: str
    uses: tuple[str, ...]
    cells: float
    part: float
    limit: float
    ramp: float
    ramp_low: float
    ramp_high: float
    source: str


def maker(world: World, *, firm: str = "", region: str = "CHN", use: str = "") -> Maker:
    """Return a maker and what it can switch.

    Args:
        world: World.
        firm: Firm; all makers of the region by default.
        region: Region whose mix of chemistries holds.
        use: ``ev``, ``stationary`` or the commodity of a use; all of them that have sodium-ion cells by default.

    Returns:
        The maker.

    Raises:
        UnknownNameError: There is no such firm, region or use.
        DataError: The firm needs no LFP cathode, or no use of the region can take sodium-ion cells.
        UsageError: The region makes no LFP cells.
    """
    if region not in set(world["regions"]["region"]):
        raise UnknownNameError("region", region, world["regions"]["region"])
    firms = lookup(world["firms"], "firm", "name")
    if firm and firm not in firms:
        raise UnknownNameError("firm", firm, firms)
    uses, weights = _uses(world, region, use)
    plants = world["plants"]
    made = float(plants.loc[(plants["process"] == CELL) & (plants["region"] == region), "output"].sum())
    if not made > 0:
        raise UsageError(
            f"{region} makes no LFP cells in the base year. Give --region with one that does, e.g. CHN."
        )
    total = sum(weights.values())
    here = world["mixes"][world["mixes"]["region"] == region]
    limit, ramp, sources = 0.0, 0.0, ["oreflow"]
    for u, lfp in weights.items():
        mine = here[here["use"] == u]
        row, share = record(mine, "cell", SODIUM), float(record(mine, "cell", LFP)["share"])
        limit += lfp / total * min((float(row["ceiling"]) - float(row["share"])) / share, 1.0)
        ramp += lfp / total * float(row["ramp"]) / share
        sources += str(row["source"]).split(";")
    name, cells = f"makers of LFP cells in {region}", made
    if firm:
        name, cells = str(firms[firm]), _cells(world, firm)
        sources.append(_source(world, firm))
    if use and not firm:
        cells = min(cells, total)
        name += f" for {' and '.join(uses).replace('_', ' ')}"
    parameters = record(world["parameters"], "parameter", "mix_ramp_sodium")
    low, middle, high = (float(parameters[k]) for k in ("low", "value", "high"))
    return Maker(
        name=name, firm=firm, region=region, uses=tuple(uses), cells=cells, part=min(cells / made, 1.0), limit=limit,
        ramp=ramp, ramp_low=ramp * low / middle, ramp_high=ramp * high / middle,
        source=";".join(dict.fromkeys(k for s in sources for k in s.split(";"))),
    )  # fmt: skip


def _uses(world: World, region: str, use: str) -> tuple[Sequence[str], dict[str, float]]:
    """Uses of a region that can take sodium-ion cells, and the LFP cells in each, GWh/yr."""
    mixes, demands = world["mixes"], world["demands"]
    here = mixes[(mixes["region"] == region) & (mixes["cell"] == SODIUM)]["use"].tolist()
    known = sorted(set(mixes["use"]))
    wanted = here
    if use:
        full = use if use in known else f"{use}_battery"
        if full not in known:
            raise UnknownNameError("use", use, [*known, *(k.removesuffix("_battery") for k in known)])
        wanted = [u for u in here if u == full]
    if not wanted:
        regions = sorted(set(mixes.loc[mixes["cell"] == SODIUM, "region"]))
        raise DataError(
            f"mixes: no sodium-ion cells for {use or 'any use'} in {region}; there are some in {', '.join(regions)}. "
            "Lay a row over it (--with)."
        )
    lfp = mixes[(mixes["region"] == region) & (mixes["cell"] == LFP)]
    table = lookup(lfp, "use", "share")
    weights = {}
    for u in wanted:
        hit = demands[(demands["commodity"] == u) & (demands["region"] == region)]
        weights[u] = float(hit["quantity"].sum()) * float(table.get(u, 0.0))
    weights = {u: q for u, q in weights.items() if q > 0}
    if not weights:
        raise DataError(
            f"mixes, demands: {', '.join(wanted)} in {region} takes no LFP cells that could switch."
        )
    return list(weights), weights


def _cells(world: World, firm: str) -> float:
    """LFP cells of a firm from the cathode it needs, GWh/yr."""
    flows, needs = world["flows"], world["needs"]
    each = float(
        flows.loc[(flows["process"] == CELL) & (flows["commodity"] == "lfp_cathode"), "coefficient"].iloc[0]
    )
    mine = needs[(needs["firm"] == firm) & (needs["commodity"] == "lfp_cathode")]
    if not float(mine["quantity"].sum()) > 0:
        have = sorted(set(needs.loc[needs["commodity"] == "lfp_cathode", "firm"]))
        raise DataError(
            f"needs: {firm!r} needs no lfp_cathode, so it has no LFP cells to switch; these do: {', '.join(have)}."
        )
    return float(mine["quantity"].sum()) / each


def _source(world: World, firm: str) -> str:
    needs = world["needs"]
    return str(needs.loc[(needs["firm"] == firm) & (needs["commodity"] == "lfp_cathode"), "source"].iloc[0])
