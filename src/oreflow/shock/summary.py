"""A run in a few tables: prices at the hubs, output, trade and demand that changed most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from oreflow.atlas import World
from oreflow.shock.run import Run


@dataclass(frozen=True)
class Summary:
    """Rows of the tables that `oreflow run` prints.

    Attributes:
        prices: Commodity, hub, base price (USD/unit), unit, change in % in the month of the first news, largest
            change in %, its month, mean change in %.
        output: Plant, region, output before and after, change (unit/yr), unit; largest change of value first.
        flows: Route, flow before and after, change (unit/yr), unit; largest change of value first.
        unserved: Demand, quantity that nothing could meet over the horizon, unit.
    """

    prices: list[tuple[Any, ...]]
    output: list[tuple[Any, ...]]
    flows: list[tuple[Any, ...]]
    unserved: list[tuple[Any, ...]]

    def tables(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return the tables by name."""
        return {"prices": self.prices, "output": self.output, "flows": self.flows, "unserved": self.unserved}


def summary(world: World, run: Run, *, top: int = 12) -> Summary:
    """Pick out what changed most.

    Args:
        world: World of the run.
        run: The run.
        top: Rows of each table.

    Returns:
        The tables.
    """
    base, after = run.baseline, run.outcome
    unit = dict(zip(world.commodities["commodity"], world.commodities["unit"], strict=True))
    hub = dict(zip(world.commodities["commodity"], world.commodities["price_hub"], strict=True))
    months = after["period"].to_numpy()
    year = 12.0 / int(after.attrs["months_per_period"])
    before, now = base["price"].to_numpy(), after["price"].to_numpy()
    relative = 100.0 * (now / before - 1.0)
    moved = np.flatnonzero(np.abs(relative).max(axis=0) > 1e-6)
    first = int(moved[0]) if len(moved) else 0
    prices = []
    for i, node in enumerate(after["node"].to_numpy()):
        commodity, region = str(node).split("@")
        if hub.get(commodity) != region:
            continue
        at = int(np.abs(relative[i]).argmax())
        prices.append(
            (commodity, region, before[i, 0], unit[commodity], relative[i, first], relative[i, at], str(months[at]),
             relative[i, first:].mean())
        )  # fmt: skip
    prices.sort(key=lambda r: -abs(r[5]))
    price = dict(zip(base["node"].to_numpy().tolist(), before[:, 0].tolist(), strict=True))
    process = dict(zip(world.plants["plant"], world.plants["process"], strict=True))
    region_of = dict(zip(world.plants["plant"], world.plants["region"], strict=True))
    outputs = world.flows[world.flows["role"] == "output"].drop_duplicates("process")
    makes = dict(zip(outputs["process"], outputs["commodity"], strict=True))
    output = []
    for name, x, y in _largest(run, "output", lambda n: _worth(price, makes[process[n]], region_of[n]), top):
        output.append((name, region_of[name], x * year, y * year, (y - x) * year, unit[makes[process[name]]]))
    flows = []
    for name, x, y in _largest(run, "flow", lambda n: _worth(price, *_ends(n)), top):
        flows.append((name, x * year, y * year, (y - x) * year, unit[name.split(":")[0]]))
    lost = after["unserved"].sum("period").to_numpy()
    wanted = dict(zip(world.demands["demand"], world.demands["commodity"], strict=True))
    names = after["demand"].to_numpy()
    unserved = [
        (str(names[i]), float(lost[i]), unit.get(wanted.get(str(names[i]), ""), "unit"))
        for i in np.argsort(-lost)[:top]
        if lost[i] > 1e-6 * max(float(after["served"].to_numpy()[i].sum()), 1e-9)
    ]
    return Summary(prices[:top], output, flows, unserved)


def _ends(route: str) -> tuple[str, str]:
    commodity, _, ends = route.partition(":")
    return commodity, ends.partition(">")[2]


def _worth(price: dict[str, float], commodity: str, region: str) -> float:
    return price.get(f"{commodity}@{region}", 0.0)


def _largest(run: Run, variable: str, worth: Any, top: int) -> list[tuple[str, float, float]]:
    """Names with their means before and after, the largest change of value first."""
    x: NDArray[np.float64] = run.baseline[variable].to_numpy().mean(axis=1)
    y: NDArray[np.float64] = run.outcome[variable].to_numpy().mean(axis=1)
    dim = run.outcome[variable].dims[0]
    names = [str(n) for n in run.outcome[dim].to_numpy()]
    value = np.abs(y - x) * np.array([worth(n) for n in names])
    order = np.argsort(-value)[:top]
    return [(names[i], float(x[i]), float(y[i])) for i in order if value[i] > 1e-6 * value.max(initial=0.0)]
