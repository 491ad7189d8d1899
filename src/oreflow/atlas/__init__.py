"""What is known: sourced tables of commodities, plants, firms, trade, demand and prices."""

from oreflow.atlas.load import bundled
from oreflow.atlas.schema import Attribute, Table, tables
from oreflow.atlas.world import World

__all__ = ["Attribute", "Table", "World", "bundled", "tables"]
