"""A strategic minerals reserve: store, refine, distribute, rotate; how much, when, and what it is worth."""

from oreflow.respond.reserve.answer import Reserve, reserve
from oreflow.respond.reserve.default import default
from oreflow.respond.reserve.spec import Spec
from oreflow.respond.reserve.specfile import load, load_regimes, schema

__all__ = ["Reserve", "Spec", "default", "load", "load_regimes", "reserve", "schema"]
