"""Bottleneck chart: capacity and use of each stage of a chain, before and after."""

from __future__ import annotations

from oreflow.report import format as fmt
from oreflow.report.charts.svg import chart, fit, label, tag, text_width, tick_texts, ticks, title
from oreflow.report.effects import Chain, Stage, StageState


def bottleneck(key: str, chain: Chain, *, width: float = 980) -> str:
    """Return bars of capacity by stage, filled as far as used, the binding stage marked.

    Args:
        key: Unique id on the page.
        chain: The chain.
        width: Width in px.

    Returns:
        SVG.
    """
    states = [s for stage in chain.stages for s in (stage.before, stage.after)]
    unit = states[0].capacity.unit if states else "1"
    top_value = max([s.capacity.value or 0.0 for s in states] + [s.throughput.value or 0.0 for s in states])
    grid = ticks(0.0, top_value or 1.0, 5 if width > 600 else 3)
    texts, name = tick_texts(grid, unit)
    left, right = 52.0, max(text_width("100 % used") + 12, text_width(texts[-1]) / 2 + 2)
    last = width - right

    def px(v: float) -> float:
        return left + (last - left) * v / grid[-1]

    body: list[str] = []
    y = 8.0
    bars: list[str] = []
    for stage in chain.stages:
        bars += _stage(stage, y, left, last, px(1.0) - px(0.0), width)
        y += 72
    height = y + 38
    for value, text in zip(grid, texts, strict=True):
        body.append(tag("line", x1=px(value), x2=px(value), y1=4, y2=y, class_="c-rule"))
        body.append(label(text, px(value), y + 16, cls="soft mid"))
    body.append(label(name, left, y + 34, cls="soft"))
    return chart(key, width, height, chain.title, _describe(chain), body + bars, cls="c-chain")


def _stage(stage: Stage, y: float, left: float, last: float, per_unit: float, width: float) -> list[str]:
    words = _binding(stage)
    name = fit(stage.name.capitalize(), width - left - text_width(words) - 24)
    out = [label(name, left, y + 12, cls="halo strong")]
    if words:
        at = left + text_width(name) + 14
        out.append(label(words, at, y + 12, cls="halo accent strong"))
    for i, (when, state) in enumerate((("before", stage.before), ("after", stage.after))):
        out += _bar(stage.name, when, state, y + 20 + 21 * i, left, last, per_unit)
    return out


def _bar(
    name: str, when: str, state: StageState, y: float, left: float, last: float, per_unit: float
) -> list[str]:
    capacity, used = state.capacity.value or 0.0, state.throughput.value or 0.0
    tip = (
        f"{name}, {when}: capacity {state.capacity.text}, throughput {state.throughput.text}, "
        f"{state.utilisation.text} used, headroom {state.headroom.text}, dual {state.dual.text}, "
        f"scarcity rent {state.rent.text}."
    )
    end = left + max(capacity, used) * per_unit
    return [
        label(when, left - 6, y + 12, cls="soft end"),
        tag(
            "g",
            title(tip),
            tag("rect", x=left, y=y, width=capacity * per_unit, height=15, class_="c-room"),
            tag(
                "rect",
                x=left,
                y=y + 3,
                width=used * per_unit,
                height=9,
                class_="c-accent" if state.binding else "c-grey",
            ),
            tag("rect", x=left, y=y, width=capacity * per_unit, height=15, class_="c-room-bind")
            if state.binding
            else "",
            class_="c-tip",
            data_stage=name,
            data_when=when,
            data_capacity=repr(capacity),
            data_throughput=repr(used),
            data_binding="yes" if state.binding else "no",
        ),
        label(
            f"{fmt.quantity(state.utilisation.value, '%')} used", min(end, last) + 6, y + 12, cls="soft halo"
        ),
    ]


def _binding(stage: Stage) -> str:
    before, after = stage.before.binding, stage.after.binding
    if before and after:
        return "binds before and after"
    if before:
        return "binds before"
    return "binds after" if after else ""


def _describe(chain: Chain) -> str:
    parts = [
        f"{s.name}: capacity {s.before.capacity.text} before, {s.after.capacity.text} after"
        + (f", {_binding(s)}" if _binding(s) else "")
        for s in chain.stages
    ]
    return "; ".join(parts) + "."
