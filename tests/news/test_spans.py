"""Mentions that do not overlap, held to a search through all of them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from oreflow.news.gazetteer import Name
from oreflow.news.mentions import Mention
from oreflow.news.spans import Spans

STRETCHES = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 12)), max_size=30)


def mention(start: int, length: int) -> Mention:
    return Mention(start, start + length, "x" * length, (Name("firm", "", known=False),))


def overlapping(kept: list[Mention], start: int, end: int) -> list[Mention]:
    return [m for m in kept if m.start < end and start < m.end]


@given(STRETCHES, STRETCHES)
def test_the_first_of_those_that_overlap_is_kept(
    put: list[tuple[int, int]], asked: list[tuple[int, int]]
) -> None:
    kept: list[Mention] = []
    for m in [mention(*x) for x in put]:
        if not overlapping(kept, m.start, m.end):
            kept.append(m)
    kept.sort(key=lambda m: m.start)
    spans = Spans(mention(*x) for x in put)
    assert list(spans) == kept
    for start, length in asked:
        assert spans.over(start, start + length) == overlapping(kept, start, start + length)


@given(STRETCHES, st.tuples(st.integers(0, 60), st.integers(1, 30)))
def test_one_may_take_the_place_of_those_it_covers(put: list[tuple[int, int]], new: tuple[int, int]) -> None:
    spans = Spans(mention(*x) for x in put)
    before, added = list(spans), mention(*new)
    covered = spans.over(added.start, added.end)
    spans.add(added, over=covered)
    assert list(spans) == sorted([*(m for m in before if m not in covered), added], key=lambda m: m.start)
