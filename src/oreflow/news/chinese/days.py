"""Chinese dates to English ones."""

from __future__ import annotations

import re

from oreflow.news.chinese.amounts import value

_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December")  # fmt: skip
_NUM = r"\d{1,2}|十[一二]?|[一二三四五六七八九]"
_PART = {"初": "early", "上旬": "early", "中旬": "mid", "下旬": "late", "底": "late", "末": "late"}
_REL = {
    "今": "this",
    "本": "this",
    "当": "this",
    "去": "last",
    "上": "last",
    "明": "next",
    "下": "next",
    "来": "next",
    "前": "last",
}
_UNIT = {
    "年": "year",
    "月": "month",
    "个月": "month",
    "周": "week",
    "季": "quarter",
    "季度": "quarter",
    "星期": "week",
    "个季度": "quarter",
}
_WEEK = dict(
    zip(
        "一二三四五六日天",
        ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday", "Sunday"),
        strict=True,
    )
)
_NEAR = {"昨": "yesterday", "今": "today", "明": "tomorrow"}
_LEAD = {
    "自": "since",
    "从": "since",
    "自从": "since",
    "截至": "by",
    "截止": "by",
    "至": "until",
    "到": "until",
    "直至": "until",
}
_TAIL = {
    "起": "from", "开始": "from", "以来": "since", "至今": "since", "前": "by", "之前": "by", "以前": "by",
    "后": "after", "之后": "after", "以后": "after", "止": "until", "为止": "until",
}  # fmt: skip
_YEAR = r"(?P<y>20\d\d|二[〇零][〇零一二三四五六七八九]{2})\s?(?:年度?|财年)"

DATE = re.compile(
    r"(?P<lead>自从|自|从|截至|截止|直至|至|到)?\s?(?:"
    rf"(?:{_YEAR}|(?P<ry>[今去明当本前])年)(?:\s?(?P<m>{_NUM})\s?月(?:份)?(?:(?P<d>\d{{1,2}})\s?[日号]|(?P<part>初|上旬|中旬|下旬|底|末))?"
    r"|第?(?P<q>[一二三四1-4])季度?|Q(?P<q2>[1-4])|(?P<h>上半年|下半年)|(?P<yp>初|年中|底|末))?"
    rf"|(?P<m2>{_NUM})\s?月(?:(?P<d2>\d{{1,2}})\s?[日号]|份|(?P<part2>初|上旬|中旬|下旬|底|末))?"
    r"|第?(?P<q3>[一二三四])季度?|(?P<h3>上半年|下半年)|(?P<end>年底|年末|岁末)|(?P<begin>年初)"
    r"|(?P<rel>本|上|下|今|当|前)(?P<unit>个季度|个月|季度|月|周|星期)(?![一二三四五六日天])"
    r"|(?:(?P<rw>[上下本])?(?:周|星期)(?P<w>[一二三四五六日天]))(?!\d)|(?P<near>[昨今明])(?:日|天|晚|晨)"
    r"|(?P<range>20\d\d)\s?(?:[-~—–至到])\s?(?P<range2>20\d\d)\s?年"
    r")(?:以?来)?(?P<tail>起|开始|以来|至今|之前|以前|前(?![一二三四两1-9])|之后|以后|后|为止|止)?"
)
"""A date with the words that open one end of it."""


def date(m: re.Match[str]) -> str | None:
    """Write a date that `DATE` found in English.

    Args:
        m: The match.

    Returns:
        The English with its preposition, or None where it is no date.
    """
    found = _body(m)
    if found is None:
        return None
    body, plain = found
    tail, lead = _TAIL.get(m["tail"] or "", ""), _LEAD.get(m["lead"] or "", "")
    if m["tail"] is None and m[0].endswith("来") and m["near"] is None:
        tail = "since"
    word = tail or lead
    if lead == "since" and tail == "from":
        word = "from"
    if word == "by" and m["lead"] is None and not m["tail"]:
        word = ""
    return f"{word or plain} {body}".strip()


def _body(m: re.Match[str]) -> tuple[str, str] | None:
    """The date and the preposition that it has when nothing else is said."""
    if m["range"]:
        return f"{m['range']}-{m['range2']}", "in"
    if m["near"]:
        return _NEAR[m["near"]], ""
    if m["w"]:
        return _WEEK[m["w"]], "last" if m["rw"] == "上" else "next" if m["rw"] == "下" else "on"
    if m["rel"]:
        return f"{_REL[m['rel']]} {_UNIT[m['unit']]}", ""
    year = ""
    if m["y"]:
        number = value(m["y"])
        year = f"{number:.0f}" if number else ""
    elif m["ry"]:
        year = f"{_REL[m['ry']]} year"
    month, day, part = m["m"] or m["m2"], m["d"] or m["d2"], m["part"] or m["part2"]
    if month:
        return _month(month, day, part, year)
    quarter, half = m["q"] or m["q2"] or m["q3"], m["h"] or m["h3"]
    if quarter or half:
        name = {"一": "first", "二": "second", "三": "third", "四": "fourth"}.get(quarter or "", "")
        name = name or ("first", "second", "third", "fourth")[int(quarter) - 1] if quarter else ""
        body = f"{name} quarter" if quarter else "first half" if half == "上半年" else "second half"
        return f"the {body}{' of ' + year if year else ''}", "in"
    if m["end"] or m["yp"] in {"底", "末"}:
        return (
            f"the end of {year}" if year and not m["ry"] else f"end of {year}" if year else "year-end"
        ), "at"
    if m["begin"] or m["yp"] == "初":
        return f"early {year}" if year else "early this year", "in"
    if m["yp"] == "年中":
        return f"mid {year}", "in"
    return (year, "" if m["ry"] else "in") if year else None


def _month(month: str, day: str | None, part: str | None, year: str) -> tuple[str, str] | None:
    number = value(month)
    if number is None or not 1 <= number <= 12:
        return None
    name = _MONTHS[int(number) - 1]
    tail = f" {year}" if year[:1].isdigit() else ""
    if day:
        return (f"{int(day)} {name}{tail}", "on") if 1 <= int(day) <= 31 else None
    return f"{_PART[part] + ' ' if part else ''}{name}{tail}", "in"
