"""The states of a reserve: every form at every place, with what it costs to bring there and what it counts for."""

from __future__ import annotations

from dataclasses import dataclass

from oreflow.atlas import World
from oreflow.respond.reserve.market import Markets
from oreflow.respond.reserve.spec import QUARTER, Form, Mineral, Place, Spec, freight

PARTS = 100.0
"""A scaled unit is this part of a quarter's use."""
MOST_YEARS = 2.0
"""Years of use that are held at most where the specification does not say."""


@dataclass(frozen=True)
class Held:
    """A form at a place: one state.

    Attributes:
        mineral: Mineral.
        form: Form.
        place: Place.
        anchor: Commodity whose use scales it and whose price values it.
        book: Base price of a unit, USD: what it counts in the budget.
        scale: Units in a scaled unit.
        way: Freight to the market, USD/unit.
        mass: Tonnes in a unit.
    """

    mineral: str
    form: Form
    place: Place
    anchor: str
    book: float
    scale: float
    way: float
    mass: float

    @property
    def name(self) -> str:
        """Name of the state."""
        return f"{self.mineral} {self.form.name} at {self.place.name}"

    @property
    def market(self) -> bool:
        """Whether it can be given to a market as it is."""
        return bool(self.form.commodity)


def holdings(world: World, spec: Spec, markets: Markets) -> tuple[Held, ...]:
    """Return the states of a reserve: every form at every place."""
    found = []
    mass = dict(
        zip(world.commodities["commodity"], world.commodities["freight_mass"].astype(float), strict=True)
    )
    for mineral in spec.minerals:
        for form in mineral.forms:
            anchor, made = _anchor(mineral, form)
            scale = markets.use(anchor) * QUARTER / PARTS
            book = markets.base_price(anchor) * (1.0 if form.commodity else form.feed_price * made)
            for place in spec.places:
                t = mass.get(form.commodity, 1.0) * form.mass
                way = freight(world, place.legs, (place.region, spec.region)) * t
                found.append(Held(mineral.name, form, place, anchor, book, scale, way, t))
    return tuple(found)


def _anchor(mineral: Mineral, form: Form) -> tuple[str, float]:
    """Commodity that a form is or becomes, and how much of it a unit makes."""
    if form.commodity:
        return form.commodity, 1.0
    forms = {f.name: f for f in mineral.forms}
    for r in mineral.refining:
        if r.source == form.name and forms[r.target].commodity:
            return forms[r.target].commodity, r.yield_
    return next(f.commodity for f in mineral.forms if f.commodity), 1.0


def most(markets: Markets, h: Held) -> float:
    """Return the most that is held of a form at a place, unit."""
    told = MOST_YEARS * markets.use(h.anchor) if h.form.most is None else h.form.most
    return max(min(told, h.place.space / h.mass), h.form.opening.get(h.place.name, 0.0))
