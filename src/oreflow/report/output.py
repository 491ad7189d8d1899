"""Write an answer to a file, whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from oreflow.errors import UnknownNameError
from oreflow.files import write_bytes
from oreflow.report.briefing import Briefing
from oreflow.report.document import Document
from oreflow.report.story import document


def _html(d: Document) -> str:
    from oreflow.report.faces.html import render

    return render(d)


def _markdown(d: Document) -> str:
    from oreflow.report.faces.markdown import render

    return render(d)


def _terminal(d: Document) -> str:
    from oreflow.report.faces.terminal import render

    return render(d)


FACES: dict[str, Callable[[Document], str]] = {
    ".html": _html,
    ".htm": _html,
    ".md": _markdown,
    ".markdown": _markdown,
    ".txt": _terminal,
}
"""Suffix of a file to the face that is written into it."""
JSON = ".json"
"""Suffix of the file that holds everything as data."""


def write(answer: Briefing | Document, path: str | os.PathLike[str]) -> Path:
    """Write an answer; the suffix decides the face.

    The target is never half written; missing folders are made.

    Args:
        answer: A briefing, or the document of another answer.
        path: Target ending in .html, .md, .txt, and for a briefing .json.

    Returns:
        The path that was written.

    Raises:
        UnknownNameError: The suffix has no face.
        OreflowError: The file cannot be written.
    """
    target = Path(path)
    suffix = target.suffix.lower()
    if isinstance(answer, Briefing):
        kind, known = "kind of briefing", [*FACES, JSON]
    else:
        kind, known = "kind of file", [*FACES]
    if suffix not in known:
        raise UnknownNameError(kind, target.suffix or target.name, known, where=str(target))
    if isinstance(answer, Briefing):
        text = answer.to_json() if suffix == JSON else FACES[suffix](document(answer))
    else:
        text = FACES[suffix](answer)
    write_bytes(target, text.encode("utf-8", "backslashreplace"))
    return target
