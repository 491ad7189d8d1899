"""One published figure beside ours: the row that the rooms hand to ``oreflow validate``."""

from __future__ import annotations

from typing import TypedDict


class Row(TypedDict):
    """One published figure and ours.

    Keys:
        case: What is compared, with its source.
        published: Their figure.
        ours: Our figure.
        difference: Ours less theirs.
        tolerance: Largest difference that counts as agreement, in the unit of the figures.
        ok: True where the difference is within the tolerance.
        unit: Unit of the figures.
    """

    case: str
    published: float
    ours: float
    difference: float
    tolerance: float
    ok: bool
    unit: str


def row(case: str, published: float, ours: float, tolerance: float, unit: str = "1") -> Row:
    """Put two figures side by side.

    Args:
        case: What is compared, with its source.
        published: Their figure.
        ours: Our figure.
        tolerance: Largest difference that counts as agreement, in the unit of the figures.
        unit: Unit of the figures.

    Returns:
        The row; not a number is never ok.
    """
    difference = ours - published
    return Row(
        case=case,
        published=published,
        ours=ours,
        difference=difference,
        tolerance=tolerance,
        ok=abs(difference) <= tolerance,
        unit=unit,
    )
