"""Did it happen, is it planned, considered, rumoured, forecast or conditional; or is it denied?"""

from __future__ import annotations

from dataclasses import dataclass

from oreflow.news.lexicon import word_list
from oreflow.news.scene import Scene
from oreflow.news.triggers import Trigger

MODALITIES = ("happened", "planned", "considered", "rumoured", "forecast", "conditional")
"""What a claim's modality can be."""

POLARITIES = ("asserted", "negated")
"""What a claim's polarity can be."""


@dataclass(frozen=True, slots=True)
class Stance:
    """How a claim is meant.

    Attributes:
        polarity: ``asserted`` or ``negated``.
        modality: One of `MODALITIES`.
        cue: Words that say so, empty when plain.
    """

    polarity: str
    modality: str
    cue: str


@dataclass(frozen=True, slots=True)
class _Cue:
    effect: str
    side: str
    first: int
    last: int
    text: str


_AUXILIARIES = word_list("modality.auxiliaries")
_MODALS = word_list("modality.modals")
_REPORTS = word_list("modality.reports")
_HEDGES = word_list("modality.hedges")
_RANK = {"conditional": 0, "considered": 1, "planned": 2, "forecast": 3}


def stance(scene: Scene, trigger: Trigger) -> Stance:
    """Say how a trigger is meant, from the words that govern it.

    A finite past verb is taken as it stands; a gerund, an infinitive or a noun takes the modality of the nearest
    cue in front of it within its clause (for nouns also just behind it).

    Args:
        scene: The sentence.
        trigger: The trigger in it.

    Returns:
        Polarity, modality and the cue.
    """
    cues = _cues(scene, trigger)
    barrier = _barrier(scene, trigger.first)
    form = _form(scene, trigger)
    before = [c for c in cues if c.side in {"before", "near"} and barrier <= c.first < trigger.first]
    if trigger.head.name in {"UP", "DOWN"}:
        before = [c for c in before if trigger.first - c.last <= 8]
    after = _after(scene, cues, trigger, form)
    negation = _negation(scene, trigger, before, after)
    modality, text = _modality(scene, trigger, form, before, after)
    if modality == "happened" and not _finite(scene, trigger, form):
        governed = _governing(scene, trigger, cues, barrier)
        if governed:
            modality, text = governed
    if modality == "happened" and form == "noun":
        modality, text = _told(scene, trigger)
    if text == "would" and any(w in _REPORTS for w in scene.lower[: trigger.first]):
        modality = "planned"  # "said it would": the past of "will"
    if modality in {"happened", "planned", "forecast"}:
        condition = _condition(scene, trigger, modality, form)
        if condition:
            modality, text = "conditional", condition
    if modality == "happened":
        rumour = [c for c in cues if c.effect == "rumoured"]
        if rumour:
            modality, text = "rumoured", rumour[0].text
    if "consider" in negation:
        modality = "considered"
    elif "plan" in negation or "intention" in negation:
        modality = "planned"
    elif negation and any(c.effect == "considered" and c.last <= trigger.first for c in before):
        modality = "considered"
    if negation:
        return Stance("negated", modality, negation)
    return Stance("asserted", modality, text)


def _cues(scene: Scene, trigger: Trigger) -> list[_Cue]:
    spans: dict[tuple[int, int], list[_Cue]] = {}
    for h in scene.hits:
        if h.name.startswith("cue:"):
            _, effect, side = h.name.split(":")
            i, j = scene.span(h.start, h.end)
            if i > 0 and scene.sentence.tokens[i].text == "May":
                continue  # the month
            if i < trigger.last and trigger.first < j and effect != "happened":
                continue
            text = " ".join(scene.lower[i:j])
            spans.setdefault((i, j), []).append(_Cue(effect, side, i, j, text))
    out: list[_Cue] = []
    for (i, j), found in sorted(spans.items(), key=lambda s: (-(s[0][1] - s[0][0]), s[0][0])):
        # The longest cue wins: "no plans to" over "no" and "plans to", on the same side.
        for cue in found:
            if not any(
                o.first <= i and j <= o.last and (o.first, o.last) != (i, j) and _same_side(o, cue)
                for o in out
            ):
                out.append(cue)
    return sorted(out, key=lambda c: c.first)


def _same_side(a: _Cue, b: _Cue) -> bool:
    return (a.side == "after") == (b.side == "after")


def _barrier(scene: Scene, first: int) -> int:
    """First token of the stretch whose cues may govern the trigger: its clause."""
    clause = scene.clauses[first]
    i = first
    while i > 0 and scene.clauses[i - 1] == clause:
        i -= 1
    # A clause that opens with a participle ("..., reducing supply") hangs on the one before.
    return i


def _form(scene: Scene, trigger: Trigger) -> str:
    """``past``, ``s``, ``base``, ``ing`` or ``noun``, from the word's form and its neighbours."""
    form = trigger.head.form
    words = scene.lower
    i = trigger.first
    before = words[i - 1] if i else ""
    if form in {"noun", "fixed"}:
        return "noun"
    article = before in {
        "the",
        "a",
        "an",
        "this",
        "its",
        "their",
        "of",
        "further",
        "possible",
        "any",
        "another",
    }
    if article and form in {"base", "s"}:
        return "noun"
    same = [h for h in scene.hits if h.start == trigger.head.start and h.end == trigger.head.end]
    noun = form in {"base", "s"} and any(h.form == "noun" or h.name.endswith("_N") for h in same)
    led = scene.span(*trigger.object)[1] == i and not _object_follows(scene, trigger)
    if noun and (before in _QUANTIFIERS or led):
        return "noun"  # "production cuts", "more cuts"; but "the mine cuts output" is a verb
    if form == "base":
        # "shut", "cut": the base form is also the past.
        forms = {
            h.form
            for h in scene.hits
            if h.start == trigger.head.start and h.end == trigger.head.end and h.name == trigger.head.name
        }
        if "past" in forms:
            aux = _group(scene, i)
            if aux and any(
                w in {"has", "have", "had", "was", "were", "been", "is", "are", "be"} for w in aux
            ):
                return "past"
            if not any(w in _MODALS for w in aux) and before not in {"n't", "not"}:
                return "past"
    return form


_QUANTIFIERS = word_list("modality.quantifiers")


def _object_follows(scene: Scene, trigger: Trigger) -> bool:
    """Whether a noun that the verb may act on stands right behind it."""
    ahead = [h for h in scene.hits if h.name in {"OUTPUT", "CAPACITY", "FACILITY", "EXPORT", "PRICE"}]
    return any(0 <= scene.token(h.start) - trigger.last <= 2 for h in ahead)


def _group(scene: Scene, first: int) -> list[str]:
    """Auxiliaries and adverbs right in front of a verb."""
    out: list[str] = []
    i = first - 1
    while i >= 0 and (
        scene.lower[i] in _AUXILIARIES
        or scene.lower[i] in _MODALS
        or scene.lower[i] in {"not", "n't", "never"}
        or (scene.lower[i].endswith("ly") and len(scene.lower[i]) > 4)
    ):
        out.append(scene.lower[i])
        i -= 1
    return out


def _finite(scene: Scene, trigger: Trigger, form: str) -> bool:
    """Whether the verb stands on its own: past or present, not an infinitive, gerund or noun."""
    if form not in {"past", "s"}:
        return False
    group = _group(scene, trigger.first)
    return not any(w in _MODALS or w in {"being", "be"} for w in group)


def _modality(
    scene: Scene, trigger: Trigger, form: str, before: list[_Cue], after: list[_Cue]
) -> tuple[str, str]:
    modal = [c for c in before if c.effect in _RANK or c.effect == "happened"]
    if _finite(scene, trigger, form):
        return "happened", ""
    ahead_of_it = any(c.effect in {"forecast", "planned"} for c in before) or "to" in _group(
        scene, trigger.first
    )
    if (
        trigger.head.name == "TRADE_AT"
        and not set(_group(scene, trigger.first)) & _HEDGES
        and not ahead_of_it
    ):
        return "happened", ""
    if form == "ing":
        group = _group(scene, trigger.first)
        if any(w in {"is", "are", "was", "were", "been", "'s", "'re"} for w in group) and not any(
            w in _MODALS for w in group
        ):
            return "happened", ""
    if form == "noun":
        start, _ = scene.span(*trigger.object)
        if start <= trigger.first:
            start = trigger.last + 4  # "capacity is to reach": what follows says when
        between = (
            []
            if trigger.head.name not in {"OUTPUT", "CAPACITY"}
            else [c for c in _cues(scene, trigger) if c.effect in _RANK and trigger.last <= c.first < start]
        )
        if between:
            return between[0].effect, between[0].text
        ahead = scene.lower[trigger.last : trigger.last + 2]
        if ahead and ahead[0] in {"could", "may", "might", "would"}:
            return "conditional", ahead[0]
        for c in after:
            if c.effect in _RANK or c.effect == "happened":
                return c.effect, c.text
    if form == "noun":
        modal = [c for c in modal if not (c.text.endswith(" to") and _names_next(scene, c))]
    if modal:
        chosen = _strongest(modal, trigger.first)
        if chosen:
            return chosen.effect, chosen.text
    word = scene.lower[trigger.first - 1] if trigger.first else ""
    verbal = any(
        h.start == trigger.head.start and h.end == trigger.head.end and h.form == "base" for h in scene.hits
    )
    if (
        (verbal or trigger.head.form == "fixed")
        and form in {"base", "noun"}
        and (word == "to" or (form == "base" and "to" in _group(scene, trigger.first)))
    ):
        return "planned", "to"
    return "happened", ""


_PENDING = frozenset(
    {"study", "review", "discussion", "consideration", "examination", "debate", "negotiation"}
)
_COMING = {"will": "planned", "'ll": "planned", "shall": "planned", "may": "conditional", "might": "conditional",
           "could": "conditional"}  # fmt: skip


def _told(scene: Scene, trigger: Trigger) -> tuple[str, str]:
    """Modality of the clause that a noun stands in: of its modal verb, or of "under review"."""
    words = scene.lower
    if trigger.head.name == "TALKS":
        return "considered", words[trigger.first]
    inside = [i for i, c in enumerate(scene.clauses) if c == trigger.clause]
    for i in inside:
        after = words[i + 1] if i + 1 < len(words) else ""
        if words[i] in _COMING and scene.sentence.tokens[i].text != "May":
            return _COMING[words[i]], words[i]
        if words[i] == "under" and after in _PENDING:
            return "considered", f"under {after}"
        led = i > 0 and (words[i - 1] in {"is", "are"} or scene.sentence.heading)
        if (
            words[i] == "to"
            and led
            and any(h.form == "base" and scene.token(h.start) == i + 1 for h in scene.hits)
        ):
            return "planned", "to"
    return "happened", ""


def _names_next(scene: Scene, cue: _Cue) -> bool:
    """Whether a cue such as "agreed to" is followed by a noun and not a verb: then it is done."""
    word = scene.lower[cue.last] if cue.last < len(scene.lower) else ""
    return word in {"a", "an", "the", "its", "their", "this"} or word[:1] in "0123456789$"


def _strongest(cues: list[_Cue], first: int) -> _Cue | None:
    """The nearest cue; one that hedges more wins over a neighbour in the same verb group."""
    near = [c for c in cues if c.last <= first]
    if not near:
        return None
    firm = [c for c in near if c.text not in {"possible", "potential", "potentially"}]
    last = (firm if firm and near[-1].first - firm[-1].last <= 3 else near)[-1]
    near = [c for c in near if c.last <= last.last and (c is last or c in firm)]
    if last.effect == "happened":
        return last if first - last.last <= 6 else (_strongest(near[:-1], first) or last)
    group = [c for c in near if last.first - c.last <= 3 and c.effect in _RANK]
    return min([*group, last], key=lambda c: _RANK[c.effect])


def _governing(scene: Scene, trigger: Trigger, cues: list[_Cue], barrier: int) -> tuple[str, str] | None:
    """Modality handed on by the clause before, for a participle or infinitive that hangs on it."""
    if trigger.head.form != "ing" or trigger.first == 0:
        return None
    before = scene.lower[trigger.first - 1]
    if before not in {",", "and", "by", "thereby", "thus", "with"}:
        return None
    earlier = [c for c in cues if c.last <= trigger.first and c.effect in _RANK and c.side == "before"]
    return (earlier[-1].effect, earlier[-1].text) if earlier else None


def _after(scene: Scene, cues: list[_Cue], trigger: Trigger, form: str) -> list[_Cue]:
    end = max(trigger.last, scene.span(*trigger.object)[1])
    limit = end + (9 if form == "noun" else 4)
    clause = scene.clauses[trigger.first]
    return [
        c
        for c in cues
        if c.side == "after"
        and trigger.last <= c.first <= limit
        and (scene.clauses[c.first] == clause or c.effect in {"negated", "rumoured"})
    ]


def _negation(scene: Scene, trigger: Trigger, before: list[_Cue], after: list[_Cue]) -> str:
    first = trigger.first
    for c in reversed(before):
        if c.effect != "negated":
            continue
        following = scene.lower[c.last] if c.last < len(scene.lower) else ""
        if following == "only" or (
            c.text == "no" and following in {"doubt", "longer", "wonder", "surprise", "."}
        ):
            continue
        reach = 6 if c.side == "near" else 16
        if first - c.last > reach:
            continue
        between = scene.lower[c.last : first]
        if c.side == "near" and c.text in {"no", "without"} and "," in between:
            continue
        if (
            c.side == "near"
            and c.text in {"not", "n't", "never"}
            and any(w in {"and", "but", ",", "only"} for w in between)
        ):
            continue
        doubled = any(o.effect == "negated" and o.last <= c.first and c.first - o.last <= 2 for o in before)
        if doubled:
            return ""
        return c.text
    for c in after:
        if c.effect == "negated":
            return c.text
    # The object may carry it: "no production was halted".
    i, _ = scene.span(*trigger.object)
    if i < first and i > 0 and scene.lower[i - 1] == "no":
        return "no"
    return ""


def _condition(scene: Scene, trigger: Trigger, modality: str, form: str) -> str:
    words = scene.lower
    clause = scene.clauses[trigger.first]
    for i, w in enumerate(words):
        opening = i == 0 or words[i - 1] in {",", '"', "-"}
        if not (w in {"if", "unless"} or (w in {"once", "should"} and opening)) or (
            i and words[i - 1] in {"even", "as", "see", "ask", "asked", "unclear"}
        ):
            continue
        if scene.clauses[i] == clause and i < trigger.first:
            return w
        if i > trigger.last and modality != "happened":
            return w
        if i < trigger.first and modality != "happened":
            return w
    return ""
