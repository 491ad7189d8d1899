"""Reading a user's CSV files: anything that is not a plain table in UTF-8 is refused with the reason."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path

from oreflow.atlas.schema import Table, tables
from oreflow.errors import DataError, ReadError, SchemaError, UnitError, nearest
from oreflow.units import parse

LARGEST = 20_000_000
"""Bytes beyond which a file is refused."""
DELETE = "delete"
"""Column that removes the rows where it is 1."""

_IGNORED = {".md", ".txt", ".json"}
_HEADER = re.compile(r"(?P<name>[^\[\]]*?)\s*(?:\[(?P<unit>[^\[\]]*)\])?")
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class UserTable:
    """A user's file as read, before its values are judged.

    Attributes:
        path: The file, as messages name it.
        name: Table it belongs to.
        cells: Column name to the text of each row.
        units: Column name to the unit its header states.
        lines: Line of the file where each row begins.
    """

    path: str
    name: str
    cells: dict[str, list[str]]
    units: dict[str, str]
    lines: list[int]


def read_folder(place: Path) -> list[UserTable]:
    """Read every table of a folder, or a single file.

    Hidden files and ``.md``, ``.txt`` and ``.json`` files are left aside; anything else must be a table.

    Args:
        place: Folder of CSV files named after the tables of the schema, or one such file.

    Returns:
        The tables in the order of the schema.

    Raises:
        ReadError: The folder or a file cannot be read as what it should be.
        SchemaError: A file or column is not in the schema.
    """
    if not place.exists():
        raise ReadError(f"{place} does not exist. Give a folder of CSV files such as plants.csv.")
    if place.is_file():
        return [read_table(place, place.parent)]
    if not place.is_dir():
        raise ReadError(f"{place} is neither a folder nor a file.")
    paths = [
        p
        for p in sorted(place.iterdir())
        if not p.name.startswith(".") and (p.is_dir() or p.suffix.lower() not in _IGNORED)
    ]
    if not paths:
        raise ReadError(f"{place} holds no CSV file. Name files after tables: {', '.join(tables())}.")
    found = {t.name: t for t in (read_table(p, place) for p in paths)}
    return [found[name] for name in tables() if name in found]


def read_table(path: Path, root: Path) -> UserTable:
    """Read one table.

    Args:
        path: File named after its table, e.g. ``plants.csv``.
        root: Folder that the file must lie in once links are followed.

    Returns:
        Its cells as text.

    Raises:
        ReadError: It is not a CSV file in UTF-8 of at most 20 MB, or lies outside the folder.
        SchemaError: The table or a column is not in the schema, or a key column is missing.
    """
    if path.is_dir():
        raise ReadError(f"{path} is a folder. Put the CSV files next to each other, without folders between.")
    if not path.resolve().is_relative_to(root.resolve()):
        raise ReadError(f"{path} is a link that leads out of {root}. Copy the file into the folder instead.")
    if not path.is_file():
        raise ReadError(f"{path} is not a file that can be read.")
    if path.suffix != ".csv":
        raise ReadError(f"{path} is not read: only files that end in .csv are. Save it as CSV in UTF-8.")
    schema = tables()
    if path.stem not in schema:
        near = nearest(path.stem, schema)
        hint = f"Did you mean {near[0]}.csv?" if near else f"Tables: {', '.join(schema)}."
        raise SchemaError(f"{path}: there is no table {path.stem!r}. {hint}")
    header, rows, lines = _records(_text(path), path)
    cells, units = _columns(header, rows, schema[path.stem], path)
    return UserTable(str(path), path.stem, cells, units, lines)


def _text(path: Path) -> str:
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise ReadError(
                f"{path} has {size / 1e6:.0f} MB; at most {LARGEST / 1e6:.0f} are read. Keep only the rows that differ."
            )
        data = path.read_bytes()
    except OSError as error:
        raise ReadError(f"{path} cannot be read: {error.strerror or error}.") from error
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ReadError(f"{path} is in UTF-16. Save it as CSV in UTF-8.")
    if data.startswith(b"PK\x03\x04"):
        raise ReadError(
            f"{path} is a spreadsheet or archive under the name of a CSV. Save it as CSV in UTF-8."
        )
    if b"\0" in data:
        raise ReadError(f"{path} is a binary file. Save the table as CSV in UTF-8.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ReadError(
            f"{path}, row {line}: byte 0x{data[error.start]:02x} is not UTF-8. Save the file as CSV in UTF-8."
        ) from None


def _records(text: str, path: Path) -> tuple[list[str], list[list[str]], list[int]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    records: list[list[str]] = []
    lines: list[int] = []
    begin = 1
    try:
        for record in reader:
            if any(cell.strip() for cell in record):
                records.append(record)
                lines.append(begin)
            begin = reader.line_num + 1
    except csv.Error as error:
        raise ReadError(
            f"{path}, row {begin}: not readable as CSV ({error}). Check the quotation marks."
        ) from None
    if not records:
        raise ReadError(f"{path} is empty. Its first row must hold the names of the columns.")
    header = [h.strip() for h in records[0]]
    if len(header) == 1 and re.search(r"[;\t]", header[0]):
        raise ReadError(f"{path}: the columns are not separated by commas. Save it as CSV with commas.")
    for record, line in zip(records[1:], lines[1:], strict=True):
        if len(record) != len(header):
            raise DataError(
                f"{path}, row {line}: {len(record)} cells stand under {len(header)} columns. Put text that "
                "contains a comma into quotation marks."
            )
    return header, records[1:], lines[1:]


def _columns(
    header: list[str], rows: list[list[str]], table: Table, path: Path
) -> tuple[dict[str, list[str]], dict[str, str]]:
    cells: dict[str, list[str]] = {}
    units: dict[str, str] = {}
    known = [*table.columns, DELETE]
    for i, text in enumerate(header):
        values = [r[i].strip() for r in rows]
        if not text and not any(values):
            continue
        found = _HEADER.fullmatch(text)
        name = found.group("name") if found else text
        if name not in known:
            near = nearest(name, known)
            hint = f"Did you mean {near[0]!r}?" if near else f"Known columns: {', '.join(known)}."
            raise SchemaError(f"{path}: unknown column {name[:_SHOWN]!r}. {hint}")
        if name in cells:
            raise SchemaError(f"{path}: the column {name!r} stands there twice. Keep one of the two.")
        cells[name] = values
        unit = found.group("unit") if found else None
        if unit is not None:
            units[name] = _stated(unit.strip(), name, table, path)
    missing = [k for k in table.key if k not in cells]
    if missing:
        raise SchemaError(
            f"{path}: the key column {missing[0]!r} is missing. A row is found by {', '.join(table.key)}."
        )
    return cells, units


def _stated(unit: str, name: str, table: Table, path: Path) -> str:
    if name == DELETE or table[name].type != "number":
        raise UnitError(
            f"{path}, column {name!r}: it holds no quantity, so no unit belongs there. Remove [{unit}]."
        )
    try:
        parse(unit)
    except UnitError as error:
        raise UnitError(f"{path}, column {name!r}: {error}") from None
    return unit
