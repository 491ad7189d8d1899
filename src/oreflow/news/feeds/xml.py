"""RSS and Atom to items."""

from __future__ import annotations

import io
from calendar import timegm
from collections.abc import Mapping
from datetime import UTC, date, datetime
from time import struct_time
from urllib.parse import urljoin

from oreflow.news.feeds.checked import check
from oreflow.news.feeds.draft import Draft
from oreflow.news.feeds.limits import Limits
from oreflow.news.feeds.need import needed
from oreflow.news.feeds.plain import plain, tidy


def xml_items(raw: bytes, *, name: str, limits: Limits) -> list[Draft]:
    """Read RSS or Atom.

    Args:
        raw: The feed as it came.
        name: What to call it in messages; its address.
        limits: Bounds on it.

    Returns:
        Its items in its order.

    Raises:
        ReadError: It is not well-formed, is a trap, is too large, or is no feed.
        UsageError: feedparser or defusedxml is not installed.
    """
    with needed():
        import feedparser  # type: ignore[import-untyped]

    checked = check(raw, name=name, limits=limits)
    found = feedparser.parse(
        io.BytesIO(checked.content),
        response_headers={"content-type": "application/xml; charset=utf-8"},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    return [_draft(entry, name, checked.long.get(i, 0)) for i, entry in enumerate(found.entries)]


def _draft(entry: Mapping[str, object], name: str, size: int) -> Draft:
    link = _string(entry.get("link"))
    contents = entry.get("content")
    texts = [_plain(part) for part in contents] if isinstance(contents, list) else []
    texts.append(_plain(entry.get("summary_detail")))
    return Draft(
        key=_string(entry.get("id")) or link,
        title=_plain(entry.get("title_detail")),
        body=max(texts, key=len),
        url=urljoin(name, link) if link else "",
        day=_day(entry.get("published_parsed")) or _day(entry.get("updated_parsed")),
        size=size,
    )


def _string(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _plain(part: object) -> str:
    """Text of what feedparser calls a detail: a value and its type."""
    if not isinstance(part, Mapping):
        return ""
    value = _string(part.get("value"))
    return tidy(value) if part.get("type") == "text/plain" else plain(value)


def _day(when: object) -> date | None:
    if not isinstance(when, struct_time):
        return None
    try:
        return datetime.fromtimestamp(timegm(when), UTC).date()
    except (ValueError, OverflowError, OSError):
        return None
