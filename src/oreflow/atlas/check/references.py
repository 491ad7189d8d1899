"""Every name that points to another table finds a row there."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from oreflow.atlas.check.chain import Chain
from oreflow.atlas.check.finding import Finding, each, keys
from oreflow.atlas.schema import Attribute, tables
from oreflow.errors import nearest

_STATISTICS = ("production", "reserves", "salient", "outlook")
_NO_COUNTRY = {"OTH", "WLD"}


def run(chain: Chain) -> Iterator[Finding]:
    """Check references of the schema, claims, mixes, countries and members of regions.

    Args:
        chain: World to check.

    Yields:
        Findings.
    """
    world = chain.world
    for name, table in tables().items():
        for attribute in table.attributes:
            if attribute.ref:
                yield from _reference(chain, name, attribute)
    yield from _claims(chain)
    yield from _stages(chain)
    regions = world["regions"]
    members = regions["members"].str.split(";").explode()
    yield from _members(regions, members)
    for name in _STATISTICS:
        yield from _countries(name, world[name], set(members) | _NO_COUNTRY)


def _reference(chain: Chain, name: str, attribute: Attribute) -> Iterator[Finding]:
    frame = chain.world[name]
    target, _, column = attribute.ref.rstrip(";").partition(".")
    known = set(chain.world[target][column])
    values = frame[attribute.name]
    # joined lists repeat: judge each distinct text once
    wrong: dict[str, list[str]] = {}
    for text in set(values) - {""}:
        parts = text.split(";") if attribute.ref.endswith(";") else [text]
        missing = [p for p in parts if p not in known]
        if missing:
            wrong[text] = missing
    if not wrong:
        return
    rows = frame[values.isin(wrong)]
    by_part: dict[str, list[str]] = {}
    for key, text in zip(keys(name, rows), rows[attribute.name], strict=True):
        for part in wrong[text]:
            by_part.setdefault(part, []).append(key)
    for part, found in by_part.items():
        near = nearest(part, known)
        hint = f"Did you mean {' or '.join(repr(n) for n in near)}?" if near else f"Add it to {target}."
        more = f" (and {len(found) - 1} more rows)" if len(found) > 1 else ""
        yield Finding(
            "error",
            "references.unknown",
            name,
            found[0],
            attribute.name,
            f"{name} {found[0]}{more}: {attribute.name} {part!r} is not in {target}.",
            hint,
        )


def _claims(chain: Chain) -> Iterator[Finding]:
    claims, schema = chain.world["claims"], tables()
    subjects = {name: set(keys(name, chain.world[name])) for name in set(claims["table"]) & set(schema)}
    aside: list[str] = []
    for key, table, subject, attribute in zip(
        claims["claim"], claims["table"], claims["subject"], claims["attribute"], strict=True
    ):
        if table not in schema:
            near = nearest(table, schema)
            hint = f"Did you mean {near[0]!r}?" if near else f"Tables: {', '.join(schema)}."
            yield Finding(
                "error", "references.claim", "claims", key, "table", f"claim {key}: no table {table!r}.", hint
            )
        elif attribute not in schema[table].columns:
            aside.append(f"{key} ({attribute})")
        elif subject not in subjects[table]:
            near = nearest(subject, subjects[table])
            hint = f"Did you mean {near[0]!r}?" if near else "Write the key as its parts joined by '.'."
            yield Finding(
                "warning",
                "references.claim",
                "claims",
                key,
                "subject",
                f"claim {key}: {table} has no row {subject!r}, so it is compared with nothing.",
                hint,
            )
    if aside:
        yield Finding(
            "info",
            "references.claim",
            "claims",
            "",
            "attribute",
            f"{len(aside)} claims speak of what no column holds: {', '.join(aside)}.",
            "Nothing, where that is meant: they are kept and compared with nothing.",
        )


def _stages(chain: Chain) -> Iterator[Finding]:
    mixes = chain.world["mixes"]
    for column, stage in (("use", "use"), ("cell", "cell")):
        bad = mixes[column].map(chain.stage).fillna(stage) != stage
        yield from each(
            "error",
            "references.stage",
            "mixes",
            mixes,
            bad,
            column,
            lambda r, c=column, s=stage: f"{r[c]} is not a commodity of stage {s!r}.",  # type: ignore[misc]
            f"Name a commodity whose stage is {stage!r}.",
        )


def _members(regions: pd.DataFrame, members: pd.Series[str]) -> Iterator[Finding]:
    held = members[members != ""]
    for country in sorted(set(held[held.duplicated()])):
        owners = regions.loc[held[held == country].index, "region"].tolist()
        yield Finding(
            "error",
            "references.member",
            "regions",
            str(owners[-1]),
            "members",
            f"{country} belongs to {' and '.join(owners)}.",
            "Keep each country in one region.",
        )


def _countries(name: str, frame: pd.DataFrame, known: set[str]) -> Iterator[Finding]:
    for country in sorted(set(frame["country"]) - known):
        rows = frame[frame["country"] == country]
        near = nearest(country, known)
        hint = f"Did you mean {near[0]!r}?" if near else "Add it to the members of a region."
        yield Finding(
            "warning",
            "references.country",
            name,
            keys(name, rows.head(1))[0],
            "country",
            f"{country!r} is no member of any region ({len(rows)} rows of {name}).",
            hint,
        )
