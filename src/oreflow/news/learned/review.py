"""The second opinion on the claims of a sentence: some are dropped, some are added."""

from __future__ import annotations

from oreflow.news import arguments
from oreflow.news.claims import Claim
from oreflow.news.compose import Setting, compose
from oreflow.news.learned.features import features
from oreflow.news.learned.model import Opinion, model
from oreflow.news.lexicon import word_list
from oreflow.news.mentions import Hit
from oreflow.news.quantities import Quantity
from oreflow.news.relevance import belongs
from oreflow.news.scene import Scene
from oreflow.news.triggers import Trigger, direction_near

HEAD = "LEARNED"
"""Class of the head of a claim that the model adds."""
SURE = 0.01
"""Least chance at which a claim that a rule reads with its amount is kept."""
_REACH = 18
_MODALS = word_list("modality.modals")
_DOWN = frozenset({"halt", "output_cut", "disruption"})
_UP = frozenset({"restart", "expansion", "price_floor", "agreement", "investment"})


def reviewed(claims: list[Claim], scene: Scene, around: Setting) -> list[Claim]:
    """Drop claims that the model holds unlikely, and add those that it sees and no rule does.

    Args:
        claims: Claims of a sentence by rule.
        scene: The sentence.
        around: What stands around it.

    Returns:
        Claims in the order of the text.
    """
    table = model()
    views = table.opinions(features(scene, [c.type for c in claims]))
    amounts = {q.start for q in scene.quantities}

    def least(c: Claim) -> float:
        # A verb with its amount stands unless it is all but ruled out, whatever else a long sentence says.
        keep = table.keep.get(c.type, 0.0)
        return min(keep, SURE) if c.quantity is not None and c.anchor not in amounts else keep

    kept = [c for c in claims if views[c.type].chance >= least(c)]
    have = {c.type for c in kept}
    likely = sorted(
        (kind for kind, v in views.items() if kind not in have and v.chance >= table.add.get(kind, 1.0)),
        key=lambda kind: -views[kind].chance,
    )
    for kind in likely:
        trigger, given = _trigger(kind, views[kind], scene, kept)
        claim = compose(scene, trigger, given, around)
        if around.focused or belongs(claim, scene, trigger, focused=False):
            kept.append(claim)
    return sorted(kept, key=lambda c: c.anchor)


def _trigger(kind: str, view: Opinion, scene: Scene, kept: list[Claim]) -> tuple[Trigger, list[Quantity]]:
    """A trigger at the word that speaks for the type, and the nearest free amount that the type takes."""
    tokens = scene.sentence.tokens
    at = min(view.token, len(tokens) - 1)
    token = tokens[at]
    head = Hit(token.start, token.end, HEAD, _form(scene, at))
    used = [c.quantity for c in kept if c.quantity is not None]
    kinds = arguments.types()[kind].quantities
    free = [
        q
        for q in scene.quantities
        if q.kind in kinds and q.kind != "time" and arguments.amount(q) not in used
    ]
    near = sorted(free, key=lambda q: abs(scene.token(q.start) - at))
    given = [q for q in near if abs(scene.token(q.start) - at) <= _REACH][:1]
    way = "down" if kind in _DOWN else "up" if kind in _UP else direction_near(kind, scene, head, at)
    return Trigger(kind, head, (head.start, head.end), way, at, at + 1, scene.clauses[at], 0.0), given


def _form(scene: Scene, at: int) -> str:
    """Form of a word that the lexicon need not know, from its ending and the word before it."""
    token = scene.sentence.tokens[at]
    known = [h.form for h in scene.hits if h.start == token.start and h.end == token.end]
    if known:
        return known[0]
    if token.lower.endswith("ed"):
        return "past"
    if token.lower.endswith("ing"):
        return "ing"
    before = scene.lower[at - 1] if at else ""
    return "base" if before in _MODALS else "noun"
