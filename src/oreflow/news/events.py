"""Claims to events: what happens to the world, how sure it is, and what is left out and why."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from oreflow.news.arguments import types
from oreflow.news.assumptions import assumption
from oreflow.news.claims import Claim, plain
from oreflow.news.consequence import Consequence
from oreflow.news.drafts import EventDraft, NotModelled
from oreflow.news.effects import consequence, disruption_kind
from oreflow.news.interval import Interval
from oreflow.news.modality import MODALITIES
from oreflow.news.overtaken import Overtaken
from oreflow.news.targets import BASE_YEAR, atlas_of

if TYPE_CHECKING:
    from oreflow.atlas.world import World


def draft_events(
    claims: Sequence[Claim],
    world: World,
    *,
    source: str,
    date_: Interval | None = None,
    gone: Sequence[Overtaken] = (),
) -> tuple[list[EventDraft], list[NotModelled]]:
    """Turn claims into events.

    Claims of one type on one target make one event: the amount spans their range, the certainty comes from the
    firmest modality and falls where somebody denies it.

    Args:
        claims: Claims of one or more articles.
        world: The world whose rows are hit.
        source: Name of the article, for the events' source.
        date_: Date of the article.
        gone: Claims that later articles take the place of; they make no event.

    Returns:
        The events, and every claim that becomes none with the reason.
    """
    atlas = atlas_of(world)
    causes = _causes(claims, atlas.names.owners)
    left: list[NotModelled] = []
    buckets: dict[str, list[tuple[int, Claim, Consequence]]] = {}
    past = {o.claim: o for o in gone}
    standing = [c for i, c in enumerate(claims) if i not in past]
    for i, claim in enumerate(claims):
        if i in past:
            left.append(NotModelled(i, _what(claim), past[i].reason))
            continue
        spec = types()[claim.type]
        if not spec.modelled and claim.type not in {"agreement"}:
            left.append(NotModelled(i, _what(claim), spec.reason))
            continue
        if claim.polarity == "negated":
            left.append(
                NotModelled(
                    i, _what(claim), "it is denied or negated: it lowers the certainty of what it denies"
                )
            )
            continue
        if re.search(r"\b(?:if|unless)\b[^,;.]{0,60}$", claim.quote[: claim.anchor - claim.start].lower()):
            left.append(NotModelled(i, _what(claim), "it is a condition, not a statement"))
            continue
        found = consequence(claim, atlas, causes.get(i, ""))
        reason = found.reason or (
            "" if found.effect and found.aim.target else found.aim.reason or spec.reason
        )
        if reason:
            left.append(NotModelled(i, _what(claim), reason))
            continue
        # A quota for this year and one for the next are two events; a halt and the tonnes it costs are one.
        year = claim.effective.start.year if claim.effective and claim.effective.start else None
        family = [{"output_cut": "halt"}.get(claim.type, claim.type), year if claim.type == "quota" else None]
        key = json.dumps([family, found.aim.target], sort_keys=True)
        buckets.setdefault(key, []).append((i, claim, found))
    drafts: list[EventDraft] = []
    for k, members in enumerate(buckets.values()):
        drafts.append(_moved(_draft(k, members, standing, source, date_), claims, gone))
    drafts, dropped = _related(drafts, claims, date_)
    return drafts, sorted(left + dropped, key=lambda n: (n.claim is None, n.claim or 0))


def _what(c: Claim) -> str:
    label = types()[c.type].label
    about = c.subject or c.commodity or "no subject named"
    q = c.quantity
    amount = ""
    if q is not None:
        low, high = q.range
        number = plain(low) if low == high else f"{plain(low)} to {plain(high)}"
        amount = f", {number} {q.unit}" + (f" a {q.per}" if q.per else "")
    return f"{label}: {about}{amount}"


def _causes(claims: Sequence[Claim], owners: Mapping[str, list[str]]) -> dict[int, str]:
    """Cause of each halt or cut, from what stands in its sentence and the claims beside it."""

    def same(a: str | None, b: str | None) -> bool:
        return a == b or a in owners.get(b or "", []) or b in owners.get(a or "", [])

    out: dict[int, str] = {}
    for i, c in enumerate(claims):
        if c.type not in {"halt", "output_cut", "disruption"}:
            continue
        text = c.quote.lower()
        lapsed = re.search(r"licen[cs]e|permit|mining right", text) and re.search(
            r"expir|lapse|revok|renew|without|suspend|cancel|withdraw|reject", text
        )
        ended = any(
            o.type == "licence"
            and o.direction == "down"
            and (same(o.subject, c.subject) or o.start == c.start)
            for o in claims
        )
        if lapsed or (ended and c.type == "halt"):
            out[i] = "permit_halt"
            continue
        kind = disruption_kind(text)
        if kind:
            out[i] = kind
    return out


def _draft(
    k: int,
    members: list[tuple[int, Claim, Consequence]],
    claims: Sequence[Claim],
    source: str,
    article: Interval | None,
) -> EventDraft:
    everyone = members
    if members[0][1].type == "restart":
        members = _sober(members)
    order = sorted(members, key=lambda m: (_firmness(m[1]), -_detail(m[1], m[2])))
    _, first, found = order[0]
    tonnes = [m for m in order if "output_cut" in m[2].effect]
    if tonnes and "output_cut" not in found.effect and re.search(_PARTLY, first.quote.lower()):
        # "Some of its operations": the amount that somebody gives says how much.
        found = replace(tonnes[0][2], type=found.type, duration=found.duration)
    chosen = [m for m in members if set(m[2].effect) == set(found.effect)]
    effect = _span([m[2].effect for m in chosen])
    modality = MODALITIES[min(_firmness(m[1]) for m in members)]
    if modality == "happened" and _ahead(first, article):
        modality = "planned"  # a headline in the present tense about what is to come
    certainty = assumption(f"certainty_{modality}")
    denied = any(
        c.polarity == "negated" and c.type == first.type and c.subject == first.subject for c in claims
    )
    defaults = list(found.defaults)
    begun = first.effective.end if first.effective else None
    if begun is not None and begun.year < BASE_YEAR and "trade" in (found.aim.target or {}):
        defaults.append(
            "the base year already carries what it did: the result reads as the same step once more"
        )
    if denied:
        certainty *= assumption("denied_factor")
        defaults.append("somebody denies it: the certainty is lowered")
    start = _first([m[1].effective for m in order]) or _first([m[1].announced for m in order])
    told = _told_on([m[1] for m in order], article)
    if start is None and modality == "happened" and told:
        start = told[0]
        defaults.append("the text gives no date: it starts on the date of the article")
    elif start is None:
        start = _first([m[1].said for m in order])
    announced = _first([m[1].announced for m in order]) or (
        start if modality == "happened" else _first([m[1].said for m in order])
    )
    if announced and start and modality == "happened" and announced > start:
        announced = start
    law_types = [m[2].type for m in members]
    kind = next(
        (t for t in law_types if t in {"permit_halt", "accident", "weather", "strike", "conflict"}),
        found.type,
    )
    duration = found.duration
    if isinstance(duration, str) and kind != found.type and duration != "permanent":
        duration = kind
    until = _until(first)
    if found.per == "event" and first.effective is not None:
        until = first.effective.end
    return EventDraft(
        id=f"{first.type}_{k + 1}",
        type=kind,
        claim_type=first.type,
        label=found.aim.label,
        target=found.aim.target,
        effect=effect,
        per=found.per,
        start=start.isoformat() if start else None,
        announced=announced.isoformat() if announced else None,
        until=until.isoformat() if until and (start is None or until > start) else None,
        duration=None if until and (start is None or until > start) else duration,
        certainty=certainty,
        modality=modality,
        claims=tuple(sorted(m[0] for m in everyone)),
        speakers=tuple(dict.fromkeys(m[1].speaker for m in members if m[1].speaker)),
        quote=first.quote,
        source=source,
        recovery=found.recovery,
        defaults=tuple(dict.fromkeys(defaults)),
    )


def _moved(d: EventDraft, claims: Sequence[Claim], gone: Sequence[Overtaken]) -> EventDraft:
    """Say how often the date of an event has been moved before."""
    moved = [o for o in gone if o.kind == "moved" and o.by in d.claims]
    if not moved:
        return d
    dates = list(dict.fromkeys(str(claims[o.claim].effective) for o in moved))
    was = ", then ".join(dates)
    times = "once" if len(dates) == 1 else f"{len(dates)} times"
    return replace(d, defaults=(*d.defaults, f"the date has been moved {times}; it was {was}"))


_PARTLY = r"\b(?:some of|one of|part of|partly|partial|several|lines?)\b"


def _firmness(c: Claim) -> int:
    """Rank of the modality. How long "the halt" lasts may be a forecast; that there is one is not."""
    if c.nominal and c.quantity is not None and c.quantity.unit in {"days", "weeks", "months", "years"}:
        return 0
    return MODALITIES.index(c.modality)


def _sober(members: list[tuple[int, Claim, Consequence]]) -> list[tuple[int, Claim, Consequence]]:
    """Of claims on a restart, those of the running text where headlines say more than it does."""
    body = [m for m in members if not m[1].heading and not (m[1].nominal and m[1].modality == "happened")]
    later = [m for m in body if m[1].modality != "happened"]
    if not later:
        return members
    return later + [m for m in body if m not in later and not m[1].nominal and m[1].effective is not None]


def _told_on(claims: Sequence[Claim], article: Interval | None) -> list[date]:
    """Days on which claims were made, in order; that of the article where they do not say."""
    days = sorted(c.said.end for c in claims if c.said is not None and c.said.end is not None)
    return days or ([article.end] if article is not None and article.end is not None else [])


def _ahead(c: Claim, article: Interval | None) -> bool:
    ref = article.end if article else None
    return bool(c.heading and ref and c.effective and c.effective.start and c.effective.start > ref)


def _detail(c: Claim, found: Consequence) -> int:
    return 2 * (c.quantity is not None) + (c.effective is not None) + (found.type == "permit_halt")


def _span(effects: list[dict[str, Any]]) -> dict[str, Any]:
    """One effect that spans the range of several."""
    out: dict[str, Any] = {}
    for kind in effects[0]:
        values = [e[kind] for e in effects]
        if any(v is True for v in values):
            out[kind] = True
            continue
        ends = [x for v in values for x in (v if isinstance(v, list) else [v])]
        out[kind] = min(ends) if min(ends) == max(ends) else [min(ends), max(ends)]
    return out


def _first(intervals: list[Interval | None]) -> date | None:
    for i in intervals:
        if i is not None and (i.start or i.end):
            return i.start or i.end
    return None


def _until(c: Claim) -> date | None:
    """Last day, for "until X" (an interval open at its start)."""
    i = c.effective
    return i.end if i is not None and i.start is None and i.end is not None and c.type != "restart" else None


def _left(d: EventDraft) -> float:
    """Availability that an event leaves, at most."""
    size = d.effect["availability"]
    return float(size[-1] if isinstance(size, list) else size)


def _related(
    drafts: list[EventDraft], claims: Sequence[Claim], article: Interval | None
) -> tuple[list[EventDraft], list[NotModelled]]:
    """Restarts take the place of the halt they end; a cut within a halt is part of it."""
    # Of several on one plant, the full halt stands for all, then the one that leaves least, then the earliest.
    stops = [
        d
        for d in drafts
        if d.claim_type in {"halt", "output_cut", "disruption"} and "availability" in d.effect
    ]
    stops.sort(key=lambda d: (d.claim_type != "halt", _left(d), d.start or "9999"), reverse=True)
    halts = {json.dumps(d.target, sort_keys=True): d for d in stops}
    out: list[EventDraft] = []
    dropped: list[NotModelled] = []
    unknown = {c.subject for c in claims if c.type == "ignorance"} | {None}
    for d in drafts:
        halt = halts.get(json.dumps(d.target, sort_keys=True))
        if d.claim_type == "restart":
            if halt is None:
                dropped += [
                    NotModelled(
                        i,
                        _what(claims[i]),
                        "the atlas has it running: there is no halt in the text for it to end",
                    )
                    for i in d.claims
                ]
                continue
            d = _restarted(d, halt, [claims[i] for i in d.claims], article, len(unknown) > 1)
        elif halt is not None and halt is not d and d.claim_type in {"output_cut", "disruption", "halt"}:
            dropped += [
                NotModelled(i, _what(claims[i]), f"it is part of the event {halt.id!r}") for i in d.claims
            ]
            continue
        out.append(d)
    # What takes another's place comes after it.
    return sorted(out, key=lambda d: d.supersedes is not None), dropped


def _restarted(
    d: EventDraft, halt: EventDraft, behind: list[Claim], article: Interval | None, open_: bool
) -> EventDraft:
    """A restart as a new belief about how long the halt goes on."""
    told = _told_on(behind, article)
    said = told[-1] if told else None
    known = d.announced or (said.isoformat() if said else d.start)
    start = known if known and (halt.start is None or known > halt.start) else halt.start
    dated = [
        c.effective
        for c in behind
        if c.effective is not None and c.effective.middle and (said is None or c.effective.middle > said)
    ]
    duration, defaults = d.duration, list(d.defaults)
    if dated and said is not None:
        middle = dated[0].middle
        assert middle is not None
        months = max((middle - said).days / 30.4, 0.25)
        duration = {"median": round(months, 2), "sigma": assumption("restart_sigma")}
        defaults = [x for x in defaults if not x.startswith("months until")]
    certainty = d.certainty
    if open_:
        certainty *= assumption("disputed_factor")
        defaults.append("the text also says that no date is known: the certainty is lowered")
    return replace(
        d,
        start=start,
        announced=start,
        duration=duration,
        supersedes=halt.id,
        certainty=certainty,
        defaults=tuple(defaults),
        until=None,
    )
