"""Runs: cleared, kept, read back, held against each other."""

from __future__ import annotations

import json

import numpy as np
import pytest

from oreflow.atlas import bundled
from oreflow.cli import run as command
from oreflow.errors import ReadError
from oreflow.market import Settings
from oreflow.shock import from_library
from oreflow.shock.compare import compare
from oreflow.shock.run import load, run, save

SHORT = Settings(start="2025-07", periods=5)


@pytest.fixture(scope="module")
def halt():
    world = bundled()
    return run(world, from_library("jianxiawo_halt_2025", world), settings=SHORT)


def test_a_halt_raises_prices_from_its_month_on(halt):
    price = halt.outcome["price"].sel(node="lithium_concentrate@CHN").to_numpy()
    base = halt.baseline["price"].sel(node="lithium_concentrate@CHN").to_numpy()
    assert price[0] == pytest.approx(base[0])
    assert (price[1:] > 1.01 * base[1:]).all()
    assert halt.outcome["output"].sel(plant="jianxiawo").to_numpy()[2] < 0.5 * 58_830 / 12


def test_a_run_proves_itself(halt):
    checks = halt.manifest["checks"]
    assert checks["worst_residual"] < 1e-6
    assert checks["price_gap"] < 1e-4
    assert checks["baseline_drift"] < 1e-9


def test_a_kept_run_reads_back_equal(halt, tmp_path):
    save(halt, tmp_path / "a.run")
    again = load(tmp_path / "a.run")
    assert again.id == halt.id
    assert again.scenario.hash == halt.scenario.hash
    for name in halt.outcome.data_vars:
        assert np.array_equal(again.outcome[name], halt.outcome[name], equal_nan=True)
    assert compare(halt, again).same


def test_the_same_inputs_give_the_same_id(halt):
    world = bundled()
    scenario = from_library("jianxiawo_halt_2025", world)
    assert run(world, scenario, settings=SHORT).id == halt.id
    assert run(world, scenario, settings=Settings(start="2025-07", periods=4)).id != halt.id


def test_a_comparison_names_what_went_in_and_what_came_out(halt):
    world = bundled()
    other = run(
        world, from_library("halt_known_3_months", world), settings=Settings(start="2025-07", periods=6)
    )
    found = compare(halt, other)
    assert not found.same
    assert "settings: periods" in set(found.inputs["what"])
    assert any("scenario" in str(line) for line in found.scenario)
    top = found.results.iloc[0]
    left = halt.outcome[top["variable"]]
    mean = left.sel({left.dims[0]: top["name"]}).to_numpy().mean()
    assert top["a"] == pytest.approx(mean)
    assert found.months == tuple(SHORT.labels)


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04 broken"])
def test_a_file_that_is_no_run_is_refused(content, tmp_path):
    path = tmp_path / "x.run"
    path.write_bytes(content)
    with pytest.raises(ReadError, match="not a kept run"):
        load(path)
    with pytest.raises(ReadError, match="no such file"):
        load(tmp_path / "missing.run")


def test_a_run_of_another_format_is_refused(halt, tmp_path):
    manifest = {**halt.manifest, "format": "oreflow-run/0"}
    path = tmp_path / "old.run"
    with path.open("wb") as stream:
        np.savez(stream, manifest=np.array(json.dumps(manifest)), scenario=np.array(""))
    with pytest.raises(ReadError, match="format is 'oreflow-run/0'"):
        load(path)


def test_the_commands(tmp_path, capsys):
    file = tmp_path / "c.run"
    words = ["run", "smelter_outage", "--periods", "30", "--out", str(file)]
    assert command(words) == 0
    told = capsys.readouterr()
    assert "copper_refined" in told.out and f"written: {file}" in told.err
    assert command(["compare", str(file), str(file)]) == 0
    assert capsys.readouterr().out.strip().endswith("Nothing differs.")
    assert command(["run", "smelter_outag"]) == 2
    assert "Did you mean 'smelter_outage'" in capsys.readouterr().err
    assert command(["compare", str(file), str(tmp_path)]) == 4
