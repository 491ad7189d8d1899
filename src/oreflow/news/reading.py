"""`read`: articles to claims, events and what is not modelled."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oreflow.news.arithmetic import Check, check_arithmetic
from oreflow.news.chinese import extract_chinese
from oreflow.news.claims import Claim
from oreflow.news.drafts import EventDraft, NotModelled
from oreflow.news.events import draft_events
from oreflow.news.extract import extract
from oreflow.news.groups import Group, group_claims
from oreflow.news.interval import Interval
from oreflow.news.overtaken import Overtaken
from oreflow.news.text import Article, article, is_chinese, load

if TYPE_CHECKING:
    from oreflow.atlas.world import World


@dataclass(frozen=True, slots=True)
class Reading:
    """What an article says.

    Attributes:
        article: Its name: the path, or what the caller gave.
        title: Its first line.
        text: Its text, which all offsets count.
        date: Its date, None where it does not say.
        claims: Claims in the order of the text.
        events: Events that the claims make.
        not_modelled: What becomes no event, with the reason.
        groups: Claims that disagree.
        checks: Sums in the text, done again.
        relevant: Whether it speaks of minerals, mines or batteries.
        overtaken: Claims that later articles take the place of, where it was made of several.
    """

    article: str
    title: str
    text: str
    date: Interval | None
    claims: tuple[Claim, ...]
    events: tuple[EventDraft, ...]
    not_modelled: tuple[NotModelled, ...]
    groups: tuple[Group, ...]
    checks: tuple[Check, ...]
    relevant: bool
    overtaken: tuple[Overtaken, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As ``oreflow read --json`` prints it."""
        return {
            "article": self.article,
            "date": str(self.date) if self.date else None,
            "claims": [c.to_dict() for c in self.claims],
            "events": [e.to_dict() for e in self.events],
            "not_modelled": [n.to_dict() for n in self.not_modelled],
        }


def read(
    paths: str | Path | Iterable[str | Path], world: World | None = None, *, day: date | None = None
) -> list[Reading]:
    """Read articles.

    Args:
        paths: One file or several, plain text in UTF-8.
        world: World whose plants, firms and commodities they may name; the bundled one when left out.
        day: Date of the articles, where it is known and the text does not say it.

    Returns:
        One reading for each file, in order.

    Raises:
        ReadError: A file is missing, empty, binary, too large, not UTF-8, or neither English nor Chinese.
    """
    files = [paths] if isinstance(paths, str | Path) else list(paths)
    articles = [load(p) for p in files]
    return [_read(a, bundled_or(world), day) for a in articles]


def read_text(
    text: str, world: World | None = None, *, name: str = "text", day: date | None = None
) -> Reading:
    """Read a text that is at hand.

    Args:
        text: Text of the article.
        world: As for `read`.
        name: What to call it.
        day: Its date, where it is known and the text does not say it.

    Returns:
        The reading.

    Raises:
        ReadError: The text is empty, binary, or neither English nor Chinese.
    """
    return _read(article(text, name=name), bundled_or(world), day)


def bundled_or(world: World | None) -> World:
    """Return a world, or the bundled one where there is none."""
    if world is not None:
        return world
    from oreflow.atlas import bundled

    return bundled()


def _read(a: Article, world: World, day: date | None) -> Reading:
    found = (extract_chinese if is_chinese(a.text) else extract)(a, world, day=day)
    claims, groups = group_claims(found.claims)
    checks = check_arithmetic(claims, a.text)
    events, left = draft_events(claims, world, source=a.name, date_=found.date)
    if not claims:
        told = (
            "the article names nothing that the atlas knows: it is about something else"
            if not found.relevant
            else "the article makes no claim about supply, demand, trade or prices that the reader knows"
        )
        left.append(NotModelled(None, "the whole article", told))
    return Reading(
        article=a.name,
        title=_title(a),
        text=a.text,
        date=found.date,
        claims=tuple(claims),
        events=tuple(events),
        not_modelled=tuple(left),
        groups=tuple(groups),
        checks=tuple(checks),
        relevant=found.relevant,
    )


def _title(a: Article) -> str:
    line = next((x.strip() for x in a.text.splitlines() if x.strip("\ufeff \t")), a.name)
    return line.lstrip("\ufeff#* ").strip()[:160]
