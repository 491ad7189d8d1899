"""Section 3, where the chain breaks: the domestic bottleneck before and after, with use and rent beside it."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from oreflow.gauge import bottleneck, rent_by_stage
from oreflow.gauge.bottleneck import Bottleneck
from oreflow.gauge.bottleneck import Stage as Held
from oreflow.gauge.rent import BYPASS
from oreflow.report.assemble.case import Case, keys
from oreflow.report.assemble.words import capital, listed
from oreflow.report.effects import Chain, Stage, StageState, WhereItBreaks
from oreflow.report.figure import Figure, Sentence
from oreflow.report.format import month
from oreflow.shock import expected

if TYPE_CHECKING:
    import pandas as pd

    from oreflow.atlas import World
    from oreflow.report.assemble.question import Question

_CHAINS = 3
_NOTE = (
    "Headroom and the gain from one more unit of capacity answer what a region could make from its own ore alone. "
    "Throughput and utilisation are the market's, ore from abroad included. Scarcity rent is counted above that of the "
    "base year; a mine's rent is no evidence of a bottleneck, as ore can be shipped."
)
_STAGES = {
    "processing": "refining",
    "smelting": "refining",
    "converting": "refining",
    "conversion": "refining",
}


def breaks(case: Case, asked: Question | None) -> WhereItBreaks:
    """Return the chains in question: where the events are, where most is refined, and of whom the claims speak.

    Args:
        case: The case.
        asked: What the run was asked; none where nothing was run.

    Returns:
        At most three chains. Without a run both states are those of the atlas.
    """
    chains: list[Chain] = []
    after, when = _hit_world(case)
    for mineral in [m for m in case.minerals if m != "battery"][: 2 if asked else _CHAINS + 1]:
        regions = _regions(case, asked, mineral)
        # Where nothing was run and several minerals are named, one chain each: that of the country most spoken of.
        for region in regions if asked or len(case.minerals) == 1 else regions[:1]:
            chain = _chain(case, after, when, mineral, region)
            if chain is not None and len(chains) <= _CHAINS:
                chains.append(chain)
    if not chains:
        return WhereItBreaks((), "The articles name no mineral whose chain the atlas holds.")
    return WhereItBreaks(tuple(chains), _NOTE)


def _hit_world(case: Case) -> tuple[World, str]:
    """The world with capacities scaled by what is expected of them in the month in which most is out."""
    world = case.world
    if case.sample is None:
        return world, ""
    plants = world.plants
    index = {p: i for i, p in enumerate(plants["plant"])}
    months = len(case.months)
    scale = np.ones((len(plants), months))
    capacity = plants["capacity"].to_numpy(dtype=float)
    for news in expected(case.staged):
        known = np.ones((len(plants), months))
        for change in news.changes:
            if change.table == "plants" and change.attribute in {"availability", "capacity"}:
                rows = [index[r] for r in change.rows]
                known[rows] *= np.asarray(change.profile, dtype=float)[None, :months]
        scale[:, news.month :] = known[:, news.month :]
    if np.allclose(scale, 1.0):
        return world, ""
    moved = (np.abs(scale - 1.0) * capacity[:, None]).sum(axis=0)
    peak = int(np.argmax(moved))
    return world.with_(plants=plants.assign(capacity=capacity * scale[:, peak])), case.months[peak]


def _regions(case: Case, asked: Question | None, mineral: str) -> list[str]:
    """Regions whose chain is looked at: where the events are, the largest refiner, and those that claims name."""
    world = case.world
    process = world.processes
    own = {c for c, m in case.mineral.items() if m == mineral}
    making = set(process.loc[process["output"].isin(own), "process"])
    plants = world.plants[world.plants["process"].isin(making) & (world.plants["status"] == "operating")]
    here = set(plants["region"])
    found: list[str] = []
    if asked is not None:
        where = dict(zip(world.plants["plant"], world.plants["region"], strict=True))
        found += [where[p] for p in asked.plants]
        if asked.ends and case.mineral[asked.hit] == mineral:
            found += [asked.ends[1], asked.ends[0]]
    named = [c.country for c in case.claims if c.country and _about(case, c.commodity, mineral)]
    named += [_home(case, c.speaker) for c in case.claims if c.type == "bottleneck"]
    smelters = set(process.loc[process["kind"] == "conversion", "process"]) & making
    refined = plants[plants["process"].isin(smelters)] if smelters & making else plants
    largest = refined.groupby("region")["output"].sum()
    if asked is None:
        spoken = Counter(c.country for c in case.claims if c.country)
        found += [r for r in dict.fromkeys([*(r for r, _ in spoken.most_common()), *named]) if r in here][:2]
    found += [str(largest.idxmax())] if len(largest) else []
    found += named
    return [r for r in dict.fromkeys(found) if r in here][: 2 if len(case.minerals) > 1 else _CHAINS]


def _about(case: Case, commodity: str | None, mineral: str) -> bool:
    return any(case.mineral.get(k, k) == mineral for k in (commodity or "").split(";"))


def _home(case: Case, speaker: str | None) -> str:
    """Home of a firm that speaks."""
    firms = case.world.firms
    for name, aliases, region in zip(firms["name"], firms["aliases"], firms["region"], strict=True):
        if speaker and any(len(a) > 2 and a in speaker for a in (name, *str(aliases).split(";"))):
            return str(region)
    return ""


def _chain(case: Case, after: World, when: str, mineral: str, region: str) -> Chain | None:
    before = bottleneck(case.world, mineral, region)
    now = bottleneck(after, mineral, region) if when else before
    if before.total <= 0 and not any(s.capacity > 0 for s in before.stages):
        return None
    held = {s.name: s for s in now.stages}
    rents = _rents(case, mineral, region)
    stages = []
    for s in before.stages:
        if s.capacity <= 0 and s.output <= 0 and s.side:
            continue
        later = held.get(s.name, s)
        stages.append(
            Stage(
                capital(_stage_name(case, s.name)),
                _state(case, before, s, _market(rents[0], before, s)),
                _state(case, now, later, _market(rents[1], now, later)),
            )
        )
    product = listed([case.commodity(c) for c in before.products], "or")
    title = f"{case.name(mineral).capitalize()} in {case.place(region)}"
    return Chain(title, product, tuple(stages), _verdict(case, before, now, when, mineral, region))


def _stage_name(case: Case, name: str) -> str:
    """A stage in plain words; a source on the way is named after what it gives."""
    head, tail, _ = name.partition(" from scrap")
    return f"{case.commodity(head)}{tail}" if head in case.unit else case.name(name)


def _rents(case: Case, mineral: str, region: str) -> tuple[dict[str, pd.Series], dict[str, pd.Series]]:
    """Utilisation and rent of each stage, baseline and expected, over the months from the news."""
    if case.sample is None:
        return {}, {}
    found = []
    for data in (case.before, case.after):
        table = rent_by_stage(case.world, data, mineral, region=region).set_index("stage")
        found.append({str(k): row for k, row in table.iterrows()})
    return found[0], found[1]


def _market(rents: dict[str, pd.Series], b: Bottleneck, s: Held) -> pd.Series | None:
    """What the market says of a stage; where a region has nothing but the bypass, that is its mining."""
    return rents.get(BYPASS if len(b.stages) == 1 and s.name not in rents else s.name)


def _state(case: Case, b: Bottleneck, s: Held, market: pd.Series | None) -> StageState:
    unit = b.unit
    source = keys([b.source])

    def made(value: float | None, of: str, note: str = "") -> Figure:
        good = value is not None and math.isfinite(value)
        return case.made(value if good else None, of, source=source, note=note)

    used = (
        float(market["utilisation"])
        if market is not None
        else (s.output / s.capacity if s.capacity > 0 else math.nan)
    )
    return StageState(
        capacity=made(s.capacity, unit),
        throughput=made(used * s.capacity if s.capacity > 0 else 0.0, unit),
        utilisation=made(100 * used, "%"),
        headroom=made(s.headroom, unit),
        dual=made(s.dual, "1"),
        rent=made(float(market["rent"]) if market is not None else None, _rent_unit(b)),
    )


def _rent_unit(b: Bottleneck) -> str:
    return f"USD/{b.unit.removesuffix('/yr')}"


def _verdict(
    case: Case, before: Bottleneck, now: Bottleneck, when: str, mineral: str, region: str
) -> Sentence:
    name, where = case.name(mineral), case.place(region)
    unit, source = before.unit, keys([before.source])
    figures = [case.made(before.throughput, unit, source=source)]
    stage = case.name(before.stage)
    text = f"{capital(stage)} is the bottleneck for {name} in {where}: from its own ore alone it could make {{0}}"
    if before.next_stage and before[before.next_stage].headroom > 0:
        figures.append(case.made(before[before.next_stage].headroom, unit, source=source))
        text += f", while {case.name(before.next_stage)} has room for {{{len(figures) - 1}}} more"
    if before.bypass:
        figures.append(case.made(sum(before.bypass.values()), unit, source=source))
        text += f"; {{{len(figures) - 1}}} more could come straight from {_straight(case, before)}"
    text += "."
    if not any(s.capacity > 0 for s in before.stages if s.name == before.stage) and len(before.stages) > 1:
        text = f"{capital(where)} has no {stage} of {name} of its own, so its chain cannot stand alone"
        figures = [case.made(sum(before.bypass.values()), unit, source=source)] if before.bypass else []
        text += f"; {{0}} could come straight from {_straight(case, before)}." if before.bypass else "."
    if when and now.throughput != before.throughput:
        figures.append(case.made(now.throughput, unit, source=source))
        moved = (
            f"moves it: {case.name(now.stage)} is now the bottleneck" if now.stage != before.stage
            else "does not move it" + (", it tightens it" if now.throughput < before.throughput else "")
        )  # fmt: skip
        text += f" The event {moved}: with what is expected to be out in {month(when)} it is {{{len(figures) - 1}}}."
    elif case.sample is not None:
        text += " The event does not touch this chain's capacity, so it does not move it."
    used = _rents(case, mineral, region)[0]
    if figures and before.stage in used:
        figures.append(case.made(100 * float(used[before.stage]["utilisation"]), "%"))
        text += f" In the market {stage} there runs at {{{len(figures) - 1}}} of capacity"
        if before.next_stage in used:
            figures.append(case.made(100 * float(used[before.next_stage]["utilisation"]), "%"))
            text += f" and {case.name(before.next_stage)} at {{{len(figures) - 1}}}, ore from abroad included"
        text += "."
    text += _sides(case, before, mineral, region)
    return Sentence(text, tuple(figures)) if figures else Sentence(text)


def _straight(case: Case, b: Bottleneck) -> str:
    """Where extraction that passes no further stage gets the product from."""
    kinds = {"brine": "brine", "leaching": "leaching", "recycling": "scrap", "mining": "mines"}
    return listed(list(dict.fromkeys(kinds.get(p.rsplit("_", 1)[-1], case.name(p)) for p in b.bypass)))


def _sides(case: Case, b: Bottleneck, mineral: str, region: str) -> str:
    """Set the claims about the bottleneck beside the answer."""
    agree: list[str] = []
    differ: list[str] = []
    for i, c in enumerate(case.claims):
        if c.type != "bottleneck" or not c.subject:
            continue
        if c.country and c.country != region:
            continue
        if c.commodity and not any(
            case.mineral.get(k, k) in {mineral, "battery", "critical_minerals"}
            for k in c.commodity.split(";")
        ):
            continue
        stage = _STAGES.get(c.subject, c.subject)
        if stage not in {"mining", "refining"}:
            continue
        right = (stage in b.binding or stage == b.stage) == (c.polarity == "asserted")
        who = c.speaker or f"article {case.article(c)}"
        said = f"{who} (C{i + 1}: {'not ' if c.polarity == 'negated' else ''}{c.subject})"
        (agree if right else differ).append(said.replace("{", "(").replace("}", ")"))
    out = ""
    if agree:
        out += f" For this chain that bears out {listed(list(dict.fromkeys(agree)))}."
    if differ:
        out += f" It differs from {listed(list(dict.fromkeys(differ)))}, which may mean another mineral or region."
    return out
