"""What the general charts draw: lines over a number or over time, bars beside one another, chance against loss."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from oreflow.errors import DataError
from oreflow.report.figure import Figure

MOST = 7
"""Series that a reader can tell apart in one chart."""


@dataclass(frozen=True, slots=True)
class Series:
    """A line of a chart.

    Attributes:
        name: What it is, written at its end.
        y: Value at each place of the axis; none where there is none.
        low: Low end of its band at each place; empty without a band.
        high: High end of it.
        kind: A line, dots joined by a line, or a dashed line to compare with.
        texts: Words at its points, for the tooltip; empty for none.
    """

    name: str
    y: tuple[float | None, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    kind: Literal["line", "dots", "dashed"] = "line"
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lines:
    """One or more lines over a common axis.

    Attributes:
        x: Places on the axis, rising.
        x_label: What the axis is.
        x_unit: Its unit; "yr" for calendar years.
        series: The lines, the most important first; at most seven.
        unit: Unit of the values.
        y_label: What the values are; empty where the title says it.
        names: Words in place of the numbers of the axis, e.g. months; empty for numbers.
        from_zero: Start the scale of values at zero.
        stacked: Lay the series on top of each other as areas.
        marked: Place on the axis that stands out, with its words.

    Raises:
        DataError: Nothing to draw, lengths that differ, more series than can be told apart, a value that is not a
            number, or a stack with gaps or negative values.
    """

    x: tuple[float, ...]
    x_label: str
    x_unit: str
    series: tuple[Series, ...]
    unit: str
    y_label: str = ""
    names: tuple[str, ...] = ()
    from_zero: bool = True
    stacked: bool = False
    marked: tuple[float, str] | None = None

    def __post_init__(self) -> None:
        where = f"chart over {self.x_label or 'nothing'}"
        if not self.x or not self.series:
            raise DataError(f"{where}: there is nothing to draw.")
        if len(self.series) > MOST:
            raise DataError(f"{where}: {len(self.series)} series; at most {MOST} can be told apart.")
        if any(b <= a for a, b in zip(self.x, self.x[1:], strict=False)):
            raise DataError(f"{where}: the places on the axis do not rise.")
        if self.names and len(self.names) != len(self.x):
            raise DataError(f"{where}: {len(self.names)} names for {len(self.x)} places.")
        for s in self.series:
            self._check(s, f"{where}, series {s.name!r}")

    def _check(self, s: Series, where: str) -> None:
        for name, values in (("y", s.y), ("low", s.low), ("high", s.high), ("texts", s.texts)):
            if len(values) != len(self.x) and (name == "y" or values):
                raise DataError(f"{where}: {name} has {len(values)} values for {len(self.x)} places.")
        if bool(s.low) != bool(s.high):
            raise DataError(f"{where}: a band needs both ends.")
        numbers = [v for v in (*s.y, *s.low, *s.high) if v is not None]
        if not all(math.isfinite(v) for v in numbers):
            raise DataError(f"{where}: a value is not a number.")
        if self.stacked and (len(numbers) < len(self.x) or min(numbers) < 0):
            raise DataError(f"{where}: what is stacked has a value at each place, none below zero.")


@dataclass(frozen=True, slots=True)
class BarRow:
    """A bar.

    Attributes:
        name: What it is for.
        value: How long it is; its range is drawn as a whisker.
        marked: Whether it stands out.
    """

    name: str
    value: Figure
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars of one unit, from zero to either side.

    Attributes:
        rows: The bars in the order shown.
        unit: Their unit.

    Raises:
        DataError: No bars, or a bar of another unit.
    """

    rows: tuple[BarRow, ...]
    unit: str

    def __post_init__(self) -> None:
        if not self.rows:
            raise DataError("bar chart: there is nothing to draw.")
        other = next((r for r in self.rows if r.value.unit != self.unit), None)
        if other is not None:
            raise DataError(f"bar chart: {other.name!r} is in {other.value.unit}, the others in {self.unit}.")


@dataclass(frozen=True, slots=True)
class Point:
    """Something that may happen.

    Attributes:
        name: Label beside it, where there is room.
        chance: 0 to 1, a year; above 0.
        loss: USD; above 0.
        square: Drawn as a square, else as a circle.
        hollow: Drawn hollow.
        tip: Tooltip.
    """

    name: str
    chance: float
    loss: float
    square: bool
    hollow: bool
    tip: str


@dataclass(frozen=True, slots=True)
class Cloud:
    """Chance against loss, one mark each.

    Attributes:
        points: The points.

    Raises:
        DataError: No points, or a chance or loss that is not above zero.
    """

    points: tuple[Point, ...]

    def __post_init__(self) -> None:
        if not self.points:
            raise DataError("chance against loss: there is nothing to draw.")
        wrong = next((p for p in self.points if not (p.chance > 0 and p.loss > 0)), None)
        if wrong is not None:
            raise DataError(
                f"chance against loss: {wrong.name!r} has a chance or loss that is not above zero."
            )


@dataclass(frozen=True, slots=True)
class Box:
    """A step of a chain of steps.

    Attributes:
        key: What links call it by.
        name: What stands in it.
        under: A second line.
        column: Its column, 0 for the left one.
        marked: Whether it stands out.
    """

    key: str
    name: str
    under: str
    column: int
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """What goes from one step to another.

    Attributes:
        origin: Key of the step that it leaves.
        destination: Key of the step that it goes to.
        text: What goes, for the tooltip.
    """

    origin: str
    destination: str
    text: str


@dataclass(frozen=True, slots=True)
class Steps:
    """Steps in columns, each linked to those that it feeds.

    Attributes:
        boxes: The steps.
        links: What goes between them.

    Raises:
        DataError: No steps, a key twice, a column below zero, or a link to a step that is not there.
    """

    boxes: tuple[Box, ...]
    links: tuple[Link, ...]

    def __post_init__(self) -> None:
        keys = [b.key for b in self.boxes]
        if not keys or len(set(keys)) < len(keys) or min(b.column for b in self.boxes) < 0:
            raise DataError(
                "steps: there is nothing to draw, a key stands twice, or a column lies below zero."
            )
        lost = next((k for k in self.links if not {k.origin, k.destination} <= set(keys)), None)
        if lost is not None:
            raise DataError(f"steps: the link from {lost.origin!r} to {lost.destination!r} leads nowhere.")
