"""Section 1 of a briefing, what happened: what the articles claim and what was made of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal, Self

from oreflow.report.figure import Figure, Sentence

Polarity = Literal["asserted", "negated"]
Modality = Literal["happened", "planned", "considered", "rumoured", "forecast", "conditional"]


@dataclass(frozen=True, slots=True)
class Article:
    """An article that was read.

    Attributes:
        key: Short name used by the claims, e.g. "A1".
        title: Its title.
        text: Its full text; the offsets of quotes count characters of it.
        sha256: Hash of the text in UTF-8.
        date: Day it was published, YYYY-MM-DD; none where it does not say.
        publisher: Who published it; none where it does not say.
        url: Its address; none where not known.
    """

    key: str
    title: str
    text: str
    sha256: str
    date: str | None = None
    publisher: str | None = None
    url: str | None = None

    @classmethod
    def of(
        cls,
        *,
        key: str,
        title: str,
        text: str,
        date: str | None = None,
        publisher: str | None = None,
        url: str | None = None,
    ) -> Self:
        """Return an article with the hash of its text filled in."""
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        return cls(key, title, text, digest, date, publisher, url)


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement in an article, with its exact words.

    Attributes:
        id: Number of the claim in the briefing, from 1.
        article: Key of the article.
        type: Event type, e.g. "halt".
        quote: The exact words; equal to the article's text from start to end.
        start: Offset of the quote's first character.
        end: Offset after its last character.
        polarity: Whether the text asserts or denies it.
        modality: How firm it is.
        subject: Plant, firm, commodity or country it is about, in plain words.
        commodity: Commodity key; none where the text is silent.
        country: Region key; none where the text is silent.
        quantity: The quantity as read, with unit and period, e.g. "up to 6,000 t/month".
        direction: "up", "down" or none.
        speaker: Who says so.
        said: When it was said.
        announced: When it was announced.
        effective: When it takes effect.
        group: Claims that answer the same question share it.
    """

    id: int
    article: str
    type: str
    quote: str
    start: int
    end: int
    polarity: Polarity
    modality: Modality
    subject: str | None = None
    commodity: str | None = None
    country: str | None = None
    quantity: str | None = None
    direction: str | None = None
    speaker: str | None = None
    said: str | None = None
    announced: str | None = None
    effective: str | None = None
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Position:
    """One side of a disagreement.

    Attributes:
        claim: Number of the claim; none where a source of the atlas says so.
        speaker: Who says so; the article where no one is named.
        says: What they say, in short, e.g. "halted until December".
    """

    claim: int | None
    speaker: str
    says: str


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Claims on the same question that differ; all of them are kept.

    Attributes:
        question: What they differ about, e.g. "output lost at Jianxiawo".
        positions: Who said what.
        used: What the run did with it, e.g. "sampled between the two".
    """

    question: str
    positions: tuple[Position, ...]
    used: str


@dataclass(frozen=True, slots=True)
class Turn:
    """A claim that a later article takes the place of.

    Attributes:
        claim: Number of the claim.
        by: Number of the claim that takes its place.
        was: What was said, in short.
        now: What is said since.
        said: Day of the earlier article, YYYY-MM-DD.
        since: Day of the later one.
        why: How it was overtaken, in plain words.
    """

    claim: int
    by: int
    was: str
    now: str
    said: str
    since: str
    why: str


@dataclass(frozen=True, slots=True)
class ArithmeticFlag:
    """A sum in a text that does not follow from its own numbers.

    Attributes:
        article: Key of the article.
        quote: The exact words.
        start: Offset of the quote's first character.
        end: Offset after its last character.
        problem: What does not follow, in one sentence.
        readings: The ways to read it that would be right.
    """

    article: str
    quote: str
    start: int
    end: int
    problem: str
    readings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NotModelled:
    """Something the articles say that the run left out.

    Attributes:
        what: What it is, in plain words.
        reason: Why it is not modelled.
        claim: Number of the claim; none where it is not one claim's.
    """

    what: str
    reason: str
    claim: int | None = None


@dataclass(frozen=True, slots=True)
class Default:
    """Something the text leaves open and the run filled in.

    Attributes:
        what: What was open, e.g. "duration of the halt".
        value: The figure that was put in.
        text: The choice in words where a figure does not say it all, e.g. the shape of a distribution.
    """

    what: str
    value: Figure
    text: str = ""


@dataclass(frozen=True, slots=True)
class ModelledEvent:
    """An event as the run modelled it.

    Attributes:
        id: Key of the event in the scenario.
        type: Event type, e.g. "halt".
        sentence: What is assumed to happen, in one sentence.
        target: Rows of the world it acts on, e.g. "plants: jianxiawo".
        start: When it takes effect, a day or month; none where open.
        announced: When it became known; none where it was expected.
        certainty: How likely it is taken to be, in %.
        claims: Numbers of the claims it rests on.
        defaults: What the text left open.
    """

    id: str
    type: str
    sentence: Sentence
    target: str
    start: str | None
    announced: str | None
    certainty: Figure
    claims: tuple[int, ...]
    defaults: tuple[Default, ...] = ()


@dataclass(frozen=True, slots=True)
class WhatHappened:
    """Section 1.

    Attributes:
        lines: The story in three lines.
        claims: What the articles claim, in reading order.
        disagreements: Where they differ.
        arithmetic: Sums that do not follow.
        not_modelled: What the run left out, with reasons.
        events: What the run modelled.
        turns: What later articles took the place of, by the day it was said.
    """

    lines: tuple[Sentence, ...]
    claims: tuple[Claim, ...] = ()
    disagreements: tuple[Disagreement, ...] = ()
    arithmetic: tuple[ArithmeticFlag, ...] = ()
    not_modelled: tuple[NotModelled, ...] = ()
    events: tuple[ModelledEvent, ...] = ()
    turns: tuple[Turn, ...] = ()
