"""What people read: the briefing and its four faces, terminal, Markdown, HTML and JSON.

The faces are imported when one is written, so that reading a briefing stays light.
"""

from oreflow.report.briefing import Briefing, KeyFigure, Meta, Setting, SourceRow, schema
from oreflow.report.figure import Band, Figure, Sentence, spread
from oreflow.report.output import write
from oreflow.report.paths import price_path, supply_path

__all__ = [
    "Band",
    "Briefing",
    "Figure",
    "KeyFigure",
    "Meta",
    "Sentence",
    "Setting",
    "SourceRow",
    "price_path",
    "schema",
    "spread",
    "supply_path",
    "write",
]
