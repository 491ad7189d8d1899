"""`Spec`: what an ensemble asks for, checked, in words, and with a hash of all that decides its results."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oreflow.atlas.schema import tables
from oreflow.errors import UnknownNameError, UsageError
from oreflow.market.settings import Settings
from oreflow.shock.ensemble.design import DESIGNS
from oreflow.shock.ranges import RANGED
from oreflow.shock.scenario import Scenario
from oreflow.shock.target import Target

if TYPE_CHECKING:
    from oreflow.atlas import World

KINDS = tables()["hazards"]["kind"].values
"""Kinds of hazards, as the table of hazards knows them."""
RATES = "rates"
"""Name among the ranges for the rates of the hazards, each kind within its own low and high end."""
RANGES = (*RANGED, RATES)
"""What a draw may choose within a range."""
YEAR = Settings(start="2026-01", periods=4, step="quarter", ahead=(3, 9))
"""Horizon where a spec names none: a year in quarters, agents looking one quarter and three more ahead."""
MOST_DRAWS = 10_000_000
MOST_SEED = 2**53

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_\-]{0,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandLaw:
    """How much of some demand there is, over the whole horizon and known from its start.

    Either log-normal around a level (`sigma`), or triangular between two ends (`low`, `high`) with its top at the
    level.

    Attributes:
        name: Name of the input, without ``demand_``.
        target: Demands that it moves.
        level: Multiple of the demand of the base: median of the log-normal, likeliest value of the triangular law.
        sigma: Log standard deviation.
        low: Low end of the triangular law.
        high: High end.

    Raises:
        UsageError: A number is out of range or not finite, neither or both laws are given, or the target is no demand.
    """

    name: str
    target: Target
    level: float = 1.0
    sigma: float | None = None
    low: float | None = None
    high: float | None = None

    def __post_init__(self) -> None:
        place = f"demand {self.name!r}"
        if not _NAME.fullmatch(self.name):
            raise UsageError(f"{place}: is not an identifier; use letters, digits, _ and -.")
        if self.target.kind != "demands":
            raise UsageError(f"{place}: moves {self.target.kind}; a law of demand needs a target of demands.")
        for key in ("level", "sigma", "low", "high"):
            value = getattr(self, key)
            if value is not None and not (math.isfinite(value) and value >= 0):
                raise UsageError(f"{place}: {key} is {value!r}; give a finite number of 0 or more.")
        if (self.sigma is None) == (self.low is None) or (self.low is None) != (self.high is None):
            raise UsageError(f"{place}: give sigma, or low and high.")
        if self.sigma is not None and self.sigma > 3:
            raise UsageError(f"{place}: sigma is {self.sigma:g}; give at most 3.")
        if self.low is not None and self.high is not None and not self.low <= self.level <= self.high:
            raise UsageError(
                f"{place}: the level {self.level:g} lies outside {self.low:g} to {self.high:g}; "
                "give the likeliest level between both ends."
            )

    def at(self, u: float) -> float:
        """Return the level below which a share of all draws lies.

        Args:
            u: Share, inside (0, 1).

        Returns:
            Multiple of the demand of the base.
        """
        from scipy.special import ndtri

        from oreflow.shock.ranges import Range

        if self.low is not None and self.high is not None:
            return Range(self.low, self.level, self.high).at(u)
        return float(self.level * math.exp((self.sigma or 0.0) * float(ndtri(u))))

    def to_dict(self) -> dict[str, Any]:
        """Return the form that spec files use."""
        numbers = {"sigma": self.sigma, "low": self.low, "high": self.high}
        out: dict[str, Any] = {"name": self.name, "target": self.target.to_dict()}
        out |= {k: v for k, v in numbers.items() if v is not None}
        return {**out, "level": self.level} if self.level != 1 else out


@dataclass(frozen=True, slots=True)
class HazardChoice:
    """Which hazards may come, and how much more often than the table says.

    Attributes:
        only: Kinds that may come; None for all, empty for none.
        scale: Kind to a multiple of its rates (for permits with a date, of their chance).

    Raises:
        UnknownNameError: There is no such kind.
        UsageError: A scale is negative, or no number.
    """

    only: tuple[str, ...] | None = None
    scale: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for kind in (*(self.only or ()), *self.scale):
            if kind not in KINDS:
                raise UnknownNameError("kind of hazard", kind, KINDS)
        for kind, scale in self.scale.items():
            if not (math.isfinite(scale) and scale >= 0):
                raise UsageError(
                    f"hazards: the scale of {kind} is {scale!r}; give a finite number of 0 or more."
                )

    def factor(self, kind: str) -> float:
        """Return what the rates of a kind are multiplied by, 0 where it may not come."""
        return 0.0 if self.only is not None and kind not in self.only else float(self.scale.get(kind, 1.0))

    def to_dict(self) -> dict[str, Any]:
        """Return the form that spec files use, empty for all as the table says."""
        out: dict[str, Any] = {} if self.only is None else {"only": list(self.only)}
        return {**out, "scale": dict(self.scale)} if self.scale else out


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """What an ensemble asks for.

    Attributes:
        name: Identifier.
        title: One line.
        scope: Minerals that are solved; empty for all.
        settings: Horizon and foresight.
        draws: Number of draws.
        seed: Seed.
        design: Key of `oreflow.shock.ensemble.design.DESIGNS`.
        scenario: Events that belong to every draw.
        hazards: What may happen by itself.
        demand: Laws of demand.
        ranges: What is drawn from its range, of `RANGES`.
        watch: Nodes ``commodity@REGION`` whose prices are kept; empty for the hubs of the scope.
        compare: Name of a policy to its events, which come on top of the scenario.

    Raises:
        UsageError: A number is out of range or not finite, or a name is given twice.
        UnknownNameError: A design, range or kind of hazard does not exist; carries the nearest.
        ScenarioError: A policy has an event of the scenario's id that is another.
    """

    name: str
    title: str = ""
    scope: tuple[str, ...] = ()
    settings: Settings = YEAR
    draws: int = 1000
    seed: int = 1
    design: str = "sobol"
    scenario: Scenario = field(default_factory=lambda: Scenario(""))
    hazards: HazardChoice = field(default_factory=HazardChoice)
    demand: tuple[DemandLaw, ...] = ()
    ranges: tuple[str, ...] = RANGES
    watch: tuple[str, ...] = ()
    compare: Mapping[str, Scenario] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise UsageError(f"ensemble {self.name!r}: is not an identifier; use letters, digits, _ and -.")
        if not 1 <= self.draws <= MOST_DRAWS:
            raise UsageError(
                f"an ensemble needs at least 1 draw and at most {MOST_DRAWS:,}, not {self.draws}."
            )
        if not 0 <= self.seed <= MOST_SEED:
            raise UsageError(f"seed {self.seed} is not a whole number from 0 to {MOST_SEED:,}.")
        if self.design not in DESIGNS:
            raise UnknownNameError("design", self.design, DESIGNS)
        for name in self.ranges:
            if name not in RANGES:
                raise UnknownNameError("range", name, RANGES)
        for what, names in (("range", self.ranges), ("law of demand", [d.name for d in self.demand])):
            twice = sorted({n for n in names if list(names).count(n) > 1})
            if twice:
                raise UsageError(f"the {what} {twice[0]!r} stands twice; keep one.")
        for node in self.watch:
            commodity, at, region = node.partition("@")
            if not (commodity and at and region):
                raise UsageError(f"watch: {node!r} is no node; write it as commodity@REGION.")
        for name, extra in self.compare.items():
            if not _NAME.fullmatch(name):
                raise UsageError(f"compare: {name!r} is not an identifier; use letters, digits, _ and -.")
            _ = self.scenario + extra  # raises where two different events share an id

    @classmethod
    def load(cls, path: str | Path, world: World | None = None) -> Spec:
        """Read a spec file.

        Args:
            path: YAML or JSON in UTF-8. Files that it names are sought beside it first.
            world: Checks the names in its scenarios where given.

        Returns:
            The spec.

        Raises:
            ReadError: The file is missing, empty, too large, or neither YAML nor JSON.
            SchemaError: It does not follow the schema, or a value is not possible; says line, place and the
                nearest valid key.
            UnknownNameError: A name is not known; carries the nearest.
            ScenarioError: Events that are not possible or contradict each other.
        """
        from oreflow.shock.document import read_text
        from oreflow.shock.ensemble.specfile import read

        text, name = read_text(path, "ensemble spec")
        return read(text, name, world=world, folder=Path(path).parent)

    @classmethod
    def loads(cls, text: str, world: World | None = None, *, where: str = "spec") -> Spec:
        """Read a spec from text.

        Args:
            text: YAML or JSON.
            world: Checks the names in its scenarios where given.
            where: Name of the text for messages.

        Returns:
            The spec.

        Raises:
            ReadError: The text is empty, too large, or neither YAML nor JSON.
            SchemaError: It does not follow the schema, or a value is not possible.
            UnknownNameError: A name is not known.
            ScenarioError: Events that are not possible or contradict each other.
        """
        from oreflow.shock.ensemble.specfile import read

        return read(text, where, world=world)

    def to_dict(self) -> dict[str, Any]:
        """Return the form that spec files use; scenarios stand in it with their events, so that it is whole."""
        s = self.settings
        horizon: dict[str, Any] = {"start": s.start, "months": s.periods * s.months, "step": s.step}
        if s.ahead:
            horizon["ahead"] = list(s.ahead)
        horizon |= {"foresight": s.foresight, "stride": s.stride, "later": s.later}
        out: dict[str, Any] = {"ensemble": self.name, "title": self.title, "scope": list(self.scope)}
        out |= {"horizon": horizon, "draws": self.draws, "seed": self.seed, "design": self.design}
        if self.scenario.events:
            out["scenario"] = [self.scenario.to_dict()]
        out |= {"hazards": self.hazards.to_dict(), "demand": [d.to_dict() for d in self.demand]}
        out |= {"ranges": list(self.ranges), "watch": list(self.watch)}
        if self.compare:
            out["compare"] = {name: [extra.to_dict()] for name, extra in self.compare.items()}
        return out

    @property
    def hash(self) -> str:
        """SHA-256 in hexadecimal of what decides the results of a draw.

        Names and titles are left out, and the number of draws, so that a run can be extended; a Latin hypercube is
        another one for another number of draws.
        """
        form = self.to_dict()
        for key in ("ensemble", "title", *(() if self.design == "latin" else ("draws",))):
            del form[key]
        form["scenario"] = self.scenario.hash
        form["compare"] = {name: extra.hash for name, extra in self.compare.items()}
        return hashlib.sha256(json.dumps(form, sort_keys=True).encode()).hexdigest()

    def sentences(self, world: World | None = None) -> list[str]:
        """Return what is asked for, in words.

        Args:
            world: Gives plants, regions and commodities their names.

        Returns:
            One sentence or more a part.
        """
        from oreflow.shock.ensemble.words import sentences

        return sentences(self, world)
