"""Break-even, makers and the whole assessment."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oreflow.atlas import bundled
from oreflow.errors import DataError, UnknownNameError, UsageError
from oreflow.respond.hedge import Hedge, assess, breakeven, intensity, maker, threshold


@pytest.fixture(scope="module")
def made() -> Hedge:
    world = bundled()
    return assess(world, maker(world, firm="catl"), draws=400, years=6, market=False, seed=2)


def test_the_break_even_is_the_price_at_which_two_packs_cost_the_same() -> None:
    b = breakeven(bundled())
    lfp_at = 84.0 + b.intensity.cell * (b.threshold - b.price) / 1000
    assert lfp_at == pytest.approx(84.0 + b.premium.value)
    assert b.threshold == pytest.approx(9000 + 16_000 / 0.487, abs=5)
    assert b.low == pytest.approx(9000 + 11_000 / 0.5343, abs=5)
    assert b.high == pytest.approx(9000 + 21_000 / 0.487, abs=5)
    assert b.low < b.threshold_bought < b.threshold < b.high


def test_the_range_holds_every_draw_of_the_inputs() -> None:
    b = breakeven(bundled())
    u = np.random.default_rng(1).random((500, 2))
    for x, y in u:
        premium = b.premium.low + x * (b.premium.high - b.premium.low)
        lithium = b.intensity.cell + y * (b.intensity.bought - b.intensity.cell)
        assert b.low <= threshold(b.price, premium, lithium) <= b.high


def test_the_intensity_comes_from_the_recipes() -> None:
    world = bundled()
    i = intensity(world)
    assert i.bought == pytest.approx(i.cathode * i.carbonate)
    assert i.cell == pytest.approx(0.09148526 * 5.323, rel=1e-4)  # BatPaC 5.1, kg Li a kWh
    flows = world["flows"].copy()
    flows.loc[flows["process"] == "lfp_cathode_making", "coefficient"] *= 2.0
    assert intensity(world.with_(flows=flows)).cell == pytest.approx(2 * i.cell)
    flows = flows[flows["process"] != "lfp_cathode_making"]
    with pytest.raises(DataError, match="takes no 'lithium_carbonate'"):
        intensity(world.with_(flows=flows))


@given(st.floats(0, 1e5), st.floats(0, 100), st.floats(0.01, 2))
def test_a_dearer_pack_breaks_even_at_dearer_lithium(price: float, premium: float, lithium: float) -> None:
    assert threshold(price, premium + 1.0, lithium) > threshold(price, premium, lithium) >= price
    with pytest.raises(UsageError):
        threshold(price, premium, 0.0)


def test_makers() -> None:
    world = bundled()
    firm, all_of_them = maker(world, firm="catl"), maker(world)
    assert firm.cells == pytest.approx(515, rel=0.01)
    assert firm.part == pytest.approx(firm.cells / all_of_them.cells)
    ev, store = maker(world, use="ev"), maker(world, use="stationary_battery")
    assert ev.limit == pytest.approx((0.25 - 0.005) / 0.81)
    assert store.limit == pytest.approx((0.4 - 0.01) / 0.985)
    assert ev.limit < all_of_them.limit < store.limit
    assert ev.ramp == pytest.approx(0.005 / 0.81)
    assert ev.ramp_low < ev.ramp < ev.ramp_high
    for given_, error, message in (
        ({"firm": "catll"}, UnknownNameError, "Did you mean 'catl'"),
        ({"firm": "mp_materials"}, DataError, "needs no lfp_cathode"),
        ({"region": "KOR"}, DataError, "there are some in CHN"),
        ({"region": "XXX"}, UnknownNameError, "unknown region"),
        ({"use": "boats"}, UnknownNameError, "unknown use"),
        ({"use": "other"}, DataError, "no sodium-ion cells for other"),
    ):
        with pytest.raises(error, match=message):
            maker(world, **given_)


def test_the_answer_holds_together(made: Hedge) -> None:
    o = made.option
    assert o.lattice is not None
    assert o.best == o.lattice.value
    assert o.committed < 0 < o.best < o.foresight
    assert o.free is not None
    assert o.foresight < o.free * 1.1
    assert o.worst > o.bill > 0
    assert o.worst - o.worst_told > -3 * o.regression.error
    assert len(made.strikes) == 72
    assert (np.diff(made.strikes) < 0).all()
    assert made.strikes[11] == pytest.approx(9000 + 16_000 * 0.9 / made.breakeven.intensity.cell)
    assert made.effect is None
    assert made.scare == ()


def test_a_lower_premium_is_worth_more(made: Hedge) -> None:
    values, shares = [a.value for a in made.premia], [a.share for a in made.premia]
    assert values == sorted(values)
    assert shares == sorted(shares)
    earned = np.array([a.committed for a in made.premia])
    # what a fixed plan earns is linear in the premium, which the page uses for where it turns
    assert np.diff(earned) == pytest.approx(np.diff(earned)[0], rel=1e-9)


def test_a_wilder_price_is_worth_more(made: Hedge) -> None:
    low, high = made.swings["volatility of lithium"]
    assert low < made.option.best < high
    widths = [abs(b - a) for a, b in made.swings.values()]
    assert widths == sorted(widths, reverse=True)


def test_what_cannot_be_asked() -> None:
    world = bundled()
    who = maker(world)
    for given_, message in (
        ({"decline": 1.5}, "yearly fall"), ({"years": 90}, "1 to 40 years"), ({"limit": 2.0}, "limit is 2"),
        ({"ramp": 0.0}, "ramp is 0"), ({"convert": -1.0}, "convert is -1"), ({"weight": 3.0}, "weight"),
    ):  # fmt: skip
        with pytest.raises(UsageError, match=message):
            assess(
                world,
                who,
                draws=40,
                years=1 if "years" not in given_ else given_.pop("years"),
                market=False,
                **given_,
            )
    with pytest.raises(DataError, match="at least 8 futures"):
        assess(world, who, draws=4, years=1, market=False)
