"""Statements that contradict the figure in use, or each other."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from oreflow.atlas.check.chain import Chain
from oreflow.atlas.check.finding import Finding, keys
from oreflow.atlas.quantities import plain, units_of
from oreflow.atlas.schema import tables
from oreflow.errors import UnitError
from oreflow.units import convert

DISAGREE = 0.25
"""Difference from the figure in use beyond which a claim is listed."""
_ROUNDING = 0.02


@dataclass(frozen=True, slots=True)
class Statement:
    """A claim in the unit of the figure it speaks of.

    Attributes:
        claim: Its key.
        table: Table of the figure.
        subject: Key of the figure's row.
        attribute: Column of the figure.
        low: Low end of what it says.
        high: High end; equal to `low` for a single number.
        used: True if the world is said to use it.
        held: The figure in the world; NaN where it has none.
        unit: Unit of all three.
    """

    claim: str
    table: str
    subject: str
    attribute: str
    low: float
    high: float
    used: bool
    held: float
    unit: str

    @property
    def distance(self) -> float:
        """How far the figure in use lies outside the claim, as a share of the nearer end; 0 inside it."""
        if self.low <= self.held <= self.high:
            return 0.0
        near = self.low if self.held < self.low else self.high
        return abs(self.held - near) / max(abs(near), 1e-300)


def run(chain: Chain) -> Iterator[Finding]:
    """Check claims against the figures they speak of.

    Args:
        chain: World to check.

    Yields:
        Findings.
    """
    found, faults = statements(chain)
    yield from faults
    by_figure: dict[tuple[str, str, str], list[Statement]] = defaultdict(list)
    for s in found:
        by_figure[s.table, s.subject, s.attribute].append(s)
    for figure, group in by_figure.items():
        yield from _used([s for s in group if s.used], ".".join(figure))
        yield from _not_used([s for s in group if not s.used], ".".join(figure))
        low, high = min(s.high for s in group), max(s.low for s in group)
        if len(group) > 1 and high > low * (1 + DISAGREE):
            yield Finding(
                "info",
                "claims.range",
                "claims",
                group[0].claim,
                "value",
                f"{len(group)} claims on {'.'.join(figure)} reach from {plain(low)} to {plain(high)} {group[0].unit}.",
                "All are kept; the model samples the range.",
            )


def _used(group: list[Statement], figure: str) -> Iterator[Finding]:
    """The figure in use lies in the range that the claims it is built on span."""
    if not group or math.isnan(group[0].held):
        return
    low, high, held = min(s.low for s in group), max(s.high for s in group), group[0].held
    if low * (1 - _ROUNDING) <= held <= high * (1 + _ROUNDING):
        return
    who = "claims say" if len(group) > 1 else "it says"
    yield Finding(
        "warning",
        "claims.used",
        "claims",
        group[0].claim,
        "used",
        f"{who} {_range(low, high)} {group[0].unit} marked as used, but {figure} is {plain(held)}.",
        "Correct the figure or the mark.",
    )


def _not_used(group: list[Statement], figure: str) -> Iterator[Finding]:
    for s in group:
        if not math.isnan(s.held) and s.distance > DISAGREE:
            yield Finding(
                "info",
                "claims.disagree",
                "claims",
                s.claim,
                "value",
                f"it says {_range(s.low, s.high)} {s.unit} where {figure} is {plain(s.held)}.",
                "Nothing, where both are kept on purpose; it widens the range.",
            )


def _range(low: float, high: float) -> str:
    return plain(low) if low == high else f"{plain(low)}…{plain(high)}"


def statements(chain: Chain) -> tuple[list[Statement], list[Finding]]:
    """Bring numeric claims to the unit of the figure they speak of.

    Args:
        chain: World.

    Returns:
        The claims that can be compared, and findings on those whose unit does not fit.
    """
    claims, schema = chain.world["claims"], tables()
    figures: dict[str, dict[str, int]] = {}
    out: list[Statement] = []
    faults: list[Finding] = []
    for row in claims.to_dict("records"):
        c: dict[str, Any] = {str(k): v for k, v in row.items()}
        table, attribute = c["table"], c["attribute"]
        bounds = [v for v in (c["value"], c["low"], c["high"]) if not math.isnan(v)]
        if not bounds or table not in schema or attribute not in schema[table].columns:
            continue
        a = schema[table][attribute]
        frame = chain.world[table]
        if table not in figures:
            figures[table] = {k: i for i, k in enumerate(keys(table, frame))}
        i = figures[table].get(c["subject"])
        if i is None or a.type != "number":
            continue
        here = frame.iloc[[i]]
        unit = units_of(chain.world, table, here, a)[0]
        try:
            ends = [convert(v, c["unit"], unit) for v in bounds] if c["unit"] and unit else bounds
        except UnitError as error:
            faults.append(
                Finding(
                    "warning",
                    "claims.unit",
                    "claims",
                    c["claim"],
                    "unit",
                    f"{table}.{c['subject']}.{attribute}: {error}",
                    f"Write the claim's unit so that it turns into {unit}.",
                )
            )
            continue
        held = float(here[attribute].iloc[0])
        out.append(
            Statement(
                c["claim"], table, c["subject"], attribute, min(ends), max(ends), bool(c["used"]), held, unit
            )
        )
    return out, faults
