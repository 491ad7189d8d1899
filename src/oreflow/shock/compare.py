"""What differs between two runs, in what went in and in what came out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from oreflow.shock.run import Run
from oreflow.shock.scenario import Difference, diff

SHOWN = ("price", "output", "flow", "stock", "unserved")
"""Variables compared."""


@dataclass(frozen=True)
class Comparison:
    """Two runs side by side.

    Attributes:
        inputs: Rows ``what, a, b`` for what differs in world, scope, settings and versions.
        scenario: What differs between the scenarios.
        results: Rows ``variable, name, a, b, change, relative, largest_in``: means over the months that both runs
            have, the largest relative change first; ``relative`` is NaN where a is zero.
        months: Months compared.
    """

    inputs: pd.DataFrame
    scenario: list[Difference]
    results: pd.DataFrame
    months: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether nothing differs beyond the accuracy of a solve."""
        return self.inputs.empty and not self.scenario and self.results.empty


def compare(a: Run, b: Run, *, tolerance: float = 1e-6) -> Comparison:
    """Say what differs between two runs.

    Args:
        a: One run.
        b: The other.
        tolerance: Relative change below which two means count as equal.

    Returns:
        The comparison, b against a. Names that only one of the runs has are compared with zero, but for prices.
    """
    rows = []
    for what in ("world", "scope", "settings", "versions"):
        left, right = a.manifest[what], b.manifest[what]
        if isinstance(left, dict):
            for key in sorted({*left, *right}):
                if left.get(key) != right.get(key):
                    rows.append((f"{what}: {key}", left.get(key), right.get(key)))
        elif left != right:
            rows.append((what, left, right))
    months = tuple(
        m for m in a.outcome["period"].values.tolist() if m in set(b.outcome["period"].values.tolist())
    )
    parts = [_variable(a, b, name, list(months), tolerance) for name in SHOWN] if months else []
    results = (
        pd.concat([p for p in parts if len(p)], ignore_index=True) if any(len(p) for p in parts) else _EMPTY
    )
    return Comparison(
        inputs=pd.DataFrame(rows, columns=["what", "a", "b"]),
        scenario=diff(a.scenario, b.scenario),
        results=results.sort_values("size", ascending=False, ignore_index=True).drop(columns="size"),
        months=months,
    )


_COLUMNS = ["variable", "name", "a", "b", "change", "relative", "largest_in", "size"]
_EMPTY = pd.DataFrame(columns=_COLUMNS)


def _variable(a: Run, b: Run, name: str, months: list[str], tolerance: float) -> pd.DataFrame:
    left, right = (_frame(r, name, months) for r in (a, b))
    names = left.index.intersection(right.index) if name == "price" else left.index.union(right.index)
    x, y = (frame.reindex(names, fill_value=0.0).to_numpy() for frame in (left, right))
    mean_x, mean_y = x.mean(axis=1), y.mean(axis=1)
    change = mean_y - mean_x
    relative = np.divide(change, np.abs(mean_x), out=np.full_like(change, np.nan), where=np.abs(mean_x) > 0)
    scale = np.abs(x).max(initial=0.0)
    # A price is judged by itself; an amount against the largest of its kind, so that trifles do not lead the list.
    size = np.abs(relative) if name == "price" else np.abs(change) / max(scale, 1e-12)
    keep = np.abs(y - x).max(axis=1, initial=0.0) > tolerance * np.maximum(
        np.abs(x).max(axis=1, initial=0.0), 1e-9 * scale
    )
    at = np.abs(y - x).argmax(axis=1) if len(months) else np.zeros(len(names), dtype=int)
    frame: pd.DataFrame = pd.DataFrame(
        {
            "variable": name,
            "name": names,
            "a": mean_x,
            "b": mean_y,
            "change": change,
            "relative": relative,
            "largest_in": np.array(months)[at],
            "size": size,
        }
    )
    return frame.iloc[np.flatnonzero(keep)]


def _frame(run: Run, name: str, months: list[str]) -> pd.DataFrame:
    data = run.outcome[name].sel(period=months)
    return pd.DataFrame(data.to_numpy(), index=data[data.dims[0]].to_numpy())
