"""Subject, commodity, country and speaker of a proposal: what the names in its evidence are linked to."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from oreflow.news.arguments import types
from oreflow.news.gazetteer import Name
from oreflow.news.mentions import Mention
from oreflow.news.proposals.evidence import UnsupportedError, places
from oreflow.news.proposals.ground import Ground, Span
from oreflow.news.proposals.schema import Grounded
from oreflow.news.text import fold


@dataclass(frozen=True, slots=True)
class Subject:
    """What a claim is about: its label, its kind, and what it may be where the name is ambiguous."""

    label: str
    kind: str
    candidates: tuple[str, ...] = ()


def subject(ground: Ground, said: Grounded, scope: Span, type_: str) -> Subject:
    """Link a subject.

    Args:
        ground: The article.
        said: What is proposed.
        scope: Article that the evidence must stand in.
        type_: Type of the claim, which settles what it can be about.

    Returns:
        The subject. A name that nothing is known of is taken as the article writes it.

    Raises:
        UnsupportedError: The evidence names something else, or nothing.
    """
    kinds = types()[type_].subjects
    spans = places(ground, said.evidence, scope, "article")
    if type_ == "bottleneck" and _stands_in(ground, said.value, spans) and _is_stage(ground, said.value):
        return Subject(said.value.lower(), "stage")
    named = _named(ground, spans)
    for m in named:
        if m.kind not in kinds:
            continue
        keys = tuple(dict.fromkeys(n.key for n in m.names))
        if len(keys) > 1 and _same(said.value, m.text):
            return Subject(m.text, m.kind, keys)
        if any(_means(ground, said.value, m, n) for n in m.names):
            if len(keys) > 1:
                raise UnsupportedError(
                    f"{m.text!r} may be {' or '.join(keys)}: the article does not say which"
                )
            return Subject(m.label, m.kind)
    unfit = [
        m for m in named if m.kind not in kinds and any(_means(ground, said.value, m, n) for n in m.names)
    ]
    if unfit:
        raise UnsupportedError(
            f"a claim of type {type_} is about {' or '.join(kinds)}, not a {unfit[0].kind}"
        )
    if named:
        found = ", ".join(dict.fromkeys(f"{m.label} ({m.kind})" for m in named))
        raise UnsupportedError(f"its evidence names {found}")
    if said.value[:1].isupper() and _stands_in(ground, said.value, spans):
        return Subject(said.value, "")
    raise UnsupportedError("its evidence holds no such name")


def commodity(ground: Ground, said: Grounded, scope: Span) -> str:
    """Link commodities: keys joined by ``;``, each named in the evidence, or the mineral of a plant named there.

    Args:
        ground: The article.
        said: What is proposed.
        scope: Article that the evidence must stand in.

    Returns:
        Keys joined by ``;``.

    Raises:
        UnsupportedError: One of them is not named in the evidence.
    """
    named = _named(ground, places(ground, said.evidence, scope, "article"))
    keys = []
    for part in (p.strip() for p in said.value.split(";")):
        linked = [
            n.key for m in named if m.kind == "commodity" for n in m.names if _means(ground, part, m, n)
        ]
        linked += [n.mineral for m in named if m.kind == "plant" for n in m.names if n.mineral == part]
        if not part or not linked:
            raise UnsupportedError(_other("commodity", part, (m for m in named if m.kind == "commodity")))
        keys.append(linked[0])
    return ";".join(dict.fromkeys(keys))


def country(ground: Ground, said: Grounded, scope: Span) -> str:
    """Link a country: named in the evidence, or that of a plant or programme named there.

    Args:
        ground: The article.
        said: What is proposed, an ISO-3 code or the name in the text.
        scope: Article that the evidence must stand in.

    Returns:
        ISO-3 code.

    Raises:
        UnsupportedError: The evidence names another country, or none.
    """
    named = [
        m
        for m in _named(ground, places(ground, said.evidence, scope, "article"))
        if m.kind in {"region", "plant", "programme"}
    ]
    for m in named:
        codes = {n.country for n in m.names}
        if len(codes) != 1 or "" in codes:
            continue
        code = m.name.country
        if said.value == code or (m.kind == "region" and _means(ground, said.value, m, m.name)):
            return code
    raise UnsupportedError(_other("country", said.value, named))


def speaker(ground: Ground, said: Grounded, scope: Span) -> str:
    """Find who says so.

    Args:
        ground: The article.
        said: What is proposed, in words of the article.
        scope: Paragraph that the evidence must stand in.

    Returns:
        The speaker, by the fullest description the article gives.

    Raises:
        UnsupportedError: The evidence does not name them, or says nothing of their saying something.
    """
    spans = places(ground, said.evidence, scope, "paragraph")
    speech = [x for x in ground.speech if any(s.meets(x) for s in spans)]
    for x in speech:
        name = x.speaker.split(" (")[0]
        if _within(said.value, x.speaker) or _within(name, said.value):
            return x.speaker  # also of "he said", where the rules know who he is
    if not _stands_in(ground, said.value, spans):
        raise UnsupportedError("its evidence does not name them")
    if not speech:
        raise UnsupportedError("its evidence does not say that they say so")
    return said.value


def _named(ground: Ground, spans: list[Span]) -> list[Mention]:
    return [m for m in ground.mentions if any(s.meets(m) for s in spans)]


def _stands_in(ground: Ground, value: str, spans: list[Span]) -> bool:
    return any(ground.within(value, s) for s in spans)


def _means(ground: Ground, value: str, m: Mention, name: Name) -> bool:
    """Whether a value is a key, the words of the mention, or another alias of what it names."""
    if not name.key:
        return _same(value, m.text)
    g = ground.names
    aliases = g.exact.get(value, []) + g.loose.get(fold(value).lower(), [])
    return (
        value == name.key
        or _same(value, m.text)
        or _same(value, g.titles.get(name.key, ""))
        or any((a.kind, a.key) == (name.kind, name.key) for a in aliases)
    )


def _is_stage(ground: Ground, value: str) -> bool:
    return any("STAGE" in ground.classes(s) for s in ground.find(value))


def _within(part: str, whole: str) -> bool:
    """Whether words stand in a name, as whole words."""
    words = _plain(part)
    return bool(words) and f" {words} " in re.sub(r"[^\w.&'-]", " ", f" {_plain(whole)} ")


def _same(a: str, b: str) -> bool:
    return _plain(a) == _plain(b)


def _plain(text: str) -> str:
    return " ".join(fold(text).lower().split()).removeprefix("the ")


def _other(kind: str, value: str, named: Iterable[Mention]) -> str:
    found = ", ".join(dict.fromkeys(m.label for m in named))
    return f"its evidence names {found}, not {value}" if found else f"its evidence names no {kind} {value!r}"
