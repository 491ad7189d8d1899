"""An input-output table from a file: the published case, and what is wrong with a file."""

from __future__ import annotations

import math

import pytest

from oreflow.errors import DataError, ReadError, SchemaError
from oreflow.gauge.screen import Effects, load_economy

HEAD = "industry,final_demand,input:mining,input:making,use:metal"
GOOD = f"{HEAD}\nmining,100,0.2,0.3,0\nmaking,150,0.1,0.4,0.01\n"


def effects(cut: float) -> Effects:
    return Effects("metal@U", 1.0, 0.0, 0.0, 0.0, cut, 0.0, 0.0, 0.0, False)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "two.csv"
    path.write_text(GOOD, encoding="utf-8")
    return path


@pytest.mark.parametrize(("cut", "left"), [(0.0, 250.0), (0.1, 241.3333), (0.3, 224.0), (-0.1, 250.0)])
def test_published_case(file, cut, left) -> None:
    assert load_economy(file).loss("metal", effects(cut)) == pytest.approx(250.0 - left, abs=1e-4)
    assert load_economy(file, months=6).loss("metal", effects(cut)) == pytest.approx(
        (250.0 - left) / 2, abs=1e-4
    )


def test_what_the_table_does_not_have_is_not_nought(file) -> None:
    economy = load_economy(file)
    assert economy.loss("other", effects(0.1)) is None
    assert economy.loss("metal", effects(math.nan)) is None


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        (GOOD.replace("industry", "name"), SchemaError, "no column 'industry'. It has name, final_demand"),
        (GOOD.replace("final_demand", "demand"), SchemaError, "no column 'final_demand'"),
        (GOOD.replace("input:making", "input:mking"), SchemaError, "must name each industry once"),
        (HEAD + "\n", SchemaError, "must name each industry once"),
        (GOOD.replace("0.4", "x"), DataError, "row 3, column input:making: 'x' is not a number of 0 or more"),
        (GOOD.replace("150", "-150"), DataError, "row 3, column final_demand"),
        (GOOD.replace("0.01", ""), DataError, "row 3, column use:metal"),
        ("", ReadError, "is not a table in CSV"),
    ],
)
def test_what_is_wrong_is_said(file, text, error, message) -> None:
    file.write_text(text, encoding="utf-8")
    with pytest.raises(error, match=message):
        load_economy(file)


def test_a_missing_or_binary_file(tmp_path) -> None:
    with pytest.raises(ReadError, match="no such file"):
        load_economy(tmp_path / "none.csv")
    (tmp_path / "bin.csv").write_bytes(b"\xff\xfe\x00\x80")
    with pytest.raises(ReadError, match="is not a table in CSV"):
        load_economy(tmp_path / "bin.csv")


def test_an_economy_that_uses_more_than_it_makes_is_refused(file) -> None:
    file.write_text(GOOD.replace("0.2,0.3", "0.9,0.9").replace("0.1,0.4", "0.9,0.9"), encoding="utf-8")
    with pytest.raises(DataError, match="use up more than they make"):
        load_economy(file).loss("metal", effects(0.1))
