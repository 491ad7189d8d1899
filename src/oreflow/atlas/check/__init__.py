"""Data checks: one family a file, each a function from a `Chain` to findings.

`check` lists everything, `validate` raises for what the market cannot use.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from oreflow.atlas.check import (
    balance,
    claims,
    dates,
    duplicates,
    hazards,
    measures,
    network,
    outlook,
    plants,
    prices,
    provenance,
    ranges,
    references,
    routes,
    shares,
    units,
    years,
)
from oreflow.atlas.check.chain import Chain
from oreflow.atlas.check.finding import SEVERITIES, Finding
from oreflow.atlas.world import World
from oreflow.errors import DataError, UnknownNameError

__all__ = ["FAMILIES", "SEVERITIES", "Finding", "check", "invariants", "validate"]

FAMILIES: dict[str, Callable[[Chain], Iterable[Finding]]] = {
    "references": references.run,
    "units": units.run,
    "ranges": ranges.run,
    "shares": shares.run,
    "dates": dates.run,
    "plants": plants.run,
    "prices": prices.run,
    "routes": routes.run,
    "network": network.run,
    "balance": balance.run,
    "years": years.run,
    "duplicates": duplicates.run,
    "provenance": provenance.run,
    "claims": claims.run,
    "hazards": hazards.run,
    "measures": measures.run,
    "outlook": outlook.run,
}
"""Name to check, in the order they are listed."""

_INVARIANT = (
    "references",
    "ranges",
    "shares",
    "dates",
    "plants",
    "prices",
    "routes",
    "network",
    "hazards",
    "measures",
)
_SHOWN = 5


def check(world: World, *, families: Iterable[str] | None = None) -> list[Finding]:
    """Run the data checks.

    Args:
        world: World to check.
        families: Names of `FAMILIES` to run; all when left out.

    Returns:
        Findings: errors first, then warnings, then what is worth knowing; by family within each.

    Raises:
        UnknownNameError: There is no such family.
    """
    chosen = list(FAMILIES) if families is None else list(families)
    for name in chosen:
        if name not in FAMILIES:
            raise UnknownNameError("family of checks", name, FAMILIES)
    chain = Chain(world)
    found = [f for name in FAMILIES if name in chosen for f in FAMILIES[name](chain)]
    return sorted(found, key=lambda f: SEVERITIES.index(f.severity))


def invariants(world: World) -> list[Finding]:
    """Return only the findings that the market cannot live with.

    Args:
        world: World to check.

    Returns:
        Findings of severity ``error``, of the families that look at the tables as a whole.
    """
    return [f for f in check(world, families=_INVARIANT) if f.severity == "error"]


def validate(world: World) -> World:
    """Return the world if the market can use it.

    Args:
        world: World to check.

    Returns:
        The same world.

    Raises:
        DataError: At least one check found an error; the message lists the first few.
    """
    found = invariants(world)
    if found:
        told = [f"{f.place}: {f.message} {f.mend}" for f in found[:_SHOWN]]
        more = [f"… and {len(found) - _SHOWN} more."] if len(found) > _SHOWN else []
        raise DataError("\n".join([*told, *more]))
    return world
