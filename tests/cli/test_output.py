"""Tables and JSON as they are printed."""

import json
import sys
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oreflow.cli.output import Column, print_json, print_table, progress, to_json


@dataclass
class Figure:
    name: str
    value: float


def test_json_is_sorted_and_knows_no_nan() -> None:
    text = to_json(
        {"b": float("nan"), "a": [np.float64("inf"), np.int64(3), np.array([1.5, np.nan])]}, indent=None
    )
    assert text == '{"a": [null, 3, [1.5, null]], "b": null}'


def test_json_of_tables_dataclasses_and_text() -> None:
    frame = pd.DataFrame({"x": [1.0, None], "y": ["Jianxiawo", "宜春"]})
    data = json.loads(to_json({"rows": frame, "one": Figure("p", 0.1), "set": {"b", "a"}}))
    assert data["rows"] == [{"x": 1.0, "y": "Jianxiawo"}, {"x": None, "y": "宜春"}]
    assert data["one"] == {"name": "p", "value": 0.1}
    assert data["set"] == ["a", "b"]


def test_json_floats_do_not_show_the_noise_of_summation() -> None:
    assert to_json(0.1 + 0.2) == "0.3"
    assert to_json(np.float32(2.5)) == "2.5"


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text() | st.integers(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=12,
    )
)
def test_json_is_always_valid_and_stable(data: object) -> None:
    def refuse(name: str) -> None:
        raise AssertionError(f"{name} is not JSON")

    once = json.loads(to_json(data), parse_constant=refuse)
    assert json.loads(to_json(once)) == once


def test_print_json_ends_with_a_line_end(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"a": 1})
    assert capsys.readouterr().out == '{\n  "a": 1\n}\n'


def test_table_has_units_aligned_numbers_and_a_dash_for_what_is_missing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_table(
        ["mine", Column("output", "t LCE", 0), Column("share", "%", 1)],
        [["Jianxiawo", 46_000.0, 3.04], ["[red]Greenbushes[/]", 200_000, float("nan")]],
        title="Mines",
        note="A note.",
    )
    lines = capsys.readouterr().out.splitlines()
    assert lines == [line.rstrip() for line in lines]
    assert lines[0] == "Mines"
    assert lines[1].split("  ")[0] == "mine"
    assert "output [t LCE]" in lines[1]
    rows = [line for line in lines if "Jianxiawo" in line or "Greenbushes" in line]
    assert rows[0].endswith("3.0")
    assert "46,000" in rows[0]
    assert "[red]Greenbushes[/]" in rows[1]
    assert rows[1].endswith("–")
    assert rows[0].index("46,000") + len("46,000") == rows[1].index("200,000") + len("200,000")
    assert lines[-1] == "A note."


def test_a_long_row_is_not_folded_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(["a", "b"], [["x" * 300, "end"]])
    assert any(
        line.rstrip().endswith("end") and line.startswith("xxx")
        for line in capsys.readouterr().out.splitlines()
    )


def test_progress_is_silent_where_nobody_watches(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("solving", total=3) as step:
        step()
        step(2, "pricing")
    assert capsys.readouterr() == ("", "")


def test_progress_is_shown_on_a_terminal_unless_quiet(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    with progress("solving", total=3, quiet=True) as step:
        step()
    assert capsys.readouterr().err == ""
    with progress("solving", total=3) as step:
        step(3)
    out, err = capsys.readouterr()
    assert out == ""
    assert "solving" in err
