"""Files of a log: on the disk before anything says so, and one writer at a time.

Unlike `oreflow.files`, a write here also waits for the folder to reach the disk, keeps half-written files out of
the folder that is served, and never replaces what was published with something else.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from oreflow.errors import OreflowError, TraceError, UsageError


class Disk:
    """Writes into one folder by way of another, each file whole or not at all.

    Args:
        folder: Where the files are to stand.
        scratch: Where they are written first; on the same disk.
    """

    def __init__(self, folder: Path, scratch: Path) -> None:
        self.folder, self._scratch = folder, scratch
        self._dirty: set[Path] = set()

    def read(self, name: str) -> bytes | None:
        """Return the content of a file; ``None`` where there is none."""
        try:
            return (self.folder / name).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as e:
            raise OreflowError(f"cannot read {self.folder / name}: {e.strerror or e}.") from e

    def put(self, name: str, content: bytes) -> None:
        """Write a file; `settle` waits for its folder.

        Raises:
            OreflowError: It cannot be written.
        """
        target = self.folder / name
        try:
            self._make(target.parent)
            temporary = self._scratch / secrets.token_hex(8)
            with temporary.open("xb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            temporary.replace(target)
        except OSError as e:
            raise OreflowError(f"cannot write {target}: {e.strerror or e}.") from e
        self._dirty.add(target.parent)

    def publish(self, name: str, content: bytes) -> None:
        """Write a file that is never to change.

        Raises:
            TraceError: It is there with another content.
            OreflowError: It cannot be written.
        """
        there = self.read(name)
        if there is None:
            self.put(name, content)
        elif there != content:
            raise TraceError(
                "log-forked",
                f"{self.folder / name} was published with another content; nothing is overwritten.",
            )

    def remove(self, name: str) -> None:
        """Remove a file where it is there.

        Raises:
            OreflowError: It cannot be removed.
        """
        try:
            (self.folder / name).unlink(missing_ok=True)
        except OSError as e:
            raise OreflowError(f"cannot remove {self.folder / name}: {e.strerror or e}.") from e

    def settle(self) -> None:
        """Wait until the names of all files that were written are on the disk.

        Raises:
            OreflowError: They cannot be brought there.
        """
        for folder in sorted(self._dirty, key=lambda p: len(p.parts), reverse=True):
            try:
                _sync(folder)
            except OSError as e:
                raise OreflowError(f"cannot write {folder}: {e.strerror or e}.") from e
        self._dirty.clear()

    def sweep(self) -> None:
        """Remove what a writer that was stopped left behind."""
        with suppress(OSError):
            for left in self._scratch.iterdir():
                left.unlink(missing_ok=True)

    def _make(self, folder: Path) -> None:
        if folder.is_dir():
            return
        self._make(folder.parent)
        folder.mkdir(exist_ok=True)
        self._dirty.add(folder.parent)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
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
