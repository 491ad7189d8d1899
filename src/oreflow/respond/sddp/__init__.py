"""Stochastic dual dynamic programming on a policy graph.

Decisions that are taken again and again while chance goes on: stocks, orders, releases. Each stage is a small linear
programme whose incoming stock is what the last one left; the cost of all that follows is a convex function of the stock
and is built up from below by planes (cuts), which linear duality gives wherever a simulated path has been.

What is found is a bound from below (`Policy.bound`), a policy that can be asked (`act`), followed (`simulate`), kept
(`save`, `load`) and trained further (`train(resume=…)`), and, on request, a bound from above (`upper_bound`).

Example:
    >>> from oreflow.respond.sddp import IterationLimit, train
    >>> from oreflow.respond.sddp.examples import hydro_thermal
    >>> policy = train(hydro_thermal(), initial_state=[0.0], stopping=IterationLimit(10))
    >>> round(policy.bound, 6), round(policy.upper_bound().value, 6)
    (10.0, 10.0)
    >>> round(policy.act("stage 2", [3.0], 0).marginal["stored"], 6)  # a unit of water in the dry case
    5.0

References:
    Pereira, M. V. F. and Pinto, L. M. V. G. (1991). Multi-stage stochastic optimization applied to energy planning.
        Mathematical Programming 52, 359–375.
    Philpott, A. B. and de Matos, V. L. (2012). Dynamic sampling algorithms for multi-stage stochastic programs with
        risk aversion. European Journal of Operational Research 218, 470–483.
    Philpott, A. B., de Matos, V. L. and Finardi, E. (2013). On solving multistage stochastic programs with coherent
        risk measures. Operations Research 61, 957–970.
    Dowson, O. (2020). The policy graph decomposition of multistage stochastic programming problems. Networks 76, 3–23.
"""

from oreflow.respond.risk import CVaR, Expectation, Mix, Risk, WorstCase
from oreflow.respond.sddp.graph import Graph
from oreflow.respond.sddp.policy import Decision, Policy
from oreflow.respond.sddp.sampling import Sampling
from oreflow.respond.sddp.simulate import Simulation
from oreflow.respond.sddp.stability import Stability
from oreflow.respond.sddp.stage import Noise, Stage
from oreflow.respond.sddp.stopping import (
    BoundStalls,
    GapClosed,
    Iteration,
    IterationLimit,
    Stopping,
    TimeLimit,
)
from oreflow.respond.sddp.train import train
from oreflow.respond.sddp.tree import Extensive, deterministic_equivalent
from oreflow.respond.sddp.upper import Upper

__all__ = [
    "BoundStalls",
    "CVaR",
    "Decision",
    "Expectation",
    "Extensive",
    "GapClosed",
    "Graph",
    "Iteration",
    "IterationLimit",
    "Mix",
    "Noise",
    "Policy",
    "Risk",
    "Sampling",
    "Simulation",
    "Stability",
    "Stage",
    "Stopping",
    "TimeLimit",
    "Upper",
    "WorstCase",
    "deterministic_equivalent",
    "train",
]
