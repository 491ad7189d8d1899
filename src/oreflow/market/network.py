"""`Network`: the world of one scope as arrays, before anything is balanced or priced."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from oreflow.atlas import World
from oreflow.errors import DataError, UnknownNameError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BATTERY_MINERALS = ("lithium", "cobalt", "nickel", "graphite", "manganese", "phosphate")
"""Minerals whose shocks reach the cells, so that cathodes, cells and uses are solved with them."""


@dataclass(frozen=True)
class Network:
    """Names and arrays of one scope. Quantities are per year, lengths follow the name lists.

    Attributes:
        scope: Minerals solved.
        nodes: ``commodity@REGION``; `node_commodity` and `node_region` hold its parts.
        hub_price: Reported 2025 price of the node's commodity at its hub, USD/unit; `is_hub` marks the hub.
        plants: Plant keys. `plant_entries` is (plant, node, coefficient): made positive, used negative, per unit
            of main output. `plant_outside` is the worth at hub prices of what it makes and uses outside the
            scope, USD/unit of main output; `plant_sold_outside` counts only what it makes.
        mixes: ``use@REGION:cell``, from a cell node to a use node.
        routes: ``commodity:ORIGIN>DESTINATION``; `route_new` marks routes without an observed flow.
        demands: Final demand, and the use by plants outside the scope.
        stores: Stocks. `store_working` marks the working stock of an importer that has no other.
        plant_floor: Floor price that a policy guarantees, USD/unit; minus infinity where none.
        contract_plant: Plant of each binding offtake; `contract_route` carries it, `contract_q` is unit/yr.
    """

    scope: tuple[str, ...]
    nodes: list[str]
    node_commodity: list[str]
    node_region: list[str]
    hub_price: Floats
    is_hub: NDArray[np.bool_]
    plants: list[str]
    plant_process: list[str]
    plant_region: list[str]
    plant_kind: list[str]
    plant_main: Ints
    plant_q: Floats
    plant_sigma: Floats
    plant_cap: Floats
    plant_cost: Floats
    plant_es: Floats
    plant_ramp: Floats
    plant_min: Floats
    plant_outside: Floats
    plant_sold_outside: Floats
    entry_plant: Ints
    entry_node: Ints
    entry_coef: Floats
    mixes: list[str]
    mix_from: Ints
    mix_to: Ints
    mix_share: Floats
    mix_q: Floats
    mix_sigma: Floats
    mix_ceiling: Floats
    mix_ramp: Floats
    mix_switch: Floats
    routes: list[str]
    route_from: Ints
    route_to: Ints
    route_q: Floats
    route_sigma: Floats
    route_freight: Floats
    route_lag: Floats
    route_new: NDArray[np.bool_]
    demands: list[str]
    demand_use: list[str]
    demand_node: Ints
    demand_q: Floats
    demand_sigma: Floats
    demand_ed: Floats
    stores: list[str]
    store_node: Ints
    store_working: NDArray[np.bool_]
    store_reserve: NDArray[np.bool_]
    store_s0: Floats
    store_cap: Floats
    store_in: Floats
    store_out: Floats
    store_hold: Floats
    store_loss: Floats
    plant_floor: Floats
    contract_plant: Ints
    contract_route: Ints
    contract_q: Floats
    parameters: dict[str, float] = field(repr=False)

    @cached_property
    def rows(self) -> dict[str, dict[str, int]]:
        """Table of a change to the place of each of its rows."""
        tables = {
            "plants": self.plants,
            "trade": self.routes,
            "demands": self.demands,
            "stores": self.stores,
            "mixes": self.mixes,
        }
        return {table: {name: i for i, name in enumerate(names)} for table, names in tables.items()}

    @cached_property
    def usual(self) -> dict[str, Floats]:
        """What can be believed of rows, and its value where nothing is said."""
        plants, routes, demands, stores = (
            np.ones(len(names)) for names in (self.plants, self.routes, self.demands, self.stores)
        )
        return {
            "availability": plants,
            "capacity": plants,
            "plant_cost": 0.0 * plants,
            "limit": np.inf * routes,
            "tariff": 0.0 * routes,
            "route_cost": 0.0 * routes,
            "demand": demands,
            "draw": 0.0 * stores,
            "fill": 0.0 * stores,
            "cover": stores,
            "ceiling": self.mix_ceiling,
            "mix_ramp": self.mix_ramp,
        }

    @property
    def supply_elasticity(self) -> Floats:
        """Elasticity of each plant's supply at the news and in the long run, that of conversion where none is known."""
        return np.where(np.isfinite(self.plant_es), self.plant_es, self.parameter("conversion_es"))

    def parameter(self, name: str) -> float:
        """Return an assumption of the world, in the unit that its table states."""
        if name not in self.parameters:
            raise UnknownNameError("parameter", name, self.parameters, where="table parameters")
        return self.parameters[name]


def scope_of(world: World, minerals: tuple[str, ...] | None) -> tuple[str, ...]:
    """Return the minerals that are solved together.

    Args:
        world: World.
        minerals: Minerals in question; None for all of the world.

    Returns:
        The minerals, and ``battery`` where one of them goes into cells.

    Raises:
        UnknownNameError: A mineral is not in the world.
    """
    known = list(dict.fromkeys(world["commodities"]["mineral"]))
    if not minerals:
        return tuple(known)
    for m in minerals:
        if m not in known:
            raise UnknownNameError("mineral", m, known)
    chosen = list(dict.fromkeys(minerals))
    if "battery" in known and "battery" not in chosen and any(m in BATTERY_MINERALS for m in chosen):
        chosen.append("battery")
    return tuple(chosen)


def build(world: World, *, scope: tuple[str, ...] | None = None) -> Network:
    """Lay out the world of a scope as arrays.

    Args:
        world: World.
        scope: Minerals in question; None for all.

    Returns:
        The network. Every reference between tables is resolved.

    Raises:
        UnknownNameError: A row refers to something that is not in the world.
        DataError: A commodity of the scope has no price at its hub, or a trade row has no route.
    """
    minerals = scope_of(world, scope)
    sigma = {q: _parameter(world, f"sigma_{q}") for q in ("reported", "derived", "imputed", "assumed")}
    commodities = world["commodities"].set_index("commodity")
    inside = set(commodities.index[commodities["mineral"].isin(minerals)])
    price, hub = _hub_prices(world)
    for c in inside:
        if c not in price:
            raise DataError(
                f"prices: no 2025 price for {c!r} at its hub {hub.get(c, '?')!r}. Add a row with period 2025."
            )

    flows = world["flows"]
    plants = world["plants"].merge(world["processes"], on="process", how="left", suffixes=("", "_process"))
    _must(
        "process",
        plants["process"][plants["output_process" if "output_process" in plants else "kind"].isna()],
        world,
    )
    plants = plants[plants["status"].isin(["operating", "idle"])]
    makes = flows[(flows["role"] == "output") & flows["commodity"].isin(inside)]
    in_scope = plants["process"].isin(makes["process"]).to_numpy()  # joint plants come whole
    entries = plants[["plant", "process", "region", "output"]].merge(
        flows[["process", "commodity", "role", "coefficient"]], on="process", how="left"
    )
    entries["coefficient"] = np.where(entries["role"] == "input", -1.0, 1.0) * entries["coefficient"]
    entries["inside"] = entries["commodity"].isin(inside)
    scoped = set(plants["plant"].to_numpy()[in_scope])
    entries["active"] = entries["plant"].isin(scoped)

    demands = world["demands"]
    demands = demands[demands["commodity"].isin(inside)].copy()
    mixes = world["mixes"]
    mixes = mixes[mixes["use"].isin(inside) & mixes["cell"].isin(inside)].copy()
    trade = world["trade"]
    trade = trade[trade["commodity"].isin(inside) & (trade["year"] == 2025) & (trade["quantity"] > 0)].copy()
    stores = world["stores"]
    stores = stores[stores["commodity"].isin(inside)].copy()

    # What plants outside the scope use of its commodities is a demand at its base amount.
    fixed = entries[~entries["active"] & entries["inside"] & (entries["output"] > 0)].copy()
    fixed["quantity"] = -fixed["coefficient"] * fixed["output"]
    used = fixed.groupby(["commodity", "region", "process"], as_index=False)["quantity"].sum()

    active = entries[entries["active"] & entries["inside"]]
    pairs = pd.concat(
        [
            active[["commodity", "region"]],
            demands[["commodity", "region"]],
            used[["commodity", "region"]],
            mixes[["use", "region"]].rename(columns={"use": "commodity"}),
            mixes[["cell", "region"]].rename(columns={"cell": "commodity"}),
            trade[["commodity", "origin"]].rename(columns={"origin": "region"}),
            trade[["commodity", "destination"]].rename(columns={"destination": "region"}),
        ]
    ).drop_duplicates()
    order = {c: i for i, c in enumerate(commodities.index)}
    pairs = pairs.assign(order=pairs["commodity"].map(order)).sort_values(["order", "region"])
    names = (pairs["commodity"] + "@" + pairs["region"]).tolist()
    at = {n: i for i, n in enumerate(names)}

    def node(commodity: pd.Series, region: pd.Series) -> Ints:
        return np.array([at[n] for n in commodity + "@" + region], dtype=np.int64)

    p = plants[in_scope].reset_index(drop=True)
    plant_at = {n: i for i, n in enumerate(p["plant"])}
    # The first output inside the scope names the plant's node; a plant is anchored on all that it sells.
    first = makes.drop_duplicates("process").set_index("process")["commodity"]
    outside = entries[entries["active"] & ~entries["inside"] & entries["commodity"].notna()]
    outside_value = outside["coefficient"].to_numpy() * outside["commodity"].map(price).fillna(0.0).to_numpy()
    outside_plant = outside["plant"].map(plant_at).to_numpy(dtype=np.int64)
    worth = np.bincount(outside_plant, weights=outside_value, minlength=len(p))
    sold_outside = np.bincount(outside_plant, weights=np.maximum(outside_value, 0.0), minlength=len(p))
    ed_fixed = _parameter(world, "ed_outside")
    all_demands = pd.concat(
        [
            demands.assign(sigma=demands["quality"].map(sigma)),
            pd.DataFrame(
                {
                    "demand": used["process"] + "@" + used["region"] + ":" + used["commodity"],
                    "commodity": used["commodity"],
                    "region": used["region"],
                    "use": used["process"],
                    "quantity": used["quantity"],
                    "ed_low": ed_fixed,
                    "ed_high": ed_fixed,
                    "sigma": sigma["derived"],
                }
            ),
        ],
        ignore_index=True,
    )
    use_total = demands.groupby(["commodity", "region"])["quantity"].sum()
    mix_total = np.array(
        [float(use_total.get((u, r), 0.0)) for u, r in zip(mixes["use"], mixes["region"], strict=True)]
    )

    t = _with_routes(trade.assign(new=False), world, commodities, inside)
    s = stores[stores["commodity"].str.cat(stores["region"], sep="@").isin(at)]
    s = pd.concat([s.assign(working=False), _working_stocks(world, t, s, price)], ignore_index=True)

    routes = (t["commodity"] + ":" + t["origin"] + ">" + t["destination"]).tolist()
    route_at = {name: i for i, name in enumerate(routes)}
    contracts = _contracts(world, p.assign(main=p["process"].map(first)), route_at)
    hubs = np.array([hub[c] == r for c, r in zip(pairs["commodity"], pairs["region"], strict=True)])
    return Network(
        scope=minerals,
        nodes=names,
        node_commodity=pairs["commodity"].tolist(),
        node_region=pairs["region"].tolist(),
        hub_price=_floats(pairs["commodity"].map(price)),
        is_hub=hubs,
        plants=p["plant"].tolist(),
        plant_process=p["process"].tolist(),
        plant_region=p["region"].tolist(),
        plant_kind=p["kind"].tolist(),
        plant_main=node(p["process"].map(first), p["region"]),
        plant_q=p["output"].to_numpy(),
        plant_sigma=_floats(p["quality"].map(sigma)),
        plant_cap=p["capacity"].to_numpy(),
        plant_cost=p["cost"].to_numpy(),
        plant_es=np.stack([p["es_low"], p["es_high"]], axis=1).astype(float),
        plant_ramp=p["ramp"].to_numpy(dtype=float),
        plant_min=p["min_run"].to_numpy(dtype=float),
        plant_outside=worth.astype(float),
        plant_sold_outside=sold_outside.astype(float),
        entry_plant=active["plant"].map(plant_at).to_numpy(dtype=np.int64),
        entry_node=node(active["commodity"], active["region"]),
        entry_coef=active["coefficient"].to_numpy(),
        mixes=(mixes["use"] + "@" + mixes["region"] + ":" + mixes["cell"]).tolist(),
        mix_from=node(mixes["cell"], mixes["region"]),
        mix_to=node(mixes["use"], mixes["region"]),
        mix_share=mixes["share"].to_numpy(),
        mix_q=mixes["share"].to_numpy() * mix_total,
        mix_sigma=_floats(mixes["quality"].map(sigma)),
        mix_ceiling=mixes["ceiling"].to_numpy(),
        mix_ramp=mixes["ramp"].to_numpy(),
        mix_switch=mixes["switch_cost"].to_numpy() * 1e6,  # USD/kWh to USD/GWh
        routes=routes,
        route_from=node(t["commodity"], t["origin"]),
        route_to=node(t["commodity"], t["destination"]),
        route_q=t["quantity"].to_numpy(),
        route_sigma=_floats(t["quality"].map(sigma)),
        route_freight=t["cost"].to_numpy(),
        route_lag=t["lag"].to_numpy(),
        route_new=t["new"].to_numpy(dtype=bool),
        demands=all_demands["demand"].tolist(),
        demand_use=all_demands["use"].tolist(),
        demand_node=node(all_demands["commodity"], all_demands["region"]),
        demand_q=all_demands["quantity"].to_numpy(),
        demand_sigma=all_demands["sigma"].to_numpy(dtype=float),
        demand_ed=np.stack([all_demands["ed_low"], all_demands["ed_high"]], axis=1).astype(float),
        stores=s["store"].tolist(),
        store_node=node(s["commodity"], s["region"]),
        store_working=s["working"].to_numpy(dtype=bool),
        store_reserve=(s["kind"] == "reserve").to_numpy(),
        store_s0=s["opening"].to_numpy(),
        store_cap=s["capacity"].to_numpy(),
        store_in=s["rate_in"].to_numpy(),
        store_out=s["rate_out"].to_numpy(),
        store_hold=s["holding_cost"].to_numpy(),
        store_loss=s["loss"].fillna(0.0).to_numpy(),
        plant_floor=_floors(world, p["process"].map(first), p["region"]),
        contract_plant=contracts["plant"].map(plant_at).to_numpy(dtype=np.int64),
        contract_route=contracts["route"].map(route_at).to_numpy(dtype=np.int64),
        contract_q=contracts["quantity"].to_numpy(dtype=float),
        parameters=dict(zip(world["parameters"]["parameter"], world["parameters"]["value"], strict=True)),
    )


def _floats(values: pd.Series) -> Floats:
    return np.asarray(values, dtype=np.float64)


def _parameter(world: World, name: str) -> float:
    return world.parameter(name)


def _must(kind: str, missing: pd.Series, world: World) -> None:
    for name in missing:
        raise UnknownNameError(kind, str(name), world["processes"]["process"], where="table plants")


def _hub_prices(world: World) -> tuple[dict[str, float], dict[str, str]]:
    hub = dict(zip(world["commodities"]["commodity"], world["commodities"]["price_hub"], strict=True))
    rows = world["prices"]
    rows = rows[rows["period"] == "2025"]
    price = {
        c: float(v)
        for c, r, v in zip(rows["commodity"], rows["region"], rows["value"], strict=True)
        if hub.get(c) == r
    }
    return price, hub


def _with_routes(
    trade: pd.DataFrame, world: World, commodities: pd.DataFrame, inside: set[str]
) -> pd.DataFrame:
    """Return observed and possible flows with cost (USD/unit), lag (months) and whether they are new."""
    routes = world["routes"].sort_values("freight").drop_duplicates(["origin", "destination"])
    known = set(zip(routes["origin"], routes["destination"], strict=True))
    missing = [
        f"{c}:{o}>{d}"
        for c, o, d in zip(trade["commodity"], trade["origin"], trade["destination"], strict=True)
        if (o, d) not in known
    ]
    if missing:
        raise DataError(
            f"routes: {len(missing)} trade rows have no route, the first is {missing[0]}. Add origin and destination."
        )
    new = _new_pairs(trade, world.parameter("new_route_share"), known)
    both = pd.concat([trade, new], ignore_index=True) if len(new) else trade
    both = both.merge(
        routes[["origin", "destination", "freight", "lag"]], on=["origin", "destination"], how="left"
    )
    both["cost"] = both["freight"] * both["commodity"].map(commodities["freight_mass"]).to_numpy(dtype=float)
    return both


def _new_pairs(trade: pd.DataFrame, least: float, known: set[tuple[str, str]]) -> pd.DataFrame:
    """Routes not yet used between large exporters and large importers of a commodity."""
    rows = []
    for commodity, flows in trade.groupby("commodity", sort=False):
        out = flows.groupby("origin")["quantity"].sum()
        into = flows.groupby("destination")["quantity"].sum()
        used = set(zip(flows["origin"], flows["destination"], strict=True))
        for o in out.index[out >= least * out.sum()]:
            for d in into.index[into >= least * into.sum()]:
                if o != d and (o, d) not in used and (o, d) in known:
                    rows.append((commodity, o, d))
    frame = pd.DataFrame(rows, columns=["commodity", "origin", "destination"])
    return frame.assign(year=2025, quantity=0.0, quality="assumed", new=True)


def _working_stocks(
    world: World, trade: pd.DataFrame, stores: pd.DataFrame, price: dict[str, float]
) -> pd.DataFrame:
    """Stocks of importers that the world lists none for: some days of what they import, so that a ship may be late."""
    into = trade.groupby(["commodity", "destination"], as_index=False)["quantity"].sum()
    have = set(zip(stores["commodity"], stores["region"], strict=True))
    lacks = [(c, d) not in have for c, d in zip(into["commodity"], into["destination"], strict=True)]
    into = into[np.array(lacks, dtype=bool) & (into["quantity"] > 0).to_numpy()]
    share = world.parameter("stock_holding_share")
    return pd.DataFrame(
        {
            "store": "working:" + into["commodity"] + "@" + into["destination"],
            "commodity": into["commodity"],
            "region": into["destination"],
            "kind": "commercial",
            "opening": into["quantity"] * world.parameter("working_stock_days") / 365.0,
            "capacity": np.nan,
            "rate_in": np.nan,
            "rate_out": np.nan,
            "holding_cost": into["commodity"].map(price).astype(float) * share,
            "loss": 0.0,
            "working": True,
        }
    )


def _contracts(world: World, plants: pd.DataFrame, route_at: dict[str, int]) -> pd.DataFrame:
    """Binding offtakes with the route that carries them; what is used where it is made needs no route."""
    rows = world["offtakes"]
    rows = rows[rows["binding"].astype(bool)].merge(
        plants[["plant", "main", "region"]], on="plant", how="inner", suffixes=("", "_plant")
    )
    rows = rows.assign(route=rows["main"] + ":" + rows["region"] + ">" + rows["destination"])
    return rows[rows["route"].isin(route_at)].reset_index(drop=True)


def _floors(world: World, commodity: pd.Series, region: pd.Series) -> Floats:
    """Floor price of each plant, USD/unit; minus infinity where there is none."""
    rows = world["policies"]
    rows = rows[(rows["kind"] == "floor") & (rows["state"] == "base")]
    floor = np.full(len(commodity), -np.inf)
    for c, origin, value in zip(rows["commodity"], rows["origin"], rows["value"], strict=True):
        hit = ((commodity == c) & ((origin == "") | (region == origin))).to_numpy()
        floor[hit] = np.maximum(floor[hit], float(value))
    return floor
