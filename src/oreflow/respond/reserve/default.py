"""A specification from minerals alone: what the tables of the world say, and the rest as their assumptions say."""

from __future__ import annotations

from oreflow.atlas import World
from oreflow.errors import UnknownNameError, UsageError
from oreflow.respond.reserve.spec import Assumed, Form, Mineral, Place, Spec

HANDLING = 0.01
"""Share of the price that it costs to take in or to give out."""


def default(world: World, minerals: tuple[str, ...], *, region: str = "USA") -> Spec:
    """Return the specification of a reserve of some minerals at one place without limits of room.

    Every form of a mineral that the region uses as it is can be held, up to three by the worth of what is used. Storage
    costs what stocks of it cost in the table of stores, or else the mean of its other stores.

    Args:
        world: World.
        minerals: Minerals.
        region: Region it serves.

    Returns:
        The specification.

    Raises:
        UnknownNameError: A mineral or the region is unknown.
        UsageError: The region uses no form of a mineral as it is.
    """
    known = [m for m in dict.fromkeys(world.commodities["mineral"]) if m != "battery"]
    regions = list(world.regions["region"])
    if region not in regions:
        raise UnknownNameError("region", region, regions)
    told: list[Assumed] = []
    out = []
    for mineral in dict.fromkeys(minerals):
        if mineral not in known:
            raise UnknownNameError("mineral", mineral, known)
        mine = world.commodities[world.commodities["mineral"] == mineral]["commodity"].tolist()
        used = world.demands[world.demands["region"].eq(region) & world.demands["commodity"].isin(mine)]
        if not len(used):
            raise UsageError(
                f"{region} has no final demand for {mineral} in the world's tables; it needs no reserve of it."
            )
        # Ore is kept in the ground: what is held is refined, unless the region uses nothing else.
        stage = dict(zip(world.commodities["commodity"], world.commodities["stage"], strict=True))
        amount = used.groupby("commodity")["quantity"].sum().sort_values(ascending=False)
        refined = [c for c in amount.index if stage[c] == "refined"]
        forms = []
        for commodity in (refined or list(amount.index))[:2]:
            storage = _storage(world, str(commodity), region)
            name = str(commodity).removeprefix(f"{mineral}_")
            told.append(
                Assumed(
                    f"minerals.{mineral}.forms.{name}.storage", storage, storage / 2, storage * 2,
                    "USD/unit a year", "oreflow", "Holding cost of stocks (table stores), twelve months",
                )
            )  # fmt: skip
            price = _price(world, str(commodity))
            told.append(
                Assumed(
                    f"minerals.{mineral}.forms.{name}.handling", HANDLING * price, 0.3 * HANDLING * price,
                    3 * HANDLING * price, "USD/unit", "assumed", "1 % of the price each way: assay, lots, terms",
                )
            )  # fmt: skip
            forms.append(
                Form(name=name, commodity=str(commodity), storage=storage, handling=HANDLING * price)
            )
        out.append(Mineral(mineral, tuple(forms)))
    return Spec(
        name="-".join(m.name for m in out),
        region=region,
        minerals=tuple(out),
        places=(Place("store", region, legs=()),),
        assumptions=tuple(told),
    )


def _storage(world: World, commodity: str, region: str) -> float:
    stores = world.stores[world.stores["commodity"] == commodity]
    mine = stores[stores["region"] == region]
    chosen = mine if len(mine) else stores
    return 12.0 * float(chosen["holding_cost"].mean()) if len(chosen) else 0.0


def _price(world: World, commodity: str) -> float:
    """Price of 2025 at the hub, USD/unit."""
    hub = dict(zip(world.commodities["commodity"], world.commodities["price_hub"], strict=True))[commodity]
    table = world.prices
    mine = table[table["commodity"].eq(commodity) & table["region"].eq(hub)]
    return float(mine[mine["period"].astype(str).str.startswith("2025")]["value"].mean())
