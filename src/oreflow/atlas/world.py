"""`World`: the frozen tables that everything else is computed from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from oreflow.atlas.coerce import coerce, empty
from oreflow.atlas.schema import tables as schema_tables
from oreflow.errors import UnknownNameError


class World(Mapping[str, pd.DataFrame]):
    """What is known of the chain, as frozen tables.

    Tables are reached as ``world["plants"]`` or ``world.plants``. A world never changes: `with_` returns a
    new one, and a table that is handed out is a copy on write, so that editing it leaves the world alone. Two
    worlds with the same figures in the same order have the same `hash`.

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
        self._hold(
            {
                name: coerce(tables[name], table) if name in tables else empty(table)
                for name, table in schema.items()
            },
            {},
        )

    def _hold(self, tables: dict[str, pd.DataFrame], digests: dict[str, bytes]) -> None:
        self._tables = MappingProxyType(tables)
        self._digests = digests

    @classmethod
    def from_rows(cls, **rows: list[dict[str, Any]]) -> World:
        """Build a world from plain rows, for small systems.

        Args:
            **rows: Table name to a list of rows. Provenance columns that a row leaves out are filled with
                source ``example`` and quality ``assumed``.

        Returns:
            The world.

        Raises:
            UnknownNameError: A table is not in the schema.
            SchemaError: A column is unknown, or a required value is missing.
            DataError: A value has the wrong type, is not allowed, or a key is repeated.
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
            return self._tables[name].copy(deep=False)
        except KeyError:
            raise UnknownNameError("table", name, self._tables) from None

    def __getattr__(self, name: str) -> pd.DataFrame:
        if name.startswith("_") or name not in self._tables:
            raise AttributeError(f"a world has no table {name!r}")
        return self[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self._tables})

    def __repr__(self) -> str:
        filled = ", ".join(f"{n} {len(t)}" for n, t in self._tables.items() if len(t))
        return f"World({self.hash[:12]}: {filled})"

    def __eq__(self, other: object) -> bool:
        return self.hash == other.hash if isinstance(other, World) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.hash)

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (dict(self._tables), dict(self._digests))

    @cached_property
    def hash(self) -> str:
        """SHA-256 over all figures, in hexadecimal; the same on every machine."""
        digest = hashlib.sha256()
        for name, table in self._tables.items():
            if name not in self._digests:
                self._digests[name] = _digest(table)
            digest.update(name.encode() + b"\0" + self._digests[name])
        return digest.hexdigest()

    def with_(self, **tables: pd.DataFrame) -> World:
        """Return a new world with some tables replaced.

        Args:
            **tables: Table name to its new rows.

        Returns:
            The new world; this one is unchanged.

        Raises:
            UnknownNameError: A table is not in the schema.
            SchemaError: A column is unknown, or a required value is missing.
            DataError: A value has the wrong type, is not allowed, or a key is repeated.
        """
        schema = schema_tables()
        new: dict[str, pd.DataFrame] = {}
        for name, frame in tables.items():
            if name not in schema:
                raise UnknownNameError("table", name, schema)
            new[name] = coerce(frame, schema[name])
        kept = {name: d for name, d in self._digests.items() if name not in new}
        return _restore({name: new.get(name, self._tables[name]) for name in schema}, kept)

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


def _restore(tables: dict[str, pd.DataFrame], digests: dict[str, bytes]) -> World:
    """Build a world from tables that have been checked before."""
    world = World.__new__(World)
    world._hold(tables, digests)
    return world


def _digest(table: pd.DataFrame) -> bytes:
    digest = hashlib.sha256(str(len(table)).encode())
    for name in table.columns:
        values = table[name].to_numpy()
        digest.update(f"\0{name}\0".encode())
        if values.dtype.kind == "f":
            # -0.0 and the many bit patterns of NaN are one figure each
            values = np.where(np.isnan(values), np.nan, values + 0.0)
            digest.update(np.ascontiguousarray(values, dtype="<f8").tobytes())
        elif values.dtype.kind in "iub":
            digest.update(np.ascontiguousarray(values, dtype="<i8").tobytes())
        else:
            digest.update("\x1f".join(values.tolist()).encode("utf-8", "surrogatepass"))
    return digest.digest()
