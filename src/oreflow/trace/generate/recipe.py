"""What goes into what, from the recipes of the atlas."""

from __future__ import annotations

from dataclasses import dataclass

from oreflow.atlas import World
from oreflow.trace.model.amounts import PPB
from oreflow.trace.tables import rows
from oreflow.units import factor

KWH_PER_KG = 0.25
"""Energy of nickel-based cells a kilogram: 0.22 to 0.30 kWh on data sheets of 2024."""


@dataclass(frozen=True, slots=True)
class Product:
    """A product as it is traded.

    Attributes:
        commodity: Commodity of the atlas.
        name: Name in words.
        element: Metal that is assayed.
        share: Share of it in the dry mass.
        tolerance: Tolerance of the share, billionths.
        moisture: Share of water.
    """

    commodity: str
    name: str
    element: str
    share: float
    tolerance: int
    moisture: float


class Recipe:
    """Recipes of a world in contained metal.

    Args:
        world: World.

    Attributes:
        cathode: Metal to tonnes of it that a tonne of nickel-based cathode takes.
        cathode_per_gwh: Cathode that a GWh of cells takes, t.
        copper_per_gwh: Copper that a GWh of cells takes, t.
        kwh_per_kg: Energy of cells, kWh/kg.
    """

    def __init__(self, world: World) -> None:
        flows = world.flows
        takes = {
            (r.process, r.commodity): float(str(r.coefficient))
            for r in flows.itertuples()
            if r.role == "input"
        }
        self._outputs = dict(zip(world.processes["process"], world.processes["output"], strict=True))
        lce = (
            takes["nmc_cathode_making", "lithium_carbonate"]
            + takes["nmc_cathode_making", "lithium_hydroxide"]
        )
        self.cathode = {
            "Li": lce * factor("t LCE", "t Li"),
            "Ni": takes["nmc_cathode_making", "nickel_refined"],
            "Co": takes["nmc_cathode_making", "cobalt_refined"],
            "Mn": takes["nmc_cathode_making", "manganese_refined"],
        }
        self.cathode_per_gwh = takes["nmc_cell_making", "nmc_cathode"]
        self.copper_per_gwh = takes["nmc_cell_making", "copper_refined"]
        self.kwh_per_kg = KWH_PER_KG
        self._products = {
            r["commodity"]: Product(
                r["commodity"], r["product"], r["element"], float(r["share"]), int(float(r["tolerance"]) * PPB),
                float(r["moisture"]),
            )
            for r in rows("chain_products")
        }  # fmt: skip

    def product_of(self, process: str, default: str = "") -> Product:
        """Return the product of a process."""
        return self._products[self._outputs.get(process, default)]
