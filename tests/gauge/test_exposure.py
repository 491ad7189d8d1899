import numpy as np
import pytest
import xarray as xr

from oreflow.atlas import World
from oreflow.errors import DataError, UnknownNameError
from oreflow.gauge import country_exposure, firm_exposure, rent_by_stage
from oreflow.gauge.cover import ownership_of, yields

from .worlds import chain_world

UNITS = {"price": "USD/unit", "capacity_rent": "USD/unit", "utilisation": "1"}
DIMS = {
    "price": "node", "output": "plant", "capacity_rent": "plant", "utilisation": "plant", "flow": "route",
    "unserved": "demand",
}  # fmt: skip


def outcome(periods: int = 12, months: int = 1, **rows: dict[str, float | list[float]]) -> xr.Dataset:
    """A dataset with the variables of the market's outcome."""
    data = {}
    for name, dim in DIMS.items():
        values = {
            k: np.broadcast_to(np.asarray(v, dtype=float), periods) for k, v in rows.get(name, {}).items()
        }
        data[name] = xr.DataArray(
            np.array(list(values.values())).reshape(len(values), periods),
            dims=(f"{dim}_{name}" if dim == "plant" and not values else dim, "period"),
            coords={dim: list(values)} if values else {},
            attrs={"unit": UNITS.get(name, "unit/period")},
        )
    labels = [f"{2025 + m // 12:04d}-{m % 12 + 1:02d}" for m in range(0, periods * months, months)]
    return xr.Dataset(data, attrs={"months_per_period": months}).assign_coords(period=labels)


def world(**tables: list[dict]) -> World:
    """A mine in A, brine in B, a converter in A; the group owns the mine through a subsidiary."""
    return chain_world(
        goods={"ore": ("li", "concentrate"), "salt": ("li", "refined"), "cell": ("battery", "cell")},
        processes={
            "mining": ("extraction", {"ore": 1.0}),
            "brine": ("extraction", {"salt": 1.0}),
            "converting": ("conversion", {"salt": 1.0, "ore": -1.25}),
        },
        plants={
            "mine": ("mining", "AAA", 150.0, 120.0),
            "lake": ("brine", "BBB", 60.0, 48.0),
            "works": ("converting", "AAA", 240.0, 120.0),
        },
        unit="t LCE",
        firms=[
            {"firm": "group", "name": "Group", "region": "AAA"},
            {"firm": "daughter", "name": "Daughter", "region": "AAA", "parent": "group"},
            {"firm": "other", "name": "Other", "region": "BBB"},
        ],
        **tables,
    )


OWNED = [{"plant": "mine", "firm": "daughter", "share": 0.5}]
NEED = [{"firm": "group", "commodity": "salt", "region": "AAA", "quantity": 120.0, "stock": 6.0}]
PRICES = {"salt@AAA": 100.0, "ore@AAA": 60.0}
BASE = {"mine": 10.0, "lake": 4.0, "works": 8.0}


def test_uncovered_is_need_less_own_less_offtake_less_stock() -> None:
    w = world(
        ownership=OWNED,
        needs=NEED,
        offtakes=[
            {
                "offtake": "k",
                "plant": "lake",
                "firm": "group",
                "destination": "AAA",
                "quantity": 12.0,
                "start": "2024",
            }
        ],
    )
    base = outcome(price=PRICES, output=BASE)
    shock = outcome(price={**PRICES, "salt@AAA": 150.0}, output={**BASE, "mine": 5.0})
    (e,) = firm_exposure(w, "group", base, shock)
    # Half of 60 ore a year is 30, of which 1.25 make one salt: 24; offtake 12; stock 6.
    assert (e.need, e.own, e.offtake, e.stock) == pytest.approx((120.0, 24.0, 12.0, 6.0))
    assert e.uncovered == pytest.approx(120 - 24 - 12 - 6)
    assert e.uncovered_before == pytest.approx(120 - 48 - 12 - 6)
    assert e.cost == pytest.approx(78 * 50)
    assert e.price_change == pytest.approx(50.0)
    assert e.uncovered_share == pytest.approx(0.65)
    assert e.source == "example"


def test_an_offtake_falls_with_the_plant_and_never_beyond_what_is_left() -> None:
    take = {
        "offtake": "k",
        "plant": "lake",
        "firm": "group",
        "destination": "AAA",
        "quantity": 48.0,
        "start": "2024",
    }
    w = world(needs=NEED, offtakes=[take])
    base = outcome(price=PRICES, output=BASE)
    half = outcome(price=PRICES, output={**BASE, "lake": 2.0})
    assert firm_exposure(w, "group", base, half)[0].offtake == pytest.approx(24.0)
    w = world(needs=NEED, offtakes=[take], ownership=[{"plant": "lake", "firm": "group", "share": 0.75}])
    (e,) = firm_exposure(w, "group", base, base)
    assert (e.own, e.offtake) == pytest.approx((36.0, 12.0))


def test_own_ore_through_an_own_converter_counts_once() -> None:
    both = [*OWNED, {"plant": "works", "firm": "group", "share": 1.0}]
    w = world(ownership=both, needs=NEED)
    base = outcome(price=PRICES, output=BASE)
    assert firm_exposure(w, "group", base, base)[0].own == pytest.approx(max(96.0, 48.0))
    with_lake = [*both, {"plant": "lake", "firm": "group", "share": 0.25}]
    w = world(ownership=with_lake, needs=NEED)
    assert firm_exposure(w, "group", base, base)[0].own == pytest.approx(96.0 + 12.0)


def test_cover_never_exceeds_the_need() -> None:
    w = world(
        ownership=[{"plant": "lake", "firm": "group", "share": 1.0}], needs=[{**NEED[0], "quantity": 24.0}]
    )
    (e,) = firm_exposure(w, "group", *(outcome(price=PRICES, output=BASE) for _ in range(2)))
    assert (e.own, e.uncovered, e.cost, e.stock) == pytest.approx((24.0, 0.0, 0.0, 0.0))


def test_the_length_of_a_period_does_not_matter() -> None:
    w = world(ownership=OWNED, needs=NEED)
    monthly = firm_exposure(w, "group", *(outcome(price=PRICES, output=BASE) for _ in range(2)))
    quarterly = outcome(4, 3, price=PRICES, output={k: 3 * v for k, v in BASE.items()})
    (e,) = firm_exposure(w, "group", quarterly, quarterly)
    assert (e.need, e.uncovered, e.months) == pytest.approx((monthly[0].need, monthly[0].uncovered, 12))


def test_needs_without_a_node_are_left_out_and_unknown_firms_raise() -> None:
    w = world(needs=[{**NEED[0], "commodity": "cell"}])
    base = outcome(price=PRICES, output=BASE)
    assert firm_exposure(w, "group", base, base) == []
    with pytest.raises(UnknownNameError, match="group"):
        firm_exposure(w, "groop", base, base)
    with pytest.raises(DataError, match="different periods"):
        firm_exposure(w, "group", base, outcome(6, price=PRICES, output=BASE))
    with pytest.raises(DataError, match="months_per_period"):
        firm_exposure(world(needs=NEED), "group", base, base.assign_attrs(months_per_period=None))


def test_ownership_is_that_of_the_group_and_yields_follow_the_chain() -> None:
    w = world(ownership=OWNED)
    assert ownership_of(w, "group") == {"mine": 0.5}
    assert ownership_of(w, "other") == {}
    assert yields(w, "ore") == pytest.approx({"ore": 1.0, "salt": 0.8})
    assert yields(w, "salt") == {"salt": 1.0}


def test_a_country_loses_imports_and_pays_more_for_the_rest() -> None:
    w = world(
        demands=[
            {"demand": "d", "commodity": "salt", "region": "AAA", "use": "glass", "quantity": 12.0, "ed_low": 0.1,
             "ed_high": 0.3}
        ]
    )  # fmt: skip
    flows = {"salt:BBB>AAA": 4.0, "ore:BBB>AAA": 1.0, "salt:AAA>BBB": 7.0}
    base = outcome(price=PRICES, output=BASE, flow=flows, unserved={"d": 0.0})
    shock = outcome(
        price={**PRICES, "salt@AAA": 130.0},
        output=BASE,
        flow={**flows, "salt:BBB>AAA": 3.0},
        unserved={"d": 0.5},
    )
    table = country_exposure(w, "AAA", base, shock).set_index("commodity")
    salt = table.loc["salt"]
    assert salt[["imports_before", "imports", "imports_lost"]].tolist() == pytest.approx([48.0, 36.0, 12.0])
    assert salt[["imports_lost_share", "cost", "unserved"]].tolist() == pytest.approx([0.25, 36 * 30, 6.0])
    assert table.loc["ore", ["imports_lost", "cost", "unserved"]].tolist() == [0.0, 0.0, 0.0]
    with pytest.raises(UnknownNameError, match="AAA"):
        country_exposure(w, "AAB", base, shock)


def test_rent_by_stage_is_weighted_by_output_and_capacity() -> None:
    data = outcome(
        price=PRICES,
        output=BASE,
        capacity_rent={"mine": 30.0, "lake": 50.0, "works": [0.0] * 6 + [4.0] * 6},
        utilisation={"mine": 0.8, "lake": 0.8, "works": 0.4},
    )
    table = rent_by_stage(world(), data, "li").set_index("stage")
    assert table.index.tolist() == ["mining", "refining", "mining to product"]
    assert table["output"].tolist() == pytest.approx([120.0, 96.0, 48.0])
    assert table["rent"].tolist() == pytest.approx([30.0, 2.0, 50.0])
    assert table["rent_total"].tolist() == pytest.approx([3600.0, 192.0, 2400.0])
    assert table["utilisation"].tolist() == pytest.approx([0.8, 0.4, 0.8])
    assert rent_by_stage(world(), data, "li", region="BBB")["stage"].tolist() == ["mining to product"]
    with pytest.raises(UnknownNameError, match="AAA"):
        rent_by_stage(world(), data, "li", region="AAX")


def test_a_variable_that_is_missing_or_no_quantity_is_named() -> None:
    data = outcome(price=PRICES, output=BASE)
    data["output"].attrs["unit"] = "unit/yr"
    with pytest.raises(DataError, match="not per period"):
        firm_exposure(world(needs=NEED), "group", data, data)
    with pytest.raises(UnknownNameError, match="capacity_rent"):
        rent_by_stage(world(), outcome(price=PRICES, output=BASE).drop_vars("capacity_rent"), "li")
