"""`rank`: what can be done about some events, each measure alone, cheapest for each unit of shortfall avoided first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from oreflow.atlas import World
from oreflow.errors import ModelError, UsageError
from oreflow.market import Base, Change, Draw, Engine, News, Settings
from oreflow.market.network import Floats
from oreflow.respond.plan.happenings import turned_out
from oreflow.respond.plan.measures import Measure, annuity, measures
from oreflow.respond.plan.supply import Supply, supply
from oreflow.respond.plan.whole import changes, widened

NAMES = ("output", "mix", "served")
SHORT = 1e-4
"""Share of what is wanted below which nothing is short."""
LITTLE = 1e-3
"""Share of what a measure gives below which it avoids nothing."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A measure against some events.

    Attributes:
        measure: The measure.
        unit: Unit of the commodity.
        short: What users of it go without over the months looked at, without the measure.
        given: What the measure gives in these months.
        avoided: Shortfall that it avoids, in the whole market.
        cost: What it costs for the months looked at, USD: its yearly costs, the share of the outlay that these months
            bear, and the use of it; less what it earns at base prices where that is its own.
        cost_low: With the low ends of its costs.
        cost_high: With the high ends.
        lead: Months until it works.
        verdict: ``works``, ``too late``, ``buys nothing`` or ``nothing is short``.
    """

    measure: Measure
    unit: str
    short: float
    given: float
    avoided: float
    cost: float
    cost_low: float
    cost_high: float
    lead: float
    verdict: str

    @property
    def unit_cost(self) -> float:
        """Cost of each unit of shortfall avoided, USD/unit; infinite where none is."""
        return self.cost / self.avoided if self.verdict == "works" else float("inf")


@dataclass(frozen=True)
class Ranking:
    """Measures against some events.

    Attributes:
        rows: Measures: those that work by rising cost a unit avoided, then the others.
        months: Months looked at: from the news to the end of the horizon.
        solves: Markets solved.
    """

    rows: tuple[Ranked, ...]
    months: int
    solves: int


def rank(
    world: World,
    base: Base,
    news: Sequence[News],
    *,
    settings: Settings,
    region: str | None = None,
    firm: str | None = None,
    minerals: Sequence[str] = (),
    names: Sequence[str] = (),
) -> Ranking:
    """Rank measures against events, each alone, in the whole market.

    A measure is decided when the first news comes and gives all it can from its lead time on: a stock is drawn evenly
    over the months in which its users are short, plants and contracts run at their size, contracts as far as their
    route is open and free of new duties. The market is solved with it
    as agents learn of the events, and with nothing; the difference in what users take is the shortfall avoided.

    Args:
        world: World.
        base: Its calibrated market, of the scope in question.
        news: What becomes known when (`oreflow.shock.timeline`).
        settings: Horizon and foresight.
        region: Region or bloc that measures serve; all by default.
        firm: Firm that they serve; those of firms count with a region too.
        minerals: Minerals of what they supply; all that are solved, but for batteries, by default.
        names: Only these.

    Returns:
        The ranking; without rows where no measure touches the market.

    Raises:
        UnknownNameError: A name that is not in the world.
        UsageError: There is no news.
        DataError: A measure has no cost.
        ModelError: The market could not be cleared.
    """
    if not news:
        raise UsageError("there is nothing to do something about: no event becomes known.")
    here = set(base.net.nodes)
    asked = tuple(minerals) or tuple(m for m in base.net.scope if m != "battery")
    mineral = dict(zip(world.commodities["commodity"], world.commodities["mineral"], strict=True))
    try:
        fit = measures(world, region=region, firm=firm, minerals=asked, names=names)
    except UsageError:
        if names:
            raise
        fit = ()
    supplies = [
        supply(world, base, m) for m in fit if m.node in here and (names or mineral[m.commodity] in asked)
    ]
    first = max(min(n.month for n in news), 0)
    total = settings.periods * settings.months
    if not supplies:
        return Ranking((), total - first, 0)
    wide = widened(world, base, supplies)
    engine = Engine(wide, settings)
    use0 = _use(wide, engine.draw((News(0, ()),), Draw(), NAMES))
    plain = engine.learn(tuple(news))
    use1 = _use(wide, {n: plain.data[n].to_numpy() for n in NAMES})
    unit = dict(zip(world.commodities["commodity"], world.commodities["unit"], strict=True))
    rate = wide.net.parameter("discount_rate")
    rows = []
    months = total - first
    barred = turned_out(news, total)
    for s in supplies:
        short = _month_by_month(use0[s.node] - use1[s.node], settings)[first:]
        wanted = float(use0[s.node].sum())
        row = Ranked(
            s.measure, unit[s.measure.commodity], max(float(short.sum()), 0.0), 0.0, 0.0, 0.0, 0.0, 0.0,
            s.measure.lead, "too late",
        )  # fmt: skip
        monthly = _given(s, short, months) * _open(s, barred, total)[first:]
        cost, low, high = _cost(s, monthly, months, rate)
        row = replace(row, given=float(monthly.sum()), cost=cost, cost_low=low, cost_high=high)
        if short.clip(0.0).sum() <= SHORT * wanted:
            row = replace(row, verdict="nothing is short")
        elif monthly.any():
            row = _tried(row, engine, wide, supplies, s, news, monthly, first, use1, settings)
        rows.append(row)
    order = ("works", "buys nothing", "too late", "nothing is short")
    ranked = sorted(rows, key=lambda r: (order.index(r.verdict), r.unit_cost, r.lead, r.measure.measure))
    return Ranking(tuple(ranked), months, engine.solves)


def _tried(
    row: Ranked, engine: Engine, base: Base, supplies: Sequence[Supply], s: Supply, news: Sequence[News],
    monthly: Floats, first: int, before: Floats, settings: Settings,
) -> Ranked:  # fmt: skip
    """Solve the market with a measure."""
    profile = np.concatenate([np.zeros(first), monthly, [0.0]])
    table = np.zeros((len(supplies), len(profile)))
    table[supplies.index(s)] = profile
    more = changes(base, supplies, table)
    with_it = tuple(News(n.month, (*n.changes, *more)) for n in news)
    try:
        use = _use(base, engine.draw(with_it, Draw(), NAMES))
    except ModelError:
        return replace(row, verdict="buys nothing")
    gained = _month_by_month(use[s.node] - before[s.node], settings)[first:]
    avoided = float(min(gained.sum(), row.short))
    if avoided <= LITTLE * float(monthly.sum()):
        return replace(row, verdict="buys nothing")
    return replace(row, avoided=avoided, verdict="works")


def _open(s: Supply, barred: Sequence[Change], months: int) -> Floats:
    """Share of a contract that can come in each month: as far as its route is open, and not where a duty is on it."""
    out = np.ones(months)
    for change in barred:
        if s.route < 0 or change.table != "trade" or s.measure.row not in change.rows:
            continue
        profile = change.profile[np.minimum(np.arange(months), len(change.profile) - 1)]
        if change.attribute == "limit":
            out = np.minimum(out, profile)
        elif change.attribute in ("tariff", "cost"):
            out = np.where(profile > 0, 0.0, out)
    return out


def _given(s: Supply, short: Floats, months: int) -> Floats:
    """What a measure gives in each month from the news on, units."""
    edges = np.arange(months + 1, dtype=float)
    room = s.room(0.0, s.measure.lead, edges) * s.measure.most
    if not s.measure.stock:
        return room
    need = np.minimum(short.clip(0.0), room)
    held = s.measure.most * s.measure.effect
    return np.asarray(need * min(1.0, held / need.sum()) if need.any() else need, dtype=np.float64)


def _cost(s: Supply, monthly: Floats, months: int, rate: float) -> tuple[float, float, float]:
    """What a measure costs for the months looked at, USD of the day of the news: middle, low and high."""
    m = s.measure
    years = months / 12.0
    used = float(monthly.sum())
    out = []
    for end in ("", "low", "high"):
        if m.stock:
            # Bought at the base price and sold at it when it is drawn: interest and storage are what it costs.
            size = used / m.effect
            interest = 1.0 - (1.0 + rate) ** -years
            paid = size * (m.yearly(end=end) * years + m.outlay(s.price, end=end) * interest)
        else:
            begin = m.lead / 12.0
            life = np.inf if np.isnan(m.life) else begin + m.life
            served = annuity(begin, min(life, years), rate) if begin < years else 0.0
            share = m.outlay(s.price, end=end) * served / annuity(begin, life, rate)
            paid = m.most * (share + m.yearly(end=end) * served) - used * max(
                s.margin if m.earns else 0.0, 0.0
            )
            paid += used * max(-s.margin, 0.0)  # what it loses on each unit at base prices
        out.append(max(paid, 0.0))
    return out[0], min(out), max(out)


def _use(base: Base, values: dict[str, Floats]) -> Floats:
    """What users take at each node, shape (nodes, periods), units."""
    net = base.net
    out = np.zeros((len(net.nodes), values["served"].shape[1]))
    takes = net.entry_coef < 0
    np.add.at(
        out, net.entry_node[takes], values["output"][net.entry_plant[takes]] * -net.entry_coef[takes][:, None]
    )
    np.add.at(out, net.mix_from, values["mix"])
    np.add.at(out, net.demand_node, values["served"])
    return out


def _month_by_month(by_period: Floats, settings: Settings) -> Floats:
    return np.repeat(by_period / settings.months, settings.months)
