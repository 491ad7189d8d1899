"""Policies of an outlook: rows of the atlas, and what they move."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from oreflow.atlas.world import World
from oreflow.errors import DataError, UnknownNameError
from oreflow.outlook.drivers import Values
from oreflow.outlook.place import Place, place

Floats = NDArray[np.float64]

DRIVERS = {
    "ev_sales": "electric vehicles sold, times this",
    "permit_time": "part of lead time that goes to permits, times this",
    "project_odds": "odds of projects that are not under construction, times this",
    "odds_lift": "this share of the missing odds is added for projects under study or with permits",
    "restart_odds": "odds that a plant that stands still runs again",
    "allied_share": "this share of allies' surplus comes to the region",
    "tariff": "price at home above the price abroad",
    "collection": "share collected of what reaches its end of life",
    "sodium": "share of sodium-ion, times this",
}
"""What a policy can move, and how its value is meant."""

_YEARS_TO_LONG_RUN = 20.0


@dataclass(frozen=True, slots=True)
class Lever:
    """A policy and its effect.

    Attributes:
        lever: Name.
        driver: What it moves, one of `DRIVERS`.
        value: Size.
        low: Low end.
        high: High end.
        start: First year.
        description: In plain words.
        source: Source keys.
        quality: How the size is known.
        note: What a reader must know.
    """

    lever: str
    driver: str
    value: float
    low: float
    high: float
    start: int
    description: str
    source: str
    quality: str
    note: str


@dataclass(frozen=True, slots=True)
class Moves:
    """What a set of policies moves.

    Attributes:
        levers: The policies.
    """

    levers: tuple[Lever, ...] = field(default=())

    def _of(self, driver: str) -> list[Lever]:
        return [x for x in self.levers if x.driver == driver]

    def vehicles(self, years: NDArray[np.int64]) -> Floats:
        """Return the factor on electric vehicles sold, by year."""
        out = np.ones(len(years))
        for x in self._of("ev_sales"):
            out *= np.where(years >= x.start, x.value, 1.0)
        return out

    def price(self, years: NDArray[np.int64]) -> Floats:
        """Return the price at home over the price abroad, as far as users have adapted, by year.

        A tariff acts through long-run elasticities; adaptation grows on a straight line over 20 years, so the price
        is raised to the power of the part that is done.
        """
        out = np.ones(len(years))
        for x in self._of("tariff"):
            part = np.clip((years - x.start + 1) / _YEARS_TO_LONG_RUN, 0.0, 1.0)
            out *= (1.0 + x.value) ** part
        return out

    def collected(self, rate: float, years: NDArray[np.int64]) -> Floats:
        """Return the share collected over the table's, by year."""
        out = np.ones(len(years))
        for x in self._of("collection"):
            if rate > 0:
                out = np.where(years >= x.start, np.maximum(out, x.value / rate), out)
        return out

    def sodium(self, of: Values) -> Values:
        """Return the drivers with the share of sodium-ion raised."""
        out = dict(of)
        for x in self._of("sodium"):
            for k in ("sodium_ev", "sodium_stationary"):
                out[k] = out[k] * x.value
        return out

    def permit_time(self) -> float:
        """Return the factor on the part of lead time that goes to permits."""
        return float(np.prod([x.value for x in self._of("permit_time")]))

    def odds(self, odds: Floats, development: str) -> Floats:
        """Return the odds of projects under the policies.

        Args:
            odds: Odds without them.
            development: How far the projects have come.
        """
        out = odds
        if development == "restart":
            for x in self._of("restart_odds"):
                out = np.maximum(out, x.value)
        if development in ("committed", "evaluation", "exploration"):
            for x in self._of("project_odds"):
                out = out * x.value
        if development in ("committed", "evaluation"):
            for x in self._of("odds_lift"):
                out = out + (1.0 - out) * x.value
        return np.asarray(out)

    def allied_share(self, years: NDArray[np.int64]) -> Floats:
        """Return the share of allies' surplus that comes to the region, by year."""
        out = np.zeros(len(years))
        for x in self._of("allied_share"):
            out = np.where(years >= x.start, np.maximum(out, x.value), out)
        return out


def names(world: World) -> list[str]:
    """Return the policies that the world holds."""
    return sorted(set(world.levers["lever"]))


def moves(world: World, where: Place, mineral: str, policies: Sequence[str]) -> Moves:
    """Return what policies move for one mineral in one place.

    Args:
        world: World with ``levers``.
        where: Place; a policy of a region outside it moves nothing here.
        mineral: Mineral.
        policies: Names of policies.

    Raises:
        UnknownNameError: There is no such policy.
        DataError: A policy moves what no policy can move.
    """
    table = world.levers
    found: list[Lever] = []
    for policy in policies:
        key = policy.strip().lower().replace("-", "_")
        rows = table[table["lever"] == key]
        if rows.empty:
            raise UnknownNameError("policy of the outlook", policy, names(world))
        for _, r in rows.iterrows():
            if str(r["driver"]) not in DRIVERS:
                raise DataError(f"levers.{key}: driver {r['driver']!r} is none of {', '.join(DRIVERS)}.")
            if str(r["mineral"]) not in ("", mineral):
                continue
            if str(r["region"]) and not _holds(world, where, str(r["region"])):
                continue
            found.append(
                Lever(
                    key,
                    str(r["driver"]),
                    float(r["value"]),
                    float(r["low"]),
                    float(r["high"]),
                    int(r["start"]),
                    str(r["description"]),
                    str(r["source"]),
                    str(r["quality"]),
                    str(r["note"]),
                )
            )
    return Moves(tuple(found))


def _holds(world: World, where: Place, region: str) -> bool:
    """Whether a policy of a region covers the whole place: part of a bloc is not the bloc."""
    return set(where.regions) <= set(place(world, region).regions)
