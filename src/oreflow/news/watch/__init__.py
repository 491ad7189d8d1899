"""News as they come: looked for again and again, kept, and cleared when they change what is modelled."""

from oreflow.news.watch.change import THRESHOLD, Cause, Change, Gap, Move, compare
from oreflow.news.watch.happenings import Failed, Happening, Heard, Moved, Refused, Same
from oreflow.news.watch.loop import EVERY, Watch
from oreflow.news.watch.picture import Picture, Price, Shortfall, Told
from oreflow.news.watch.store import Store

__all__ = [
    "EVERY",
    "THRESHOLD",
    "Cause",
    "Change",
    "Failed",
    "Gap",
    "Happening",
    "Heard",
    "Move",
    "Moved",
    "Picture",
    "Price",
    "Refused",
    "Same",
    "Shortfall",
    "Store",
    "Told",
    "Watch",
    "compare",
]
