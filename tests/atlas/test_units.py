import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oreflow import units
from oreflow.errors import OreflowError, UnitError
from oreflow.units import compatible, convert, definitions, factor, parse

MASSES = ["t", "kt", "Mt", "kg", "lb", "g", "short_ton"]
LITHIUM = ["Li", "LCE", "Li2O", "LiOH_H2O", "SC6", "lepidolite"]
TIMES = ["yr", "quarter", "month", "week", "day"]


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        ("kt Li", "t LCE", 5323.0),
        ("t Li2O", "t LCE", 2.473),
        ("t LiOH·H2O", "t LCE", 0.88),
        ("t spodumene", "t LCE", 1 / 8),
        ("Mt LCE", "t LCE", 1e6),
        ("kt", "t", 1000.0),
        ("lb Co", "kg Co", 0.45359237),
        ("USD/lb Co", "USD/t Co", 2204.6226218487757),
        ("t LCE/yr", "t LCE/month", 1 / 12),
        ("t LCE per month", "kt LCE/yr", 0.012),
        ("t/quarter", "t/yr", 4.0),
        ("t/day", "t/yr", 365.0),
        ("ktpa LCE", "t LCE/yr", 1000.0),
        ("USD/kWh", "USD/GWh", 1e6),
        ("GWh/yr", "MWh/yr", 1000.0),
        ("USD/t Li", "USD/t LCE", 1 / 5.323),
        ("$/t-km", "USD/(t km)", 1.0),
        ("million CNY", "USD", 1e6 / 7.18),
        ("%", "1", 0.01),
        ("US$/kg NdPr", "USD/t NdPr", 1000.0),
    ],
)
def test_conversion_equals_the_known_figure(source, target, expected):
    assert convert(1.0, source, target) == pytest.approx(expected, rel=1e-12)


def test_a_space_binds_tighter_than_a_slash_and_a_star_does_not():
    assert parse("USD/t LCE") == parse("USD/(t*LCE)") == (("LCE", -1), ("USD", 1), ("t", -1))
    assert parse("USD/t*LCE") == (("LCE", 1), ("USD", 1), ("t", -1))
    assert parse("USD/t/yr") == (("USD", 1), ("t", -1), ("yr", -1))
    assert parse("1") == ()
    assert parse("km^2") == (("km", 2),)


def test_kt_is_a_thousand_tonnes_and_knots_are_unknown():
    assert convert(2.0, "kt", "t") == 2000.0
    with pytest.raises(UnitError, match="unknown unit 'knot'"):
        convert(1.0, "knot", "km/h")


@pytest.mark.parametrize(
    ("source", "target", "message"),
    [
        ("kt LCEE", "t LCE", r"unknown unit 'LCEE' in 'kt LCEE'\. Did you mean 'LCE'"),
        ("t", "t LCE", r"'t' cannot be turned into 't LCE': one measures mass, the other mass of lithium"),
        ("t Cu", "t Co", "one measures mass of copper, the other mass of cobalt"),
        ("t/yr", "t", "mass per time, the other mass"),
        ("1", "t", "a pure number"),
        ("mt LCE", "t LCE", "read in two ways. Write 't'"),
        ("ton", "t", "'short_ton'"),
        ("", "t", "not a unit"),
        ("t" * 90, "t", "not a unit"),
        ("t//yr", "t", "nothing stands before '/'"),
        ("t * * yr", "t", "nothing stands before"),
        ("(t", "t", "breaks off"),
        ("t)", "t", "brackets"),
        ("t/", "t", "breaks off"),
        ("t^9", "t", "power"),
        ("t^", "t", "power"),
        ("^t", "t", "cannot read"),
        ("247 million CNY", "USD", "Put it into the figures"),
        ("t & yr", "t", "cannot read"),
        ("zzzzqqqq", "t", "unknown unit 'zzzzqqqq'. Units are written like"),
    ],
)
def test_a_unit_that_does_not_fit_says_why(source, target, message):
    with pytest.raises(UnitError, match=message):
        convert(1.0, source, target)


def test_a_chinese_price_must_say_whether_it_includes_tax():
    with pytest.raises(UnitError, match="does not say whether value added tax"):
        convert(75_000.0, "CNY/t LCE", "USD/t LCE")
    with pytest.raises(UnitError, match="value added tax"):
        convert(75_000.0, "RMB/t LCE", "CNY incl VAT/t LCE")
    without = convert(75_000.0, "CNY/t LCE", "USD/t LCE", vat="excluded")
    assert without == pytest.approx(75_000 / 7.18)
    for spelling in ("CNY incl VAT/t LCE", "RMB (incl. VAT)/t LCE", "yuan including VAT/t LCE"):
        assert convert(75_000.0, spelling, "USD/t LCE") == pytest.approx(without / 1.13)
    assert convert(75_000.0, "CNY/t LCE", "USD/t LCE", vat="included") == pytest.approx(without / 1.13)
    assert convert(75_000.0, "CNY ex VAT/t LCE", "USD/t LCE") == pytest.approx(without)
    assert convert(113.0, "CNY incl VAT/t", "CNY excl. VAT/t") == pytest.approx(100.0)
    with pytest.raises(UnitError, match="say 'included' or 'excluded'"):
        convert(1.0, "CNY/t", "USD/t", vat="yes")


def test_money_that_is_no_price_carries_no_tax_and_the_rate_can_be_stated():
    assert convert(247e6, "CNY", "USD", cny_per_usd=7.0) == pytest.approx(247e6 / 7)
    assert convert(35.0, "MUSD", "million CNY", cny_per_usd=7.0) == pytest.approx(245.0)
    assert convert(7.0, "CNY/t", "CNY/kg", cny_per_usd=3.0) == pytest.approx(0.007)
    with pytest.raises(UnitError, match="cny_per_usd"):
        convert(1.0, "CNY", "USD", cny_per_usd=0.0)


def test_arrays_keep_their_shape_and_the_input_is_left_alone():
    tonnes = np.array([[1.0, 2.0], [np.nan, 4.0]])
    out = convert(tonnes, "kt Li", "t LCE")
    assert out.shape == (2, 2)
    assert out[1, 1] == pytest.approx(4 * 5323)
    assert np.isnan(out[1, 0])
    assert tonnes[0, 0] == 1.0


def test_compatible():
    assert compatible("kt Li", "lb LCE")
    assert not compatible("t Li", "t Co")
    with pytest.raises(UnitError):
        compatible("t Li", "furlong")


def test_every_unit_of_the_table_resolves_and_says_where_it_comes_from():
    seen = set()
    for name, d in definitions().items():
        assert d.description
        assert d.quality in ("reported", "assumed")
        for spelling in (name, *d.aliases):
            assert spelling not in seen
            seen.add(spelling)
        assert compatible(name, name if d.of.startswith("[") else d.of)


@given(
    value=st.floats(-1e9, 1e9),
    a=st.tuples(st.sampled_from(MASSES), st.sampled_from(LITHIUM), st.sampled_from(TIMES)),
    b=st.tuples(st.sampled_from(MASSES), st.sampled_from(LITHIUM), st.sampled_from(TIMES)),
)
def test_round_trip(value, a, b):
    there, back = (f"{m} {s}/{t}" for m, s, t in (a, b))
    assert convert(convert(value, there, back), back, there) == pytest.approx(value, rel=1e-12, abs=1e-300)


@given(x=st.floats(-1e6, 1e6), y=st.floats(-1e6, 1e6), k=st.floats(-1e3, 1e3), unit=st.sampled_from(LITHIUM))
def test_conversion_is_linear(x, y, k, unit):
    def f(v):
        return convert(v, f"kt {unit}", "lb LCE")

    scale = f(1.0)
    assert f(x + k * y) == pytest.approx(f(x) + k * f(y), rel=1e-9, abs=1e-6 * scale)


@given(
    a=st.sampled_from(LITHIUM),
    b=st.sampled_from(LITHIUM),
    c=st.sampled_from(LITHIUM),
)
def test_conversion_by_way_of_a_third_unit_is_the_same(a, b, c):
    assert factor(f"t {a}", f"t {b}") * factor(f"t {b}", f"t {c}") == pytest.approx(
        factor(f"t {a}", f"t {c}")
    )


@given(st.text(max_size=60))
def test_any_text_is_a_unit_or_a_unit_error(text):
    try:
        parse(text)
    except OreflowError as error:
        assert isinstance(error, UnitError)
        assert str(error)


@given(
    st.lists(
        st.sampled_from([*MASSES, *LITHIUM, "/", "*", "(", ")", "^", "2", "1", "per", "CNY", " "]),
        max_size=12,
    )
)
def test_any_row_of_tokens_is_a_unit_or_a_unit_error(tokens):
    try:
        unit = parse(" ".join(tokens))
    except UnitError:
        return
    assert all(name in definitions() and power for name, power in unit)


def test_importing_units_does_not_load_pint():
    code = "import sys, oreflow.units; sys.exit('pint' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_registry_knows_no_unit_of_its_own():
    assert not hasattr(units, "ureg")
    for name in ("knot", "meter", "second", "pint", "degC"):
        with pytest.raises(UnitError):
            parse(name)
