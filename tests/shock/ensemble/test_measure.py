"""What is kept of a draw, against sums by hand and against what the market itself believes."""

from __future__ import annotations

import numpy as np
import pytest

from oreflow.atlas import bundled
from oreflow.errors import UnknownNameError
from oreflow.market import Change, Draw, Engine, News, Settings, calibrate
from oreflow.market.view import Beliefs
from oreflow.shock import expected, from_library, stage
from oreflow.shock.ensemble.measure import NAMES, Measure

SETTINGS = Settings(start="2025-07", periods=3, step="quarter", ahead=(3, 3))


@pytest.fixture(scope="module")
def base():
    return calibrate(bundled(), scope=("lithium",))


@pytest.fixture(scope="module")
def measure(base):
    return Measure(bundled(), base, SETTINGS, ("lithium_carbonate@CHN", "lithium_concentrate@CHN"))


@pytest.fixture(scope="module")
def engine(base):
    return Engine(base, SETTINGS)


@pytest.fixture(scope="module")
def halt(engine):
    news = expected(stage(from_library("jianxiawo_halt_2025"), bundled(), start="2025-07", months=9))
    return news, engine.draw(news, Draw(), NAMES)


def named(columns, values):
    return dict(zip([c.name for c in columns], np.atleast_2d(values).T, strict=True))


def test_when_nothing_happens_nothing_is_missing(measure, engine):
    news = [News(0, ())]
    paths, totals = measure(engine.draw(news, Draw(es=1.3, ed=0.8), NAMES), news)
    assert paths.shape == (3, len(measure.paths)) and totals.shape == (len(measure.totals),)
    for column, path in zip(measure.paths, paths.T, strict=True):
        size = measure.demand.get(column.name.partition(":")[2].partition("@")[0], (1.0, ""))[0]
        assert path == pytest.approx(column.base, rel=1e-6, abs=1e-6 * max(size, 1.0)), column.name
    assert named(measure.totals, totals)["buyers_loss"][0] == pytest.approx(0.0, abs=1e3)


def test_a_halt_is_measured_as_by_hand(measure, base, halt):
    news, values = halt
    net = base.net
    paths, totals = (
        named(c, v) for c, v in zip((measure.paths, measure.totals), measure(values, news), strict=True)
    )
    i = net.nodes.index("lithium_carbonate@CHN")
    assert paths["price:lithium_carbonate@CHN"].tolist() == values["price"][i].tolist()
    here = [d for d in range(len(net.demands)) if net.demand_node[d] == i]
    short = sum(base.balanced.demand_q[d] / 4 - values["served"][d] for d in here)
    assert paths["shortage:lithium_carbonate@CHN"] == pytest.approx(short)
    regions = [v for k, v in paths.items() if k.startswith("shortage:lithium_carbonate@")]
    assert sum(regions) == pytest.approx(paths["shortage:lithium_carbonate"])
    assert totals["shortage_total:lithium_carbonate"][0] == pytest.approx(
        paths["shortage:lithium_carbonate"].sum()
    )
    assert not any(k.startswith("shortage:ev_battery@") for k in paths)  # not watched: the world only
    mines = [
        p for p in range(len(net.plants)) if net.node_commodity[net.plant_main[p]] == "lithium_concentrate"
    ]
    lost = sum(base.balanced.plant_q[p] * 0.75 - values["output"][p].sum() for p in mines)
    assert totals["output_lost:lithium_concentrate"][0] == pytest.approx(lost)
    assert lost > 0 and totals["buyers_loss"][0] > 0


def test_what_buyers_lose_is_the_area_left_of_their_curve(measure, base):
    """On an iso-elastic curve the trapezoid is the integral of demand to the second order in the price."""
    net = base.net
    for rise in (0.01, 0.05, 0.2):
        e = 0.3
        quantity = base.balanced.demand_q / 4
        values = {
            "price": np.tile(base.price[:, None] * (1 + rise), (1, 3)),
            "output": np.zeros((len(net.plants), 3)),
            "served": np.tile((quantity * (1 + rise) ** -e)[:, None], (1, 3)),
            "unserved": np.zeros((len(net.demands), 3)),
        }
        loss = measure(values, [])[1][-1]
        exact = 3 * (quantity * base.price[net.demand_node]).sum() * ((1 + rise) ** (1 - e) - 1) / (1 - e)
        assert loss == pytest.approx(exact, rel=e * (1 + e) * rise**2 / 12 * 1.5)


def test_more_demand_is_no_shortage_as_long_as_it_is_met(measure, base):
    net = base.net
    change = Change("demands", tuple(net.demands), "quantity", np.array([1.2]))
    values = {
        "price": np.tile(base.price[:, None], (1, 3)),
        "output": np.zeros((len(net.plants), 3)),
        "served": np.tile(1.2 * base.balanced.demand_q[:, None] / 4, (1, 3)),
        "unserved": np.zeros((len(net.demands), 3)),
    }
    paths = named(measure.paths, measure(values, [News(0, (change,))])[0])
    assert paths["shortage:ev_battery"] == pytest.approx(0.0, abs=1e-6)


def test_the_level_of_demand_is_what_the_market_believes(measure, base):
    """Against `oreflow.market.view.Beliefs`, which the market itself is cleared with."""
    net, rng = base.net, np.random.default_rng(1)

    def change(rows, months):
        return Change("demands", tuple(rows), "quantity", rng.uniform(0.5, 1.5, months))

    first = (change(net.demands[:50], 9), change(net.demands[40:60], 4))
    second = (change(net.demands[10:20], 20), Change("plants", tuple(net.plants[:2]), "cost", np.ones(9)))
    found = measure.level([News(4, second), News(-3, first)])

    def believed(changes):
        demand = Beliefs(base, changes, 9).demand
        laid = np.tile(demand.usual, (9, 1))
        laid[:, demand.index] = demand.months
        return laid.reshape(3, 3, -1).mean(axis=1).T

    early, late = believed(first), believed(second)
    assert found[:, 0] == pytest.approx(early[:, 0])
    assert found[:, 1:] == pytest.approx(
        late[:, 1:]
    )  # heard within the second quarter: it counts from its start
    assert measure.level([]).min() == measure.level([]).max() == 1.0


def test_units_are_those_of_the_commodities(measure):
    unit = {c.name: c.unit for c in (*measure.paths, *measure.totals)}
    assert unit["price:lithium_carbonate@CHN"] == "USD/t LCE"
    assert unit["shortage:ev_battery"] == "GWh"
    assert unit["buyers_loss"] == "USD"


def test_the_headline_is_watched_first_or_the_largest_market_of_the_scope(measure, base):
    assert measure.headline == "lithium_carbonate@CHN"
    assert Measure(bundled(), base, SETTINGS, scope=("lithium",)).headline.startswith("lithium_")
    assert Measure(bundled(), base, SETTINGS).headline == "lfp_cell@CHN"
    assert (
        Measure(bundled(), base, SETTINGS, ("lithium_concentrate@CHN",)).headline == "lithium_concentrate@CHN"
    )


def test_a_node_that_is_not_there_is_named(base):
    with pytest.raises(UnknownNameError, match="lithium_carbonate@CHN"):
        Measure(bundled(), base, SETTINGS, ("lithium_carbonate@CHI",))
