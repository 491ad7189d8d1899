"""An answer as people read it: its outline, how it was made, and where its figures come from.

Every verb that answers a question makes one, and the faces (terminal, Markdown, page) show any of them.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from oreflow import __version__
from oreflow.atlas import World
from oreflow.report.briefing import SourceRow
from oreflow.report.figure import Figure, Sentence
from oreflow.report.grid import shown
from oreflow.report.heard import ArithmeticFlag, Article, Claim
from oreflow.report.outline import Block, Cell, Column, Outline, Para, Picture, Ref, Section, Table, Web
from oreflow.report.plots import Bars


@dataclass(frozen=True, slots=True)
class Document:
    """An answer that every face can show.

    Attributes:
        kind: What kind of answer, in a word or two, e.g. "briefing".
        outline: What it says.
        foot: Lines below everything.
        articles: Articles that it rests on; none where it rests on tables alone.
        claims: What they claim.
        arithmetic: Sums in them that do not follow.
    """

    kind: str
    outline: Outline
    foot: tuple[str, ...]
    articles: tuple[Article, ...] = ()
    claims: tuple[Claim, ...] = ()
    arithmetic: tuple[ArithmeticFlag, ...] = ()


def answer(
    kind: str,
    title: str,
    sections: Sequence[Section],
    *,
    world: World | str,
    run: str,
    settings: Mapping[str, str] | None = None,
    command: str = "",
    made: datetime | None = None,
) -> Document:
    """Return the document of an answer, closed by the sources of its figures and how it was made.

    Args:
        kind: What kind of answer, in a word or two.
        title: Its title.
        sections: What it says; those without blocks are left out, and the numbered ones numbered anew.
        world: World that it was computed from; only its hash where no figure comes from its tables.
        run: Its name, see `run_id`; figures with this source were computed.
        settings: Name of each setting to its value, with its unit.
        command: Command line that makes it again.
        made: When it was made; now when left out.

    Returns:
        The document.
    """
    counted = itertools.count(1)
    told = [replace(s, number=next(counted)) if s.number else s for s in sections if s.blocks]
    blocks = [b for s in told for b in s.blocks]
    used = [f for b in blocks for f in shown_figures(b)]
    rows = () if isinstance(world, str) else source_rows(world, used, own={run})
    of = world if isinstance(world, str) else world.hash
    stamp = (made or datetime.now(UTC)).isoformat(timespec="seconds")
    pairs = [
        ("made", stamp),
        ("run", run),
        ("oreflow", __version__),
        ("world", of),
        *(settings or {}).items(),
    ]
    if command:
        pairs.append(("to make it again", command))
    closing = [
        Section("sources", "Sources", 0, sources_table(rows)),
        Section("made", "How this was made", 0, settings_table(pairs)),
    ]
    return Document(
        kind=kind,
        outline=Outline(
            title=title,
            subtitle=f"Run {run}, world {of[:12]}, oreflow {__version__}.",
            sections=(*told, *(s for s in closing if s.blocks)),
            run=run,
        ),
        foot=(
            f"World {of} · run {run} · oreflow {__version__} · {stamp}",
            *(["Licences of the sources stand in their table."] if rows else []),
        ),
    )


def run_id(world: World | str, **settings: object) -> str:
    """Return the name of what is computed from a world under some settings: the same give the same.

    Args:
        world: World, or its hash.
        **settings: Everything else that the result depends on, as values that JSON knows or that print alike.

    Returns:
        Twelve hexadecimal digits.
    """
    text = json.dumps(
        {"world": world if isinstance(world, str) else world.hash, **settings}, sort_keys=True, default=str
    )
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def shown_figures(block: Block) -> list[Figure]:
    """Return the figures of a block, those inside a bar chart with them."""
    bars = (
        [r.value for r in block.data.rows]
        if isinstance(block, Picture) and isinstance(block.data, Bars)
        else []
    )
    return [*shown(block), *bars]


def source_rows(world: World, used: Iterable[Figure], *, own: set[str]) -> tuple[SourceRow, ...]:
    """Return the sources that figures name, in the order of first use.

    Args:
        world: World with its table of sources.
        used: Figures.
        own: Names that are no source: of the run, of articles.

    Returns:
        One row a source.
    """
    known = {str(r["source"]): r for r in world.sources.to_dict("records")}
    out = []
    for key in dict.fromkeys(k for f in used for k in f.sources if k not in own):
        row = known.get(key, {})
        out.append(
            SourceRow(
                key,
                str(row.get("title") or key),
                str(row.get("publisher") or "not in the table of sources"),
                str(row.get("licence") or "not stated"),
                str(row.get("url") or "") or None,
                str(row.get("edition") or ""),
            )
        )
    return tuple(out)


def sources_table(rows: Sequence[SourceRow]) -> tuple[Block, ...]:
    """Return the table of sources; nothing where there is none."""
    if not rows:
        return ()
    cells: list[tuple[Cell, ...]] = [
        (Ref(s.key, "", f"source-{s.key}"), Web(s.title, s.url), s.publisher, s.vintage or "–", s.licence)
        for s in rows
    ]
    columns = tuple(map(Column, ("Key", "Title", "Publisher", "Edition", "Licence")))
    return (Table("sources", "Sources of the figures", columns, tuple(cells)),)


def settings_table(pairs: Iterable[tuple[str, str]]) -> tuple[Block, ...]:
    """Return the table of settings and what to know about the digits."""
    rows: list[tuple[Cell, ...]] = list(pairs)
    table = Table("settings", "Settings of the run", (Column("Setting"), Column("Value")), tuple(rows))
    text = "Figures keep three significant digits on this face; the JSON face has them in full."
    return (table, Para(Sentence(text), "aside"))
