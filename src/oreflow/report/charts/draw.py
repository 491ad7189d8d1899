"""The chart of each kind of picture."""

from __future__ import annotations

from oreflow.report.charts.bars import Bar, bars
from oreflow.report.charts.bottleneck import bottleneck
from oreflow.report.charts.lines import lines
from oreflow.report.charts.sankey import sankey
from oreflow.report.charts.scatter import scatter
from oreflow.report.charts.steps import steps
from oreflow.report.charts.tornado import tornado
from oreflow.report.charts.worldmap import world_map
from oreflow.report.effects import Chain, ChainFlows, WhatWouldChange, WorldMap
from oreflow.report.plots import BarRow, Bars, Cloud, Lines, Steps

Drawable = WorldMap | ChainFlows | Chain | WhatWouldChange | Lines | Bars | Cloud | Steps
"""What a picture can show."""


def picture(key: str, name: str, data: Drawable, *, width: float) -> str:
    """Return the chart of what a picture shows.

    Args:
        key: Unique id on the page.
        name: Title of the picture.
        data: What is drawn; its kind says which chart.
        width: Width in px.

    Returns:
        SVG.
    """
    if isinstance(data, Chain):
        return bottleneck(key, data, width=width)
    if isinstance(data, WorldMap):
        return world_map(key, data, width=width)
    if isinstance(data, ChainFlows):
        return sankey(key, data, width=width)
    if isinstance(data, Lines):
        return lines(key, name, data, width=width)
    if isinstance(data, Cloud):
        return scatter(key, data.points, name=name, width=width, labels=14 if width > 600 else 6)
    if isinstance(data, Steps):
        return steps(key, name, data, width=width)
    if isinstance(data, Bars):
        return bars(key, name, [_bar(r) for r in data.rows], unit=data.unit, width=width, signed=True)
    return tornado(key, data, width=width)


def _bar(row: BarRow) -> Bar:
    f = row.value
    ends = (f.low, f.high) if f.low is not None and f.high is not None else None
    return Bar(row.name, f.value or 0.0, f.text, f.detail, ends, marked=row.marked)
