"""Amounts, dates and stances of claims in plain words."""

from __future__ import annotations

import calendar
from datetime import date
from typing import TYPE_CHECKING

from oreflow.news.claims import plain
from oreflow.report.format import words

if TYPE_CHECKING:
    from oreflow.news import Amount, Claim, Interval

_SHORT = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LONG = tuple(calendar.month_name)[1:]


def amount(q: Amount | None) -> str | None:
    """Return a quantity as the text states it, e.g. "up to 6,000 t/month"."""
    if q is None:
        return None
    low, high = q.range
    if q.value is None or (q.low is not None and q.high is not None and q.low < q.high):
        number = f"{plain(low)} to {plain(high)}"
    elif q.high is not None and q.low is None:
        number = f"up to {plain(q.value)}"
    elif q.low is not None and q.high is None:
        number = f"at least {plain(q.value)}"
    else:
        number = plain(q.value)
    unit = "times" if q.unit == "x" else q.unit
    text = f"{number} {unit}{f'/{q.per}' if q.per else ''}".strip()
    return text.replace("/year", "/yr")


def when(interval: Interval | None) -> str | None:
    """Return a stretch of days in short, e.g. "2025-08" or "from Aug, year not told"."""
    if interval is None:
        return None
    if interval.label:
        return _yearless(interval.label)
    a, b = interval.start, interval.end
    if a is None or b is None:
        return f"from {a}" if a else f"until {b}" if b else None
    if a == b:
        return a.isoformat()
    if (a.day, b) == (1, _last(a.year, a.month)):
        return f"{a:%Y-%m}"
    if (a.month, a.day, b.month, b.day) == (1, 1, 12, 31):
        return f"{a:%Y}" if a.year == b.year else f"{a:%Y} to {b:%Y}"
    return f"{a} to {b}"


def _last(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def _yearless(label: str) -> str:
    head, slash, _ = label.partition("/")
    parts = head.split("-")
    month = int(parts[1]) if len(parts) > 1 and parts[1].isdigit() else 0
    name = _SHORT[month - 1] if 1 <= month <= 12 else head
    return f"{'from ' if slash else ''}{name}, year not told"


def day(text: str) -> str:
    """Return an ISO day, month or year as people write it, e.g. "9 August 2025"."""
    parts = text.split("-")
    out = [parts[0]]
    if len(parts) > 1:
        out.insert(0, _LONG[int(parts[1]) - 1])
    if len(parts) > 2:
        out.insert(0, str(int(parts[2])))
    return " ".join(out)


def says(claim: Claim, subject: str) -> str:
    """Return what a claim says, in a few words for a list of positions."""
    number = amount(claim.quantity)
    kind = words(claim.type)
    if claim.type == "bottleneck":
        return f"it is {'not ' if claim.polarity == 'negated' else ''}{subject}"
    if claim.type == "ignorance":
        return "no date is known"
    if number and claim.polarity == "asserted":
        moved = "%" in number and claim.type not in {"tariff", "quota", "concentration", "dependency"}
        direction = {"up": "up ", "down": "down "}.get(claim.direction or "", "") if moved else ""
        return f"{direction}{number}"
    told = {
        "happened": "it has happened",
        "planned": "it is planned",
        "considered": "it is considered",
        "rumoured": "it is rumoured",
        "forecast": "it is expected",
        "conditional": "it may happen",
    }[claim.modality]
    at = when(claim.effective)
    text = f"{kind} of {subject}: {'denied' if claim.polarity == 'negated' else told}"
    return f"{text} ({at})" if at else text


def listed(names: list[str], last: str = "and") -> str:
    """Join words with commas and a last word."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {last} {names[-1]}" if names else ""


def capital(text: str) -> str:
    """Return text with a capital first letter."""
    return text[:1].upper() + text[1:]
