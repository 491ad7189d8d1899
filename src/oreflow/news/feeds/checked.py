"""XML that a stranger sent, made safe: refused where it is a trap, and cut down to what an article needs.

Nothing reaches the feed reader that was not parsed here first: no DTD, no entity, no element that is not asked for.
So what it sees and what was checked are the same, and texts that would keep it busy for ever never get there.
"""

from __future__ import annotations

import codecs
import io
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.sax import SAXException, SAXParseException
from xml.sax.handler import ContentHandler, feature_namespaces
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl, AttributesNSImpl

from oreflow.errors import ReadError

if TYPE_CHECKING:
    from xml.sax.xmlreader import Locator

    from oreflow.news.feeds.limits import Limits

_ROOTS = frozenset({"rss", "feed", "RDF"})
_ITEMS = frozenset({"item", "entry"})
_FRAME = _ROOTS | _ITEMS | {"channel"}
_SHORT = frozenset(
    {
        "title",
        "link",
        "id",
        "guid",
        "pubDate",
        "published",
        "updated",
        "modified",
        "issued",
        "created",
        "date",
    }
)
_LONG = frozenset({"description", "summary", "content", "encoded"})
_CONTENT = "http://purl.org/rss/1.0/modules/content/"
_DC = "http://purl.org/dc/elements/1.1/"
_FOREIGN = {(_CONTENT, "encoded"): "content:encoded", (_DC, "date"): "dc:date"}
"""Elements of an item that are not in the namespace of the feed itself."""
_SHORTEST = 2_000
"""Characters kept of a title, link, id or date, and of an attribute."""
_NAMESPACES = 200
_ATTRIBUTES = frozenset({"href", "rel", "type", "isPermaLink"})
_ENCODINGS = re.compile(
    r"utf-?(8|16)([-_]?[lb]e)?|(us-)?ascii|iso-?8859-\d+|latin-?1|(windows|cp)-?125\d|gb(2312|k|18030)|big5|shift_jis"
    r"|euc-(jp|kr)|koi8-[ru]",
    re.I,
)

_Name = tuple[str | None, str]


@dataclass
class Checked:
    """A feed that may be read.

    Attributes:
        content: XML in UTF-8 with the elements that articles need, in one frame for all kinds of feeds.
        long: Number of each item that holds more than the limit, and its characters; its text is left out.
    """

    content: bytes
    long: dict[int, int] = field(default_factory=dict)


def check(raw: bytes, *, name: str, limits: Limits) -> Checked:
    """Check a feed in XML and keep what articles need.

    Args:
        raw: The feed as it came.
        name: What to call it in messages.
        limits: Bounds on it.

    Returns:
        The checked feed.

    Raises:
        ReadError: It is not well-formed, declares a DTD or entities, is too deep or too large, or is no feed.
        UsageError: defusedxml is not installed.
    """
    from oreflow.news.feeds.need import needed

    with needed():
        from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]
        from defusedxml.sax import make_parser  # type: ignore[import-untyped]

    # The declaration goes, since the text is in UTF-8 now; its line ends stay, so that lines count as in the original.
    text = re.sub(r"\A\s*<\?xml[^>]{0,500}>", lambda m: "\n" * m[0].count("\n"), _decode(raw, name), count=1)
    keep = _Keep(name, limits)
    parser = make_parser()
    parser.forbid_dtd = True
    parser.setFeature(feature_namespaces, True)
    parser.setContentHandler(keep)
    try:
        parser.parse(io.BytesIO(text.encode("utf-8", "surrogatepass")))
    except SAXParseException as error:
        raise ReadError(
            f"{name}, line {error.getLineNumber()}: the XML is not well-formed ({error.getMessage()}). "
            "Ask whoever serves it to mend the feed."
        ) from None
    except (DefusedXmlException, SAXException) as error:
        raise ReadError(
            f"{name}, line {keep.line}: the XML declares a document type or entities "
            f"({type(error).__name__}), which can hide files or blow up to any size, and is not read. "
            "Watch a feed without a DOCTYPE."
        ) from None
    return Checked(keep.result(), keep.long)


def _decode(raw: bytes, name: str) -> str:
    """Text of XML by its byte order mark or declaration; UTF-8 without."""
    declared = re.match(rb"\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.-]{1,40})[\"']", raw)
    code = declared[1].decode("ascii", "replace") if declared else "utf-8"
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        code = "utf-16"
    elif raw.startswith(codecs.BOM_UTF8):
        code = "utf-8-sig"
    if not _ENCODINGS.fullmatch(code.removesuffix("-sig")):
        raise ReadError(f"{name}: the encoding {code!r} is not known. Watch a feed in UTF-8.")
    try:
        return raw.decode(code)
    except (UnicodeError, LookupError) as error:
        at = getattr(error, "start", 0)
        raise ReadError(
            f"{name}, line {raw[:at].count(10) + 1}: byte {at} is not {code}, which the feed says it is in. "
            "Ask whoever serves it to mend the feed."
        ) from None


class _Keep(ContentHandler):
    """Writes of each item the elements that are asked for."""

    def __init__(self, name: str, limits: Limits) -> None:
        super().__init__()
        self.long: dict[int, int] = {}
        self._name, self._limits = name, limits
        self._out = io.BytesIO()
        self._to = XMLGenerator(self._out, "utf-8")
        self._written: list[str] = []  # of each open element the name that it was written with, or ""
        self._elements = self._namespaces = self._items = 0
        self._item = 0  # depth of the open item, 0 for none
        self._own: str | None = None  # its namespace
        self._size = 0  # its characters so far
        self._field = 0  # depth of the element of it that is kept, 0 for none
        self._room = 0  # characters that this may still hold
        self._where: Locator | None = None

    @property
    def line(self) -> int:
        """Line that is being read."""
        return (self._where.getLineNumber() or 1) if self._where else 1

    def result(self) -> bytes:
        """Return what was kept."""
        return self._out.getvalue()

    def setDocumentLocator(self, locator: Locator) -> None:  # noqa: N802
        self._where = locator

    def startDocument(self) -> None:  # noqa: N802
        self._to.startDocument()
        self._start("rss", {"version": "2.0", "xmlns:content": _CONTENT, "xmlns:dc": _DC})
        self._start("channel", {})

    def endDocument(self) -> None:  # noqa: N802
        self._to.endElement("channel")
        self._to.endElement("rss")
        self._to.endDocument()

    def startPrefixMapping(self, prefix: str | None, uri: str) -> None:  # noqa: N802
        self._namespaces += 1
        self._bound(self._namespaces, _NAMESPACES + self._elements, "namespaces")

    def startElementNS(self, name: _Name, qname: str | None, attrs: AttributesNSImpl) -> None:  # noqa: N802
        depth = len(self._written) + 1
        self._elements += 1
        self._bound(self._elements, self._limits.elements, "XML elements")
        if depth > self._limits.depth:
            self._refuse(f"elements lie more than {self._limits.depth} deep in each other", "a plainer feed")
        if depth == 1 and name[1] not in _ROOTS:
            what = "it is a web page" if name[1].lower() == "html" else f"its root is <{name[1][:40]}>"
            self._refuse(f"this is no RSS or Atom feed: {what}", "the address of the feed itself")
        inside = bool(self._field)
        written = self._written_as(name, depth)
        self._written.append(written)
        if written:
            # Attributes say what an element is; inside a text none is needed.
            kept = {k[1]: v for k, v in attrs.items() if k[1] in _ATTRIBUTES and len(v) <= _SHORTEST}
            self._start(written, {} if inside else kept)

    def endElementNS(self, name: _Name, qname: str | None) -> None:  # noqa: N802
        depth = len(self._written)
        written = self._written.pop()
        if written:
            self._to.endElement(written)
        if depth == self._field:
            self._field = 0
        if depth == self._item:
            self._item = 0

    def characters(self, content: str) -> None:
        if not self._item:
            return
        self._size += len(content)
        if self._size > self._limits.item:
            self.long[self._items - 1] = self._size
        elif self._field and self._room > 0:
            self._to.characters(content[: self._room])
            self._room -= len(content)

    def _written_as(self, name: _Name, depth: int) -> str:
        """Name to write an element with; empty for one that is not needed."""
        space, local = name
        if self._field:
            # Markup inside a text stays, but what would look like another item goes.
            return "" if local in _FRAME else local
        if self._item:
            written = (
                local
                if space == self._own and local in _SHORT | _LONG
                else _FOREIGN.get((space or "", local), "")
            )
            if depth != self._item + 1 or not written:
                return ""
            self._field, self._room = depth, _SHORTEST if local in _SHORT else self._limits.item
            return written
        if local not in _ITEMS:
            return ""
        self._item, self._own, self._size = depth, space, 0
        self._items += 1
        self._bound(self._items, self._limits.items, "items")
        return local

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._to.startElement(name, AttributesImpl(attributes))

    def _bound(self, count: int, most: int, what: str) -> None:
        if count > most:
            self._refuse(f"there are more than {most:,} {what}", "a shorter feed")

    def _refuse(self, what: str, instead: str) -> None:
        raise ReadError(f"{self._name}, line {self.line}: {what}. Watch {instead}.")
