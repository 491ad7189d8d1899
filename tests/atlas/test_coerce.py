import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oreflow.atlas.coerce import coerce, empty, is_date
from oreflow.atlas.schema import Attribute, Table, tables
from oreflow.errors import DataError, OreflowError, SchemaError


def attribute(name, type="string", *, key=False, required=False, values=(), default="", unit=""):
    return Attribute(name, type, unit, key, required, "", tuple(values), default, f"the {name}")


TABLE = Table(
    "things",
    (
        attribute("thing", key=True, required=True),
        attribute("year", "integer", key=True, required=True),
        attribute("size", "number", required=True, unit="t/yr"),
        attribute("extra", "number"),
        attribute("loss", "number", default="0.5"),
        attribute("on", "boolean", default="0"),
        attribute("day", "date"),
        attribute("kind", values=("red", "blue")),
        attribute("tags", "list"),
    ),
)


def frame(**columns):
    base = {"thing": ["a", "b"], "year": ["2024", "2025"], "size": ["1", "2.5"]}
    return pd.DataFrame(base | columns)


def test_types_missing_values_and_defaults():
    out = coerce(frame(on=["yes", ""], day=["2025-08-09", ""], kind=[" red ", None], extra=["", 3]), TABLE)
    assert list(out.columns) == TABLE.columns
    assert [str(d) for d in out.dtypes] == [
        "object", "int64", "float64", "float64", "float64", "bool", "object", "object", "object",
    ]  # fmt: skip
    assert out["size"].tolist() == [1.0, 2.5]
    assert math.isnan(out["extra"][0])
    assert out["extra"][1] == 3.0
    assert out["loss"].tolist() == [0.5, 0.5]
    assert out["on"].tolist() == [True, False]
    assert out["kind"].tolist() == ["red", ""]
    assert out["tags"].tolist() == ["", ""]


def test_coerce_of_the_coerced_changes_nothing():
    once = coerce(frame(on=["1", "0"], extra=[None, "2"]), TABLE)
    pd.testing.assert_frame_equal(coerce(once, TABLE), once)


def test_empty_has_the_types_of_the_schema():
    assert empty(TABLE).dtypes.tolist() == coerce(frame(), TABLE).dtypes.tolist()
    assert len(empty(TABLE)) == 0
    for table in tables().values():
        pd.testing.assert_series_equal(coerce(empty(table), table).dtypes, empty(table).dtypes)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"size": ["1", "much"]}, r"^things, row 3, column 'size': 'much' is not a number\. Write it plainly in t/yr"),
        ({"size": ["1", "1,200"]}, "row 3, column 'size': '1,200' is not a number"),
        ({"size": ["1_000", "1"]}, "row 2, column 'size': '1_000' is not a number"),
        ({"size": ["1", "NaN"]}, "row 3, column 'size': 'NaN' is not a finite number. Leave the cell empty"),
        ({"size": ["1e999", "1"]}, "row 2, column 'size': '1e999' is not a finite number"),
        ({"size": [1.0, math.inf]}, "row 3, column 'size': 'inf' is not a finite number"),
        ({"size": [1.0, math.nan]}, r"row 3, column 'size': a value is required \(the size\)"),
        ({"size": ["", ""]}, r"row 2, column 'size': a value is required .* \(1 more row of this column fail too"),
        ({"year": ["2024.5", "2025"]}, "row 2, column 'year': '2024.5' is not a whole number"),
        ({"on": ["maybe", "1"]}, "row 2, column 'on': 'maybe' is neither 0 nor 1"),
        ({"day": ["2025-02-30", ""]}, "row 2, column 'day': '2025-02-30' is not a date like 2025-08-09"),
        ({"day": ["", "09.08.2025"]}, "row 3, column 'day': '09.08.2025' is not a date"),
        ({"kind": ["red", "bleu"]}, r"row 3, column 'kind': 'bleu' is not one of red, blue\. Did you mean 'blue'"),
        ({"kind": ["red", "x" * 500]}, "row 3, column 'kind': 'xxx"),
        ({"thing": ["a", "a"], "year": [2024, 2024]}, "row 3: the key thing='a', year=2024 already stands in row 2"),
        ({"sise": ["1", "2"]}, "things: unknown column 'sise'. Did you mean 'size'"),
        ({"qqq": ["1", "2"]}, "unknown column 'qqq'. Known columns: thing, year"),
    ],
)  # fmt: skip
def test_messages_name_row_and_column(columns, message):
    with pytest.raises(DataError, match=message) as caught:
        coerce(frame(**columns), TABLE)
    assert len(str(caught.value)) < 400


def test_a_missing_required_column_and_a_double_one():
    with pytest.raises(SchemaError, match="required column 'size' is missing"):
        coerce(frame().drop(columns="size"), TABLE)
    double = pd.concat([frame(), frame()[["size"]]], axis=1)
    with pytest.raises(SchemaError, match="'size' stands there twice"):
        coerce(double, TABLE)


def test_messages_name_the_file_and_its_lines():
    with pytest.raises(DataError, match=r"^my\.csv, row 40, column 'size'"):
        coerce(frame(size=["1", "x"]), TABLE, where="my.csv", rows=[7, 40])


def test_the_index_of_the_input_does_not_matter():
    given = frame().set_axis([9, 4])
    out = coerce(given, TABLE)
    assert out.index.tolist() == [0, 1]
    assert out["thing"].tolist() == ["a", "b"]


@pytest.mark.parametrize("text", ["2025", "2025-08", "2025-08-09", "2024-02-29"])
def test_dates(text):
    assert is_date(text)


@pytest.mark.parametrize(
    "text", ["", "25", "2025-13", "2025-02-29", "2025-8-9", "0000", "2025-08-09T00", "٢٠٢٥"]
)
def test_not_dates(text):
    assert not is_date(text)


cells = st.one_of(st.text(max_size=12), st.floats(), st.integers(), st.none(), st.booleans(), st.just(pd.NA))


@given(
    st.lists(
        st.fixed_dictionaries({a.name: cells for a in TABLE.attributes if a.name not in ("thing", "year")}),
        min_size=1,
        max_size=4,
    )
)
def test_any_cells_are_typed_or_named_in_a_data_error(rows):
    given_rows = [{"thing": f"t{i}", "year": 2025, **r} for i, r in enumerate(rows)]
    try:
        out = coerce(pd.DataFrame(given_rows, dtype=object), TABLE)
    except OreflowError as error:
        assert isinstance(error, DataError)
        assert "row" in str(error)
        assert "column" in str(error)
        return
    assert np.isfinite(out["size"]).all()
    assert set(out["kind"]) <= {"red", "blue", ""}
    assert out["on"].dtype == bool
    assert all(d == "" or is_date(d) for d in out["day"])


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20))
def test_numbers_survive_a_trip_through_text(values):
    rows = {"thing": [f"t{i}" for i in range(len(values))], "year": ["2025"] * len(values)}
    out = coerce(pd.DataFrame({**rows, "size": [repr(v) for v in values]}), TABLE)
    assert out["size"].tolist() == values
