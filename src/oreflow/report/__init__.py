"""What people read: the briefing and its four faces, terminal, Markdown, HTML and JSON.

The faces are imported when one is written, so that reading a briefing stays light.
"""

from oreflow.report.briefing import Briefing, KeyFigure, Meta, Setting, SourceRow, schema
from oreflow.report.figure import Band, Figure, Sentence, spread
from oreflow.report.paths import price_path, supply_path
from oreflow.report.write import write

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
