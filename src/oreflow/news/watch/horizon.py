"""The horizon of a watch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oreflow.market import Settings
from oreflow.news.targets import BASE_YEAR
from oreflow.shock.calendar import month_of

if TYPE_CHECKING:
    from oreflow.shock import Scenario

EARLIEST, LATEST = BASE_YEAR - 2, BASE_YEAR + 5
"""First and last year that a horizon may hold: what lies beyond is in the base already, or too far to be modelled."""


def horizon(scenario: Scenario) -> Settings:
    """Return the horizon of a watch: whole years, so that one more article seldom moves it.

    Args:
        scenario: The events; at least one.

    Returns:
        Months from January of the base year, or of the first event before it, to the end of the year after the last,
        within `EARLIEST` and `LATEST`.
    """
    first = min(int(month_of(d)) // 12 for e in scenario.events for d in (e.start, e.known_from))
    last = max(int(month_of(e.start)) // 12 for e in scenario.events) + 1
    first, last = max(min(first, BASE_YEAR), EARLIEST), min(max(last, BASE_YEAR), LATEST)
    # Looked ahead as a briefing does: some times faster than month by month, and read as often as news come.
    return Settings(start=f"{first:04d}-01", periods=12 * (last + 1 - first), stride=12, ahead=(1, 3, 8))
