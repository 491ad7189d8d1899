"""The base year three times: as reported, as reconciled, and as the model gives it back.

Two errors are kept apart. *Model against reconciled* says whether the curves pass through the points they were laid
through: the market is solved with no event, from nothing, and its year is compared. *Reconciled against reported*
says whether the balanced year is still the one that statistics describe. A large producer that is off has its reason
in ``exceptions.csv``.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from importlib import resources

import numpy as np
import pandas as pd

from oreflow.atlas import World
from oreflow.atlas.check.balance import made
from oreflow.atlas.check.chain import BASE, Chain
from oreflow.atlas.check.years import statistics
from oreflow.market.calibrate import Base, calibrate
from oreflow.market.layout import Layout
from oreflow.market.network import Floats
from oreflow.market.problem import compile_problem
from oreflow.market.solve import Solver
from oreflow.market.view import Beliefs, Draw, State, View

THRESHOLDS = {"production": 0.005, "price": 0.005, "flow": 0.03, "reported": 0.05}
"""Measure to the largest relative difference that counts as agreement."""
TOP_FLOWS = 10
"""Flows of a commodity that are compared, the largest first."""
LARGE = 0.05
"""Share of the reported world production above which a producer is large."""
SMALLEST = 1e-6
"""Differences are relative to the figure, or to this share of the world's figure where the figure is smaller."""
YEAR = (3, 3, 3, 3)
"""Length in months of the periods of the year that is solved."""


@dataclass(frozen=True)
class BaseYear:
    """The base year, compared.

    Differences are relative, ``difference = figure / what it is compared with − 1``.

    Attributes:
        base: The calibrated market.
        production: commodity, region, reconciled, model (unit/yr), difference. What is made of a commodity in a
            region, joint products with it; for uses, the cells delivered.
        prices: commodity, region, base, model (USD/unit; of the period furthest from the base), difference.
        flows: commodity, rank, route, reconciled, model (unit/yr), difference: the largest of each commodity.
        reported: commodity, stage, region, edition, reported, reconciled (unit/yr), difference, share (of the
            reported world), reason, source: large producers only. The reason is empty where there is none.
        adjustments: What reconciliation moved, by size in errors of the figure: kind, name, commodity, reported,
            reconciled, change (unit/yr), relative, in_sigma.
        wedges: Calibrated wedges by share of price: kind, name, commodity, wedge (USD/unit), share.
        summary: One row a commodity: commodity, unit, the largest absolute difference of each measure (NaN where
            there is nothing to compare), ok, verdict.
        worst: Largest relative residual of the solve.
    """

    base: Base
    production: pd.DataFrame
    prices: pd.DataFrame
    flows: pd.DataFrame
    reported: pd.DataFrame
    adjustments: pd.DataFrame
    wedges: pd.DataFrame
    summary: pd.DataFrame
    worst: float


def base_year(world: World, scope: tuple[str, ...] | None = None) -> BaseYear:
    """Calibrate a world, solve its base year and compare.

    Args:
        world: World.
        scope: Minerals in question; None for all.

    Returns:
        The comparison.

    Raises:
        DataError: The world lacks a price or a route.
        NumericalError: The base could not be balanced or solved.
    """
    base = calibrate(world, scope=scope)
    net = base.net
    solved = _solve(base)
    commodity, region = np.array(net.node_commodity), np.array(net.node_region)
    production = pd.DataFrame(
        {
            "commodity": commodity,
            "region": region,
            "reconciled": _produced(base, base.balanced.plant_q, base.balanced.mix_q),
            "model": _produced(base, solved.plants, solved.mixes),
        }
    )
    production = production[(production[["reconciled", "model"]] > 0).any(axis=1)].reset_index(drop=True)
    production["difference"] = _relative(production, "reconciled", "commodity")
    furthest = np.argmax(np.abs(solved.price / base.price - 1.0), axis=0)
    prices = pd.DataFrame(
        {
            "commodity": commodity,
            "region": region,
            "base": base.price,
            "model": solved.price[furthest, np.arange(len(furthest))],
        }
    )
    prices["difference"] = prices["model"] / prices["base"] - 1.0
    reported = _reported(world, base)
    flows = _flows(base, solved.routes)
    unit = world["commodities"].set_index("commodity")["unit"]
    return BaseYear(
        base=base,
        production=production,
        prices=prices,
        flows=flows,
        reported=reported,
        adjustments=base.balanced.adjustments,
        wedges=base.wedges(),
        summary=_summary(
            unit[list(dict.fromkeys(net.node_commodity))],
            {"production": production, "price": prices, "flow": flows, "reported": reported},
        ),
        worst=solved.worst,
    )


@dataclass(frozen=True)
class _Year:
    """Amounts of a solved year, unit/yr, and prices by period, USD/unit."""

    plants: Floats
    mixes: Floats
    routes: Floats
    price: Floats
    worst: float


def _solve(base: Base) -> _Year:
    """Solve a year without events, from nothing: from the base's own basis agreement would be no finding."""
    layout = Layout(base, YEAR)
    problem = compile_problem(layout)
    beliefs = Beliefs(base, (), sum(YEAR))
    view = View(layout, beliefs, 0, 0, State.of(base), Draw(), base.price)
    solution = Solver(problem).solve(problem.numbers(view), cold=True)
    amounts = {
        family: base.steps[family].total(solution.x[:, layout.slice(family)]).sum(axis=0)
        for family in ("plants", "mixes", "routes")
    }
    return _Year(
        **amounts,
        price=view.prices(solution.price),
        worst=solution.residuals.worst,
    )


def _produced(base: Base, plants: Floats, mixes: Floats) -> Floats:
    """What is made at each node, unit/yr."""
    net = base.net
    amount = np.maximum(net.entry_coef, 0.0) * plants[net.entry_plant]
    n = len(net.nodes)
    made_there: Floats = np.bincount(net.entry_node, weights=amount, minlength=n).astype(np.float64)
    return made_there + np.bincount(net.mix_to, weights=mixes, minlength=n)


def _relative(table: pd.DataFrame, of: str, group: str) -> pd.Series[float]:
    """Difference of the column model to the column `of`, relative to it."""
    least = SMALLEST * table.groupby(group)[of].transform("sum")
    figure = table[of].where(table[of] > least, least)
    return (table["model"] - table[of]) / figure


def _flows(base: Base, model: Floats) -> pd.DataFrame:
    net = base.net
    flows = pd.DataFrame(
        {
            "commodity": [net.node_commodity[i] for i in net.route_to],
            "route": net.routes,
            "reconciled": base.balanced.route_q,
            "model": model,
        }
    )
    flows["difference"] = _relative(flows, "reconciled", "commodity")
    flows = flows[flows["reconciled"] > 0]
    flows["rank"] = flows.groupby("commodity")["reconciled"].rank(method="first", ascending=False).astype(int)
    flows = flows[flows["rank"] <= TOP_FLOWS]
    order = list(dict.fromkeys(net.node_commodity))
    flows = flows.assign(at=flows["commodity"].map(order.index)).sort_values(["at", "rank"])
    columns = ["commodity", "rank", "route", "reconciled", "model", "difference"]
    return flows[columns].reset_index(drop=True)


def _reported(world: World, base: Base) -> pd.DataFrame:
    """Large producers of the statistics beside the reconciled plants of their region."""
    columns = ["commodity", "stage", "region", "edition", "reported", "reconciled"]
    rows = []
    plants = world["plants"]
    quantity = dict(zip(base.net.plants, base.balanced.plant_q, strict=True))
    output = [quantity.get(p, o) for p, o in zip(plants["plant"], plants["output"], strict=True)]
    balanced = Chain(world.with_(plants=plants.assign(output=output)))
    stats = statistics(balanced)
    stats = stats[(stats["year"] == BASE) & stats["commodity"].isin(base.net.node_commodity)]
    everyone = world["production"]
    for (commodity, stage, edition), part in stats.groupby(["commodity", "stage", "edition"]):
        same = (everyone[["commodity", "stage", "edition"]] == [commodity, stage, edition]).all(axis=1)
        total = everyone.loc[same & (everyone["year"] == BASE), "quantity"].sum()
        by_region = part.groupby("region")["quantity"].sum()
        large = by_region[by_region > LARGE * total].sort_values(ascending=False)
        ours = made(balanced, str(commodity), str(stage)).reindex(large.index).fillna(0.0)
        for region, told, found in zip(large.index, large, ours, strict=True):
            rows.append((commodity, stage, region, edition, told, found, told / total))
    table = pd.DataFrame(rows, columns=[*columns, "share"])
    table["difference"] = table["reconciled"] / table["reported"] - 1.0
    known = {(r["commodity"], r["stage"], r["region"]): r for r in exceptions()}
    excuse = []
    for commodity, stage, region, difference in zip(
        table["commodity"], table["stage"], table["region"], table["difference"], strict=True
    ):
        row = known.get((commodity, stage, region), {})
        # A reason explains the difference that follows from it and no other.
        fits = row and abs(difference - float(row["expected"])) <= THRESHOLDS["reported"]
        excuse.append(row if fits and abs(difference) > THRESHOLDS["reported"] else {})
    return table.assign(
        reason=[f.get("reason", "") for f in excuse], source=[f.get("source", "") for f in excuse]
    )


def exceptions() -> list[dict[str, str]]:
    """Return the large producers that are known to be off, and why.

    Returns:
        Rows with commodity, stage, region, expected (difference that follows from the reason, as a share of what
        is reported), reason, source, quality.
    """
    text = resources.files("oreflow.market").joinpath("exceptions.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


def _summary(unit: pd.Series[str], measures: dict[str, pd.DataFrame]) -> pd.DataFrame:
    rows = []
    for commodity in unit.index:
        mine = {m: t[t["commodity"] == commodity] for m, t in measures.items()}
        worst = {m: float(t["difference"].abs().max()) if len(t) else np.nan for m, t in mine.items()}
        off = mine["reported"][mine["reported"]["difference"].abs() > THRESHOLDS["reported"]]
        failed = [m for m in ("production", "price", "flow") if worst[m] > THRESHOLDS[m]]
        unexplained = off[off["reason"] == ""]
        rows.append(
            {
                "commodity": commodity,
                "unit": unit[commodity],
                **worst,
                "ok": not failed and unexplained.empty,
                "verdict": _verdict(failed, mine["reported"], off),
            }
        )
    return pd.DataFrame(rows)


def _verdict(failed: list[str], reported: pd.DataFrame, off: pd.DataFrame) -> str:
    """Say in a line how a commodity's base year compares."""
    model = "reproduced" if not failed else f"not reproduced: {', '.join(failed)}"
    if reported.empty:
        return f"{model}; no statistic to compare with"
    agree = len(reported) - len(off)
    count = f"{agree} of {len(reported)} large producer{'s' if len(reported) > 1 else ''} as reported"
    named = [
        f"{region} {difference:+.1%} ({'reason known' if reason else 'no reason known'})"
        for region, difference, reason in zip(off["region"], off["difference"], off["reason"], strict=True)
    ]
    return "; ".join([model, count, *named])
