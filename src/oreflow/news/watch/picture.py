"""`Picture`: what a run shows, small enough to keep with every run and to compare with the next."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from oreflow.shock.calendar import month_of


@dataclass(frozen=True, slots=True)
class Price:
    """A price that events move.

    Attributes:
        commodity: Commodity.
        region: Where.
        unit: Unit that the price is for.
        mineral: Mineral that the commodity belongs to.
        hub: Whether this is where the commodity is priced.
        base: Price without events, USD/unit; it holds before the first month too.
        first: First month, ``YYYY-MM``.
        values: Price in each month from the first.
    """

    commodity: str
    region: str
    unit: str
    mineral: str
    hub: bool
    base: float
    first: str
    values: tuple[float, ...]

    @property
    def months(self) -> range:
        """Its months, counted from year 0."""
        start = int(month_of(self.first))
        return range(start, start + len(self.values))

    def at(self, month: int) -> float:
        """Return the price in a month, counted from year 0: one of its own, or one before them."""
        return self.values[month - self.months.start] if month in self.months else self.base


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Demand that nothing can meet.

    Attributes:
        demand: Row of the table of demands.
        unit: Unit of the amount.
        mineral: Mineral that it belongs to.
        amount: Amount over all months of its horizon.
    """

    demand: str
    unit: str
    mineral: str
    amount: float


@dataclass(frozen=True, slots=True)
class Told:
    """An event that the market was cleared under.

    Attributes:
        what: Type and target, the same for two beliefs about one thing.
        content: Everything that decides what it does.
        label: It in a few words.
        sentence: It in a sentence.
        articles: Titles of the articles that tell it.
        minerals: Minerals that it reaches.
    """

    what: str
    content: str
    label: str
    sentence: str
    articles: tuple[str, ...]
    minerals: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """What a run shows.

    Attributes:
        prices: Prices that moved off their base.
        shortfalls: Demands that are not met.
        events: The events.
        basis: Version of oreflow and of the world that it was made with.
    """

    prices: tuple[Price, ...] = ()
    shortfalls: tuple[Shortfall, ...] = ()
    events: tuple[Told, ...] = ()
    basis: str = ""

    def to_json(self) -> str:
        """Return it as JSON."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Picture:
        """Return what `to_json` wrote.

        Raises:
            ValueError, KeyError, TypeError: It is something else.
        """
        data = json.loads(text)
        return cls(
            prices=tuple(Price(**{**p, "values": tuple(p["values"])}) for p in data["prices"]),
            shortfalls=tuple(Shortfall(**s) for s in data["shortfalls"]),
            events=tuple(
                Told(**{**e, "articles": tuple(e["articles"]), "minerals": tuple(e["minerals"])})
                for e in data["events"]
            ),
            basis=str(data["basis"]),
        )
