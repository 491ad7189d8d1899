"""The manifest of an ensemble: what its folder holds, from which world and code, with the unit of every column."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from oreflow.errors import DataError
from oreflow.shock.ensemble.measure import Column

FORMAT = "oreflow-ensemble"
VERSION = 1
MANIFEST = "manifest.json"
TABLES = ("occurrences", "paths", "draws")
"""In the order in which the files of a part are written."""
DRAW = (
    Column("draw", "1", "number of the draw; the same number is the same future in every policy"),
    Column("policy", "", "name of the policy compared; empty for what happens without one"),
)
STATE = (
    Column("status", "", "solved, or failed"),
    Column("reason", "", "why it failed"),
    Column("solves", "1", "linear programmes solved"),
    Column("seconds", "s", "time it took"),
)
HAPPENS = (
    Column("draw", "1", "number of the draw"),
    Column("law", "", "row of the table of hazards, or event of the scenario"),
    Column("target", "", "what it hits"),
    Column("start", "month", "begin, in months from the start of the horizon"),
    Column("months", "month", "length; infinite where it never ends within its law"),
    Column("size", "1", "share lost, or place in the disputed range"),
)


@dataclass(frozen=True)
class Manifest:
    """What an ensemble is made of.

    Attributes:
        spec: The specification as it is written in a file.
        sentences: The same in words.
        spec_hash: Hash of all of it that decides results.
        world: Hash of the world.
        oreflow: Version.
        code: Digest of the code.
        draws: Number of draws asked for last.
        policies: Policies compared; one empty name where none is.
        periods: First month of each period, ``YYYY-MM``.
        months: Months in a period.
        headline: Node shown first.
        scope: Minerals solved.
        design: How the draws are laid out: random, latin or sobol.
        created: When the folder was made, ISO 8601.
        inputs: Dense inputs of a draw.
        paths: Columns with a value in every period.
        totals: Columns with one value over the horizon.
        demand: Commodity to what buyers take over the horizon in the base, and its unit.
    """

    spec: Mapping[str, Any]
    sentences: tuple[str, ...]
    spec_hash: str
    world: str
    oreflow: str
    code: str
    draws: int
    policies: tuple[str, ...]
    periods: tuple[str, ...]
    months: int
    headline: str
    scope: tuple[str, ...]
    design: str
    created: str
    inputs: tuple[Column, ...]
    paths: tuple[Column, ...]
    totals: tuple[Column, ...]
    demand: Mapping[str, tuple[float, str]]

    def to_json(self) -> str:
        """Return the text of ``manifest.json``."""
        return json.dumps(
            {"format": FORMAT, "version": VERSION, **asdict(self)}, indent=1, ensure_ascii=False
        )

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Read the manifest of a folder.

        Args:
            folder: The folder.

        Returns:
            The manifest.

        Raises:
            DataError: There is none, it is broken, or of a newer format.
        """
        path = folder / MANIFEST
        if not path.is_file():
            raise DataError(
                f"{folder} holds no ensemble: there is no {MANIFEST}. Name the folder given to --out."
            )
        try:
            data = json.loads(path.read_text("utf-8"))
            if not isinstance(data, dict) or data.get("format") != FORMAT:
                raise DataError(f"{path} is not the manifest of an ensemble. Name the folder given to --out.")
            version = int(data["version"])
            if version > VERSION:
                raise DataError(
                    f"{path}: format {version} is newer than this oreflow reads ({VERSION}). "
                    "Read it with the version that wrote it, or update oreflow."
                )
            names = {f: data[f] for f in cls.__dataclass_fields__}
            for f in ("inputs", "paths", "totals"):
                names[f] = tuple(
                    Column(c["name"], c["unit"], c["text"], tuple(float(b) for b in c["base"]))
                    for c in data[f]
                )
            for f in ("sentences", "policies", "periods", "scope"):
                names[f] = tuple(str(x) for x in data[f])
            names["demand"] = {str(k): (float(q), str(u)) for k, (q, u) in data["demand"].items()}
            return cls(**names)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise DataError(
                f"{path} is broken ({error!r}). Its draws can be read with any Parquet reader; to go on, name a new "
                "folder."
            ) from error

    def columns(self, table: str) -> tuple[Column, ...]:
        """Columns of one of `TABLES`."""
        if table == "draws":
            return (*DRAW, *STATE, *self.inputs, *self.totals)
        if table == "paths":
            return (*DRAW, Column("period", "", "first month of the period"), *self.paths)
        return HAPPENS
