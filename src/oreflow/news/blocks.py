"""An article to blocks of running text, each with the date that holds for it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from oreflow.news.boilerplate import readable
from oreflow.news.dates import find_dates
from oreflow.news.interval import Interval
from oreflow.news.text import Article


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, heading or bullet.

    Attributes:
        start: Offset of its first character.
        end: Offset after its last character.
        item: Number of the article within a digest, 0 for the first.
        heading: Whether it is a headline rather than sentences.
    """

    start: int
    end: int
    item: int
    heading: bool


@dataclass(frozen=True, slots=True)
class Layout:
    """Blocks of an article in order, and the date of each of its items (None when unknown)."""

    blocks: tuple[Block, ...]
    dates: tuple[Interval | None, ...]


_TIME = (
    r"\d{1,2}[:.]\d\d(?::\d\d)?\s*(?:[ap]\.?m\.?)?\s*(?:\(?(?:ET|EST|EDT|GMT|UTC|BST|CET|CST"
    r"|HKT|SGT|AEST|PT|PST)\)?)?"
)
_LABEL = re.compile(
    r"^\W*(?:first\s+)?(?:published|updated|posted|date|released|last\s+(?:updated|modified)"
    r"|created|issued)\b\s*(?:on|at|:)?\s*",
    re.IGNORECASE,
)
_DATELINE = re.compile(
    r"^\W*(?:[A-Z][A-Za-z.,' /]{1,40}?[,(]\s*)(?=(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|\d{1,2}\s))"
)
_CLOCK = re.compile(_TIME, re.IGNORECASE)
_BULLET = re.compile(r"^\s*(?:[-*>]|\d{1,2}[.)])\s+")
_END = re.compile(r"[.!?:;][\"')\]]*\s*$")
_DASH = re.compile(r"(?<=[.\]!?])\s+-\s+(?=[A-Z\"'])|(?<=\])\s+(?=[A-Z])")


def layout(article: Article) -> Layout:
    """Split an article into blocks and find the date of each item in it.

    Args:
        article: The article.

    Returns:
        Blocks that belong to the article (web boilerplate left out) and the dates of its items.
    """
    lines = _lines(article.folded)
    stamps = [_stamp(text, i, article.folded) for i, (_, _, text) in enumerate(lines)]
    keep = readable(lines)
    items, dates = _items(lines, stamps, keep)
    blocks: list[Block] = []
    wrapped = _is_wrapped(lines)
    group: list[int] = []
    for i, (_, _, text) in enumerate(lines):
        fresh = not keep[i] or (group and _breaks(lines, group[-1], i, wrapped))
        if fresh and group:
            blocks += _block(article.folded, lines, group, items)
            group = []
        if keep[i] and not _only_stamp(text, stamps[i]):
            group.append(i)
    if group:
        blocks += _block(article.folded, lines, group, items)
    return Layout(tuple(blocks), tuple(dates))


def _lines(text: str) -> list[tuple[int, int, str]]:
    out = []
    at = 0
    for line in text.split("\n"):
        out.append((at, at + len(line), line))
        at += len(line) + 1
    return out


def _stamp(line: str, index: int, text: str) -> Interval | None:
    """Date of publication that a line states, if it does so."""
    stripped = line.strip()
    if not stripped or len(stripped) > 4000 or not re.search(r"\d", stripped[:160]):
        return None
    head = stripped[:160]
    label = _LABEL.match(head)
    dateline = _DATELINE.match(head)
    found = [d for d in find_dates(head) if d.interval.start and d.interval.start == d.interval.end]
    if not found:
        return None
    rest = _CLOCK.sub("", head[: found[0].start] + head[found[-1].end :])
    words = re.findall(r"[A-Za-z]{2,}", rest)
    first = found[0]
    if label and first.start <= label.end() + 12:
        return first.interval
    short = len(stripped) <= 100 and len(words) <= (8 if _CLOCK.search(head) else 4)
    if short and index < 25:
        return first.interval
    if _CLOCK.match(head[first.end :].lstrip(" ,|-")) and len(words) <= 8 and len(stripped) <= 100:
        return first.interval
    return first.interval if dateline and first.start <= dateline.end() + 2 else None


def _only_stamp(line: str, stamp: Interval | None) -> bool:
    return stamp is not None and len(line.strip()) <= 100 and len(re.findall(r"[A-Za-z]{2,}", line)) <= 12


def _items(
    lines: list[tuple[int, int, str]], stamps: list[Interval | None], keep: list[bool]
) -> tuple[list[int], list[Interval | None]]:
    """Number of the item that each line belongs to. A later stamp opens a new one, title line above included."""
    kept = [i for i, s in enumerate(stamps) if s is not None and keep[i]]
    if not kept:
        undated: Interval | None = _dateline_fallback(lines, keep)
        return [0] * len(lines), [undated]
    dates: list[Interval | None] = [stamps[kept[0]]]
    items = [0] * len(lines)
    for previous, i in pairwise(kept):
        if (
            i - previous < 3
            and len(lines[previous][2]) < 100
            and not any(len(lines[k][2]) > 120 for k in range(previous + 1, i))
        ):
            continue  # "Published …" and "Updated …" side by side: the first one counts
        start = i - 1 if i - 1 > previous and len(lines[i - 1][2].strip()) > 0 else i
        dates.append(stamps[i])
        for k in range(start, len(lines)):
            items[k] = len(dates) - 1
    return items, dates


def _dateline_fallback(lines: list[tuple[int, int, str]], keep: list[bool]) -> Interval | None:
    return None


def context_day(text: str, upto: int) -> date | None:
    """Day to count partial dates from when the article states none: the last full date before a place in it."""
    days = [d.interval for d in find_dates(text[:upto])]
    known = [i.end for i in days if i.end is not None and i.start == i.end]
    return known[-1] if known else None


def _is_wrapped(lines: list[tuple[int, int, str]]) -> bool:
    """Whether lines are broken at a fixed width rather than at the end of paragraphs."""
    lengths = sorted(len(t.rstrip()) for _, _, t in lines if t.strip())
    if len(lengths) < 4 or lengths[-1] > 125:
        return False
    runs = [
        b.lstrip()[:1].islower()
        for (_, _, a), (_, _, b) in pairwise(lines)
        if a.strip() and b.strip() and not _END.search(a) and not _BULLET.match(b) and len(a) > 45
    ]
    return len(runs) >= 0.25 * len(lengths) and sum(runs) >= 0.4 * len(runs)


def _breaks(lines: list[tuple[int, int, str]], last: int, i: int, wrapped: bool) -> bool:
    before, line = lines[last][2], lines[i][2]
    if _BULLET.match(line):
        return True
    if wrapped:
        return len(before.rstrip()) < 45 and bool(_END.search(before))
    return not line.lstrip()[:1].islower()


def _block(text: str, lines: list[tuple[int, int, str]], group: list[int], items: list[int]) -> list[Block]:
    """One block of the lines, split where a digest runs bullets together."""
    start, end = lines[group[0]][0], lines[group[-1]][1]
    bullet = _BULLET.match(text[start:end])
    if bullet:
        start += bullet.end()
    cuts = [start]
    cuts += [start + m.end() for m in _DASH.finditer(text[start:end])]
    out = []
    for a, b in zip(cuts, [*cuts[1:], end], strict=True):
        piece = text[a:b]
        stripped = re.sub(r"\s+-?\s*$", "", piece)
        lead = len(stripped) - len(stripped.lstrip(" .,"))
        if not stripped.strip(" .,-"):
            continue
        words = stripped.split()
        heading = len(words) <= 22 and not _END.search(stripped) and not bullet and len(cuts) == 1
        out.append(Block(a + lead, a + len(stripped), items[group[0]], heading))
    return out
