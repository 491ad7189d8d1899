"""`Ensemble`: draws read from their folder, only the columns that are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from oreflow.errors import DataError, UnknownNameError
from oreflow.shock.ensemble.manifest import Manifest
from oreflow.shock.ensemble.parts import finished, listed, read

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Ensemble:
    """Draws in a folder.

    Attributes:
        folder: The folder.
        manifest: What it holds.
        files: Names of the parts that were finished when it was opened.
    """

    folder: Path
    manifest: Manifest
    files: tuple[str, ...]

    @classmethod
    def read(cls, folder: Path) -> Ensemble:
        """Open the folder of an ensemble; one that is still being written shows what is finished.

        Args:
            folder: The folder.

        Returns:
            The ensemble.

        Raises:
            DataError: It holds none, or a part is broken.
        """
        manifest = Manifest.read(folder)
        finished(folder, manifest)
        return cls(folder, manifest, tuple(path.name for _, path in listed(folder, "draws")))

    @cached_property
    def draws(self) -> pd.DataFrame:
        """A row for each draw and policy, in their order: status, inputs, totals."""
        names = [c.name for c in self.manifest.columns("draws")]
        table: pd.DataFrame = read(self.folder, "draws", names, files=self.files).to_pandas()
        order = {p: i for i, p in enumerate(self.manifest.policies)}
        table["_"] = table["policy"].map(order)
        return table.sort_values(["draw", "_"], ignore_index=True).drop(columns="_")

    @cached_property
    def occurrences(self) -> pd.DataFrame:
        """A row for each thing that happens in a draw, in their order."""
        names = [c.name for c in self.manifest.columns("occurrences")]
        table: pd.DataFrame = read(self.folder, "occurrences", names, files=self.files).to_pandas()
        return table.sort_values("draw", kind="stable", ignore_index=True)

    @property
    def policies(self) -> tuple[str, ...]:
        """Policies compared; one empty name where none is."""
        return self.manifest.policies

    def solved(self, policy: str = "") -> NDArray[np.int64]:
        """Return the draws that were solved under a policy, in order."""
        mine = self._of(policy)
        return mine.loc[mine["status"] == "solved", "draw"].to_numpy(dtype=np.int64)

    def total(self, name: str, policy: str = "") -> Floats:
        """Return a total or an input of every solved draw.

        Args:
            name: Column of the draws.
            policy: Policy.

        Returns:
            Shape (draws,), in the order of `solved`.

        Raises:
            UnknownNameError: There is no such column or policy.
        """
        if name not in self.draws.columns:
            raise UnknownNameError("column", name, self.draws.columns)
        mine = self._of(policy)
        return mine.loc[mine["status"] == "solved", name].to_numpy(dtype=float)

    def path(self, name: str, policy: str = "") -> Floats:
        """Return the path of every solved draw.

        Args:
            name: Column of the paths, e.g. ``price:lithium_carbonate@CHN``.
            policy: Policy.

        Returns:
            Shape (draws, periods), in the order of `solved`.

        Raises:
            UnknownNameError: There is no such column or policy.
            DataError: Rows are missing.
        """
        columns = [c.name for c in self.manifest.paths]
        if name not in columns:
            raise UnknownNameError("column", name, columns)
        expected = self.solved(policy)
        table = read(self.folder, "paths", ["draw", "policy", name], files=self.files)
        mine = table["policy"].to_numpy(zero_copy_only=False) == policy
        draw, value = table["draw"].to_numpy()[mine], table[name].to_numpy()[mine]
        order = np.argsort(draw, kind="stable")  # the periods of a draw stand in their order
        t = len(self.manifest.periods)
        if not np.array_equal(draw[order], np.repeat(expected, t)):
            raise DataError(
                f"{self.folder / 'paths'} does not hold the {t} periods of each of the {len(expected)} solved draws. "
                "Delete the folder and make the ensemble again."
            )
        return np.asarray(value[order], dtype=np.float64).reshape(-1, t)

    def base(self, name: str) -> Floats:
        """Return the path of a column when nothing happens, shape (periods,)."""
        for c in self.manifest.paths:
            if c.name == name:
                return np.array(c.base)
        raise UnknownNameError("column", name, [c.name for c in self.manifest.paths])

    def ratio(self, node: str = "", policy: str = "") -> Floats:
        """Return the price of a node as a multiple of its base.

        Args:
            node: Node ``commodity@REGION``; the headline by default.
            policy: Policy.

        Returns:
            Shape (draws, periods).
        """
        name = f"price:{node or self.manifest.headline}"
        return self.path(name, policy) / self.base(name)

    def happens(self) -> pd.DataFrame:
        """Return whether something happens in each draw that is there.

        Returns:
            A row a draw, indexed by its number; a column for each law, and one for each law and target
            (``law: target``).
        """
        found = self.occurrences
        every = np.unique(self.draws["draw"].to_numpy())
        row = np.searchsorted(every, found["draw"].to_numpy())
        law = found["law"].astype(str)
        both = law + ": " + found["target"].astype(str)
        tables = []
        for keys in (law, both):
            codes, names = pd.factorize(keys, sort=True)
            there = np.zeros((len(every), len(names)), dtype=bool)
            there[row, codes] = True
            tables.append(pd.DataFrame(there, columns=names.astype(str), index=every))
        # A law that hits one thing only is told once, with what it hits.
        single = both.groupby(law).nunique()
        return pd.concat([tables[0].drop(columns=single.index[single == 1]), tables[1]], axis=1)

    def _of(self, policy: str) -> pd.DataFrame:
        if policy not in self.manifest.policies:
            raise UnknownNameError("policy", policy, self.manifest.policies)
        return self.draws[self.draws["policy"] == policy]
