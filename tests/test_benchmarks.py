"""The benchmarks run, say what they measured, and the documentation holds the table that they write."""

import json
import re
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from benchmarks.__main__ import main
from benchmarks.clock import process
from benchmarks.layers import Persistent, in_linopy, in_pypsa, quiet
from benchmarks.models import (
    SMALL,
    Cold,
    L,
    M,
    Model,
    S,
    check_equal,
    engine,
    looks,
    scene,
    scenes,
    staged,
)
from benchmarks.registry import MISSED, QUICK, REGISTRY, Asked, Measure, case, chosen
from benchmarks.scenarios import KINDS, drawn, news
from benchmarks.synthetic import Shape, world
from benchmarks.table import (
    BEGIN,
    END,
    HEADS,
    NOT_YET,
    cells,
    line,
    machine,
    markdown,
    merged,
    text,
    updated,
    written,
)
from click.testing import CliRunner

from oreflow.market import Draw, calibrate
from oreflow.market.layout import Layout

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/performance.md").read_text("utf-8")
TINY = Model("tiny", "a synthetic system", partial(world, Shape(minerals=2, stages=4, regions=5)), months=5)
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
    measure = (
        Measure((0.5,), "other", (2.0,))
        .share(0.12, "of its time")
        .within(1000, "MB", 1234.5)
        .above(1, "x", 1)
    )
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
    assert {c.name for c in chosen(("draw2",))} == {
        f"{name}/draw2" for name in ("lithium/halt", "all/halt", "S/kinds", "M/kinds")
    }
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
    rows = [line(c, Measure((0.5,), note=f"a | b {json.dumps(c.name)}")) for c in chosen(("small",))]
    page = merged(f"before\n{BEGIN}\nold\n{END}\nafter\n", markdown(rows, "8 cores."))
    assert page.startswith(f"before\n{BEGIN}\n8 cores.\n")
    assert page.endswith(f"{END}\nafter\n")
    assert "old" not in page
    assert "a \\| b" in page
    assert written(page) == SMALLEST
    with pytest.raises(ValueError, match="no lines"):
        merged("nothing", "table")


def test_a_page_takes_the_rows_of_some_cases_and_keeps_the_others() -> None:
    cases = list(chosen(("small",)))
    first, second = cases[:2]
    empty = f"before\n{BEGIN}\n{END}\nafter\n"
    told = "2 cores, HiGHS 1.15.1, load up to {} when a case began."
    page = updated(empty, {first.name: Measure((0.5,)).within(0.4, "s", 0.5)}, cases, told.format(0.5))
    assert written(page) == SMALLEST
    assert page.count(NOT_YET) == len(cases)  # all rows but one, and the line that counts them
    missed = f"Of 1 figures asked for and measured, those of `{first.name}` are {MISSED}."
    assert f"{missed} {len(cases) - 1} cases are {NOT_YET}." in page
    more = updated(page, {second.name: Measure((0.25,)).within(0.4, "s", 0.25)}, cases, told.format(2.5))
    kept = next(r for r in page.splitlines() if r.startswith(f"| `{first.name}`"))
    assert kept in more.splitlines()
    assert "| 250 ms |" in more
    assert "Of 2 figures" in more
    assert told.format(2.5) in more
    assert told.format(2.5) in updated(more, {}, cases, told.format(0.1))  # the largest load stays
    assert written(updated(more, {}, cases[1:], told.format(0.1))) == SMALLEST[1:]
    with pytest.raises(ValueError, match="measured elsewhere"):
        updated(more, {second.name: "no"}, cases, "3 cores, HiGHS 1.15.1, load up to 0.0 when a case began.")
    with pytest.raises(ValueError, match="other columns"):
        updated(more.replace("| asked |", "| hoped |"), {second.name: "no"}, cases, told.format(0.1))
    whole = updated(more, dict.fromkeys(SMALLEST, "no"), cases, "3 cores.")
    assert "3 cores." in whole
    assert NOT_YET not in whole


def test_the_machine_is_told_with_what_else_it_does() -> None:
    assert re.fullmatch(r"\d+ cores .*HiGHS [0-9.]+, .*, load up to [0-9.]+ when a case began\.", machine())


def test_synthetic_worlds_balance_and_are_the_same_again() -> None:
    shape = Shape(minerals=3, stages=5, regions=6)
    assert world(shape).hash == world(shape).hash != world(Shape(3, 5, 6, seed=1)).hash
    for base in (calibrate(world(shape)), S.base(), M.base()):
        moved = base.balanced.adjustments["relative"]
        assert abs(moved).max() < 1e-9
        assert not base.balanced.difference.any()
        assert all(base.centred)
        assert (base.net.route_lag <= 2.0).all()
    joint = [p for p in set(S.base().net.plant_process) if p.endswith("mine_making")]
    makes = S.world()["flows"].query("role == 'output'").groupby("process").size()
    assert makes[joint].max() == 2  # a by-product


@pytest.mark.parametrize(
    ("model", "rows", "columns"), [(S, 3_300, 30_000), (M, 53_000, 634_000), (L, 177_000, 2_100_000)]
)
def test_synthetic_systems_have_their_size(model: Model, rows: int, columns: int) -> None:
    layout = Layout(model.base(), model.spans)
    assert layout.periods * layout.rows == pytest.approx(rows, rel=0.25)
    assert layout.periods * layout.columns == pytest.approx(columns, rel=0.25)


def test_a_synthetic_base_needs_no_iteration() -> None:
    look = scene(S)
    solution = look.solve()
    assert solution.iterations == 0
    price = solution.price[:, : len(S.base().price)] / look.view.beta[:-1, None]
    assert price == pytest.approx(np.tile(S.base().price, (S.months, 1)), rel=1e-9)


def test_scenarios_are_drawn_alone_and_move_the_market() -> None:
    base, nothing = TINY.base(), scene(TINY).solve().objective
    for kind in KINDS:
        again = [drawn(base, kind, TINY.months, 3) for _ in range(2)]
        for one, same in zip(*again, strict=True):
            assert (one.table, one.rows, one.attribute) == (same.table, same.rows, same.attribute)
            assert one.profile.tolist() == same.profile.tolist()
        moved = [scene(TINY, drawn(base, kind, TINY.months, i)).solve().objective for i in range(6)]
        assert len(set(moved)) > 1
        assert max(abs(m / nothing - 1.0) for m in moved) > 1e-6
        if kind in ("halt", "ban"):
            assert min(moved) >= nothing - 1e-9 * abs(nothing)  # nobody gains on the whole


def test_scenarios_go_through_the_engine() -> None:
    held = engine(TINY)
    base = TINY.base()
    for i in range(len(KINDS)):
        price = held.draw(news(base, TINY.months, i), Draw(), ("price",))["price"]
        assert price.shape == (len(base.net.nodes), TINY.months)
        assert np.isfinite(price).all()


def test_every_layer_says_the_same_programme() -> None:
    pytest.importorskip("linopy")
    pytest.importorskip("pypsa")
    with quiet():
        kept = Persistent(scene(TINY))
    for look in scenes(TINY, 1):
        ours = look.solve().objective
        cold = Cold(look)
        cold.solve()
        check_equal(ours, cold.objective, "HiGHS")
        for way, name in ((in_linopy, "linopy"), (kept.solve, "linopy persistent"), (in_pypsa, "PyPSA")):
            with quiet():
                theirs = way(look)
            check_equal(ours, theirs, name)
    assert kept.solver._in_place_updates == len(KINDS)
    assert kept.solver._rebuilds == 0


def test_layers_refuse_what_they_cannot_say() -> None:
    pytest.importorskip("linopy")
    pytest.importorskip("pypsa")
    look = looks(SMALL, "halt")[-1]
    with pytest.raises(ValueError, match="equally long"):
        in_pypsa(look)
    with quiet():
        kept = Persistent(look)
    dry = replace(
        look, view=replace(look.view, state=replace(look.view.state, stock=0.5 * look.view.state.stock))
    )
    with pytest.raises(ValueError, match="right-hand sides"):
        kept.solve(dry)
