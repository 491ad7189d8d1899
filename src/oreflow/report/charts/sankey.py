"""Flows along a chain, stage by stage, before and after, at one scale."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from oreflow.report import format as fmt
from oreflow.report.charts.svg import chart, fit, label, tag, text_width, title, wrap
from oreflow.report.effects import ChainFlows

_GAP = 5.0
_LEAST = 14.0


@dataclass
class _Node:
    key: str
    stage: int
    name: str
    code: str
    merged: int = 1
    before: float = 0.0
    after: float = 0.0
    full: float = 0.0
    x: float = 0.0
    y: float = 0.0
    slot: float = 0.0
    used: dict[str, float] = field(default_factory=lambda: {"in": 0.0, "out": 0.0})


def sankey(key: str, flows: ChainFlows, *, width: float = 980, most: int = 0) -> str:
    """Return two panels of flows, before and after, at one scale.

    Places that carry little are drawn together. In the second panel what is lost and what is new have a colour
    of their own.

    Args:
        key: Unique id on the page.
        flows: The flows.
        width: Width in px.
        most: Most places a stage; chosen from the width when 0.

    Returns:
        SVG.
    """
    narrow = width <= 600
    nodes, links = _merge(flows, most or (6 if narrow else 8))
    panel = 250.0 if narrow else 300.0
    columns: dict[int, list[_Node]] = defaultdict(list)
    for n in sorted(nodes.values(), key=lambda n: (n.merged > 1, -n.before, n.name)):
        columns[n.stage].append(n)
    scale = min(
        ((panel - _spare(c, panel)) / total for c in columns.values() if (total := _total(c)) > 0),
        default=1.0,
    )
    tall = _place(columns, scale, width, len(flows.stages))
    body: list[str] = []
    top = 18.0
    for i, stage in enumerate(flows.stages):
        x = _x(i, len(flows.stages), width)
        last = i == len(flows.stages) - 1
        name = fit(stage.capitalize(), width / len(flows.stages) - 6)
        body.append(label(name, x + 10 if last else x, 12, cls="soft end" if last else "soft"))
    for when in ("before", "after"):
        body.append(label(when.capitalize(), 0, top + 16, cls="strong"))
        body.append(_panel(nodes, links, flows, when, top + 26, scale, width, narrow=narrow))
        top += tall + 40
    lines = wrap(_amounts(flows, columns), width)
    body += [label(line, 0, top + 8 + 15 * i, cls="soft") for i, line in enumerate(lines)]
    return chart(key, width, top + 1 + 15 * len(lines), flows.title, _describe(flows), body, cls="c-flows")


def _total(column: list[_Node]) -> float:
    return sum(n.full for n in column)


def _spare(column: list[_Node], panel: float) -> float:
    return min(len(column) * (_GAP + _LEAST / 2), panel * 0.6)


def _x(stage: int, stages: int, width: float) -> float:
    return (width - 10) * stage / max(stages - 1, 1)


def _place(columns: dict[int, list[_Node]], scale: float, width: float, stages: int) -> float:
    tall = 0.0
    for stage, column in columns.items():
        y = 0.0
        for n in column:
            n.x, n.y = _x(stage, stages, width), y
            n.slot = max(n.full * scale, _LEAST)
            y += n.slot + _GAP
        tall = max(tall, y - _GAP)
    return tall


def _merge(flows: ChainFlows, most: int) -> tuple[dict[str, _Node], dict[tuple[str, str], list[float]]]:
    size: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0, 0.0])
    for link in flows.links:
        for j, amount in enumerate((link.before, link.after)):
            size[link.origin][j] += amount
            size[link.destination][2 + j] += amount
    through = {n.key: [max(size[n.key][j], size[n.key][2 + j]) for j in (0, 1)] for n in flows.nodes}
    into: dict[str, str] = {}
    nodes: dict[str, _Node] = {}
    for stage in range(len(flows.stages)):
        here = [n for n in flows.nodes if n.stage == stage and max(through[n.key]) > 0]
        here.sort(key=lambda n: -max(through[n.key]))
        keep = here if len(here) <= most else here[: most - 1]
        rest = here[len(keep) :]
        for n in keep:
            into[n.key] = n.key
            nodes[n.key] = _Node(n.key, stage, n.name, n.code)
        if rest:
            other = f"other:{stage}"
            nodes[other] = _Node(other, stage, f"{len(rest)} others", "others", len(rest))
            into.update({n.key: other for n in rest})
    links: dict[tuple[str, str], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for link in flows.links:
        if max(link.before, link.after) > 0:
            pair = links[into[link.origin], into[link.destination]]
            pair[0] += link.before
            pair[1] += link.after
    for node in nodes.values():
        ends = [[v for pair, v in links.items() if pair[side] == node.key] for side in (0, 1)]
        node.before, node.after = (max(sum(v[j] for v in side) for side in ends) for j in (0, 1))
        node.full = max(sum(max(v) for v in side) for side in ends)
    return nodes, dict(links)


def _panel(
    nodes: dict[str, _Node],
    links: dict[tuple[str, str], list[float]],
    flows: ChainFlows,
    when: str,
    top: float,
    scale: float,
    width: float,
    *,
    narrow: bool,
) -> str:
    out: list[str] = []
    for n in nodes.values():
        n.used = {"in": 0.0, "out": 0.0}
    order = sorted(links.items(), key=lambda e: (nodes[e[0][0]].y, nodes[e[0][1]].y))
    for (a, b), (before, after) in order:
        out.append(_link(nodes[a], nodes[b], before, after, when, flows, top, scale))
    for n in nodes.values():
        amount = n.before if when == "before" else n.after
        said = fmt.quantity(amount, flows.unit)
        tip = f"{flows.stages[n.stage]}, {n.name}, {when}: {said}. Run {flows.source}."
        out.append(
            tag(
                "rect",
                title(tip),
                x=n.x,
                y=top + n.y,
                width=10,
                height=max(amount * scale, 1.0),
                class_="c-node c-tip",
                data_node=n.key,
                data_when=when,
                data_value=repr(amount),
            )
        )
    gap = (width - 10) / max(len(flows.stages) - 1, 1)
    room = gap - 24
    for n in nodes.values():
        amount = n.before if when == "before" else n.after
        last = n.stage == len(flows.stages) - 1 and n.stage > 0
        # The labels of the last two stages share one gap.
        space = {len(flows.stages) - 1: 0.55 * gap - 16, len(flows.stages) - 2: 0.45 * gap - 16}.get(
            n.stage, room
        )
        text = n.code if narrow else f"{n.name} {_short(amount, flows.unit)}"
        if text_width(text) > space:
            text = n.code if narrow else fit(n.name, space)
        y = top + n.y + min(max(amount * scale / 2, 7), n.slot) + 4
        out.append(label(text, n.x - 5 if last else n.x + 14, y, cls="halo end" if last else "halo"))
    return tag("g", *out, data_panel=when)


def _short(amount: float, unit: str) -> str:
    by, _ = fmt.scale([amount], unit)
    return fmt.number(amount / by) + {1.0: "", 1e6: " M", 1e9: " bn"}.get(by, "")


def _link(
    a: _Node, b: _Node, before: float, after: float, when: str, flows: ChainFlows, top: float, scale: float
) -> str:
    amount = before if when == "before" else after
    kept, lost, new = min(before, after), max(before - after, 0.0), max(after - before, 0.0)
    bands = [(amount, "c-same")]
    if when == "after":
        bands = [(kept, "c-same"), (new, "c-gain c-half-op"), (lost, "c-loss c-gone")]
    x0, x1 = a.x + 10, b.x
    out: list[str] = []
    for size, cls in bands:
        if size * scale > 0.05:
            y0, y1 = top + a.y + a.used["out"] * scale, top + b.y + b.used["in"] * scale
            out.append(tag("path", d=_ribbon(x0, y0, x1, y1, size * scale), class_=cls))
            a.used["out"] += size
            b.used["in"] += size
    if not out:
        return ""
    change = f" (change {fmt.quantity(after - before, flows.unit, sign=True)})" if when == "after" else ""
    tip = f"{a.name} to {b.name}, {when}: {fmt.quantity(amount, flows.unit)}{change}. Run {flows.source}."
    held = {"data_from": a.key, "data_to": b.key, "data_when": when, "data_value": repr(amount)}
    return tag(
        "g", title(tip), *out, class_="c-tip" + (" c-fell" if lost and when == "after" else ""), **held
    )


def _ribbon(x0: float, y0: float, x1: float, y1: float, h: float) -> str:
    m = (x0 + x1) / 2
    return (
        f"M{x0:.1f} {y0:.1f} C{m:.1f} {y0:.1f} {m:.1f} {y1:.1f} {x1:.1f} {y1:.1f} "
        f"L{x1:.1f} {y1 + h:.1f} C{m:.1f} {y1 + h:.1f} {m:.1f} {y0 + h:.1f} {x0:.1f} {y0 + h:.1f} Z"
    )


def _amounts(flows: ChainFlows, columns: dict[int, list[_Node]]) -> str:
    parts = []
    for i, stage in enumerate(flows.stages):
        before, after = (sum(getattr(n, w) for n in columns[i]) for w in ("before", "after"))
        parts.append(f"{stage} {_short(before, flows.unit)} → {_short(after, flows.unit)}")
    return f"{flows.unit}: " + "; ".join(parts)


def _describe(flows: ChainFlows) -> str:
    moved = sorted(flows.links, key=lambda k: -abs(k.after - k.before))[:5]
    names = {n.key: f"{n.name} ({flows.stages[n.stage]})" for n in flows.nodes}
    parts = [
        f"{names[k.origin]} to {names[k.destination]} {fmt.quantity(k.before, flows.unit)} before, "
        f"{fmt.quantity(k.after, flows.unit)} after"
        for k in moved
    ]
    return "Largest changes: " + "; ".join(parts) + "." if parts else "No flows."
