
from oreflow.trace.generate.chain import Chain, chain

__all__ = ["Chain", "chain"]
