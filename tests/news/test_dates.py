"""Dates: absolute, partial, relative, open at one end."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oreflow.news import interval as iv
from oreflow.news.dates import When, find_dates, moved
from oreflow.news.interval import Interval, part, year

REF = date(2025, 11, 21)  # a Friday

ABSOLUTE = [
    ("halted in August 2025 after", "2025-08-01/2025-08-31"), ("in SEPTEMBER 2025", "2025-09-01/2025-09-30"),
    ("on 9 August 2025", "2025-08-09"), ("on Aug. 9", "2025-08-09"), ("August 9, 2025", "2025-08-09"),
    ("Dec 31,2030", "2030-12-31"), ("2025-10-29 03:34", "2025-10-29"), ("2025-10-29T03:34", "2025-10-29"),
    ("2025-11", "2025-11-01/2025-11-30"), ("20/10/2025", "2025-10-20"), ("20/10/25", "2025-10-20"),
    ("05/06/2025", "2025-05-06/2025-06-05"), ("on 9 August last year", "2024-08-09"),
    ("in August of this year", "2025-08-01/2025-08-31"), ("August '25", "2025-08-01/2025-08-31"),
    ("Friday, Nov 21, 2025", "2025-11-21"), ("on Friday (21 November)", "2025-11-21"),
    ("20 November 2025 07:30 GMT", "2025-11-20"), ("midnight on 31 December", "2025-12-31"),
    ("the 9th of this month", "2025-11-09"), ("in the year of 2026", "2026-01-01/2026-12-31"),
    ("in the 2030s", "2030-01-01/2039-12-31"), ("2026年3月", "2026-03-01/2026-03-31"),
    ("2026年3月15日", "2026-03-15"), ("8月9日", "2025-08-09"), ("1-9月", "2025-01-01/2025-09-30"),
    ("去年", "2024-01-01/2024-12-31"), ("明年年底", "2026-11-02/2026-12-31"), ("上周", "2025-11-10/2025-11-16"),
    ("下月", "2025-12-01/2025-12-31"), ("昨日", "2025-11-20"), ("2025年三季度", "2025-07-01/2025-09-30"),
    ("上半年", "2025-01-01/2025-06-30"), ("月底", "2025-11-26/2025-11-30"),
]  # fmt: skip

PARTIAL = [
    ("in Q3 2026", "2026-07-01/2026-09-30"), ("in 3Q26", "2026-07-01/2026-09-30"),
    ("Q2 FY26", "2026-04-01/2026-06-30"), ("the third quarter", "2025-07-01/2025-09-30"),
    ("the fourth quarter of last year", "2024-10-01/2024-12-31"),
    ("the last quarter of 2025", "2025-10-01/2025-12-31"), ("the December quarter", "2025-10-01/2025-12-31"),
    ("the March quarter of 2026", "2026-01-01/2026-03-31"),
    ("in the second half of 2026", "2026-07-01/2026-12-31"),
    ("the first half of the year", "2025-01-01/2025-06-30"), ("in 2H25", "2025-07-01/2025-12-31"),
    ("in H2", "2025-07-01/2025-12-31"), ("9M25", "2025-01-01/2025-09-30"),
    ("the first nine months of 2025", "2025-01-01/2025-09-30"),
    ("in the first nine months", "2025-01-01/2025-09-30"),
    ("the first three quarters of 2025", "2025-01-01/2025-09-30"),
    ("first week of December", "2025-12-01/2025-12-07"), ("second half of November", "2025-11-16/2025-11-30"),
    ("the last two weeks of October", "2025-10-18/2025-10-31"),
    ("the closing weeks of 2025", "2025-12-11/2025-12-31"), ("in late January", "2026-01-22/2026-01-31"),
    ("mid-to-late 2027", "2027-05-02/2027-12-31"), ("the end of this month", "2025-11-26/2025-11-30"),
    ("month-end", "2025-11-26/2025-11-30"), ("year-end 2027", "2027-11-02/2027-12-31"),
    ("spring 2026", "2026-03-01/2026-05-31"), ("summer of 2027", "2027-06-01/2027-08-31"),
    ("winter 2026/27", "2026-12-01/2027-02-28"), ("in the autumn", "2025-09-01/2025-11-30"),
    ("FY2026", "2026-01-01/2026-12-31"), ("FY26", "2026-01-01/2026-12-31"),
    ("fiscal 2026", "2026-01-01/2026-12-31"), ("the 2025-26 fiscal year", "2025-07-01/2026-06-30"),
    ("in 2024-25", "2024-01-01/2025-12-31"), ("in 2027/28", "2027-01-01/2028-12-31"),
]  # fmt: skip

RELATIVE = [
    ("last week", "2025-11-10/2025-11-16"), ("this year", "2025-01-01/2025-12-31"),
    ("next quarter", "2026-01-01/2026-03-31"), ("last quarter", "2025-07-01/2025-09-30"),
    ("yesterday", "2025-11-20"), ("tomorrow", "2025-11-22"), ("the day after tomorrow", "2025-11-23"),
    ("the previous day", "2025-11-20"), ("on Wednesday", "2025-11-19"), ("this coming Monday", "2025-11-24"),
    ("it will resume on Monday", "2025-11-24"), ("said on Monday it will resume", "2025-11-17"),
    ("over the weekend", "2025-11-15/2025-11-16"), ("this weekend", "2025-11-22/2025-11-23"),
    ("last August", "2025-08-01/2025-08-31"), ("next March", "2026-03-01/2026-03-31"),
    ("later this year", "2025-11-21/2025-12-31"), ("later in the month", "2025-11-21/2025-11-30"),
    ("earlier this week", "2025-11-17/2025-11-21"), ("so far this year", "2025-01-01/2025-11-21"),
    ("year to date", "2025-01-01/2025-11-21"), ("the rest of 2025", "2025-11-21/2025-12-31"),
    ("over the past three months", "2025-08-21/2025-11-21"), ("over the past year", "2024-11-21/2025-11-21"),
    ("in the past decade", "2015-11-21/2025-11-21"), ("14% in recent weeks", "2025-10-31/2025-11-21"),
    ("up 14% in two weeks", "2025-11-07/2025-11-21"), ("the past 48 hours", "2025-11-19/2025-11-21"),
    ("three weeks ago", "2025-10-28/2025-11-03"), ("several months ago", "2025-06-21/2025-09-21"),
    ("a week earlier", "2025-11-11/2025-11-17"), ("a month from now", "2025-12-06/2026-01-05"),
    ("within six months", "2025-11-21/2026-05-21"), ("within the next two years", "2025-11-21/2027-11-21"),
    ("over the next year", "2025-11-21/2026-11-21"), ("in two to three weeks", "2025-11-21/2025-12-12"),
]  # fmt: skip

STRETCHES = [
    ("from September to October", "2025-09-01/2025-10-31"),
    ("from January to June 2026", "2026-01-01/2026-06-30"), ("January-September 2025", "2025-01-01/2025-09-30"),
    ("Jan.-Oct. 2025", "2025-01-01/2025-10-31"), ("October-December", "2025-10-01/2025-12-31"),
    ("Q1-Q3 2026", "2026-01-01/2026-09-30"), ("9-15 August", "2025-08-09/2025-08-15"),
    ("between August 9 and 15", "2025-08-09/2025-08-15"),
    ("from 28 December to 3 January", "2025-12-28/2026-01-03"),
    ("from Nov 1, 2025, to Jan 31, 2026", "2025-11-01/2026-01-31"),
    ("between late 2026 and mid-2027", "2026-09-02/2027-08-30"), ("in 2026 and 2027", "2026-01-01/2027-12-31"),
    ("late 2026 or early 2027", "2026-09-02/2027-05-01"),
    ("in the three months to June", "2025-04-01/2025-06-30"),
    ("nine months to September", "2025-01-01/2025-09-30"), ("in the year to June", "2024-07-01/2025-06-30"),
    ("the week to 14 November", "2025-11-08/2025-11-14"), ("week ended Nov 14", "2025-11-08/2025-11-14"),
    ("the three months ended September 30, 2025", "2025-07-01/2025-09-30"),
    ("for six months from 1 December", "2025-12-01/2026-05-31"),
    ("delayed from 2025 to 2026", "2026-01-01/2026-12-31"),
]  # fmt: skip

OPEN = [
    ("by early December", "2025-11-21/2025-12-10", "by"), ("by 2035", "2025-11-21/2035-12-31", "by"),
    ("by the end of 2027", "2025-11-21/2027-12-31", "by"),
    ("by the end of the decade", "2025-11-21/2029-12-31", "by"),
    ("no later than June 30", "2025-11-21/2026-06-30", "by"), ("since August", "2025-08-01/..", "since"),
    ("since last Monday", "2025-11-17/..", "since"), ("until 27 November 2026", "../2026-11-27", "until"),
    ("before 1 January 2027", "../2026-12-31", "before"), ("before the end of 2026", "../2026-12-31", "before"),
    ("before the Lunar New Year", "../2026-02-16", "before"), ("after 2030", "2031-01-01/..", "after"),
    ("after 9 August", "2025-08-09/..", "after"), ("from 2026", "2026-01-01/..", "from"),
    ("from 2026 onwards", "2026-01-01/..", "from"), ("from January 1", "2026-01-01", "from"),
    ("up from 2024", "2024-01-01/2024-12-31", "from"), ("effective immediately", "2025-11-21", "from"),
    ("with immediate effect", "2025-11-21", "from"), ("as early as next month", "2025-12-01/..", "from"),
    ("no earlier than 2027", "2027-01-01/..", "from"), ("not before March", "2026-03-01/..", "from"),
    ("will not restart until March", "2026-03-01/..", "from"), ("as of 30 June", "2025-06-30", ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), ABSOLUTE + PARTIAL + RELATIVE + STRETCHES)
def test_a_date_becomes_its_interval(text: str, expected: str) -> None:
    found = find_dates(text, REF)
    assert [str(w.interval) for w in found] == [expected]


@pytest.mark.parametrize(("text", "expected", "role"), OPEN)
def test_the_word_in_front_opens_an_end(text: str, expected: str, role: str) -> None:
    found = find_dates(text, REF)
    assert [(str(w.interval), w.role) for w in found] == [(expected, role)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rose in October from a year earlier", "2024-10-01/2024-10-31"),
        ("halted in August and resumed the following month", "2025-09-01/2025-09-30"),
        ("expired on 9 August and, three days later, lapsed", "2025-08-12"),
        ("said on Friday, three days after China forbade it", "2025-11-18"),
    ],
)
def test_some_dates_count_from_the_one_told_before(text: str, expected: str) -> None:
    assert str(find_dates(text, REF)[-1].interval) == expected


@pytest.mark.parametrize(
    "text",
    [
        *(
            "It may fall.",
            "They march on.",
            "CATL May Halt Output",
            "Theresa May said",
            "Wait a second.",
            "at present",
        ),
        *(
            "2,025 tonnes",
            "6,000 tons per month",
            "2026 tonnes",
            "$2,030",
            "$2030",
            "2000-2500 tonnes",
            "1,500",
        ),
        *("45X", "S&P 500", "version 2.1", "Model 2025X", "Vision 2030", "$9M", "green H2", "Q2 Metals said"),
        *("at 14:30", "2:27 am", "at 2030 GMT", "24/7", "31/31/2025", "2025-13-45", "3个月"),
        *("Sun Metals sat on Mon", "near Friday Harbor", "Black Friday", "Jan de Nul", "Mar del Plata"),
        *("the end of the century", "since then", "until further notice", "first three months of operation"),
        *(
            "the highest in two years",
            "1,000 tonnes in a month",
            "two years after the fire",
            "an august institution",
        ),
    ],
)
def test_what_is_no_date_is_left_alone(text: str) -> None:
    assert find_dates(text, REF) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("disruptions since August", "XXXX-08/.."),
        ("by 9 August", "../XXXX-08-09"),
        ("not before March", "XXXX-03/.."),
        ("from September to October", "XXXX-09/XXXX-10"),
        ("the third quarter", "XXXX-07/XXXX-09"),
        ("January-September 2025", "2025-01-01/2025-09-30"),
        ("November to February 2026", "2025-11-01/2026-02-28"),
    ],
)
def test_a_month_without_any_year_keeps_what_it_says(text: str, expected: str) -> None:
    assert [str(w.interval) for w in find_dates(text, None)] == [expected]


def test_a_label_is_no_known_day() -> None:
    assert not find_dates("since August")[0].interval.known


def test_relative_dates_need_the_date_of_the_article() -> None:
    for text in ("last week and yesterday", "within two years", "later this year", "去年", "in the autumn"):
        assert find_dates(text, None) == []


def test_only_what_names_no_year_may_be_moved_by_one() -> None:
    assert [w.floating for w in find_dates("in March; in March 2026; in August last year; in Q3", REF)] == [
        *(True, False, False, True)
    ]


STYLES: list[Callable[[date], str]] = [
    lambda d: d.isoformat(),
    lambda d: f"{d:%Y/%m/%d}",
    lambda d: f"{d.day} {d:%B} {d.year}",
    lambda d: f"{d:%B} {d.day}, {d.year}",
    lambda d: f"{d:%b} {d.day:02d}, {d.year}",
    lambda d: f"the {d.day}th of {d:%B} {d.year}",
    lambda d: f"{d:%A}, {d:%B} {d.day}, {d.year}",
    lambda d: f"{d:%A} {d.day} {d:%b} {d.year}",
    lambda d: f"{d.day}-{d:%b}-{d.year}",
    lambda d: f"{d:%B} {d.day}th {d.year}",
    lambda d: f"{d.year}年{d.month}月{d.day}日",
]


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)), st.sampled_from(STYLES), st.none() | st.dates())
def test_every_day_is_read_back_in_every_style(
    day: date, style: Callable[[date], str], ref: date | None
) -> None:
    (found,) = find_dates(f"It shut on {style(day)}.", ref)
    assert found.interval == Interval(day, day)


def _check(text: str, found: list[When]) -> None:
    assert all(0 <= w.start < w.end <= len(text) for w in found)
    assert all(a.end <= b.start for a, b in pairwise(found))
    for w in found:
        for years in (-1, 0, 1):
            i = moved(w.interval, years)
            assert not (i.start and i.end) or i.start <= i.end


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200), st.none() | st.dates())
def test_no_text_breaks_the_grammar(text: str, ref: date | None) -> None:
    _check(text, find_dates(text, ref))


WORDS = [
    *(
        "by",
        "since",
        "from",
        "between",
        "not until",
        "no earlier than",
        "early",
        "later",
        "the",
        "end of",
        "rest of",
    ),
    *(
        "Q3",
        "2035",
        "1999-02",
        "2024/25",
        "August",
        "May",
        "9",
        "31",
        ",",
        "to",
        "and",
        "-",
        "or",
        "onwards",
        "in",
    ),
    *(
        "last",
        "next",
        "this",
        "past",
        "coming",
        "previous",
        "week",
        "weekend",
        "month",
        "quarter",
        "year",
        "decade",
    ),
    *(
        "three",
        "a few",
        "several",
        "ago",
        "earlier",
        "later",
        "from now",
        "to June",
        "ended",
        "first",
        "first half of",
    ),
    *(
        "Friday",
        "tomorrow",
        "spring",
        "winter",
        "Christmas",
        "Lunar New Year",
        "FY26",
        "fiscal",
        "year-end",
        "9M25",
    ),
    *(
        "2030s",
        "2100 t",
        "9999",
        "Feb 29",
        "29 February",
        "so far",
        "within",
        "48 hours",
        "明年",
        "3月",
        "底",
        "29日",
    ),
]


@given(
    st.lists(st.sampled_from(WORDS), max_size=10),
    st.none() | st.dates() | st.sampled_from([date.min, date.max, date(1, 2, 28), date(9998, 12, 31)]),
)
def test_no_heap_of_date_words_breaks_the_grammar(words: list[str], ref: date | None) -> None:
    text = " ".join(words)
    _check(text, find_dates(text, ref))


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "in ",
            "1/",
            "last ",
            "9-",
            "twenty ",
            "年",
            "January ",
            "2026-",
            "the end of the ",
            "1,111",
            "9 Aug-",
        ),
        *(
            "first half of ",
            "three months to ",
            "Q3 to ",
            "between 2025 and ",
            "Monday ",
            "no later than ",
            " \n",
        ),
        *("第一季度", "a couple of ", "early-", "İ "),
    ],
)
def test_reading_takes_time_in_proportion_to_the_text(piece: str) -> None:
    start = time.process_time()
    find_dates(piece * (50_000 // len(piece)), REF)
    assert time.process_time() - start < 2


def test_thirds_of_a_year_cover_it() -> None:
    whole = year(2025)
    early, mid, late = (part(whole, p) for p in ("early", "mid", "late"))
    assert early.start == whole.start
    assert late.end == whole.end
    assert early.end is not None
    assert mid.start is not None
    assert (mid.start - early.end).days == 1


@given(st.dates(date(2, 1, 1), date(9000, 1, 1)), st.integers(0, 2000), st.integers(1, 6))
def test_equal_parts_follow_one_another_and_cover_the_whole(first: date, days: int, of: int) -> None:
    whole = iv.since(first, days + 6)
    parts = [iv.nth(whole, n, of) for n in range(1, of + 1)]
    assert parts[0].start == whole.start
    assert parts[-1].end == whole.end
    assert all(a.end and b.start and (b.start - a.end).days == 1 for a, b in pairwise(parts))


def test_an_open_interval_has_a_middle() -> None:
    assert Interval(None, REF).middle == REF
    assert Interval(None, None).middle is None
