"""`parse`: the bytes of a feed to items, whatever kind of feed it is."""

from __future__ import annotations

import codecs

from oreflow.errors import OreflowError, ReadError
from oreflow.news.feeds.draft import Draft, items
from oreflow.news.feeds.item import Item, Unread
from oreflow.news.feeds.limits import LIMITS, Limits

_OTHERS = {
    b"%PDF": "a PDF",
    b"\x89PNG": "an image",
    b"\xff\xd8\xff": "an image",
    b"GIF8": "an image",
    b"PK\x03\x04": "a ZIP archive",
    b"\x1f\x8b": "a gzip archive",
}


def parse(raw: bytes, *, name: str = "feed", limits: Limits = LIMITS) -> list[Item | Unread]:
    """Read a feed: RSS, Atom or JSON Feed.

    Args:
        raw: The feed as it came.
        name: What to call it in messages; its address, where it has one.
        limits: Bounds on it.

    Returns:
        Its items in its order, and those that cannot be taken with the reason.

    Raises:
        ReadError: It is empty, too large, something else, not well-formed, or a trap.
        UsageError: A package that feeds need is not installed.
    """
    if len(raw) > limits.body:
        raise ReadError(
            f"{name}: the feed holds {len(raw) / 1e6:.1f} MB, more than {limits.body / 1e6:g} MB, and is not read. "
            "Watch a shorter feed."
        )
    start = raw.lstrip(b"\xef\xbb\xbf \t\r\n")[:100].lower()
    if not start:
        raise ReadError(f"{name}: the feed is empty. Check the address.")
    if start.startswith((b"<!doctype html", b"<html")):
        raise ReadError(
            f"{name}: this is a web page, not a feed. Look for the address of its RSS or Atom feed and watch that."
        )
    if start.startswith((b"{", b"[", b"<", codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            drafts = _drafts(raw, name, limits, json=start.startswith((b"{", b"[")))
        except OreflowError:
            raise
        except Exception as error:
            # What strangers send meets the readers of feeds and HTML in states that nobody has thought of.
            raise ReadError(
                f"{name}: the feed could not be understood ({type(error).__name__}: {error}). Report it, with the feed."
            ) from error
        return items(drafts, name=name, limits=limits)
    kind = next((what for magic, what in _OTHERS.items() if raw.startswith(magic)), "something else")
    raise ReadError(
        f"{name}: this is {kind}, not a feed. Watch an address that gives RSS, Atom or JSON Feed."
    )


def _drafts(raw: bytes, name: str, limits: Limits, *, json: bool) -> list[Draft]:
    if json:
        from oreflow.news.feeds.jsonfeed import json_items

        return json_items(raw, name=name, limits=limits)
    from oreflow.news.feeds.xml import xml_items

    return xml_items(raw, name=name, limits=limits)
