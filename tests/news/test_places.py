"""The country an item is about."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from oreflow.news import Reading


def test_a_place_named_once_holds_for_the_article(hear: Callable[..., Reading]) -> None:
    text = (
        "Miners in Chile fear for their lithium. The market is tense. Buyers are waiting. Stocks are low. "
        "Rain has come early. Nobody is sure.\n\nThe Corazon mine stopped production of lithium on Monday."
    )
    (halt,) = [c for c in hear(text).claims if c.type == "halt"]
    assert halt.country == "CHL"


@pytest.mark.parametrize("places", ["Chile, Australia, Argentina and Zimbabwe"])
def test_an_article_on_many_countries_has_no_home(hear: Callable[..., Reading], places: str) -> None:
    text = (
        f"Lithium is mined in {places}. The market is tense. Buyers are waiting. Stocks are low. "
        "Rain has come early.\n\nThe Corazon mine stopped production of lithium on Monday."
    )
    (halt,) = [c for c in hear(text).claims if c.type == "halt"]
    assert halt.country is None


def test_a_price_has_no_home(hear: Callable[..., Reading]) -> None:
    (price,) = hear("Chile mines lithium. Rain has come early.\n\nLithium carbonate rose 5%.").claims[-1:]
    assert (price.type, price.country) == ("price_move", None)
