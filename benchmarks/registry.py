"""The registry: every case by its name, and what running one gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from statistics import median


class NotInstalledError(Exception):
    """A case compares with a package that is not there."""


@dataclass(frozen=True)
class Asked:
    """A figure that is asked for, beside the one that was measured.

    Attributes:
        what: What is counted, in words that follow a number.
        measured: The figure.
        bound: What is asked for.
        least: Whether the figure must be at least that; at most otherwise.
    """

    what: str
    measured: float
    bound: float
    least: bool = False

    @property
    def reached(self) -> bool:
        """Whether the figure is what is asked for, or better."""
        return self.measured >= self.bound if self.least else self.measured <= self.bound

    def __str__(self) -> str:
        sign = "≥" if self.least else "≤"
        told = f"asked {sign} {number(self.bound)} {self.what}, measured {number(self.measured)}"
        return told if self.reached else f"{told}: {MISSED}"


MISSED = "not reached"


def number(value: float) -> str:
    """Return a number with three digits, none of them behind the point where it is large."""
    return f"{value:,.0f}" if abs(value) >= 99.5 else f"{value:.3g}"


@dataclass(frozen=True)
class Measure:
    """Times of a case and of its peer, or what else is counted of them, from the same run.

    Attributes:
        seconds: Wall times, s, or figures in another unit.
        peer: What it is held against; empty for nothing.
        against: Those of the peer.
        size: Size of what was worked on.
        note: What else was seen.
        asked: Figures that are asked for.
        unit: Unit of the figures.
    """

    seconds: tuple[float, ...]
    peer: str = ""
    against: tuple[float, ...] = ()
    size: str = ""
    note: str = ""
    asked: tuple[Asked, ...] = ()
    unit: str = "s"

    @property
    def median(self) -> float:
        """Median of ours."""
        return median(self.seconds)

    @property
    def ratio(self) -> float | None:
        """Median of the peer over ours: how many times as fast, or as small, ours is."""
        return median(self.against) / self.median if self.against else None

    def faster(self, times: float) -> Measure:
        """Return the measure with so many times the peer's speed asked of it, at least."""
        return self._with(Asked("times as fast", self.ratio or 0.0, times, least=True))

    def share(self, most: float, what: str) -> Measure:
        """Return the measure with so large a share of the peer's asked of it, at most."""
        return self._with(Asked(what, 1.0 / self.ratio if self.ratio else float("inf"), most))

    def within(self, most: float, what: str, measured: float) -> Measure:
        """Return the measure with another figure asked of it, at most."""
        return self._with(Asked(what, measured, most))

    def above(self, least: float, what: str, measured: float) -> Measure:
        """Return the measure with another figure asked of it, at least."""
        return self._with(Asked(what, measured, least, least=True))

    def _with(self, asked: Asked) -> Measure:
        return replace(self, asked=(*self.asked, asked))


@dataclass(frozen=True)
class Plan:
    """How much to run.

    Attributes:
        repeats: Times that each thing is done.
        draws: Draws of an ensemble.
    """

    repeats: int = 5
    draws: int = 50

    def at_most(self, repeats: int) -> int:
        """Return the repeats of something long."""
        return min(self.repeats, repeats)


QUICK = Plan(repeats=1, draws=8)
"""Enough to see that a case runs."""


@dataclass(frozen=True)
class Case:
    """One thing that is timed.

    Attributes:
        name: ``model/pattern/phase``.
        what: What is timed, in words.
        run: Does it.
        quick: Whether it takes little enough for a quick look.
    """

    name: str
    what: str
    run: Callable[[Plan], Measure]
    quick: bool


REGISTRY: dict[str, Case] = {}


def case(name: str, what: str, *, quick: bool = False) -> Callable[[Callable[[Plan], Measure]], None]:
    """Enter a function into the registry.

    Args:
        name: ``model/pattern/phase``; each once.
        what: What is timed, in words.
        quick: Whether ``--quick`` runs it.
    """

    def enter(run: Callable[[Plan], Measure]) -> None:
        if name in REGISTRY:
            raise ValueError(f"two cases are named {name!r}.")
        REGISTRY[name] = Case(name, what, run, quick)

    return enter


def chosen(only: tuple[str, ...] = (), *, quick: bool = False) -> Iterator[Case]:
    """Return cases in the order of the registry.

    Args:
        only: Names, parts of names between slashes, or patterns with ``*``; all where empty.
        quick: Leave the long ones out, unless they are named in full.
    """
    for c in REGISTRY.values():
        fits = not only or any(o in c.name.split("/") or fnmatch(c.name, o) for o in only)
        if fits and (not quick or c.quick or c.name in only):
            yield c
