"""What buyers, customs and authorities ask of a lot."""

from oreflow.trace.views.assistance import Assistance, Material, assistance
from oreflow.trace.views.graph import Graph, upstream
from oreflow.trace.views.labour import Listed, Reach, reach, read_list
from oreflow.trace.views.passport import Passport, passport

__all__ = [
    "Assistance",
    "Graph",
    "Listed",
    "Material",
    "Passport",
    "Reach",
    "assistance",
    "passport",
    "reach",
    "read_list",
    "upstream",
]
