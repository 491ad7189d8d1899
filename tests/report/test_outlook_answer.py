"""The outlook as a document: sections in order, both ratios by name, each figure with a source."""

import pytest

from oreflow.atlas import bundled
from oreflow.outlook import outlook
from oreflow.report.answers.outlook import document, name
from oreflow.report.document import shown_figures
from oreflow.report.faces.terminal import render
from oreflow.report.outline import Items, Picture, Table


@pytest.fixture(scope="module")
def world():
    return bundled()


@pytest.fixture(scope="module")
def made(world):
    return outlook(world, region="USA", minerals_=["copper", "zinc"], policies=["smelter_restart"], draws_=20)


@pytest.fixture(scope="module")
def page(made, world):
    return document(made, world)


def blocks(page, kind):
    return [b for s in page.outline.sections for b in s.blocks if isinstance(b, kind)]


def test_sections_are_numbered_without_a_hole(page):
    numbers = [s.number for s in page.outline.sections if s.number]
    assert numbers == list(range(1, len(numbers) + 1))
    assert [s.key for s in page.outline.sections][:3] == ["gap", "of-copper", "of-zinc"]
    keys = [b.key for b in (*blocks(page, Table), *blocks(page, Picture))]
    assert len(keys) == len(set(keys))


def test_the_two_ratios_and_reliance_are_three_columns(page):
    refined = next(t for t in blocks(page, Table) if t.key == "gaps-refined")
    assert [c.label for c in refined.columns] == [
        "Mineral", "Demand", "Gap to demand", "Gap to supply", "Net import reliance",
    ]  # fmt: skip
    mined = next(t for t in blocks(page, Table) if t.key == "gaps-mined")
    assert "Net import reliance" not in [c.label for c in mined.columns]


def test_figures_are_the_results_and_name_their_source(page, made, world):
    k = made.mineral("copper").stage("refined").at(2035)
    row = next(t for t in blocks(page, Table) if t.key == "gaps-refined").rows[0]
    assert row[1].value == k.demand
    assert row[2].value == k.gap_to_demand
    known = {*world.sources["source"], name(made)}
    for section in page.outline.sections:
        for block in section.blocks:
            for f in shown_figures(block):
                assert set(f.sources) <= known, f


def test_what_an_assumption_does_is_drawn_around_the_gap(page, made):
    drawn = next(p for p in blocks(page, Picture) if p.key == "tornado-copper-refined")
    assert drawn.data.base.value == made.mineral("copper").stage("refined").at(2035).gap
    assert len(drawn.data.rows) == 10


def test_contradictions_are_listed_and_the_whole_prints(page):
    listed = next(i for i in blocks(page, Items) if i.caption.startswith("Statements"))
    assert any("180,000 t" in s.text for s in listed.items)
    text = render(page, width=100)
    assert "Whom zinc hangs on" in text
    assert max(map(len, text.splitlines())) <= 100


def test_a_name_is_of_the_settings(made, world):
    again = outlook(
        world, region="USA", minerals_=["copper", "zinc"], policies=["smelter_restart"], draws_=20
    )
    other = outlook(world, region="USA", minerals_=["copper", "zinc"], draws_=20)
    assert name(again) == name(made) != name(other)
