"""Numbers as people write them."""

from __future__ import annotations

import re

_ONES = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_WORD = "|".join(sorted([*_ONES, *_TENS], key=len, reverse=True))

DIGITS = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
"""Regular expression of a number in digits."""

WORDS = rf"(?:{_WORD})(?:[- ](?:{_WORD}))?|(?:half\s+)?a dozen|dozen|a hundred|hundred"
"""Regular expression of a number in words."""

COUNT = rf"(?:{DIGITS}|{WORDS}|a couple of|an?)"
"""Regular expression of a count in front of a unit of time."""

FRACTIONS: dict[str, float] = {
    "half": 1 / 2,
    "a third": 1 / 3,
    "one third": 1 / 3,
    "two thirds": 2 / 3,
    "a quarter": 1 / 4,
    "one quarter": 1 / 4,
    "three quarters": 3 / 4,
    "a fifth": 1 / 5,
    "one fifth": 1 / 5,
    "two fifths": 2 / 5,
    "three fifths": 3 / 5,
    "four fifths": 4 / 5,
    "a sixth": 1 / 6,
    "one sixth": 1 / 6,
    "a tenth": 1 / 10,
    "one tenth": 1 / 10,
}
"""Fractions in words, with a space for the hyphen."""

SCALES: dict[str, float] = {
    "hundred": 1e2,
    "thousand": 1e3,
    "k": 1e3,
    "million": 1e6,
    "mn": 1e6,
    "mln": 1e6,
    "mio": 1e6,
    "m": 1e6,
    "billion": 1e9,
    "bn": 1e9,
    "bln": 1e9,
    "b": 1e9,
    "trillion": 1e12,
    "tn": 1e12,
}
"""Words and letters that multiply a number; single letters count only beside a currency or a unit."""


def small_number(text: str) -> float | None:
    """Return the number that digits or words stand for.

    Args:
        text: E.g. ``"6,000"``, ``"twenty-five"``, ``"a"``, ``"a dozen"``.

    Returns:
        The number, or None when the text is not one.
    """
    word = text.strip().lower().replace("-", " ")
    if re.fullmatch(DIGITS, word):
        return float(word.replace(",", ""))
    special = {"a": 1.0, "an": 1.0, "a couple of": 2.0, "a dozen": 12.0, "dozen": 12.0, "half a dozen": 6.0}
    special |= {"a hundred": 100.0, "hundred": 100.0}
    if word in special:
        return special[word]
    parts = word.split()
    if len(parts) == 1 and parts[0] in _ONES:
        return float(_ONES[parts[0]])
    if parts and parts[0] in _TENS:
        if len(parts) == 1:
            return float(_TENS[parts[0]])
        if len(parts) == 2 and 0 < _ONES.get(parts[1], 0) < 10:
            return float(_TENS[parts[0]] + _ONES[parts[1]])
    return None
