"""The claims of a model beside those of the rules."""

from __future__ import annotations

from collections.abc import Callable

from oreflow.atlas import World
from oreflow.news import Reading
from oreflow.news.proposals import propose
from tests.news.proposals.offers import ARTICLE, HALT, Ask, answering, bare, proposal, said


def test_what_both_read_is_matched_and_the_fields_that_differ_are_shown(ask: Ask) -> None:
    other = proposal(subject=said("CATL", "CATL"), effective=None)
    found = ask(other, bare("capacity_fact", HALT, "production"))
    both = [d for d in found.differences if d.side == "both"]
    assert len(both) == 1
    assert both[0].rules is not None
    shown = {f.field: (f.rules, f.model) for f in both[0].fields}
    assert shown["subject"] == ("jianxiawo", "catl")
    assert shown["effective"] == ("2025-08-01/2025-08-31", None)
    assert {d.side for d in found.differences} == {"both", "only rules", "only model"}
    assert next(d for d in found.differences if d.side == "only model").rules is None


def test_one_claim_is_matched_with_one_and_the_nearest(ask: Ask) -> None:
    far = bare("halt", HALT.removesuffix(" in August."), "halted")
    found = ask(far, proposal())
    matched = {d.model: d.rules for d in found.differences if d.model is not None}
    assert [c.subject for c in found.claims] == [None, "jianxiawo"]
    assert matched[0] is None
    assert matched[1] is not None
    assert sum(d.side == "both" for d in found.differences) == 1


def test_the_reading_of_the_rules_is_left_as_it_is(hear: Callable[[str], Reading], world: World) -> None:
    reading = hear(ARTICLE)
    before = reading.to_dict()
    propose(reading, model=answering(proposal(type="restart")), world=world)
    assert reading.to_dict() == before
