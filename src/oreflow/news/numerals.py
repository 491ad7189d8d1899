"""Numbers as people write them: in digits, in words, and with the words that multiply them."""

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
SMALL: dict[str, int] = {**_ONES, **_TENS}
"""Words for numbers below a hundred."""

_WORD = "|".join(sorted(SMALL, key=len, reverse=True))

DIGITS = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
"""Regular expression of a number in digits."""

WORDS = (
    rf"(?:{'|'.join(_TENS)})[- ](?:{'|'.join(list(_ONES)[1:10])})\b"
    rf"|(?:{_WORD})|(?:half\s+)?a dozen|dozen|a hundred|hundred"
)
"""Regular expression of a number in words."""

COUNT = rf"(?:{DIGITS}|{WORDS}|a couple of|an?)"
"""Regular expression of a count in front of a unit of time."""

SCALES: dict[str, float] = {
    "hundred": 1e2,
    "thousand": 1e3,
    "k": 1e3,
    "lakh": 1e5,
    "lakhs": 1e5,
    "lac": 1e5,
    "million": 1e6,
    "mn": 1e6,
    "mln": 1e6,
    "mio": 1e6,
    "m": 1e6,
    "mm": 1e6,
    "crore": 1e7,
    "crores": 1e7,
    "cr": 1e7,
    "billion": 1e9,
    "bn": 1e9,
    "bln": 1e9,
    "b": 1e9,
    "trillion": 1e12,
    "tn": 1e12,
    "trn": 1e12,
}
"""Words and letters that multiply a number; those of `LETTERS` count only beside a currency or a unit."""

LETTERS = frozenset({"k", "m", "mm", "b", "cr"})
"""Scales so short that they may be something else."""

HAN_SCALES: dict[str, float] = {"百": 1e2, "千": 1e3, "万": 1e4, "亿": 1e8}
"""Chinese characters that multiply a number, and one another."""

VAGUE: dict[str, tuple[float, float]] = {
    "tens": (20, 90),
    "dozens": (24, 90),
    "scores": (40, 90),
    "hundreds": (200, 900),
    "thousands": (2e3, 9e3),
    "millions": (2e6, 9e6),
    "billions": (2e9, 9e9),
    "trillions": (2e12, 9e12),
    "several": (3, 9),
    "few": (2, 5),
}
"""What is meant by numbers that are no numbers: from the second to the ninth of the kind ("several" and "few" of
what stands behind them, "dozens" of whole dozens)."""

PARTS: dict[str, int] = {
    "half": 2, "halves": 2, "third": 3, "thirds": 3, "quarter": 4, "quarters": 4, "fourth": 4, "fourths": 4,
    "fifth": 5, "fifths": 5, "sixth": 6, "sixths": 6, "seventh": 7, "sevenths": 7, "eighth": 8, "eighths": 8,
    "ninth": 9, "ninths": 9, "tenth": 10, "tenths": 10, "twentieth": 20, "hundredth": 100, "hundredths": 100,
}  # fmt: skip
"""Words for parts of a whole, with how many make it."""

SIGNS: dict[str, float] = {"½": 1 / 2, "⅓": 1 / 3, "⅔": 2 / 3, "¼": 1 / 4, "¾": 3 / 4, "⅛": 1 / 8}
"""Fractions written as one character."""

_SPECIAL = {
    "a": 1.0,
    "an": 1.0,
    "a couple of": 2.0,
    "a dozen": 12.0,
    "dozen": 12.0,
    "half a dozen": 6.0,
    "a hundred": 100.0,
    "hundred": 100.0,
}


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
    if word in _SPECIAL:
        return _SPECIAL[word]
    parts = word.split()
    if len(parts) == 1 and parts[0] in SMALL:
        return float(SMALL[parts[0]])
    if len(parts) == 2 and parts[0] in _TENS and 0 < _ONES.get(parts[1], 0) < 10:
        return float(_TENS[parts[0]] + _ONES[parts[1]])
    return None


_PLAIN = re.compile(
    r"[0-9]+|[0-9]*\.[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]{1,2}(?:,[0-9]{2})+,[0-9]{3}(?:\.[0-9]+)?"
)
_SPACED = re.compile(r"[0-9]{1,3}(?: [0-9]{3})+(?:[.,][0-9]+)?")
_DOTTED = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3}){2,}(?:,[0-9]+)?|[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]{1,2}")
_LONGEST = 24


def figure(text: str) -> float | None:
    """Return the number that a figure stands for.

    Commas may group thousands, or lakhs and crores; spaces may, and points where there are at least two of them;
    a comma before one or two digits is a decimal comma.

    Args:
        text: Digits with commas, points and spaces.

    Returns:
        The number, or None for a date, a version, a list, or anything else that is not one number.
    """
    if len(text) > _LONGEST or (len(text) > 1 and not text.strip("0 ,")):
        return None
    if _PLAIN.fullmatch(text):
        return float(text.replace(",", ""))
    if _SPACED.fullmatch(text):
        return float(text.replace(" ", "").replace(",", "."))
    if _DOTTED.fullmatch(text):
        return float(text.replace(".", "").replace(",", "."))
    if re.fullmatch(r"[0-9]+,[0-9]{1,2}", text):
        return float(text.replace(",", "."))
    return None
