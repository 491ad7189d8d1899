r"""Regimes (calm, tight, embargo…) as a Markov chain: set by the user, or estimated, with its range.

Estimators, each with a posterior range:

* **policies**: dated export measures of the table ``policies``. Licences and bans by the origins in question on the
  minerals in question are counted over T years; with the gamma prior of the hazards (a measures in b years) the rate
  is (n + a)/(T + b) a year, as in `oreflow.atlas.build.hazards`. What has begun ends at one over the expected length
  of its law (table ``laws``), lengths counted up to ten years. In continuous time

      Q = [[·, λ_licence, λ_ban], [μ_licence, ·, λ_ban], [0, μ_ban, ·]],    P = exp(Q/4) a quarter:

  a ban ends in licences, as that of gallium did in 2025, and licences end in calm.
* **prices**: a monthly price series by quarters. A quarter is dear where its mean price is above the mean of the five
  years before it by a share; transitions are counted, half a count added to each (Jeffreys' prior, Dirichlet):
  P_ij = (n_ij + ½)/(n_i + k/2).
* **draws**: the ensemble's own futures of the hazards, over three years of quarters. A quarter is squeezed where the
  price at the focal node is above the mean of all by a share; transitions are counted over all futures in the same
  way.
* **a matrix** that the user gives, checked.

Independent chains are joined as their product: P = P₁ ⊗ P₂.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy import linalg, stats

from oreflow.atlas import World
from oreflow.errors import DataError, UnknownNameError, UsageError
from oreflow.market.network import Floats
from oreflow.shock.laws import law

QUARTERS = 4
COUNTED_YEARS = 10
"""Longest length of a measure that is counted, years."""
TRAILING = 20
"""Quarters whose mean price a quarter is compared with."""
SETTLED = 4
"""Quarters after which a future has its share of hazards."""
SUM = 1e-6


@dataclass(frozen=True)
class Chain:
    """A Markov chain by quarters.

    Attributes:
        names: Regimes.
        matrix: Chance of going from one (row) to another (column) in a quarter, shape (k, k).
        low: Low end of each chance (5 %), shape (k, k); equal to `matrix` where the user gave it.
        high: High end (95 %).
        source: Keys of its sources, joined by ``;``.
        quality: How it is known.
        how: How it was found, in words.
        level: Price level of each regime relative to the first, by commodity; empty where it has none.
    """

    names: tuple[str, ...]
    matrix: Floats
    low: Floats
    high: Floats
    source: str
    quality: str
    how: str
    level: dict[str, tuple[float, ...]]

    def __post_init__(self) -> None:
        checked(self.matrix, self.names)

    def stationary(self) -> Floats:
        """Return the share of time spent in each regime in the long run, shape (k,)."""
        return stationary(self.matrix)

    def quarters(self) -> Floats:
        """Return how long each regime lasts on average, quarters, shape (k,)."""
        stay = np.diag(self.matrix)
        return np.divide(1.0, 1.0 - stay, out=np.full_like(stay, np.inf), where=stay < 1.0)


def checked(matrix: ArrayLike, names: Sequence[str], *, where: str = "regimes") -> Floats:
    """Return a matrix of chances, checked.

    Args:
        matrix: Shape (k, k).
        names: Regimes.
        where: Place for messages.

    Returns:
        The matrix, rows scaled to sum to one exactly.

    Raises:
        DataError: It is not square, or a row is no distribution; the row is named.
    """
    given = np.asarray(matrix, dtype=float)
    k = len(names)
    if given.shape != (k, k):
        raise DataError(f"{where}: the matrix has shape {given.shape}; {k} regimes ask for ({k}, {k}).")
    for name, row in zip(names, given, strict=True):
        told = ", ".join(f"{v:g}" for v in row)
        if not np.isfinite(row).all() or (row < 0).any() or abs(row.sum() - 1.0) > SUM:
            raise DataError(
                f"{where}: row {name!r} ({told}) is no distribution: it sums to {row.sum():g}. Chances are at least "
                "0 and sum to 1."
            )
    scaled: Floats = given / given.sum(axis=1, keepdims=True)
    return scaled


def stationary(matrix: ArrayLike) -> Floats:
    """Return the stationary distribution π = π·P of a chain with one recurrent class.

    Args:
        matrix: Shape (k, k).

    Returns:
        Shape (k,).

    Raises:
        DataError: There is more than one.
    """
    p = np.asarray(matrix, dtype=float)
    k = len(p)
    system = np.vstack([p.T - np.eye(k), np.ones(k)])
    if np.linalg.matrix_rank(system, tol=1e-10) < k:
        raise DataError("regimes: the chain falls apart into classes that never meet. Join them by a chance.")
    found, *_ = np.linalg.lstsq(system, np.append(np.zeros(k), 1.0), rcond=None)
    out: Floats = np.maximum(found, 0.0) / np.maximum(found, 0.0).sum()
    return out


def given(names: Sequence[str], matrix: ArrayLike, *, source: str = "spec", where: str = "regimes") -> Chain:
    """Return a chain that the user set.

    Args:
        names: Regimes.
        matrix: Chances a quarter.
        source: Where it is from.
        where: Place for messages.

    Returns:
        The chain.

    Raises:
        DataError: A row is no distribution.
    """
    p = checked(matrix, names, where=where)
    return Chain(tuple(names), p, p, p, source, "assumed", "Set in the specification.", {})


def counted(path: ArrayLike, names: Sequence[str], *, prior: float = 0.5, source: str, how: str) -> Chain:
    """Estimate a chain from a path, or several, by counting.

    Args:
        path: Regime numbers by quarter, shape (T,), or (n, T) for several paths.
        names: Regimes.
        prior: Added to each count.
        source: Where the path is from.
        how: How it was found, in words.

    Returns:
        Posterior mean, with the 5 and 95 % points of each chance (beta marginals of the Dirichlet).
    """
    paths = np.atleast_2d(np.asarray(path, dtype=np.int64))
    k = len(names)
    n = np.full((k, k), float(prior))
    np.add.at(n, (paths[:, :-1].ravel(), paths[:, 1:].ravel()), 1.0)
    total = n.sum(axis=1, keepdims=True)
    low, high = (np.asarray(stats.beta.ppf(q, n, np.maximum(total - n, 1e-12))) for q in (0.05, 0.95))
    return Chain(tuple(names), n / total, low, high, source, "derived", how, {})


def from_policies(
    world: World,
    minerals: Sequence[str],
    origins: frozenset[str],
    names: Sequence[str] = ("calm", "tight", "embargo"),
) -> Chain:
    """Estimate calm, tight (licences) and embargo (bans) from dated export measures.

    Args:
        world: World, for its tables of policies, laws and parameters.
        minerals: Minerals of the reserve.
        origins: Regions whose measures count.
        names: What the three are called.

    Returns:
        The chain.

    Raises:
        UsageError: Other than three names are given.
    """
    if len(names) != 3:
        raise UsageError(f"the chain of export measures has three regimes, not {len(names)}.")
    first = int(world.parameter("policy_history_from"))
    years = world.parameter("policy_history_years")
    prior, base = world.parameter("policy_prior_events"), world.parameter("policy_prior_years")
    mineral = dict(zip(world.commodities["commodity"], world.commodities["mineral"], strict=True))
    table = world.policies
    seen: dict[str, set[tuple[str, str]]] = {"licence": set(), "ban": set()}
    for row in table.to_dict("records"):
        of = mineral.get(str(row["commodity"]), "")
        year = str(row["start"])[:4]
        if (
            row["kind"] in seen
            and of in minerals
            and row["origin"] in origins
            and year.isdigit()
            and first <= int(year) < first + years
        ):
            # A measure on several forms of a mineral is one; so is one on several minerals on one day.
            seen[row["kind"]].add((str(row["origin"]), str(row["start"])[:10]))
    count = {kind: len(found) for kind, found in seen.items()}
    length = {
        kind: _expected_years(world, name)
        for kind, name in (("licence", "licence_regime"), ("ban", "export_ban"))
    }

    def chain(licence: float, ban: float) -> Floats:
        q = np.array(
            [
                [0.0, licence, ban],
                [1.0 / length["licence"], 0.0, ban],
                [0.0, 1.0 / length["ban"], 0.0],
            ]
        )
        np.fill_diagonal(q, -q.sum(axis=1))
        p: Floats = np.maximum(linalg.expm(q / QUARTERS), 0.0)
        scaled: Floats = p / p.sum(axis=1, keepdims=True)
        return scaled

    def rate(kind: str, share: float | None = None) -> float:
        shape, scale = count[kind] + prior, years + base
        return shape / scale if share is None else float(stats.gamma.ppf(share, shape) / scale)

    middle = chain(rate("licence"), rate("ban"))
    ends = [chain(rate("licence", q), rate("ban", q)) for q in (0.05, 0.95)]
    return Chain(
        tuple(names),
        middle,
        np.minimum(*ends),
        np.maximum(*ends),
        "oreflow;usgs_mcs_2026",
        "derived",
        f"{_times(count['licence'], 'licence')} and {_times(count['ban'], 'ban')} by {', '.join(sorted(origins))} on "
        f"{' and '.join(minerals)} from {first} to {first + int(years) - 1} (table policies), with a prior of "
        f"{prior:g} in {base:g} years: {rate('licence'):.3f} and {rate('ban'):.3f} a year. They last "
        f"{length['licence']:.1f} and {length['ban']:.1f} years (table laws, counted up to {COUNTED_YEARS} years).",
        {},
    )


def _times(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _expected_years(world: World, name: str) -> float:
    months = np.arange(0.0, 12.0 * COUNTED_YEARS + 0.5, 0.5)
    left = 1.0 - law(world, name).cdf(months)
    return float(np.trapezoid(left, months) / 12.0)


def from_prices(
    world: World, commodity: str, *, above: float = 0.15, names: Sequence[str] = ("usual", "dear")
) -> Chain:
    """Estimate a usual and a dear price level from a monthly series.

    Args:
        world: World, for its table of prices.
        commodity: Commodity with a monthly series.
        above: Share above the mean of the five years before from which on a quarter is dear.
        names: What the two are called.

    Returns:
        The chain; `level` has the mean price of each state relative to the first.

    Raises:
        UsageError: The share is not positive, or there are not two names.
        DataError: There is no monthly series, it is too short, or no quarter is dear.
    """
    if not above > 0 or len(names) != 2:
        raise UsageError("a chain of prices needs two names, and a share above 0.")
    month, price, region, source = monthly(world, commodity)
    quarter = np.array([int(m[:4]) * QUARTERS + (int(m[5:7]) - 1) // 3 for m in month])
    which, at = np.unique(quarter, return_inverse=True)
    mean = np.bincount(at, weights=price) / np.bincount(at)
    if len(mean) <= TRAILING + 8:
        raise DataError(
            f"prices: {commodity} in {region} has {len(mean)} quarters; {TRAILING + 9} are needed to compare each with "
            "the five years before it. Give the matrix in the specification."
        )
    before = np.array([mean[i - TRAILING : i].mean() for i in range(TRAILING, len(mean))])
    ratio = mean[TRAILING:] / before
    state = (ratio > 1.0 + above).astype(np.int64)
    if state.all() or not state.any():
        raise DataError(
            f"prices: no quarter of {commodity} changes between usual and dear at {above:.0%}. Choose another share."
        )
    first, last = which[TRAILING], which[-1]
    chain = counted(
        state,
        names,
        source=source,
        how=f"Quarters of {commodity.replace('_', ' ')} from {_label(first)} to {_label(last)}, {names[1]} "
        "where the mean "
        f"price is more than {above:.0%} above that of the five years before: {int(state.sum())} of {len(state)}.",
    )
    mean_ratio = [float(ratio[state == s].mean()) for s in (0, 1)]
    return replace(chain, level={commodity: (1.0, mean_ratio[1] / mean_ratio[0])})


def from_draws(ratio: ArrayLike, commodity: str, *, above: float, names: Sequence[str]) -> Chain:
    """Estimate a usual and a squeezed market from futures of the hazards.

    Args:
        ratio: Prices relative to the base by future and quarter, shape (n, T).
        commodity: Commodity.
        above: Share above the base from which on a quarter is squeezed.
        names: What the two are called.

    Returns:
        The chain; `level` has the mean price of each state relative to the first.

    Raises:
        UsageError: The share is not positive, or there are not two names.
        DataError: No quarter is squeezed, or every one.
    """
    if not above > 0 or len(names) != 2:
        raise UsageError("a chain of draws needs two names, and a share above 0.")
    paths = np.asarray(ratio, dtype=float)
    # Futures begin without a hazard; after a year they have their share of them, as the base year had.
    paths = paths[:, SETTLED:] / paths[:, SETTLED:].mean() if paths.shape[1] > 2 * SETTLED else paths
    state = (paths > 1.0 + above).astype(np.int64)
    if state.all() or not state.any():
        raise DataError(
            f"regimes: in {len(paths)} futures the price of {commodity} is never, or always, more than "
            f"{above:.0%} above "
            f"its base; it lies between {paths.min():.2f} and {paths.max():.2f} of it. Choose another share."
        )
    chain = counted(
        state, names, source="oreflow",
        how=f"{len(paths)} futures of the hazards over {paths.shape[1]} quarters, {names[1]} where the price of "
        f"{commodity.replace('_', ' ')} is more than {above:.0%} above its mean: {state.mean():.0%} of all quarters.",
    )  # fmt: skip
    usual, squeezed = (float(paths[state == s].mean()) for s in (0, 1))
    return replace(chain, level={commodity: (1.0, squeezed / usual)})


def monthly(world: World, commodity: str) -> tuple[list[str], Floats, str, str]:
    """Return the longest monthly price series of a commodity: months, prices, region and source.

    Raises:
        UnknownNameError: The commodity has no prices.
        DataError: None of its series is monthly.
    """
    table = world.prices
    mine = table[table["commodity"] == commodity]
    if not len(mine):
        raise UnknownNameError("commodity", commodity, sorted(set(table["commodity"])), where="table prices")
    mine = mine[mine["period"].astype(str).str.fullmatch(r"\d{4}-\d{2}")]
    if not len(mine):
        raise DataError(f"prices: {commodity} has no monthly series. Give the matrix in the specification.")
    region = str(mine["region"].value_counts().index[0])
    mine = mine[mine["region"] == region].sort_values("period")
    return (
        [str(p) for p in mine["period"]],
        mine["value"].to_numpy(dtype=float),
        region,
        str(mine["source"].iloc[0]),
    )


def _label(quarter: int) -> str:
    return f"{quarter // QUARTERS} Q{quarter % QUARTERS + 1}"


def product(chains: Sequence[Chain]) -> Chain:
    """Join chains that do not depend on each other.

    Args:
        chains: One or more.

    Returns:
        Their product; a regime of it is named after all of its parts but the first names of the later chains.
    """
    out = chains[0]
    for other in chains[1:]:
        names = tuple(a if j == 0 else f"{a}, {b}" for a in out.names for j, b in enumerate(other.names))
        k, m = len(out.names), len(other.names)
        level = {c: tuple(np.repeat(v, m)) for c, v in out.level.items()}
        level |= {c: tuple(np.tile(v, k)) for c, v in other.level.items()}
        sources = dict.fromkeys([*out.source.split(";"), *other.source.split(";")])
        out = Chain(
            names,
            _kron(out.matrix, other.matrix),
            _kron(out.low, other.low),
            _kron(out.high, other.high),
            ";".join(sources),
            "derived" if "derived" in (out.quality, other.quality) else out.quality,
            f"{out.how} {other.how}",
            level,
        )
    return out


def _kron(a: Floats, b: Floats) -> Floats:
    return np.asarray(np.kron(a, b), dtype=np.float64)
