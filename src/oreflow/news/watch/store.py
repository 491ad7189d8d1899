"""`Store`: the SQLite file of a watch. What belongs together is written together or not at all."""

from __future__ import annotations

import json
import signal
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from importlib import resources
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from oreflow.errors import OreflowError, ReadError
from oreflow.news.watch.picture import Picture

if TYPE_CHECKING:
    from oreflow.news.feeds import Item, Source, Unread
    from oreflow.news.reading import Reading

VERSION = 1
"""Version of the tables."""
APPLICATION = 0x6F72666C
"""Mark of the file: ``orfl``."""
COPIED = timedelta(days=30)
"""How far the dates of two nearly equal texts may lie apart for one to be a copy of the other."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An article as it is kept.

    Attributes:
        id: Number in the store.
        name: What it is called in readings.
        title: Its title.
        text: Its text.
        published: Day that its source gave.
    """

    id: int
    name: str
    title: str
    text: str
    published: date | None


@dataclass(frozen=True, slots=True)
class Known:
    """A source as it was left.

    Attributes:
        id: Number in the store.
        etag: Mark of the state that was seen last.
        modified: Time of that state.
        versions: Version of each article by its key.
    """

    id: int
    etag: str
    modified: str
    versions: dict[str, str]


class Store:
    """Articles, claims, events and runs of a watch.

    Args:
        path: File; made where there is none.

    Raises:
        ReadError: The file is no store, broken, or of a newer version.
        OreflowError: It cannot be opened or written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._told():
            self._db = sqlite3.connect(path, timeout=30.0, isolation_level=None)
        try:
            with self._told():
                self._prepare()
        except BaseException:
            self._db.close()
            raise

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Write all that is written inside, or nothing; an interrupt waits for the end."""
        with self._told(), _uninterrupted():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def known(self, source: Source) -> Known:
        """Return a source as it was left; it is entered where it is new."""
        with self._told():
            self._db.execute(
                "INSERT INTO sources (name, kind) VALUES (?, ?) ON CONFLICT (name) DO NOTHING",
                (source.id, source.kind),
            )
            row = self._db.execute(
                "SELECT id, etag, modified FROM sources WHERE name = ?", (source.id,)
            ).fetchone()
            versions = self._db.execute("SELECT key, version FROM articles WHERE source = ?", (row[0],))
            return Known(row[0], row[1], row[2], dict(versions.fetchall()))

    def polled(self, source: int, *, etag: str = "", modified: str = "") -> None:
        """Note that a source was looked at."""
        self._db.execute(
            "UPDATE sources SET etag = ?, modified = ?, polled = ?, error = NULL WHERE id = ?",
            (etag, modified, _now(), source),
        )

    def failed(self, source: int, reason: str) -> None:
        """Note that a source could not be looked at."""
        with self._told():
            self._db.execute(
                "UPDATE sources SET polled = ?, error = ? WHERE id = ?", (_now(), reason, source)
            )

    def read(
        self, source: int, item: Item, reading: Reading, *, day: date, hash_: str, sketch: bytes
    ) -> None:
        """Keep an article with its claims and events, in place of an earlier version."""
        article = self._put(source, item, "read", "")
        self._db.execute(
            "UPDATE articles SET name = ?, title = ?, url = ?, published = ?, date = ?, hash = ?, sketch = ?, "
            "text = ? WHERE id = ?",
            (item.name, reading.title, item.url, item.day.isoformat() if item.day else None, day.isoformat(),
             hash_, sketch, reading.text, article),
        )  # fmt: skip
        told = reading.to_dict()
        self._db.executemany(
            "INSERT INTO claims VALUES (?, ?, ?, ?, ?, ?)",
            [
                (article, i, c["type"], c["subject"], c["commodity"], _json(c))
                for i, c in enumerate(told["claims"])
            ],
        )
        self._db.executemany(
            "INSERT INTO events VALUES (?, ?, ?, ?, ?)",
            [(article, i, e["type"], e["label"], _json(e)) for i, e in enumerate(told["events"])],
        )

    def same(self, source: int, item: Item, as_: int) -> None:
        """Note that an article is the same as one that is kept."""
        article = self._put(source, item, "same", "")
        self._db.execute("UPDATE articles SET same_as = ? WHERE id = ?", (as_, article))

    def refused(self, source: int, item: Item | Unread, reason: str) -> None:
        """Note that an article cannot be read, so that it is told once."""
        self._put(source, item, "refused", reason)

    def with_hash(self, hash_: str, *, but: tuple[int, str]) -> int | None:
        """Return the article with a text, other than the one of a source and key."""
        row = self._db.execute(
            "SELECT id FROM articles WHERE hash = ? AND state = 'read' AND NOT (source = ? AND key = ?)",
            (hash_, *but),
        ).fetchone()
        return row[0] if row else None

    def sketches(self, *, but: tuple[int, str], day: date) -> Iterator[tuple[int, bytes]]:
        """Return the articles of about one date with their sketches, other than the one of a source and key."""
        yield from self._db.execute(
            "SELECT id, sketch FROM articles WHERE state = 'read' AND NOT (source = ? AND key = ?) "
            "AND date BETWEEN ? AND ?",
            (*but, (day - COPIED).isoformat(), (day + COPIED).isoformat()),
        )

    def claims(self, article: int) -> list[dict[str, object]]:
        """Return the claims of an article as they were printed."""
        rows = self._db.execute("SELECT claim FROM claims WHERE article = ? ORDER BY number", (article,))
        return [json.loads(r[0]) for r in rows]

    def articles(self, since: date | None = None) -> list[Kept]:
        """Return the articles that count, in the order in which they came.

        Args:
            since: Day before which they count no more; all count without.
        """
        with self._told():
            rows = self._db.execute(
                "SELECT id, name, title, text, published FROM articles WHERE state = 'read' AND date >= ? "
                "ORDER BY id",
                (since.isoformat() if since else "",),
            ).fetchall()
        return [Kept(i, n, t, x, date.fromisoformat(p) if p else None) for i, n, t, x, p in rows]

    def last(self) -> tuple[str, Picture] | None:
        """Return what the last run was made from, and what it showed."""
        with self._told():
            row = self._db.execute("SELECT input, picture FROM runs ORDER BY id DESC LIMIT 1").fetchone()
        try:
            return (row[0], Picture.from_json(row[1])) if row else None
        except (ValueError, KeyError, TypeError) as error:
            raise ReadError(
                f"{self.path}: the last run in it is broken ({error}). Give another file with --store."
            ) from error

    def ran(
        self, *, runs: Sequence[str], world: str, since: date | None, input_: str, articles: Sequence[int],
        picture: Picture, change: object,
    ) -> None:  # fmt: skip
        """Keep a run."""
        self._db.execute(
            "INSERT INTO runs (made, runs, world, since, input, articles, picture, change) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (_now(), _json(list(runs)), world, since.isoformat() if since else None, input_, _json(list(articles)),
             picture.to_json(), _json(change)),
        )  # fmt: skip

    def _put(self, source: int, item: Item | Unread, state: str, reason: str) -> int:
        """Enter an article, empty but for its name; of an earlier version nothing stays but when it came."""
        row = self._db.execute(
            "INSERT INTO articles (source, key, version, state, reason, name, seen) VALUES (?, ?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (source, key) DO UPDATE SET version = excluded.version, state = excluded.state, "
            "reason = excluded.reason, name = excluded.name, same_as = NULL, title = '', url = '', "
            "published = NULL, date = NULL, hash = '', sketch = x'', text = '' RETURNING id",
            (source, item.key, item.version, state, reason, item.name, _now()),
        ).fetchone()
        article: int = row[0]
        self._db.execute("DELETE FROM claims WHERE article = ?", (article,))
        self._db.execute("DELETE FROM events WHERE article = ?", (article,))
        return article

    def _prepare(self) -> None:
        # The tables first: another watch may be making them, and marks the file in the same transaction.
        (tables,) = self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        (mark,), (version,) = (
            self._db.execute(f"PRAGMA {name}").fetchone() for name in ("application_id", "user_version")
        )
        if tables and mark != APPLICATION:
            raise ReadError(
                f"{self.path}: this is a database of something else. Give another file with --store."
            )
        if version > VERSION:
            raise ReadError(
                f"{self.path}: the store is of version {version}, and this oreflow knows {VERSION}. "
                "Install a newer oreflow, or give another file with --store."
            )
        self._db.execute("PRAGMA foreign_keys = ON")
        self._db.execute("PRAGMA journal_mode = WAL")
        if not tables:
            script = resources.files("oreflow.news.watch").joinpath("schema.sql").read_text("utf-8")
            # Two watches may make one file at once: whoever comes second finds it made.
            self._db.execute("BEGIN IMMEDIATE")
            try:
                if not self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                    for statement in script.split(";\n"):
                        self._db.execute(statement)
                    self._db.execute(f"PRAGMA application_id = {APPLICATION}")
                    self._db.execute(f"PRAGMA user_version = {VERSION}")
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            text = str(error)
            if "not a database" in text or "malformed" in text:
                raise ReadError(
                    f"{self.path}: this is no store, or it is broken ({text}). Give another file with --store."
                ) from error
            hint = (
                "Another oreflow writes to it: wait, or give another file with --store."
                if "locked" in text
                else "Check that its folder is there, may be written to, and has room."
            )
            raise OreflowError(f"{self.path}: the store cannot be used ({text}). {hint}") from error


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Hold back an interrupt until the end of the block."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    waiting: list[tuple[int, FrameType | None]] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: waiting.append((number, frame)))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before or signal.SIG_DFL)
    if waiting:
        raise KeyboardInterrupt


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
