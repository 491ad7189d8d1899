"""Published figures for 2030 to 2040 beside ours, what the difference is due to, and statements that do not fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from oreflow.atlas.world import World
from oreflow.outlook.activity import BASE, PRODUCTS
from oreflow.outlook.drivers import central
from oreflow.outlook.levers import Moves
from oreflow.outlook.measures import concentration, gap_to_demand, gap_to_supply
from oreflow.outlook.minerals import mineral
from oreflow.outlook.model import SHOWN_FROM, Model, at
from oreflow.outlook.place import WORLD, Place, place
from oreflow.outlook.result import Comparison, Contradiction, MineralOutlook
from oreflow.outlook.supply import SupplyModel, capacity_of

REPORT = "report on US supply security"
"""Scenario under which the report's figures stand in the ``outlook`` table."""
YEAR = 2035
NEAR_POINTS, NEAR_SHARE = 10.0, 0.2
"""A share is near within so many points, a quantity within such a part of what is published."""

_WHY_STEPS = {
    "lithium": "The same vehicles; more storage, which starts from the cells made in 2025, and no rise of lithium a "
    "kWh, as the agency has it after 2035",
    "copper": "Other uses start from the atlas' base of 2025; cells hold the copper of BatPaC",
    "nickel": "Each region starts from its own share of LFP in 2025 and moves on to it; its nickel-based cells hold "
    "more nickel with the years",
    "cobalt": "As for nickel, with less cobalt in a cell; what goes into stocks is left out",
    "rare_earths": "NdPr here; the agency adds dysprosium and terbium",
    "graphite": "Anodes of batteries alone on both sides; more storage and no silicon in ours",
}
_N1 = {
    "graphite": "anode",
    "rare_earths": "ndpr_oxide",
    "nickel": "nickel_refined",
    "lithium": "lithium_carbonate",
    "cobalt": "cobalt_refined",
}


def comparisons(
    world: World,
    made: Sequence[MineralOutlook],
    where: Place,
    scenario: str,
    to: int,
    *,
    chemistry: str,
    supplies: Mapping[str, SupplyModel] | None = None,
) -> Iterator[Comparison]:
    """Return published figures beside ours.

    Args:
        world: World.
        made: Outlooks of the place.
        where: Place.
        scenario: Scenario of demand.
        to: Last year.
        chemistry: Scenario of chemistry.
        supplies: Mineral to its supply in the same world, where it is compiled already.

    Yields:
        For the United States the report's table of 2035, and for every place the IEA's figures for the world.
    """
    if where.name == "USA" and to >= YEAR:
        yield from _report(world, made)
    for m in made:
        model = Model(
            world, mineral(m.mineral), place(world, WORLD), scenario=scenario, chemistry=chemistry,
            supply=(supplies or {}).get(m.mineral),
        )  # fmt: skip
        yield from _iea(world, model, scenario, to)


def _report(world: World, made: Sequence[MineralOutlook]) -> Iterator[Comparison]:
    t = world.outlook
    for m in made:
        for c in mineral(m.mineral).refined:
            rows = t[(t["commodity"] == c) & (t["scenario"] == REPORT) & (t["year"] == YEAR)]
            if rows.empty:
                continue
            source = ";".join(dict.fromkeys(str(s) for s in rows["source"]))
            q = {str(r["measure"]): float(r["quantity"]) for _, r in rows.iterrows()}
            ours = m.stage("mined").at(YEAR)
            us = f"US {_low(m.name)}"
            why = _of_demand(m)
            yield _quantity(f"{us} demand, {YEAR}", q["demand"], ours.demand, m.unit, why, source)
            why = _of_supply(m)
            yield _quantity(f"{us} domestic supply, {YEAR}", q["supply"], ours.supply, m.unit, why, source)
            for name, of, value in (
                ("gap to supply", gap_to_supply, ours.gap_to_supply),
                ("gap to demand", gap_to_demand, ours.gap_to_demand),
            ):
                published = of(q["demand"], q["supply"])
                if published is not None:
                    why = "The same formula on both sides; what differs is demand and supply"
                    yield _points(f"{us}, {name}, {YEAR}", published, None, value, why, source)
            if m.mineral == "lithium":
                lce, why = (
                    world.parameter("lce_per_li"),
                    f"As the row above, times {world.parameter('lce_per_li'):.3f}",
                )
                for name, value, mine in (
                    ("demand", q["demand"], ours.demand), ("domestic supply", q["supply"], ours.supply)
                ):  # fmt: skip
                    what = f"{us} {name}, {YEAR}, the report read as lithium metal"
                    yield _quantity(what, value * lce, mine, m.unit, why, source)
        if m.mineral == "copper":
            yield from _works(world)
        if m.mineral in ("zinc", "molybdenum"):
            claim = world.claims[world.claims["claim"] == "us_zinc_balance_2035"]
            source = str(claim["source"].iloc[0]) if len(claim) else "oreflow"
            mined, refined = m.stage("mined").at(YEAR), m.stage("refined").at(YEAR)
            yield _points(
                f"US {_low(m.name)} “in balance”, gap to demand at the mine, 2035", 0.0, None, mined.gap_to_demand,
                f"At the mine; refined it is {_percent(refined.gap_to_demand)}. Below zero is a surplus", source,
            )  # fmt: skip


def _of_demand(m: MineralOutlook) -> str:
    """What demand is made of on our side, in words."""
    t = YEAR - SHOWN_FROM
    cells = sum(p.values[t] for p in m.demand if p.name in PRODUCTS)
    drive = sum(p.values[t] for p in m.demand if p.name == "drive")
    rest = m.stage("refined").demand[YEAR - BASE] - cells - drive
    unit = "" if m.mineral != "lithium" else "The report names no unit and is taken as LCE. "
    drives = f" {drive:,.0f} in electric drives," if drive > 0 else ""
    return (
        f"{unit}Ours: {cells:,.0f} in batteries of products sold,{drives} {rest:,.0f} in all other uses of refined "
        "metal; other goods made abroad from it are not counted"
    )


def _of_supply(m: MineralOutlook) -> str:
    """What supply is made of on our side, in words."""
    t = YEAR - BASE
    held = {p.name: p.values[t] for p in m.stage("mined").supply}
    today, scrap = held.pop("today", 0.0), held.pop("scrap", 0.0)
    return (
        f"Ours at the mine: {today:,.0f} from mines of today, {sum(held.values()):,.0f} from projects at their mean, "
        f"{scrap:,.0f} of old scrap that is refined. The report does not say what it counts"
    )


def _iea(world: World, model: Model, scenario: str, to: int) -> Iterator[Comparison]:
    spec = model.spec
    base = model.balance(central(model.drivers), Moves())
    t = world.outlook
    totals = t[
        (t["commodity"] == (spec.sector or spec.battery)) & (t["measure"] == "demand") & (t["country"] == "WLD")
        & (t["scenario"] == scenario)
    ]  # fmt: skip
    if spec.mineral == "graphite":
        totals = t[
            (t["commodity"] == "anode") & (t["measure"] == "demand") & (t["scenario"] == scenario)
            & t["stage"].isin(["electric_vehicles", "stationary_storage"])
        ]  # fmt: skip
    else:
        totals = totals[totals["stage"] == "total"]
    for year in (2030, 2035, 2040):
        rows = totals[totals["year"] == year]
        if year > to or rows.empty:
            continue
        yield _quantity(
            f"World {_low(spec.name)} demand, {scenario} {year}", float(rows["quantity"].sum()),
            float(at(base.demand.total, year)[0]), spec.per, _WHY_STEPS.get(spec.mineral, ""), "iea_critical_minerals",
        )  # fmt: skip
    if to < YEAR:
        return
    claims = _claims(world)
    key = f"iea_{spec.mineral}_deficit_2035"
    if key in claims:
        needed = float(at(base.demand.total - base.supply.mined["scrap"], YEAR)[0])
        mined = float(at(base.supply.total("mined") - base.supply.mined["scrap"], YEAR)[0])
        yield _points(
            f"World {_low(spec.name)}, mined supply short of what is needed beyond scrap, 2035",
            float(claims[key]["value"]), None, 100.0 * (needed - mined) / needed,
            "Both count existing and announced projects; ours weighs them by odds and delay"
            + _table_deficit(world, spec.mineral, scenario), str(claims[key]["source"]),
        )  # fmt: skip
    key = f"iea_n1_{spec.mineral}_2035"
    if key in claims:
        low, high = float(claims[key]["low"]), float(claims[key]["high"])
        value = float(claims[key]["value"])
        c = model.concentration("refined", YEAR)
        theirs = _percent(iea_cover(world, _N1[spec.mineral], YEAR, scenario))
        outside = _percent(_hundred(model.outside("refined", YEAR)))
        yield _points(
            f"World {_low(spec.name)}, refined supply without the largest country over demand (N-1), 2035",
            value if value == value else low, None if value == value else high,
            None if c.cover is None else 100.0 * c.cover,
            f"The IEA's tables by the same formula give {theirs}: the published figure must count another demand. "
            f"With the largest country's own demand taken off too, ours is {outside}", str(claims[key]["source"]),
        )  # fmt: skip


def _table_deficit(world: World, name: str, scenario: str) -> str:
    """What the agency's own tables give for mining against all demand, as a half sentence."""
    mined = {"copper": "copper_concentrate", "lithium": "lithium_carbonate"}.get(name)
    refined = {"copper": "copper_refined", "lithium": "lithium_carbonate"}.get(name)
    t = world.outlook
    s = t[
        (t["commodity"] == mined)
        & (t["measure"] == "supply")
        & (t["stage"] == "mining")
        & (t["year"] == YEAR)
    ]
    d = t[
        (t["commodity"] == refined) & (t["stage"] == "total") & (t["scenario"] == scenario) & (t["year"] == YEAR)
        & (t["country"] == "WLD")
    ]  # fmt: skip
    if s.empty or d.empty:
        return ""
    short = 100.0 * (1.0 - float(s["quantity"].sum()) / float(d["quantity"].sum()))
    return f". Its tables give {short:.0f} % of all demand, scrap not taken off"


def iea_cover(
    world: World, commodity: str, year: int, scenario: str, *, stage: str = "refining"
) -> float | None:
    """Return the N-1 that the agency's own tables give, in percent of demand.

    Args:
        world: World with an ``outlook``.
        commodity: Commodity that the supply stands under.
        year: 2024, 2030, 2035 or 2040.
        scenario: Scenario of demand.
        stage: ``refining`` or ``mining``.

    Returns:
        Supply without the largest named country over the demand for the mineral; none where a side is missing.
    """
    t = world.outlook
    s = t[
        (t["commodity"] == commodity) & (t["measure"] == "supply") & (t["stage"] == stage) & (t["year"] == year)
        & (t["country"] != "WLD")
    ]  # fmt: skip
    d = t[(t["commodity"] == commodity) & (t["measure"] == "demand") & (t["country"] == "WLD")]
    d = d[(d["year"] == year) & (d["scenario"] == ("base" if year < BASE else scenario))]
    if (d["stage"] == "total").any():
        d = d[d["stage"] == "total"]
    if s.empty or d.empty:
        return None
    by_country = {str(k): float(v) for k, v in s.groupby("country")["quantity"].sum().items()}
    found = concentration(by_country, float(d["quantity"].sum()))
    return None if found.cover is None else 100.0 * found.cover


def contradictions(world: World, made: Sequence[MineralOutlook], where: Place) -> Iterator[Contradiction]:
    """Return the statements of the report on the United States that do not fit their own figures or others.

    Args:
        world: World.
        made: Outlooks of the place.
        where: Place.
    """
    if where.name != "USA":
        return
    t, names = world.outlook, {m.mineral: m for m in made}
    figures: dict[str, dict[str, float]] = {}
    for name, c in (("copper", "copper_refined"), ("lithium", "lithium_carbonate")):
        rows = t[(t["commodity"] == c) & (t["scenario"] == REPORT)]
        figures[name] = {str(r["measure"]): float(r["quantity"]) for _, r in rows.iterrows()}
    claims = _claims(world)
    for name, claim in (("copper", "us_copper_reliance_2035"), ("lithium", "us_lithium_reliance_2035")):
        q = figures[name]
        if name not in names or len(q) < 2 or claim not in claims:
            continue
        d, s = q["demand"], q["supply"]
        said = 100.0 * float(claims[claim]["value"])
        note = " No import dependency can exceed 100 %." if said > 100 else ""
        yield Contradiction(
            f"{name.capitalize()}: an import dependency of {said:.0f} % in 2035",
            f"({d:,.0f} - {s:,.0f}) t = {d - s:,.0f} t: {gap_to_supply(d, s):.1f} % of domestic supply and "
            f"{gap_to_demand(d, s):.1f} % of demand. The figure is the gap over supply; it is no net import reliance."
            + note,
            str(claims[claim]["source"]),
        )
    if "copper" in names and "us_copper_supply_2035_misprint" in claims:
        d, s = figures["copper"]["demand"], float(claims["us_copper_supply_2035_misprint"]["value"])
        yield Contradiction(
            f"Copper: domestic production of {s:,.0f} t against a demand of {d:,.0f} t in one printing",
            f"The gap would be {d - s:,.0f} t and {gap_to_supply(d, s):,.0f} % of supply. The gap of 1.1 Mt and the "
            f"62 % that it prints too need {figures['copper']['supply']:,.0f} t.",
            str(claims["us_copper_supply_2035_misprint"]["source"]),
        )
    if "lithium" in names and len(figures["lithium"]) == 2:
        now = names["lithium"].stage("refined").at(BASE).demand
        lce = world.parameter("lce_per_li")
        d = figures["lithium"]["demand"]
        yield Contradiction(
            f"Lithium: a demand of {d:,.0f} t in 2035, without saying of what",
            f"As LCE it is less than the {now:,.0f} t LCE in what the United States uses and buys in {BASE}; as "
            f"lithium metal it is {d * lce:,.0f} t LCE.",
            str(claims["us_lithium_demand_2035"]["source"]),
        )
    for name in ("zinc", "molybdenum"):
        if name in names:
            mined, refined = (
                names[name].stage("mined").at(YEAR if YEAR in _years(names[name]) else BASE),
                None,
            )
            refined = names[name].stage("refined").at(mined.year)
            yield Contradiction(
                f"{name.capitalize()}: in balance in 2035",
                f"At the mine the gap is {_percent(mined.gap_to_demand)} of demand in {mined.year}, refined "
                f"{_percent(refined.gap_to_demand)} (ours; below zero is a surplus). "
                + (_printed_reliance(world, "zinc_refined") if name == "zinc" else ""),
                "sohu_2025_10;usgs_mcs_2026",
            )
    if "copper" in names:
        yield from _smelters(world, where, names["copper"])


def _works(world: World) -> Iterator[Comparison]:
    """Copper smelters that run in the United States."""
    claims, plants = _claims(world), world.plants
    if "us_copper_smelters_report" not in claims:
        return
    claim = claims["us_copper_smelters_report"]
    here = plants[(plants["process"] == "copper_smelting") & (plants["region"] == "USA")]
    running = here[here["status"] == "operating"]
    names = ", ".join(sorted(str(n) for n in running["name"]))
    said, ours = float(claim["value"]), float(len(running))
    yield Comparison(
        "US copper smelters that run",
        said,
        None,
        ours,
        "1",
        f"Running: {names}",
        str(claim["source"]),
        said == ours,
    )


def _smelters(world: World, where: Place, m: MineralOutlook) -> Iterator[Contradiction]:
    plants = world.plants
    here = plants[(plants["process"] == "copper_smelting") & (plants["region"] == "USA")]
    running, idle, output = capacity_of(world, "copper_smelting", where)
    feed = m.headroom[0].feed
    base = m.stage("mined").at(BASE)
    yield Contradiction(
        "Copper: three smelters are in operation",
        f"{int((here['status'] == 'operating').sum())} of {len(here)} run: {output:,.0f} t a year from a capacity of "
        f"{running:,.0f} t, while {idle:,.0f} t stand still. Mines give {base.supply - base.scrap:,.0f} t, of "
        f"which {feed:,.0f} t as concentrate that needs a smelter; the rest is leached.",
        "sohu_2025_10;usgs_mcs_2026",
    )


def _printed_reliance(world: World, commodity: str) -> str:
    t = world.salient
    rows = t[
        (t["commodity"] == commodity) & (t["statistic"] == "net_import_reliance") & (t["country"] == "USA")
    ]
    rows = rows[rows["detail"].str.contains("efined")].sort_values("year")
    if rows.empty:
        return ""
    last = rows.iloc[-1]
    value, year = float(last["value"]), int(last["year"])
    return f"The USGS prints a net import reliance of {value:.0f} % for refined zinc in {year}."


def _years(m: MineralOutlook) -> set[int]:
    return {x.year for x in m.stages[0].milestones}


def _claims(world: World) -> dict[str, dict[str, Any]]:
    """Claims by their key."""
    return {str(r["claim"]): {str(k): v for k, v in r.items()} for r in world.claims.to_dict("records")}


def _low(name: str) -> str:
    return name[:1].lower() + name[1:]


def _hundred(value: float | None) -> float | None:
    return None if value is None else 100.0 * value


def _percent(value: float | None) -> str:
    return "not known" if value is None else f"{value:.0f} %"


def _points(
    what: str, low: float, high: float | None, ours: float | None, why: str, source: str
) -> Comparison:
    top = low if high is None else high
    near = None if ours is None else low - NEAR_POINTS <= ours <= top + NEAR_POINTS
    return Comparison(what, low, high, ours, "%", why, source, near)


def _quantity(
    what: str, published: float, ours: float | None, unit: str, why: str, source: str
) -> Comparison:
    near = None if ours is None else abs(ours - published) <= NEAR_SHARE * published
    return Comparison(what, published, None, ours, unit, why, source, near)
