"""The tables of a world, read from one CSV that code, docs and the JSON Schema share."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources

PROVENANCE = ("source", "vintage", "quality", "method", "note")


@dataclass(frozen=True, slots=True)
class Attribute:
    """One column of a table.

    Attributes:
        name: Column name.
        type: ``string``, ``number``, ``integer``, ``boolean``, ``date`` or ``list`` (values joined by ``;``).
        unit: Unit of a number, empty for the rest.
        key: Part of the table's key.
        required: A value must stand in every row.
        ref: ``table.attribute`` that holds the valid values; a trailing ``;`` means several joined by ``;``.
        values: Closed list of valid values, empty when open.
        default: Text of the value that stands for a missing one.
        description: What it is, in plain words.
    """

    name: str
    type: str
    unit: str
    key: bool
    required: bool
    ref: str
    values: tuple[str, ...]
    default: str
    description: str


@dataclass(frozen=True, slots=True)
class Table:
    """Schema of one table."""

    name: str
    attributes: tuple[Attribute, ...]

    @property
    def columns(self) -> list[str]:
        """Column names in order."""
        return [a.name for a in self.attributes]

    @property
    def key(self) -> list[str]:
        """Names of the key columns."""
        return [a.name for a in self.attributes if a.key]

    def __getitem__(self, name: str) -> Attribute:
        for a in self.attributes:
            if a.name == name:
                return a
        raise KeyError(name)


@cache
def tables() -> dict[str, Table]:
    """Return the schema of every table, in the order of the file.

    Returns:
        Table name to its schema.
    """
    rows: dict[str, list[Attribute]] = {}
    text = resources.files("oreflow.atlas").joinpath("schema.csv").read_text("utf-8")
    for r in csv.DictReader(text.splitlines()):
        rows.setdefault(r["table"], []).append(
            Attribute(
                name=r["attribute"],
                type=r["type"],
                unit=r["unit"],
                key=r["key"] == "yes",
                required=r["required"] == "yes",
                ref=r["ref"],
                values=tuple(v for v in r["values"].split("|") if v),
                default=r["default"],
                description=r["description"],
            )
        )
    return {name: Table(name, tuple(attributes)) for name, attributes in rows.items()}
