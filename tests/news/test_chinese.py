"""Chinese headlines and short news: read by way of a gloss, with every offset on the original."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oreflow.atlas import bundled
from oreflow.errors import ReadError
from oreflow.news import read_text
from oreflow.news.chinese.amounts import value
from oreflow.news.chinese.gloss import Gloss, gloss
from oreflow.news.chinese.table import simplify, terms
from oreflow.news.gazetteer import gazetteer
from oreflow.news.lexicon import read_table
from oreflow.news.pinyin import spellings
from oreflow.news.score import score
from oreflow.news.text import is_chinese

CORPUS = Path(__file__).parents[2] / "examples" / "articles" / "chinese-development"


def told(text: str) -> Gloss:
    return gloss(text, terms(gazetteer(bundled())))


def english(text: str) -> str:
    return told(text).text.strip()


@pytest.mark.parametrize(
    ("text", "kind", "subject", "modality", "polarity"),
    [
        ("宁德时代枧下窝锂矿停产。", "halt", "jianxiawo", "happened", "asserted"),
        ("宁德时代枧下窝锂矿拟于9月停产。", "halt", "jianxiawo", "planned", "asserted"),
        ("宁德时代枧下窝锂矿可能停产。", "halt", "jianxiawo", "conditional", "asserted"),
        ("宁德时代考虑暂停枧下窝锂矿的生产。", "halt", "jianxiawo", "considered", "asserted"),
        ("市场传闻枧下窝锂矿停产。", "halt", "jianxiawo", "rumoured", "asserted"),
        ("枧下窝锂矿未停产。", "halt", "jianxiawo", "happened", "negated"),
        ("赣锋锂业没有锂矿停产计划。", "halt", "ganfeng", "planned", "negated"),
        ("天齐锂业否认收购智利锂矿股权。", "agreement", "tianqi", "happened", "negated"),
        ("格林布什锂矿复产。", "restart", "greenbushes", "happened", "asserted"),
        ("印尼考虑下调镍矿开采配额至2.5亿吨。", "quota", "IDN", "considered", "asserted"),
        ("中国对镓实施出口管制。", "export_control", "CHN", "happened", "asserted"),
    ],
)
def test_a_sentence_makes_its_claim(text: str, kind: str, subject: str, modality: str, polarity: str) -> None:
    claims = [c for c in read_text(text).claims if c.type == kind]
    assert [(c.subject, c.modality, c.polarity) for c in claims] == [(subject, modality, polarity)]
    assert claims[0].quote == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1.8万吨", "18,000 tonnes"),
        ("6.5万元/吨", "65,000 yuan per tonne"),
        ("每公斤110美元", "$110 per kg"),
        ("3亿美元", "$300,000,000"),
        ("约5%", "About 5%"),
        ("三分之一", "33.3333%"),
        ("超过一半", "More than 50%"),
        ("三成", "30%"),
        ("九成以上", "At least 90%"),
        ("不超过20万吨", "Up to 200,000 tonnes"),
        ("5万至6万吨", "50,000 to 60,000 tonnes"),
        ("8月9日", "On 9 August"),
        ("2026年3月", "In March 2026"),
        ("2025年8月11日", "On 11 August 2025"),
        ("去年", "Last year"),
        ("上周", "Last week"),
        ("2026年一季度", "In the first quarter of 2026"),
        ("年底", "At year-end"),
        ("12月初", "In early December"),
        ("自10月16日起", "From 16 October"),
        ("9月30日前", "By 30 September"),
        ("三个月前", "3 months ago"),
    ],
)
def test_amounts_and_dates_are_english(text: str, said: str) -> None:
    assert english(text) == said


def test_numbers_in_characters() -> None:
    assert [value(x) for x in ("十二", "二十", "一百零五", "三千", "二〇二六", "两", "1,800.5", "十十x")] == [
        12, 20, 105, 3000, 2026, 2, 1800.5, None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("高盛将铜价预测上调至每吨10500美元", "Goldman Sachs raised copper price forecast to $10,500 per tonne"),
        ("铜产量指引由52万吨下调至37万吨", "Copper production guidance fell to 370,000 tonnes from 520,000 tonnes"),
        ("赣锋锂业、天齐锂业分别涨20%、18%", "赣锋锂业 rose 20%. 天齐锂业 rose 18%"),
        ("铜矿未受罢工影响", "Copper mine did not suffer strike"),
        ("据路透社报道，铜矿停产", "According to Reuters, copper mine halted production"),
        ("铜矿因许可证到期已停产", "Copper mine already halted production because licence expired"),
        ("预计今年铜产量将减少3万吨", "This year copper output is expected to fall 30,000 tonnes"),
    ],
)  # fmt: skip
def test_words_stand_where_english_needs_them(text: str, said: str) -> None:
    assert english(text) == said


def test_quote_speaker_and_unknown_names_are_those_of_the_original() -> None:
    text = "瑞银表示，永杉锂业的锂矿已停产。铜价上涨。"
    claims = read_text(text).claims
    (halt,) = [c for c in claims if c.type == "halt"]
    assert (halt.speaker, halt.subject, halt.quote) == (
        "瑞银",
        "永杉锂业",
        "瑞银表示，永杉锂业的锂矿已停产。",
    )
    assert [c.quote for c in claims if c.type == "price_move"] == ["铜价上涨。"]
    assert all(text[c.start : c.end] == c.quote and c.start <= c.anchor < c.end for c in claims)


def test_the_article_has_its_date() -> None:
    for stamp in ("2025年8月11日", "2025-08-11 10:30", "发布时间：2025年8月11日"):
        reading = read_text(f"锂矿停产\n\n{stamp}\n\n碳酸锂期货主力合约周一涨停，涨幅8%。")
        assert str(reading.date) == "2025-08-11"


def test_traditional_characters_are_read() -> None:
    text = "寧德時代梘下窩鋰礦因採礦許可證到期停產"
    halts = [c for c in read_text(text).claims if c.type == "halt"]
    assert [(c.subject, c.quote) for c in halts] == [("jianxiawo", text)]


@given(st.text())
def test_simplifying_keeps_every_offset(text: str) -> None:
    assert len(simplify(text)) == len(text)


_CHARS = st.one_of(
    st.sampled_from([r["term"] for r in read_table("chinese")]),
    st.sampled_from(
        "0123456789零一二三十百千万亿吨元%年月日周前后至到、，。！？；：“”《》（）().,:;-/ \n\t\u3000"
    ),
    st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF),
)


@settings(max_examples=120, deadline=None)
@given(st.lists(_CHARS, max_size=60).map("".join))
def test_any_text_is_read_and_every_quote_stands_in_it(text: str) -> None:
    text = "锂" + text
    reading = read_text(text)
    for c in reading.claims:
        assert reading.text[c.start : c.end] == c.quote
        assert c.start <= c.anchor < c.end
    said = told(text)
    assert said.text.count("\n") == text.count("\n") + 1
    assert all(said.text[s.start : s.end].lower() == s.piece.text.lower() for s in said.spans)


@pytest.mark.parametrize(
    "word", ["将", "预计", "据", "，", "约", "一", "分别上涨", "没有计划", "《", "由3吨下调4吨"]
)
def test_the_gloss_takes_time_in_proportion(word: str) -> None:
    text = (word * 20000)[:20000]
    started = perf_counter()
    told(text)
    assert perf_counter() - started < 5


@pytest.mark.parametrize(
    ("text", "chinese"),
    [
        ("宁德时代停产", True),
        ("LME铜价上涨", True),
        ("CATL (宁德时代) halted production at 枧下窝 on Monday.", False),
        ("リチウムの生産を停止しました", False),
        ("리튬 광산 생산 중단", False),
        ("Lithium mine halted", False),
        ("", False),
    ],
)
def test_what_is_chinese(text: str, chinese: bool) -> None:
    assert is_chinese(text) is chinese


def test_other_scripts_are_told_what_is_read() -> None:
    for text in (
        "リチウム鉱山の生産を停止しました。",
        "리튬 광산의 생산이 중단되었다.",
        "Добыча лития остановлена.",
    ):
        with pytest.raises(ReadError, match="only English and Chinese are read"):
            read_text(text)


@pytest.mark.parametrize("name", ["Jianxiawo", "Jian Xia Wo", "Jianxia Wo", "Jian-xia-wo", "Jian-Xiawo"])
def test_pinyin_links_however_it_is_spaced(name: str) -> None:
    halts = [
        c for c in read_text(f"CATL halted production at the {name} lithium mine.").claims if c.type == "halt"
    ]
    assert [c.subject for c in halts] == ["jianxiawo"]


def test_a_vowel_may_have_an_apostrophe() -> None:
    assert {"chaerhan", "cha'erhan", "cha er han", "cha-er-han"} <= set(spellings("cha er han"))


def test_the_table_is_clean() -> None:
    rows = read_table("chinese")
    assert len({r["term"] for r in rows}) == len(rows) >= 500
    assert all(r["term"].strip() and r["kind"] for r in rows)
    assert all(r["gloss"].count("~") in {1, 3} for r in rows if r["kind"] == "verb")
    assert all("~" not in r["gloss"] for r in rows if r["kind"] != "verb")
    assert all(len(r["traditional"]) == len(r["simplified"]) == 1 for r in read_table("traditional"))


def test_the_labelled_articles_are_read() -> None:
    found = score(CORPUS)
    assert found.articles >= 9
    assert found.f1() > 0.9
