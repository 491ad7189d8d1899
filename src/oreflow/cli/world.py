"""``oreflow world``: show, check and build the tables, and say where a number comes from."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from oreflow.cli.output import Column, json_option, print_json, print_table, progress, say
from oreflow.errors import DataError, UnknownNameError, UsageError, nearest

if TYPE_CHECKING:
    import pandas as pd

    from oreflow.atlas import World
    from oreflow.atlas.schema import Table

_LIMIT = 40
_LONGEST = 60
_HIDDEN = ("source", "vintage", "method", "note")

with_option = click.option(
    "--with",
    "with_",
    type=click.Path(path_type=Path),
    help="Folder of CSV files (plants.csv, ...) laid over the bundled tables.",
)


@click.group()
def world() -> None:
    """Show, check and build the tables of the world, and say where a number comes from."""


@world.command()
@click.argument("table", required=False)
@click.option("--where", multiple=True, metavar="COL=VAL", help="Only rows with this value; may be repeated.")
@click.option("--columns", metavar="A,B,...", help="Only these columns.")
@click.option(
    "--limit", type=click.IntRange(min=0), help=f"At most this many rows; {_LIMIT} as text, 0 for all."
)
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV that --with takes back.")
@with_option
@json_option
def show(
    table: str | None,
    where: tuple[str, ...],
    columns: str | None,
    limit: int | None,
    as_csv: bool,
    with_: Path | None,
    as_json: bool,
) -> None:
    """Print a TABLE of the world; without one, list the tables."""
    if as_csv and as_json:
        raise UsageError("--csv and --json cannot be used together. Choose one.")
    loaded = _load(with_)
    if table is None:
        _list(loaded, as_json=as_json)
        return
    from oreflow.atlas.records import records
    from oreflow.atlas.schema import tables

    schema = tables()
    if table not in schema:
        raise UnknownNameError("table", table, schema)
    chosen = _chosen(schema[table], columns)
    frame = _filtered(loaded[table], schema[table], where)
    total = len(frame)
    plain = not (as_csv or as_json)
    most = limit if limit is not None else (_LIMIT if plain else 0)
    shown = frame.head(most) if most else frame
    if as_json:
        rows = records(shown, schema[table])
        print_json([{c: r[c] for c in chosen} for r in rows] if columns else rows)
    elif as_csv:
        click.echo(_csv(shown[chosen]), nl=False)
    elif total == 0:
        say(f"No row of {table} fits.")
    else:
        _print(loaded, schema[table], shown, chosen if columns else _filled(shown, chosen), total)


@world.command()
@click.option(
    "--family", "families", multiple=True, metavar="NAME", help="Only this family; may be repeated."
)
@click.option(
    "--level",
    type=click.Choice(["error", "warning", "info"]),
    default="info",
    help="List findings of this severity and above.",
)
@with_option
@json_option
def check(families: tuple[str, ...], level: str, with_: Path | None, as_json: bool) -> int:
    """Run the data checks and list what they find; exit code 4 when there is an error."""
    from oreflow.atlas.check import SEVERITIES
    from oreflow.atlas.check import check as run

    loaded = _load(with_)
    found = run(loaded, families=families or None)
    counts = {s: sum(f.severity == s for f in found) for s in SEVERITIES}
    listed = [f for f in found if SEVERITIES.index(f.severity) <= SEVERITIES.index(level)]
    if as_json:
        print_json({"world": loaded.hash, "counts": counts, "findings": listed})
    else:
        if listed:
            print_table(
                ["severity", "check", "where", "what", "to do"],
                [(f.severity, f.check, f.place, f.message, f.mend) for f in listed],
            )
        click.echo(", ".join(_count(n, s) for s, n in counts.items()) + f" in world {loaded.hash[:12]}.")
    return DataError.exit_code if counts["error"] else 0


@world.command()
@click.argument("key")
@with_option
@json_option
def source(key: str, with_: Path | None, as_json: bool) -> None:
    """Say where a number comes from: KEY is like plants.jianxiawo.capacity or prices.copper_refined.USA.2025."""
    from oreflow.atlas.provenance import trace

    found = trace(_load(with_), key)
    if as_json:
        print_json(found)
        return
    from oreflow.cli.source import print_trace

    print_trace(found)


@world.command()
@click.argument("table", required=False)
@json_option
def schema(table: str | None, as_json: bool) -> None:
    """Print the JSON Schema of a TABLE, or of all of them; it is JSON with and without the flag."""
    from oreflow.atlas.jsonschema import table_schema, world_schema

    print_json(table_schema(table) if table else world_schema())


@world.command()
@click.option(
    "--from",
    "from_",
    required=True,
    type=click.Path(path_type=Path),
    help="Folder of the public source files.",
)
@click.option(
    "--to",
    type=click.Path(path_type=Path),
    help="Folder to write; the bundled tables are replaced when left out.",
)
@json_option
def build(from_: Path, to: Path | None, as_json: bool) -> None:
    """Compile the tables from public files; the same files give the same bytes."""
    import oreflow.atlas
    from oreflow.atlas.schema import tables

    try:
        from oreflow.atlas.build import build as compile_
        from oreflow.atlas.build import write

        with progress("compiling", quiet=as_json) as step:
            compiled = compile_(from_, progress=lambda name: step(1, name))
    except ModuleNotFoundError as error:
        raise UsageError(f"{error.name} is missing. Install it with: pip install 'oreflow[build]'") from None
    folder = to or Path(oreflow.atlas.__file__).parent / "data"
    before = {p.name: p.read_bytes() for p in sorted(folder.glob("*.csv"))} if folder.is_dir() else {}
    paths = write(compiled, folder)
    oreflow.atlas.bundled.cache_clear()
    changed = [p.name for p in paths if p.suffix == ".csv" and before.get(p.name) != p.read_bytes()]
    rows = {name: len(compiled[name]) for name in tables() if name in compiled}
    if as_json:
        print_json({"folder": str(folder), "rows": rows, "changed": changed})
        return
    print_table(
        ["table", Column("rows", decimals=0), "changed"],
        [(name, n, "yes" if f"{name}.csv" in changed else "") for name, n in rows.items()],
        note=f"Written to {folder}.",
    )


def _load(with_: Path | None) -> World:
    from oreflow.atlas.bundle import load

    return load(with_)


def _count(n: int, severity: str) -> str:
    if severity == "info":
        return f"{n} for information"
    return f"{n} {severity}{'' if n == 1 else 's'}"


def _list(loaded: World, *, as_json: bool) -> None:
    from oreflow.atlas.schema import tables

    rows = [(name, len(loaded[name]), ", ".join(t.key)) for name, t in tables().items()]
    if as_json:
        print_json([{"table": n, "rows": c, "key": tables()[n].key} for n, c, _ in rows])
    else:
        print_table(["table", Column("rows", decimals=0), "key"], rows, note="oreflow world show TABLE")


def _chosen(table: Table, columns: str | None) -> list[str]:
    if not columns:
        return table.columns
    names = [c.strip() for c in columns.split(",") if c.strip()]
    for name in names:
        if name not in table.columns:
            raise UnknownNameError("column", name, table.columns, where=table.name)
    return names


def _filtered(frame: pd.DataFrame, table: Table, where: tuple[str, ...]) -> pd.DataFrame:
    for text in where:
        column, equals, value = (p.strip() for p in text.partition("="))
        if not equals:
            raise UsageError(f"--where {text!r} is not COL=VAL, e.g. region=CHN.")
        if column not in table.columns:
            raise UnknownNameError("column", column, table.columns, where=f"--where {text}")
        before = frame
        frame = frame[_fits(frame[column], table[column].type, value, text)]
        if frame.empty and len(before) and table[column].type == "string":
            near = nearest(value, set(before[column]))
            if near:
                say(f"No row has {column}={value}. Did you mean {' or '.join(near)}?")
    return frame


def _fits(values: pd.Series[Any], kind: str, value: str, text: str) -> pd.Series[bool]:
    if kind == "list":
        return values.map(lambda v: value in v.split(";") if value else v == "").astype(bool)
    if kind in ("number", "integer"):
        if not value:
            return values.isna()
        try:
            return values == float(value)
        except ValueError:
            raise UsageError(f"--where {text!r}: {value!r} is not a number.") from None
    if kind == "boolean":
        if value.lower() not in ("0", "1", "yes", "no", "true", "false"):
            raise UsageError(f"--where {text!r}: write 1 or 0.")
        return values == (value.lower() in ("1", "yes", "true"))
    return values == value


def _filled(frame: pd.DataFrame, columns: list[str]) -> list[str]:
    """Columns worth a reader's line: not those on provenance, nor those that are empty in every row."""
    return [
        c
        for c in columns
        if c not in _HIDDEN and not (frame[c].isna() | (frame[c].astype(object) == "")).all()
    ]


def _print(loaded: World, table: Table, frame: pd.DataFrame, columns: list[str], total: int) -> None:
    from oreflow.atlas.quantities import BY_ROW, commodity_of, units_of

    specs: list[Column] = []
    cells: list[list[Any]] = []
    mixed = False
    for name in columns:
        a = table[name]
        units = set(units_of(loaded, table.name, frame, a)) if a.unit and a.unit != BY_ROW else set()
        if len(units) > 1:
            mixed = True
        unit = units.pop() if len(units) == 1 else ("" if a.unit == BY_ROW else a.unit)
        values = frame[name].tolist()
        digits = (2 if unit == "deg" else _decimals(values)) if a.type == "number" else None
        specs.append(Column(name, "" if unit == "1" else unit, digits))
        cells.append([_short(v) for v in values])
    if mixed:
        balance = dict(zip(loaded["commodities"]["commodity"], loaded["commodities"]["unit"], strict=True))
        specs.append(Column("unit"))
        cells.append([balance.get(c, "") for c in commodity_of(loaded, table.name, frame)])
    note = (
        f"{len(frame):,} of {total:,} rows; --limit 0 shows all."
        if len(frame) < total
        else f"{total:,} rows."
    )
    print_table(specs, zip(*cells, strict=True), note=note)


def _decimals(values: list[float]) -> int | None:
    """Fewest digits that keep every figure within half a percent; ``None`` where that takes more than four."""
    known = [v for v in values if v == v and v != 0]
    for digits in range(5):
        if all(abs(round(v, digits) - v) <= 5e-3 * abs(v) for v in known):
            return digits
    return None


def _short(value: object) -> object:
    if isinstance(value, str) and len(value) > _LONGEST:
        return value[: _LONGEST - 1] + "…"
    return value


def _csv(frame: pd.DataFrame) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(frame.columns)
    for row in frame.itertuples(index=False):
        writer.writerow(_cell(v) for v in row)
    return out.getvalue()


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return "" if value != value else f"{value:.12g}"
    return str(value)
