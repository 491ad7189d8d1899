"""What in a ledger cannot be, or is hard to believe: each finding names its rule and the events as evidence."""

from oreflow.trace.audit.case import Case
from oreflow.trace.audit.finding import Finding, Rule, rules
from oreflow.trace.audit.run import Audit, audit, audit_flows

__all__ = ["Audit", "Case", "Finding", "Rule", "audit", "audit_flows", "rules"]
