import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oreflow.atlas import World
from oreflow.errors import DataError, UnknownNameError
from oreflow.gauge import concentration, hhi, largest_share, n_minus_1_cover, n_minus_1_share
from oreflow.gauge.concentration import newest, shares

quantities = st.lists(st.floats(0.0, 1e7), min_size=1, max_size=30).filter(lambda q: max(q) > 1e-3)


@given(quantities)
def test_hhi_lies_between_equal_and_single(q: list[float]) -> None:
    assert 1 / len(q) - 1e-12 <= hhi(q) <= 1 + 1e-12


@given(quantities, st.floats(1e-3, 1e3))
def test_measures_do_not_depend_on_the_unit_or_order(q: list[float], scale: float) -> None:
    for measure in (hhi, n_minus_1_share, largest_share):
        assert measure(np.array(q) * scale) == pytest.approx(measure(q[::-1]), abs=1e-9)


@given(quantities)
def test_merging_two_sources_never_lowers_concentration(q: list[float]) -> None:
    if len(q) > 1:
        assert hhi([q[0] + q[1], *q[2:]]) >= hhi(q) - 1e-12


@given(quantities)
def test_shares_sum_to_one_and_the_rest_is_what_the_largest_leaves(q: list[float]) -> None:
    assert shares(q).sum() == pytest.approx(1.0)
    assert n_minus_1_share(q) + largest_share(q) == pytest.approx(1.0)
    # With demand equal to supply the IEA's N-1 is the N-1 share.
    assert n_minus_1_cover(q, float(np.sum(q))) == pytest.approx(n_minus_1_share(q), abs=1e-9)


def test_known_values() -> None:
    assert hhi([1, 1, 1, 1]) == pytest.approx(0.25)
    assert hhi([5]) == 1.0
    assert n_minus_1_cover([60, 30, 10], 80) == pytest.approx(0.5)


@pytest.mark.parametrize("q", [[], [0.0, 0.0], [1.0, -1.0], [1.0, float("nan")]])
def test_what_has_no_shares_raises(q: list[float]) -> None:
    with pytest.raises(DataError):
        hhi(q)


def test_cover_needs_demand() -> None:
    with pytest.raises(DataError, match="demand above zero"):
        n_minus_1_cover([1.0], 0.0)


def world() -> World:
    def row(
        country: str, quantity: float, year: int = 2025, edition: str = "MCS 2026", stage: str = "mine"
    ) -> dict:
        return {
            "commodity": "tin", "stage": stage, "country": country, "year": year, "edition": edition,
            "quantity": quantity,
        }  # fmt: skip

    return World.from_rows(
        commodities=[{"commodity": "tin", "name": "tin", "mineral": "tin", "stage": "mine", "unit": "t product"}],
        production=[
            row("CHN", 60), row("IDN", 30), row("PER", 0), row("OTH", 10),
            row("CHN", 50, 2024), row("IDN", 50, 2024),
            row("CHN", 80, 2024, "MCS 2025"), row("IDN", 20, 2024, "MCS 2025"),
            row("CHN", 100, 2025, "MCS 2026", "refined"),
        ],
    )  # fmt: skip


def test_other_countries_by_convention() -> None:
    left_out = concentration(world(), "tin")
    assert (left_out.hhi, left_out.n_minus_1) == pytest.approx(((60**2 + 30**2) / 90**2, 30 / 90))
    assert (left_out.largest, left_out.countries, left_out.named, left_out.other) == ("CHN", 2, 90, 10)
    one = concentration(world(), "tin", other="one")
    assert (one.hhi, one.n_minus_1) == pytest.approx((0.6**2 + 0.3**2 + 0.1**2, 0.4))
    spread = concentration(world(), "tin", other="spread")
    assert (spread.hhi, spread.n_minus_1) == pytest.approx((0.6**2 + 0.3**2, 0.4))
    with pytest.raises(UnknownNameError, match="exclude"):
        concentration(world(), "tin", other="exlude")  # type: ignore[arg-type]


def test_vintages_are_never_mixed() -> None:
    assert concentration(world(), "tin", year=2024).hhi == pytest.approx(0.5)
    assert concentration(world(), "tin", year=2024, edition="MCS 2025").hhi == pytest.approx(0.68)
    assert concentration(world(), "tin").edition == "MCS 2026"


def test_stage_year_and_edition_must_exist() -> None:
    assert concentration(world(), "tin", stage="refined").hhi == 1.0
    for wrong in ({"stage": "smelter"}, {"year": 1999}, {"edition": "MCS 2024"}):
        with pytest.raises(UnknownNameError):
            concentration(world(), "tin", **wrong)  # type: ignore[arg-type]
    with pytest.raises(UnknownNameError, match="tin"):
        concentration(world(), "tni")


def test_newest_edition_is_by_year_then_name() -> None:
    assert newest(["MCS 2025", "WMD 2026", "MCS 2026"]) == "MCS 2026"
    assert newest(["IEA 2025", "no year"]) == "IEA 2025"
