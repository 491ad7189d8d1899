"""Tables as text: headings with units, numbers that line up, and one footnote for each provenance."""

from __future__ import annotations

from dataclasses import dataclass

from oreflow.report import format as fmt
from oreflow.report.figure import QUALITY, Figure, Sentence
from oreflow.report.outline import (
    Cell,
    Column,
    Fan,
    Items,
    Outline,
    Para,
    Picture,
    Quote,
    Ref,
    Table,
    Tiles,
    Web,
)


@dataclass(frozen=True, slots=True)
class Note:
    """A footnote: where a figure comes from and how well it is known.

    Attributes:
        number: Its number, from 1 in reading order.
        keys: Keys of the sources, or the run id.
        quality: How the figure is known, in words.
        note: What a reader must know to use it.
    """

    number: int
    keys: tuple[str, ...]
    quality: str
    note: str

    @property
    def text(self) -> str:
        """The footnote in one line."""
        return f"{fmt.plain(self.quality).capitalize()}: {', '.join(self.keys)}." + (
            f" {fmt.plain(self.note)}" if self.note else ""
        )


class Notes:
    """Footnotes of an outline, numbered in reading order; figures with one provenance share one."""

    def __init__(self, whole: Outline) -> None:
        self._numbers: dict[tuple[str, str, str], int] = {}
        for section in whole.sections:
            for block in section.blocks:
                for figure in shown(block):
                    self._numbers.setdefault(_key(figure), len(self._numbers) + 1)

    def of(self, figure: Figure) -> int:
        """Return the number of a figure's footnote."""
        return self._numbers[_key(figure)]

    @property
    def all(self) -> tuple[Note, ...]:
        """The footnotes in order."""
        return tuple(
            Note(n, tuple(k.strip() for k in source.split(";")), QUALITY[quality], note)
            for (source, quality, note), n in self._numbers.items()
        )


def _key(figure: Figure) -> tuple[str, str, str]:
    return figure.source, figure.quality, figure.note


def shown(block: object) -> list[Figure]:
    """Return the figures of a block that carry a footnote, in reading order."""
    if isinstance(block, Para):
        return list(block.sentence.figures)
    if isinstance(block, Tiles):
        return [i.figure for i in block.items if i.figure is not None]
    if isinstance(block, Items):
        return [f for s in block.items for f in s.figures]
    if isinstance(block, (Fan, Picture)):
        return list(block.caption.figures)
    if isinstance(block, Table):
        cells = [c for row in block.rows for c in row]
        out = []
        for cell in cells:
            out += list(cell.figures) if isinstance(cell, Sentence) else []
            out += [cell] if isinstance(cell, Figure) else []
        return out
    return []


@dataclass(frozen=True, slots=True)
class Head:
    """Heading of a column.

    Attributes:
        label: The heading.
        unit: Unit of all its figures; empty when they differ or it holds none.
        note: Footnote of all its figures; 0 when they differ or it holds none.
        number: Whether it holds figures.
    """

    label: str
    unit: str
    note: int
    number: bool

    @property
    def text(self) -> str:
        """Heading and unit."""
        return f"{self.label}, {self.unit}" if self.unit not in {"", "1"} else self.label


@dataclass(frozen=True, slots=True)
class Box:
    """A cell as text.

    Attributes:
        text: What stands in it.
        range: Range of a figure, written smaller; empty for none.
        note: Footnote, when the heading does not carry it; else 0.
        cell: What it was made of.
    """

    text: str
    range: str
    note: int
    cell: Cell


@dataclass(frozen=True, slots=True)
class Grid:
    """A table ready to be drawn.

    Attributes:
        heads: Headings.
        rows: Cells.
        note: Footnote of all figures of the table; 0 when they differ or it holds none.
    """

    heads: tuple[Head, ...]
    rows: tuple[tuple[Box, ...], ...]
    note: int


def grid(table: Table, notes: Notes) -> Grid:
    """Return a table as text.

    A column of figures in one unit carries the unit in its heading. A footnote stands as high up as it can: at
    the table, at the column, at the cell. All columns of one unit share one scale.

    Args:
        table: The table.
        notes: Footnotes of the outline it belongs to.

    Returns:
        Headings and cells.
    """
    tops: dict[str, float] = {}
    for f in (c for row in table.rows for c in row if isinstance(c, Figure)):
        tops[f.unit] = max(tops.get(f.unit, 0.0), *(abs(x or 0.0) for x in (f.value, f.low, f.high)))
    scales = {unit: fmt.scale([top / 10 if top >= 1e7 else top], unit) for unit, top in tops.items()}
    called = {notes.of(c) for row in table.rows for c in row if isinstance(c, Figure)}
    note = called.pop() if len(called) == 1 else 0
    heads, columns = [], []
    for i, column in enumerate(table.columns):
        cells = [row[i] for row in table.rows]
        head, boxes = _column(column, cells, notes, scales, whole=bool(note))
        heads.append(head)
        columns.append(boxes)
    return Grid(tuple(heads), tuple(zip(*columns, strict=True)) if table.rows else (), note)


def _column(
    column: Column,
    cells: list[Cell],
    notes: Notes,
    scales: dict[str, tuple[float, str]],
    *,
    whole: bool,
) -> tuple[Head, list[Box]]:
    label, number = column.label, column.number
    figures = [c for c in cells if isinstance(c, Figure)]
    if not number or not figures:
        return Head(label, "", 0, number), [_box(c, notes) for c in cells]
    shared = {notes.of(f) for f in figures}
    note = shared.pop() if len(shared) == 1 and not whole else 0
    known = whole or note > 0
    if len({f.unit for f in figures}) > 1:
        return Head(label, "", note, True), [_box(c, notes, known=known) for c in cells]
    ends = [x for f in figures for x in (f.value, f.low, f.high)]
    by, unit = scales[figures[0].unit]
    sign = any(f.change for f in figures)
    texts = iter(fmt.column([None if x is None else x / by for x in ends], sign=sign))
    boxes = []
    for cell in cells:
        if isinstance(cell, Figure):
            value, low, high = next(texts), next(texts), next(texts)
            span = f"{low} to {high}" if cell.range_text else ""
            boxes.append(Box(value, span, 0 if known else notes.of(cell), cell))
        else:
            boxes.append(_box(cell, notes))
    return Head(label, unit, note, True), boxes


def _box(cell: Cell, notes: Notes, *, known: bool = False) -> Box:
    if isinstance(cell, Figure):
        return Box(cell.text, cell.range_text, 0 if known else notes.of(cell), cell)
    if isinstance(cell, Sentence):
        return Box(fmt.plain(cell.plain), "", 0, cell)
    if isinstance(cell, Quote):
        return Box(f"“{fmt.plain(cell.text)}”", "", 0, cell)
    if isinstance(cell, (Ref, Web)):
        return Box(fmt.plain(cell.text), "", 0, cell)
    return Box(fmt.plain(cell), "", 0, cell)
