"""Dates as months: the only place that turns one into the other.

Time is counted in calendar months: a date is ``12·year + (month − 1) + (day − 1)/days in that month``, so that
9 August is 8/31 of the way through August and a month is a month whatever its days. Period 0 of a horizon is
its first month.
"""

from __future__ import annotations

import calendar
import datetime
import math

from oreflow.errors import ScenarioError

_NAMES = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def month_of(date: str, *, where: str = "") -> float:
    """Return a date as calendar months since year 0.

    Args:
        date: ``2025``, ``2025-08`` or ``2025-08-09``; what is left out means its first.
        where: Place of the date, put before the message.

    Returns:
        Months since year 0, with the share of the month that is over at the start of the day.

    Raises:
        ScenarioError: The text is no date.
    """
    try:
        parts = [int(p) for p in date.split("-")] if date.isascii() else []
        year, month, day = (*parts, 1, 1)[:3] if 1 <= len(parts) <= 3 else (0, 0, 0)
        datetime.date(year, month, day)
    except ValueError:
        place = f"{where}: " if where else ""
        raise ScenarioError(
            f"{place}{date!r} is not a date. Write it as 2025-08-09, 2025-08 or 2025."
        ) from None
    return 12 * year + (month - 1) + (day - 1) / calendar.monthrange(year, month)[1]


def months_from(start: str, date: str, *, where: str = "") -> float:
    """Return the months from the start of a horizon to a date.

    Args:
        start: First month of the horizon, ``2025-01``.
        date: A date.
        where: Place of the date for messages.

    Returns:
        Months; negative before the horizon.
    """
    return month_of(date, where=where) - math.floor(month_of(start, where="start of the horizon"))


def label(start: str, period: int) -> str:
    """Return the name of a period.

    Args:
        start: First month of the horizon, ``2025-01``.
        period: Months from it.

    Returns:
        ``YYYY-MM``.
    """
    months = math.floor(month_of(start)) + period
    return f"{months // 12:04d}-{months % 12 + 1:02d}"


def say(date: str) -> str:
    """Return a date in words.

    Args:
        date: ISO date, month or year.

    Returns:
        ``9 August 2025``, ``August 2025`` or ``2025``.
    """
    month_of(date)
    parts = date.split("-")
    words = [parts[0]]
    if len(parts) > 1:
        words.insert(0, _NAMES[int(parts[1]) - 1])
    if len(parts) > 2:
        words.insert(0, str(int(parts[2])))
    return " ".join(words)
