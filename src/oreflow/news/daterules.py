"""How dates are written: patterns by the word they begin with.

A pattern is tried only where its first word stands, and all its repeats are bounded, so that reading takes time in
proportion to the text. In patterns a space stands for white space, of a bounded length too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from oreflow.news import datewords as words
from oreflow.news import interval as iv
from oreflow.news.datewords import MONTHS, ORDINALS, SEASONS, WEEKDAYS, Builder
from oreflow.news.interval import Interval
from oreflow.news.numerals import WORDS


def compiled(pattern: str) -> re.Pattern[str]:
    """Compile a pattern in which a space stands for any white space; letters match in either case."""
    return re.compile(pattern.replace(" ", r"\s{1,8}"), re.IGNORECASE)


class Rule(NamedTuple):
    """A way to write a date.

    Attributes:
        pattern: Matches it from its first word on.
        build: What it means.
        floats: Whether a match that names no year may be moved by one.
        role: Role it has by itself.
    """

    pattern: re.Pattern[str]
    build: Builder
    floats: bool = False
    role: str = ""


def _rule(pattern: str, build: Builder, *, floats: bool = False, role: str = "") -> Rule:
    return Rule(compiled(pattern), build, floats, role)


_LONG = [m for m in MONTHS if len(m) > 4 or m in {"may", "june", "july"}]
_SHORT = [m for m in MONTHS if m not in _LONG]
_MONTH = rf"(?P<m>(?:{'|'.join(_LONG)}|(?:{'|'.join(_SHORT)})\b\.?)(?!\w))"
_WEEKDAY = rf"(?P<w>{'|'.join(WEEKDAYS)})(?!\w)"
# A number that goes on, or counts something, is no day and no year.
_COUNTED = (
    r"percent|per cent|pct|percentage|tonnes?|tons?|tpa|tpy|[kmg]?t|kilotonnes|[km]g|lbs?|pounds?|ounces?|oz|[km]?m|km2"
    r"|kilometres|metres|meters|miles|feet|bbl|bpd|barrels|[kmgt]wh?|megawatts?|gigawatts?|hectares|acres"
    r"|(?:thousand|million|billion|trillion)|[mb]n|mln|bln|yuan|dollars|euros|yen|cents|hours|hrs|gmt|utc|est|edt|cet"
    r"|bst|local time|points|basis"
)
_MORE = rf"(?!\w|[.:/]\d|,\d(?!\d{{3}}\b)|\s{{0,8}}%|[\s-]{{1,8}}(?:{_COUNTED})\b)"
_NO_RANGE = rf"(?! (?:to|or|and) \d[\d,.]{{0,9}}\s?(?:{_COUNTED})\b)"
_D = r"(?P<d>[0-3]?\d)(?:st|nd|rd|th)?(?!\d)"
_D2 = r"(?P<d2>[0-3]?\d)(?:st|nd|rd|th)?(?!\d)"
_Y = r"(?P<y>(?:19|20)\d\d)"
_YY = rf"(?P<yy>[0-4]\d)(?![\w%-]|[.,:]\d| (?:{'|'.join(MONTHS)})\b)"
_REL = r"(?:the )?(?P<rel>last|this|next|that|same|previous) (?:(?:fiscal|financial|calendar) )?year\b"
_FISCAL = r"(?:(?:FY|(?:fiscal|financial|calendar)(?: year)?)\s?)?"
_OF = rf"(?:(?:,? |,|-)(?:of )?{_Y}{_MORE}|,? (?:of )?{_REL}|(?:\s?'|-){_YY})"
_OF_QUARTER = (
    rf"(?:(?:,? |-)?(?:of )?(?:the )?{_FISCAL}{_Y}{_MORE}|,? (?:of )?{_REL}|(?:\s?(?:'|FY\s?'?|-))?{_YY}"
    r"| of the (?:(?:fiscal|financial|calendar) )?year(?!\w|-| to))"
)
_UNIT = r"(?P<unit>day|week|fortnight|month|quarter|year|decade)"
_KIND = r"(?:(?:calendar|fiscal|financial|business|full|trading|marketing) )?"
_WAY = r"(?:this )?(?P<way>coming|past|last|next|this)"
COUNT = rf"(?:half an?(?! dozen)|\d{{1,3}}(?:\.\d)?|{WORDS}|an?|(?:a )?couple(?: of)?|(?:a )?few|several)"
"""Regular expression of a count of units of time."""

_MONTH_RULES = (
    _rule(
        rf"{_MONTH}\s{{0,8}}(?:the )?{_D}(?:\s?(?:-|to|through|and)\s?{_D2})?{_MORE}{_OF}?(?!\w)",
        words.absolute,
        floats=True,
    ),
    _rule(rf"{_MONTH}{_OF}?(?!\w|-in\b)", words.absolute, floats=True),
    _rule(rf"{_MONTH}(?: |-)quarter(?!\w){_OF}?", words.month_quarter, floats=True),
)
_DAY_RULES = (
    _rule(
        rf"{_D}(?:\s?(?:-|to|through|until|and)\s?{_D2})?(?:(?: of)? |-){_MONTH}{_OF}?(?!\w)",
        words.absolute,
        floats=True,
    ),
    _rule(rf"(?P<a>[0-3]?\d)([/.])(?P<b>[0-3]?\d)\2{_Y}(?!\w|[.,/-]\d)", words.slashed),
    _rule(r"(?P<a>[0-3]?\d)/(?P<b>[0-3]?\d)/(?P<yy>[1-4]\d)(?!\w|[.,/-]\d)", words.slashed),
    _rule(rf"{_D} (?:day )?of (?P<which>this|last|next) month\b", words.day_of_month),
)
_YEAR_RULES = (
    _rule(rf"{_Y}-(?P<mm>[01]\d)-(?P<d>[0-3]\d)(?!\d)", words.iso_),
    _rule(rf"{_Y}([/.])(?P<mm>[01]?\d)\2(?P<d>[0-3]?\d)(?!\w|[/.]\d)", words.iso_),
    _rule(rf"{_Y}(?:[-/](?P<y2>(?:20)?\d\d)|\s?-\s?(?P<y4>20\d\d))?(?!-\d){_MORE}{_NO_RANGE}", words.year_),
    _rule(rf"{_Y}(?:[-/](?P<y2>(?:20)?\d\d))? (?:fiscal|financial) year\b", words.fiscal),
)
_DECADE_RULES = (_rule(r"(?P<y>(?:19|20)\d0)s(?!\w)", words.decade_),)
_CODE_RULES = (
    _rule(rf"(?P<kind>[QH])(?P<q>[1-4]){_OF_QUARTER}?(?!\w)", words.quarter_, floats=True),
    _rule(rf"(?P<q>[1-9])(?P<kind>[QHM]){_OF_QUARTER}?(?!\w)", words.quarter_, floats=True),
    _rule(rf"FY\s?'?(?:{_Y}|(?P<yy>[0-4]\d))(?:[-/](?P<y2>(?:20)?\d\d))?(?!\w|[.,]\d|\s?%)", words.fiscal),
)
_ORDINAL_RULES = (
    _rule(
        rf"(?P<ord>{'|'.join(ORDINALS)})(?: |-)(?:fiscal |financial )?(?P<kind>quarter|half)(?:[\s-]year)?"
        rf"{_OF_QUARTER}?"
        r"(?!\w|-(?:on|year|hour|century)| (?:of|hour|century|year)\b)",
        words.quarter_,
        floats=True,
    ),
    _rule(
        rf"first (?P<n>{COUNT})(?: |-)(?P<unit>month|quarter)s?(?!\w| (?:of|as|in|after|since|at|on)\b)",
        words.first_months,
        floats=True,
    ),
)
_RELATIVE_RULES = (
    _rule(
        rf"(?P<rel>last|this|next|previous|prior|current|coming|following|past) {_KIND}"
        r"(?P<unit>day|night|week|month|quarter|year|decade)(?!\w|-(?:end|on|ago|long|old|high|low|to))",
        words.relative,
    ),
    _rule(
        rf"(?P<rel>last|past|previous|next|coming|following|recent) (?:(?P<n>{COUNT})(?: |-))?"
        r"(?P<unit>hour|day|week|fortnight|month|quarter|year|decade)s(?!\w)",
        words.past,
    ),
    _rule(rf"{_WAY} {_WEEKDAY}", words.weekday),
    _rule(rf"{_WAY} {_MONTH}(?! ?\d)", words.absolute),
    _rule(rf"{_WAY} weekend(?!\w)", words.weekend),
    _rule(rf"{_WAY} (?P<season>{'|'.join(SEASONS)})(?!\w|-| (?:in|of|to|from|by)\b)", words.season),
    _rule(r"this (?:morning|afternoon|evening)\b", words.nearby),
)
_YEAR_WORD_RULES = (
    _rule(rf"year,? (?:of )?{_Y}{_MORE}", words.year_),
    _rule(r"(?P<unit>year|month|quarter)(?: |-)to(?: |-)date\b", words.to_date),
    _rule(
        rf"(?P<unit>year|month|quarter|week|decade)(?:'s |-| )end(?!\w)(?:{_OF})?",
        words.unit_end,
    ),
    _rule(r"(?P<unit>day|week|month|year)s (?P<rel>ahead(?! of)|to come)\b", words.past),
    _rule(r"day (?P<far>before|after) (?:yesterday|tomorrow)\b", words.nearby),
)
_MID_RULES = (
    _rule(r"(?P<part>end|mid)-(?P<unit>year|month|week|quarter|decade)(?!\w|-)", words.unit_end, floats=True),
    _rule(r"(?P<part>mid)\s?(?P<unit>year|month|week|quarter|decade)(?!\w|-)", words.unit_end, floats=True),
)


_TURNS = ("last", "this", "next", "previous", "prior", "current", "coming", "following", "past", "recent")
_UNIT_WORDS = ("day", "days", "week", "weeks", "month", "months", "quarter", "year", "years", "decade")


def _table() -> dict[str, tuple[Rule, ...]]:
    out: dict[str, tuple[Rule, ...]] = {}

    def add(keys: Iterable[str], *rules: Rule) -> None:
        for key in keys:
            out[key] = out.get(key, ()) + rules

    add(MONTHS, *_MONTH_RULES)
    add(("1st", "2nd", "3rd", "4th"), *_DAY_RULES)
    add(ORDINALS, *_ORDINAL_RULES)
    add(_TURNS, *_RELATIVE_RULES)
    add(WEEKDAYS, _rule(_WEEKDAY, words.weekday))
    add(
        SEASONS,
        _rule(
            rf"(?P<season>{'|'.join(SEASONS)})"
            rf"(?:(?:,| of)? {_Y}(?:[-/](?:20)?\d\d)?{_MORE}|(?:,| of)? {_REL})?(?!\w|-)",
            words.season,
            floats=True,
        ),
    )
    add(("yesterday", "today", "tomorrow", "tonight", "overnight"), _rule(r"\w{1,9}", words.nearby))
    add(("effective",), _rule(r"effective immediately", words.nearby, role="from"))
    add(("with",), _rule(r"with immediate effect", words.nearby, role="from"))
    add(("ytd",), _rule(r"ytd", words.to_date))
    add(
        _UNIT_WORDS,
        *_YEAR_WORD_RULES,
    )
    add(("end", "mid", "midyear", "midmonth", "midweek"), *_MID_RULES)
    add(("weekend",), _rule(r"weekend(?!\w|-)", words.weekend))
    add(
        ("fiscal", "financial", "calendar"),
        _rule(
            rf"(?:fiscal|financial|calendar)(?: year)?,? (?:{_Y}|'(?P<yy>\d\d))(?:[-/](?P<y2>(?:20)?\d\d))?{_MORE}",
            words.fiscal,
        ),
    )
    add(
        ("within",),
        _rule(r"(?P<rel>within) (?P<unit>day|week|month|year)s(?!\w)", words.past),
        _rule(r"within (?:the|this) (?P<unit>week|month|quarter|year|decade)(?!\w)", words.within_unit),
    )
    add(("new",), _rule(r"new year(?!\w|')", words.new_year))
    add(
        ("lunar", "chinese", "spring", "christmas"),
        _rule(
            r"(?:(?:lunar|chinese) new year|spring festival|(?P<christmas>christmas)(?: day| eve)?"
            rf"(?! (?:island|creek|shop|sale|holiday|season|party)))(?!\w){_OF}?",
            words.holiday,
        ),
    )
    return out


PIECE = compiled(
    r"(?P<part0>early|mid)(?: |-)(?:to|or)(?: |-)(?P<part1>mid|late)(?: |-)(?:in )?"
    r"|(?P<part>early|mid|middle|late)(?:-| (?:(?:part|days|weeks|months|stages) )?(?:of|in|on) (?:the )?| (?:the )?)"
    r"|(?P<edge>end|beginning|start|outset|close)(?:-(?:of-)?(?:the-)?| of (?:the )?)"
    r"|(?P<bare>end) "
    r"|(?P<drift>earlier|later)(?: (?:in|on))? (?:the )?"
    r"|(?P<rest>rest|remainder|balance) of (?:the )?"
    r"|(?P<sofar>so far) (?:in )?(?:the )?"
    rf"|(?P<ord>{'|'.join(ORDINALS)})(?: |-)(?:(?P<n>{COUNT}) )?"
    r"(?P<unit>half|quarter|third|day|week|fortnight|month|year)(?P<many>s?) (?:of|(?P<in>in)) (?:the )?"
    rf"|(?P<w>{'|'.join(WEEKDAYS)})(?:, | \(| )(?:the )?"
    r"|week (?P<week>of|beginning|commencing|starting)(?: on)? (?:the )?"
)
"""What stands in front of a date and takes a part of it: "early", "the first week of", "the rest of"."""

_FRONTS = (
    "early mid middle late end beginning start outset close earlier later rest remainder balance so week"
)
PIECES = frozenset([*_FRONTS.split(), *ORDINALS, *WEEKDAYS])
"""First words of `PIECE`."""

WHOLE = compiled(
    r"(?:(?:calendar|fiscal|financial|current) )?(?P<unit>year|month|week|quarter|decade)"
    r"(?!\w|-| (?:to|ended|ending)\b)"
)
"""A bare unit behind a piece: "the end of the year"."""

LENGTH = compiled(
    rf"(?:{COUNT}(?: to | or |-))?(?P<n>{COUNT})(?: |-)"
    r"(?P<unit>hour|day|week|fortnight|month|quarter|year|decade)s?(?P<half> and a half)?(?!\w)"
)
"""A length of time: "three months", "two to three weeks"."""

STRETCH = compiled(
    rf"(?:(?P<n>{COUNT})(?: |-))?(?P<unit>half(?:[\s-]year)?|day|week|fortnight|month|quarter|year|decade)(?P<many>s?)"
    r" (?:period )?(?:(?P<to>to|through|until|up to|(?:that |which )?ended|ending)(?: on)?"
    r"|from|starting|beginning|commencing) (?:the )?"
)
"""A length up to or from a date: "the three months to June"."""

_COUNTS = (
    "a an one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety dozen hundred few several couple "
    "half week weeks month months quarter quarters year years decade decades fortnight"
)
LENGTHS = frozenset(_COUNTS.split())
"""First words of `LENGTH` and `STRETCH`, besides figures."""

FOOT = compiled(
    r" (?:(?P<ago>ago|earlier|prior|previously)|(?P<hence>from (?:now|today)|hence|ahead(?! of))"
    r"|(?P<later>later|afterwards?)|(?P<after>after)|(?P<before>before))\b"
    r"(?! (?:than|this|in|on|next)\b)|(?:'s?|s')? (?P<time>time)\b"
)
"""What turns a length into a date: "ago", "from now", "later"."""

_TABLE = _table()
STARTS = frozenset(_TABLE)
"""Words that dates begin with."""

CODES = frozenset({"q1", "q2", "q3", "q4", "h1", "h2", "fy"})
"""First letters of abbreviations that dates begin with."""


def of(word: str) -> tuple[Rule, ...]:
    """Rules for dates that begin with a word.

    Args:
        word: In lower case.

    Returns:
        The rules, none for most words.
    """
    found = _TABLE.get(word)
    if found is not None:
        return found
    if not word[0].isdigit():
        return _CODE_RULES if word[:2] in CODES else ()
    if word[1:2] in {"q", "h", "m"}:
        return _CODE_RULES
    if len(word) <= 2 or word[-2:] in {"st", "nd", "rd", "th"}:
        return _DAY_RULES if len(word) <= 4 else ()
    if len(word) >= 4 and word[:2] in {"19", "20"}:
        return _DECADE_RULES if word[-1] == "s" else _YEAR_RULES
    return ()


_HAN = re.compile(
    r"(?<![0-9])(?=[0-9去今明前后上本下这第一二三四昨年月])"
    r"(?:(?P<y>(?:19|20)[0-9]{2})年|(?P<rel>[去今明前后上本])年)?"
    r"(?:(?P<m>1[0-2]|0?[1-9])(?:[-~至到](?P<m2>1[0-2]|[1-9]))?月(?:(?P<d>[0-3]?[0-9])[日号])?"
    r"|第?(?P<q>[一二三四])季度|(?P<half>[上下])半年|(?P<way>[上本下这])个?(?P<unit>周|星期|月|季度)"
    r"|(?P<near>[昨今明])[日天]|(?P<bare>[年月])(?=[初中底末]))?(?P<edge>[初底末]|中(?!国))?"
)
_HAN_STEPS = {"去": -1, "上": -1, "前": -2, "今": 0, "本": 0, "这": 0, "明": 1, "下": 1, "后": 2, "昨": -1}
_HAN_UNITS = {"周": "week", "星期": "week", "月": "month", "季度": "quarter", "年": "year"}
_HAN_EDGES = {"初": "start", "中": "mid", "底": "end", "末": "end"}


def chinese(text: str, ref: date | None) -> list[tuple[int, int, Interval]]:
    """Find dates in Chinese characters, as they stand in names of documents and in quotes.

    Args:
        text: Any text.
        ref: The article's date, None when unknown.

    Returns:
        Start, end and meaning of each, in order.
    """
    out = []
    for match in _HAN.finditer(text):
        if match.end() > match.start():
            try:
                found = _han(match, ref)
            except (ValueError, OverflowError):
                continue
            if found is not None:
                out.append((match.start(), match.end(), found))
    return out


def _han(match: re.Match[str], ref: date | None) -> Interval | None:
    def has(name: str) -> str:
        return match[name] or ""

    year: int | None = int(has("y")) if has("y") else None
    if year is None and ref is not None:
        year = ref.year + _HAN_STEPS.get(has("rel"), 0)
    found: Interval | None = None
    if has("m"):
        number, last = int(has("m")), int(has("m2") or has("m"))
        if year is None:
            label = f"XXXX-{number:02d}" + (f"-{int(has('d')):02d}" if has("d") else "")
            return Interval(None, None, f"{label}/XXXX-{last:02d}" if has("m2") else label)
        found = iv.month(year, number)
        if has("d"):
            found = words.day_of(year, number, int(has("d")))
        elif has("m2"):
            found = Interval(found.start, iv.month(year, last).end) if number < last else None
        if found and ref and not has("y") and not has("rel"):
            day, years = ref, (iv.moved(found, k) for k in (0, -1, 1))
            found = min(years, key=lambda i: iv.apart(i, day, ahead=2))
    elif year is None:
        return None
    elif has("q") or has("half"):
        of, number = (4, "一二三四".index(has("q")) + 1) if has("q") else (2, "上下".index(has("half")) + 1)
        found = iv.nth(iv.year(year), number, of)
    elif has("near") and ref:
        found = iv.day(ref + timedelta(days=_HAN_STEPS[has("near")]))
    elif has("way") and ref:
        found = iv.unit_at(ref, _HAN_UNITS[has("unit")], _HAN_STEPS[has("way")])
    elif has("bare") and ref:
        found = iv.unit_at(ref.replace(year=year), _HAN_UNITS[has("bare")], 0)
    elif has("y") or has("rel"):
        found = iv.year(year)
    return iv.part(found, _HAN_EDGES.get(has("edge"), "")) if found else None
