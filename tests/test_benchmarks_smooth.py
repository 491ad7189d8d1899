"""What steps are held against in the benchmarks: smooth curves in closed form, however they are cut."""

from functools import partial

import numpy as np
import pytest
from benchmarks.cases.accuracy import off
from benchmarks.models import SMALL, Model, looks, scene
from benchmarks.smooth import smooth
from benchmarks.synthetic import Shape, world

from oreflow.market import Change
from tests.market.worlds import one_node

pytestmark = pytest.mark.oracle


@pytest.mark.parametrize(("es", "ed", "factor"), [(0.1, 0.1, 1.03), (0.3, 0.2, 0.9), (0.2, 0.4, 1.2)])
def test_one_node_moves_as_its_elasticities_say(es: float, ed: float, factor: float) -> None:
    model = Model("one", "one node", partial(one_node, es=es, ed=ed, mines=3), months=1)
    look = scene(model, (Change("demands", ("d",), "quantity", np.array([factor])),))
    assert smooth(look).price[0, 0] == pytest.approx(1000.0 * factor ** (1.0 / (es + ed)), rel=1e-6)


def test_smooth_prices_do_not_depend_on_how_curves_are_cut() -> None:
    exact, gaps = [], []
    for step in (0.4, 0.02):
        shape = Shape(minerals=2, stages=4, regions=5, step=step)
        model = Model("cut", "a synthetic system", partial(world, shape), months=4)
        demands = tuple(model.base().net.demands)
        look = scene(model, (Change("demands", demands, "quantity", np.array([1.03])),))
        found = smooth(look)
        assert found.rounds > 1
        exact.append(found.price)
        gaps.append(off(look, look.solve(), found.price).mean())
        still = scene(model)
        assert off(still, still.solve(), smooth(still).price).max() < 1e-6
    assert exact[0] == pytest.approx(exact[1], rel=1e-5)
    assert abs(exact[0] / exact[0].mean() - 1.0).max() > 0.01
    assert gaps[1] < 0.5 * gaps[0]  # finer steps come nearer


def test_smooth_curves_are_refused_where_they_are_not_known() -> None:
    steady = looks(SMALL, "halt")[0]
    with pytest.raises(ValueError, match="of a window"):
        smooth(steady)
