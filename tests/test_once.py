"""Results that are held while they are in use."""

from __future__ import annotations

from oreflow.once import HELD, once


def test_a_result_is_built_once_for_each_thing_and_the_oldest_goes_first() -> None:
    built: list[int] = []

    @once
    def length(of: list[int]) -> int:
        built.append(len(of))
        return len(of)

    things = [[0] * n for n in range(HELD + 1)]
    for thing in things[:HELD]:
        assert length(thing) == length(thing) == len(thing)
    assert built == list(range(HELD))
    assert length(things[HELD]) == HELD
    assert (length(things[1]), built[-1]) == (1, HELD), "the second is still held"
    assert (length(things[0]), built[-1]) == (0, 0), "the first is built again"


def test_equal_things_are_not_taken_for_each_other() -> None:
    @once
    def number(of: list[int]) -> int:
        return id(of)

    a, b = [1], [1]
    assert number(a) == id(a)
    assert number(b) == id(b)
