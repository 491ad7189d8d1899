"""Section 5 of a briefing: measures of the atlas against its events."""

from __future__ import annotations

import pytest

from oreflow.report.assemble import study
from oreflow.report.assemble.todo import todo
from oreflow.shock import from_library


@pytest.fixture(scope="module")
def lithium():
    return todo(study(scenario=from_library("jianxiawo_halt_2025"), draws=1))


def test_what_works_is_ranked_by_the_cost_of_each_unit(lithium):
    assert any("lithium" in m.name for m in lithium.measures)
    each = [m.unit_cost.value for m in lithium.measures]
    assert each == sorted(each)
    for m in lithium.measures:
        assert m.unit_cost.value == pytest.approx(m.cost.value / m.avoided.value)
        assert m.cost.low <= m.cost.value <= m.cost.high
        assert m.avoided.unit == "t LCE"
        assert {"ainvest_2025_11", "oreflow"} & set(m.cost.sources)
        assert m.note


def test_what_comes_too_late_is_said(lithium):
    assert "Too late" in lithium.note
    assert "build a further 40000 t of lithium at Thacker Pass" in lithium.note


def test_minerals_without_measures_are_said():
    found = todo(study(scenario=from_library("drc_cobalt_ban_quota"), draws=1))
    assert found.measures == ()
    assert "no measure on cobalt" in found.note
