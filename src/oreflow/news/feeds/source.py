"""`Source`: a folder, an address or a feed file, all looked at in the same way."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass
from pathlib import Path

from oreflow.errors import ReadError, UsageError
from oreflow.news.feeds import folder
from oreflow.news.feeds.fetch import fetch, shown
from oreflow.news.feeds.item import Item, Unread
from oreflow.news.feeds.limits import LIMITS, Limits
from oreflow.news.feeds.parse import parse


@dataclass(frozen=True, slots=True)
class Look:
    """What a look at a source found.

    Attributes:
        items: Articles, and those that cannot be taken.
        etag: Mark of this state, for the next look.
        modified: Time of this state, for the next look.
    """

    items: list[Item | Unread]
    etag: str = ""
    modified: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """Where articles come from.

    Attributes:
        kind: ``folder``, ``url`` or ``file``.
        place: Path or address as it was given.
        limits: Bounds on a feed.
    """

    kind: str
    place: str
    limits: Limits = LIMITS

    @property
    def id(self) -> str:
        """Name that stays the same from whatever folder it is watched; no password in it."""
        return shown(self.place) if self.kind == "url" else str(Path(self.place).resolve())

    def look(self, known: Container[tuple[str, str]] = (), *, etag: str = "", modified: str = "") -> Look:
        """Look for articles.

        Args:
            known: Key and version of articles that need no look.
            etag: Mark of the state that was seen last.
            modified: Time of the state that was seen last.

        Returns:
            What is there; of a folder only what is not known.

        Raises:
            ReadError: The source cannot be read, or is not what it should be.
            UsageError: A package that feeds need is not installed.
        """
        if self.kind == "folder":
            return Look(folder.look(Path(self.place), known))
        if self.kind == "file":
            return Look(parse(self._bytes(), name=self.place, limits=self.limits))
        got = fetch(self.place, etag=etag, modified=modified, limits=self.limits)
        found = parse(got.body, name=shown(self.place), limits=self.limits) if got.body is not None else []
        return Look(found, got.etag, got.modified)

    def _bytes(self) -> bytes:
        try:
            with Path(self.place).open("rb") as stream:
                # One byte more than is allowed, so that what is too large is told.
                return stream.read(self.limits.body + 1)
        except OSError as error:
            raise ReadError(
                f"{self.place}: the feed cannot be read ({error.strerror or error}). Check the path."
            ) from None


def source(place: str, *, limits: Limits = LIMITS) -> Source:
    """Say what kind of source a path or address is.

    Args:
        place: A folder with text files, the address of a feed, or a feed in a file.
        limits: Bounds on a feed.

    Returns:
        The source.

    Raises:
        ReadError: There is no such folder or file.
        UsageError: The address is not http or https.
    """
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+.-]+):", place)
    if scheme and not Path(place).exists():
        if scheme[1].lower() not in {"http", "https"}:
            raise UsageError(
                f"{place}: only http and https are watched, not {scheme[1]}. Give a folder or file by its path."
            )
        return Source("url", place, limits)
    path = Path(place)
    if path.is_dir():
        return Source("folder", place, limits)
    if path.is_file():
        return Source("file", place, limits)
    raise ReadError(
        f"{place}: no such folder or file. Give a folder with .txt files, a feed in a file, or the address of one."
    )
