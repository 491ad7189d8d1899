"""`Forecast`: a path ahead with its intervals, and how far it is to be believed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from oreflow.errors import DataError, UsageError
from oreflow.outlook.forecast import conformal
from oreflow.outlook.forecast.backtest import COUNTED, Score
from oreflow.outlook.forecast.compare import check_seed
from oreflow.outlook.forecast.rolling import Rolling
from oreflow.outlook.forecast.series import Floats, Series
from oreflow.outlook.forecast.short import Walk

Verdict = Literal["better", "not shown", "naive best", "short"]
"""A model beats naive; the best one is not shown to; naive was the best; too short to say."""
MOST_PATHS = 1_000_000
"""Paths drawn at most."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """A forecast with its score.

    Attributes:
        series: What is forecast.
        periods: Periods ahead, h of them.
        model: Model whose forecast is given.
        best: Candidate that the first origins chose; empty where nothing could be scored.
        verdict: Whether a model beats naive.
        sentence: The verdict in words, with its figures.
        median: Half of the outcomes are expected below, shape (h,).
        quantiles: Share to the value that this share of outcomes is expected below, shape (h,) each, shares rising.
        naive: The naive forecast, shape (h,).
        levels: Levels of the intervals, rising.
        interval: How the intervals were made.
        scores: Scores of the candidates, naive first; empty where nothing could be scored.
        rolling: Origins of the back-test; None where nothing could be scored.
        seed: Seed of the bootstrap.
        walk: The random walk that stands in for a back-test in a short series; None elsewhere.
        errors: Past errors of the given model, shape (origins, h), in logarithms where the series is positive; None in
            a short series.
    """

    series: Series
    periods: tuple[str, ...]
    model: str
    best: str
    verdict: Verdict
    sentence: str
    median: tuple[float, ...]
    quantiles: Mapping[float, tuple[float, ...]]
    naive: tuple[float, ...]
    levels: tuple[float, ...]
    interval: str
    scores: tuple[Score, ...]
    rolling: Rolling | None
    seed: int
    walk: Walk | None = field(default=None, repr=False)
    errors: Floats | None = field(default=None, repr=False, compare=False)

    @property
    def horizon(self) -> int:
        """Periods ahead."""
        return len(self.periods)

    @property
    def score(self) -> Score | None:
        """Score of the model that is given; None where nothing could be scored."""
        return next((s for s in self.scores if s.model == self.model), None)

    @property
    def tested(self) -> Score | None:
        """Score of the candidate put to the test; of the next best where that is naive; None in a short series."""
        if self.verdict != "naive best":
            return next((s for s in self.scores if s.model == self.best), None)
        others = [s for s in self.scores if s.model != "naive" and not s.failed]
        return min(others, key=lambda s: s.chosen_by, default=self.score)

    @property
    def coverage(self) -> float | None:
        """Share of past outcomes inside the 80 % interval, made at the time; None where not counted."""
        score = self.score
        return None if score is None or not np.isfinite(score.coverage) else score.coverage

    def ends(self, level: float = COUNTED) -> tuple[Floats, Floats]:
        """Return the low and high ends of the interval of a level, shape (h,) each.

        Args:
            level: One of the levels, 0.8 for 80 %.

        Raises:
            UsageError: It is not one of them.
        """
        if level not in self.levels:
            raise UsageError(
                f"level {level} was not forecast; there are {', '.join(map(str, self.levels))}. Ask for it in level=."
            )
        return tuple(np.array(self.quantiles[share(s)]) for s in ((1 - level) / 2, (1 + level) / 2))  # type: ignore[return-value]

    def paths(self, n: int, *, seed: int = 1) -> Floats:
        """Draw paths that keep how errors at one distance go with those at the next.

        Each path is the forecast plus the whole error vector of one past origin, as it came or with its sign turned
        (times and over it, in logarithms): so the spread at each distance is that of the conformal intervals, and a
        path that starts high stays high as past ones did. In a short series it is a random walk with normal steps of
        drawn size. Draw i is the same whatever n is.

        Args:
            n: Number of paths, 1 to 1,000,000.
            seed: Seed.

        Returns:
            Shape (n, h), in the unit of the series.

        Raises:
            UsageError: ``n`` or the seed is out of range.
        """
        if not 1 <= n <= MOST_PATHS:
            raise UsageError(f"{n} paths: give 1 to {MOST_PATHS:,}.")
        check_seed(seed)
        return np.stack([self._path(i, seed) for i in range(n)])

    def _path(self, i: int, seed: int) -> Floats:
        rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(i,))))
        if self.errors is None:
            assert self.walk is not None
            error = self.walk.draw(rng, self.horizon)
        else:
            error = self.errors[rng.integers(len(self.errors))] * (1.0 if rng.integers(2) else -1.0)
        path = np.array(self.median) * np.exp(error) if self.series.logs else np.array(self.median) + error
        return bounded(path, self.series)

    def to_plain(self) -> dict[str, Any]:
        """Return it as dicts, lists and plain values."""
        s = self.series
        return {
            "series": {
                "name": s.name, "what": s.what, "commodity": s.commodity or None, "region": s.region or None,
                "unit": s.unit, "basis": s.basis, "source": s.source, "quality": s.quality, "note": s.note,
                "first_period": s.periods[0], "last_period": s.last, "last_value": s.values[-1],
                "values": len(s.values),
            },
            "model": self.model,
            "best": self.best or None,
            "verdict": self.verdict,
            "sentence": self.sentence,
            "interval": self.interval,
            "coverage": self.coverage,
            "seed": self.seed,
            "logarithms": s.logs,
            "rolling": None if self.rolling is None else {
                "origins": len(self.rolling.origins), "choosing": self.rolling.choosing,
                "skipped": self.rolling.skipped, "scored": self.rolling.scored, "stride": self.rolling.stride,
                "horizon": self.rolling.horizon, "first_origin": s.periods[self.rolling.origins[0] - 1],
                "last_origin": s.periods[self.rolling.origins[-1] - 1],
            },
            "scores": [{name: _plain(getattr(x, name)) for name in Score.__slots__} for x in self.scores],
            "path": [
                {"period": p, "median": self.median[i], "naive": self.naive[i],
                 **{quantile_name(q): v[i] for q, v in self.quantiles.items()}}
                for i, p in enumerate(self.periods)
            ],
        }  # fmt: skip


def share(value: float) -> float:
    """Return a share rounded so that it can be looked up."""
    return round(value, 6)


def quantile_name(value: float) -> str:
    """Return the name of a quantile, such as ``q10`` or ``q2.5``."""
    return f"q{100 * value:04.1f}".removesuffix(".0")


def bounded(values: Floats, series: Series) -> Floats:
    """Return values kept inside what is possible for the series."""
    out: Floats = (
        np.clip(values, series.low, series.high) if (series.low, series.high) != (None, None) else values
    )
    return out


def around(
    median: Floats, reach: Mapping[float, Floats], series: Series
) -> tuple[tuple[float, ...], dict[float, tuple[float, ...]]]:
    """Return the median and the quantiles at the ends of the intervals.

    Args:
        median: Shape (h,), the forecast.
        reach: Level to how far its interval reaches, shape (h,), in logarithms where the series is positive.
        series: The series, for the ends of what is possible.

    Returns:
        Median, and share to values, shares rising; the median is the share 0.5.

    Raises:
        DataError: An end is no finite number.
    """
    out: dict[float, tuple[float, ...]] = {0.5: tuple(bounded(median, series).tolist())}
    for level, r in reach.items():
        for side, end in zip((-1, 1), conformal.apply(median, r, logs=series.logs), strict=True):
            if not np.isfinite(end).all():
                raise DataError(
                    f"{series.name}: its values change too wildly for an interval of {100 * level:g} % to be a number. "
                    "Look for a slip of unit."
                )
            out[share((1 + side * level) / 2)] = tuple(bounded(end, series).tolist())
    return out[0.5], dict(sorted(out.items()))


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(v) for v in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value
