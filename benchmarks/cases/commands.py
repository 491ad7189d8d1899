"""What a person waits for: importing, loading, reading, and the whole command with its memory."""

from __future__ import annotations

import sys
import tempfile
from functools import cache
from pathlib import Path

from benchmarks.clock import ROOT, Process, inside, paired, process, timed
from benchmarks.registry import Measure, Plan, case
from oreflow.atlas import World, bundled
from oreflow.atlas.bundle import read_csv
from oreflow.atlas.schema import tables

ARTICLES = ROOT / "examples" / "articles" / "development"
ARTICLE = "examples/articles/development/jianxiawo-halt.txt"
DATA = ROOT / "src" / "oreflow" / "atlas" / "data"


@case("command/import", "import oreflow, in a new interpreter", quick=True)
def imported(plan: Plan) -> Measure:
    inside("", "import oreflow, pandas")
    times = [(inside("", "import oreflow"), inside("", "import pandas")) for _ in range(plan.repeats)]
    return Measure(tuple(a for a, _ in times), "import pandas", tuple(b for _, b in times))


@case("world/load", "read and check the bundled world", quick=True)
def loaded(plan: Plan) -> Measure:
    paths = [DATA / f"{name}.csv" for name in tables()]
    present = [p for p in paths if p.is_file()]
    ours, peer = paired(
        bundled.__wrapped__, lambda: [read_csv(p) for p in present], plan.at_most(3)
    )  # without the memory of an earlier call
    world = bundled()
    rows = sum(len(world[name]) for name in world)
    return Measure(ours, "pandas reading the same files", peer, f"{len(present)} tables, {rows:,} rows")


@case("news/read", "read an article, after the first", quick=True)
def read(plan: Plan) -> Measure:
    from oreflow.news import read as read_article

    world: World = bundled()
    paths = sorted(ARTICLES.glob("*.txt"))
    setup = "from oreflow.atlas import bundled\nfrom oreflow.news import read\nworld = bundled()"
    first = [inside(setup, f"read({ARTICLE!r}, world)") for _ in range(plan.at_most(3) + 1)][1:]
    read_article(ROOT / ARTICLE, world)
    times = [timed(lambda p=p: read_article(p, world)) for _ in range(plan.at_most(2)) for p in paths]
    letters = sum(len(p.read_text("utf-8")) for p in paths) / len(paths)
    size = f"{len(paths)} articles, {letters:,.0f} characters on average"
    return Measure(tuple(times), "the first one in a process", tuple(first), size)


def _brief(folder: str, *options: str) -> Process:
    command = [sys.executable, "-m", "oreflow.cli", "brief", ARTICLE, *options]
    return process(command, {"XDG_CACHE_HOME": folder})


@cache
def _compiled() -> None:
    """Leave bytecode behind, as an installation does."""
    with tempfile.TemporaryDirectory() as nowhere:
        _brief(nowhere, "--draws", "1")


@case("command/brief/first", "oreflow brief, 200 draws, nothing cached: the whole process")
def first(plan: Plan) -> Measure:
    _compiled()
    runs = []
    for _ in range(plan.at_most(2)):
        with tempfile.TemporaryDirectory() as folder:
            runs.append(_brief(folder))
    return _asked(Measure(tuple(r.seconds for r in runs), size=Path(ARTICLE).name), runs, 15)


@case("command/brief/again", "the same once more: draws come from the cache")
def again(plan: Plan) -> Measure:
    _compiled()
    with tempfile.TemporaryDirectory() as folder:
        before = _brief(folder)
        runs = [_brief(folder) for _ in range(plan.at_most(3))]
    times = tuple(r.seconds for r in runs)
    return _asked(Measure(times, "the first time", (before.seconds,), Path(ARTICLE).name), runs, 6)


def _asked(measure: Measure, runs: list[Process], seconds: float) -> Measure:
    """Hold time and peak memory against what is asked for on two cores."""
    peak = max(r.megabytes for r in runs)
    return measure.within(seconds, "s", measure.median).within(1000.0, "MB at its peak", peak)
