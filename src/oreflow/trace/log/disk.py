"""Files of a log: on the disk before anything says so, and one writer at a time.

Unlike `oreflow.files`, a write here also waits for the folder to reach the disk, keeps half-written files out of
the folder that is served, and never replaces what was published with something else.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

from oreflow.errors import OreflowError, TraceError, UsageError

_FEW = 16
"""Files that are waited for one by one; more are waited for at the same time."""


class Disk:
    """Writes into one folder by way of another, each file whole or not at all.

    Files are written one by one with `put` and take their names together with `settle`, so that many cost little more
    than one: the disk is waited for once.

    Args:
        folder: Where the files are to stand.
        scratch: Where they are written first; on the same disk.
    """

    def __init__(self, folder: Path, scratch: Path) -> None:
        self.folder, self._scratch = folder, scratch
        self._written: list[tuple[Path, Path]] = []

    def read(self, name: str) -> bytes | None:
        """Return the content of a file; ``None`` where there is none."""
        try:
            return (self.folder / name).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as e:
            raise OreflowError(f"cannot read {self.folder / name}: {e.strerror or e}.") from e

    def put(self, name: str, content: bytes) -> None:
        """Write a file; it takes its name with `settle`.

        Raises:
            OreflowError: It cannot be written; nothing that was put before takes its name either.
        """
        target, temporary = self.folder / name, self._scratch / secrets.token_hex(8)
        with self._told(target), temporary.open("xb") as stream:
            stream.write(content)
        self._written.append((temporary, target))

    def publish(self, name: str, content: bytes) -> None:
        """Write a file that is never to change.

        Raises:
            TraceError: It is there with another content; nothing that was put before takes its name.
            OreflowError: It cannot be written.
        """
        there = self.read(name)
        if there is None:
            self.put(name, content)
        elif there != content:
            self._written.clear()
            raise TraceError(
                "log-forked",
                f"{self.folder / name} was published with another content; nothing is overwritten.",
            )

    def remove(self, name: str) -> None:
        """Remove a file where it is there.

        Raises:
            OreflowError: It cannot be removed.
        """
        with self._told(self.folder / name):
            (self.folder / name).unlink(missing_ok=True)

    def settle(self) -> None:
        """Bring what was put onto the disk, then give all of it its names, and bring those there.

        Raises:
            OreflowError: It cannot be done.
        """
        folders: set[Path] = set()
        with self._told(self.folder):
            _sync_all([temporary for temporary, _ in self._written])
        for temporary, target in self._written:
            with self._told(target):
                self._make(target.parent, folders)
                temporary.replace(target)
        folders.update(target.parent for _, target in self._written)
        with self._told(self.folder):
            _sync_all(sorted(folders))
        self._written.clear()

    def sweep(self) -> None:
        """Remove what a writer that was stopped left behind."""
        self._written.clear()
        with suppress(OSError):
            for left in self._scratch.iterdir():
                left.unlink(missing_ok=True)

    def _make(self, folder: Path, dirty: set[Path]) -> None:
        if folder.is_dir():
            return
        self._make(folder.parent, dirty)
        folder.mkdir(exist_ok=True)
        dirty.add(folder.parent)

    @contextmanager
    def _told(self, target: Path) -> Iterator[None]:
        try:
            yield
        except OSError as e:
            self._written.clear()
            raise OreflowError(f"cannot write {target}: {e.strerror or e}.") from e


def make_folder(folder: Path) -> None:
    """Make a folder, those above it where they are missing, and wait until their names are on the disk.

    Raises:
        OreflowError: It cannot be made.
    """
    try:
        if not folder.is_dir():
            if folder.parent != folder:
                make_folder(folder.parent)
            folder.mkdir(exist_ok=True)
            _sync(folder.parent)
    except OSError as e:
        raise OreflowError(f"cannot make {folder}: {e.strerror or e}.") from e


def _sync_all(paths: list[Path]) -> None:
    """Wait for several files or folders; many at a time, which a disk brings home together."""
    if len(paths) <= _FEW:
        for path in paths:
            _sync(path)
        return
    with ThreadPoolExecutor(_FEW) as pool:
        list(pool.map(_sync, paths))


def _sync(path: Path) -> None:
    """Wait until a file's content, or the names in a folder, are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def locked(path: Path, *, patience: float) -> Iterator[None]:
    """Hold a lock on a file, against other processes and threads; it is let go when the process ends in any way.

    Args:
        path: File of the lock; made where missing.
        patience: Seconds to wait for others.

    Raises:
        OreflowError: Others hold it all that time, or the file cannot be opened.
        UsageError: The system has no such locks.
    """
    try:
        import fcntl
    except ImportError as e:
        raise UsageError("a log can be written only where files can be locked as POSIX asks.") from e
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as e:
        raise OreflowError(f"cannot open {path}: {e.strerror or e}.") from e
    try:
        until = time.monotonic() + patience
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > until:
                    raise OreflowError(
                        f"{path}: others have been writing for {patience:g} s; try again, or wait longer."
                    ) from None
                time.sleep(0.002)
        yield
    finally:
        os.close(handle)
