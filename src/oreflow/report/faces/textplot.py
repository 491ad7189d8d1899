"""Charts in text, for the terminal and Markdown."""

from __future__ import annotations

from collections.abc import Callable

from oreflow.report import format as fmt
from oreflow.report.charts.svg import tick_texts, ticks
from oreflow.report.effects import Chain, ChainFlows, Sensitivity, StageState, WhatWouldChange, WorldMap
from oreflow.report.figure import Band


def fan(band: Band, *, width: int = 72, height: int = 9, from_zero: bool = False) -> list[str]:
    """Return a fan chart in text: ``●`` median, ``▒`` half of the draws, ``░`` nine in ten, ``┄`` baseline.

    Args:
        band: The path.
        width: Most columns to use.
        height: Rows of the plot.
        from_zero: Start the scale at zero.

    Returns:
        Lines, the first with the unit, the last with the months.
    """
    low, high = min(*band.q05, *band.baseline), max(*band.q95, *band.baseline)
    low = min(low, 0.0) if from_zero else low
    grid = ticks(low, high, 4)
    low, high = grid[0], grid[-1]
    texts, unit = tick_texts([low, (low + high) / 2, high], band.unit)
    left = max(map(len, texts)) + 1
    every = max(1, -(-len(band.months) // max(width - left - 2, 8)))
    picked = list(range(0, len(band.months), every))
    wide = max(1, (width - left - 2) // len(picked))
    wide = min(wide, 3)

    def level(v: float) -> int:
        return round((v - low) / (high - low) * (height - 1))

    lines = [unit]
    for row in range(height - 1, -1, -1):
        text = {0: texts[0], (height - 1) // 2: texts[1], height - 1: texts[2]}.get(row, "")
        cells = "".join(_cell(band, i, row, level) * wide for i in picked)
        lines.append(f"{text:>{left}}┤{cells}".rstrip())
    first, last = fmt.month(band.months[0]), fmt.month(band.months[picked[-1]])
    gap = max(1, len(picked) * wide - len(first) - len(last))
    lines.append(" " * (left + 1) + first + " " * gap + last)
    return lines


def _cell(band: Band, i: int, row: int, level: Callable[[float], int]) -> str:
    if level(band.median[i]) == row:
        return "●"
    if level(band.q25[i]) <= row <= level(band.q75[i]):
        return "▒"
    if level(band.q05[i]) <= row <= level(band.q95[i]):
        return "░"
    return "┄" if level(band.baseline[i]) == row else " "


def bar(value: float, top: float, width: int) -> str:
    """Return a bar of blocks, to an eighth of a column."""
    eighths = round(8 * width * max(value, 0.0) / top) if top > 0 else 0
    return "█" * (eighths // 8) + ("▏▎▍▌▋▊▉"[eighths % 8 - 1] if eighths % 8 else "")


def bottleneck(chain: Chain, *, width: int = 72) -> list[str]:
    """Return capacity by stage as bars, before and after; ``█`` is used, ``░`` is room, ``◄`` binds."""
    states = [s for stage in chain.stages for s in (stage.before, stage.after)]
    top = max((max(s.capacity.value or 0.0, s.throughput.value or 0.0) for s in states), default=0.0)
    room = max(width - 30, 8)
    lines = []
    for stage in chain.stages:
        lines.append(fmt.plain(stage.name))
        for when, s in (("before", stage.before), ("after", stage.after)):
            lines.append(f"  {when:<6} {_used(s, top, room)}")
    return lines


def _used(s: StageState, top: float, room: int) -> str:
    used = bar(s.throughput.value or 0.0, top, room)
    full = round(room * (s.capacity.value or 0.0) / top) if top else 0
    text = fmt.quantity(s.utilisation.value, "%")
    return f"{used}{'░' * (full - len(used))} {text}{' ◄ binds' if s.binding else ''}"


def changes(data: WorldMap, *, width: int = 72) -> list[str]:
    """Return the places of a map in a list, largest change first."""
    ranked = sorted(data.markers, key=lambda m: -abs(m.value.value or 0.0))
    wide = max((len(fmt.plain(m.name)) for m in ranked), default=0)
    right = max((len(m.value.text) for m in ranked), default=0)
    top = max((abs(m.value.value or 0.0) for m in ranked), default=0.0)
    room = max(min(width - wide - right - 4, 24), 1)
    out = []
    for m in ranked:
        value = m.value.value or 0.0
        arrow = "▼" if value < 0 else "▲"
        out.append(
            f"{fmt.plain(m.name):<{wide}} {arrow} {m.value.text:>{right}} {bar(abs(value), top, room)}"
        )
    return [line.rstrip() for line in out]


def flows(data: ChainFlows, *, width: int = 72, most: int = 8) -> list[str]:
    """Return the flows that change most, before and after; amounts on a line of their own where it is narrow."""
    names = {n.key: f"{fmt.plain(n.name)} ({fmt.plain(data.stages[n.stage])})" for n in data.nodes}
    moved = sorted(data.links, key=lambda k: -abs(k.after - k.before))[:most]
    ends = [f"{names[k.origin]} → {names[k.destination]}" for k in moved]
    wide = max(map(len, ends), default=0)
    before = fmt.column([k.before for k in moved])
    after = fmt.column([k.after for k in moved])
    right = max(map(len, before + after), default=0)
    gap = "  " if wide + 2 * right + 5 <= width else "\n    "
    lines = [data.unit]
    for end, b, a in zip(ends, before, after, strict=True):
        lines += f"{end:<{wide}}{gap}{b:>{right}} → {a:>{right}}".split("\n")
    return [line.rstrip() for line in lines]


def tornado(change: WhatWouldChange, *, width: int = 72) -> list[str]:
    """Return the reach of each assumption as a bar."""
    rows = sorted(change.rows, key=_reach, reverse=True)
    top = _reach(rows[0]) if rows else 0.0
    out = []
    for r in rows:
        out.append(fmt.plain(r.assumption))
        out.append(
            f"  {bar(_reach(r), top, max(min(width - 34, 40), 6))} {r.at_low.text} to {r.at_high.text}"
        )
    return out


def _reach(row: Sensitivity) -> float:
    return abs((row.at_high.value or 0.0) - (row.at_low.value or 0.0))
