"""How numbers, dates and foreign text are written, the same on every face of a briefing.

Thousands are parted by a narrow no-break space, a minus is a minus sign, a number keeps three significant
digits (fewer where it is exact with fewer), and its unit follows it. Full values stay in the JSON and in the tooltips.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

THIN = "\u202f"
MINUS = "\u2212"
DASH = "\u2013"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\^_])")
_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ud800-\udfff]"
)
_BREAKS = re.compile("[ \t\n\u2028\u2029]+")
_SCALES = ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"))
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def plain(text: str, *, lines: bool = False) -> str:
    """Return text without terminal escapes, control characters and characters that reorder a line.

    Args:
        text: Text from outside, e.g. a quote.
        lines: Keep line breaks; else every run of white space becomes one space.

    Returns:
        Text that is safe to print; still to be escaped for HTML or Markdown.
    """
    text = re.sub("\r\n|[\r\v\f\x85]", "\n", text)
    text = _CONTROL.sub("", _ANSI.sub("", text))
    return text if lines else _BREAKS.sub(" ", text).strip(" ")


def exponent(value: float) -> int:
    """Return the power of ten of a number's leading digit; 0 for zero."""
    return math.floor(math.log10(abs(value))) if value else 0


def rounded(value: float, digits: int = 3) -> float:
    """Return a number rounded to so many significant digits."""
    return round(value, digits - 1 - exponent(value)) if value else 0.0


def number(value: float | None, *, digits: int = 3, sign: bool = False, decimals: int | None = None) -> str:
    """Return a number as text.

    Args:
        value: The number; ``None`` is not known and gives a dash.
        digits: Significant digits. A whole number below ten to that power is written whole.
        sign: Write a plus before positive numbers, as for a change.
        decimals: Places after the point; chosen from ``digits`` when not given.

    Returns:
        Text such as ``12 300``, ``−0.45`` or ``+7``.
    """
    if value is None:
        return DASH
    if value and abs(value) < 1e-4 and decimals is None:
        power = exponent(value)
        text = f"{abs(value) / 10.0**power:.{digits}g}×10{str(power).translate(_SUPERSCRIPT)}"
    else:
        size = abs(rounded(value, digits) if decimals is None else value)
        if decimals is None:
            most = max(0, digits - 1 - exponent(size))
            exact = (p for p in range(most) if abs(abs(value) - round(size, p)) <= 1e-12 * size)
            decimals = 0 if size == round(size) else next(exact, most)
        text = _grouped(f"{size:.{decimals}f}")
    zero = not any(c in "123456789" for c in text)
    if zero:
        return text
    return (MINUS if value < 0 else "+" if sign else "") + text


def _grouped(text: str) -> str:
    head, point, tail = text.partition(".")
    return f"{int(head):,}".replace(",", THIN) + point + tail


def scale(values: Sequence[float | None], unit: str) -> tuple[float, str]:
    """Return by what to divide large amounts and what the unit is then called.

    Money is written in millions from a million on, other units from ten million on; ``USD/t`` and its like
    stay as they are.

    Args:
        values: The amounts that share the scale.
        unit: Their unit.

    Returns:
        Divisor and unit, e.g. ``(1e6, "million USD")``.
    """
    top = max((abs(v) for v in values if v is not None), default=0.0)
    money = unit.split("/")[0] in {"USD", "CNY", "EUR"}
    per_amount = money and "/" in unit and not unit.endswith(("/yr", "/month"))
    if unit in {"%", "1", "pp", ""} or per_amount or top < (1e6 if money else 1e7):
        return 1.0, unit
    for size, name in _SCALES:
        if top >= size:
            return size, f"{name} {unit}"
    return 1.0, unit


def with_unit(text: str, unit: str) -> str:
    """Return a number's text followed by its unit; the unit ``1`` (a bare number) is not written."""
    return text if unit in {"", "1"} else f"{text}\u00a0{plain(unit)}"


def quantity(value: float | None, unit: str, *, digits: int = 3, sign: bool = False) -> str:
    """Return a number with its unit, e.g. ``12 300 t LCE`` or ``1.24 billion USD``."""
    by, name = scale([value], unit)
    return with_unit(number(None if value is None else value / by, digits=digits, sign=sign), name)


def span(low: float, high: float, unit: str, *, digits: int = 3, sign: bool = False) -> str:
    """Return a range with its unit, e.g. ``−3 to +12 %``."""
    by, name = scale([low, high], unit)
    ends = [number(v / by, digits=digits, sign=sign) for v in (low, high)]
    return with_unit(f"{ends[0]} to {ends[1]}", name)


def column(values: Sequence[float | None], *, digits: int = 3, sign: bool = False) -> list[str]:
    """Return the numbers of one column, with the same places after the point so that they can be compared.

    The largest number sets the places. Up to two more are given where that keeps the smallest from vanishing; what
    vanishes all the same reads ``<0.1`` and the like.

    Args:
        values: Numbers of one unit and scale; ``None`` where not known.
        digits: Significant digits of the largest.
        sign: Write a plus before positive numbers.

    Returns:
        One text a value.
    """
    sizes = [abs(v) for v in values if v]
    if not sizes:
        return [number(v, decimals=0) for v in values]
    if max(sizes) < 1e-4:
        return [number(v, digits=digits, sign=sign) for v in values]
    whole = all(rounded(v, digits) == round(rounded(v, digits)) for v in sizes)
    places = 0 if whole else max(0, digits - 1 - exponent(max(sizes)))
    if not whole:
        needed = -exponent(min(sizes))
        places = needed if places < needed <= places + 2 else places
    least = 0.5 * 10.0**-places
    out = []
    for v in values:
        if v and abs(v) < least:
            out.append(("" if v > 0 else MINUS) + f"<{10.0**-places:.{places}f}")
        else:
            out.append(number(None if v is None else rounded(v, digits), sign=sign, decimals=places))
    return out


def month(text: str) -> str:
    """Return ``2026-03`` as ``Mar 2026``; other text as it is."""
    match = re.fullmatch(r"(\d{4})-(\d{2})", text)
    if not match or not 1 <= int(match[2]) <= 12:
        return text
    return f"{MONTHS[int(match[2]) - 1]} {match[1]}"


def words(name: str) -> str:
    """Return an identifier as words, e.g. ``export_control`` as ``export control``."""
    return name.replace("_", " ")
