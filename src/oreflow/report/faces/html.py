"""An answer as one HTML file that needs nothing else: no script, no font, no picture from elsewhere."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from oreflow import __version__
from oreflow.errors import UsageError
from oreflow.report import charts
from oreflow.report import format as fmt
from oreflow.report.document import Document
from oreflow.report.effects import WorldMap
from oreflow.report.faces.markdown import web
from oreflow.report.faces.marks import Piece, pieces
from oreflow.report.figure import Figure, Sentence
from oreflow.report.grid import Grid, Notes, grid
from oreflow.report.outline import Fan, Picture, Quote, Ref, Table, Web

if TYPE_CHECKING:
    from jinja2 import Environment

WIDE, HALF, NARROW = 980, 476, 340
_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")


@dataclass(frozen=True, slots=True)
class _Page:
    """What the template asks for besides the outline."""

    document: Document
    notes: Notes
    seen: set[int]

    @property
    def articles(self) -> tuple[str, ...]:
        return tuple(a.key for a in self.document.articles)

    def grid(self, table: Table) -> Grid:
        return grid(table, self.notes)

    def note(self, figure: Figure) -> int:
        return self.notes.of(figure)

    def first(self, number: int) -> bool:
        """Whether a footnote is called for the first time: its back link leads there."""
        fresh = number not in self.seen
        self.seen.add(number)
        return fresh

    def chart(self, block: Fan | Picture) -> Any:
        from markupsafe import Markup

        wide, narrow = _drawn(block, narrow=False), _drawn(block, narrow=True)
        return Markup(f'<div class="wide">{wide}</div><div class="narrow">{narrow}</div>')

    def article(self, key: str) -> tuple[Piece, ...]:
        said = self.document
        text = next(a.text for a in said.articles if a.key == key)
        return pieces(
            text,
            [c for c in said.claims if c.article == key],
            [f for f in said.arithmetic if f.article == key],
        )


def render(document: Document) -> str:
    """Return an answer as a whole HTML page.

    Args:
        document: The answer.

    Returns:
        HTML without scripts; a content security policy in it forbids everything but its own style sheet.

    Raises:
        UsageError: Jinja2 is not installed.
    """
    from markupsafe import Markup

    whole = document.outline
    blocks = [b for s in whole.sections for b in s.blocks]
    mapped = any(isinstance(b, Picture) and isinstance(b.data, WorldMap) for b in blocks)
    return rendered(
        "document.html.j2",
        title=whole.title,
        document=document,
        outline=whole,
        page=_Page(document, Notes(whole), set()),
        land=Markup(charts.land_symbol() if mapped else ""),
    )


def rendered(template: str, *, title: str, style: str = "", **values: Any) -> str:
    """Return a page made from a template that extends ``page.html.j2``.

    Args:
        template: Name of the template.
        title: Title of the page.
        style: Rules of its own, added to the common style sheet.
        **values: What the template names.

    Returns:
        HTML without scripts; a content security policy in it forbids everything but its own style sheet.

    Raises:
        UsageError: Jinja2 is not installed.
    """
    page = environment().get_template(template)
    from markupsafe import Markup

    common = (files("oreflow.report") / "templates" / "page.css").read_text(encoding="utf-8")
    css = charts.CSS + common + style
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    text: str = page.render(title=title, version=__version__, css=Markup(css), digest=digest, **values)
    return text


@cache
def environment() -> Environment:
    """Return the template engine of the pages: everything escaped, a name that is missing raises.

    Raises:
        UsageError: Jinja2 is not installed.
    """
    try:
        import jinja2
    except ImportError as error:
        raise UsageError("HTML needs Jinja2. Install it with: pip install 'oreflow[report]'.") from error
    out = jinja2.Environment(
        loader=jinja2.PackageLoader("oreflow.report", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    out.filters.update(plain=fmt.plain, inside=_inside, web=web, days=_days)
    out.tests.update(
        figure=lambda x: isinstance(x, Figure),
        sentence=lambda x: isinstance(x, Sentence),
        quote=lambda x: isinstance(x, Quote),
        ref=lambda x: isinstance(x, Ref),
        web=lambda x: isinstance(x, Web),
    )
    out.globals["kind"] = lambda x: type(x).__name__
    return out


def _days(text: str) -> Any:
    """Return text with its dates kept on one line."""
    from markupsafe import Markup, escape

    return Markup(_DAY.sub(r'<span class="nb">\g<0></span>', str(escape(text))))


def _inside(text: str) -> str:
    """Return a part of a sentence freed of control characters, with the space at its ends kept."""
    return fmt.plain(f"x{text}x")[1:-1]


def _drawn(block: Fan | Picture, *, narrow: bool) -> str:
    """Return the chart of a block as SVG; ids differ between the wide and the narrow drawing."""
    key = f"{block.key}-{'n' if narrow else 'w'}"
    if isinstance(block, Fan):
        width = NARROW if narrow else HALF
        return charts.fan(
            key, block.title, block.band, width=width, marks=block.marks, from_zero=block.from_zero
        )
    width = NARROW if narrow else HALF if block.half else WIDE
    return charts.picture(key, block.title, block.data, width=width)
