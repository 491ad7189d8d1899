"""Published outlooks beside ours, for ``oreflow validate``."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from oreflow.atlas import bundled
from oreflow.atlas.world import World
from oreflow.outlook import stock
from oreflow.outlook.compare import YEAR
from oreflow.outlook.measures import gap_to_demand, gap_to_supply
from oreflow.outlook.pipeline import expected_share, share
from oreflow.outlook.run import outlook
from oreflow.validation import Row, row

_DRAWS = 20


def rows(world: World | None = None) -> list[Row]:
    """Return every published outlook with ours.

    Args:
        world: World to compute from; the bundled one by default.

    Returns:
        Rows; ``ok`` where the difference is within the tolerance. What differs by scenario or definition is missed and
        says so.
    """
    w = bundled() if world is None else world
    return [*_theory(), *_report(w), *_published(w)]


def _theory() -> Iterator[Row]:
    years, mean = 400, 12.0
    held = stock.sales_driven(np.full(years, 5.0), stock.survival(years, mean, 2.5))
    yield row("stock of products, steady state: scrapped over sold", 1.0, float(held.outflow[-1] / 5.0), 1e-9)
    # Sales in the middle of the year: the mean over a year's ages is within a fifth of a percent of the integral.
    yield row(
        "stock of products, steady state: in use over sold, mean life 12 yr",
        mean,
        float(held.stock[-1] / 5.0),
        0.02,
        "yr",
    )
    rng = np.random.default_rng(np.random.SeedSequence(7))
    late = rng.exponential(1.5, 400_000)
    yield row(
        "project at 3.2 yr after its start, 3 yr to grow, delay 1.5 yr: share reached, closed form against draws",
        float(share(3.2, 3.0, late).mean()), float(expected_share(3.2, 3.0, 1.5)), 2e-3,
    )  # fmt: skip


def _report(world: World) -> Iterator[Row]:
    """The report's own figures for the United States, by both formulas; the figures come from the tables."""
    t = world.outlook
    for name, c, of_supply, of_demand, width in (
        ("copper", "copper_refined", 62.0, 38.4, 0.5),
        ("lithium", "lithium_carbonate", 280.0, 73.8, 5.0),
    ):
        here = t[(t["commodity"] == c) & (t["country"] == "USA") & (t["year"] == YEAR)]
        q = {str(r["measure"]): float(r["quantity"]) for _, r in here.iterrows()}
        supply = gap_to_supply(q["demand"], q["supply"])
        demand = gap_to_demand(q["demand"], q["supply"])
        yield row(
            f"US {name} {YEAR}, the report's own figures: gap to supply", of_supply, supply or 0.0, width, "%"
        )
        yield row(
            f"US {name} {YEAR}, the report's own figures: gap to demand", of_demand, demand or 0.0, 0.05, "%"
        )


def _published(world: World) -> Iterator[Row]:
    for c in outlook(world, region="USA", draws_=_DRAWS).comparisons:
        if c.ours is None:
            continue
        low = c.published
        high = c.published if c.published_high is None else c.published_high
        middle = (low + high) / 2
        # Shares within 10 points, quantities within a fifth, and whatever range is published on top.
        tolerance = (high - low) / 2 + {"%": 10.0, "1": 0.0}.get(c.unit, 0.2 * middle)
        yield row(f"{c.what}; {c.why}" if c.why else c.what, middle, c.ours, tolerance, c.unit)
