"""What claims about rules, reserves, technologies and demand do to the world."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from oreflow.news.assumptions import assumption
from oreflow.news.claims import Claim
from oreflow.news.consequence import MONTHS, Consequence, bounds, length_law, span
from oreflow.news.targets import Aim, Atlas, trade

_BANS = "ban|bans|banned|banning|halt|suspen|stop|embargo|prohibit|forbid|outlaw|moratorium|block|freeze"


def export_control(claim: Claim, atlas: Atlas, text: str, cause: str) -> Consequence:
    """Bans and licences on exports act on the trade rows from the country."""
    aim = trade(claim, atlas, text, importing=False)
    ban = re.search(rf"\b(?:{_BANS})", text) is not None
    kind = "export_ban" if ban else "licence_regime"
    if aim.target is None:
        return Consequence(kind, aim, reason=aim.reason)
    if claim.direction == "up":
        return Consequence(
            kind,
            aim,
            reason=(
                "it eases a control; the base of the atlas is the trade of 2025, with the controls of "
                "that year in it"
            ),
        )
    if not claim.direction and claim.effective is None:
        return Consequence(kind, aim, reason="it speaks of a control that is there already, not of a new one")
    if "tax" in text or "duty" in text or "levy" in text:
        return Consequence(kind, aim, reason="the rate of the export tax is not read")
    if ban:
        return Consequence(
            kind,
            aim,
            {"ban": True},
            duration=length_law(claim.quantity) or "export_ban",
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


def quota(claim: Claim, atlas: Atlas, text: str, cause: str) -> Consequence:
    """A quota on exports holds the trade rows from the country to an amount."""
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
    low, high = q.range
    when = claim.effective
    if (
        q.per not in {"month", "year"}
        and when is not None
        and when.start
        and when.end
        and when.start < when.end
    ):
        # "18,125 tonnes in the rest of 2025": an amount for that stretch of time.
        return Consequence("quota", aim, {"quota": span(low, high)}, "event")
    per = q.per if q.per in {"month", "year"} else "year"
    note = () if q.per else ("the quota is per year",)
    return Consequence("quota", aim, {"quota": span(low, high)}, per, duration="quota", defaults=note)


def tariff(claim: Claim, atlas: Atlas, text: str, cause: str) -> Consequence:
    """A tariff acts on the trade rows into the country that imposes it."""
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
        {"tariff": span(min(step), max(step))},
        duration="tariff",
        defaults=() if q.was is not None else ("the rate is added to what is in force in 2025",),
    )


def sanction(claim: Claim, atlas: Atlas, text: str, cause: str) -> Consequence:
    """A ban on imports closes the trade rows into the country."""
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


def stockpile(claim: Claim, atlas: Atlas, text: str, cause: str) -> Consequence:
    """Purchases and releases act on the reserves of the country."""
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
    months = 12.0 / MONTHS[q.per] if q.per in MONTHS else 12.0
    effect = {"draw" if kind == "stock_release" else "fill": span(low / months, high / months)}
    note = () if q.per in MONTHS else ("spread over 12 months",)
    return Consequence(
        kind,
        Aim({"stores": str(rows["store"].iloc[0])}, label),
        effect,
        duration={"months": 12.0} if note else None,
        defaults=note,
    )


def switch(claim: Claim, atlas: Atlas, text: str, cause: str) -> Consequence:
    """A share of a use for a technology moves the ceiling of its mix."""
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
            reason=(
                "the text gives no share of the market; the model already lets cells change with prices, "
                "up to the ceilings of the atlas"
            ),
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
        {"ceiling": span(min(low / 100, 1), min(high / 100, 1))},
        duration="permanent",
    )


def demand(claim: Claim, atlas: Atlas, text: str, cause: str) -> Consequence:
    """An expected change of demand moves the demand rows of the commodity."""
    q = claim.quantity
    d = atlas.world.demands
    uses = [
        use
        for use, pattern in (
            ("stationary_battery", r"storage|stationary"),
            ("ev_battery", r"\bevs?\b|electric (?:car|vehicle)"),
        )
        if re.search(pattern, text)
    ]
    # "Demand for lithium from storage": the use is what changes, the mineral follows.
    keys = uses or atlas.commodities(claim, ("use", "refined", "component"))
    rows = d[d["commodity"].isin(keys)]
    region = atlas.region(claim.country)
    if region:
        rows = rows[rows["region"] == region]
    label = f"demand for {claim.commodity or '?'}" + (f" in {claim.country}" if claim.country else "")
    if q is not None and q.unit == "x" and q.value is not None:
        q = replace(q, value=100 * (q.value - 1), low=None, high=None, unit="%")
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
        "demand_change", Aim({"demands": where}, label), {"demand": span(*ends)}, duration="permanent"
    )
