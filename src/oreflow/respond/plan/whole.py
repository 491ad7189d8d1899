"""A plan in the whole market, where prices answer: measures as stores that fill and draw (`Change`).

What a measure gives at a node is drawn from a store there that holds enough, what it takes from other nodes is filled
into one. These stores are laid over the world before it is calibrated; they hold no supply, demand or trade, so that
the balanced base stays as it is.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from oreflow.atlas import World
from oreflow.errors import UsageError
from oreflow.market import Base, Change, calibrate
from oreflow.market.network import Floats
from oreflow.respond.plan.supply import Supply

PREFIX = "plan:"
ENOUGH = 1e3
"""Years of throughput that such a store holds: more than any measure gives."""


def with_stores(world: World, base: Base, supplies: Sequence[Supply]) -> World:
    """Return the world with a store at every node that a measure gives to or takes from.

    Args:
        world: World.
        base: Its calibrated market.
        supplies: What measures do.

    Returns:
        A world of which the calibrated base has the same prices and quantities.
    """
    net = base.net
    nodes = sorted({n for s in supplies for n in (s.node, *s.takes, *([s.origin] if s.origin >= 0 else []))})
    listed = set(zip(world.stores["commodity"], world.stores["region"], strict=True))
    working = {int(n): i for i, n in enumerate(net.store_node) if net.store_working[i]}
    rows = []
    for n in nodes:
        commodity, region = net.node_commodity[n], net.node_region[n]
        much = ENOUGH * float(base.throughput[n])
        common = {
            "commodity": commodity,
            "region": region,
            "owner": "",
            "loss": 0.0,
            "source": "oreflow",
            "quality": "assumed",
        }
        rows.append(
            {
                "store": f"{PREFIX}{net.nodes[n]}", "kind": "reserve", "opening": much, "capacity": np.nan,
                "rate_in": np.nan, "rate_out": np.nan, "holding_cost": 0.0, **common,
            }
        )  # fmt: skip
        if (commodity, region) not in listed and n in working:
            # A node with a store of its own loses the working stock that is assumed where none is listed.
            i = working[n]
            rows.append(
                {
                    "store": f"{PREFIX}working:{net.nodes[n]}", "kind": "commercial", "opening": float(net.store_s0[i]),
                    "capacity": np.nan, "rate_in": np.nan, "rate_out": np.nan,
                    "holding_cost": float(net.store_hold[i]), **common,
                }
            )  # fmt: skip
    new = pd.DataFrame(rows).reindex(columns=world.stores.columns)
    for column in ("vintage", "method", "note", "owner"):
        new[column] = new[column].fillna("").astype(str)
    return world.with_(stores=pd.concat([world.stores, new], ignore_index=True))


def widened(world: World, base: Base, supplies: Sequence[Supply]) -> Base:
    """Return the calibrated market of `with_stores`.

    Args:
        world: World.
        base: Its calibrated market.
        supplies: What measures do.
    """
    return calibrate(with_stores(world, base, supplies), scope=base.net.scope)


def changes(base: Base, supplies: Sequence[Supply], monthly: Floats) -> tuple[Change, ...]:
    """Return what measures that give so much do to a market with their stores.

    Args:
        base: The market, for names of nodes.
        supplies: What measures do.
        monthly: What each gives in each month, units a month, shape (K, months); the last month should be nought.

    Returns:
        Draws and fills.

    Raises:
        UsageError: The amounts do not fit the measures.
    """
    if monthly.shape[0] != len(supplies):
        raise UsageError(f"amounts of {monthly.shape[0]} measures were given for {len(supplies)}.")
    out: dict[tuple[str, int], Floats] = {}

    def add(attribute: str, node: int, amount: Floats) -> None:
        key = (attribute, node)
        out[key] = out.get(key, np.zeros_like(amount)) + amount

    for s, amount in zip(supplies, monthly, strict=True):
        if not amount.any():
            continue
        add("draw", s.node, amount)
        for node, per in s.takes.items():
            add("fill", node, per * amount)
        if s.origin >= 0:
            add("fill", s.origin, amount)
    return tuple(
        Change("stores", (f"{PREFIX}{base.net.nodes[node]}",), attribute, amount)
        for (attribute, node), amount in sorted(out.items())
    )


def by_month(given: Floats, spans: Sequence[int]) -> Floats:
    """Spread amounts of periods evenly over their months, with nought after the last.

    Args:
        given: Shape (K, T), units a period.
        spans: Lengths of the periods in months.

    Returns:
        Shape (K, months + 1), units a month.
    """
    length = np.array(spans)
    each = np.repeat(given / length, length, axis=1)
    return np.concatenate([each, np.zeros((len(given), 1))], axis=1)
