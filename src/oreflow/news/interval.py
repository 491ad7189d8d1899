"""A stretch of days, open at one end if need be."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta


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
    y = min(max(y, 1), 9998)
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
