"""What is to be measured in a process of its own: ``python -m benchmarks.alone cold S``, ``… draws all 50``."""

from __future__ import annotations

import sys

from benchmarks import models, scenarios


def base(name: str) -> None:
    """Calibrate a synthetic market and do nothing with it."""
    models.SYNTHETIC[name].base()


def cold(name: str) -> None:
    """Calibrate a synthetic market, solve its first halt from nothing, and print the objective."""
    model = models.SYNTHETIC[name]
    look = models.scene(model, scenarios.drawn(model.base(), "halt", model.months, 0))
    held, arrays = look.solver, look.arrays()
    print(f"{held.solve(arrays, start=held.stitched(arrays)).objective:.17g}")


def draws(name: str, count: str) -> None:
    """Make draws of a market on one worker, as an ensemble does, and keep none."""
    from benchmarks.cases.draws import drawn

    drawn(models.MODELS[name], int(count), 1)


def audit(place: str) -> None:
    """Audit a ledger and print how many findings there are."""
    from oreflow.atlas import bundled
    from oreflow.trace.audit import audit as look
    from oreflow.trace.store import Ledger

    with Ledger.open(place) as kept:
        print(len(look(kept, world=bundled()).findings))


if __name__ == "__main__":
    {"audit": audit, "base": base, "cold": cold, "draws": draws}[sys.argv[1]](*sys.argv[2:])
