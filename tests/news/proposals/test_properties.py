"""Whatever a model answers, what is kept stands in the article."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oreflow.atlas import World
from oreflow.news import Reading, read
from oreflow.news.arguments import types
from oreflow.news.modality import MODALITIES, POLARITIES
from oreflow.news.proposals import Proposal, figures
from oreflow.news.proposals.ground import Ground, Span, ground
from oreflow.news.proposals.held import hold
from oreflow.news.proposals.schema import Grounded, GroundedAmount
from oreflow.news.record import ClaimRecord
from oreflow.news.text import fold
from tests.news.proposals.offers import ARTICLE, CUT, DENIAL, HALT, HEDGE, bare, proposal, said

EXAMPLES = Path(__file__).parents[3] / "examples" / "articles" / "development"
GOOD = [
    proposal(),
    bare(
        "export_control",
        CUT,
        "cut",
        modality=said("planned", "will"),
        subject=said("CHN", "China"),
        country=said("China", "China"),
        commodity=said("gallium", "gallium"),
        direction=said("down", "cut"),
        speaker=said("the ministry", "the ministry said"),
        effective=said("2025-12-01", "1 December 2025"),
        quantity={"value": 14, "unit": "%", "evidence": "14%"},
    ),
    bare("halt", DENIAL, "suspended", polarity=said("negated", "denied"), subject=said("Tianqi", "Tianqi")),
    bare(
        "expansion",
        HEDGE,
        "expansion",
        modality=said("considered", "considering"),
        quantity={"value": 6000, "high": 6000, "unit": "t", "evidence": "up to 6,000 tonnes"},
    ),
]
GROUNDED = ("subject", "commodity", "country", "direction", "speaker", "effective")
# What the words of the article bear out, whoever proposes it.
TRUE = {
    "subject": {"jianxiawo", "catl", "CHN", "tianqi", "kwinana_tianqi", "albemarle", "greenbushes"},
    "commodity": {"lithium", "gallium"},
    "country": {"CHN", "AUS"},
    "speaker": {"ministry", "Tianqi"},
    "effective": {f"{year}-08-01/{year}-08-31" for year in (2024, 2025, 2026)} | {"2025-12-01"},
    "quantity": {
        (65000, None, None, "t", "year"),
        (14, None, None, "%", None),
        (6000, None, 6000, "t", None),
    },
}
PHRASES = {"denied that", "in August", "65,000 tonnes a year", "the ministry said", "Lithium news"}
WORDS = sorted({*re.findall(r"[\w,%-]+", ARTICLE), *PHRASES})
PLACES = [ARTICLE[i:j] for i in range(0, len(ARTICLE), 7) for j in range(i + 3, len(ARTICLE), 23)]
evidence = st.one_of(st.sampled_from(WORDS), st.sampled_from(PLACES), st.text(max_size=12)).map(
    lambda t: t[:400]
)
values = st.one_of(
    st.sampled_from(
        ["jianxiawo", "CATL", "CHN", "USA", "Kwinana", "lithium", "gallium;lithium", "up", "down"]
    ),
    st.sampled_from([*MODALITIES, *POLARITIES, "2025-08-01", "2025-12-01", "the ministry", *WORDS]),
    st.text(max_size=8),
)
grounded = st.builds(said, values, evidence)
floats = st.floats(allow_nan=False, allow_infinity=False)
numbers = st.none() | st.sampled_from([5000.0, 6000.0, 65000.0, 14.0]) | floats
amounts = st.fixed_dictionaries(
    {
        "value": numbers,
        "low": numbers,
        "high": numbers,
        "unit": st.sampled_from(["t", "%", "USD", "kt", ""]),
        "per": st.sampled_from([None, "year", "month"]),
        "evidence": evidence,
    }
)
changes: dict[str, st.SearchStrategy[Any]] = {
    "type": st.sampled_from([*types(), "catastrophe"]),
    "quote": st.sampled_from([HALT, CUT, DENIAL, HEDGE, HALT[:40]]) | evidence,
    "polarity": st.builds(said, st.sampled_from(POLARITIES), evidence),
    "modality": st.builds(said, st.sampled_from(MODALITIES), evidence),
    "quantity": amounts,
    **dict.fromkeys(GROUNDED, grounded),
}
proposals = st.builds(
    lambda good, changed: Proposal.model_validate({**good, **changed}),
    st.sampled_from(GOOD),
    st.fixed_dictionaries({}, optional=changes).flatmap(
        lambda d: (
            st.lists(st.sampled_from(sorted(d)), max_size=3).map(lambda ks: {k: d[k] for k in ks})
            if d
            else st.just({})
        )
    ),
)


@pytest.fixture(scope="module")
def soil(hear: Callable[[str], Reading], world: World) -> Ground:
    return ground(hear(ARTICLE), world)


def test_good_proposals_are_kept_whole(soil: Ground) -> None:
    claims, rejected = hold([Proposal.model_validate(p) for p in GOOD], soil)
    assert (len(claims), rejected) == (len(GOOD), [])


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(proposals, max_size=5))
def test_what_is_kept_stands_in_the_article(soil: Ground, proposed: list[Proposal]) -> None:
    claims, rejected = hold(proposed, soil)
    fallen = {r.proposal for r in rejected if r.claim is None}
    assert len(claims) + len(fallen) == len(proposed)
    for n, c in enumerate(claims):
        assert soil.text[c.start : c.end] == c.quote
        ClaimRecord.model_validate(c.to_dict())
        q = c.quantity
        assert q is None or (q.value, q.low, q.high, q.unit, q.per) in TRUE["quantity"]
        assert c.subject is None or c.subject in TRUE["subject"] or c.subject in ARTICLE
        assert c.commodity is None or set(c.commodity.split(";")) <= TRUE["commodity"]
        assert c.country is None or c.country in TRUE["country"]
        assert c.speaker is None or c.speaker in TRUE["speaker"] or c.speaker in ARTICLE
        assert c.effective is None or str(c.effective) in TRUE["effective"]
        # Nothing is lost without a word: a field that is null was never proposed, or is listed.
        silent = {f for f in (*GROUNDED, "quantity") if getattr(c, f) is None}
        listed = {r.field for r in rejected if r.claim == n}
        assert listed <= silent
        assert any(
            fold(p.quote).split() == fold(c.quote).split()
            and p.type == c.type
            and listed == {f for f in silent if getattr(p, f) is not None}
            for i, p in enumerate(proposed)
            if i not in fallen
        )


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.txt")), ids=lambda p: p.stem)
def test_quantities_and_dates_that_the_rules_read_are_borne_out(path: Path, world: World) -> None:
    """A model that reads as well as the rules is not held to more than they are."""
    (reading,) = read([path], world)
    soil = ground(reading, world)
    for c in reading.claims:
        quote = Span(c.start, c.end)
        if c.quantity is not None:
            offered = GroundedAmount(**c.quantity.to_dict(), evidence=c.quote[:400])
            assert figures.amount(soil, offered, quote, c.type).to_dict() == c.quantity.to_dict()
        if c.effective is not None:
            when = Grounded(value=str(c.effective), evidence=c.quote[:400])
            assert figures.effective(soil, when, quote, c.modality) == c.effective
