"""Mentions of plants, firms, countries, commodities and programmes in an article."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from oreflow.news.gazetteer import Gazetteer, Name
from oreflow.news.lexicon import entries
from oreflow.news.sentences import Sentence, pipeline

if TYPE_CHECKING:
    from spacy.matcher import PhraseMatcher
    from spacy.tokens import Doc


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in the text.

    Attributes:
        start: Offset in the article.
        end: Offset after it.
        text: As written.
        names: What it may mean; several when ambiguous; one of kind with key ``""`` for an unknown name.
        via: ``alias``, ``ticker``, ``fuzzy``, ``unknown``, ``pronoun`` or ``description``.
    """

    start: int
    end: int
    text: str
    names: tuple[Name, ...]
    via: str = "alias"

    @property
    def name(self) -> Name:
        """First meaning."""
        return self.names[0]

    @property
    def kind(self) -> str:
        """Kind of the first meaning."""
        return self.names[0].kind

    @property
    def label(self) -> str:
        """Atlas key, or the words of the text when unknown or ambiguous."""
        keys = {n.key for n in self.names}
        return self.name.key if len(keys) == 1 and self.name.key else self.text


@dataclass(frozen=True, slots=True)
class Hit:
    """A word class in the text.

    Attributes:
        start: Offset in the article.
        end: Offset after it.
        name: Class.
        form: Form of the word.
    """

    start: int
    end: int
    name: str
    form: str


@dataclass(slots=True)
class _Matchers:
    exact: PhraseMatcher
    loose: PhraseMatcher
    words: PhraseMatcher
    classes: dict[str, list[tuple[str, str]]]
    singles: list[str]


def matchers(g: Gazetteer) -> _Matchers:
    """Return the compiled phrase matchers of a gazetteer, built once."""
    for known, built in _BUILT:
        if known is g:
            return built
    built = _compile(g)
    _BUILT[:] = [*_BUILT[-3:], (g, built)]
    return built


_BUILT: list[tuple[Gazetteer, _Matchers]] = []


def _compile(g: Gazetteer) -> _Matchers:
    from spacy.matcher import PhraseMatcher

    nlp = pipeline()
    make = nlp.tokenizer
    exact, loose = PhraseMatcher(nlp.vocab, attr="ORTH"), PhraseMatcher(nlp.vocab, attr="LOWER")
    words = PhraseMatcher(nlp.vocab, attr="LOWER")
    for alias in g.exact:
        exact.add(f"={alias}", [make(alias)])
    for alias in g.loose:
        loose.add(alias, [make(alias)])
    classes: dict[str, list[tuple[str, str]]] = {}
    for e in entries():
        classes.setdefault(e.phrase, []).append((e.name, e.form))
    for phrase in classes:
        words.add(phrase, [make(phrase)])
    singles = [
        a
        for a, names in g.loose.items()
        if " " not in a and len(a) >= 7 and names[0].kind in {"plant", "firm"}
    ]
    return _Matchers(exact, loose, words, classes, singles)


def find_hits(docs: list[tuple[Doc, int]], g: Gazetteer) -> list[Hit]:
    """Find all word classes.

    Args:
        docs: spaCy documents with their offset in the article.
        g: Names of the world.

    Returns:
        Hits sorted by place, longer ones first.
    """
    m = matchers(g)
    out = []
    strings = pipeline().vocab.strings
    for doc, base in docs:
        for match_id, i, j in m.words(doc):
            start, end = base + doc[i].idx, base + doc[j - 1].idx + len(doc[j - 1].text)
            for name, form in m.classes[strings[match_id]]:
                out.append(Hit(start, end, name, form))
    return sorted(out, key=lambda h: (h.start, -h.end))


def find_mentions(docs: list[tuple[Doc, int]], folded: str, g: Gazetteer) -> list[Mention]:
    """Find all known names, and capitalised unknown ones that look like firms and plants.

    Args:
        docs: spaCy documents with their offset in the article.
        folded: Folded text of the article.
        g: Names of the world.

    Returns:
        Mentions sorted by place, without overlaps: the longest wins.
    """
    found = _known(docs, g) + _characters(folded, g, docs)
    spans = sorted(found, key=lambda x: (-(x.end - x.start), x.start))
    taken: list[Mention] = []
    for mention in spans:
        if all(mention.end <= t.start or t.end <= mention.start for t in taken):
            taken.append(mention)
    for doc, base in docs:
        for unknown in _unknown(doc.text, base, g, taken):
            clash = [t for t in taken if unknown.start < t.end and t.start < unknown.end]
            same = [
                t
                for t in clash
                if t.start <= unknown.start and (t.kind == "observer" or (t.kind == "firm" and t.name.known))
            ]
            if unknown.kind == "firm" and same and unknown.end > same[0].end:
                taken = [t for t in taken if t not in clash]
                taken.append(replace(same[0], end=unknown.end, text=unknown.text))
                continue
            inside = [t for t in clash if unknown.start <= t.start and t.end <= unknown.end]
            if any(
                t.kind in {"plant", "programme"} or t.end - t.start >= unknown.end - unknown.start
                for t in clash
            ):
                continue
            if len(inside) == len(clash):
                taken = [t for t in taken if t not in inside]
                taken.append(unknown)
    taken += _again(docs, taken)
    return sorted(taken, key=lambda x: x.start)


def _again(docs: list[tuple[Doc, int]], taken: list[Mention]) -> list[Mention]:
    """Further places of a name that was recognised only once by the words around it."""
    out: list[Mention] = []
    names = {
        m.text: m for m in taken if m.via == "unknown" and len(m.text) >= 4 and m.kind in {"plant", "firm"}
    }
    for text, first in names.items():
        pattern = re.compile(rf"(?<![\w-]){re.escape(text)}(?![\w-])")
        for doc, base in docs:
            for m in pattern.finditer(doc.text):
                start, end = base + m.start(), base + m.end()
                if all(end <= t.start or t.end <= start for t in (*taken, *out)):
                    out.append(replace(first, start=start, end=end))
    return out


def _known(docs: list[tuple[Doc, int]], g: Gazetteer) -> list[Mention]:
    m = matchers(g)
    strings = pipeline().vocab.strings
    out: list[Mention] = []
    for doc, base in docs:
        for matcher in (m.exact, m.loose):
            for match_id, i, j in matcher(doc):
                word = strings[match_id]
                names = (
                    g.exact[word[1:]]
                    if word.startswith("=") and word[1:] in g.exact
                    else g.loose.get(word, [])
                )
                start, end = doc[i].idx, doc[j - 1].idx + len(doc[j - 1].text)
                text = doc.text[start:end]
                kinds = [n for n in names if n.kind == "commodity" or text[0].isupper() or text[0].isdigit()]
                if kinds:
                    out.append(Mention(base + start, base + end, text, tuple(kinds)))
    return out


def _characters(folded: str, g: Gazetteer, docs: list[tuple[Doc, int]]) -> list[Mention]:
    if not any(ord(c) > 0x2E80 for c in folded):
        return []
    out = []
    ranges = [(base, base + len(doc.text)) for doc, base in docs]
    for alias, names in g.characters.items():
        at = folded.find(alias)
        while at >= 0:
            if any(a <= at < b for a, b in ranges):
                out.append(Mention(at, at + len(alias), alias, tuple(names)))
            at = folded.find(alias, at + len(alias))
    return out


_CAP = r"[A-Z][\w&.'-]*(?<![.'])"
_RUN = rf"{_CAP}(?:\s(?:(?:de|del|la|las|los|of|y|e|do|da|and|&)\s)?{_CAP}){{0,5}}"
_LEADING = frozenset(
    "the a an its their this that these those his her our my in on at by for from to as and but or if when while "
    "after before since because although both each one two three some most many several meanwhile however it he "
    "she they we i monday tuesday wednesday thursday friday saturday sunday january february march april may june "
    "july august september october november december chinese us u.s. australian chilean new state-owned state".split()
)
_KIND_OF = (
    r"(?:lithium|copper|nickel|cobalt|zinc|lead|graphite|gold|silver|tin|iron|ore|rare|earths?|magnet|manganese|"
    r"phosphate|molybdenum|gallium|potash|uranium|coal|spodumene|lepidolite|brine|salt|hydroxide|carbonate|sulphate|"
    r"anode|cathode|battery|open|pit|underground|hard|rock|cut|refined|oxide|separation|processing|alumina|aluminium|"
    r"metal|metals|concentrator|mining|giant|flagship)"
)
_FACILITY = re.compile(
    rf"(?P<name>{_RUN})(?:'s)?\s(?:{_KIND_OF}[- ]){{0,3}}"
    r"(?P<what>mine|mines|smelter|refinery|plant|project|deposit|salar|complex|pit|gigafactory|concentrator|operation)\b"
)
_FIRM = re.compile(
    rf"(?P<name>{_CAP}(?:\s(?:(?:y|de|of|&|and)\s)?{_CAP}){{0,6}}?,?\s"
    r"(?:Inc|Corp|Corporation|Ltd|Limited|Co|Company|Group|PLC|plc|AG|SA|S\.A|NV|AB|ASA|Oyj|LLC|SE|GmbH|Mining|Mines|Resources|Minerals|Metals|"
    r"Lithium|Materials|Energy|Holdings|Technologies|Technology|Motors|Motor|Industries|Nickel|Copper|Cobalt|Graphite|Securities|Bank|Capital|Exchange)\b"
    rf"(?:\.?,?\s(?:Inc|Corp|Corporation|Ltd|Limited|Co|PLC|plc|Group|Holdings|LLC|SA|S\.A)\b)*)"
)
_TICKER = re.compile(
    rf"(?P<name>{_CAP}(?:\s(?:(?:y|de|of|&|and)\s)?(?:{_CAP}|lithium|mining|minerals|resources)){{0,9}})\s"
    r"\((?:(?:NYSE|NASDAQ|ASX|TSX|TSXV|LSE|HKEX|SZSE|SSE|SHE|SHA|OTC|OTCMKTS|AMEX|NYSE American|CVE|HKG|TSE)\s?:\s?)?(?P<ticker>[A-Z0-9]{1,6}(?:[.:][A-Z]{1,3})?)\)"
)
_ACRONYM = re.compile(r"(?<![\w.-])[A-Z][A-Z0-9&]{2,5}(?![\w.-]*[a-z])(?!\w)")
_NOT_FIRMS = frozenset(
    "CEO CFO COO CTO GDP ESG USD CNY RMB EUR GBP AUD CAD LFP LCE NMC NCM NCA MOU JV IPO FID EIA NGO OPEC IEA USGS "
    "EPA FTA WTO IMF UN EU UK USA PRC DRC ETF ETFS SUV OEM OEMS HPAL MHP NPI SX EW LME CME SHFE GFEX CIF FOB DDP "
    "NEV BEV PHEV BESS GWH MWH KWH AI API CAGR AND THE NOT FOR BUT NEW DOE DOD DLA GOED SEC FBI CIA REE REES YTD "
    "MMT TPA KTPA VAT TPY CIP ASEAN BRICS COVID PDF UTC GMT EST EDT Q1 Q2 Q3 Q4 H1 H2 II III SMR TREO NDPR REO "
    "S&P NASDAQ DOW FTSE TSX NYSE ASX HKEX HPMSM PGM MIIT MOFCOM NDRC DLE ADR ADRS SCRM CSCRM USTR EV EVS VP SVP EVP".split()
)


def _unknown(text: str, base: int, g: Gazetteer, taken: list[Mention]) -> list[Mention]:
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
        out.append(Mention(base + start, base + m.end(), name, names, "ticker"))
    for m in _FACILITY.finditer(text):
        start, name = _trim(m.start("name"), m["name"].removesuffix("'s"))
        end = start + len(name)
        inside = [t for t in taken if t.start < base + end and base + start < t.end]
        if (
            not name
            or m["what"] == "mines"
            or any(t.kind in {"firm", "region", "plant", "programme"} for t in inside)
        ):
            continue
        if (
            len(name) < 3
            or name.upper() == name
            or name.lower() in _LEADING
            or inside
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
    for m in _ACRONYM.finditer(text):
        if m[0] not in _NOT_FIRMS and m[0] not in g.exact and not text.isupper():
            out.append(
                Mention(base + m.start(), base + m.end(), m[0], (Name("firm", "", known=False),), "unknown")
            )
    return out + _fuzzy(text, base, g, taken)


def _titled(name: str, what: str) -> bool:
    """ "Lithium Project": only common words, as in a headline."""
    return all(w.lower() in _COMMON or w.lower() in _verbs() for w in name.split())


@cache
def _verbs() -> frozenset[str]:
    return frozenset(e.phrase for e in entries())


_COMMON = frozenset(
    "lithium copper nickel cobalt zinc graphite mining strategic critical mineral minerals battery global rare earth "
    "gallium manganese phosphate major largest restart halts new first open-pit underground supply mine plant".split()
)


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


def _fuzzy(text: str, base: int, g: Gazetteer, taken: list[Mention]) -> list[Mention]:
    """Misspelt names of plants and firms: one word, nearly the same, and alone in being so near."""
    singles = matchers(g).singles
    if not singles:
        return []
    from rapidfuzz import fuzz, process

    out = []
    for m in re.finditer(r"\b[A-Z][a-z]{6,}\b", text):
        word = m[0].lower()
        if word in g.loose or any(t.start < base + m.end() and base + m.start() < t.end for t in taken):
            continue
        best = process.extract(word, singles, scorer=fuzz.ratio, score_cutoff=90, limit=2)
        if best and best[0][0][0] == word[0] and (len(best) == 1 or best[0][1] > best[1][1]):
            names = tuple(n for n in g.loose[best[0][0]] if n.kind in {"plant", "firm"})
            out.append(Mention(base + m.start(), base + m.end(), m[0], names, "fuzzy"))
    return out


_THE_PLANT = re.compile(
    r"\b(?:the|this|that|its)\s+(?:[a-z-]+\s){0,2}?(?:mine|smelter|refinery|plant|pit|operation|facility|site|project)\b(?!s)",
    re.I,
)
_THE_FIRM = re.compile(
    r"\b(?:the|this)\s+(?:[a-z.-]+\s){0,2}?(?:company|firm|miner|producer|group|battery maker|manufacturer|refiner|carmaker|battery giant|corporation|developer|operator)\b",
    re.I,
)
_BOTH = re.compile(
    r"\b(?:[Tt]he two|[Bb]oth) (?:companies|firms|groups|parties|sides|partners|miners)\b|\b[Tt]he (?:pair|partners)\b"
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
    r"(?P<owner>[A-Z][\w.&]*(?:\s[A-Z][\w.&]*){0,4})(?:'s|')\s(?P<rest>(?:[\w-]+\s){0,5}?)(?P<what>mine|smelter|refinery|plant)\b(?!s)"
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
