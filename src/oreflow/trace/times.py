"""Moments as records write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)")


def moment(text: object) -> int | None:
    """Return the second of a time stamp of XML Schema (``2026-03-01T12:00:00Z``), s since 1970.

    Returns:
        ``None`` where the text is no time stamp, or one without a zone.
    """
    if not isinstance(text, str) or not _STAMP.fullmatch(text):
        return None
    try:
        return int(datetime.fromisoformat(text).timestamp())
    except (ValueError, OverflowError):
        return None


def stamp(seconds: int) -> str:
    """Return the time stamp of a second since 1970, in UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
