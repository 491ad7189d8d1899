"""Published sequential decisions: FAST's hydro-thermal problem."""

from __future__ import annotations

import pytest

from oreflow.respond.sddp import IterationLimit, deterministic_equivalent, train
from oreflow.respond.sddp.examples import hydro_thermal


@pytest.mark.parametrize("multi", [False, True])
def test_fast_hydro_thermal(multi: bool) -> None:
    graph = hydro_thermal()
    policy = train(graph, initial_state=[0.0], multi=multi, stopping=IterationLimit(5))
    assert policy.bound == pytest.approx(10.0, abs=1e-9)
    assert deterministic_equivalent(graph, initial_state=[0.0]).value == pytest.approx(10.0, abs=1e-9)
