"""Harker (1986): the competitive and the monopoly case, by steps that close in and by plain steps."""

from __future__ import annotations

import pytest

from oreflow.market.examples import harker
from oreflow.market.spatial import equilibrium


def test_competition():
    found = equilibrium(harker(monopoly=False), 6)
    assert found.objective == pytest.approx(980.672354, abs=1e-5)
    assert found.price[:3] == pytest.approx([16.3458, 26.6709, 20.5], abs=1e-4)


def test_monopoly():
    assert equilibrium(harker(monopoly=True), 6).objective == pytest.approx(849.812826, abs=1e-5)


def test_plain_steps_converge_as_they_grow_finer():
    errors = [
        980.672354 - equilibrium(harker(monopoly=False), 6, steps=n, rounds=1).objective
        for n in (10, 40, 160)
    ]
    assert errors[0] > 4 * errors[1] > 16 * errors[2] > 0
