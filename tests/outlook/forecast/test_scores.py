"""The scoreboard that comes with oreflow is what its command makes."""

from __future__ import annotations

import csv
import io
from importlib import resources

import pytest

from oreflow.atlas import bundled
from oreflow.outlook.forecast import board, known
from oreflow.outlook.forecast.rows import fingerprint, to_csv


def bundled_rows() -> list[dict[str, str]]:
    text = (resources.files("oreflow.outlook.forecast") / "scores.csv").read_text("utf-8")
    return list(csv.DictReader(io.StringIO(text)))


def test_it_is_of_the_prices_of_the_bundled_world() -> None:
    prints = {fingerprint(s) for s in known(bundled())}
    again = "oreflow forecast --all --out src/oreflow/outlook/forecast/scores.csv"
    assert {r["series"] for r in bundled_rows()} == prints, f"the prices have changed: run {again}"


@pytest.mark.slow
def test_it_is_made_again_by_its_command() -> None:
    made = list(csv.DictReader(io.StringIO(to_csv(board(bundled()).forecasts))))
    for kept, new in zip(bundled_rows(), made, strict=True):
        assert kept.keys() == new.keys()
        for name, value in new.items():
            try:
                # Fits end where an optimiser stops, which differs in the last digits between machines.
                assert float(kept[name]) == pytest.approx(float(value), rel=5e-3, abs=5e-3)
            except ValueError:
                assert name == "sentence" or kept[name] == value
