"""What may happen by itself: the laws of the table ``hazards``, each at every target that it can hit.

A law reaches one plant, a part of all plants of a region together, or the exports of a region. Where a row of
``plants`` stands for all plants of a region, it counts as so many sites of like size (parameter ``aggregate_sites``):
a law of one plant hits it as many times as often and as much smaller, which leaves the mean loss as it is.

Nobody reckons with a hazard before it comes, except with the end of a permit, whose date is public.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from oreflow.atlas import World
from oreflow.errors import DataError
from oreflow.market import Base
from oreflow.shock.calendar import months_from
from oreflow.shock.duration import Duration
from oreflow.shock.effect import Effect
from oreflow.shock.ensemble.spec import HazardChoice
from oreflow.shock.ensemble.streams import name as stream_name
from oreflow.shock.event import Event
from oreflow.shock.impact import followers
from oreflow.shock.laws import law
from oreflow.shock.target import Target

EVENT_TYPE = {
    "outage": "smelter_outage",
    "accident": "accident",
    "strike": "strike",
    "weather": "weather",
    "conflict": "conflict",
    "power_cut": "power_cut",
    "permit": "permit_halt",
    "policy": "export_ban",
}
"""Kind of hazard to the type of the event that it makes."""


_COUNTED = 24
"""Months after its start in which what an event costs is counted."""


@dataclass(frozen=True, slots=True)
class Peril:
    """One law at one target.

    Attributes:
        law: Key in the table ``hazards``.
        kind: Kind of hazard.
        reach: ``plant``, ``region`` or ``exports``.
        target: What it hits: a plant, a region, or e.g. ``COD cobalt exports``.
        rows: Plants or trade rows that it hits.
        followers: Plants that may follow.
        rate: Events a year; 0 where it is tied to a date.
        low: Low end of the rate as a share of it.
        high: High end.
        loss: Smallest and largest share of the rows' output or trade that is lost.
        duration: Law of its length.
        recovery: Share of the loss that comes back in a month after the end; None at once.
        stream: Number of its random stream.
        start: Months from the start of the horizon at which a permit ends; NaN where it has a rate.
        chance: Chance that it happens then.
        event: Event that it makes where it is staged: exports, and permits with a date.
    """

    law: str
    kind: str
    reach: str
    target: str
    rows: tuple[str, ...]
    followers: tuple[str, ...]
    rate: float
    low: float
    high: float
    loss: tuple[float, float]
    duration: Duration
    recovery: float | None
    stream: int
    start: float = math.nan
    chance: float = math.nan
    event: Event | None = None

    @property
    def dated(self) -> bool:
        """Whether it is tied to a date."""
        return math.isfinite(self.start)

    @property
    def burden(self) -> float:
        """Share of the rows' output or exports that it is expected to cost in a year, within two years of its start."""
        if self.dated:
            return 0.0
        lost = float(self.duration.lost(0.0, _COUNTED, ramp=self.recovery).sum()) / 12
        return self.rate * (self.loss[0] + self.loss[1]) / 2 * lost


def perils(
    world: World,
    base: Base,
    choice: HazardChoice,
    *,
    start: str = "2026-01",
    months: int = 12,
    spared: Collection[str] = (),
) -> tuple[Peril, ...]:
    """Return the laws that apply, each at every target that it can hit.

    Args:
        world: World with its table of hazards.
        base: Calibrated market; only its plants that run and its trade rows are hit.
        choice: Which kinds apply, and how much more often.
        start: First month of the horizon.
        months: Its length.
        spared: Plants whose permit a scenario already speaks of.

    Returns:
        Perils in the order of the table. Those whose rate or chance is zero are left out.

    Raises:
        DataError: A row of the table cannot be read as a law.
        UnknownNameError: A row names a law of duration that does not exist.
    """
    scene = _Scene.of(world, base, start, months, frozenset(spared))
    out: list[Peril] = []
    for row in world["hazards"].to_dict("records"):
        factor = choice.factor(str(row["kind"]))
        if factor > 0:
            place = f"hazards, row {row['hazard']!r}"
            out += _compiled(scene, row, factor, law(world, str(row["law"]), where=place), place)
    return tuple(out)


@dataclass(frozen=True)
class _Scene:
    """Tables in the form that the laws select from.

    `plants` has the columns plant, region, process, process_kind, minerals (of what it makes), permit_state,
    permit_start (months, NaN for none in the horizon), sites; `trade` commodity, origin, row, mineral.
    """

    world: World
    plants: pd.DataFrame
    trade: pd.DataFrame
    blocs: dict[str, frozenset[str]]
    months: int
    start: str
    spared: frozenset[str]

    @classmethod
    def of(cls, world: World, base: Base, start: str, months: int, spared: frozenset[str]) -> _Scene:
        mineral = dict(zip(world.commodities["commodity"], world.commodities["mineral"], strict=True))
        flows = world.flows[world.flows["role"] == "output"]
        made: dict[str, frozenset[str]] = {
            str(p): frozenset(mineral[c] for c in group) for p, group in flows.groupby("process")["commodity"]
        }
        running = {p for p, q in zip(base.net.plants, base.balanced.plant_q, strict=True) if q > 0}
        plants = world.plants[world.plants["plant"].isin(running)]
        kind = dict(zip(world.processes["process"], world.processes["kind"], strict=True))
        sites = max(world.parameter("aggregate_sites"), 1.0) if plants["aggregate"].any() else 1.0
        plants = pd.DataFrame(
            {
                "plant": plants["plant"],
                "region": plants["region"],
                "process": plants["process"],
                "process_kind": plants["process"].map(kind),
                "minerals": plants["process"].map(lambda p: made.get(p, frozenset())),
                "permit_state": plants["permit_state"],
                "permit_start": [_within(start, months, d) for d in plants["permit_expiry"]],
                "sites": plants["aggregate"].map({True: sites, False: 1.0}),
            }
        )
        # Routes that may open count too: otherwise a ban would be left by the side door.
        rows = [
            (commodity, *ends.split(">"), route)
            for route in base.net.routes
            for commodity, _, ends in [route.partition(":")]
        ]
        trade = pd.DataFrame(rows, columns=["commodity", "origin", "destination", "row"])
        trade = trade[trade["origin"] != trade["destination"]]
        trade["mineral"] = trade["commodity"].map(mineral)
        blocs: dict[str, set[str]] = {}
        for region, text in zip(world.regions["region"], world.regions["blocs"], strict=True):
            for bloc in filter(None, text.split(";")):
                blocs.setdefault(bloc, set()).add(region)
        frozen = {bloc: frozenset(members) for bloc, members in blocs.items()}
        return cls(world, plants, trade, frozen, months, start, spared)

    def places(self, region: str) -> frozenset[str] | None:
        """Regions that a name stands for; None for all."""
        return self.blocs.get(region, frozenset({region})) if region else None


def _within(start: str, months: int, date: str) -> float:
    """Months to a date; NaN where there is none, or none within the horizon."""
    if not date:
        return math.nan
    at = months_from(start, date, where="plants, permit_expiry")
    return at if 0 <= at < months else math.nan


def _compiled(
    scene: _Scene, row: dict[Any, Any], factor: float, duration: Duration, place: str
) -> Iterator[Peril]:
    rate, chance = float(row["rate"]), float(row["chance"])
    if math.isnan(rate) == math.isnan(chance):
        raise DataError(f"{place}: give a rate, or for the end of a permit a chance, and not both.")
    loss = float(row["loss_low"]), float(row["loss_high"])
    if not 0 <= loss[0] <= loss[1] <= 1:
        raise DataError(f"{place}: the loss of {loss[0]:g} to {loss[1]:g} is no range of shares.")
    common: dict[str, Any] = {
        "law": str(row["hazard"]),
        "kind": str(row["kind"]),
        "reach": str(row["reach"]),
        "low": _share(row["rate_low"], rate),
        "high": _share(row["rate_high"], rate),
        "duration": duration,
        "recovery": None if math.isnan(float(row["recovery"])) else float(row["recovery"]),
    }
    if row["reach"] == "exports":
        yield from _exports(scene, row, rate * factor, loss, common)
        return
    plants = _plants(scene, row)
    if not math.isnan(chance):
        yield from _ends(scene, plants, min(chance * factor, 1.0), loss, common)
    elif rate * factor == 0:
        return
    elif row["reach"] == "region":
        for region, group in plants.groupby("region", sort=False):
            rows = tuple(group["plant"])
            yield _peril(scene, common, str(region), rows, rate=rate * factor, loss=loss)
    else:
        if row["permit_state"]:
            plants = plants[plants["permit_start"].isna()]  # those with a date are met there
        for plant, sites in zip(plants["plant"], plants["sites"], strict=True):
            smaller = loss[0] / sites, loss[1] / sites
            yield _peril(scene, common, plant, (plant,), rate=rate * factor * sites, loss=smaller)


def _share(end: float, rate: float) -> float:
    return float(end) / rate if rate > 0 and not math.isnan(float(end)) else 1.0


def _plants(scene: _Scene, row: dict[Any, Any]) -> pd.DataFrame:
    plants = scene.plants
    for key in ("process_kind", "process"):
        if row[key]:
            plants = plants[plants[key] == row[key]]
    places = scene.places(str(row["region"]))
    if places is not None:
        plants = plants[plants["region"].isin(places)]
    if row["mineral"]:
        plants = plants[[row["mineral"] in made for made in plants["minerals"]]]
    if row["permit_state"]:
        plants = plants[plants["permit_state"].isin(str(row["permit_state"]).split(";"))]
        plants = plants[~plants["plant"].isin(scene.spared)]
    return plants


def _peril(scene: _Scene, common: dict[str, Any], target: str, rows: tuple[str, ...], **more: Any) -> Peril:
    like: tuple[str, ...] = ()
    if common["duration"].p_contagion > 0 and common["reach"] != "exports":
        known = set(scene.plants["plant"])
        like = tuple(p for p in followers(scene.world, rows) if p in known)
    return Peril(
        **common, target=target, rows=rows, followers=like, stream=stream_name(common["law"], target), **more
    )


def _ends(
    scene: _Scene,
    plants: pd.DataFrame,
    chance: float,
    loss: tuple[float, float],
    common: dict[str, Any],
) -> Iterator[Peril]:
    """Permits that end within the horizon, which everybody can know."""
    dated = plants[plants["permit_start"].notna()]
    expiry = dict(zip(scene.world.plants["plant"], scene.world.plants["permit_expiry"], strict=True))
    for plant, at in zip(dated["plant"], dated["permit_start"], strict=True):
        event = Event(
            id=_id(common["law"], plant),
            type=EVENT_TYPE[common["kind"]],
            target=Target.of("plants", name=plant),
            effect=Effect.of("availability", (1 - loss[1], 1 - loss[0])),
            start=expiry[plant],
            duration=common["duration"],
            recovery=common["recovery"],
            expected=True,
            certainty=chance,
        )
        yield _peril(
            scene, common, plant, (plant,), rate=0.0, loss=loss, start=at, chance=chance, event=event
        )


def _exports(
    scene: _Scene, row: dict[Any, Any], rate: float, loss: tuple[float, float], common: dict[str, Any]
) -> Iterator[Peril]:
    trade = scene.trade
    if row["mineral"]:
        trade = trade[trade["mineral"] == row["mineral"]]
    places = scene.places(str(row["region"]))
    if places is not None:
        trade = trade[trade["origin"].isin(places)]
    if rate == 0:
        return
    for origin, group in trade.groupby("origin", sort=False):
        target = f"{origin} {row['mineral']} exports" if row["mineral"] else f"{origin} exports"
        event = Event(
            id=_id(common["law"], str(origin)),
            type=EVENT_TYPE[common["kind"]],
            target=Target.of("trade", commodity=sorted(set(group["commodity"])), origin=str(origin)),
            effect=Effect.of("limit", (1 - loss[1], 1 - loss[0])),
            start=scene.start,
            duration=common["duration"],
        )
        yield _peril(scene, common, target, tuple(group["row"]), rate=rate, loss=loss, event=event)


def _id(*parts: str) -> str:
    """An id of an event that no scenario of people has."""
    return f"hazard-{stream_name(*parts):016x}"
