"""Where it is heading: forecasts, and demand and supply to 2040."""

from oreflow.outlook.minerals import minerals
from oreflow.outlook.result import MineralOutlook, Outlook, StageOutlook
from oreflow.outlook.run import outlook

__all__ = ["MineralOutlook", "Outlook", "StageOutlook", "minerals", "outlook"]
