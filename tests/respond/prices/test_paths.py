import numpy as np
import pytest

from oreflow.atlas import bundled
from oreflow.errors import DataError, UnknownNameError, UsageError
from oreflow.market import Settings
from oreflow.respond.prices import (
    Paths,
    Process,
    extended,
    from_ensemble,
    from_process,
    from_sample,
    process_of,
)
from oreflow.respond.prices.link import futures, known, link_of
from oreflow.respond.prices.table import price_now
from oreflow.shock.ensemble import Ensemble, Spec, ensemble
from oreflow.shock.ensemble.spec import HazardChoice

NODE = "lithium_carbonate@CHN"


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Ensemble:
    spec = Spec(name="small", scope=("gallium",), draws=6, hazards=HazardChoice(only=("outage", "strike")))
    return ensemble(bundled(), spec, tmp_path_factory.mktemp("draws"), workers=1)


def test_a_price_that_is_no_number_is_named() -> None:
    values = np.ones((3, 4))
    values[1, 2] = np.nan
    with pytest.raises(DataError, match=r"lithium_carbonate@CHN: draw 1, period 2 is nan; 1 such value\."):
        Paths(values, 1, "2026-01", NODE)
    with pytest.raises(DataError, match="shape"):
        Paths(np.ones(3), 1, "2026-01", NODE)


def test_a_longer_period_holds_in_each_of_its_months() -> None:
    paths = Paths(np.array([[1.0, 2.0]]), 3, "2026-11", NODE)
    assert paths.monthly().values.tolist() == [[1, 1, 1, 2, 2, 2]]
    assert paths.labels() == ("2026-11", "2027-02")
    assert paths.scaled(2.0).values.tolist() == [[2.0, 4.0]]


def test_paths_go_on_from_their_own_end() -> None:
    near = Paths(np.array([[100.0, 200.0], [100.0, 50.0]]), 3, "2026-01", NODE)
    still = Process(1.0, 80.0, 1.0, 0.0)
    made = extended(near, still, 18).values
    assert made.shape == (2, 18)
    assert made[:, :6].tolist() == near.monthly().values.tolist()
    later = np.exp(still.moments((np.arange(12) + 1) / 12, start=np.array([[200.0], [50.0]]))[0])
    assert made[:, 6:] == pytest.approx(later)
    assert extended(near, still, 2).values.tolist() == [[100, 100], [100, 100]]


@pytest.mark.slow
def test_an_ensemble_gives_its_prices(small: Ensemble) -> None:
    node = small.manifest.headline
    paths = from_ensemble(small, node)
    assert np.array_equal(paths.values, small.path(f"price:{node}"))
    assert (paths.months, paths.start, paths.draws) == (3, "2026-01", 6)
    assert paths.now == pytest.approx(price_now(bundled(), node.partition("@")[0]), rel=0.05)
    with pytest.raises(UnknownNameError, match="price of the ensemble"):
        from_ensemble(small, NODE)


def test_a_sample_gives_its_prices() -> None:
    from oreflow.shock.catalogue import find
    from oreflow.shock.sample import sample

    settings = Settings(start="2025-07", periods=4, step="quarter", foresight=12)
    drawn = sample(bundled(), find("jianxiawo_halt_2025"), settings=settings, draws=2, workers=1)
    paths = from_sample(drawn, NODE)
    assert np.array_equal(paths.values, drawn.price[:, drawn.base.net.nodes.index(NODE), :])
    assert paths.unit == "USD/t LCE"
    with pytest.raises(UnknownNameError, match="Did you mean 'lithium_carbonate@CHN'"):
        from_sample(drawn, "lithium_carbonat@CHN")


def test_a_price_follows_the_product_made_of_it() -> None:
    world = bundled()
    link = link_of(world, "lithium_concentrate")
    assert link is not None
    assert link.product == "lithium_carbonate"
    assert link.slope == pytest.approx(1 / 1.18704)
    options = {"start": "2026-01", "months": 24, "draws": 6, "seed": 9}
    ore, metal = (futures(world, n, **options) for n in ("lithium_concentrate@CHN", NODE))
    free = ore.values > 0.06 * ore.now
    assert (ore.values - ore.now)[free] == pytest.approx(((metal.values - metal.now) * link.slope)[free])
    assert ore.values.min() > 0


def test_two_minerals_move_together_as_far_as_the_table_says() -> None:
    world = bundled()
    for options, correlation in (({"shared": 0.0}, 0.0), ({}, 0.3), ({"shared": 0.9}, 0.9)):
        made = [
            np.log(futures(world, n, start="2026-01", months=3, draws=2000, seed=1, **options).values[:, -1])
            for n in (NODE, "ndpr_oxide@CHN")
        ]
        assert np.corrcoef(*made)[0, 1] == pytest.approx(correlation, abs=0.07)


def test_a_process_comes_from_the_table_or_from_the_monthly_prices() -> None:
    world = bundled()
    assert process_of(world, "lithium_carbonate").start == 9000.0
    copper = process_of(world, "copper_refined")
    assert 0.1 < copper.volatility < 0.4
    assert copper.quality == "derived"
    assert {"lithium_carbonate", "lithium_concentrate", "ndpr_oxide", "copper_refined"} <= set(known(world))
    with pytest.raises(DataError, match="no price process for 'gallium_refined'"):
        process_of(world, "gallium_refined")
    with pytest.raises(UnknownNameError, match="lithium_carbonate"):
        process_of(world, "lithium_carbonat")
    with pytest.raises(UsageError, match="drawn at ndpr_oxide@CHN"):
        futures(world, "ndpr_oxide@USA", start="2026-01", months=12)


def test_a_small_ensemble_goes_on_in_several_ways() -> None:
    from oreflow.respond.prices.link import _more

    near = Paths(np.arange(1.0, 7.0).reshape(3, 2), 1, "2026-01", NODE)
    more = _more(near, 7)
    assert more.values[:, 0].tolist() == [1, 3, 5, 1, 3, 5, 1]
    assert _more(near, 2) is near


def test_paths_of_a_process_say_what_they_are() -> None:
    paths = from_process(
        Process(9.0, 9.0, 0.1, 0.2, "USD/t"), node=NODE, start="2026-01", months=5, draws=3, seed=(4, 5)
    )
    assert "3 draws, seed 4" in paths.source
    assert paths.span == 5
