"""Reach of forced-labour lists: who and what behind a lot stands on one."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from oreflow.errors import ReadError, SchemaError
from oreflow.trace.origin import Origin
from oreflow.trace.tables import country, rows
from oreflow.trace.views.graph import Graph, Node

KINDS = ("party", "province", "country", "good")
_COLUMNS = ("name", "kind", "country", "province", "element", "list", "since", "citation")
_LARGEST = 5_000_000


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of a list.

    Attributes:
        name: Who or what is listed.
        kind: ``party``, ``province``, ``country`` or ``good`` (a metal of a country).
        country: ISO-3 code; empty for any.
        province: Province; empty for any.
        element: Metal; empty for any.
        list: Name of the list.
        since: Day from which it is listed.
        citation: Where that stands.
    """

    name: str
    kind: str
    country: str
    province: str
    element: str
    list: str
    since: str
    citation: str


@dataclass(frozen=True, slots=True)
class Reach:
    """A listed name behind a lot.

    Attributes:
        listed: The row of the list.
        events: Makings behind the lot that it is found in.
        share: Largest share of a metal of the lot that comes from there; none where only a later step is listed.
        element: That metal.
    """

    listed: Listed
    events: tuple[str, ...]
    share: float | None
    element: str


def bundled() -> tuple[Listed, ...]:
    """Return the rows that come with oreflow: a few, cited, for orientation. Give your own list for a decision."""
    return tuple(Listed(**r) for r in rows("forced_labour"))


def read_list(path: Path) -> tuple[Listed, ...]:
    """Read a list from a CSV file with the columns of the bundled one.

    Args:
        path: File: name, kind, country, province, element, list, since, citation.

    Returns:
        Its rows.

    Raises:
        ReadError: The file cannot be read.
        SchemaError: A column is missing or unknown, or a kind is.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise ReadError(f"{path} is larger than {_LARGEST // 1_000_000} MB.")
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as e:
        raise ReadError(f"{path} cannot be read as text in UTF-8.") from e
    table = csv.DictReader(io.StringIO(text))
    missing = [c for c in ("name", "kind") if c not in (table.fieldnames or ())]
    unknown = [c for c in (table.fieldnames or ()) if c not in _COLUMNS]
    if missing or unknown:
        raise SchemaError(
            f"{path}: columns are {', '.join(_COLUMNS)}; {(missing or unknown)[0]!r} is not as it should be."
        )
    out = []
    for i, r in enumerate(table, 2):
        if r["kind"] not in KINDS:
            raise SchemaError(
                f"{path}, row {i}: kind is one of {', '.join(KINDS)}, not {str(r['kind'])[:20]!r}."
            )
        row = {c: (r.get(c) or "").strip() for c in _COLUMNS}
        row["country"] = country(row["country"], where=f"{path}, row {i}")
        out.append(Listed(**row))
    return tuple(out)


def reach(graph: Graph, origin: Origin, *, lists: Iterable[Listed]) -> tuple[Reach, ...]:
    """Return which listed names stand behind a lot.

    A party is met by its name or identifier, written alike but for case and the usual endings; a province or country
    by where something was made; a good by the country that its metal was mined in.

    Args:
        graph: Makings behind the lot.
        origin: Origin of its metals.
        lists: Rows of lists.

    Returns:
        What is reached, in the order of the lists.
    """
    out = []
    for row in lists:
        nodes = [n for n in graph.nodes if _meets(row, n)]
        shares = [
            (s.share, metal)
            for metal, found in origin.metals.items()
            for s in found
            if (row.kind == "good" and s.source.country == row.country and row.element in ("", metal))
            or any(n.facility == s.source.facility and n.facility for n in nodes)
        ]
        total: dict[str, float] = {}
        for share, metal in shares:
            total[metal] = total.get(metal, 0.0) + share
        if nodes or (row.kind == "good" and total):
            element = max(total, key=lambda m: total[m], default="")
            out.append(Reach(row, tuple(n.event for n in nodes), total.get(element), element))
    return tuple(out)


def _meets(row: Listed, node: Node) -> bool:
    if row.kind == "party":
        return any(_like(row.name, t) for t in (node.party, node.issuer, node.operator, node.place) if t)
    if row.kind == "province":
        return (
            node.country in ("", row.country)
            and bool(node.province)
            and _like(row.province or row.name, node.province)
        )
    return row.kind == "country" and bool(row.country) and node.country == row.country


def _like(listed: str, text: str) -> bool:
    a, b = _words(listed), _words(text)
    return bool(a) and any(b[i : i + len(a)] == a for i in range(len(b) - len(a) + 1))


def _words(text: str) -> list[str]:
    endings = {"co", "ltd", "limited", "company", "corp", "inc", "llc"}
    return [w for w in re.findall(r"\w+", text.casefold()) if w not in endings]
