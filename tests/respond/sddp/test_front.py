"""The front door: its names, the example in its docstring, and the benchmark that times it."""

from __future__ import annotations

import doctest

import benchmarks.cases  # noqa: F401  (enters the cases)
import pytest
from benchmarks.registry import QUICK, REGISTRY
from benchmarks.stocks import graph

from oreflow.respond import sddp


def test_every_public_name_is_there() -> None:
    assert sddp.__all__ == sorted(sddp.__all__)
    for name in sddp.__all__:
        assert getattr(sddp, name) is not None


def test_the_example_runs() -> None:
    found = doctest.testmod(sddp)
    assert found.attempted >= 5
    assert found.failed == 0


@pytest.mark.parametrize("name", ["stocks/policy/train", "stocks/stages/warm"])
def test_the_benchmark_runs(name: str) -> None:
    """It holds our optima and those of its peer against each other."""
    measure = REGISTRY[name].run(QUICK)
    assert len(measure.seconds) == 1
    assert len(graph().nodes) == 36
    assert measure.asked
