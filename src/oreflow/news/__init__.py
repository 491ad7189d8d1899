"""What just happened: articles to claims with exact quotes, and claims to events on the world."""

from typing import TYPE_CHECKING, Any

from oreflow.news.claims import Amount, Claim
from oreflow.news.drafts import EventDraft, NotModelled
from oreflow.news.groups import Group
from oreflow.news.interval import Interval
from oreflow.news.merge import by_date, combine
from oreflow.news.overtaken import Overtaken
from oreflow.news.reading import Reading, read, read_text
from oreflow.news.score import Score, score

if TYPE_CHECKING:
    from oreflow.news.to_events import to_scenario

__all__ = [
    "Amount",
    "Claim",
    "EventDraft",
    "Group",
    "Interval",
    "NotModelled",
    "Overtaken",
    "Reading",
    "Score",
    "by_date",
    "combine",
    "read",
    "read_text",
    "score",
    "to_scenario",
]


def __getattr__(name: str) -> Any:
    """Load the way to the market only when it is asked for: reading needs no solver."""
    if name == "to_scenario":
        from oreflow.news.to_events import to_scenario

        return to_scenario
    raise AttributeError(name)
