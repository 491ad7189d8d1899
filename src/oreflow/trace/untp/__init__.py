"""UN Transparency Protocol 0.7.0: traceability events, product passports and facility records, read and written."""

from oreflow.trace.untp.read import Gathered, gather
from oreflow.trace.untp.write import CONTEXTS, LEDGER_CONTEXT, credential

__all__ = ["CONTEXTS", "LEDGER_CONTEXT", "Gathered", "credential", "gather"]
