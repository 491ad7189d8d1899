"""Moments: RFC 3339 text at the edge, whole seconds since 1970 (UTC) inside."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from oreflow.errors import DataError

_STAMP = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[Tt ](\d\d:\d\d)(?::(\d\d)(?:\.\d{1,12})?)?(Z|z|[+-]\d\d:\d\d)?)?", re.ASCII
)


def seconds(text: str, *, where: str = "") -> int:
    """Read a moment.

    Args:
        text: RFC 3339, e.g. "2025-03-05T06:00:00Z"; a day alone stands for its first second. Without an offset it is
            UTC. Fractions of a second are dropped.
        where: Place of the text, for messages.

    Returns:
        Seconds since 1970-01-01T00:00:00Z, never negative.

    Raises:
        DataError: It is no moment, or lies before 1970.
    """
    place = f"{where}: " if where else ""
    found = _STAMP.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise DataError(f"{place}{str(text)[:40]!r} is no moment. Write one like 2025-03-05T06:00:00Z.")
    day, minute, second, zone = found.groups()
    offset = "+00:00" if zone in (None, "Z", "z") else zone
    try:
        moment = datetime.fromisoformat(f"{day}T{minute or '00:00'}:{second or '00'}{offset}")
        out = int(moment.timestamp())
    except (ValueError, OverflowError):
        raise DataError(f"{place}{text[:40]!r} is no moment of the calendar.") from None
    if out < 0:
        raise DataError(f"{place}{text[:40]!r} lies before 1970.")
    return out


def stamp(time: int) -> str:
    """Return a moment as RFC 3339 text in UTC."""
    return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def day(time: int) -> str:
    """Return the day of a moment in UTC, e.g. "2025-03-05"."""
    return stamp(time)[:10]


def at(when: date) -> int:
    """Return the first second of a day in UTC."""
    return int(datetime(when.year, when.month, when.day, tzinfo=UTC).timestamp())
