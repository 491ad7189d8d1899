"""``oreflow forecast``: a price or a need ahead, scored against the naive forecast."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from oreflow.cli.again import again
from oreflow.cli.output import check_suffix, deliver, html_option, json_option, progress, say

if TYPE_CHECKING:
    from oreflow.outlook.forecast import Board


@click.command()
@click.argument("commodity", nargs=-1)
@click.option(
    "--what",
    type=click.Choice(["price", "consumption", "reliance", "production", "batteries"]),
    default="price",
    show_default=True,
    help="What is forecast.",
)
@click.option("--region", "--hub", metavar="ISO3", help="Market or country; WLD for the world's production.")
@click.option("--step", type=click.Choice(["quarter", "year"]), help="Forecast means over longer periods.")
@click.option("--horizon", type=int, help="Periods ahead.  [default: 12 months, 4 quarters or 3 years]")
@click.option(
    "--level", multiple=True, type=float, help="Level of an interval, 0.8 for 80 %; may be repeated."
)
@click.option(
    "--model", multiple=True, help="Candidate beside naive; may be repeated.  [default: all that fit]"
)
@click.option("--widen", is_flag=True, help="No interval narrower than one nearer in time.")
@click.option(
    "--series", "own", type=click.Path(path_type=Path), help="Forecast this CSV file (period,value)."
)
@click.option("--all", "every", is_flag=True, help="Scoreboard: forecast and score every series of its kind.")
@click.option("--seed", default=1, show_default=True, help="Seed of the bootstrap intervals.")
@click.option("--out", type=click.Path(path_type=Path), help="Write one row a series as a CSV file.")
@click.option("--with", "with_", type=click.Path(path_type=Path), help="Tables laid over the world.")
@html_option
@json_option
def forecast(
    commodity: tuple[str, ...],
    what: str,
    region: str | None,
    step: str | None,
    horizon: int | None,
    level: tuple[float, ...],
    model: tuple[str, ...],
    widen: bool,
    own: Path | None,
    every: bool,
    seed: int,
    out: Path | None,
    with_: Path | None,
    html: Path | None,
    as_json: bool,
) -> None:
    """Forecast the price of commodities, or the need for them, and say whether any model beats the last value.

    The model that did best over past origins is scored over later ones. Where it is not shown to be better than naive
    (the last value, unchanged), the naive forecast is given. Intervals are as wide as past errors.
    """
    from oreflow.atlas import load
    from oreflow.errors import UsageError
    from oreflow.files import write_text
    from oreflow.outlook.forecast import board, coarser, forecast_series, read_series, series_of
    from oreflow.outlook.forecast.make import LEVELS
    from oreflow.outlook.forecast.rows import to_csv
    from oreflow.report.answers.forecast import document
    from oreflow.report.answers.forecast_board import scoreboard

    check_suffix(html, "--html", (".html", ".htm"))
    check_suffix(out, "--out", (".csv",))
    if sum((bool(commodity), own is not None, every)) != 1:
        raise UsageError("name commodities, or give --series FILE, or --all: one of the three.")
    if every and (region or step or level or widen):
        raise UsageError("--all takes no --region, --step, --level or --widen.")
    world = load(with_)
    settings = {"seed": str(seed), "candidates": ", ".join(model) or "all that fit the series"}
    command = again()
    if every:
        with progress("Forecasting", quiet=as_json) as tick:
            made = board(
                world,
                what,
                horizon=horizon,
                models=model or None,
                seed=seed,
                progress=lambda done, total, name: tick(1, f"Series {done + 1} of {total}, {name}"),
            )
        told = scoreboard(made, world, settings=settings, command=command)
        data, forecasts = _board(made), made.forecasts
    else:
        series = [read_series(own)] if own is not None else [
            series_of(world, c, what=what, region=region) for c in dict.fromkeys(commodity)
        ]  # fmt: skip
        if step is not None:
            series = [coarser(s, step) for s in series]
        with progress("Forecasting", quiet=as_json) as tick:
            forecasts = tuple(
                forecast_series(
                    s,
                    horizon=horizon,
                    level=level or LEVELS,
                    models=model or None,
                    widen=widen,
                    seed=seed,
                    progress=lambda name, s=s: tick(1, f"{s.name}, {name}"),  # type: ignore[misc]
                )
                for s in series
            )
        told = document(forecasts, world, settings=settings, command=command)
        data = {"forecasts": [f.to_plain() for f in forecasts]}
    if out is not None:
        write_text(out, to_csv(forecasts))
        say(f"written: {out}")
    deliver(told, data, as_json=as_json, html=html)


def _board(made: Board) -> dict[str, object]:
    from oreflow.outlook.forecast.rows import row

    return {
        "what": made.what,
        "scored": len(made.scored),
        "better": len(made.better),
        "better_by_luck": made.by_luck,
        "seconds": round(made.seconds, 3),
        "world": made.world,
        "series": [row(f) for f in made.forecasts],
    }
