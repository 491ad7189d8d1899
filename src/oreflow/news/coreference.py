"""Mentions by description and pronoun: "the mine", "CATL's lithium mine", "the company", "it"."""

from __future__ import annotations

import re
from dataclasses import replace

from oreflow.news.gazetteer import Gazetteer
from oreflow.news.mentions import Mention
from oreflow.news.sentences import Sentence

_THE_PLANT = re.compile(
    r"\b(?:the|this|that|its)\s+(?:[a-z-]+\s){0,2}?(?:mine|smelter|refinery|plant|pit"
    r"|operation|facility|site|project)\b(?!s)",
    re.I,
)


_THE_FIRM = re.compile(
    r"\b(?:the|this)\s+(?:[a-z.-]+\s){0,2}?(?:company|firm|miner|producer|group|battery maker"
    r"|manufacturer|refiner|carmaker|battery giant|corporation|developer|operator)\b",
    re.I,
)


_BOTH = re.compile(
    r"\b(?:[Tt]he two|[Bb]oth) (?:companies|firms|groups|parties|sides|partners|miners)\b"
    r"|\b[Tt]he (?:pair|partners)\b"
)


_THE_COUNTRY = re.compile(r"\b(?:the|this)\s+(?:country|nation|kingdom)\b", re.I)


_ITS_OUTPUT = re.compile(
    r"\b[Ii]ts\s+(?:annual\s|total\s|yearly\s)?(?:output|production|capacity|operations)\b"
)


_IT = re.compile(r"\b(?:[Ii]t|[Ii]ts)\b")


def describe(sentences: list[Sentence], mentions: list[Mention], g: Gazetteer) -> list[Mention]:
    """Add mentions by description and pronoun: "the mine", "CATL's lithium mine in Jiangxi", "the company", "it".

    "The mine" goes back to the last plant named within three sentences, else to the one plant that a firm named
    there owns; where it owns several of the kind, the mention keeps them all and is ambiguous.

    Args:
        sentences: Sentences in order.
        mentions: Names found so far, in order.
        g: Names of the world.

    Returns:
        All mentions in order.
    """
    mentions = [_owned_by(m, sentences, mentions, g) for m in mentions]
    out = list(mentions)
    plant: tuple[int, Mention] | None = None
    firm: tuple[int, Mention] | None = None
    place: tuple[int, Mention] | None = None
    other: Mention | None = None
    item = -1
    for s in sentences:
        if s.item != item:
            plant = firm = other = place = None
            item = s.item
        own = [m for m in mentions if s.start <= m.start < s.end]
        events: list[tuple[int, Mention | re.Match[str]]] = [(m.start, m) for m in own]
        for pattern in (_POSSESSED, _THE_PLANT, _THE_FIRM, _BOTH, _THE_COUNTRY, _ITS_OUTPUT, _IT):
            for match in pattern.finditer(s.text):
                events.append((s.start + match.start(), match))
        for _, event in sorted(events, key=lambda e: e[0]):
            if isinstance(event, Mention):
                if event.kind == "plant":
                    plant = (s.index, event)
                elif event.kind == "firm":
                    if firm and firm[0] == s.index and event.label != firm[1].label:
                        other = event  # the first firm of a sentence stays its topic
                        continue
                    if firm and firm[1].label != event.label:
                        other = firm[1]
                    firm = (s.index, event)
                elif event.kind == "region":
                    place = (s.index, event)
                continue
            start, end = s.start + event.start(), s.start + event.end()
            if event.re is _POSSESSED:
                described = _owned(event, start, own, s, g)
                if described and not any(m.kind == "plant" and m.start < end and start < m.end for m in own):
                    out.append(described)
                    plant = (s.index, described)
                continue
            if event.re is _BOTH:
                pair = [m for m in (other, firm[1] if firm else None) if m is not None]
                pair.sort(key=lambda m: m.start)
                out += [replace(m, start=start, end=end, via="pronoun") for m in pair if len(pair) == 2]
                continue
            if any(
                m.start < end
                and start < m.end
                and m.via in {"description", "alias"}
                and m.kind not in {"commodity", "region"}
                for m in out
            ):
                continue
            last = plant if event.re is _THE_PLANT else place if event.re is _THE_COUNTRY else firm
            if event.re is _IT and place and place[0] == s.index and not (firm and firm[0] == s.index):
                continue  # "the United States ... it": not the firm of the sentence before
            if (
                event.re is _ITS_OUTPUT
                and plant
                and s.index - plant[0] <= 1
                and (not firm or firm[1].start < plant[1].start)
            ):
                last = plant
            if last and s.index - last[0] <= (3 if event.re is not _IT else 1) and last[1].start < start:
                out.append(replace(last[1], start=start, end=end, via="pronoun"))
                if last is plant:
                    plant = (s.index, last[1])
                elif last is firm and event.re is not _IT:
                    firm = (s.index, last[1])
    return sorted(out, key=lambda m: (m.start, -m.end))


def _owned_by(m: Mention, sentences: list[Sentence], mentions: list[Mention], g: Gazetteer) -> Mention:
    """Of several plants of one name, the one whose owner stands in the same sentence."""
    if len(m.names) < 2 or m.kind != "plant":
        return m
    s = next((x for x in sentences if x.start <= m.start < x.end), None)
    if s is None:
        return m
    near = {o.name.key for o in mentions if s.start <= o.start < s.end and o.kind == "firm"}
    kept = tuple(n for n in m.names if any(n.key in g.owners.get(f, []) for f in near))
    return replace(m, names=kept) if len(kept) == 1 else m


_POSSESSED = re.compile(
    r"(?P<owner>[A-Z][\w.&]*(?:\s[A-Z][\w.&]*){0,4})(?:'s"
    r"|')\s(?P<rest>(?:[\w-]+\s){0,5}?)(?P<what>mine|smelter|refinery|plant)\b(?!s)"
)


def _owned(match: re.Match[str], start: int, own: list[Mention], s: Sentence, g: Gazetteer) -> Mention | None:
    """The plant that "X's lithium mine" means, from who owns what."""
    at = start + len(match["owner"])
    owners = [m for m in own if m.kind == "firm" and m.start <= at - 1 < m.end and m.name.key]
    if not owners:
        return None
    rest = match["rest"].lower()
    minerals = {
        g.commodities[k] for k in g.commodities if k == g.commodities[k] and k.replace("_", " ") in rest
    }
    places = {m.name.country for m in own if m.kind == "region" and abs(m.start - start) < 120}
    options = []
    for key in g.owners.get(owners[0].name.key, []):
        plant = g.plants[key]
        if (minerals and plant.mineral not in minerals) or (places and plant.country not in places):
            continue
        options.append(plant)
    if not options:
        return None
    text = match[0]
    return Mention(start, start + len(text), text, tuple(options), "description")
