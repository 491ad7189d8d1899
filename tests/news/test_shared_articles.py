"""The first five real articles: their main claims, with quote, quantity, modality and speaker."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from oreflow.news import Claim, Reading, read

SHARED = Path(__file__).parents[2].parent / "shared" / "articles"
pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not SHARED.is_dir(), reason="the articles in ../shared are absent"),
]


@pytest.fixture(scope="module")
def readings() -> list[Reading]:
    return read(sorted(SHARED.glob("*.txt")))


MAIN: list[tuple[int, str, str, dict[str, Any]]] = [
    (0, "halt", "operations halted in August 2025", {"subject": "jianxiawo", "modality": "happened"}),
    (0, "licence", "mining license expired", {"direction": "down"}),
    (0, "licence", "247 million yuan", {"subject": "jianxiawo", "value": 247e6, "unit": "CNY"}),
    (0, "restart", "progress toward a restart", {"subject": "jianxiawo", "modality": "planned"}),
    (0, "reserve_report", "submitted reserve data", {"subject": "catl"}),
    (0, "ignorance", "no official timeline", {"polarity": "negated"}),
    (0, "concentration", "86% of processing", {"subject": "CHN", "value": 86, "unit": "%"}),
    (0, "dependency", "procuring lithium ore from external suppliers", {"subject": "catl"}),
    (0, "agreement", "Memorandum of Understanding", {"subject": "catl", "modality": "happened"}),
    (0, "investment", "$1.8 billion", {"subject": "orion_consortium", "value": 1.8e9, "unit": "USD"}),
    (0, "investment", "$42 billion", {"value": 42e9, "unit": "USD"}),
    (0, "export_control", "licensing deal with China", {"direction": "up", "country": "CHN"}),
    (1, "bottleneck", "mining is the real bottleneck", {"subject": "mining", "speaker": "Jiang Li"}),
    (1, "bottleneck", "refining as the bigger constraint", {"subject": "refining", "speaker": "Ford"}),
    (1, "disruption", "ongoing production disruptions since August", {"subject": "jianxiawo"}),
    (1, "technology_switch", "hedging tool", {"commodity": "sodium_cell", "speaker": "Jiang Li"}),
    (1, "technology_switch", "if lithium gets expensive", {"subject": "catl", "modality": "conditional"}),
    (1, "expansion", "new mining division", {"subject": "catl", "modality": "planned"}),
    (2, "agreement", "met in January", {"subject": "catl"}),
    (2, "agreement", "discuss expanding strategic cooperation", {"modality": "planned"}),
    (3, "halt", "one of its lithium spodumene mines", {"subject": "catl", "modality": "considered", "value": 3}),
    (3, "halt", "other two carbonate lithium production lines", {"modality": "conditional", "value": 2}),
    (3, "output_cut", "6,000 tons", {"high": 6000, "per": "month", "modality": "conditional", "speaker": "Jack Shang"}),
    (3, "output_cut", "decreased by 14%", {"value": 14, "unit": "%", "modality": "happened", "speaker": "Jack Shang"}),
    (3, "expansion", "6% increase in cathode production", {"value": 6, "modality": "forecast", "commodity": "cathode"}),
    (3, "share_price_move", "13.6%", {"subject": "albemarle", "value": 13.6}),
    (3, "share_price_move", "SQM.US", {"subject": "sqm", "value": 10}),
    (3, "share_price_move", "PILBF.US", {"subject": "pilbara_minerals", "value": 19.1}),
    (4, "forecast", "2.92 million tons", {"commodity": "copper", "value": 2.92e6, "modality": "forecast"}),
    (4, "forecast", "180,000 tons", {"value": 180000, "modality": "forecast"}),
    (4, "dependency", "dependency of 62%", {"value": 62, "unit": "%"}),
    (4, "forecast", "107,000 tons", {"commodity": "lithium", "value": 107000}),
    (4, "dependency", "over 280%", {"value": 280, "unit": "%"}),
    (4, "capacity_fact", "three copper smelting facilities", {"value": 3, "unit": "smelters"}),
    (4, "subsidy", "OBBBA", {"direction": "down"}),
    (4, "agreement", "friendshoring", {"modality": "considered"}),
    (4, "price_floor", "guaranteed price contracts", {"modality": "considered"}),
    (4, "stockpile", "Hawthorne Army Depot", {"country": "USA", "commodity": "gallium;graphite;copper"}),
]  # fmt: skip


def field(claim: Claim, name: str) -> object:
    if name in {"value", "low", "high", "unit", "per"}:
        return getattr(claim.quantity, name, None)
    return getattr(claim, name)


@pytest.mark.parametrize(("article", "kind", "words", "fields"), MAIN)
def test_a_main_claim_is_heard(
    readings: list[Reading], article: int, kind: str, words: str, fields: dict[str, Any]
) -> None:
    found = [c for c in readings[article].claims if c.type == kind and words in c.quote]
    assert found, f"no {kind} with {words!r}"

    def fits(claim: Claim) -> bool:
        return all(
            str(v) in str(field(claim, k)) if k == "speaker" else field(claim, k) == v
            for k, v in fields.items()
        )

    assert any(fits(c) for c in found), found


def test_the_dates_of_the_articles(readings: list[Reading]) -> None:
    assert [str(r.date) if r.date else None for r in readings] == [
        "2025-11-21",
        None,
        None,
        None,
        "2025-10-29",
    ]


def test_the_second_item_of_the_digest_has_its_own_date(readings: list[Reading]) -> None:
    said = {str(c.said) for c in readings[4].claims if c.subject == "strategic_minerals_reserve"}
    assert "2025-08-21" in said


def test_quotes_are_exact(readings: list[Reading]) -> None:
    for path, reading in zip(sorted(SHARED.glob("*.txt")), readings, strict=True):
        text = path.read_text("utf-8")
        assert all(text[c.start : c.end] == c.quote for c in reading.claims)


def test_nothing_is_claimed_from_the_page_around_the_article(readings: list[Reading]) -> None:
    quotes = " ".join(c.quote for r in readings for c in r.claims)
    assert not any(name in quotes for name in ("Tengda", "POP MART", "ByteDance", "Dutch"))


def test_the_events_meant(readings: list[Reading]) -> None:
    halt, restart = readings[0].events
    assert (halt.type, halt.target, halt.start) == ("permit_halt", {"plants": "jianxiawo"}, "2025-08-01")
    assert (restart.type, restart.supersedes) == ("restart", halt.id)
    assert restart.certainty < 0.6
    (considered,) = readings[3].events
    assert considered.modality == "considered"
    assert considered.certainty < 0.5


def test_the_slip_in_the_copper_gap_is_flagged(readings: list[Reading]) -> None:
    copper, lithium = readings[4].checks
    assert not copper.holds
    assert any("62.2 %" in r for r in copper.readings)
    assert lithium.holds
    assert "73.8 %" in lithium.problem


def test_the_bottleneck_is_disputed(readings: list[Reading]) -> None:
    (group,) = [g for g in readings[1].groups if "bottleneck" in g.question]
    assert {readings[1].claims[i].subject for i in group.claims} == {"mining", "refining"}
