"""Prices of another publisher (IMF, not bundled), forecast in the same way: what is found there is found here."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from oreflow.outlook.forecast import forecast_series, series

FILE = Path(__file__).parents[3].parent / "shared" / "data" / "prices" / "imf_pcps_monthly_selected.csv"


@pytest.mark.shared
@pytest.mark.slow
@pytest.mark.skipif(not FILE.is_file(), reason="the public source files are not in ../shared")
def test_naive_is_hard_to_beat_there_too() -> None:
    values: dict[str, dict[str, float]] = {}
    with FILE.open(encoding="utf-8") as stream:
        for r in csv.DictReader(stream):
            if r["value"]:
                values.setdefault(r["series"], {})[r["month"]] = float(r["value"])
    assert len(values) == 14
    made = [forecast_series(series(list(v.values()), first=min(v), name=k)) for k, v in values.items()]
    assert all(f.series.last == max(values[f.series.name]) for f in made)
    assert sum(f.verdict == "better" for f in made) <= 2
    covered = {f.series.name: f.coverage for f in made}
    long = [c for f, c in zip(made, covered.values(), strict=True) if len(f.series.values) > 400]
    assert all(0.7 < c < 0.97 for c in long)
    # A price that rose tenfold and fell again after the first origins is beyond any past error.
    assert covered["Lithium metal >=99% battery grade"] < 0.7
