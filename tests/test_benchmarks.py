"""The benchmarks run, say what they measured, and the documentation holds the table that they write."""

import json
import re
import sys
from pathlib import Path

import pytest
from benchmarks.__main__ import main
from benchmarks.clock import process
from benchmarks.layers import Persistent, in_linopy, in_pypsa
from benchmarks.models import SMALL, SYNTHETIC, Cold, L, M, Model, S, check_equal, engine, looks, scene, scenes, staged
from benchmarks.registry import MISSED, QUICK, REGISTRY, Asked, Measure, case, chosen
from benchmarks.scenarios import KINDS, drawn, news
from benchmarks.synthetic import Shape, world
from benchmarks.table import BEGIN, END, HEADS, NOT_YET, cells, line, machine, markdown, merged, text, updated, written
from click.testing import CliRunner

from oreflow.market import Draw, calibrate

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/performance.md").read_text("utf-8")
SMALLEST = [name for name in REGISTRY if name.startswith("small/")]


@pytest.mark.parametrize("name", SMALLEST)
def test_the_smallest_cases_run(name: str) -> None:
    if name.endswith("/linopy"):
        pytest.importorskip("linopy")
    measure = REGISTRY[name].run(QUICK)
    assert len(measure.seconds) == QUICK.repeats
    assert min(measure.seconds) > 0
    assert len(measure.against) == (QUICK.repeats if measure.peer else 0)


def test_the_smallest_model_has_its_patterns_and_phases() -> None:
    phases = {"base/calibrate", "base/compile", "base/start", "halt/warm", "halt/linopy"}
    assert {n.removeprefix("small/") for n in SMALLEST} == phases


def test_the_base_needs_no_iteration_and_the_halt_some() -> None:
    assert [look.solve().iterations for look in looks(SMALL, "base")] == [0, 0]
    steady, window = looks(SMALL, "halt")
    assert steady.problem.layout.static
    assert window.solve().iterations > 0
    cold = Cold(window)
    cold.solve()
    check_equal(window.solve().objective, cold.objective, "cold")
    with pytest.raises(AssertionError, match="cold finds"):
        check_equal(window.solve().objective * (1 + 1e-5), cold.objective, "cold")


def test_a_ratio_is_of_medians_of_the_same_run() -> None:
    measure = Measure((0.002, 0.004, 0.5), "other", (0.4, 0.2, 9.0), "3 × 4", "seen")
    assert measure.ratio == pytest.approx(100)
    assert Measure((1.0,)).ratio is None
    row = cells(next(iter(REGISTRY.values())), measure.faster(28))
    asked = "asked ≥ 28 times as fast, measured 100"
    assert row[2:] == ["3 × 4", "4.00 ms", "2.00 ms – 500 ms", "other", "400 ms", "100", asked, "seen"]


def test_what_is_asked_stands_beside_what_was_measured() -> None:
    measure = Measure((0.5,), "other", (2.0,)).share(0.12, "of its time").within(1000, "MB", 1234.5).above(1, "x", 1)
    late, large, enough = measure.asked
    assert str(late) == f"asked ≤ 0.12 of its time, measured 0.25: {MISSED}"
    assert str(large) == f"asked ≤ 1,000 MB, measured 1,234: {MISSED}"
    assert enough.reached
    assert not Asked("times", 1.79, 1.8, least=True).reached
    assert Measure((3.0,), "raw", (2.0,), unit="MB").share(1.6, "times").asked[0].reached
    assert cells(next(iter(REGISTRY.values())), Measure((1234.5,), unit="MB"))[3] == "1,234 MB"


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (12.345, "12.3 s"),
        (1.0, "1.00 s"),
        (0.9996, "1.00 s"),
        (0.0994, "99.4 ms"),
        (0.12, "120 ms"),
        (2e-6, "2.00 µs"),
    ],
)
def test_times_have_three_digits(seconds: float, told: str) -> None:
    assert text(seconds) == told


def test_a_process_is_told_apart_from_what_started_it() -> None:
    ballast = b"x" * (150 * 2**20)  # memory of this process, which no child may be charged with
    ran = process([sys.executable, "-S", "-c", "import time; time.sleep(0.05)"])
    assert ran.seconds >= 0.05
    assert 1 < ran.megabytes < 100 < len(ballast) / 2**20
    used = process([sys.executable, "-S", "-c", "b'x' * (150 * 2**20)"])
    assert used.megabytes > 150
    with pytest.raises(RuntimeError, match=r"exit code 3: .*no luck"):
        process([sys.executable, "-c", "import sys; print('no luck', file=sys.stderr); sys.exit(3)"])


def test_cases_are_chosen_by_name_part_and_pattern() -> None:
    assert [c.name for c in chosen(("small/base/start",))] == ["small/base/start"]
    assert {c.name for c in chosen(("draw2",))} == {"lithium/halt/draw2", "all/halt/draw2"}
    assert {c.name for c in chosen(("small/*",))} == set(SMALLEST)
    quick = {c.name for c in chosen(quick=True)}
    assert set(SMALLEST) < quick < {c.name for c in chosen()} == set(REGISTRY)
    with pytest.raises(ValueError, match="two cases"):
        case(SMALLEST[0], "again")(REGISTRY[SMALLEST[0]].run)


def test_the_command_lists_runs_and_refuses() -> None:
    listed = CliRunner().invoke(main, ["--list"])
    assert [line.split()[0] for line in listed.output.splitlines()] == list(REGISTRY)
    ran = CliRunner().invoke(main, ["--quick", "--only", "small/base/start"])
    assert ran.exit_code == 0
    assert "small/base/start" in ran.stdout
    assert "HiGHS cold, defaults" in ran.stdout
    assert CliRunner().invoke(main, ["--only", "no-such"]).exit_code == 2
    assert CliRunner().invoke(main, ["--quick", "--write"]).exit_code == 2


def test_the_page_holds_the_table_of_every_case() -> None:
    """What --write left: all cases of the registry, with the command's columns and times where a package was there."""
    assert written(PAGE) == list(REGISTRY), "run `make bench BENCH_ARGS=--write`"
    table = PAGE.partition(BEGIN)[2].partition(END)[0]
    rows = [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("|")]
    assert rows[0] == list(HEADS)
    assert {len(re.split(r"(?<!\\)\|", line)) for line in table.splitlines() if line.startswith("|")} == {
        len(HEADS) + 2
    }
    whats = {r[0].strip("`"): r[1] for r in rows[2:]}
    assert whats == {name: c.what for name, c in REGISTRY.items()}
    assert re.search(r"^\d+ cores .*Python 3\.\d+\.\d+, HiGHS 1\.\d+", table, re.M)


def test_the_page_tells_the_look_ahead_of_briefings() -> None:
    _, settings = staged("halt")
    assert sum(settings.ahead) == 12
    assert f"periods of {settings.ahead} months" in PAGE


def test_a_page_keeps_what_stands_around_its_table() -> None:
    results = [(c, Measure((0.5,), note=f"a | b {json.dumps(c.name)}")) for c in chosen(("small",))]
    page = merged(f"before\n{BEGIN}\nold\n{END}\nafter\n", markdown(results, "8 cores."))
    assert page.startswith(f"before\n{BEGIN}\n8 cores.\n")
    assert page.endswith(f"{END}\nafter\n")
    assert "old" not in page
    assert "a \\| b" in page
    assert written(page) == SMALLEST
    with pytest.raises(ValueError, match="no lines"):
        merged("nothing", "table")
