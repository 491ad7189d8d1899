"""Many futures: what may happen, drawn again and again."""

from oreflow.shock.ensemble.design import DESIGNS, Design
from oreflow.shock.ensemble.futures import Future, Futures, Occurrence
from oreflow.shock.ensemble.hazards import Peril, perils
from oreflow.shock.ensemble.ranges import RANGED, Range, ranges
from oreflow.shock.ensemble.spec import KINDS, RANGES, DemandLaw, HazardChoice, Spec
from oreflow.shock.ensemble.specfile import spec_schema

__all__ = [
    "DESIGNS",
    "KINDS",
    "RANGED",
    "RANGES",
    "DemandLaw",
    "Design",
    "Future",
    "Futures",
    "HazardChoice",
    "Occurrence",
    "Peril",
    "Range",
    "Spec",
    "perils",
    "ranges",
    "spec_schema",
]
