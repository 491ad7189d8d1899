"""The cases; importing this package enters all of them into the registry."""

from benchmarks.cases import solves  # isort: skip
from benchmarks.cases import draws, commands, scale, others  # isort: skip

__all__ = ["commands", "draws", "others", "scale", "solves"]
