"""The ledger on disk: append-only tables over SQLite, or PostgreSQL by URL."""

from oreflow.trace.store.ledger import Added, Ledger, Sealed
from oreflow.trace.store.flows import Flows

__all__ = ["Added", "Flows", "Ledger", "Sealed"]
