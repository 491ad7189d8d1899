"""Scores of simple forecasts as Hyndman and Athanasopoulos print them.

Forecasting: Principles and Practice, 3rd edition, section 5.8 (https://otexts.com/fpp3/accuracy.html).
"""

from __future__ import annotations

import pytest

from oreflow.outlook.forecast.validation import PRINTED, rows

ROWS = rows()


@pytest.mark.parametrize("made", ROWS, ids=[r["case"].partition(",")[0] for r in ROWS])
def test_beer(made) -> None:
    assert made["ok"], f"{made['ours']} for {made['published']}"


def test_every_printed_score_is_there() -> None:
    assert len(ROWS) == 3 * len(PRINTED) == 12
    assert all(r["tolerance"] < 0.01 * r["published"] for r in ROWS)
