"""Sites of the generated chain, and the batches that they hold."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from oreflow.trace.model import Custody, Facility, Lot, Party
from oreflow.trace.model.amounts import PPB
from oreflow.trace.tables import rows


@dataclass(frozen=True, slots=True)
class Site:
    """A place of the chain.

    Attributes:
        name: Short name.
        id: Party that runs it and signs for it.
        place: Identifier of the place.
        process: Process of the atlas.
        country: ISO-3 code.
        weight: Size against the others of its kind.
        custody: Model of custody that it works by.
        facility: The place as the ledger knows it.
        party: The party as the ledger knows it.
    """

    name: str
    id: str
    place: str
    process: str
    country: str
    weight: float
    custody: Custody
    facility: Facility
    party: Party


@dataclass(slots=True)
class Batch:
    """A lot at a place.

    Attributes:
        lot: The lot.
        ready: When it is there (Unix time).
        left: Mass that is left of it, mg.
    """

    lot: Lot
    ready: int
    left: int

    def metal(self, element: str, mass: int | None = None) -> float:
        """Return how much of an element (mg) is in a part of the lot, or in what is left."""
        share = next((a.share for a in self.lot.assays if a.element == element), 0)
        return (self.left if mass is None else mass) * (1 - self.lot.moisture / PPB) * share / PPB


@cache
def sites() -> dict[str, Site]:
    """Return the sites by name."""
    out = {}
    for r in rows("chain_sites"):
        host = r["site"].replace("_", "-")
        words = r["site"].replace("_", " ").capitalize()
        place, party = f"https://{host}.example/site", f"did:web:{host}.example"
        out[r["site"]] = Site(
            r["site"], party, place, r["process"], r["country"], float(r["weight"]), Custody(r["custody"]),
            Facility(place, words, r["country"], float(r["lat"]) if r["lat"] else None,
                     float(r["lon"]) if r["lon"] else None, operator=party),
            Party(party, words, r["country"]),
        )  # fmt: skip
    return out
