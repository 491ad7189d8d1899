"""Forecasts of prices and needs that are scored against naive ones, and refused where they are no better."""

from oreflow.outlook.forecast.backtest import Backtest, Score, backtest
from oreflow.outlook.forecast.board import Board, board
from oreflow.outlook.forecast.csvfile import read_series
from oreflow.outlook.forecast.known import WHAT, forecast, known, series_of
from oreflow.outlook.forecast.make import forecast_series
from oreflow.outlook.forecast.models import CANDIDATES, installed
from oreflow.outlook.forecast.quote import Quoted, quoted
from oreflow.outlook.forecast.result import Forecast
from oreflow.outlook.forecast.rolling import Rolling, rolling
from oreflow.outlook.forecast.rows import scoreboard_row
from oreflow.outlook.forecast.series import Series, coarser, series

__all__ = [
    "CANDIDATES",
    "WHAT",
    "Backtest",
    "Board",
    "Forecast",
    "Quoted",
    "Rolling",
    "Score",
    "Series",
    "backtest",
    "board",
    "coarser",
    "forecast",
    "forecast_series",
    "installed",
    "known",
    "quoted",
    "read_series",
    "rolling",
    "scoreboard_row",
    "series",
    "series_of",
]
