"""GS1 EPCIS 2.0: documents read, checked for meaning, turned into events of the ledger, and written back equal."""

from oreflow.trace.epcis.document import Document, EpcisEvent, Problem, read, write
from oreflow.trace.epcis.ledger import from_events, to_events

__all__ = ["Document", "EpcisEvent", "Problem", "from_events", "read", "to_events", "write"]
