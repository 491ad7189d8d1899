"""Names that the atlas does not know, by the words around them, and misspelt ones that it does."""

from __future__ import annotations

import re
from functools import cache

from oreflow.news.gazetteer import Gazetteer, Name
from oreflow.news.lexicon import entries, word_list
from oreflow.news.matching import matchers
from oreflow.news.mentions import Mention
from oreflow.news.spans import Spans

_CAP = r"[A-Z][\w&.'-]*(?<![.'])"


_RUN = rf"{_CAP}(?:\s(?:(?:de|del|la|las|los|of|y|e|do|da|and|&)\s)?{_CAP}){{0,5}}"


_LEADING = word_list("linking.leading")


_KIND_OF = (
    r"(?:lithium|copper|nickel|cobalt|zinc|lead|graphite|gold|silver|tin|iron|ore|rare|earths?"
    r"|magnet|manganese|"
    r"phosphate|molybdenum|gallium|potash|uranium|coal|spodumene|lepidolite|brine|salt"
    r"|hydroxide|carbonate|sulphate|"
    r"anode|cathode|battery|open|pit|underground|hard|rock|cut|refined|oxide|separation"
    r"|processing|alumina|aluminium|"
    r"metal|metals|concentrator|mining|giant|flagship)"
)


_FACILITY = re.compile(
    rf"(?P<name>{_RUN})(?:'s)?\s(?:{_KIND_OF}[- ]){{0,3}}"
    r"(?P<what>mine|mines|smelter|refinery|plant|project|deposit|salar|complex|pit|gigafactory"
    r"|concentrator|operation)\b"
)


_FIRM = re.compile(
    rf"(?P<name>{_CAP}(?:\s(?:(?:y|de|of|&|and)\s)?{_CAP}){{0,6}}?,?\s"
    r"(?:Inc|Corp|Corporation|Ltd|Limited|Co|Company|Group|PLC|plc|AG|SA|S\.A|NV|AB|ASA|Oyj"
    r"|LLC|SE|GmbH|Mining|Mines|Resources|Minerals|Metals|"
    r"Lithium|Materials|Energy|Holdings|Technologies|Technology|Motors|Motor|Industries|Nickel"
    r"|Copper|Cobalt|Graphite|Securities|Bank|Capital|Exchange)\b"
    rf"(?:\.?,?\s(?:Inc|Corp|Corporation|Ltd|Limited|Co|PLC|plc|Group|Holdings|LLC|SA|S\.A)\b)*)"
)


_TICKER = re.compile(
    rf"(?P<name>{_CAP}(?:\s(?:(?:y|de|of|&|and)\s)?(?:{_CAP}|lithium|mining|minerals|resources)){{0,9}})\s"
    r"\((?:[A-Z][A-Za-z.]{1,11}(?: [A-Z][a-z]+)?\s?:\s?)?(?P<ticker>[A-Z0-9]{1,6}(?:[.:][A-Z]{1,3})?)\)"
)


_ACRONYM = re.compile(r"(?<![\w.-])[A-Z][A-Z0-9&]{2,5}(?![\w.-]*[a-z])(?!\w)")


_CORPORATE = re.compile(
    rf"(?P<name>{_CAP}(?:\s{_CAP}){{0,2}})(?:'s|')?\s(?:stock|shares|share price|chief executive|CEO|CFO"
    r"|chief financial|spokes(?:man|woman|person)|management|shareholders|board)\b"
)


_NOT_FIRMS = word_list("linking.not_firms")


def unknown_names(text: str, base: int, g: Gazetteer, taken: Spans) -> list[Mention]:
    """Find names of firms and plants that the atlas lacks.

    A ticker, a legal form or a word such as "mine" behind capitalised words makes a name; one word that is nearly
    a known name, and near to no other, is taken for it.

    Args:
        text: Folded text of a block.
        base: Offset of the block in the article.
        g: Names of the world.
        taken: Mentions found already.

    Returns:
        Mentions; the caller settles overlaps.
    """
    out: list[Mention] = []
    for m in _TICKER.finditer(text):
        firm = g.tickers.get(m["ticker"].upper()) or g.tickers.get(re.split("[.:]", m["ticker"])[0].upper())
        if not firm and not re.search(r"[A-Z]", m["ticker"]) and len(m["ticker"]) < 4:
            continue
        start, name = _trim(m.start("name"), m["name"])
        if not name or (
            m["ticker"].isalpha()
            and len(m["ticker"]) <= 6
            and "." not in m["ticker"]
            and not firm
            and _abbreviates(m["ticker"], name) is None
        ):
            continue
        names = (firm,) if firm else (Name("firm", "", known=False),)
        out.append(Mention(base + start, base + m.end(), name, names, "ticker", m["ticker"]))
    for m in _FACILITY.finditer(text):
        start, name = _trim(m.start("name"), m["name"].removesuffix("'s"))
        end = start + len(name)
        inside = taken.over(base + start, base + end)
        if (
            not name
            or m["what"] == "mines"
            or any(t.kind in {"firm", "plant", "programme"} for t in inside)
            or any(t.kind == "region" and (t.start <= base + start or " " not in name) for t in inside)
        ):
            continue
        if (
            len(name) < 3
            or name.upper() == name
            or name.lower() in _LEADING
            or any(t.kind not in {"commodity", "region"} for t in inside)
            or (inside and " " not in name)
            or _titled(name, m["what"])
        ):
            continue
        plant = Name("plant", "", known=False)
        out.append(Mention(base + start, base + end, name, (plant,), "unknown"))
    for m in _FIRM.finditer(text):
        start, name = _trim(m.start("name"), m["name"])
        if len(name.split()) >= 2:
            out.append(
                Mention(
                    base + start, base + start + len(name), name, (Name("firm", "", known=False),), "unknown"
                )
            )
    for m in _CORPORATE.finditer(text):
        start, name = _trim(m.start("name"), m["name"].removesuffix("'s"))
        inside = taken.over(base + start, base + start + len(name))
        if len(name) >= 3 and not inside and name.lower() not in _COMMON and not _titled(name, ""):
            firm = Name("firm", "", known=False)
            out.append(Mention(base + start, base + start + len(name), name, (firm,), "unknown"))
    for m in () if text.isupper() else _ACRONYM.finditer(text):
        if m[0] not in _NOT_FIRMS and m[0] not in g.exact:
            out.append(
                Mention(base + m.start(), base + m.end(), m[0], (Name("firm", "", known=False),), "unknown")
            )
    return _fuzzy(text, base, g, taken) + out


def _titled(name: str, what: str) -> bool:
    """Whether a name has only common words ("Lithium Project"), as in a headline."""
    return all(w.lower() in _COMMON or w.lower() in _verbs() for w in name.split())


@cache
def _verbs() -> frozenset[str]:
    return frozenset(e.phrase for e in entries())


_COMMON = word_list("linking.common")


def _abbreviates(short: str, name: str) -> str | None:
    letters = "".join(w[0] for w in name.split()).upper()
    return short if short[0] in letters else None


def _trim(start: int, name: str) -> tuple[int, str]:
    """Drop words at the front that only begin a sentence."""
    while name:
        first, _, rest = name.partition(" ")
        if first.lower().rstrip(".,") not in _LEADING and first.lower() not in _LEADING:
            break
        start += len(first) + (1 if rest else 0)
        name = rest
    return start, name.rstrip(" ,")


def _fuzzy(text: str, base: int, g: Gazetteer, taken: Spans) -> list[Mention]:
    """Misspelt names of plants and firms: one word, a slip or two away, and alone in being so near."""
    singles = matchers(g).singles
    if not singles:
        return []
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    out = []
    for m in re.finditer(r"\b[A-Z][a-z]{6,}\b", text):
        word = m[0].lower()
        if word in g.loose or taken.over(base + m.start(), base + m.end()):
            continue
        slips = 1 if len(word) < 11 else 2  # "Gamsberg" is two letters from "Grasberg", and another mine
        best = process.extract(word, singles, scorer=OSA.distance, score_cutoff=slips, limit=2)
        if best and best[0][0][0] == word[0] and (len(best) == 1 or best[0][1] < best[1][1]):
            names = tuple(n for n in g.loose[best[0][0]] if n.kind in {"plant", "firm"})
            out.append(Mention(base + m.start(), base + m.end(), m[0], names, "fuzzy"))
    return out
