"""Dates in text: absolute, partial or relative to the article's date, each as an interval."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from oreflow.news import daterules as rules
from oreflow.news import interval as iv
from oreflow.news.daterules import compiled
from oreflow.news.datewords import ORDINALS, Context, count, vague
from oreflow.news.interval import Interval, moved

__all__ = ["When", "find_dates", "moved"]


@dataclass(frozen=True, slots=True)
class When:
    """A date in a text.

    Attributes:
        start: Offset of its first character.
        end: Offset after its last character.
        interval: The days it may mean.
        role: Word in front that gives the interval its open end (``since``, ``by``, ``until``, ``before``,
            ``after``, ``from``), or ``""``.
        floating: Whether the text names no year, so that the tense may still move it by one.
    """

    start: int
    end: int
    interval: Interval
    role: str = ""
    floating: bool = False


_FILL = (
    r"(?:in|on|of|at|the|a|about|around|roughly|approximately|least|some time|sometime|from|as of|as from|effect from"
    r"|or around|or about|possibly|perhaps|maybe|probably)"
)
# Roles as they are written; "open" is "from" with an end that is always open, "in" any other preposition.
_LEAD = compiled(
    r"\b(?:(?P<open>(?:no|not) (?:earlier|sooner) than|not before|not until|on or after|as (?:early|soon) as)"
    r"|(?P<by>(?:no|not) later than|on or before|by)"
    r"|(?P<until>until|till|(?<!-)up to|out to|through to|through|thru)"
    r"|(?P<before>before|ahead of|prior to|pre-)|(?P<after>after|beyond|post-)|(?P<since>since)"
    r"|(?P<from>from|between|starting|beginning|commencing|effective|with effect)|(?P<asof>as of|as at)"
    r"|(?P<in>in|on|to|at|of|for|during|over|within|around|about|than|with))"
    rf"(?: {_FILL}){{0,3}}(?:\s{{1,8}}|(?<=-))$"
)
_NEVER = re.compile(r"(?:\bnot\b|n't\b|\bnever\b)[^.,;:]{1,48}$", re.IGNORECASE)
_TAIL = compiled(
    r",?(?: (?P<open>onwards?|and onwards?|and beyond|or later|at the earliest|going forward)| (?P<by>at the latest))\b"
)
_WITHIN = re.compile(r"\b(in|within)\s{1,8}$", re.IGNORECASE)
# "the highest in two years", "twice in a week", "5,000 tonnes in a month": no time to come.
_RECORD = re.compile(
    r"\b(?:\w{2,12}est|time|level|times|once|twice|most|least|worst|high|low|first|record|tonnes|tons)\W{1,3}"
    r"(?:\w{1,12}\s){0,2}(?:in|within)\s{1,8}$",
    re.IGNORECASE,
)
_GAIN = re.compile(r"(?:%|percent|per cent|pct|points)\s{1,8}(?:in|within)\s{1,8}$", re.IGNORECASE)
_RATE = re.compile(r"(?:\b(?:an?|per|each|every)\s{1,8}|/)$")
_FOR = re.compile(r"\bfor (?:the |another |a further )?$")
_PUT_OFF = re.compile(
    r"\b(?:delay|postpon|defer|push|mov|shift|extend|brought|bring|reschedul|revis|chang)\w*\b[^.;:]{0,64}\bfrom\s{1,8}\w*\s*$",
    re.IGNORECASE,
)
_WORDS = re.compile(r"\w+")
_STARTS = rules.PIECES | rules.LENGTHS | rules.STARTS
_JOINTS = frozenset(["to", "until", "till", "through", "thru", "up to", "through to", "-", "and", "or", "/"])
_THE = re.compile(r"(?: (?:the|in|on))+$")
_BETWEEN = re.compile(r"\bbetween (?:\w+ )?$", re.IGNORECASE)
_ENDS = re.compile(r"(?:end|close)\b|\w+(?:-|'s )end", re.IGNORECASE)
_UNSEEN = "?"
_DEPTH = 3


def find_dates(text: str, ref: date | None = None) -> list[When]:
    """Find all dates in a text.

    Args:
        text: Folded text (see `oreflow.news.text.fold`).
        ref: The article's date, which relative and partial dates count from; None when unknown: then relative
            dates are left out and a month without a year keeps only its label.

    Returns:
        Dates in order, without overlaps. ``since``, ``by``, ``until``, ``before`` and ``after`` open one end;
        ``from`` does so for more than a day that is not past ("from 2026"), while a day stays the day on which
        something begins.
    """
    found: list[When] = []
    free = 0
    for token in _WORDS.finditer(text):
        at = token.start()
        if at < free:
            continue
        word = token[0].lower()
        if word in _STARTS or word[0].isdigit() or word[:2] in rules.CODES:
            told = found[-1].interval if found else None
            when = _read(text, at, word, Context(ref, _UNSEEN, told, free))
            if when is not None and when.start >= free:
                found.append(_tailed(text, when))
                free = found[-1].end
    if not text.isascii():
        found = _merged(found, [When(a, b, i, _lead(text, a)) for a, b, i in rules.chinese(text, ref)])
    return [o for w in _joined(text, found, ref) if (o := _opened(text, w, ref)) is not None]


def _merged(found: list[When], more: list[When]) -> list[When]:
    out: list[When] = []
    for w in sorted(found + more, key=lambda w: w.start):
        if not out or w.start >= out[-1].end:
            out.append(w)
    return out


def _lead(text: str, at: int) -> str:
    """Role that the words in front of a place give."""
    match = _LEAD.search(text, max(0, at - 40), at)
    name = str(match.lastgroup) if match else ""
    if name in {"until", "before"} and _NEVER.search(text[max(0, at - 60) : at]):
        return "open"  # "will not restart until March"
    return name


def _led(text: str, at: int, c: Context) -> Context:
    return replace(c, lead=_lead(text, at)) if c.lead == _UNSEEN else c


def _tailed(text: str, w: When) -> When:
    """With the words behind it that open an end: "2026 onwards"."""
    match = _TAIL.match(text, w.end)
    return replace(w, end=match.end(), role=str(match.lastgroup)) if match else w


def _read(text: str, at: int, word: str, c: Context, depth: int = 0) -> When | None:
    """The longest date that begins at a word."""
    best: When | None = None
    for rule in rules.of(word):
        match = rule.pattern.match(text, at)
        if match is None or (best is not None and match.end() <= best.end):
            continue
        c = _led(text, at, c)
        interval = _sound(rule.build, match, c)
        if interval is not None:
            given = match.groupdict()
            floats = rule.floats and not any(given.get(k) for k in ("y", "yy", "rel", "way"))
            end = at + len(match[0].rstrip(" .\n\t"))
            ranged = any(given.get(k) for k in ("d2", "y2", "y4"))
            best = When(
                at, end, interval, rule.role or (c.lead if c.lead != "from" or not ranged else ""), floats
            )
    if depth < _DEPTH:
        others = []
        if word in rules.PIECES:
            others.append(_pieced(text, at, c, depth))
        if word in rules.LENGTHS or (len(word) < 4 and word[0].isdigit()):
            others += [_stretched(text, at, c, depth), _measured(text, at, c)]
        for other in others:
            if other is not None and (best is None or other.end > best.end):
                best = other
    return best


def _sound(build: Callable[..., Interval | None], *given: object) -> Interval | None:
    """What a rule makes, None when the calendar does not hold it."""
    try:
        i = build(*given)
    except (ValueError, OverflowError):
        return None
    return None if i is None or (i.start and i.end and i.start > i.end) else i


def _inner(text: str, at: int, c: Context, depth: int) -> When | None:
    word = _WORDS.match(text, at)
    return _read(text, at, word[0].lower(), c, depth + 1) if word else None


def _pieced(text: str, at: int, c: Context, depth: int) -> When | None:
    """A part of a date: "the first week of December", "later this year", "Friday, Nov 21"."""
    match = rules.PIECE.match(text, at)
    if match is None:
        return None
    c = _led(text, at, c)
    if match["bare"] and c.lead not in {"by", "until", "from", "since", "before", "after"}:
        return None
    inner = _inner(text, match.end(), c, depth)
    unit = rules.WHOLE.match(text, match.end())
    if unit and c.ref and match[0].rstrip().lower().endswith(("of", "in", "the", "-")):
        whole = _sound(iv.unit_at, c.ref, unit["unit"].lower(), 0)
        if whole is not None and (inner is None or inner.end < unit.end()):
            inner = When(match.end(), unit.end(), whole, c.lead, floating=True)
    if inner is None:
        return None
    found = _sound(_part, match, inner.interval, c.ref)
    return None if found is None else replace(inner, start=at, interval=found)


def _part(match: re.Match[str], whole: Interval, ref: date | None) -> Interval | None:
    if match["w"]:
        return whole if whole.start == whole.end and (whole.start or whole.label.count("-") == 2) else None
    if whole.start is None or whole.end is None:
        return whole
    if match["week"]:
        if whole.start != whole.end:
            return None
        return iv.week(whole.start) if match["week"].lower() == "of" else iv.since(whole.start, 7)
    inside = ref is not None and whole.start <= ref <= whole.end
    if match["drift"]:
        early = match["drift"].lower() == "earlier"
        if not inside or whole.start == whole.end:
            return iv.nth(whole, 1 if early else 2, 2)
        return Interval(whole.start, ref) if early else Interval(ref, whole.end)
    if match["rest"]:
        return Interval(ref, whole.end) if inside else whole
    if match["sofar"]:
        return Interval(whole.start, ref) if inside else None
    if match["part0"]:
        return Interval(
            iv.part(whole, match["part0"].lower()).start, iv.part(whole, match["part1"].lower()).end
        )
    if match["ord"]:
        return _numbered(match, whole)
    name = (match["part"] or match["edge"] or "end").lower()
    return iv.part(
        whole, {"middle": "mid", "beginning": "start", "outset": "start", "close": "end"}.get(name, name)
    )


def _numbered(match: re.Match[str], whole: Interval) -> Interval | None:
    number, unit = ORDINALS[match["ord"].lower()], match["unit"].lower()
    if number == 0 and match["in"]:
        return None  # "last week in China"
    if unit in {"half", "third", "quarter"} and not match["n"]:
        of = {"half": 2, "third": 3, "quarter": 4}[unit]
        return iv.nth(whole, number or of, of) if number <= of else None
    if unit in {"half", "third"} or (match["many"] and not match["n"] and number > 1):
        return None
    size = int(count(match["n"].lower()) or 0) if match["n"] else iv.FEW if match["many"] else 1
    return iv.units(whole, unit, (number - 1) * size, size)


def _stretched(text: str, at: int, c: Context, depth: int) -> When | None:
    """A length up to or from a date: "the three months to June", "for six months from 1 December"."""
    match = rules.STRETCH.match(text, at)
    if match is None or (match["n"] is None and (match["to"] is None or match["many"])):
        return None
    c = _led(text, at, c)
    front = text[max(0, at - 16) : at].lower()
    if c.lead == "by" or _RATE.search(front) or (match["n"] or "").lower() in {"a", "an"}:
        return None  # "put off by three months to June", "1,000 tonnes a year to 2030"
    if match["to"] is None and not _FOR.search(front):
        return None
    inner = _inner(text, match.end(), replace(c, lead="ended") if match["to"] else c, depth)
    number = count(match["n"].lower()) if match["n"] else 1.0
    if inner is None or number is None:
        return None
    unit = match["unit"].lower()
    if unit.startswith("half"):
        unit, number = "month", 6 * number
    found = _sound(_from_to, inner.interval, unit, number, match["to"] is not None)
    if found is None:
        return None
    # "for 58 days from 26 February": the length is an amount of its own.
    return replace(inner, start=at if match["to"] else inner.start, interval=found, role=c.lead)


def _from_to(i: Interval, unit: str, number: float, to: bool) -> Interval | None:
    if i.start is None or i.end is None:
        return None
    if to:
        found = Interval(iv.shifted(i.end + timedelta(days=1), unit, -number), i.end)
        return found if found.start and found.start <= i.start else None
    last = iv.shifted(i.start, unit, number) - timedelta(days=1)
    return Interval(i.start, last) if last >= i.end else None


def _measured(text: str, at: int, c: Context) -> When | None:
    """A length that leads to a day: "three weeks ago", "a year earlier", "within 90 days"."""
    match = rules.LENGTH.match(text, at)
    number = count(match["n"].lower()) if match else None
    if match is None or number is None or c.ref is None:
        return None
    number += 0.5 if match["half"] else 0
    unit, foot = match["unit"].lower(), rules.FOOT.match(text, match.end())
    front = _WITHIN.search(text, max(0, at - 16), at)
    start, end = at, foot.end() if foot else match.end()
    found: Interval | None = None
    if foot and (foot["after"] or foot["before"]):
        # "on Friday, three days after China forbade it": what comes behind has the day.
        if c.told and text[c.until : at].strip() in {"", ","}:
            found = _sound(iv.same_in, c.told, unit, number if foot["before"] else -number)
    elif foot and (foot["ago"] or foot["hence"] or foot["later"]):
        sign = -1 if foot["ago"] else 1
        if c.told and not foot["hence"] and foot[0].strip().lower() != "ago":
            found = _sound(iv.same_in, c.told, unit, sign * number)
        if found is None and not foot["later"]:
            found = _sound(iv.around, c.ref, unit, sign * number, vague(match["n"].lower()))
    elif front and not _RECORD.search(text[max(0, at - 40) : at]):
        whole = (
            "-" not in text[match.start("n") : match.start("unit")]
            and text[match.end() : match.end() + 4] != " of "
        )
        gained = _GAIN.search(text[max(0, at - 24) : at]) is not None
        found = _sound(iv.span, c.ref, unit, number, not gained) if whole else None
        start = front.start()
    return None if found is None else When(start, end, found, _led(text, start, c).lead)


def _joined(text: str, dates: list[When], ref: date | None) -> list[When]:
    """``from September to October`` is one stretch."""
    out: list[When] = []
    for w in dates:
        pair = _pair(text, out[-1], w, ref) if out else None
        if pair is not None:
            out[-1] = pair
        else:
            out.append(w)
    return out


def _pair(text: str, a: When, b: When, ref: date | None) -> When | None:
    if b.start - a.end > 20:
        return None
    between = _THE.sub("", " ".join(text[a.end : b.start].lower().lstrip(".,").split()))
    if between not in _JOINTS:
        return None
    if (
        a.role == "from"
        and between in {"to", "until"}
        and _PUT_OFF.search(text[max(0, a.start - 96) : a.start])
    ):
        return replace(b, start=a.start, role="")  # "delayed from January to June": June
    first, last = _matched(a, b, ref)
    if first.label and last.label:
        if between == "and" and a.role != "from":
            return None
        label = f"{first.label.split('/')[0]}/{last.label.split('/')[-1]}"
        return When(a.start, b.end, Interval(None, None, label))
    if not (first.start and first.end and last.start and last.end and first.start < last.end):
        return None
    near = abs((last.start - first.end).days) <= 1
    alike = iv.size(first) == iv.size(last)
    if between == "and":
        framed = _BETWEEN.search(text, max(0, a.start - 16), a.start) is not None
        fits = framed or (near and alike and iv.size(first) == "year")
    elif between in {"or", "/"}:
        fits = near
    else:
        fits = a.role == "from" or alike
    role = "" if a.role in {"from", "in"} else a.role
    return (
        When(a.start, b.end, Interval(first.start, last.end), role, a.floating and b.floating)
        if fits
        else None
    )


def _matched(a: When, b: When, ref: date | None) -> tuple[Interval, Interval]:
    """Two ends of a stretch, each in the year that fits the other."""
    first, last = a.interval, b.interval
    if bool(first.label) != bool(last.label):
        if first.label and last.start:
            first = iv.latest(iv.dated(first.label, last.start.year), last)
        elif last.label and first.start:
            last = iv.soonest(iv.dated(last.label, first.start.year), first)
    elif a.floating:
        first = iv.latest(first, last)
        if b.floating and ref and first.start and last.end:
            # What is past is told of more often than what is to come.
            pairs = [(iv.moved(first, k), iv.moved(last, k)) for k in (0, -1, 1)]
            first, last = min(pairs, key=lambda p: iv.apart(Interval(p[0].start, p[1].end), ref, ahead=2))
    elif b.floating:
        last = iv.soonest(last, first)
    return first, last


def _opened(text: str, w: When, ref: date | None) -> When | None:
    """Open one end as the word in front asks; None where the calendar ends."""
    i, role = w.interval, {"in": "", "open": "from"}.get(w.role, w.role)
    if i.label:
        first, last = i.label.split("/")[0], i.label.split("/")[-1]
        label = {"since": f"{first}/..", "open": f"{first}/..", "by": f"../{last}", "until": f"../{last}"}
        role = "" if role == "asof" else role
        return replace(w, interval=Interval(None, None, label.get(w.role, i.label)), role=role)
    ahead = ref is None or i.end is None or i.end >= ref
    if role == "asof":
        role = "from" if ahead else ""
    if w.role == "open" and not ahead:
        role = ""
    try:
        if (
            role == "since"
            or (w.role == "open" and ahead)
            or (w.role == "from" and ahead and i.start != i.end)
        ):
            i = Interval(i.start, None)
        elif role == "by":
            i = Interval(ref if ref and i.end and ref <= i.end else None, i.end)
        elif role == "until" or (role == "before" and _ENDS.match(text[w.start : w.end])):
            i = Interval(None, i.end)
        elif role == "before":
            i = Interval(None, i.start - timedelta(days=1) if i.start else None)
        elif role == "after" and i.end:
            i = Interval(i.end + timedelta(days=0 if i.start == i.end else 1), None)
    except OverflowError:
        return None
    return replace(w, interval=i, role=role, floating=w.floating and role != "since")
