"""What a claim does to the rows it hits, and what is assumed where the text is silent."""

from __future__ import annotations

import re
from dataclasses import replace

from oreflow.news import policies
from oreflow.news.assumptions import assumption
from oreflow.news.claims import Amount, Claim
from oreflow.news.consequence import MONTHS, Consequence, bounds, length_law, span
from oreflow.news.targets import Aim, Atlas, plants
from oreflow.news.weights import weighed


def consequence(claim: Claim, atlas: Atlas, cause: str) -> Consequence:
    """Work out what a claim does to the world.

    Args:
        claim: The claim.
        atlas: The world to find rows in.
        cause: Type of event that the text gives as the cause of a halt, or ``""``.

    Returns:
        The effect, or why there is none.
    """
    text = claim.quote.lower()
    build = _BUILDERS.get(claim.type)
    if build is None:
        return Consequence("", Aim(None, claim.subject or ""), reason="")
    found = weighed(claim, atlas)
    if found.reason:
        return Consequence("", Aim(None, claim.subject or ""), reason=found.reason)
    out = build(found.claim, atlas, text, cause)
    return replace(out, defaults=(*out.defaults, found.note)) if found.note and not out.reason else out


def _halt_type(text: str, cause: str, atlas: Atlas, aim: Aim) -> tuple[str, str | None]:
    """Type of event and law of a halt."""
    if cause:
        return cause, cause
    name = aim.target.get("plants") if aim.target else None
    kind = (
        atlas.stage.get(atlas.plants[name][0], "") if isinstance(name, str) and name in atlas.plants else ""
    )
    if re.search(r"permanent|for good|for ever|close[sd]? down|closure", text):
        return "closure", "closure"
    if kind == "refined":
        return "smelter_outage", "smelter_outage"
    return "suspension", "suspension"


def _halt(claim: Claim, atlas: Atlas, text: str, cause: str) -> Consequence:
    aim = plants(claim, atlas, text)
    kind, law = _halt_type(text, cause, atlas, aim)
    length = length_law(claim.quantity)
    defaults = [aim.note] if aim.note else []
    if length is None:
        defaults.append(f"length of the halt: the law {law!r}")
    q = claim.quantity
    if aim.target is not None and q is not None and q.unit.startswith("t") and q.per in MONTHS:
        return _loss(claim, aim, kind, length or law, defaults)
    if aim.target is not None and not aim.whole:
        if q is not None and q.unit == "%":
            return Consequence(
                kind,
                aim,
                _running(q),
                duration=length or law,
                recovery=assumption("restart_recovery"),
                defaults=tuple(defaults),
            )
        return Consequence(
            kind, aim, reason="the text does not say which plants stop or how many tonnes are lost"
        )
    return Consequence(
        kind,
        aim,
        {"availability": 0.0},
        reason=aim.reason,
        duration=length or law,
        recovery=assumption("restart_recovery"),
        defaults=tuple(defaults),
    )


def _running(q: Amount) -> dict[str, float | list[float]]:
    """The share that goes on where a share is lost."""
    low, high = bounds(q)
    return {"availability": span(max(0.0, 1 - high / 100), max(0.0, 1 - low / 100))}


def _loss(
    claim: Claim, aim: Aim, kind: str, duration: str | dict[str, float] | None, defaults: list[str]
) -> Consequence:
    q = claim.quantity
    assert q is not None
    low, high = bounds(q)
    if q.range != (low, high):
        defaults.append(f"the amount lies between {low:,.0f} and {high:,.0f} {q.unit} a {q.per}")
    factor = MONTHS[q.per or "year"]
    if aim.base and low * factor > aim.base * 1.02:
        return Consequence(
            kind,
            aim,
            {"availability": 0.0},
            duration=duration,
            recovery=assumption("restart_recovery"),
            defaults=(*defaults, "the loss is all that the atlas says is made there"),
        )
    effect = {
        "output_cut": span(
            low * factor / 12, min(high * factor / 12, aim.base / 12) if aim.base else high * factor / 12
        )
    }
    return Consequence(
        kind,
        aim,
        effect,
        "month",
        duration=duration,
        recovery=assumption("restart_recovery"),
        defaults=tuple(defaults),
    )


def _cut(claim: Claim, atlas: Atlas, text: str, cause: str) -> Consequence:
    aim = plants(claim, atlas, text)
    q = claim.quantity
    kind = cause or "output_cut"
    law = cause or "suspension"
    defaults = [aim.note] if aim.note else []
    defaults.append(f"length of the cut: the law {law!r}")
    if beside := aim.reason or _beside(claim, aim, text):
        return Consequence(kind, aim, reason=beside)
    if q is None or (not q.unit.startswith("t") and q.unit not in {"%"}):
        return Consequence(kind, aim, reason="the text does not say by how much")
    if q.unit.startswith("t"):
        if q.per not in MONTHS:
            claim = replace(claim, quantity=replace(q, per="year"))
            defaults.append("the tonnes are taken as those of a year, as the text does not say")
        lost = _left(claim, aim, text)
        if isinstance(lost, str):
            return Consequence(kind, aim, reason=lost)
        return _loss(lost, aim, kind, law, defaults)
    return Consequence(
        kind,
        aim,
        _running(q),
        duration=law,
        recovery=assumption("restart_recovery"),
        defaults=tuple(defaults),
    )


_LEVEL = re.compile(
    r"(?<!up )(?<!\d )(?<!tonnes )(?<!tons )\bto (?:only |just |about |around |some |nearly |roughly |almost )?"
    r"(?!(?:19|20)\d\d\b)(?!\d[\d.,]* ?(?:%|per ?cent))[\d$]"
)
_SHARE_TO = re.compile(
    r"(\d{1,2}(?:\.\d+)?) ?(?:%|per ?cent) to (?:only |just |about |around |some |nearly |almost )?[\d$]"
)
_ABSENT = "the text says what is made then, not by how much it changes, of what the atlas does not have"


_ONE = re.compile(
    r"\b(?:a|an|the|its|their|this|that|second|third|first|new|one)\s(?:[\w-]+\s){0,2}?(?:phase|stage|plant|mine|works|line"
    r"|factory|smelter|refinery|furnace|kiln|pit|concentrator|mill)\b"
)
_SEASON = 80


def _beside(claim: Claim, aim: Aim, text: str) -> str:
    """Why a change of output says nothing on what is to come, or not of what; ``""`` where it does."""
    when, said, q = claim.effective, claim.said, claim.quantity
    if (
        claim.modality == "happened"
        and when is not None
        and when.start is not None
        and when.end is not None
        and said is not None
        and said.end is not None
        and when.end < said.end
        and (when.end - when.start).days >= _SEASON
    ):
        return "what was made in a time that is over: it is compared with the atlas and changes nothing"
    vague = q is not None and q.unit in {"%", "x"} and not aim.whole
    if vague and claim.subject_kind == "region" and _ONE.search(text):
        return "the text speaks of one plant there, and does not say which"
    return ""


def _absent(claim: Claim, aim: Aim) -> bool:
    """Whether the tonnes of a plant or firm that the atlas lacks are laid on its country."""
    return claim.subject_kind in {"plant", "firm"} and not aim.whole


def _by_share(level: float, text: str, sign: int) -> float:
    """Tonnes by which output changed to a level, where the text gives the share; 0 where it does not."""
    share = _SHARE_TO.search(text)
    return level * float(share[1]) / (100 + sign * float(share[1])) if share else 0.0


def _left(claim: Claim, aim: Aim, text: str) -> Claim | str:
    """The claim with the tonnes that are lost, where it gives those that are left; or why that cannot be told."""
    q = claim.quantity
    assert q is not None
    if q.was is not None and q.value is not None and q.was > q.value:
        lost = q.was - q.value
    elif q.value is None or q.low is not None or q.high is not None or not _LEVEL.search(text):
        return claim
    elif by_share := _by_share(q.value, text, -1):  # "fell 12% to 86,000 tonnes"
        lost = by_share
    elif _absent(claim, aim):
        return _ABSENT
    else:
        lost = aim.base - q.value * MONTHS[q.per or "year"] if aim.base else 0.0
        if lost <= 0:
            return "what is left is no less than what the atlas says is made there"
        lost /= MONTHS[q.per or "year"]
    return replace(claim, quantity=replace(q, value=lost, was=None))


def _restart(claim: Claim, atlas: Atlas, text: str, cause: str) -> Consequence:
    aim = plants(claim, atlas, text)
    done = claim.modality == "happened"
    median = assumption("restart_done_median" if done else "restart_median")
    duration = {"median": median, "sigma": assumption("restart_sigma")}
    note = () if done else (f"months until the restart: median {median:g}, as the text gives no date",)
    return Consequence(
        "restart",
        aim,
        {"availability": 0.0},
        reason=aim.reason,
        duration=duration,
        recovery=assumption("restart_recovery"),
        defaults=(*((aim.note,) if aim.note else ()), *note),
    )


def _expansion(claim: Claim, atlas: Atlas, text: str, cause: str) -> Consequence:
    aim = plants(claim, atlas, text)
    q = claim.quantity
    if claim.direction == "down":
        return Consequence(
            "expansion",
            aim,
            reason="a delay of what is not yet built: the base of the atlas is 2025 without it",
        )
    if beside := aim.reason or _beside(claim, aim, text):
        return Consequence("expansion", aim, reason=beside)
    if q is None or not aim.base:
        return Consequence("expansion", aim, reason="the text does not say by how many tonnes a year")
    note = ""
    if q.unit.startswith("t") and q.per not in MONTHS:
        q, note = replace(q, per="year"), "the tonnes are taken as those of a year, as the text does not say"
    low, high = bounds(q)
    if q.unit == "%":
        low, high = 1 + low / 100, 1 + high / 100
    elif q.unit.startswith("t") and q.per in MONTHS:
        factor = MONTHS[q.per]
        reaches = q.was is not None or (q.value is not None and _LEVEL.search(text))
        if reaches and q.value is not None and _absent(claim, aim):
            # "Rose 5% to 219,000 tonnes" adds a part of these to what the country makes.
            gained = _by_share(q.value, text, 1) or (q.value - q.was if q.was is not None else 0.0)
            if gained <= 0:
                return Consequence("expansion", aim, reason=_ABSENT)
            low = high = 1 + gained * factor / aim.base
        elif reaches:
            low, high = low * factor / aim.base, high * factor / aim.base
        else:
            low, high = 1 + low * factor / aim.base, 1 + high * factor / aim.base
    elif q.unit == "x":
        pass
    else:
        return Consequence("expansion", aim, reason="the text does not say by how many tonnes a year")
    if high > 20:
        return Consequence("expansion", aim, reason="the amount does not fit the plant that the atlas knows")
    return Consequence(
        "expansion", aim, {"capacity": span(low, high)}, defaults=tuple(d for d in (aim.note, note) if d)
    )


_KINDS = [
    (
        "weather",
        r"storm|flood|rains?\b|rainfall|rainstorm|snow|drought|cyclone|hurricane|typhoon|heatwave|heat wave|wildfire"
        r"|landslide|mudslide",
    ),
    (
        "strike",
        r"strike|walkout|walk-out|lockout|industrial action|blockade|roadblock|protest"
        r"|labou?r dispute|\bunion\b",
    ),
    ("power_cut", r"power cut|power outage|power shortage|load[- ]shedding|blackout|electricity"),
    (
        "conflict",
        r"conflict|fighting|clashes|rebel|militant|armed group|insurgen|attack|coup\b|unrest|sabotage",
    ),
    (
        "accident",
        r"accident|explosion|fire|blaze|collapse|mud rush|rockfall|rockburst|leak(?:s|ed|age)?\b|dam failure"
        r"|spill|seismic|earthquake|quake|tremor|breakdown|equipment|derail|fatalit|cave-in"
        r"|rupture",
    ),
]


def disruption_kind(text: str) -> str:
    """Return the type of event that words about an accident, the weather or a strike mean, or ``""``."""
    for kind, pattern in _KINDS:
        if re.search(rf"\b(?:{pattern})", text):
            return kind
    return ""


def _disruption(claim: Claim, atlas: Atlas, text: str, cause: str) -> Consequence:
    aim = plants(claim, atlas, text)
    if claim.direction == "up":
        return Consequence("halt", aim, reason="it ends a disruption: there is none in the base of the atlas")
    known = disruption_kind(text) or cause
    kind, law = known or "halt", known or "suspension"
    q = claim.quantity
    defaults = [aim.note] if aim.note else []
    if aim.target is None:
        return Consequence(kind, aim, reason=aim.reason)
    length = length_law(q)
    if q is not None and q.unit.startswith("t") and q.per in MONTHS:
        return _loss(claim, aim, kind, law, defaults)
    if q is not None and q.unit == "%":
        effect = _running(q)
    elif not aim.whole:
        return Consequence(kind, aim, reason="the text does not say how much of the country's output is hit")
    else:
        low, high = assumption("disruption_low"), assumption("disruption_high")
        effect = {"availability": [low, high]}
        defaults.append(f"the plant runs at {low:.0%} to {high:.0%} while it lasts")
    if length is None:
        defaults.append(f"length: the law {law!r}" + ("" if known else ", as the cause is not told"))
    return Consequence(
        kind,
        aim,
        effect,
        duration=length or law,
        recovery=assumption("restart_recovery"),
        defaults=tuple(defaults),
    )


_BUILDERS = {
    "halt": _halt,
    "restart": _restart,
    "output_cut": _cut,
    "expansion": _expansion,
    "disruption": _disruption,
    "export_control": policies.export_control,
    "quota": policies.quota,
    "tariff": policies.tariff,
    "sanction": policies.sanction,
    "stockpile": policies.stockpile,
    "technology_switch": policies.switch,
    "demand_change": policies.demand,
}
