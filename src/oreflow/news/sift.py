"""What is left out: triggers and claims that only repeat, point back, or stand in for another."""

from __future__ import annotations

from dataclasses import replace

from oreflow.news.claims import Claim
from oreflow.news.scene import Scene
from oreflow.news.text import Article
from oreflow.news.triggers import Trigger


def chosen(triggers: list[Trigger], scene: Scene) -> list[Trigger]:
    """Leave out triggers that only tell what another one is about.

    Args:
        triggers: Triggers of a sentence.
        scene: The sentence.

    Returns:
        Those that make claims.
    """
    return _reserves(_told(triggers, scene.lower), scene)


def sift(claims: list[Claim], scene: Scene, triggers: list[Trigger]) -> list[Claim]:
    """Leave out claims of a sentence that another of its claims holds already.

    Args:
        claims: Claims of the sentence.
        scene: The sentence.
        triggers: Triggers behind them.

    Returns:
        Those that stay.
    """
    out = claims
    bare = {t.head.start for t in triggers if t.head.name == "EXPECT"}
    if len(out) > 1:
        # "expects output to be 35 % lower": the expectation is the modality of the other claim.
        out = [c for c in out if c.quantity is not None or c.anchor not in bare]
        out = [c for c in out if not _points_back(c, scene) or all(o is c for o in out)]
    late = {t.head.start for t in triggers if t.head.name.startswith("DELAY")}
    if any(c.type == "restart" for c in out):  # "will restart in January, later than planned"
        out = [c for c in out if c.type != "expansion" or c.anchor not in late]
    relied = [c.quantity for c in out if c.type == "dependency" and c.quantity is not None]
    out = [c for c in out if c.type != "concentration" or c.quantity not in relied]
    if any(c.type == "price_floor" for c in out):
        out = [
            c for c in out if c.type not in {"price_move", "forecast"} or not (c.quantity and c.quantity.per)
        ]
    return out


_GROUND = frozenset(
    {"deposit", "resource", "resources", "reserves", "grading", "orebody", "lode", "seabed", "ore", "field"}
)
_HOLDS = frozenset({"has", "have", "holds", "hold", "holding", "contains", "contain", "containing"})


def _reserves(triggers: list[Trigger], scene: Scene) -> list[Trigger]:
    """Leave out "holds" as output where the sentence speaks of what is in the ground, or of a surplus."""
    ground = {t.clause for t in triggers if t.type == "reserve_report" or t.head.name == "GAP"}
    held = bool(_GROUND & set(scene.lower)) or any(q.kind == "grade" for q in scene.quantities)

    def buried(t: Trigger) -> bool:
        return t.head.name == "PRODUCE" and (t.clause in ground or (held and scene.lower[t.first] in _HOLDS))

    return [t for t in triggers if not buried(t)]


def _points_back(c: Claim, scene: Scene) -> bool:
    """Whether a claim is only a noun for what was told before: "the accident will cost 33,000 tonnes"."""
    if (
        c.type not in {"disruption", "halt", "restart"}
        or not c.nominal
        or c.quantity is not None
        or c.effective
    ):
        return False
    i = scene.token(c.anchor)
    return bool({"the", "this", "that", "its", "such"} & set(scene.lower[max(0, i - 2) : i]))


def _told(triggers: list[Trigger], words: list[str]) -> list[Trigger]:
    """Leave out what a statement of ignorance is about: "has not said when the mine will reopen"."""
    unknown = [t for t in triggers if t.type == "ignorance"]

    def about(t: Trigger, u: Trigger) -> bool:
        return 0 <= t.first - u.last <= 8 and "," not in words[u.last : t.first]

    return [t for t in triggers if t.type == "ignorance" or not any(about(t, u) for u in unknown)]


def quoted(article: Article, scene: Scene, claims: list[Claim]) -> list[Claim]:
    """Shorten quotes of sentences that list the moves of many shares to the part around each.

    Args:
        article: The article.
        scene: The sentence.
        claims: Its claims.

    Returns:
        The claims, with shorter quotes where there are three moves of shares or more.
    """
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


def tidy(claims: list[Claim]) -> list[Claim]:
    """Drop exact repeats, and bare repeats of what the same sentence or another one says with more.

    Args:
        claims: Claims of an article.

    Returns:
        Those that say something of their own.
    """
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
