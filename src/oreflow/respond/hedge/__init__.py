"""The sodium-ion hedge: break-even lithium price, the right to switch lines, how much and how fast, and the crowd."""

from oreflow.respond.hedge.assess import Hedge, Option, assess, option, strikes_of
from oreflow.respond.hedge.breakeven import (
    Breakeven,
    Intensity,
    breakeven,
    intensity,
    terms_of_conversion,
    threshold,
)
from oreflow.respond.hedge.crowd import Crowd, Effect, Scare, crowd, price_effect, scare
from oreflow.respond.hedge.maker import Maker, maker
from oreflow.respond.hedge.policies import Lattice, Told, frictionless, lattice, regression, rule
from oreflow.respond.hedge.share import Choice, Frontier
from oreflow.respond.hedge.switch import Switch, committed, foresight

__all__ = [
    "Breakeven",
    "Choice",
    "Crowd",
    "Effect",
    "Frontier",
    "Hedge",
    "Intensity",
    "Lattice",
    "Maker",
    "Option",
    "Scare",
    "Switch",
    "Told",
    "assess",
    "breakeven",
    "committed",
    "crowd",
    "foresight",
    "frictionless",
    "intensity",
    "lattice",
    "maker",
    "option",
    "price_effect",
    "regression",
    "rule",
    "scare",
    "strikes_of",
    "terms_of_conversion",
    "threshold",
]
