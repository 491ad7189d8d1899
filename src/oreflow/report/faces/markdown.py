"""An answer as Markdown."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from oreflow.report import format as fmt
from oreflow.report.document import Document
from oreflow.report.effects import Chain, ChainFlows, WorldMap
from oreflow.report.faces import textlines, textplot
from oreflow.report.figure import Sentence
from oreflow.report.grid import Box, Grid, Notes, grid
from oreflow.report.outline import Block, Fan, Items, Outline, Para, Picture, Table, Text, Tiles, Web
from oreflow.report.plots import Bars, Cloud, Lines, Steps

_SPECIAL = re.compile(r"([\\`*_\[\]{}|~#$])")


def render(document: Document) -> str:
    """Return an answer as Markdown with footnotes (GitHub's dialect).

    Args:
        document: The answer.

    Returns:
        Text; everything from outside is escaped.
    """
    whole = document.outline
    notes = Notes(whole)
    out = [f"# {escape(whole.title)}", escape(whole.subtitle)]
    for section in whole.sections:
        number = f"{section.number}. " if section.number else ""
        out.append(f"## {number}{section.title}")
        for block in section.blocks:
            out += _block(block, notes, whole)
    if notes.all:
        out.append("## Notes")
        out.append("\n".join(f"[^{n.number}]: {escape(n.text)}" for n in notes.all))
    return "\n\n".join(out) + "\n"


def escape(text: str) -> str:
    """Return text so that Markdown and HTML leave it as it is."""
    return inline(text).strip()


def inline(text: str) -> str:
    """Return text escaped like `escape`, with the space at its ends kept."""
    safe = fmt.plain(f"x{text}x")[1:-1].replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _SPECIAL.sub(r"\\\1", safe)


def web(url: str | None) -> str | None:
    """Return an address that may be linked to: http or https, without characters that end a link; else none."""
    if not url:
        return None
    clean = fmt.plain(url)
    try:
        parts = urlsplit(clean)
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        return None
    return re.sub(r"""[\s<>"'()`\\|]""", lambda m: f"%{ord(m[0]):02X}", clean)


def _block(block: Block, notes: Notes, whole: Outline) -> list[str]:
    if isinstance(block, Para):
        text = _sentence(block.sentence, notes)
        return [{"verdict": f"**{text}**", "aside": f"*{text}*"}.get(block.role, text)]
    if isinstance(block, Tiles):
        out = []
        for i in block.items:
            value = escape(i.text)
            if i.figure is not None:
                span = f" ({i.figure.range_text})" if i.figure.range_text else ""
                value = f"{escape(i.figure.text + span)}[^{notes.of(i.figure)}]"
            out.append(f"- {escape(i.label)}: **{value}**")
        return ["\n".join(out)]
    if isinstance(block, Items):
        title = [f"### {block.caption}"] if block.caption else []
        return [*title, "\n".join(f"- {_sentence(s, notes)}" for s in block.items)]
    if isinstance(block, Table):
        g = grid(block, notes)
        return [f"### {escape(block.caption)}{f'[^{g.note}]' if g.note else ''}", _table(g, notes)]
    if isinstance(block, Fan):
        lines = textplot.fan(block.band, from_zero=block.from_zero)
        return [f"### {escape(block.title)}", _code(lines), _sentence(_keyed(block.caption), notes)]
    if isinstance(block, Picture):
        return [f"### {escape(block.title)}", _code(drawn(block, 72))]
    assert isinstance(block, Text)
    a = block.article
    by = ", ".join(x for x in (a.publisher, a.date) if x)
    link = web(a.url)
    head = f"**{escape(a.key)}** {escape(a.title)}{f' ({escape(by)})' if by else ''}"
    return [f"{head} [source]({link})" if link else head]


def drawn(block: Picture, width: int) -> list[str]:
    """Return a picture in lines of text at most about ``width`` columns wide."""
    if isinstance(block.data, Chain):
        return textplot.bottleneck(block.data, width=width)
    if isinstance(block.data, WorldMap):
        return textplot.changes(block.data, width=width)
    if isinstance(block.data, ChainFlows):
        return textplot.flows(block.data, width=width)
    if isinstance(block.data, Lines):
        return textlines.lines(block.data, width=width)
    if isinstance(block.data, Bars):
        return textlines.bars(block.data, width=width)
    if isinstance(block.data, Steps):
        return textlines.steps(block.data)
    if isinstance(block.data, Cloud):
        return textlines.cloud(block.data)
    return textplot.tornado(block.data, width=width)


def _keyed(caption: Sentence) -> Sentence:
    return Sentence("● median of {0}; ▒ half of them; ░ nine in ten; ┄ baseline.", caption.figures)


def _sentence(sentence: Sentence, notes: Notes) -> str:
    return "".join(
        inline(p) if isinstance(p, str) else f"{escape(p.text)}[^{notes.of(p)}]" for p in sentence.parts
    )


def _table(g: Grid, notes: Notes) -> str:
    heads = [escape(h.text) + (f"[^{h.note}]" if h.note else "") for h in g.heads]
    rules = ["---:" if h.number else "---" for h in g.heads]
    rows = [[_cell(box, notes) for box in row] for row in g.rows]
    return "\n".join(f"| {' | '.join(r)} |" for r in [heads, rules, *rows])


def _cell(box: Box, notes: Notes) -> str:
    if isinstance(box.cell, Sentence):
        return _sentence(box.cell, notes).strip()
    text = escape(box.text) + (f" ({escape(box.range)})" if box.range else "")
    if isinstance(box.cell, Web):
        link = web(box.cell.url)
        text = f"[{text}]({link})" if link else text
    return text + (f"[^{box.note}]" if box.note else "")


def _code(lines: list[str]) -> str:
    longest = max((len(m) for line in lines for m in re.findall(r"`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n" + "\n".join(lines) + f"\n{fence}"
