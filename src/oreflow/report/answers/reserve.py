"""A reserve as a document: what to hold, the rule, what it is worth, how large, and what is assumed."""

from __future__ import annotations

import math

from oreflow.atlas import World
from oreflow.report import format as fmt
from oreflow.report.answers.reserve_parts import MONEY, Page, label, listed
from oreflow.report.briefing import KeyFigure
from oreflow.report.document import Document, answer
from oreflow.report.figure import Figure, Sentence
from oreflow.report.outline import Block, Cell, Column, Items, Para, Picture, Section, Table, Tiles
from oreflow.report.plots import BarRow, Bars, Lines, Series
from oreflow.respond.reserve.result import WORST, Reserve, Size, Target
from oreflow.respond.reserve.rule import Line, number
from oreflow.respond.reserve.states import MOST_YEARS

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
    page = _Front(made, world)
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


class _Front(Page):
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
            text = f"While the market is {self.start}, hold {listed(parts)}."
        else:
            text = f"While the market is {self.start}, hold nothing: no stock is worth what it costs to keep."
        bare = [self.short(t) for t in lead if t.days < SMALL and t.commodity]
        out: list[Block] = [Para(Sentence(text, figures), "lead")]
        if bare and kept:
            out.append(
                Para(
                    Sentence(
                        f"Of {listed(bare)} a stock is not worth its keep: what it would save is below its cost."
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
            rows.append((label(state), *(self.figure(t.stock, t.unit) for t in mine)))
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
                Sentence(label(f"In {listed(regimes)}{words}"))
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
                    Sentence("Whiskers: 95 % interval of the mean. Below zero a strategy costs more than it saves. "
                             "Fixed days of cover are held of every mineral, without a budget.")),
            Table("strategies", "Strategies", (
                Column("Strategy"), Column("Saves, mean", True), Column(f"Saves, worst {WORST:.0%}", True),
                Column("Money in stock", True),
            ), tuple(rows)),
        ]  # fmt: skip
        out += self.source()
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

    def source(self) -> list[Block]:
        """Say in which regimes the saving is made."""
        policy = self.made.strategy("policy")
        parts = policy.by_regime
        left = policy.saving.mean - sum(parts.values())
        rows = [
            BarRow(f"in {n}", self.figure(v, MONEY, change=True)) for n, v in parts.items() if abs(v) > 1e-3
        ]
        if len(rows) < 2:
            return []
        rows.append(BarRow("stock left at the end", self.figure(left, MONEY, change=True)))
        return [
            Picture("source", "Where the policy spends and saves", Bars(tuple(rows), MONEY),
                    Sentence("Mean over histories, discounted. Below zero: what buying and keeping costs."))
        ]  # fmt: skip

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
                f"Under the rule, {listed(parts)} released lessens the shortage at home. The rest takes the place "
                f"of imports, "
                "which go to others: in an open market a reserve helps everybody who buys from the same "
                "origins.", figures,
            ))
        ]  # fmt: skip

    # 4

    def budgets(self, enough: Size, best: float) -> tuple[Figure, ...]:
        """Return the figures of the sentence on budgets."""
        e = enough.saving
        return (
            self.figure(enough.budget / 1e6, MONEY),
            self.figure(e.mean, MONEY, low=e.low, high=e.high, change=True),
            self.figure(best, MONEY, change=True),
        )

    def size(self) -> tuple[Block, ...]:
        m = self.made
        if len(m.sizing) < 2:
            return ()
        x = tuple(s.budget / 1e6 for s in m.sizing)
        best = max(s.saving.mean for s in m.sizing)
        enough = next(s for s in m.sizing if s.saving.high >= best)
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
            "Of the budgets tried, {0} is enough: what it saves, {1}, is not told apart from the most that a larger "
            f"one saves, {{2}}. The shortfall at risk is the mean of the worst {WORST:.0%} of "
            "histories. Each budget has a policy of its own, trained half as long, and meets the same histories; where "
            "that of a smaller budget saves more, it stands in, since a larger budget can do as a smaller one."
        )
        return (
            Para(Sentence(text, self.budgets(enough, best))),
            Picture("sizing", "What a budget saves", saved, Sentence("Band: 95 % interval of the mean."), half=True),
            Picture("risk", "Cost of shortage at risk", risk,
                    Sentence("Use given up or not served of what is held, at the price of the time."), half=True),
            Table("sizing", "The sizing curve", columns, tuple(rows)),
        )  # fmt: skip


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
