"""What a scenario does to the market, in the market's own terms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ATTRIBUTES: dict[str, dict[str, str]] = {
    "plants": {
        "availability": "share of the supply curve that is there, 0 to 1 (outage, halt)",
        "capacity": "multiplier of capacity; output is cut only where it would exceed it",
        "cost": "USD/unit added to the cost of each unit",
    },
    "trade": {
        "limit": "most that may flow, as a multiple of the base flow (0 is a ban)",
        "quota": "most that may flow over all the rows together, in units a year",
        "tariff": "ad-valorem rate on the value at the border, added to what is there",
        "cost": "USD/unit added to the cost of each unit",
    },
    "demands": {"quantity": "multiplier of the demand curve"},
    "stores": {
        "draw": "units a month released from a reserve",
        "fill": "units a month bought into a reserve",
        "cover": "multiplier of the stock that owners wish to hold",
    },
    "mixes": {
        "ceiling": "largest share the cell can take of the use",
        "ramp": "largest change of share in a month",
    },
}
"""Table to attribute to meaning: everything that a scenario can change."""


@dataclass(frozen=True, slots=True)
class Change:
    """One edit of the base over time.

    Attributes:
        table: ``plants``, ``trade``, ``demands``, ``stores`` or ``mixes``.
        rows: Names of the rows. Plants, demands and stores by their key; trade as
            ``commodity:ORIGIN>DESTINATION``; mixes as ``use@REGION:cell``.
        attribute: What changes, one of `ATTRIBUTES`.
        profile: Shape (months,), the value in each month from the start of the horizon. Beyond its end the last
            value holds.
    """

    table: str
    rows: tuple[str, ...]
    attribute: str
    profile: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class News:
    """What agents believe from a month on.

    Attributes:
        month: Month from the start of the horizon at which it becomes known; 0 or less is known from the start.
        changes: All changes believed from then on (replacing what was believed before).
    """

    month: int
    changes: tuple[Change, ...]
