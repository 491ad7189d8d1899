"""New text files in a folder, oldest first, none of them half written."""

from __future__ import annotations

import os
import time
from collections.abc import Container
from pathlib import Path

from oreflow.errors import ReadError
from oreflow.news.feeds.item import Item, Unread
from oreflow.news.text import load

SETTLE = 1.0
"""Seconds in which a file must not change before it is read."""


def look(folder: Path, known: Container[tuple[str, str]] = ()) -> list[Item | Unread]:
    """Return the articles of a folder that are new or have changed.

    A file that has just been written is looked at once more after `SETTLE` seconds; one that has grown meanwhile is
    left for the next time.

    Args:
        folder: Folder with ``*.txt`` files; folders inside it are not looked into.
        known: Key and version of the articles that need no look.

    Returns:
        Articles, the oldest file first, and those that cannot be read with the reason.

    Raises:
        ReadError: The folder cannot be listed.
    """
    found = {p: v for p, v in _versions(folder).items() if (p.name, v) not in known}
    if not found:
        return []
    youngest = time.time() - max(_modified(v) for v in found.values())
    if youngest < SETTLE:
        time.sleep(SETTLE)
        again = _versions(folder)
        found = {p: v for p, v in found.items() if again.get(p) == v}
    return [_read(p, found[p]) for p in sorted(found, key=lambda p: (_modified(found[p]), p.name))]


def _versions(folder: Path) -> dict[Path, str]:
    """Each text file with what changes when it does."""
    out = {}
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.endswith(".txt") and not entry.name.startswith(".") and entry.is_file():
                    state = entry.stat()
                    out[folder / entry.name] = f"{state.st_mtime_ns}:{state.st_ctime_ns}:{state.st_size}"
    except OSError as error:
        raise ReadError(
            f"{folder}: the folder cannot be listed ({error.strerror or error}). Check that it is there and its "
            "permissions."
        ) from None
    return out


def _modified(version: str) -> float:
    return int(version.partition(":")[0]) / 1e9


def _read(path: Path, version: str) -> Item | Unread:
    # A name in another encoding can be opened, but neither printed nor stored as it is.
    key, name = (os.fsencode(p).decode("utf-8", "replace") for p in (path.name, path))
    try:
        text = load(path).text
    except ReadError as error:
        return Unread(key, version, name, str(error))
    return Item(key, version, name, "", text)
