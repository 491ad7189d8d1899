from __future__ import annotations

import html
import re

import pytest

from oreflow.news.arguments import types
from oreflow.report.faces import html as page
from oreflow.report.faces import markdown, terminal
from oreflow.report.faces.marks import family, pieces
from oreflow.report.faces.textplot import bar, fan
from oreflow.report.figure import Sentence
from oreflow.report.grid import Notes, grid
from oreflow.report.outline import Fan, Para, Picture, Table, Tiles
from oreflow.report.story import document, outline


def bare(text):
    """Return text without the marks of a face, with every kind of space the same."""
    text = re.sub(r"<sup>.*?</sup>|\[\^\d+\]|\x1b\[[\d;]*m", "", text, flags=re.S)
    text = html.unescape(re.sub(r"<[^>]+>", " ", text)).replace("\\", "")
    return re.sub(r"\s+", " ", text)


@pytest.fixture(scope="module")
def faces(briefing):
    return {
        "terminal": bare(terminal.render(document(briefing), width=160)),
        "markdown": bare(markdown.render(document(briefing))),
        "html": bare(page.render(document(briefing))),
    }


def shown(b):
    """Yield every number that the outline shows, as text."""
    whole = outline(b)
    notes = Notes(whole)
    for section in whole.sections:
        for block in section.blocks:
            if isinstance(block, Table):
                g = grid(block, notes)
                for row in g.rows:
                    for box, head in zip(row, g.heads, strict=True):
                        if head.number:
                            yield box.text
                            yield box.range
            elif isinstance(block, Tiles):
                for item in block.items:
                    if item.figure:
                        yield item.figure.text
                        yield item.figure.range_text
            elif isinstance(block, Para):
                yield from (f.text for f in block.sentence.figures)


def test_all_faces_show_the_same_numbers(briefing, faces):
    numbers = {bare(t).strip() for t in shown(briefing) if t}
    assert len(numbers) > 80
    for name, text in faces.items():
        missing = sorted(n for n in numbers if n not in text)
        assert not missing, (name, missing)


def test_all_faces_show_the_same_words(briefing, faces):
    h = briefing.happened
    words = (
        [c.quote for c in h.claims] + [d.used for d in h.disagreements] + [n.reason for n in h.not_modelled]
    )
    words += [line.plain for line in h.lines[:1]] + [e.name for e in briefing.exposed.rows]
    words += [s.title for s in briefing.sources] + [r.assumption for r in briefing.change.rows]
    words += [briefing.meta.title, briefing.meta.run, briefing.meta.command, briefing.todo.note]
    for name, text in faces.items():
        for word in words:
            assert bare(word) in text, (name, word)


def test_every_default_is_printed(briefing, faces):
    for event in briefing.happened.events:
        for default in event.defaults:
            for text in faces.values():
                assert bare(default.what) in text
                assert bare(default.value.text) in text
                assert bare(default.text) in text


def test_sections_come_in_the_order_of_the_story(briefing):
    titles = [
        "What happened", "What it does", "Where the chain breaks", "Who is exposed", "What to do",
        "What would change this",
    ]  # fmt: skip
    for text in (
        terminal.render(document(briefing)),
        markdown.render(document(briefing)),
        bare(page.render(document(briefing)).split("<main>")[1]),
    ):
        places = [
            text.index(f"{i} {t}" if f"{i} {t}" in text else f"{i}. {t}") for i, t in enumerate(titles, 1)
        ]
        assert places == sorted(places)


def test_every_footnote_that_is_called_is_written(briefing):
    text = markdown.render(document(briefing))
    called = set(re.findall(r"\[\^(\d+)\](?!:)", text))
    written = set(re.findall(r"^\[\^(\d+)\]:", text, flags=re.M))
    assert called == written
    numbers = [n.number for n in Notes(outline(briefing)).all]
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_chart_has_a_place_in_every_face(briefing):
    blocks = [b for s in outline(briefing).sections for b in s.blocks if isinstance(b, (Fan, Picture))]
    assert len({type(b.data).__name__ for b in blocks if isinstance(b, Picture)}) == 4
    keys = [b.key for b in blocks]
    assert len(set(keys)) == len(keys)
    text = page.render(document(briefing))
    for key in keys:
        assert text.count(f'id="{key}-w-t"') == 1
        assert text.count(f'id="{key}-n-t"') == 1


def test_a_markdown_table_keeps_its_columns(hostile):
    for line in markdown.render(document(hostile)).split("\n"):
        if line.startswith("| "):
            table = line
            assert len(re.findall(r"(?<!\\)\|", table)) >= 3
    lines = markdown.render(document(hostile)).split("\n")
    for i, line in enumerate(lines):
        if re.fullmatch(r"[| :-]+", line) and line.startswith("| -"):
            count = len(re.findall(r"(?<!\\)\|", line))
            j = i + 1
            while lines[j].startswith("|"):
                assert len(re.findall(r"(?<!\\)\|", lines[j])) == count, lines[j]
                j += 1


def test_markdown_carries_no_html_and_no_links_of_others(hostile):
    text = re.sub(r"^```.*?^```", "", markdown.render(document(hostile)), flags=re.S | re.M)
    assert not re.search(r"<[a-zA-Z/!]", text)
    for target in re.findall(r"(?<!\\)\]\(([^)]*)\)", text):
        assert target.startswith("https://")
        assert not re.search(r"[\s<>\"']", target)


@pytest.mark.parametrize("width", [40, 48, 63, 80, 100, 132, 200])
def test_a_terminal_of_any_width_loses_nothing(briefing, width):
    text = terminal.render(document(briefing), width=width)
    assert max(len(line) for line in text.split("\n")) <= width
    flat = re.sub(r"\s+", "", text)
    ends = {re.sub(r"\s+", "", end) for t in shown(briefing) for end in t.split(" to ") if t}
    lost = [n for n in ends if n not in flat and n.rstrip("%") not in flat]
    assert not lost
    for c in briefing.happened.claims:
        assert c.quote.split()[0] in text


def test_a_number_is_never_broken_over_two_lines(briefing):
    for width in (40, 48, 63, 80, 100):
        text = terminal.render(document(briefing), width=width)
        assert not re.search(r"\u202f\s*\n|\n\s*\u202f", text)


@pytest.mark.parametrize("width", [44, 90, 160])
def test_the_terminal_gets_no_control_from_outside(hostile, width):
    for color in (False, True):
        text = terminal.render(document(hostile), width=width, color=color)
        text = re.sub(r"\x1b\[[\d;]*m", "", text) if color else text
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
        assert "[31m" not in text


def test_a_plot_in_text_keeps_to_its_width(briefing):
    band = briefing.does.prices[0].band
    for width in (40, 60, 90):
        lines = fan(band, width=width)
        assert max(map(len, lines)) <= width
        assert any("●" in line for line in lines)
        assert "Jun 2025" in lines[-1]


def test_a_bar_is_as_long_as_its_share():
    assert bar(1.0, 2.0, 8) == "████"
    assert bar(0.5, 8.0, 8) == "▌"
    assert bar(0.0, 8.0, 8) == ""
    assert bar(1.0, 0.0, 8) == ""


def test_the_pieces_of_an_article_are_the_article(briefing):
    for a in briefing.articles:
        claims = [c for c in briefing.happened.claims if c.article == a.key]
        flags = [f for f in briefing.happened.arithmetic if f.article == a.key]
        got = pieces(a.text, claims, flags)
        assert "".join(p.text for p in got) == a.text
        for c in claims:
            assert "".join(p.text for p in got if c.id in p.claims) == c.quote
        assert sorted(n for p in got for n in p.opens) == [c.id for c in claims]


def test_overlapping_quotes_are_both_marked(briefing):
    import dataclasses

    text = "one two three four"
    first = briefing.happened.claims[0]
    a = dataclasses.replace(first, id=1, quote="one two three", start=0, end=13)
    b = dataclasses.replace(first, id=2, quote="two three four", start=4, end=18, type="quota")
    got = pieces(text, [a, b], [])
    assert [(p.text, p.claims) for p in got] == [("one ", (1,)), ("two three", (1, 2)), (" four", (2,))]
    assert "f-policy" in got[2].classes


def test_negation_and_modality_are_marked(briefing):
    by_id = {}
    for a in briefing.articles:
        claims = [c for c in briefing.happened.claims if c.article == a.key]
        by_id |= {n: p for p in pieces(a.text, claims, []) for n in p.opens}
    assert "negated" in by_id[4].classes
    assert "m-considered" in by_id[5].classes
    assert "f-demand" in by_id[7].classes
    assert family("unheard_of") == "other"
    assert {family(kind) for kind in types()} == {"supply", "policy", "deal", "demand", "price", "other"}


def test_an_empty_briefing_says_so(briefing):
    import dataclasses

    from oreflow.report.effects import WhatItDoes, WhatToDo, WhatWouldChange, WhereItBreaks, WhoIsExposed
    from oreflow.report.heard import WhatHappened

    empty = dataclasses.replace(
        briefing,
        answer=(),
        happened=WhatHappened((Sentence("The articles hold nothing that can be modelled."),)),
        does=WhatItDoes(note="Nothing was modelled, so nothing changes."),
        breaks=WhereItBreaks(note="No chain was looked at."),
        exposed=WhoIsExposed(),
        todo=WhatToDo(),
        change=WhatWouldChange(),
        checks=(),
        sources=(),
    )
    for text in (
        terminal.render(document(empty)),
        markdown.render(document(empty)),
        bare(page.render(document(empty))),
    ):
        text = bare(text)
        assert "Nothing was modelled, so nothing changes." in text
        assert "No firm or country is exposed" in text
        assert "No measures were ranked" in text
        assert "No assumption was varied" in text
        assert "Who loses supply" not in text
