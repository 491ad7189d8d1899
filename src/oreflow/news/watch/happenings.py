"""What a watch tells, as it happens."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oreflow.news.watch.change import Change


@dataclass(frozen=True, slots=True)
class Heard:
    """An article came, or a new version of one.

    Attributes:
        source: Where it came from.
        article: What it is called.
        title: Its title.
        url: Its address.
        date: Its date; the day it came where nothing tells.
        claims: Number of claims.
        events: Its events in a few words.
        revised: Whether it takes the place of an earlier version.
    """

    source: str
    article: str
    title: str
    url: str
    date: date
    claims: int
    events: tuple[str, ...]
    revised: bool

    def to_dict(self) -> dict[str, object]:
        """As it is printed."""
        return {"kind": "article", **asdict(self), "date": self.date.isoformat()}


@dataclass(frozen=True, slots=True)
class Same:
    """An article came that is kept already.

    Attributes:
        source: Where it came from.
        article: What it is called.
        same_as: Number in the store of the article that it repeats.
    """

    source: str
    article: str
    same_as: int

    def to_dict(self) -> dict[str, object]:
        """As it is printed."""
        return {"kind": "same", **asdict(self)}


@dataclass(frozen=True, slots=True)
class Refused:
    """An article came that cannot be read.

    Attributes:
        source: Where it came from.
        article: What it is called.
        reason: What is wrong, where, and what to do.
    """

    source: str
    article: str
    reason: str

    def to_dict(self) -> dict[str, object]:
        """As it is printed."""
        return {"kind": "refused", **asdict(self)}


@dataclass(frozen=True, slots=True)
class Failed:
    """A source could not be looked at, or the market not be cleared; the watch goes on.

    Attributes:
        source: The source; empty for the market.
        reason: What is wrong, where, and what to do.
        code: Exit code of the error.
        wait: Seconds until it is tried again.
    """

    source: str
    reason: str
    code: int
    wait: float

    def to_dict(self) -> dict[str, object]:
        """As it is printed."""
        return {"kind": "failed", **asdict(self)}


@dataclass(frozen=True, slots=True)
class Moved:
    """The market was cleared again.

    Attributes:
        change: What moved.
    """

    change: Change

    def to_dict(self) -> dict[str, object]:
        """As it is printed."""
        return {"kind": "change", **self.change.to_dict()}


Happening = Heard | Same | Refused | Failed | Moved
