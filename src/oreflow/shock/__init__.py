"""What can go wrong: events, scenarios, and the news that the market hears of them."""

from oreflow.shock.catalogue import find, from_library, library
from oreflow.shock.duration import Duration
from oreflow.shock.effect import EFFECTS, Effect
from oreflow.shock.event import EVENT_TYPES, Event
from oreflow.shock.laws import default_duration
from oreflow.shock.read import load, loads
from oreflow.shock.sample import Sample, run_id, sample
from oreflow.shock.scenario import Citation, Difference, Scenario, diff
from oreflow.shock.schema import scenario_schema
from oreflow.shock.scope import scope_of
from oreflow.shock.stage import Stage, stage
from oreflow.shock.target import KEYS, Target, expand
from oreflow.shock.timeline import Realised, draw, expected, realise, timeline

__all__ = [
    "EFFECTS",
    "EVENT_TYPES",
    "KEYS",
    "Citation",
    "Difference",
    "Duration",
    "Effect",
    "Event",
    "Realised",
    "Sample",
    "Scenario",
    "Stage",
    "Target",
    "default_duration",
    "diff",
    "draw",
    "expand",
    "expected",
    "find",
    "from_library",
    "library",
    "load",
    "loads",
    "realise",
    "run_id",
    "sample",
    "scenario_schema",
    "scope_of",
    "stage",
    "timeline",
]
