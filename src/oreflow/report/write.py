"""Write a briefing to a file, whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from oreflow.errors import UnknownNameError, UsageError
from oreflow.report.briefing import Briefing


def _html(b: Briefing) -> str:
    from oreflow.report.faces.html import render

    return render(b)


def _markdown(b: Briefing) -> str:
    from oreflow.report.faces.markdown import render

    return render(b)


def _terminal(b: Briefing) -> str:
    from oreflow.report.faces.terminal import render

    return render(b)


FACES: dict[str, Callable[[Briefing], str]] = {
    ".html": _html,
    ".htm": _html,
    ".md": _markdown,
    ".markdown": _markdown,
    ".json": Briefing.to_json,
    ".txt": _terminal,
}
"""Suffix of a file to the face that is written into it."""


def write(briefing: Briefing, path: str | os.PathLike[str]) -> Path:
    """Write a briefing; the suffix decides the face.

    The text goes to a temporary file beside the target, which is then renamed: the target is never half written.

    Args:
        briefing: The briefing.
        path: Target ending in .html, .md, .json or .txt.

    Returns:
        The path that was written.

    Raises:
        UnknownNameError: The suffix has no face.
        UsageError: The file cannot be written.
    """
    target = Path(path)
    face = FACES.get(target.suffix.lower())
    if face is None:
        raise UnknownNameError("kind of briefing", target.suffix or target.name, FACES, where=str(target))
    data = face(briefing).encode("utf-8", "backslashreplace")
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name[:40]}.", suffix=".tmp", dir=target.parent)
    except OSError as error:
        raise UsageError(f"{target}: cannot be written ({error.strerror}). Choose another folder.") from error
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
        mask = os.umask(0)
        os.umask(mask)
        Path(name).chmod(0o666 & ~mask)
        Path(name).replace(target)
    except OSError as error:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise UsageError(f"{target}: cannot be written ({error.strerror}). Choose another file.") from error
    return target
