"""Exact masses and shares, units at the edge, and numbers that no scale gives."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oreflow.errors import DataError, UnitError
from oreflow.trace.model import Assay, Claim, Lot, contained, element_share, mass_mg, mass_text, share_ppb
from oreflow.trace.model.amounts import LARGEST_MG, PPB, mass_units
from oreflow.trace.tables import rows
from oreflow.units import factor


def test_masses_are_exact() -> None:
    assert mass_mg("0.1", "kg") + mass_mg("0.2", "kg") == mass_mg("0.3", "kg")
    assert mass_mg(0.1, "TNE") == 100_000_000
    assert mass_mg(1, "LBR") == 453_592  # 453,592.37 mg
    assert mass_mg(Decimal("2.5"), "MGM") == 2  # half to even
    assert mass_mg("999999999999.999999", "KGM") == 999_999_999_999_999_999


def test_units_agree_with_those_of_the_trade() -> None:
    for row in rows("mass_units"):
        if row["unit"]:
            assert float(mass_units()[row["unit"]]) == pytest.approx(
                factor(row["unit"], "g") * 1000, rel=1e-12
            )


@pytest.mark.parametrize(
    "value", ["NaN", "inf", float("nan"), float("inf"), "", "1 kg", None, True, "1e999", "9" * 50]
)
def test_what_is_no_number_is_refused(value) -> None:
    with pytest.raises(DataError):
        mass_mg(value, "kg")


def test_impossible_masses_and_units_are_refused() -> None:
    for value in (-1, "-0.000001", 10**13):
        with pytest.raises(DataError):
            mass_mg(value, "kg")
    with pytest.raises(UnitError, match="Did you mean"):
        mass_mg(1, "KGN")
    for share in (-0.1, 1.1):
        with pytest.raises(DataError):
            share_ppb(share)


def test_compounds_count_by_their_metal() -> None:
    element, share = element_share("Li2O", "0.06")
    assert element == "Li"
    assert share / PPB == pytest.approx(0.06 * 2.473 / 5.323)
    with pytest.raises(UnitError):
        element_share("Xx", "0.1")


@given(st.integers(0, LARGEST_MG), st.integers(0, PPB), st.integers(0, PPB - 1))
def test_contained_metal_is_the_exact_fraction_rounded(mass: int, share: int, moisture: int) -> None:
    lot = Lot("a", "x", mass, (Assay("Cu", share),), moisture=moisture)
    exact = Fraction(mass) * (PPB - moisture) * share / PPB**2
    assert abs(contained(lot, mass, "Cu") - exact) <= Fraction(1, 2)
    assert contained(lot, mass, "Li") == 0


@given(st.integers(0, LARGEST_MG))
def test_a_mass_is_written_as_it_is_read(mg: int) -> None:
    assert mass_mg(mass_text(mg), "KGM") == mg


def test_impossible_lots_are_refused() -> None:
    half = PPB // 2
    for wrong in (
        {"mass": -1},
        {"moisture": PPB},
        {"assays": (Assay("Cu", half), Assay("Cu", half))},
        {"assays": (Assay("Cu", half + 1), Assay("Fe", half))},
        {"claims": (Claim("ZMB", half + 1), Claim("COD", half))},
    ):
        with pytest.raises(DataError):
            Lot(**({"lot": "a", "product": "x", "mass": 1} | wrong))
