"""Chinese numbers, amounts and dates to English ones."""

from __future__ import annotations

import re

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "壹": 1}
_TENS = {"十": 10, "百": 100, "千": 1000}
_MYRIADS = {"万": 1e4, "亿": 1e8}
_CHAR = "零〇一二两三四五六七八九十百千"
_N = rf"(?:\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d{{1,15}}(?:\.\d{{1,9}})?|[{_CHAR}]{{1,9}})"
_S = r"(?:百万|千万|[百千]?[万亿]{1,2}|[百千])?"
_HEDGES = {
    "约": "about", "大约": "about", "近": "nearly", "将近": "nearly", "接近": "nearly", "逾": "more than",
    "超": "more than",
    "超过": "more than", "多于": "more than", "高于": "more than", "不低于": "at least", "不少于": "at least",
    "至少": "at least",
    "不超过": "up to", "至多": "up to", "最多": "up to", "最高": "up to", "最高达": "up to", "高达": "up to",
    "多达": "up to",
    "不到": "less than", "不足": "less than", "低于": "less than", "少于": "less than", "约为": "about",
    "大约为": "about",
}  # fmt: skip
_BEHIND = {
    "以上": "at least",
    "多": "more than",
    "余": "more than",
    "以下": "less than",
    "左右": "about",
    "上下": "about",
}
_MONEY = {
    "元": "yuan", "元人民币": "yuan", "人民币": "yuan", "块": "yuan", "美元": "$", "美金": "$", "欧元": "€",
    "英镑": "£",
    "港元": "HK$", "港币": "HK$", "澳元": "A$", "加元": "C$", "日元": "JPY ", "韩元": "KRW ", "卢比": "INR ",
    "印尼盾": "IDR ", "雷亚尔": "R$", "瑞郎": "CHF ", "兰特": "ZAR ",
}  # fmt: skip
_UNITS = {
    "吨碳酸锂当量": "tonnes of lithium carbonate equivalent", "吨LCE": "tonnes of lithium carbonate equivalent",
    "吨稀土氧化物": "tonnes of REO", "吨REO": "tonnes of REO", "吨": "tonnes", "公吨": "tonnes",
    "金属吨": "tonnes", "实物吨": "tonnes",
    "公斤": "kg", "千克": "kg", "磅": "lb", "盎司": "ounces", "GWh": "GWh", "MWh": "MWh", "TWh": "TWh",
    "吉瓦时": "GWh",
    "兆瓦时": "MWh", "GW": "GW", "吉瓦": "GW", "MW": "MW", "桶": "barrels", "个百分点": "percentage points",
    "百分点": "percentage points",
    "%": "%", "辆": "vehicles", "名工人": "workers", "名矿工": "workers", "倍": "times",
    "个基点": "basis points", "台": "units",
}  # fmt: skip
_TIMES = {
    "个月": "months", "个季度": "quarters", "周": "weeks", "个星期": "weeks", "星期": "weeks", "天": "days", "日": "",
    "年": "years", "个工作日": "days", "小时": "hours",
}  # fmt: skip
_PER = {"吨": "tonne", "公吨": "tonne", "公斤": "kg", "千克": "kg", "磅": "lb", "千瓦时": "kWh", "度": "kWh",
        "年": "year", "月": "month", "季": "quarter", "季度": "quarter", "周": "week", "天": "day", "日": "day",
        "Wh": "Wh", "盎司": "ounce"}  # fmt: skip


def _any(words: dict[str, str]) -> str:
    return "|".join(re.escape(w) for w in sorted(words, key=len, reverse=True))


AMOUNT = re.compile(
    rf"(?:每(?P<pre>{_any(_PER)})\s?)?(?P<hedge>{_any(_HEDGES)})?\s?(?P<sign>[-+])?(?P<cur>US\$|HK\$|A\$|C\$|[$€£¥])?\s?"
    rf"(?P<a>{_N})\s?(?P<sa>{_S})(?P<ua>%)?(?:\s?(?:[-~—–至到]|-)\s?(?P<b>{_N})\s?(?P<sb>{_S}))?\s?(?P<more>[多余])?\s?"
    rf"(?P<unit>{_any(_MONEY)}|{_any(_UNITS)}|{_any(_TIMES)}|成)?"
    rf"(?P<half>半)?(?P<behind>以上|以下|左右|上下)?(?:\s?(?:/|每)\s?(?P<per>{_any(_PER)}))?(?P<after>以上|以下|左右|上下)?"
    r"(?P<way>以?内|前|后|之前|之后|来|以来)?"
)
"""An amount with all that may stand around it; a bare number is one too."""

FRACTION = re.compile(
    rf"(?P<hedge>{_any(_HEDGES)})?(?:(?P<low>[{_CHAR}]{{1,4}}|\d{{1,4}})分之(?P<high>[{_CHAR}]{{1,4}}|\d{{1,4}}(?:\.\d{{1,4}})?)|(?P<half>一半|半数|过半|大半))"
    r"(?P<behind>以上|以下|左右)?"
)
"""A part of a whole: 三分之一, 百分之五, 一半."""


def value(text: str) -> float | None:
    """Read a number in digits or characters, without the words that multiply it.

    Args:
        text: The number, such as ``1,800``, ``十二`` or ``二〇二六``.

    Returns:
        Its value, or None where it is none.
    """
    plain = text.replace(",", "")
    if plain[:1].isdigit() and plain.isascii():
        return float(plain)
    if all(c in _DIGITS for c in plain):
        return float("".join(str(_DIGITS[c]) for c in plain)) if plain else None
    total = last = 0.0
    for c in plain:
        if c in _TENS:
            total += (last or 1.0) * _TENS[c]
            last = 0.0
        elif c in _DIGITS:
            last = float(_DIGITS[c])
        else:
            return None
    return total + last


def _scale(text: str) -> float:
    out = 1.0
    for c in text:
        out *= _MYRIADS.get(c) or _TENS.get(c, 1)
    return out


def _plain(number: float) -> str:
    """A number as English writes it: in groups, no exponent, no noise of the float."""
    rounded = round(number, 6)
    return f"{rounded:,.0f}" if rounded == int(rounded) else f"{rounded:,.6f}".rstrip("0")


def amount(m: re.Match[str]) -> tuple[str, str, int] | None:
    """Write an amount that `AMOUNT` found in English.

    Args:
        m: The match.

    Returns:
        The English, its kind (``amount``, ``time``, ``date`` or ``number``) and the offset after it, or None where it
        is no number.
    """
    a, b = value(m["a"]), value(m["b"]) if m["b"] else None
    if a is None or (m["b"] and b is None):
        return None
    if m["a"][0] in _CHAR and not m["sa"] and not m["unit"] and not m["cur"]:
        return None  # 一 and 三 are parts of words where no unit follows
    unit, scale, hedge = (
        m["unit"] or ("%" if m["ua"] else ""),
        _scale(m["sa"]),
        _HEDGES.get(m["hedge"] or "", ""),
    )
    if m["ua"] and unit != "%":  # 增长5%至38万吨: two amounts
        return f"{hedge} {_plain(a)}%".strip(), "amount", m.end("ua")
    if unit == "年" and not m["sa"] and re.fullmatch(r"(?:19|20)\d\d", m["b"] or m["a"]):
        return None
    # What a time may have behind it belongs to the next word elsewhere.
    end = m.start("way") if m["way"] and unit not in _TIMES else m.end()
    if m["b"]:
        second = _scale(m["sb"])
        a, b = a * (scale if m["sa"] else second), (b or 0.0) * second
    else:
        a *= scale
    if unit == "成":
        a, b, unit = 10 * a + (5 if m["half"] else 0), None if b is None else 10 * b, "%"
    hedge = hedge or _BEHIND.get(m["behind"] or m["after"] or m["more"] or "", "")
    number, last = _plain(a), "" if b is None else _plain(b)
    if unit in _TIMES:
        if not _TIMES[unit]:
            return "", "date", end  # a bare day of the month
        said, kind = _time(f"{number} to {last}" if last else number, _TIMES[unit], hedge, m["way"] or "")
        return said, kind, end
    per = m["per"] or m["pre"]
    sign = m["cur"] or _MONEY.get(unit, "")
    if sign and sign != "yuan":
        number, last = sign + number, sign + last if last else ""
    said = f"{number} to {last}" if last else number
    if unit == "%":
        said = f"{number}% to {last}%" if last else f"{number}%"
    elif unit in _UNITS or unit == "倍" or sign == "yuan":
        said = f"{said} {_UNITS.get(unit, 'yuan')}"
    if per:
        said = f"{said} per {_PER[per]}"
    if m["sign"] == "-":
        hedge = "down"
    plain = not unit and not sign and not m["sa"] and not last
    return f"{hedge} {said}".strip(), "number" if plain else "amount", end


def _time(number: str, unit: str, hedge: str, way: str) -> tuple[str, str]:
    if way in {"前", "之前"}:
        return f"{number} {unit} ago", "date"
    if way in {"内", "以内"}:
        return f"within {number} {unit}", "date"
    if way in {"来", "以来"}:
        return f"in the past {number} {unit}", "date"
    if way in {"后", "之后"}:
        return f"after {number} {unit}", "date"
    return f"for {hedge} {number} {unit}".replace("  ", " "), "time"


def fraction(m: re.Match[str]) -> str | None:
    """Write a part of a whole that `FRACTION` found in English.

    Args:
        m: The match.

    Returns:
        Per cent in English, or None where it is none.
    """
    hedge = _HEDGES.get(m["hedge"] or "", "") or _BEHIND.get(m["behind"] or "", "")
    if m["half"]:
        hedge = "more than" if m["half"] in {"过半", "大半"} else hedge
        return f"{hedge} 50%".strip()
    whole, part = value(m["low"]), value(m["high"])
    if not whole or part is None or part > whole:
        return None
    return f"{hedge} {round(100 * part / whole, 4):g}%".strip()
