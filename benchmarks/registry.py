"""The registry: every case by its name, and what running one gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from statistics import median


class NotInstalledError(Exception):
    """A case compares with a package that is not there."""


@dataclass(frozen=True)
class Measure:
    """Times of a case and of its peer, from the same run.

    Attributes:
        seconds: Wall times, s.
        peer: What it is held against; empty for nothing.
        against: Wall times of the peer, s.
        size: Size of what was worked on.
        note: What else was seen.
    """

    seconds: tuple[float, ...]
    peer: str = ""
    against: tuple[float, ...] = ()
    size: str = ""
    note: str = ""

    @property
    def median(self) -> float:
        """Median wall time, s."""
        return median(self.seconds)

    @property
    def ratio(self) -> float | None:
        """Median time of the peer over ours: how many times as fast ours is."""
        return median(self.against) / self.median if self.against else None


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
