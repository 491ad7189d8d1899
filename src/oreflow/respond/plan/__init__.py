"""The plan: of all that can be done, the cheapest set that makes what may happen bearable."""

from oreflow.respond.plan.answer import plan, planned
from oreflow.respond.plan.benders import Best, Menu, Planner
from oreflow.respond.plan.extensive import extensive
from oreflow.respond.plan.happenings import Happening
from oreflow.respond.plan.measures import Measure, measures
from oreflow.respond.plan.programme import Programme
from oreflow.respond.plan.proof import Proved, prove
from oreflow.respond.plan.ranking import Ranked, Ranking, rank
from oreflow.respond.plan.recourse import Recourse
from oreflow.respond.plan.regret import Regret
from oreflow.respond.plan.result import Judged, Plan, Point, Shortage
from oreflow.respond.plan.risk import at_risk
from oreflow.respond.plan.robust import Robust, robust
from oreflow.respond.plan.spec import AttackCase, HazardCase, LossCase, PlanSpec, ScenarioCase
from oreflow.respond.plan.specfile import load, plan_schema
from oreflow.respond.plan.study import Study, study

__all__ = [
    "AttackCase",
    "Best",
    "Happening",
    "HazardCase",
    "Judged",
    "LossCase",
    "Measure",
    "Menu",
    "Plan",
    "PlanSpec",
    "Planner",
    "Point",
    "Programme",
    "Proved",
    "Ranked",
    "Ranking",
    "Recourse",
    "Regret",
    "Robust",
    "ScenarioCase",
    "Shortage",
    "Study",
    "at_risk",
    "extensive",
    "load",
    "measures",
    "plan",
    "plan_schema",
    "planned",
    "prove",
    "rank",
    "robust",
    "study",
]
