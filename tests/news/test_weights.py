"""Tonnes of concentrate, of content and of metal become the unit of the world."""

from __future__ import annotations

import pytest

from oreflow.atlas import bundled
from oreflow.news import read_text
from oreflow.news.targets import atlas_of
from oreflow.news.weights import weighed


def amount(text: str) -> tuple[float, str, str]:
    world = bundled()
    reading = read_text(f"Minerals\n\n3 March 2026\n\n{text}\n", world)
    (claim,) = [c for c in reading.claims if c.quantity is not None and c.quantity.unit.startswith("t")]
    found = weighed(claim, atlas_of(world))
    assert found.claim.quantity is not None
    return found.claim.quantity.typical, found.note, found.reason


@pytest.mark.parametrize(
    ("text", "tonnes", "told"),
    [
        (
            "Greenbushes cut output by 80,000 tonnes of spodumene concentrate a year.",
            10_000,
            "8 t of concentrate",
        ),
        ("Greenbushes cut output by 80,000 tonnes of LCE a year.", 80_000, ""),
        ("Greenbushes cut output by 10,000 tonnes of Li2O a year.", 24_730, "2.473"),
        ("Albemarle cut output at Kemerton by 25,000 tonnes of lithium hydroxide a year.", 22_000, "0.88"),
        (
            "Escondida cut output by 37,000 tonnes of copper concentrate a year.",
            10_000,
            "3.7 t of concentrate",
        ),
        ("Escondida cut output by 37,000 tonnes of copper a year.", 37_000, ""),
    ],
)
def test_the_world_s_unit(text: str, tonnes: float, told: str) -> None:
    value, note, reason = amount(text)
    assert value == pytest.approx(tonnes)
    assert told in note
    assert reason == ""


def test_ore_without_a_grade_is_not_guessed() -> None:
    _, _, reason = amount("Escondida cut output by 3 million tonnes of copper ore a year.")
    assert "does not say what they hold" in reason


def test_the_event_says_what_was_taken() -> None:
    reading = read_text(
        "Minerals\n\n3 March 2026\n\nGreenbushes will cut output by 80,000 tonnes of spodumene concentrate a year.\n"
    )
    (event,) = reading.events
    assert event.effect["output_cut"] == pytest.approx(10_000 / 12, rel=1e-4)
    assert any("8 t of concentrate" in d for d in event.defaults)
