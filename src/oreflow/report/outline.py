"""The neutral shape between an answer and its faces: sections made of a few kinds of block.

Terminal, Markdown and HTML render the same outline, so that they cannot say different things.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from oreflow.report.briefing import KeyFigure
from oreflow.report.effects import Chain, ChainFlows, Mark, WhatWouldChange, WorldMap
from oreflow.report.figure import Band, Figure, Sentence
from oreflow.report.heard import Article
from oreflow.report.plots import Bars, Cloud, Lines, Steps


@dataclass(frozen=True, slots=True)
class Quote:
    """Exact words from an article.

    Attributes:
        text: The words.
        anchor: Where they stand on the page, e.g. "claim-3".
    """

    text: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Ref:
    """Text that leads to a place on the page.

    Attributes:
        text: The text.
        anchor: The place.
        name: Anchor that other places lead to; empty for none.
    """

    text: str
    anchor: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Web:
    """An address outside.

    Attributes:
        text: The text.
        url: The address.
    """

    text: str
    url: str | None


Cell = str | Figure | Sentence | Quote | Ref | Web


@dataclass(frozen=True, slots=True)
class Para:
    """A paragraph.

    Attributes:
        sentence: What it says.
        role: Plain text, a line of the lead, a verdict, or an aside.
    """

    sentence: Sentence
    role: Literal["text", "lead", "verdict", "aside"] = "text"


@dataclass(frozen=True, slots=True)
class Tiles:
    """The few numbers to take away."""

    items: tuple[KeyFigure, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes:
        label: Its heading, without the unit.
        number: Whether it holds figures.
    """

    label: str
    number: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    Attributes:
        key: Name of the table, unique on the page.
        caption: What it shows.
        columns: Its columns.
        rows: Its rows; the first cell names the row.
    """

    key: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Items:
    """A list of short paragraphs.

    Attributes:
        caption: What is listed.
        items: The paragraphs.
    """

    caption: str
    items: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Fan:
    """A path by month with its spread.

    Attributes:
        key: Name of the chart, unique on the page.
        title: What it shows, with the place.
        band: The path.
        marks: Moments on the time axis.
        from_zero: Whether the scale starts at zero.
        caption: What the lines and bands are.
    """

    key: str
    title: str
    band: Band
    marks: tuple[Mark, ...]
    from_zero: bool
    caption: Sentence


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart of one of the other kinds.

    Attributes:
        key: Name of the chart, unique on the page.
        title: What it shows.
        data: What is drawn; its kind says which chart.
        caption: How to read it.
        half: Whether two of its kind stand side by side where there is room.
    """

    key: str
    title: str
    data: WorldMap | ChainFlows | Chain | WhatWouldChange | Lines | Bars | Cloud | Steps
    caption: Sentence
    half: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """The text of an article, to be shown with its quotes marked."""

    article: Article


Block = Para | Tiles | Table | Items | Fan | Picture | Text


@dataclass(frozen=True, slots=True)
class Section:
    """A part of an answer.

    Attributes:
        key: Anchor.
        title: Heading.
        number: Number of the section; 0 for the parts after the story.
        blocks: What it holds, in reading order.
    """

    key: str
    title: str
    number: int
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Outline:
    """An answer as sections.

    Attributes:
        title: Its title.
        subtitle: What it was made of and when.
        sections: The sections in reading order.
        run: The run id, for the footnotes of what the run computed.
    """

    title: str
    subtitle: str
    sections: tuple[Section, ...]
    run: str
