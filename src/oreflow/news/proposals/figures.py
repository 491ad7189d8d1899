"""Quantity and date of a proposal: what oreflow's own grammars read in its evidence."""

from __future__ import annotations

import math

from oreflow.news import arguments
from oreflow.news.claims import Amount
from oreflow.news.dates import When, moved
from oreflow.news.interval import Interval
from oreflow.news.proposals.evidence import UnsupportedError, places
from oreflow.news.proposals.ground import Ground, Span
from oreflow.news.proposals.schema import Grounded, GroundedAmount


def amount(ground: Ground, said: GroundedAmount, scope: Span, type_: str) -> Amount:
    """Hold a quantity to what the article states.

    Args:
        ground: The article.
        said: What is proposed.
        scope: The quote, which must state it.
        type_: Type of the claim, which settles the kinds of quantity it takes.

    Returns:
        The quantity as the grammar reads it.

    Raises:
        UnsupportedError: The evidence states another quantity, or none, or one of a kind the type does not take.
    """
    spans = places(ground, said.evidence, scope, "quote")
    # The grammar reads the whole sentence: a figure means what it means with the words around it.
    read = [q for s in ground.around(scope) for q in ground.quantities(s)]
    read = [q for q in read if any(s.start <= q.start < s.end for s in spans)]
    for q in read:
        found = arguments.amount(q)
        if found is not None and _equal(found, said):
            if q.kind not in arguments.types()[type_].quantities:
                raise UnsupportedError(f"a claim of type {type_} takes no quantity of {q.kind}")
            return found
    if not read:
        raise UnsupportedError("its evidence states no quantity")
    stated = ", ".join(words(a) for q in read if (a := arguments.amount(q)) is not None)
    raise UnsupportedError(f"its evidence states {stated}")


def effective(ground: Ground, said: Grounded, scope: Span, modality: str) -> Interval:
    """Hold a date to what the article states.

    Args:
        ground: The article.
        said: What is proposed: a day, or first and last day.
        scope: Paragraph that must state it.
        modality: Whether it is past or still to come, which settles the year of a month named without one.

    Returns:
        The stretch of days as the grammar reads it, counted from the article's date.

    Raises:
        UnsupportedError: The evidence states another date, or none.
    """
    spans = places(ground, said.evidence, scope, "paragraph")
    read = [w for s in ground.sentences if scope.holds(s) for w in ground.whens(s)]
    # The grammar may take the full stop behind "in August." for one of an abbreviation.
    read = [w for w in read if any(s.start <= w.start and w.end - _stop(ground, w) <= s.end for s in spans)]
    for w in read:
        for interval in _meanings(w, modality):
            if said.value in _forms(interval, w.role):
                return interval
    if not read:
        raise UnsupportedError("its evidence states no date")
    raise UnsupportedError(f"its evidence states {', '.join(str(w.interval) for w in read)}")


def _stop(ground: Ground, w: When) -> int:
    return int(ground.folded[w.end - 1] == ".")


def _equal(found: Amount, said: GroundedAmount) -> bool:
    return (
        found.unit == said.unit
        and found.per == said.per
        and all(
            (a is None) == (b is None) and (a is None or b is None or math.isclose(a, b, rel_tol=1e-6))
            for a, b in ((found.value, said.value), (found.low, said.low), (found.high, said.high))
        )
    )


def words(a: Amount | GroundedAmount) -> str:
    """A quantity in words, number by number."""
    numbers = [
        f"{name} {number:g}"
        for name, number in (("value", a.value), ("low", a.low), ("high", a.high))
        if number is not None
    ]
    return f"{', '.join(numbers) or 'no number'} {a.unit}{f'/{a.per}' if a.per else ''}"


def _meanings(w: When, modality: str) -> list[Interval]:
    """The days; for a date without its year also a year on for what is to come, a year back for what is past."""
    years = -1 if modality in {"happened", "rumoured"} else 1
    return [w.interval, moved(w.interval, years)] if w.floating else [w.interval]


def _forms(i: Interval, role: str) -> set[str]:
    """How a model may write it: whole, by its first day, or by its last where the text says "by" or "until"."""
    ends = [i.end] if i.start is None or role in {"by", "until", "before"} else []
    return {str(i), *(d.isoformat() for d in (i.start, *ends) if d is not None)}
