"""What the words of a date mean: each kind of match to its interval."""

from __future__ import annotations

import re
from datetime import date, timedelta

from oreflow.news import interval as iv
from oreflow.news.interval import Interval
from oreflow.news.numerals import small_number

_MONTH_NAMES = (
    ("january", "jan"),
    ("february", "feb"),
    ("march", "mar"),
    ("april", "apr"),
    ("may",),
    ("june", "jun"),
    ("july", "jul"),
    ("august", "aug"),
    ("september", "sept", "sep"),
    ("october", "oct"),
    ("november", "nov"),
    ("december", "dec"),
)


MONTHS = {name: i + 1 for i, names in enumerate(_MONTH_NAMES) for name in names}


WEEKDAYS = {
    n: i for i, n in enumerate(["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"])
}


_LUNAR = {
    2023: (1, 22),
    2024: (2, 10),
    2025: (1, 29),
    2026: (2, 17),
    2027: (2, 6),
    2028: (1, 26),
    2029: (2, 13),
}


_ORD = {
    "first": 1,
    "second": 2,
    "third": 3,
    "fourth": 4,
    "1st": 1,
    "2nd": 2,
    "3rd": 3,
    "4th": 4,
    "final": 4,
    "last": 4,
}


def _year_near(m: int, ref: date, lead: str) -> int:
    """Year of a month named without one: the nearest, or the one that the preposition asks for."""
    lead = lead.lower()
    if lead in {"next", "by", "until", "till", "before"}:
        return ref.year + (m < ref.month)
    if lead in {"last", "since"}:
        return ref.year - (m > ref.month or (lead == "last" and m == ref.month))
    best = min((ref.year, ref.year - 1, ref.year + 1), key=lambda y: abs((y - ref.year) * 12 + m - ref.month))
    return best


def _group(match: re.Match[str], name: str) -> str:
    return str(match.groupdict().get(name) or "")


def absolute(match: re.Match[str], ref: date | None, lead: str) -> Interval | None:
    """A day, or a month with or without its year."""
    number = MONTHS[_group(match, "m").lower().rstrip(".")]
    d, y = _group(match, "d"), _group(match, "y")
    piece = _piece(match)
    if not y and ref is None:
        return Interval(None, None, f"XXXX-{number:02d}" + (f"-{int(d):02d}" if d else ""))
    year = int(y) if y else _year_near(number, ref or date(2000, 1, 1), lead)
    if d:
        return _safe_day(year, number, int(d))
    return iv.part(iv.month(year, number), piece)


def _piece(match: re.Match[str]) -> str:
    word = _group(match, "part").lower()
    return {"middle": "mid", "beginning": "start"}.get(word, word)


def _safe_day(year: int, number: int, d: int) -> Interval | None:
    try:
        return iv.day(date(year, number, d))
    except ValueError:
        return None


def iso_(match: re.Match[str], ref: date | None, lead: str) -> Interval | None:
    """``2025-08-09``."""
    return _safe_day(int(match["y"]), int(match["mm"]), int(match["d"]))


def slashed(match: re.Match[str], ref: date | None, lead: str) -> Interval | None:
    """Day/month or month/day: where both readings are possible, the stretch that holds both."""
    a, b, y = int(match["a"]), int(match["b"]), int(match["y"])
    readings = [r for r in (_safe_day(y, b, a), _safe_day(y, a, b)) if r is not None]
    days = sorted(r.start for r in readings if r.start)
    return Interval(days[0], days[-1]) if days else None


def quarter_(match: re.Match[str], ref: date | None, lead: str) -> Interval | None:
    """A quarter or a half year."""
    word = (_group(match, "q") or _group(match, "ord")).lower()
    number = int(word) if word.isdigit() else _ORD[word]
    y = _group(match, "y") or _group(match, "yy")
    if not y and ref is None:
        return None
    year = (int(y) + (2000 if int(y) < 100 else 0)) if y else 0
    rel = _group(match, "rel").lower()
    if rel and ref is not None:
        year = ref.year + {"last": -1, "this": 0, "next": 1}[rel]
    is_half = "h" in _group(match, "kind").lower()[:1]
    if is_half and number > 2:
        number = 2
    make = iv.half if is_half else iv.quarter
    if year:
        return iv.part(make(year, number), _piece(match))
    assert ref is not None
    options = [make(ref.year + k, number) for k in (0, -1, 1)]
    near = min(options, key=lambda i: abs(((i.middle or ref) - ref).days))
    return iv.part(near, _piece(match))


def year_(match: re.Match[str], ref: date | None, lead: str) -> Interval | None:
    """A year, or two of them joined."""
    first = int(match["y"])
    last = _group(match, "y2")
    if last:
        final = int(last) if len(last) == 4 else first // 100 * 100 + int(last)
        return Interval(date(first, 1, 1), date(final, 12, 31)) if first <= final else None
    return iv.part(iv.year(first), _piece(match))


def decade_(match: re.Match[str], ref: date | None, lead: str) -> Interval | None:
    """``the 2030s``."""
    first = int(match["y"])
    return iv.part(Interval(date(first, 1, 1), date(first + 9, 12, 31)), _piece(match))


def relative(match: re.Match[str], ref: date | None, lead: str) -> Interval | None:
    """``last week``, ``this year``, ``next quarter``, ``the coming months``."""
    if ref is None:
        return None
    word, unit = match["rel"].lower(), match["unit"].lower()
    step = {"last": -1, "previous": -1, "prior": -1, "past": -1, "next": 1, "coming": 1, "following": 1}.get(
        word, 0
    )
    return iv.part(_unit_at(ref, unit, step), _piece(match))


def _unit_at(ref: date, unit: str, step: int) -> Interval:
    if unit == "week":
        return iv.week(ref, step)
    if unit == "month":
        moved = iv.shift_months(ref.replace(day=1), step)
        return iv.month(moved.year, moved.month)
    if unit == "quarter":
        moved = iv.shift_months(ref.replace(day=1), 3 * step)
        return iv.quarter(moved.year, (moved.month + 2) // 3)
    if unit == "decade":
        first = ref.year // 10 * 10 + 10 * step
        return Interval(date(first, 1, 1), date(first + 9, 12, 31))
    if unit == "day":
        return iv.day(ref + timedelta(days=step))
    return iv.year(ref.year + step)


def _back(ref: date, unit: str, count: int) -> date:
    count = min(count, 1200)
    if unit in {"day", "week"}:
        return ref - timedelta(days=count * (7 if unit == "week" else 1))
    return iv.shift_months(ref, -count * {"month": 1, "quarter": 3, "year": 12, "decade": 120}[unit])


def _ahead(ref: date, unit: str, count: int) -> date:
    count = min(count, 1200)
    if unit in {"day", "week"}:
        return ref + timedelta(days=count * (7 if unit == "week" else 1))
    return iv.shift_months(ref, count * {"month": 1, "quarter": 3, "year": 12, "decade": 120}[unit])


def ago(match: re.Match[str], ref: date | None, lead: str) -> Interval | None:
    """``three weeks ago``."""
    count = small_number(match["n"])
    if ref is None or count is None:
        return None
    unit = match["unit"].lower()
    at = _back(ref, unit, int(count))
    slack = {"day": 0, "week": 3, "month": 15, "quarter": 45, "year": 182, "decade": 1826}[unit]
    return Interval(at - timedelta(days=slack), at + timedelta(days=slack))


def past(match: re.Match[str], ref: date | None, lead: str) -> Interval | None:
    """``over the past three months``, ``in recent weeks``."""
    if ref is None:
        return None
    word = _group(match, "n")
    count = small_number(word) if word else None
    return Interval(_back(ref, match["unit"].lower(), int(count) if count else 3), ref)


def future(match: re.Match[str], ref: date | None, lead: str) -> Interval | None:
    """``within six months``."""
    if ref is None:
        return None
    word = _group(match, "n")
    count = small_number(word) if word else None
    return Interval(ref, _ahead(ref, match["unit"].lower(), int(count) if count else 3))


def weekday(match: re.Match[str], ref: date | None, lead: str) -> Interval | None:
    """The last such day, or the next one."""
    if ref is None:
        return None
    back = (ref.weekday() - WEEKDAYS[match["w"].lower()]) % 7
    if lead.lower() in {"next", "by", "until"}:
        return iv.day(ref + timedelta(days=(7 - back) % 7 or 7))
    return iv.day(ref - timedelta(days=back or (7 if lead.lower() == "last" else 0)))


def nearby(match: re.Match[str], ref: date | None, lead: str) -> Interval | None:
    """``yesterday``."""
    if ref is None:
        return None
    step = {"yesterday": -1, "tomorrow": 1, "overnight": -1}.get(match[0].lower(), 0)
    return iv.day(ref + timedelta(days=step))


def rest(match: re.Match[str], ref: date | None, lead: str) -> Interval | None:
    """``the rest of 2025``: from the article's date to the end of it."""
    y = _group(match, "y")
    if not y and ref is None:
        return None
    whole = iv.year(int(y) if y else (ref or date(2000, 1, 1)).year)
    inside = (
        ref is not None
        and whole.start is not None
        and whole.end is not None
        and whole.start <= ref <= whole.end
    )
    return Interval(ref, whole.end) if inside else whole


def year_end(match: re.Match[str], ref: date | None, lead: str) -> Interval | None:
    """``year-end``."""
    return iv.part(iv.year(ref.year), "end") if ref else None


def lunar(match: re.Match[str], ref: date | None, lead: str) -> Interval | None:
    """The week of the Lunar New Year."""
    y = _group(match, "y")
    if not y and ref is None:
        return None
    options = (
        [int(y)] if y else [k for k in _LUNAR if ref and date(k, *_LUNAR[k]) >= ref - timedelta(days=90)]
    )
    if not options or options[0] not in _LUNAR:
        return None
    first = date(options[0], *_LUNAR[options[0]])
    return Interval(first, first + timedelta(days=6))
