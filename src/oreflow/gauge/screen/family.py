"""The family of a screen: every large supplier of every mineral, cut off one at a time.

A supplier is a country that either makes at least a share of the world's output of a commodity or sends at least that
share of what the focal region imports. Countries only: a region of the tables that stands for many countries ("Rest of
the world") is not cut off as one, and is listed among what was left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

import pandas as pd

from oreflow.atlas.world import World
from oreflow.errors import UnknownNameError, UsageError
from oreflow.gauge.concentration import joined, weakest
from oreflow.gauge.domestic import made_by_region
from oreflow.shock import Duration, Effect, Event, Scenario, Target
from oreflow.shock.target import BASE_YEAR

Mode = Literal["exports", "all-exports", "output"]
"""What stops: what a supplier ships to the focal region, what it ships to anybody, or what it makes."""
WORLD = "world"
"""Name of the focal region that is all of them."""
MINED, REFINED = "mined", "refined"
STAGES = {"mine": MINED, "concentrate": MINED, "refined": REFINED}
"""Stage of a commodity to the stage of a screen; components, cells and uses are not screened."""


@dataclass(frozen=True, slots=True)
class Supplier:
    """A country that supplies much of one commodity.

    Attributes:
        mineral: Mineral.
        commodity: Commodity.
        stage: ``mined`` or ``refined``.
        country: Region that supplies.
        output_share: Its share of the world's output, 0 to 1.
        import_share: Its share of what the focal region imports, 0 to 1; of all trade where the focus is the world.
        quantity: What stops, in the commodity's unit a year: its output, or its shipments.
        unit: Unit of the commodity.
        source: Source keys of the rows behind the shares, joined by ``;``.
        quality: Weakest quality among them.
    """

    mineral: str
    commodity: str
    stage: str
    country: str
    output_share: float
    import_share: float
    quantity: float
    unit: str
    source: str
    quality: str

    @property
    def share(self) -> float:
        """The larger of the two shares."""
        return max(self.output_share, self.import_share)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A large supplier that is not cut off.

    Attributes:
        commodity: Commodity.
        region: Region that supplies.
        share: The larger of its two shares, 0 to 1.
        reason: Why, in words.
    """

    commodity: str
    region: str
    share: float
    reason: str


def suppliers(
    world: World,
    *,
    region: str = "USA",
    minerals: tuple[str, ...] = (),
    share: float = 0.05,
    mode: Mode = "exports",
) -> tuple[tuple[Supplier, ...], tuple[LeftOut, ...]]:
    """Return every country that supplies at least a share of a commodity.

    Args:
        world: World.
        region: Focal region, or ``world``.
        minerals: Minerals screened; all of the world by default.
        share: Least share of the world's output, or of the focal region's imports.
        mode: ``exports``: what it ships to the focal region stops. ``all-exports``: what it ships to anybody.
            ``output``: what it makes is lost to the world.

    Returns:
        Suppliers in the order of the table of commodities, the largest share first within each; and large ones left
        out, each with its reason: not a country, the focal region itself, or nothing that could stop.

    Raises:
        UnknownNameError: The region, a mineral or the mode is unknown.
        UsageError: The share is out of range, or no supplier reaches it.
    """
    if mode not in get_args(Mode):
        raise UnknownNameError("mode", str(mode), get_args(Mode))
    if not 0 < share <= 1:
        raise UsageError(
            f"share is {share:g}; a supplier's share lies above 0 and at most at 1 (0.05 is 5 %)."
        )
    if region != WORLD and region not in set(world.regions["region"]):
        raise UnknownNameError("region", region, [*world.regions["region"], WORLD])
    known = screened(world)
    for mineral in minerals:
        if mineral not in known:
            raise UnknownNameError("mineral", mineral, known)
    countries = _countries(world)
    found: list[Supplier] = []
    left: list[LeftOut] = []
    table = world.commodities
    for commodity, mineral, stage in zip(table["commodity"], table["mineral"], table["stage"], strict=True):
        if stage not in STAGES or (minerals and mineral not in minerals):
            continue
        for supplier in _large(world, commodity, region, share, mode):
            reason = _reason(supplier, region, countries, mode)
            if reason:
                left.append(LeftOut(supplier.commodity, supplier.country, supplier.share, reason))
            else:
                found.append(supplier)
    if not found:
        of = f" of {', '.join(minerals)}" if minerals else ""
        largest = max((x.share for x in left), default=0.0)
        told = f" The largest left out has {largest:.1%}: {left[0].reason}." if left else ""
        raise UsageError(
            f"no supplier{of} has a share of {share:.3g} or more in the world's output or in the imports of "
            f"{region}.{told} Lower --share, or choose another --mode."
        )
    return tuple(found), tuple(left)


def scenario(
    supplier: Supplier, world: World, *, region: str, mode: Mode, start: str, months: int
) -> Scenario:
    """Return the scenario in which a supplier is cut off, with a length that everybody knows.

    Args:
        supplier: The supplier.
        world: World.
        region: Focal region, or ``world``.
        mode: As for `suppliers`.
        start: First month, ``YYYY-MM``.
        months: Length.

    Returns:
        One event: a ban on the shipments to the region or to everybody, or every plant of the country that makes the
        commodity, alone or beside others, stopped.
    """
    commodity, country = supplier.commodity, supplier.country
    to_all = mode == "all-exports" or region == WORLD
    if mode != "output":
        where = {"commodity": commodity, "origin": country}
        target = Target.of("trade", **(where if to_all else {**where, "destination": region}))
        type_, effect = "export_ban", Effect.of("ban")
    else:
        flows = world.flows
        makes = flows[(flows["commodity"] == commodity) & (flows["role"] == "output")]["process"]
        has = world.plants[(world.plants["region"] == country) & world.plants["process"].isin(makes)][
            "process"
        ]
        target = Target.of("plants", process=tuple(dict.fromkeys(has)), region=country)
        type_, effect = "halt", Effect.of("availability", 0.0)
    what = "output" if mode == "output" else "exports"
    to = f" to {region}" if mode == "exports" and not to_all else ""
    return Scenario(
        name=f"{commodity}_{country.lower()}_{mode.replace('-', '_')}",
        title=f"{country} stops all {what} of {commodity}{to} for {months} months",
        events=(
            Event(
                id="stop",
                type=type_,
                target=target,
                effect=effect,
                start=start,
                duration=Duration.fixed(float(months)),
            ),
        ),
    )


def screened(world: World) -> list[str]:
    """Return the minerals of a world that are mined or refined, in the order of the table of commodities."""
    table = world.commodities
    return list(dict.fromkeys(table.loc[table["stage"].isin(list(STAGES)), "mineral"]))


def _countries(world: World) -> set[str]:
    """Regions that are countries: their code is that of one of their members."""
    table = world.regions
    return {r for r, m in zip(table["region"], table["members"], strict=True) if r in str(m).split(";")}


def _large(world: World, commodity: str, region: str, share: float, mode: Mode) -> Iterator[Supplier]:
    """Suppliers of one commodity that reach the share, the largest first."""
    what = world.commodities.set_index("commodity").loc[commodity]
    made = made_by_region(world, commodity)
    made = made[made > 0]
    trade = world.trade
    trade = trade[(trade["commodity"] == commodity) & (trade["year"] == BASE_YEAR) & (trade["quantity"] > 0)]
    into = trade if region == WORLD else trade[trade["destination"] == region]
    sent = into.groupby("origin")["quantity"].sum()
    of_output = made / made.sum() if len(made) else made
    of_imports = sent / sent.sum() if len(sent) else sent
    both = pd.DataFrame({"output": of_output, "imports": of_imports}).fillna(0.0)
    both = both[both.max(axis=1) >= share]
    makers = world.flows[(world.flows["commodity"] == commodity) & (world.flows["role"] == "output")][
        "process"
    ]
    order = both.max(axis=1).sort_values(ascending=False, kind="stable").index
    for country in order:
        rows, stops = into[into["origin"] == country], sent
        if mode == "all-exports":
            rows = trade[trade["origin"] == country]
            stops = trade.groupby("origin")["quantity"].sum()
        elif mode == "output":
            plants = world.plants
            rows = plants[(plants["region"] == country) & plants["process"].isin(makers)]
            stops = made
        yield Supplier(
            mineral=str(what["mineral"]),
            commodity=commodity,
            stage=STAGES[str(what["stage"])],
            country=str(country),
            output_share=float(both.loc[country, "output"]),
            import_share=float(both.loc[country, "imports"]),
            quantity=float(stops.get(country, 0.0)),
            unit=str(what["unit"]),
            source=joined(rows["source"]),
            quality=weakest(rows["quality"]),
        )


def _reason(supplier: Supplier, region: str, countries: set[str], mode: Mode) -> str:
    """Why a large supplier is not cut off; empty where it is."""
    if supplier.country == region:
        return "it is the focal region"
    if supplier.country not in countries:
        return "it stands for many countries"
    if supplier.quantity > 0:
        return ""
    if mode == "output":
        return f"it made none in {BASE_YEAR}"
    return f"it sent none{'' if mode == 'all-exports' or region == WORLD else f' to {region}'} in {BASE_YEAR}"
