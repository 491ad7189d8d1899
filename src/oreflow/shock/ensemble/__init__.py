"""Many futures: what may happen, drawn again and again, solved, kept on disk, and what the draws say together."""

from oreflow.shock.ensemble import statistics
from oreflow.shock.ensemble.design import DESIGNS, Design
from oreflow.shock.ensemble.futures import Future, Futures, Occurrence
from oreflow.shock.ensemble.hazards import Peril, perils
from oreflow.shock.ensemble.reading import Ensemble
from oreflow.shock.ensemble.runner import ensemble
from oreflow.shock.ensemble.spec import KINDS, RANGES, DemandLaw, HazardChoice, Spec
from oreflow.shock.ensemble.specfile import spec_schema
from oreflow.shock.ensemble.summary import Summary, summarise
from oreflow.shock.ranges import RANGED, Range, ranges

__all__ = [
    "DESIGNS",
    "KINDS",
    "RANGED",
    "RANGES",
    "DemandLaw",
    "Design",
    "Ensemble",
    "Future",
    "Futures",
    "HazardChoice",
    "Occurrence",
    "Peril",
    "Range",
    "Spec",
    "Summary",
    "ensemble",
    "perils",
    "ranges",
    "spec_schema",
    "statistics",
    "summarise",
]
