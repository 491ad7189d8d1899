"""Several articles as one picture: claims in the order of their dates, and what has been overtaken set aside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from oreflow.news.arithmetic import Check
from oreflow.news.events import draft_events
from oreflow.news.groups import group_claims
from oreflow.news.overtaken import overtaken
from oreflow.news.reading import Reading, bundled_or

if TYPE_CHECKING:
    from oreflow.atlas.world import World


def by_date(readings: Sequence[Reading]) -> list[Reading]:
    """Return readings in the order of their dates, those without one last.

    Args:
        readings: Readings in any order.

    Returns:
        The same readings; of one day in the order given.
    """
    return sorted(readings, key=lambda r: (r.date is None or r.date.end is None, _end(r)))


def _end(r: Reading) -> date:
    return r.date.end if r.date is not None and r.date.end is not None else date.max


def combine(readings: Sequence[Reading], world: World | None = None) -> Reading:
    """Take several articles as one: claims by date, those overtaken set aside, events merged by what they hit.

    What later articles take the place of (see `oreflow.news.overtaken`) makes no event and no disagreement, but
    stays among the claims and is listed with its reason.

    Args:
        readings: Readings of articles, each with its own claims.
        world: World that they were read with; the bundled one when left out.

    Returns:
        One reading. The offsets of each claim count the text of its own article; its ``item`` is the place of that
        article in `readings`.
    """
    if len(readings) == 1:
        return readings[0]
    order = by_date(readings)
    place = {id(r): i for i, r in enumerate(readings)}
    claims = [replace(c, item=place[id(r)], group=None) for r in order for c in r.claims]
    gone = overtaken(claims, [r.date for r in readings])
    past = {o.claim for o in gone}
    standing = [i for i in range(len(claims)) if i not in past]
    grouped, groups = group_claims([claims[i] for i in standing])
    for i, c in zip(standing, grouped, strict=True):
        claims[i] = c
    groups = [replace(g, claims=tuple(standing[k] for k in g.claims)) for g in groups]
    latest = next((r.date for r in reversed(order) if r.date is not None and r.date.end), None)
    names = ", ".join(r.article for r in readings)
    events, left = draft_events(claims, bundled_or(world), source=names, date_=latest, gone=gone)
    offset = 0
    checks: list[Check] = []
    for r in order:
        checks += [replace(c, claims=tuple(k + offset for k in c.claims)) for c in r.checks]
        left += [n for n in r.not_modelled if n.claim is None]
        offset += len(r.claims)
    return Reading(
        article=names,
        title=readings[0].title if readings else "",
        text="",
        date=latest,
        claims=tuple(claims),
        events=tuple(events),
        not_modelled=tuple(left),
        groups=tuple(groups),
        checks=tuple(checks),
        relevant=any(r.relevant for r in readings),
        overtaken=gone,
    )
