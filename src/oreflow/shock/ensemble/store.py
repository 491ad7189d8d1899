"""Draws on disk: a folder with a manifest and Parquet parts, each written whole or not at all.

```
manifest.json                  what was drawn, from which world, with which code; columns and units
draws/part-000000.parquet      a row for each draw and policy: inputs, totals, status
paths/part-000000.parquet      a row for each draw, policy and period: prices, shortages
occurrences/part-000000.parquet  a row for each thing that happens in a draw
```

The file in ``draws`` is written last: a part without it is unfinished and counts for nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from oreflow.errors import DataError, OreflowError, UsageError
from oreflow.files import atomic, write_text
from oreflow.shock.ensemble.manifest import MANIFEST, TABLES, Manifest
from oreflow.shock.ensemble.parts import file_name, finished, lay_out, listed, write
from oreflow.shock.ensemble.result import Result

LOCK = ".lock"
PART = 256
"""Draws in a part, at most."""


class Store:
    """A folder that draws are written into, by one writer at a time; see `writing`.

    Args:
        folder: The folder.
        manifest: What it holds.
        parts: Draws of each finished part, by its number.
    """

    def __init__(self, folder: Path, manifest: Manifest, parts: Mapping[int, NDArray[np.int64]]) -> None:
        self.folder, self.manifest = folder, manifest
        self.done = {int(d) for draws in parts.values() for d in draws}
        """Draws that are finished."""
        self._next = max(parts, default=-1) + 1
        self._held: list[Result] = []

    def missing(self, draws: int) -> list[int]:
        """Return the draws below a number that are not there yet."""
        return [i for i in range(draws) if i not in self.done]

    def add(self, result: Result) -> None:
        """Take a draw; it is on disk after `flush`, or when a part is full. One that is there already is dropped.

        Args:
            result: The draw.

        Raises:
            OreflowError: The part cannot be written.
        """
        if result.draw in self.done:
            return
        self.done.add(result.draw)
        self._held.append(result)
        if len(self._held) >= PART:
            self.flush()

    def flush(self) -> None:
        """Write what was added since the last part.

        Raises:
            OreflowError: It cannot be written, e.g. because the disk is full; what was written before stays.
        """
        if not self._held:
            return
        held, self._held = sorted(self._held, key=lambda r: r.draw), []
        written: list[Path] = []
        try:
            for table in TABLES:
                path = self.folder / table / file_name(self._next)
                written.append(path)
                with atomic(path) as new:
                    write(lay_out(self.manifest, table, held), new)
        except (OSError, OreflowError) as error:
            self.done -= {r.draw for r in held}
            for path in written:
                with suppress(OSError):
                    path.unlink()
            why = error.strerror if isinstance(error, OSError) and error.strerror else str(error).rstrip(".")
            raise OreflowError(
                f"cannot write {self.folder}: {why}. {len(self.done)} finished draws are kept there; make room and "
                "run the same command again to go on."
            ) from error
        self._next += 1


@contextmanager
def writing(folder: Path, manifest: Manifest) -> Iterator[Store]:
    """Open a folder for writing: a new one, or one with the same spec and world, which is taken up where it stopped.

    What was added and not yet written is written when the block is left, also by an error.

    Args:
        folder: The folder; made where it is not there.
        manifest: What is to be drawn.

    Yields:
        The store.

    Raises:
        UsageError: Another process is writing into it.
        DataError: It holds something else: other files, another world, spec or version, or a broken part.
        OreflowError: It cannot be written.
    """
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file. Give the name of a folder.")
    strange = sorted(p.name for p in folder.iterdir() if p.name != LOCK) if folder.is_dir() else []
    if strange and MANIFEST not in strange:
        some = ", ".join(strange[:3]) + (" …" if len(strange) > 3 else "")
        raise DataError(
            f"{folder} holds files that are no ensemble's ({some}). Name a new or an empty folder."
        )
    try:
        for table in TABLES:
            (folder / table).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OreflowError(f"cannot make the folder {folder}: {error.strerror}.") from error
    with _locked(folder):
        if strange:
            old = Manifest.read(folder)
            _same(old, manifest, folder)
            manifest = replace(manifest, created=old.created, draws=max(old.draws, manifest.draws))
        _sweep(folder)
        parts = finished(folder, manifest)
        write_text(folder / MANIFEST, manifest.to_json())
        store = Store(folder, manifest, parts)
        try:
            yield store
        except BaseException:
            with suppress(OreflowError):  # the first error says more
                store.flush()
            raise
        store.flush()


def _same(old: Manifest, new: Manifest, folder: Path) -> None:
    """Refuse to mix draws that do not belong together."""
    checks = (
        (old.world, new.world, "from another world", "Give the same tables (--with)"),
        (old.spec_hash, new.spec_hash, "from another spec", "Give the same spec"),
        (old.code, new.code, f"by other code (oreflow {old.oreflow})", "Install that version"),
    )
    for mine, yours, what, hint in checks:
        if mine != yours:
            raise DataError(
                f"{folder} holds draws made {what} (hash {mine[:12]}, now {yours[:12]}), and they would not fit "
                f"together. {hint}, or name a new folder."
            )


def _sweep(folder: Path) -> None:
    """Remove what a killed run left half written: temporary files, and parts without their last file."""
    whole = {path.name for _, path in listed(folder, "draws")}
    for table in TABLES:
        for path in (folder / table).glob(".*.tmp"):
            path.unlink(missing_ok=True)
        if table != "draws":
            for _, path in listed(folder, table):
                if path.name not in whole:
                    path.unlink(missing_ok=True)
    for path in folder.glob(".*.tmp"):
        path.unlink(missing_ok=True)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the folder's lock; the system lets go of it when the process ends, however it ends."""
    path = folder / LOCK
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise OreflowError(f"cannot write {path}: {error.strerror}.") from error
    try:
        if not _lock(handle):
            held = path.read_text("utf-8").strip() or "unknown"
            raise UsageError(
                f"{folder} is being written by another process ({held}). Wait for it to end, or name another folder."
            )
        os.ftruncate(handle, 0)
        os.write(handle, f"pid {os.getpid()}\n".encode())
        yield
    finally:
        os.close(handle)


def _lock(handle: int) -> bool:
    try:
        import fcntl
    except ImportError:  # Windows
        import msvcrt

        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        except OSError:
            return False
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
