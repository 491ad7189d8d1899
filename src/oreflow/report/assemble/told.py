"""Section 1, what the articles say: claims, where they and the atlas disagree, sums, and what is left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from oreflow.report.assemble.case import Case
from oreflow.report.assemble.words import amount, listed, says, when
from oreflow.report.format import plain, words
from oreflow.report.heard import (
    ArithmeticFlag,
    Article,
    Claim,
    Disagreement,
    Modality,
    NotModelled,
    Position,
    Turn,
)

if TYPE_CHECKING:
    import pandas as pd

    from oreflow.news import Claim as Heard
    from oreflow.news import Group

_MOST = 6
"""Statements of the atlas shown on one question."""


def articles(case: Case) -> tuple[Article, ...]:
    """Return the articles that were read."""
    return tuple(
        Article.of(key=f"A{i + 1}", title=plain(r.title), text=r.text, date=when(r.date))
        for i, r in enumerate(case.readings)
    )


def claims(case: Case) -> tuple[Claim, ...]:
    """Return every claim with its quote; numbers count from 1 in reading order."""
    return tuple(_claim(case, i, c) for i, c in enumerate(case.claims))


def subject(case: Case, claim: Heard) -> str:
    """Return what a claim is about, in plain words."""
    for key in (claim.subject, claim.commodity, claim.country):
        if key:
            return " and ".join(case.name(k) for k in key.split(";"))
    return "a subject that is not named"


def _claim(case: Case, i: int, c: Heard) -> Claim:
    modality: Modality = c.modality if c.modality in get_args(Modality) else "happened"  # type: ignore[assignment]
    return Claim(
        id=i + 1,
        article=case.article(c),
        type=c.type,
        quote=c.quote,
        start=c.start,
        end=c.end,
        polarity="negated" if c.polarity == "negated" else "asserted",
        modality=modality,
        subject=" and ".join(case.name(k) for k in c.subject.split(";")) if c.subject else None,
        commodity=c.commodity,
        country=c.country,
        quantity=amount(c.quantity),
        direction=c.direction,
        speaker=c.speaker,
        said=when(c.said),
        announced=when(c.announced),
        effective=when(c.effective),
        group=c.group,
    )


def disagreements(case: Case) -> tuple[Disagreement, ...]:
    """Return where the articles disagree with one another, then where the atlas's own sources do."""
    groups = case.reading.groups if case.reading else ()
    return (*(_group(case, g) for g in groups), *_atlas(case))


def _group(case: Case, group: Group) -> Disagreement:
    sides: dict[tuple[str, str], list[int]] = {}
    for i in group.claims:
        c = case.claims[i]
        who = c.speaker or f"article {case.article(c)}"
        sides.setdefault((who, says(c, subject(case, c))), []).append(i + 1)
    positions = []
    for (who, said), numbers in sides.items():
        also = f", as in {listed([f'C{n}' for n in numbers[1:]])}" if len(numbers) > 1 else ""
        positions.append(Position(numbers[0], who, f"{said}{also}"))
    return Disagreement(_question(case, group), tuple(positions), _used(case, group))


def _question(case: Case, group: Group) -> str:
    text = group.question
    for i in group.claims:
        key = case.claims[i].subject
        if key and key in text.split():
            return " ".join(case.name(w) if w == key else w for w in text.split())
    return text


def _used(case: Case, group: Group) -> str:
    drafts = case.reading.events if case.reading else ()
    for draft in drafts:
        event = case.event.get(draft.id)
        if event is None or not set(draft.claims) & set(group.claims):
            continue
        if event.effect.disputed:
            return f"samples the size of {words(draft.id)} between the lowest and the highest of them"
        return (
            f"takes {words(draft.id)} to be so with a chance of {event.certainty:.0%}"
            if event.certainty < 1
            else f"takes {words(draft.id)} as certain"
        )
    about = {case.claims[i].subject for i in group.claims} & set(case.world.plants["plant"])
    if {case.claims[i].type for i in group.claims} <= {"capacity_fact", "expansion"} and len(about) == 1:
        return _row_used(case, str(about.pop()), "output")
    if "bottleneck" in group.question:
        return "takes neither side: section 3 computes it"
    return "models none of them"


def _atlas(case: Case) -> list[Disagreement]:
    """Statements that the atlas holds on the rows that the events hit, where they differ."""
    table = case.world.claims
    out = []
    for key in _hit(case):
        mine = table[
            (table["subject"] == key) & table["value"].notna()
            | (table["subject"] == key) & table["low"].notna()
        ]
        for attribute, rows in mine.groupby("attribute", sort=False):
            stated = rows["value"].fillna((rows["low"] + rows["high"]) / 2)
            if len(rows) < 2 or stated.max() <= 1.01 * stated.min():
                continue
            # What the atlas uses last, so that it is read as the answer.
            ordered = rows.assign(stated=stated).sort_values(["used", "stated"]).head(_MOST)
            positions = tuple(_statement(row) for _, row in ordered.iterrows())
            out.append(
                Disagreement(
                    f"{words(str(attribute))} of {case.name(key)}, in the sources of the atlas", positions,
                    _row_used(case, key, str(attribute)),
                )
            )  # fmt: skip
    return out


def _statement(row: pd.Series) -> Position:
    low, high, value = row["low"], row["high"], row["value"]
    number = f"{low:,.6g} to {high:,.6g}" if low == low and high == high and low < high else f"{value:,.6g}"
    unit = "" if row["unit"] == "1" else f" {row['unit']}"
    said = f", {row['said']}" if row["said"] else ""
    return Position(None, f"{row['speaker']}{said} ({row['source']})", f"{number}{unit}")


def _row_used(case: Case, key: str, attribute: str) -> str:
    row = case.row("plants", "plant", key)
    value = row.get(attribute)
    if isinstance(value, float) and value == value:
        unit = case.unit[str(case.row("processes", "process", str(row["process"]))["output"])]
        return f"uses the atlas's {value:,.6g} {unit}/yr"
    return "uses none of them"


def _hit(case: Case) -> list[str]:
    """Plants that events hit or claims name."""
    plants = set(case.world.plants["plant"])
    rows = (
        [r for m in case.staged.impacts if m.table == "plants" and not m.spread for r in m.rows]
        if case.sample
        else []
    )
    named = [c.subject for c in case.claims if c.subject in plants]
    return list(dict.fromkeys(k for k in [*rows, *named] if k is not None))[:3]


def arithmetic(case: Case) -> tuple[ArithmeticFlag, ...]:
    """Return the sums that do not follow from their own numbers."""
    out = []
    for check in case.reading.checks if case.reading else ():
        if check.holds:
            continue
        about = case.claims[check.claims[0]]
        out.append(
            ArithmeticFlag(
                case.article(about), check.quote, check.start, check.end, check.problem, check.readings
            )
        )
    return tuple(out)


_WHY = {
    "happened": "has happened",
    "moved": "date moved",
    "firmer": "firmer now",
    "withdrawn": "dropped",
    "refuted": "turned out otherwise",
    "revised": "figure revised",
}


def turns(case: Case) -> tuple[Turn, ...]:
    """Return what later articles took the place of."""
    out = []
    for o in case.reading.overtaken if case.reading else ():
        old, new = case.claims[o.claim], case.claims[o.by]
        out.append(
            Turn(
                o.claim + 1, o.by + 1, says(old, subject(case, old)), says(new, subject(case, new)),
                str(when(case.readings[old.item].date)), o.said.isoformat(), _WHY[o.kind],
            )
        )  # fmt: skip
    return tuple(out)


def not_modelled(case: Case) -> tuple[NotModelled, ...]:
    """Return what the run leaves out, with reasons: the reader's, then what the world could not take."""
    found = (*(case.reading.not_modelled if case.reading else ()), *case.left)
    past = {o.claim for o in case.reading.overtaken} if case.reading else set()
    out = []
    for item in found:
        if item.claim in past:
            continue  # among the turns
        claim = None if item.claim is None else item.claim + 1
        what = item.what
        if item.claim is not None:
            heard = case.claims[item.claim]
            number = amount(heard.quantity)
            what = f"{words(heard.type)}: {subject(case, heard)}{f', {number}' if number else ''}"
        out.append(NotModelled(what, item.reason, claim))
    return tuple(dict.fromkeys(out))
