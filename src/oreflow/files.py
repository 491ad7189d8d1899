"""Writing a file whole or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from oreflow.errors import OreflowError


@contextmanager
def atomic(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Give a temporary path that takes the file's name only when the block has ended well.

    The temporary file stands in the same folder, is flushed to disk and renamed over the target, so a reader
    sees the old file or the new one, never half of one. Missing parent folders are made.

    Args:
        path: File to write.

    Yields:
        Path to write to inside the block.

    Raises:
        OreflowError: The folder cannot be made, the target is a folder, or the file cannot be written.
    """
    target = Path(path)
    if target.is_dir():
        raise OreflowError(f"{target} is a folder. Give the name of a file to write.")
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
    try:
        with _told(target):
            target.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        with _told(target):
            with temporary.open("rb") as stream:
                os.fsync(stream.fileno())
            temporary.replace(target)
    finally:
        with suppress(OSError):
            temporary.unlink()


def write_bytes(path: str | os.PathLike[str], content: bytes) -> None:
    """Write a binary file whole or not at all.

    Args:
        path: File to write.
        content: All of its content.

    Raises:
        OreflowError: It cannot be written.
    """
    with atomic(path) as temporary, _told(Path(path)):
        temporary.write_bytes(content)


def write_text(path: str | os.PathLike[str], text: str) -> None:
    r"""Write a text file in UTF-8 with ``\n`` line ends, whole or not at all.

    Args:
        path: File to write.
        text: All of its content.

    Raises:
        OreflowError: It cannot be written.
    """
    write_bytes(path, text.encode("utf-8"))


@contextmanager
def _told(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as e:
        raise OreflowError(f"cannot write {target}: {e.strerror or e}.") from e
