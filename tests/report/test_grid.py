from __future__ import annotations

import pytest

from oreflow.report.figure import Figure
from oreflow.report.grid import Notes, grid
from oreflow.report.outline import Column, Outline, Section, Table
from oreflow.report.story import outline

WORDS = {"million": 1e6, "billion": 1e9, "trillion": 1e12}


def said(text, unit):
    """Return the number that a cell and its heading say."""
    words = f"{text} {unit}".replace("\u202f", "").replace("\u2212", "-").split()
    return float(words[0]) * next((WORDS[w] for w in words if w in WORDS), 1.0)


def test_what_the_tables_say_is_what_the_model_holds(briefing):
    whole = outline(briefing)
    notes = Notes(whole)
    count = 0
    for table in (b for s in whole.sections for b in s.blocks if isinstance(b, Table)):
        g = grid(table, notes)
        for row in g.rows:
            for head, box in zip(g.heads, row, strict=True):
                if not isinstance(box.cell, Figure) or "×" in box.text or "<" in box.text:
                    continue
                count += 1
                i = g.heads.index(head)
                cells = [r[i].cell for r in g.rows if isinstance(r[i].cell, Figure)]
                top = max(abs(x or 0.0) for c in cells for x in (c.value, c.low, c.high))
                got = said(box.text, head.unit or box.cell.unit)
                assert got == pytest.approx(box.cell.value, rel=0.005, abs=0.006 * top), (
                    table.key,
                    head.label,
                )
    assert count > 80


def one(*rows, columns=("Who", "A", "B")):
    table = Table("t", "T", (Column(columns[0]), *(Column(c, True) for c in columns[1:])), rows)
    return grid(table, Notes(Outline("o", "", (Section("s", "S", 1, (table,)),), "r")))


def test_columns_of_one_unit_share_one_scale():
    g = one(("x", Figure(2.5e9, "USD", "r"), Figure(4e7, "USD", "r")))
    assert [h.unit for h in g.heads] == ["", "million USD", "million USD"]
    assert [b.text for b in g.rows[0]] == ["x", "2\u202f500", "40"]


def test_a_column_of_several_units_names_them_in_its_cells():
    g = one(("x", Figure(1.0, "t Co", "r"), "–"), ("y", Figure(2.0, "t Ni", "r"), "–"))
    assert g.heads[1].unit == ""
    assert [row[1].text for row in g.rows] == ["1\u00a0t Co", "2\u00a0t Ni"]


def test_a_footnote_stands_as_high_as_it_can():
    mine, yours = (Figure(1.0, "t", s) for s in "ab")
    assert one(("x", mine, mine)).note == 1
    g = one(("x", mine, yours))
    assert (g.note, [h.note for h in g.heads]) == (0, [0, 1, 2])
    assert [b.note for b in g.rows[0]] == [0, 0, 0]
    g = one(("x", mine, yours), ("y", yours, yours))
    assert (g.note, [h.note for h in g.heads]) == (0, [0, 0, 2])
    assert [row[1].note for row in g.rows] == [1, 2]


def test_a_table_without_rows_is_a_heading():
    g = one()
    assert g.rows == ()
    assert [h.text for h in g.heads] == ["Who", "A", "B"]
