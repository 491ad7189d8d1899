"""Dates in text: absolute, partial or relative to the article's date, each as an interval."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from oreflow.news import interval as iv
from oreflow.news.interval import Interval
from oreflow.news.numerals import COUNT, small_number

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

_M = (
    r"(?P<m>Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    r"|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b\.?"
)
_D = r"(?P<d>[0-3]?\d)(?:st|nd|rd|th)?"
_Y = r"(?P<y>(?:19|20)\d\d)"
_PART = (
    r"(?:(?P<part>early|mid|middle|late|end|beginning|start)(?:[- ]|\s+(?:of|in)\s+(?:the\s+)?"
    r"|(?:\s+the)?\s+))?"
)
# Months are told from the verbs "may" and "march" by their capital, so this pattern minds the case.
_CASED = _PART.replace("early", "[Ee]arly").replace("mid|", "[Mm]id|").replace("late|", "[Ll]ate|")
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
_UNIT = r"(?P<unit>day|week|month|quarter|year|decade)s?"


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


Builder = Callable[["re.Match[str]", "date | None", str], "Interval | None"]


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


def _absolute(match: re.Match[str], ref: date | None, lead: str) -> Interval | None:
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


def _iso(match: re.Match[str], ref: date | None, lead: str) -> Interval | None:
    return _safe_day(int(match["y"]), int(match["mm"]), int(match["d"]))


def _slashed(match: re.Match[str], ref: date | None, lead: str) -> Interval | None:
    """Day/month or month/day: where both readings are possible, the stretch that holds both."""
    a, b, y = int(match["a"]), int(match["b"]), int(match["y"])
    readings = [r for r in (_safe_day(y, b, a), _safe_day(y, a, b)) if r is not None]
    days = sorted(r.start for r in readings if r.start)
    return Interval(days[0], days[-1]) if days else None


def _quarter(match: re.Match[str], ref: date | None, lead: str) -> Interval | None:
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


def _year(match: re.Match[str], ref: date | None, lead: str) -> Interval | None:
    first = int(match["y"])
    last = _group(match, "y2")
    if last:
        final = int(last) if len(last) == 4 else first // 100 * 100 + int(last)
        return Interval(date(first, 1, 1), date(final, 12, 31)) if first <= final else None
    return iv.part(iv.year(first), _piece(match))


def _decade(match: re.Match[str], ref: date | None, lead: str) -> Interval | None:
    first = int(match["y"])
    return iv.part(Interval(date(first, 1, 1), date(first + 9, 12, 31)), _piece(match))


def _relative(match: re.Match[str], ref: date | None, lead: str) -> Interval | None:
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


def _ago(match: re.Match[str], ref: date | None, lead: str) -> Interval | None:
    count = small_number(match["n"])
    if ref is None or count is None:
        return None
    unit = match["unit"].lower()
    at = _back(ref, unit, int(count))
    slack = {"day": 0, "week": 3, "month": 15, "quarter": 45, "year": 182, "decade": 1826}[unit]
    return Interval(at - timedelta(days=slack), at + timedelta(days=slack))


def _past(match: re.Match[str], ref: date | None, lead: str) -> Interval | None:
    """``over the past three months``, ``in recent weeks``."""
    if ref is None:
        return None
    word = _group(match, "n")
    count = small_number(word) if word else None
    return Interval(_back(ref, match["unit"].lower(), int(count) if count else 3), ref)


def _future(match: re.Match[str], ref: date | None, lead: str) -> Interval | None:
    if ref is None:
        return None
    word = _group(match, "n")
    count = small_number(word) if word else None
    return Interval(ref, _ahead(ref, match["unit"].lower(), int(count) if count else 3))


def _weekday(match: re.Match[str], ref: date | None, lead: str) -> Interval | None:
    if ref is None:
        return None
    back = (ref.weekday() - WEEKDAYS[match["w"].lower()]) % 7
    if lead.lower() in {"next", "by", "until"}:
        return iv.day(ref + timedelta(days=(7 - back) % 7 or 7))
    return iv.day(ref - timedelta(days=back or (7 if lead.lower() == "last" else 0)))


def _nearby(match: re.Match[str], ref: date | None, lead: str) -> Interval | None:
    if ref is None:
        return None
    step = {"yesterday": -1, "tomorrow": 1, "overnight": -1}.get(match[0].lower(), 0)
    return iv.day(ref + timedelta(days=step))


def _rest(match: re.Match[str], ref: date | None, lead: str) -> Interval | None:
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


def _year_end(match: re.Match[str], ref: date | None, lead: str) -> Interval | None:
    return iv.part(iv.year(ref.year), "end") if ref else None


def _lunar(match: re.Match[str], ref: date | None, lead: str) -> Interval | None:
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


_I = re.IGNORECASE
_PATTERNS: list[tuple[re.Pattern[str], Builder]] = [
    (re.compile(r"\b(?P<y>(?:19|20)\d\d)-(?P<mm>[01]\d)-(?P<d>[0-3]\d)\b"), _iso),
    (re.compile(r"\b(?P<a>[0-3]?\d)[/.](?P<b>[0-3]?\d)[/.](?P<y>(?:19|20)\d\d)\b"), _slashed),
    (re.compile(rf"\b{_D}\s+(?:of\s+)?{_M},?(?:\s+{_Y})?(?!\w)"), _absolute),
    (
        re.compile(
            rf"\b{_M}\s*{_D}(?!\d|,\d|\.\d|\s*(?:%|percent|tonnes|tons|million|billion))(?:,?\s+{_Y})?\b"
        ),
        _absolute,
    ),
    (
        re.compile(rf"(?<![\w]){_CASED}\b{_M}(?:,?\s+(?:of\s+)?{_Y})?(?!\w)"),
        _absolute,
    ),
    (
        re.compile(rf"\b{_PART}(?P<kind>Q)(?P<q>[1-4])(?:\s+(?:of\s+)?{_Y}|[ '-]?(?P<yy>\d\d))?\b", _I),
        _quarter,
    ),
    (re.compile(rf"\b(?P<q>[1-4])(?P<kind>Q)(?:\s*{_Y}|[ '-]?(?P<yy>\d\d))?\b", _I), _quarter),
    (re.compile(rf"\b(?P<kind>H)(?P<q>[12])(?:\s+(?:of\s+)?{_Y}|[ '-]?(?P<yy>\d\d))?\b"), _quarter),
    (re.compile(rf"\b(?P<q>[12])(?P<kind>H)(?:\s*{_Y}|[ '-]?(?P<yy>\d\d))?\b"), _quarter),
    (
        re.compile(
            rf"\b(?P<ord>first|second|third|fourth|final|last|1st|2nd|3rd|4th)[ -](?P<kind>quarter|half)"
            rf"(?:\s+(?:of\s+)?(?:the\s+year|{_Y}|(?P<rel>this|last|next)\s+year))?\b",
            _I,
        ),
        _quarter,
    ),
    (re.compile(r"\b(?P<part>early|mid|late)?-?\s?(?:the\s+)?(?P<y>(?:19|20)\d0)s\b", _I), _decade),
    (
        re.compile(
            rf"\b{_PART}(?:the\s+year\s+)?{_Y}(?:[-/](?P<y2>(?:20)?\d\d)(?![\d,.]\d))?(?![\d,]\d|\d|\.\d"
            rf"|\s*(?:tonnes|tons|mt\b|kt\b|%))",
            _I,
        ),
        _year,
    ),
    (
        re.compile(
            rf"\b{_PART}(?:the\s+)?(?P<rel>last|this|next|previous|prior|current|coming|following)\s+"
            r"(?P<unit>week|month|quarter|year|decade)\b",
            _I,
        ),
        _relative,
    ),
    (re.compile(rf"\b(?P<n>{COUNT})\s+{_UNIT}\s+(?:ago|earlier)\b", _I), _ago),
    (re.compile(rf"\b(?:past|last|previous)\s+(?P<n>{COUNT})\s+{_UNIT}\b", _I), _past),
    (
        re.compile(
            r"\b(?:recent|past few|last few|past several)\s+(?P<unit>day|week|month|quarter|year)s\b", _I
        ),
        _past,
    ),
    (
        re.compile(
            rf"\b(?:within|in|over|for)\s+(?:the\s+)?(?:next|coming)\s+(?:(?P<n>{COUNT})\s+|few\s+)?{_UNIT}\b",
            _I,
        ),
        _future,
    ),
    (re.compile(rf"\b(?:within|in)\s+(?P<n>{COUNT})\s+{_UNIT}(?:'s?\s+time)?\b", _I), _future),
    (re.compile(r"\b(?P<w>Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)\b"), _weekday),
    (re.compile(r"\b(?:yesterday|today|tomorrow|tonight|overnight)\b", _I), _nearby),
    (re.compile(rf"\b(?:rest|remainder) of (?:the year|this year|{_Y})", _I), _rest),
    (re.compile(r"\b(?:year[- ]end|end of the year|the year's end|end-year)\b", _I), _year_end),
    (re.compile(rf"\b(?:Lunar|Chinese) New Year(?:\s+(?:of\s+)?{_Y})?", _I), _lunar),
]
_HINT = re.compile(
    r"\d|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|day|night|week|month|quarter|year|decade|half", _I
)
_LEAD = re.compile(
    r"\b(since|by|until|till|through|before|after|from|between|next|last|as of|starting|effective|in|on|to)"
    r"(?:\s+(?:at\s+)?(?:the|around|about|or before))?\s+$",
    _I,
)
_ROLES = {"till": "until", "through": "until", "starting": "from", "effective": "from", "between": "from"}


def find_dates(text: str, ref: date | None = None) -> list[When]:
    """Find all dates in a text.

    Args:
        text: Folded text (see `oreflow.news.text.fold`).
        ref: The article's date, which relative and partial dates count from; None when unknown: then relative
            dates are left out and a month without a year keeps only its label.

    Returns:
        Dates in order, without overlaps. ``since``, ``by``, ``until``, ``before`` and ``after`` open one end.
    """
    if not _HINT.search(text):
        return []
    found: list[When] = []
    for pattern, build in _PATTERNS:
        for match in pattern.finditer(text):
            lead = _lead(text, match.start())
            if match[0].lower().rstrip(".") in {"may", "march", "mar"} and not lead:
                continue
            try:
                interval = build(match, ref, lead)
            except (ValueError, OverflowError):
                interval = None
            if interval is not None:
                end = match.start() + len(match[0].rstrip())
                groups = match.groupdict()
                yearless = build in (_absolute, _quarter) and not any(
                    groups.get(k) for k in ("y", "yy", "rel")
                )
                found.append(When(match.start(), end, interval, _ROLES.get(lead, lead), yearless))
    found.sort(key=lambda w: (w.start, -(w.end - w.start)))
    kept: list[When] = []
    for w in found:
        if kept and w.start < kept[-1].end:
            if w.end - w.start > kept[-1].end - kept[-1].start:
                kept[-1] = w
            continue
        kept.append(w)
    return _joined(text, [_opened(w, ref) for w in kept])


def _lead(text: str, start: int) -> str:
    match = _LEAD.search(text[max(0, start - 24) : start])
    return match[1].lower() if match else ""


def _opened(w: When, ref: date | None) -> When:
    """Open one end as the word in front asks."""
    i = w.interval
    if i.label:
        label = {"since": f"{i.label}/..", "by": f"../{i.label}", "until": f"../{i.label}"}.get(
            w.role, i.label
        )
        return When(w.start, w.end, Interval(None, None, label), w.role if w.role in _OPENERS else "")
    if w.role == "since":
        i = Interval(i.start, None)
    elif w.role == "by":
        start = ref if ref and i.end and ref <= i.end else None
        i = Interval(start, i.end)
    elif w.role == "until":
        i = Interval(None, i.end)
    elif w.role == "before":
        i = Interval(None, i.start - timedelta(days=1) if i.start else None)
    elif w.role == "after":
        i = Interval(i.end, None)
    return When(w.start, w.end, i, w.role if w.role in _OPENERS else "", w.floating and w.role != "since")


_OPENERS = {"since", "by", "until", "before", "after", "from"}


def moved(interval: Interval, years: int) -> Interval:
    """The same stretch some years on.

    Args:
        interval: Any interval.
        years: Years to add; may be negative.

    Returns:
        The moved interval.
    """
    start = iv.shift_months(interval.start, 12 * years) if interval.start else None
    end = iv.shift_months(interval.end, 12 * years) if interval.end else None
    return Interval(start, end, interval.label)


def _joined(text: str, dates: list[When]) -> list[When]:
    """``from September to October`` is one stretch."""
    out: list[When] = []
    for w in dates:
        if out:
            last = out[-1]
            between = text[last.end : w.start].strip().lower()
            first, final = last.interval.start, w.interval.end or w.interval.start
            if (
                last.role == "from"
                and between in {"to", "until", "-"}
                and last.interval.label
                and w.interval.label
            ):
                out[-1] = When(
                    last.start, w.end, Interval(None, None, f"{last.interval.label}/{w.interval.label}")
                )
                continue
            calendar_years = re.fullmatch(r"(?:19|20)\d\d", text[last.start : last.end]) and re.fullmatch(
                r"(?:19|20)\d\d", text[w.start : w.end]
            )
            if calendar_years and between in {"and", "to", "-"} and first and final and first < final:
                out[-1] = When(last.start, w.end, Interval(first, final), "")
                continue
            ordered = first is not None and final is not None and first <= final
            if last.role == "from" and between in {"to", "until", "and", "through", "-"} and ordered:
                out[-1] = When(last.start, w.end, Interval(first, final), "")
                continue
        out.append(w)
    return out
