"""Every pair that trades has a route, and routes are such as ships and trains can take."""

from __future__ import annotations

from collections.abc import Iterator

from oreflow.atlas.check.chain import Chain
from oreflow.atlas.check.finding import Finding, each
from oreflow.atlas.quantities import plain

PASSAGES = (
    "malacca",
    "suez",
    "panama",
    "babalmandab",
    "hormuz",
    "gibraltar",
    "sunda",
    "lombok",
    "south_africa",
    "chili",
)
"""Sea passages that routes may name."""

_LONGEST_KM, _LONGEST_LAG, _DEAREST = 35_000.0, 4.0, 500.0


def run(chain: Chain) -> Iterator[Finding]:
    """Check that traded pairs have routes, and the size of distance, lag and freight.

    Args:
        chain: World to check.

    Yields:
        Findings.
    """
    routes, trade = chain.world["routes"], chain.trade
    known = set(zip(routes["origin"], routes["destination"], strict=True))
    pairs: dict[tuple[str, str], list[str]] = {}
    for c, o, d in zip(trade["commodity"], trade["origin"], trade["destination"], strict=True):
        if o != d and (o, d) not in known:
            pairs.setdefault((o, d), []).append(c)
    for (o, d), commodities in sorted(pairs.items()):
        yield Finding(
            "error",
            "routes.missing",
            "trade",
            f"{commodities[0]}.{o}.{d}.{trade['year'].iloc[0]}",
            "destination",
            f"{', '.join(sorted(set(commodities))[:4])} is traded from {o} to {d}, but there is no route.",
            f"Add a row {o}, {d} to routes.",
        )
    yield from each(
        "error",
        "routes.self",
        "routes",
        routes,
        routes["origin"] == routes["destination"],
        "destination",
        lambda r: f"the route from {r['origin']} leads to itself.",
        "Leave out routes within a region.",
    )
    for column, limit, unit in (
        ("distance", _LONGEST_KM, "km"),
        ("lag", _LONGEST_LAG, "month"),
        ("freight", _DEAREST, "USD/t"),
    ):
        yield from each(
            "warning",
            "routes.size",
            "routes",
            routes,
            routes[column] > limit,
            column,
            lambda r, c=column, u=unit: f"{c} from {r['origin']} to {r['destination']} is {plain(r[c])} {u}.",  # type: ignore[misc]
            f"Look for a slip of unit; {column} is in {unit}.",
        )
    yield from _passages(chain)


def _passages(chain: Chain) -> Iterator[Finding]:
    routes = chain.world["routes"]
    listed = routes["passages"].str.split(";")
    detours = routes["detours"].str.split(";")
    for key, passages, ways in zip(
        routes["origin"] + "." + routes["destination"] + "." + routes["mode"], listed, detours, strict=True
    ):
        strange = [p for p in passages if p and p not in PASSAGES]
        if strange:
            yield Finding(
                "warning",
                "routes.passage",
                "routes",
                key,
                "passages",
                f"{strange[0]!r} is not a known passage.",
                f"Known: {', '.join(PASSAGES)}.",
            )
        for way in ways:
            name, _, extra = way.partition("=")
            if way and (name not in PASSAGES or not extra.replace(".", "", 1).isdigit()):
                yield Finding(
                    "warning",
                    "routes.detour",
                    "routes",
                    key,
                    "detours",
                    f"{way!r} does not say what a closed passage adds.",
                    "Write passage=km, e.g. malacca=1200.",
                )
