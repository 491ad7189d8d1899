"""One claim from a trigger and what belongs to it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from oreflow.news import arguments
from oreflow.news.claims import Claim
from oreflow.news.dates import When
from oreflow.news.interval import Interval
from oreflow.news.mentions import Mention
from oreflow.news.modality import stance
from oreflow.news.quantities import Quantity
from oreflow.news.scene import Scene
from oreflow.news.speakers import Speakers, Speech, speaker_of
from oreflow.news.text import Article
from oreflow.news.timing import dates
from oreflow.news.triggers import Trigger


@dataclass(frozen=True, slots=True)
class Setting:
    """What stands around a sentence.

    Attributes:
        article: The article.
        stamp: Date of its item.
        dates: Dates in the sentence, with offsets in the article.
        speech: Attributions in the sentence.
        was_open: Speaker of a quotation that was open when it began.
        speakers: People met so far.
        carried: Mention of each kind that came last before.
        near: Commodities named last before.
        focused: Whether the item is about minerals throughout.
        home: Country that the item names most.
    """

    article: Article
    stamp: Interval | None
    dates: list[When]
    speech: list[Speech]
    was_open: str
    speakers: Speakers
    carried: dict[str, Mention]
    near: list[Mention]
    focused: bool
    home: str | None


def compose(scene: Scene, trigger: Trigger, given: list[Quantity], around: Setting) -> Claim:
    """Put a claim together: who, what, how much, when, who says so, and how it is meant.

    Args:
        scene: The sentence.
        trigger: What triggers the claim.
        given: Amounts that belong to it, the best first.
        around: What stands around the sentence.

    Returns:
        The claim, with the sentence as its quote.
    """
    article = around.article
    s = scene.sentence
    who = arguments.subject(scene, trigger, around.carried)
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
    if not keys and around.near and inherits:
        last = arguments.distinct(
            m.name.key for m in around.near if m.name.key not in {"ev_battery", "battery"}
        )
        keys = last if len(last) == 1 else []
    meaning = stance(scene, trigger)
    spoken = speaker_of(
        trigger.head.start, trigger.head.end, s, around.speech, around.speakers, around.was_open
    )
    span = (spoken.start, spoken.end) if spoken else None
    outlook = "forecast" if trigger.head.name == "EXPECT" else meaning.modality
    if trigger.type == "ignorance":
        outlook = "happened"  # not to know is so now, whatever is not known
    when = dates(scene, trigger, around.dates, around.stamp, span, outlook)
    quantity = given[0] if given else None
    direction = trigger.direction or {1: "up", -1: "down"}.get(quantity.sign if quantity else 0, "")
    if not direction and quantity is not None and quantity.kind in {"share", "points", "multiple"}:
        direction = _compared(article.folded[quantity.end : quantity.end + 12])
    kind, label, candidates = _subject(scene, trigger, who, keys)
    claim = Claim(
        type=trigger.type,
        subject=label or None,
        commodity=";".join(keys) or None,
        country=arguments.country(scene, trigger, who) or _country_before(trigger, kind, around),
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
    claim = _turned(claim, scene, trigger)
    i, j = scene.span(*trigger.object)
    hedged = scene.lower[trigger.first] in {"could", "may", "might"}
    return _settled(claim, trigger, around.stamp, hedged, "supply" in scene.lower[i:j])


_PLACED = frozenset({"halt", "restart", "output_cut", "expansion", "licence", "reserve_report", "disruption",
                     "capacity_fact"})  # fmt: skip

_ANYWHERE = frozenset({"share_price_move", "price_move", "forecast", "demand_change"})


def _country_before(trigger: Trigger, kind: str, around: Setting) -> str | None:
    """Country named shortly before, else most, for what happens at a place that the sentence does not tell."""
    last = around.carried.get("region")
    if trigger.type in _PLACED and kind in {"plant", "firm", ""} and last is not None and last.name.country:
        return last.name.country
    return None if trigger.type in _ANYWHERE else around.home


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

_GIVEN = frozenset({"tariff", "subsidy", "price_floor"})
_AHEAD = frozenset({"forecast", "planned", "conditional"})

_CHANGES = frozenset({"RISE", "FALL", "RISE_N", "FALL_N", "UP", "DOWN", "GAP"})


_LESS = frozenset({"FALL", "FALL_N", "CUT", "CUT_N", "LOSE", "LOSS_N", "DOWN", "GUIDANCE_DOWN"})


def _turned(claim: Claim, scene: Scene, trigger: Trigger) -> Claim:
    """A level of output that the sentence compares with what it was is a cut or an expansion."""
    q = claim.quantity
    bare = trigger.head.name in {"RISE", "FALL", "UP", "DOWN"} and not any(
        h.name == "PRICE" for h in scene.hits
    )
    if claim.type == "price_move" and bare and q is not None and q.unit == "%":
        near = [x for x in scene.quantities if scene.clauses[scene.token(x.start)] == trigger.clause]
        if any(x.kind == "mass" for x in near):
            # "Copper mined in Poland fell 1.6%, to 98,000 tonnes": what fell is the output.
            return replace(claim, type="expansion" if claim.direction == "up" else "output_cut")
    if (
        claim.type != "capacity_fact"
        or q is None
        or trigger.head.name not in {"OUTPUT", "CAPACITY", "AMOUNT"}
    ):
        return claim
    if q.was is not None and q.value is not None and q.was != q.value:
        down = q.was > q.value
        return replace(claim, type="output_cut" if down else "expansion", direction="down" if down else "up")
    less = any(h.name in _LESS and scene.clauses[scene.token(h.start)] == trigger.clause for h in scene.hits)
    if less and claim.modality in {"planned", "forecast", "conditional"}:
        return replace(claim, type="output_cut", direction="down")
    return claim


def _settled(claim: Claim, trigger: Trigger, stamp: Interval | None, hedged: bool, supply: bool) -> Claim:
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
    if claim.type == "price_move" and claim.quantity is not None and claim.modality in _AHEAD:
        claim = replace(claim, type="forecast")
    if trigger.head.name in _CHANGES and claim.modality == "planned":
        claim = replace(claim, modality="forecast")  # nobody plans a price: "will rise" is a forecast
    general = claim.subject_kind in {"commodity", ""} and claim.quantity is not None and supply
    if claim.type in {"expansion", "output_cut"} and general and claim.modality == "forecast":
        claim = replace(claim, type="forecast")
    # "Will run at 75% of capacity" adds nothing.
    share = claim.quantity is not None and claim.quantity.unit == "%"
    if (
        claim.type == "capacity_fact"
        and claim.modality == "planned"
        and claim.subject_kind != "region"
        and not share
    ):
        claim = replace(claim, type="expansion", direction="up")
    if claim.type in _GIVEN and claim.direction is None and claim.modality not in {"happened", "rumoured"}:
        claim = replace(claim, direction="up")
    if claim.type == "restart" and trigger.head.name == "DELAY" and claim.modality == "happened":
        claim = replace(claim, modality="planned")  # it was put off: what is said to come is still to come
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


def more(claim: Claim, rest: list[Quantity], scene: Scene, around: Setting) -> list[Claim]:
    """Further quantities of a statement as claims of their own, where they are of another kind or of other goods.

    Args:
        claim: The claim with the first of the quantities.
        rest: The others.
        scene: The sentence.
        around: What stands around it.

    Returns:
        Claims that differ in the quantity, and in what follows from it.
    """
    if claim.type not in _REPEATED or claim.quantity is None:
        return []
    out = []
    units = {(claim.quantity.unit, claim.quantity.per)}
    for q in rest:
        goods = _goods_behind(scene, q)
        if goods and goods != claim.commodity and q.kind in {"mass", "energy"}:
            subject = goods if claim.subject_kind == "commodity" else claim.subject
            out.append(replace(claim, commodity=goods, subject=subject, quantity=arguments.amount(q)))
            continue
        if (q.unit, q.per or None) in units or q.kind not in {"mass", "energy", "share", "money"}:
            continue
        units.add((q.unit, q.per or None))
        kind = "concentration" if claim.type == "capacity_fact" and q.kind == "share" else claim.type
        behind = [w for w in around.dates if 0 <= w.start - q.end <= 12]
        when = behind[0].interval if behind else claim.effective
        direction = _compared(around.article.folded[q.end : q.end + 12]) or claim.direction
        out.append(
            replace(claim, type=kind, quantity=arguments.amount(q), effective=when, direction=direction)
        )
    return out


def _goods_behind(scene: Scene, q: Quantity) -> str:
    """Commodity that an amount is of: "and 2,700 tonnes of cobalt"."""
    return next(
        (m.name.key for m in scene.mentions if m.kind == "commodity" and 0 <= m.start - q.end <= 14), ""
    )
