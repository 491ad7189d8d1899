"""A reserve as a document: what to hold, the rule, what it is worth, how large, and what is assumed."""

from __future__ import annotations

import math

from oreflow.atlas import World
from oreflow.report import format as fmt
from oreflow.report.briefing import KeyFigure
from oreflow.report.document import Document, answer, run_id
from oreflow.report.figure import Figure, Quality, Sentence
from oreflow.report.outline import Block, Cell, Column, Items, Para, Picture, Section, Table, Tiles
from oreflow.report.plots import BarRow, Bars, Lines, Series
from oreflow.respond.reserve.answer import WORST, Fan, Reserve, Strategy, Target
from oreflow.respond.reserve.rule import Line, number
from oreflow.respond.reserve.states import MOST_YEARS

MONEY = "M USD"
ENOUGH = 0.9
"""Share of the largest saving at which a budget is enough."""
SMALL = 0.5
"""Days of use below which a stock is told as none."""


def document(made: Reserve, world: World, *, command: str = "") -> Document:
    """Return a reserve as every face shows it.

    Args:
        made: The answer.
        world: The world it was made from.
        command: Command line that makes it again.

    Returns:
        The document.
    """
    page = _Page(made, world)
    spec = made.spec
    held = ", ".join(m.name.replace("_", " ") for m in spec.minerals)
    return answer(
        "reserve",
        spec.title or f"A reserve of {held} for {page.region}",
        (
            Section("hold", "What to hold", 1, page.hold()),
            Section("rule", "When to buy and when to release", 2, page.rule()),
            Section("worth", "What it is worth", 3, page.worth()),
            Section("size", "How large", 4, page.size()),
            Section("ahead", "What may happen", 5, page.ahead()),
            Section("regimes", "Regimes and markets", 6, page.regimes()),
            Section("trust", "What is assumed, and what is left out", 7, page.trust()),
        ),
        world=world,
        run=page.run,
        settings=page.settings(),
        command=command,
    )


class _Page:
    def __init__(self, made: Reserve, world: World) -> None:
        self.made, self.world = made, world
        spec = made.spec
        self.run = run_id(
            world,
            verb="reserve",
            spec=spec.hash,
            histories=made.histories,
            iterations=made.trained.iterations,
        )
        self.region = dict(zip(world.regions["region"], world.regions["name"], strict=True))[spec.region]
        self.name = dict(zip(world.commodities["commodity"], world.commodities["name"], strict=True))
        self.start = spec.start or made.markets.chain.names[0]
        self.years = made.quarters / 4.0

    def figure(self, value: float, unit: str, note: str = "", *, low: float | None = None, high: float | None = None,
               change: bool = False) -> Figure:  # fmt: skip
        return Figure(value, unit, self.run, "modelled", note, low, high, change)

    def saving(self, s: Strategy) -> Figure:
        e = s.saving
        return self.figure(e.mean, MONEY, "mean with its 95 % interval", low=e.low, high=e.high, change=True)

    def settings(self) -> dict[str, str]:
        m, spec = self.made, self.made.spec
        return {
            "serves": self.region,
            "budget": fmt.quantity(spec.budget, "USD") if math.isfinite(spec.budget) else "no limit",
            "horizon": "without end" if spec.infinite else f"{spec.quarters} quarters",
            "discount rate": f"{spec.discount:.1%} a year, real",
            "risk": "the mean"
            if spec.risk_weight == 0
            else f"{1 - spec.risk_weight:.0%} the mean, {spec.risk_weight:.0%} the worst {spec.risk_level:.0%} of "
            "outcomes, "
            "nested quarter by quarter",
            "policy": f"{m.trained.iterations} iterations, {m.trained.stopped}; the bound rose by "
            "{m.trained.rise:.2%} over "
            "the last tenth",
            "bound": fmt.quantity(m.trained.bound, MONEY),
            "histories": f"{m.histories} of {self.years:g} years, the same for every strategy, seed {spec.seed}",
            "time": fmt.quantity(m.seconds, "s"),
        }

    # 1

    def hold(self) -> tuple[Block, ...]:
        m = self.made
        names = m.markets.chain.names
        lead = [t for t in m.targets if t.regime == self.start]
        kept = [t for t in lead if t.days >= SMALL]
        figures = tuple(self.figure(t.stock, t.unit) for t in kept)
        if kept:
            parts = [
                f"{{{i}}} of {self.short(t)} ({fmt.number(t.days)} days of use)" for i, t in enumerate(kept)
            ]
            text = f"While the market is {self.start}, hold {_and(parts)}."
        else:
            text = f"While the market is {self.start}, hold nothing: no stock is worth what it costs to keep."
        bare = [self.short(t) for t in lead if t.days < SMALL and t.commodity]
        out: list[Block] = [Para(Sentence(text, figures), "lead")]
        if bare and kept:
            out.append(
                Para(
                    Sentence(
                        f"Of {_and(bare)} a stock is not worth its keep: what it would save is below its cost."
                    )
                )
            )
        policy = m.strategy("policy")
        spent = sum(self.book(t) * t.stock for t in kept) / 1e6
        tiles = [
            KeyFigure("saves over no reserve", self.saving(policy)),
            KeyFigure(
                f"saves in the worst {WORST:.0%} of histories",
                self.figure(policy.saving_worst, MONEY, change=True),
            ),
            KeyFigure("money in stock, mean", self.figure(policy.tied_up, MONEY)),
            KeyFigure(f"at the target in {self.start}", self.figure(spent, MONEY)),
        ]
        if math.isfinite(m.spec.budget) and m.spec.budget > 0:
            share = 100.0 * spent * 1e6 / m.spec.budget
            tiles[-1] = KeyFigure(
                f"at the target in {self.start}, {fmt.number(share)} % of the budget",
                self.figure(spent, MONEY),
            )
        out.append(Tiles(tuple(tiles)))
        rows: list[tuple[Cell, ...]] = []
        for state in dict.fromkeys(t.state for t in m.targets):
            mine = [t for t in m.targets if t.state == state]
            rows.append((_label(state), *(self.figure(t.stock, t.unit) for t in mine)))
        out.append(
            Table("targets", "Target stock while a regime lasts", (Column("Stock"), *(Column(n, True) for n in names)),
                  tuple(rows))
        )  # fmt: skip
        shown = [t for t in m.targets if any(o.state == t.state and o.days >= SMALL for o in m.targets)]
        if shown:
            bars = tuple(
                BarRow(
                    f"{self.short(t)}, {t.regime}", self.figure(t.days, "days of use"), t.regime == self.start
                )
                for t in shown
            )
            out.append(
                Picture("target", "Target stock by regime", Bars(bars, "days of use"),
                        Sentence(f"Full bars: {self.start}. A target is where the stock settles if the regime lasts."))
            )  # fmt: skip
        out += self.next_dollar()
        return tuple(out)

    def next_dollar(self) -> list[Block]:
        m = self.made
        ranked = m.next_dollar
        if not ranked:
            return []
        rows: list[tuple[Cell, ...]] = [
            (
                self.short(t),
                self.figure(100 * t.first, "%", change=True),
                self.figure(100 * t.value, "%", change=True),
                self.ends(t),
            )
            for t in ranked
        ]
        first = ranked[0]
        gain = self.figure(100 * first.first, "%", change=True)
        lead = (
            f"The next dollar goes to {self.short(first)}: it gains {{0}}."
            if first.first > 0
            else "The next dollar stays unspent: none of the stocks gains by it. The nearest is "
            f"{self.short(first)}, with {{0}}."
        )
        worth = dict(zip(m.markets.chain.names, m.budget_worth, strict=True))[self.start]
        figures = [gain]
        if worth > 1e-6:
            figures.append(self.figure(worth, "USD"))
            lead += f" One more dollar of budget saves {{1}} a quarter at the target in {self.start}."
        else:
            lead += " The budget does not bind: more money would stay unspent."
        columns = (
            Column("Stock"), Column("First unit", True), Column("One more at the target", True), Column("What ends it"),
        )  # fmt: skip
        return [
            Para(Sentence(lead, tuple(figures))),
            Table(
                "next", f"What a unit gains over what it costs to buy, in {self.start}", columns, tuple(rows)
            ),
        ]

    def ends(self, t: Target) -> str:
        """Say what ends a stock at its target."""
        held = next(
            f
            for m in self.made.spec.minerals
            if m.name == t.mineral
            for f in m.forms
            if f.commodity == t.commodity
        )
        full = MOST_YEARS * self.made.markets.use(t.commodity) if held.most is None else held.most
        if t.stock >= 0.98 * full:
            return f"the most that may be held, {number(full)} {t.unit}"
        if t.stock <= SMALL / 365 * self.made.markets.use(t.commodity):
            return "not worth holding"
        return "price, cost of keeping, and budget"

    # 2

    def rule(self) -> tuple[Block, ...]:
        m = self.made
        policy, rule = m.strategy("policy"), m.strategy("rule")
        lines = [line for line in m.rule if line.buy]
        if not lines:
            return (Para(Sentence("Nothing is held, so there is nothing to buy or release.")),)
        loss = m.rule_loss
        kept = 100.0 * rule.saving.mean / policy.saving.mean if policy.saving.mean > 0 else None
        out: list[Block] = [
            Items("Prices are those of the market before costs of taking in or giving out", tuple(
                Sentence(_label(f"In {_and(regimes)}{words}"))
                for words, regimes in _together(lines).items()
            )),
        ]  # fmt: skip
        figures = [self.saving(rule), self.saving(policy)]
        text = (
            "Followed to the letter on the same histories, this rule saves {0} against no reserve, the policy "
            "it was read "
            "off {1}"
        )
        if kept is not None:
            figures.append(self.figure(kept, "%"))
            text += ": it keeps {2} of it" if kept <= 100 else ": no less"
            if kept > 100:
                figures.pop()
        text += f". The difference is {{{len(figures)}}} a history."
        figures.append(
            self.figure(loss.mean, MONEY, "mean with its 95 % interval", low=loss.low, high=loss.high)
        )
        out.append(Para(Sentence(text, tuple(figures)), "verdict"))
        return tuple(out)

    # 3

    def worth(self) -> tuple[Block, ...]:
        m = self.made
        shown = [s for s in m.strategies if s.name != "none"]
        bars = Bars(
            tuple(BarRow(_strategy(s.name), self.saving(s), s.name == "policy") for s in shown), MONEY
        )
        rows: list[tuple[Cell, ...]] = [
            (
                _strategy(s.name),
                self.saving(s),
                self.figure(s.saving_worst, MONEY, change=True),
                self.figure(s.tied_up, MONEY),
            )
            for s in m.strategies
        ]
        out: list[Block] = [
            Para(Sentence(
                f"Savings over {self.years:g} years, discounted: what the region pays, goes without and spends on the "
                "reserve, less the same without a reserve; what is left in stock at the end counts at base prices. All "
                "strategies meet the same histories."
            )),
            Picture("worth", "What each strategy saves against no reserve", bars,
                    Sentence("Whiskers: 95 % interval of the mean. Below zero a strategy costs more than it saves. Fixed "
                             "days of cover are held of every mineral, without a budget.")),
            Table("strategies", "Strategies", (Column("Strategy"), Column("Saves, mean", True),
                                               Column(f"Saves, worst {WORST:.0%}", True), Column("Money in stock", True)),
                  tuple(rows)),
        ]  # fmt: skip
        for c in m.markets.commodities:
            if not any(t.commodity == c and t.days >= SMALL for t in m.targets):
                continue
            unit = m.markets.unit[c]
            dear = m.markets.chain.names[m.markets.dearest(c)]
            body: list[tuple[Cell, ...]] = []
            for s in m.strategies:
                e = s.shortfall[c]
                price = s.price[c]
                body.append(
                    (
                        _strategy(s.name),
                        self.figure(e.mean, f"{unit}/yr", low=e.low, high=e.high),
                        self.figure(s.at_risk[c], f"{unit}/yr"),
                        self.figure(s.bought[c], f"{unit}/yr"),
                        self.figure(s.released[c], f"{unit}/yr"),
                        self.figure(price, f"USD/{unit}") if math.isfinite(price) else "–",
                    )
                )
            columns = (
                Column("Strategy"), Column("Short, mean", True), Column(f"Short, worst {WORST:.0%}", True),
                Column("Bought", True), Column("Released", True), Column(f"Price in {dear}", True),
            )  # fmt: skip
            out.append(
                Table(
                    f"short-{c}", f"{self.name[c]}: use that is given up or not served", columns, tuple(body)
                )
            )
        out += self.passed_on()
        return tuple(out)

    def passed_on(self) -> list[Block]:
        """Say how much of what is released reaches users at home."""
        m = self.made
        told = []
        for c, eased in m.strategy("rule").eased.items():
            if eased is not None:
                told.append((c, min(max(eased, 0.0), 1.0)))
        if not told or all(m.strategy("rule").released[c] < 1e-3 * m.markets.use(c) for c, _ in told):
            return []
        figures = tuple(self.figure(100 * e, "%") for _, e in told)
        parts = [f"{{{i}}} of the {self.name[c].split(' (')[0].lower()}" for i, (c, _) in enumerate(told)]
        return [
            Para(Sentence(
                f"Under the rule, {_and(parts)} released lessens the shortage at home. The rest takes the place "
                f"of imports, "
                "which go to others: in an open market a reserve helps everybody who buys from the same "
                "origins.", figures,
            ))
        ]  # fmt: skip

    # 4

    def size(self) -> tuple[Block, ...]:
        m = self.made
        if len(m.sizing) < 2:
            return ()
        x = tuple(s.budget / 1e6 for s in m.sizing)
        best = max(s.saving.mean for s in m.sizing)
        enough = next(s for s in m.sizing if s.saving.mean >= ENOUGH * best)
        saved = Lines(
            x, "Budget", MONEY,
            (Series("saves", tuple(s.saving.mean for s in m.sizing), tuple(s.saving.low for s in m.sizing),
                    tuple(s.saving.high for s in m.sizing), "dots"),),
            MONEY,
        )  # fmt: skip
        risk = Lines(
            x,
            "Budget",
            MONEY,
            (Series("at risk", tuple(s.at_risk for s in m.sizing), kind="dots"),),
            f"{MONEY}/yr",
        )
        rows: list[tuple[Cell, ...]] = [
            (
                fmt.quantity(s.budget, "USD"),
                self.figure(s.saving.mean, MONEY, low=s.saving.low, high=s.saving.high, change=True),
                self.figure(s.tied_up, MONEY),
                self.figure(s.at_risk, f"{MONEY}/yr"),
                *(self.figure(s.shortfall[c], f"{m.markets.unit[c]}/yr") for c in m.markets.commodities),
            )
            for s in m.sizing
        ]
        columns = (
            Column("Budget"), Column("Saves", True), Column("Money in stock, mean", True),
            Column("Cost of shortage at risk", True),
            *(Column(f"{self.name[c].split(' (')[0]} short at risk", True) for c in m.markets.commodities),
        )  # fmt: skip
        text = (
            f"Of the budgets tried, {{0}} is enough: the others save at most {{1}}, which it comes within "
            f"{1 - ENOUGH:.0%} of. The shortfall at risk is the mean of the worst {WORST:.0%} of "
            "histories. Each budget has a policy of its own, trained half as long, and meets the same histories."
        )
        return (
            Para(Sentence(text, (self.figure(enough.budget / 1e6, MONEY), self.figure(best, MONEY, change=True)))),
            Picture("sizing", "What a budget saves", saved, Sentence("Band: 95 % interval of the mean."), half=True),
            Picture("risk", "Cost of shortage at risk", risk,
                    Sentence("Use given up or not served, at the price of the time."), half=True),
            Table("sizing", "The sizing curve", columns, tuple(rows)),
        )  # fmt: skip

    # 5

    def ahead(self) -> tuple[Block, ...]:
        out: list[Block] = [
            Para(Sentence(
                f"{self.made.histories} histories of {self.years:g} years under the policy, from today's regime "
                f"({self.start})."
            ))
        ]  # fmt: skip
        for f in self.made.fans:
            if f.what == "short" and not f.quantiles.any():
                continue
            out.append(self.fan(f))
        return tuple(out)

    def fan(self, f: Fan) -> Picture:
        q = f.quantiles
        x = tuple((i + 1) / 4.0 for i in range(q.shape[1]))

        def line(values: object) -> tuple[float, ...]:
            return tuple(float(v) for v in values)  # type: ignore[attr-defined]

        title = {"stock": f"Stock of {_label(f.name)}", "price": f"Price of {self.name.get(f.name, f.name)}",
                 "short": f"Shortage of {self.name.get(f.name, f.name)} a quarter"}[f.what]  # fmt: skip
        series = [Series("median", line(q[2]), line(q[0]), line(q[4]))]
        if f.what != "stock":
            series.append(Series("without", line(f.without), kind="dashed"))
        return Picture(
            f"fan-{f.what}-{f.name.replace(' ', '-')}", title,
            Lines(x, "Years from now", "yr from now", tuple(series), f.unit, from_zero=f.what != "price"),
            Sentence("Line: median. Band: 5 to 95 % of histories." + (
                " Dashed: median without a reserve." if f.what != "stock" else "")), half=True,
        )  # fmt: skip

    # 6

    def regimes(self) -> tuple[Block, ...]:
        m = self.made.markets
        chain = m.chain
        share, length = chain.stationary(), chain.quarters()
        quality: Quality = "assumed" if chain.quality == "assumed" else "derived"
        source = chain.source if chain.source != "spec" else "assumed in the specification"

        def chance(k: int, j: int) -> Figure:
            low, high = float(chain.low[k, j]), float(chain.high[k, j])
            ends = (100 * low, 100 * high) if low < high else (None, None)
            return Figure(
                100 * float(chain.matrix[k, j]), "%", source, quality, "a quarter; range 5 to 95 %", *ends
            )

        rows: list[tuple[Cell, ...]] = [
            (
                n,
                *(chance(k, j) for j in range(len(chain.names))),
                Figure(100 * float(share[k]), "%", source, quality),
                Figure(float(length[k]), "quarters", source, quality)
                if math.isfinite(length[k])
                else "for ever",
            )
            for k, n in enumerate(chain.names)
        ]
        columns = (Column("From"), *(Column(f"to {n}", True) for n in chain.names), Column("share of time", True),
                   Column("lasts", True))  # fmt: skip
        body: list[tuple[Cell, ...]] = []
        for k, n in enumerate(chain.names):
            for c in m.commodities:
                unit, curve = m.unit[c], m.curves[k][c]
                body.append(
                    (
                        f"{self.name[c].split(' (')[0]}, {n}",
                        self.figure(curve.base_price, f"USD/{unit}"),
                        self.figure(m.full[k][c][0], f"USD/{unit}"),
                        self.figure(m.first_year[k][c], f"USD/{unit}"),
                        self.figure(curve.base_use, f"{unit}/yr"),
                    )
                )
        return (
            Para(Sentence(chain.how)),
            Items("What holds in each regime", tuple(Sentence(self.told(r)) for r in m.regimes)),
            Table("chances", "Chances a quarter", columns, tuple(rows)),
            Table("markets", "Price and use without a reserve", (
                Column("Market"), Column("Stage", True), Column("Full model", True),
                Column("Full model, first year with private stocks", True), Column("Use", True),
            ), tuple(body)),
            Para(Sentence(
                "Stage: the market that the reserve meets, without private stocks. Full model: all regions and "
                "stages of "
                "the chain cleared under the same measures, which it reproduces. With private stocks and goods "
                "at sea the "
                "first year of a regime is softer, or sharper where buyers fear what comes."
            ), "aside"),
        )  # fmt: skip

    def told(self, r: object) -> str:
        from oreflow.respond.reserve.spec import Regime

        assert isinstance(r, Regime)
        parts = []
        for e in r.exports:
            what = _and([x.replace("_", " ") for x in e.minerals]) if e.minerals else "all that is held"
            to = _and(list(e.to)) if e.to else "everybody"
            parts.append(f"{e.origin} ships {e.limit:.0%} of its usual {what} to {to}")
        parts += [
            f"{share:.0%} of {region}'s output of {c.replace('_', ' ')} is there"
            for region, c, share in r.output
        ]
        if r.demand != 1:
            parts.append(f"demand is {r.demand:.0%} of the base")
        parts += [
            f"supply of {c.replace('_', ' ')} costs {v:.0%} of the base" for c, v in r.price.items() if v != 1
        ]
        return f"{r.name}: {'; '.join(parts) if parts else 'trade and output as in the base year 2025'}."

    # 7

    def trust(self) -> tuple[Block, ...]:
        spec = self.made.spec
        out: list[Block] = []
        if spec.facts:
            out.append(
                Items("What is said of this reserve", tuple(Sentence(f"{t} ({s})") for t, s in spec.facts))
            )
        rows: list[tuple[Cell, ...]] = []
        for a in spec.assumptions:
            known = a.source not in ("assumed", "")
            rows.append(
                (
                    a.name.replace("_", " ").replace(".", ", "),
                    Figure(a.value, a.unit or "1", a.source if known else "assumed", "assumed" if not known
                    else "derived", a.note,
                           a.low, a.high),
                    "" if a.low is None or a.high is None else f"{fmt.number(a.low)} to {fmt.number(a.high)}",
                    a.source,
                    a.note or "–",
                )
            )  # fmt: skip
        if rows:
            out.append(
                Table("assumed", "Inputs that were set", (
                    Column("Input"), Column("Value", True), Column("Range"), Column("Source"), Column("Note"),
                ), tuple(rows))
            )  # fmt: skip
        out.append(Items("What is left out", tuple(Sentence(t) for t in self.left_out())))
        return tuple(out)

    def left_out(self) -> list[str]:
        m, spec = self.made.markets, self.made.spec
        split = max(curve.split for curves in m.curves for curve in curves.values())
        unserved = (
            f"{spec.unserved:g} times the base price, as set"
            if spec.unserved is not None
            else f"{self.world.parameter('voll_multiple'):g} times the base price (parameter voll_multiple, an assumption "
            "with a wide range)"
        )
        told = [
            "Private stocks: a stage has none. Where users hold stock of their own, the first months of a shock "
            "are softer "
            "than here and the reserve is worth less.",
            f"Demand that is given up at no price is worth {unserved}; the value of a reserve against a cut-off "
            f"hangs on it.",
            "Each commodity's market is sampled with all others at their base: what the reserve does to one "
            "form does not "
            "move the other.",
            "The origin of goods is that of the last shipment: what an eligible country makes from ineligible "
            "feed counts as "
            "eligible.",
            "Regimes and their chances are those of a few years of dated measures; their ranges above are wide.",
            "The budget is money tied up in stock at base prices; storage, handling and freight come on top.",
            f"At most {MOST_YEARS:g} years of the region's use are held of a form, unless the specification "
            f"says otherwise.",
        ]
        if split > 0.01:
            told.append(
                f"To let every source rise with the price, up to {split:.0%} of use was moved between sources "
                f"of supply."
            )
        return told

    def short(self, t: Target) -> str:
        return _label(t.state)

    def book(self, t: Target) -> float:
        return self.made.markets.base_price(t.commodity) if t.commodity else 0.0


def _label(text: str) -> str:
    return text.replace("_", " ")


def _and(parts: list[str]) -> str:
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def _together(lines: list[Line]) -> dict[str, list[str]]:
    """Lines that say the same in several regimes, told once: words after the regime to the regimes."""
    out: dict[str, list[str]] = {}
    for line in lines:
        out.setdefault(line.words.removeprefix(f"In {line.regime}"), []).append(line.regime)
    return out


def _strategy(name: str) -> str:
    return {"none": "no reserve", "policy": "the policy", "rule": "the rule above"}.get(
        name, f"{name} of cover"
    )
