"""Answers of other verbs on the faces of the briefing."""

import re
from datetime import UTC, datetime

import pytest

from oreflow.atlas import bundled
from oreflow.errors import UnknownNameError
from oreflow.report.document import answer, run_id
from oreflow.report.faces import html, markdown, terminal
from oreflow.report.figure import Figure, Sentence
from oreflow.report.outline import Column, Para, Picture, Section, Table
from oreflow.report.output import write
from oreflow.report.plots import BarRow, Bars, Lines, Series


@pytest.fixture(scope="module")
def made():
    world = bundled()
    run = run_id(world, verb="reserve", seed=1)
    own = Figure(12.5, "t", run, "modelled", "mean of the draws", 10.0, 15.0)
    fact = Figure(3.0, "kt", "usgs_mcs_2026", "reported")
    lines = Lines((0.0, 1.0, 2.0), "budget", "million USD", (Series("shortfall", (3.0, 2.0, 1.5)),), "t")
    table = Table("stock", "What to hold", (Column("Mineral"), Column("Stock", True)), (("gallium", own),))
    sections = (
        Section("hold", "What to hold", 1, (Para(Sentence("Hold {0} of it.", (own,)), "lead"), table)),
        Section("size", "How large", 2, (
            Picture("size", "Sizing curve", lines, Sentence("How much is left.")),
            Picture("by", "By mineral", Bars((BarRow("copper", fact, True),), "kt"), Sentence("Largest first.")),
        )),
        Section("none", "Nothing here", 3, ()),
        Section("last", "What is left", 4, (Para(Sentence("Nothing more.")),)),
    )  # fmt: skip
    return answer(
        "reserve", "A reserve", sections, world=world, run=run, settings={"seed": "1"},
        command="oreflow reserve gallium", made=datetime(2026, 1, 2, tzinfo=UTC),
    )  # fmt: skip


def test_sections_without_content_are_left_out_and_the_closing_is_there(made) -> None:
    assert [(s.key, s.number) for s in made.outline.sections] == [
        ("hold", 1), ("size", 2), ("last", 3), ("sources", 0), ("made", 0),
    ]  # fmt: skip


def test_the_sources_of_bars_are_listed_and_the_run_is_none(made) -> None:
    (table,) = next(s for s in made.outline.sections if s.key == "sources").blocks
    assert [row[0].text for row in table.rows] == ["usgs_mcs_2026"]


def test_every_face_says_the_same(made) -> None:
    faces = [terminal.render(made), markdown.render(made), re.sub(r"<[^>]+>", "", html.render(made))]
    for text in faces:
        for words in ("A reserve", "12.5", "Sizing curve", "How this was made", "oreflow reserve gallium"):
            assert words in text


def test_links_inside_the_page_lead_somewhere(made) -> None:
    page = html.render(made)
    ids = set(re.findall(r'\bid="([^"]+)"', page))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= ids
    assert "<script" not in page


def test_the_name_of_a_run_hangs_on_world_and_settings() -> None:
    world = bundled()
    assert run_id(world, a=1) == run_id(world, a=1) != run_id(world, a=2)


def test_a_document_is_written_by_suffix(made, tmp_path) -> None:
    assert write(made, tmp_path / "a.html").read_text("utf-8") == html.render(made)
    with pytest.raises(UnknownNameError):
        write(made, tmp_path / "a.json")
