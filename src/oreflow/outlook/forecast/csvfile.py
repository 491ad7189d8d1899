"""A series of one's own from a CSV file; whatever is wrong is named with its line and column."""

from __future__ import annotations

import csv
import io
import itertools
import math
import re
from pathlib import Path

from oreflow.errors import DataError, ReadError, SchemaError, nearest
from oreflow.outlook.forecast.periods import label, parse
from oreflow.outlook.forecast.series import LEAST, MOST, Series

LARGEST = 2_000_000
"""Bytes beyond which a file is refused."""
PERIOD, VALUE = "period", "value"
_AS = {"date": PERIOD, "month": PERIOD, "quarter": PERIOD, "year": PERIOD, "time": PERIOD, "price": VALUE}
_HEADER = re.compile(r"(?P<name>[^\[\]]*?)\s*(?:\[(?P<unit>[^\[\]]{0,40})\])?")
_SHOWN = 40


def read_series(path: str | Path) -> Series:
    """Read a series from a CSV file of two columns.

    The columns are ``period`` (or date, month, quarter, year), written ``2025-11``, ``2025-Q4`` or ``2025``, and
    ``value``, with its unit in brackets if it has one: ``value [USD/t]``. Rows may stand in any order.

    Args:
        path: The file, UTF-8, at most 2 MB.

    Returns:
        The series, named after the file.

    Raises:
        ReadError: The file is missing, too large, or no CSV in UTF-8.
        SchemaError: A column is missing, unknown or there twice.
        DataError: A cell cannot be used, a period is missing or there twice, or there are too few or too many.
    """
    file = Path(path)
    text = _text(file)
    rows = _rows(text, file)
    at, unit = _columns(rows[0][1], file)
    cells: dict[int, tuple[float, int]] = {}
    step = ""
    for line, record in rows[1:]:
        if len(record) != len(rows[0][1]):
            raise DataError(
                f"{file}, line {line}: {len(record)} cells stand under {len(rows[0][1])} columns. Write numbers "
                "without a comma inside."
            )
        try:
            kind, number = parse(record[at[PERIOD]].strip())
        except DataError as error:
            raise DataError(f"{file}, line {line}, column {PERIOD}: {error}") from None
        if step and kind != step:
            raise DataError(
                f"{file}, line {line}, column {PERIOD}: {record[at[PERIOD]].strip()} is a {kind}, the rows above are "
                f"{step}s. Keep to one length."
            )
        step = kind
        if number in cells:
            raise DataError(
                f"{file}, line {line}, column {PERIOD}: {label(kind, number)} stands in line {cells[number][1]} too. "
                "Keep one of the two."
            )
        cells[number] = (_number(record[at[VALUE]].strip(), file, line), line)
        if len(cells) > MOST:
            raise DataError(f"{file}, line {line}: more than {MOST:,} periods. Leave out the earliest.")
    order = sorted(cells)
    if len(order) < LEAST:
        raise DataError(
            f"{file}: {len(order)} values; a forecast needs at least {LEAST}. Add earlier periods."
        )
    for before, after in itertools.pairwise(order):
        if after != before + 1:
            gap = label(step, before + 1)
            raise DataError(
                f"{file}, line {cells[after][1]}, column {PERIOD}: no row for {gap}; {label(step, after)} follows "
                f"{label(step, before)}. Add the row, or leave out what lies before the gap."
            )
    return Series(
        name=file.stem,
        periods=tuple(label(step, p) for p in order),
        values=tuple(cells[p][0] for p in order),
        unit=unit or "1",
        source=file.name,
        quality="reported",
    )


def _text(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            raw = stream.read(LARGEST + 1)
    except FileNotFoundError:
        raise ReadError(
            f"{file}: there is no such file. Give a CSV file with the columns period and value."
        ) from None
    except OSError as error:
        raise ReadError(f"{file}: cannot be read: {error.strerror or error}.") from None
    if len(raw) > LARGEST:
        raise ReadError(f"{file}: larger than {LARGEST / 1e6:.0f} MB; that is no single series.")
    if raw.startswith((b"PK\x03\x04", b"\xff\xfe", b"\xfe\xff")) or b"\0" in raw:
        raise ReadError(f"{file}: a spreadsheet or binary file. Save it as CSV in UTF-8.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ReadError(
            f"{file}, line {line}: byte 0x{raw[error.start]:02x} is not UTF-8. Save the file as CSV in UTF-8."
        ) from None


def _rows(text: str, file: Path) -> list[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    out: list[tuple[int, list[str]]] = []
    line = 1
    try:
        for record in reader:
            if any(cell.strip() for cell in record):
                out.append((line, record))
            line = reader.line_num + 1
    except csv.Error as error:
        raise ReadError(
            f"{file}, line {line}: not readable as CSV ({error}). Check the quotation marks."
        ) from None
    if not out:
        raise ReadError(f"{file}: is empty. Its first line must be: period,value")
    return out


def _columns(header: list[str], file: Path) -> tuple[dict[str, int], str]:
    at: dict[str, int] = {}
    unit = ""
    for i, text in enumerate(header):
        found = _HEADER.fullmatch(text.strip())
        name = (found["name"] if found else text).strip()
        column = _AS.get(name.lower(), name.lower())
        if column not in (PERIOD, VALUE):
            near = nearest(name, [PERIOD, VALUE, *_AS])
            hint = f"Did you mean {near[0]!r}?" if near else f"Keep two columns, {PERIOD} and {VALUE}."
            raise SchemaError(f"{file}, line 1: unknown column {name[:_SHOWN]!r}. {hint}")
        if column in at:
            raise SchemaError(f"{file}, line 1: two columns for the {column}. Keep one of them.")
        at[column] = i
        unit = found["unit"].strip() if column == VALUE and found and found["unit"] else unit
    for column in (PERIOD, VALUE):
        if column not in at:
            raise SchemaError(f"{file}, line 1: no column {column!r}. The first line must be: period,value")
    return at, unit


def _number(text: str, file: Path, line: int) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or "_" in text:
        what = f"{text[:_SHOWN]!r} is not a finite number" if text else "the cell is empty"
        raise DataError(f"{file}, line {line}, column {VALUE}: {what}. Write it as 1234.5.")
    return value
