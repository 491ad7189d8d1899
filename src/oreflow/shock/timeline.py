"""From a scenario to the news that the market hears: on average, or as one draw of what may happen."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from oreflow.atlas import World
from oreflow.market.change import Change, News
from oreflow.shock.belief import Known, believe
from oreflow.shock.grid import Floats
from oreflow.shock.scenario import Scenario
from oreflow.shock.stage import Stage, stage


def timeline(scenario: Scenario, world: World, *, start: str = "2025-01", months: int = 36) -> list[News]:
    """Return what is believed from each announcement on, durations at their laws and sizes at mid-range.

    Args:
        scenario: The scenario.
        world: The world.
        start: First month of the horizon.
        months: Length of the horizon.

    Returns:
        News in order of month, each with the complete set of changes believed from then on; empty for an empty
        scenario.

    Raises:
        UnknownNameError: An event names something that is not in the world.
        ScenarioError: A date outside the horizon, or events that contradict each other.
    """
    return expected(stage(scenario, world, start=start, months=months))


def expected(staged: Stage) -> list[News]:
    """Return `timeline` of a scenario that is already staged.

    Args:
        staged: The staged scenario.

    Returns:
        News in order of month.
    """
    news = []
    for month in sorted({s.month for s in staged.events}):
        known = {
            i: Known(s.event.certainty, s.given, None, s.duration.p_contagion)
            for i, s in enumerate(staged.events)
            if s.month <= month
        }
        news.append(News(month, believe(staged, known)))
    return news


@dataclass(frozen=True)
class Realised:
    """One draw of what may happen.

    Attributes:
        news: What is heard and when: announcements, whether a rumour was true, that it still lasts, its end.
        truth: What happens, known only afterwards.
        durations: Event id to its length in months, infinite where it never ends within its law.
        happened: Event id to whether it was so.
        followed: Event id to whether like plants followed.
        sizes: Event id to where its size lies in the disputed range, 0 to 1.
    """

    news: tuple[News, ...]
    truth: tuple[Change, ...]
    durations: dict[str, float]
    happened: dict[str, bool]
    followed: dict[str, bool]
    sizes: dict[str, float]


def realise(
    scenario: Scenario,
    world: World,
    rng: np.random.Generator,
    *,
    start: str = "2025-01",
    months: int = 36,
    every: int = 3,
) -> Realised:
    """Draw what happens: whether, how much and how long, with the end heard at its date.

    Args:
        scenario: The scenario.
        world: The world.
        rng: Source of randomness, e.g. ``default_rng(SeedSequence(seed, spawn_key=(i,)))`` for draw i.
        start: First month of the horizon.
        months: Length of the horizon.
        every: Months between news that an event still lasts, by which its law is conditioned on its age; 0 for
            none before the end.

    Returns:
        The draw.

    Raises:
        UnknownNameError: An event names something that is not in the world.
        ScenarioError: A date outside the horizon, or events that contradict each other.
    """
    return draw(stage(scenario, world, start=start, months=months), rng, every=every)


def draw(staged: Stage, rng: np.random.Generator, *, every: int = 3) -> Realised:
    """Return `realise` of a scenario that is already staged.

    Args:
        staged: The staged scenario.
        rng: Source of randomness; the same amount is used for each event in every draw.
        every: Months between news that an event still lasts; 0 for none before the end.

    Returns:
        The draw.
    """
    found = fates(staged, rng.random((len(staged.events), NUMBERS)))
    news: list[News] = []
    for month in hears(staged, found, every=every):
        changes = believe(staged, knowledge(staged, found, month))
        if not news or not _same(news[-1].changes, changes):
            news.append(News(month, changes))
    truth = believe(
        staged,
        {i: Known(float(f.real), 0.0, f.length, float(f.followed), f.size) for i, f in enumerate(found)},
    )
    ids = [s.event.id for s in staged.events]
    return Realised(
        news=tuple(news),
        truth=truth,
        durations={k: f.length for k, f in zip(ids, found, strict=True)},
        happened={k: f.real for k, f in zip(ids, found, strict=True)},
        followed={k: f.followed for k, f in zip(ids, found, strict=True)},
        sizes={k: f.size for k, f in zip(ids, found, strict=True)},
    )


NUMBERS = 5
"""Uniform numbers that decide one event: its size, whether it is so, whether like plants follow, whether it never
ends, its length."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What happens to one event in a draw.

    Attributes:
        size: Where the size lies in its disputed range, 0 to 1.
        real: Whether it is so.
        followed: Whether like plants follow.
        length: Months; infinite where it never ends within its law.
        replaced: True once another event really takes over from it.
    """

    size: float
    real: bool
    followed: bool
    length: float
    replaced: bool


def fates(staged: Stage, uniforms: Floats) -> list[Fate]:
    """Return what happens to each event.

    Args:
        staged: The staged scenario.
        uniforms: Shape (events, `NUMBERS`), between 0 and 1.

    Returns:
        One fate an event, in the order of the stage.
    """
    lengths = []
    for s, u in zip(staged.events, uniforms, strict=True):
        given = s.given
        if s.heir >= 0:
            given = max(given, staged.events[s.heir].start - s.start)
        lengths.append(float(s.duration.lengths(u[None, 3:5], given=given)[0]))
    # An event that is superseded after it began has been so: otherwise nobody would speak of its end.
    begun = [s.heir >= 0 and staged.events[s.heir].start > s.start for s in staged.events]
    real = [
        b or bool(u[1] < s.event.certainty) for b, s, u in zip(begun, staged.events, uniforms, strict=True)
    ]
    out = []
    for i, (s, u, length) in enumerate(zip(staged.events, uniforms, lengths, strict=True)):
        replaced = s.heir >= 0 and real[s.heir]
        if replaced:
            length = min(length, max(staged.events[s.heir].start - s.start, 0.0))
        followed = bool(u[2] < s.duration.p_contagion)
        out.append(Fate(float(u[0]), real[i], followed, length, replaced))
    return out


def hears(staged: Stage, found: list[Fate], *, every: int = 3) -> list[int]:
    """Return the months of the horizon in which something is heard.

    Args:
        staged: The staged scenario.
        found: Fate of each event.
        every: Months between news that an event still lasts; 0 for none before the end.

    Returns:
        Months in order.
    """
    spreading = {m.event for m in staged.impacts if m.spread}
    months: set[int] = set()
    for i, fate in enumerate(found):
        months |= _hears(staged, i, fate, every, i in spreading)
    return sorted(m for m in months if m < staged.months)


def _settled(staged: Stage, i: int) -> int:
    """Month in which it shows whether an event is so and whether like plants follow."""
    s = staged.events[i]
    begin = math.floor(s.start)
    return begin if begin > s.month else s.month + 1


def _hears(staged: Stage, i: int, fate: Fate, every: int, spreading: bool) -> set[int]:
    """Months in which something is heard of an event."""
    s = staged.events[i]
    months = {s.month}
    if s.event.certainty < 1 or (spreading and 0 < s.duration.p_contagion < 1):
        months.add(_settled(staged, i))
    if not fate.real or s.duration.known:
        return months
    end = s.start + fate.length
    if not fate.replaced and end < staged.months:
        months.add(max(math.floor(end), s.month))
    if every > 0:
        first = max(s.month, math.floor(s.start)) + every
        months |= set(range(first, math.ceil(min(staged.months, end)), every))
    return months


def knowledge(staged: Stage, found: list[Fate], month: int) -> dict[int, Known]:
    """Return what is known of each event in a month.

    Args:
        staged: The staged scenario.
        found: Fate of each event.
        month: Month from the start of the horizon.

    Returns:
        Event index to what is known of it; those not yet heard of are left out.
    """
    known = {}
    for i, (s, fate) in enumerate(zip(staged.events, found, strict=True)):
        if s.month > month:
            continue
        settled = month >= _settled(staged, i)
        weight = float(fate.real) if settled else s.event.certainty
        spread = float(fate.followed) if settled else s.duration.p_contagion
        end = s.start + fate.length
        over = fate.real and not s.duration.known and not fate.replaced and end < month + 1
        given = max(s.given, month - s.start) if settled and fate.real else s.given
        known[i] = Known(weight, given, fate.length if over else None, spread, fate.size)
    return known


def _same(a: tuple[Change, ...], b: tuple[Change, ...]) -> bool:
    return len(a) == len(b) and all(
        (x.table, x.rows, x.attribute) == (y.table, y.rows, y.attribute)
        and np.array_equal(x.profile, y.profile)
        for x, y in zip(a, b, strict=True)
    )
