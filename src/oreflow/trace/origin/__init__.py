"""Where the metal of a lot comes from, through blends, splits and recycling."""

from oreflow.trace.origin.mixing import Mixes, Source, mix
from oreflow.trace.origin.shares import Origin, Share, compile_origins, origin

__all__ = ["Mixes", "Origin", "Share", "Source", "compile_origins", "mix", "origin"]
