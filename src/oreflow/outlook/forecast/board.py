"""The scoreboard: every series of a kind forecast and scored, one row each."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from oreflow.atlas.world import World
from oreflow.outlook.forecast.compare import CHANCE
from oreflow.outlook.forecast.known import WORLD, known
from oreflow.outlook.forecast.make import forecast_series
from oreflow.outlook.forecast.result import Forecast


@dataclass(frozen=True, slots=True)
class Board:
    """Every series of a kind, forecast and scored.

    Attributes:
        what: Kind of series.
        forecasts: One for each series: those with a score first.
        world: Hash of the world.
        seconds: Wall time.
    """

    what: str
    forecasts: tuple[Forecast, ...]
    world: str
    seconds: float

    @property
    def scored(self) -> tuple[Forecast, ...]:
        """Those that are long enough for a score."""
        return tuple(f for f in self.forecasts if f.scores)

    @property
    def better(self) -> tuple[Forecast, ...]:
        """Those of which a model beats naive."""
        return tuple(f for f in self.scored if f.verdict == "better")

    @property
    def by_luck(self) -> float:
        """Series that the test would call better if no model were."""
        return CHANCE * sum(f.verdict != "naive best" for f in self.scored)


def board(
    world: World,
    what: str = "price",
    *,
    horizon: int | None = None,
    models: Sequence[str] | None = None,
    seed: int = 1,
    progress: Callable[[int, int, str], None] | None = None,
) -> Board:
    """Forecast every series of a kind; of production and batteries, that of the world.

    Args:
        world: The world.
        what: one of `oreflow.outlook.forecast.WHAT`.
        horizon: Periods ahead; 12 months or 3 years where left out.
        models: Candidates; all that fit each series where left out.
        seed: Seed of the bootstrap.
        progress: Called with the number done, the number of all and the name of the next.

    Returns:
        The scoreboard.

    Raises:
        UnknownNameError: The kind or a model is not known.
        UsageError: The horizon is out of range, or statsforecast is not installed.
    """
    began = time.perf_counter()
    every = [s for s in known(world, what) if what not in ("production", "batteries") or s.region == WORLD]
    made = []
    for i, s in enumerate(every):
        if progress is not None:
            progress(i, len(every), s.name)
        made.append(forecast_series(s, horizon=horizon, models=models, seed=seed))
    made.sort(key=lambda f: not f.scores)
    return Board(what, tuple(made), world.hash, time.perf_counter() - began)
