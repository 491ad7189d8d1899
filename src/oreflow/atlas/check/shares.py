"""Shares that must add up do."""

from __future__ import annotations

from collections.abc import Iterator

from oreflow.atlas.check.chain import Chain
from oreflow.atlas.check.finding import Finding, each
from oreflow.atlas.quantities import plain

_ROUNDING = 1e-3


def run(chain: Chain) -> Iterator[Finding]:
    """Check that mixes sum to one and stay under their ceilings, and that nobody owns more than all of a plant.

    Args:
        chain: World to check.

    Yields:
        Findings.
    """
    mixes = chain.world["mixes"]
    for (use, region), group in mixes.groupby(["use", "region"]):
        total = float(group["share"].sum())
        if abs(total - 1) > _ROUNDING:
            parts = ", ".join(f"{c} {plain(s)}" for c, s in zip(group["cell"], group["share"], strict=True))
            yield Finding(
                "error",
                "shares.mix",
                "mixes",
                f"{use}.{region}.{group['cell'].iloc[0]}",
                "share",
                f"shares of {use} in {region} sum to {total:.4g} ({parts}).",
                "Make them sum to 1.",
            )
    yield from each(
        "error",
        "shares.ceiling",
        "mixes",
        mixes,
        mixes["share"] > mixes["ceiling"] + _ROUNDING,
        "ceiling",
        lambda r: f"the share {plain(r['share'])} is above its ceiling {plain(r['ceiling'])}.",
        "Raise the ceiling to the share of 2025 or more.",
    )
    ownership = chain.world["ownership"]
    totals = ownership.groupby("plant")["share"].sum()
    for plant, total in totals[totals > 1 + _ROUNDING].items():
        rows = ownership[ownership["plant"] == plant]
        parts = ", ".join(f"{f} {plain(s)}" for f, s in zip(rows["firm"], rows["share"], strict=True))
        yield Finding(
            "error",
            "shares.ownership",
            "ownership",
            f"{plant}.{rows['firm'].iloc[0]}",
            "share",
            f"owners of {plant} hold {total:.4g} of it ({parts}).",
            "Make the shares sum to 1 or less.",
        )
    yield from each(
        "warning",
        "shares.ownership",
        "ownership",
        ownership,
        ownership["share"] == 0,
        "share",
        lambda r: f"{r['firm']} owns nothing of {r['plant']}.",
        "Give the share or leave the row out.",
    )
    offtakes, plants = chain.world["offtakes"], chain.world["plants"].set_index("plant")
    taken = offtakes[offtakes["binding"]].groupby("plant")["quantity"].sum()
    for plant, total in taken.items():
        output = float(plants["output"].get(str(plant), float("nan")))
        if total > output * (1 + _ROUNDING):
            row = offtakes[offtakes["plant"] == plant].iloc[0]
            yield Finding(
                "warning",
                "shares.offtake",
                "offtakes",
                str(row["offtake"]),
                "quantity",
                f"binding offtakes take {total:,.0f} of {plant}'s {output:,.0f} a year.",
                "Lower the quantities, or mark some as not binding.",
            )
