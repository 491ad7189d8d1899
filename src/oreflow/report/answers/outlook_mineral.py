"""One mineral of an outlook as blocks of a page: charts over the years, tables, a tornado, projects."""

from __future__ import annotations

import math
from collections.abc import Mapping

from oreflow.outlook.result import Bar, Milestone, MineralOutlook, Outlook, StageOutlook
from oreflow.report import format as fmt
from oreflow.report.effects import Sensitivity, WhatWouldChange
from oreflow.report.figure import Figure, Quality, Sentence
from oreflow.report.outline import Block, Cell, Column, Para, Picture, Table
from oreflow.report.plots import Lines, Series

STAGES = {"mined": "at the mine", "refined": "refined"}
"""Stage in plain words."""
BARS = 10
"""Rows of a tornado."""
REGIONS = 12
"""Rows of a table by region."""
_NOW = (2025.0, "base year")
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


def mineral_blocks(
    made: Outlook, m: MineralOutlook, run: str, named: Mapping[str, str], *, charts: bool
) -> tuple[Block, ...]:
    """Return the section of one mineral.

    Args:
        made: The outlook.
        m: The mineral.
        run: Name of the run, the source of what it computed.
        named: Region to its name.
        charts: Whether charts, tornado and projects are shown beside the tables.
    """
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
        f"demand-{m.mineral}", f"Demand for {low(m.name)} by product, {made.scenario}", data,
        Sentence("Refined, losses of cell making included. Areas add up to all demand."), half=bool(m.families),
    )  # fmt: skip


def _supply(made: Outlook, m: MineralOutlook, s: StageOutlook) -> Picture:
    held = [p for p in s.supply if max(p.values) > 0]
    series = tuple(Series(p.title, tuple(max(0.0, v) for v in p.values)) for p in held)
    data = Lines(
        _axis(made), "year", "yr", series or (Series("None", (0.0,) * len(made.years)),), m.unit, stacked=True
    )
    return Picture(
        f"supply-{m.mineral}-{s.stage}", f"Supply of {low(m.name)} {STAGES[s.stage]} by source", data,
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
        f"gap-{m.mineral}-{s.stage}", f"Gap of {low(m.name)} {STAGES[s.stage]}", data,
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
                banded(k, m.unit, run), percent(k.gap_to_demand, run), percent(k.gap_to_supply, run),
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
            str(b.year), percent(b.net_import_reliance, run), percent(_hundred(a.cover), run),
            percent(_hundred(b.cover), run), _largest(a, named), _largest(b, named),
        )
        for a, b in zip(mined, refined, strict=True)
    )  # fmt: skip
    out.append(Table(f"hangs-{m.mineral}", f"Whom {low(m.name)} hangs on", heads, hangs))
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
    caption = f"Room to refine what is mined at home, {low(m.name)}"
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
    measure = f"gap of {low(m.name)} {STAGES[s.stage]} in {made.at}"
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


def banded(k: Milestone, unit: str, run: str) -> Figure:
    """Return the gap of a year with the range that holds nine draws in ten."""
    low, high = around(k.gap, k.low, k.high)
    return Figure(k.gap, unit, run, "modelled", "", low, high)


def around(value: float, low: float, high: float) -> tuple[float | None, float | None]:
    """A range that is none where both ends are the value."""
    scale = max(abs(value), abs(low), abs(high), 1e-9)
    return (None, None) if math.isclose(low, high, abs_tol=1e-6 * scale) else (low, high)


def percent(value: float | None, run: str) -> Figure:
    """Return a share in percent; none where there is nothing to divide by."""
    return Figure(value, "%", run)


def _hundred(value: float | None) -> float | None:
    return None if value is None else 100.0 * value


def _largest(k: Milestone, named: Mapping[str, str]) -> str:
    name = named.get(k.largest, k.largest)
    return f"{name}, {fmt.with_unit(fmt.number(100.0 * k.largest_share, decimals=0), '%')}" if name else "–"


def low(name: str) -> str:
    """A mineral's name inside a sentence; what is short for something keeps its capitals."""
    return name[:1].lower() + name[1:]


def listed(names: list[str]) -> str:
    """Return names as they stand in a sentence: one, two and three."""
    return ", ".join(names[:-1]) + (" and " if len(names) > 1 else "") + names[-1]
