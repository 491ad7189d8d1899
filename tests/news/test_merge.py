"""Several articles as one picture: what later ones overtake, and what stays disputed."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from oreflow.atlas import World
from oreflow.news import Reading, combine, read_text

HALT = (
    "12 August 2025",
    "CATL has halted production at its Jianxiawo lithium mine. "
    "The company plans to restart the mine by early December.",
)
SLIP = ("3 December 2025", "CATL said it will restart the Jianxiawo lithium mine in January 2026.")
AGAIN = (
    "20 January 2026",
    "CATL said it now plans to restart the Jianxiawo mine in the second quarter of 2026.",
)


@pytest.fixture
def told(world: World) -> Any:
    def tell(*articles: tuple[str, str]) -> Reading:
        readings = [
            read_text(f"Minerals news\n\n{day}\n\n{text}\n", world, name=f"{i}.txt")
            for i, (day, text) in enumerate(articles)
        ]
        return combine(readings, world)

    return tell


def kinds(r: Reading) -> list[tuple[str, str, str]]:
    return [(r.claims[o.claim].type, o.kind, str(r.claims[o.by].effective)) for o in r.overtaken]


def test_a_restart_that_slips_twice_keeps_the_last_date(told: Any) -> None:
    r = told(HALT, SLIP, AGAIN)
    assert kinds(r) == [("restart", "moved", "2026-04-01/2026-06-30")] * 2
    (restart,) = [e for e in r.events if e.claim_type == "restart"]
    (halt,) = [e for e in r.events if e.claim_type == "halt"]
    assert restart.supersedes == halt.id
    assert restart.start == "2026-01-20"
    assert any("moved 2 times" in d for d in restart.defaults)
    assert [n.reason for n in r.not_modelled if n.claim in {o.claim for o in r.overtaken}] == [
        "the date has been moved since, as of 2026-01-20"
    ] * 2
    assert r.groups == ()


def test_the_order_in_which_articles_are_given_does_not_matter(told: Any) -> None:
    wanted = told(HALT, SLIP, AGAIN)
    for order in permutations((HALT, SLIP, AGAIN)):
        got = told(*order)
        assert [c.quote for c in got.claims] == [c.quote for c in wanted.claims]
        assert [(e.type, e.target, e.start, e.duration) for e in got.events] == [
            (e.type, e.target, e.start, e.duration) for e in wanted.events
        ]
        assert kinds(got) == kinds(wanted)


def test_a_rumour_denied_and_then_decreed_stands_undoubted(told: Any) -> None:
    rumour = ("2 March 2026", "China is reportedly planning to ban exports of gallium to the United States.")
    denial = (
        "5 March 2026",
        "China's commerce ministry denied that it would ban exports of gallium to the United States.",
    )
    decree = (
        "25 March 2026",
        "China has banned exports of gallium to the United States with immediate effect.",
    )
    doubted = told(rumour, denial)
    assert all(e.certainty < 0.5 for e in doubted.events)
    r = told(rumour, denial, decree)
    assert {k for _, k, _ in kinds(r)} == {"happened", "refuted"}
    (event,) = r.events
    assert (event.type, event.start, event.certainty) == ("export_ban", "2026-03-25", 0.95)


def test_a_plan_that_is_dropped_makes_no_event(told: Any) -> None:
    plan = ("2 March 2026", "China plans to ban exports of gallium to the United States.")
    dropped = (
        "9 March 2026",
        "China has no plans to ban exports of gallium to the United States, the ministry said.",
    )
    r = told(plan, dropped)
    assert kinds(r) == [("export_control", "withdrawn", "None")]
    assert r.events == ()


def test_what_has_happened_is_never_undone(told: Any) -> None:
    r = told(HALT, ("20 August 2025", "CATL denied that it had halted the Jianxiawo lithium mine."))
    assert [k for k in kinds(r) if k[0] == "halt"] == []
    (halt,) = [e for e in r.events if e.claim_type == "halt"]
    assert any("somebody denies it" in d for d in halt.defaults)
    assert [g.question for g in r.groups] == ["whether there is a halt of jianxiawo"]


def test_the_same_speaker_revises_and_another_disagrees(told: Any) -> None:
    first = ("12 August 2025", "UBS estimates that CATL will cut lithium output by 5,000 tonnes a month.")
    later = ("19 August 2025", "UBS estimates that CATL will cut lithium output by 8,000 tonnes a month.")
    other = ("19 August 2025", "Citi estimates that CATL will cut lithium output by 8,000 tonnes a month.")
    assert [k for _, k, _ in kinds(told(first, later))] == ["revised"]
    disputed = told(first, other)
    assert disputed.overtaken == ()
    (group,) = disputed.groups
    assert (group.low, group.high) == (60000, 96000)


def test_an_article_of_the_same_day_or_without_a_date_overtakes_nothing(told: Any) -> None:
    assert told(HALT, ("12 August 2025", SLIP[1])).overtaken == ()
    undated = told(HALT, ("Undated", SLIP[1]))
    assert undated.overtaken == ()
    assert [c.item for c in undated.claims][-1] == 1


def test_a_later_article_on_something_else_moves_no_event(told: Any) -> None:
    other = ("20 October 2026", "Lithium carbonate prices rose 5%.")
    undated = ("12 August 2025", "CATL has halted production at its Jianxiawo lithium mine.")
    alone, beside = told(undated), told(undated, other)
    assert [(e.start, e.announced) for e in beside.events] == [(e.start, e.announced) for e in alone.events]
    both = told(HALT, SLIP)
    later = told(HALT, SLIP, other)
    assert [(e.start, e.duration) for e in later.events] == [(e.start, e.duration) for e in both.events]
