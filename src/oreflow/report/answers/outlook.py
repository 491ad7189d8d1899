"""The outlook as a document: gaps, demand and supply over the years, policies, and published figures beside ours."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from oreflow.atlas import World
from oreflow.outlook.result import Comparison, Milestone, MineralOutlook, Outlook, StageOutlook
from oreflow.report import format as fmt
from oreflow.report.answers.outlook_mineral import (
    STAGES,
    around,
    banded,
    listed,
    low,
    mineral_blocks,
    percent,
)
from oreflow.report.briefing import KeyFigure
from oreflow.report.document import Document, answer, run_id
from oreflow.report.figure import Figure, Sentence
from oreflow.report.outline import Block, Cell, Column, Items, Para, Section, Table, Tiles

_MOST = 50.0
"""Gap to demand in percent above which a mineral is named in the lead of many."""
_CHARTS = 3
"""Up to so many minerals get their charts as a matter of course; with more, each still has its table."""


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
        *(Section(f"of-{m.mineral}", m.name, i, mineral_blocks(made, m, run, named, charts=few))
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
    which = low(made.minerals[0].name) if len(made.minerals) == 1 else "minerals"
    return f"Outlook for {which} in {made.title} to {made.years[-1]}"


def _gap(made: Outlook, run: str) -> tuple[Block, ...]:
    few = len(made.minerals) <= _CHARTS
    leads = [_lead(made, m, run) for m in made.minerals] if few else [_all(made)]
    blocks: list[Block] = [Para(s, "lead") for s in leads]
    if len(made.minerals) == 1:
        m = made.minerals[0]
        tiles = []
        for s in m.stages:
            k = s.at(made.at)
            tiles.append(KeyFigure(f"Gap {STAGES[s.stage]}", banded(k, m.unit, run)))
            tiles.append(KeyFigure(f"Gap to demand {STAGES[s.stage]}", percent(k.gap_to_demand, run)))
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
            end = (percent(k.net_import_reliance, run),) if refined else ()
            shares = (percent(k.gap_to_demand, run), percent(k.gap_to_supply, run))
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
            short.append(low(m.name))
        if gap is not None and gap < 0:
            spare.append(low(m.name))
    where = made.title[:1].upper() + made.title[1:]
    parts = [f"{where} in {made.at}:"]
    if short:
        parts.append(f"more than half of the refined demand is not met at home for {listed(short)}.")
    if spare:
        parts.append(f"There is a surplus, refined, of {listed(spare)}.")
    if not short and not spare:
        parts.append("no gap is above half of the refined demand, and none is a surplus.")
    return Sentence(" ".join(parts))


def _lead(made: Outlook, m: MineralOutlook, run: str) -> Sentence:
    mined, refined = (m.stage(s).at(made.at) for s in ("mined", "refined"))
    where = made.title[:1].upper() + made.title[1:]
    head = f"{where} in {made.at}, {low(m.name)}: "
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
    return Sentence(f"What moves the gap {STAGES[s.stage]} in {made.at} most: {listed(first)}.")


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
                    least, most = around(e.change, e.low, e.high)
                    cells.append(Figure(e.change, m.unit, run, "modelled", "", least, most, change=True))
            rows.append((*cells, first.description))
        caption = f"Change of the gap of {low(m.name)}; below zero the gap shrinks"
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


__all__ = ["document", "name", "title"]
