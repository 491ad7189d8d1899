"""Output of projects that may fail or be late: its mean in closed form, and draws.

A project of capacity C, used to the degree u, is to start at s and to reach full output over R years. It succeeds with
the chance p and is late by a delay D, exponential with mean μ. Output in the middle of year t, at τ = t + 1/2 - s, is

    C u · 1[success] · clip((τ - D) / R, 0, 1)

and since clip((τ-D)/R, 0, 1) is the mean of 1[D < v] over v in (τ - R, τ), its mean over D is

    m(τ) = (G(τ) - G(τ - R)) / R,   G(v) = v - μ (1 - exp(-v/μ)) for v > 0, else 0

so that expected output is C u p m(τ).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from oreflow.atlas.world import World
from oreflow.errors import DataError
from oreflow.outlook.activity import BASE, YEARS
from oreflow.outlook.drivers import Values, tilt
from oreflow.outlook.levers import Moves

Floats = NDArray[np.float64]

DEVELOPMENTS = ("restart", "construction", "committed", "evaluation", "exploration")
"""How far a project has come, the furthest first."""
TITLES = {
    "restart": "Restarts",
    "construction": "Under construction",
    "committed": "With permits and finance",
    "evaluation": "Under study",
    "exploration": "Explored",
}
_BEFORE_PERMITS = ("evaluation", "exploration")


def expected_share(since: ArrayLike, growth: ArrayLike, delay: ArrayLike) -> Floats:
    """Return the mean share of full output that a project has reached.

    Args:
        since: Years since the planned start; shape (...).
        growth: Years from first output to full, above 0.
        delay: Mean of the exponential delay in years, 0 or more.

    Returns:
        Shape (...), from 0 to 1.

    Raises:
        DataError: A growth is not above 0, or a delay is below 0.
    """
    tau, r, mu = (np.asarray(v, dtype=float) for v in (since, growth, delay))
    if not (r > 0).all() or (mu < 0).any():
        raise DataError(
            f"projects: growth must be above 0 and the delay not below 0 (growth {growth!r}, delay {delay!r})."
        )
    return np.asarray(np.clip((_area(tau, mu) - _area(tau - r, mu)) / r, 0.0, 1.0))


def _area(v: Floats, mu: Floats) -> Floats:
    """Area under the distribution of the delay up to v."""
    v = np.maximum(v, 0.0)
    safe = np.where(mu > 0, mu, 1.0)
    return np.asarray(np.where(mu > 0, v + safe * np.expm1(-v / safe), v))


def share(since: ArrayLike, growth: ArrayLike, late: ArrayLike) -> Floats:
    """Return the share of full output that a project late by a known delay has reached.

    Args:
        since: Years since the planned start.
        growth: Years from first output to full, above 0.
        late: Delay in years.
    """
    tau, r, d = (np.asarray(v, dtype=float) for v in (since, growth, late))
    return np.asarray(np.clip((tau - d) / r, 0.0, 1.0))


@dataclass(frozen=True, slots=True, eq=False)
class Pipeline:
    """Projects of a world, ready for draws.

    Attributes:
        name: Shape (projects,), keys.
        title: Shape (projects,), names in plain words.
        process: Shape (projects,).
        region: Shape (projects,).
        development: Shape (projects,), how far each has come.
        capacity: Shape (3, projects): value, low, high; unit of the process's output a year.
        odds: Shape (3, projects).
        years: Shape (3, projects), years from 2025 to first output where no start is announced.
        start: Shape (projects,), announced year of first output; NaN where none is.
        growth: Shape (projects,), years from first output to full; NaN: the parameter.
        lead: Shape (3, projects), lead time of the country over the average.
        foreseen: Shape (projects,), whether an agency's path by country holds it.
        ramp: Years from first output to full where a project has none of its own.
    """

    name: NDArray[np.str_]
    title: NDArray[np.str_]
    process: NDArray[np.str_]
    region: NDArray[np.str_]
    development: NDArray[np.str_]
    capacity: Floats
    odds: Floats
    years: Floats
    start: Floats
    growth: Floats
    lead: Floats
    foreseen: NDArray[np.bool_]
    ramp: float

    def chances(self, of: Values, moves: Moves) -> Floats:
        """Return the odds of each project.

        Args:
            of: Driver ``project_odds``.
            moves: What policies move.

        Returns:
            Shape (draws, projects).
        """
        odds = np.clip(tilt(self.odds, of["project_odds"]), 0.0, 1.0)
        for d in DEVELOPMENTS:
            here = self.development == d
            odds[:, here] = moves.odds(odds[:, here], d)
        return np.asarray(np.clip(odds, 0.0, 1.0))

    def starts(self, of: Values, moves: Moves) -> Floats:
        """Return the planned year of first output of each project.

        Args:
            of: Drivers ``project_years``, ``lead_time`` and ``permit_share``.
            moves: What policies move.

        Returns:
            Shape (draws, projects).
        """
        years = tilt(self.years, of["project_years"])
        lead = tilt(self.lead, of["lead_time"])
        part = np.where(np.isin(self.development, _BEFORE_PERMITS), of["permit_share"], 0.0)
        planned = BASE + years * (1.0 - part + part * lead * moves.permit_time())
        return np.asarray(np.where(np.isnan(self.start), planned, self.start))

    def sizes(self, of: Values) -> Floats:
        """Return the full output of each project, shape (draws, projects)."""
        return np.asarray(tilt(self.capacity, of["project_capacity"]) * of["project_use"])

    def output(self, of: Values, moves: Moves, *, rng: np.random.Generator | None = None) -> Floats:
        """Return the output of each project in each year.

        Args:
            of: Drivers.
            moves: What policies move.
            rng: Generator for success and delay; without it the mean over both.

        Returns:
            Shape (draws, projects, years).
        """
        n, projects = of["project_odds"].shape[0], len(self.name)
        growth = np.where(np.isnan(self.growth), self.ramp, self.growth)[None, :, None]
        since = YEARS + 0.5 - self.starts(of, moves)[..., None]
        full = self.sizes(of)[..., None]
        odds = self.chances(of, moves)
        if rng is None:
            reached = expected_share(since, growth, of["project_delay"][..., None]) * odds[..., None]
        else:
            built = rng.random((n, projects)) < odds
            late = rng.exponential(1.0, (n, projects)) * of["project_delay"]
            reached = share(since, growth, late[..., None]) * built[..., None]
        return np.asarray(full * reached)


def pipeline(world: World, processes: set[str]) -> Pipeline:
    """Return the projects of some processes.

    Args:
        world: World with ``projects`` and ``parameters``.
        processes: Processes wanted.

    Raises:
        DataError: A parameter is missing.
    """
    t = world.projects
    t = t[t["process"].isin(processes)].sort_values("project", kind="stable")
    ranges = world.parameters.set_index("parameter")[["value", "low", "high"]].astype(float)

    def of(name: str) -> Floats:
        if name not in ranges.index:
            raise DataError(f"parameters: no row {name!r}, which the outlook needs. Lay it over the world.")
        return ranges.loc[name].to_numpy()

    mean = of("mine_to_market_years")[0]
    leads = {
        r: of(f"lead_time_{r.lower()}") / mean
        for r in set(t["region"])
        if f"lead_time_{r.lower()}" in ranges.index
    }
    developments = t["development"].to_numpy(dtype=str)
    lead = np.array([leads.get(str(r), np.ones(3)) for r in t["region"]]).reshape(-1, 3).T
    odds = np.array([of(f"project_odds_{d}") for d in developments]).reshape(-1, 3).T
    foreseen = t["source"].str.contains("iea_critical_minerals").to_numpy(dtype=bool)
    # What is under construction has its permits; an agency's base case has weighed its countries already.
    settled = (developments == "construction") | foreseen
    odds = np.where(settled, odds, odds * _country_odds(world, [str(r) for r in t["region"]], of))
    years = np.array([of(f"project_years_{d}") for d in developments]).reshape(-1, 3).T
    capacity = t[["capacity", "capacity_low", "capacity_high"]].to_numpy(dtype=float).T
    start = t["start"].to_numpy(dtype=float)
    return Pipeline(
        t["project"].to_numpy(dtype=str),
        t["name"].to_numpy(dtype=str),
        t["process"].to_numpy(dtype=str),
        t["region"].to_numpy(dtype=str),
        developments,
        capacity,
        odds,
        years,
        np.where(start > 0, start, np.nan),
        t["growth_years"].to_numpy(dtype=float),
        lead,
        foreseen,
        float(of("project_ramp")[0]),
    )


def _country_odds(world: World, regions: list[str], of: Callable[[str], Floats]) -> Floats:
    """Factor on the odds by country: less where politics are less stable, and where a parameter says so; (3, projects).

    Odds are lowest where the exponent is highest, so its ends change places.
    """
    b = of("project_odds_governance")[[0, 2, 1]]
    known = set(world.parameters["parameter"])
    stability = dict(zip(world.regions["region"], world.regions["governance"].astype(float), strict=True))
    found = {}
    for r in set(regions):
        g = stability.get(r, 0.0)
        factor = np.exp(b * min(0.0, g if g == g else 0.0))
        own = f"project_odds_{r.lower()}"
        found[r] = factor * of(own) if own in known else factor
    return np.array([found[r] for r in regions]).reshape(-1, 3).T
