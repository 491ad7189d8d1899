"""Section 1, the story in three lines: what, how much with the atlas's own number beside it, how certain."""

from __future__ import annotations

from oreflow.report.assemble.case import Case, grade, keys
from oreflow.report.assemble.network import Flows
from oreflow.report.assemble.prices import supplies
from oreflow.report.assemble.question import Question
from oreflow.report.assemble.told import subject
from oreflow.report.assemble.words import capital, day, listed, says
from oreflow.report.figure import Figure, Sentence
from oreflow.report.format import words
from oreflow.shock import Event
from oreflow.shock.stage import Staged

_STATED = {"capacity_fact", "output_cut", "halt", "quota", "expansion", "disruption"}


def lines(case: Case, flows: Flows | None, asked: Question | None) -> tuple[Sentence, ...]:
    """Return the three lines."""
    if case.sample is None or flows is None or asked is None:
        return _nothing(case)
    return (_what(case), _how_much(case, flows, asked), _how_sure(case))


def _nothing(case: Case) -> tuple[Sentence, ...]:
    if case.reading is not None and not case.reading.relevant:
        count = len(case.readings)
        which = "This article is" if count == 1 else "These articles are"
        return (
            Sentence(
                f"{which} about something else: nothing in {'it' if count == 1 else 'them'} speaks of the minerals, "
                "mines, plants or firms of the atlas."
            ),
        )
    drafts = case.reading.events if case.reading else ()
    told = len(case.claims)
    first = (
        "The articles tell of events, but none that this world can take." if drafts
        else "The articles move no plant, trade or demand by an amount that can be modelled, so no market was run."
    )  # fmt: skip
    out = [Sentence(first)]
    about = [case.name(m) for m in case.named_minerals[:4]]
    tail = f", most of them about {listed(about)}" if about else ""
    plural = "s" if told != 1 else ""
    out.append(
        Sentence(
            f"They make {told} claim{plural}{tail}; each is listed below with the reason why it is not modelled."
        )
    )
    if about:
        out.append(
            Sentence("The state of the chain that they speak of is computed from the atlas in section 3.")
        )
    return tuple(out)


def _what(case: Case) -> Sentence:
    ordered = sorted(case.staged.events, key=lambda s: (s.start, s.announced))
    parts = [_headline(case, s) for s in ordered[:2]]
    more = len(ordered) - len(parts)
    text = " ".join(parts)
    if more:
        text += f" {more} more event{'s' if more > 1 else ''} stand{'' if more > 1 else 's'} below."
    return Sentence(text)


def _headline(case: Case, s: Staged) -> str:
    """An event in one short sentence: when, what, whom it comes from."""
    e = s.event
    told = case.told(e).split(", for ")[0].split(", until")[0].split(", ending")[0].rstrip(".")
    if e.type == "restart":
        told = f"{_restart(case, e)}"
    numbers = _numbers(case, e)
    return f"{told}{f' ({numbers})' if numbers else ''}."


def _restart(case: Case, e: Event) -> str:
    name = listed([case.name(v) for _, values in e.target.where for v in values])
    said = day(e.known_from)
    done = e.start[:10] <= e.known_from[:10]
    return f"On {said} there is word that {name} comes back" + ("" if done else f", from {day(e.start)}")


def _numbers(case: Case, e: Event) -> str:
    for draft in case.reading.events if case.reading else ():
        if draft.id == e.id and draft.claims:
            shown = [f"C{i + 1}" for i in draft.claims[:4]]
            return ", ".join(shown) + (" and others" if len(draft.claims) > 4 else "")
    return ""


def _how_much(case: Case, flows: Flows, asked: Question) -> Sentence:
    if asked.plants:
        return _plants(case, flows, asked)
    if asked.trade:
        return _trade(case, flows, asked)
    return _demand(case)


def _plants(case: Case, flows: Flows, asked: Question) -> Sentence:
    net, base = flows.net, flows.base
    index = [net.plants.index(p) for p in asked.plants]
    main = net.node_commodity[net.plant_main[index[0]]]
    mineral = case.mineral[main]
    unit = f"{case.unit[main]}/yr"
    rows = case.world.plants[case.world.plants["plant"].isin(asked.plants)]
    total = float(rows["output"].sum())
    source, quality = (
        keys(rows["source"]),
        case.atlas(0.0, unit, case.row("plants", "plant", asked.plants[0])).quality,
    )
    figures = [Figure(total, unit, source, quality, str(rows["note"].iloc[0] or ""))]
    name = (
        listed([case.name(p) for p in asked.plants])
        if len(asked.plants) <= 3
        else f"{len(asked.plants)} plants"
    )
    text = f"In the atlas {name} make{'s' if len(asked.plants) == 1 else ''} {{0}}"
    for stage, weight, _ in supplies(case, flows, mineral):
        world = float(weight @ base.balanced.plant_q)
        share = float(weight[index] @ base.balanced.plant_q[index])
        if share > 0 and world > 0:
            figures.append(case.made(100 * share / world, "%", source=source))
            text += f", {{1}} of the world's {stage}"
            break
    stated = _stated(case, set(asked.plants))
    if stated:
        text += f"; the articles say {stated}"
    return Sentence(f"{text}.", tuple(figures))


def _demand(case: Case) -> Sentence:
    """What the atlas has for the demands or shares that are hit."""
    w = case.world
    rows = {
        t: {r for m in case.staged.impacts if m.table == t for r in m.rows}
        for t in ("demands", "mixes", "stores")
    }
    hit = w.demands[w.demands["demand"].isin(rows["demands"])]
    if len(hit):
        units = {case.unit[c] for c in hit["commodity"]}
        source = keys(hit["source"])
        if len(units) == 1:
            total = Figure(float(hit["quantity"].sum()), f"{units.pop()}/yr", source, grade(hit["quality"]))
            return Sentence("In the atlas that demand is {0}.", (total,))
    mixes = w.mixes
    hit = mixes[
        [
            f"{u}@{r}:{c}" in rows["mixes"]
            for u, r, c in zip(mixes["use"], mixes["region"], mixes["cell"], strict=True)
        ]
    ]
    if len(hit):
        source, quality = keys(hit["source"]), grade(hit["quality"])
        figures = [
            Figure(100 * float(hit[c].max()), "%", source, quality, "Largest over the regions.")
            for c in ("share", "ceiling")
        ]
        return Sentence(
            "In the atlas its share is at most {0}, and could rise to {1} without the event.", tuple(figures)
        )
    stores = w.stores[w.stores["store"].isin(rows["stores"])]
    units = {case.unit[c] for c in stores["commodity"]}
    if len(units) == 1:
        source, quality = keys(stores["source"]), grade(stores["quality"])
        return Sentence(
            "In the atlas that stock is {0}.",
            (Figure(float(stores["opening"].sum()), units.pop(), source, quality),),
        )
    return Sentence("The atlas holds the rows that it acts on without an amount of their own.")


def _stated(case: Case, plants: set[str]) -> str:
    """What the articles say of the amounts of some plants, whoever owns them."""
    firms = {
        f
        for p, f in zip(case.world.ownership["plant"], case.world.ownership["firm"], strict=True)
        if p in plants
    }
    found = []
    for i, c in enumerate(case.claims):
        mass = c.quantity is not None and c.quantity.unit.startswith("t")
        if c.type in _STATED and mass and c.polarity == "asserted" and c.subject in plants | firms:
            found.append(f"{says(c, subject(case, c))} (C{i + 1})".replace("{", "(").replace("}", ")"))
    return listed(found[:4])


def _trade(case: Case, flows: Flows, asked: Question) -> Sentence:
    net, q = flows.net, flows.base.balanced.route_q
    commodity = asked.hit
    base = dict(zip(net.routes, q.tolist(), strict=True))
    rows = [r for r in asked.trade if r.split(":")[0] == commodity]
    moved = sum(base.get(r, 0.0) for r in rows)
    made = float(flows.supplied({commodity}) @ flows.base.balanced.plant_q)
    unit = f"{case.unit[commodity]}/yr"
    figures = [
        case.made(moved, unit, note="Trade of 2025 as balanced with production and use."),
        case.made(100 * moved / made if made else None, "%"),
    ]
    origins = sorted({r.split(":")[1].split(">")[0] for r in rows})
    destinations = sorted({r.split(">")[1] for r in rows})
    ways = ""
    if len(origins) <= 3:
        ways += f" from {listed([case.place(o) for o in origins])}"
    if len(destinations) <= 3:
        ways += f" to {listed([case.place(d) for d in destinations])}"
    text = f"In the atlas trade in {case.commodity(commodity)}{ways} is {{0}}, {{1}} of what the world makes"
    stated = [
        f"{says(c, subject(case, c))} (C{i + 1})"
        for i, c in enumerate(case.claims)
        if c.type in {"quota", "tariff", "export_control", "sanction"} and c.quantity is not None
    ]
    if stated:
        text += f"; the articles say {listed(stated[:4])}"
    return Sentence(f"{text}.", tuple(figures))


def _how_sure(case: Case) -> Sentence:
    s = max(case.staged.events, key=lambda s: (s.announced, s.start))
    e, law = s.event, s.duration
    figures = [Figure(100 * e.certainty, "%", "oreflow" if case.reading else case.run, "assumed")]
    label = words(e.type)
    text = (
        f"The {label} is taken to be so with a chance of {{0}}"
        if e.certainty < 1
        else f"The {label} is taken as certain"
    )
    figures = figures if e.certainty < 1 else []
    if e.until is not None:
        text += f"; it ends on {day(e.until)}"
    elif law.p_permanent == 1:
        text += " and as lasting"
    elif law.shape == "lognormal":
        figures.append(Figure(law.median, "months", "oreflow", "assumed"))
        n = len(figures) - 1
        verb = (
            "half of the drawn futures have it back within"
            if e.type == "restart"
            else "half of those that end do so within"
        )
        text += f"; {verb} {{{n}}}"
        if law.p_permanent > 0:
            figures.append(Figure(100 * law.p_permanent, "%", "oreflow", "assumed"))
            text += f", and with a chance of {{{n + 1}}} it never ends"
    ignorance = [i for i, c in enumerate(case.claims) if c.type == "ignorance"]
    if ignorance:
        text += f". No date is known (C{ignorance[0] + 1})"
    if case.reading and case.reading.groups:
        count = len(case.reading.groups)
        text += f". The articles disagree on {count} point{'s' if count > 1 else ''}, listed below"
    return Sentence(capital(f"{text}."), tuple(figures))
