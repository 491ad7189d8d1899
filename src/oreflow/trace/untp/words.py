"""Assays and modes of transport that stand only in the words of a credential."""

from __future__ import annotations

import re
from decimal import Decimal

from oreflow.trace.model import ELEMENTS, Assay
from oreflow.trace.model.amounts import PPB

_ASSAY = re.compile(r"\b([A-Z][a-z]?)\s?(\d{1,3}(?:\.\d{1,6})?)\s?%")
_MODES = (
    (re.compile(r"\b(?:air ?freight|by air|air cargo|flown)\b", re.I), "air"),
    (re.compile(r"\b(?:sea ?freight|by sea|by ship|ocean freight|vessel|bulk carrier)\b", re.I), "sea"),
    (re.compile(r"\b(?:by road|by rail|truck|lorry|road freight|rail freight)\b", re.I), "land"),
)
METALS = {"copper": "Cu", "cobalt": "Co", "lithium": "Li", "nickel": "Ni", "manganese": "Mn", "graphite": "C",
          "gallium": "Ga", "zinc": "Zn", "aluminium": "Al", "aluminum": "Al", "tin": "Sn", "tungsten": "W"}  # fmt: skip
_LONGEST = 5000


def assays(text: str) -> tuple[Assay, ...]:
    """Return the assays that a text states, such as "Cu 99.99 %".

    Half a unit of the last digit is taken as tolerance: "30 %" is 29.5 to 30.5.

    Args:
        text: Name or description of a product.

    Returns:
        One assay an element, the first of each; none where none is stated.
    """
    out: dict[str, Assay] = {}
    for element, number in _ASSAY.findall(text[:_LONGEST]):
        value = Decimal(number)
        if element not in ELEMENTS or not 0 < value <= 100:
            continue
        step = Decimal(5).scaleb(int(value.as_tuple().exponent) - 1)
        out.setdefault(element, Assay(element, int(value * PPB / 100), int(step * PPB / 100)))
    return tuple(out.values())


def assays_beside(name: str, text: str) -> tuple[Assay, ...]:
    """Return the assays that a text states right behind the name of a product, in brackets."""
    found = re.search(re.escape(name) + r"\s*\(([^()]{1,80})\)", text[:_LONGEST], re.I)
    return assays(found[1]) if found else ()


def mode(text: str) -> str:
    """Return how a shipment is said to move: ``sea``, ``air``, ``land``, or empty."""
    return next((m for pattern, m in _MODES if pattern.search(text[:_LONGEST])), "")


def metal(text: str) -> str:
    """Return the one metal that a material is named after; empty for none or several."""
    found = {e for word, e in METALS.items() if word in text.lower()}
    return found.pop() if len(found) == 1 else ""
