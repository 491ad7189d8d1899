"""The HTML of an item to plain text: paragraphs stay, scripts and styles go."""

from __future__ import annotations

import re
import unicodedata
from html.parser import HTMLParser

_DROPPED = frozenset({"script", "style"})
_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "br", "caption", "dd", "details", "div", "dl",
    "dt", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header",
    "hr", "legend", "li", "main", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody",
    "td", "tfoot", "th", "thead", "tr", "ul",
})  # fmt: skip
_CELLS = frozenset({"td", "th"})
_DECLARED = re.compile(r"<[!?][^<>]*>")
# A "<" that no ">" follows before the next one opens no tag. Left as it is, many of them take the parser for ever.
_LONE = re.compile(r"<(?![^<>]*>)")


def plain(markup: str) -> str:
    """Turn HTML into plain text.

    Args:
        markup: HTML, well-formed or not; plain text passes through.

    Returns:
        Paragraphs with an empty line between them, without characters that steer a terminal.
    """
    parser = _Text()
    parser.feed(_LONE.sub("&lt;", _DECLARED.sub(" ", _without_comments(markup))))
    parser.close()
    return tidy("".join(parser.parts))


def tidy(text: str) -> str:
    """Make the white space of a text regular and drop characters that are not for reading.

    Args:
        text: Plain text.

    Returns:
        Paragraphs with an empty line between them.
    """
    kept = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs", "Co", "Cn"})
    paragraphs = (" ".join(p.split()) for p in re.split(r"\n\s*\n", kept))
    return "\n\n".join(p for p in paragraphs if p)


def _without_comments(markup: str) -> str:
    """Leave comments out; one that is never closed is text."""
    parts, at = [], 0
    while (start := markup.find("<!--", at)) >= 0 and (end := markup.find("-->", start)) >= 0:
        parts.append(markup[at:start])
        at = end + 3
    return " ".join([*parts, markup[at:]])


class _Text(HTMLParser):
    """Collects what a reader would see."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._dropped = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._dropped = self._dropped or tag in _DROPPED
        self._break(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _DROPPED:
            self._dropped = False
        self._break(tag)

    def handle_data(self, data: str) -> None:
        if not self._dropped:
            self.parts.append(data)

    def _break(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.parts.append(" " if tag in _CELLS else "\n\n")
