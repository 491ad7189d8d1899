"""Section 6, what would change this: the answer at the low and the high third of every input that was drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from oreflow.report.assemble.case import Case, Floats
from oreflow.report.assemble.question import Question
from oreflow.report.effects import Sensitivity, WhatWouldChange
from oreflow.report.figure import Figure
from oreflow.report.format import month, words
from oreflow.shock.ranges import RANGED

_SHOWN = 3
_FEWEST = 9
"""Fewest draws from which thirds are told apart."""
_SIDE = 3
"""Fewest draws on either side."""
_SAID = {
    "es": ("how strongly supply answers the price (all supply elasticities)", "times the middle"),
    "ed": ("how strongly demand answers the price (all demand elasticities)", "times the middle"),
    "eta": ("how readily stocks are drawn down (elasticity to their convenience yield)", "1"),
    "sigma": ("how readily buyers change supplier (elasticity between sources)", "1"),
}


@dataclass(frozen=True)
class _Input:
    key: str
    said: str
    unit: str
    values: Floats
    source: str
    note: str = ""


def change(case: Case, asked: Question) -> WhatWouldChange:
    """Return the inputs that move the answer most.

    Args:
        case: The case, with a run.
        asked: What it was asked.

    Returns:
        The mean price change of the commodity in question from the news on; for each input that was drawn, its mean
        over the draws in the lowest and the highest third of the input, largest difference first.
    """
    commodity, region = asked.key
    run = case.ran
    node = run.base.net.nodes.index(f"{commodity}@{region}")
    base = run.baseline.data["price"].to_numpy()[node, case.window]
    answer = (100 * (run.price[:, node, case.window] / base - 1)).mean(axis=1)
    measure = (
        f"the mean price change of {case.commodity(commodity)} in {case.place(region)} over the {case.span} months "
        f"from {month(case.news)}"
    )
    whole = case.made(float(answer.mean()), "%", draws=answer, change=True, note="Mean of the draws.")
    if len(answer) < _FEWEST:
        return WhatWouldChange(
            measure, whole, (), f"{len(answer)} draws are too few to tell their thirds apart."
        )
    rows: list[tuple[float, Sensitivity]] = []
    for item in _inputs(case):
        low, high = _sides(item.values)
        if low is None or high is None:
            continue
        at_low, at_high = float(answer[low].mean()), float(answer[high].mean())
        error = float(answer.std() * np.sqrt(1 / low.sum() + 1 / high.sum()))
        note = (
            f"Mean of {int(low.sum())} and of {int(high.sum())} draws; a difference below {2 * error:.2g} points "
            "may be chance."
        )
        rows.append(
            (
                abs(at_high - at_low),
                Sensitivity(
                    item.said,
                    _setting(item, float(np.median(item.values[low]))),
                    _setting(item, float(np.median(item.values[high]))),
                    case.made(at_low, "%", change=True, note=note),
                    case.made(at_high, "%", change=True, note=note),
                ),
            )
        )
    rows.sort(key=lambda r: -r[0])
    told = (
        f"Of {len(rows)} inputs drawn at random, the {min(_SHOWN, len(rows))} that move the answer most. Low and high "
        "setting: the middle of the lowest and of the highest third of the draws, all else as drawn; for yes or no, "
        "the draws in which it is so and in which it is not."
    )
    return WhatWouldChange(measure, whole, tuple(r for _, r in rows[:_SHOWN]), told)


def _sides(values: Floats) -> tuple[np.ndarray, np.ndarray] | tuple[None, None]:
    if np.ptp(values) <= 1e-9 * np.abs(values).max(initial=0.0):
        return None, None
    kinds = np.unique(values)
    low, high = (values == k for k in kinds) if len(kinds) == 2 else _thirds(values)
    return (low, high) if min(low.sum(), high.sum()) >= _SIDE else (None, None)


def _thirds(values: Floats) -> tuple[np.ndarray, np.ndarray]:
    order = np.argsort(values, kind="stable")
    third = len(values) // 3
    # Where a third ends inside equal values, as all that outlast the horizon are, it takes all of them.
    low, high = values <= values[order[third - 1]], values >= values[order[-third]]
    return low & ~high, high & ~low


def _inputs(case: Case) -> list[_Input]:
    table = case.ran.inputs
    out = []
    for name, parameter in RANGED.items():
        if name in table:
            said, unit = _SAID[name]
            row = case.row("parameters", "parameter", parameter)
            values = table[name].to_numpy(dtype=float)
            out.append(_Input(name, said, unit, values, str(row.get("source") or "oreflow")))
    several = len(case.staged.events) > 1
    for i, s in enumerate(case.staged.events):
        e = s.event
        of = f" ({words(e.id)})" if several else ""
        length = np.minimum(_length(case, i), len(case.months) - s.start)
        happened = table[f"happened_{e.id}"].to_numpy(dtype=float)
        label = words(e.type)
        note = "Counted to the end of the horizon."
        if s.chain == i:
            out.append(
                _Input(
                    f"duration_{e.id}", f"how long the {label} lasts{of}", "months", length, "oreflow", note
                )
            )
        out.append(
            _Input(f"happened_{e.id}", f"whether the {label} is so{of}", "%", 100 * happened, "oreflow")
        )
        if e.effect.disputed:
            u = table[f"size_{e.id}"].to_numpy(dtype=float)
            size = e.effect.low + (e.effect.high - e.effect.low) * u
            unit, scale = _size_unit(case, e.effect.kind, e.effect.per)
            out.append(
                _Input(
                    f"size_{e.id}",
                    f"how large the {label} is: {words(e.effect.kind)}{of}",
                    unit,
                    size * scale,
                    "oreflow",
                )
            )
    return out


def _length(case: Case, i: int) -> Floats:
    """Months from the start of an event to the end of the last one that takes its place, shape (draws,)."""
    table, s = case.ran.inputs, case.staged.events[i]
    own = table[f"duration_{s.event.id}"].to_numpy(dtype=float)
    if s.heir < 0:
        return own
    heir = case.staged.events[s.heir]
    followed = table[f"happened_{heir.event.id}"].to_numpy(dtype=bool)
    return np.where(followed, heir.start - s.start + _length(case, s.heir), own)


def _size_unit(case: Case, kind: str, per: str) -> tuple[str, float]:
    if kind in {"availability", "tariff", "ceiling", "limit"}:
        return "%", 100.0
    if kind in {"output_cut", "quota"}:
        return f"t/{'yr' if per == 'year' else per}", 1.0
    return "1", 1.0


def _setting(item: _Input, value: float) -> Figure:
    return Figure(value, item.unit, item.source, "assumed", item.note)
