"""Charts as SVG text, without a plotting library: fan, lines, bars, scatter, bottleneck, flows, map, tornado.

Colours are CSS variables with a fallback, so that a page decides light or dark; `CSS` holds both palettes.
"""

from oreflow.report.charts.bars import Bar, bars
from oreflow.report.charts.bottleneck import bottleneck
from oreflow.report.charts.draw import picture
from oreflow.report.charts.fan import fan
from oreflow.report.charts.lines import lines
from oreflow.report.charts.sankey import sankey
from oreflow.report.charts.style import CSS
from oreflow.report.charts.tornado import tornado
from oreflow.report.charts.worldmap import land_symbol, world_map

__all__ = [
    "CSS",
    "Bar",
    "bars",
    "bottleneck",
    "fan",
    "land_symbol",
    "lines",
    "picture",
    "sankey",
    "tornado",
    "world_map",
]
