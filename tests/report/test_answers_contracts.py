"""The pages of the hedge and the floor: every face, every figure with a source, no dead link."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from oreflow.atlas import bundled
from oreflow.report.answers import floor as floor_page
from oreflow.report.answers import hedge as hedge_page
from oreflow.report.document import Document, shown_figures
from oreflow.report.faces import html, markdown, terminal
from oreflow.respond import floor, hedge

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def hedged() -> Document:
    world = bundled()
    made = hedge.assess(world, hedge.maker(world, firm="catl"), draws=100, years=2, market=False)
    return hedge_page.document(made, world, command="oreflow hedge --firm catl")


@pytest.fixture(scope="module")
def crowded() -> Document:
    world = bundled()
    made = hedge.assess(world, hedge.maker(world, firm="catl"), draws=100, years=2)
    page = hedge_page.document(made, world)
    assert any(s.key == "others" for s in page.outline.sections)
    return page


@pytest.fixture(scope="module")
def floored() -> Document:
    world = bundled()
    cases = [
        floor.read_terms(ROOT / f"examples/floor/{n}.yaml", world) for n in ("mp-materials", "bald-hill")
    ]
    made = floor.assess(world, cases[:1], draws=200)
    both = floor.assess(world, cases, draws=60, market=False)
    page = floor_page.document(both, world)
    assert any(s.key == "together" for s in page.outline.sections)
    return floor_page.document(made, world, command="oreflow floor")


@pytest.mark.parametrize("which", ["hedged", "floored", pytest.param("crowded", marks=pytest.mark.slow)])
def test_every_face_says_the_same_and_every_figure_has_a_source(
    which: str, request: pytest.FixtureRequest
) -> None:
    page: Document = request.getfixturevalue(which)
    faces = [terminal.render(page), markdown.render(page), re.sub(r"<[^>]+>", "", html.render(page))]
    for section in page.outline.sections:
        for text in faces:
            assert section.title.replace("'", "&#39;") in text or section.title in text
    for section in page.outline.sections:
        for block in section.blocks:
            for figure in shown_figures(block):
                assert figure.source
                assert figure.unit
    known = set(bundled()["sources"]["source"]) | {page.outline.run}
    used = {k for s in page.outline.sections for b in s.blocks for f in shown_figures(b) for k in f.sources}
    assert used <= known
    source = html.render(page)
    ids = set(re.findall(r'\bid="([^"]+)"', source))
    assert set(re.findall(r'href="#([^"]+)"', source)) <= ids
    keys = re.findall(r'\bid="([^"]+)"', source)
    assert len(keys) == len(set(keys))


def test_the_headline_of_the_hedge(hedged: Document) -> None:
    text = terminal.render(hedged)
    assert "Keep the right and wait" in text
    assert "oreflow hedge --firm catl" in text


def test_the_headline_of_the_floor(floored: Document) -> None:
    text = terminal.render(floored)
    assert "41\u00a0million USD" in text or "41 million USD" in text
    assert "It lifts the chance that the project covers its hurdle" in text
    assert "Little of it is new to the world" in text


def test_a_longer_name_of_the_same_answer_has_another_run() -> None:
    world = bundled()
    terms = floor.Terms(strike=110_000.0, node="ndpr_oxide@CHN", years=1, quantity=5.0, unit="t NdPr")
    pages = [
        floor_page.document(floor.assess(world, [(terms, None)], draws=20, market=False, seed=s), world)
        for s in (1, 1, 2)
    ]
    runs = [p.outline.run for p in pages]
    assert runs[0] == runs[1] != runs[2]
