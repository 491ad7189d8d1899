"""The briefing: everything that its faces show, as one frozen value that travels as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Self

from oreflow.errors import DataError, UnknownNameError
from oreflow.report.codec import from_plain, schema_of, to_plain
from oreflow.report.effects import (
    ChainFlows,
    Check,
    WhatItDoes,
    WhatToDo,
    WhatWouldChange,
    WhereItBreaks,
    WhoIsExposed,
)
from oreflow.report.figure import Band, Figure, Sentence
from oreflow.report.heard import ArithmeticFlag, Article, Claim, WhatHappened

FORMAT = "oreflow-briefing/1"


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting of the run.

    Attributes:
        name: What was set.
        value: To what, with its unit.
    """

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Meta:
    """Where and how the briefing was made.

    Attributes:
        title: Title of the briefing.
        made: When it was made, ISO 8601 with time zone.
        as_of: The day the articles speak from, YYYY-MM-DD: the latest date among them.
        world: Hash of the world's tables.
        version: Version of oreflow.
        run: Run id; figures with this source were computed by the run.
        seed: Seed of the draws.
        draws: Number of draws behind the ranges.
        wall: Time the run took, in s.
        settings: Settings of the run.
        command: The command that makes it again; none when it was made from Python.
    """

    title: str
    made: str
    as_of: str
    world: str
    version: str
    run: str
    seed: int
    draws: int
    wall: float
    settings: tuple[Setting, ...] = ()
    command: str | None = None


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A source behind the figures.

    Attributes:
        key: Key that figures name.
        title: Its title.
        publisher: Who publishes it.
        licence: Under which terms.
        url: Its address; none where it has none.
        vintage: Edition or date.
    """

    key: str
    title: str
    publisher: str
    licence: str
    url: str | None = None
    vintage: str = ""


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """One of the few numbers to take away.

    Attributes:
        label: What it is, in a few words.
        figure: The number.
        text: Words in place of the number, e.g. the name of the stage that binds.
    """

    label: str
    figure: Figure | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Briefing:
    """What happened, what it does, where it breaks, who is exposed, what to do, what would change this.

    Attributes:
        meta: Where and how it was made.
        articles: What was read.
        answer: The few numbers to take away, at most four.
        happened: Section 1.
        does: Section 2.
        breaks: Section 3.
        exposed: Section 4.
        todo: Section 5.
        change: Section 6.
        checks: Tests of the result.
        sources: Sources behind the figures.

    Raises:
        DataError: A quote is not in its article, a claim's number repeats, or a flow leads backwards.
        UnknownNameError: A figure names a source, or a claim an article, that the briefing does not have.
    """

    meta: Meta
    articles: tuple[Article, ...]
    answer: tuple[KeyFigure, ...]
    happened: WhatHappened
    does: WhatItDoes
    breaks: WhereItBreaks
    exposed: WhoIsExposed
    todo: WhatToDo
    change: WhatWouldChange
    checks: tuple[Check, ...]
    sources: tuple[SourceRow, ...]

    def __post_init__(self) -> None:
        _check_quotes(self)
        _check_claims(self)
        _check_sources(self)
        for flows in self.does.flows:
            _check_flows(flows)

    def to_plain(self) -> dict[str, Any]:
        """Return the briefing as dicts, lists and plain values, headed by the name of the format."""
        return {"format": FORMAT, **to_plain(self)}

    def to_json(self, *, indent: int | None = 2) -> str:
        """Return the briefing as JSON that follows `schema`."""
        return json.dumps(self.to_plain(), indent=indent, ensure_ascii=False, allow_nan=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the briefing that `to_json` wrote.

        Args:
            text: JSON.

        Returns:
            An equal briefing.

        Raises:
            SchemaError: The text does not follow `schema`; the message says where.
            DataError: The text is not JSON, or is of another format.
        """
        try:
            data = json.loads(text)
        except json.JSONDecodeError as error:
            raise DataError(f"briefing, line {error.lineno}: not JSON ({error.msg}).") from error
        name = data.pop("format", None) if isinstance(data, dict) else None
        if name != FORMAT:
            raise DataError(f"briefing: format is {name!r}, this version reads {FORMAT!r}.")
        return from_plain(cls, data, where="briefing")


def schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of `Briefing.to_json`."""
    out = schema_of(Briefing)
    out["properties"] = {"format": {"const": FORMAT}, **out["properties"]}
    out["required"] = ["format", *out["required"]]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "oreflow briefing",
        **out,
    }


def figures(value: object) -> Iterator[Figure]:
    """Yield every figure inside a briefing or a part of one, in the order of the fields."""
    if isinstance(value, Figure):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from figures(item)
    elif is_dataclass(value) and not isinstance(value, (type, Band)):
        for f in fields(value):
            yield from figures(getattr(value, f.name))


def _check_quotes(b: Briefing) -> None:
    texts = {a.key: a.text for a in b.articles}
    if len(texts) != len(b.articles):
        raise DataError("briefing: two articles share a key. Give each its own.")
    quoted: tuple[Claim | ArithmeticFlag, ...] = (*b.happened.claims, *b.happened.arithmetic)
    for item in quoted:
        if item.article not in texts:
            raise UnknownNameError(
                "article", item.article, texts, where=f"briefing, quote {item.quote[:40]!r}"
            )
        if texts[item.article][item.start : item.end] != item.quote:
            raise DataError(
                f"briefing, article {item.article}, characters {item.start} to {item.end}: the text "
                f"there is not the quote {item.quote[:60]!r}."
            )


def _check_claims(b: Briefing) -> None:
    numbers = [c.id for c in b.happened.claims]
    if len(set(numbers)) != len(numbers):
        raise DataError("briefing: two claims share a number. Number them from 1.")
    used = [(f"event {e.id}", n) for e in b.happened.events for n in e.claims]
    used += [
        (f"disagreement on {d.question}", p.claim)
        for d in b.happened.disagreements
        for p in d.positions
        if p.claim is not None
    ]
    used += [(f"turn of claim {t.claim}", n) for t in b.happened.turns for n in (t.claim, t.by)]
    used += [(f"not modelled: {x.what}", x.claim) for x in b.happened.not_modelled if x.claim is not None]
    for place, number in used:
        if number not in numbers:
            raise UnknownNameError("claim", str(number), map(str, numbers), where=f"briefing, {place}")


def _check_sources(b: Briefing) -> None:
    known = {s.key for s in b.sources} | {a.key for a in b.articles} | {b.meta.run}
    for figure in figures(b):
        for key in figure.sources:
            if key not in known:
                raise UnknownNameError("source", key, known, where=f"briefing, figure {figure.text}")


def _check_flows(flows: ChainFlows) -> None:
    stage = {n.key: n.stage for n in flows.nodes}
    for link in flows.links:
        for key in (link.origin, link.destination):
            if key not in stage:
                raise UnknownNameError("node", key, stage, where=f"briefing, flows {flows.title!r}")
        if stage[link.origin] >= stage[link.destination]:
            raise DataError(
                f"briefing, flows {flows.title!r}: {link.origin} to {link.destination} does not lead "
                f"to a later stage."
            )
        if link.before < 0 or link.after < 0:
            raise DataError(
                f"briefing, flows {flows.title!r}: {link.origin} to {link.destination} is negative."
            )


__all__ = ["FORMAT", "Briefing", "KeyFigure", "Meta", "Sentence", "Setting", "SourceRow", "figures", "schema"]
