from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oreflow.report import format as fmt


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (12345.6, "12\u202f300"),
        (-12345.6, "\u221212\u202f300"),
        (999.6, "1\u202f000"),
        (4.1, "4.1"),
        (4.1004, "4.10"),
        (0.05, "0.05"),
        (0.012345, "0.0123"),
        (7.0, "7"),
        (3.1e-9, "3.1×10⁻⁹"),
        (-2e-6, "\u22122×10⁻⁶"),
        (1234567.0, "1\u202f230\u202f000"),
        (None, "–"),
    ],
)
def test_a_number_keeps_three_digits(value, text):
    assert fmt.number(value) == text


def test_a_change_has_its_sign_and_nothing_has_none():
    assert fmt.number(3.25, sign=True) == "+3.25"
    assert fmt.number(-3.25, sign=True) == "\u22123.25"
    assert fmt.number(0.0, sign=True) == "0"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (123456789.0, "USD", "123\u00a0million USD"),
        (1.5e9, "USD/yr", "1.5\u00a0billion USD/yr"),
        (2.5e6, "USD/GWh", "2\u202f500\u202f000\u00a0USD/GWh"),
        (2.5e6, "t LCE", "2\u202f500\u202f000\u00a0t LCE"),
        (2.5e7, "t Cu", "25\u00a0million t Cu"),
        (2.5e7, "%", "25\u202f000\u202f000\u00a0%"),
        (0.5, "1", "0.5"),
    ],
)
def test_large_amounts_are_scaled_and_rates_are_not(value, unit, text):
    assert fmt.quantity(value, unit) == text


def test_a_range_shares_one_scale():
    assert fmt.span(5e5, 2.5e6, "USD") == "0.5 to 2.5\u00a0million USD"


def test_a_column_has_one_number_of_places():
    assert fmt.column([12345.0, 7.0, None]) == ["12\u202f300", "7", "–"]
    assert fmt.column([12.34, 1.234, 0.0]) == ["12.3", "1.2", "0.0"]
    assert fmt.column([12.3, 0.05]) == ["12.30", "0.05"]
    assert fmt.column([120.4, 0.0001]) == ["120", "<1"]
    assert fmt.column([-0.0001, 25.5]) == ["\u2212<0.1", "25.5"]


def read(text):
    return float(text.replace("\u202f", "").replace("\u2212", "-").replace("+", ""))


@given(st.floats(min_value=-1e12, max_value=1e12).filter(lambda v: v == 0 or abs(v) >= 1e-4))
def test_the_text_says_the_number_to_half_a_unit_in_the_third_digit(value):
    error = abs(read(fmt.number(value)) - value)
    assert error <= 0.5 * 10.0 ** (fmt.exponent(value) - 2) * (1 + 1e-6)


@given(st.lists(st.floats(min_value=-1e9, max_value=1e9), min_size=1, max_size=12))
def test_a_column_is_right_to_its_last_place_and_lines_up(values):
    values = [v if abs(v) >= 1e-4 else 0.0 for v in values]
    texts = fmt.column(values)
    places = {len(t.partition(".")[2]) for t in texts}
    assert len(places) == 1
    for value, text in zip(values, texts, strict=True):
        if "<" in text:
            assert abs(value) < float(text.lstrip("\u2212").lstrip("<"))
        else:
            slack = 0.51 * 10.0 ** -places.copy().pop() + 0.51 * 10.0 ** (fmt.exponent(value) - 2)
            assert abs(read(text) - value) <= slack


@given(st.text())
def test_plain_text_has_no_controls_and_does_not_change_again(text):
    out = fmt.plain(text)
    assert fmt.plain(out) == out
    assert not any(ord(c) < 32 or 127 <= ord(c) < 160 for c in out)
    assert not set(out) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def test_terminal_escapes_go_whole():
    assert fmt.plain("a\x1b[31mred\x1b[0m b\x1b]0;title\x07c\r\nd") == "ared bc d"
    assert fmt.plain("a\r\nb\rc", lines=True) == "a\nb\nc"
    assert fmt.plain("12\u202f300\u00a0t") == "12\u202f300\u00a0t"


def test_months_and_names_in_words():
    assert fmt.month("2026-03") == "Mar 2026"
    assert fmt.month("2026-13") == "2026-13"
    assert fmt.words("export_control") == "export control"
