"""The worst case: which few losses hurt most, with a certificate."""

from oreflow.shock.attack.answer import METHODS, Attack, Choice, Single, attack, worst
from oreflow.shock.attack.measure import OBJECTIVES, Measure
from oreflow.shock.attack.search import Certificate
from oreflow.shock.attack.targets import KINDS, Candidate, candidates
from oreflow.shock.attack.value import Harm, Losses, periods

__all__ = [
    "KINDS",
    "METHODS",
    "OBJECTIVES",
    "Attack",
    "Candidate",
    "Certificate",
    "Choice",
    "Harm",
    "Losses",
    "Measure",
    "Single",
    "attack",
    "candidates",
    "periods",
    "worst",
]
