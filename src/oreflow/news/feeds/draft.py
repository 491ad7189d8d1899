"""What a feed of any kind tells about an item, before it is an `Item`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from oreflow.news.feeds.item import Item, Unread, digest
from oreflow.news.feeds.limits import Limits
from oreflow.news.feeds.plain import tidy

_KEY = 500


@dataclass(frozen=True, slots=True)
class Draft:
    """An item as a feed tells it.

    Attributes:
        key: Its id in the feed; empty where it has none.
        title: Its title as plain text.
        body: Its text as plain text.
        url: Its address.
        day: Day it was published.
        size: Characters in it, where they are more than the limit.
        fault: Why it cannot be taken; empty where it can.
    """

    key: str = ""
    title: str = ""
    body: str = ""
    url: str = ""
    day: date | None = None
    size: int = 0
    fault: str = ""


def items(drafts: Iterable[Draft], *, name: str, limits: Limits) -> list[Item | Unread]:
    """Turn what a feed tells into items, each with a key of its own.

    Args:
        drafts: Items as the feed tells them.
        name: What to call the feed in messages.
        limits: Bounds on an item.

    Returns:
        Items, and those that cannot be taken with the reason.
    """
    found = [replace(d, key=tidy(d.key), url=tidy(d.url)) for d in drafts]
    seen = Counter(d.key for d in found)
    out: list[Item | Unread] = []
    taken: set[str] = set()
    for number, draft in enumerate(found, 1):
        own = digest(draft.title, draft.body, draft.url, draft.fault, str(draft.day))
        key = draft.key
        if not key or seen[key] > 1 or len(key) > _KEY:
            # An id that several items share, or none, says nothing: the text itself is the id.
            key = f"{key[:80]}#{own}"
        if key in taken:
            continue
        taken.add(key)
        out.append(_item(draft, key, own, f"{name}, item {number}", limits))
    return out


def _item(draft: Draft, key: str, own: str, place: str, limits: Limits) -> Item | Unread:
    if draft.size > limits.item:
        fault = f"it holds {draft.size / 1e6:.1f} million characters, more than {limits.item / 1e6:g} million"
    elif draft.fault:
        fault = draft.fault
    elif not draft.title and not draft.body:
        fault = "it has neither a title nor a text"
    else:
        text = draft.body
        if draft.title and not text.startswith(draft.title):
            text = f"{draft.title}\n\n{text}".strip()
        return Item(key, own, draft.url or place, draft.title, text, draft.url, draft.day)
    label = f" ({draft.title[:80]})" if draft.title else ""
    return Unread(key, own, place, f"{place}{label}: {fault}. It is left out; the others are read.")
