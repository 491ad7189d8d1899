"""How much of a feed is taken, and how long it may take: whoever serves it may be broken or mean harm."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one look at a source.

    Attributes:
        connect: Seconds to reach the server.
        idle: Seconds without a byte from it.
        total: Seconds in all, however steadily bytes drip in.
        body: Bytes of a feed once unpacked.
        redirects: Times that it may send on to another address of its own.
        items: Items in a feed.
        elements: XML elements in a feed.
        depth: XML elements inside each other.
        item: Characters of one item, with its markup.
    """

    connect: float = 10.0
    idle: float = 20.0
    total: float = 60.0
    body: int = 8_000_000
    redirects: int = 5
    items: int = 1_000
    elements: int = 200_000
    depth: int = 100
    item: int = 500_000


LIMITS = Limits()
