"""The worst case as a document: what hurts most, the proof, and every loss alone."""

from __future__ import annotations

from oreflow.report import format as fmt
from oreflow.report import worst as say
from oreflow.report.document import Document, answer, run_id
from oreflow.report.figure import Figure, Sentence
from oreflow.report.outline import Block, Cell, Column, Items, Para, Picture, Section, Table
from oreflow.report.plots import BarRow, Bars
from oreflow.shock.attack import Attack


def document(attack: Attack, *, top: int = 20, command: str = "") -> Document:
    """Return an attack as every face shows it.

    Args:
        attack: The attack.
        top: Rows shown of the single losses.
        command: Command line that makes it again.

    Returns:
        The document.
    """
    m = attack.measure
    run = run_id(
        attack.world, verb="attack", targets=attack.targets, budget=attack.budget, months=attack.months,
        start=attack.start, measure=[m.objective, m.commodity, m.region], scope=attack.scope,
    )  # fmt: skip

    def harm(value: float) -> Figure:
        return Figure(value, m.unit, run)

    lead, *rest = say.sentences(attack)
    rows = say.shown(attack, top)
    bars = Bars(tuple(BarRow(s.name, harm(s.value), s.key in attack.worst.keys) for s in rows), m.unit)
    more = len(attack.singles) - len(rows)
    chosen: list[tuple[Cell, ...]] = [
        (by, say.joined(of.names), harm(of.value), Figure(of.welfare, "USD", run))
        for by, of in (("worst", attack.worst), ("greedy", attack.greedy))
    ]
    columns = (Column("By"), Column("Lost"), Column("Harm", True), Column("Welfare lost", True))
    count = f"{more} more {'is' if more == 1 else 'are'} not shown." if more else ""
    blocks: tuple[Block, ...] = (
        Para(Sentence(lead), "lead"),
        *(Para(Sentence(line)) for line in rest),
        Picture(
            "alone",
            f"Lost alone: {say.of_what(attack)}",
            bars,
            Sentence(f"Full bars are part of the worst set. {count}".rstrip()),
        ),
        Table("chosen", "Chosen", columns, tuple(chosen)),
    )
    notes = tuple(Sentence(n) for n in attack.notes)
    return answer(
        "worst case",
        say.title(attack),
        (
            Section("worst", "What hurts most", 1, blocks),
            Section("notes-worst", "How to read it", 2, (Items("", notes),) if notes else ()),
        ),
        world=attack.world,
        run=run,
        settings={
            "lost": f"{attack.budget} {attack.targets}, from {fmt.month(attack.start)} for {attack.months} months",
            "scope": ", ".join(attack.scope),
            "markets solved": f"{attack.solves:,}",
            "time": fmt.quantity(attack.seconds, "s"),
        },
        command=command,
    )
