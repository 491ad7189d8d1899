"""The outlook as a document: gaps, demand and supply over the years, policies, and published figures beside ours."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from oreflow.atlas import World
from oreflow.outlook.result import Bar, Comparison, Milestone, MineralOutlook, Outlook, StageOutlook
from oreflow.report import format as fmt
from oreflow.report.briefing import KeyFigure
from oreflow.report.document import Document, answer, run_id
from oreflow.report.effects import Sensitivity, WhatWouldChange
from oreflow.report.figure import Figure, Quality, Sentence
from oreflow.report.outline import Block, Cell, Column, Items, Para, Picture, Section, Table, Tiles
from oreflow.report.plots import Lines, Series

STAGES = {"mined": "at the mine", "refined": "refined"}
"""Stage in plain words."""
BARS = 10
"""Rows of a tornado."""
REGIONS = 12
"""Rows of a table by region."""
_MOST = 50.0
"""Gap to demand in percent above which a mineral is named in the lead of many."""
_NOW = (2025.0, "base year")
_CHARTS = 3
"""Up to so many minerals get their charts as a matter of course; with more, each still has its table."""

_GROUPS = {
    "Cars": ("ev_car",),
    "Vans, buses, trucks": ("ev_van", "ev_bus", "ev_truck", "ev_two_wheeler"),
    "Stationary storage": ("stationary",),
    "Electronics, tools": ("other_battery",),
    "Electric drives": ("drive",),
    "Grids and power": ("networks", "solar", "wind", "hydrogen", "other_power"),
    "Other uses": ("other_uses", "mined_uses"),
}
"""What demand is summed up as in a chart: no more than can be told apart."""


def document(made: Outlook, world: World, *, command: str = "") -> Document:
    """Return an outlook as every face shows it.

    Args:
        made: The outlook.
        world: World that it was made from.
        command: Command line that makes it again.

    Returns:
        The document.
    """
    run = name(made)
    few = len(made.minerals) <= _CHARTS
    named = dict(zip(world.regions["region"], world.regions["name"], strict=True))
    sections = [
        Section("gap", f"The gap in {made.at}", 1, _gap(made, run)),
        *(Section(f"of-{m.mineral}", m.name, i, _mineral(made, m, run, named, charts=few))
          for i, m in enumerate(made.minerals, start=2)),
        Section("policies", "What policies do", len(made.minerals) + 2, _policies(made, run)),
        Section("published", "Published figures beside ours", len(made.minerals) + 3, _published(made, run)),
        Section("trust", "How far to trust it", 0, (Items("", tuple(_trust(made, run))),)),
    ]  # fmt: skip
    return answer(
        "outlook",
        title(made),
        _numbered(sections),
        world=world,
        run=run,
        settings={
            "place": made.title,
            "years": f"{made.years[0]} to {made.years[-1]}",
            "scenario of demand": made.scenario,
            "scenario of chemistry": made.chemistry,
            "policies": ", ".join(made.policies) or "none",
            "draws": f"{made.draws}, seed {made.seed}",
        },
        command=command,
    )


def _numbered(sections: Sequence[Section]) -> list[Section]:
    """The sections that hold something, numbered in order; those after the story keep none."""
    told = [s for s in sections if s.blocks]
    return [replace(s, number=i if s.number else 0) for i, s in enumerate(told, start=1)]


def name(made: Outlook) -> str:
    """Return the name of the run: the same world and settings give the same."""
    return run_id(
        made.world, verb="outlook", place=made.place, minerals=[m.mineral for m in made.minerals],
        to=made.years[-1], scenario=made.scenario, chemistry=made.chemistry, policies=made.policies,
        draws=made.draws, seed=made.seed,
    )  # fmt: skip


def title(made: Outlook) -> str:
    """Return the title of an outlook."""
    which = _low(made.minerals[0].name) if len(made.minerals) == 1 else "minerals"
    return f"Outlook for {which} in {made.title} to {made.years[-1]}"


def _low(name: str) -> str:
    """A mineral's name inside a sentence; what is short for something keeps its capitals."""
    return name[:1].lower() + name[1:]


def _gap(made: Outlook, run: str) -> tuple[Block, ...]:
    few = len(made.minerals) <= _CHARTS
    leads = [_lead(made, m, run) for m in made.minerals] if few else [_all(made)]
    blocks: list[Block] = [Para(s, "lead") for s in leads]
    if len(made.minerals) == 1:
        m = made.minerals[0]
        tiles = []
        for s in m.stages:
            k = s.at(made.at)
            tiles.append(KeyFigure(f"Gap {STAGES[s.stage]}", _banded(k, m.unit, run)))
            tiles.append(KeyFigure(f"Gap to demand {STAGES[s.stage]}", _percent(k.gap_to_demand, run)))
        blocks.append(Tiles(tuple(tiles)))
        blocks += [Para(_moved(made, m, s)) for s in m.stages[-1:] if s.bars]
    for stage in STAGES if len(made.minerals) > 1 else ():
        refined = stage == "refined"
        columns = (
            Column("Mineral"), Column("Demand", True), *(() if refined else (Column("Supply", True),)),
            Column("Gap to demand", True), Column("Gap to supply", True),
            *((Column("Net import reliance", True),) if refined else ()),
        )  # fmt: skip
        rows: list[tuple[Cell, ...]] = []
        for m in made.minerals:
            k = m.stage(stage).at(made.at)
            middle = () if refined else (Figure(k.supply, m.unit, run),)
            end = (_percent(k.net_import_reliance, run),) if refined else ()
            shares = (_percent(k.gap_to_demand, run), _percent(k.gap_to_supply, run))
            rows.append((m.name, Figure(k.demand, m.unit, run), *middle, *shares, *end))
        title_ = f"{STAGES[stage][:1].upper()}{STAGES[stage][1:]}, {made.at}"
        blocks.append(Table(f"gaps-{stage}", title_, columns, tuple(rows)))
    text = (
        "Gap: demand less supply at home, old scrap counted as supply; below zero is a surplus. The tables below give "
        "it in tonnes, with a range that holds nine draws in ten. Gap to supply and gap to demand are two numbers: the "
        "first can exceed 100 %. Net import reliance is the USGS's: what of refined use new metal refined at home and "
        "old scrap do not give. World N-1: the world's supply without its largest "
        "supplier over the world's demand."
    )
    blocks.append(Para(Sentence(text), "aside"))
    if made.note:
        blocks.append(Para(Sentence(made.note + "."), "aside"))
    return tuple(blocks)


def _all(made: Outlook) -> Sentence:
    """What stands out among many minerals."""
    short, spare = [], []
    for m in made.minerals:
        gap = m.stage("refined").at(made.at).gap_to_demand
        if gap is not None and gap > _MOST:
            short.append(_low(m.name))
        if gap is not None and gap < 0:
            spare.append(_low(m.name))
    where = made.title[:1].upper() + made.title[1:]
    parts = [f"{where} in {made.at}:"]
    if short:
        parts.append(f"more than half of the refined demand is not met at home for {_and(short)}.")
    if spare:
        parts.append(f"There is a surplus, refined, of {_and(spare)}.")
    if not short and not spare:
        parts.append("no gap is above half of the refined demand, and none is a surplus.")
    return Sentence(" ".join(parts))


def _and(names: list[str]) -> str:
    return ", ".join(names[:-1]) + (" and " if len(names) > 1 else "") + names[-1]


def _lead(made: Outlook, m: MineralOutlook, run: str) -> Sentence:
    mined, refined = (m.stage(s).at(made.at) for s in ("mined", "refined"))
    where = made.title[:1].upper() + made.title[1:]
    head = f"{where} in {made.at}, {_low(m.name)}: "
    figures: list[Figure] = []

    def slot(value: float) -> str:
        figures.append(Figure(value, m.unit, run))
        return f"{{{len(figures) - 1}}}"

    def gap(k: Milestone) -> str:
        return f"{'a gap' if k.gap >= 0 else 'a surplus'} of {slot(abs(k.gap))}"

    if math.isclose(mined.demand, refined.demand, rel_tol=1e-9):
        text = f"a demand of {slot(refined.demand)}; supply of {slot(mined.supply)} at the mine, {gap(mined)}, and "
        text += f"{slot(refined.supply)} refined, {gap(refined)}."
    else:
        parts = []
        for k, stage in ((mined, "at the mine"), (refined, "refined")):
            parts.append(f"{stage} a demand of {slot(k.demand)} against {slot(k.supply)}, {gap(k)}")
        text = "; ".join(parts) + "."
    return Sentence(head + text, tuple(figures))


def _moved(made: Outlook, m: MineralOutlook, s: StageOutlook) -> Sentence:
    first = [b.title[:1].lower() + b.title[1:] for b in s.bars[:3]]
    return Sentence(f"What moves the gap {STAGES[s.stage]} in {made.at} most: {_and(first)}.")


def _mineral(
    made: Outlook, m: MineralOutlook, run: str, named: Mapping[str, str], *, charts: bool
) -> tuple[Block, ...]:
    blocks: list[Block] = []
    if charts:
        blocks.append(_demand(made, m))
        if m.families:
            blocks.append(_cells(made, m))
        for s in m.stages:
            blocks += [_supply(made, m, s), _band(made, m, s)]
    blocks += _years(m, run, named)
    blocks += _regions(made, m, run, named)
    blocks += _headroom(m, run)
    if charts:
        for s in m.stages:
            blocks += _tornado(made, m, s, run)
            blocks += _projects(made, m, s, run)
    return tuple(blocks)


def _axis(made: Outlook) -> tuple[float, ...]:
    return tuple(float(y) for y in made.years)


def _demand(made: Outlook, m: MineralOutlook) -> Picture:
    paths = {p.name: p for p in m.demand}
    series = []
    for label, names in _GROUPS.items():
        held = [paths[n] for n in names if n in paths]
        values = tuple(sum(p.values[i] for p in held) for i in range(len(made.demand_years)))
        if held and max(values) > 0:
            series.append(Series(label, values))
    data = Lines(
        tuple(map(float, made.demand_years)), "year", "yr", tuple(series), m.unit, stacked=True, marked=_NOW
    )
    return Picture(
        f"demand-{m.mineral}", f"Demand for {_low(m.name)} by product, {made.scenario}", data,
        Sentence("Refined, losses of cell making included. Areas add up to all demand."), half=bool(m.families),
    )  # fmt: skip


def _supply(made: Outlook, m: MineralOutlook, s: StageOutlook) -> Picture:
    held = [p for p in s.supply if max(p.values) > 0]
    series = tuple(Series(p.title, tuple(max(0.0, v) for v in p.values)) for p in held)
    data = Lines(
        _axis(made), "year", "yr", series or (Series("None", (0.0,) * len(made.years)),), m.unit, stacked=True
    )
    return Picture(
        f"supply-{m.mineral}-{s.stage}", f"Supply of {_low(m.name)} {STAGES[s.stage]} by source", data,
        Sentence("Projects at their mean: size times odds times how far they have come by then."), half=True,
    )  # fmt: skip


def _band(made: Outlook, m: MineralOutlook, s: StageOutlook) -> Picture:
    band = s.band
    data = Lines(
        _axis(made), "year", "yr",
        (Series("Gap", band.central, band.q05, band.q95), Series("Demand", s.demand, kind="dashed")),
        m.unit, marked=(float(made.at), str(made.at)),
    )  # fmt: skip
    return Picture(
        f"gap-{m.mineral}-{s.stage}", f"Gap of {_low(m.name)} {STAGES[s.stage]}", data,
        Sentence("Line: every assumption at its central value. Shaded: nine draws in ten."), half=True,
    )  # fmt: skip


def _years(m: MineralOutlook, run: str, named: Mapping[str, str]) -> list[Block]:
    out: list[Block] = []
    for s in m.stages:
        columns = (
            Column("Year"), Column("Demand", True), Column("Supply", True), Column("Gap", True),
            Column("Gap to demand", True), Column("Gap to supply", True),
        )  # fmt: skip
        rows: tuple[tuple[Cell, ...], ...] = tuple(
            (
                str(k.year), Figure(k.demand, m.unit, run), Figure(k.supply, m.unit, run),
                _banded(k, m.unit, run), _percent(k.gap_to_demand, run), _percent(k.gap_to_supply, run),
            )
            for k in s.milestones
        )  # fmt: skip
        out.append(Table(f"years-{m.mineral}-{s.stage}", f"{m.name} {STAGES[s.stage]}", columns, rows))
    mined, refined = (m.stage(s).milestones for s in ("mined", "refined"))
    heads = (
        Column("Year"), Column("Net import reliance", True), Column("World N-1, mined", True),
        Column("refined", True), Column("Largest miner"), Column("Largest refiner"),
    )  # fmt: skip
    hangs: tuple[tuple[Cell, ...], ...] = tuple(
        (
            str(b.year), _percent(b.net_import_reliance, run), _percent(_hundred(a.cover), run),
            _percent(_hundred(b.cover), run), _largest(a, named), _largest(b, named),
        )
        for a, b in zip(mined, refined, strict=True)
    )  # fmt: skip
    out.append(Table(f"hangs-{m.mineral}", f"Whom {_low(m.name)} hangs on", heads, hangs))
    return out


def _cells(made: Outlook, m: MineralOutlook) -> Picture:
    held = [p for p in m.families if max(p.values) > 0]
    series = tuple(Series(p.title, p.values) for p in held)
    data = Lines(
        tuple(map(float, made.demand_years)), "year", "yr", series, m.unit, stacked=True, marked=_NOW
    )
    return Picture(
        f"cells-{m.mineral}", f"{m.name} in batteries by chemistry, {made.chemistry}", data,
        Sentence("All batteries together: of vehicles, storage and electronics."), half=True,
    )  # fmt: skip


def _regions(made: Outlook, m: MineralOutlook, run: str, named: Mapping[str, str]) -> list[Block]:
    if not m.regions:
        return []
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (named.get(x.region, x.region), *(Figure(v, m.unit, run) for v in (x.demand, x.mined, x.refined)))
        for x in m.regions[:REGIONS]
    )
    more = len(m.regions) - REGIONS
    columns = (Column("Region"), Column("Demand", True), Column("Mined", True), Column("Refined", True))
    table = Table(f"regions-{m.mineral}", f"{m.name} by region, {made.at}, scrap left out", columns, rows)
    return [
        table,
        *(
            [Para(Sentence(f"The {REGIONS} largest users; {more} more in the JSON."), "aside")]
            if more > 0
            else []
        ),
    ]


def _headroom(m: MineralOutlook, run: str) -> list[Block]:
    if not m.headroom:
        return []
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            str(h.year), fmt.words(h.process), Figure(h.running, m.unit, run), Figure(h.idle, m.unit, run),
            Figure(h.feed, m.unit, run), Figure(h.headroom, m.unit, run, change=True),
        )
        for h in m.headroom
    )  # fmt: skip
    columns = (
        Column("Year"), Column("Conversion"), Column("Capacity that runs", True), Column("Idle in 2025", True),
        Column("Mined for it", True), Column("Headroom", True),
    )  # fmt: skip
    caption = f"Room to refine what is mined at home, {_low(m.name)}"
    return [Table(f"headroom-{m.mineral}", caption, columns, rows)]


def _tornado(made: Outlook, m: MineralOutlook, s: StageOutlook, run: str) -> list[Block]:
    if not s.bars:
        return []
    base = s.at(made.at).gap

    def gap(value: float) -> Figure:
        return Figure(base + value, m.unit, run)

    rows = tuple(
        Sensitivity(b.title, _end(b, b.low), _end(b, b.high), gap(b.at_low), gap(b.at_high))
        for b in s.bars[:BARS]
    )
    measure = f"gap of {_low(m.name)} {STAGES[s.stage]} in {made.at}"
    data = WhatWouldChange(measure, Figure(base, m.unit, run), rows)
    return [
        Picture(
            f"tornado-{m.mineral}-{s.stage}", f"What moves the {measure} most", data,
            Sentence("One assumption at a time from its low to its high end; the upright line is the gap as it stands. "
                "−1 and 1: all figures of a kind at their low or high ends."),
        )
    ]  # fmt: skip


def _end(b: Bar, value: float) -> Figure:
    quality: Quality = "assumed" if b.quality == "assumed" else "reported"
    note = "From the low ends (-1) to the high ends (1) of the tables" if b.low == -1 and b.high == 1 else ""
    return Figure(value, b.unit, b.source, quality, note)


def _projects(made: Outlook, m: MineralOutlook, s: StageOutlook, run: str) -> list[Block]:
    if not s.projects:
        return []
    rows = tuple((title_, Figure(q, m.unit, run)) for title_, q in s.projects)
    caption = f"Projects that add most {STAGES[s.stage]} in {made.at}, at their mean"
    return [
        Table(f"projects-{m.mineral}-{s.stage}", caption, (Column("Project"), Column("Adds", True)), rows)
    ]


def _policies(made: Outlook, run: str) -> tuple[Block, ...]:
    blocks: list[Block] = []
    for m in made.minerals:
        held = [e for e in m.effects if e.holds]
        if not held:
            continue
        years = sorted({e.year for e in held})
        columns = (
            Column("Policy"),
            *(Column(f"{y}, {STAGES[s]}", True) for y in years for s in STAGES),
            Column("What it is"),
        )
        rows: list[tuple[Cell, ...]] = []
        for policy in dict.fromkeys(e.policy for e in held):
            of = {(e.year, e.stage): e for e in held if e.policy == policy}
            first = next(iter(of.values()))
            cells: list[Cell] = [fmt.words(policy)]
            for y in years:
                for stage in STAGES:
                    e = of[y, stage]
                    low, high = _around(e.change, e.low, e.high)
                    cells.append(Figure(e.change, m.unit, run, "modelled", "", low, high, change=True))
            rows.append((*cells, first.description))
        caption = f"Change of the gap of {_low(m.name)}; below zero the gap shrinks"
        blocks.append(Table(f"policies-{m.mineral}", caption, columns, tuple(rows)))
    idle = [
        p
        for p in made.policies
        if not any(e.holds for m in made.minerals for e in m.effects if e.policy == p)
    ]
    if idle:
        blocks.append(Para(Sentence(f"Of no effect here: {', '.join(fmt.words(p) for p in idle)}."), "aside"))
    if blocks:
        text = (
            "Alone each; together they are less or more than their sum, for one may need what another brings."
        )
        blocks.append(Para(Sentence(text), "aside"))
    return tuple(blocks)


def _published(made: Outlook, run: str) -> tuple[Block, ...]:
    columns = (
        Column("Figure"),
        Column("Published", True),
        Column("Ours", True),
        Column("Near"),
        Column("Why they differ"),
    )
    rows = tuple(_compared(c, run) for c in made.comparisons)
    blocks: list[Block] = []
    if rows:
        blocks.append(Table("published", "Published figures beside ours", columns, rows))
    if made.contradictions:
        items = tuple(Sentence(f"{c.statement}. {c.arithmetic.strip()}") for c in made.contradictions)
        blocks.append(Items("Statements that do not fit their own figures, or others", items))
    return tuple(blocks)


def _compared(c: Comparison, run: str) -> tuple[Cell, ...]:
    low, high = (None, None) if c.published_high is None else (c.published, c.published_high)
    middle = c.published if high is None or low is None else (low + high) / 2
    note = "" if high is None else "Published as a range; its middle is shown"
    return (
        c.what,
        Figure(middle, c.unit, c.source, "claimed", note, low, high),
        Figure(c.ours, c.unit, run),
        "–" if c.agrees is None else "yes" if c.agrees else "no",
        c.why,
    )


def _trust(made: Outlook, run: str) -> list[Sentence]:
    draws = Figure(float(made.draws), "draws", run)
    return [
        Sentence("Demand is that of products where they are sold, cells and magnets inside them counted; other uses "
                 "stand where the metal is turned into goods. It is not the apparent use of refined metal alone."),
        Sentence("Sectors beyond batteries (grids, solar, wind) are the world's of the IEA, shared by a place's part "
                 "of all other uses."),
        Sentence("Supply is what plants of 2025 and known projects give. Odds and delays of projects are assumptions "
                 "with a low and a high end; projects nobody has announced are not in it, so that gaps late in the "
                 "thirties are no forecast of shortage: prices bring supply. Refineries and makers of anodes are built "
                 "in a few years; mines are not."),
        Sentence("No trade and no price is solved here; the gap is what must come from abroad or from new projects."),
        Sentence("The range is that of {0}: every assumption between its ends, every project built or not, and late or "
                 "not. Scenarios of demand and of chemistry are not in it.", (draws,)),
    ]  # fmt: skip


def _banded(k: Milestone, unit: str, run: str) -> Figure:
    low, high = _around(k.gap, k.low, k.high)
    return Figure(k.gap, unit, run, "modelled", "", low, high)


def _around(value: float, low: float, high: float) -> tuple[float | None, float | None]:
    """A range that is none where both ends are the value."""
    scale = max(abs(value), abs(low), abs(high), 1e-9)
    return (None, None) if math.isclose(low, high, abs_tol=1e-6 * scale) else (low, high)


def _percent(value: float | None, run: str) -> Figure:
    return Figure(value, "%", run)


def _hundred(value: float | None) -> float | None:
    return None if value is None else 100.0 * value


def _largest(k: Milestone, named: Mapping[str, str]) -> str:
    name = named.get(k.largest, k.largest)
    return f"{name}, {fmt.with_unit(fmt.number(100.0 * k.largest_share, decimals=0), '%')}" if name else "–"


__all__ = ["document", "name", "title"]
