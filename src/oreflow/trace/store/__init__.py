"""The ledger on disk: append-only tables over SQLite, or PostgreSQL by URL."""

from oreflow.trace.store.flows import Flows
from oreflow.trace.store.ledger import Added, Ledger, Sealed

__all__ = ["Added", "Flows", "Ledger", "Sealed"]
