"""An article to claims: everything put together, sentence by sentence."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from oreflow.news import arguments
from oreflow.news.blocks import Layout, context_day, layout
from oreflow.news.claims import Claim
from oreflow.news.coreference import describe
from oreflow.news.dates import When, find_dates
from oreflow.news.gazetteer import gazetteer
from oreflow.news.interval import Interval
from oreflow.news.linking import find_hits, find_mentions
from oreflow.news.mentions import Hit, Mention
from oreflow.news.modality import stance
from oreflow.news.quantities import Quantity, find_quantities
from oreflow.news.relevance import belongs, relevant_items
from oreflow.news.scene import Scene
from oreflow.news.sentences import Sentence, sentences
from oreflow.news.speakers import Speakers, Speech, attributions, speaker_of
from oreflow.news.text import Article
from oreflow.news.triggers import Trigger, find_triggers

if TYPE_CHECKING:
    from oreflow.atlas.world import World


@dataclass(frozen=True, slots=True)
class Extract:
    """What was found in an article before it is grouped.

    Attributes:
        claims: Claims in order of the text.
        date: Date of the article.
        relevant: Whether it speaks of minerals, mines, batteries or what governs them.
        layout: Blocks and dates of the items.
    """

    claims: tuple[Claim, ...]
    date: Interval | None
    relevant: bool
    layout: Layout


def extract(article: Article, world: World, *, day: date | None = None) -> Extract:
    """Find the claims of an article.

    Args:
        article: The article.
        world: Plants, firms, regions and commodities that it may name.
        day: Date of the article if known from elsewhere; else it is looked for in the text.

    Returns:
        The claims, each with its exact quote.
    """
    g = gazetteer(world)
    plan = layout(article)
    stamps = tuple(Interval(day, day) if day and i == 0 else d for i, d in enumerate(plan.dates))
    all_sentences, docs = sentences(article.folded, plan.blocks)
    mentions = describe(all_sentences, find_mentions(docs, article.folded, g), g)
    hits = find_hits(docs, g)
    relevant = relevant_items(all_sentences, mentions)
    speakers = Speakers()
    for s in all_sentences:
        speakers.learn(s.text)
    out: list[Claim] = []
    carried: dict[str, Mention] = {}
    item = -1
    near: list[Mention] = []
    carried_at: dict[str, int] = {}
    seen: set[str] = set()
    for s, own, words in _aligned(all_sentences, mentions, hits):
        if s.item != item:
            item, carried, near = s.item, {}, []
        was_open = speakers.open_quote
        carried = {k: m for k, m in carried.items() if s.index - carried_at[k] <= 4}
        speech = attributions(s, own, speakers)
        repeated = s.text.lower() in seen or any(
            t.startswith(s.text.lower()) for t in seen if len(s.text) > 40
        )
        seen.add(s.text.lower())
        if s.item in relevant and not repeated and not s.text.rstrip(" \"')").endswith("?"):
            stamp = stamps[min(s.item, len(stamps) - 1)]
            out += _claims(
                article, s, own, words, speech, was_open, speakers, stamp, carried, near, g.country_of
            )
        for m in own:
            if m.via != "pronoun" and m.kind in {"plant", "firm", "region"}:
                carried[m.kind] = m
                carried_at[m.kind] = s.index
        named = [m for m in own if m.kind == "commodity" and m.via != "pronoun"]
        near = named or (near if near and near[0].start > s.start - 600 else [])
    return Extract(tuple(_tidy(out)), stamps[0] if stamps else None, bool(relevant), plan)


def _aligned(
    all_sentences: list[Sentence], mentions: list[Mention], hits: list[Hit]
) -> list[tuple[Sentence, list[Mention], list[Hit]]]:
    out = []
    i = j = 0
    for s in all_sentences:
        while i < len(mentions) and mentions[i].start < s.start:
            i += 1
        while j < len(hits) and hits[j].start < s.start:
            j += 1
        own, words = [], []
        while i < len(mentions) and mentions[i].start < s.end:
            own.append(mentions[i])
            i += 1
        while j < len(hits) and hits[j].start < s.end:
            words.append(hits[j])
            j += 1
        out.append((s, own, words))
    return out


def _claims(
    article: Article,
    s: Sentence,
    own: list[Mention],
    words: list[Hit],
    speech: list[Speech],
    was_open: str,
    speakers: Speakers,
    stamp: Interval | None,
    carried: dict[str, Mention],
    near: list[Mention],
    regions: dict[str, str],
) -> list[Claim]:
    ref = stamp.end if stamp and stamp.end else context_day(article.folded, s.start)
    found = [replace(w, start=w.start + s.start, end=w.end + s.start) for w in find_dates(s.text, ref)]
    spans = [(w.start - s.start, w.end - s.start) for w in found]
    quantities = [
        replace(q, start=q.start + s.start, end=q.end + s.start) for q in find_quantities(s.text, spans)
    ]
    scene = Scene(s, words, own, quantities)
    triggers = _told(find_triggers(scene), scene.lower)
    given = arguments.amounts(scene, triggers)
    out = []
    for k, trigger in enumerate(triggers):
        claim = _claim(
            article, scene, trigger, given.get(k, []), found, speech, was_open, speakers, stamp, carried, near
        )
        if claim is not None and belongs(claim, scene, trigger):
            out.append(claim)
            out += _more(claim, given.get(k, [])[1:], found, article.folded)
    bare = {t.head.start for t in triggers if t.head.name == "EXPECT"}
    if len(out) > 1:
        # "expects output to be 35 % lower": the expectation is the modality of the other claim.
        out = [c for c in out if c.quantity is not None or c.anchor not in bare]
    return _quoted(article, scene, out, triggers)


def _told(triggers: list[Trigger], words: list[str]) -> list[Trigger]:
    """Leave out what a statement of ignorance is about: "has not said when the mine will reopen"."""
    unknown = [t for t in triggers if t.type == "ignorance"]

    def about(t: Trigger, u: Trigger) -> bool:
        return 0 <= t.first - u.last <= 8 and "," not in words[u.last : t.first]

    return [t for t in triggers if t.type == "ignorance" or not any(about(t, u) for u in unknown)]


def _claim(
    article: Article,
    scene: Scene,
    trigger: Trigger,
    given: list[Quantity],
    found: list[When],
    speech: list[Speech],
    was_open: str,
    speakers: Speakers,
    stamp: Interval | None,
    carried: dict[str, Mention],
    near: list[Mention],
) -> Claim | None:
    s = scene.sentence
    who = arguments.subject(scene, trigger, carried)
    goods = arguments.commodity(scene, trigger)
    keys = arguments.distinct(m.name.key for m in goods)
    if not keys and who is not None and who.kind == "plant":
        keys = arguments.distinct(n.mineral for n in who.names)[:1]
    inherits = (
        not s.heading
        and trigger.type not in {"share_price_move", "investment", "agreement", "bottleneck"}
        and not (trigger.type == "licence" and (who is None or who.kind not in {"plant", "firm"}))
    )
    if trigger.type in {"tariff", "sanction", "subsidy"} and {"goods", "products", "all"} & set(scene.lower):
        inherits = False
    if not keys and near and inherits:
        last = arguments.distinct(m.name.key for m in near if m.name.key not in {"ev_battery", "battery"})
        keys = last if len(last) == 1 else []
    meaning = stance(scene, trigger)
    spoken = speaker_of(trigger.head.start, trigger.head.end, s, speech, speakers, was_open)
    span = (spoken.start, spoken.end) if spoken else None
    when = arguments.dates(
        scene, trigger, found, stamp, span, "forecast" if trigger.head.name == "EXPECT" else meaning.modality
    )
    quantity = given[0] if given else None
    direction = trigger.direction or {1: "up", -1: "down"}.get(quantity.sign if quantity else 0, "")
    if not direction and quantity is not None and quantity.kind in {"share", "points", "multiple"}:
        direction = _compared(article.folded[quantity.end : quantity.end + 12])
    kind, label, candidates = _subject(scene, trigger, who, keys)
    claim = Claim(
        type=trigger.type,
        subject=label or None,
        commodity=";".join(keys) or None,
        country=arguments.country(scene, trigger, who),
        quantity=arguments.amount(quantity),
        direction=direction or None,
        polarity=meaning.polarity,
        modality=meaning.modality,
        speaker=(spoken.speaker or None) if spoken else None,
        said=when.said,
        announced=when.announced,
        effective=when.effective,
        quote=article.text[s.start : s.end],
        start=s.start,
        end=s.end,
        subject_kind=kind,
        measure=_measure(scene, trigger, quantity),
        partners=tuple(
            arguments.distinct(m.label for m in scene.mentions if m.kind == "firm" and m.label != label)
        ),
        candidates=candidates,
        ticker=(who.ticker or None) if who is not None and trigger.type == "share_price_move" else None,
        item=s.item,
        heading=s.heading,
        anchor=trigger.head.start,
        nominal=trigger.head.form in {"noun", "fixed"} or trigger.head.name.endswith("_N"),
    )
    return _settled(claim, trigger, stamp, scene.lower[trigger.first] in {"could", "may", "might"})


def _compared(after: str) -> str:
    """Direction in "a third less", "20% higher"."""
    word = after.split()[0].lower().strip(".,") if after.split() else ""
    return {
        "less": "down",
        "lower": "down",
        "below": "down",
        "more": "up",
        "higher": "up",
        "above": "up",
    }.get(word, "")


def _subject(
    scene: Scene, trigger: Trigger, who: Mention | None, keys: list[str]
) -> tuple[str, str, tuple[str, ...]]:
    """Kind and label of the subject, and its candidates where it is ambiguous."""
    if trigger.type == "bottleneck":
        stages = [
            (
                abs(scene.token(h.start) - trigger.first),
                scene.sentence.text[h.start - scene.sentence.start : h.end - scene.sentence.start],
            )
            for h in scene.hits
            if h.name == "STAGE"
            and scene.clauses[scene.token(h.start)] == scene.clauses[trigger.first]
            and scene.lower[max(0, scene.token(h.start) - 1)] not in {"not", "n't"}
        ]
        if stages:
            return "stage", min(stages)[1].lower(), ()
    if who is None:
        return ("commodity", keys[0], ()) if keys else ("", "", ())
    names = who.names
    if len(names) > 1 and len({n.key for n in names}) > 1:
        return who.kind, who.text, tuple(n.key for n in names)
    return who.kind, who.label, ()


def _measure(scene: Scene, trigger: Trigger, quantity: Quantity | None) -> str:
    """What the quantity measures, from the nearest noun in its clause."""
    if quantity is None:
        return ""
    at = scene.token(quantity.start)
    best: tuple[float, str] | None = None
    for h in scene.hits:
        name = {
            "DEMAND": "demand",
            "SUPPLY": "supply",
            "OUTPUT": "supply",
            "CAPACITY": "capacity",
            "GAP": "gap",
            "RELY": "reliance",
            "PRICE": "price",
        }.get(h.name)
        if name is None:
            continue
        i = scene.token(h.start)
        if scene.clauses[i] == scene.clauses[at] or abs(i - at) <= 6:
            cost = abs(i - at) + (4 if i > at else 0)
            if best is None or cost < best[0]:
                best = (cost, name)
    return best[1] if best else ""


_AGGREGATES = frozenset({"capacity_fact", "concentration"})
_CHANGES = frozenset({"RISE", "FALL", "RISE_N", "FALL_N", "UP", "DOWN", "GAP"})


def _settled(claim: Claim, trigger: Trigger, stamp: Interval | None, hedged: bool) -> Claim:
    """Adjust what depends on type, modality and date together."""
    ref = stamp.end if stamp and stamp.end else None
    ahead = bool(
        ref
        and claim.effective
        and claim.effective.end
        and (claim.effective.end - ref).days > 300
        and claim.effective.end.year > ref.year
    )
    if claim.type in {"price_move", "share_price_move", "demand_change"} and claim.modality == "considered":
        claim = replace(claim, modality="happened")  # what is considered is the answer to it
    if trigger.head.name in _CHANGES and claim.modality == "planned":
        claim = replace(claim, modality="forecast")  # nobody plans a price: "will rise" is a forecast
    if claim.type == "capacity_fact" and claim.modality == "planned" and claim.subject_kind != "region":
        claim = replace(claim, type="expansion", direction="up")
    if claim.type == "disruption" and claim.direction is None:
        claim = replace(claim, direction="down")
    if claim.type == "bottleneck" and claim.modality == "forecast":
        return replace(claim, modality="happened")
    if claim.type == "ignorance":
        return replace(claim, polarity="negated", modality="happened", quantity=None)
    if trigger.head.name == "EXPECT" and hedged:
        claim = replace(claim, modality="conditional")
    elif (
        claim.type == "forecast"
        and trigger.head.name == "EXPECT"
        and claim.modality in {"happened", "rumoured"}
    ):
        claim = replace(claim, modality="forecast")
    if (
        claim.type in {"capacity_fact", "dependency", "forecast", "concentration"}
        and claim.modality in {"happened", "conditional", "planned"}
        and ahead
    ):
        claim = replace(claim, modality="forecast")
    if (
        claim.type in _AGGREGATES
        and claim.modality == "forecast"
        and claim.subject_kind in {"commodity", "region", ""}
    ):
        claim = replace(claim, type="forecast")
    return claim


_REPEATED = frozenset(
    {"stockpile", "forecast", "capacity_fact", "tariff", "price_move", "quota", "concentration", "output_cut"}
)


def _more(claim: Claim, rest: list[Quantity], found: list[When], folded: str) -> list[Claim]:
    """Further quantities of the same statement become claims of their own where they are of another kind."""
    if claim.type not in _REPEATED or claim.quantity is None:
        return []
    out = []
    units = {(claim.quantity.unit, claim.quantity.per)}
    for q in rest:
        if (q.unit, q.per or None) in units or q.kind not in {"mass", "energy", "share", "money"}:
            continue
        units.add((q.unit, q.per or None))
        kind = "concentration" if claim.type == "capacity_fact" and q.kind == "share" else claim.type
        behind = [w for w in found if 0 <= w.start - q.end <= 12]
        when = behind[0].interval if behind else claim.effective
        direction = _compared(folded[q.end : q.end + 12]) or claim.direction
        out.append(
            replace(claim, type=kind, quantity=arguments.amount(q), effective=when, direction=direction)
        )
    return out


def _quoted(article: Article, scene: Scene, claims: list[Claim], triggers: list[Trigger]) -> list[Claim]:
    """Shorten quotes of long sentences with several claims to the part between separators around each trigger."""
    s = scene.sentence
    if len(s.text) < 160 or len(claims) < 3:
        return claims
    out = []
    for c in claims:
        if c.type != "share_price_move" or sum(1 for o in claims if o.type == c.type) < 3:
            out.append(c)
            continue
        at = c.anchor - s.start
        left = max(
            s.text.rfind(", ", 0, at),
            s.text.rfind(" including ", 0, at) + 9,
            s.text.rfind(" and ", 0, at) + 3,
        )
        right = s.text.find(", ", at)
        right = len(s.text) if right < 0 else right
        start = s.start + left + 2 if left > 0 else s.start
        while start < s.start + at and article.text[start] in " ,":
            start += 1
        end = s.start + right
        out.append(replace(c, quote=article.text[start:end], start=start, end=end))
    return out


def _tidy(claims: list[Claim]) -> list[Claim]:
    """Drop exact repeats, and bare repeats of what the same sentence or another one says with more."""
    out: list[Claim] = []
    for c in claims:
        if any(_repeats(c, o) for o in claims if o is not c) and not _bare_first(c, claims):
            continue
        if all(_key(c) != _key(o) for o in out):
            out.append(c)
    return out


def _key(c: Claim) -> tuple[object, ...]:
    return (c.type, c.subject, c.commodity, c.quantity, c.polarity, c.modality, c.start, c.direction)


def _repeats(c: Claim, o: Claim) -> bool:
    """Whether claim c says nothing that claim o does not."""
    if (c.type, c.polarity, c.item) != (o.type, o.polarity, o.item) or c.quantity is not None:
        return False
    same = c.subject == o.subject or (c.start == o.start and c.type in {"share_price_move", "price_move"})
    if (
        c.start == o.start
        and same
        and o.quantity is not None
        and (
            c.type == "forecast"
            or (c.type in {"share_price_move", "price_move"} and c.direction == o.direction)
        )
    ):
        return True
    if c.direction not in {None, o.direction} or (o.heading and not c.heading):
        return False
    if not c.nominal or c.subject != o.subject or c.modality not in {"happened", o.modality}:
        return False
    return c.effective in {None, o.effective} and c.speaker in {None, o.speaker}


def _bare_first(c: Claim, claims: list[Claim]) -> bool:
    """Of bare repeats of each other the first is kept."""
    others = [o for o in claims if o is not c and _repeats(c, o)]
    return all(_repeats(o, c) for o in others) and all(c.start <= o.start for o in others)
