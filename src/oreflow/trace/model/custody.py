"""Models of the chain of custody (ISO 22095:2020)."""

from __future__ import annotations

from enum import StrEnum


class Custody(StrEnum):
    """How material with a claim is kept apart from material without, from the strictest down.

    The five models of ISO 22095: identity preserved keeps one source apart; segregated keeps all that meets the claim
    apart from the rest; controlled blending mixes in a known share; mass balance keeps an account of the claim while
    the material mixes; book and claim trades the claim without the material. ``none`` makes no claim.
    """

    IDENTITY = "identity preserved"
    SEGREGATED = "segregated"
    BLENDED = "controlled blending"
    BALANCE = "mass balance"
    BOOK = "book and claim"
    NONE = "none"

    @property
    def rank(self) -> int:
        """Place in the order, 0 for the strictest."""
        return list(Custody).index(self)

    @property
    def physical(self) -> bool:
        """Whether a claim follows the material itself rather than an account."""
        return self in (Custody.IDENTITY, Custody.SEGREGATED, Custody.BLENDED)
