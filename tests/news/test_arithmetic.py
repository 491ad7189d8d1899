"""Sums in a text, done again."""

from __future__ import annotations

from collections.abc import Callable

from oreflow.news import Reading

GAP = (
    "By 2035, U.S. {what} demand is expected to reach {demand} tonnes while domestic production will only reach "
    "{supply} tonnes, a shortfall of {gap} tonnes and an import dependency of {share}%."
)


def test_a_share_of_domestic_supply_is_told_from_one_of_demand(hear: Callable[..., Reading]) -> None:
    (by_supply,) = hear(
        GAP.format(what="copper", demand="2.92 million", supply="1.80 million", gap="1.12 million", share=62)
    ).checks
    (by_demand,) = hear(
        GAP.format(what="copper", demand="2.92 million", supply="1.80 million", gap="1.12 million", share=38)
    ).checks
    assert by_supply.holds
    assert by_demand.holds
    assert by_supply.problem.startswith("The stated 62 % is gap ÷ domestic supply")
    assert by_demand.problem.startswith("The stated 38 % is gap ÷ demand")
    assert "38.4 %" in by_supply.readings[0]
    assert "62.2 %" in by_supply.readings[0]


def test_a_share_above_a_hundred_is_of_supply(hear: Callable[..., Reading]) -> None:
    (check,) = hear(
        GAP.format(what="lithium", demand="107,000", supply="28,000", gap="79,000", share=280)
    ).checks
    assert check.holds
    assert "gap ÷ demand is 73.8 %" in check.problem


def test_a_slip_of_ten_is_found_and_both_readings_given(hear: Callable[..., Reading]) -> None:
    (check,) = hear(
        GAP.format(what="copper", demand="2.92 million", supply="180,000", gap="110,000", share=62)
    ).checks
    assert "2.92 Mt less 180,000 t" in check.problem  # the unit keeps its case
    assert not check.holds
    assert check.readings[0].startswith("as printed: gap 2.74 Mt")
    assert any("supply of 1.8 Mt" in r and "62.2 %" in r for r in check.readings[1:])
    assert len(check.claims) == 4


def test_a_change_that_does_not_follow_is_flagged(hear: Callable[..., Reading]) -> None:
    text = "Albemarle raised lithium output from 2,000 to 3,000 tonnes a month, Albemarle output rising 20%."
    checks = [c for c in hear(text).checks if not c.holds]
    assert [("+50.0 %" in c.problem, "20 %" in c.problem) for c in checks] == [(True, True)]


def test_a_text_without_sums_has_no_checks(hear: Callable[..., Reading]) -> None:
    assert hear("CATL halted the Jianxiawo mine. Lithium rose 5%.").checks == ()
