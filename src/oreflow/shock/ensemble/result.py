"""What comes out of one draw, on its way from the worker that solved it to the store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Row:
    """A draw under one policy.

    Attributes:
        policy: Name of the policy; empty without one.
        status: ``solved`` or ``failed``.
        reason: Why it failed.
        solves: Linear programmes solved.
        seconds: Time it took.
        paths: Shape (periods, columns); none where it failed.
        totals: Shape (columns,); none where it failed.
    """

    policy: str
    status: str
    reason: str = ""
    solves: int = 0
    seconds: float = 0.0
    paths: Floats | None = None
    totals: Floats | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """A draw under every policy.

    Attributes:
        draw: Its number.
        inputs: Dense inputs, by name.
        occurrences: What happens in it: objects with ``law``, ``target``, ``start``, ``months`` and ``size``.
        rows: One for each policy.
    """

    draw: int
    inputs: Mapping[str, float]
    occurrences: tuple[Any, ...]
    rows: tuple[Row, ...]
