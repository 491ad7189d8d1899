"""Amounts: units, scales, bounds, ranges, periods, and the traps."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oreflow.news.dates import find_dates
from oreflow.news.quantities import Quantity, find_quantities


def found(text: str) -> list[Quantity]:
    return find_quantities(text, [(w.start, w.end) for w in find_dates(text)])


CASES: list[tuple[str, float | None, float | None, float | None, str, str]] = [
    ("reducing supply by as much as 6,000 tons per month", 6000, None, 6000, "t", "month"),
    ("about 65,000 tonnes of lithium carbonate equivalent a year", 65000, None, None, "t LCE", "year"),
    ("decreased by 14% in recent weeks", 14, None, None, "%", ""),
    ("nearly 2.92 million tons by 2035", 2.92e6, None, 2.92e6, "t", ""),
    ("the $1.8 billion Orion fund", 1.8e9, None, None, "USD", ""),
    ("a $1.8B initiative", 1.8e9, None, None, "USD", ""),
    ("16.5kt of cobalt", 16500, None, None, "t", ""),
    ("3.3 Mt of copper", 3.3e6, None, None, "t", ""),
    ("46,000-65,000 t/yr", None, 46000, 65000, "t", "year"),
    ("between 5,000 and 6,000 tonnes a month", None, 5000, 6000, "t", "month"),
    ("2 to 3 million tonnes", None, 2e6, 3e6, "t", ""),
    ("$5-6 million", None, 5e6, 6e6, "USD", ""),
    ("$900 million-$1 billion", None, 9e8, 1e9, "USD", ""),
    ("at least 50 kt LCE", 50000, 50000, None, "t LCE", ""),
    ("over 280%", 280, 280, None, "%", ""),
    ("a third of world supply", 33.33, None, None, "%", ""),
    ("two-thirds of its output", 66.67, None, None, "%", ""),
    ("by 2.5 percentage points", 2.5, None, None, "pp", ""),
    ("by 250 basis points", 2.5, None, None, "pp", ""),
    ("A$1.2bn", 1.2e9, None, None, "AUD", ""),
    ("247 million yuan", 247e6, None, None, "CNY", ""),
    ("72,150 yuan a ton", 72150, None, None, "CNY", "t"),
    ("$110 per kilogram", 110, None, None, "USD", "kg"),
    ("US$9.80/kg", 9.8, None, None, "USD", "kg"),
    ("USD10,358.50 a metric ton", 10358.5, None, None, "USD", "t"),
    ("$7,500 a tonne before closing", 7500, None, None, "USD", "t"),
    ("60 million lb of copper", 27215.5422, None, None, "t", ""),
    ("1,000 short tons", 907.18474, None, None, "t", ""),
    ("1.2m tonnes", 1.2e6, None, None, "t", ""),
    ("500k tonnes", 5e5, None, None, "t", ""),
    ("half a million tonnes", 5e5, None, None, "t", ""),
    ("12,000 tpa", 12000, None, None, "t", "year"),
    ("an annual capacity of 46,000 tonnes", 46000, None, None, "t", "year"),
    ("three carbonate lithium production lines", 3, None, None, "lines", ""),
    ("only three copper smelting facilities", 3, None, None, "smelters", ""),
    ("40 GWh", 40, None, None, "GWh", ""),
    ("at least three months", 3, 3, None, "months", ""),
    ("over three months", 3, None, None, "months", ""),
    ("output doubled", 2, None, None, "x", ""),
]


@pytest.mark.parametrize(("text", "value", "low", "high", "unit", "per"), CASES)
def test_an_amount_is_read(
    text: str, value: float | None, low: float | None, high: float | None, unit: str, per: str
) -> None:
    (q,) = found(text)
    assert (q.value, q.low, q.high, q.unit, q.per) == pytest.approx((value, low, high, unit, per))


@pytest.mark.parametrize(
    ("text", "was", "value"),
    [
        ("raised output from 2,000 to 3,000 tonnes a month", 2000, 3000),
        ("cut the rate from 50% to 25%", 50, 25),
        ("raised the tariff to 50 percent from 25 percent", 25, 50),
        ("12 million tons of ore quota this year, down from 42 million tons in 2025", 42e6, 12e6),
        ("to as low as 150 million tonnes from 227 million tonnes", 227e6, 150e6),
    ],
)
def test_a_change_keeps_both_ends(text: str, was: float, value: float) -> None:
    (q,) = found(text)
    assert (q.was, q.value) == (was, value)


def test_a_conversion_is_a_second_amount_right_behind() -> None:
    first, second = found("paid 247 million yuan ($35 million) for the transfer")
    assert (first.unit, second.unit, second.value) == ("CNY", "USD", 35e6)


@pytest.mark.parametrize(
    "text",
    [
        "Seed3D 1.0",
        "the S&P 500 rose",
        "Section 232",
        "the 45X credit",
        "Q3",
        "[2][20]",
        "at 09:14",
        "in 2035",
    ],
)
def test_bare_numbers_are_no_amounts(text: str) -> None:
    assert found(text) == []


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200))
def test_no_text_breaks_the_grammar(text: str) -> None:
    for q in find_quantities(text):
        assert 0 <= q.start < q.end <= len(text)


WORDS = [
    "up to",
    "between",
    "6,000",
    "and",
    "to",
    "-",
    "$",
    "million",
    "tons",
    "a",
    "per",
    "month",
    "%",
    "three",
    "lines",
    "half",
    "from",
    "t/yr",
    "kt",
    "yuan",
    "(",
    ")",
    "2.5",
    "x",
    "third",
]


@given(st.lists(st.sampled_from(WORDS), max_size=10), st.sampled_from([" ", ""]))
def test_no_heap_of_number_words_breaks_the_grammar(words: list[str], joint: str) -> None:
    text = joint.join(words)
    out = find_quantities(text)
    assert all(a.end <= b.start for a, b in pairwise(out))
    for q in out:
        assert q.unit
        if q.low is not None and q.high is not None:
            assert q.low <= q.high


@given(st.integers(1, 10**9), st.sampled_from(["tonnes", "t", "kt", "GWh", "%", "yuan"]))
def test_any_number_with_grouped_digits_is_read_back(number: int, unit: str) -> None:
    (q,) = find_quantities(f"{number:,} {unit}")
    assert q.value == pytest.approx(number * (1000 if unit == "kt" else 1))
