"""What a language model reads beside the rules, for ``oreflow read --model``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from oreflow.cli.output import print_table, progress

if TYPE_CHECKING:
    from oreflow.atlas import World
    from oreflow.news import Reading
    from oreflow.news.proposals import Difference, Proposals


def ask(readings: Sequence[Reading], model: str | None, world: World) -> list[Proposals | None]:
    """Ask a model for each reading, and show on stderr how far it has come.

    Args:
        readings: Readings by the rules.
        model: ``provider:name``; None for no model.
        world: World they were read with.

    Returns:
        What the model reads, None for each without a model.
    """
    if not model:
        return [None] * len(readings)
    from oreflow.news.proposals import propose

    out: list[Proposals | None] = []
    with progress(f"asking {model}", total=len(readings)) as step:
        for r in readings:
            out.append(propose(r, model=model, world=world))
            step()
    return out


def beside(found: Proposals | None) -> dict[str, Any]:
    """What is put beside a reading in JSON."""
    return {} if found is None else {"proposals": found.to_dict()}


def show(reading: Reading, found: Proposals) -> None:
    """Print where a model reads an article differently, and what of its answer did not stand.

    Args:
        reading: What the rules read; it remains the answer.
        found: What the model reads.
    """
    same = sum(1 for d in found.differences if d.side == "both" and not d.fields)
    rows = [row for d in found.differences for row in _rows(d, reading, found)]
    click.echo()
    print_table(
        ["in", "type", "field", "rules", "model", "quote"],
        rows,
        title=f"What the model {found.model} reads differently",
        note=f"Read alike: {same}. Events follow from the rules alone.",
    )
    if found.rejected:
        click.echo()
        print_table(
            ["proposal", "field", "value", "evidence", "reason"],
            [(r.proposal, r.field, _short(r.value), _short(r.evidence), r.reason) for r in found.rejected],
            title="Proposed and not borne out by the article",
        )


def _rows(d: Difference, reading: Reading, found: Proposals) -> list[tuple[object, ...]]:
    claim = found.claims[d.model] if d.model is not None else reading.claims[d.rules or 0]
    if d.side != "both":
        return [(d.side, claim.type, "", d.rules, d.model, _short(claim.quote))]
    return [
        (d.side, claim.type, f.field, _value(f.rules), _value(f.model), _short(claim.quote)) for f in d.fields
    ]


def _value(value: object) -> object:
    """A quantity as one line; anything else as it is."""
    if isinstance(value, dict):
        return " ".join(f"{k} {v}" for k, v in value.items() if v is not None)
    return value


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 80 else line[:77].rstrip() + "..."
