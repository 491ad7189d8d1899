"""Direction, polarity and modality of a proposal: the words that say so, by the classes of the lexicon."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

from oreflow.news.lexicon import word_list
from oreflow.news.modality import MODALITIES, POLARITIES
from oreflow.news.proposals.evidence import UnsupportedError, places
from oreflow.news.proposals.ground import Ground, Span
from oreflow.news.proposals.schema import DIRECTIONS, GroundedDirection, GroundedModality, GroundedPolarity
from oreflow.news.triggers import rules

_CONTROLS = frozenset({"export_control", "sanction", "quota"})
# For controls down is tighter, whatever goes up or down in words.
_TIGHTER = frozenset(
    {
        "STOP",
        "STOP_N",
        "RESTRICT",
        "BAN",
        "BAN_N",
        "EXPORT_CONTROL",
        "SANCTION",
        "NOT_PERMITTED",
        "IMPOSE",
        "RAISE",
    }
    | {"RISE", "CUT", "CUT_N", "QUOTA"}
)
_LOOSER = frozenset({"RESUME", "RESUME_N", "EASE", "GRANT", "CUT", "FALL", "RAISE", "RISE", "REVOKE"})
# A gap is a surplus or a deficit; either way one word of the class says which.
_UPWARD = frozenset({"IMPOSE", "BUY", "GAP"})
_DOWNWARD = frozenset({"EASE", "RELEASE", "GAP", "FORCE_MAJEURE"})


@cache
def _classes(direction: str) -> frozenset[str]:
    """Word classes that the rules for other claims than controls take for a direction."""
    table = {
        r.head
        for found in rules().values()
        for r in found
        if r.type not in _CONTROLS and r.direction == direction
    }
    return frozenset(table) | (_UPWARD if direction == "up" else _DOWNWARD)


def direction(ground: Ground, said: GroundedDirection, scope: Span, type_: str) -> str:
    """Hold a direction to a word for it, or to the sign of a figure.

    Args:
        ground: The article.
        said: What is proposed.
        scope: The quote, which must say it.
        type_: Type of the claim.

    Returns:
        ``up`` or ``down``.

    Raises:
        UnsupportedError: It is neither, or the evidence holds no word for it.
    """
    _known("direction", said.value, DIRECTIONS)
    spans = places(ground, said.evidence, scope, "quote")
    if type_ in _CONTROLS:
        wanted = _LOOSER if said.value == "up" else _TIGHTER
    else:
        wanted = _classes(said.value)
    sign = 1 if said.value == "up" else -1
    figures = [q for s in ground.around(scope) for q in ground.quantities(s) if q.sign == sign]
    for span in spans:
        if ground.classes(span) & wanted or any(span.holds(q) for q in figures):
            return said.value
    raise UnsupportedError(f"its evidence holds no word for {said.value}")


def polarity(ground: Ground, said: GroundedPolarity, scope: Span) -> str:
    """Hold a denial to a word that denies, and an assertion to words without one.

    Args:
        ground: The article.
        said: What is proposed.
        scope: Sentence that must say it.

    Returns:
        ``asserted`` or ``negated``.

    Raises:
        UnsupportedError: It is neither, or the evidence does not bear it out.
    """
    _known("polarity", said.value, POLARITIES)
    denies = any("negated" in _cues(ground, s) for s in places(ground, said.evidence, scope, "sentence"))
    if denies != (said.value == "negated"):
        raise UnsupportedError("its evidence denies" if denies else "its evidence holds no word that denies")
    return said.value


def modality(ground: Ground, said: GroundedModality, scope: Span) -> str:
    """Hold a modality to a cue for it; what happened, to words without a cue for anything else.

    Args:
        ground: The article.
        said: What is proposed.
        scope: Sentence that must say it.

    Returns:
        One of the modalities.

    Raises:
        UnsupportedError: It is none of them, or the evidence does not bear it out.
    """
    _known("modality", said.value, MODALITIES)
    found: set[str] = set()
    for span in places(ground, said.evidence, scope, "sentence"):
        found |= _cues(ground, span) | _infinitive(ground, span)
        if "conditional" in found and _reported(ground, scope):
            found.add("planned")  # "said it would": the past of "will"
    if "planned" in found:
        found.add("forecast")  # nobody plans a price: "will rise" is a forecast
    if said.value == "happened":
        other = [m for m in MODALITIES if m in found - {"happened"}]
        if other:
            raise UnsupportedError(f"its evidence says {other[0]}")
    elif said.value not in found:
        raise UnsupportedError(f"its evidence holds no word for {said.value}")
    return said.value


def _known(field: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise UnsupportedError(f"there is no {field} {value!r}; it is one of {', '.join(known)}")


def _cues(ground: Ground, span: Span) -> set[str]:
    return {name.split(":")[1] for name in ground.classes(span) if name.startswith("cue:")}


def _infinitive(ground: Ground, span: Span) -> set[str]:
    """A plan, where "to" stands in front of a verb: "is to cut output"."""
    verbs = {h.start for h in ground.hits if span.holds(h) and h.form == "base"}
    tokens = [t for s in ground.sentences if span.meets(s) for t in s.tokens]
    follows = any(a.lower == "to" and a.start >= span.start and b.start in verbs for a, b in pairwise(tokens))
    return {"planned"} if follows else set()


def _reported(ground: Ground, scope: Span) -> bool:
    words = {t.lower for s in ground.sentences if scope.holds(s) for t in s.tokens}
    return "would" in words and bool(words & word_list("modality.reports"))
