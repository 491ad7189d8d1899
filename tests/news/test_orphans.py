"""Amounts that no verb has taken make claims of their own."""

from __future__ import annotations

import pytest

from oreflow.news import read_text


@pytest.mark.parametrize(
    ("sentence", "kind", "value", "unit"),
    [
        ("Ammonium paratungstate was fetching $820 per mtu in Rotterdam.", "price_move", 820, "USD"),
        ("Analysts see lithium carbonate averaging $11 a kilo next year.", "forecast", 11, "USD"),
        ("The copper mine's tally came to 437,061 tonnes last year.", "capacity_fact", 437061, "t"),
        ("Cobalt stocks in China are down to six weeks of use.", "capacity_fact", 6, "weeks"),
        ("Under the contract Lynas gets no less than $110 a kilo of NdPr.", "price_floor", 110, "USD"),
        ("The lithium deposit has 13 million tonnes grading 1.2% Li2O.", "reserve_report", 13e6, "t"),
    ],
)
def test_an_amount_alone_makes_a_claim(sentence: str, kind: str, value: float, unit: str) -> None:
    reading = read_text(f"Minerals\n\n3 March 2026\n\n{sentence}\n")
    found = [c for c in reading.claims if c.type == kind and c.quantity is not None]
    assert [(c.quantity.value, c.quantity.unit) for c in found if c.quantity] == [(value, unit)]


@pytest.mark.parametrize(
    "sentence",
    [
        "Glencore's copper revenue came to $3 billion last year.",
        "The copper miner pays royalties of $40 a tonne.",
        "Lithium converters will restart only if the price holds above $1,200 a tonne.",
        "The nickel smelter's workers are 2,400.",
    ],
)
def test_an_amount_of_something_else_makes_none(sentence: str) -> None:
    reading = read_text(f"Minerals\n\n3 March 2026\n\n{sentence}\n")
    assert not [
        c for c in reading.claims if c.quantity is not None and c.type in {"price_move", "investment"}
    ]
