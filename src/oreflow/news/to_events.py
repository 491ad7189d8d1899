"""Drafts to a scenario: each event is checked against the world; what does not fit is left out with its reason."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, cast

from oreflow.errors import OreflowError
from oreflow.news.drafts import EventDraft, NotModelled
from oreflow.news.reading import Reading
from oreflow.news.targets import BASE_YEAR
from oreflow.shock import Citation, Event, Scenario, Target, expand
from oreflow.shock.duration import Duration
from oreflow.shock.effect import Effect
from oreflow.shock.event import duration_from_dict
from oreflow.shock.target import Kind

if TYPE_CHECKING:
    from oreflow.atlas.world import World


def to_scenario(
    reading: Reading, world: World, *, name: str = "article", start: str = f"{BASE_YEAR}-01-01"
) -> tuple[Scenario, list[NotModelled]]:
    """Turn a reading into a scenario that the market can run.

    Args:
        reading: What the article says.
        world: The world it is about.
        name: Identifier of the scenario.
        start: Day taken for events without any date.

    Returns:
        The scenario, and the events that the world cannot take, with the reason.
    """
    events: list[Event] = []
    left: list[NotModelled] = []
    kept: set[str] = set()
    for draft in reading.events:
        try:
            event = to_event(draft, reading, start=start)
            if event.supersedes is not None and event.supersedes not in kept:
                raise OreflowError(f"the event {event.supersedes!r} that it follows is not modelled")
            expand(event.target, world, where=f"event {draft.id!r}")
        except OreflowError as error:
            left.append(
                NotModelled(
                    draft.claims[0] if draft.claims else None,
                    f"{draft.claim_type}: {draft.label}",
                    str(error),
                )
            )
            continue
        kept.add(draft.id)
        events.append(event)
    sources = (Citation(title=f"{reading.title} ({reading.article})"),)
    return Scenario(name=name, title=reading.title, events=tuple(events), sources=sources), left


def to_event(draft: EventDraft, reading: Reading, *, start: str) -> Event:
    """Turn one draft into an event.

    Args:
        draft: The draft.
        reading: The reading it belongs to.
        start: Day taken where it has no date.

    Returns:
        The event.

    Raises:
        OreflowError: Its target, effect or dates do not fit.
    """
    assert draft.target is not None
    (kind, where), *_ = draft.target.items()
    conditions = {"name": where} if isinstance(where, str) else where
    (effect, value), *_ = draft.effect.items()
    size = (float(value[0]), float(value[1])) if isinstance(value, list) else value
    begin = draft.start or _yearless(draft, reading) or start
    duration: Duration | str | None = None
    if draft.duration is not None and draft.until is None:
        duration = duration_from_dict(
            dict(draft.duration) if isinstance(draft.duration, dict) else draft.duration
        )
    return Event(
        id=draft.id,
        type=draft.type,
        target=Target.of(cast("Kind", kind), **conditions),
        effect=Effect.of(effect, size, per=draft.per),
        start=begin,
        duration=duration,
        until=draft.until,
        announced=draft.announced if draft.announced and draft.announced != begin else None,
        certainty=draft.certainty,
        recovery=draft.recovery if draft.recovery and effect in {"availability", "output_cut"} else None,
        supersedes=draft.supersedes,
        quote=draft.quote,
        source=draft.source,
    )


def _yearless(draft: EventDraft, reading: Reading) -> str | None:
    """First day of a month whose year the text does not give, in the base year of the atlas."""
    for i in draft.claims:
        when = reading.claims[i].effective
        if when is not None and when.label.startswith("XXXX-"):
            number = int(when.label[5:7])
            return date(BASE_YEAR, number, 1).isoformat()
    return None
