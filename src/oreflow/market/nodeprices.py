"""Prices where none is reported: from the hub's price along the observed flows.

min Σ_a f_a (β^lag p_to − p_from − c_a)² + ε Σ_n F (p_n − p_hub)²,  p at hubs fixed

The result is an input to calibration, marked derived; wedges take up what the flows contradict.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import spsolve

from oreflow.market.network import Floats, Network

PRIOR = 1e-3
"""Weight of the prior that a price is near its hub's."""
BAND = (0.5, 2.0)
"""Derived prices stay within this band of their hub's."""


def node_prices(net: Network, route_q: Floats, discount: float) -> Floats:
    """Derive the price at every node.

    Args:
        net: Network.
        route_q: Reconciled flow, shape (routes,), unit/yr.
        discount: Discount rate, 1/yr.

    Returns:
        Price, shape (nodes,), USD/unit.
    """
    n = len(net.nodes)
    beta = (1.0 + discount) ** (-net.route_lag / 12.0)
    used = np.flatnonzero(route_q > 0)
    # Weights as shares of the commodity's total trade, so that small commodities are not drowned.
    codes = np.unique(net.node_commodity, return_inverse=True)[1]
    of = codes[net.route_to[used]]
    weight = route_q[used] / np.bincount(of, weights=route_q[used], minlength=codes.max() + 1)[of]
    scale = 1.0 / net.hub_price[net.route_to[used]]
    root = np.sqrt(weight) * scale
    k = np.arange(len(used))
    rows = np.concatenate([k, k])
    cols = np.concatenate([net.route_to[used], net.route_from[used]])
    vals = np.concatenate([root * beta[used], -root])
    flows = sparse.csr_matrix((vals, (rows, cols)), shape=(len(used), n))
    target = root * net.route_freight[used]
    prior = np.sqrt(PRIOR) / net.hub_price
    a = sparse.csr_matrix(sparse.vstack([flows, sparse.csr_matrix(sparse.diags(prior))]))
    b = np.concatenate([target, prior * net.hub_price])
    free = np.flatnonzero(~net.is_hub)
    price = net.hub_price.copy()
    if len(free):
        rest = b - a[:, np.flatnonzero(net.is_hub)] @ price[net.is_hub]
        af = a[:, free]
        price[free] = spsolve((af.T @ af).tocsc(), af.T @ rest)
    return np.clip(price, BAND[0] * net.hub_price, BAND[1] * net.hub_price)
