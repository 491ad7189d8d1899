"""Section 5: what can be done about the events, each measure alone, in the whole market."""

from __future__ import annotations

from oreflow.errors import ModelError
from oreflow.report.assemble.case import Case, grade
from oreflow.report.assemble.words import capital, listed
from oreflow.report.effects import MeasureRow, WhatToDo
from oreflow.report.figure import Figure
from oreflow.respond.plan import Ranked, Ranking, rank
from oreflow.shock import expected


def todo(case: Case) -> WhatToDo:
    """Return what can be done about the events of a case.

    Args:
        case: The case, with a run.

    Returns:
        Measures of the atlas on the minerals in question that avoid some shortfall within the horizon, cheapest for
        each unit first; in the note those that come too late or buy nothing.
    """
    try:
        ranking = rank(
            case.world,
            case.ran.base,
            expected(case.staged),
            settings=case.ran.settings,
            minerals=tuple(m for m in case.minerals if m != "battery"),
        )
    except ModelError as error:
        return WhatToDo(note=f"Measures could not be ranked: {error}")
    rows = tuple(_row(case, r) for r in ranking.rows if r.verdict == "works")
    return WhatToDo(measures=rows, note=_note(case, ranking))


def _row(case: Case, r: Ranked) -> MeasureRow:
    m = r.measure
    place = case.place(m.region)
    basis = f"alone, at its largest size, {place}"
    quality = grade([m.quality])
    lead = Figure(m.lead, "months", m.source, quality, m.note, *_ends(m.lead_low, m.lead_high))
    return MeasureRow(
        name=m.name,
        who=m.who,
        avoided=case.made(r.avoided, r.unit, note=f"of {r.short:.4g} {r.unit} short; {basis}"),
        cost=Figure(
            r.cost,
            "USD",
            f"{case.run};{m.source}",
            "modelled",
            m.note,
            min(r.cost_low, r.cost),
            max(r.cost_high, r.cost),
        ),
        unit_cost=case.made(r.unit_cost, f"USD/{r.unit}", source=m.source),
        lead=lead,
        note=capital(m.hangs_on),
    )


def _ends(low: float, high: float) -> tuple[float | None, float | None]:
    return (low, high) if low == low and high == high else (None, None)


def _note(case: Case, ranking: Ranking) -> str:
    names = [case.name(m) for m in case.minerals if m != "battery"]
    if not ranking.rows:
        return (
            f"The atlas holds no measure on {listed(names)}. Measures of your own can be laid over its table "
            "`measures` with --with."
        )
    by: dict[str, list[str]] = {}
    for r in ranking.rows:
        by.setdefault(r.verdict, []).append(r.measure.name[:1].lower() + r.measure.name[1:])
    parts = [
        f"Decided when the news comes; {ranking.months} months looked at. Each measure alone: the shortfall it avoids "
        "is what users of its commodity, where it arrives, get more of in the whole market; its cost is the part that "
        "these months bear."
    ]
    said = {
        "too late": "Too late, they work only after these months",
        "buys nothing": "Buy nothing",
        "nothing is short": "Nothing that they supply is short",
    }
    parts += [f"{text}: {'; '.join(by[v])}." for v, text in said.items() if v in by]
    return " ".join(parts)
