"""A screen of suppliers for people: what it found in words, and as one page."""

from oreflow.report.screen.page import render
from oreflow.report.screen.words import headline, left_out, named, title, trust

__all__ = ["headline", "left_out", "named", "render", "title", "trust"]
