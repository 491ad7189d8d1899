"""The tables of the outlook fit together: ranges hold their figures, shares add up, years are where they belong."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from oreflow.atlas.check.chain import BASE, Chain
from oreflow.atlas.check.finding import Finding, each
from oreflow.atlas.quantities import plain

_ROUNDING = 1e-4
_HISTORY = "history"


def run(chain: Chain) -> Iterator[Finding]:
    """Check projects, levers, chemistry shares, intensities and sales.

    Args:
        chain: World to check.

    Yields:
        Findings.
    """
    world = chain.world
    yield from _within("projects", world["projects"], "capacity", "capacity_low", "capacity_high")
    yield from _within("levers", world["levers"], "value", "low", "high")
    yield from _projects(world["projects"])
    yield from _levers(chain)
    yield from _chemistry(world["chemistry_shares"], world["intensities"])
    yield from _sales(world["sales"])


def _within(table: str, frame: pd.DataFrame, value: str, low: str, high: str) -> Iterator[Finding]:
    slack = _ROUNDING * frame[value].abs()
    yield from each(
        "error",
        "outlook.range",
        table,
        frame,
        (frame[value] < frame[low] - slack) | (frame[value] > frame[high] + slack),
        value,
        lambda r: f"{plain(r[value])} lies outside {plain(r[low])}…{plain(r[high])}.",
        f"Correct {value}, {low} or {high}.",
    )


def _projects(frame: pd.DataFrame) -> Iterator[Finding]:
    yield from each(
        "error",
        "outlook.start",
        "projects",
        frame,
        (frame["start"] != 0) & (frame["start"] < BASE),
        "start",
        lambda r: f"{r['project']} starts in {r['start']}, before the base year.",
        f"Give a year from {BASE} on, or 0; what produces already is a plant.",
    )
    yield from each(
        "error",
        "outlook.growth",
        "projects",
        frame,
        frame["growth_years"] <= 0,
        "growth_years",
        lambda r: f"{r['project']} grows in {plain(r['growth_years'])} years.",
        "Give years above zero, or leave it empty for the parameter project_ramp.",
    )


def _levers(chain: Chain) -> Iterator[Finding]:
    frame, world = chain.world["levers"], chain.world
    regions = world["regions"]
    places = set(regions["region"]) | {b for text in regions["blocs"] for b in text.split(";") if b}
    for column, known in (("region", places), ("mineral", set(world["commodities"]["mineral"]))):
        yield from each(
            "error",
            "outlook.place",
            "levers",
            frame,
            (frame[column] != "") & ~frame[column].isin(known),
            column,
            lambda r, c=column: f"{r['lever']} names the {c} {r[c]!r}, which does not exist.",  # type: ignore[misc]
            f"Name a {column} of the world, or leave it empty.",
        )


def _chemistry(shares: pd.DataFrame, intensities: pd.DataFrame) -> Iterator[Finding]:
    for (scenario, year), group in shares.groupby(["scenario", "year"]):
        total = float(group["share"].sum())
        if abs(total - 1) > 1e-3:
            yield Finding(
                "error",
                "outlook.shares",
                "chemistry_shares",
                f"{scenario}.{group['chemistry'].iloc[0]}.{year}",
                "share",
                f"shares of {scenario} in {year} sum to {total:.4g}.",
                "Make them sum to 1.",
            )
    yield from each(
        "error",
        "outlook.intensity",
        "chemistry_shares",
        shares,
        ~shares["chemistry"].isin(set(intensities["chemistry"])),
        "chemistry",
        lambda r: f"{r['chemistry']} has no row of intensities.",
        "Add what a GWh of it holds, or put its share to the nearest chemistry.",
    )
    families = intensities.groupby("chemistry")["family"].nunique()
    for chemistry in families[families > 1].index:
        yield Finding(
            "error",
            "outlook.family",
            "intensities",
            "",
            "family",
            f"{chemistry} stands under more than one family.",
            "Give all its rows the same family.",
        )


def _sales(frame: pd.DataFrame) -> Iterator[Finding]:
    past = frame["scenario"] == _HISTORY
    yield from each(
        "error",
        "outlook.years",
        "sales",
        frame,
        (past & (frame["year"] > BASE)) | (~past & (frame["year"] <= BASE)),
        "year",
        lambda r: f"{r['year']} stands under {r['scenario']}.",
        f"What was sold up to {BASE} is history; later years belong to a scenario.",
    )
