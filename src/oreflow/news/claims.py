"""`Claim`: one statement in an article, with its exact quote."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from oreflow.news.interval import Interval


def plain(value: float) -> str:
    """A number for people: grouped thousands, no exponent."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.6g}"


@dataclass(frozen=True, slots=True)
class Amount:
    """A quantity as the text states it.

    Attributes:
        value: The number in base units; None for a range.
        low: Smallest value meant, where the text says so.
        high: Largest value meant, where the text says so.
        unit: ``t``, ``t LCE``, ``GWh``, ``USD``, ``CNY``, ``%``, ``pp``, ``x``, a thing counted, or a time.
        per: ``year``, ``month``, ``t``, ...; None where the text is silent.
        was: Value before a change; not part of the printed claim.
    """

    value: float | None
    low: float | None
    high: float | None
    unit: str
    per: str | None
    was: float | None = None

    @property
    def typical(self) -> float:
        """One number to compute with."""
        ends = [v for v in (self.low, self.high) if v is not None]
        return self.value if self.value is not None else sum(ends) / max(len(ends), 1)

    @property
    def range(self) -> tuple[float, float]:
        """Least and most that is meant: the value where no bound is stated."""
        low = self.low if self.low is not None else self.value
        high = self.high if self.high is not None else self.value
        if low is None:
            low = high
        if high is None:
            high = low
        return (low or 0.0, high or 0.0)

    def to_dict(self) -> dict[str, Any]:
        """As it is printed."""
        return {"value": self.value, "low": self.low, "high": self.high, "unit": self.unit, "per": self.per}


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement in an article. None stands where the text is silent.

    Attributes:
        type: Type of claim, see ``lexicon/types.csv``.
        subject: Atlas key of what it is about, or its name in the text when the atlas does not know it.
        commodity: Commodity or mineral key; several are joined by ``;``.
        country: ISO-3 code.
        quantity: How much.
        direction: ``up`` or ``down``; for export controls and sanctions ``down`` is tighter.
        polarity: ``asserted`` or ``negated``.
        modality: ``happened``, ``planned``, ``considered``, ``rumoured``, ``forecast`` or ``conditional``.
        speaker: Who says so, in the words of the text; None when the article itself does.
        ticker: Ticker that the text gives for the subject, as written; for moves of shares.
        said: When it was said.
        announced: When it was announced.
        effective: When it holds or takes effect.
        quote: The exact words.
        start: Offset of the quote in the article.
        end: Offset after it.
        group: Name of the group of claims that disagree, if any.
        subject_kind: ``plant``, ``firm``, ``region``, ``commodity``, ``programme``, ``stage`` or ``""``; not printed.
        measure: What the quantity measures (``demand``, ``supply``, ``gap``, ``share``, ...); not printed.
        partners: Other firms named with it; not printed.
        candidates: What an ambiguous subject may be; not printed.
        item: Number of the article within a digest; not printed.
        anchor: Offset of the word that triggered it; not printed.
        nominal: Whether that word is a noun; not printed.
        heading: Whether it stands in a headline; not printed.
    """

    type: str
    subject: str | None
    commodity: str | None
    country: str | None
    quantity: Amount | None
    direction: str | None
    polarity: str
    modality: str
    speaker: str | None
    said: Interval | None
    announced: Interval | None
    effective: Interval | None
    quote: str
    start: int
    end: int
    group: str | None = None
    subject_kind: str = ""
    measure: str = ""
    partners: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    item: int = 0
    anchor: int = 0
    nominal: bool = False
    heading: bool = False
    ticker: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """As it is printed: the documented keys and no other."""
        return {
            "type": self.type,
            "subject": self.subject,
            "commodity": self.commodity,
            "country": self.country,
            "quantity": self.quantity.to_dict() if self.quantity else None,
            "direction": self.direction,
            "polarity": self.polarity,
            "modality": self.modality,
            "speaker": self.speaker,
            "said": _text(self.said),
            "announced": _text(self.announced),
            "effective": _text(self.effective),
            "quote": self.quote,
            "start": self.start,
            "end": self.end,
            "group": self.group,
            **({"ticker": self.ticker} if self.ticker else {}),
        }


def _text(interval: Interval | None) -> str | None:
    return str(interval) if interval is not None else None
