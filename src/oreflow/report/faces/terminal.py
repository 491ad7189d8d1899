"""An answer in a terminal."""

from __future__ import annotations

import io

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table as RichTable
from rich.text import Text as RichText

from oreflow.report import format as fmt
from oreflow.report.document import Document
from oreflow.report.faces import textplot
from oreflow.report.faces.markdown import drawn
from oreflow.report.figure import Sentence
from oreflow.report.grid import Box, Grid, Head, Notes, grid
from oreflow.report.outline import Block, Fan, Items, Outline, Para, Picture, Table, Text, Tiles, Web

_LEAST = 40
_TEXT_COLUMN = 14
_HOLD = str.maketrans({"\u00a0": "\ue000", fmt.THIN: "\ue001"})
_FREE = str.maketrans({"\ue000": "\u00a0", "\ue001": fmt.THIN})


def render(document: Document, *, width: int = 100, color: bool = False) -> str:
    """Return an answer as text for a terminal.

    Args:
        document: The answer.
        width: Columns of the terminal; at least 40 are used.
        color: Whether to write colours.

    Returns:
        Text without any control character from outside.
    """
    out = io.StringIO()
    console = Console(
        file=out,
        width=max(width, _LEAST),
        force_terminal=color,
        color_system="standard" if color else None,
        legacy_windows=False,
    )
    show(document, console)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def show(document: Document, console: Console) -> None:
    """Print an answer to a console.

    Args:
        document: The answer.
        console: Where to print; its width decides between tables and lists.
    """
    # Rich breaks lines at no-break spaces, so they are held as private characters until the lines are set.
    with console.capture() as held:
        _show(document.outline, console)
    console.file.write(held.get().translate(_FREE))


def _show(whole: Outline, console: Console) -> None:
    notes = Notes(whole)
    console.print(_styled(fmt.plain(whole.title), "bold"))
    console.print(_styled(fmt.plain(whole.subtitle), "dim"))
    for section in whole.sections:
        number = f"{section.number} " if section.number else ""
        console.print()
        console.print(Rule(_styled(f"{number}{section.title}", "bold"), align="left", style="dim"))
        for block in section.blocks:
            console.print(_block(block, notes, console.width))
    if not notes.all:
        return
    console.print()
    console.print(Rule(_styled("Notes", "bold"), align="left", style="dim"))
    console.print(_pairs([(f"[{n.number}]", n.text) for n in notes.all], style="dim"))


def _styled(text: str, style: str = "") -> RichText:
    return RichText(text.translate(_HOLD), style=style)


def _block(block: Block, notes: Notes, width: int) -> RenderableType:
    if isinstance(block, Para):
        style = {"verdict": "bold", "aside": "italic"}.get(block.role, "")
        return _styled(_sentence(block.sentence, notes), style)
    if isinstance(block, Tiles):
        return Padding(_tiles(block, notes), (1, 0, 0, 0))
    if isinstance(block, Items):
        body = _pairs([("•", _sentence(s, notes)) for s in block.items])
        return _below(block.caption, body) if block.caption else body
    if isinstance(block, Table):
        g = grid(block, notes)
        if block.key == "claims":
            return _below(block.caption, _claims(g, notes))
        table = _table(g, notes) if _needed(g, notes) <= width else _records(g, notes, width)
        return _below(block.caption + (f" [{g.note}]" if g.note else ""), table)
    if isinstance(block, Fan):
        plot = textplot.fan(block.band, width=min(width, 100), from_zero=block.from_zero)
        note = notes.of(block.caption.figures[0])
        legend = f"● median of {block.caption.figures[0].text} [{note}]  ▒ half  ░ nine in ten  ┄ baseline"
        return _below(block.title, _styled("\n".join([*plot, legend])))
    if isinstance(block, Picture):
        return _below(block.title, _styled("\n".join(drawn(block, min(width, 100)))))
    assert isinstance(block, Text)
    a = block.article
    about = [x for x in map(fmt.plain, (a.title, a.publisher or "", a.date or "", a.url or "")) if x]
    return _pairs([(fmt.plain(a.key), ", ".join(about))])


def _below(caption: str, body: RenderableType) -> RenderableType:
    return Padding(Group(_styled(fmt.plain(caption), "underline"), body), (1, 0, 0, 0))


def _pairs(rows: list[tuple[str, str]], *, style: str = "") -> RichTable:
    out = RichTable.grid(padding=(0, 1, 0, 0))
    out.add_column(no_wrap=True, min_width=max((len(a) for a, _ in rows), default=1))
    out.add_column(overflow="fold")
    for first, second in rows:
        out.add_row(_styled(first, style), _styled(second, style))
    return out


def _tiles(block: Tiles, notes: Notes) -> RichTable:
    out = RichTable.grid(padding=(0, 2, 0, 0))
    out.add_column(overflow="fold", ratio=2)
    out.add_column(overflow="fold", ratio=3)
    for item in block.items:
        if item.figure is None:
            value = _styled(fmt.plain(item.text), "bold")
        else:
            span = f" ({item.figure.range_text})" if item.figure.range_text else ""
            value = _styled(item.figure.text, "bold")
            value.append(f"{span} [{notes.of(item.figure)}]".translate(_HOLD), style="not bold")
        out.add_row(_styled(fmt.plain(item.label)), value)
    return out


def _claims(g: Grid, notes: Notes) -> Group:
    lines: list[RenderableType] = []
    for row in g.rows:
        number, about, quote, firm, speaker, much, when, where = (_text(cell, notes) for cell in row)
        more = "; ".join(x for x in (much, when, where) if x != "–")
        rest = Group(_styled(f"{about}, {firm}, {speaker}"), _styled(quote, "italic"), _styled(more, "dim"))
        entry = RichTable.grid(padding=(0, 1, 0, 0))
        entry.add_column(no_wrap=True, min_width=3)
        entry.add_column(overflow="fold")
        entry.add_row(_styled(number, "bold"), rest)
        lines.append(entry)
    return Group(*lines)


def _sentence(sentence: Sentence, notes: Notes) -> str:
    return fmt.plain(
        "".join(p if isinstance(p, str) else f"{p.text}\u00a0[{notes.of(p)}]" for p in sentence.parts)
    )


def _text(cell: Box, notes: Notes) -> str:
    if isinstance(cell.cell, Sentence):
        return _sentence(cell.cell, notes)
    text = cell.text + (f" ({cell.range})" if cell.range else "")
    if isinstance(cell.cell, Web) and cell.cell.url:
        text += f" {fmt.plain(cell.cell.url)}"
    return text + (f" [{cell.note}]" if cell.note else "")


def _heading(head: Head, gap: str) -> str:
    unit = f"{',' if gap == ' ' else ''}{gap}{fmt.plain(head.unit)}" if head.unit not in {"", "1"} else ""
    return fmt.plain(head.label) + unit + (f" [{head.note}]" if head.note else "")


def _wide(g: Grid, notes: Notes, i: int) -> int:
    head = g.heads[i]
    texts = [len(_text(row[i], notes)) for row in g.rows]
    lines = [len(line) for line in _heading(head, "\n").split("\n")]
    longest = max(texts, default=0)
    return max(longest if head.number else min(longest, _TEXT_COLUMN), *lines)


def _needed(g: Grid, notes: Notes) -> int:
    return sum(_wide(g, notes, i) + 2 for i in range(len(g.heads)))


def _table(g: Grid, notes: Notes) -> RichTable:
    out = RichTable(
        box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style="dim"
    )
    for i, head in enumerate(g.heads):
        out.add_column(
            _styled(_heading(head, "\n")),
            justify="right" if head.number else "left",
            min_width=_wide(g, notes, i),
            no_wrap=head.number,
            overflow="fold",
            vertical="top",
        )
    for row in g.rows:
        out.add_row(*[_styled(_text(cell, notes)) for cell in row])
    return out


def _records(g: Grid, notes: Notes, width: int) -> Group:
    lines: list[RenderableType] = []
    for row in g.rows:
        lines.append(_styled(_text(row[0], notes), "bold"))
        rows = [
            ("", f"{_heading(head, ' ')}:", _text(cell, notes))
            for head, cell in zip(g.heads[1:], row[1:], strict=True)
            if cell.text not in {"", "–"}
        ]
        body = RichTable.grid(padding=(0, 1, 0, 0))
        body.add_column(min_width=1)
        body.add_column(overflow="fold", max_width=22 if width < 72 else 36)
        body.add_column(overflow="fold")
        for cells in rows:
            body.add_row(*map(_styled, cells))
        lines.append(body)
    return Group(*lines)
