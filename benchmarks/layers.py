"""The same programmes in general modelling layers: linopy rebuilt, linopy kept, and PyPSA rebuilt.

Each gets a programme as compiled, column by column, and none is asked for more than it says it does. Written for a
`Look` of any number of periods; what a layer cannot say is an error and not another problem.
"""

from __future__ import annotations

import logging
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from benchmarks.models import Look
from benchmarks.registry import NotInstalledError
from oreflow.market.layout import Arrays
from oreflow.market.network import Floats, Ints

_OPTIONS: dict[str, Any] = {"output_flag": False, "threads": 1}


def need(package: str) -> None:
    """Say that a package is absent.

    Raises:
        NotInstalledError: It cannot be imported.
    """
    if find_spec(package) is None:
        raise NotInstalledError(f"{package} is not installed; `make bench` installs it")


@contextmanager
def quiet() -> Iterator[None]:
    """Keep other packages from talking about what they do, solvers below Python among them."""
    disabled = logging.root.manager.disable
    logging.disable(logging.WARNING)
    sys.stdout.flush()
    kept = os.dup(1)
    try:
        with warnings.catch_warnings(), Path(os.devnull).open("w") as nowhere:
            os.dup2(nowhere.fileno(), 1)
            warnings.simplefilter("ignore")
            yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        logging.disable(disabled)


def built_in_linopy(look: Look, arrays: Arrays, *, freeze: bool = False) -> Any:
    """Return a programme as a linopy model, built from finished arrays, the fastest way into it.

    Args:
        look: The programme.
        arrays: Its numbers.
        freeze: Hold the constraints compressed, as linopy advises where they do not change.
    """
    import linopy

    matrix, model = look.problem.matrix.tocsr(), linopy.Model()
    x = model.add_variables(
        lower=xr.DataArray(arrays.lower.ravel(), dims="col"),
        upper=xr.DataArray(arrays.upper.ravel(), dims="col"),
        name="x",
    )
    low, high = arrays.row_lower.ravel(), arrays.row_upper.ravel()
    lengths = np.diff(matrix.indptr)
    for name, rows, sign, side in (
        ("least", np.isfinite(low) & (low != high), ">=", low),
        ("most", np.isfinite(high) & (low != high), "<=", high),
        ("equal", low == high, "=", low),
    ):
        # Rows of like length together: a block is as wide as its longest row.
        for width in np.unique(np.ceil(np.log2(np.maximum(lengths[rows], 1)))):
            some = np.flatnonzero(rows & (np.ceil(np.log2(np.maximum(lengths, 1))) == width))
            part = matrix[some]
            size = np.diff(part.indptr)
            place = np.arange(size.max(initial=1)) < size[:, None]
            vars_, coeffs = np.full(place.shape, -1), np.full(place.shape, np.nan)
            vars_[place], coeffs[place] = part.indices, part.data
            terms = {"coeffs": (("row", "_term"), coeffs), "vars": (("row", "_term"), vars_)}
            expression = linopy.LinearExpression(xr.Dataset(terms), model)
            model.add_constraints(
                expression,
                sign,
                xr.DataArray(side[some], dims="row"),
                name=f"{name}{width:.0f}",
                freeze=freeze,
            )
    model.add_objective((x * xr.DataArray(arrays.cost.ravel(), dims="col")).sum())
    return model


def in_linopy(look: Look, built: list[float] | None = None) -> float:
    """Rebuild a programme in linopy, solve it, and return its objective.

    Args:
        look: The programme.
        built: Gets the time that building took, s.
    """
    arrays = look.arrays()
    began = perf_counter()
    model = built_in_linopy(look, arrays)
    if built is not None:
        built.append(perf_counter() - began)
    model.solve(solver_name="highs", io_api="direct", **_OPTIONS)
    return float(model.objective.value)


class Persistent:
    """linopy's persistent mode: one model and one solver are kept, what has changed is found and handed over.

    ``Solver.from_name(…, track_updates=True)`` holds a snapshot of the model; ``Variable.update`` and
    ``add_objective`` edit the model; ``solver.solve(model)`` compares it with the snapshot and edits HiGHS, which
    starts from its last basis. Constraints are frozen, so that comparing them takes no time.

    Args:
        look: The programme that is solved first.
    """

    def __init__(self, look: Look) -> None:
        from linopy.solvers import Solver

        arrays = look.arrays()
        self._rows = arrays.row_lower, arrays.row_upper
        self.model = built_in_linopy(look, arrays, freeze=True)
        self.solver = Solver.from_name(
            "highs", model=self.model, io_api="direct", options=dict(_OPTIONS), track_updates=True
        )
        self.solver.solve(assign=True)

    def solve(self, look: Look) -> float:
        """Update to a programme of the same matrix and right-hand sides, solve, and return its objective.

        Raises:
            ValueError: Its right-hand sides differ: frozen constraints would have to be built again.
        """
        arrays = look.arrays()
        if any((a != b).any() for a, b in zip(self._rows, (arrays.row_lower, arrays.row_upper), strict=True)):
            raise ValueError("right-hand sides differ from those of the first programme.")
        x = self.model.variables["x"]
        x.update(
            lower=xr.DataArray(arrays.lower.ravel(), dims="col"),
            upper=xr.DataArray(arrays.upper.ravel(), dims="col"),
        )
        cost = xr.DataArray(arrays.cost.ravel(), dims="col")
        self.model.add_objective((x * cost).sum(), overwrite=True)
        self.solver.solve(self.model, assign=True, disallow_rebuild=True)
        return float(self.model.objective.value)


def in_pypsa(look: Look, built: list[float] | None = None) -> float:
    """Rebuild a programme as a PyPSA network over as many snapshots as it has periods, and return its objective.

    A balance becomes a bus, and so does the right-hand side a load; a column that only gives or only takes becomes a
    generator, one that takes and gives a link, later arrivals by the delay of its ports, and a step of a stock a store
    with its worth as the cost of holding. What is left over may be thrown away, as in ours.

    Args:
        look: The programme.
        built: Gets the time that building took, s.

    Raises:
        ValueError: Periods differ in length, a row is neither at least nor equal, or a bound is infinite at times.
    """
    import pypsa

    arrays = look.arrays()
    began = perf_counter()
    periods, rows = arrays.row_lower.shape
    columns = arrays.cost.shape[1]
    if len(set(look.view.layout.spans)) > 1:
        raise ValueError("snapshots of a network are equally long.")
    n = pypsa.Network()
    n.set_snapshots(pd.RangeIndex(periods))
    buses = [f"b{i}" for i in range(rows)]
    n.add("Bus", [*buses, "ground"])
    n.add("Generator", "ground", bus="ground", p_nom=np.inf)
    spare = np.isinf(arrays.row_upper).all(axis=0)
    if not (arrays.row_upper == arrays.row_lower)[:, ~spare].all():
        raise ValueError("rows must be at least or equal.")
    left = [b for b, more in zip(buses, spare, strict=True) if more]
    n.add("Generator", [f"left {b}" for b in left], bus=left, sign=-1.0, p_nom=np.inf)
    n.add("Load", buses, bus=buses, p_set=_by_name(arrays.row_lower, buses))
    for component, table in _components(look.problem.matrix, rows, columns):
        index, scale = table.pop("column"), table.pop("scale")
        names = [f"x{i}" for i in index]
        most, least, cost = (a[:, index] * k for a, k in _scaled(arrays, scale))
        size = most.max(axis=0)
        if (np.isinf(size) & np.isfinite(most).any(axis=0)).any():
            raise ValueError("a capacity is limited in all periods or in none.")
        share = np.divide(most, size, out=np.ones_like(most), where=np.isfinite(size) & (size > 0))
        low = np.divide(least, size, out=np.zeros_like(least), where=np.isfinite(size) & (size > 0))
        level = component == "Store"
        prefix = "e" if level else "p"
        n.add(
            component,
            names,
            **{
                f"{prefix}_nom": size,
                f"{prefix}_max_pu": _by_name(share, names),
                f"{prefix}_min_pu": _by_name(low, names),
                "marginal_cost_storage" if level else "marginal_cost": _by_name(cost, names),
            },
            **table,
        )
    # Its optimize() would go on to power flows and sub-networks, which nobody asks of a market.
    model = n.optimize.create_model()
    if built is not None:
        built.append(perf_counter() - began)
    model.solve(solver_name="highs", io_api="direct", **_OPTIONS)
    return float(model.objective.value)


def _by_name(values: Floats, names: list[str]) -> pd.DataFrame:
    return pd.DataFrame(values, columns=names)


def _scaled(arrays: Arrays, scale: Floats) -> tuple[tuple[Floats, Any], ...]:
    """Pair bounds and costs with what turns a column into a component's own unit."""
    return (arrays.upper, scale), (arrays.lower, scale), (arrays.cost, 1.0 / scale)


def _components(matrix: Any, rows: int, columns: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Sort the columns of a period into PyPSA's components, as attributes of each kind.

    A column reaches the same rows as many periods later in each, until the horizon ends; so the first says all.

    Args:
        matrix: Compiled matrix in compressed columns.
        rows: Rows of a period.
        columns: Columns of a period.

    Yields:
        Component and its attributes, with the numbers of its columns and what scales them.
    """
    first = matrix[:, :columns].tocoo()
    node, later = first.row % rows, first.row // rows
    order = np.lexsort((first.data, first.col))  # what is taken comes first
    col, node, later, value = first.col[order], node[order], later[order], first.data[order]
    begin = np.searchsorted(col, np.arange(columns + 1))
    entries = np.diff(begin)
    head = begin[:-1]
    single = np.flatnonzero(entries == 1)
    yield (
        "Generator",
        {
            "column": single,
            "scale": np.abs(value[head[single]]),
            "bus": _bus(node[head[single]]),
            "sign": np.sign(value[head[single]]),
        },
    )
    two = np.flatnonzero(entries == 2)
    kept = two[(node[head[two]] == node[head[two] + 1]) & (later[head[two] + 1] == 1)]
    if len(kept):
        yield (
            "Store",
            {
                "column": kept,
                "scale": -value[head[kept]],
                "bus": _bus(node[head[kept]]),
                "standing_loss": 1.0 + value[head[kept] + 1] / value[head[kept]],
            },
        )
    links = np.setdiff1d(np.flatnonzero(entries > 1), kept)
    if len(links):
        yield "Link", _links(links, head, entries, (node, later, value))


def _bus(node: Ints) -> list[str]:
    return [f"b{i}" for i in node]


def _links(links: Ints, head: Ints, entries: Ints, of: tuple[Ints, Ints, Floats]) -> dict[str, Any]:
    """Attributes of columns that take at one bus and give at others, some of it later."""
    node, later, value = of
    takes = value[head[links]] < 0  # what takes nothing takes from the ground
    scale = np.where(takes, -value[head[links]], 1.0)
    table: dict[str, Any] = {
        "column": links,
        "scale": scale,
        "bus0": np.where(takes, np.char.add("b", node[head[links]].astype(str)), "ground"),
        "cyclic_delay": False,
    }
    most = int((entries[links] - takes).max())
    for port in range(1, max(most, 2) + 1):
        at = head[links] + port - 1 + takes
        there = port <= entries[links] - takes
        at = np.where(there, at, 0)
        suffix = "" if port == 1 else str(port)
        table[f"bus{port}"] = np.where(there, np.char.add("b", node[at].astype(str)), "")
        table[f"efficiency{suffix}"] = np.where(there, value[at] / scale, 0.0)
        table[f"delay{suffix}"] = np.where(there, later[at], 0)
        table[f"cyclic_delay{suffix}"] = False
    return table
