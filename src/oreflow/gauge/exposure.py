"""What a shock does to a firm or a country: tonnes without cover, and what they cost.

A firm's **uncovered tonnes** = need - own share - offtake - own stock. Only they are bought at the market's price, so
they times the change in price are what the shock costs it.

- *Own share*: the firm's equity share (that of the firms it controls included) of what its plants make under the
  shock. What its mines make covers a need further down after the yields in between; where it also owns the
  converter, the same metal is not counted twice: the larger of the two counts.
- *Offtake*: what its contracts deliver. A plant that makes less delivers less in proportion, and equity and offtake
  together never take more than a plant makes.
- *Stock* is used once over the window, spread in proportion.

A firm may state needs at several stages of one chain (cathodes, and the carbonate inside them). They overlap, so their
costs must not be added up.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from oreflow.atlas.world import World
from oreflow.errors import UnknownNameError
from oreflow.gauge.concentration import joined
from oreflow.gauge.cover import cover_of
from oreflow.gauge.window import HasData, dataset, months, plain, price, quantity, same_window


@dataclass(frozen=True, slots=True)
class Exposure:
    """Exposure of a firm to a shock in one commodity, summed over the window.

    Attributes:
        firm: Firm.
        commodity: Commodity it needs.
        region: Where it uses it.
        unit: Unit of the quantities.
        months: Length of the window.
        need: What it uses.
        own: Cover from its own plants under the shock.
        offtake: Cover from contracts under the shock.
        stock: Cover from its own stock.
        uncovered_before: Uncovered quantity without the shock.
        uncovered: Uncovered quantity under the shock.
        price_before: Mean price without the shock, USD/unit.
        price: Mean price under the shock, USD/unit.
        cost: Uncovered quantity times the change in price, period by period, USD.
        source: Source keys of need, ownership and offtakes, joined by ``;``.
    """

    firm: str
    commodity: str
    region: str
    unit: str
    months: float
    need: float
    own: float
    offtake: float
    stock: float
    uncovered_before: float
    uncovered: float
    price_before: float
    price: float
    cost: float
    source: str

    @property
    def price_change(self) -> float:
        """Change of the mean price, percent."""
        return 100.0 * (self.price / self.price_before - 1.0)

    @property
    def uncovered_share(self) -> float:
        """Uncovered part of the need under the shock, 0 to 1."""
        return self.uncovered / self.need if self.need > 0 else 0.0


def firm_exposure(
    world: World, firm: str, baseline: HasData | xr.Dataset, shock: HasData | xr.Dataset
) -> list[Exposure]:
    """Return the exposure of a firm, need by need.

    Args:
        world: World with ``needs``, ``ownership`` and ``offtakes``.
        firm: Firm.
        baseline: Outcome without the shock.
        shock: Outcome with it, over the same periods.

    Returns:
        One entry for each of the firm's needs whose node the market has; empty if it needs nothing there.

    Raises:
        UnknownNameError: The firm is unknown.
        DataError: The outcomes cover different periods.
    """
    if firm not in set(world.firms["firm"]):
        raise UnknownNameError("firm", firm, world.firms["firm"])
    base, after = dataset(baseline), dataset(shock)
    same_window(base, after)
    nodes = set(plain(after, "price").index)
    needs = world.needs[world.needs["firm"] == firm]
    needs = needs[[f"{c}@{r}" in nodes for c, r in zip(needs["commodity"], needs["region"], strict=True)]]
    if needs.empty:
        return []
    before_cover = cover_of(world, firm, needs, base, base)
    cover = cover_of(world, firm, needs, base, after)
    unit = dict(zip(world.commodities["commodity"], world.commodities["unit"], strict=True))
    periods = plain(after, "price").shape[1]
    span = months(after)
    found = []
    for i, (_, row) in enumerate(needs.iterrows()):
        stock = float(np.nan_to_num(row["stock"]))
        need = np.full(periods, float(row["quantity"]) * span / 12.0)
        short_before, _ = _short(need, before_cover.own[i] + before_cover.offtake[i], stock)
        short, used = _short(need, cover.own[i] + cover.offtake[i], stock)
        p0 = price(base, row["commodity"], row["region"]).to_numpy()
        p1 = price(after, row["commodity"], row["region"]).to_numpy()
        found.append(
            Exposure(
                firm=firm,
                commodity=str(row["commodity"]),
                region=str(row["region"]),
                unit=unit[row["commodity"]],
                months=span * periods,
                need=float(need.sum()),
                own=float(cover.own[i].sum()),
                offtake=float(cover.offtake[i].sum()),
                stock=used,
                uncovered_before=float(short_before.sum()),
                uncovered=float(short.sum()),
                price_before=float(p0.mean()),
                price=float(p1.mean()),
                cost=float(short @ (p1 - p0)),
                source=joined(pd.Series([row["source"], cover.source], dtype=object)),
            )
        )
    return found


def country_exposure(
    world: World, region: str, baseline: HasData | xr.Dataset, shock: HasData | xr.Dataset
) -> pd.DataFrame:
    """Return what a shock does to a country's imports, by commodity, summed over the window.

    Args:
        world: World the outcomes were computed from.
        region: Importing region.
        baseline: Outcome without the shock.
        shock: Outcome with it, over the same periods.

    Returns:
        One row a commodity that the region imports in the baseline or has demand for: ``imports_before``,
        ``imports``, ``imports_lost`` (units), ``imports_lost_share`` (0 to 1), ``price_before``, ``price``
        (USD/unit, mean), ``cost`` (what the imports that still come cost more, USD) and ``unserved`` (final demand
        that goes unserved beyond the baseline, units). Imports are counted when they leave.

    Raises:
        UnknownNameError: The region is unknown.
        DataError: The outcomes cover different periods.
    """
    if region not in set(world.regions["region"]):
        raise UnknownNameError("region", region, world.regions["region"])
    base, after = dataset(baseline), dataset(shock)
    same_window(base, after)
    before, now = _imports(base, region), _imports(after, region)
    unserved = _unserved(world, after, region).sub(_unserved(world, base, region), fill_value=0.0)
    unit = dict(zip(world.commodities["commodity"], world.commodities["unit"], strict=True))
    nodes = set(plain(after, "price").index)
    rows = []
    for commodity in sorted(set(before.index) | set(now.index) | set(unserved.index)):
        if f"{commodity}@{region}" not in nodes:
            continue
        p0, p1 = price(base, commodity, region), price(after, commodity, region)
        nothing = pd.Series(0.0, index=p0.index)
        m0 = before.loc[commodity] if commodity in before.index else nothing
        m1 = now.loc[commodity] if commodity in now.index else nothing
        lost = float(m0.sum() - m1.sum())
        rows.append(
            {
                "commodity": commodity,
                "unit": unit.get(commodity, ""),
                "imports_before": float(m0.sum()),
                "imports": float(m1.sum()),
                "imports_lost": lost,
                "imports_lost_share": lost / float(m0.sum()) if m0.sum() > 0 else 0.0,
                "price_before": float(p0.mean()),
                "price": float(p1.mean()),
                "cost": float((m1 * (p1 - p0)).sum()),
                "unserved": float(unserved.get(commodity, 0.0)),
            }
        )
    return pd.DataFrame(rows, columns=_COUNTRY)


_COUNTRY = [
    "commodity",
    "unit",
    "imports_before",
    "imports",
    "imports_lost",
    "imports_lost_share",
    "price_before",
    "price",
    "cost",
    "unserved",
]


def _short(need: np.ndarray, cover: np.ndarray, stock: float) -> tuple[np.ndarray, float]:
    """Return what stays uncovered by period, and the stock used, spread in proportion to the gap."""
    gap = np.maximum(need - cover, 0.0)
    used = min(stock, float(gap.sum()))
    return (gap * (1.0 - used / gap.sum()) if gap.sum() > 0 else gap), used


def _imports(data: xr.Dataset, region: str) -> pd.DataFrame:
    """Return imports by commodity and period; routes are named ``commodity:ORIGIN>DESTINATION``."""
    flow = quantity(data, "flow")
    parts = [str(r).replace(">", ":").split(":") for r in flow.index]
    here = np.array([p[-1] == region and p[1] != region for p in parts], dtype=bool)
    commodity = [p[0] for p, k in zip(parts, here, strict=True) if k]
    return flow.loc[here].groupby(commodity).sum()


def _unserved(world: World, data: xr.Dataset, region: str) -> pd.Series:
    """Return unserved final demand of a region by commodity, over the window."""
    missing = quantity(data, "unserved").sum(axis=1)
    rows = world.demands[(world.demands["region"] == region) & world.demands["demand"].isin(missing.index)]
    if rows.empty:
        return pd.Series(dtype=float)
    return missing.loc[rows["demand"]].groupby(rows["commodity"].to_numpy()).sum()
