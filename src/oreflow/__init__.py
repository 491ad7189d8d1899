"""oreflow: from a headline about a mine to a briefing a person can act on."""

__version__ = "0.1.0"
