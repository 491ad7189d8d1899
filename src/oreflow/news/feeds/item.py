"""`Item`: one article as a source hands it over, and `Unread`: one that cannot be taken, with the reason."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Item:
    """An article that a source holds.

    Attributes:
        key: What the source calls it: a file name, a guid, an address.
        version: Changes when the article does.
        name: What to call it in messages and readings.
        title: Its title; empty where only the text tells it.
        text: Plain text, the title included.
        url: Its address; empty where there is none.
        day: Day it was published; None where the source does not say.
    """

    key: str
    version: str
    name: str
    title: str
    text: str
    url: str = ""
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Unread:
    """An article that cannot be taken.

    Attributes:
        key: What the source calls it.
        version: Changes when the article does.
        name: What to call it in messages.
        reason: What is wrong, where, and what to do.
    """

    key: str
    version: str
    name: str
    reason: str


def digest(*parts: str) -> str:
    """Return a short digest of texts, whatever characters they hold."""
    text = "\x1f".join(parts)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
