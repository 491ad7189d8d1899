"""Loss of value added when a mineral falls short, in the input-output form that USGS uses.

The economy makes gross outputs x with input coefficients A; final use is (I - A)x and must not be negative. A
mineral with use m per unit of output is cut by a share: industries then produce what gives most value added,

    max va'x   subject to   (I - A)x >= 0,   0 <= x <= x0,   m'x <= (1 - cut) m'x0,

with x0 = (I - A)^-1 f the outputs before and va = 1 - column sums of A. Method: Manley, Alonso and Nassar (2022),
"A model to assess industry vulnerability to disruptions in mineral commodity supplies", Resources Policy 78, and
the economic effects that USGS publishes with its list of critical minerals.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from oreflow.errors import DataError
from oreflow.gauge.lp import maximise


@dataclass(frozen=True, slots=True)
class InputOutputLoss:
    """What a cut of a mineral costs an economy.

    Attributes:
        before: Value added before the cut, in the money of the final demand.
        after: Value added after it, same unit.
        output: Shape (n,), gross output of each industry after it, same unit.
        shadow_price: Value added lost per further unit of the mineral, in money per unit of the mineral.
    """

    before: float
    after: float
    output: NDArray[np.float64]
    shadow_price: float

    @property
    def loss(self) -> float:
        """Value added lost, same unit as the final demand."""
        return self.before - self.after


def input_output_loss(
    coefficients: ArrayLike, final_demand: ArrayLike, mineral_use: ArrayLike, *, cut: float
) -> InputOutputLoss:
    """Return the smallest loss of value added that a cut in a mineral's supply forces.

    Args:
        coefficients: Shape (n, n), input of row industry per unit of output of column industry.
        final_demand: Shape (n,), final use of each industry's goods, in money.
        mineral_use: Shape (n,), units of the mineral per unit of gross output.
        cut: Share of the mineral's supply that is lost, 0 to 1.

    Returns:
        Value added before and after, outputs and the mineral's shadow price.

    Raises:
        DataError: Shapes do not fit, the economy cannot feed itself, or the cut is not within 0 to 1.
        NumericalError: The programme could not be solved.
    """
    a = np.asarray(coefficients, dtype=float)
    f = np.asarray(final_demand, dtype=float)
    m = np.asarray(mineral_use, dtype=float)
    n = f.size
    if a.shape != (n, n) or m.shape != (n,):
        raise DataError(
            f"input-output loss: coefficients {a.shape}, final demand {f.shape} and mineral use {m.shape} "
            "do not fit; expected (n, n), (n,) and (n,)."
        )
    if not 0 <= cut <= 1:
        raise DataError(f"input-output loss: the cut is a share from 0 to 1, got {cut}.")
    leontief = np.eye(n) - a
    if (a < 0).any() or np.abs(np.linalg.eigvals(a)).max() >= 1:
        raise DataError(
            "input-output loss: the coefficients use up more than they make (spectral radius >= 1)."
        )
    x0 = np.linalg.solve(leontief, f)
    va = 1.0 - a.sum(axis=0)
    supply = float(m @ x0)
    best = maximise(
        va,
        np.vstack([-leontief, m]),
        np.append(np.zeros(n), (1.0 - cut) * supply),
        x0,
        what="input-output loss",
    )
    return InputOutputLoss(
        before=float(va @ x0), after=best.value, output=best.x, shadow_price=float(best.dual[-1])
    )
