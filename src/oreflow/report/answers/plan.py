"""A plan as a document: what to buy, the frontier from cost to risk, every measure alone, regret, and the attacker."""

from __future__ import annotations

import math
from collections.abc import Sequence

from oreflow.atlas import World
from oreflow.report import format as fmt
from oreflow.report.assemble.case import GRADES, firm
from oreflow.report.briefing import KeyFigure
from oreflow.report.document import Document, answer, run_id
from oreflow.report.figure import Figure, Quality, Sentence
from oreflow.report.outline import Block, Cell, Column, Items, Para, Picture, Section, Table, Tiles
from oreflow.report.plots import BarRow, Bars, Lines, Series
from oreflow.respond.plan import Judged, LossCase, Plan, Point, Proved, Robust, ScenarioCase

TOP = 12
"""Rows shown of regrets and attacks."""
SAME = 1e-3
"""Share of the largest cost within which two plans stand at one place of the frontier."""
NOISE = 1e-6
"""Share of the loss at risk below which a change is none."""
SHORT = 1e-3
"""Share of what is wanted below which a commodity is left out of the shortages shown."""


def document(
    plan: Plan,
    world: World,
    *,
    robust: Robust | None = None,
    proved: Sequence[Proved] = (),
    command: str = "",
) -> Document:
    """Return a plan as every face shows it.

    Args:
        plan: The plan.
        world: Its world, for names and sources.
        robust: How it stands up to the attacker; left out where it was not asked.
        proved: What it does in the whole market in the worst cases; left out where it was not asked.
        command: Command line that makes it again.

    Returns:
        The document.
    """
    told = _Told(plan, world)
    spec = plan.spec
    sections = [
        Section("plan", "What to do", 1, told.chosen()),
        Section("frontier", "What safety costs", 2, told.frontier()),
        Section("measures", "Each measure alone", 3, told.measures()),
        Section("shortages", "Who still goes without", 4, told.shortages(proved)),
        Section("regret", "If a case comes true", 5, told.regrets()),
        Section("attacker", "Against the attacker", 6, told.attacker(robust) if robust else ()),
        Section("cases", "What may happen", 7, told.cases()),
        Section("reading", "How to read it", 8, (Items("", tuple(Sentence(n) for n in plan.notes)),)),
    ]
    return answer(
        "plan",
        spec.title or f"A plan for {told.whose}",
        sections,
        world=world,
        run=told.run,
        settings={
            "for": told.whose,
            "minerals": ", ".join(spec.minerals),
            "horizon": f"{spec.years:g} years, each case looked at for {sum(spec.spans)} months",
            "weight of risk": f"{spec.weight:g} USD of cost for a USD of loss at risk",
            "at risk": f"mean of the worst {100 * spec.tail:g} % of cases",
            "budget": "none" if math.isinf(spec.budget) else fmt.quantity(spec.budget, "USD"),
            "discount rate": f"{100 * plan.rate:g} % a year",
            "cases": f"{len(plan.cases)}",
            "second stages solved": f"{plan.solves:,}",
            "time": fmt.quantity(plan.seconds, "s"),
        },
        command=command,
    )


class _Told:
    """Blocks of a plan."""

    def __init__(self, plan: Plan, world: World) -> None:
        self.plan, self.spec = plan, plan.spec
        spec = plan.spec
        self.run = run_id(plan.world, verb="plan", spec=repr(spec))
        regions = dict(zip(world.regions["region"], world.regions["name"], strict=True))
        firms = dict(zip(world.firms["firm"], world.firms["name"], strict=True))
        name = firm(firms.get(spec.firm, spec.firm)) if spec.firm else regions.get(spec.region, spec.region)
        self.whose = f"the {name}" if str(name).startswith("United") else str(name)
        table = world.commodities
        self.goods = dict(zip(table["commodity"], table["name"], strict=True))
        self.unit = dict(zip(table["commodity"], table["unit"], strict=True))
        self.measure = {j.measure.measure: j.measure for j in plan.judged}

    def usd(self, value: float, *, change: bool = False, note: str = "") -> Figure:
        return Figure(value, "USD", self.run, "modelled", note, change=change)

    def amount(self, value: float, unit: str, *, change: bool = False) -> Figure:
        return Figure(value, unit, self.run, change=change)

    def good(self, commodity: str) -> str:
        name = str(self.goods.get(commodity, commodity))
        return name.partition(" (")[0]

    def cost(self, j: Judged) -> Figure:
        """Cost of a measure with its range and its sources."""
        m = j.measure
        return Figure(
            j.cost,
            "USD",
            f"{self.run};{m.source}",
            "modelled",
            m.note,
            min(j.cost_low, j.cost),
            max(j.cost_high, j.cost),
        )

    def size(self, j: Judged, value: float) -> Figure:
        return Figure(value, j.measure.unit, self.run)

    def chosen(self) -> tuple[Block, ...]:
        p, none = self.plan.chosen, self.plan.nothing
        bought = sorted((j for j in self.plan.judged if j.size > 0), key=lambda j: -j.risk_within)
        if not bought:
            lead = Sentence(
                "At this weight of risk nothing is worth its cost: {0} stay at risk.", (self.usd(none.risk),)
            )
            return (Para(lead, "lead"), self._tiles(p, none))
        lead = Sentence(
            f"{len(bought)} measure{'s' if len(bought) > 1 else ''} for {{0}} over {self.spec.years:g} years bring "
            f"what {self.whose} would lose in the worst {100 * self.spec.tail:g} % of cases from {{1}} down to {{2}}.",
            (self.usd(p.cost), self.usd(none.risk), self.usd(p.risk)),
        )
        rows: list[tuple[Cell, ...]] = [
            (
                j.measure.name,
                j.measure.who,
                self.size(j, j.size),
                self.cost(j),
                Figure(j.measure.lead, "months", j.measure.source, _quality(j), "", *_lead(j)),
                self.usd(j.risk_within),
                j.measure.hangs_on,
            )
            for j in bought
        ]
        columns = (
            Column("Measure"), Column("Who"), Column("Size", True), Column("Cost", True), Column("Works after", True),
            Column("Loss at risk without it", True), Column("Hangs on"),
        )  # fmt: skip
        return (
            Para(lead, "lead"),
            self._tiles(p, none),
            Table("chosen", "The plan, what it would lack most first", columns, tuple(rows)),
        )

    def _tiles(self, p: Point, none: Point) -> Tiles:
        return Tiles(
            (
                KeyFigure("Cost of the plan", self.usd(p.cost)),
                KeyFigure("Loss at risk without it", self.usd(none.risk)),
                KeyFigure("Loss at risk with it", self.usd(p.risk)),
                KeyFigure(
                    "Mean loss, all cases, without and with", None, self._pair(none.expected, p.expected)
                ),
            )
        )

    def _pair(self, before: float, after: float) -> str:
        return f"{self.usd(before).text} → {self.usd(after).text}"

    def frontier(self) -> tuple[Block, ...]:
        points = [self.plan.nothing, *self.plan.frontier]
        if len(points) < 3:
            return ()
        scale = max(p.cost for p in points) or 1.0
        kept: list[Point] = []
        for p in sorted(points, key=lambda p: (p.cost, p.risk)):
            if not kept or p.cost > kept[-1].cost + SAME * scale:
                kept.append(p)
        blocks: list[Block] = []
        if len(kept) > 1:
            texts = tuple(f"weight {p.weight:g}" if p.sizes else "nothing bought" for p in kept)
            lines = Lines(
                x=tuple(p.cost for p in kept),
                x_label="Cost over the horizon",
                x_unit="USD",
                series=(
                    Series("worst cases", tuple(p.risk for p in kept), kind="dots", texts=texts),
                    Series("all cases", tuple(p.expected for p in kept), kind="dashed"),
                ),
                unit="USD",
                y_label="Loss",
                from_zero=all(p.risk >= 0 and p.expected >= 0 for p in kept),
                marked=(self.plan.chosen.cost, "the plan"),
            )
            blocks.append(
                Picture(
                    "frontier",
                    "Loss at risk against what is spent",
                    lines,
                    Sentence("Each dot is the best plan for one weight of risk."),
                )
            )
        rows: list[tuple[Cell, ...]] = []
        for p in self.plan.frontier:
            bought = "; ".join(
                f"{_lower(self.measure[m].name)} ({fmt.quantity(v, self.measure[m].unit)})"
                for m, v in p.sizes.items()
            )
            rows.append(
                (
                    f"{p.weight:g}",
                    self.usd(p.cost),
                    self.usd(p.risk),
                    self.usd(p.expected),
                    bought or "nothing",
                )
            )
        columns = (
            Column("Weight of risk"), Column("Cost", True), Column("Loss at risk", True), Column("Mean loss", True),
            Column("Bought"),
        )  # fmt: skip
        blocks.append(Table("along", "Along the frontier", columns, tuple(rows)))
        return tuple(blocks)

    def measures(self) -> tuple[Block, ...]:
        rows: list[tuple[Cell, ...]] = []
        for j in sorted(self.plan.judged, key=lambda j: (j.unit_cost, j.measure.measure)):
            m, unit = j.measure, self.unit.get(j.measure.commodity, "unit")
            each: Cell = "–" if math.isinf(j.unit_cost) else Figure(j.unit_cost, f"USD/{unit}", self.run)
            gain = j.risk_alone if abs(j.risk_alone) > NOISE * self.plan.nothing.risk else 0.0
            even: Cell = fmt.number(j.breakeven) if gain > 0 and math.isfinite(j.breakeven) else "never"
            rows.append(
                (
                    m.name,
                    self.size(j, j.tried),
                    self.cost(j),
                    self.amount(j.alone, unit),
                    self.amount(j.alone_tail, unit),
                    each,
                    self.usd(gain),
                    even,
                    j.verdict,
                )
            )
        columns = (
            Column("Measure"), Column("Size", True), Column("Cost", True), Column("Shortfall avoided, mean", True),
            Column("in the worst cases", True), Column("Cost a unit avoided", True),
            Column("Less loss at risk", True), Column("From weight"), Column("Verdict"),
        )  # fmt: skip
        said = Sentence(
            "Each measure alone, at its size in the plan or else at its largest. Shortfall avoided is that of what it "
            "supplies, over the window of a case; the mean counts every case with its chance, so that a unit avoided "
            "on average is dear where the case is rare. Less loss can come without less shortfall: dear imports are "
            "replaced. From weight: the weight of risk from which it is worth its cost."
        )
        return (
            Para(said, "aside"),
            Table("alone", "Measures, cheapest for each unit avoided first", columns, tuple(rows)),
            *self.floors(),
        )

    def floors(self) -> tuple[Block, ...]:
        """What floors pay and finance."""
        rows: list[tuple[Cell, ...]] = []
        for j in self.plan.judged:
            m = j.measure
            if m.kind != "floor":
                continue
            unit = self.unit.get(m.commodity, "unit")
            each = f"USD/({m.unit})"
            rows.append(
                (
                    m.name,
                    Figure(m.strike, f"USD/{unit}", m.source, _quality(j), m.note),
                    f"{m.years:g}",
                    "none" if math.isnan(m.upside) else f"{100 * m.upside:g} %",
                    Figure(m.capital, each, self.run, "modelled", "", m.capital_low, m.capital_high),
                    self.amount(m.effect * m.most, f"{unit}/yr"),
                )
            )
        if not rows:
            return ()
        columns = (
            Column("Floor"), Column("Price guaranteed", True), Column("Years"), Column("Paid back of higher prices"),
            Column("Expected payments a unit covered", True), Column("Capacity it adds on average", True),
        )  # fmt: skip
        return (Table("floors", "What floors pay and finance", columns, tuple(rows)),)

    def shortages(self, proved: Sequence[Proved]) -> tuple[Block, ...]:
        found = {p.commodity: p for p in proved}
        rows: list[tuple[Cell, ...]] = []
        for before, after in zip(self.plan.nothing.shortages, self.plan.chosen.shortages, strict=True):
            if max(before.tail, before.mean, after.tail) <= SHORT * before.wanted and before.wanted > 0:
                continue
            row: list[Cell] = [
                self.good(before.commodity),
                *(self.amount(v, before.unit) for v in (before.mean, after.mean, before.tail, after.tail)),
            ]
            if proved:
                p = found[before.commodity]
                row += [self.amount(v, before.unit) for v in (p.without, p.believed, p.found)]
            rows.append(tuple(row))
        if not rows:
            return ()
        columns = [
            Column("Of"), Column("Mean, without", True), Column("with the plan", True),
            Column("Worst cases, without", True), Column("with the plan", True),
        ]  # fmt: skip
        if proved:
            columns += [
                Column("Proof: without", True), Column("with, prices elsewhere held", True),
                Column("with, in the whole market", True),
            ]  # fmt: skip
        what = (
            "what is bought or gone without while the price stands above that of the base"
            if self.spec.firm
            else "what users would take at base prices less what they get"
        )
        said = Sentence(
            f"A shortage is {what}, over the {sum(self.spec.spans)} months of a case. The worst cases with the plan "
            "are other cases than those without it."
            + (
                " For the proof the worst cases without the plan are solved again in the whole market, where prices "
                "elsewhere answer what the plan gives."
                if proved
                else ""
            )
        )
        return (Para(said, "aside"), Table("short", "Shortages", tuple(columns), tuple(rows)))

    def regrets(self) -> tuple[Block, ...]:
        ranked = sorted(self.plan.regrets, key=lambda r: -r.regret)[:TOP]
        if not ranked:
            return ()
        losses = {c.name: row for c, row in zip(self.plan.cases, self.plan.losses.tolist(), strict=True)}
        rows: list[tuple[Cell, ...]] = []
        for r in ranked:
            knew = ", ".join(_lower(self.measure[m].name) for m in r.sizes) or "nothing"
            before, after = losses[r.case]
            rows.append(
                (fmt.plain(r.case.replace("_", " ")), f"{100 * r.weight:.2g} %", self.usd(before), self.usd(after),
                 self.usd(r.regret), knew)
            )  # fmt: skip
        columns = (
            Column("Case"), Column("Chance"), Column("Loss without", True), Column("with the plan", True),
            Column("Regret", True), Column("Who knew would buy"),
        )  # fmt: skip
        said = Sentence(
            "Regret is what the plan and its loss cost in a case, more than for somebody who knew that it would come. "
            "The largest are shown."
        )
        return (Para(said, "aside"), Table("regret", "Regret", columns, tuple(rows)))

    def attacker(self, r: Robust) -> tuple[Block, ...]:
        a = r.attack
        lead = Sentence(
            f"Of {r.sets} attacks, each the loss of {a.budget} of the {a.targets} for {a.months} months, losing "
            f"{r.worst_without.attack} is worst without a plan: {{0}}. With the plan the worst is losing "
            f"{r.worst_chosen.attack}: {{1}}; with the plan that is best against it, at a cost of {{2}}, losing "
            f"{r.worst_robust.attack}: {{3}}.",
            (
                self.usd(r.worst_without.without), self.usd(r.worst_chosen.chosen), self.usd(r.cost),
                self.usd(r.worst_robust.robust),
            ),
        )  # fmt: skip
        rows: list[tuple[Cell, ...]] = [
            (x.attack, self.usd(x.without), self.usd(x.chosen), self.usd(x.robust)) for x in r.attacks[:TOP]
        ]
        columns = (
            Column("Lost"), Column("Without a plan", True), Column("With the plan", True),
            Column("With the best against it", True),
        )  # fmt: skip
        bought = ", ".join(
            f"{_lower(self.measure[m].name)} ({fmt.quantity(v, self.measure[m].unit)})"
            for m, v in r.sizes.items()
        )
        more = [
            Sentence(
                f"Best against the worst attack, as if it were certain: {bought or 'nothing'}. Proven in {r.rounds} "
                f"rounds that took {len(r.generated)} of the attacks: cost and loss come to {{0}}, and no plan has "
                "less than {1}.",
                (self.usd(r.value), self.usd(r.bound)),
            ),
            Sentence(
                "In the whole market, of what the worst attack costs everybody together, the plan spares {0}.",
                (self.usd(r.world_without - r.world_with),),
            ),
        ]
        bars = Bars(
            tuple(BarRow(x.attack, self.usd(x.without), x == r.worst_without) for x in r.attacks[:TOP]), "USD"
        )
        return (
            Para(lead, "lead"),
            Picture(
                "attacks",
                f"What {self.whose} loses without a plan",
                bars,
                Sentence("The full bar is the worst."),
            ),
            Table("attacked", "Attacks, worst first", columns, tuple(rows)),
            Items("", tuple(more)),
        )

    def cases(self) -> tuple[Block, ...]:
        grouped: dict[str, list[int]] = {}
        for i, c in enumerate(self.plan.cases):
            grouped.setdefault(c.group, []).append(i)
        why: dict[str, str] = {}
        for case in self.spec.cases:
            key = case.scenario.name if isinstance(case, ScenarioCase) else ""
            if isinstance(case, LossCase):
                key = next((g for g in grouped if g not in why and self._is(case, grouped[g])), "")
            why[key] = case.source
        rows: list[tuple[Cell, ...]] = []
        for group, members in grouped.items():
            chance = sum(self.plan.cases[i].weight for i in members)
            if chance <= 0.0:
                continue
            losses = [float(self.plan.losses[i, 0]) for i in members]
            mean = sum(losses) / len(losses)
            first = self.plan.cases[members[0]]
            told = (
                first.text
                if len(members) == 1 or group != "what comes by itself"
                else (
                    "Outages, accidents, strikes, weather, conflict, permits and export measures: table hazards"
                )
            )
            rows.append(
                (
                    fmt.plain(group.replace("_", " ")),
                    fmt.plain(told),
                    f"{100 * chance:.3g} %",
                    str(len(members)),
                    Figure(
                        mean, "USD", self.run, "modelled", "lowest and highest draw", min(losses), max(losses)
                    ),
                    why.get(group, ""),
                )
            )
        columns = (
            Column("Case"), Column("What happens"), Column("Chance within the horizon"), Column("Draws"),
            Column("Loss without a plan", True), Column("Why this chance"),
        )  # fmt: skip
        return (Table("cases", "Cases", columns, tuple(rows)),)

    def _is(self, case: LossCase, members: list[int]) -> bool:
        cases = self.plan.cases
        text = cases[members[0]].text
        total = sum(cases[i].weight for i in members)
        return text.endswith(f"lost for {case.months} months") and abs(total - case.chance) < 1e-9


def _quality(j: Judged) -> Quality:
    return next((q for q in GRADES if q == j.measure.quality), "assumed")


def _lead(j: Judged) -> tuple[float | None, float | None]:
    m = j.measure
    return (None, None) if math.isnan(m.lead_low) or math.isnan(m.lead_high) else (m.lead_low, m.lead_high)


def _lower(name: str) -> str:
    """A name inside a sentence: names of places keep their capitals."""
    return name[:1].lower() + name[1:]
