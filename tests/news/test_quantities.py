"""Amounts: units, scales, bounds, ranges, periods, and the traps."""

from __future__ import annotations

import math
import subprocess
import sys
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oreflow import units
from oreflow.errors import UnitError
from oreflow.news.arguments import types
from oreflow.news.dates import find_dates
from oreflow.news.lexicon import read_table
from oreflow.news.numerals import VAGUE, figure
from oreflow.news.quantities import Quantity, find_quantities
from oreflow.news.text import fold


def found(text: str) -> list[Quantity]:
    folded = fold(text)
    return find_quantities(folded, [(w.start, w.end) for w in find_dates(folded)])


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
    # shares and multiples in words
    ("up to a fifth of world supply", 20, None, 20, "%", ""),
    ("one in five batteries", 20, None, None, "%", ""),
    ("a one-in-five chance", 20, None, None, "%", ""),
    ("more than 1 in 10", 10, 10, None, "%", ""),
    ("three in ten cells", 30, None, None, "%", ""),
    ("two in every three cars", 66.67, None, None, "%", ""),
    ("seven out of ten batteries", 70, None, None, "%", ""),
    ("seven-tenths", 70, None, None, "%", ""),
    ("1/3 of output", 33.33, None, None, "%", ""),
    ("cut output by half", 50, None, None, "%", ""),
    ("cut by half next year", 50, None, None, "%", ""),
    ("three out of four smelters", 3, None, None, "smelters", ""),
    ("three of its five mines", 3, None, None, "mines", ""),
    ("at 3 of the country's 7 smelters", 3, None, None, "smelters", ""),
    ("two of the country's biggest copper mines", 2, None, None, "mines", ""),
    ("by a factor of three", 3, None, None, "x", ""),
    ("more than triple", 3, 3, None, "x", ""),
    ("threefold", 3, None, None, "x", ""),
    ("ten-fold", 10, None, None, "x", ""),
    ("two-and-a-half times", 2.5, None, None, "x", ""),
    ("one and a half times last year's output", 1.5, None, None, "x", ""),
    ("twice as much", 2, None, None, "x", ""),
    # numbers
    ("a million tonnes", 1e6, None, None, "t", ""),
    ("half a billion dollars", 5e8, None, None, "USD", ""),
    ("a quarter of a million tonnes", 250000, None, None, "t", ""),
    ("a 1.5 million-tonne plant", 1.5e6, None, None, "t", ""),
    ("half a percentage point", 0.5, None, None, "pp", ""),
    ("half of one percent", 0.5, None, None, "%", ""),
    ("one hundred and twenty thousand tonnes", 120000, None, None, "t", ""),
    ("twelve thousand five hundred tonnes", 12500, None, None, "t", ""),
    ("1 000 000 tonnes", 1e6, None, None, "t", ""),
    ("1\u00a0000\u00a0000 tonnes", 1e6, None, None, "t", ""),
    ("1\u202f000\u2009000 tonnes", 1e6, None, None, "t", ""),
    ("1.000.000 tonnes", 1e6, None, None, "t", ""),
    ("1.234,5 tonnes", 1234.5, None, None, "t", ""),
    ("1,50,000 tonnes", 150000, None, None, "t", ""),
    ("12,5 percent", 12.5, None, None, "%", ""),
    ("rose .5%", 0.5, None, None, "%", ""),
    ("1.1 ten thousand tons", 11000, None, None, "t", ""),
    ("5 million kg", 5000, None, None, "t", ""),
    ("two and a half years", 2.5, None, None, "years", ""),
    ("a year and a half", 1.5, None, None, "years", ""),
    ("1½ years", 1.5, None, None, "years", ""),
    ("2 1/2 years", 2.5, None, None, "years", ""),
    ("a fortnight", 2, None, None, "weeks", ""),
    # tonnes of this and that
    ("3 lakh tonnes", 300000, None, None, "t", ""),
    ("100,000 mt", 100000, None, None, "t", ""),
    ("5.5 million dmt", 5.5e6, None, None, "t", ""),
    ("200,000 wmt of nickel ore", 200000, None, None, "t", ""),
    ("1.3 million wet metric tonnes", 1.3e6, None, None, "t", ""),
    ("165,000 dry tonnes of concentrate a year", 165000, None, None, "t", "year"),
    ("2.5 Mlb of copper", 1133.980925, None, None, "t", ""),
    ("60 Mlbs", 27215.5422, None, None, "t", ""),
    ("20,000 t/yr LCE", 20000, None, None, "t LCE", "year"),
    ("25,000 tonnes p.a. of LCE", 25000, None, None, "t LCE", "year"),
    ("20,000 tonnes per annum (tpa) of LCE", 20000, None, None, "t LCE", "year"),
    ("15,000 tonnes of contained lithium", 15000, None, None, "t Li", ""),
    ("4.2 million tonnes of lithium metal", 4.2e6, None, None, "t Li", ""),
    ("5,000 t Li", 5000, None, None, "t Li", ""),
    ("5,000 tonnes of lithium", 5000, None, None, "t", ""),
    ("455kt of contained Li2O", 455000, None, None, "t Li2O", ""),
    ("200,000 tonnes of SC6", 200000, None, None, "t SC6", ""),
    ("1,000t of rare earth oxides a year", 1000, None, None, "t REO", "year"),
    # per
    ("a 20,000-tonne-per-year plant", 20000, None, None, "t", "year"),
    ("a 20,000 ton-a-year plant", 20000, None, None, "t", "year"),
    ("100,000 t/a", 100000, None, None, "t", "year"),
    ("100,000 t/y", 100000, None, None, "t", "year"),
    ("100,000 tpy", 100000, None, None, "t", "year"),
    ("2.7 million mt/yr", 2.7e6, None, None, "t", "year"),
    ("24,000 t of lithium hydroxide monohydrate (LHM) a year", 24000, None, None, "t", "year"),
    ("its annual report said 5,000 tonnes were sold", 5000, None, None, "t", ""),
    ("5,000 tonnes a year earlier", 5000, None, None, "t", ""),
    ("CNY 75,000 per mt", 75000, None, None, "CNY", "t"),
    ("80,000-95,000 yuan/mt", None, 80000, 95000, "CNY", "t"),
    ("850 $/t", 850, None, None, "USD", "t"),
    ("US$335-345 per mtu", None, 335, 345, "USD", "mtu"),
    ("1,250 dollars per dry metric tonne unit", 1250, None, None, "USD", "mtu"),
    ("0.42 yuan/Wh", 0.42, None, None, "CNY", "Wh"),
    ("90 US cents a pound", 0.9, None, None, "USD", "lb"),
    # energy and things
    ("2,400 megawatt-hours", 2.4, None, None, "GWh", ""),
    ("40 GWh-per-year", 40, None, None, "GWh", "year"),
    ("400,000 EVs", 400000, None, None, "vehicles", ""),
    ("2.3 million electric cars", 2.3e6, None, None, "vehicles", ""),
    # money
    ("Rs 1,500 crore", 1.5e10, None, None, "INR", ""),
    ("a ₹10,000 crore scheme", 1e11, None, None, "INR", ""),
    ("3 lakh crore rupees", 3e12, None, None, "INR", ""),
    ("$1.2trn", 1.2e12, None, None, "USD", ""),
    ("40 million Canadian dollars", 4e7, None, None, "CAD", ""),
    ("$5 million Canadian dollars", 5e6, None, None, "CAD", ""),
    ("NT$3 billion", 3e9, None, None, "TWD", ""),
    ("1.030 million dollars", 1.03e9, None, None, "USD", ""),
    # ranges
    ("$950-1,050/t FOB", None, 950, 1050, "USD", "t"),
    ("$24.50-25.00/kg", None, 24.5, 25, "USD", "kg"),
    ("between $10 and $12/kWh", None, 10, 12, "USD", "kWh"),
    ("from RMB 80,000 to RMB 95,000 per tonne", None, 80000, 95000, "CNY", "t"),
    ("from 5% to 8%", None, 5, 8, "%", ""),
    ("up by 12 to 14 percent", None, 12, 14, "%", ""),
    ("230,000–240,000 tonnes LCE", None, 230000, 240000, "t LCE", ""),
    ("a 10- to 15-year contract", None, 10, 15, "years", ""),
    ("1.1m to 1.2m tonnes", None, 1.1e6, 1.2e6, "t", ""),
    ("€20m-25m", None, 20e6, 25e6, "EUR", ""),
    ("one or two mines", None, 1, 2, "mines", ""),
    ("between two hundred and three hundred tonnes", None, 200, 300, "t", ""),
    ("0.9 to 1.2 ten thousand tons", None, 9000, 12000, "t", ""),
    ("2,000 tonnes to 3,000 tonnes of output a month", None, 2000, 3000, "t", "month"),
    # numbers that are no numbers
    ("dozens of workers", None, 24, 90, "workers", ""),
    ("several hundred tonnes", None, 300, 900, "t", ""),
    ("a few hundred tonnes", None, 200, 500, "t", ""),
    ("tens of thousands of tonnes", None, 20000, 90000, "t", ""),
    ("hundreds of thousands of tonnes", None, 200000, 900000, "t", ""),
    ("billions of dollars", None, 2e9, 9e9, "USD", ""),
    # bounds
    ("no fewer than 3,000 tonnes", 3000, 3000, None, "t", ""),
    ("no more than 3,000 tonnes", 3000, None, 3000, "t", ""),
    ("as little as 3,000 tonnes", 3000, 3000, None, "t", ""),
    ("well below 3,000 tonnes", 3000, None, 3000, "t", ""),
    ("just shy of 3,000 tonnes", 3000, None, 3000, "t", ""),
    ("the market is short of 3,000 tonnes", 3000, None, None, "t", ""),
    ("will recover 3,000 tonnes", 3000, None, None, "t", ""),
    ("3,000 tonnes or more", 3000, 3000, None, "t", ""),
    ("500+ tonnes", 500, 500, None, "t", ""),
    ("8,000-plus tonnes", 8000, 8000, None, "t", ""),
    # Chinese, as it stands in quotes
    ("1.8万吨", 18000, None, None, "t", ""),
    ("6.5万元/吨", 65000, None, None, "CNY", "t"),
    ("6.5万至7万元/吨", None, 65000, 70000, "CNY", "t"),
    ("逾3亿元", 3e8, 3e8, None, "CNY", ""),
    ("3亿美元", 3e8, None, None, "USD", ""),
    ("约8%", 8, None, None, "%", ""),
    ("1,200吨/月", 1200, None, None, "t", "month"),
    ("每月1,200吨", 1200, None, None, "t", "month"),
    ("年产2万吨", 20000, None, None, "t", "year"),
    ("5千克", 0.005, None, None, "t", ""),
    ("30吉瓦时", 30, None, None, "GWh", ""),
    ("1万吨以上", 10000, 10000, None, "t", ""),
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
        ("brought production down to 700 tonnes a month from 1,400.", 1400, 700),
        ("raised from RMB 80,000 to RMB 95,000 per tonne", 80000, 95000),
        ("is to swell from 30 to 50 GWh", 30, 50),
        ("12 million tons, down from 42 million", 42e6, 12e6),
        ("14,000 tonnes, up from a revised 12,500 tonnes", 12500, 14000),
        ("tariffs rise to 25%, from 7.5%", 7.5, 25),
        ("ramp up from 500,000 to 1 million tonnes", 5e5, 1e6),
    ],
)
def test_a_change_keeps_both_ends(text: str, was: float, value: float) -> None:
    (q,) = found(text)
    assert (q.was, q.value) == (was, value)


def test_a_conversion_is_a_second_amount_right_behind() -> None:
    first, second = found("paid 247 million yuan ($35 million) for the transfer")
    assert (first.unit, second.unit, second.value) == ("CNY", "USD", 35e6)


def test_the_two_of_a_conversion_are_per_the_same() -> None:
    yuan, dollars = found("58,460 yuan ($8,140) a metric ton")
    assert (yuan.per, dollars.per) == ("t", "t")


def test_a_range_keeps_what_was_before() -> None:
    (q,) = found("cut its quota to 250-260 million tonnes from 379 million tonnes")
    assert (q.low, q.high, q.was) == (250e6, 260e6, 379e6)


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ("by 1,500 tonnes to 14,000 tonnes", (1500, "t"), (14000, "t")),
        ("by 1,500 to 14,000 tonnes", (1500, "t"), (14000, "t")),
        ("by 12% to 14,000 tonnes", (12, "%"), (14000, "t")),
        ("added $42 to $9,917 a tonne", (42, "USD"), (9917, "USD")),
        ("rose 500 yuan to 73,000 yuan per tonne", (500, "CNY"), (73000, "CNY")),
        ("paid $5 million to 300 workers", (5e6, "USD"), (300, "workers")),
        ("stakes of 49% and 51%", (49, "%"), (51, "%")),
        ("15 million pounds ($19 million)", (15e6, "GBP"), (19e6, "USD")),
        ("RMB 1.2 billion (US$168 million)", (1.2e9, "CNY"), (168e6, "USD")),
        ("a 175 MW/700 MWh battery", (0.175, "GW"), (0.7, "GWh")),
    ],
)
def test_two_amounts_stay_two(text: str, first: tuple[float, str], second: tuple[float, str]) -> None:
    assert [(q.value, q.unit) for q in found(text)] == [first, second]


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("-2.5%", -1),
        ("−2.5%", -1),
        ("minus 4%", -1),
        ("+3.1 pct", 1),
        ("is down 3pc", -1),
        ("prices are up 3-5 percent", 1),
        ("makes up 60% of supply", 0),
        ("5 p.c.", 0),
        ("halving", -1),
    ],
)
def test_a_sign_or_word_gives_the_direction(text: str, sign: int) -> None:
    (q,) = found(text)
    assert q.sign == sign


@pytest.mark.parametrize(
    ("text", "kind", "unit"),
    [
        ("35 ppm", "grade", "ppm"),
        ("19.5 g/t gold", "grade", "g/t"),
        ("1.2% Li2O", "grade", "% Li2O"),
        ("grading 1.5% lithium oxide", "grade", "% Li2O"),
        ("6% spodumene concentrate", "grade", "% Li2O"),
        ("a grade of 1.1%", "grade", "%"),
        ("99.5% purity", "grade", "%"),
        ("3.2% Cu", "grade", "% Cu"),
        ("15 GW", "power", "GW"),
        ("a 500-megawatt plant", "power", "GW"),
        ("5 million tonnes of CO2", "emissions", "t CO2"),
    ],
)
def test_what_is_no_amount_of_a_claim_has_a_kind_of_its_own(text: str, kind: str, unit: str) -> None:
    (q,) = found(text)
    assert (q.kind, q.unit) == (kind, unit)
    assert all(kind not in t.quantities for t in types().values())


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
        "Phase 2 plant",
        "Line 3 plants",
        "Model 3 cars",
        "No. 2 producer",
        "Airbus A330",
        "F-150 vehicles",
        "COVID-19 units",
        "FTSE 100 miners",
        "Euro 7 cars",
        "two Mt Keith mines",
        "2026 vehicles",
        "+1-416-555-0199",
        "won 3-2",
        "a 24/7 plant",
        "a 50/50 venture",
        "10.1.2024 tonnes",
        "1,2,3 tonnes",
        "tonnes 45,000",
        "a third mine",
        "by a third party",
        "the second half of the year",
        "half-year results",
        "double-digit growth",
        "three times in a decade",
        "three Australian miners",
        "one of the world's largest lithium mines",
        "a 30-year-old mine",
        "5 t-shirts",
        "2025年",
        "000 tonnes",
    ],
)
def test_bare_numbers_are_no_amounts(text: str) -> None:
    assert found(text) == []


def check(text: str, out: list[Quantity]) -> None:
    """What holds of whatever is found in whatever text."""
    assert all(a.end <= b.start for a, b in pairwise(out))
    for q in out:
        assert 0 <= q.start < q.end <= len(text)
        assert q.unit and q.kind
        numbers = [v for v in (q.value, q.low, q.high, q.was) if v is not None]
        assert numbers and all(math.isfinite(v) for v in numbers)
        if q.low is not None and q.high is not None:
            assert q.low <= q.high


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200))
def test_no_text_breaks_the_grammar(text: str) -> None:
    check(text, find_quantities(text))


@given(st.text(alphabet="0123456789,. -+/$%€£₹()'\"kmbtxa½万亿吨元年\n", max_size=60))
def test_no_heap_of_signs_breaks_the_grammar(text: str) -> None:
    check(text, find_quantities(text))


@given(
    st.text(alphabet="0123456789 t%$", max_size=40),
    st.lists(st.tuples(st.integers(0, 45), st.integers(0, 45)), max_size=4),
)
def test_no_number_overlaps_what_is_taken(text: str, taken: list[tuple[int, int]]) -> None:
    out = find_quantities(text, taken)
    check(text, out)
    for q in out:
        assert not any(q.start < b and a <= q.start for a, b in taken if a < b)


WORDS = [
    "up to", "between", "6,000", "and", "to", "-", "$", "million", "tons", "a", "per", "month", "%", "three",
    "lines", "half", "from", "t/yr", "kt", "yuan", "(", ")", "2.5", "x", "third", "one", "in", "of", "its",
    "five", "mines", "dozens", "hundreds", "thousands", "several", "few", "hundred", "minus", "by", "or",
    "more", "US$", "RMB", "crore", "1 000", "1/2", "twice", "times", "fold", "factor", "LCE", "Li2O",
    "contained lithium", "a quarter", "GW", "ppm", ",", "down from", "year", "fortnight", "two", "万", "吨",
    "/", "年", "+", "plus", "quarters",
]  # fmt: skip


@given(st.lists(st.sampled_from(WORDS), max_size=14), st.sampled_from([" ", "", "-"]))
def test_no_heap_of_number_words_breaks_the_grammar(words: list[str], joint: str) -> None:
    text = joint.join(words)
    check(text, find_quantities(text))


@given(st.integers(1, 10**9), st.sampled_from(["tonnes", "t", "kt", "GWh", "%", "yuan"]))
def test_any_number_with_grouped_digits_is_read_back(number: int, unit: str) -> None:
    (q,) = find_quantities(f"{number:,} {unit}")
    assert q.value == pytest.approx(number * (1000 if unit == "kt" else 1))


STYLES = {
    "commas": lambda n: f"{n:,}",
    "plain": str,
    "spaces": lambda n: f"{n:,}".replace(",", " "),
    "thin spaces": lambda n: f"{n:,}".replace(",", "\u2009"),
}
SCALES = {"": 1.0, " thousand": 1e3, " million": 1e6, " billion": 1e9, "m": 1e6, "bn": 1e9, " lakh": 1e5}
UNITS = {
    " tonnes": (1.0, "t", "mass"),
    "t": (1.0, "t", "mass"),
    "-tonne": (1.0, "t", "mass"),
    " metric tons": (1.0, "t", "mass"),
    "kt": (1e3, "t", "mass"),
    " tonnes LCE": (1.0, "t LCE", "mass"),
    " GWh": (1.0, "GWh", "energy"),
    " MWh": (1e-3, "GWh", "energy"),
    " yuan": (1.0, "CNY", "money"),
    " euros": (1.0, "EUR", "money"),
    "%": (1.0, "%", "share"),
    " percentage points": (1.0, "pp", "points"),
}
BOUNDS = {
    "": None,
    "about ": None,
    "up to ": "high",
    "as much as ": "high",
    "at least ": "low",
    "over ": "low",
}
PERS = {
    "": "",
    " a year": "year",
    " per month": "month",
    "/yr": "year",
    "-a-day": "day",
    " per quarter": "quarter",
}


@given(
    st.integers(1, 999_999),
    st.sampled_from(sorted(STYLES)),
    st.sampled_from(sorted(SCALES)),
    st.sampled_from(sorted(UNITS)),
    st.sampled_from(sorted(BOUNDS)),
    st.sampled_from(sorted(PERS)),
    st.sampled_from(["", "It made ", "He said: ", "("]),
)
def test_an_amount_is_read_back(
    number: int, style: str, scale: str, unit: str, bound: str, per: str, before: str
) -> None:
    factor, base, kind = UNITS[unit]
    if scale and unit[0] not in " -":
        unit = f" {unit}"
    if kind in {"points", "share"} or unit.startswith("-"):
        per = ""
    value = number * SCALES[scale] * factor
    text = fold(f"{before}{bound}{STYLES[style](number)}{scale}{unit}{per}")
    (q,) = find_quantities(text)
    ends = (value if BOUNDS[bound] == "low" else None, value if BOUNDS[bound] == "high" else None)
    assert (q.value, q.low, q.high) == pytest.approx((value, *ends))
    assert (q.unit, q.kind, q.per) == (base, kind, PERS[per])
    assert text[q.start : q.end].startswith(text[len(before) + len(bound) :][:1])


@given(
    st.integers(1, 9_999),
    st.integers(1, 9_999),
    st.sampled_from(["{}-{} tonnes", "{} to {} tonnes", "between {} and {} tonnes", "{} tonnes - {} tonnes"]),
)
def test_a_range_is_read_back(a: int, b: int, form: str) -> None:
    low, high = min(a, b), max(a, b)
    (q,) = find_quantities(form.format(f"{low:,}", f"{high:,}"))
    assert (q.value, q.low, q.high) == (None, low, high)


@given(st.integers(0, 10**15))
def test_a_figure_is_the_number_it_was_made_from(n: int) -> None:
    assert figure(str(n)) == n
    assert figure(f"{n:,}") == n
    assert figure(f"{n:,}".replace(",", " ")) == n
    assert n < 10**6 or figure(f"{n:,}".replace(",", ".")) == n


def test_no_number_is_vague_without_an_order() -> None:
    assert all(0 < low < high for low, high in VAGUE.values())


_BASE = {"mass": "t", "energy": "GWh", "time": ""}
_OTHERWISE = {  # what the registry calls them
    "ton": "t", "tons": "t", "dmt": "t", "wmt": "t", "mt": "t", "MT": "t", "kdmt": "kt",
    "MMt": "Mt", "MMT": "Mt", "megatons": "Mt", "megatonne": "Mt", "kgs": "kg", "kilo": "kg",
    "kilos": "kg", "kilogramme": "kg", "kilogrammes": "kg", "Mlb": "Mlb", "MMlb": "Mlb",
    "MMlbs": "Mlb", "short ton": "short_ton", "short tons": "short_ton", "tpy": "t/yr",
    "t/y": "t/yr", "ktpy": "kt/yr", "Mtpy": "Mt/yr", "tpd": "t/day", "tpm": "t/month",
    "tph": "t/h", "GW-h": "GWh", "吨": "t", "公吨": "t", "千克": "kg", "公斤": "kg", "吉瓦时": "GWh",
    "天": "day", "周": "week", "个月": "month", "年": "yr",
}  # fmt: skip
_PREFIXES = {"gigawatt hour": "GWh", "megawatt hour": "MWh", "terawatt hour": "TWh", "kilowatt hour": "kWh"}
_ELSEWHERE = {
    "long ton",
    "long tons",
    "oz",
    "ounce",
    "ounces",
    "troy ounce",
    "troy ounces",
    "fortnight",
    "fortnights",
}


def _in_registry(form: str) -> str:
    plain = form.removeprefix("dry ").removeprefix("wet ").removeprefix("metric ")
    return _OTHERWISE.get(plain) or _PREFIXES.get(plain.removesuffix("s")) or plain


@pytest.mark.parametrize(
    "row",
    [r for r in read_table("units") if r["kind"].partition("_")[0] in _BASE],
    ids=lambda r: f"{r['form']}-{r['kind']}",
)
def test_the_table_of_units_agrees_with_the_registry(row: dict[str, str]) -> None:
    form = row["form"]
    if form in _ELSEWHERE:
        with pytest.raises(UnitError):
            units.parse(form)
        return
    kind, _, per = row["kind"].partition("_")
    base = _BASE[kind] or {"hours": "h"}.get(row["unit"], row["unit"])
    target = f"{base}/{'h' if per == 'hour' else per}" if per else base
    assert float(row["factor"]) == pytest.approx(units.factor(_in_registry(form), target), rel=1e-12)


def test_reading_amounts_does_not_need_the_registry() -> None:
    read = "from oreflow.news.quantities import find_quantities; find_quantities('5 t')"
    code = f"import sys; {read}; sys.exit('pint' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


@pytest.mark.parametrize(
    "piece",
    [
        "9 ", "1,", "1.", "a", "$", " ", "-", "\n", "3万", "one in ", "1 000 ", "up to ", "half ",
        "hundreds of ", "from 5 t to ", "three of its ", "5 tonnes of very fine black rock ",
        "$1, down from $2 ", "a year and a ", "annual ", "US$", "1/2 ", "twenty-", "5 t (",
        "to 5 t from ", "minus ",
    ],
)  # fmt: skip
def test_reading_is_linear_in_the_length(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    start = time.process_time()
    check(text, find_quantities(text))
    assert time.process_time() - start < 4
