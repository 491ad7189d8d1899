"""A quota over several routes together.

    Σ_{a in group} f[a,t] ≤ quota_t

The dual is the scarcity price of the quota (USD/unit): what a licence to ship one more tonne is worth.
"""

from __future__ import annotations

import numpy as np

from oreflow.market.layout import Arrays, Entries, Layout
from oreflow.market.view import View, bounded


def entries(layout: Layout) -> list[Entries]:
    """Return the matrix part: one row a quota, −1 for each route in it (rows are written as ≥)."""
    steps = layout.base.steps["routes"]
    rows, cols = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for i, quota in enumerate(layout.quotas):
        inside = np.flatnonzero(np.isin(steps.owner, quota.routes))
        rows.append(np.full(len(inside), layout.quota_row + i))
        cols.append(layout.start["routes"] + inside)
    row = np.concatenate(rows)
    return [Entries(row=row, col=np.concatenate(cols), val=-np.ones(len(row)))]


def fill(view: View, arrays: Arrays) -> None:
    """Write what each quota allows in a period."""
    layout = view.layout
    for i, quota in enumerate(layout.quotas):
        usual = float(layout.base.balanced.route_q[quota.routes].sum())
        allowed = bounded(quota.profile[:, None], usual, view.average)[:, 0] * layout.per[:, 0]
        arrays.row_lower[:, layout.quota_row + i] = -np.where(np.isfinite(allowed), allowed, 1e30)
