"""Amounts in text: value or range, unit, and what they are per."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources

from oreflow.news.numerals import DIGITS, FRACTIONS, SCALES, WORDS, small_number


@dataclass(frozen=True, slots=True)
class Quantity:
    """An amount as the text states it, in base units.

    Attributes:
        start: Offset of its first character.
        end: Offset after its last character.
        value: The number; None for a range.
        low: Smallest value that is meant, where the text says so.
        high: Largest value that is meant, where the text says so.
        unit: ``t``, ``t LCE``, ``GWh``, ``USD``, ``%``, ``pp``, ``x`` (a multiple), a thing counted, or a time.
        per: What it is per (``year``, ``month``, ``day``, ``quarter``, ``t``, ``kWh``), or ``""``.
        kind: ``mass``, ``energy``, ``volume``, ``money``, ``share``, ``points``, ``count``, ``time``, ``multiple``.
        sign: -1 or 1 where a sign or a word such as "halved" gives the direction, else 0.
        was: Value before a change, for "from X to Y".
    """

    start: int
    end: int
    value: float | None
    low: float | None
    high: float | None
    unit: str
    per: str
    kind: str
    sign: int = 0
    was: float | None = None

    @property
    def typical(self) -> float:
        """One number to compute with: the value, or the middle of the range."""
        if self.value is not None:
            return self.value
        ends = [v for v in (self.low, self.high) if v is not None]
        return sum(ends) / len(ends) if ends else 0.0


@dataclass(frozen=True, slots=True)
class _Unit:
    unit: str
    factor: float
    kind: str
    per: str = ""


_PER_KIND = {"_year": "year", "_month": "month", "_day": "day"}


@cache
def _units() -> tuple[re.Pattern[str], dict[str, _Unit], dict[str, _Unit]]:
    """Pattern of a unit, exact-case forms, forms of any case."""
    exact: dict[str, _Unit] = {}
    anycase: dict[str, _Unit] = {}
    text = resources.files("oreflow.news").joinpath("lexicon/units.csv").read_text("utf-8")
    for row in csv.DictReader(text.splitlines()):
        kind, _, per = row["kind"].partition("_")
        unit = _Unit(row["unit"], float(row["factor"]), kind, per)
        if row["case"]:
            exact[row["form"]] = unit
        else:
            anycase[row["form"].lower()] = unit
    forms = sorted([*exact, *anycase], key=len, reverse=True)
    body = "|".join(re.escape(f).replace(r"\ ", r"[ -]") for f in forms)
    return re.compile(rf"[ -]?({body})(?![A-Za-z0-9])", re.IGNORECASE), exact, anycase


_SYMBOLS = {
    "us$": "USD", "$": "USD", "a$": "AUD", "c$": "CAD", "au$": "AUD", "hk$": "HKD", "nz$": "NZD", "€": "EUR",
    "£": "GBP", "¥": "CNY", "₩": "KRW", "₹": "INR", "usd": "USD", "rmb": "CNY", "cny": "CNY", "eur": "EUR",
    "aud": "AUD", "cad": "CAD", "r$": "BRL",
}  # fmt: skip
_CURRENCY = r"(?:US|AU|HK|NZ|A|C|R)?\$|[€£¥₩₹]|\b(?:USD|RMB|CNY|EUR|AUD|CAD)(?=\s?\d)"
_SCALE = (
    r"(?:[ -]?(?:hundred thousand|thousand|million|billion|trillion|mln|bln|mio)\b|\s?(?:mn|bn"
    r"|tn)\b|[kKmMbB](?![A-Za-z])|\s(?:[mMkK])(?=\s(?:t|tonnes|tons)\b))"
)
_HALF_A = re.compile(r"\bhalf\s+(?:a|an)\s+(?P<scale>million|billion)(?=\s)", re.IGNORECASE)
_FRACTION = "|".join(re.escape(f).replace(r"\ ", "[ -]") for f in sorted(FRACTIONS, key=len, reverse=True))
_NUMBER = re.compile(
    rf"(?P<sign>(?<![\w)%])[-+])?(?P<cur>{_CURRENCY})?\s?(?:(?<![\w.,])|(?<=\$)|(?<=[€£¥₩₹])"
    rf"|(?<=(?:USD|RMB|CNY|EUR|AUD|CAD)))"
    rf"(?:(?P<digits>{DIGITS})(?![\d])|(?P<words>\b(?:{WORDS})\b))(?P<scale>{_SCALE})?",
    re.IGNORECASE,
)
_FRACTIONS = re.compile(
    rf"\b(?P<f>{_FRACTION})\b(?=\s+(?:of|its|their|the|from|in|less|more)\b|[.,;)]|$)", re.IGNORECASE
)
_MULTIPLE = re.compile(
    rf"\b(?P<verb>doubl(?:e|es|ed|ing)|tripl(?:e|es|ed|ing)|quadrupl(?:e|es|ed|ing)|halv(?:e|es|ed|ing))\b|"
    rf"\b(?P<n>{DIGITS}|{WORDS})[- ]?(?P<fold>fold|times(?!\s+of\b)|(?-i:x)(?![A-Za-z0-9]))",
    re.IGNORECASE,
)
_VERB_MULTIPLES = {"doubl": (2.0, 1), "tripl": (3.0, 1), "quadr": (4.0, 1), "halv": (0.5, -1)}

_LESS = (
    r"up to|as much as|as many as|no more than|not more than|at most|a maximum of|maximum"
    r"|not exceeding|capped at|less than|fewer than|under|below|just under|nearly|almost"
    r"|close to|approaching|<"
)
_MORE = (
    r"at least|no less than|not less than|a minimum of|minimum|more than|over|exceeding"
    r"|exceeds?|exceeded|above|upwards of|north of|just over|well over|in excess of|>"
)
_BOUND = re.compile(
    rf"(?:(?P<less>{_LESS})|(?P<more>{_MORE}))\s*(?:an?\s+)?(?:estimated\s+|about\s+|another\s+)?$",
    re.IGNORECASE,
)
_PER = re.compile(
    r"[ ]?(?:/|per[ -]|an?\s|each\s|every\s)\s?(?P<per>(?:metric\s+|dry\s+metric\s+)?tonnes?"
    r"|(?:metric\s+)?tons?|annum|year|yr|month|mo|day|week|quarter|kg|kilograms?|kilo|lbs?"
    r"|pounds?|kwh|mwh|gwh|barrel|bbl|ounce|oz|unit|t|y|d)\b(?!\s+(?:ago|earlier|later))"
    r"|[ ](?P<adverb>annually|yearly|monthly|daily|weekly|quarterly)\b",
    re.IGNORECASE,
)
_PERS = {
    "annum": "year", "yr": "year", "y": "year", "mo": "month", "d": "day", "annually": "year", "yearly": "year",
    "monthly": "month", "daily": "day", "weekly": "week", "quarterly": "quarter", "tonne": "t", "tonnes": "t",
    "ton": "t", "tons": "t", "metric tonne": "t", "metric ton": "t", "dry metric tonne": "t",
    "dry metric ton": "t", "kilogram": "kg", "kilograms": "kg", "kilo": "kg", "lbs": "lb", "pound": "lb",
    "pounds": "lb", "kwh": "kWh", "mwh": "MWh", "gwh": "GWh", "barrel": "bbl", "ounce": "oz",
}  # fmt: skip
_CONTENT = re.compile(
    r"(?:\s+of)?\s+(?:(?P<lce>lithium[ -]carbonate[ -]equivalent(?:\s*\(LCE\))?|LCE)"
    r"|(?P<reo>rare[ -]earth oxides?(?: equivalent)?|REO|TREO)"
    r"|(?:contained\s+)?(?P<lio>Li2O|lithium oxide))\b",
    re.IGNORECASE,
)
_ANNUAL = re.compile(r"\b(annual|yearly|monthly|daily|quarterly)\b(?:\s+[\w-]+){0,6}\s*$", re.IGNORECASE)
_CHANGE = re.compile(
    r"\b(?:rais|lift|increas|boost|expand|cut|lower|reduc|slash|trim|rose|ris|fell|fall|drop"
    r"|climb|jump|grow|grew|up|down|revis|upgrad|declin|hik|doubl)\w*\b[^.;]{0,60}\bfrom\s*$",
    re.IGNORECASE,
)


_COUNTED = re.compile(
    r"(?:\s(?!(?:of|in|at|to|and|or|from|by|the|per|for|on|with|its|their|a|an|has|have|is|are"
    r"|was|were|as)\b)[a-z][\w-]*){1,4}?"
    r"[ ](?P<noun>lines|mines|smelters|smelting facilities|refineries|plants|facilities"
    r"|projects|furnaces|vehicles|cars|"
    r"licences|licenses|permits)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Number:
    start: int
    end: int
    value: float
    currency: str
    sign: int
    scaled: bool
    letter: str


def find_quantities(text: str, taken: list[tuple[int, int]] | None = None) -> list[Quantity]:
    """Find all amounts with a unit in a text.

    Args:
        text: Folded text (see `oreflow.news.text.fold`).
        taken: Spans that are something else (dates), which no amount may overlap.

    Returns:
        Amounts in order, without overlaps, in base units (t, GWh, currency units, %).
    """
    busy = taken or []
    numbers = [n for n in map(_number, _NUMBER.finditer(text)) if n and not _overlaps(n.start, n.end, busy)]
    for m in _HALF_A.finditer(text):
        numbers.append(_Number(m.start(), m.end(), 0.5 * SCALES[m["scale"].lower()], "", 0, True, ""))
    numbers.sort(key=lambda n: n.start)
    out: list[Quantity] = []
    i = 0
    while i < len(numbers):
        quantity, used = _quantity(text, numbers, i)
        if quantity and not (out and quantity.start < out[-1].end):
            out.append(quantity)
        i += used
    out = _compared(text, out)
    out += [
        q for q in _words(text) if not _overlaps(q.start, q.end, [*busy, *((o.start, o.end) for o in out)])
    ]
    return sorted(out, key=lambda q: q.start)


_REACHED = re.compile(
    r"\bto\s+(?:a record\s+|about\s+|around\s+|roughly\s+|as (?:low|high|much|little) as\s+)?$", re.IGNORECASE
)
_DOWN_FROM = re.compile(
    r"[^.;\d]{0,60}?,?\s(?P<way>down|up)\sfrom\s(?:about\s|around\s|some\s|a record\s)?$", re.IGNORECASE
)


def _compared(text: str, found: list[Quantity]) -> list[Quantity]:
    """Join "12 million tons, down from 42 million": one amount with what it was before."""
    out: list[Quantity] = []
    for q in found:
        last = out[-1] if out else None
        between = _DOWN_FROM.fullmatch(text[last.end : q.start]) if last and last.unit == q.unit else None
        if last is not None and between and q.value is not None:
            sign = -1 if between["way"].lower() == "down" else 1
            out[-1] = replace(last, was=q.value, sign=sign)
            continue
        out.append(q)
    return out


def _overlaps(start: int, end: int, spans: list[tuple[int, int]]) -> bool:
    return any(start < b and a < end for a, b in spans)


def _number(match: re.Match[str]) -> _Number | None:
    word = match["digits"] or match["words"]
    value = small_number(word)
    if value is None:
        return None
    scale = (match["scale"] or "").strip(" -").lower()
    factor = SCALES["thousand"] * 100 if scale == "hundred thousand" else SCALES.get(scale, 1.0)
    letter = scale if len(scale) == 1 else ""
    currency = _SYMBOLS.get((match["cur"] or "").lower(), "")
    start = match.start() + len(match[0]) - len(match[0].lstrip())
    sign = {"-": -1, "+": 1}.get(match["sign"] or "", 0)
    return _Number(start, match.end(), value * factor, currency, sign, bool(scale), letter)


def _unit(text: str, at: int) -> tuple[_Unit, int] | None:
    pattern, exact, anycase = _units()
    match = pattern.match(text, at)
    if not match:
        return None
    form = match[1].replace("-", " ") if match[1].lower() not in anycase else match[1]
    unit = exact.get(match[1]) or anycase.get(form.lower())
    return (unit, match.end()) if unit else None


_RANGE = re.compile(r"\s?(?:-|to|and|or|from)\s?$", re.IGNORECASE)


def _quantity(text: str, numbers: list[_Number], i: int) -> tuple[Quantity | None, int]:
    """Read the amount that begins at number i; returns it and how many numbers it used."""
    first = numbers[i]
    unit1 = _unit(text, first.end)
    gap_from = unit1[1] if unit1 else first.end
    if i + 1 < len(numbers):
        second = numbers[i + 1]
        between = text[gap_from : second.start]
        unit2 = _unit(text, second.end)
        money2 = bool(second.currency and first.currency) or bool(
            first.currency and second.scaled and not first.scaled
        )
        before = text[max(0, first.start - 90) : first.start]
        linked = _RANGE.fullmatch(between) and len(between) <= 6
        word = between.strip().lower()
        if word == "and" and not re.search(r"\bbetween\s+(?:about\s+)?$", before, re.IGNORECASE):
            linked = None
        if word == "from" and not re.search(
            r"\bto\s+(?:a record\s+|about\s+|around\s+|roughly\s+|as (?:low|high|much|little) as\s+)?$",
            before,
            re.IGNORECASE,
        ):
            linked = None
        if linked and (unit2 or money2):
            same = unit1 is None or (unit2 is not None and unit1[0].kind == unit2[0].kind) or money2
            if same:
                return _pair(text, first, second, unit1, unit2, before, word), 2
    return _single(text, first, unit1), 1


def _pair(
    text: str,
    first: _Number,
    second: _Number,
    unit1: tuple[_Unit, int] | None,
    unit2: tuple[_Unit, int] | None,
    before: str,
    word: str,
) -> Quantity | None:
    if first.currency and not second.currency:
        second = replace(second, currency=first.currency)
    base = _single(text, second, unit2)
    if base is None or base.value is None:
        return base
    factor = base.value / second.value if second.value else 1.0
    scale = 1.0
    if second.scaled and not first.scaled and first.value <= second.value:
        # "2 to 3 million tonnes": the scale word stands for both.
        raw = small_number(
            re.sub(r"[^\d.,].*$", "", text[second.start : second.end].lstrip("$€£¥ -+")) or "1"
        )
        scale = second.value / raw if raw else 1.0
        if first.value * scale > second.value * 1.0001 and word != "to":
            scale = 1.0
    own = unit1[0].factor if unit1 else factor
    a, b = first.value * scale * own, base.value
    if word == "from":  # "to 50 percent from 25 percent"
        return replace(base, start=first.start, value=a, low=None, high=None, was=b)
    falls = a > b and re.search(r"\bfrom\s+$", before, re.IGNORECASE)
    if word == "to" and (falls or _CHANGE.search(before)):
        return replace(base, start=first.start, value=b, low=None, high=None, was=a)
    return replace(base, start=first.start, value=None, low=min(a, b), high=max(a, b))


def _single(text: str, n: _Number, unit: tuple[_Unit, int] | None) -> Quantity | None:
    value, end, name, kind, per = n.value, n.end, "", "", ""
    if n.currency:
        name, kind = n.currency, "money"
        if unit and unit[0].kind == "money":
            end = unit[1]
    elif unit:
        found, stop = unit
        if n.letter == "b" and found.kind != "money":
            return None
        value, end, name, kind, per = value * found.factor, stop, found.unit, found.kind, found.per
    else:
        counted = None if n.scaled else _COUNTED.match(text, n.end)
        if not counted:
            return None
        end, name, kind = counted.end(), _units()[2][counted["noun"].lower()].unit, "count"
    if kind in {"mass", "energy", "volume"}:
        content = _CONTENT.match(text, end)
        if content and name == "t":
            name = "t LCE" if content["lce"] else "t REO" if content["reo"] else "t Li2O"
            end = content.end()
    match = _PER.match(text, end) if kind not in {"time", "points"} else None
    if match is None and kind in {"mass", "energy"}:
        # "tonnes of spodumene concentrate a year": the period may stand a few words on.
        later = re.match(
            r"(?:\s+of)?(?:\s+(?!(?:a|an|per|each|every)\b)[a-z][\w-]*){1,5}(?=\s(?:a|an|per|each"
            r"|every|annually|monthly)\b|/)",
            text[end:],
            re.I,
        )
        match = _PER.match(text, end + later.end()) if later else None
        if match and (match["per"] or "").lower() in {"t", "ton", "tonne", "kg"}:
            match = None
    if match:
        word = (match["per"] or match["adverb"]).lower()
        word = _PERS.get(word, word)
        allowed = (
            {"year", "month", "quarter"} if kind == "share" else {"year", "month", "day", "week", "quarter"}
        )
        if kind == "money" or word in allowed:
            per, end = word, match.end()
    if not per and kind in {"mass", "energy", "volume"}:
        annual = _ANNUAL.search(text[max(0, n.start - 60) : n.start])
        if annual and not re.search(r"[.;]", text[max(0, n.start - 60) : n.start][annual.start() :]):
            per = _PERS.get({"annual": "annually"}.get(annual[1].lower(), annual[1].lower()), "")
    low, high = _bounds(text, n.start, value, spatial=kind != "time")
    return Quantity(n.start, end, value, low, high, name, per, kind, n.sign)


def _bounds(
    text: str, start: int, value: float, *, spatial: bool = True
) -> tuple[float | None, float | None]:
    """Bounds that words in front state; "over three months" is a length, not a bound."""
    match = _BOUND.search(text[max(0, start - 40) : start])
    if not match or (not spatial and match[0].split()[0].lower() in {"over", "under", "above", "below"}):
        return None, None
    if match["less"]:
        return None, value
    return value, None


def _words(text: str) -> list[Quantity]:
    """Fractions and multiples in words."""
    out = []
    for m in _FRACTIONS.finditer(text):
        share = round(100 * FRACTIONS[m["f"].lower().replace("-", " ")], 2)
        low, high = _bounds(text, m.start(), share)
        out.append(Quantity(m.start(), m.end(), share, low, high, "%", "", "share"))
    for m in _MULTIPLE.finditer(text):
        if m["verb"]:
            value, sign = _VERB_MULTIPLES[next(k for k in _VERB_MULTIPLES if m["verb"].lower().startswith(k))]
        else:
            number = small_number(m["n"])
            if number is None:
                continue
            value, sign = number, 0
        low, high = _bounds(text, m.start(), value)
        out.append(Quantity(m.start(), m.end(), value, low, high, "x", "", "multiple", sign))
    return out
