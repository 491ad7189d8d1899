"""How exposed we are: concentration, reliance, GeoPolRisk, the bottleneck, scarcity rent, exposure of a firm."""

from oreflow.gauge.bottleneck import Bottleneck, Stage, bottleneck
from oreflow.gauge.concentration import (
    Concentration,
    concentration,
    hhi,
    largest_share,
    n_minus_1_cover,
    n_minus_1_share,
)
from oreflow.gauge.exposure import Exposure, country_exposure, firm_exposure
from oreflow.gauge.geopolrisk import GeoPolRisk, geopolrisk, geopolrisk_of
from oreflow.gauge.inputoutput import InputOutputLoss, input_output_loss
from oreflow.gauge.reliance import (
    Reliance,
    net_import_reliance_from_trade,
    recompute,
    reliance,
)
from oreflow.gauge.rent import rent_by_stage
from oreflow.gauge.report import Indicator, gauges
from oreflow.ratios import gap_to_demand, gap_to_supply, net_import_reliance

__all__ = [
    "Bottleneck",
    "Concentration",
    "Exposure",
    "GeoPolRisk",
    "Indicator",
    "InputOutputLoss",
    "Reliance",
    "Stage",
    "bottleneck",
    "concentration",
    "country_exposure",
    "firm_exposure",
    "gap_to_demand",
    "gap_to_supply",
    "gauges",
    "geopolrisk",
    "geopolrisk_of",
    "hhi",
    "input_output_loss",
    "largest_share",
    "n_minus_1_cover",
    "n_minus_1_share",
    "net_import_reliance",
    "net_import_reliance_from_trade",
    "recompute",
    "reliance",
    "rent_by_stage",
]
