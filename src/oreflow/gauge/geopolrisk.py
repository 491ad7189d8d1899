"""GeoPolRisk: production concentration times imports weighted by the instability of where they come from.

    score = HHI · WTA,      WTA = Σ_i g_i f_i / (p + F)

with g_i the instability of exporter i (0 stable to 1), f_i imports from i, F = Σ f_i all imports, p domestic
production. The score is a dimensionless number from 0 to 1; times a price it is the value at risk per tonne used.
Method: Gemechu et al. (2015), J. Ind. Ecol. 20(1); Helbig et al. (2016), J. Clean. Prod. 137 (domestic
production); Santillán-Saldivar et al. (2022), Int. J. LCA 27 (midpoint); Koyamparambath et al. (2024), Resour.
Conserv. Recycl. 209, 107801.

Instability is the World Bank's governance indicator "political stability and absence of violence", estimate from
about -2.5 to 2.5, turned round and put on 0 to 1. Where an exporter has none the middle, 0.5, stands in, and the
result says for what share of imports.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from oreflow.atlas.world import World
from oreflow.errors import DataError, UnknownNameError
from oreflow.gauge.concentration import concentration, joined, weakest
from oreflow.gauge.domestic import made_by_region

UNKNOWN_INSTABILITY = 0.5
"""Stands in where an exporter has no indicator: the middle of the scale, as the method's authors do."""


@dataclass(frozen=True, slots=True)
class GeoPolRisk:
    """Result of the method.

    Attributes:
        score: HHI times import risk, 0 to 1.
        import_risk: Weighted trade average (WTA), 0 to 1.
        hhi: Concentration of world production, 0 to 1.
        weighted_imports: Σ g·f, in the unit of the imports.
        imports: F, in the unit of the imports.
        production: Domestic production p, same unit.
        unknown_share: Share of imports whose exporter has no indicator.
        year: Year of the imports.
        edition: Edition of the production behind the HHI; empty when the HHI was given.
        source: Source keys, joined by ``;``.
        quality: Weakest quality among the rows.
    """

    score: float
    import_risk: float
    hhi: float
    weighted_imports: float
    imports: float
    production: float
    unknown_share: float = 0.0
    year: int = 0
    edition: str = ""
    source: str = ""
    quality: str = ""


def instability(estimate: ArrayLike) -> NDArray[np.float64]:
    """Turn the governance estimate into instability on 0 to 1.

    Args:
        estimate: Political stability, about -2.5 (worst) to 2.5; NaN where unknown.

    Returns:
        (2.5 - estimate) / 5 within 0 to 1; `UNKNOWN_INSTABILITY` where the estimate is NaN.
    """
    e = np.asarray(estimate, dtype=float)
    return np.where(np.isnan(e), UNKNOWN_INSTABILITY, np.clip((2.5 - e) / 5.0, 0.0, 1.0))


def import_risk(imports: ArrayLike, instabilities: ArrayLike, production: float) -> float:
    """Return the weighted trade average Σ g·f / (p + F).

    Args:
        imports: Shape (n,), imports by exporter.
        instabilities: Shape (n,), 0 to 1.
        production: Domestic production, in the unit of the imports.

    Returns:
        0 to 1.

    Raises:
        DataError: Shapes differ, a figure is negative, or there are neither imports nor production.
    """
    f = np.asarray(imports, dtype=float)
    g = np.asarray(instabilities, dtype=float)
    if f.shape != g.shape or (f < 0).any() or production < 0 or (g < 0).any() or (g > 1).any():
        raise DataError(
            "import risk: imports and instabilities must match, none negative, instability up to 1."
        )
    total = float(f.sum()) + production
    if total <= 0:
        raise DataError("import risk: neither imports nor production, so there is nothing to weigh.")
    return float((f * g).sum() / total)


def geopolrisk(
    concentration_hhi: float, imports: ArrayLike, instabilities: ArrayLike, production: float
) -> GeoPolRisk:
    """Return the score from its parts.

    Args:
        concentration_hhi: HHI of world production, 0 to 1.
        imports: Shape (n,), imports by exporter.
        instabilities: Shape (n,), 0 to 1.
        production: Domestic production, in the unit of the imports.

    Returns:
        Score, import risk and parts.
    """
    f = np.asarray(imports, dtype=float)
    wta = import_risk(f, instabilities, production)
    return GeoPolRisk(
        score=concentration_hhi * wta,
        import_risk=wta,
        hhi=concentration_hhi,
        weighted_imports=float((f * np.asarray(instabilities, dtype=float)).sum()),
        imports=float(f.sum()),
        production=production,
    )


def geopolrisk_of(
    world: World, commodity: str, region: str, *, year: int | None = None, edition: str | None = None
) -> GeoPolRisk:
    """Return the score of a commodity for a region from the tables ``trade``, ``regions`` and ``production``.

    Production of the region is what its plants made in the base (output of the commodity, joint products
    included). The HHI is that of the production table where it counts this commodity, else that of the plants by
    region.

    Args:
        world: World.
        commodity: Traded commodity.
        region: Importing region.
        year: Year of the trade rows; by default the latest.
        edition: Edition of the production behind the HHI; by default the newest.

    Returns:
        Score and parts, with sources.

    Raises:
        UnknownNameError: Commodity or region is unknown.
        DataError: The region neither imports nor makes it.
    """
    regions = world.regions.set_index("region")
    if region not in regions.index:
        raise UnknownNameError("region", region, regions.index)
    trade = world.trade[world.trade["commodity"] == commodity]
    made = made_by_region(world, commodity)
    if trade.empty and made.empty:
        raise UnknownNameError("traded commodity", commodity, sorted(set(world.trade["commodity"])))
    when = int(year if year is not None else (trade["year"].max() if len(trade) else 0))
    rows = trade[(trade["year"] == when) & (trade["destination"] == region)]
    f = rows["quantity"].to_numpy(dtype=float)
    estimate = regions["governance"].reindex(rows["origin"]).to_numpy(dtype=float)
    if commodity in set(world.production["commodity"]):
        c = concentration(world, commodity, edition=edition)
        index, of, sources, quality = c.hhi, c.edition, c.source, [c.quality]
    else:
        positive = made[made > 0]
        if positive.empty:
            raise DataError(
                f"GeoPolRisk: no production of {commodity} anywhere, so there is no concentration."
            )
        index = float(np.square(positive / positive.sum()).sum())
        of, sources, quality = "plants 2025", "", ["derived"]
    parts = geopolrisk(index, f, instability(estimate), float(made.get(region, 0.0)))
    total = float(f.sum())
    used = [
        sources,
        joined(rows["source"]),
        joined(world.regions.loc[world.regions["region"].isin(rows["origin"]), "source"]),
    ]
    return GeoPolRisk(
        score=parts.score,
        import_risk=parts.import_risk,
        hhi=index,
        weighted_imports=parts.weighted_imports,
        imports=total,
        production=parts.production,
        unknown_share=float(f[np.isnan(estimate)].sum() / total) if total > 0 else 0.0,
        year=when,
        edition=of,
        source=joined(pd.Series([u for u in used if u], dtype=object)),
        quality=weakest(pd.Series([*quality, *rows["quality"]], dtype=object)),
    )
