"""What belongs to an article, and what is only on its page."""

from __future__ import annotations

from oreflow.news.blocks import layout
from oreflow.news.text import article

PAGE = """Tianqi halts work at Kwinana

30 January 2025 09:14 AM ET

Tianqi Lithium has stopped work at its plant.

Related articles

Vale halts nickel mine after accident in Brazil

Comments

Joe: Greenbushes will be shut too.
"""


def texts(text: str) -> list[str]:
    a = article(text)
    return [a.folded[b.start : b.end] for b in layout(a).blocks]


def test_related_articles_and_comments_are_no_part_of_it() -> None:
    assert texts(PAGE) == ["Tianqi halts work at Kwinana", "Tianqi Lithium has stopped work at its plant."]


def test_a_disclaimer_line_is_skipped() -> None:
    body = "Lithium rose.\n\nDisclaimer: nickel fell 99%.\n\nCopyright 2025 all rights reserved"
    assert texts(body) == ["Lithium rose."]


def test_the_date_line_gives_the_date() -> None:
    (stamp,) = layout(article(PAGE)).dates
    assert str(stamp) == "2025-01-30"


def test_a_dateline_gives_the_date() -> None:
    plan = layout(article("BEIJING, 9 October 2025 - China tightened its export controls on rare earths."))
    assert str(plan.dates[0]) == "2025-10-09"


def test_a_date_within_a_sentence_is_not_the_date_of_the_article() -> None:
    plan = layout(article("The mine was halted on 9 August 2025 when its licence expired, the company said."))
    assert plan.dates == (None,)


def test_a_date_behind_the_end_of_the_article_does_not_count() -> None:
    plan = layout(article("Lithium rose on Wednesday.\n\nRECOMMEND\n\nWhy carmakers object\n20/10/2025\n"))
    assert plan.dates == (None,)


def test_each_item_of_a_digest_has_its_own_date() -> None:
    text = (
        "Lithium gap\nSou Hu· 2025-10-29 03:34\n" + "Core insights about lithium demand. " * 5 + "\n"
        "Reserve launched\nNewswire· 2025-08-21 13:00\n" + "A reserve of gallium is planned. " * 5
    )
    plan = layout(article(text))
    assert [str(d) for d in plan.dates] == ["2025-10-29", "2025-08-21"]
    assert {b.item for b in plan.blocks} == {0, 1}


def test_lines_broken_at_a_fixed_width_are_joined() -> None:
    text = (
        "The company said on Monday that it had halted production at the\n"
        "mine in Jiangxi province after its licence had expired, and that\n"
        "it would restart as soon as the permit had been granted to it by\n"
        "the authorities.\n\nThe price rose.\n"
    )
    assert len(texts(text)) == 2


def test_headlines_in_lines_stay_apart() -> None:
    text = "\n".join(
        [
            "Pilbara Minerals cuts spodumene output at Pilgangoora mine",
            "Zimbabwe to ban exports of lithium concentrate from 2027",
            "Indonesia weighs nickel ore quota cut for next year",
            "Albemarle to reopen Kings Mountain lithium mine soon",
        ]
    )
    assert len(texts(text)) == 4


def test_a_stray_full_stop_is_dropped_from_the_sentence_behind_it() -> None:
    found = texts("A cornerstone of supply,\n\n. However, the mine halted in August.")
    assert found[-1] == "However, the mine halted in August."


def test_a_menu_above_the_article_does_not_end_it() -> None:
    body = (
        "CATL halted production at the Jianxiawo lithium mine after its licence expired, the company said. "
        * 2
    )
    assert texts(f"CATL halts mine\n\nShare this\n\n{body}\n\nComments\n\nNickel fell.") == [
        "CATL halts mine",
        body.strip(),
    ]
