"""`Watch`: look at the sources, read what is new, keep it, and clear the market when that changes anything."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from oreflow.errors import OreflowError, ReadError, UsageError
from oreflow.news.feeds import Item, Source, Unread
from oreflow.news.reading import Reading, read_text
from oreflow.news.watch.change import THRESHOLD, compare
from oreflow.news.watch.happenings import Failed, Happening, Heard, Moved, Refused, Same
from oreflow.news.watch.likeness import ALIKE, likeness, sketch, text_hash

if TYPE_CHECKING:
    from oreflow.atlas import World
    from oreflow.news.watch.store import Store

EVERY = 300.0
"""Seconds between two looks at a source."""
LONGEST = 3600.0
"""Longest wait after failures, in seconds, where looks are not further apart anyway."""
_MATTERS = (
    "type", "subject", "commodity", "country", "quantity", "direction", "polarity", "modality", "effective",
)  # fmt: skip


@dataclass
class _Clock:
    """When a source is looked at next, and how often it has failed since it last did not."""

    due: float = 0.0
    failures: int = 0


@dataclass(frozen=True, slots=True)
class _Prepared:
    """An article that is ready to be kept."""

    item: Item
    reading: Reading
    day: date
    hash: str
    sketch: bytes


class Watch:
    """Sources, a store and a world.

    Args:
        sources: Where articles come from.
        store: Where they are kept.
        world: World that they are read with and that the market is of.
        days: Age in days from which articles no longer count, by their date; all count where it is left out.
        threshold: Share by which a price must move to be told.
        every: Seconds between two looks at a source.
    """

    def __init__(
        self,
        sources: Sequence[Source],
        store: Store,
        world: World,
        *,
        days: int | None = None,
        threshold: float = THRESHOLD,
        every: float = EVERY,
    ) -> None:
        self._sources, self._store, self._world = tuple(sources), store, world
        self._days, self._threshold, self._every = days, threshold, every
        self._clocks = {s.id: _Clock() for s in self._sources}
        self._readings: dict[int, Reading] = {}
        self._cleared: tuple[date | None] | None = (
            None  # first day that counted when the market was last looked at
        )
        self._unsolved = ""  # input that could not be solved, not to be tried again

    def run(self) -> Iterator[Happening]:
        """Look at each source again and again, for ever."""
        while True:
            yield from self.poll()
            due = min(c.due for c in self._clocks.values())
            time.sleep(max(0.0, due - time.monotonic()))

    def poll(self) -> Iterator[Happening]:
        """Look once at each source that is due, and clear the market if what is modelled has changed.

        Yields:
            What happens, each when it has been kept.

        Raises:
            UsageError: A package that feeds need is not installed.
        """
        news = False
        for source in self._sources:
            clock = self._clocks[source.id]
            if clock.due > time.monotonic():
                continue
            try:
                told = self._look(source)
            except UsageError:
                raise
            except OreflowError as error:
                clock.failures += 1
                wait = min(self._every * 2**clock.failures, max(LONGEST, self._every))
                with suppress(OreflowError):
                    self._store.failed(self._store.known(source).id, str(error))
                yield Failed(source.id, str(error), error.exit_code, wait)
            else:
                clock.failures, wait = 0, self._every
                news = news or any(isinstance(t, Heard | Refused | Same) for t in told)
                yield from told
            clock.due = time.monotonic() + wait
        since = self._since()
        if news or self._cleared != (since,):
            self._cleared = (since,)
            yield from self._market(since)

    def readings(self, since: date | None = None) -> list[tuple[int, Reading]]:
        """Read again the articles that count: the store alone says what the market is cleared under.

        Args:
            since: Day before which articles count no more.

        Returns:
            Number and reading of each, in the order in which they came.
        """
        out = []
        for kept in self._store.articles(since):
            reading = self._readings.get(kept.id)
            if reading is None or reading.text != kept.text:
                reading = self._readings[kept.id] = read_text(
                    kept.text, self._world, name=kept.name, day=kept.published
                )
            out.append((kept.id, replace(reading, title=kept.title)))
        self._readings = {i: self._readings[i] for i, _ in out}  # what counts no more is forgotten
        return out

    def _since(self) -> date | None:
        return _today() - timedelta(days=self._days) if self._days is not None else None

    def _look(self, source: Source) -> list[Happening]:
        """Look at a source and keep what is new, all of it or nothing."""
        store = self._store
        known = store.known(source)
        look = source.look(set(known.versions.items()), etag=known.etag, modified=known.modified)
        fresh = [i for i in look.items if known.versions.get(i.key) != i.version]
        prepared = [self._prepare(i) for i in fresh]
        told: list[Happening] = []
        with store.writing():
            for found in prepared:
                key = found.item.key if isinstance(found, _Prepared) else found.key
                told.append(self._keep(source, known.id, found, revised=key in known.versions))
            store.polled(known.id, etag=look.etag, modified=look.modified)
        return told

    def _prepare(self, item: Item | Unread) -> _Prepared | Unread:
        """Read an item; whatever is wrong with it is its own affair."""
        if isinstance(item, Unread):
            return item
        day = item.day if item.day and item.day <= _today() + timedelta(days=1) else None
        item = replace(item, day=day)
        try:
            reading = read_text(item.text, self._world, name=item.name, day=day)
        except ReadError as error:
            return Unread(item.key, item.version, item.name, str(error))
        except Exception as error:
            # A watch runs for weeks: a text that the reader stumbles over must not end it.
            told = f"{item.name}: the reader failed on this text ({type(error).__name__}: {error}). Report it, with it."
            return Unread(item.key, item.version, item.name, told)
        ends = reading.date.end if reading.date is not None else None
        if item.title:
            reading = replace(reading, title=item.title)
        return _Prepared(item, reading, ends or day or _today(), text_hash(item.text), sketch(item.text))

    def _keep(self, source: Source, number: int, found: _Prepared | Unread, *, revised: bool) -> Happening:
        store = self._store
        if isinstance(found, Unread):
            store.refused(number, found, found.reason)
            return Refused(source.id, found.name, found.reason)
        item = found.item
        twin = self._twin(number, found)
        if twin is not None:
            store.same(number, item, twin)
            return Same(source.id, item.name, twin)
        r = found.reading
        store.read(number, item, r, day=found.day, hash_=found.hash, sketch=found.sketch)
        events = tuple(f"{e.type.replace('_', ' ')}: {e.label}" for e in r.events)
        return Heard(source.id, item.name, r.title, item.url, found.day, len(r.claims), events, revised)

    def _twin(self, number: int, found: _Prepared) -> int | None:
        """The article that says the same: the same text, or nearly the same with no claim that is not in it.

        A text that differs in one word may say the opposite, so likeness alone is not enough.
        """
        here = (number, found.item.key)
        exact = self._store.with_hash(found.hash, but=here)
        if exact is not None:
            return exact
        claims = {_matter(c.to_dict()) for c in found.reading.claims}
        for article, other in list(self._store.sketches(but=here, day=found.day)):
            if likeness(found.sketch, other) < ALIKE:
                continue
            if claims <= {_matter(c) for c in self._store.claims(article)}:
                return article
        return None

    def _market(self, since: date | None) -> Iterator[Happening]:
        from oreflow.news.watch.market import clear, model

        try:
            numbered = self.readings(since)
            made = model([r for _, r in numbered], self._world)
            last = self._store.last()
            before = last[1] if last else None
            if made.input in {last[0] if last else "", self._unsolved} or not (made.told or before):
                return
            try:
                picture, runs, left = clear(made, self._world, before)
            except OreflowError:
                self._unsolved = made.input
                raise
            change = compare(before, picture, runs=runs, left=left, threshold=self._threshold)
            with self._store.writing():
                self._store.ran(
                    runs=runs, world=self._world.hash, since=since, input_=made.input,
                    articles=[n for n, _ in numbered], picture=picture, change=change.to_dict(),
                )  # fmt: skip
        except Exception as error:
            # As for texts: articles that together lead to a fault must not end the watch, nor every one after it.
            self._cleared = None
            if isinstance(error, OreflowError):
                yield Failed("", str(error), error.exit_code, self._every)
            else:
                told = f"the events could not be modelled ({type(error).__name__}: {error}). Report it, with the store."
                yield Failed("", told, OreflowError.exit_code, self._every)
            return
        yield Moved(change)


def _matter(claim: dict[str, object]) -> str:
    return json.dumps([claim[k] for k in _MATTERS], sort_keys=True)


def _today() -> date:
    return datetime.now(UTC).date()
