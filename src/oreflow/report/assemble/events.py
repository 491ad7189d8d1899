"""Section 1, what was modelled: each event in a sentence, how sure it is, and what the text left open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oreflow.report.assemble.case import Case
from oreflow.report.assemble.words import capital, day, listed
from oreflow.report.figure import Figure, Sentence
from oreflow.report.format import words
from oreflow.report.heard import Default, ModelledEvent
from oreflow.shock.event import LIKE
from oreflow.shock.sentences import duration_in_words

if TYPE_CHECKING:
    from oreflow.news import EventDraft
    from oreflow.shock import Event
    from oreflow.shock.stage import Staged


def modelled(case: Case) -> tuple[ModelledEvent, ...]:
    """Return the events of the run in the order of the scenario."""
    if case.sample is None:
        return ()
    drafts = {d.id: d for d in case.reading.events} if case.reading else {}
    return tuple(_event(case, s, drafts.get(s.event.id)) for s in case.staged.events)


def _event(case: Case, staged: Staged, draft: EventDraft | None) -> ModelledEvent:
    e = staged.event
    return ModelledEvent(
        id=e.id,
        type=e.type,
        sentence=Sentence(_sentence(case, staged)),
        target=f"{e.target.kind}: {', '.join(v for _, values in e.target.where for v in values)}",
        start=e.start,
        announced=None if e.expected else e.known_from,
        certainty=_certainty(case, e, draft),
        claims=tuple(i + 1 for i in draft.claims) if draft else (),
        defaults=tuple(_defaults(case, staged, draft)),
    )


def _sentence(case: Case, staged: Staged) -> str:
    e = staged.event
    if e.type != "restart" or e.effect.kind != "availability" or e.effect.high > 0:
        return case.told(e)
    name = listed([case.name(v) for _, values in e.target.where for v in values])
    shut = duration_in_words(staged.duration)
    text = f"Word of a restart, {day(e.known_from)}: if it is true {name} stays shut {shut}"
    text += f" from {day(e.start)}" if e.start != e.known_from else " from then"
    text += f", and {e.recovery:.0%} of what was lost comes back each month after." if e.recovery else "."
    if e.supersedes:
        text += f" If it is not, {words(e.supersedes)} goes on."
    return text


def _certainty(case: Case, e: Event, draft: EventDraft | None) -> Figure:
    if draft is None:
        return Figure(100 * e.certainty, "%", case.run, "assumed", "As the scenario states it.")
    told = f"Chance given to what a text tells as {draft.modality}; lowered where somebody denies it."
    return Figure(100 * e.certainty, "%", "oreflow", "assumed", told)


def _defaults(case: Case, staged: Staged, draft: EventDraft | None) -> list[Default]:
    out = []
    e, law = staged.event, staged.duration
    if e.until is None:
        row = _law(case, e)
        source, quality = str(row.get("source") or "oreflow"), "assumed"
        note = ". ".join(t for t in (str(row.get("description") or ""), str(row.get("note") or "")) if t)
        median = (
            None
            if law.p_permanent == 1
            else law.median
            if law.shape == "lognormal"
            else (law.low + law.high) / 2
        )
        told = capital(duration_in_words(law))
        name = f" (law {row['law']})" if row else ""
        out.append(
            Default("how long it lasts", Figure(median, "months", source, quality, note), f"{told}{name}")  # type: ignore[arg-type]
        )
        if 0 < law.p_permanent < 1:
            chance = Figure(100 * law.p_permanent, "%", source, quality, note)  # type: ignore[arg-type]
            out.append(Default("chance that it never ends", chance))
    if e.recovery is not None:
        back = Figure(100 * e.recovery, "%/month", "oreflow", "assumed")
        out.append(Default("what comes back each month after it", back, "share of what was lost"))
    if e.effect.disputed:
        # The range itself stands in the sentence; how it is drawn is a choice of the run.
        out.append(
            Default("its size", Figure(None, "1", "oreflow", "assumed"), "sampled evenly over the range told")
        )
    if draft and draft.start is None and draft.announced is None:
        out.append(
            Default(
                "when it begins",
                Figure(None, "1", "oreflow", "assumed"),
                f"Taken as {day(e.start)}, as no text gives a date",
            )
        )
    for text in draft.defaults if draft else ():
        if text.startswith(("length", "how long")):
            continue
        out.append(Default("chosen by the reader", Figure(None, "1", "oreflow", "assumed"), capital(text)))
    return out


def _law(case: Case, e: Event) -> dict[str, object]:
    """Row of the table of laws behind an event's duration, empty where it has its own."""
    laws = case.world.laws
    if isinstance(e.duration, str):
        return case.row("laws", "law", e.duration)
    if e.duration is not None:
        return {}
    for kind in (e.type, LIKE.get(e.type)):
        found = laws[laws["event_type"] == kind]
        if len(found):
            return {str(k): v for k, v in found.iloc[0].to_dict().items()}
    return {}
