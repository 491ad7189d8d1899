"""Published figures on the sodium-ion hedge beside ours, for ``oreflow validate``."""

from __future__ import annotations

from oreflow.atlas import bundled
from oreflow.atlas.world import World
from oreflow.respond.hedge.breakeven import breakeven, intensity, threshold
from oreflow.respond.hedge.policies import frictionless, lattice
from oreflow.respond.hedge.switch import Switch
from oreflow.respond.prices.process import Process
from oreflow.validation import Row, row


def rows(world: World | None = None) -> list[Row]:
    """Return the figures on the hedge with ours.

    Args:
        world: World to compute from; the bundled one by default.

    Returns:
        Rows; ``ok`` where the difference is within the tolerance.
    """
    w = bundled() if world is None else world
    told = breakeven(w)
    process = Process(told.price, 13_500.0, 0.35, 0.55)
    free = Switch(strikes=(25_000.0,) * 60, lithium=told.intensity.cell, limit=1.0, ramp=1.0, rate=0.1)
    exact = frictionless(free, process)
    return [
        row("Lithium in a kWh of LFP cells (BatPaC 5.1: 0.0915 kg Li times 5.323)", 0.487, intensity(w).cell, 0.0005,
            "kg LCE/kWh"),
        row("Break-even lithium price of sodium-ion: 9,000 + 16,000/0.487", 9000.0 + 16_000.0 / 0.487, told.threshold,
            25.0, "USD/t LCE"),
        row("Break-even lithium price with packs at 95 against 84 USD/kWh", 9000.0 + 11_000.0 / 0.487,
            threshold(told.price, 95.0 - 84.0, told.intensity.cell), 25.0, "USD/t LCE"),
        row("Break-even lithium price with packs at 105 against 84 USD/kWh", 9000.0 + 21_000.0 / 0.487,
            threshold(told.price, 105.0 - 84.0, told.intensity.cell), 25.0, "USD/t LCE"),
        row("Right to switch without cost, lead or ramp: strip of calls (Black) beside the lattice", exact,
            lattice(free, process).value, 0.003 * exact, "USD/(kWh/yr)"),
    ]  # fmt: skip
