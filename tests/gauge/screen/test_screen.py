"""What a stop costs: closed forms on small worlds, sums, and what cannot be asked."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy.optimize import brentq

from oreflow.errors import ModelError, UnknownNameError, UsageError
from oreflow.gauge.closedform import price_ratio
from oreflow.gauge.screen import Economy, screen
from oreflow.gauge.screen.effects import NAMES, Meter
from oreflow.market import Change, Draw, Engine, News, Settings, calibrate
from tests.market.worlds import one_node

from .worlds import OWN, PRICE, USE, buyer

ES, ED = 0.2, 0.3
STIFF = 0.01
"""Substitutability of routes at which what one does not bring no other brings in its place."""


def consumers(ratio: float, use: float = USE, ed: float = ED) -> float:
    """Loss of those who use it: ∫ D dp from the old price to the new one."""
    return PRICE * use * (ratio ** (1 - ed) - 1) / (1 - ed)


def producers(ratio: float, made: float, es: float = ES) -> float:
    """Gain of those who make it: ∫ S dp."""
    return PRICE * made * (ratio ** (1 + es) - 1) / (1 + es)


@pytest.mark.parametrize("mode", ["exports", "output"])
@pytest.mark.parametrize(("country", "left", "near"), [("A", 6.0, 0.003), ("B", 30.0, 0.025)])
def test_price_quantity_and_surplus_in_closed_form(mode, country, left, near) -> None:
    world = buyer(es=ES, ed=ED, route_sigma=STIFF)
    made = screen(world, region="U", mode=mode)
    stop = next(s for s in made.stops if s.supplier.country == country)
    ratio = brentq(lambda r: OWN * r**ES + left - USE * r**-ED, 1.0, 5.0)
    e = stop.effects
    assert e.market == "metal@U"
    assert e.price == pytest.approx(ratio - 1, rel=near)
    assert e.unmet == pytest.approx(USE - USE * ratio**-ED, rel=near)
    assert e.unmet_share == pytest.approx(1 - ratio**-ED, rel=near)
    assert -e.consumer == pytest.approx(consumers(ratio), rel=near)
    assert e.producer == pytest.approx(producers(ratio, OWN), rel=near)
    assert stop.loss == pytest.approx(consumers(ratio) - producers(ratio, OWN), rel=near)
    assert not e.capped


def test_half_a_year_costs_half_as_much() -> None:
    world = buyer(es=ES, ed=ED, route_sigma=STIFF)
    year, half = (screen(world, region="U", months=m).stops[0] for m in (12, 6))
    assert half.loss == pytest.approx(year.loss / 2, rel=1e-6)
    assert half.effects.price == pytest.approx(year.effects.price, rel=1e-6)


def test_other_suppliers_that_step_in_soften_the_loss() -> None:
    stiff, supple = (screen(buyer(route_sigma=s), region="U").table() for s in (STIFF, 20.0))
    both = stiff.merge(supple, on="country")
    assert (both["loss_y"] < both["loss_x"]).all()
    assert (both["loss_y"] > 0).all()


@pytest.mark.parametrize("mines", [4, 10])
def test_a_mine_lost_on_one_node(mines: int) -> None:
    """All of the world counts: users lose the old demand's area, the mines left gain, the lost one loses all."""
    es, ed = 0.2, 0.4
    base = calibrate(one_node(es=es, ed=ed, mines=mines, step_target=1e-5, step_max=0.005, step_widen=1.0))
    engine = Engine(base, Settings(periods=12, stride=12, ahead=(*[1] * 12, 6)))
    calm = engine.draw([News(0, ())], Draw(), NAMES)
    lost = Change("plants", ("mine0",), "availability", np.r_[np.zeros(12), 1.0])
    found = Meter(base, None, calm).read("metal", engine.draw([News(0, (lost,))], Draw(), NAMES))
    ratio = price_ratio(1 / mines, elasticity=es + ed)
    left = 120 * (1 - 1 / mines)
    assert found.market == "metal@world"
    assert found.price == pytest.approx(ratio - 1, rel=0.02)
    assert -found.consumer == pytest.approx(consumers(ratio, 120.0, ed), rel=0.02)
    # The curves begin at the lowest price that they resolve, and so does what the lost mine earned.
    low = base.net.parameter("price_ratio_low")
    alone = PRICE * (120 / mines) * (1 - low ** (1 + es)) / (1 + es)
    assert found.producer == pytest.approx(producers(ratio, left, es) - alone, rel=0.02)
    assert found.loss > 0


def test_what_leaves_a_stock_is_sold_at_the_new_price_and_bought_back_at_the_old() -> None:
    base = calibrate(one_node(stock=20.0))
    engine = Engine(base, Settings(periods=3, stride=3, ahead=(1, 1, 1, 3)))
    calm = engine.draw([News(0, ())], Draw(), NAMES)
    calm["stock"][:] = 20.0
    after = {k: v.copy() for k, v in calm.items()}
    after["price"] += np.array([[100.0, 50.0, 0.0]])
    after["stock"][:] = [[15.0, 16.0, 20.0]]  # 5 sold at +100, 1 bought at +50, 4 at +0
    assert Meter(base, None, calm).read("metal", after).stocks == pytest.approx(5 * 100 - 1 * 50)


def test_no_news_costs_nothing() -> None:
    base = calibrate(buyer())
    engine = Engine(base, Settings(periods=3, stride=3, ahead=(1, 1, 1, 3)))
    calm = engine.draw([News(0, ())], Draw(), NAMES)
    e = Meter(base, "U", calm).read("metal", calm)
    assert (e.price, e.unmet, e.loss) == (0.0, 0.0, 0.0)


def test_expected_losses_are_chance_times_loss_added_up() -> None:
    made = screen(buyer(), region="U")
    assert len(made.minerals) == 1
    ranked = made.minerals[0]
    table = made.table()
    assert ranked.expected == pytest.approx((table["probability"] * table["loss"]).sum())
    assert ranked.low == pytest.approx((table["probability_low"] * table["loss"]).sum())
    assert ranked.high == pytest.approx((table["probability_high"] * table["loss"]).sum())
    assert ranked.users == pytest.approx(-(table["probability"] * table["consumer"]).sum())
    assert table["expected_loss"].is_monotonic_decreasing
    assert ranked.worst.loss == table["loss"].max()
    assert made.expected_stops == pytest.approx(table["probability"].sum())
    assert ranked.low < ranked.expected < ranked.high
    # A is as unstable as can be and B as stable: the chances are the two ends.
    assert dict(zip(table["country"], table["probability"], strict=True)) == pytest.approx(
        {"A": 0.04, "B": 0.001}
    )


def test_one_worker_and_two_find_the_same() -> None:
    one, two = (screen(buyer(), region="U", workers=n).table() for n in (1, 2))
    assert one.equals(two)


def test_a_scenario_of_the_family_runs_alone_and_gives_the_same() -> None:
    from oreflow.shock import timeline

    world = buyer(route_sigma=STIFF)
    made = screen(world, region="U")
    stop = made.stops[0]
    assert stop.scenario.sentences(world) == [
        "From January 2025, Metal from Land A to Land U may not be shipped, for 12 months."
    ]
    base = calibrate(world, scope=("x",))
    engine = Engine(base, Settings(periods=12, stride=12, ahead=(*[1] * 12, 3, 3)))
    calm = engine.draw([News(0, ())], Draw(), NAMES)
    values = engine.draw(timeline(stop.scenario, world, months=12), Draw(), NAMES)
    assert Meter(base, "U", calm).read("metal", values).loss == pytest.approx(stop.loss, rel=1e-6)


def test_value_added_follows_from_use_that_is_not_served() -> None:
    economy = Economy(
        "two.csv",
        ("a", "b"),
        np.array([[0.2, 0.3], [0.1, 0.4]]),
        np.array([100.0, 150.0]),
        {"metal": np.array([0.0, 0.01])},
    )
    made = screen(buyer(route_sigma=STIFF), region="U", economy=economy)
    for stop in made.stops:
        # 0.0433…: loss of GDP a unit of the cut in the published case, linear up to 30 %.
        assert stop.gdp == pytest.approx((250 - 241.3333) / 0.1 * stop.effects.unmet_share, rel=1e-4)
    ranked = made.minerals[0]
    assert ranked.gdp == pytest.approx(sum(s.probability.value * s.gdp for s in made.stops))
    assert made.economy == "two.csv"


def test_a_stop_that_cannot_be_solved_is_a_row_and_all_of_them_an_error(monkeypatch) -> None:
    clear = Engine.draw
    fails = {"A"}

    def draw(self, news, drawn, names):
        rows = [r for n in news for c in n.changes for r in c.rows]
        if any(r.startswith(f"metal:{f}>") for r in rows for f in fails):
            raise ModelError("no way")
        return clear(self, news, drawn, names)

    monkeypatch.setattr(Engine, "draw", draw)
    made = screen(buyer(), region="U")
    assert [s.failed for s in made.stops] == ["", "no way"]
    assert made.minerals[0].stops == 1
    assert made.table()["loss"].isna().tolist() == [False, True]
    fails.add("B")
    with pytest.raises(ModelError, match="no stop could be solved; the first: no way"):
        screen(buyer(), region="U")


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"region": "UU"}, UnknownNameError, "unknown region 'UU'"),
        ({"minerals": ("y",)}, UnknownNameError, "unknown mineral 'y'"),
        ({"mode": "export"}, UnknownNameError, "unknown mode 'export'. Did you mean 'exports'"),
        ({"share": 0.0}, UsageError, "share is 0; a supplier's share lies above 0 and at most at 1"),
        ({"share": 5}, UsageError, "share is 5; .*0.05 is 5 %"),
        ({"share": float("nan")}, UsageError, "share is nan"),
        ({"share": 0.9}, UsageError, "no supplier has a share of 0.9 or more"),
        ({"months": 0}, UsageError, "months is 0; a stop lasts between 1 and 36 months"),
        ({"months": 37}, UsageError, "months is 37"),
        ({"workers": 0}, UsageError, "workers is 0"),
    ],
)
def test_what_cannot_be_asked(options, error, message) -> None:
    with pytest.raises(error, match=message):
        screen(buyer(), **{"region": "U", **options})


def test_progress_counts_every_stop() -> None:
    seen: list[tuple[int, int, str]] = []
    made = screen(buyer(), region="U", progress=lambda *args: seen.append(args))
    assert seen == [(1, 2, "x"), (2, 2, "x")]
    assert dataclasses.is_dataclass(made)
