"""Every large supplier of every mineral cut off for a year: what it costs a region, and how likely it is."""

from oreflow.gauge.screen.economy import Economy, load_economy
from oreflow.gauge.screen.effects import Effects
from oreflow.gauge.screen.family import LeftOut, Mode, Supplier, scenario, suppliers
from oreflow.gauge.screen.probability import Probability, probabilities, stop_probability
from oreflow.gauge.screen.run import Ranked, Screen, Stop, screen

__all__ = [
    "Economy",
    "Effects",
    "LeftOut",
    "Mode",
    "Probability",
    "Ranked",
    "Screen",
    "Stop",
    "Supplier",
    "load_economy",
    "probabilities",
    "scenario",
    "screen",
    "stop_probability",
    "suppliers",
]
