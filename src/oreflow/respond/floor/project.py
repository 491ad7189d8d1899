"""A project that a floor may finance: capacity, costs, time, and the hurdle it has to clear."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from numpy.typing import NDArray

from oreflow.atlas import World
from oreflow.errors import DataError, UsageError
from oreflow.respond.prices.process import PROJECTS, Seed
from oreflow.respond.prices.table import (
    Assumption,
    assumptions,
    hub_node,
    lookup,
    price_now,
    record,
    unit_of,
)
from oreflow.shock.ranges import Range

Floats = NDArray[np.float64]

DRAWN = ("capital", "operating", "wacc")
"""Numbers of a project that a draw takes from their ranges, in this order of its random numbers."""


@dataclass(frozen=True, slots=True)
class Project:
    """A plant to be built, restarted or kept.

    Attributes:
        name: Name in plain words.
        node: Market of its product, ``commodity@REGION``.
        unit: Unit of its product.
        capacity: unit/yr.
        capital: Capital to spend before the first unit, USD.
        operating: Cash cost a unit, what it buys included, USD/unit.
        wacc: Cost of capital, 1/yr, real.
        relief: What the floor takes off the cost of capital, 1/yr.
        tax: Tax on profit after straight-line depreciation; losses are not carried on.
        life: Years of output.
        build: Months from now to the first unit.
        ramp: Months from there to full output.
        use: Output over capacity.
        idle: Cost of standing still, as a share of the operating cost at full output.
        plant: Its key in the atlas; empty where it has none.
        notes: Parameter to its assumption, for the page.

    Raises:
        DataError: A number is missing, not finite or out of range.
    """

    name: str
    node: str
    unit: str
    capacity: float
    capital: Range
    operating: Range
    wacc: Range
    relief: float = 0.0
    tax: float = 0.25
    life: int = 20
    build: int = 24
    ramp: int = 12
    use: float = 0.9
    idle: float = 0.15
    plant: str = ""
    notes: Mapping[str, Assumption] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for key in DRAWN:
            r: Range = getattr(self, key)
            if not (all(map(math.isfinite, (r.low, r.value, r.high))) and 0 <= r.low <= r.value <= r.high):
                raise DataError(
                    f"project {self.name!r}: {key} is {r.low:g} to {r.high:g} around {r.value:g}; give finite "
                    "numbers of 0 or more, low to high."
                )
        for key, most in (
            ("relief", 0.2),
            ("tax", 1.0),
            ("use", 1.0),
            ("idle", 1.0),
            ("life", 60),
            ("build", 240),
            ("ramp", 240),
        ):
            value = getattr(self, key)
            if not (math.isfinite(value) and 0 <= value <= most):
                raise DataError(
                    f"project {self.name!r}: {key} is {value}; give a number between 0 and {most}."
                )
        if not (math.isfinite(self.capacity) and self.capacity > 0):
            raise DataError(f"project {self.name!r}: capacity is {self.capacity}; give a number above 0.")
        if self.operating.high <= 0:
            raise DataError(f"project {self.name!r}: it has no operating cost. Give one, USD/{self.unit}.")
        if self.life < 1:
            raise DataError(f"project {self.name!r}: life is {self.life} years; give at least 1.")

    @property
    def months(self) -> int:
        """Months from now to the end of its life."""
        return self.build + 12 * self.life

    def schedule(self) -> Floats:
        """Return what it can make in each month from now, shape (months,), unit/month."""
        out = np.zeros(self.months)
        full = self.capacity * self.use / 12.0
        made = np.arange(12 * self.life) + 1.0
        out[self.build :] = full * np.minimum(made / max(self.ramp, 1), 1.0) if self.ramp else full
        return out

    def draw(self, draws: int, *, seed: Seed = 1) -> Floats:
        """Draw capital, operating cost and cost of capital from their ranges.

        Args:
            draws: Number of draws.
            seed: Seed; draw i depends on it and i alone.

        Returns:
            Shape (3, draws), in the order of `DRAWN`.
        """
        out = np.empty((len(DRAWN), draws))
        for i in range(draws):
            u = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(PROJECTS, i))).random(
                len(DRAWN)
            )
            out[:, i] = [getattr(self, key).at(float(v)) for key, v in zip(DRAWN, u, strict=True)]
        return out


@cache
def _table() -> dict[tuple[str, ...], Assumption]:
    return assumptions("oreflow.respond.floor", "hurdles.csv", ("process", "parameter"))


def hurdles(process: str) -> dict[str, Assumption]:
    """Return the assumptions on projects of a process, those for any process where it has none of its own.

    Args:
        process: Process of the atlas.

    Returns:
        Parameter to its assumption.
    """
    rows = _table()
    general = {k[1]: v for k, v in rows.items() if k[0] == "any"}
    return {**general, **{k[1]: v for k, v in rows.items() if k[0] == process}}


def bought(world: World, process: str) -> float:
    """Return what the inputs of a process cost a unit of its main output at the prices of the base year, USD/unit.

    Raises:
        DataError: An input has no price.
    """
    flows = world["flows"]
    rows = flows[(flows["process"] == process) & (flows["role"] == "input")]
    return float(
        sum(c * price_now(world, k) for k, c in zip(rows["commodity"], rows["coefficient"], strict=True))
    )


def project_of(
    world: World, plant: str, *, capital: float | None = None, operating: float | None = None
) -> Project:
    """Return a plant of the atlas as a project: built anew, or restarted where it stands idle.

    Args:
        world: World.
        plant: Plant.
        capital: Capital in place of the table's, USD.
        operating: Cash cost in place of the atlas's, inputs included, USD/unit.

    Returns:
        The project.

    Raises:
        UnknownNameError: There is no such plant; carries the nearest.
        DataError: It has no cost or capacity, or nothing is known of its capital.
    """
    row = record(world["plants"], "plant", plant)
    process = str(row["process"])
    commodity = str(lookup(world["processes"], "process", "output")[process])
    unit = unit_of(world, commodity)
    known = hurdles(process)
    size = float(row["capacity"])
    if not size > 0:
        raise DataError(
            f"plants, {plant}: no capacity, so a project of it has no size. Lay one over it (--with)."
        )
    if operating is None and not math.isfinite(float(row["cost"])):
        raise DataError(
            f"plants, {plant}: no cost. Give --operating, USD/{unit}, or lay one over it (--with)."
        )
    if capital is None and "capital" not in known:
        have = sorted({k[0] for k in _table() if k[1] == "capital"})
        raise DataError(
            f"plants, {plant}: respond/floor/hurdles.csv knows no capital cost of {process!r} (it knows "
            f"{', '.join(have)}). Give --capital, USD."
        )
    idle = row["status"] == "idle"
    if capital is None:
        opening, each = known["opening"].range, known["capital"].range
        share = known["restart"].range if idle else Range(1.0, 1.0, 1.0)
        money = Range(
            *(
                getattr(share, e) * (getattr(opening, e) + size * getattr(each, e))
                for e in ("low", "value", "high")
            )
        )
    else:
        money = Range(capital, capital, capital)
    if operating is None:
        inputs = bought(world, process)
        spread = known["cost_spread"].range
        cash = float(row["cost"])
        cost = Range(*(cash * getattr(spread, e) + inputs for e in ("low", "value", "high")))
    else:
        cost = Range(operating, operating, operating)
    notes = dict(known)
    source = ";".join(dict.fromkeys([*str(row["source"]).split(";"), "oreflow"]))
    if capital is None:
        way = f"restarted at {share.low:.0%} to {share.high:.0%} of building it anew; " if idle else ""
        told = known["capital"]
        notes["capital"] = Assumption(money.value, money, "USD", told.source, told.quality, way + told.note)
    if operating is None:
        with_inputs = f" and {inputs:,.0f} USD/{unit} of what it buys" if inputs else ""
        text = f"cash cost of the atlas times {spread.low:g} to {spread.high:g}{with_inputs}"
        notes["operating"] = Assumption(cost.value, cost, f"USD/{unit}", source, str(row["quality"]), text)
    notes["capacity"] = Assumption(
        size,
        Range(size, size, size),
        f"{unit}/yr",
        source,
        str(row["quality"]),
        f"plant {plant} of the atlas",
    )
    return Project(
        name=str(row["name"]),
        node=hub_node(world, commodity),
        unit=unit,
        capacity=size,
        capital=money,
        operating=cost,
        wacc=known["wacc"].range,
        relief=known["relief"].value,
        tax=known["tax"].value,
        life=round(known["life"].value),
        build=round(known["restart_build" if idle else "build"].value),
        ramp=round(known["ramp"].value),
        use=known["use"].value,
        idle=known["idle"].value,
        plant=plant,
        notes=notes,
    )


def check_quantity(project: Project, quantity: float | None) -> None:
    """Refuse a floor on more than a project can make.

    Raises:
        UsageError: The quantity is above the capacity.
    """
    if quantity is not None and quantity > project.capacity * (1 + 1e-9):
        raise UsageError(
            f"the floor covers {quantity:,.0f} {project.unit} a year, but {project.name} can make "
            f"{project.capacity:,.0f}. Lower the quantity, or leave it out to cover all that is made."
        )
