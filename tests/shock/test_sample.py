"""Draws: reproducible one by one, whatever the number of threads, and kept."""

from __future__ import annotations

import numpy as np
import pytest

from oreflow.atlas import bundled
from oreflow.errors import UsageError
from oreflow.market import Settings
from oreflow.shock import from_library, sample
from oreflow.shock.sample import KEPT

SHORT = Settings(start="2025-07", periods=6, stride=12, ahead=(1, 2, 3))


@pytest.fixture(scope="module")
def world():
    return bundled()


@pytest.fixture(scope="module")
def halt(world):
    return sample(world, from_library("jianxiawo_halt_2025", world), settings=SHORT, draws=6, seed=3)


def test_a_draw_depends_on_its_number_alone(world, halt):
    fewer = sample(
        world, from_library("jianxiawo_halt_2025", world), settings=SHORT, draws=3, seed=3, workers=1
    )
    assert fewer.inputs.equals(halt.inputs.head(3))
    for name in KEPT:
        mine, all_ = getattr(fewer, name), getattr(halt, name)[:3]
        assert mine == pytest.approx(all_, rel=2e-3, abs=2e-3 * np.abs(all_).max())
    assert fewer.price == pytest.approx(halt.price[:3], rel=1e-3)


def test_another_seed_gives_other_draws(world, halt):
    other = sample(world, from_library("jianxiawo_halt_2025", world), settings=SHORT, draws=2, seed=4)
    assert not other.inputs.equals(halt.inputs.head(2))
    assert other.run != halt.run


def test_before_the_news_all_draws_stand_in_the_base(halt):
    assert halt.price[:, :, 0] == pytest.approx(np.tile(halt.base.price, (6, 1)))
    assert (halt.price[:, halt.base.net.nodes.index("lithium_concentrate@CHN"), 1] > 5644).all()


def test_inputs_lie_in_their_ranges(world, halt):
    table = world["parameters"].set_index("parameter")
    for name, parameter in (("es", "es_scale"), ("ed", "ed_scale"), ("eta", "convenience_eta")):
        low, high = table.loc[parameter, ["low", "high"]]
        assert halt.inputs[name].between(low, high).all()


def test_the_means_are_proven(halt):
    assert halt.expected.worst < 1e-6 and halt.baseline.worst < 1e-9
    assert halt.expected.price_gap < 1e-4
    assert halt.failed == ()


def test_kept_draws_come_back_equal_and_broken_ones_are_made_again(world, halt, tmp_path):
    scenario = from_library("jianxiawo_halt_2025", world)
    options = {"settings": SHORT, "draws": 2, "seed": 3, "cache": tmp_path}
    first = sample(world, scenario, **options)
    (file,) = tmp_path.glob("*.npz")
    told = []
    again = sample(world, scenario, **options, progress=lambda done, total: told.append(done))
    assert told == []  # nothing was solved
    assert np.array_equal(first.price, again.price) and first.inputs.equals(again.inputs)
    file.write_bytes(b"broken")
    sample(world, scenario, **options, progress=lambda done, total: told.append(done))
    assert told == [1, 2]


def test_no_draws_is_refused(world):
    with pytest.raises(UsageError, match="at least 1 draw"):
        sample(world, from_library("smelter_outage", world), draws=0)
