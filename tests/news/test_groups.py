"""Claims that disagree are kept side by side."""

from __future__ import annotations

from collections.abc import Callable

from oreflow.news import Reading, combine, read_text

LOSS = (
    "CATL suspended its lithium mine. UBS estimates that it will cut output by 5,000 to 5,500 tonnes a month. "
    "Citi estimates that CATL will cut output by 10,000 tonnes a month."
)


def test_two_figures_for_one_loss_form_a_group(hear: Callable[..., Reading]) -> None:
    reading = hear(LOSS)
    (group,) = [g for g in reading.groups if g.low is not None]
    assert (group.low, group.high, group.unit, group.per) == (60000, 120000, "t", "year")
    assert {reading.claims[i].group for i in group.claims} == {group.name}
    assert [reading.claims[i].speaker for i in group.claims] == ["UBS", "Citi"]


def test_figures_that_agree_do_not(hear: Callable[..., Reading]) -> None:
    cut = "CATL will cut lithium output by 5,000 tonnes a month"
    same = f"UBS estimates {cut}. Citi says {cut}."
    assert hear(f"Lithium. {same}").groups == ()


def test_a_denial_and_what_it_denies_form_a_group(hear: Callable[..., Reading]) -> None:
    reading = hear(
        "Traders said CATL halted the Jianxiawo mine. CATL denied that it had halted the Jianxiawo mine."
    )
    (group,) = reading.groups
    assert {reading.claims[i].polarity for i in group.claims} == {"asserted", "negated"}


def test_opinions_on_the_bottleneck_differ(hear: Callable[..., Reading]) -> None:
    reading = hear(
        "CATL said mining is the bottleneck of the lithium chain. Ford sees refining as the bottleneck."
    )
    (group,) = reading.groups
    assert group.question == "which stage is the bottleneck"
    assert [c.subject for c in reading.claims] == ["mining", "refining"]


def test_articles_that_disagree_are_put_together(world: object) -> None:
    from oreflow.atlas import World

    assert isinstance(world, World)
    texts = [
        "Lithium\n\n11 August 2025\n\nThe Jianxiawo mine produces 46,000 tonnes of LCE a year.",
        "Lithium\n\n12 August 2025\n\nThe Jianxiawo mine produces 65,000 tonnes of LCE a year.",
    ]
    both = combine([read_text(t, world, name=f"{i}.txt") for i, t in enumerate(texts)], world)
    (group,) = both.groups
    assert (group.low, group.high) == (46000, 65000)
    assert str(both.date) == "2025-08-12"
    assert [c.item for c in both.claims] == [0, 1]
