"""A forecast as one row of a table."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Any

from oreflow.outlook.forecast.result import Forecast, quantile_name
from oreflow.outlook.forecast.series import Series

DIGITS = 6
"""Significant digits in a file: enough to read, few enough to be the same on every machine."""


def row(f: Forecast) -> dict[str, Any]:
    """Return what a forecast says of its last period, and its score, as one row.

    Args:
        f: The forecast.

    Returns:
        Column to value; None where not known.
    """
    s, plan, tested = f.series, f.rolling, f.tested
    return {
        "what": s.what,
        "commodity": s.commodity,
        "region": s.region,
        "basis": s.basis,
        "step": s.step,
        "unit": s.unit,
        "source": s.source,
        "series": fingerprint(s),
        "values": len(s.values),
        "first": s.periods[0],
        "last": s.last,
        "last_value": s.values[-1],
        "horizon": f.horizon,
        "period": f.periods[-1],
        "model": f.model,
        **{quantile_name(q): v[-1] for q, v in f.quantiles.items()},
        "verdict": f.verdict,
        "tested": tested.model if tested else None,
        "mase": _known(tested.mase) if tested else None,
        "ratio": _known(tested.ratio) if tested else None,
        "ratio_low": _known(tested.low) if tested else None,
        "ratio_high": _known(tested.high) if tested else None,
        "chance": _known(tested.chance) if tested else None,
        "coverage": f.coverage,
        "choosing": plan.choosing if plan else None,
        "scored": plan.scored if plan else None,
        "sentence": f.sentence,
    }


def to_csv(forecasts: Iterable[Forecast]) -> str:
    """Return forecasts as CSV, one row each, numbers with six significant digits."""
    rows = [row(f) for f in forecasts]
    names = list(dict.fromkeys(k for r in rows for k in r))
    out = io.StringIO()
    writer = csv.DictWriter(out, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows({k: _cell(v) for k, v in r.items()} for r in rows)
    return out.getvalue()


def fingerprint(series: Series) -> str:
    """Return twelve hexadecimal digits that change with any value or period of a series."""
    text = json.dumps([series.periods, [f"{v:.10g}" for v in series.values], series.unit])
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def scoreboard_row(series: Series) -> dict[str, str] | None:
    """Return the row of the scoreboard that comes with oreflow for a series of these very values.

    ``oreflow forecast --all --out src/oreflow/outlook/forecast/scores.csv`` makes that file again.

    Args:
        series: A series of the bundled world.

    Returns:
        Column to text; None where the values are others, or too few for a score.
    """
    row = _bundled().get(fingerprint(series))
    return row if row is not None and row["scored"] else None


@cache
def _bundled() -> dict[str, dict[str, str]]:
    text = (resources.files("oreflow.outlook.forecast") / "scores.csv").read_text("utf-8")
    return {r["series"]: r for r in csv.DictReader(text.splitlines())}


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    return f"{value:.{DIGITS}g}" if isinstance(value, float) else value
