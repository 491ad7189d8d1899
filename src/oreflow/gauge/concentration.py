"""How concentrated supply is: Herfindahl-Hirschman index, N-1 share, largest source.

Sources of the methods: Herfindahl (1950) and Hirschman (1945) for the index, as used by Rhoades (1993) on the
0 to 1 scale; the N-1 measures as in the IEA's Global Critical Minerals Outlook (2025), the supply that is left
when the largest source is gone.

**Other countries.** Statistics end in a line "other countries" (``OTH`` in the tables) that hides several small
producers, and some countries are withheld. Three conventions are offered, by name:

- ``exclude`` (the default): shares are taken among the countries that are named; the line is left out of the
  numerator and of the total. This one reproduces the published values for MCS 2026.
- ``one``: the line counts as one more country, an upper bound on what it adds to the index.
- ``spread``: the line counts in the total, but is taken as so many small producers that its squares vanish, a
  lower bound.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from oreflow.atlas.world import World
from oreflow.errors import DataError, UnknownNameError, UsageError

OTHER = "OTH"
Other = Literal["exclude", "one", "spread"]


def shares(quantities: ArrayLike) -> NDArray[np.float64]:
    """Return quantities as shares of their sum.

    Args:
        quantities: Shape (n,), in one unit, none negative.

    Returns:
        Shape (n,), summing to 1.

    Raises:
        DataError: A quantity is negative or not finite, or all are zero.
    """
    q = np.asarray(quantities, dtype=float).ravel()
    if q.size == 0 or not np.isfinite(q).all() or (q < 0).any():
        raise DataError(
            f"shares need at least one quantity, all finite and none negative; got {q.tolist()[:10]}."
        )
    total = float(q.sum())
    if total <= 0:
        raise DataError("shares of nothing: all quantities are zero.")
    return np.asarray(q / q.max() / (q / q.max()).sum(), dtype=float)


def hhi(quantities: ArrayLike) -> float:
    """Return the Herfindahl-Hirschman index, the sum of squared shares.

    Args:
        quantities: Shape (n,), supply by source in one unit.

    Returns:
        Between 1/n (equal sources) and 1 (one source); multiply by 10,000 for the scale of antitrust.
    """
    return float(np.square(shares(quantities)).sum())


def largest_share(quantities: ArrayLike) -> float:
    """Return the share of the largest source, 0 to 1.

    Args:
        quantities: Shape (n,), supply by source in one unit.
    """
    return float(shares(quantities).max())


def n_minus_1_share(quantities: ArrayLike) -> float:
    """Return the share of supply that is left without the largest source, 0 to 1.

    Args:
        quantities: Shape (n,), supply by source in one unit.
    """
    return 1.0 - largest_share(quantities)


def n_minus_1_cover(supply: ArrayLike, demand: float) -> float:
    """Return the IEA's N-1: supply without the largest source over demand.

    Args:
        supply: Shape (n,), supply by source.
        demand: All demand, in the same unit.

    Returns:
        1 or more when the others could meet all demand; below 1 the share of it that they could.

    Raises:
        DataError: Demand is not positive.
    """
    if not demand > 0:
        raise DataError(f"the N-1 cover needs a demand above zero, got {demand}.")
    q = np.asarray(supply, dtype=float).ravel()
    shares(q)
    return float((q.sum() - q.max()) / demand)


@dataclass(frozen=True, slots=True)
class Concentration:
    """Concentration of one commodity at one stage, as one edition counts it.

    Attributes:
        commodity: Commodity.
        stage: Stage that the statistic counts.
        year: Calendar year.
        edition: Edition of the figures.
        unit: Unit of the quantities, a year.
        hhi: Herfindahl-Hirschman index, 0 to 1.
        n_minus_1: Share left without the largest source, 0 to 1.
        largest: ISO-3 code of the largest source.
        largest_share: Its share, 0 to 1.
        countries: Number of countries that produce and are named.
        named: Quantity of the named countries.
        other: Quantity of "other countries".
        convention: How "other countries" is treated.
        source: Keys of the sources, joined by ``;``.
        quality: Weakest quality among the rows.
    """

    commodity: str
    stage: str
    year: int
    edition: str
    unit: str
    hhi: float
    n_minus_1: float
    largest: str
    largest_share: float
    countries: int
    named: float
    other: float
    convention: str
    source: str
    quality: str


def concentration(
    world: World,
    commodity: str,
    *,
    stage: str | None = None,
    year: int | None = None,
    edition: str | None = None,
    other: Other = "exclude",
) -> Concentration:
    """Return the concentration of production of a commodity.

    Args:
        world: World with a ``production`` table.
        commodity: Commodity.
        stage: Stage the statistic counts; by default the first of mine, refined, smelter, component, cell.
        year: Calendar year; by default the latest of the edition.
        edition: Edition; by default the newest that counts the latest year.
        other: Treatment of "other countries" (see the module).

    Returns:
        The measures, with edition and sources.

    Raises:
        UnknownNameError: No production rows for the commodity, stage, year or edition.
        UsageError: The convention is unknown.
    """
    if other not in get_args(Other):
        raise UnknownNameError("convention for other countries", other, get_args(Other))
    rows = production_rows(world, commodity, stage=stage, year=year, edition=edition)
    by_country = rows.groupby("country", sort=True)["quantity"].sum()
    rest = float(by_country.get(OTHER, 0.0))
    named = by_country.drop(OTHER, errors="ignore")
    named = named[named > 0]
    if named.empty:
        raise DataError(f"production, {commodity}: no country with production in {rows['year'].iloc[0]}.")
    q = named.to_numpy(dtype=float)
    largest = str(named.index[int(np.argmax(q))])
    if other == "exclude" or rest <= 0:
        total, squares = q.sum(), float(np.square(q).sum())
    else:
        total = q.sum() + rest
        squares = float(np.square(q).sum()) + (rest**2 if other == "one" else 0.0)
    units = dict(zip(world.commodities["commodity"], world.commodities["unit"], strict=True))
    return Concentration(
        commodity=commodity,
        stage=str(rows["stage"].iloc[0]),
        year=int(rows["year"].iloc[0]),
        edition=str(rows["edition"].iloc[0]),
        unit=f"{units.get(commodity, 't')}/yr",
        hhi=squares / float(total) ** 2,
        n_minus_1=1.0 - float(q.max()) / float(total),
        largest=largest,
        largest_share=float(q.max()) / float(total),
        countries=len(q),
        named=float(q.sum()),
        other=rest,
        convention=other,
        source=joined(rows["source"]),
        quality=weakest(rows["quality"]),
    )


def production_rows(
    world: World,
    commodity: str,
    *,
    stage: str | None = None,
    year: int | None = None,
    edition: str | None = None,
) -> pd.DataFrame:
    """Return the production rows of one commodity, stage, year and edition.

    Two editions may disagree on one year and both are kept; they are never mixed here.

    Args:
        world: World with a ``production`` table.
        commodity: Commodity.
        stage: Stage; by default the most upstream one that has rows.
        year: Year; by default the latest.
        edition: Edition; by default the newest (by the year in its name) that has the year.

    Returns:
        Rows of the ``production`` table, at least one.

    Raises:
        UnknownNameError: Nothing is there; the message lists what is.
    """
    table = world.production
    rows = table[table["commodity"] == commodity]
    if rows.empty:
        raise UnknownNameError(
            "commodity", commodity, sorted(set(table["commodity"])), where="table production"
        )
    order = ["mine", "refined", "smelter", "component", "cell"]
    present = [s for s in order if (rows["stage"] == s).any()]
    rows = _pick(rows, "stage", stage if stage is not None else present[0], commodity)
    if edition is not None:
        rows = _pick(rows, "edition", edition, commodity)
    rows = _pick(rows, "year", year if year is not None else int(rows["year"].max()), commodity)
    if edition is None:
        rows = rows[rows["edition"] == newest(sorted(set(rows["edition"])))]
    return rows


def newest(editions: Sequence[str]) -> str:
    """Return the edition with the highest year in its name; of equals the first in alphabetical order.

    Args:
        editions: Names such as ``MCS 2026``.
    """
    if not editions:
        raise UsageError("no edition to choose from.")
    return max(sorted(editions), key=lambda e: max((int(y) for y in re.findall(r"\d{4}", e)), default=0))


def joined(values: pd.Series) -> str:
    """Return the distinct source keys of a column, in order of appearance, joined by ``;``."""
    return ";".join(dict.fromkeys(part for v in values for part in str(v).split(";") if part))


def weakest(values: pd.Series) -> str:
    """Return the weakest quality among rows: assumed, imputed, derived, then reported."""
    present = set(values)
    return next((q for q in ("assumed", "imputed", "derived", "reported") if q in present), "")


def _pick(rows: pd.DataFrame, column: str, value: object, commodity: str) -> pd.DataFrame:
    picked = rows[rows[column] == value]
    if picked.empty:
        known = sorted({str(v) for v in rows[column]})
        raise UnknownNameError(
            column, str(value), known, where=f"table production, {commodity} (has {', '.join(known)})"
        )
    return picked
