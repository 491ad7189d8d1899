"""Who says so."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from oreflow.news import Reading

FALL = "lithium carbonate prices fell 5% in March"


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        (f"{FALL[0].upper()}{FALL[1:]}, three traders said.", "three traders"),
        (f"The Chamber of Mines said that {FALL}.", "Chamber of Mines"),
        (f"{FALL[0].upper()}{FALL[1:]}, the consultancy Guidehouse reported.", "Guidehouse"),
        (f"Chinese customs data show that {FALL}.", "Chinese customs"),
        ("Darton foresees a lithium deficit of 60,000 tonnes in 2026.", "Darton"),
        (
            "The mine will reopen in May, two people familiar with the plan said.",
            "two people familiar with the plan",
        ),
        (f"{FALL[0].upper()}{FALL[1:]}.", None),
    ],
)
def test_the_whole_name_of_who_speaks_is_kept(
    hear: Callable[..., Reading], text: str, speaker: str | None
) -> None:
    claims = hear(text).claims
    assert claims and {c.speaker for c in claims} == {speaker}
