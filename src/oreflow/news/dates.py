"""Dates in text: absolute, partial or relative to the article's date, each as an interval."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from oreflow.news import datewords
from oreflow.news import interval as iv
from oreflow.news.interval import Interval
from oreflow.news.numerals import COUNT

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


_I = re.IGNORECASE
_PATTERNS: list[tuple[re.Pattern[str], Builder]] = [
    (re.compile(r"\b(?P<y>(?:19|20)\d\d)-(?P<mm>[01]\d)-(?P<d>[0-3]\d)\b"), datewords.iso_),
    (re.compile(r"\b(?P<a>[0-3]?\d)[/.](?P<b>[0-3]?\d)[/.](?P<y>(?:19|20)\d\d)\b"), datewords.slashed),
    (re.compile(rf"\b{_D}\s+(?:of\s+)?{_M},?(?:\s+{_Y})?(?!\w)"), datewords.absolute),
    (
        re.compile(
            rf"\b{_M}\s*{_D}(?!\d|,\d|\.\d|\s*(?:%|percent|tonnes|tons|million|billion))(?:,?\s+{_Y})?\b"
        ),
        datewords.absolute,
    ),
    (
        re.compile(rf"(?<![\w]){_CASED}\b{_M}(?:,?\s+(?:of\s+)?{_Y})?(?!\w)"),
        datewords.absolute,
    ),
    (
        re.compile(rf"\b{_PART}(?P<kind>Q)(?P<q>[1-4])(?:\s+(?:of\s+)?{_Y}|[ '-]?(?P<yy>\d\d))?\b", _I),
        datewords.quarter_,
    ),
    (re.compile(rf"\b(?P<q>[1-4])(?P<kind>Q)(?:\s*{_Y}|[ '-]?(?P<yy>\d\d))?\b", _I), datewords.quarter_),
    (re.compile(rf"\b(?P<kind>H)(?P<q>[12])(?:\s+(?:of\s+)?{_Y}|[ '-]?(?P<yy>\d\d))?\b"), datewords.quarter_),
    (re.compile(rf"\b(?P<q>[12])(?P<kind>H)(?:\s*{_Y}|[ '-]?(?P<yy>\d\d))?\b"), datewords.quarter_),
    (
        re.compile(
            rf"\b(?P<ord>first|second|third|fourth|final|last|1st|2nd|3rd|4th)[ -](?P<kind>quarter|half)"
            rf"(?:\s+(?:of\s+)?(?:the\s+year|{_Y}|(?P<rel>this|last|next)\s+year))?\b",
            _I,
        ),
        datewords.quarter_,
    ),
    (re.compile(r"\b(?P<part>early|mid|late)?-?\s?(?:the\s+)?(?P<y>(?:19|20)\d0)s\b", _I), datewords.decade_),
    (
        re.compile(
            rf"\b{_PART}(?:the\s+year\s+)?{_Y}(?:[-/](?P<y2>(?:20)?\d\d)(?![\d,.]\d))?(?![\d,]\d|\d|\.\d"
            rf"|\s*(?:tonnes|tons|mt\b|kt\b|%))",
            _I,
        ),
        datewords.year_,
    ),
    (
        re.compile(
            rf"\b{_PART}(?:the\s+)?(?P<rel>last|this|next|previous|prior|current|coming|following)\s+"
            r"(?P<unit>week|month|quarter|year|decade)\b",
            _I,
        ),
        datewords.relative,
    ),
    (re.compile(rf"\b(?P<n>{COUNT})\s+{_UNIT}\s+(?:ago|earlier)\b", _I), datewords.ago),
    (re.compile(rf"\b(?:past|last|previous)\s+(?P<n>{COUNT})\s+{_UNIT}\b", _I), datewords.past),
    (
        re.compile(
            r"\b(?:recent|past few|last few|past several)\s+(?P<unit>day|week|month|quarter|year)s\b", _I
        ),
        datewords.past,
    ),
    (
        re.compile(
            rf"\b(?:within|in|over|for)\s+(?:the\s+)?(?:next|coming)\s+(?:(?P<n>{COUNT})\s+|few\s+)?{_UNIT}\b",
            _I,
        ),
        datewords.future,
    ),
    (re.compile(rf"\b(?:within|in)\s+(?P<n>{COUNT})\s+{_UNIT}(?:'s?\s+time)?\b", _I), datewords.future),
    (re.compile(r"\b(?P<w>Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)\b"), datewords.weekday),
    (re.compile(r"\b(?:yesterday|today|tomorrow|tonight|overnight)\b", _I), datewords.nearby),
    (re.compile(rf"\b(?:rest|remainder) of (?:the year|this year|{_Y})", _I), datewords.rest),
    (re.compile(r"\b(?:year[- ]end|end of the year|the year's end|end-year)\b", _I), datewords.year_end),
    (re.compile(rf"\b(?:Lunar|Chinese) New Year(?:\s+(?:of\s+)?{_Y})?", _I), datewords.lunar),
]
_UNITS = ("day", "week", "month", "quarter", "year", "decade")
_YEARS = re.compile(r"(?:19|20)\d\d")
_MONTHS = re.compile(r"jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec")
_PARTS = re.compile(r"quarter|half|[1-4][qh]|[qh][1-4]")
_NEEDS: dict[Builder, Callable[[str], bool]] = {
    datewords.iso_: lambda low: _YEARS.search(low) is not None,
    datewords.slashed: lambda low: _YEARS.search(low) is not None,
    datewords.year_: lambda low: _YEARS.search(low) is not None,
    datewords.decade_: lambda low: _YEARS.search(low) is not None,
    datewords.absolute: lambda low: _MONTHS.search(low) is not None,
    datewords.quarter_: lambda low: _PARTS.search(low) is not None,
    datewords.weekday: lambda low: "day" in low,
    datewords.lunar: lambda low: "new year" in low,
    datewords.rest: lambda low: " of " in low,
    datewords.year_end: lambda low: "year" in low,
}
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
    low = text.lower()
    timely = any(u in low for u in _UNITS)
    for pattern, build in _PATTERNS:
        # A cheap look first: most sentences hold few kinds of dates.
        needs = _NEEDS.get(build)
        if not (needs(low) if needs else timely or build is datewords.nearby):
            continue
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
                yearless = build in (datewords.absolute, datewords.quarter_) and not any(
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
