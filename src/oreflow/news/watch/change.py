"""`Change`: what moved between two pictures of the market, and the events behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass

from oreflow.news.drafts import NotModelled
from oreflow.news.watch.picture import Picture, Price, Shortfall, Told
from oreflow.shock.calendar import label

THRESHOLD = 0.005
"""Share by which a price or a shortfall must move to be told."""


@dataclass(frozen=True, slots=True)
class Cause:
    """An event that is behind a change.

    Attributes:
        kind: ``new``, ``changed`` (another belief about the same thing) or ``gone``.
        label: The event in a few words.
        sentence: The event in a sentence.
        articles: Titles of the articles that tell it.
        minerals: Minerals that it reaches.
    """

    kind: str
    label: str
    sentence: str
    articles: tuple[str, ...]
    minerals: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """A price that moved.

    Attributes:
        commodity: Commodity.
        region: Where.
        unit: ``USD/`` and the unit of the commodity.
        month: Month in which it moved most.
        before: Price in that month before.
        after: Price in that month now.
        relative: Change as a share.
        because: Labels of the events behind it.
    """

    commodity: str
    region: str
    unit: str
    month: str
    before: float
    after: float
    relative: float
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """A shortfall that moved.

    Attributes:
        demand: Demand that is not met.
        unit: Unit of the amounts.
        before: Amount over all months before.
        after: Amount now.
        because: Labels of the events behind it.
    """

    demand: str
    unit: str
    before: float
    after: float
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """What moved since the last run.

    Attributes:
        runs: Names of the runs, one for each part of the market that had to be cleared.
        first: Whether it is the first, compared with the market without events.
        threshold: Share from which moves are told.
        causes: Events that came, changed or went.
        moves: Prices, the largest move first: of each commodity where it is priced, and where it moved most.
        gaps: Shortfalls.
        left: What articles tell and the market cannot take, with the reason.
    """

    runs: tuple[str, ...]
    first: bool
    threshold: float
    causes: tuple[Cause, ...]
    moves: tuple[Move, ...]
    gaps: tuple[Gap, ...]
    left: tuple[NotModelled, ...]

    def to_dict(self) -> dict[str, object]:
        """As it is printed."""
        return asdict(self)


def compare(
    before: Picture | None,
    after: Picture,
    *,
    runs: Iterable[str] = (),
    left: Iterable[NotModelled] = (),
    threshold: float = THRESHOLD,
) -> Change:
    """Say what moved between two pictures.

    Prices are compared up to the month in which the first of them ends; before one begins it stands at its base.

    Args:
        before: The earlier picture; None for the market without events.
        after: The later one.
        runs: Names of the later runs.
        left: What could not be modelled.
        threshold: Share from which moves are told.

    Returns:
        The change.
    """
    old = before or Picture()
    causes = _causes(old.events, after.events)

    def because(mineral: str) -> tuple[str, ...]:
        """Those that reach the mineral themselves; where none does, all, since one market moves another."""
        direct = [c.label for c in causes if mineral in c.minerals]
        return tuple(dict.fromkeys(direct or [c.label for c in causes]))

    return Change(
        runs=tuple(runs),
        first=before is None,
        threshold=threshold,
        causes=causes,
        moves=tuple(_moves(old, after, threshold, because)),
        gaps=tuple(_gaps(old, after, threshold, because)),
        left=tuple(left),
    )


def _causes(old: Iterable[Told], new: Iterable[Told]) -> tuple[Cause, ...]:
    was, now = list(old), list(new)
    same = {t.content for t in was} & {t.content for t in now}
    out = []
    for t in now:
        if t.content not in same:
            out.append(_cause("changed" if any(w.what == t.what for w in was) else "new", t))
    out += [_cause("gone", t) for t in was if t.content not in same and all(n.what != t.what for n in now)]
    return tuple(out)


def _cause(kind: str, t: Told) -> Cause:
    return Cause(kind, t.label, t.sentence, t.articles, t.minerals)


def _moves(
    old: Picture, new: Picture, threshold: float, because: Callable[[str], tuple[str, ...]]
) -> list[Move]:
    was, now = ({(p.commodity, p.region): p for p in picture.prices} for picture in (old, new))
    by_commodity: dict[str, list[tuple[float, bool, Move]]] = {}
    for key in dict.fromkeys([*now, *was]):
        a, b = was.get(key), now.get(key)
        some = b or a
        assert some is not None
        x, y = _paths(a, b, some)
        relative = [after / before - 1.0 for before, after in zip(x, y, strict=True)]
        at = max(range(len(relative)), key=lambda i: abs(relative[i]))
        if abs(relative[at]) <= threshold:
            continue
        mean = sum(map(abs, relative)) / len(relative)
        first = min((p for p in (a, b) if p is not None), key=lambda p: p.months.start).first
        move = Move(
            *key, f"USD/{some.unit}", label(first, at), x[at], y[at], relative[at],
            because(some.mineral),
        )  # fmt: skip
        by_commodity.setdefault(some.commodity, []).append((mean, some.hub, move))
    out = []
    for found in by_commodity.values():
        hub = [(mean, m) for mean, is_hub, m in found if is_hub]
        out += [m for _, m in hub]
        # A duty lifts the price of one country while the world's hardly stirs. One month alone says little: far from
        # the hub a price may jump from step to step of a curve.
        mean, _, most = max(found, key=lambda f: f[0])
        if mean > max(threshold, 2 * sum(h for h, _ in hub)):
            out.append(most)
    return sorted(out, key=lambda m: -abs(m.relative))


def _paths(a: Price | None, b: Price | None, some: Price) -> tuple[list[float], list[float]]:
    """Prices before and after, in the months from where the first of them begins to where the first of them ends."""
    there = [p for p in (a, b) if p is not None]
    months = range(min(p.months.start for p in there), min(p.months.stop for p in there))
    x, y = ([p.at(m) if p is not None else some.base for m in months] for p in (a, b))
    return x, y


def _gaps(
    old: Picture, new: Picture, threshold: float, because: Callable[[str], tuple[str, ...]]
) -> list[Gap]:
    was, now = ({s.demand: s for s in picture.shortfalls} for picture in (old, new))
    out = []
    for demand in dict.fromkeys([*now, *was]):
        some: Shortfall = now.get(demand) or was[demand]
        x, y = (s[demand].amount if demand in s else 0.0 for s in (was, now))
        if abs(y - x) > threshold * max(x, y):
            out.append(Gap(demand, some.unit, x, y, because(some.mineral)))
    return sorted(out, key=lambda g: -max(g.before, g.after))
