"""How the chain clears: one linear programme whose duals are the prices."""

from oreflow.market.calibrate import Base, calibrate
from oreflow.market.change import Change, News
from oreflow.market.engine import Engine
from oreflow.market.outcome import Outcome
from oreflow.market.settings import Settings
from oreflow.market.view import Draw
from oreflow.market.window import Window

__all__ = ["Base", "Change", "Draw", "Engine", "News", "Outcome", "Settings", "Window", "calibrate"]
