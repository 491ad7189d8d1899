"""The words a field rests on: where they stand, or why they do not bear it out."""

from __future__ import annotations

from oreflow.news.proposals.ground import Ground, Span


class UnsupportedError(ValueError):
    """A field that its evidence does not bear out; the message is the reason, and never leaves this folder."""


def places(ground: Ground, evidence: str, scope: Span, where: str) -> list[Span]:
    """Find the evidence of a field.

    Args:
        ground: The article.
        evidence: Words that the field rests on.
        scope: Stretch they must stand in.
        where: Name of the stretch, for the reason.

    Returns:
        Every place in the stretch.

    Raises:
        UnsupportedError: They do not stand there word for word.
    """
    found = ground.within(evidence, scope)
    if not found:
        elsewhere = " (but elsewhere)" if ground.find(evidence) else ""
        raise UnsupportedError(f"its evidence does not stand in the {where}{elsewhere}")
    return found
