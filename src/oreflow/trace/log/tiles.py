"""Tiles (C2SP tlog-tiles): a log as static files, 256 hashes or entries each, under names of one form."""

from __future__ import annotations

import re
import struct
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from oreflow.errors import TraceError, UsageError
from oreflow.trace.log import merkle
from oreflow.trace.log.merkle import HASH, node_hash

HEIGHT = 8
WIDTH = 1 << HEIGHT
ENTRIES = -1
"""Level of the tiles that hold entries instead of hashes."""

MOST_LEVEL = 63
LARGEST_ENTRY = 2**16 - 1
T = TypeVar("T")

_KEPT = 512
"""Tiles and bundles, each, that a reader keeps in memory."""

_PATH = re.compile(
    r"tile/(?P<level>entries|0|[1-9][0-9]?)/(?P<index>(?:x[0-9]{3}/){0,5}[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)


@dataclass(frozen=True, order=True)
class Tile:
    """A tile by its place.

    Attributes:
        level: Level in steps of 8; `ENTRIES` for a bundle of entries.
        index: Which one of its level, from 0.
        width: Hashes or entries in it; less than 256 for a partial one.
    """

    level: int
    index: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """Its name under the log's prefix."""
        digits = f"{self.index:03d}"
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        parts = [digits[i : i + 3] for i in range(0, len(digits), 3)]
        name = "/".join([*(f"x{p}" for p in parts[:-1]), parts[-1]])
        level = "entries" if self.level == ENTRIES else str(self.level)
        return f"tile/{level}/{name}" + ("" if self.width == WIDTH else f".p/{self.width}")

    @property
    def whole(self) -> Tile:
        """The full tile in its place."""
        return Tile(self.level, self.index)


def read_path(path: str) -> Tile:
    """Read the name of a tile; only the one spelling that the specification allows is taken.

    Raises:
        TraceError: It is none, e.g. because it would lead out of the folder.
    """
    found = _PATH.fullmatch(path) if len(path) <= 80 and path.isascii() else None
    if found:
        level = ENTRIES if found["level"] == "entries" else int(found["level"])
        tile = Tile(
            level, int(found["index"].replace("x", "").replace("/", "")), int(found["width"] or WIDTH)
        )
        if level <= MOST_LEVEL and tile.path == path:
            return tile
    raise TraceError("tile-name", f"{path[:80]!r} is not the name of a tile.")


def of(level: int, size: int) -> Iterable[Tile]:
    """Return the tiles of one level in a log of a size, the last perhaps partial."""
    hashes = size if level == ENTRIES else size >> HEIGHT * level
    for index in range(-(-hashes // WIDTH)):
        yield Tile(level, index, min(WIDTH, hashes - index * WIDTH))


def pack(entries: Sequence[bytes]) -> bytes:
    """Write entries as a bundle.

    Raises:
        UsageError: One is longer than 65,535 bytes.
    """
    if any(len(e) > LARGEST_ENTRY for e in entries):
        raise UsageError(f"an entry has at most {LARGEST_ENTRY:,} bytes.")
    return b"".join(struct.pack(">H", len(e)) + e for e in entries)


def unpack(data: bytes, count: int) -> list[bytes]:
    """Read a bundle of entries.

    Raises:
        TraceError: It does not hold so many entries and nothing else.
    """
    entries: list[bytes] = []
    at = 0
    for _ in range(count):
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        if at + 2 > len(data) or end > len(data):
            raise TraceError("tile-wrong", f"a bundle of {count} entries ends after {len(entries)}.")
        entries.append(data[at + 2 : end])
        at = end
    if at != len(data):
        raise TraceError("tile-wrong", f"a bundle of {count} entries goes on after them.")
    return entries


def hashes(data: bytes, count: int) -> list[bytes]:
    """Read the hashes of a tile.

    Raises:
        TraceError: It does not hold so many.
    """
    if len(data) != count * HASH:
        raise TraceError("tile-wrong", f"a tile of {count} hashes has {len(data)} bytes, not {count * HASH}.")
    return [data[i : i + HASH] for i in range(0, len(data), HASH)]


def rows(lowest: Sequence[bytes]) -> list[list[bytes]]:
    """Return the hashes of a tile and of the complete subtrees above them, row by row."""
    found = [list(lowest)]
    while len(found[-1]) > 1:
        row = found[-1]
        found.append([node_hash(row[i], row[i + 1]) for i in range(0, len(row) - 1, 2)])
    return found


class Reader:
    """Reads a log of a known size from its tiles, and proves from them.

    Args:
        fetch: Returns the content of a name under the log's prefix; ``None`` where there is no such file.
        size: Records of the log, from a checkpoint.
        last: Reader of the same log at another size, whose tiles are not read again.
    """

    def __init__(
        self, fetch: Callable[[str], bytes | None], size: int, *, last: Reader | None = None
    ) -> None:
        self._fetch = fetch
        self.size = size
        self._rows: OrderedDict[Tile, list[list[bytes]]] = last._rows if last else OrderedDict()
        self._bundles: OrderedDict[Tile, list[bytes]] = last._bundles if last else OrderedDict()

    def node(self, level: int, index: int) -> bytes:
        """Return the hash of a complete subtree over ``2**level`` leaves.

        Raises:
            TraceError: The tile that holds it is missing or not of the form.
        """
        high, row = divmod(level, HEIGHT)
        tile = self.tile(high, (index << row) // WIDTH)
        return self._read(tile)[row][index - (tile.index * WIDTH >> row)]

    def tile(self, level: int, index: int) -> Tile:
        """Return the tile of a place, as wide as the log's size makes it."""
        total = self.size if level == ENTRIES else self.size >> HEIGHT * level
        return Tile(level, index, min(WIDTH, total - index * WIDTH))

    def root(self) -> bytes:
        """Return the root of the log."""
        return merkle.root(self.size, self.node)

    def entries(self, index: int) -> list[bytes]:
        """Return the entries of one bundle, held against the hashes.

        Raises:
            TraceError: The bundle is missing, not of the form, or not what was hashed.
        """
        tile = self.tile(ENTRIES, index)
        found = self._bundles.get(tile)
        if found is None:
            found = unpack(self.content(tile), tile.width)
            if [merkle.leaf_hash(e) for e in found] != self._read(self.tile(0, index))[0]:
                raise TraceError("tile-wrong", f"{tile.path}: its entries are not those that were hashed.")
            _keep(self._bundles, tile, found)
        return list(found)

    def content(self, tile: Tile) -> bytes:
        """Return the content of a tile; from the full one where the partial one is gone.

        Raises:
            TraceError: It is missing.
        """
        data = self._fetch(tile.path)
        if data is None and tile.width < WIDTH:
            data = self._fetch(tile.whole.path)
            if data is not None and tile.level == ENTRIES:
                return pack(unpack(data, WIDTH)[: tile.width])
            data = data and data[: tile.width * HASH]
        if data is None:
            raise TraceError("tile-missing", f"{tile.path} is missing from the log.")
        return data

    def _read(self, tile: Tile) -> list[list[bytes]]:
        found = self._rows.get(tile)
        if found is None:
            found = rows(hashes(self.content(tile), tile.width))
            _keep(self._rows, tile, found)
        return found


def _keep(kept: OrderedDict[Tile, T], tile: Tile, found: T) -> None:
    """Keep what was read, and let go of what was read first where there is too much."""
    kept[tile] = found
    if len(kept) > _KEPT:
        kept.popitem(last=False)


class Edge:
    """The right edge of a growing tree: of each level the hashes of its last tile that is not full.

    Args:
        size: Leaves so far.
        levels: Those hashes, from level 0 up.
    """

    def __init__(self, size: int = 0, levels: Sequence[Sequence[bytes]] = ()) -> None:
        self.size = size
        self._levels = [list(row) for row in levels]

    @classmethod
    def read(cls, reader: Reader) -> Edge:
        """Read the edge of a log from its tiles.

        Raises:
            TraceError: A tile is missing or not of the form.
        """
        levels, level = [], 0
        while reader.size >> HEIGHT * level:
            last = (reader.size >> HEIGHT * level) // WIDTH
            tile = reader.tile(level, last)
            levels.append(hashes(reader.content(tile), tile.width) if tile.width else [])
            level += 1
        return cls(reader.size, levels)

    def grow(self, leaves: Iterable[bytes]) -> dict[Tile, bytes]:
        """Add the hashes of leaves.

        Returns:
            The tiles that are new or wider now, with their content.
        """
        before = self.size
        changed: dict[Tile, bytes] = {}
        for leaf in leaves:
            self._push(0, leaf, changed)
            self.size += 1
        for tile, content in self.partial().items():
            if self.size >> HEIGHT * tile.level > before >> HEIGHT * tile.level:
                changed[tile] = content
        return changed

    def partial(self) -> dict[Tile, bytes]:
        """Return the tiles that are not full, with their content."""
        return {
            Tile(level, (self.size >> HEIGHT * level) // WIDTH, len(row)): b"".join(row)
            for level, row in enumerate(self._levels)
            if row
        }

    def root(self) -> bytes:
        """Return the root of the tree."""
        found: bytes | None = None
        for row in self._levels:
            width, low = len(row), len(row)
            while width:
                peak = width & -width
                low -= peak
                left = rows(row[low : low + peak])[-1][0]
                found = left if found is None else node_hash(left, found)
                width -= peak
        return merkle.EMPTY if found is None else found

    def _push(self, level: int, value: bytes, full: dict[Tile, bytes]) -> None:
        while len(self._levels) <= level:
            self._levels.append([])
        row = self._levels[level]
        row.append(value)
        if len(row) == WIDTH:
            index = ((self.size + 1) >> HEIGHT * (level + 1)) - 1
            full[Tile(level, index)] = b"".join(row)
            top = rows(row)[-1][0]
            row.clear()
            self._push(level + 1, top, full)
