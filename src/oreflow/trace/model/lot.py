"""A lot: an amount of material with an assay, an owner and a place; and the places and parties around it."""

from __future__ import annotations

from dataclasses import dataclass

from oreflow.errors import DataError, UnknownNameError
from oreflow.trace.model.amounts import ELEMENTS, LARGEST_MG, PPB
from oreflow.trace.model.custody import Custody


@dataclass(frozen=True, slots=True)
class Assay:
    """Share of an element in the dry mass.

    Attributes:
        element: Element, e.g. "Cu".
        share: Share of the dry mass, billionths.
        tolerance: Tolerance of the share, billionths; none where the laboratory states none.
    """

    element: str
    share: int
    tolerance: int | None = None

    def __post_init__(self) -> None:
        if self.element not in ELEMENTS:
            raise UnknownNameError("element", self.element, ELEMENTS, where="assay")
        if not 0 <= self.share <= PPB or (self.tolerance is not None and not 0 <= self.tolerance <= PPB):
            raise DataError(f"assay of {self.element}: share and tolerance lie between 0 and 1.")


@dataclass(frozen=True, slots=True)
class Claim:
    """A share of a lot that is said to come from a country.

    Attributes:
        country: ISO-3 code.
        share: Share of the metal, billionths.
        element: Element that it is said of; empty for all of them.
    """

    country: str
    share: int
    element: str = ""


@dataclass(frozen=True, slots=True)
class Lot:
    """An amount of material as it enters the ledger.

    Attributes:
        lot: Identifier, unique in the world (a URI).
        product: What it is, in words.
        mass: Mass as weighed, mg, moisture with it.
        assays: Shares of elements in the dry mass.
        moisture: Share of water, billionths.
        commodity: Commodity of the atlas; empty where none fits.
        custody: Model of custody of its claims.
        owner: Party that owns it.
        claims: Origin that it is said to have.
        energy: Rated energy of a cell or battery, Wh; none for what stores none.
        country: Country that it was extracted in, or collected in where it is recycled (ISO-3); empty for what is
            made from other lots.
        recycled: Whether it comes from waste.

    Raises:
        DataError: A mass or share is not possible, or an element is assayed twice.
    """

    lot: str
    product: str
    mass: int
    assays: tuple[Assay, ...] = ()
    moisture: int = 0
    commodity: str = ""
    custody: Custody = Custody.NONE
    owner: str = ""
    claims: tuple[Claim, ...] = ()
    energy: int | None = None
    country: str = ""
    recycled: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.mass <= LARGEST_MG:
            raise DataError(f"lot {self.lot}: a mass of {self.mass} mg is not possible.")
        if not 0 <= self.moisture < PPB:
            raise DataError(f"lot {self.lot}: moisture is a share of the mass below 1.")
        names = [a.element for a in self.assays]
        if len(set(names)) < len(names):
            raise DataError(f"lot {self.lot}: an element is assayed twice. Give one assay each.")
        if sum(a.share - (a.tolerance or 0) for a in self.assays) > PPB:
            raise DataError(f"lot {self.lot}: the assays add up to more than the whole.")
        for element in {c.element for c in self.claims}:
            if sum(c.share for c in self.claims if c.element == element) > PPB:
                raise DataError(f"lot {self.lot}: the claimed origins add up to more than the whole.")


@dataclass(frozen=True, slots=True)
class Facility:
    """A place where material is made, kept or used.

    Attributes:
        facility: Identifier (a URI).
        name: Name in words.
        country: ISO-3 code; empty if unknown.
        lat: Latitude, degrees; none if unknown.
        lon: Longitude, degrees; none if unknown.
        plant: Plant of the atlas that it is; empty for none.
        operator: Party that runs it.
        province: State, province or autonomous region; empty if unknown.
    """

    facility: str
    name: str
    country: str = ""
    lat: float | None = None
    lon: float | None = None
    plant: str = ""
    operator: str = ""
    province: str = ""


@dataclass(frozen=True, slots=True)
class Party:
    """A firm or other body that signs, owns or runs.

    Attributes:
        party: Identifier (a DID or URI).
        name: Name in words.
        country: ISO-3 code of its registration; empty if unknown.
        firm: Firm of the atlas that it is or belongs to; empty for none.
    """

    party: str
    name: str
    country: str = ""
    firm: str = ""


def contained(lot: Lot, mass: int, element: str) -> int:
    """Return how much of an element is in a part of a lot.

    Args:
        lot: Lot.
        mass: Mass of the part as weighed, mg.
        element: Element.

    Returns:
        Mass of the element, mg, rounded half to even from the exact fraction; 0 where it is not assayed.
    """
    share = next((a.share for a in lot.assays if a.element == element), 0)
    product, whole = mass * (PPB - lot.moisture) * share, PPB * PPB
    out, rest = divmod(product, whole)
    return out + (1 if 2 * rest > whole or (2 * rest == whole and out % 2) else 0)
