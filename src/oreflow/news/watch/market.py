"""From readings to a picture of the market: modelled first, which is cheap, and cleared only when that has changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from oreflow import __version__
from oreflow.errors import OreflowError
from oreflow.market import calibrate
from oreflow.news.drafts import NotModelled
from oreflow.news.fitting import articles_of, fitting, known_when_told
from oreflow.news.merge import combine
from oreflow.news.to_events import to_scenario
from oreflow.news.watch.horizon import horizon
from oreflow.news.watch.picture import Picture, Price, Shortfall, Told
from oreflow.shock import Citation, Scenario, scope_of
from oreflow.shock.run import Run, run
from oreflow.shock.sentences import sentence

if TYPE_CHECKING:
    from oreflow.atlas import World
    from oreflow.news.drafts import EventDraft
    from oreflow.news.reading import Reading
    from oreflow.shock import Event

_LEAST = 1e-6
"""Share off its base, or of demand, from which a price or a shortfall is kept."""


@dataclass(frozen=True, slots=True)
class Model:
    """What readings mean for the market.

    Attributes:
        scenario: Events that it can take.
        told: The same events in words, with the articles behind them.
        left: What it cannot take, with the reason.
        input: Digest of all that decides the result.
    """

    scenario: Scenario
    told: tuple[Told, ...]
    left: tuple[NotModelled, ...]
    input: str


def model(readings: Sequence[Reading], world: World) -> Model:
    """Turn readings into one scenario.

    Args:
        readings: One an article, in the order in which they came.
        world: World that they were read with.

    Returns:
        The model; its scenario has no events where nothing that was read is one.
    """
    # Articles that claim nothing cannot change what the others mean.
    speaking = [r for r in readings if r.claims]
    if not speaking:
        return _model(Scenario("watch"), (), (), world)
    reading = combine(speaking, world)
    found, refused = to_scenario(reading, world, name="watch")
    drafts = {d.id: d for d in reading.events}
    behind = {k: [speaking[i] for i in articles_of(d.claims, speaking, reading)] for k, d in drafts.items()}
    found = known_when_told(found, speaking, reading)
    events = tuple(replace(e, source=", ".join(r.article for r in behind[e.id])) for e in found.events)
    cited = dict.fromkeys(Citation(f"{r.title} ({r.article})") for e in events for r in behind[e.id])
    found = Scenario("watch", "what the watched news tell", events, sources=tuple(cited))
    fitted, unfit = _fit(found, world)
    told = tuple(_told(e, fitted, drafts[e.id], behind[e.id], world) for e in fitted.events)
    return _model(fitted, told, (*refused, *unfit), world)


def _fit(scenario: Scenario, world: World) -> tuple[Scenario, list[NotModelled]]:
    kept, left = fitting(scenario, world, horizon)
    return kept, [NotModelled(None, e.type.replace("_", " "), why) for e, why in left]


def clear(
    made: Model, world: World, before: Picture | None = None
) -> tuple[Picture, tuple[str, ...], tuple[NotModelled, ...]]:
    """Clear the market under a model.

    Minerals that share no market are cleared each on its own, so that news on copper leave lithium as it was, and what
    no news touched is taken from the picture before. Events that the market itself refuses, such as a purchase beyond
    what a reserve can take in, are left out.

    Args:
        made: The model.
        world: The world.
        before: The last picture.

    Returns:
        What it shows, the names of the runs, and what had to be left out.

    Raises:
        ModelError: The market could not be cleared, whichever single event is left out.
    """
    basis = f"{__version__}:{world.hash}"
    parts: list[Picture] = []
    runs: list[str] = []
    left = list(made.left)
    for scenario, told, minerals in _parts(made, world):
        part = _again(before, told, minerals) if before is not None and before.basis == basis else None
        if part is None:
            part, run_, more = _cleared(scenario, told, world)
            runs += run_
            left += more
        parts.append(part)
    return (
        Picture(
            tuple(p for part in parts for p in part.prices),
            tuple(s for part in parts for s in part.shortfalls),
            tuple(e for part in parts for e in part.events),
            basis,
        ),
        tuple(runs),
        tuple(left),
    )


def _parts(made: Model, world: World) -> list[tuple[Scenario, tuple[Told, ...], frozenset[str]]]:
    """Events by the markets that they share, each with the minerals of these."""
    whole: dict[tuple[str, ...], frozenset[str]] = {}
    groups: list[frozenset[str]] = []
    for t in made.told:
        if t.minerals not in whole:
            # A mineral brings the markets that it is made into.
            whole[t.minerals] = frozenset(calibrate(world, scope=t.minerals).net.scope)
        scope = whole[t.minerals]
        touching = [g for g in groups if g & scope]
        groups = [g for g in groups if not g & scope] + [scope.union(*touching)]
    out = []
    for group in groups:
        chosen = [i for i, t in enumerate(made.told) if group & set(t.minerals)]
        events = tuple(made.scenario.events[i] for i in chosen)
        out.append((replace(made.scenario, events=events), tuple(made.told[i] for i in chosen), group))
    return out


def _again(before: Picture, told: tuple[Told, ...], minerals: frozenset[str]) -> Picture | None:
    """What the last picture shows of some minerals, where the same events held there."""
    was = [t for t in before.events if minerals & set(t.minerals)]
    if sorted(t.content for t in was) != sorted(t.content for t in told):
        return None
    return Picture(
        tuple(p for p in before.prices if p.mineral in minerals),
        tuple(s for s in before.shortfalls if s.mineral in minerals),
        told,
    )


def _cleared(
    scenario: Scenario, told: tuple[Told, ...], world: World
) -> tuple[Picture, list[str], list[NotModelled]]:
    """One part of the market; as `clear`."""
    content = {e.id: t for e, t in zip(scenario.events, told, strict=True)}
    left: list[NotModelled] = []
    while scenario.events:
        try:
            done = run(world, scenario, settings=horizon(scenario))
        except OreflowError:
            bad = _refused(scenario, world)
            if not bad:
                raise
            left += [NotModelled(None, content[e.id].label, str(why)) for e, why in bad]
            gone = {e.id for e, _ in bad}
            rest = replace(scenario, events=tuple(e for e in scenario.events if e.id not in gone))
            scenario, unfit = _fit(rest, world)
            left += unfit
            continue
        return _picture(done, tuple(content[e.id] for e in scenario.events), world), [done.id], left
    return Picture(), [], left


def _refused(scenario: Scenario, world: World) -> list[tuple[Event, OreflowError]]:
    """Events that cannot be cleared even alone, found by halving what fails."""
    events = scenario.events
    ids = {e.id for e in events}
    # What takes the place of an event that is not in this part stands for itself.
    freed = (e if e.supersedes in ids else replace(e, supersedes=None) for e in events)
    part = replace(scenario, events=tuple(freed))
    try:
        run(world, part, settings=horizon(part))
    except OreflowError as error:
        if len(events) == 1:
            return [(events[0], error)]
        half = len(events) // 2
        halves = (replace(scenario, events=e) for e in (events[:half], events[half:]))
        return [found for h in halves for found in _refused(h, world)]
    return []


def _model(scenario: Scenario, told: tuple[Told, ...], left: tuple[NotModelled, ...], world: World) -> Model:
    text = json.dumps([__version__, world.hash, sorted(t.content for t in told)])
    return Model(scenario, told, left, hashlib.sha256(text.encode()).hexdigest())


def _told(
    event: Event, scenario: Scenario, draft: EventDraft, behind: Sequence[Reading], world: World
) -> Told:
    """An event in words, and in a form that does not change with the numbers and names of articles."""
    data = event.to_dict()
    what = {"type": draft.claim_type, "target": data["target"]}
    content = {k: v for k, v in data.items() if k not in {"id", "quote", "source"}}
    if event.supersedes is not None:
        followed = next(e for e in scenario.events if e.id == event.supersedes)
        content["supersedes"] = [followed.type, followed.target.to_dict()]
    alone = replace(scenario, events=(replace(event, supersedes=None),))
    settings = horizon(alone)
    return Told(
        what=json.dumps(what, sort_keys=True),
        content=json.dumps(content, sort_keys=True),
        label=f"{event.type.replace('_', ' ')}: {draft.label}",
        sentence=sentence(replace(event, supersedes=None), world),
        articles=tuple(dict.fromkeys(r.title for r in behind)),
        minerals=scope_of(alone, world, start=settings.start, months=settings.periods),
    )


def _picture(done: Run, told: tuple[Told, ...], world: World) -> Picture:
    table = world.commodities
    unit, mineral, hub = (
        dict(zip(table["commodity"], table[c], strict=True)) for c in ("unit", "mineral", "price_hub")
    )
    base = done.baseline["price"].to_numpy()[:, 0]
    price = done.outcome["price"].to_numpy()
    moved = np.abs(price / base[:, None] - 1.0).max(axis=1) > _LEAST
    first = str(done.outcome["period"].to_numpy()[0])
    prices = []
    for i in np.flatnonzero(moved):
        commodity, region = str(done.outcome["node"].to_numpy()[i]).split("@")
        prices.append(
            Price(commodity, region, unit[commodity], mineral[commodity], hub[commodity] == region,
                  float(base[i]), first, tuple(float(v) for v in price[i]))
        )  # fmt: skip
    wanted = dict(zip(world.demands["demand"], world.demands["commodity"], strict=True))
    short = []
    lost, served = (done.outcome[v].to_numpy().sum(axis=1) for v in ("unserved", "served"))
    for i in np.flatnonzero(lost > _LEAST * np.maximum(served, 1e-9)):
        demand = str(done.outcome["demand"].to_numpy()[i])
        commodity = wanted.get(demand, "")
        short.append(
            Shortfall(demand, unit.get(commodity, "unit"), mineral.get(commodity, ""), float(lost[i]))
        )
    return Picture(tuple(prices), tuple(short), told)
