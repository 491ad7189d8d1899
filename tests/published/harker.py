"""The spatial competition case of Harker (1986), Operations Research 34(3): data as in the GAMS library."""

from __future__ import annotations

from oreflow.market.spatial import Curve

NAMES = ["one", "two", "three", "four", "five", "six"]
REGIONS = {"one": (1.0, 0.5, 19.0, 0.2), "two": (2.0, 0.4, 27.0, 0.01), "three": (1.5, 0.3, 30.0, 0.3)}
ARCS = {
    ("one", "four"): (1, 0.5), ("one", "five"): (2, 0.2), ("two", "six"): (3, 0.3), ("three", "six"): (1, 0.4),
    ("four", "one"): (2, 0.3), ("four", "five"): (1, 0.1), ("four", "six"): (1, 0.1), ("five", "one"): (3, 0.5),
    ("five", "four"): (2, 0.2), ("five", "six"): (1, 1.0), ("six", "two"): (2, 0.25), ("six", "three"): (2, 0.2),
    ("six", "four"): (1, 0.9), ("six", "five"): (3, 0.8),
}  # fmt: skip


def curves(*, monopoly: bool) -> list[Curve]:
    """Supply α + 2βq, demand ρ − ηq (marginal revenue ρ − 2ηq for a monopolist), transport κ + 3νt²."""
    out = []
    for name, (alpha, beta, rho, eta) in REGIONS.items():
        node = NAMES.index(name)
        slope = 2 * eta if monopoly else eta
        out.append(
            Curve(
                lambda q, a=alpha, b=beta: a + 2 * b * q,
                lambda q, a=alpha, b=beta: a * q + b * q**2,
                None,
                node,
                60,
            )
        )
        out.append(
            Curve(
                lambda q, r=rho, s=slope: r - s * q,
                lambda q, r=rho, s=slope: r * q - s * q**2 / 2,
                node,
                None,
                100,
            )
        )
    for (start, end), (kappa, nu) in ARCS.items():
        out.append(
            Curve(
                lambda t, k=kappa, n=nu: k + 3 * n * t**2,
                lambda t, k=kappa, n=nu: k * t + n * t**3,
                NAMES.index(start),
                NAMES.index(end),
                20,
            )
        )
    return out
