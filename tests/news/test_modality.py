"""Happened, planned, considered, rumoured, forecast, conditional; asserted or negated."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from oreflow.news import Reading

HALTS = [
    ("CATL halted production at Jianxiawo.", "happened", "asserted"),
    ("CATL has shut down the Jianxiawo mine.", "happened", "asserted"),
    ("CATL halts Jianxiawo mine", "happened", "asserted"),
    ("CATL was forced to halt production at Jianxiawo.", "happened", "asserted"),
    ("Production at Jianxiawo was suspended in August.", "happened", "asserted"),
    ("The suspension of mining at Jianxiawo took effect on Monday.", "happened", "asserted"),
    ("CATL will halt production at Jianxiawo.", "planned", "asserted"),
    ("CATL plans to suspend mining at Jianxiawo.", "planned", "asserted"),
    ("CATL to halt Jianxiawo mine", "planned", "asserted"),
    ("CATL said it would halt production at Jianxiawo.", "planned", "asserted"),
    ("CATL is considering shutting down the Jianxiawo mine.", "considered", "asserted"),
    ("CATL is weighing a halt of the Jianxiawo mine.", "considered", "asserted"),
    ("CATL may also choose to shut down the Jianxiawo mine.", "conditional", "asserted"),
    ("CATL could halt production at Jianxiawo.", "conditional", "asserted"),
    ("If prices fall, CATL will halt production at Jianxiawo.", "conditional", "asserted"),
    ("CATL is expected to halt production at Jianxiawo.", "forecast", "asserted"),
    ("CATL has reportedly halted production at Jianxiawo.", "rumoured", "asserted"),
    ("CATL halted production at Jianxiawo, people familiar with the matter said.", "rumoured", "asserted"),
    ("CATL has not halted production at Jianxiawo.", "happened", "negated"),
    ("CATL denied that it had halted production at Jianxiawo.", "happened", "negated"),
    ("CATL has no plans to halt production at Jianxiawo.", "planned", "negated"),
    ("CATL is not considering closing the Jianxiawo mine.", "considered", "negated"),
    ("CATL ruled out a halt of the Jianxiawo mine.", "happened", "negated"),
    ("Reports that CATL had halted the Jianxiawo mine were denied.", "happened", "negated"),
]


@pytest.mark.parametrize(("text", "modality", "polarity"), HALTS)
def test_how_a_halt_is_meant(hear: Callable[..., Reading], text: str, modality: str, polarity: str) -> None:
    (claim,) = [c for c in hear(text).claims if c.type == "halt"]
    assert (claim.modality, claim.polarity) == (modality, polarity)


def test_a_clause_keeps_its_own_modality(hear: Callable[..., Reading]) -> None:
    text = "CATL may restart the Jianxiawo mine, which was halted in August."
    stances = {c.type: c.modality for c in hear(text).claims}
    assert stances == {"restart": "conditional", "halt": "happened"}


def test_a_participle_inherits_from_the_clause_it_hangs_on(hear: Callable[..., Reading]) -> None:
    text = (
        "CATL may shut two more lithium carbonate lines, reducing supply by as much as 6,000 tons per month."
    )
    (cut,) = [c for c in hear(text).claims if c.type == "output_cut"]
    assert cut.modality == "conditional"
    assert cut.quantity is not None
    assert (cut.quantity.high, cut.quantity.per) == (6000, "month")


def test_may_is_also_a_month(hear: Callable[..., Reading]) -> None:
    (claim,) = hear("In May, CATL halted the Jianxiawo mine.").claims
    assert claim.modality == "happened"
    assert str(claim.effective) == "2025-05-01/2025-05-31"


def test_not_knowing_is_a_claim(hear: Callable[..., Reading]) -> None:
    (claim,) = hear("No official timeline has been announced for the Jianxiawo mine.").claims
    assert (claim.type, claim.subject, claim.polarity) == ("ignorance", "jianxiawo", "negated")


def test_a_question_claims_nothing(hear: Callable[..., Reading]) -> None:
    assert hear("Has CATL halted the Jianxiawo mine?").claims == ()


def test_a_planned_date_lies_ahead_and_a_past_one_behind(hear: Callable[..., Reading]) -> None:
    ahead = hear("CATL plans to restart the Jianxiawo mine in March.").claims[0]
    behind = hear("CATL halted the Jianxiawo mine in March.").claims[0]
    assert str(ahead.effective).startswith("2026-03-01")
    assert str(behind.effective).startswith("2025-03-01")


@pytest.mark.parametrize(
    ("text", "kind", "modality"),
    [
        ("A levy of up to 10% on exports of lithium is still under study.", "export_control", "considered"),
        ("Chile is in talks with Albemarle about lithium.", "agreement", "considered"),
        ("Exporters of lithium will need a permit from next spring.", "licence", "planned"),
    ],
)
def test_a_noun_is_meant_as_its_clause_is(
    hear: Callable[..., Reading], text: str, kind: str, modality: str
) -> None:
    assert [c.modality for c in hear(text).claims if c.type == kind] == [modality]


def test_what_is_not_known_is_not_known_now(hear: Callable[..., Reading]) -> None:
    text = (
        "Whether the permit of Jianxiawo, which a court annulled in January, will be reissued is not known."
    )
    (silence,) = [c for c in hear(text).claims if c.type == "ignorance"]
    assert (silence.modality, str(silence.effective)) == ("happened", "2025-01-01/2025-01-31")


@pytest.mark.parametrize(
    "text",
    [
        "Jianxiawo restart slips again.",
        "The restart of Jianxiawo has been postponed.",
        "CATL will restart its Jianxiawo lithium mine in January 2026, later than planned, the company said.",
    ],
)
def test_a_restart_that_is_put_off_is_still_to_come(hear: Callable[..., Reading], text: str) -> None:
    assert [(c.type, c.modality) for c in hear(text).claims] == [("restart", "planned")]


def test_a_past_date_of_another_clause_dates_no_plan(hear: Callable[..., Reading]) -> None:
    text = (
        "CATL halted the Jianxiawo mine as its licence expired on 9 August, and will not resume production."
    )
    dates = {c.type: str(c.effective) for c in hear(text).claims}
    assert dates["halt"] == "2025-08-09"
    assert dates["restart"] == "None"
