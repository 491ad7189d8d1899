"""Price floors and contracts for difference: what they pay, which projects they finance, what that does to prices."""

from oreflow.respond.floor.assess import Assessment, Floors, assess
from oreflow.respond.floor.file import parse_terms, read_terms, terms_schema
from oreflow.respond.floor.financing import Financing, financed
from oreflow.respond.floor.market import Built, Kept, built, kept
from oreflow.respond.floor.payout import Payout, Strip, floor_value, strip
from oreflow.respond.floor.project import Project, hurdles, project_of
from oreflow.respond.floor.terms import Terms

__all__ = [
    "Assessment",
    "Built",
    "Financing",
    "Floors",
    "Kept",
    "Payout",
    "Project",
    "Strip",
    "Terms",
    "assess",
    "built",
    "financed",
    "floor_value",
    "hurdles",
    "kept",
    "parse_terms",
    "project_of",
    "read_terms",
    "strip",
    "terms_schema",
]
