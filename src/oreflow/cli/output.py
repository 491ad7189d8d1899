"""How the command line speaks: tables and JSON on stdout, everything else on stderr."""

from __future__ import annotations

import dataclasses
import json
import math
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from oreflow.report.document import Document

F = TypeVar("F", bound=Callable[..., Any])

# Wide enough that no line of a table is ever folded when the output goes to a file or a pipe.
_UNFOLDED = 10_000
# Digits that survive a change of machine or of the order of summation.
_DIGITS = 12


def json_option(command: F) -> F:
    """Give a verb its ``--json`` flag, passed on as ``as_json``."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")(command)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a printed table.

    Attributes:
        name: Heading.
        unit: Put under the heading in brackets; empty for text and counts.
        decimals: Digits after the point for numbers; ``None`` prints the value as it is.
        right: Set to the right although the values are text; numbers always are.
    """

    name: str
    unit: str = ""
    decimals: int | None = None
    right: bool = False

    @property
    def heading(self) -> str:
        """The name with its unit."""
        return f"{self.name} [{self.unit}]" if self.unit else self.name

    def text(self, value: object) -> str:
        """Return a value as it is printed: grouped thousands, a dash for what is missing."""
        value = _plain(value)
        if value is None or value == "":
            return "–"
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, int | float) and self.decimals is not None:
            return f"{value:,.{self.decimals}f}"
        return f"{value:,.6g}" if isinstance(value, float) else str(value)


def console(*, err: bool = False) -> Console:
    """Return a terminal to print on.

    Args:
        err: On stderr instead of stdout.

    Returns:
        As wide as the terminal, or without folding where the output is not one.
    """
    from rich.console import Console

    stream = sys.stderr if err else sys.stdout
    return Console(
        file=stream, width=None if stream.isatty() else _UNFOLDED, highlight=False, soft_wrap=False
    )


def print_table(
    columns: Sequence[Column | str], rows: Iterable[Sequence[object]], *, title: str = "", note: str = ""
) -> None:
    """Print rows as an aligned table on stdout.

    Args:
        columns: Headings; a plain string stands for a text column.
        rows: Values in the order of the columns.
        title: Line above the table.
        note: Line below it.
    """
    from rich import box
    from rich.table import Table
    from rich.text import Text

    specs = [c if isinstance(c, Column) else Column(c) for c in columns]
    records = [list(r) for r in rows]
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold")
    for i, spec in enumerate(specs):
        numeric = all(isinstance(_plain(r[i]), int | float) or _plain(r[i]) is None for r in records)
        right = spec.right or (numeric and bool(records))
        table.add_column(Text(spec.heading), justify="right" if right else "left", overflow="fold")
    for r in records:
        table.add_row(*(Text(spec.text(value)) for spec, value in zip(specs, r, strict=True)))
    out = console()
    with out.capture() as printed:
        if title:
            out.print(Text(title, style="bold"))
        out.print(table)
        if note:
            out.print(Text(note))
    text = printed.get()
    # The cells of the last column are padded: on a terminal that does no harm, in a file it does.
    click.echo(text if out.is_terminal else "\n".join(line.rstrip() for line in text.split("\n")), nl=False)


def print_json(data: object) -> None:
    """Print JSON on stdout: keys sorted, non-finite numbers as null, floats to 12 significant digits.

    Args:
        data: Anything made of mappings, sequences, dataclasses, NumPy, pandas and plain values.
    """
    click.echo(to_json(data))


def to_json(data: object, *, indent: int | None = 2) -> str:
    """Return the JSON text that `print_json` prints.

    Args:
        data: Anything made of mappings, sequences, dataclasses, NumPy, pandas and plain values.
        indent: Spaces a level; ``None`` for one line.

    Returns:
        Text without a final line end.
    """
    return json.dumps(_plain(data), indent=indent, sort_keys=True, ensure_ascii=False, allow_nan=False)


def check_suffix(path: Path | None, option: str, fits: tuple[str, ...]) -> None:
    """Refuse a name of a file that cannot be written, before anything is computed.

    Args:
        path: File to write; None where none is asked for.
        option: Option that names it, for the message.
        fits: Suffixes that fit.

    Raises:
        UsageError: The suffix is another, or the path is a folder.
    """
    from oreflow.errors import UsageError

    if path is None:
        return
    if path.suffix.lower() not in fits:
        raise UsageError(f"{option} {path}: the name must end in {' or '.join(fits)}.")
    if path.is_dir():
        raise UsageError(f"{option} {path}: this is a folder. Give the name of a file to write.")


def merged(path: Path, tables: str, begin: str, end: str, title: str) -> str:
    """Return a Markdown page with its tables replaced, and the rest of it as it is.

    Args:
        path: Page; may not exist yet.
        tables: Text with the markers around it.
        begin: Marker in front of the tables.
        end: Marker behind them.
        title: Heading of a page that does not exist yet.

    Returns:
        The whole page.

    Raises:
        ReadError: The page is no text, or has no two markers, so there is no place for the tables.
    """
    from oreflow.errors import ReadError

    if not path.exists():
        return f"# {title}\n\n{tables}\n"
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError:
        raise ReadError(f"{path} is not a text file. Give a Markdown file.") from None
    before, found, rest = text.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise ReadError(f"{path} has no lines {begin!r} and {end!r}. Add them where the tables should stand.")
    return before + tables + after


def say(message: str) -> None:
    """Print a line for the reader on stderr, out of the way of what is piped on."""
    click.echo(message, err=True)


@contextmanager
def progress(
    description: str, *, total: int | None = None, quiet: bool = False
) -> Iterator[Callable[..., None]]:
    """Show on stderr how far something long has come.

    Nothing is shown where stderr is not a terminal or ``quiet`` is set, so that logs and pipes stay clean.

    Args:
        description: What is being done.
        total: Number of steps; without it a spinner is shown.
        quiet: Show nothing, as with ``--json``.

    Yields:
        Function to call as ``step()`` after each step, or ``step(n, text)`` to say what comes next.
    """
    if quiet or not sys.stderr.isatty():
        yield lambda count=1, text="": None
        return
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
    )

    counted = (BarColumn(), MofNCompleteColumn()) if total else ()
    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        *counted,
        TimeElapsedColumn(),
        console=console(err=True),
        transient=True,
    )
    with bar:
        task = bar.add_task(description, total=total)

        def step(count: int = 1, text: str = "") -> None:
            bar.update(task, advance=count, description=text or None)

        yield step


def _plain(value: Any) -> Any:
    """Return a value as JSON knows it; NumPy and pandas are recognised by their methods, not imported."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return float(f"{value:.{_DIGITS}g}") if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if hasattr(value, "to_dict") and hasattr(value, "columns"):
        return [_plain(r) for r in value.to_dict(orient="records")]
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    if isinstance(value, Iterable):
        return [_plain(v) for v in (sorted(value) if isinstance(value, set | frozenset) else value)]
    return str(value)


def deliver(document: Document, data: object, *, as_json: bool, html: Path | None = None) -> None:
    """Give an answer to the reader: printed as text or as JSON, and written as a page where one is asked for.

    Args:
        document: The answer as people read it.
        data: The answer as data, for ``--json``.
        as_json: Print JSON.
        html: File of the page.
    """
    from oreflow.report.faces.terminal import render
    from oreflow.report.output import write

    if html is not None:
        say(f"written: {write(document, html)}")
    if as_json:
        print_json(data)
    else:
        terminal = sys.stdout.isatty()
        click.echo(render(document, width=console().width if terminal else 100, color=terminal), nl=False)


def html_option(command: F) -> F:
    """Give a verb its ``--html`` option."""
    import pathlib

    path = click.Path(dir_okay=False, path_type=pathlib.Path)
    return click.option("--html", type=path, help="Write a page with charts.")(command)
