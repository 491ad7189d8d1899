"""Quote, quantity and date of a proposal are held to the article."""

from __future__ import annotations

from typing import Any

import pytest

from tests.news.proposals.offers import DENIAL, HALT, Ask, bare, proposal, reasons, said


def test_a_proposal_that_the_article_bears_out_becomes_a_claim(ask: Ask) -> None:
    found = ask(proposal())
    assert found.rejected == ()
    (claim,) = found.claims
    out = claim.to_dict()
    assert out == out | {
        "type": "halt",
        "subject": "jianxiawo",
        "commodity": "lithium",
        "country": "CHN",
        "quantity": {"value": 65000, "low": None, "high": None, "unit": "t", "per": "year"},
        "direction": "down",
        "polarity": "asserted",
        "modality": "happened",
        "speaker": None,
        "said": "2025-11-21",
        "announced": None,
        "effective": "2025-08-01/2025-08-31",
        "quote": HALT,
        "group": None,
    }
    assert found.model == "test:test"


@pytest.mark.parametrize(
    "quote",
    [
        "CATL closed the Jianxiawo mine for good.",
        "CATL halted production of 5,000 tonnes a year",
        "production of 65,000 tonnes a yea",
        "a year",
        "in August.\n\nChina will cut",
        "...",
        "",
    ],
)
def test_an_invented_or_empty_quote_is_rejected(ask: Ask, quote: str) -> None:
    found = ask(proposal(quote=quote))
    assert found.claims == ()
    (rejected,) = found.rejected
    assert (rejected.field, rejected.value, rejected.claim) == ("quote", quote, None)


def test_the_figure_within_a_longer_one_is_another_figure(ask: Ask) -> None:
    found = ask(
        proposal(quantity={"value": 5000, "unit": "t", "per": "year", "evidence": "5,000 tonnes a year"})
    )
    assert found.claims[0].quantity is None
    assert reasons(found) == {"quantity": "its evidence does not stand in the quote"}


@pytest.mark.parametrize(
    ("quantity", "reason"),
    [
        ({"value": 70000, "unit": "t", "per": "year"}, "its evidence states value 65000 t/year"),
        ({"value": 65000, "unit": "t", "per": None}, "its evidence states value 65000 t/year"),
        ({"value": 65000, "unit": "kt", "per": "year"}, "its evidence states value 65000 t/year"),
        ({"value": 65, "unit": "kt", "per": "year"}, "its evidence states value 65000 t/year"),
        ({"low": 60000, "high": 65000, "unit": "t", "per": "year"}, "its evidence states value 65000 t/year"),
        (
            {"value": 14, "unit": "%", "evidence": "14%"},
            "its evidence does not stand in the quote (but elsewhere)",
        ),
        ({"value": 8, "unit": "t", "evidence": "in August"}, "its evidence states no quantity"),
        ({"unit": "t", "evidence": "65,000 tonnes"}, "its evidence states value 65000 t/year"),
    ],
)
def test_a_number_that_the_words_do_not_state_is_rejected(
    ask: Ask, quantity: dict[str, Any], reason: str
) -> None:
    found = ask(proposal(quantity={"evidence": "65,000 tonnes a year", **quantity}))
    assert found.claims[0].quantity is None
    assert reasons(found) == {"quantity": reason}
    assert found.rejected[0].claim == 0


def test_a_kind_of_quantity_that_the_type_does_not_take_is_rejected(ask: Ask) -> None:
    text = "Tianqi halted work at Kwinana, a loss of $35 million."
    quantity = {"value": 35e6, "unit": "USD", "evidence": "$35 million"}
    found = ask(bare("halt", text, "halted", quantity=quantity), text=text)
    assert reasons(found) == {"quantity": "a claim of type halt takes no quantity of money"}


@pytest.mark.parametrize(
    ("value", "evidence", "reason"),
    [
        ("2025-09-01", "in August", "its evidence states 2025-08-01/2025-08-31"),
        ("2025-12-01", "1 December 2025", "its evidence does not stand in the paragraph (but elsewhere)"),
        ("2025-08-01", "production", "its evidence states no date"),
        ("August", "in August", "its evidence states 2025-08-01/2025-08-31"),
        ("2025-08-01", "in Augustus", "its evidence does not stand in the paragraph"),
    ],
)
def test_a_date_that_the_words_do_not_state_is_rejected(
    ask: Ask, value: str, evidence: str, reason: str
) -> None:
    found = ask(proposal(effective=said(value, evidence)))
    assert found.claims[0].effective is None
    assert reasons(found) == {"effective": reason}


def test_a_date_may_be_given_whole(ask: Ask) -> None:
    claim = ask(proposal(effective=said("2025-08-01/2025-08-31", "in August"))).claims[0]
    assert str(claim.effective) == "2025-08-01/2025-08-31"


@pytest.mark.parametrize(
    ("verb", "modality", "taken"),
    [
        ("halted", "happened", {"2024-08-01", "2025-08-01"}),
        ("will halt", "planned", {"2025-08-01", "2026-08-01"}),
    ],
)
def test_the_year_of_a_month_is_settled_by_the_tense(
    ask: Ask, verb: str, modality: str, taken: set[str]
) -> None:
    text = f"CATL {verb} lithium production in August."
    good = bare("halt", text, verb, modality=said(modality, verb))
    days = [f"{year}-08-01" for year in range(2023, 2028)]
    found = {d: ask({**good, "effective": said(d, "August")}, text=text).claims[0].effective for d in days}
    assert {d for d in days if found[d] is not None} == taken


def test_an_unknown_type_is_rejected(ask: Ask) -> None:
    found = ask(proposal(type="catastrophe"))
    assert (found.claims, reasons(found)) == ((), {"type": "there is no type of claim 'catastrophe'"})


def test_typographic_marks_and_line_breaks_may_differ_and_the_quote_is_the_articles(ask: Ask) -> None:
    text = "CATL’s Jianxiawo mine\nhalted lithium production — all of it."
    found = ask(bare("halt", "CATL's Jianxiawo mine halted lithium production - all", "halted"), text=text)
    (claim,) = found.claims
    assert claim.quote == "CATL’s Jianxiawo mine\nhalted lithium production — all"


def test_a_repeated_proposal_is_one_claim(ask: Ask) -> None:
    found = ask(proposal(), proposal())
    assert len(found.claims) == 1
    assert reasons(found) == {"quote": "it says the same as one before"}


def test_claims_come_in_the_order_of_the_text_and_what_is_rejected_points_at_them(ask: Ask) -> None:
    late = bare(
        "halt", DENIAL, "suspended", polarity=said("negated", "denied"), speaker=said("Reuters", "Tianqi")
    )
    found = ask(late, proposal(quote="CATL closed the mine"), proposal())
    assert [c.quote for c in found.claims] == [HALT, DENIAL]
    assert [(r.proposal, r.field, r.claim) for r in found.rejected] == [(0, "speaker", 1), (1, "quote", None)]
