"""The parts of a reserve's page behind the answer: histories, regimes and markets, what is assumed and left out."""

from __future__ import annotations

import math

from oreflow.atlas import World
from oreflow.report import format as fmt
from oreflow.report.document import run_id
from oreflow.report.figure import Figure, Quality, Sentence
from oreflow.report.outline import Block, Cell, Column, Items, Para, Picture, Table
from oreflow.report.plots import Lines, Series
from oreflow.respond.reserve.result import Fan, Reserve, Strategy, Target
from oreflow.respond.reserve.spec import Regime
from oreflow.respond.reserve.states import MOST_YEARS

MONEY = "M USD"
_BLOCS = {"allied": "allied countries", "feoc": "foreign entities of concern", "eu": "the European Union"}


class Page:
    """What the sections share, and the sections behind the answer: histories, regimes, assumptions.

    Args:
        made: The answer.
        world: The world it was made from.
    """

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
        """Return a figure that was computed here."""
        return Figure(value, unit, self.run, "modelled", note, low, high, change)

    def saving(self, s: Strategy) -> Figure:
        """Return what a strategy saves, with its interval."""
        e = s.saving
        return self.figure(e.mean, MONEY, "mean with its 95 % interval", low=e.low, high=e.high, change=True)

    def settings(self) -> dict[str, str]:
        """Return the settings of the run."""
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

    # 5

    def ahead(self) -> tuple[Block, ...]:
        """Return the histories."""
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
        out += self.forecasts()
        return tuple(out)

    def forecasts(self) -> list[Block]:
        """Return what forecasts say of prices; the reserve itself takes those of the base year."""
        m = self.made
        rows: list[tuple[Cell, ...]] = [
            (
                f"{self.name[f.commodity]}, {f.period}",
                self.figure(m.markets.base_price(f.commodity), f"USD/{m.markets.unit[f.commodity]}"),
                Figure(f.last, f.unit, f.source, "reported"),
                Figure(f.value, f.unit, self.run, "modelled", "median and 80 % interval", f.low, f.high),
                f.score,
            )
            for f in m.forecasts
        ]
        if not rows:
            return []
        columns = (
            Column("Price"), Column("Here, calm", True), Column("Last on record", True), Column("Forecast", True),
            Column("Model and score"),
        )  # fmt: skip
        text = (
            "The reserve starts from the prices of the base year in every calm quarter. Forecasts of the market of "
            "reference stand beside, with their score against the last value: where none is better, the last value is "
            "the forecast."
        )
        return [
            Para(Sentence(text)),
            Table("forecasts", "Price forecasts about a year ahead", columns, tuple(rows)),
        ]

    def fan(self, f: Fan) -> Picture:
        """Return one path with its spread."""
        q = f.quantiles
        x = tuple((i + 1) / 4.0 for i in range(q.shape[1]))

        def line(values: object) -> tuple[float, ...]:
            return tuple(float(v) for v in values)  # type: ignore[attr-defined]

        title = {"stock": f"Stock of {label(f.name)}", "price": f"Price of {self.name.get(f.name, f.name)}",
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
        """Return the regimes, their chances, and the markets in them."""
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
        for c in m.commodities:
            alike: dict[tuple[Cell, ...], list[str]] = {}
            for k, n in enumerate(chain.names):
                alike.setdefault(self.market(k, c), []).append(n)
            title = self.name[c].split(" (")[0]
            body += [(f"{title}, {' · '.join(names)}", *cells) for cells, names in alike.items()]
        return (
            Para(Sentence(chain.how)),
            Items("What holds in each regime", tuple(Sentence(self.told(r)) for r in m.regimes)),
            Table("chances", "Chances a quarter", columns, tuple(rows)),
            Table("markets", "Price and use without a reserve", (
                Column("Market"), Column("Stage", True), Column("Full model", True),
                Column("Full model, first year with private stocks", True), Column("Use", True),
            ), tuple(body)),
            Para(Sentence(
                "Stage: the market that the reserve meets, without private stocks. Full model: all regions and stages "
                "of the chain cleared under the same measures, which it reproduces; a dash where a price level is put "
                "on top. With private stocks and goods at sea the first year of a regime is softer, or sharper where "
                "buyers fear what comes."
            ), "aside"),
        )  # fmt: skip

    def market(self, k: int, c: str) -> tuple[Cell, ...]:
        """Return price and use of a commodity in a regime: of the stage, of the full model, and in its first year."""
        m = self.made.markets
        unit, curve = m.unit[c], m.curves[k][c]
        price = self.figure(m.price(k, c), f"USD/{unit}")
        # The full model knows the measures of a regime, not a price level that was set or counted.
        if m.regimes[k].price.get(c, 1.0) != 1.0:
            return price, "–", "–", "–"
        return (
            price,
            self.figure(m.full[k][c][0], f"USD/{unit}"),
            self.figure(m.first_year[k][c], f"USD/{unit}"),
            self.figure(curve.base_use, f"{unit}/yr"),
        )

    def told(self, r: Regime) -> str:
        """Say what holds in a regime."""
        parts = []
        for e in r.exports:
            what = listed([x.replace("_", " ") for x in e.minerals]) if e.minerals else "all that is held"
            to = listed([self.place(x) for x in e.to]) if e.to else "everybody"
            parts.append(f"{self.place(e.origin)} ships {e.limit:.0%} of its usual {what} to {to}")
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

    def place(self, name: str) -> str:
        """Say a region or a bloc in words."""
        names = dict(zip(self.world.regions["region"], self.world.regions["name"], strict=True))
        return str(names.get(name, _BLOCS.get(name, name)))

    def in_force(self) -> list[str]:
        """Say which export measures the base year, and so the first regime, holds already."""
        held = {m.name for m in self.made.spec.minerals}
        of = dict(zip(self.world.commodities["commodity"], self.world.commodities["mineral"], strict=True))
        table = self.world.policies
        rows = table[table["state"].eq("base") & table["kind"].isin(["ban", "licence", "quota"])]
        told = [
            str(d) for c, d in zip(rows["commodity"], rows["description"], strict=True) if of.get(c) in held
        ]
        return list(dict.fromkeys(told))

    def trust(self) -> tuple[Block, ...]:
        """Return what is assumed and left out."""
        spec = self.made.spec
        out: list[Block] = []
        if spec.facts:
            out.append(
                Items("What is said of this reserve", tuple(Sentence(f"{t} ({s})") for t, s in spec.facts))
            )
        rows: list[tuple[Cell, ...]] = []
        for a in spec.assumptions:
            known = a.source not in ("assumed", "specification", "")
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
        """Say what is left out."""
        m, spec = self.made.markets, self.made.spec
        split = max(curve.split for curves in m.curves for curve in curves.values())
        unserved = (
            f"{spec.unserved:g} times the base price, as set"
            if spec.unserved is not None
            else f"{self.world.parameter('voll_multiple'):g} times the base price (parameter voll_multiple, an "
            "assumption with a wide range)"
        )
        told = [
            *(
                f"The first regime is the base year, which had a measure of its own: {t}."
                for t in self.in_force()
            ),
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
        """Return the name of a stock."""
        return label(t.state)

    def book(self, t: Target) -> float:
        """Return what a unit counts for, USD."""
        return self.made.markets.base_price(t.commodity) if t.commodity else 0.0


def label(text: str) -> str:
    """Return a name of the tables as words."""
    return text.replace("_", " ")


def listed(parts: list[str]) -> str:
    """Join words with commas and an and."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"
