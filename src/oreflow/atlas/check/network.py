"""What is made reaches a use, and what is asked for can be reached."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator, Mapping

from oreflow.atlas.check.chain import Chain
from oreflow.atlas.check.finding import Finding
from oreflow.atlas.quantities import plain

Node = tuple[str, str]

_SMALL = 1e-3
"""Share of the world's production below which supply without a use is only mentioned."""


def run(chain: Chain) -> Iterator[Finding]:
    """Check unreachable demand, starved plants and orphan supply over processes, mixes and trade.

    Args:
        chain: World to check.

    Yields:
        Findings.
    """
    live = _live(chain)
    yield from _unreachable(chain, live)
    yield from _starved(chain, live)
    yield from _orphans(chain)


def _edges(chain: Chain) -> tuple[Mapping[Node, list[Node]], Mapping[Node, list[Node]]]:
    """Trade of the base year as successors and predecessors of a node."""
    after: dict[Node, list[Node]] = defaultdict(list)
    before: dict[Node, list[Node]] = defaultdict(list)
    trade = chain.trade
    for c, o, d in zip(trade["commodity"], trade["origin"], trade["destination"], strict=True):
        after[c, o].append((c, d))
        before[c, d].append((c, o))
    return after, before


def _plants(chain: Chain) -> tuple[dict[str, set[Node]], dict[str, set[Node]]]:
    """Running plant to its input nodes, and to its output nodes."""
    outputs, inputs = chain.outputs, chain.inputs
    made: dict[str, set[Node]] = defaultdict(set)
    used: dict[str, set[Node]] = {}
    running = outputs["output"] > 0
    for plant, commodity, region in zip(
        outputs.loc[running, "plant"],
        outputs.loc[running, "commodity"],
        outputs.loc[running, "region"],
        strict=True,
    ):
        made[plant].add((commodity, region))
        used[plant] = set()
    for plant, commodity, region in zip(inputs["plant"], inputs["commodity"], inputs["region"], strict=True):
        if plant in used:
            used[plant].add((commodity, region))
    return used, dict(made)


def _mixes(chain: Chain) -> dict[Node, list[Node]]:
    """Use node to the cell nodes that can meet it."""
    mixes = chain.world["mixes"]
    out: dict[Node, list[Node]] = defaultdict(list)
    for use, region, cell, share in zip(
        mixes["use"], mixes["region"], mixes["cell"], mixes["share"], strict=True
    ):
        if share > 0:
            out[use, region].append((cell, region))
    return out


def _live(chain: Chain) -> set[Node]:
    """Nodes that something can reach, from plants without inputs on."""
    after, _ = _edges(chain)
    used, made = _plants(chain)
    users: dict[Node, list[str]] = defaultdict(list)
    for plant, nodes in used.items():
        for node in nodes:
            users[node].append(plant)
    uses: dict[Node, list[Node]] = defaultdict(list)
    for use, cells in _mixes(chain).items():
        for cell in cells:
            uses[cell].append(use)
    waiting = {plant: len(nodes) for plant, nodes in used.items()}
    queue = deque(node for plant, n in waiting.items() if n == 0 for node in made[plant])
    live: set[Node] = set()
    while queue:
        node = queue.popleft()
        if node in live:
            continue
        live.add(node)
        queue.extend(after.get(node, ()))
        queue.extend(uses.get(node, ()))
        for plant in users.get(node, ()):
            waiting[plant] -= 1
            if waiting[plant] == 0:
                queue.extend(made[plant])
    return live


def _unreachable(chain: Chain, live: set[Node]) -> Iterator[Finding]:
    demands = chain.world["demands"]
    for key, commodity, region, quantity in zip(
        demands["demand"], demands["commodity"], demands["region"], demands["quantity"], strict=True
    ):
        if quantity > 0 and (commodity, region) not in live:
            yield Finding(
                "error",
                "network.unreachable_demand",
                "demands",
                key,
                "region",
                f"{key} asks for {plain(quantity)} {chain.unit.get(commodity, 'unit')}/yr of {commodity} in {region}, "
                "which nothing makes there or ships there.",
                f"Add a plant or a row of trade to {region}, or leave the demand out.",
            )


def _starved(chain: Chain, live: set[Node]) -> Iterator[Finding]:
    used, _ = _plants(chain)
    for plant, nodes in used.items():
        missing = sorted(nodes - live)
        if missing:
            names = ", ".join(f"{c}@{r}" for c, r in missing)
            yield Finding(
                "error",
                "network.starved_plant",
                "plants",
                plant,
                "process",
                f"{plant} runs, but nothing supplies {names}.",
                "Add a plant or a row of trade that supplies it, or set its output to 0.",
            )


def _orphans(chain: Chain) -> Iterator[Finding]:
    """Nodes with production that no final demand can be traced back to."""
    _, before = _edges(chain)
    used, made = _plants(chain)
    makers: dict[Node, list[str]] = defaultdict(list)
    for plant, nodes in made.items():
        for node in nodes:
            makers[node].append(plant)
    mixes = _mixes(chain)
    demands = chain.world["demands"]
    wanted = demands[demands["quantity"] > 0]
    queue = deque(zip(wanted["commodity"], wanted["region"], strict=True))
    reached: set[Node] = set()
    while queue:
        node = queue.popleft()
        if node in reached:
            continue
        reached.add(node)
        queue.extend(before.get(node, ()))
        queue.extend(mixes.get(node, ()))
        for plant in makers.get(node, ()):
            queue.extend(used[plant])
    production = chain.outputs.groupby(["commodity", "region"])["quantity"].sum()
    world = chain.world_totals["production"]
    for node in sorted(set(makers) - reached):
        commodity, region = node
        plants = sorted(makers[node])
        more = f" and {len(plants) - 3} more" if len(plants) > 3 else ""
        small = production[node] < _SMALL * world[commodity]
        yield Finding(
            "info" if small else "warning",
            "network.orphan_supply",
            "plants",
            plants[0],
            "output",
            f"{plain(production[node])} {chain.unit.get(commodity, 'unit')}/yr of {commodity} made in {region} by "
            f"{', '.join(plants[:3])}{more} reach no final demand.",
            f"Add a demand for it, a plant that uses it, or trade out of {region}.",
        )
