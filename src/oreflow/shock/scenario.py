"""`Scenario`: a named set of events, composed and compared."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from oreflow.errors import ScenarioError

if TYPE_CHECKING:
    from oreflow.atlas import World
    from oreflow.shock.event import Event


@dataclass(frozen=True, slots=True)
class Citation:
    """Where something stands.

    Attributes:
        title: Title, with publisher and date.
        url: Address, empty where there is none.
    """

    title: str
    url: str = ""

    def to_dict(self) -> dict[str, str]:
        """Return the form that scenario files use."""
        return {"title": self.title, **({"url": self.url} if self.url else {})}


@dataclass(frozen=True, slots=True)
class Scenario:
    """A named set of events relative to a world.

    ``a + b`` holds the events of both. An event that stands in both is taken once; two different events with
    one id contradict.

    Attributes:
        name: Identifier.
        title: One line.
        events: Events, each with its own id.
        description: What it is and what it assumes.
        sources: Where the facts stand.

    Raises:
        ScenarioError: Two events have the same id.
    """

    name: str
    title: str = ""
    events: tuple[Event, ...] = ()
    description: str = ""
    sources: tuple[Citation, ...] = ()

    def __post_init__(self) -> None:
        seen: set[str] = set()
        for event in self.events:
            if event.id in seen:
                raise ScenarioError(
                    f"scenario {self.name!r}: two events have the id {event.id!r}; rename one of them."
                )
            seen.add(event.id)

    def __add__(self, other: Scenario) -> Scenario:
        mine = {e.id: e for e in self.events}
        for event in other.events:
            if mine.setdefault(event.id, event) != event:
                raise ScenarioError(
                    f"scenarios {self.name!r} and {other.name!r} both have an event {event.id!r} and they differ; "
                    "rename one of them."
                )
        return Scenario(
            name=" + ".join(n for n in (self.name, other.name) if n),
            title="; ".join(t for t in (self.title, other.title) if t),
            events=tuple(mine.values()),
            description="\n\n".join(d.strip() for d in (self.description, other.description) if d.strip()),
            sources=tuple(dict.fromkeys((*self.sources, *other.sources))),
        )

    def __len__(self) -> int:
        return len(self.events)

    def to_dict(self) -> dict[str, Any]:
        """Return the form that scenario files use."""
        out: dict[str, Any] = {"scenario": self.name}
        if self.title:
            out["title"] = self.title
        if self.description:
            out["description"] = self.description
        if self.sources:
            out["sources"] = [s.to_dict() for s in self.sources]
        return {**out, "events": [e.to_dict() for e in self.events]}

    def to_yaml(self) -> str:
        """Return the text of a scenario file that reads back as this scenario."""
        import yaml

        return yaml.safe_dump(self.to_dict(), sort_keys=False, allow_unicode=True, width=100)

    @property
    def hash(self) -> str:
        """SHA-256 of the events in hexadecimal: what decides the results, names and titles left out."""
        text = json.dumps([e.to_dict() for e in self.events], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def sentences(self, world: World | None = None) -> list[str]:
        """Return the events as sentences.

        Args:
            world: Gives plants, regions and commodities their names, and unstated durations their law.

        Returns:
            One sentence or more an event.
        """
        from oreflow.shock.sentences import sentence

        return [sentence(e, world) for e in self.events]

    def check(self, world: World, *, start: str = "2025-01", months: int = 36) -> list[str]:
        """Check every name, date and contradiction against a world and a horizon.

        Args:
            world: The world.
            start: First month of the horizon.
            months: Length of the horizon.

        Returns:
            Notes that a reader should know; empty where there are none.

        Raises:
            UnknownNameError: A name does not stand in the world.
            ScenarioError: Dates outside the horizon or contradictory events.
        """
        from oreflow.shock.stage import stage

        return list(stage(self, world, start=start, months=months).notes)


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs between two scenarios.

    Attributes:
        path: Where, e.g. ``events.halt.duration.median``.
        left: Value in the first, None where it is absent.
        right: Value in the second, None where it is absent.
    """

    path: str
    left: Any
    right: Any

    def __str__(self) -> str:
        def say(value: Any) -> str:
            return "absent" if value is None else json.dumps(value, ensure_ascii=False)

        return f"{self.path}: {say(self.left)} -> {say(self.right)}"


def diff(a: Scenario, b: Scenario) -> list[Difference]:
    """Return what differs between two scenarios.

    Args:
        a: First scenario.
        b: Second scenario.

    Returns:
        Differences in the order of the files, events matched by id; empty where both are the same.
    """

    def form(s: Scenario) -> dict[str, Any]:
        out = s.to_dict()
        out["events"] = {e["id"]: {k: v for k, v in e.items() if k != "id"} for e in out["events"]}
        return out

    return list(_walk("", form(a), form(b)))


def _walk(path: str, a: Any, b: Any) -> Iterator[Difference]:
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        for key in dict.fromkeys([*a, *b]):
            yield from _walk(f"{path}.{key}" if path else str(key), a.get(key), b.get(key))
    elif a != b:
        yield Difference(path, a, b)
