"""Thousands of futures: drawn, solved, kept on disk, and what they say together."""

from oreflow.shock.ensemble.reading import Ensemble
from oreflow.shock.ensemble.runner import ensemble
from oreflow.shock.ensemble.summary import Summary, summarise

__all__ = ["Ensemble", "Summary", "ensemble", "summarise"]
