"""A number that knows its unit, where it comes from and how well it is known."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Literal, Self, get_args

import numpy as np
from numpy.typing import ArrayLike

from oreflow.errors import DataError, UnknownNameError
from oreflow.report import format as fmt

Quality = Literal["reported", "derived", "imputed", "assumed", "claimed", "modelled"]
"""How a figure is known: the four grades of the atlas, said by an article, or computed by the run."""

QUALITY: dict[str, str] = {
    "reported": "reported by the source",
    "derived": "derived from reported figures",
    "imputed": "imputed where no figure is reported",
    "assumed": "an assumption",
    "claimed": "claimed in an article, not verified",
    "modelled": "computed by this run",
}

_SLOT = re.compile(r"\{(\d*)\}")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its unit and provenance.

    Attributes:
        value: The number; none where it is not known.
        unit: Its unit in plain text, e.g. "t LCE/month"; "1" for a bare number; "%" for a percentage (12 is
            12 %).
        source: Keys of its sources joined by ";", or the run id for what the run computed.
        quality: How it is known.
        note: What a reader must know to use it; part of its footnote.
        low: Low end of its range (5 % of the draws unless the note says otherwise); none without a range.
        high: High end of its range.
        change: Whether it is a difference, written with its sign.
    """

    value: float | None
    unit: str
    source: str
    quality: Quality = "modelled"
    note: str = ""
    low: float | None = None
    high: float | None = None
    change: bool = False

    def __post_init__(self) -> None:
        if self.quality not in get_args(Quality):
            raise UnknownNameError("quality", self.quality, get_args(Quality), where="briefing figure")
        for name in ("value", "low", "high"):
            number = getattr(self, name)
            if number is not None and not math.isfinite(number):
                raise DataError(
                    f"briefing figure ({self.unit}, {self.source}): {name} is {number}. Give a number, or "
                    f"none where it is not known."
                )
        if (self.low is None) != (self.high is None):
            raise DataError(f"briefing figure ({self.unit}, {self.source}): a range needs both ends.")
        if not self.source:
            raise DataError(
                f"briefing figure {self.value} {self.unit}: no source. Name a source key or the run id."
            )

    @property
    def sources(self) -> tuple[str, ...]:
        """Source keys, one by one."""
        return tuple(k.strip() for k in self.source.split(";") if k.strip())

    @property
    def text(self) -> str:
        """The number with its unit as every face writes it; the range is not part of it."""
        return fmt.quantity(self.value, self.unit, sign=self.change)

    @property
    def range_text(self) -> str:
        """The range with its unit, empty when there is none."""
        if self.low is None or self.high is None or self.low == self.high:
            return ""
        return fmt.span(self.low, self.high, self.unit, sign=self.change)

    @property
    def detail(self) -> str:
        """One line for a tooltip: six digits, range, how it is known and whence."""
        full = fmt.quantity(self.value, self.unit, digits=6, sign=self.change)
        parts = [full if self.value is not None else "not known"]
        if self.low is not None and self.high is not None:
            parts.append(f"range {fmt.span(self.low, self.high, self.unit, digits=4, sign=self.change)}")
        parts.append(f"{QUALITY[self.quality]} ({self.source})")
        return "; ".join(parts) + (f". {self.note}" if self.note else "")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence whose numbers keep their provenance.

    Attributes:
        text: Words with a slot "{0}", "{1}" … for each number. Without figures there are no slots and the
            text is taken as it is.
        figures: The numbers that go into the slots.
    """

    text: str
    figures: tuple[Figure, ...] = ()

    def __post_init__(self) -> None:
        for slot in _SLOT.findall(self.text) if self.figures else ():
            if not slot or int(slot) >= len(self.figures):
                raise DataError(
                    f"briefing sentence {self.text!r}: slot {{{slot}}} has no figure; {len(self.figures)} given. "
                    f"Number the slots from 0."
                )

    @property
    def parts(self) -> tuple[str | Figure, ...]:
        """Words and figures in reading order."""
        if not self.figures:
            return (self.text,) if self.text else ()
        out: list[str | Figure] = []
        last = 0
        for match in _SLOT.finditer(self.text):
            out += [self.text[last : match.start()], self.figures[int(match[1])]]
            last = match.end()
        out.append(self.text[last:])
        return tuple(p for p in out if p != "")

    @property
    def plain(self) -> str:
        """The sentence as text, without footnotes."""
        return "".join(p if isinstance(p, str) else p.text for p in self.parts)


@dataclass(frozen=True, slots=True)
class Band:
    """A path by month with its spread over the draws.

    Attributes:
        months: Months as YYYY-MM.
        baseline: The path without the event.
        median: Median of the draws.
        q05: 5 % of the draws lie below.
        q25: 25 % of the draws lie below.
        q75: 75 % of the draws lie below.
        q95: 95 % of the draws lie below.
        unit: Unit of all of them.
        source: The run id.
        draws: Number of draws behind the quantiles.
    """

    months: tuple[str, ...]
    baseline: tuple[float, ...]
    median: tuple[float, ...]
    q05: tuple[float, ...]
    q25: tuple[float, ...]
    q75: tuple[float, ...]
    q95: tuple[float, ...]
    unit: str
    source: str
    draws: int

    def __post_init__(self) -> None:
        if not self.months:
            raise DataError(f"briefing path ({self.unit}): no months.")
        for name in ("baseline", "median", "q05", "q25", "q75", "q95"):
            path = getattr(self, name)
            if len(path) != len(self.months):
                raise DataError(
                    f"briefing path ({self.unit}): {name} has {len(path)} values for {len(self.months)} months."
                )
            if not all(math.isfinite(v) for v in path):
                raise DataError(f"briefing path ({self.unit}): {name} holds a value that is not a number.")
        ordered = np.array([self.q05, self.q25, self.median, self.q75, self.q95])
        slack = 1e-9 * (1.0 + np.abs(ordered).max())
        if (np.diff(ordered, axis=0) < -slack).any():
            raise DataError(f"briefing path ({self.unit}): the quantiles cross.")

    @classmethod
    def from_draws(
        cls, *, months: tuple[str, ...], baseline: ArrayLike, draws: ArrayLike, unit: str, source: str
    ) -> Self:
        """Return the band of sampled paths.

        Args:
            months: Months as YYYY-MM.
            baseline: Shape (months,), the path without the event.
            draws: Shape (draws, months), one sampled path a row.
            unit: Unit of the values.
            source: The run id.

        Returns:
            Quantiles by linear interpolation between order statistics.

        Raises:
            DataError: The shapes do not fit, there is no draw, or a value is not a number.
        """
        paths, base = np.asarray(draws, dtype=float), np.asarray(baseline, dtype=float)
        if paths.ndim != 2 or not len(paths) or paths.shape[1:] != base.shape:
            raise DataError(
                f"briefing path ({unit}): draws have shape {paths.shape}, the baseline {base.shape}; "
                f"needed are (draws, months) and (months,)."
            )
        q05, q25, q50, q75, q95 = np.quantile(paths, [0.05, 0.25, 0.5, 0.75, 0.95], axis=0).tolist()
        return cls(
            months=months,
            baseline=tuple(base.tolist()),
            median=tuple(q50),
            q05=tuple(q05),
            q25=tuple(q25),
            q75=tuple(q75),
            q95=tuple(q95),
            unit=unit,
            source=source,
            draws=len(paths),
        )


def spread(
    draws: ArrayLike,
    *,
    unit: str,
    source: str,
    note: str = "",
    change: bool = False,
    value: float | None = None,
) -> Figure:
    """Return the figure of a sampled number: its median with the 5 to 95 % range.

    Args:
        draws: Shape (draws,), the sampled numbers.
        unit: Their unit.
        source: The run id.
        note: What a reader must know.
        change: Whether it is a difference.
        value: Central value to show in place of the median.

    Returns:
        The figure.

    Raises:
        DataError: A draw is not a number.
    """
    low, middle, high = np.quantile(np.asarray(draws, dtype=float), [0.05, 0.5, 0.95]).tolist()
    return Figure(middle if value is None else value, unit, source, "modelled", note, low, high, change)
