"""oreflow: from a headline about a mine to a briefing a person can act on.

The names below are the public face; each is imported when first used, so that ``import oreflow`` stays light.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from oreflow.atlas import World, bundled
    from oreflow.errors import (
        DataError,
        InfeasibleError,
        ModelError,
        NumericalError,
        OreflowError,
        ScenarioError,
        UsageError,
    )
    from oreflow.gauge import bottleneck, gauges
    from oreflow.gauge.screen import screen
    from oreflow.market import Base, Engine, Outcome, Settings, Window, calibrate
    from oreflow.news import Claim, read
    from oreflow.outlook.forecast import Forecast, forecast
    from oreflow.report import Briefing
    from oreflow.report.assemble import brief
    from oreflow.respond.plan import Plan, plan
    from oreflow.respond.reserve import Reserve, reserve
    from oreflow.shock import Event, Scenario
    from oreflow.shock.attack import Attack, attack
    from oreflow.shock.ensemble import Ensemble, ensemble
    from oreflow.shock.run import Run, run

__version__ = "0.1.0"

_HOME = {
    "World": "oreflow.atlas",
    "bundled": "oreflow.atlas",
    "DataError": "oreflow.errors",
    "InfeasibleError": "oreflow.errors",
    "ModelError": "oreflow.errors",
    "NumericalError": "oreflow.errors",
    "OreflowError": "oreflow.errors",
    "ScenarioError": "oreflow.errors",
    "UsageError": "oreflow.errors",
    "Ensemble": "oreflow.shock.ensemble",
    "Window": "oreflow.market",
    "ensemble": "oreflow.shock.ensemble",
    "screen": "oreflow.gauge.screen",
    "bottleneck": "oreflow.gauge",
    "gauges": "oreflow.gauge",
    "Base": "oreflow.market",
    "Engine": "oreflow.market",
    "Outcome": "oreflow.market",
    "Settings": "oreflow.market",
    "calibrate": "oreflow.market",
    "Claim": "oreflow.news",
    "read": "oreflow.news",
    "Briefing": "oreflow.report",
    "brief": "oreflow.report.assemble",
    "Plan": "oreflow.respond.plan",
    "plan": "oreflow.respond.plan",
    "Reserve": "oreflow.respond.reserve",
    "reserve": "oreflow.respond.reserve",
    "Forecast": "oreflow.outlook.forecast",
    "forecast": "oreflow.outlook.forecast",
    "Event": "oreflow.shock",
    "Scenario": "oreflow.shock",
    "Attack": "oreflow.shock.attack",
    "attack": "oreflow.shock.attack",
    "Run": "oreflow.shock.run",
    "run": "oreflow.shock.run",
}

__all__ = [
    "Attack",
    "Base",
    "Briefing",
    "Claim",
    "DataError",
    "Engine",
    "Ensemble",
    "Event",
    "Forecast",
    "InfeasibleError",
    "ModelError",
    "NumericalError",
    "OreflowError",
    "Outcome",
    "Plan",
    "Reserve",
    "Run",
    "Scenario",
    "ScenarioError",
    "Settings",
    "UsageError",
    "Window",
    "World",
    "__version__",
    "attack",
    "bottleneck",
    "brief",
    "bundled",
    "calibrate",
    "ensemble",
    "forecast",
    "gauges",
    "plan",
    "read",
    "reserve",
    "run",
    "screen",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'oreflow' has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
