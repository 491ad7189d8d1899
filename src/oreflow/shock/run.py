"""`Run`: a scenario cleared beside its baseline, as an artefact that can be kept and compared."""

from __future__ import annotations

import json
import platform
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import highspy
import numpy as np
import xarray as xr

from oreflow import __version__
from oreflow.atlas import World
from oreflow.errors import ReadError, UsageError
from oreflow.files import atomic
from oreflow.market import Engine, News, Outcome, Settings, calibrate
from oreflow.market.outcome import VARIABLES
from oreflow.shock.read import loads
from oreflow.shock.sample import run_id
from oreflow.shock.scenario import Scenario
from oreflow.shock.scope import touched
from oreflow.shock.stage import stage
from oreflow.shock.timeline import expected

FORMAT = "oreflow-run/1"
MANIFEST, SCENARIO = "manifest", "scenario"
LARGEST = 256 * 1024 * 1024
"""Largest kept run that is read, in bytes once unpacked."""


@dataclass(frozen=True)
class Run:
    """A scenario cleared with mean beliefs, and the same market without it.

    Attributes:
        id: Name of the run: the same inputs and version give the same id.
        scenario: The scenario.
        baseline: Dataset without the scenario; variables as in `oreflow.market.outcome.VARIABLES`.
        outcome: Dataset with it.
        manifest: World hash, scope, settings, versions, wall time, checks, notes.
    """

    id: str
    scenario: Scenario
    baseline: xr.Dataset
    outcome: xr.Dataset
    manifest: dict[str, Any]


def run(
    world: World,
    scenario: Scenario,
    *,
    scope: tuple[str, ...] | None = None,
    settings: Settings | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Run:
    """Clear the market with and without a scenario.

    Args:
        world: World.
        scenario: Scenario.
        scope: Minerals solved; those that the scenario reaches by default.
        settings: Horizon and foresight.
        progress: Called with months done and months in all.

    Returns:
        The run.

    Raises:
        UsageError: The scenario reaches no mineral and no scope is given.
        UnknownNameError: The scenario names something that is not in the world.
        ScenarioError: A date outside the horizon, or events that contradict each other.
        InfeasibleError: A minimum asks for more than there is.
        NumericalError: A solution could not be proven.
    """
    began = time.perf_counter()
    settings = settings or Settings()
    staged = stage(scenario, world, start=settings.start, months=settings.periods * settings.months)
    scope = scope or touched(staged, world)
    if not scope:
        raise UsageError(f"scenario {scenario.name!r} reaches no mineral. Give --scope, or add an event.")
    base = calibrate(world, scope=scope)
    engine = Engine(base, settings)
    baseline = engine.clear([News(0, ())])
    outcome = engine.clear(expected(staged), test=True, progress=progress)
    name = run_id(world, scenario, settings, scope)
    manifest = {
        "format": FORMAT,
        "run": name,
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "world": world.hash,
        "scenario": scenario.hash,
        "scope": list(base.net.scope),
        "settings": _settings(settings),
        "versions": {
            "oreflow": __version__,
            "highspy": str(highspy.Highs().version()),  # type: ignore[no-untyped-call]
            "numpy": np.__version__,
            "python": platform.python_version(),
        },
        "solver": {
            "solves": engine.solves,
            "iterations": baseline.iterations + outcome.iterations,
            "seconds": round(baseline.seconds + outcome.seconds, 3),
        },
        "wall": round(time.perf_counter() - began, 3),
        "checks": _checks(baseline, outcome),
        "notes": list(staged.notes),
        "outside": list(outcome.outside),
    }
    return Run(name, scenario, baseline.data, outcome.data, manifest)


def save(run: Run, path: Path) -> None:
    """Keep a run in one file: manifest, scenario and numbers, written whole or not at all.

    Args:
        run: The run.
        path: File to write.

    Raises:
        OreflowError: It cannot be written.
    """
    arrays: dict[str, np.ndarray] = {
        MANIFEST: np.array(json.dumps(run.manifest, indent=2, sort_keys=True)),
        SCENARIO: np.array(run.scenario.to_yaml()),
    }
    for part, data in (("baseline", run.baseline), ("outcome", run.outcome)):
        for name, variable in data.data_vars.items():
            arrays[f"{part}/{name}"] = variable.to_numpy()
    for name, coordinate in run.outcome.coords.items():
        arrays[f"coordinate/{name}"] = np.asarray(coordinate.to_numpy(), dtype=str)
    with atomic(path) as new, new.open("wb") as stream:
        np.savez_compressed(stream, **arrays)  # type: ignore[arg-type]


def load(path: Path) -> Run:
    """Read a kept run.

    Args:
        path: File that `save` wrote.

    Returns:
        The run.

    Raises:
        ReadError: The file is missing, too large, broken, or not a run.
    """
    arrays = _arrays(path)
    try:
        manifest = json.loads(str(arrays[MANIFEST]))
        if manifest["format"] != FORMAT:
            raise ReadError(f"{path}: format is {manifest['format']!r}, this version reads {FORMAT!r}.")
        months = int(manifest["settings"]["months"])
        parts = {part: _dataset(arrays, part, months) for part in ("baseline", "outcome")}
        return Run(str(manifest["run"]), loads(str(arrays[SCENARIO])), **parts, manifest=manifest)
    except (KeyError, ValueError, TypeError) as error:
        raise ReadError(f"{path}: the run is broken ({error}). Make it again with `oreflow run`.") from error


def _arrays(path: Path) -> dict[str, np.ndarray]:
    hint = "Give the file that `oreflow run … --out` wrote."
    if not path.is_file():
        raise ReadError(f"{path}: no such file. {hint}")
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
        if size > LARGEST:
            raise ReadError(
                f"{path} holds {size / 2**20:.0f} MB, more than {LARGEST / 2**20:.0f} MB, and is not read."
            )
        with np.load(path, allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}
    except (zipfile.BadZipFile, ValueError, OSError, EOFError) as error:
        raise ReadError(f"{path} is not a kept run ({error}). {hint}") from error


def _dataset(arrays: dict[str, np.ndarray], part: str, months: int) -> xr.Dataset:
    coords: dict[str, Any] = {
        name: arrays[f"coordinate/{name}"]
        for name in ("period", "node", "plant", "mix_row", "route", "demand", "store")
    }
    coords |= {name: ("node", arrays[f"coordinate/{name}"]) for name in ("commodity", "region")}
    data = {}
    for name, (dim, unit, text) in VARIABLES.items():
        axis = "mix_row" if dim == "mix" else dim
        attributes = {"unit": unit, "description": text}
        data[name] = xr.DataArray(arrays[f"{part}/{name}"], dims=(axis, "period"), attrs=attributes)
    return xr.Dataset(data, coords=coords, attrs={"months_per_period": months})


def _settings(settings: Settings) -> dict[str, Any]:
    names = ("start", "periods", "step", "foresight", "stride", "later", "ahead", "tariff_tolerance")
    return {
        **{n: getattr(settings, n) for n in names},
        "ahead": list(settings.ahead),
        "months": settings.months,
    }


def _checks(baseline: Outcome, outcome: Outcome) -> dict[str, float]:
    drift = baseline.data["price"].to_numpy()
    return {
        "worst_residual": max(baseline.worst, outcome.worst),
        "price_gap": outcome.price_gap,
        "baseline_drift": float(np.abs(drift / drift[:, :1] - 1.0).max()),
    }
