"""The same plan as one large programme over all scenarios at once: slower, and a check on the decomposition."""

from __future__ import annotations

import highspy
import numpy as np
from scipy import sparse

from oreflow.errors import InfeasibleError
from oreflow.respond.plan.benders import Menu
from oreflow.respond.plan.programme import Floats, Programme


def extensive(
    programme: Programme, menu: Menu, weight: float, *, tail: float = 0.1, budget: float = np.inf
) -> tuple[Floats, float]:
    """Return the best plan from the extensive form.

    Variables: sizes x, then the second stage y_s of every scenario, its excess z_s over the edge of the tail, and that
    edge η.

    Args:
        programme: The second stage.
        menu: What can be bought.
        weight: λ.
        tail: Share of the worst cases that count.
        budget: Most that the plan may cost, USD.

    Returns:
        Sizes, shape (K,), and cost + λ·loss at risk, USD.

    Raises:
        InfeasibleError: There is no solution.
    """
    p = programme
    k, s = p.size, len(p.scenarios)
    m, n = p.matrix.shape
    whole = menu.lot > 0
    step = np.where(whole, menu.lot, 1.0)
    most = np.where(whole, np.floor(menu.most / step + 1e-9), menu.most)
    left = k + s * n  # where z and η begin
    # Money is in units between a dollar and its largest amount: solvers drop what is small, and bear no large numbers.
    scale = max(float(np.abs(p.constant).max()), float((menu.cost * menu.most).max()), 1.0) ** 0.5
    cols = left + s + 1
    blocks, row_lower, row_upper = [], [], []
    for i in range(s):
        a = sparse.lil_matrix((m, cols))
        a[:, k + i * n : k + (i + 1) * n] = p.matrix.toarray()
        # What a plan opens stands on the left of its rows and columns.
        for r, owner, room in zip(p.rows, p.row_owner, p.row_room[i], strict=True):
            a[r, owner] -= room * step[owner]
        blocks.append(a.tocsr())
        row_lower.append(p.row_lower[i])
        row_upper.append(p.row_upper[i])
        open_ = sparse.lil_matrix((len(p.cols), cols))
        for j, (c, owner, room) in enumerate(zip(p.cols, p.col_owner, p.col_room[i], strict=True)):
            open_[j, k + i * n + c] = 1.0
            open_[j, owner] = -room * step[owner]
        blocks.append(open_.tocsr())
        row_lower.append(np.full(len(p.cols), -np.inf))
        row_upper.append(p.upper[i, p.cols])
        over = sparse.lil_matrix((1, cols))  # z_s + η − c·y − slope·x ≥ constant
        over[0, left + i] = over[0, left + s] = 1.0
        over[0, k + i * n : k + (i + 1) * n] = -p.cost[i] / scale
        over[0, :k] = -p.slope[i] * step / scale
        blocks.append(over.tocsr())
        row_lower.append(np.array([p.constant[i] / scale]))
        row_upper.append(np.array([np.inf]))
    pay = sparse.lil_matrix((1, cols))
    pay[0, :k] = menu.cost * step / scale
    blocks.append(pay.tocsr())
    row_lower.append(np.array([-np.inf]))
    row_upper.append(np.array([budget / scale]))
    matrix = sparse.vstack(blocks).tocsc()
    upper = p.upper.copy()
    upper[:, p.cols] = np.inf
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = cols, matrix.shape[0]
    lp.col_cost_ = np.concatenate(
        [menu.cost * step / scale, np.zeros(s * n), weight * p.weight / tail, [weight]]
    )
    lp.col_lower_ = np.concatenate([np.zeros(k), p.lower.ravel(), np.zeros(s), [-np.inf]])
    lp.col_upper_ = np.concatenate([most, upper.ravel(), np.full(s + 1, np.inf)])
    lp.row_lower_, lp.row_upper_ = np.concatenate(row_lower), np.concatenate(row_upper)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = matrix.indptr.astype(np.int32)
    lp.a_matrix_.index_ = matrix.indices.astype(np.int32)
    lp.a_matrix_.value_ = matrix.data
    if whole.any():
        kinds = [highspy.HighsVarType.kInteger if w else highspy.HighsVarType.kContinuous for w in whole]
        lp.integrality_ = kinds + [highspy.HighsVarType.kContinuous] * (cols - k)
    h = highspy.Highs()  # type: ignore[no-untyped-call]
    h.setOptionValue("output_flag", False)
    h.setOptionValue("threads", 1)
    h.setOptionValue("mip_rel_gap", 1e-9)
    h.passModel(lp)
    h.run()
    if h.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise InfeasibleError(f"the extensive form has no solution ({h.getModelStatus().name}).")
    x = np.asarray(h.getSolution().col_value[:k], dtype=float) * step
    return x, float(h.getInfo().objective_function_value) * scale
