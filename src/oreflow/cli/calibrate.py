"""``oreflow calibrate``: the base year as reported, as reconciled, and as the model gives it back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from oreflow.cli.output import Column, json_option, print_json, print_table, progress

if TYPE_CHECKING:
    import pandas as pd

    from oreflow.atlas import World
    from oreflow.market.baseyear import BaseYear

_TOP = 10
_DIGITS = 6
"""Below a millionth a difference is rounding error."""


@click.command()
@click.argument("minerals", nargs=-1, metavar="[MINERAL]...")
@click.option(
    "--top",
    type=click.IntRange(min=0),
    default=_TOP,
    show_default=True,
    help="Rows of the lists that are sorted by size; 0 for all.",
)
@click.option(
    "--with",
    "overlay",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of CSV tables to lay over the world.",
)
@json_option
def calibrate(minerals: tuple[str, ...], top: int, overlay: Path | None, as_json: bool) -> None:
    """Show how well the market gives back its base year, and how far that year is from what is reported.

    With MINERALs only these are solved, with the cells where they go into batteries. The tables: a verdict for each
    commodity; production, prices and trade of the model against the reconciled year; large producers against the
    statistics, with the reason where they differ; what reconciliation moved; and the wedges between cost and price.
    """
    from oreflow.market.baseyear import base_year

    with progress("balancing and solving the base year", quiet=as_json):
        year = base_year(_world(overlay), tuple(m.lower() for m in minerals) or None)
    if as_json:
        print_json(_record(year, top))
    else:
        _print(year, top)


def _world(overlay: Path | None) -> World:
    from oreflow.atlas import bundled
    from oreflow.atlas.overlay import lay

    return bundled() if overlay is None else lay(bundled(), overlay)


def _cut(table: pd.DataFrame, top: int) -> pd.DataFrame:
    return table.head(top) if top else table


def _furthest(table: pd.DataFrame, top: int, size: str) -> pd.DataFrame:
    """Return the rows with the largest difference of either sign; where they agree, the largest figures."""
    keys = table[["difference"]].abs().round(_DIGITS)
    keys = keys.assign(size=table[size] / table.groupby("commodity")[size].transform("sum"))
    return _cut(table.loc[keys.sort_values(["difference", "size"], ascending=False).index], top)


def _record(year: BaseYear, top: int) -> dict[str, Any]:
    from oreflow.market.baseyear import THRESHOLDS

    return {
        "base": year.base.hash,
        "scope": list(year.base.net.scope),
        "thresholds": THRESHOLDS,
        "worst_residual": year.worst,
        "summary": year.summary,
        "production": year.production,
        "prices": year.prices,
        "flows": year.flows,
        "reported": year.reported,
        "adjustments": _cut(year.adjustments, top),
        "wedges": _cut(year.wedges, top),
    }


def _percent(values: pd.Series[float]) -> pd.Series[float]:
    return (values * 100.0).round(_DIGITS - 2) + 0.0  # adding 0 turns -0 into 0


def _print(year: BaseYear, top: int) -> None:
    from oreflow.market.baseyear import THRESHOLDS

    limits = {k: f"{v:.1%}" for k, v in THRESHOLDS.items()}
    unit = dict(zip(year.summary["commodity"], year.summary["unit"], strict=True))
    rows = year.summary.assign(**{m: _percent(year.summary[m]) for m in THRESHOLDS})
    print_table(
        [
            "commodity",
            *(Column(m, unit="%", decimals=4) for m in ("production", "price", "flow")),
            Column("reported", unit="%", decimals=2),
            "ok",
            "verdict",
        ],
        rows[["commodity", *THRESHOLDS, "ok", "verdict"]].itertuples(index=False),
        title="Largest differences by commodity",
        note=f"Model against reconciled year: production by country within {limits['production']}, price at every "
        f"node within {limits['price']}, the ten largest flows within {limits['flow']}. Reported: reconciled "
        f"against the statistics of large producers, within {limits['reported']} or with a reason.",
    )
    click.echo()
    print_table(
        [
            *("commodity", "region"),
            *(Column(n, decimals=1) for n in ("reconciled", "model")),
            "unit/yr",
            Column("difference", unit="%", decimals=4),
        ],
        _rows(
            _furthest(year.production, top, "reconciled"), unit, "commodity", "region", "reconciled", "model"
        ),
        title="Production by country: furthest from the reconciled year",
    )
    click.echo()
    print_table(
        [
            *("commodity", "region"),
            *(Column(n, unit="USD/unit", decimals=2) for n in ("base", "model")),
            "unit",
            Column("difference", unit="%", decimals=4),
        ],
        _rows(_furthest(year.prices, top, "base"), unit, "commodity", "region", "base", "model"),
        title="Prices: furthest from the base",
    )
    click.echo()
    print_table(
        [
            *("route", "rank"),
            *(Column(n, decimals=1) for n in ("reconciled", "model")),
            "unit/yr",
            Column("difference", unit="%", decimals=4),
        ],
        _rows(_furthest(year.flows, top, "reconciled"), unit, "route", "rank", "reconciled", "model"),
        title="Ten largest flows of each commodity: furthest from the reconciled year",
    )
    click.echo()
    _print_reported(year, unit, top)
    click.echo()
    _print_sizes(year, unit, top)
    good = int(year.summary["ok"].sum())
    click.echo(
        f"{good} of {len(year.summary)} commodities within the thresholds; largest residual of the solve "
        f"{year.worst:.1e}."
    )


def _rows(table: pd.DataFrame, unit: dict[str, str], *columns: str) -> list[list[object]]:
    """Return the columns asked for, the unit and the difference in %."""
    values = table.assign(unit=table["commodity"].map(unit), difference=_percent(table["difference"]))
    return values[[*columns, "unit", "difference"]].to_numpy(dtype=object).tolist()


def _print_reported(year: BaseYear, unit: dict[str, str], top: int) -> None:
    from oreflow.market.baseyear import LARGE

    table = _furthest(year.reported, top, "reported")
    shown = table.assign(
        unit=table["commodity"].map(unit),
        share=table["share"] * 100.0,
        difference=table["difference"] * 100.0,
    )
    columns = [
        "commodity",
        "stage",
        "region",
        "reported",
        "reconciled",
        "unit",
        "share",
        "difference",
        "edition",
    ]
    print_table(
        [
            *("commodity", "stage", "region"),
            *(Column(n, decimals=1) for n in ("reported", "reconciled")),
            "unit/yr",
            Column("of world", unit="%", decimals=0),
            Column("difference", unit="%", decimals=2),
            "edition",
        ],
        shown[columns].itertuples(index=False),
        title=f"Producers above {LARGE:.0%} of the world: furthest from the statistics",
    )
    for _, row in year.reported[year.reported["reason"] != ""].iterrows():
        click.echo(
            f"{row['commodity']} in {row['region']} ({row['difference']:+.1%}): {row['reason']}. "
            f"Source: {row['source']}."
        )


def _print_sizes(year: BaseYear, unit: dict[str, str], top: int) -> None:
    adjustments, wedges = _cut(year.adjustments, top), _cut(year.wedges, top)
    print_table(
        [
            *("kind", "name"),
            *(Column(n, decimals=1) for n in ("reported", "reconciled")),
            "unit/yr",
            Column("change", unit="%", decimals=2),
            Column("in errors of the figure", decimals=2),
        ],
        adjustments.assign(unit=adjustments["commodity"].map(unit), relative=adjustments["relative"] * 100.0)[
            ["kind", "name", "reported", "reconciled", "unit", "relative", "in_sigma"]
        ].itertuples(index=False),
        title="What reconciliation moved most",
    )
    click.echo()
    print_table(
        [
            *("kind", "name"),
            Column("wedge", unit="USD/unit", decimals=0),
            "unit",
            Column("of price", unit="%", decimals=0),
        ],
        wedges.assign(unit=wedges["commodity"].map(unit), share=wedges["share"] * 100.0)[
            ["kind", "name", "wedge", "unit", "share"]
        ].itertuples(index=False),
        title="Largest wedges between price and cost",
        note="A plant's wedge is its margin at base prices less its cash cost, a route's what its ends' prices leave "
        "after freight. A large one is rent, captive supply, or a wrong input.",
    )
    click.echo()
