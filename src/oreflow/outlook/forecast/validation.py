"""Published scores of simple forecasts beside ours, for ``oreflow validate``."""

from __future__ import annotations

import numpy as np

from oreflow.outlook.forecast.measures import mase
from oreflow.outlook.forecast.models import drift, naive, seasonal_naive
from oreflow.validation import Row, row

BEER = np.array(
    [443, 410, 420, 532, 433, 421, 410, 512, 449, 381, 423, 531, 426, 408, 416, 520, 409, 398, 398, 507, 432, 398, 406,
     526, 428, 397, 403, 517, 435, 383, 424, 521, 421, 402, 414, 500, 451, 380, 416, 492, 428, 408, 406, 506, 435, 380,
     421, 490, 435, 390, 412, 454, 416, 403, 408, 482, 438, 386, 405, 491, 427, 383, 394, 473, 420, 390, 410, 488, 415,
     398, 419, 488, 414, 374], dtype=float
)  # fmt: skip
"""Beer made in Australia by quarter from 1992, megalitres (Australian Bureau of Statistics, cat. 8301.0.55.001)."""
KNOWN = 64
"""Quarters that the forecasts of the book know: 1992 to 2007."""
PRINTED = {
    "mean": (38.4, 34.8, 2.44),
    "naive": (62.7, 57.4, 4.01),
    "seasonal naive": (14.3, 13.4, 0.937),
    "drift": (64.9, 58.9, 4.12),
}
"""Root mean squared error and mean absolute error in megalitres, and MASE, as printed in the book."""
_BOOK = "Australian beer 2008-10, Hyndman and Athanasopoulos, Forecasting, 3rd ed., 5.8"


def rows() -> list[Row]:
    """Return every published score with ours.

    Returns:
        Rows; the tolerance is half of the last digit printed.
    """
    known, came = BEER[:KNOWN], BEER[KNOWN:]
    h = len(came)
    paths = {
        "mean": np.full(h, known.mean()),
        "naive": naive(known, h),
        "seasonal naive": seasonal_naive(known, h, 4),
        "drift": drift(known, h),
    }
    out = []
    for name, (rmse, mae, scaled) in PRINTED.items():
        error = came - paths[name]
        out += [
            row(f"RMSE of the {name} forecast, {_BOOK}", rmse, float(np.sqrt(np.mean(error**2))), 0.05, "Ml"),
            row(f"MAE of the {name} forecast, {_BOOK}", mae, float(np.mean(np.abs(error))), 0.05, "Ml"),
            row(
                f"MASE of the {name} forecast, {_BOOK}",
                scaled,
                mase(known, came, paths[name], season=4),
                0.0005 if scaled < 1 else 0.005,
            ),
        ]
    return out
