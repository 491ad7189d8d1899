"""Write a briefing to a file, whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from oreflow.errors import UnknownNameError
from oreflow.files import write_bytes
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

    The target is never half written; missing folders are made.

    Args:
        briefing: The briefing.
        path: Target ending in .html, .md, .json or .txt.

    Returns:
        The path that was written.

    Raises:
        UnknownNameError: The suffix has no face.
        OreflowError: The file cannot be written.
    """
    target = Path(path)
    face = FACES.get(target.suffix.lower())
    if face is None:
        raise UnknownNameError("kind of briefing", target.suffix or target.name, FACES, where=str(target))
    write_bytes(target, face(briefing).encode("utf-8", "backslashreplace"))
    return target
