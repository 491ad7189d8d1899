"""Parts of a saved web page that are not the article: comments, related headlines, disclaimers, bylines."""

from __future__ import annotations

import csv
import re
from functools import cache
from importlib import resources


@cache
def _rules() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Patterns of a heading that ends the article, of one that ends a section, and of a line to skip."""
    parts: dict[str, list[str]] = {"tail": [], "pause": [], "line": []}
    text = resources.files("oreflow.news").joinpath("lexicon/boilerplate.csv").read_text("utf-8")
    for row in csv.DictReader(text.splitlines()):
        parts[row["kind"]].append(row["pattern"])
    tail, pause, line = ("|".join(parts[k]) for k in ("tail", "pause", "line"))
    flags = re.IGNORECASE
    return (
        re.compile(rf"\W*(?:{tail})\W*$", flags),
        re.compile(rf"\W*(?:{pause})\W*$", flags),
        re.compile(rf"\W*(?:{line})", flags),
    )


def readable(lines: list[tuple[int, int, str]]) -> list[bool]:
    """Say which lines belong to an article.

    A heading such as "Related articles" or "Comments" ends the article: what follows is about something else.
    In a digest a new dated item opens it again (see `oreflow.news.blocks`).

    Args:
        lines: Start, end and folded text of each line.

    Returns:
        One flag a line.
    """
    tail, pause, skip = _rules()
    total = sum(len(text) for _, _, text in lines)
    out: list[bool] = []
    reading, before = True, 0
    for i, (_, _, text) in enumerate(lines):
        line = text.strip()
        if len(line) <= 80 and tail.match(line):
            # Near the top it is part of the page's menu, with the article still to come.
            menu = before < 0.2 * total and any(len(t) > 120 for _, _, t in lines[i:])
            reading = reading and menu
            out.append(False)
            continue
        if len(line) <= 80 and pause.match(line):
            out.append(False)
            continue
        before += len(text)
        out.append(reading and bool(line) and not skip.match(line))
    return out
