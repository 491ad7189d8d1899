"""What is known: sourced tables of commodities, plants, firms, trade, demand and prices.

`bundled` is the world that comes with the package, `load` lays a user's tables over it. Data checks live in
`oreflow.atlas.check`, provenance in `oreflow.atlas.provenance`.
"""

from oreflow.atlas.bundle import bundled, load
from oreflow.atlas.schema import Attribute, Table, tables
from oreflow.atlas.world import World

__all__ = ["Attribute", "Table", "World", "bundled", "load", "tables"]
