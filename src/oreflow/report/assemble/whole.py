"""All sections put together, with the numbers to take away and how the briefing was made."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np

from oreflow import __version__
from oreflow.report.assemble import breaks, chainflows, events, lines, prices, proof, shifts, told
from oreflow.report.assemble.case import Case
from oreflow.report.assemble.change import change
from oreflow.report.assemble.exposed import exposed
from oreflow.report.assemble.network import Flows
from oreflow.report.assemble.outlook import forecast_note
from oreflow.report.assemble.question import Question, question
from oreflow.report.assemble.todo import todo
from oreflow.report.assemble.words import capital, listed
from oreflow.report.briefing import Briefing, KeyFigure, Meta, Setting
from oreflow.report.effects import (
    Check,
    WhatItDoes,
    WhatToDo,
    WhatWouldChange,
    WhereItBreaks,
    WhoIsExposed,
)
from oreflow.report.format import month, plain, words
from oreflow.report.heard import WhatHappened

_WORTHLESS = 0.01
"""Share of its base price below which a commodity is taken to find no buyer."""
_SEEN = 0.01
"""Shares of supply below this, in %, are not among the numbers to take away."""
_TOLD = 2
"""Prices of which the past is told too."""
_NOT_RUN = "Nothing was run: the articles hold no event that can be modelled."


def assemble(case: Case, *, seed: int, wall: Callable[[], float], command: str | None = None) -> Briefing:
    """Return the briefing of a case.

    Args:
        case: What was read, modelled and run.
        seed: Seed of the draws.
        wall: Gives the seconds that it took.
        command: Command line that makes it again.

    Returns:
        The briefing.
    """
    flows: Flows | None = None
    asked: Question | None = None
    does, at_stake = WhatItDoes(note=_NOT_RUN), WhoIsExposed(note=_NOT_RUN)
    measures = WhatToDo(note=_NOT_RUN)
    hangs_on = WhatWouldChange(note=_NOT_RUN)
    tests: tuple[Check, ...] = ()
    if case.sample is not None:
        flows = Flows(case.sample.base, case.stage_of, case.mineral)
        asked = question(case, flows)
        does = _does(case, flows, asked)
        measures = todo(case)
        at_stake, hangs_on, tests = exposed(case, flows), change(case, asked), proof.checks(case, flows)
    broken = breaks.breaks(case, asked)
    happened = WhatHappened(
        lines=lines.lines(case, flows, asked),
        claims=told.claims(case),
        disagreements=told.disagreements(case),
        turns=told.turns(case),
        arithmetic=told.arithmetic(case),
        not_modelled=told.not_modelled(case),
        events=events.modelled(case),
    )
    answer = _answer(case, does, broken)
    parts = (happened, answer, does, broken, at_stake, measures, hangs_on, tests)
    return Briefing(
        meta=_meta(case, seed, wall(), command),
        articles=told.articles(case),
        answer=answer,
        happened=happened,
        does=does,
        breaks=broken,
        exposed=at_stake,
        todo=measures,
        change=hangs_on,
        checks=tests,
        sources=proof.sources(case, parts),
    )


def _does(case: Case, flows: Flows, asked: Question) -> WhatItDoes:
    moved = shifts.Change(case, flows)
    drawn = [chainflows.chain_flows(case, flows, m) for m in case.minerals[:2]]
    run = case.ran
    scope = listed([case.name(m) for m in run.base.net.scope])
    notes = [
        f"Solved together: {scope}; all else is held at its prices of 2025. Without the event the market stands still: "
        "each month is that of the base year, so that a change is the event's alone."
    ]
    notes += [f"{capital(n.rstrip('.'))}." for n in run.notes]
    notes += _unsold(case)
    if run.failed:
        notes.append(f"{len(run.failed)} draws could not be solved and are left out.")
    moved_prices = prices.prices(case, asked)
    past = dict.fromkeys(forecast_note(case.world, p.commodity) for p in moved_prices[:_TOLD])
    return WhatItDoes(
        prices=moved_prices,
        shortfalls=prices.shortfalls(case, flows, asked),
        marks=prices.marks(case),
        losers=shifts.losers(moved, asked),
        gainers=shifts.gainers(moved, asked),
        maps=shifts.maps(moved, asked),
        flows=tuple(f for f in drawn if f is not None),
        past=tuple(s for s in past if s is not None),
        note=" ".join(notes),
    )


def _unsold(case: Case) -> list[str]:
    """Places where part of what is made finds no buyer."""
    run, net = case.ran, case.ran.base.net
    price = run.expected.data["price"].to_numpy()[:, case.window] / run.base.price[:, None]
    out = []
    for i in np.flatnonzero((price < _WORTHLESS).any(axis=1)):
        commodity, region = net.node_commodity[i], net.node_region[i]
        if case.mineral[commodity] in case.minerals:
            name = f"{capital(case.commodity(commodity))} in {case.place(region)}"
            out.append(f"{name} finds no buyer for part of what is made: its price there falls to nothing.")
    return out[:3]


def _answer(case: Case, does: WhatItDoes, broken: WhereItBreaks) -> tuple[KeyFigure, ...]:
    """The few numbers to take away."""
    out = []
    if does.prices:
        p = does.prices[0]
        name = f"Price of {p.name}, {p.place}"
        out.append(KeyFigure(f"{name}, {month(case.news)}", p.first))
        out.append(KeyFigure(f"{name}, mean of {case.span} months", p.mean))
    if does.shortfalls:
        s = max(does.shortfalls, key=lambda s: s.share.value or 0.0)
        if (s.share.value or 0.0) > _SEEN:
            out.append(KeyFigure(f"Missing {s.name}, {s.place}, over {case.span} months", s.total))
    if broken.chains:
        chain = broken.chains[0]
        binding = [s.name for s in chain.stages if s.after.binding and not s.name.endswith("from scrap")]
        if binding:
            out.append(KeyFigure(f"Bottleneck: {chain.title}", None, listed(binding).lower()))
    return tuple(out[:4])


def _meta(case: Case, seed: int, wall: float, command: str | None) -> Meta:
    settings: list[Setting] = []
    draws = 0
    if case.sample is not None:
        s = case.sample
        draws = len(s.price)
        settings = [
            Setting("scenario", f"{plain(case.scenario.name)}, {len(case.scenario)} events"),
            Setting("horizon", f"{s.settings.periods} months from {month(s.settings.start)}"),
            Setting("known from", month(case.news)),
            Setting("scope", ", ".join(s.base.net.scope)),
            Setting("foresight", f"{s.settings.foresight} months, looked at anew every {s.settings.stride}"),
            Setting("baseline", "the base year of 2025 repeated, without the events"),
        ]
    dates = [r.date.end or r.date.start for r in case.readings if r.date is not None]
    known = [d.isoformat() for d in dates if d is not None]
    return Meta(
        title=_title(case),
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        as_of=max(known, default="2025 (no article gives its date)" if case.readings else "2025"),
        world=case.world.hash,
        version=__version__,
        run=case.run,
        seed=seed,
        draws=draws,
        wall=round(wall, 2),
        settings=tuple(settings),
        command=command,
    )


def _title(case: Case) -> str:
    if case.sample is None:
        return (
            plain(case.readings[0].title)
            if len(case.readings) == 1
            else f"What {len(case.readings)} articles say"
        )
    first = min(case.staged.events, key=lambda s: (s.start, s.announced)).event
    target = dict(first.target.where)
    who = listed([case.name(v) for v in next(iter(target.values()))][:3]) if target else ""
    if first.target.kind == "demands" and "commodity" in target:
        who = listed([case.commodity(c) for c in target["commodity"]][:2])
        if "region" in target:
            who += f" in {listed([case.place(r) for r in target['region']][:2])}"
    elif first.target.kind == "mixes" and "cell" in target:
        who = listed([case.commodity(c) for c in target["cell"]][:2])
    elif first.target.kind == "trade":
        goods = target.get("commodity", ())
        whole = {case.mineral.get(c, c) for c in goods}
        if len(goods) > 1 and len(whole) == 1:
            who = case.name(whole.pop())
        elif goods:
            who = listed([case.commodity(c) for c in goods][:2])
        if "origin" in target:
            who += f" from {listed([case.place(o) for o in target['origin']][:2])}"
        if "destination" in target:
            who += f" to {listed([case.place(o) for o in target['destination']][:2])}"
    what = listed([case.name(m) for m in case.minerals[:3]])
    return capital(f"{who}, {words(first.type)}: what it does to {what}")
