"""The briefing in a terminal."""

from __future__ import annotations

import io

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table as RichTable
from rich.text import Text as RichText

from oreflow.report import format as fmt
from oreflow.report.briefing import Briefing
from oreflow.report.faces import textplot
from oreflow.report.faces.markdown import drawn
from oreflow.report.figure import Sentence
from oreflow.report.grid import Box, Grid, Head, Notes, grid
from oreflow.report.outline import Block, Fan, Items, Para, Picture, Table, Text, Tiles, Web
from oreflow.report.story import outline

_LEAST = 40
_TEXT_COLUMN = 12


def render(briefing: Briefing, *, width: int = 100, color: bool = False) -> str:
    """Return a briefing as text for a terminal.

    Args:
        briefing: The briefing.
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
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
    )
    show(briefing, console)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def show(briefing: Briefing, console: Console) -> None:
    """Print a briefing to a console.

    Args:
        briefing: The briefing.
        console: Where to print; its width decides between tables and lists.
    """
    whole = outline(briefing)
    notes = Notes(whole)
    console.print(RichText(fmt.plain(whole.title), style="bold"))
    console.print(RichText(fmt.plain(whole.subtitle), style="dim"))
    for section in whole.sections:
        number = f"{section.number} " if section.number else ""
        console.print()
        console.print(Rule(RichText(f"{number}{section.title}", style="bold"), align="left", style="dim"))
        for block in section.blocks:
            console.print(_block(block, notes, console.width))
    console.print()
    console.print(Rule(RichText("Notes", style="bold"), align="left", style="dim"))
    for n in notes.all:
        console.print(RichText(f"[{n.number}] {n.text}", style="dim"))


def _block(block: Block, notes: Notes, width: int) -> RenderableType:
    if isinstance(block, Para):
        style = {"verdict": "bold", "aside": "italic"}.get(block.role, "")
        return RichText(_sentence(block.sentence, notes), style=style)
    if isinstance(block, Tiles):
        return Padding(Group(*[_tile(block, i, notes) for i in range(len(block.items))]), (1, 0, 0, 0))
    if isinstance(block, Items):
        lines = [RichText(f"• {_sentence(s, notes)}") for s in block.items]
        return Padding(Group(_caption(block.caption), *lines), (1, 0, 0, 0))
    if isinstance(block, Table):
        g = grid(block, notes)
        body = _table(g) if _needed(g) <= width else _records(g)
        return Padding(Group(_caption(block.caption), body), (1, 0, 0, 0))
    if isinstance(block, Fan):
        plot = textplot.fan(block.band, width=min(width, 100), from_zero=block.from_zero)
        note = notes.of(block.caption.figures[0])
        legend = f"● median of {block.caption.figures[0].text} [{note}]  ▒ half  ░ nine in ten  ┄ baseline"
        return _drawn(block.title, [*plot, legend])
    if isinstance(block, Picture):
        return _drawn(block.title, drawn(block, min(width, 100)))
    assert isinstance(block, Text)
    a = block.article
    parts = [a.key, a.title, a.publisher or "", a.date or "", a.url or ""]
    return RichText("  ".join(x for x in map(fmt.plain, parts) if x))


def _drawn(title: str, lines: list[str]) -> RenderableType:
    return Padding(Group(_caption(title), RichText("\n".join(lines), overflow="fold")), (1, 0, 0, 0))


def _caption(text: str) -> RichText:
    return RichText(fmt.plain(text), style="underline")


def _tile(block: Tiles, i: int, notes: Notes) -> RichText:
    item = block.items[i]
    line = RichText(f"  {fmt.plain(item.label)}: ")
    if item.figure is None:
        return line.append(fmt.plain(item.text), style="bold")
    line.append(item.figure.text, style="bold")
    span = f" ({item.figure.range_text})" if item.figure.range_text else ""
    return line.append(f"{span} [{notes.of(item.figure)}]")


def _sentence(sentence: Sentence, notes: Notes) -> str:
    return fmt.plain(
        "".join(p if isinstance(p, str) else f"{p.text} [{notes.of(p)}]" for p in sentence.parts)
    )


def _text(cell: Box) -> str:
    text = cell.text + (f" ({cell.range})" if cell.range else "")
    if isinstance(cell.cell, Web) and cell.cell.url:
        text += f" {fmt.plain(cell.cell.url)}"
    return text + (f" [{cell.note}]" if cell.note else "")


def _heading(head: Head) -> str:
    return fmt.plain(head.text) + (f" [{head.note}]" if head.note else "")


def _needed(g: Grid) -> int:
    total = 0
    for i, head in enumerate(g.heads):
        texts = [_text(row[i]) for row in g.rows]
        longest = max(map(len, texts), default=0)
        word = max((len(w) for w in _heading(head).split()), default=1)
        total += 2 + (max(longest, word) if head.number else max(min(longest, _TEXT_COLUMN), word))
    return total


def _table(g: Grid) -> RichTable:
    out = RichTable(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), header_style="dim")
    for i, head in enumerate(g.heads):
        longest = max((len(_text(row[i])) for row in g.rows), default=1)
        out.add_column(
            RichText(_heading(head)),
            justify="right" if head.number else "left",
            min_width=longest if head.number else min(longest, _TEXT_COLUMN),
            overflow="fold",
            vertical="top",
        )
    for row in g.rows:
        out.add_row(*[RichText(_text(cell)) for cell in row])
    return out


def _records(g: Grid) -> Group:
    lines = []
    for row in g.rows:
        lines.append(RichText(_text(row[0]), style="bold"))
        for head, cell in zip(g.heads[1:], row[1:], strict=True):
            if cell.text not in {"", "–"}:
                lines.append(RichText(f"  {_heading(head)}: {_text(cell)}"))
    return Group(*lines)
