"""Lots and events: what happened to which material, in exact masses."""

from oreflow.trace.model.amounts import ELEMENTS, element_share, mass_mg, mass_text, share_ppb
from oreflow.trace.model.custody import Custody
from oreflow.trace.model.event import Certificate, Entry, Event, Kind, Line, Signed
from oreflow.trace.model.lot import Assay, Claim, Facility, Lot, Party, contained
from oreflow.trace.model.plain import content, event_from_plain, event_to_plain

__all__ = [
    "ELEMENTS",
    "Assay",
    "Certificate",
    "Claim",
    "Custody",
    "Entry",
    "Event",
    "Facility",
    "Kind",
    "Line",
    "Lot",
    "Party",
    "Signed",
    "contained",
    "content",
    "element_share",
    "event_from_plain",
    "event_to_plain",
    "mass_mg",
    "mass_text",
    "share_ppb",
]
