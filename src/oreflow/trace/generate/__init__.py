"""A made-up but plausible chain from mine to cell, with frauds on demand: for tests, benchmarks and training."""

from oreflow.trace.generate.chain import Chain, chain
from oreflow.trace.generate.frauds import KINDS, Planted, Tampered, plant

__all__ = ["KINDS", "Chain", "Planted", "Tampered", "chain", "plant"]
