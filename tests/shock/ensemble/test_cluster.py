"""Draws on a real Dask cluster: a scheduler and worker processes on this machine, some of which are killed."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.shock.ensemble.toys import deadly, real_code, spec

from oreflow.atlas import bundled
from oreflow.errors import OreflowError, UsageError
from oreflow.shock.ensemble import cluster, ensemble
from oreflow.shock.ensemble.model import Model, Work
from oreflow.shock.ensemble.runner import run

pytest.importorskip("pyarrow")
pytest.importorskip("distributed")
ROOT = Path(__file__).parents[3]
ENVIRONMENT = {
    **os.environ,
    "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
    "OMP_NUM_THREADS": "1",
    "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1",
}
pytestmark = [
    # Closing a client warns of the sockets of workers that were killed under it.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


class Cluster:
    """A scheduler and workers, each a process."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "scheduler.json"
        self.log = (folder / "log").open("w")
        self.processes = [self._start("scheduler", "--port", "0", "--host", "127.0.0.1", "--no-dashboard")]
        for _ in range(300):
            with contextlib.suppress(OSError, ValueError):
                self.address = json.loads(self.file.read_text())["address"]
                return
            time.sleep(0.1)
        raise AssertionError((folder / "log").read_text())

    def _start(self, what: str, *options: str) -> subprocess.Popen:
        return subprocess.Popen(
            [
                sys.executable,
                "-m",
                f"distributed.cli.dask_{what}",
                "--scheduler-file",
                str(self.file),
                *options,
            ],
            env=ENVIRONMENT,
            cwd=self.file.parent,
            stdout=self.log,
            stderr=self.log,
        )

    def worker(self, *options: str) -> subprocess.Popen:
        process = self._start("worker", "--nthreads", "1", "--no-dashboard", *(options or ("--no-nanny",)))
        self.processes.append(process)
        return process

    def close(self) -> None:
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.log.close()


@pytest.fixture
def dask(tmp_path):
    found = Cluster(tmp_path)
    yield found
    found.close()


def test_a_cluster_solves_what_a_process_here_solves_also_when_a_worker_is_killed(dask, tmp_path):
    workers = [dask.worker(), dask.worker()]
    model = Model(Work(bundled(), spec()))

    def progress(done: int, _: int) -> None:
        if done == 2:
            workers[0].kill()

    found = ensemble(bundled(), spec(), tmp_path / "out", cluster=dask.address, progress=progress)
    assert workers[0].wait() == -9 and workers[1].poll() is None
    assert found.solved().tolist() == list(range(6))
    for i in range(6):
        row = model.draw(i).rows[0]
        for k, column in enumerate(found.manifest.paths):
            assert found.path(column.name)[i].tolist() == row.paths[:, k].astype("float32").tolist()
        assert [found.total(c.name)[i] for c in found.manifest.totals] == row.totals.tolist()


@pytest.mark.slow
def test_a_draw_that_workers_die_over_is_given_up(dask, tmp_path):
    for _ in range(2):
        dask.worker("--nanny")
    found = run(deadly(spec(draws=4), 2), tmp_path / "out", cluster=dask.address)
    assert found.solved().tolist() == [0, 1, 3]
    (failed,) = found.draws[found.draws["status"] == "failed"].itertuples()
    assert failed.draw == 2 and failed.reason == "2 workers died over this draw"


@pytest.mark.slow
def test_workers_that_join_late_take_part_and_none_at_all_ends_the_run(dask, tmp_path):
    work = Work(bundled(), spec(draws=3))
    options = {"address": dask.address, "policies": ("",), "names": ()}
    with pytest.raises(OreflowError, match="has no worker"):
        list(cluster.solve_there(work, range(3), patience=1.0, **options))
    first = dask.worker()
    found = []
    for result in cluster.solve_there(work, range(3), patience=30.0, **options):
        found.append(result.draw)
        if len(found) == 1:
            first.kill()
            dask.worker()
    assert sorted(found) == [0, 1, 2]
    dask.processes[-1].kill()
    dask.processes[-1].wait()
    last = dask.worker()
    with pytest.raises(OreflowError, match="no worker for 2 s"):
        for _ in cluster.solve_there(work, range(3), patience=2.0, **options):
            last.kill()


@pytest.mark.slow
def test_workers_with_other_code_are_refused(dask, monkeypatch):
    class Here:
        def __call__(self) -> str:
            return "this code"

        def __reduce__(self):
            return real_code, ()

    dask.worker()
    monkeypatch.setattr(cluster, "code", Here())
    with pytest.raises(OreflowError, match="other code"):
        list(
            cluster.solve_there(
                Work(bundled(), spec()), range(3), address=dask.address, policies=("",), names=(), patience=30
            )
        )


def test_no_scheduler_is_said_so(tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "ANSWER", 0.5)
    with pytest.raises(UsageError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9"):
        ensemble(bundled(), spec(), tmp_path, cluster="tcp://127.0.0.1:9")
    with pytest.raises(UsageError, match="no Dask scheduler answers at nonsense"):
        ensemble(bundled(), spec(), tmp_path, cluster="nonsense")
