"""Is this about minerals at all? A word such as "halted" alone makes no claim."""

from __future__ import annotations

from oreflow.news.claims import Claim
from oreflow.news.lexicon import word_list
from oreflow.news.mentions import Mention
from oreflow.news.scene import Scene
from oreflow.news.sentences import Sentence
from oreflow.news.triggers import Trigger

_USES = frozenset({"battery", "ev_battery", "stationary_battery"})
_MINING = word_list("relevance.mining")
_ELSEWHERE = word_list("relevance.elsewhere")


def relevant_items(sentences: list[Sentence], mentions: list[Mention]) -> dict[int, bool]:
    """Return the items of a digest that speak of minerals, mines or batteries.

    Args:
        sentences: Sentences of the article.
        mentions: Names in it.

    Returns:
        Numbers of the items to read for claims; True where minerals are what the item is about, so that a sentence
        that names none is about them too.
    """
    weight: dict[int, float] = {}
    length: dict[int, int] = {}
    mining: dict[int, int] = {}
    solid: set[int] = set()
    for s in sentences:
        length[s.item] = length.get(s.item, 0) + len(s.tokens)
        mining[s.item] = mining.get(s.item, 0) + sum(t.lower in _MINING for t in s.tokens)
    item_of = [(s.start, s.end, s.item) for s in sentences]
    k = 0
    for m in mentions:
        if m.via == "pronoun":
            continue
        while k < len(item_of) and item_of[k][1] <= m.start:
            k += 1
        if k >= len(item_of):
            break
        worth = 0.0
        if m.kind == "commodity":
            worth = 0.4 if m.name.key in _USES else 1.0
        elif m.kind in {"plant", "programme"} or (m.kind == "firm" and m.name.known):
            worth = 1.0 if m.kind != "firm" else 0.5
        if m.kind in {"commodity", "plant", "programme"}:
            solid.add(item_of[k][2])
        weight[item_of[k][2]] = weight.get(item_of[k][2], 0.0) + worth
    out = {}
    for i, n in weight.items():
        # One name in a headline is enough; in a long text one passing word is not.
        short = length[i] < 40
        if i not in solid and not mining[i]:
            continue
        if n < 0.9 or n < length[i] / 150 or (not short and n < 2 and not mining[i]):
            continue
        out[i] = n + 0.5 * mining[i] >= max(2.0, length[i] / 45)
    return out


def belongs(claim: Claim, scene: Scene, trigger: Trigger, *, focused: bool = False) -> bool:
    """Say whether a claim is about the chain of minerals, batteries and what governs it.

    Args:
        claim: The claim.
        scene: Its sentence.
        trigger: What triggered it.
        focused: Whether the article is about minerals throughout.

    Returns:
        False for what only sounds alike: another company's output, a football season.
    """
    named = [m for m in scene.mentions if m.kind in {"commodity", "plant", "programme"}]
    focused = focused and not any(w in _ELSEWHERE for w in scene.lower)
    firms = [m for m in scene.mentions if m.kind == "firm" and m.name.known]
    mining = any(w in _MINING for w in scene.lower)
    if (
        claim.type == "ignorance"
        or trigger.head.name == "FRIENDS"
        or (claim.type == "bottleneck" and claim.subject_kind == "stage")
    ):
        return True
    if focused and claim.type in {"forecast", "demand_change", "bottleneck"}:
        return True
    if focused and claim.type == "price_move" and claim.commodity:
        return True
    if claim.type in {"price_move", "forecast", "demand_change", "bottleneck"}:
        quoted = any(h.name == "PRICE" for h in scene.hits) and any(
            m.kind == "observer" for m in scene.mentions
        )
        return bool(named or claim.commodity) and bool(
            named or mining or quoted or claim.type != "price_move"
        )
    if focused and claim.type == "share_price_move" and (claim.subject_kind == "firm" or claim.commodity):
        return True
    if claim.type == "share_price_move":
        if claim.subject_kind == "firm":
            known = [
                m for m in scene.mentions if m.label == claim.subject and (m.name.known or m.via == "ticker")
            ]
            return bool(known) or bool(named) or mining
        return bool(named) or mining
    if focused and claim.type not in {"share_price_move", "price_move", "restart", "halt"}:
        return True
    if claim.type in {"agreement", "investment", "licence", "technology_switch"}:
        return bool(named or firms or mining)
    if claim.type in {"tariff", "quota", "subsidy", "export_control", "sanction", "price_floor", "stockpile"}:
        abroad = (
            claim.type in {"tariff", "sanction"}
            and len({m.label for m in scene.mentions if m.kind == "region"}) > 1
        )
        return bool(named or firms or mining or claim.commodity or abroad)
    bare = trigger.object == (trigger.head.start, trigger.head.end)
    if claim.type in {"restart", "halt"} and bare:
        # "The restart" without a mine is one only where a plant is meant.
        fixed = trigger.head.form == "fixed"
        return claim.subject_kind == "plant" or (fixed and (focused or bool(claim.commodity)))
    if claim.subject_kind == "plant" or (
        trigger.head.name == "FORCE_MAJEURE" and claim.subject_kind == "firm"
    ):
        return True
    if (
        claim.subject_kind == "firm"
        and claim.type in {"output_cut", "expansion"}
        and claim.quantity
        and not [m for m in scene.mentions if m.kind != "observer"]
    ):
        return True
    if claim.subject_kind == "firm" and any(
        m.label == claim.subject and not m.name.known for m in scene.mentions
    ):
        return bool(named) or mining
    return bool(named or firms or mining)
