"""Names: aliases, tickers, characters, misspellings, descriptions, pronouns, and what is not known."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from oreflow.news import Reading


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("CATL halted production at the Jianxiawo lithium mine.", "jianxiawo"),
        ("CATL halted production at the Jianxiawa lithium mine.", "jianxiawo"),
        ("CATL halted production at the Jianxaiwo lithium mine.", "jianxiawo"),
        ("Vedanta halted production at the Jianxeawa lithium mine.", "Jianxeawa"),
        ("CATL (宁德时代) halted production at 枧下窝 on Monday.", "jianxiawo"),
        ("CATL's large lithium mine in Jiangxi province has halted production.", "jianxiawo"),
        ("The Greenbushes mine suspended mining.", "greenbushes"),
        ("The Silver Valley lithium mine halted production.", "Silver Valley"),
        ("Tianqi halted production at Kwinana.", "kwinana_tianqi"),
        ("Example Lithium Corp halted production at its lithium mines.", "Example Lithium Corp"),
    ],
)
def test_a_halt_finds_its_subject(hear: Callable[..., Reading], text: str, subject: str) -> None:
    halts = [c for c in hear(text).claims if c.type == "halt"]
    assert [c.subject for c in halts] == [subject]


def test_a_ticker_stands_for_its_firm(hear: Callable[..., Reading]) -> None:
    (claim,) = hear(
        "The largest miner of lithium (NYSE: ALB), Albemarle (ALB.US), rose. Albemarle (ALB.US) up 7%."
    ).claims[-1:]
    assert (claim.type, claim.subject) == ("share_price_move", "albemarle")


def test_a_name_that_may_be_two_plants_is_not_guessed(hear: Callable[..., Reading]) -> None:
    reading = hear("The Kwinana lithium hydroxide plant halted production.")
    (claim,) = [c for c in reading.claims if c.type == "halt"]
    assert set(claim.candidates) == {"kwinana_tianqi", "kwinana_covalent"}
    assert reading.events == ()
    assert any("may mean" in n.reason for n in reading.not_modelled)


def test_the_mine_is_the_one_named_before(hear: Callable[..., Reading]) -> None:
    claims = hear("Jianxiawo is a lithium mine. It is large. The mine's operations halted in August.").claims
    assert [(c.type, c.subject) for c in claims] == [("halt", "jianxiawo")]


def test_the_company_is_the_one_named_before(hear: Callable[..., Reading]) -> None:
    claims = hear("CATL makes batteries. The company has submitted reserve data for its lithium mine.").claims
    assert ("reserve_report", "catl") in [(c.type, c.subject) for c in claims]


def test_who_speaks_is_not_who_acts(hear: Callable[..., Reading]) -> None:
    (claim,) = hear("UBS said CATL suspended its lithium mine.").claims
    assert (claim.subject, claim.speaker) == ("catl", "UBS")


def test_a_small_word_is_no_country(hear: Callable[..., Reading]) -> None:
    (claim,) = hear("CATL halted the Jianxiawo mine and told us so.").claims
    assert claim.country == "CHN"


def test_a_metal_outside_the_world_is_heard_but_not_modelled(hear: Callable[..., Reading]) -> None:
    reading = hear("China banned exports of antimony and tungsten.")
    assert [c.commodity for c in reading.claims] == ["antimony;tungsten"]
    assert reading.events == ()
