"""The printed form of a reading as a typed schema: what ``oreflow read --json`` prints, checked both ways.

Inside, claims are light dataclasses. These models stand at the edge: what is printed, stored or taken in from
elsewhere passes through them, and ``oreflow read --schema`` prints their JSON Schema.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)

from oreflow.errors import SchemaError
from oreflow.news.arguments import types

if TYPE_CHECKING:
    from oreflow.news.reading import Reading


def _known_type(value: str) -> str:
    if value not in types():
        raise ValueError(f"unknown type of claim {value!r}; known are {', '.join(types())}")
    return value


ClaimType = Annotated[str, AfterValidator(_known_type), Field(json_schema_extra={"enum": [*types()]})]
_DAYS = r"^(?:\d{4}-\d\d-\d\d|\.\.|XXXX-\d\d(?:-\d\d)?)(?:/(?:\d{4}-\d\d-\d\d|\.\.|XXXX-\d\d(?:-\d\d)?))?$"
Days = Annotated[str, Field(pattern=_DAYS, description="ISO 8601 day, or start/end; .. for an open end")]


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class AmountRecord(_Record):
    """A quantity in base units: ``value``, ``low`` and ``high`` for a range, ``value`` and one end for a bound."""

    value: float | None
    low: float | None
    high: float | None
    unit: Annotated[str, Field(description="t, t LCE, GWh, USD, CNY, %, pp, x, a thing counted, or a time")]
    per: Annotated[
        str | None, Field(description="year, month, day, t, kg, kWh, ...; null where the text is silent")
    ]

    @model_validator(mode="after")
    def _a_number(self) -> AmountRecord:
        if self.value is None and self.low is None and self.high is None:
            raise ValueError("a quantity needs a value or a bound")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"low {self.low:g} lies above high {self.high:g}")
        return self


class ClaimRecord(_Record):
    """One statement in an article with its exact words; null where the text is silent."""

    type: ClaimType
    subject: Annotated[
        str | None, Field(description="atlas key, or the name in the text where the atlas has none")
    ]
    commodity: Annotated[str | None, Field(description="commodity or mineral keys, joined by ;")]
    country: Annotated[str | None, Field(pattern=r"^[A-Z]{3}$", description="ISO 3166-1 alpha-3")]
    quantity: AmountRecord | None
    direction: Literal["up", "down"] | None
    polarity: Literal["asserted", "negated"]
    modality: Literal["happened", "planned", "considered", "rumoured", "forecast", "conditional"]
    speaker: Annotated[str | None, Field(description="who says so; null where the article itself does")]
    ticker: Annotated[
        str | None, Field(description="as the text gives it, for moves of shares; left out where none")
    ] = None
    said: Days | None
    announced: Days | None
    effective: Days | None
    quote: Annotated[str, Field(min_length=1)]
    start: Annotated[int, Field(ge=0, description="offset of the quote in the article, in characters")]
    end: Annotated[int, Field(ge=0, description="offset after it")]
    group: Annotated[str | None, Field(description="name of the group of claims that disagree")]

    @model_serializer(mode="wrap")
    def _without_ticker(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        out: dict[str, Any] = handler(self)
        if out.get("ticker") is None:
            out.pop("ticker", None)
        return out

    @model_validator(mode="after")
    def _as_long_as_its_span(self) -> ClaimRecord:
        if self.end - self.start != len(self.quote):
            raise ValueError(f"the quote has {len(self.quote)} characters, its span {self.end - self.start}")
        return self


class EventRecord(_Record):
    """An event as an article tells it, in the terms of a scenario."""

    id: str
    type: str
    claim_type: ClaimType
    label: str
    target: dict[str, Any] | None
    effect: dict[str, Any]
    start: str | None
    announced: str | None
    until: str | None
    duration: str | dict[str, float] | None
    certainty: Annotated[float, Field(ge=0, le=1)]
    modality: Literal["happened", "planned", "considered", "rumoured", "forecast", "conditional"]
    claims: list[int]
    speakers: list[str]
    quote: str
    source: str
    supersedes: str | None
    recovery: float | None
    defaults: list[str]


class NotModelledRecord(_Record):
    """Something an article says that becomes no event, with the reason; ``claim`` is null for the whole article."""

    claim: int | None
    what: str
    reason: str


class ReadingRecord(_Record):
    """What an article says."""

    article: str
    date: Days | None
    claims: list[ClaimRecord]
    events: list[EventRecord]
    not_modelled: list[NotModelledRecord]

    @model_validator(mode="after")
    def _points_at_claims(self) -> ReadingRecord:
        for e in self.events:
            if any(not 0 <= i < len(self.claims) for i in e.claims):
                raise ValueError(f"event {e.id!r} names a claim that is not there")
        return self

    @classmethod
    def of(cls, reading: Reading) -> ReadingRecord:
        """Take a reading into its printed form.

        Args:
            reading: A reading of one article.

        Returns:
            The record.

        Raises:
            SchemaError: A quote does not stand in the text where its offsets say.
        """
        record = cls.model_validate(reading.to_dict())
        record.check(reading.text)
        return record

    def check(self, text: str) -> None:
        """Hold every quote to the text.

        Args:
            text: Text of the article.

        Raises:
            SchemaError: A quote does not stand where its offsets say.
        """
        for i, c in enumerate(self.claims):
            if text[c.start : c.end] != c.quote:
                raise SchemaError(
                    f"{self.article}, claims[{i}]: the quote {c.quote[:60]!r} does not stand at {c.start} to {c.end}."
                )
