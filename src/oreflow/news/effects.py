"""What a claim does to the rows it hits, and what is assumed where the text is silent."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from oreflow.news.assumptions import assumption
from oreflow.news.claims import Amount, Claim
from oreflow.news.targets import Aim, Atlas, plants, trade


@dataclass(frozen=True, slots=True)
class Consequence:
    """An effect on a target, or the reason why there is none.

    Attributes:
        type: Type of event, a key of `oreflow.shock.EVENT_TYPES`.
        aim: The target.
        effect: In the form of scenario files; empty when there is none.
        per: Period of an amount.
        reason: Why there is none.
        duration: Key of a law or its numbers, None for the default of the type.
        recovery: Share of the loss that comes back in a month.
        defaults: What was assumed.
    """

    type: str
    aim: Aim
    effect: dict[str, Any] = field(default_factory=dict)
    per: str = ""
    reason: str = ""
    duration: str | dict[str, float] | None = None
    recovery: float | None = None
    defaults: tuple[str, ...] = ()


_MONTHS = {"month": 12.0, "year": 1.0, "quarter": 4.0, "week": 365 / 7, "day": 365.0}


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
    return build(claim, atlas, text, cause)


def bounds(q: Amount) -> tuple[float, float]:
    """Least and most that an amount means: "up to X" reaches down to a share of X, "at least X" above it."""
    low, high = q.range
    if q.low is None and q.high is not None and q.value is not None:
        return assumption("up_to_share") * high, high
    if q.low is not None and q.high is None and q.value is not None:
        return low, assumption("at_least_factor") * low
    return low, high


def _pair(low: float, high: float) -> float | list[float]:
    low, high = (float(f"{v:.6g}") for v in (low, high))
    return low if low == high else [low, high]


def _months(q: Amount | None) -> dict[str, float] | None:
    """A stated length as a law: known, or with its range."""
    if q is None or q.unit not in {"days", "weeks", "months", "years"}:
        return None
    factor = {"days": 12 / 365, "weeks": 84 / 365, "months": 1.0, "years": 12.0}[q.unit]
    low, high = bounds(q)
    if low == high:
        return {"months": round(low * factor, 3)}
    return {"low": round(low * factor, 3), "high": round(high * factor, 3)}


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
    length = _months(claim.quantity)
    defaults = [aim.note] if aim.note else []
    if length is None:
        defaults.append(f"length of the halt: the law {law!r}")
    q = claim.quantity
    if aim.target is not None and q is not None and q.unit.startswith("t") and q.per in _MONTHS:
        return _loss(claim, aim, kind, length or law, defaults)
    if aim.target is not None and not aim.whole:
        if q is not None and q.unit == "%":
            low, high = bounds(q)
            effect = {"availability": _pair(max(0.0, 1 - high / 100), max(0.0, 1 - low / 100))}
            return Consequence(
                kind,
                aim,
                effect,
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


def _loss(
    claim: Claim, aim: Aim, kind: str, duration: str | dict[str, float] | None, defaults: list[str]
) -> Consequence:
    q = claim.quantity
    assert q is not None
    low, high = bounds(q)
    if q.range != (low, high):
        defaults.append(f"the amount lies between {low:,.0f} and {high:,.0f} {q.unit} a {q.per}")
    factor = _MONTHS[q.per or "year"]
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
        "output_cut": _pair(
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
    if aim.target is None:
        return Consequence(kind, aim, reason=aim.reason)
    if q is None or (not q.unit.startswith("t") and q.unit not in {"%"}):
        return Consequence(kind, aim, reason="the text does not say by how much")
    if q.unit.startswith("t"):
        if q.per not in _MONTHS:
            return Consequence(kind, aim, reason="the text does not say over what time the tonnes are lost")
        return _loss(claim, aim, kind, law, defaults)
    low, high = bounds(q)
    effect = {"availability": _pair(max(0.0, 1 - high / 100), max(0.0, 1 - low / 100))}
    return Consequence(
        kind, aim, effect, duration=law, recovery=assumption("restart_recovery"), defaults=tuple(defaults)
    )


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
    if aim.target is None:
        return Consequence("expansion", aim, reason=aim.reason)
    if q is None or not aim.base:
        return Consequence("expansion", aim, reason="the text does not say by how many tonnes a year")
    low, high = bounds(q)
    if q.unit == "%":
        low, high = 1 + low / 100, 1 + high / 100
    elif q.unit.startswith("t") and q.per in _MONTHS:
        factor = _MONTHS[q.per]
        reaches = re.search(r"\bto\b[^.]{0,40}$", text[: _place(text, q)]) or q.was is not None
        share = low * factor / aim.base, high * factor / aim.base
        low, high = share if reaches else (1 + share[0], 1 + share[1])
    elif q.unit == "x":
        pass
    else:
        return Consequence("expansion", aim, reason="the text does not say by how many tonnes a year")
    if high > 20:
        return Consequence("expansion", aim, reason="the amount does not fit the plant that the atlas knows")
    return Consequence(
        "expansion", aim, {"capacity": _pair(low, high)}, defaults=(aim.note,) if aim.note else ()
    )


def _place(text: str, q: Amount) -> int:
    first = re.search(r"\d", text)
    return first.start() if first else len(text)


_KINDS = [
    (
        "weather",
        r"storm|flood|rain|snow|drought|cyclone|hurricane|typhoon|heatwave|heat wave|wildfire|landslide|mudslide",
    ),
    (
        "strike",
        r"strike|walkout|walk-out|lockout|industrial action|blockade|roadblock|protest|labou?r dispute|\bunion\b",
    ),
    ("power_cut", r"power cut|power outage|power shortage|load[- ]shedding|blackout|electricity"),
    (
        "conflict",
        r"conflict|fighting|clashes|rebel|militant|armed group|insurgen|attack|coup|unrest|sabotage",
    ),
    (
        "accident",
        r"accident|explosion|fire|blaze|collapse|mud rush|rockfall|rockburst|leak|dam failure|spill|seismic|earthquake|quake|tremor|breakdown|equipment|derail|fatalit|cave-in|rupture",
    ),
]


def disruption_kind(text: str) -> str:
    """Return the type of event that words about an accident, the weather or a strike mean, or ``""``."""
    for kind, pattern in _KINDS:
        if re.search(pattern, text):
            return kind
    return ""


def _disruption(claim: Claim, atlas: Atlas, text: str, cause: str) -> Consequence:
    aim = plants(claim, atlas, text)
    known = disruption_kind(text) or cause
    kind, law = known or "halt", known or "suspension"
    q = claim.quantity
    defaults = [aim.note] if aim.note else []
    if aim.target is None:
        return Consequence(kind, aim, reason=aim.reason)
    length = _months(q)
    if q is not None and q.unit.startswith("t") and q.per in _MONTHS:
        return _loss(claim, aim, kind, law, defaults)
    if q is not None and q.unit == "%":
        low, high = bounds(q)
        effect = {"availability": _pair(max(0.0, 1 - high / 100), max(0.0, 1 - low / 100))}
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


def _export_control(claim: Claim, atlas: Atlas, text: str, cause: str) -> Consequence:
    aim = trade(claim, atlas, text, importing=False)
    ban = re.search(r"\bban|halt|suspen|stop|embargo|prohibit|moratorium|block|freeze", text) is not None
    kind = "export_ban" if ban else "licence_regime"
    if aim.target is None:
        return Consequence(kind, aim, reason=aim.reason)
    if claim.direction == "up":
        return Consequence(
            kind,
            aim,
            reason="it eases a control; the base of the atlas is the trade of 2025, with the controls of that year in it",
        )
    if "tax" in text or "duty" in text or "levy" in text:
        return Consequence(kind, aim, reason="the rate of the export tax is not read")
    if ban:
        return Consequence(
            kind,
            aim,
            {"ban": True},
            duration=_months(claim.quantity) or "export_ban",
            defaults=("length of the ban: the law 'export_ban'",),
        )
    low, high = assumption("licence_limit_low"), assumption("licence_limit_high")
    return Consequence(
        kind,
        aim,
        {"limit": [low, high]},
        duration="licence_regime",
        defaults=(f"trade is held to {low:.0%} to {high:.0%} of 2025 while licences are needed",),
    )


def _quota(claim: Claim, atlas: Atlas, text: str, cause: str) -> Consequence:
    aim = trade(claim, atlas, text, importing=False)
    q = claim.quantity
    if aim.target is None:
        return Consequence("quota", aim, reason=aim.reason)
    if q is None or not q.unit.startswith("t"):
        return Consequence("quota", aim, reason="the text does not say how many tonnes")
    if "export" not in text:
        return Consequence(
            "quota",
            aim,
            reason="a quota on output, not on exports, and the text does not say by how much output changes",
        )
    per = q.per if q.per in {"month", "year"} else "year"
    note = () if q.per else ("the quota is per year",)
    low, high = q.range
    return Consequence("quota", aim, {"quota": _pair(low, high)}, per, duration="quota", defaults=note)


def _tariff(claim: Claim, atlas: Atlas, text: str, cause: str) -> Consequence:
    aim = trade(claim, atlas, text, importing=True)
    q = claim.quantity
    if aim.target is None:
        return Consequence("tariff", aim, reason=aim.reason)
    if q is None or q.unit not in {"%", "pp"}:
        return Consequence("tariff", aim, reason="the text gives no rate")
    if claim.direction == "down" and q.was is None:
        return Consequence("tariff", aim, reason="it lowers a tariff; the text does not say from what")
    low, high = bounds(q)
    step = (low - (q.was or 0)) / 100, (high - (q.was or 0)) / 100
    return Consequence(
        "tariff",
        aim,
        {"tariff": _pair(min(step), max(step))},
        duration="tariff",
        defaults=() if q.was is not None else ("the rate is added to what is in force in 2025",),
    )


def _sanction(claim: Claim, atlas: Atlas, text: str, cause: str) -> Consequence:
    importing = "import" in text
    aim = trade(claim, atlas, text, importing=importing)
    if aim.target is None:
        return Consequence("sanction", aim, reason=aim.reason)
    if claim.direction == "up":
        return Consequence("sanction", aim, reason="it lifts a measure that is not in the base of the atlas")
    if not importing:
        return Consequence("sanction", aim, reason="the text does not say which trade is forbidden")
    return Consequence(
        "sanction", aim, {"ban": True}, duration="sanction", defaults=("length: the law 'sanction'",)
    )


def _stockpile(claim: Claim, atlas: Atlas, text: str, cause: str) -> Consequence:
    region = atlas.region(claim.country)
    label = f"reserve of {claim.commodity or 'minerals'} in {claim.country or '?'}"
    kind = "stock_release" if claim.direction == "down" else "stock_purchase"
    q = claim.quantity
    if q is None or not q.unit.startswith("t"):
        return Consequence(
            kind, Aim(None, label), reason="the text does not say how many tonnes go in or out"
        )
    keys = atlas.commodities(claim, ("refined", *("mine", "concentrate")))
    s = atlas.world.stores
    rows = s[(s["kind"] == "reserve") & (s["region"] == region) & s["commodity"].isin(keys)]
    if not len(rows):
        return Consequence(kind, Aim(None, label), reason="the atlas has no such reserve")
    low, high = bounds(q)
    months = 12.0 / _MONTHS[q.per] if q.per in _MONTHS else 12.0
    effect = {"draw" if kind == "stock_release" else "fill": _pair(low / months, high / months)}
    note = () if q.per in _MONTHS else ("spread over 12 months",)
    return Consequence(
        kind,
        Aim({"stores": str(rows["store"].iloc[0])}, label),
        effect,
        duration={"months": 12.0} if note else None,
        defaults=note,
    )


def _switch(claim: Claim, atlas: Atlas, text: str, cause: str) -> Consequence:
    cell = (
        "sodium_cell" if "sodium" in text else "lfp_cell" if "lfp" in text or "iron phosphate" in text else ""
    )
    label = cell or claim.commodity or claim.subject or "?"
    q = claim.quantity
    if not cell:
        return Consequence("technology_switch", Aim(None, label), reason="the market has no such technology")
    if q is None or q.unit != "%":
        return Consequence(
            "technology_switch",
            Aim(None, label),
            reason="the text gives no share of the market; the model already lets cells change with prices, up to the ceilings of the atlas",
        )
    use = "stationary_battery" if "storage" in text or "stationary" in text else "ev_battery"
    region = atlas.region(claim.country)
    m = atlas.world.mixes
    rows = m[(m["use"] == use) & (m["cell"] == cell)]
    if region:
        rows = rows[rows["region"] == region]
    if not len(rows):
        return Consequence("technology_switch", Aim(None, label), reason="the atlas has no such mix")
    where: dict[str, Any] = {"use": use, "cell": cell}
    if region:
        where["region"] = region
    low, high = bounds(q)
    return Consequence(
        "technology_switch",
        Aim({"mixes": where}, label),
        {"ceiling": _pair(min(low / 100, 1), min(high / 100, 1))},
        duration="permanent",
    )


def _demand(claim: Claim, atlas: Atlas, text: str, cause: str) -> Consequence:
    q = claim.quantity
    d = atlas.world.demands
    keys = atlas.commodities(claim, ("use", "refined", "component"))
    rows = d[d["commodity"].isin(keys)]
    region = atlas.region(claim.country)
    if region:
        rows = rows[rows["region"] == region]
    label = f"demand for {claim.commodity or '?'}" + (f" in {claim.country}" if claim.country else "")
    if q is None or q.unit not in {"%"}:
        return Consequence("demand_change", Aim(None, label), reason="the text does not say by what share")
    if claim.modality == "happened":
        return Consequence(
            "demand_change",
            Aim(None, label),
            reason="a change that is past: the base of the atlas is demand as observed in 2025",
        )
    if not len(rows):
        return Consequence(
            "demand_change",
            Aim(None, label),
            reason="the atlas has no such demand apart from that of the plants that use it",
        )
    low, high = bounds(q)
    sign = -1 if claim.direction == "down" else 1
    ends = sorted((max(0.0, 1 + sign * low / 100), max(0.0, 1 + sign * high / 100)))
    where: dict[str, Any] = {"commodity": sorted(set(rows["commodity"]))}
    if region:
        where["region"] = region
    return Consequence(
        "demand_change", Aim({"demands": where}, label), {"demand": _pair(*ends)}, duration="permanent"
    )


_BUILDERS = {
    "halt": _halt,
    "restart": _restart,
    "output_cut": _cut,
    "expansion": _expansion,
    "disruption": _disruption,
    "export_control": _export_control,
    "quota": _quota,
    "tariff": _tariff,
    "sanction": _sanction,
    "stockpile": _stockpile,
    "technology_switch": _switch,
    "demand_change": _demand,
}
