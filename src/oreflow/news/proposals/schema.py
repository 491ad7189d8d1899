"""What a model may answer: typed proposals of claims, each field with the words it rests on.

The shape and the sizes are enforced here; whether a value is one oreflow knows, and whether the article says so,
is checked afterwards field by field, so that one wrong field does not cost the others.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from pydantic.fields import FieldInfo

from oreflow.news.arguments import types
from oreflow.news.modality import MODALITIES, POLARITIES

LIMIT = 60
"""Most proposals that are taken for one article."""

LONGEST_QUOTE = 1000
"""Most characters of a quote."""

DIRECTIONS = ("up", "down")
"""What a claim's direction can be."""

_Value = Annotated[str, Field(max_length=120)]
_Evidence = Annotated[str, Field(max_length=400, description="exact words of the article, copied")]


def _one_of(values: Iterable[str]) -> FieldInfo:
    """Tell the model the values; another one is rejected later, with its reason, not with the whole answer."""
    known: FieldInfo = Field(json_schema_extra={"enum": [*values]})
    return known


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Grounded(_Model):
    """A value and the words of the article that say so."""

    value: _Value
    evidence: _Evidence


class GroundedDirection(_Model):
    """Which way, and the words that say so."""

    value: Annotated[_Value, _one_of(DIRECTIONS)]
    evidence: _Evidence


class GroundedPolarity(_Model):
    """Whether it is denied, and the words that say so."""

    value: Annotated[_Value, _one_of(POLARITIES)]
    evidence: _Evidence


class GroundedModality(_Model):
    """How it is meant, and the words that say so."""

    value: Annotated[_Value, _one_of(MODALITIES)]
    evidence: _Evidence


class GroundedAmount(_Model):
    """A quantity in base units and the words that state it."""

    value: float | None = None
    low: float | None = None
    high: float | None = None
    unit: Annotated[str, Field(max_length=40)]
    per: Annotated[str | None, Field(max_length=20)] = None
    evidence: _Evidence


class Proposal(_Model):
    """One statement in the article. A field that the article is silent about is null."""

    type: Annotated[_Value, _one_of(types())]
    quote: Annotated[str, Field(max_length=LONGEST_QUOTE, description="exact words that make the statement")]
    subject: Grounded | None = None
    commodity: Grounded | None = None
    country: Grounded | None = None
    quantity: GroundedAmount | None = None
    direction: GroundedDirection | None = None
    polarity: GroundedPolarity
    modality: GroundedModality
    speaker: Grounded | None = None
    effective: Grounded | None = None


class Answer(_Model):
    """All statements that the article makes."""

    claims: Annotated[list[Proposal], Field(max_length=LIMIT)]
