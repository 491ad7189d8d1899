"""Who says so."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from oreflow.news.lexicon import word_list
from oreflow.news.mentions import Mention
from oreflow.news.sentences import Sentence


@dataclass(frozen=True, slots=True)
class Speech:
    """An attribution in a sentence.

    Attributes:
        start: Offset of the verb or of "according to".
        end: Offset after it.
        speaker: Who speaks, as the text calls them.
        trailing: Whether it stands at the end and so covers what comes before it.
    """

    start: int
    end: int
    speaker: str
    trailing: bool


_N = r"[A-Z][a-zA-Z'\u00c0-\u024f-]+"
_NAME = rf"{_N}(?:\s(?:[A-Z]\.\s|de\s|van\s|von\s|bin\s|al-)?{_N}){{1,2}}"
_ROLE = (
    r"(?:(?:chief|senior|lead|principal|executive|deputy|vice|managing|general|founding|former"
    r"|then|global|equity|mining|metals|commodity|commodities|research|industry|state|prime"
    r"|energy|trade|mines|foreign|finance|head)\s)*"
    r"(?:[Aa]nalysts?|[Ss]trategists?|[Ee]conomists?|VP|[Vv]ice[- ][Pp]resident|CEO|CFO|COO"
    r"|[Cc]hief executive(?: officer)?|[Cc]hairman|[Cc]hairwoman|[Cc]hair|[Ff]ounder"
    r"|[Cc]o-founder|"
    r"[Ss]pokes(?:man|woman|person)|[Mm]inister|[Pp]resident|[Dd]irector|[Mm]anager"
    r"|[Ss]ecretary|officials?|officer|executives?|"
    r"researchers?|professor|senator|governor|expert|consultant|trader|adviser|advisor"
    r"|commissioner|ambassador|partner|engineer|geologist|General Manager)"
)
_INTRO = [
    re.compile(
        rf"(?P<org>(?:[A-Z][\w&.'-]*\s){{0,4}})(?P<role>(?:(?:founder|[Cc]hairman|[Cc]hair"
        rf"|[Pp]resident)\s(?:and|&)\s)?{_ROLE})\s(?P<name>{_NAME})"
    ),
    re.compile(
        rf"(?P<name>{_NAME}),\s(?:an?\s"
        rf"|the\s)?(?P<role>(?:[\w&'-]+\s){{0,4}}?{_ROLE}(?:,?\s(?:and\s)?[A-Z][\w ]{{2,30}}?){{0,3}}?)(?:\s(?:of"
        rf"|at|for|with"
        rf"|in)\s(?P<org>(?:the\s)?[A-Z][\w&.'-]*(?:\s[A-Z][\w&.'-]*){{0,4}}))?(?=[,.;\s])"
    ),
]
_VERBS = (
    r"said|says|say|put|puts|pegs|pegged|thinks?|saying|told|tells|stated|states|estimated"
    r"|estimates|estimate|wrote|writes|noted|notes|note|declared|declares|announced|announces|"
    r"reported|reports|warned|warns|claimed|claims|acknowledged|acknowledges|added|adds|argued"
    r"|argues|argue|believes?|believed|"
    r"predicted|predicts|predict|forecasts?|projected|projects|expects?|expected|sees?|saw"
    r"|explained|explains|confirmed|confirms|denied|denies|emphasi[sz]e[ds]|"
    r"highlighted|highlights|underscored|underscores|pointed out|pointed to|suggested|suggests"
    r"|suggest|revealed|reveals|calculated|calculates|reckons?|commented|comments|disclosed|"
    r"dismissed|rejected|insisted|insists|stressed|cautioned|cautions|recommended|recommends"
    r"|framed|positions|quoted|quoting|citing|cites|cited|indicated|indicates|"
    r"found|concluded|concludes|observed|remarked|responded|replied|signalled|signaled|pledged"
    r"|vowed|asserted|anticipates?|contends?|maintains?|called|calls|conceded|concedes|admitted|admits"
    r"|ruled out|rules out|does not rule out|did not rule out|fears?|hopes?|worries|worry|guesses|allowed|boasted"
    r"|complained|complains|urged|urges|promised|promises|proposed|demanded|demands|hinted|hints|swore|countered"
    r"|counters|objected|lamented|joked|quipped|wants?|envisages|envisions|pencils in|pencilled in|tips|tipped"
    r"|(?:could|would|will|did|does|can) not (?:say|give|name|comment|rule out|specify|disclose)|declined to|refused to"
    r"|was unable to|were unable to|kept silent|gave no|has not said|have not said|had not said"
    r"|foresees?|foresaw|looks? for|looked for|models|counts on"
)
_OUTLOOK = frozenset(
    {
        "expects",
        "see",
        "sees",
        "foresees",
        "foresee",
        "foresaw",
        "forecasts",
        "puts",
        "pegs",
        "predicts",
        "projects",
        "estimates",
        "reckons",
        "anticipates",
    }
)
_ANY = re.compile(rf"\b(?:{_VERBS})\b")
_WEAK = re.compile(
    r"^(?:called|calls|wants?|fears?|hopes?|allowed|proposed|demands?|tips|put|puts|see|reports|projects|estimates|forecasts?|notes|claims|comments|project"
    r"|found|saw|sees|states|note|estimate|expected|projected|estimated|reported|positions"
    r"|expects?|suggests?|argues?|reveals|indicates)$"
)
_ACCORDING = re.compile(
    r"\b(?:[Aa]ccording to|[Cc]iting|[Pp]er data from|[Dd]ata from|[Ii]n the view of|as (?:per"
    r"|reported by|estimated by|calculated by|quoted by))\s+"
    r"(?P<who>[^,.;]{2,80}?)(?=\s(?:showed|shows|said|that|released|published|shared|seen|on"
    r"|in|for|dated)\b|[,.;]|$)"
)
_OPINION = re.compile(
    rf"(?P<who>{_NAME}|{_N})(?:'s|')\s(?:logic|view|argument|estimate|estimates|diagnosis"
    rf"|forecast|opinion|position|projection|analysis)\b"
)
_DATA = re.compile(
    r"(?P<who>(?:[Cc]ompany|[Oo]fficial|[A-Z][\w&.-]*)(?:\s[\w&.-]+){0,3}?)\s(?:data|figures|numbers|statistics)\s"
    r"(?:show|showed|shows|suggest|suggested|indicate)\b"
)
_RUN = re.compile(r"[A-Z][\w&.'-]*(?:(?:\s(?:of|and|for|the|&|de|du|of the))?\s[A-Z][\w&.'-]*)*")
_COLON = re.compile(r"^(?P<who>[A-Z][\w&.]*(?:\s[A-Z][\w&.]*){0,3})\s?:\s")
_GENERIC = re.compile(
    r"(?<![\w.])(?:[Tt]he\s|[Ss]ome\s|[Ss]everal\s|[Mm]any\s|[Oo]ther\s)?(?P<who>(?:(?!The\s|A\s"
    r"|An\s)(?:[A-Z]{2,}|[A-Z][a-z.]+)\s)?(?:(?:industry|market|company|government|local"
    r"|mining|ministry|union|state|senior|trade|bank|brokerage|other|US|Chinese)\s)?"
    r"(?:(?:[Aa]nalysts?|[Cc]onsultants?"
    r"|[Ee]conomists?)(?:\sat\s[A-Z][\w&.]*(?:\s[A-Z][\w&.]*)*)?|(?:Ministry|Department|Bureau"
    r"|Commission|Administration|Office|Council|Institute)\s(?:of|for)\s(?:[A-Z]\w+|and"
    r"|the)(?:\s(?:[A-Z]\w+|and))*|[Cc]armakers|[Aa]utomakers|[Mm]iners|[Pp]roducers|[Bb]uyers"
    r"|[Ss]ources|[Oo]fficials?|[Tt]raders|[Ee]xecutives|[Rr]esearchers|[Ee]xperts"
    r"|[Ee]conomists|[Rr]eport|filing|institute|refiner|study|ministry|agency|spokesperson"
    r"|spokesman|spokeswoman|regulator|regulators|government|authorities"
    r"|people familiar with the matter|union|survey|exchange|statement|readout|consultancy"
    r"|filing|customers|[Dd]iplomats?|[Ll]awyers?|[Ll]awmakers|[Bb]rokers?|[Dd]ealers?|[Ii]nvestors|[Cc]ommittee|[Cc]hamber"
    r"|[Aa]ssociation|[Cc]ommission|[Dd]epartment|[Bb]oard|[Ll]obby|[Cc]onsultants?|[Mm]anagers?|[Mm]inisters?|[Nn]otice"
    r"|[Cc]ouncil|[Bb]ureau|[Oo]ffice|[Cc]ourt|[Pp]olice|[Cc]ustomers|[Ss]uppliers|[Rr]efiners|[Ss]melters|[Gg]eologists?"
    r"|[Uu]nions?|[Ww]orkers|[Rr]esidents|[Ee]nvoys?|[Aa]gencies|[Tt]hink[- ]tank|[Mm]iner|[Pp]roducer|[Oo]perator"
    r"|[Dd]eveloper|[Gg]roup|[Bb]ank|[Bb]rokerage|[Gg]overnor|[Mm]ayor|[Ss]enators?|[Pp]residency|[Cc]abinet|[Pp]arliament"
    r"|[Ee]mbassy|[Ww]atchdog|[Dd]irectorate|[Aa]uthority|[Ss]urveyors?|[Ff]orecasters?|[Bb]uyer|[Ss]eller|[Tt]rader"
    r"|[Ee]ngineers?|[Ll]eaders|[Uu]tility|[Cc]hief|[Bb]oss|[Dd]irectors?|[Jj]udge|[Cc]ustoms|[Ss]ecretary"
    r"|[Cc]hairman|[Cc]hairwoman|[Cc]hair|[Pp]resident|[Pp]ress (?:service|office|secretary)"
    r"|(?:[Pp]eople|[Pp]ersons?)(?:\s(?:familiar with|briefed on|close to|with knowledge of)(?:\s\w+){1,3})?"
    r"|[Aa]nalyst|[Ss]trategist|[Ee]conomist|[Ss]ource|[Rr]esearcher|[Ee]xecutive|[Ee]xpert|[Cc]onsultant))\b"
)


@dataclass(slots=True)
class Speakers:
    """People and sources named in an article so far.

    Attributes:
        people: Part of a person's name to the fullest description met.
        last: The one who spoke last.
        open_quote: Speaker of a quotation that is still open, or ``""``.
    """

    people: dict[str, str] = field(default_factory=dict)
    last: str = ""
    open_quote: str = ""
    said_at: int = -9

    def learn(self, text: str) -> None:
        """Note the people that a sentence introduces with their role."""
        for pattern in _INTRO:
            for m in pattern.finditer(text):
                name = m["name"]
                role, org = m["role"].strip(" ,"), (m["org"] or "").strip(" ,")
                org = re.sub(r"^(?:The|And|But|While|As|For|In|At|That)\s+", "", org)
                title = f"{org} {role}".strip() if pattern is _INTRO[0] else f"{role}, {org}".strip(" ,")
                full = f"{name} ({title})"
                for part in {name, name.split()[0], name.split()[-1]}:
                    self.people.setdefault(part, full)

    def resolve(self, who: str) -> str:
        """The fullest description of a name."""
        who = re.sub(r"^(?:the|a|an)\s+", "", who.strip(" ,'\""), flags=re.IGNORECASE)
        if who in self.people:
            return self.people[who]
        for name in sorted(self.people, key=len, reverse=True):
            if " " in name and name in who:
                return self.people[name]
        last = who.split()[-1] if who else ""
        if last in self.people and len(who.split()) <= 3 and who.split()[0][:1].isupper():
            return self.people[last]
        return who


def attributions(s: Sentence, mentions: list[Mention], speakers: Speakers) -> list[Speech]:
    """Find who is said to speak in a sentence.

    Args:
        s: The sentence.
        mentions: Names in it.
        speakers: People met so far; updated.

    Returns:
        Attributions in order.
    """
    speakers.learn(s.text)
    out: list[Speech] = []
    for m in _ACCORDING.finditer(s.text):
        who = speakers.resolve(m["who"])
        out.append(Speech(s.start + m.start(), s.start + m.end(), who, m.start() > 0.4 * len(s.text)))
    for m in _OPINION.finditer(s.text):
        if m["who"] in speakers.people or any(x.kind == "firm" and x.text == m["who"] for x in mentions):
            out.append(Speech(s.start + m.start(), s.start + m.end(), speakers.resolve(m["who"]), False))
    for m in _DATA.finditer(s.text):
        who = speakers.resolve(m["who"])
        out.append(Speech(s.start + m.start(), s.start + m.end(), who, m.start() > 0.4 * len(s.text)))
    colon = _COLON.match(s.text)
    kinds = {"firm", "region"} if s.heading else {"firm"}
    if colon and any(x.start == s.start and x.kind in kinds for x in mentions):
        out.append(Speech(s.start, s.start + colon.end(), speakers.resolve(colon["who"]), False))
    for m in _ANY.finditer(s.text):
        found = _subject(s, m, mentions, speakers)
        if found:
            trailing = _is_trailing(s.text, m)
            out.append(Speech(s.start + m.start(), s.start + m.end(), found, trailing))
    out.sort(key=lambda x: x.start)
    _track_quotes(s, out, speakers)
    return out


def _is_trailing(text: str, m: re.Match[str]) -> bool:
    before = text[: m.start()].rstrip()
    tail = text[m.end() :]
    clause = re.split(r"[,;]", before)[-1]
    if re.search(r"\b(?:when|after|as|since|because|while|which|who|if|before)\b", clause):
        return False
    led = re.search(r"[,\"]\s*[^,\"]{0,60}$", before) is not None and len(before) > 25
    rest = re.split(r"[,.]", tail, maxsplit=1)[0]
    return led and len(clause) < 70 and (len(tail.strip(' ."')) < 60 or len(rest) < 40)


def _subject(s: Sentence, m: re.Match[str], mentions: list[Mention], speakers: Speakers) -> str:
    """Who does the saying: the nearest name or source in front of the verb, or right behind it (", said X")."""
    text = s.text
    before = text[max(0, m.start() - 110) : m.start()]
    if re.search(r"\b(?:is|are|was|were|be|been|being|to|will be)\s*$", before):
        return ""
    weak = _WEAK.match(m[0])
    clause = re.split(r"[;:]|\bthat\b|\bwhich\b|\bbut\b|\bas\b(?=\s[A-Z])", before)[-1]
    pronoun = re.search(r"\b(he|she)\b(?:\s\w+ly|\salso|\shas|\shad)?\s*$", before, re.IGNORECASE)
    if pronoun:
        # The person named in the same sentence before the pronoun, else who spoke last.
        here = [
            (text.rfind(name, 0, m.start()), full)
            for name, full in speakers.people.items()
            if text.rfind(name, 0, m.start()) >= 0
        ]
        return max(here)[1] if here else speakers.last
    we = re.search(r"\b[Ww]e\b\s*$", before)
    if we:
        return ""
    candidates: list[tuple[int, str]] = []
    base = m.start() - len(clause)
    for name in sorted(speakers.people, key=len, reverse=True):
        for k in re.finditer(rf"\b{re.escape(name)}\b", clause):
            candidates.append((k.end(), speakers.people[name]))
    for k in _GENERIC.finditer(clause):
        joint = re.search(r"[A-Z][\w&.]*(?:\s[A-Z][\w&.]*)? and (?:other )?$", clause[: k.start("who")])
        candidates.append((k.end(), (joint[0] if joint else _widened(clause, k.start("who"))) + k["who"]))
    for x in mentions:
        if (
            x.kind in {"firm", "region", "programme", "observer"}
            and base <= x.start - s.start
            and x.end - s.start <= m.start()
        ):
            if x.kind == "region" and not re.match(
                r"\s*(?:has |had |have |also )?$", text[x.end - s.start : m.start()]
            ):
                continue  # "the U.S. producer said": the producer speaks
            candidates.append((x.end - s.start - base, x.text))
    persons = [c for c in candidates if c[1] in speakers.people.values() and clause[c[0] :].startswith(",")]
    if persons and clause.rstrip().endswith(","):
        return max(persons)[1]  # "Shaun Verner, chief executive of Syrah, told"
    if candidates:
        end, who = max(candidates)
        between = clause[end:]
        limit = 3 if weak else 9
        words = re.findall(r"[\w']+", between)
        appositive = between.lstrip().startswith(",") and between.rstrip().endswith(",")
        if len(words) <= limit or (appositive and len(words) <= 14):
            if weak and re.search(r"\b(?:by|of|the|in|for|from|to)\s*$", between):
                return ""
            return speakers.resolve(_whole(clause, end, who))
    if not weak or m[0] in _OUTLOOK:
        plain = re.search(
            r"((?:[A-Z][\w&.-]+)(?:\s[A-Z][\w&.-]+){0,3})(?:\s(?:also|has|had|have))?\s*$", clause
        )
        if plain and not re.match(r"(?:In|On|At|The|But|And|It|This|That|They|We|As|If|For|Mr)$", plain[1]):
            return speakers.resolve(plain[1])
    after = re.match(rf"\s+(?P<who>(?:the\s)?(?:{_NAME}|{_N}))", text[m.end() :])
    if after and not weak and re.search(r"[,\"]\s*$", text[: m.start()]):
        return speakers.resolve(after["who"])
    unnamed = _GENERIC.match(text[m.end() :].lstrip())
    if unnamed is None:
        unnamed = re.match(
            r"(?:one|a|an)\s(?P<who>(?:[a-z]+\s){0,2}(?:refiner|trader|analyst|official|executive"
            r"|producer|source|buyer))\b",
            text[m.end() :].lstrip(),
        )
    if unnamed and not weak and re.search(r"[,\"]\s*$", text[: m.start()]):
        return unnamed["who"]
    if after and m[0] in {"citing", "quoting", "quoted"}:
        return ""
    return ""


def _whole(clause: str, end: int, who: str) -> str:
    """The whole of a name of which a part was found: "the Chamber of Mines", "the consultancy Guidehouse"."""
    named = re.match(rf"\s(?P<name>{_N}(?:\s{_N}){{0,3}})\s*$", clause[end:])
    if named and who.split()[-1][:1].islower():
        return named["name"]
    for run in _RUN.finditer(clause):
        if run.start() < end <= run.end() and len(run[0]) > len(who) and who in run[0]:
            return re.sub(r"^(?:The|And|But|While|As|For|In|At|That|Yet|So)\s+", "", run[0])
    return who


_STOPS = word_list("speakers.stops")


def _widened(text: str, at: int) -> str:
    """Words in front of "ministry" or "official" that say which: "the economy ministry", "Kazakh diplomat"."""
    words = re.findall(r"[\w&'.-]+|[^\w\s]", text[max(0, at - 60) : at])
    kept: list[str] = []
    for word in reversed(words):
        if not re.match(r"[\w&]", word) or word.lower() in _STOPS or len(kept) == 3 or word.endswith("ly"):
            break
        kept.append(word)
    return " ".join(reversed(kept)) + " " if kept else ""


def _track_quotes(s: Sentence, speech: list[Speech], speakers: Speakers) -> None:
    named = [x.speaker for x in speech if x.speaker]
    if named:
        speakers.last = named[0]
        speakers.said_at = s.index
    quotes = s.text.count('"')
    if quotes % 2 == 1:
        speakers.open_quote = "" if speakers.open_quote else (named[0] if named else speakers.last)


_ACTS = frozenset({"declared", "declares", "announced", "announces"})


def _cut_off(between: str) -> bool:
    """Whether a spaced dash or a semicolon outside quotation marks ends what somebody says."""
    return (
        " - " in between or ";" in between or ": he " in between or ": she " in between
    ) and between.count('"') % 2 == 0


def speaker_of(
    start: int, end: int, s: Sentence, speech: list[Speech], speakers: Speakers, was_open: str
) -> Speech | None:
    """Return the attribution that covers a stretch of a sentence.

    Args:
        start: Offset of the stretch.
        end: Offset after it.
        s: The sentence.
        speech: Attributions in it.
        speakers: People met so far.
        was_open: Speaker of a quotation that was open when the sentence began.

    Returns:
        The nearest attribution in front, else a trailing one behind, else the one of the open quotation.
    """
    front = [
        x for x in speech if x.start <= start and not _cut_off(s.text[x.end - s.start : start - s.start])
    ]
    trailing = [x for x in speech if x.trailing and x.start >= end - 1]
    if front:
        acts = s.text[front[-1].start - s.start : front[-1].end - s.start].lower() in _ACTS
        return trailing[0] if acts and trailing else front[-1]
    if trailing:
        return trailing[0]
    if was_open:
        return Speech(s.start, s.start, was_open, False)
    return None
