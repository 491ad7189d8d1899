"""Periods of a series: months, quarters and years, written ``2025-11``, ``2025-Q4`` and ``2025``."""

from __future__ import annotations

import re

from oreflow.errors import DataError

SEASONS = {"month": 12, "quarter": 4, "year": 1}
"""Periods in a year, by step."""
FIRST_YEAR, LAST_YEAR = 1500, 2500
_FORMS = {
    "month": re.compile(r"(\d{4})-(0[1-9]|1[0-2])"),
    "quarter": re.compile(r"(\d{4})-?Q([1-4])"),
    "year": re.compile(r"(\d{4})()"),
}


def parse(text: str) -> tuple[str, int]:
    """Return the step of a period and its number, so that the next period has the next number.

    Args:
        text: ``YYYY``, ``YYYY-MM`` or ``YYYY-Qn``.

    Returns:
        ``month``, ``quarter`` or ``year``, and the number of periods since the year 0.

    Raises:
        DataError: It is none of these.
    """
    for step, form in _FORMS.items():
        found = form.fullmatch(text)
        if found and FIRST_YEAR <= int(found[1]) <= LAST_YEAR:
            return step, int(found[1]) * SEASONS[step] + (int(found[2]) - 1 if found[2] else 0)
    raise DataError(f"{text[:40]!r} is not a period. Write YYYY-MM, YYYY-Qn or YYYY.")


def label(step: str, number: int) -> str:
    """Return the text of a period; the inverse of `parse`."""
    season = SEASONS[step]
    year, part = divmod(number, season)
    if step == "month":
        return f"{year:04d}-{part + 1:02d}"
    return f"{year:04d}-Q{part + 1}" if step == "quarter" else f"{year:04d}"


def following(last: str, count: int) -> tuple[str, ...]:
    """Return so many periods after one.

    Args:
        last: A period.
        count: How many.

    Returns:
        Their texts.

    Raises:
        DataError: ``last`` is not a period.
    """
    step, number = parse(last)
    return tuple(label(step, number + i) for i in range(1, count + 1))
