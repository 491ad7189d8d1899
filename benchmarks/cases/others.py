"""The same markets in general modelling layers: what rebuilding one costs beside patching ours."""

from __future__ import annotations

import logging
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from benchmarks.clock import paired, timed
from benchmarks.models import ALL, LITHIUM, SMALL, Look, Model, check_equal, looks, news
from benchmarks.registry import Measure, NotInstalledError, Plan, case


@contextmanager
def _quiet() -> Iterator[None]:
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


def _beside(look: Look, peer: Callable[[], float], name: str, repeats: int, note: str = "") -> Measure:
    """Re-solve a programme our way and rebuild and solve it another way, in turn."""
    found: dict[str, float] = {}

    def ours() -> None:
        found["ours"] = look.solve().objective

    def theirs() -> None:
        found["theirs"] = peer()

    with _quiet():
        seconds, against = paired(ours, theirs, repeats)
    check_equal(found["ours"], found["theirs"], name)
    return Measure(seconds, name, against, look.size, note)


def in_linopy(look: Look, built: list[float] | None = None) -> float:
    """Rebuild a programme in linopy from arrays, the fastest way into it, solve it, and return its objective.

    Args:
        look: The programme.
        built: Gets the time that building took, s.
    """
    import linopy

    def build() -> None:
        x = model.add_variables(
            lower=xr.DataArray(arrays.lower.ravel(), dims="col"),
            upper=xr.DataArray(arrays.upper.ravel(), dims="col"),
            name="x",
        )
        low, high = arrays.row_lower.ravel(), arrays.row_upper.ravel()
        lengths = np.diff(matrix.indptr)
        vars_ = np.full((matrix.shape[0], lengths.max()), -1)
        coeffs = np.full(vars_.shape, np.nan)
        place = np.arange(lengths.max()) < lengths[:, None]
        vars_[place], coeffs[place] = matrix.indices, matrix.data
        for name, rows, sign, side in (
            ("least", np.isfinite(low) & (low != high), ">=", low),
            ("most", np.isfinite(high) & (low != high), "<=", high),
            ("equal", low == high, "=", low),
        ):
            if rows.any():
                terms = {"coeffs": (("row", "_term"), coeffs[rows]), "vars": (("row", "_term"), vars_[rows])}
                expression = linopy.LinearExpression(xr.Dataset(terms), model)
                model.add_constraints(expression, sign, xr.DataArray(side[rows], dims="row"), name=name)
        model.add_objective((x * xr.DataArray(arrays.cost.ravel(), dims="col")).sum())

    arrays, matrix, model = look.arrays(), look.problem.matrix.tocsr(), linopy.Model()
    seconds = timed(build)
    if built is not None:
        built.append(seconds)
    model.solve(solver_name="highs", io_api="direct", output_flag=False, threads=1)
    return float(model.objective.value)


def _linopy(model: Model) -> Callable[[Plan], Measure]:
    def run(plan: Plan) -> Measure:
        _need("linopy")
        built: list[float] = []
        look = looks(model, "halt")[-1]
        measure = _beside(
            look, partial(in_linopy, look, built), "linopy rebuilds and solves", plan.at_most(2)
        )
        return replace(measure, note=f"building alone {np.median(built):.2g} s of linopy's")

    return run


@case("small/halt/linopy", "a mine halts: patch and re-solve", quick=True)
def second_formulation(plan: Plan) -> Measure:
    """The formulation that the tests hold ours against, written curve by curve in linopy."""
    _need("linopy")
    from tests.oracle.formulation import Formulation

    static, look = looks(SMALL, "halt")
    (heard,) = news(SMALL, "halt")
    base, spans = SMALL.base(), look.view.layout.spans
    return _beside(
        look,
        lambda: Formulation(base, spans, heard.changes, far=look.view.far).solve().objective,
        "linopy, curve by curve",
        plan.repeats,
        f"after a long-run price from {static.size}",
    )


def in_pypsa(look: Look) -> float:
    """Rebuild a one-period programme as a PyPSA network, solve it, and return its objective.

    A column with an input becomes a link, one that only gives or only takes a generator, a balance a bus; what is left
    over may be thrown away, as in ours.
    """
    import pypsa

    arrays, matrix = look.arrays(), look.problem.matrix
    cost, lower, upper = arrays.cost[0], arrays.lower[0], arrays.upper[0]
    n = pypsa.Network()
    buses = [f"b{i}" for i in range(matrix.shape[0])]
    n.add("Bus", [*buses, "ground"])
    n.add("Generator", "ground", bus="ground", p_nom=np.inf)
    n.add("Generator", [f"left {b}" for b in buses], bus=buses, sign=-1.0, p_nom=np.inf)
    n.add("Load", buses, bus=buses, p_set=arrays.row_lower[0])
    one, many = _components(matrix)
    for table, columns in ((one, "Generator"), (many, "Link")):
        index = table.pop("column")
        scale = table.pop("scale")
        most = upper[index] * scale
        share = np.divide(lower[index] * scale, most, out=np.zeros(len(index)), where=most > 0)
        names = [f"x{i}" for i in index]
        n.add(columns, names, p_nom=most, p_min_pu=share, marginal_cost=cost[index] / scale, **table)
    # Its optimize() would go on to power flows and sub-networks, which nobody asks of a market.
    model = n.optimize.create_model()
    model.solve(solver_name="highs", io_api="direct", output_flag=False, threads=1)
    return float(model.objective.value)


def _components(matrix: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Sort columns into those with one entry and those with several, as attributes of PyPSA's components."""
    one: dict[str, list[Any]] = {"column": [], "scale": [], "bus": [], "sign": []}
    entries = np.diff(matrix.indptr)
    ends = max(int(entries.max()), 2) + 1  # a column without an input takes from the ground
    many: dict[str, list[Any]] = {"column": [], "scale": []}
    many |= {f"bus{k}": [] for k in range(ends)}
    many |= {"efficiency" if k == 1 else f"efficiency{k}": [] for k in range(1, ends)}
    for j in np.flatnonzero(entries):
        rows = matrix.indices[matrix.indptr[j] : matrix.indptr[j + 1]]
        values = matrix.data[matrix.indptr[j] : matrix.indptr[j + 1]]
        if len(rows) == 1:
            for key, value in zip(one, (j, abs(values[0]), f"b{rows[0]}", np.sign(values[0])), strict=True):
                one[key].append(value)
            continue
        order = np.argsort(values)
        ports = [(f"b{rows[k]}", float(values[k])) for k in order]
        if ports[0][1] > 0:
            ports.insert(0, ("ground", -1.0))
        scale = -ports[0][1]
        many["column"].append(j)
        many["scale"].append(scale)
        for k in range(ends):
            bus, value = ports[k] if k < len(ports) else ("", 0.0)
            many[f"bus{k}"].append(bus)
            if k:
                many["efficiency" if k == 1 else f"efficiency{k}"].append(value / scale)
    return tuple({k: np.array(v) for k, v in t.items()} for t in (one, many))  # type: ignore[return-value]


def _pypsa(model: Model) -> Callable[[Plan], Measure]:
    def run(plan: Plan) -> Measure:
        _need("pypsa")
        look = looks(model, "halt")[0]
        repeats = plan.at_most(2 if model is LITHIUM else 1)
        name = "PyPSA rebuilds and solves"
        return _beside(look, partial(in_pypsa, look), name, repeats, "one period, no stocks")

    return run


def _need(package: str) -> None:
    from importlib.util import find_spec

    if find_spec(package) is None:
        raise NotInstalledError(f"{package} is not installed; `make bench` installs it")


for _model in (LITHIUM, ALL):
    _quick = _model is LITHIUM
    case(f"{_model.name}/halt/linopy", "a mine halts: patch and re-solve", quick=_quick)(_linopy(_model))
    case(f"{_model.name}/halt/pypsa", "the price after the window: patch and re-solve", quick=_quick)(
        _pypsa(_model)
    )
