"""Which rows of the world a claim means."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from oreflow.news.claims import Claim
from oreflow.news.gazetteer import Gazetteer, gazetteer
from oreflow.news.lexicon import read_table
from oreflow.news.text import fold
from oreflow.once import once

if TYPE_CHECKING:
    from oreflow.atlas.world import World


@dataclass(frozen=True, slots=True)
class Aim:
    """A target, or the reason why there is none.

    Attributes:
        target: In the form of scenario files, None when there is none.
        label: What it is, in plain words.
        reason: Why there is none.
        note: What was inferred to find it, to be printed among the defaults.
        whole: Whether the claim is about all of it rather than a part.
        base: Output of the rows in 2025, in units a year; 0 when not known.
    """

    target: dict[str, Any] | None
    label: str
    reason: str = ""
    note: str = ""
    whole: bool = True
    base: float = 0.0


class Atlas:
    """What targets are looked up in.

    Args:
        world: The world.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.names: Gazetteer = gazetteer(world)
        p = world.plants
        output = dict(zip(world.processes["process"], world.processes["output"], strict=True))
        self.plants = {
            plant: (output.get(process, ""), region, float(tonnes), float(capacity), process)
            for plant, process, region, tonnes, capacity in zip(
                p["plant"], p["process"], p["region"], p["output"], p["capacity"], strict=True
            )
        }
        c = world.commodities
        self.stage = dict(zip(c["commodity"], c["stage"], strict=True))
        self.mineral = dict(zip(c["commodity"], c["mineral"], strict=True))
        self.home = dict(zip(world.firms["firm"], world.firms["region"], strict=True))
        self.units = dict(zip(c["commodity"], c["unit"], strict=True))
        self.freight = dict(zip(c["commodity"], map(float, c["freight_mass"]), strict=True))
        trade = world.trade
        base = trade[trade["year"] == BASE_YEAR]
        self.flows = set(zip(base["commodity"], base["origin"], base["destination"], strict=True))

    def region(self, country: str | None) -> str | None:
        """Region of the world that a country belongs to, None when it is in the rest of the world."""
        found = self.names.country_of.get(country or "")
        return found if found and found != "ROW" else None

    def commodities(self, claim: Claim, stages: tuple[str, ...]) -> list[str]:
        """Commodities of the world that a claim's words mean: a mineral stands for those of the stages."""
        out: list[str] = []
        for key in (claim.commodity or "").split(";"):
            if key in self.stage:
                out.append(key)
            elif key:
                family = [k for k, m in self.mineral.items() if m == key]
                out += [k for k in family if self.stage[k] in stages] or family
        return list(dict.fromkeys(out))


BASE_YEAR = 2025
"""Year that the world describes, taken for a date whose year a text does not give."""


@once
def atlas_of(world: World) -> Atlas:
    """Return the lookup of a world, built once for each."""
    return Atlas(world)


_UNKNOWN = "the atlas has no plant of this name; add it with a table of your own (--with DIR)"
_MINED = ("mine", "concentrate")
_FLOWING = ("mine", "concentrate", "refined", "component")


def plants(claim: Claim, atlas: Atlas, text: str) -> Aim:
    """Find the plants that a claim about output means.

    Args:
        claim: The claim.
        atlas: Where to look.
        text: The quote in lower case, for words such as "smelter".

    Returns:
        The plants of a name; those of a firm, narrowed to the mineral and stage named; those of a region.
    """
    label = claim.subject or claim.commodity or "?"
    if claim.candidates:
        return Aim(None, label, f"it may mean {' or '.join(claim.candidates)}; the text does not say which")
    if claim.subject_kind == "plant" and claim.subject in atlas.plants:
        return Aim({"plants": claim.subject}, label, base=atlas.plants[claim.subject][2])
    unknown = claim.subject_kind == "plant"
    if unknown and (claim.quantity is None or not claim.quantity.unit.startswith("t")):
        return Aim(None, label, _UNKNOWN)
    smelts = any(
        w in text for w in ("smelter", "refiner", "smelting", "refining", "conversion", "processing plant")
    )
    mines = any(w in text for w in ("mine", "mining", "pit", "quarry"))
    stages = (
        ("refined",) if smelts and not mines else _MINED if mines and not smelts else (*_MINED, "refined")
    )
    wanted = set(atlas.commodities(claim, stages))
    if claim.commodity and not any(atlas.stage.get(w) in stages for w in wanted):
        # "One of its carbonate mines": the stage counts more than the form named.
        families = {atlas.mineral.get(w, "") for w in wanted}
        wanted |= {k for k, m in atlas.mineral.items() if m in families and atlas.stage[k] in stages}
    if claim.subject_kind == "firm":
        owned = atlas.names.owners.get(claim.subject or "", [])
        keep = [p for p in owned if not wanted or atlas.plants[p][0] in wanted]
        if not keep:
            families = {atlas.mineral.get(w, "") for w in wanted}
            keep = [p for p in owned if atlas.mineral.get(atlas.plants[p][0], "") in families]
        home = atlas.home.get(claim.subject or "", "")
        place = atlas.names.country_of.get(claim.country, "ROW") if claim.country else ""
        there = [p for p in keep if atlas.plants[p][1] == place]
        if there or (place and place != home):
            keep = there  # "Zijin raised output in Serbia": its mine in Congo is not meant
        if not keep and not (claim.quantity is not None and claim.quantity.unit.startswith("t")):
            return Aim(None, label, "the atlas knows no plant of this firm that makes it there")
        if not keep:
            unknown = True
            home = claim.country or home
            claim = replace(claim, country=home or None)
    if claim.subject_kind == "firm" and not unknown:
        if len(keep) > 1:
            return Aim(None, label, f"the firm has {len(keep)} such plants and the text does not say which")
        base = atlas.plants[keep[0]][2]
        note = (
            f"taken to be {atlas.names.titles.get(keep[0], keep[0])}, the only such plant of the firm "
            f"in the atlas"
        )
        return Aim({"plants": keep[0]}, label, note=note, base=base)
    region = atlas.region(claim.country)
    if region is None:
        return Aim(None, label, _UNKNOWN if unknown else "the text does not say whose output it is")
    if not wanted:
        return Aim(None, label, "the text does not say what is made there")
    chosen = [p for p, (out, where, *_) in atlas.plants.items() if where == region and out in wanted]
    if not chosen:
        return Aim(None, label, f"the atlas has no such plants in {region}")
    base = sum(atlas.plants[p][2] for p in chosen)
    target = {
        "plants": {"region": region, "commodity": sorted(wanted & {atlas.plants[p][0] for p in chosen})}
    }
    note = (
        f"the atlas has no plant of the name or firm {label!r}: the tonnes are taken from all such plants in {region}"
        if unknown
        else ""
    )
    return Aim(target, label, note=note, whole=False, base=base)


def trade(claim: Claim, atlas: Atlas, text: str, *, importing: bool) -> Aim:
    """Find the trade rows that a policy claim means.

    Args:
        claim: The claim.
        atlas: Where to look.
        text: Unused words of the quote, for the label.
        importing: Whether the country is the importer (tariffs, import bans) rather than the exporter.

    Returns:
        Rows from or to the country, of the commodities named.
    """
    region = atlas.region(claim.country)
    label = f"{claim.commodity or 'minerals'} {'into' if importing else 'from'} {claim.country or '?'}"
    if region is None:
        return Aim(None, label, "the text names no country that the atlas models on its own")
    keys = atlas.commodities(claim, _FLOWING)
    side = 2 if importing else 1
    keys = [k for k in keys if any(f[0] == k and f[side] == region for f in atlas.flows)]
    if not keys:
        return Aim(None, label, "the atlas has no trade of this kind there")
    where: dict[str, Any] = {"commodity": keys if len(keys) > 1 else keys[0]}
    where["destination" if importing else "origin"] = region
    other = _partner(claim.quote, atlas, importing)
    other_side, own_side = (1, 2) if importing else (2, 1)
    pairs = {(f[other_side], f[own_side]) for f in atlas.flows if f[0] in keys}
    if other is not None and (other, region) in pairs:
        where["origin" if importing else "destination"] = other
        label += f" {'from' if importing else 'to'} {other}"
    return Aim({"trade": where}, label)


@cache
def _place_names() -> tuple[re.Pattern[str], dict[str, str]]:
    names = {a: row["country"] for row in read_table("places") for a in row["aliases"].split("|")}
    body = "|".join(re.escape(a) for a in sorted(names, key=len, reverse=True))
    return re.compile(rf"\b(to|from|on|against) (?:the |all |imports from )?({body})(?![A-Za-z])"), names


def _partner(quote: str, atlas: Atlas, importing: bool) -> str | None:
    """The other side of a rule on trade: "exports to the United States", "duties on anode material from China"."""
    pattern, names = _place_names()
    words = {"from", "on", "against"} if importing else {"to", "against"}
    for m in pattern.finditer(fold(quote)):
        region = atlas.region(names[m[2]]) if m[1] in words else None
        if region is not None:
            return region
    return None
