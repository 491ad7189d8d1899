"""Proposals held to the article, field by field: what stands becomes claims, the rest is listed with its reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from oreflow.news.arguments import types
from oreflow.news.claims import Claim
from oreflow.news.proposals import figures, names, stance
from oreflow.news.proposals.evidence import UnsupportedError
from oreflow.news.proposals.ground import Ground, Span, span_of
from oreflow.news.proposals.schema import GroundedAmount, Proposal

S = TypeVar("S")
T = TypeVar("T")

_FEWEST_WORDS = 3


@dataclass(frozen=True, slots=True)
class Rejected:
    """A field that the article does not bear out, or a whole proposal.

    Attributes:
        proposal: Number of the proposal in the model's answer.
        field: The field. With ``quote``, ``type``, ``polarity`` or ``modality`` the whole proposal falls, for
            without them nothing is said, or the contrary.
        value: What was proposed.
        evidence: Words it was said to rest on.
        reason: Why it is not taken.
        claim: Index of the claim that stands without the field; None where nothing stands.
    """

    proposal: int
    field: str
    value: str
    evidence: str
    reason: str
    claim: int | None

    def to_dict(self) -> dict[str, Any]:
        """As it is printed."""
        return {
            "proposal": self.proposal,
            "field": self.field,
            "value": self.value,
            "evidence": self.evidence,
            "reason": self.reason,
            "claim": self.claim,
        }


class _DroppedError(Exception):
    """A proposal of which nothing is left."""


def hold(proposals: Sequence[Proposal], ground: Ground) -> tuple[list[Claim], list[Rejected]]:
    """Hold proposals to an article.

    Args:
        proposals: What a model proposes.
        ground: The article with what the rules find in it.

    Returns:
        Claims in the order of the text, with ``text[start:end] == quote`` and every field borne out or null, and
        what was rejected.
    """
    kept: list[tuple[Claim, list[Rejected]]] = []
    dropped: list[Rejected] = []
    for i, p in enumerate(proposals):
        docket = _Docket(i)
        try:
            claim = _claim(p, ground, docket)
        except _DroppedError:
            dropped += docket.rejected
            continue
        if any(claim == c for c, _ in kept):
            dropped.append(Rejected(i, "quote", p.quote, p.quote, "it says the same as one before", None))
            continue
        kept.append((claim, docket.rejected))
    kept.sort(key=lambda k: (k[0].start, k[0].end))
    noted = [replace(r, claim=n) for n, (_, out) in enumerate(kept) for r in out]
    return [c for c, _ in kept], sorted([*dropped, *noted], key=lambda r: r.proposal)


class _Docket:
    """The fields of one proposal as they are checked, and what is rejected of them."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.rejected: list[Rejected] = []

    def must(self, field: str, said: S, check: Callable[[S], T]) -> T:
        """Check a field without which nothing is left of the proposal."""
        found = self.may(field, said, check)
        if found is None:
            raise _DroppedError
        return found

    def may(self, field: str, said: S | None, check: Callable[[S], T]) -> T | None:
        """Check a field that becomes null where it fails."""
        if said is None:
            return None
        try:
            return check(said)
        except UnsupportedError as reason:
            value, evidence = _words(said)
            self.rejected.append(Rejected(self.number, field, value, evidence, str(reason), None))
            return None


def _words(said: object) -> tuple[str, str]:
    """Value and evidence of a field in words."""
    if isinstance(said, GroundedAmount):
        return figures.words(said), said.evidence
    if isinstance(said, str):
        return said, said
    return str(getattr(said, "value", said)), str(getattr(said, "evidence", ""))


def _claim(p: Proposal, ground: Ground, docket: _Docket) -> Claim:
    quote = docket.must("quote", p.quote, lambda q: _quote(ground, q))
    type_ = docket.must("type", p.type, _type)
    around = span_of(ground.around(quote))
    paragraph, article = span_of(ground.paragraph(quote)), span_of(ground.item(quote))
    first = ground.around(quote)[0]
    # Where a denial or a hedge does not hold, to leave it out would be to claim the contrary, or more.
    polarity = docket.must("polarity", p.polarity, lambda x: stance.polarity(ground, x, around))
    modality = docket.must("modality", p.modality, lambda x: stance.modality(ground, x, around))
    subject = docket.may("subject", p.subject, lambda x: names.subject(ground, x, article, type_))
    return Claim(
        type=type_,
        subject=subject.label if subject else None,
        commodity=docket.may("commodity", p.commodity, lambda x: names.commodity(ground, x, article)),
        country=docket.may("country", p.country, lambda x: names.country(ground, x, article)),
        quantity=docket.may("quantity", p.quantity, lambda x: figures.amount(ground, x, quote, type_)),
        direction=docket.may("direction", p.direction, lambda x: stance.direction(ground, x, quote, type_)),
        polarity=polarity,
        modality=modality,
        speaker=docket.may("speaker", p.speaker, lambda x: names.speaker(ground, x, paragraph)),
        said=ground.day(first),
        announced=None,
        effective=docket.may(
            "effective", p.effective, lambda x: figures.effective(ground, x, paragraph, modality)
        ),
        quote=ground.text[quote.start : quote.end],
        start=quote.start,
        end=quote.end,
        subject_kind=subject.kind if subject else "",
        candidates=subject.candidates if subject else (),
        item=first.item,
        anchor=quote.start,
        heading=first.heading,
    )


def _quote(ground: Ground, quote: str) -> Span:
    """The first place of a quote in the running text of the article."""
    found = ground.find(quote)
    if not found:
        raise UnsupportedError("the quote does not stand in the article word for word")
    if len(quote.split()) < _FEWEST_WORDS:
        raise UnsupportedError(f"a quote of fewer than {_FEWEST_WORDS} words states nothing")
    for span in found:
        touched = ground.around(span)
        if touched and len({s.paragraph for s in touched}) == 1:
            return span
    raise UnsupportedError("the quote does not stand within one paragraph of the running text")


def _type(type_: str) -> str:
    if type_ not in types():
        raise UnsupportedError(f"there is no type of claim {type_!r}")
    return type_
