"""Nothing stands there twice under two names, and no name stands for two things."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator

import numpy as np
import pandas as pd

from oreflow.atlas.check.chain import Chain
from oreflow.atlas.check.finding import Finding

_NEAR_KM, _SAME_KM = 3.0, 0.5
_ALIKE = 0.92
_EARTH_KM = 6371.0
_COMMON = re.compile(
    r"\b(mine|project|plant|smelter|refinery|deposit|operation|complex|the|co|ltd|inc|corp|group|limited|plc)\b"
)
_NAMED = ("commodities", "regions", "firms", "plants")


def run(chain: Chain) -> Iterator[Finding]:
    """Check plants of one process that lie together or have one name, and names that two rows share.

    Args:
        chain: World to check.

    Yields:
        Findings.
    """
    plants = chain.world["plants"]
    named = plants[~plants["aggregate"]]
    for _, group in named.groupby("process"):
        if len(group) > 1:
            yield from _near(group)
            yield from _alike(group)
    yield from _aliases(chain)
    yield from _aggregates(plants)


def _near(group: pd.DataFrame) -> Iterator[Finding]:
    rows = group.dropna(subset=["lat", "lon"])
    lat, lon = np.radians(rows["lat"].to_numpy()), np.radians(rows["lon"].to_numpy())
    h = (
        np.sin((lat[:, None] - lat) / 2) ** 2
        + np.cos(lat[:, None]) * np.cos(lat) * np.sin((lon[:, None] - lon) / 2) ** 2
    )
    distance = 2 * _EARTH_KM * np.arcsin(np.sqrt(np.clip(h, 0, 1)))
    names = rows["plant"].tolist()
    for i, j in zip(*np.nonzero(np.triu(distance < _NEAR_KM, 1)), strict=True):
        yield Finding(
            "warning" if distance[i, j] < _SAME_KM else "info",
            "duplicates.position",
            "plants",
            names[j],
            "lat",
            f"{names[j]} lies {distance[i, j]:.1f} km from {names[i]}, and both are {rows['process'].iloc[i]}.",
            "If they are one, keep one; if two, give exact positions.",
        )


def _alike(group: pd.DataFrame) -> Iterator[Finding]:
    names = [(p, _bare(n), r) for p, n, r in zip(group["plant"], group["name"], group["region"], strict=True)]
    for i, (plant, name, region) in enumerate(names):
        matcher = difflib.SequenceMatcher(b=name, autojunk=False)
        for other, other_name, other_region in names[i + 1 :]:
            # numbers tell the parts of one site apart
            if other_region != region or _digits(name) != _digits(other_name):
                continue
            matcher.set_seq1(other_name)
            if matcher.real_quick_ratio() < _ALIKE or matcher.quick_ratio() < _ALIKE:
                continue
            if matcher.ratio() >= _ALIKE:
                yield Finding(
                    "warning",
                    "duplicates.name",
                    "plants",
                    other,
                    "name",
                    f"{other} and {plant} have nearly the same name ({other_name!r}, {name!r}) in {region}.",
                    "If they are one, keep one; if two, say in the names what sets them apart.",
                )


def _aliases(chain: Chain) -> Iterator[Finding]:
    """Names and aliases that stand for two rows: within a table the reader of articles cannot tell them apart."""
    owners: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for table in _NAMED:
        frame = chain.world[table]
        key = frame.columns[0]
        for row, name, aliases in zip(frame[key], frame["name"], frame["aliases"], strict=True):
            for text in (str(name), *str(aliases).split(";")):
                if text.strip():
                    owners[text.strip().casefold()].add((table, str(row)))
    for text, found in sorted(owners.items()):
        if len(found) < 2:
            continue
        entries = sorted(found)
        within = len({t for t, _ in entries}) < len(entries)
        yield Finding(
            "warning" if within else "info",
            "duplicates.alias",
            entries[-1][0],
            entries[-1][1],
            "aliases",
            f"{text!r} stands for {' and '.join(f'{t} {k}' for t, k in entries)}.",
            "Give it to one of them; what it means in an article is undecided otherwise.",
        )


def _aggregates(plants: pd.DataFrame) -> Iterator[Finding]:
    rows = plants[plants["aggregate"]]
    repeated = rows[rows.duplicated(["process", "region"], keep="first")]
    for plant, process, region in zip(
        repeated["plant"], repeated["process"], repeated["region"], strict=True
    ):
        yield Finding(
            "warning",
            "duplicates.aggregate",
            "plants",
            plant,
            "region",
            f"{region} has more than one aggregate plant of {process}.",
            "Put them together: an aggregate stands for all that is not named.",
        )


def _bare(name: str) -> str:
    text = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower() or name.lower()
    return re.sub(r"[^\w]+", " ", _COMMON.sub(" ", text)).strip()


def _digits(name: str) -> str:
    return "".join(re.findall(r"\d+|\b[ivx]+\b", name))
