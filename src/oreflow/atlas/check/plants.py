"""Plants run within their capacity and stand where they are said to stand."""

from __future__ import annotations

from collections.abc import Iterator

from oreflow.atlas.check.chain import Chain
from oreflow.atlas.check.finding import Finding, each
from oreflow.atlas.quantities import plain

_ROUNDING = 1e-3


def run(chain: Chain) -> Iterator[Finding]:
    """Check output against capacity and status, costs, positions and main outputs of processes.

    Args:
        chain: World to check.

    Yields:
        Findings.
    """
    plants = chain.world["plants"]
    yield from each(
        "error",
        "plants.capacity",
        "plants",
        plants,
        plants["output"] > plants["capacity"] * (1 + _ROUNDING),
        "capacity",
        lambda r: f"{r['plant']} makes {plain(r['output'])} with a capacity of {plain(r['capacity'])}.",
        "Raise the capacity or lower the output.",
    )
    yield from each(
        "warning",
        "plants.status",
        "plants",
        plants,
        (plants["status"] != "operating") & (plants["output"] > 0),
        "status",
        lambda r: f"{r['plant']} is {r['status']} and yet makes {plain(r['output'])}.",
        "Call it operating or set its output to 0.",
    )
    yield from each(
        "warning",
        "plants.status",
        "plants",
        plants,
        (plants["status"] == "operating") & (plants["capacity"] == 0),
        "status",
        lambda r: f"{r['plant']} is operating without capacity.",
        "Give its capacity or call it idle.",
    )
    kind = dict(zip(chain.world["processes"]["process"], chain.world["processes"]["kind"], strict=True))
    mines = plants["process"].map(kind) == "extraction"
    yield from each(
        "info",
        "plants.cost",
        "plants",
        plants,
        mines & plants["cost"].isna() & (plants["output"] > 0),
        "cost",
        lambda r: f"the cash cost of {r['plant']} is unknown.",
        "Give it; until then calibration sets it at the price.",
    )
    yield from each(
        "info",
        "plants.position",
        "plants",
        plants,
        ~plants["aggregate"] & plants["lat"].isna(),
        "lat",
        lambda r: f"{r['plant']} has no position.",
        "Give latitude and longitude, or mark it as an aggregate.",
    )
    yield from _main_outputs(chain)


def _main_outputs(chain: Chain) -> Iterator[Finding]:
    processes, flows = chain.world["processes"], chain.world["flows"]
    rows = flows[flows["role"] == "output"]
    listed = {
        (p, c): k for p, c, k in zip(rows["process"], rows["commodity"], rows["coefficient"], strict=True)
    }
    with_inputs = set(flows.loc[flows["role"] == "input", "process"])
    triples = zip(processes["process"], processes["output"], processes["kind"], strict=True)
    for process, output, kind in triples:
        coefficient = listed.get((process, output), 1.0)
        if coefficient != 1.0:
            yield Finding(
                "error",
                "plants.main_output",
                "flows",
                f"{process}.{output}.output",
                "coefficient",
                f"{process} makes {plain(coefficient)} of its main output {output} per unit of it.",
                "Its coefficient is 1 by definition.",
            )
        if kind == "conversion" and process not in with_inputs:
            yield Finding(
                "warning",
                "plants.no_input",
                "processes",
                process,
                "kind",
                f"{process} is a conversion without inputs.",
                "Add its inputs to flows, or call it an extraction.",
            )
        if kind == "extraction" and process in with_inputs:
            yield Finding(
                "warning",
                "plants.input",
                "processes",
                process,
                "kind",
                f"{process} is an extraction with inputs.",
                "Call it a conversion, or remove its inputs from flows.",
            )
