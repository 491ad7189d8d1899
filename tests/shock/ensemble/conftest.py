"""The bundled world and its lithium chain, calibrated once."""

import pytest

from oreflow.atlas import bundled
from oreflow.market import calibrate


@pytest.fixture(scope="session")
def real():
    return bundled()


@pytest.fixture(scope="session")
def lithium(real):
    return calibrate(real, scope=("lithium",))
