"""Tonnes of what: an amount in a text turned into the unit in which the world counts the commodity.

A mine's 100,000 t of spodumene concentrate are about 12,500 t of lithium carbonate equivalent, and a smelter's
300,000 t of copper concentrate hold a third as much copper. What is stated as content (LCE, Li2O, REO) is converted
by the units of the trade; concentrate by the atlas's own mass of a tonne as it is shipped (``freight_mass``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from oreflow.errors import UnitError
from oreflow.news.claims import Amount, Claim
from oreflow.news.targets import Atlas

_GROSS = re.compile(
    r"\b(?:concentrates?|spodumene|lepidolite|petalite|SC6|SC5\.5|dmt|wmt|(?:dry|wet) (?:metric )?tonn?e?s?)\b",
    re.IGNORECASE,
)
_ORE = re.compile(r"\b(?:ore|ores|run-of-mine|ROM)\b", re.IGNORECASE)
_HYDROXIDE = re.compile(r"\blithium hydroxide\b", re.IGNORECASE)
_TONNES = re.compile(
    r"\d[\d.,]*(?:\s?(?:to|-|and)\s?\d[\d.,]*)?\s?(?:million |thousand |[kM])?(?:metric )?"
    r"(?:t\b|tons?|tonn?es?|dmt|wmt|dry|wet|lbs?|pounds)"
)
_BEHIND = 60


@dataclass(frozen=True, slots=True)
class Weighed:
    """A claim whose amount is in the unit of the world.

    Attributes:
        claim: The claim, its amount converted.
        note: What was taken for the conversion, or ``""``.
        reason: Why it cannot be converted, or ``""``.
    """

    claim: Claim
    note: str = ""
    reason: str = ""


def weighed(claim: Claim, atlas: Atlas) -> Weighed:
    """Convert the amount of a claim to the unit in which the world counts what it is about.

    Args:
        claim: The claim.
        atlas: The world.

    Returns:
        The claim in the world's unit with a note, or as it is with the reason where the text does not say enough.
    """
    q = claim.quantity
    key = _commodity(claim, atlas)
    if q is None or not (q.unit == "t" or q.unit.startswith("t ")) or key is None:
        return Weighed(claim)
    unit = atlas.units[key]
    if q.unit != "t":
        try:
            ratio = _ratio(q.unit, unit)
        except UnitError:
            return Weighed(
                claim, reason=f"{q.unit} cannot be turned into {unit}, in which the atlas counts it"
            )
        note = "" if ratio == 1.0 else f"{q.unit} taken as {ratio:.4g} {unit}"
        return Weighed(_scaled(claim, q, ratio), note)
    words = _words(claim)
    if _HYDROXIDE.search(words) and unit == "t LCE":
        ratio = _ratio("t LiOH_H2O", unit)
        return Weighed(_scaled(claim, q, ratio), f"a tonne of lithium hydroxide taken as {ratio:.3g} {unit}")
    if _ORE.search(words) and not _GROSS.search(words) and key not in {"manganese_ore", "phosphate_rock"}:
        return Weighed(claim, reason="the text counts tonnes of ore and does not say what they hold")
    if _GROSS.search(words) or (_ORE.search(words) and key == "manganese_ore"):
        goods = key if atlas.stage[key] == "concentrate" else _concentrate(atlas, atlas.mineral[key])
        if goods is None or atlas.freight[goods] <= 1.0:
            return Weighed(claim)
        mass = atlas.freight[goods]
        return Weighed(
            _scaled(claim, q, 1 / mass), f"{mass:g} t of concentrate taken for a {unit[2:] or 't'} tonne"
        )
    return Weighed(claim)


def _commodity(claim: Claim, atlas: Atlas) -> str | None:
    if claim.subject_kind == "plant" and claim.subject in atlas.plants:
        return str(atlas.plants[claim.subject][0])
    for key in (claim.commodity or "").split(";"):
        if key in atlas.units:
            return key
        refined = [
            k for k, m in atlas.mineral.items() if m == key and atlas.stage[k] in {"refined", "concentrate"}
        ]
        if refined:
            return str(refined[0])
    return None


def _concentrate(atlas: Atlas, mineral: str) -> str | None:
    return next(
        (k for k, m in atlas.mineral.items() if m == mineral and atlas.stage[k] == "concentrate"), None
    )


def _words(claim: Claim) -> str:
    """Words behind the first number with a unit of mass in the quote."""
    m = _TONNES.search(claim.quote)
    return claim.quote[m.start() : m.end() + _BEHIND].split(";")[0] if m else ""


@lru_cache(maxsize=64)
def _ratio(source: str, target: str) -> float:
    from oreflow.units import factor

    return factor(source, target)


def _scaled(claim: Claim, q: Amount, ratio: float) -> Claim:
    if ratio == 1.0:
        return claim

    def times(v: float | None) -> float | None:
        return None if v is None else v * ratio

    amount = Amount(times(q.value), times(q.low), times(q.high), "t", q.per, times(q.was))
    return replace(claim, quantity=amount)
