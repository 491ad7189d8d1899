"""Claims of every type, and what holds for all of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oreflow.atlas import World
from oreflow.news import Reading, read_text
from oreflow.news.arguments import types
from oreflow.news.modality import MODALITIES, POLARITIES

KEYS = [
    "type",
    "subject",
    "commodity",
    "country",
    "quantity",
    "direction",
    "polarity",
    "modality",
    "speaker",
    "said",
    "announced",
    "effective",
    "quote",
    "start",
    "end",
    "group",
]

ONE_EACH = {
    "halt": "CATL halted production at the Jianxiawo mine.",
    "restart": "CATL resumed operations at the Jianxiawo mine.",
    "output_cut": "Albemarle cut lithium output by 20%.",
    "expansion": "Albemarle raised lithium hydroxide capacity by 5,000 tonnes a year.",
    "licence": "The mining licence of the Jianxiawo mine expired on 9 August.",
    "reserve_report": "CATL submitted a reserve report for the Jianxiawo mine.",
    "disruption": "A strike hit production at the Greenbushes lithium mine.",
    "export_control": "China imposed export controls on gallium.",
    "quota": "Congo set a cobalt export quota of 96,600 tonnes a year.",
    "tariff": "The United States imposed a 50% tariff on copper.",
    "sanction": "The United States imposed sanctions on a cobalt trader.",
    "price_floor": "The Pentagon guaranteed a price floor of $110 per kilogram for NdPr oxide.",
    "subsidy": "Congress ended the tax credit for lithium refiners.",
    "stockpile": "The United States will buy 7,500 tonnes of cobalt for its strategic reserve.",
    "agreement": "Albemarle signed an offtake agreement for lithium hydroxide with Tianqi.",
    "investment": "Albemarle invested $500 million in a lithium plant.",
    "technology_switch": "CATL will switch to sodium-ion batteries.",
    "demand_change": "Lithium demand rose 20%.",
    "price_move": "Lithium carbonate prices fell 5%.",
    "share_price_move": "Shares of Albemarle rose 13.6%.",
    "forecast": "Lithium demand is expected to reach 2 million tonnes by 2035.",
    "capacity_fact": "The Jianxiawo mine produces 46,000 tonnes of LCE a year.",
    "concentration": "China accounts for 70% of lithium refining.",
    "dependency": "The United States relies on imports of lithium from China.",
    "bottleneck": "Mining is the bottleneck of the lithium chain.",
    "ignorance": "It is unclear when the Jianxiawo mine will reopen.",
}


@pytest.mark.parametrize("kind", list(types()))
def test_every_type_has_a_sentence_that_makes_it(hear: Callable[..., Reading], kind: str) -> None:
    assert kind in [c.type for c in hear(ONE_EACH[kind]).claims]


def test_a_claim_prints_the_documented_keys(hear: Callable[..., Reading]) -> None:
    for text in ONE_EACH.values():
        for claim in hear(text).to_dict()["claims"]:
            assert list(claim) == KEYS
            if claim["quantity"] is not None:
                assert list(claim["quantity"]) == ["value", "low", "high", "unit", "per"]


def test_silence_is_null(hear: Callable[..., Reading]) -> None:
    (claim,) = hear("CATL halted the Jianxiawo mine.", dated=False).to_dict()["claims"]
    silent = {k for k, v in claim.items() if v is None}
    assert silent == {"quantity", "speaker", "said", "announced", "effective", "group"}


def test_said_announced_and_effective_are_kept_apart(hear: Callable[..., Reading]) -> None:
    text = "China announced on Monday that it will require export licences for gallium from 1 December."
    (claim,) = hear(text).claims
    assert (str(claim.announced), str(claim.effective)) == ("2025-11-17", "2025-12-01")


def test_moves_of_several_shares_quote_each_its_own_words(hear: Callable[..., Reading]) -> None:
    text = (
        "Other lithium miners also saw gains on the exchange, including Albemarle (ALB.US) up 10%, "
        "Example Lithium (EXL.US) up 15.5%, Sigma Lithium (SGML.US) up 12.8%, and Tianqi Lithium (9696.HK) up 5.9%."
    )
    moves = [c for c in hear(text).claims if c.type == "share_price_move" and c.quantity]
    assert [c.quantity.value for c in moves if c.quantity] == [10, 15.5, 12.8, 5.9]
    assert moves[1].quote == "Example Lithium (EXL.US) up 15.5%"


def test_a_company_outside_the_chain_makes_no_claim(hear: Callable[..., Reading]) -> None:
    text = (
        "Lithium rose 5%.\n\nThe supermarket group cut its output of ready meals by 40% and closed a plant."
    )
    assert [c.type for c in hear(text).claims] == ["price_move"]


@pytest.mark.parametrize(
    "text",
    [
        "City halted United's run. A late strike sealed a 3-2 win in front of 80,000 people.",
        "Shares of the supermarket group fell 9% after it cut its forecast.",
    ],
)
def test_an_article_about_something_else_says_so(world: World, text: str) -> None:
    reading = read_text(text, world)
    assert (reading.claims, reading.events) == ((), ())
    assert "something else" in reading.not_modelled[0].reason


FRAGMENTS = [
    *ONE_EACH.values(),
    '"We expect',
    'it," he said.',
    "- ",
    "\n\n",
    "(",
    "according to sources",
    "CATL",
    "the mine",
    "fell",
    "up",
    "14%",
    "if",
    ", which",
    ";",
    "by 2035",
    "Related articles",
    "[2][20]",
    "枧下窝",
    "\ufeff",
    "’s",
]


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(FRAGMENTS), min_size=1, max_size=12), st.sampled_from([" ", "\n", ""]))
def test_every_quote_is_exact_and_every_field_allowed(world: World, parts: list[str], joint: str) -> None:
    text = "This is an article about lithium, and about what is mined, refined and sold. " + joint.join(parts)
    reading = read_text(text, world)
    for c in reading.claims:
        assert text[c.start : c.end] == c.quote
        assert c.quote.strip()
        assert c.modality in MODALITIES
        assert c.polarity in POLARITIES
        assert c.direction in {None, "up", "down"}
        assert c.type in types()
    told = {i for e in reading.events for i in e.claims} | {n.claim for n in reading.not_modelled}
    assert set(range(len(reading.claims))) <= told


def test_reading_twice_gives_the_same(world: World) -> None:
    text = " ".join(ONE_EACH.values())
    assert read_text(text, world).to_dict() == read_text(text, world).to_dict()
