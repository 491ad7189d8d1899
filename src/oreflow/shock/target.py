"""What an event hits: a selection that expands to rows of a world."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from oreflow.atlas import World
from oreflow.errors import ScenarioError, UnknownNameError
from oreflow.once import once

Kind = Literal["plants", "trade", "policy", "passage", "demands", "stores", "mixes"]

KEYS: dict[str, tuple[str, ...]] = {
    "plants": ("name", "process", "region", "commodity", "firm"),
    "trade": ("commodity", "origin", "destination"),
    "policy": ("name",),
    "passage": ("name",),
    "demands": ("name", "use", "region", "commodity"),
    "stores": ("name", "commodity", "region", "kind", "owner"),
    "mixes": ("use", "region", "cell"),
}
"""Kind of target to the keys that narrow it."""

BASE_YEAR = 2025
"""Year of the trade rows that the market starts from."""

_TABLE = {"plants": "plants", "demands": "demands", "stores": "stores", "mixes": "mixes"}
_NAMED = {"plants": "plant", "demands": "demand", "stores": "store"}


@dataclass(frozen=True, slots=True)
class Target:
    """A selection of rows: all conditions hold together, the values of one condition are alternatives.

    Attributes:
        kind: What is selected, a key of `KEYS`.
        where: Conditions in the order of `KEYS`, each a key and its values. For regions a bloc's name stands
            for its members.

    Raises:
        UnknownNameError: The kind or a key does not exist.
        ScenarioError: No condition is given, or one is empty.
    """

    kind: Kind
    where: tuple[tuple[str, tuple[str, ...]], ...]

    def __post_init__(self) -> None:
        if self.kind not in KEYS:
            raise UnknownNameError("kind of target", str(self.kind), KEYS)
        keys = KEYS[self.kind]
        for key, values in self.where:
            if key not in keys:
                raise UnknownNameError(f"key of a {self.kind} target", key, keys)
            if not values or not all(isinstance(v, str) and v for v in values):
                raise ScenarioError(
                    f"target: {self.kind}.{key} names nothing; give a name or a list of names."
                )
        if not self.where:
            raise ScenarioError(f"target: {self.kind} selects nothing; give one of {', '.join(keys)}.")
        if len({k for k, _ in self.where}) < len(self.where):
            raise ScenarioError(f"target: {self.kind} states a key twice.")
        order = sorted(self.where, key=lambda item: keys.index(item[0]))
        object.__setattr__(self, "where", tuple((k, tuple(dict.fromkeys(v))) for k, v in order))

    @classmethod
    def of(cls, kind: Kind, /, **where: str | Iterable[str]) -> Target:
        """Return a target from keyword conditions.

        Args:
            kind: What is selected.
            **where: Key of `KEYS` to one value or several.

        Returns:
            The target, e.g. ``Target.of("plants", name="jianxiawo")``.
        """
        return cls(kind, tuple((k, (v,) if isinstance(v, str) else tuple(v)) for k, v in where.items()))

    def to_dict(self) -> dict[str, Any]:
        """Return the form that scenario files use."""
        plain = {k: v[0] if len(v) == 1 else list(v) for k, v in self.where}
        only = next(iter(plain.values())) if tuple(plain) == ("name",) else plain
        return {str(self.kind): only}

    def values(self, key: str) -> tuple[str, ...]:
        """Return the values of a condition, empty where it is not set."""
        return dict(self.where).get(key, ())


def expand(target: Target, world: World, *, where: str = "target") -> tuple[str, ...]:
    """Return the rows of a world that a target selects.

    Args:
        target: The selection.
        world: The world.
        where: Place of the target for messages.

    Returns:
        Names of rows in the order of the table: plants, demands and stores by key, mixes as
        ``use@REGION:cell``; trade, policy and passage as ``commodity:ORIGIN>DESTINATION`` of the base year.

    Raises:
        UnknownNameError: A name does not stand in the world; carries the nearest.
        ScenarioError: The conditions select no row together.
    """
    if target.kind == "trade":
        rows = _trade_rows(world, {k: _names(world, target, k, where) for k, _ in target.where})
    elif target.kind == "policy":
        rows = tuple(dict.fromkeys(r for n in target.values("name") for r in _policy_rows(world, n, where)))
    elif target.kind == "passage":
        rows = tuple(passage_rows(target, world, where=where))
    else:
        table = world[_TABLE[target.kind]]
        keep = np.ones(len(table), dtype=bool)
        for key, _ in target.where:
            keep &= _mask(world, target, table, key, where)
        chosen = table[keep]
        if target.kind == "mixes":
            rows = tuple(chosen["use"] + "@" + chosen["region"] + ":" + chosen["cell"])
        else:
            rows = tuple(chosen[_NAMED[target.kind]])
    if not rows:
        told = "; ".join(f"{k} {' or '.join(v)}" for k, v in target.where)
        raise ScenarioError(f"{where}: no {target.kind} row of the world has {told}. Widen the target.")
    return rows


def passage_rows(target: Target, world: World, *, where: str = "target") -> dict[str, float]:
    """Return the trade rows whose route uses a passage, with the detour they would take.

    Args:
        target: A target of kind ``passage``; several passages close together.
        world: The world.
        where: Place of the target for messages.

    Returns:
        Trade row to extra km by sea; infinite where the route has no way around.

    Raises:
        UnknownNameError: No route uses such a passage.
    """
    routes = world.routes
    used = [{p.strip() for p in str(text).split(";") if p.strip()} for text in routes["passages"]]
    known = sorted(set().union(*used)) if used else []
    closed = target.values("name")
    for name in closed:
        if name not in known:
            raise UnknownNameError("passage", name, known, where=where)
    extra: dict[tuple[str, str], float] = {}
    # Where a pair has several modes, goods take the cheapest: only that one counts.
    order = np.argsort(routes["freight"].to_numpy(), kind="stable")[::-1]
    columns = list(zip(routes["origin"], routes["destination"], used, routes["detours"], strict=True))
    for origin, destination, passages, detours in (columns[i] for i in order):
        extra.pop((origin, destination), None)
        shut = [p for p in closed if p in passages]
        if shut:
            ways = _detours(str(detours))
            extra[origin, destination] = max(ways.get(p, np.inf) for p in shut)
    trade = tradeable(world)
    pairs = zip(trade["commodity"], trade["origin"], trade["destination"], strict=True)
    return {f"{c}:{o}>{d}": extra[o, d] for c, o, d in pairs if (o, d) in extra}


def owned(world: World, firm: str) -> set[str]:
    """Return the plants that a firm and the firms it controls hold at least half of.

    Args:
        world: The world.
        firm: Key in ``firms``.

    Returns:
        Keys in ``plants``.
    """
    parents = dict(zip(world.firms["firm"], world.firms["parent"], strict=True))
    group = {firm}
    while True:
        more = {f for f, p in parents.items() if p in group} - group
        if not more:
            break
        group |= more
    table = world.ownership
    shares = table[table["firm"].isin(group)].groupby("plant")["share"].sum()
    return set(shares.index[shares >= 0.5])


def _mask(world: World, target: Target, table: pd.DataFrame, key: str, where: str) -> np.ndarray[Any, Any]:
    names = _names(world, target, key, where)
    if key == "name":
        return table[_NAMED[target.kind]].isin(names).to_numpy()
    if target.kind == "plants" and key == "firm":
        plants = set().union(*(owned(world, f) for f in names))
        return table["plant"].isin(plants).to_numpy()
    if target.kind == "plants" and key == "commodity":
        output = dict(zip(world.processes["process"], world.processes["output"], strict=True))
        return table["process"].map(output).isin(names).to_numpy()
    return table[key].isin(names).to_numpy()


def _names(world: World, target: Target, key: str, where: str) -> tuple[str, ...]:
    """Values of a condition, checked against the world, blocs replaced by their members."""
    kind, known = _known(world, target.kind, key)
    place = f"{where}.{target.kind}.{key}" if key != "name" else f"{where}.{target.kind}"
    out: list[str] = []
    groups = blocs(world) if kind == "region" else {}
    for value in target.values(key):
        if value in known:
            out.append(value)
        elif value in groups:
            out.extend(groups[value])
        else:
            raise UnknownNameError(kind, value, [*known, *groups], where=place)
    return tuple(dict.fromkeys(out))


def _known(world: World, kind: str, key: str) -> tuple[str, set[str]]:
    if key == "name":
        noun = _NAMED[kind]
        return noun, set(world[_TABLE[kind]][noun])
    if key in ("region", "origin", "destination"):
        return "region", set(world.regions["region"])
    if key in ("commodity", "cell") or (key == "use" and kind == "mixes"):
        return "commodity", set(world.commodities["commodity"])
    if key == "process":
        return "process", set(world.processes["process"])
    if key in ("firm", "owner"):
        return "firm", set(world.firms["firm"])
    return key, set(world[_TABLE[kind]][key])


def blocs(world: World) -> dict[str, list[str]]:
    """Return the regions of each bloc."""
    out: dict[str, list[str]] = {}
    for region, text in zip(world.regions["region"], world.regions["blocs"], strict=True):
        for bloc in str(text).split(";"):
            if bloc.strip():
                out.setdefault(bloc.strip(), []).append(region)
    return out


@once
def tradeable(world: World) -> pd.DataFrame:
    """Return the rows of trade that a scenario can reach: those of the base year, and those that may open.

    A route that nobody used in the base year may open between an exporter and an importer of a commodity that
    each hold at least the share ``new_route_share`` of its trade and are joined by a route, as in the market.

    Args:
        world: The world.

    Returns:
        Columns commodity, origin, destination, quantity (unit/yr; 0 for those that may open).
    """
    keys = ["commodity", "origin", "destination"]
    trade = world.trade
    used = trade.loc[trade["year"] == BASE_YEAR, [*keys, "quantity"]]
    shares = dict(zip(world.parameters["parameter"], world.parameters["value"], strict=True))
    if "new_route_share" not in shares or used.empty:
        return used.reset_index(drop=True)
    large = []
    for side in ("origin", "destination"):
        total = used.groupby(["commodity", side], sort=False)["quantity"].sum().reset_index()
        world_total = total.groupby("commodity")["quantity"].transform("sum")
        large.append(
            total.loc[total["quantity"] >= shares["new_route_share"] * world_total, ["commodity", side]]
        )
    pairs = (
        large[0]
        .merge(large[1], on="commodity")
        .merge(world.routes[["origin", "destination"]].drop_duplicates(), on=["origin", "destination"])
    )
    pairs = pairs[pairs["origin"] != pairs["destination"]].assign(quantity=0.0)
    rows: pd.DataFrame = pd.concat([used, pairs], ignore_index=True)
    return rows.drop_duplicates(keys, ignore_index=True)


def _trade_rows(world: World, names: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    trade = tradeable(world)
    for key, values in names.items():
        trade = trade[trade[key].isin(values)]
    return tuple(trade["commodity"] + ":" + trade["origin"] + ">" + trade["destination"])


def _policy_rows(world: World, name: str, where: str) -> tuple[str, ...]:
    table = world.policies
    if name not in set(table["policy"]):
        raise UnknownNameError("policy", name, set(table["policy"]), where=f"{where}.policy")
    row = table[table["policy"] == name].iloc[0]
    keys = ("commodity", "origin", "destination")
    return _trade_rows(world, {k: (str(row[k]),) for k in keys if row[k]})


def _detours(text: str) -> dict[str, float]:
    parts = (item.split("=", 1) for item in text.split(";") if "=" in item)
    return {passage.strip(): float(km) for passage, km in parts}
