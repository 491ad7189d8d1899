"""Articles as they come: text files in a folder, RSS, Atom and JSON feeds, each taken with care."""

from oreflow.news.feeds.fetch import Fetched, fetch
from oreflow.news.feeds.item import Item, Unread
from oreflow.news.feeds.limits import LIMITS, Limits
from oreflow.news.feeds.parse import parse
from oreflow.news.feeds.plain import plain
from oreflow.news.feeds.source import Look, Source, source

__all__ = [
    "LIMITS",
    "Fetched",
    "Item",
    "Limits",
    "Look",
    "Source",
    "Unread",
    "fetch",
    "parse",
    "plain",
    "source",
]
