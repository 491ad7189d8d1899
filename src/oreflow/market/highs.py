"""HiGHS through its C interface: numbers go in and come out as arrays, nothing is turned into Python lists.

The interface is documented at https://ergo-code.github.io/HiGHS/stable/interfaces/c_api/ and comes with highspy where
it is built as a library (Linux, macOS). Where it is not (Windows), the same calls go through highspy's objects, which
give the same answers more slowly.
"""

from __future__ import annotations

import ctypes
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from oreflow.errors import NumericalError

Floats = NDArray[np.float64]
Ints32 = NDArray[np.int32]

LOWER, BASIC, UPPER = 0, 1, 2
"""Status of a column or row in a basis."""
OPTIMAL, INFEASIBLE, LIMIT = 7, 8, 14
"""Model status after a run: solved, no solution, stopped by the iteration limit."""
EITHER, UNBOUNDED = 9, 10
"""Model status after a run: no solution or no end, not told which; without end."""

Basis = tuple[Ints32, Ints32]
"""Status of each column and of each row."""

OPTIONS: dict[str, bool | int | float | str] = {
    "output_flag": False,
    "threads": 1,
    "parallel": "off",
    "solver": "simplex",
    "primal_feasibility_tolerance": 1e-7,
    "dual_feasibility_tolerance": 1e-7,
    # Staggered steps leave few ties to break: without perturbed costs a warm start takes half the iterations.
    "dual_simplex_cost_perturbation_multiplier": 0.0,
}


class Model(Protocol):
    """A linear programme that stays in the solver: its numbers are edited, and rows come and go at its end.

    min c·x,  row_lower ≤ A·x ≤ row_upper,  lower ≤ x ≤ upper.
    """

    def option(self, name: str, value: bool | int | float | str) -> None:
        """Set an option of HiGHS."""

    def costs(self, cols: Ints32 | None, cost: Floats) -> None:
        """Set the costs of columns in rising order; of all where `cols` is None."""

    def bounds(self, cols: Ints32 | None, lower: Floats, upper: Floats) -> None:
        """Set the bounds of columns in rising order; of all where `cols` is None."""

    def sides(self, rows: Ints32 | None, lower: Floats, upper: Floats) -> None:
        """Set the sides of rows in rising order; of all where `rows` is None."""

    def append(self, start: Ints32, index: Ints32, value: Floats, lower: Floats, upper: Floats) -> None:
        """Add rows below the others, in compressed rows; a basis that is held gets their slacks."""

    def drop(self, rows: Ints32) -> None:
        """Take rows out; those below move up."""

    def forget(self) -> None:
        """Drop basis and solution."""

    def start(self, basis: Basis) -> None:
        """Start the next run from a basis."""

    def run(self) -> int:
        """Solve; return the status of the model."""

    def solution(self) -> tuple[Floats, Floats]:
        """Return values of columns and duals of rows."""

    def reduced(self) -> Floats:
        """Return the reduced costs of columns: what one more unit of a bound that holds adds to the objective."""

    @property
    def objective(self) -> float:
        """Objective of the last run."""

    def basis(self) -> Basis:
        """Return the basis of the last run."""

    def basic(self) -> Ints32:
        """Return the basic variable of each row: a column, or −1 − row for the row's own slack."""

    def transposed(self, right: Floats) -> Floats:
        """Solve Bᵀ·y = right with the factors of the last run's basis."""

    @property
    def iterations(self) -> int:
        """Simplex iterations of the last run."""


def model(matrix: sparse.csc_matrix) -> Model:
    """Return a model of a matrix in compressed columns, with costs and sides of nought and columns fixed at nought."""
    return _Native(matrix) if _library() is not None else _Portable(matrix)


@cache
def _library() -> ctypes.CDLL | None:
    """The shared library that highspy is built on; None where it is not one of its own."""
    home = Path(highspy.__file__).parent
    found = sorted([*home.glob("libhighs.so*"), *home.glob("libhighs*.dylib")], key=lambda p: len(p.name))
    if not found:
        return None
    library = ctypes.CDLL(str(found[0]))
    library.Highs_create.restype = ctypes.c_void_p
    library.Highs_getObjectiveValue.restype = ctypes.c_double
    if library.Highs_getSizeofHighsInt(None) != 4:
        return None
    return library


def _at(array: NDArray[Any]) -> Any:
    """Return where the numbers of an array lie."""
    try:
        return ctypes.byref(ctypes.c_char.from_buffer(array))  # type: ignore[arg-type]
    except (TypeError, ValueError):  # it may not be written to, or is empty
        return ctypes.c_void_p(array.ctypes.data)


def _floats(array: Floats) -> Floats:
    return np.ascontiguousarray(array, dtype=np.float64)


class _Native:
    """A model behind the C interface. Every call lets go of the interpreter's lock."""

    def __init__(self, matrix: sparse.csc_matrix) -> None:
        library = _library()
        assert library is not None
        self._lib = library
        self._h = ctypes.c_void_p(library.Highs_create())
        self._m, self._n = matrix.shape
        for name, value in OPTIONS.items():
            self.option(name, value)
        zeros, none = np.zeros(self._n), np.zeros(self._m)
        start, index = matrix.indptr.astype(np.int32), matrix.indices.astype(np.int32)
        self._done(
            library.Highs_passLp(
                self._h, self._n, self._m, len(matrix.data), 1, 1, ctypes.c_double(0.0), _at(zeros), _at(zeros),
                _at(zeros), _at(none), _at(none), _at(start), _at(index), _at(_floats(matrix.data)),
            ),
            "take the matrix",
        )  # fmt: skip

    def __del__(self) -> None:
        handle = self.__dict__.pop("_h", None)  # no module may be left when the interpreter ends
        if handle:
            self._lib.Highs_destroy(handle)

    def option(self, name: str, value: bool | int | float | str) -> None:
        key = name.encode()
        if isinstance(value, bool):
            code = self._lib.Highs_setBoolOptionValue(self._h, key, int(value))
        elif isinstance(value, int):
            code = self._lib.Highs_setIntOptionValue(self._h, key, value)
        elif isinstance(value, float):
            code = self._lib.Highs_setDoubleOptionValue(self._h, key, ctypes.c_double(value))
        else:
            code = self._lib.Highs_setStringOptionValue(self._h, key, value.encode())
        self._done(code, f"set the option {name}")

    def costs(self, cols: Ints32 | None, cost: Floats) -> None:
        cost = _floats(cost)
        if cols is None:
            code = self._lib.Highs_changeColsCostByRange(self._h, 0, self._n - 1, _at(cost))
        else:
            code = self._lib.Highs_changeColsCostBySet(self._h, len(cols), _at(cols), _at(cost))
        self._done(code, "change costs")

    def bounds(self, cols: Ints32 | None, lower: Floats, upper: Floats) -> None:
        lower, upper = _floats(lower), _floats(upper)
        if cols is None:
            code = self._lib.Highs_changeColsBoundsByRange(self._h, 0, self._n - 1, _at(lower), _at(upper))
        else:
            code = self._lib.Highs_changeColsBoundsBySet(
                self._h, len(cols), _at(cols), _at(lower), _at(upper)
            )
        self._done(code, "change bounds")

    def sides(self, rows: Ints32 | None, lower: Floats, upper: Floats) -> None:
        lower, upper = _floats(lower), _floats(upper)
        if rows is None:
            code = self._lib.Highs_changeRowsBoundsByRange(self._h, 0, self._m - 1, _at(lower), _at(upper))
        else:
            code = self._lib.Highs_changeRowsBoundsBySet(
                self._h, len(rows), _at(rows), _at(lower), _at(upper)
            )
        self._done(code, "change sides")

    def append(self, start: Ints32, index: Ints32, value: Floats, lower: Floats, upper: Floats) -> None:
        lower, upper, value = _floats(lower), _floats(upper), _floats(value)
        code = self._lib.Highs_addRows(
            self._h, len(lower), _at(lower), _at(upper), len(value), _at(start), _at(index), _at(value)
        )
        self._done(code, "take more rows")
        self._m += len(lower)

    def drop(self, rows: Ints32) -> None:
        mask = np.zeros(self._m, np.int32)
        mask[rows] = 1
        count = int(mask.sum())
        self._done(self._lib.Highs_deleteRowsByMask(self._h, _at(mask)), "drop rows")
        self._m -= count

    def forget(self) -> None:
        self._lib.Highs_clearSolver(self._h)

    def start(self, basis: Basis) -> None:
        self._done(self._lib.Highs_setBasis(self._h, _at(basis[0]), _at(basis[1])), "start from a basis")

    def run(self) -> int:
        self._lib.Highs_run(self._h)
        return int(self._lib.Highs_getModelStatus(self._h))

    def solution(self) -> tuple[Floats, Floats]:
        x, dual = np.empty(self._n), np.empty(self._m)
        self._done(
            self._lib.Highs_getSolution(self._h, _at(x), None, None, _at(dual)),
            "give its solution",
        )
        return x, dual

    def reduced(self) -> Floats:
        dual = np.empty(self._n)
        self._done(self._lib.Highs_getSolution(self._h, None, _at(dual), None, None), "give its solution")
        return dual

    @property
    def objective(self) -> float:
        return float(self._lib.Highs_getObjectiveValue(self._h))

    def basis(self) -> Basis:
        col, row = np.empty(self._n, np.int32), np.empty(self._m, np.int32)
        self._done(self._lib.Highs_getBasis(self._h, _at(col), _at(row)), "give its basis")
        return col, row

    def basic(self) -> Ints32:
        which = np.empty(self._m, np.int32)
        self._done(self._lib.Highs_getBasicVariables(self._h, _at(which)), "give its basic variables")
        return which

    def transposed(self, right: Floats) -> Floats:
        y = np.empty(self._m)
        code = self._lib.Highs_getBasisTransposeSolve(self._h, _at(_floats(right)), _at(y), None, None)
        self._done(code, "solve with its basis")
        return y

    @property
    def iterations(self) -> int:
        value = ctypes.c_int()
        self._lib.Highs_getIntInfoValue(self._h, b"simplex_iteration_count", ctypes.byref(value))
        return value.value

    @staticmethod
    def _done(code: int, what: str) -> None:
        if code < 0:
            raise NumericalError(f"the solver would not {what}.")


class _Portable:
    """The same model behind highspy's objects."""

    def __init__(self, matrix: sparse.csc_matrix) -> None:
        self._h = highspy.Highs()  # type: ignore[no-untyped-call]
        for name, value in OPTIONS.items():
            self.option(name, value)
        self._m, self._n = matrix.shape
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = self._n, self._m
        lp.col_cost_ = lp.col_lower_ = lp.col_upper_ = np.zeros(self._n)
        lp.row_lower_ = lp.row_upper_ = np.zeros(self._m)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_ = matrix.indptr.astype(np.int32)
        lp.a_matrix_.index_ = matrix.indices.astype(np.int32)
        lp.a_matrix_.value_ = matrix.data
        self._h.passModel(lp)
        self._all_cols = np.arange(self._n, dtype=np.int32)

    def option(self, name: str, value: bool | int | float | str) -> None:
        if self._h.setOptionValue(name, value) == highspy.HighsStatus.kError:
            raise NumericalError(f"the solver would not set the option {name}.")

    def costs(self, cols: Ints32 | None, cost: Floats) -> None:
        which = self._all_cols if cols is None else cols
        self._h.changeColsCost(len(which), which, cost)

    def bounds(self, cols: Ints32 | None, lower: Floats, upper: Floats) -> None:
        which = self._all_cols if cols is None else cols
        self._h.changeColsBounds(len(which), which, lower, upper)

    def sides(self, rows: Ints32 | None, lower: Floats, upper: Floats) -> None:
        which = np.arange(self._m, dtype=np.int32) if rows is None else rows
        self._h.changeRowsBounds(len(which), which, lower, upper)  # type: ignore[attr-defined]

    def append(self, start: Ints32, index: Ints32, value: Floats, lower: Floats, upper: Floats) -> None:
        rows = (len(lower), _floats(lower), _floats(upper))
        done = self._h.addRows(*rows, len(value), start, index, _floats(value))
        if done == highspy.HighsStatus.kError:
            raise NumericalError("the solver would not take more rows.")
        self._m += len(lower)

    def drop(self, rows: Ints32) -> None:
        if self._h.deleteRows(len(rows), rows) == highspy.HighsStatus.kError:
            raise NumericalError("the solver would not drop rows.")
        self._m -= len(rows)

    def forget(self) -> None:
        self._h.clearSolver()

    def start(self, basis: Basis) -> None:
        told = highspy.HighsBasis()
        told.col_status = [highspy.HighsBasisStatus(int(i)) for i in basis[0]]
        told.row_status = [highspy.HighsBasisStatus(int(i)) for i in basis[1]]
        told.valid = told.alien = True
        self._h.setBasis(told)

    def run(self) -> int:
        self._h.run()
        return int(self._h.getModelStatus())

    def solution(self) -> tuple[Floats, Floats]:
        found = self._h.getSolution()
        return np.array(found.col_value), np.array(found.row_dual)

    def reduced(self) -> Floats:
        return np.array(self._h.getSolution().col_dual)

    @property
    def objective(self) -> float:
        return float(self._h.getInfo().objective_function_value)

    def basis(self) -> Basis:
        told = self._h.getBasis()
        return (
            np.array([int(s) for s in told.col_status], np.int32),
            np.array([int(s) for s in told.row_status], np.int32),
        )

    def basic(self) -> Ints32:
        return np.asarray(self._h.getBasicVariables()[1], dtype=np.int32)  # type: ignore[attr-defined]

    def transposed(self, right: Floats) -> Floats:
        return np.asarray(self._h.getBasisTransposeSolve(right)[1], dtype=np.float64)  # type: ignore[attr-defined]

    @property
    def iterations(self) -> int:
        return int(self._h.getInfo().simplex_iteration_count)
