"""Runs: by processes that may die, stopped and taken up again, and always the same draws."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.shock.ensemble.toys import Broken, deadly, leave, spec

from oreflow.atlas import bundled
from oreflow.errors import DataError, OreflowError, UnknownNameError, UsageError
from oreflow.shock import from_library
from oreflow.shock.ensemble import ensemble
from oreflow.shock.ensemble.model import Model, Work
from oreflow.shock.ensemble.pool import solve_here
from oreflow.shock.ensemble.reading import Ensemble
from oreflow.shock.ensemble.runner import run

pytest.importorskip("pyarrow")
psutil = pytest.importorskip("psutil")
ROOT = Path(__file__).parents[3]


def same(a: Ensemble, b: Ensemble) -> None:
    """Bit for bit, but for the time it took."""
    assert a.draws.drop(columns="seconds").equals(b.draws.drop(columns="seconds"))
    assert a.occurrences.equals(b.occurrences)
    for policy in a.policies:
        for column in a.manifest.paths:
            assert np.array_equal(a.path(column.name, policy), b.path(column.name, policy))


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Ensemble:
    """Six draws, uninterrupted."""
    return ensemble(bundled(), spec(), tmp_path_factory.mktemp("whole") / "out", workers=1)


def test_draws_are_solved_and_kept(whole):
    assert whole.solved().tolist() == list(range(6))
    assert np.ptp(whole.ratio()) > 0.01
    assert whole.draws["es"].nunique() == 6
    assert set(whole.occurrences["law"].str.split("_").str[0]) <= {"outage", "strike"}


def test_two_workers_solve_the_same_as_one_process(whole, tmp_path):
    told = []
    two = ensemble(bundled(), spec(), tmp_path, workers=2, progress=lambda done, n: told.append((done, n)))
    same(whole, two)
    assert told == [(k, 6) for k in range(7)]


def test_a_draw_alone_is_the_same(whole):
    row = Model(Work(bundled(), spec())).draw(4).rows[0]
    names = [c.name for c in whole.manifest.paths]
    for k, name in enumerate(names):
        assert np.array_equal(whole.path(name)[4], row.paths[:, k].astype(np.float32))


def test_more_draws_extend_what_is_there(whole, tmp_path):
    shutil.copytree(whole.folder, tmp_path / "out")
    told = []
    more = ensemble(
        bundled(), spec(draws=8), tmp_path / "out", workers=1, progress=lambda done, n: told.append((done, n))
    )
    assert told == [(6, 8), (7, 8), (8, 8)]
    assert np.array_equal(more.ratio()[:6], whole.ratio())
    ensemble(bundled(), spec(), tmp_path / "out", progress=lambda done, n: told.append((done, n)))
    assert told[3:] == [(6, 6)]  # nothing was left to do
    assert Ensemble.read(tmp_path / "out").manifest.draws == 8


def test_policies_meet_the_same_futures():
    policy = replace(from_library("smelter_outage"), events=())
    found = Model(Work(bundled(), spec(compare={"nothing": policy}))).draw(1)
    assert [row.policy for row in found.rows] == ["", "nothing"]
    assert np.array_equal(found.rows[0].paths, found.rows[1].paths)


@pytest.mark.slow
def test_a_worker_that_dies_is_replaced(whole, tmp_path):
    same(whole, run(deadly(spec(), 1, 4, once=tmp_path), tmp_path / "out", workers=2))
    assert sorted(p.name for p in tmp_path.glob("killed-*")) == ["killed-1", "killed-4"]


@pytest.mark.slow
def test_a_draw_that_no_worker_survives_is_given_up_and_the_others_go_on(whole, tmp_path):
    found = run(deadly(spec(), 3), tmp_path, workers=2)
    assert found.solved().tolist() == [0, 1, 2, 4, 5]
    (failed,) = found.draws[found.draws["status"] == "failed"].itertuples()
    assert failed.draw == 3
    assert failed.reason == "3 workers died over this draw (killed by signal 9)"
    assert found.ratio().tolist() == whole.ratio()[[0, 1, 2, 4, 5]].tolist()
    assert ensemble(bundled(), spec(), tmp_path).solved().tolist() == [0, 1, 2, 4, 5]  # it counts as done


@pytest.mark.slow
def test_a_mistake_in_the_code_is_not_a_failed_draw(tmp_path):
    with pytest.raises(RuntimeError, match="ZeroDivisionError: a mistake"):
        run(Work(bundled(), spec(), Broken), tmp_path, workers=1)
    assert Ensemble.read(tmp_path).solved().tolist() == [0, 1]


@pytest.mark.slow
def test_workers_that_never_start_end_the_run():
    work = Work(bundled(), spec(), leave)
    with pytest.raises(
        OreflowError, match=r"3 workers in a row died before their first draw \(exit code 3\)"
    ):
        list(solve_here(work, range(4), workers=1, policies=("",), names=()))


def test_a_draw_without_solution_is_a_row_with_its_reason(tmp_path, whole):
    """Demand for stationary batteries that is raised beyond what can be had is no reason to stop."""
    from oreflow.shock.ensemble.result import Result

    model = Model(Work(bundled(), spec()))
    engine = model.engine

    def refuse(*_: object) -> None:
        raise OreflowError("no solution: a minimum asks for more than there is.")

    engine.draw = refuse
    found = model.draw(0)
    assert isinstance(found, Result)
    assert found.rows[0].status == "failed" and "asks for more" in found.rows[0].reason


def killed(folder: Path, after: int, by: int) -> int:
    """Run an ensemble in a process of its own and send it a signal once some draws are there; its workers must end."""
    code = (
        f"import sys; sys.path[:] = {sys.path!r}\n"
        "from pathlib import Path\n"
        "from oreflow.atlas import bundled\n"
        "from oreflow.shock.ensemble import ensemble, runner\n"
        "from tests.shock.ensemble.toys import spec\n"
        "runner.EVERY = 0.0\n"
        f"ensemble(bundled(), spec(), Path({str(folder)!r}), workers=2,\n"
        "    progress=lambda done, n: print(done, flush=True))\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT, text=True
    )
    for line in process.stdout:
        if int(line) >= after:
            break
    workers = psutil.Process(process.pid).children(recursive=True)
    assert len(workers) == 2
    process.send_signal(by)
    process.stdout.close()
    returned = process.wait(timeout=60)
    assert not psutil.wait_procs(workers, timeout=60)[1]
    return returned


@pytest.mark.slow
def test_a_run_that_is_killed_goes_on_to_the_same_end(whole, tmp_path):
    assert killed(tmp_path, 2, signal.SIGKILL) == -9
    before = Ensemble.read(tmp_path).solved()
    assert 1 <= len(before) < 6
    told = []
    same(whole, ensemble(bundled(), spec(), tmp_path, progress=lambda done, n: told.append(done)))
    assert told[0] == len(before)


@pytest.mark.slow
def test_ctrl_c_keeps_the_finished_draws(tmp_path):
    assert killed(tmp_path, 3, signal.SIGINT) != 0
    assert len(Ensemble.read(tmp_path).solved()) >= 3


def test_another_spec_or_world_is_refused(whole, tmp_path):
    out = shutil.copytree(whole.folder, tmp_path / "out")
    with pytest.raises(DataError, match="another spec"):
        ensemble(bundled(), spec(seed=8), out)
    world = bundled()
    parameters = world.parameters
    parameters.loc[parameters["parameter"] == "discount_rate", "value"] = 0.07
    with pytest.raises(DataError, match="another world"):
        ensemble(world.with_(parameters=parameters), spec(), out)


def test_nothing_is_drawn_for_what_makes_no_sense(tmp_path):
    with pytest.raises(UsageError, match="at least 1 worker"):
        ensemble(bundled(), spec(), tmp_path, workers=0)
    with pytest.raises(UsageError, match="draw"):
        ensemble(bundled(), spec(draws=0), tmp_path)
    with pytest.raises(UnknownNameError, match="lithium_carbonate@CHN"):
        ensemble(bundled(), spec(watch=("lithium_carbonate@CHM",)), tmp_path)
    assert not list(tmp_path.iterdir())
