"""``oreflow plan``: the cheapest way to be safe."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from oreflow.cli.again import again
from oreflow.cli.output import check_suffix, deliver, html_option, json_option, progress, say, to_json

if TYPE_CHECKING:
    from oreflow.atlas import World
    from oreflow.respond.plan import PlanSpec


@click.command()
@click.argument("spec", required=False, type=click.Path(path_type=Path))
@click.option("--region", metavar="ISO3|BLOC", help="Whose losses count, instead of a spec.")
@click.option("--firm", metavar="FIRM", help="Or those of a firm.")
@click.option("--minerals", metavar="LIST", help="Minerals in question, joined by commas.")
@click.option("--lambda", "weight", type=float, help="USD of cost that a USD of loss at risk is worth.")
@click.option("--tail", type=float, metavar="SHARE", help="Share of the worst cases that count as at risk.")
@click.option("--budget", type=float, metavar="USD", help="Most that the plan may cost.")
@click.option("--years", type=float, help="Horizon of costs.")
@click.option("--draws", type=int, help="Futures drawn of what comes by itself.")
@click.option("--seed", type=int, help="Seed of draws and lead times.")
@click.option(
    "--frontier", is_flag=True, help="Plans for other weights of risk too: cost against loss at risk."
)
@click.option(
    "--attack", is_flag=True, help="Hold the plan against the attacker, and find the best against it."
)
@click.option(
    "--prove", is_flag=True, help="Solve the worst cases again in the whole market, with the plan in it."
)
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the plan as JSON to this file."
)
@click.option("--with", "with_", type=click.Path(path_type=Path), help="Tables laid over the world.")
@html_option
@json_option
def plan(
    spec: Path | None,
    region: str | None,
    firm: str | None,
    minerals: str | None,
    weight: float | None,
    tail: float | None,
    budget: float | None,
    years: float | None,
    draws: int | None,
    seed: int | None,
    frontier: bool,
    attack: bool,
    prove: bool,
    out: Path | None,
    with_: Path | None,
    html: Path | None,
    as_json: bool,
) -> None:
    """Find the cheapest way to be safe.

    Of all measures of the world, for a region or a firm: which to take and how much of each, so that their cost and the
    losses in the worst cases together are least. Cases, chances and measures come from a SPEC, or with --region and
    --minerals what comes by itself (table hazards) is drawn.
    """
    from oreflow.atlas import load
    from oreflow.files import write_text
    from oreflow.report.answers.plan import document
    from oreflow.respond.plan import planned, robust, study
    from oreflow.respond.plan import prove as proved_in
    from oreflow.respond.plan.plain import to_dict

    check_suffix(html, "--html", (".html", ".htm"))
    check_suffix(out, "--out", (".json",))
    world = load(with_)
    asked = _asked(
        world, spec, region=region, firm=firm, minerals=minerals, weight=weight, tail=tail, budget=budget, years=years,
        draws=draws, seed=seed, frontier=frontier, attack=attack, prove=prove,
    )  # fmt: skip
    with progress("Planning", quiet=as_json) as tick:

        def told(what: str, done: int, of: int) -> None:
            tick(0, f"{what}: {done} of {of}")

        made = study(world, asked, told=told)
        found = planned(made, told=told)
        x = made.second.programme.sizes(found.chosen.sizes)
        against = robust(made, x, progress=lambda i, n: told("attacks", i, n)) if attack else None
        shown = (
            proved_in(made, x, made.worst(), progress=lambda i, n: told("whole market", i, n))
            if prove
            else ()
        )
    data = to_dict(found, robust=against, proved=shown)
    if out is not None:
        write_text(out, to_json(data) + "\n")
        say(f"written: {out}")
    page = document(found, world, robust=against, proved=shown, command=again())
    deliver(page, data, as_json=as_json, html=html)


def _asked(world: World, path: Path | None, **given: Any) -> PlanSpec:
    """The spec of a file or of the options, with what the options change."""
    from dataclasses import replace

    from oreflow.errors import UsageError
    from oreflow.respond.plan import AttackCase, HazardCase, PlanSpec, load

    changed = {k: given[k] for k in ("weight", "tail", "budget", "years", "seed") if given[k] is not None}
    if path is not None:
        if given["region"] or given["firm"] or given["minerals"]:
            raise UsageError("give a spec, or --region or --firm with --minerals, not both.")
        spec = load(path, world)
    else:
        if not given["minerals"] or not (given["region"] or given["firm"]):
            raise UsageError("give a spec, or --region or --firm together with --minerals.")
        names = tuple(m.strip() for m in given["minerals"].split(",") if m.strip())
        spec = PlanSpec(
            name="plan",
            region=given["region"] or "",
            firm=given["firm"] or "",
            minerals=names,
            hazards=HazardCase(draws=16),
        )
    if given["draws"] is not None:
        chance = spec.hazards.chance if spec.hazards else None
        changed["hazards"] = HazardCase(draws=given["draws"], chance=chance)
    if not given["frontier"]:
        changed["weights"] = ()
    if given["attack"] and spec.attack is None:
        changed["attack"] = AttackCase()
    spec = replace(spec, **changed)
    if spec.firm and (given["attack"] or given["prove"]):
        raise UsageError(
            "the attacker and the proof are for regions: the book of a firm takes prices as they are."
        )
    return spec
