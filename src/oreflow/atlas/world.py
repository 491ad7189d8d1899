"""`World`: the frozen tables that everything else is computed from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Any

import pandas as pd

from oreflow.atlas.coerce import coerce, empty
from oreflow.atlas.schema import tables as schema_tables
from oreflow.errors import UnknownNameError


class World(Mapping[str, pd.DataFrame]):
    """What is known of the chain, as frozen tables.

    Tables are reached as ``world["plants"]`` or ``world.plants``. A world never changes: `with_` returns a
    new one. Two worlds with the same figures have the same `hash`.

    Args:
        tables: Table name to rows. Tables left out are empty; columns left out take their default.

    Raises:
        UnknownNameError: A table is not in the schema.
        SchemaError: A column is unknown, or a required value is missing.
        DataError: A value has the wrong type, is not allowed, or a key is repeated.
    """

    def __init__(self, tables: Mapping[str, pd.DataFrame]) -> None:
        schema = schema_tables()
        for name in tables:
            if name not in schema:
                raise UnknownNameError("table", name, schema)
        self._tables = MappingProxyType(
            {
                name: coerce(tables[name], table) if name in tables else empty(table)
                for name, table in schema.items()
            }
        )

    @classmethod
    def from_rows(cls, **rows: list[dict[str, Any]]) -> World:
        """Build a world from plain rows, for small systems.

        Args:
            **rows: Table name to a list of rows. Provenance columns that a row leaves out are filled with
                source ``example`` and quality ``assumed``.

        Returns:
            The world.
        """
        schema = schema_tables()
        frames: dict[str, pd.DataFrame] = {}
        for name, records in rows.items():
            if name not in schema:
                raise UnknownNameError("table", name, schema)
            columns = set(schema[name].columns)
            fill = {k: v for k, v in {"source": "example", "quality": "assumed"}.items() if k in columns}
            frames[name] = pd.DataFrame([{**fill, **r} if name != "sources" else r for r in records])
        if "sources" not in frames:
            frames["sources"] = pd.DataFrame(
                [{"source": "example", "title": "Example", "publisher": "oreflow", "licence": "Apache-2.0"}]
            )
        return cls(frames)

    def __getitem__(self, name: str) -> pd.DataFrame:
        try:
            return self._tables[name]
        except KeyError:
            raise UnknownNameError("table", name, self._tables) from None

    def __getattr__(self, name: str) -> pd.DataFrame:
        if name.startswith("_") or name not in self._tables:
            raise AttributeError(name)
        return self._tables[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)

    def __repr__(self) -> str:
        filled = ", ".join(f"{n} {len(t)}" for n, t in self._tables.items() if len(t))
        return f"World({self.hash[:12]}: {filled})"

    @cached_property
    def hash(self) -> str:
        """SHA-256 over all figures, in hexadecimal."""
        digest = hashlib.sha256()
        for name, table in self._tables.items():
            digest.update(name.encode())
            digest.update(table.to_csv(index=False, float_format="%.12g").encode())
        return digest.hexdigest()

    def with_(self, **tables: pd.DataFrame) -> World:
        """Return a new world with some tables replaced.

        Args:
            **tables: Table name to its new rows.

        Returns:
            The new world; this one is unchanged.
        """
        return World({**self._tables, **tables})

    def parameter(self, name: str) -> float:
        """Return an assumption from the table of parameters.

        Args:
            name: Key in ``parameters``.

        Returns:
            Its value, in the unit that the table states.

        Raises:
            UnknownNameError: There is no such parameter.
        """
        values = self._parameters
        if name not in values:
            raise UnknownNameError("parameter", name, values)
        return values[name]

    @cached_property
    def _parameters(self) -> dict[str, float]:
        table = self._tables["parameters"]
        return dict(zip(table["parameter"], table["value"].astype(float), strict=True))
