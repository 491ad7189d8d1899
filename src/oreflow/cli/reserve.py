"""``oreflow reserve``: how much to hold of which mineral, when to buy, when to release, and what it is worth."""

from __future__ import annotations

from pathlib import Path

import click

from oreflow.cli.again import again
from oreflow.cli.output import check_suffix, deliver, html_option, json_option, progress, say


@click.command()
@click.argument("mineral", nargs=-1)
@click.option("--region", metavar="ISO3", help="Region that it serves.  [default: USA, or that of the spec]")
@click.option(
    "--budget", type=float, metavar="USD", help="Money that may be tied up in stock, at base prices."
)
@click.option(
    "--spec", type=click.Path(path_type=Path), help="Forms, places, rates and regimes, as YAML or JSON."
)
@click.option("--risk-weight", type=float, metavar="SHARE", help="Weight of the worst outcomes, 0 to 1.")
@click.option("--risk-level", type=float, metavar="SHARE", help="Share of outcomes that counts as worst.")
@click.option("--horizon", type=int, metavar="QUARTERS", help="Length of the horizon.")
@click.option("--infinite", is_flag=True, help="A horizon without end (the default).")
@click.option(
    "--regimes",
    type=click.Path(path_type=Path),
    help="Regimes and their chances, in place of those of the spec.",
)
@click.option("--iterations", default=80, show_default=True, help="Most iterations of training.")
@click.option("--histories", default=100, show_default=True, help="Simulated histories.")
@click.option("--seed", type=int, help="Seed of all draws.")
@click.option("--no-sizing", is_flag=True, help="Leave out the other budgets.")
@click.option("--no-forecasts", is_flag=True, help="Leave out the price forecasts that stand beside.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Folder for the policy (cuts.json) and the answer (reserve.json).",
)
@click.option("--resume", is_flag=True, help="Go on from the policy in the folder of --out.")
@html_option
@click.option("--with", "with_", type=click.Path(path_type=Path), help="Tables laid over the world.")
@json_option
def reserve(
    mineral: tuple[str, ...],
    region: str | None,
    budget: float | None,
    spec: Path | None,
    risk_weight: float | None,
    risk_level: float | None,
    horizon: int | None,
    infinite: bool,
    regimes: Path | None,
    iterations: int,
    histories: int,
    seed: int | None,
    no_sizing: bool,
    no_forecasts: bool,
    out: Path | None,
    resume: bool,
    html: Path | None,
    with_: Path | None,
    as_json: bool,
) -> None:
    """Plan a strategic minerals reserve: target stocks, a rule for buying and releasing, and what it is worth.

    The policy minimises what the region pays, goes without and spends on the reserve, over regimes (calm, tight,
    embargo) and outcomes of supply and demand, by stochastic dual dynamic programming. Name minerals, or give a spec;
    minerals beside a spec choose among those that it holds.
    """
    from oreflow.atlas import load as load_world
    from oreflow.cli.output import to_json
    from oreflow.errors import UsageError
    from oreflow.files import write_text
    from oreflow.report.answers.reserve import document
    from oreflow.respond.reserve import default, load, load_regimes
    from oreflow.respond.reserve import reserve as make

    check_suffix(html, "--html", (".html", ".htm"))
    if not mineral and spec is None:
        raise UsageError("name a mineral, e.g. oreflow reserve gallium, or give --spec FILE.")
    if resume and out is None:
        raise UsageError("--resume needs --out, the folder that holds cuts.json.")
    if horizon is not None and infinite:
        raise UsageError("give --horizon or --infinite, not both.")
    if out is not None and out.is_file():
        raise UsageError(f"--out {out}: this is a file. Give the name of a folder.")
    world = load_world(with_)
    if spec is None:
        chosen = default(world, mineral, region=(region or "USA").upper())
    else:
        chosen = load(spec, world=world)
        if mineral:
            chosen = chosen.only(mineral)
    changes: dict[str, object] = {
        "region": region.upper() if region else None,
        "budget": budget,
        "risk_weight": risk_weight,
        "risk_level": risk_level,
        "quarters": 0 if infinite else horizon,
        "seed": seed,
        "chains": load_regimes(regimes) if regimes else None,
    }
    chosen = chosen.with_(**{k: v for k, v in changes.items() if v is not None})
    if horizon is not None and horizon < 1:
        raise UsageError(f"--horizon {horizon}: give at least 1 quarter.")
    cuts = out / "cuts.json" if out is not None else None
    if resume and cuts is not None and not cuts.is_file():
        raise UsageError(f"--resume: {cuts} is not there. Run without --resume first.")
    with progress("Reserve", quiet=as_json) as tick:

        def told(what: str, done: int, total: int) -> None:
            tick(0, f"{what} {done} of {total}" if total else what)

        made = make(
            world,
            chosen,
            iterations=iterations,
            histories=histories,
            sizing=not no_sizing,
            forecasts=not no_forecasts,
            save=cuts,
            resume=cuts if resume else None,
            progress=told,
        )
    data = made.to_plain()
    if out is not None:
        write_text(out / "reserve.json", to_json(data) + "\n")
        say(f"written: {out / 'cuts.json'} and {out / 'reserve.json'}")
    deliver(document(made, world, command=again()), data, as_json=as_json, html=html)
