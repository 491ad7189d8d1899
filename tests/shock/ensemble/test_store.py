"""Draws on disk: any parts read the same, nothing half written, nothing mixed, and clear words for what is wrong."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as options
from hypothesis import strategies as st

from oreflow.errors import DataError, OreflowError, UnknownNameError, UsageError
from oreflow.shock.ensemble import parts, store
from oreflow.shock.ensemble.manifest import Manifest
from oreflow.shock.ensemble.measure import Column
from oreflow.shock.ensemble.reading import Ensemble
from oreflow.shock.ensemble.result import Result, Row
from oreflow.shock.ensemble.store import writing
from oreflow.shock.ensemble.summary import summarise

pq = pytest.importorskip("pyarrow.parquet")
PERIODS = ("2026-01", "2026-04", "2026-07")


@dataclass(frozen=True)
class Happened:
    law: str
    target: str
    start: float = 1.0
    months: float = float("inf")
    size: float = 0.5


MANIFEST = Manifest(
    spec={"ensemble": "toy", "title": "A toy"},
    sentences=("A toy is drawn.",),
    spec_hash="spec",
    world="world",
    oreflow="0",
    code="code",
    draws=40,
    policies=("", "less"),
    periods=PERIODS,
    months=3,
    headline="lithium@CHN",
    scope=("lithium",),
    design="random",
    created="2026-01-01T00:00:00+00:00",
    inputs=(Column("es", "1", "elasticity"), Column("ed", "1", "elasticity")),
    paths=(
        Column("price:lithium@CHN", "USD/t LCE", "price", (100.0, 100.0, 100.0)),
        Column("shortage:lithium", "t LCE", "shortage", (0.0, 0.0, 0.0)),
    ),
    totals=(
        Column("shortage_total:lithium", "t LCE", "shortage", (0.0,)),
        Column("buyers_loss", "USD", "loss", (0.0,)),
    ),
    demand={"lithium": (1000.0, "t LCE")},
)


def result(i: int) -> Result:
    rng = np.random.default_rng(i)
    es, ed = rng.random(2)
    rows = []
    for k, policy in enumerate(MANIFEST.policies):
        if i % 10 == 3 and k == 1:
            rows.append(Row(policy, "failed", "no solution"))
            continue
        price = 100.0 * (1 + es + (i % 2) * 0.5 - 0.1 * k) * np.array([1.0, 1.1, 0.9])
        short = np.array([1.0, 2.0, 3.0]) * ed
        paths = np.column_stack([price, short])
        rows.append(Row(policy, "solved", "", 3, 0.1, paths, np.array([short.sum(), price.sum()])))
    happened = (Happened("strike", f"mine {i % 3}"), Happened("outage", "smelter"))
    return Result(i, {"es": float(es), "ed": float(ed)}, happened if i % 2 else (), tuple(rows))


RESULTS = [result(i) for i in range(40)]


def written(folder: Path, order=range(40), cuts=(), manifest=MANIFEST) -> Path:
    with writing(folder, manifest) as s:
        for k, i in enumerate(order):
            s.add(RESULTS[i])
            if k in cuts:
                s.flush()
    return folder


@pytest.fixture
def folder(tmp_path) -> Path:
    return written(tmp_path / "out", cuts={9, 19})


def test_what_is_written_is_read(folder):
    found = Ensemble.read(folder)
    assert found.manifest == MANIFEST
    assert found.solved().tolist() == list(range(40))
    assert found.solved("less").tolist() == [i for i in range(40) if i % 10 != 3]
    kept = found.path("price:lithium@CHN", "less")
    assert kept.astype(np.float32).tolist() == [
        RESULTS[i].rows[1].paths[:, 0].astype(np.float32).tolist() for i in found.solved("less")
    ]
    assert found.total("es").tolist() == [r.inputs["es"] for r in RESULTS]
    assert found.ratio()[0] == pytest.approx(RESULTS[0].rows[0].paths[:, 0] / 100.0)
    assert len(found.occurrences) == 40
    assert found.occurrences["months"].tolist() == [float("inf")] * 40
    failed = found.draws[found.draws["status"] == "failed"]
    assert failed["reason"].unique().tolist() == ["no solution"] and np.isnan(failed["buyers_loss"]).all()


def test_every_column_has_its_unit_in_the_file(folder):
    schema = pq.read_schema(folder / "paths" / "part-000000.parquet")
    assert schema.field("price:lithium@CHN").metadata[b"unit"] == b"USD/t LCE"
    told = json.loads(pq.read_metadata(folder / "paths" / "part-000000.parquet").metadata[b"oreflow"])
    assert told["columns"]["shortage:lithium"]["unit"] == "t LCE" and told["world"] == "world"


def test_what_happens_is_told_by_law_and_by_target(folder):
    happens = Ensemble.read(folder).happens()
    assert sorted(happens.columns) == [
        "outage: smelter",
        *(f"strike{x}" for x in ("", ": mine 0", ": mine 1", ": mine 2")),
    ]
    assert happens["strike"].tolist() == [i % 2 == 1 for i in range(40)]
    assert happens["strike: mine 0"].tolist() == [i % 2 == 1 and i % 3 == 0 for i in range(40)]


def same(a: Ensemble, b: Ensemble) -> None:
    assert a.draws.equals(b.draws)
    assert a.occurrences.equals(b.occurrences)
    for policy in a.policies:
        for column in a.manifest.paths:
            assert np.array_equal(a.path(column.name, policy), b.path(column.name, policy))
    one, two = summarise(a), summarise(b)
    assert one.above == two.above and one.short == two.short and one.compared == two.compared
    assert one.convergence == two.convergence and one.drivers == two.drivers


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return Ensemble.read(written(tmp_path_factory.mktemp("whole") / "out"))


@options(max_examples=6)
@given(
    order=st.permutations(range(40)), cuts=st.sets(st.integers(0, 39), max_size=6), stop=st.integers(0, 40)
)
def test_any_parts_in_any_order_say_the_same(whole, tmp_path_factory, order, cuts, stop):
    folder = tmp_path_factory.mktemp("parts") / "out"
    written(folder, order[:stop], cuts)
    written(folder, order[max(stop - 5, 0) :], cuts)  # five are offered again
    same(whole, Ensemble.read(folder))
    shutil.rmtree(folder)


def test_a_run_goes_on_where_it_stopped(tmp_path):
    written(tmp_path, range(10))
    with writing(tmp_path, replace(MANIFEST, draws=60, created="later")) as s:
        assert s.missing(12) == [10, 11]
        s.add(RESULTS[3])  # it is there already
        s.add(RESULTS[11])
    assert Ensemble.read(tmp_path).solved().tolist() == [*range(10), 11]
    manifest = Manifest.read(tmp_path)
    assert manifest.draws == 60 and manifest.created == MANIFEST.created


def test_what_a_killed_run_left_half_written_is_swept_away(folder):
    (folder / "draws" / "part-000002.parquet").unlink()
    (folder / "paths" / ".part-000007.parquet.ab.tmp").write_bytes(b"half")
    assert Ensemble.read(folder).solved().tolist() == list(range(20))
    written(folder, range(20, 40))
    assert [p.name for p in sorted((folder / "paths").iterdir())] == [
        f"part-00000{k}.parquet" for k in range(3)
    ]
    assert Ensemble.read(folder).solved().tolist() == list(range(40))


def test_draws_that_do_not_belong_together_are_not_mixed(folder):
    for change, said in (
        ({"world": "another"}, "another world.*--with"),
        ({"spec_hash": "another"}, "another spec"),
        ({"code": "another"}, "other code"),
    ):
        with pytest.raises(DataError, match=said), writing(folder, replace(MANIFEST, **change)):
            pass
    assert len(Ensemble.read(folder).solved()) == 40


@pytest.mark.parametrize("table", ["draws", "paths", "occurrences"])
@pytest.mark.parametrize("damage", ["cut", "empty", "flip", "gone"])
def test_a_broken_part_is_named_and_can_be_made_again(folder, table, damage):
    file = folder / table / "part-000001.parquet"
    content = bytearray(file.read_bytes())
    if damage == "cut":
        file.write_bytes(content[: len(content) // 2])
    elif damage == "empty":
        file.write_bytes(b"")
    elif damage == "gone":
        if table == "draws":
            return  # then the part was never finished
        file.unlink()
    else:
        content[60] ^= 0xFF  # within the first page
        file.write_bytes(content)
    with pytest.raises(DataError, match=r"part-000001.*Delete .*draws.part-000001\.parquet"):
        found = Ensemble.read(folder)
        assert len(found.draws) and len(found.occurrences) and len(found.path("price:lithium@CHN"))
        assert len(found.path("shortage:lithium"))
    (folder / "draws" / "part-000001.parquet").unlink()
    with writing(folder, MANIFEST) as s:
        assert s.missing(40) == list(range(10, 20))
        for i in range(10, 20):
            s.add(RESULTS[i])
    assert len(Ensemble.read(folder).path("price:lithium@CHN")) == 40


def test_a_draw_in_two_parts_is_refused(folder):
    for table in ("draws", "paths", "occurrences"):
        shutil.copy(folder / table / "part-000001.parquet", folder / table / "part-000009.parquet")
    with pytest.raises(DataError, match="draw 10 stands both in"):
        Ensemble.read(folder)


def test_strange_files_are_refused(tmp_path):
    (tmp_path / "thesis.docx").write_text("mine")
    with pytest.raises(DataError, match=r"no ensemble's \(thesis.docx\)"), writing(tmp_path, MANIFEST):
        pass
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.docx"]
    with pytest.raises(DataError, match="holds no ensemble"):
        Ensemble.read(tmp_path)


def test_strange_files_among_the_parts_are_refused(folder):
    (folder / "draws" / "notes.txt").write_text("mine")
    with pytest.raises(DataError, match=r"notes\.txt is no part"):
        Ensemble.read(folder)


def test_another_parquet_file_is_no_part(folder):
    shutil.copy(folder / "paths" / "part-000001.parquet", folder / "draws" / "part-000001.parquet")
    with pytest.raises(DataError, match="other columns"):
        Ensemble.read(folder)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is broken"),
        ("[]", "not the manifest"),
        ('{"format": "something"}', "not the manifest"),
        ('{"format": "oreflow-ensemble", "version": 99}', "newer than this oreflow reads"),
        ('{"format": "oreflow-ensemble", "version": 1}', "is broken"),
    ],
)
def test_a_manifest_that_cannot_be_read_says_why(folder, text, said):
    (folder / "manifest.json").write_text(text)
    with pytest.raises(DataError, match=said):
        Ensemble.read(folder)
    with pytest.raises(DataError, match=said), writing(folder, MANIFEST):
        pass


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "out").write_text("")
    with pytest.raises(UsageError, match="is a file"), writing(tmp_path / "out", MANIFEST):
        pass


def test_one_writer_at_a_time(tmp_path):
    with (
        writing(tmp_path, MANIFEST),
        pytest.raises(UsageError, match=rf"another process \(pid {os.getpid()}\)"),
        writing(tmp_path, MANIFEST),
    ):
        pass
    with writing(tmp_path, MANIFEST):
        pass


def test_a_killed_writer_leaves_no_lock(tmp_path):
    code = (
        "import os, sys, signal; sys.path[:] = " + json.dumps(sys.path) + "\n"
        "from pathlib import Path\n"
        "from tests.shock.ensemble.test_store import MANIFEST, RESULTS, writing\n"
        f"with writing(Path({str(tmp_path)!r}), MANIFEST) as s:\n"
        "    s.add(RESULTS[0]); s.flush(); s.add(RESULTS[1])\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    root = str(Path(__file__).parents[3])
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, check=False, env={**os.environ, "PYTHONPATH": root}
    )
    assert done.returncode == -9
    with writing(tmp_path, MANIFEST) as s:
        assert s.missing(3) == [1, 2]


@pytest.mark.parametrize("table", ["occurrences", "paths", "draws"])
def test_a_full_disk_keeps_what_is_finished(tmp_path, monkeypatch, table):
    written(tmp_path, range(10))
    true = parts.write

    def full(content, path):
        if path.parent.name == table:
            path.write_bytes(b"half of it")
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        true(content, path)

    monkeypatch.setattr(store, "write", full)
    with pytest.raises(OreflowError, match=r"No space left on device\. 10 finished draws are kept"):
        written(tmp_path, range(10, 20))
    assert Ensemble.read(tmp_path).solved().tolist() == list(range(10))
    assert not [
        p for t in ("occurrences", "paths", "draws") for p in (tmp_path / t).iterdir() if "1" in p.name
    ]
    monkeypatch.undo()
    written(tmp_path, range(10, 40))
    assert len(Ensemble.read(tmp_path).solved()) == 40


@pytest.mark.skipif(sys.platform == "win32", reason="needs limits of a process")
def test_a_file_that_cannot_grow_keeps_what_is_finished(tmp_path):
    """The system itself refuses to write on: a limit on the size of files stands in for a full disk."""
    import resource
    import signal

    written(tmp_path, range(10))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        with (
            pytest.raises(OreflowError, match="10 finished draws are kept"),
            writing(tmp_path, MANIFEST) as s,
        ):
            resource.setrlimit(resource.RLIMIT_FSIZE, (3000, before[1]))
            for i in range(10, 40):
                s.add(RESULTS[i])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert Ensemble.read(tmp_path).solved().tolist() == list(range(10))


def test_an_error_on_the_way_keeps_what_was_added(tmp_path):
    with pytest.raises(KeyboardInterrupt), writing(tmp_path, MANIFEST) as s:
        s.add(RESULTS[0])
        raise KeyboardInterrupt
    assert Ensemble.read(tmp_path).solved().tolist() == [0]


def test_memory_does_not_grow_with_the_draws(tmp_path, monkeypatch):
    monkeypatch.setattr(store, "PART", 16)
    with writing(tmp_path, MANIFEST) as s:
        for i in range(40):
            s.add(RESULTS[i])
            assert len(s._held) < 16
    assert len(list((tmp_path / "draws").iterdir())) == 3


def test_names_that_are_not_kept_raise_with_the_nearest(folder):
    found = Ensemble.read(folder)
    for call in (
        lambda: found.path("price:lithium@CHI"),
        lambda: found.total("eS"),
        lambda: found.solved("les"),
        lambda: found.base("price:litium@CHN"),
        lambda: summarise(found, "lithium@CHX"),
    ):
        with pytest.raises(UnknownNameError, match="Did you mean"):
            call()


def test_an_empty_store_says_so(tmp_path):
    with writing(tmp_path, MANIFEST):
        pass
    with pytest.raises(DataError, match="no finished draw yet"):
        summarise(Ensemble.read(tmp_path))


def test_draws_in_which_nothing_happens_are_told_too(tmp_path):
    with writing(tmp_path, MANIFEST) as s:
        for r in RESULTS:
            s.add(replace(r, occurrences=()))
    found = Ensemble.read(tmp_path)
    assert found.happens().shape == (40, 0)
    assert [d.name for d in summarise(found).drivers.rows] == ["es", "ed"]


def test_a_single_draw_is_told_without_an_end_to_its_intervals(tmp_path):
    written(tmp_path, [0])
    told = summarise(Ensemble.read(tmp_path))
    assert told.drivers is None and told.compared[0].paired.difference.half == float("inf")
    assert "With 1 draws" not in told.precision


def test_missing_rows_are_noticed(folder):
    file = folder / "paths" / "part-000000.parquet"
    table = pq.read_table(file)
    pq.write_table(table.slice(1), file)
    with pytest.raises(DataError, match="3 periods of each of the 40"):
        Ensemble.read(folder).path("price:lithium@CHN")


def test_a_folder_with_an_equals_sign_is_no_partition(tmp_path):
    folder = written(tmp_path / "policy=x" / "out")
    assert set(Ensemble.read(folder).draws["policy"]) == {"", "less"}
