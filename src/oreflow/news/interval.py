"""A stretch of days, open at one end if need be."""

from __future__ import annotations

import calendar
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

FEW = 3
"""What "a few", "several" and a bare plural stand for."""

AHEAD = frozenset({"by", "until", "before", "open"})
"""Words in front that point to what is to come; ``open`` is "not before"."""

_DAYS = {"day": 1, "week": 7, "fortnight": 14}
_MONTHS_IN = {"month": 1, "quarter": 3, "year": 12, "decade": 120}


@dataclass(frozen=True, slots=True)
class Interval:
    """A stretch of days, both ends included.

    Attributes:
        start: First day; None when open or unknown.
        end: Last day; None when open or unknown.
        label: Set only when the year is not known (``"XXXX-08/.."``): what the text does say.
    """

    start: date | None
    end: date | None
    label: str = ""

    def __str__(self) -> str:
        """ISO 8601: one day, ``start/end``, or ``..`` for an open end."""
        if self.label:
            return self.label
        if self.start and self.start == self.end:
            return self.start.isoformat()
        first = self.start.isoformat() if self.start else ".."
        last = self.end.isoformat() if self.end else ".."
        return f"{first}/{last}"

    @property
    def known(self) -> bool:
        """Whether at least one end is a day in the calendar."""
        return self.start is not None or self.end is not None

    @property
    def middle(self) -> date | None:
        """Middle day, or the known end of an open interval."""
        if self.start and self.end:
            return self.start + (self.end - self.start) // 2
        return self.start or self.end


def day(value: date) -> Interval:
    """One day."""
    return Interval(value, value)


def month(year: int, number: int) -> Interval:
    """A calendar month."""
    return Interval(date(year, number, 1), date(year, number, calendar.monthrange(year, number)[1]))


def quarter(year: int, number: int) -> Interval:
    """A calendar quarter, 1 to 4."""
    return Interval(month(year, 3 * number - 2).start, month(year, 3 * number).end)


def half(year: int, number: int) -> Interval:
    """A half year, 1 or 2."""
    return Interval(month(year, 6 * number - 5).start, month(year, 6 * number).end)


def year(number: int) -> Interval:
    """A calendar year."""
    return Interval(date(number, 1, 1), date(number, 12, 31))


def week(anchor: date, offset: int = 0) -> Interval:
    """The Monday-to-Sunday week of a day, some weeks on."""
    first = anchor - timedelta(days=anchor.weekday()) + timedelta(weeks=offset)
    return Interval(first, first + timedelta(days=6))


def shift_months(anchor: date, months: int) -> date:
    """The same day some months on, or the last of a shorter month."""
    total = anchor.year * 12 + anchor.month - 1 + months
    y, m = divmod(total, 12)
    y = min(max(y, 1), 9999)
    return date(y, m + 1, min(anchor.day, calendar.monthrange(y, m + 1)[1]))


def part(whole: Interval, name: str) -> Interval:
    """Early, middle or late third of an interval; ``end`` and ``start`` are its last and first sixth.

    Args:
        whole: Closed interval.
        name: ``early``, ``mid``, ``late``, ``end`` or ``start``.

    Returns:
        The part; the whole when it is open or the name is another.
    """
    if whole.start is None or whole.end is None:
        return whole
    days = (whole.end - whole.start).days + 1
    third, sixth = timedelta(days=max(days // 3, 1) - 1), timedelta(days=max(days // 6, 1) - 1)
    if name == "early":
        return Interval(whole.start, whole.start + third)
    if name == "late":
        return Interval(whole.end - third, whole.end)
    if name == "mid":
        first = whole.start + timedelta(days=days // 3)
        return Interval(first, min(first + third, whole.end))
    if name == "end":
        return Interval(whole.end - sixth, whole.end)
    if name == "start":
        return Interval(whole.start, whole.start + sixth)
    return whole


def since(anchor: date, days: int) -> Interval:
    """So many days from a day on, itself included."""
    return Interval(anchor, anchor + timedelta(days=days - 1))


def moved(interval: Interval, years: int) -> Interval:
    """The same stretch some years on.

    Args:
        interval: Any interval.
        years: Years to add; may be negative.

    Returns:
        The moved interval; the same where the calendar ends.
    """
    start = shift_months(interval.start, 12 * years) if interval.start else None
    end = shift_months(interval.end, 12 * years) if interval.end else None
    if start and end and start > end:
        return interval
    return Interval(start, end, interval.label)


def months(whole: Interval) -> int:
    """How many whole calendar months an interval is; 0 when it is none or open."""
    if whole.start is None or whole.end is None or whole.start.day != 1:
        return 0
    if whole.end.day != calendar.monthrange(whole.end.year, whole.end.month)[1]:
        return 0
    return (whole.end.year - whole.start.year) * 12 + whole.end.month - whole.start.month + 1


def nth(whole: Interval, number: int, of: int) -> Interval:
    """One of several equal parts, by months where they go up evenly, else by days.

    Args:
        whole: Closed interval.
        number: Which part, from 1.
        of: How many parts there are.

    Returns:
        The part; the whole when it is open, too short or has no such part.
    """
    if whole.start is None or whole.end is None or not 1 <= number <= of:
        return whole
    size = months(whole)
    if size and size % of == 0:
        return _months_from(whole.start, (number - 1) * size // of, size // of)
    days = (whole.end - whole.start).days + 1
    if days < of:
        return whole
    first = whole.start + timedelta(days=(number - 1) * days // of)
    return Interval(first, whole.start + timedelta(days=number * days // of - 1))


def units(whole: Interval, unit: str, skip: int, count: int) -> Interval | None:
    """Some days, weeks, months, quarters or years of an interval: ``the first nine months of 2025``.

    Args:
        whole: Closed interval.
        unit: ``day``, ``week``, ``month``, ``quarter`` or ``year``.
        skip: Units to leave out in front; negative takes the last ones.
        count: Units to take, at least 1.

    Returns:
        The stretch, None when it is not within the interval.
    """
    if whole.start is None or whole.end is None or count < 1:
        return None
    if unit in _DAYS:
        size = _DAYS[unit]
        first = whole.start + timedelta(days=skip * size)
        if skip < 0:
            first = whole.end - timedelta(days=count * size - 1)
        found = since(first, count * size)
    else:
        size, inside = _MONTHS_IN[unit], months(whole)
        found = _months_from(whole.start, inside - count * size if skip < 0 else skip * size, count * size)
    if found.start is None or found.end is None or found.start < whole.start or found.end > whole.end:
        return None
    return found


def _months_from(first: date, skip: int, count: int) -> Interval:
    start, last = shift_months(first, skip), shift_months(first, skip + count - 1)
    return Interval(start, month(last.year, last.month).end)


def unit_at(at: date, unit: str, step: int) -> Interval:
    """The calendar unit that holds a day, some steps on."""
    if unit == "week":
        return week(at, step)
    if unit in {"month", "quarter"}:
        size = _MONTHS_IN[unit]
        first = shift_months(at.replace(day=1), size * step)
        return month(first.year, first.month) if size == 1 else quarter(first.year, (first.month + 2) // 3)
    if unit == "decade":
        tens = max(at.year // 10 * 10 + 10 * step, 1)
        return Interval(date(tens, 1, 1), date(tens // 10 * 10 + 9, 12, 31))
    if unit == "day":
        return day(at + timedelta(days=step))
    return year(at.year + step)


def shifted(at: date, unit: str, number: float) -> date:
    """A day some units on, or back when the number is negative."""
    number = min(max(number, -1200), 1200)
    if unit == "hour":
        return at + timedelta(days=round(number / 24))
    if unit in _DAYS:
        return at + timedelta(days=round(number * _DAYS[unit]))
    return shift_months(at, round(number * _MONTHS_IN[unit]))


def span(at: date, unit: str, number: float, forward: bool) -> Interval:
    """The stretch of some units from a day on, or up to it."""
    number = max(number, 24) if unit == "hour" else number
    return Interval(at, shifted(at, unit, number)) if forward else Interval(shifted(at, unit, -number), at)


def around(at: date, unit: str, number: float, vague: bool = False) -> Interval:
    """The days that "three weeks ago" or "a month from now" may mean; "several" is two to five."""
    if vague:
        ends = sorted((shifted(at, unit, number * 2 / FEW), shifted(at, unit, number * 5 / FEW)))
        return Interval(ends[0], ends[1])
    middle = shifted(at, unit, number)
    slack = {"week": 3, "fortnight": 4, "month": 15, "quarter": 45, "year": 182, "decade": 1826}.get(unit, 0)
    return Interval(middle - timedelta(days=slack), middle + timedelta(days=slack))


def same_in(told: Interval, unit: str, number: float) -> Interval | None:
    """The same stretch some units before or after; None when it is too long to be moved by so little."""
    if told.start is None or told.end is None or unit == "hour":
        return None
    size = _DAYS.get(unit) or 31 * _MONTHS_IN[unit]
    if (told.end - told.start).days > size * abs(number):
        return None
    start, end = shifted(told.start, unit, number), shifted(told.end, unit, number)
    if months(told) and unit in _MONTHS_IN:
        end = month(end.year, end.month).end or end
    return Interval(start, end)


def size(i: Interval) -> str:
    """Whether an interval is a ``day``, a ``year`` or more, or a ``part`` of one."""
    days = (i.end - i.start).days if i.start and i.end else 0
    return "day" if days < 1 else "part" if days < 360 else "year"


def apart(i: Interval, at: date, *, ahead: int = 1) -> int:
    """Days between a day and a stretch, 0 within it; what is to come counts so many times as far."""
    if i.start and i.start > at:
        return ahead * (i.start - at).days
    return (at - i.end).days if i.end and i.end < at else 0


def latest(i: Interval, last: Interval) -> Interval:
    """A yearless stretch in the last year in which it begins before another ends."""
    if i.start is None or last.end is None:
        return i
    found = moved(i, last.end.year - i.start.year)
    return moved(found, -1) if found.start and found.start > last.end else found


def soonest(i: Interval, first: Interval) -> Interval:
    """A yearless stretch in the first year in which it ends after another begins."""
    if i.end is None or first.start is None:
        return i
    found = moved(i, first.start.year - i.end.year)
    return moved(found, 1) if found.end and found.end < first.start else found


def dated(label: str, number: int) -> Interval:
    """A label ("XXXX-08", "XXXX-08-09", or two of them) in a year; empty where the calendar has no such day."""
    marks = [[int(n) for n in mark.split("-")[1:]] for mark in label.split("/")]
    (m, *d), (m2, *d2) = marks[0], marks[-1]
    try:
        start = date(number, m, *(d or [1]))
        final = number + (m2 < m)
        end = date(final, m2, *d2) if d2 else month(final, m2).end
    except ValueError:
        return Interval(None, None)
    return Interval(start, end)


def nearest(make: Callable[[int], Interval], ref: date, lead: str) -> Interval:
    """Of the same stretch in three years, the nearest, or the one that the word in front asks for."""
    years = [y for y in (ref.year, ref.year - 1, ref.year + 1) if 1 <= y < 9999]
    options = [make(y) for y in years]
    if lead in AHEAD:
        later = [i for i in options if i.end is not None and i.end >= ref]
        return min(later, key=lambda i: i.start or ref, default=options[0])
    if lead in {"since", "ended"}:
        begun = [i for i in options if i.start is not None and i.start <= ref]
        return max(begun, key=lambda i: i.start or ref, default=options[0])
    return min(options, key=lambda i: abs(((i.middle or ref) - ref).days))


def month_near(number: int, ref: date, lead: str, way: str) -> int:
    """Year of a month named without one: the nearest, or the one that the words in front ask for."""
    if way in {"next", "coming"}:
        return ref.year + (number <= ref.month)
    if way == "this":
        return ref.year
    if lead in AHEAD and not way:
        return ref.year + (number < ref.month)
    if way or lead in {"since", "ended"}:
        return ref.year - (number > ref.month or (way != "" and number == ref.month))
    options = (ref.year, ref.year - 1, ref.year + 1)
    return min(options, key=lambda y: abs((y - ref.year) * 12 + number - ref.month))
