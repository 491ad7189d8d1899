"""A series from a file: what is wrong is named with its line and column."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oreflow.errors import DataError, ReadError, SchemaError
from oreflow.outlook.forecast import read_series
from oreflow.outlook.forecast.csvfile import LARGEST
from oreflow.outlook.forecast.periods import label

GOOD = "period,value [USD/t]\n2024-01,1\n2024-02,2.5\n2024-03,3e3\n2024-04,4\n"


@pytest.fixture
def written(tmp_path):
    def write(content: str | bytes):
        path = tmp_path / "mine.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def test_a_good_file(written) -> None:
    s = read_series(written(GOOD))
    assert (s.name, s.unit, s.source, s.values) == ("mine", "USD/t", "mine.csv", (1.0, 2.5, 3000.0, 4.0))


def test_order_names_and_byte_order_mark_do_not_matter(written) -> None:
    s = read_series(
        written(b"\xef\xbb\xbfPrice,Month\r\n4,2024-04\r\n1,2024-01\r\n\r\n3000,2024-03\r\n2.5,2024-02\r\n")
    )
    assert s.values == (1.0, 2.5, 3000.0, 4.0)
    assert s.unit == "1"


@given(st.lists(st.floats(-1e9, 1e9), min_size=4, max_size=30), st.integers(20_000, 25_000))
def test_what_is_written_is_read(tmp_path_factory, values: list[float], first: int) -> None:
    path = tmp_path_factory.mktemp("s") / "s.csv"
    rows = "".join(f"{label('month', first + i)},{v!r}\n" for i, v in enumerate(values))
    path.write_text(f"period,value\n{rows}")
    assert read_series(path).values == tuple(values)


@pytest.mark.parametrize(
    ("content", "error", "said"),
    [
        ("", ReadError, "is empty"),
        ("period,value\n", DataError, "0 values; a forecast needs at least 4"),
        (GOOD.replace("2.5", "2,5"), DataError, "line 3: 3 cells stand under 2 columns"),
        (GOOD.replace("2.5", "n/a"), DataError, "line 3, column value: 'n/a' is not a finite number"),
        (GOOD.replace("2.5", ""), DataError, "line 3, column value: the cell is empty"),
        (GOOD.replace("2.5", "nan"), DataError, "line 3, column value: 'nan' is not a finite"),
        (GOOD.replace("2.5", "1e999"), DataError, "line 3, column value"),
        (GOOD.replace("2.5", "1_000"), DataError, "line 3, column value"),
        (
            GOOD.replace("2024-02", "2024-01"),
            DataError,
            "line 3, column period: 2024-01 stands in line 2 too",
        ),
        (GOOD.replace("2024-02", "2023-12"), DataError, "line 4, column period: no row for 2024-02"),
        (
            GOOD.replace("2024-02", "2024"),
            DataError,
            "line 3, column period: 2024 is a year, the rows above are months",
        ),
        (GOOD.replace("2024-02", "Feb 24"), DataError, "line 3, column period: 'Feb 24' is not a period"),
        (GOOD.replace("value [USD/t]", "vlaue"), SchemaError, "unknown column 'vlaue'. Did you mean 'value'"),
        (GOOD.replace("value [USD/t]", "month"), SchemaError, "two columns for the period"),
        ("period\n2024-01\n", SchemaError, "no column 'value'"),
        ('period,value\n2024-01,"1\n', ReadError, "not readable as CSV"),
        (b"period,value\n2024-01,\xff\n", ReadError, "line 2: byte 0xff is not UTF-8"),
        (b"PK\x03\x04xx", ReadError, "spreadsheet or binary"),
        (b"period,value\n2024-01,\x00\n", ReadError, "spreadsheet or binary"),
        (b"x" * (LARGEST + 1), ReadError, "larger than 2 MB"),
    ],
)
def test_what_is_wrong_is_named(written, content, error, said: str) -> None:
    with pytest.raises(error) as caught:
        read_series(written(content))
    assert said in str(caught.value)
    assert "mine.csv" in str(caught.value)


def test_too_many_rows_and_no_file(written, tmp_path) -> None:
    rows = "".join(f"{label('month', 20_000 + i)},1\n" for i in range(5_001))
    with pytest.raises(DataError, match="line 5002: more than 5,000 periods"):
        read_series(written("period,value\n" + rows))
    with pytest.raises(ReadError, match="there is no such file"):
        read_series(tmp_path / "none.csv")
    with pytest.raises(ReadError, match="cannot be read"):
        read_series(tmp_path)
