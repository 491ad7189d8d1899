"""Published indicators beside ours, for ``oreflow validate``."""

from __future__ import annotations

from collections.abc import Iterator
from math import isnan

from oreflow.atlas import bundled
from oreflow.atlas.world import World
from oreflow.gauge.closedform import cournot, price_ratio
from oreflow.gauge.concentration import concentration
from oreflow.gauge.geopolrisk import geopolrisk
from oreflow.gauge.inputoutput import input_output_loss
from oreflow.gauge.reliance import definitions, recompute
from oreflow.ratios import gap_to_demand, gap_to_supply
from oreflow.validation import Row, row

CONCENTRATION = (
    ("lithium_carbonate", "mine", "lithium, mined", 0.205, 0.68),
    ("copper_refined", "refined", "copper, refined", 0.295, 0.48),
    ("cobalt_intermediate", "mine", "cobalt, mined", 0.589, 0.25),
    ("nickel_intermediate", "mine", "nickel, mined", 0.537, 0.28),
    ("gallium_primary", "mine", "gallium, primary", 0.980, 0.01),
    ("graphite_natural", "mine", "natural graphite, mined", 0.645, 0.20),
    ("rare_earth_concentrate", "mine", "rare earths, mined", 0.509, 0.31),
)
"""Commodity, stage, name, HHI and N-1 share from MCS 2026 for 2025."""


def rows(world: World | None = None) -> list[Row]:
    """Return every published indicator with ours.

    Args:
        world: World to compute from; the bundled one by default.

    Returns:
        Rows; ``ok`` where the difference is within the tolerance.
    """
    w = bundled() if world is None else world
    return [*_concentration(w), *_reliance(w), *_gaps(), *_geopolrisk(w), *_theory()]


def _concentration(world: World) -> Iterator[Row]:
    for commodity, stage, name, index, share in CONCENTRATION:
        c = concentration(world, commodity, stage=stage, year=2025, edition="MCS 2026")
        # The tolerance is half of the last digit that is published.
        yield row(f"HHI, {name}, 2025 (MCS 2026, named countries)", index, c.hhi, 0.0006)
        yield row(f"N-1 share, {name}, 2025 (MCS 2026, named countries)", share, c.n_minus_1, 0.0051)


def _reliance(world: World) -> Iterator[Row]:
    cells = [r for r in recompute(world, country="USA") if not isnan(r.value)]
    for r in cells:
        if r.printed[:1].isdigit():
            name = f"US net import reliance, {r.series.replace('_', ' ')}, {r.year} ({r.vintage})"
            if abs(r.difference) > 1.0:
                name += f"; {definitions()[r.series].note}"
            yield row(name, float(r.printed), r.value, 1.0, "%")
    bounds = [r for r in cells if not r.printed[:1].isdigit()]
    yield row(
        "US net import reliance printed as a bound or as net exporter: cells that ours agrees with",
        float(len(bounds)),
        float(sum(r.difference == 0 for r in bounds)),
        0.0,
        "cells",
    )


def _gaps() -> Iterator[Row]:
    copper, lithium = (2.92e6, 1.80e6), (107e3, 28e3)
    yield row("US copper 2035, gap to supply (2.92 against 1.80 Mt)", 62.0, gap_to_supply(*copper), 0.5, "%")
    yield row("US copper 2035, gap to demand", 38.4, gap_to_demand(*copper), 0.05, "%")
    yield row("US lithium 2035, gap to supply (107 against 28 kt)", 280.0, gap_to_supply(*lithium), 5.0, "%")
    yield row("US lithium 2035, gap to demand", 73.8, gap_to_demand(*lithium), 0.05, "%")


def _geopolrisk(world: World) -> Iterator[Row]:
    c = concentration(world, "nickel_intermediate", stage="mine", year=2022, edition="WMD 2026")
    yield row("GeoPolRisk, US nickel 2022, HHI (World Mining Data)", 0.26749, c.hhi, 0.000005)
    # Published as totals: one exporter with all imports and their mean instability has the same sums.
    imports, weighted = 37.495, 21.17974
    g = geopolrisk(c.hhi, [imports], [weighted / imports], 17500.0)
    # The tolerances are what the printed digits of the sums allow.
    yield row("GeoPolRisk, US nickel 2022, import risk (WTA)", 0.0012076834, g.import_risk, 3e-10)
    yield row("GeoPolRisk, US nickel 2022, score", 0.00032304331528, g.score, 1e-10)


def _theory() -> Iterator[Row]:
    economy = ([[0.2, 0.3], [0.1, 0.4]], [100.0, 150.0], [0.0, 0.01])
    for cut, left in ((0.0, 250.0), (0.1, 241.3333), (0.3, 224.0)):
        ours = input_output_loss(*economy, cut=cut).after
        yield row(f"input-output loss, GDP at a cut of {cut:.0%}", left, ours, 1e-4, "money")
    few = cournot(30.0, 0.3, [3.0, 5.0, 8.0])
    for i, q in enumerate((28.333, 21.667, 11.667)):
        yield row(f"Cournot, output of firm {i + 1}", q, float(few.quantity[i]), 0.0005)
    yield row("Cournot, price", 11.5, few.price, 1e-9)
    for e, published in ((0.2, (16.5, 36.3, 69.4)), (0.5, (6.3, 13.2, 23.5))):
        for cut, rise in zip((0.03, 0.06, 0.10), published, strict=True):
            ours = 100.0 * (price_ratio(cut, elasticity=e) - 1.0)
            yield row(f"constant elasticity {e}, price rise at a cut of {cut:.0%}", rise, ours, 0.06, "%")
