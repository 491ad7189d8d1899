import pytest
from hypothesis import given
from hypothesis import strategies as st

from oreflow.atlas import World
from oreflow.errors import DataError, UnknownNameError
from oreflow.gauge import (
    gap_to_demand,
    gap_to_supply,
    net_import_reliance,
    net_import_reliance_from_trade,
    reliance,
)
from oreflow.gauge.reliance import definitions, printed_text, recompute

positive = st.floats(1.0, 1e6)
quantity = st.floats(0.0, 1e6)


@given(positive, quantity, quantity)
def test_reliance_never_exceeds_all_of_consumption(consumption: float, primary: float, scrap: float) -> None:
    assert net_import_reliance(consumption, primary, scrap) <= 100.0


@given(positive, quantity, quantity, quantity, st.floats(-1e5, 1e5))
def test_both_forms_agree_when_the_books_balance(
    scale: float, production: float, imports: float, exports: float, draw: float
) -> None:
    consumption = production + imports - exports + draw
    if consumption >= 1.0:
        by_supply = net_import_reliance(consumption, production)
        by_trade = net_import_reliance_from_trade(consumption, imports, exports, stock_draw=draw)
        assert by_supply == pytest.approx(by_trade, rel=1e-6, abs=1e-6)
        assert net_import_reliance(consumption * scale, production * scale) == pytest.approx(
            by_supply, rel=1e-6
        )


@given(positive, positive)
def test_the_two_gaps_are_one_gap_over_two_things(demand: float, supply: float) -> None:
    over_supply, over_demand = gap_to_supply(demand, supply), gap_to_demand(demand, supply)
    assert over_supply * supply == pytest.approx(over_demand * demand, rel=1e-9, abs=1e-6)
    assert over_demand <= 100.0


def test_the_gaps_of_the_2035_figures() -> None:
    assert gap_to_supply(2.92, 1.80) == pytest.approx(62.2, abs=0.05)
    assert gap_to_demand(2.92, 1.80) == pytest.approx(38.4, abs=0.05)
    assert gap_to_supply(107, 28) == pytest.approx(282.1, abs=0.05)
    assert gap_to_demand(107, 28) == pytest.approx(73.8, abs=0.05)


@pytest.mark.parametrize(
    "call",
    [
        lambda: net_import_reliance(0.0, 1.0),
        lambda: net_import_reliance(1.0, -1.0),
        lambda: net_import_reliance_from_trade(1.0, -1.0, 0.0),
        lambda: gap_to_supply(1.0, 0.0),
        lambda: gap_to_demand(0.0, 1.0),
    ],
)
def test_what_has_no_meaning_raises(call) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(DataError):
        call()


def world() -> World:
    phosphate = definitions()["phosphate_rock"]
    zinc = definitions()["zinc_concentrate"]

    def row(detail: str, year: int, value: float, bound: str = "", commodity: str = "phosphate_rock") -> dict:
        return {
            "commodity": commodity, "country": "USA", "statistic": "stocks", "detail": detail, "year": year,
            "value": value, "unit": "thousand metric tons", "bound": bound, "vintage": "MCS 2026",
        }  # fmt: skip

    rows = []
    for year, stock in ((2023, 100.0), (2024, 80.0)):
        rows += [
            row(phosphate.printed, year, 30.0), row(phosphate.consumption, year, 200.0),
            row(phosphate.domestic[0], year, 150.0), row(phosphate.imports[0], year, 40.0),
            row(phosphate.stocks[0], year, stock),
        ]  # fmt: skip
    rows += [
        row(zinc.printed, 2024, 0.0, "<", "zinc_concentrate"),
        row(zinc.domestic[0], 2024, 700.0, "", "zinc_concentrate"),
        row(zinc.imports[0], 2024, 20.0, "", "zinc_concentrate"),
        row(zinc.exports[0], 2024, 640.0, "", "zinc_concentrate"),
        row(definitions()["lithium"].printed, 2024, 50.0, ">", "lithium_carbonate"),
        row(definitions()["copper"].printed, 2024, 45.0, "", "copper_refined"),
    ]
    minerals = {
        "phosphate_rock": "phosphate",
        "zinc_concentrate": "zinc",
        "lithium_carbonate": "lithium",
        "copper_refined": "copper",
    }
    commodities = [
        {"commodity": c, "name": c, "mineral": m, "stage": "mine", "unit": "t product"}
        for c, m in minerals.items()
    ]
    return World.from_rows(commodities=commodities, salient=rows)


def test_stocks_count_where_the_year_before_is_printed() -> None:
    first, second = recompute(world(), mineral="phosphate")
    assert (first.form, first.value) == ("domestic", pytest.approx(25.0))
    assert (second.form, second.value) == ("trade", pytest.approx(30.0))
    assert first.difference == pytest.approx(-5.0)
    assert second.difference == pytest.approx(0.0)


def test_a_net_exporter_is_printed_as_such() -> None:
    (cell,) = reliance(world(), "zinc")
    assert cell.printed == "E"
    assert cell.value == pytest.approx(100 * (20 - 640) / (700 + 20 - 640))
    assert cell.difference == 0.0


def test_withheld_and_missing_rows_say_why() -> None:
    (lithium,) = reliance(world(), "lithium")
    assert lithium.printed == ">50"
    assert "withheld" in lithium.reason
    (copper,) = reliance(world(), "copper")
    assert "not printed for 2024" in copper.reason
    assert copper.value != copper.value


def test_a_country_without_statistics_raises() -> None:
    with pytest.raises(UnknownNameError, match="USA"):
        recompute(world(), country="US")


def test_printed_text() -> None:
    assert [
        printed_text(44.0, ""),
        printed_text(95.0, ">"),
        printed_text(0.0, "<"),
        printed_text(0.0, ""),
    ] == [
        "44",
        ">95",
        "E",
        "0",
    ]


def test_every_definition_is_complete() -> None:
    for s in definitions().values():
        assert s.form in {"domestic", "trade", "withheld"}
        assert s.definition
        assert s.source
        assert s.domestic or s.form == "withheld"
