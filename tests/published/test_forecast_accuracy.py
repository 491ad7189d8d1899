"""Scores of simple forecasts as Hyndman and Athanasopoulos print them.

Forecasting: Principles and Practice, 3rd edition, section 5.8 (https://otexts.com/fpp3/accuracy.html): Australian beer
production by quarter (Australian Bureau of Statistics, megalitres), forecast from 1992-2007 for 2008 to mid-2010.
"""

from __future__ import annotations

import numpy as np
import pytest

from oreflow.outlook.forecast.measures import mase
from oreflow.outlook.forecast.models import drift, naive, seasonal_naive

BEER = np.array(
    [443, 410, 420, 532, 433, 421, 410, 512, 449, 381, 423, 531, 426, 408, 416, 520, 409, 398, 398, 507, 432, 398, 406,
     526, 428, 397, 403, 517, 435, 383, 424, 521, 421, 402, 414, 500, 451, 380, 416, 492, 428, 408, 406, 506, 435, 380,
     421, 490, 435, 390, 412, 454, 416, 403, 408, 482, 438, 386, 405, 491, 427, 383, 394, 473, 420, 390, 410, 488, 415,
     398, 419, 488, 414, 374], dtype=float
)  # fmt: skip
KNOWN, CAME = BEER[:64], BEER[64:]


@pytest.mark.parametrize(
    ("path", "rmse", "mae", "scaled"),
    [
        (naive(KNOWN, 10), 62.7, 57.4, 4.01),
        (drift(KNOWN, 10), 64.9, 58.9, 4.12),
        (seasonal_naive(KNOWN, 10, 4), 14.3, 13.4, 0.937),
        (np.full(10, KNOWN.mean()), 38.4, 34.8, 2.44),
    ],
    ids=["naive", "drift", "seasonal naive", "mean"],
)
def test_beer(path: np.ndarray, rmse: float, mae: float, scaled: float) -> None:
    error = CAME - path
    assert f"{np.sqrt(np.mean(error**2)):.3g}" == f"{rmse:.3g}"
    assert f"{np.abs(error).mean():.3g}" == f"{mae:.3g}"
    assert f"{mase(KNOWN, CAME, path, season=4):.3g}" == f"{scaled:.3g}"
