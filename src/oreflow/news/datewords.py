"""What the words of a date mean: each kind of match to its interval."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from oreflow.news import interval as iv
from oreflow.news.interval import Interval
from oreflow.news.numerals import small_number

_MONTH_NAMES = (
    "january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
    "september sept sep", "october oct", "november nov", "december dec",
)  # fmt: skip
MONTHS = {name: i + 1 for i, names in enumerate(_MONTH_NAMES) for name in names.split()}
WEEKDAYS = {
    n: i for i, n in enumerate(["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"])
}
ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4, "opening": 1,
    "closing": 0, "latter": 2, "final": 0, "last": 0,
}  # fmt: skip
"""Ordinals; 0 is the last of however many."""

# Seasons of the north, where most metal is used.
SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
_LUNAR = {
    2023: (1, 22), 2024: (2, 10), 2025: (1, 29), 2026: (2, 17), 2027: (2, 6), 2028: (1, 26), 2029: (2, 13),
    2030: (2, 3), 2031: (1, 23),
}  # fmt: skip
_STEPS = {"last": -1, "previous": -1, "prior": -1, "past": -1, "next": 1, "coming": 1, "following": 1}

# What stands around a word tells a date from a name, an amount or a verb.
_OVER = re.compile(r"\b(?:over|in|during|within|for) the\s{1,8}$", re.IGNORECASE)
_NO_YEAR = re.compile(
    r"(?:[$€£¥#&]|\d[.,/:-]|\b(?:RMB|CNY|USD|EUR|Rs|No|[Vv]ersion|[Mm]odel|[Rr]oute|[Hh]ighway|[Rr]oom|[Aa]rticle"
    r"|[Ss]ection|[Pp]age|ISO|Windows|Russell|Stoxx|STOXX|[Vv]ision|Agenda|Project|Expo|[Mm]ade in China))"
    r"\.?[\s-]{0,2}$"
)
_PEOPLE = re.compile(
    r"[\s-](?:workers|people|jobs|employees|staff|miners|units|vehicles|cars|companies|shares)\b"
)
_SMALL = re.compile(r"(?:^|[^\w'])[a-z][a-z']{0,20},?\s{1,8}$|\d\)?\s{1,8}$|[-/(]$")
_NAMED = re.compile(r"\s{1,8}(?:[A-Z][a-z]|del?\b|van\b|von\b)")
_TRADE = re.compile(
    r"'s\b|\s{1,8}(?:exports?|imports?|output|producti|shipment|sales|deliver|data|figures|prices?|trade)"
)
_JOIN = re.compile(r"\s?-\s?[A-Z]")
_HALF = re.compile(
    r"\b(?:in|by|during|since|until|till|before|after|through|early|late|mid|for|end)[\s-]{1,8}$", re.I
)
_FIRM = re.compile(r"\s(?:Metals|Inc|Holdings|Corp|Ltd|Earth|Lithium|Battery)\b")
_TITLE = re.compile(r"(?:every|each|Black|Good|Super|Cyber|Bloody|Ash)\s$")
_DAY_OF = re.compile(
    r"\b(?:on|by|until|till|since|said|told|late|early|from|of|before|after|through|reuters)\s$", re.I
)
_NAME = re.compile(r"\s[A-Z][a-z]")
_WILL = re.compile(
    r"\b(?:will|would|due|scheduled|slated|set|expected|plans?|planned|likely|effective|starting|beginning)\s"
    r"(?:(?!said|told|says|announced|that\b)[^.,;:\s]{1,20}\s){0,8}$"
)


@dataclass(frozen=True, slots=True)
class Context:
    """What a date is read against.

    Attributes:
        ref: The article's date, None when unknown.
        lead: Word in front of it: ``since``, ``by``, ``until``, ``before``, ``after``, ``from``, ``open`` (not
            before), ``ended`` (the months to it), ``in`` for any other preposition, or ``""``.
        told: Date read last in the same text, for "a year earlier".
        until: Offset of its end.
    """

    ref: date | None
    lead: str = ""
    told: Interval | None = None
    until: int = 0


Builder = Callable[["re.Match[str]", Context], "Interval | None"]


def group(match: re.Match[str], name: str) -> str:
    """A group in lower case, ``""`` where the pattern has none or it is empty."""
    return str(match.groupdict().get(name) or "").lower()


def left_of(match: re.Match[str], width: int = 24) -> str:
    """The text in front of a match."""
    return match.string[max(0, match.start() - width) : match.start()]


def vague(words: str) -> bool:
    """Whether a count is "a few" or "several"."""
    return words.split()[-1:] in (["few"], ["several"])


def count(words: str) -> float | None:
    """The number that a count of days or months stands for."""
    if vague(words):
        return iv.FEW
    if words.startswith("half a") and not words.endswith("dozen"):
        return 0.5
    return 2.0 if "couple" in words else small_number(words)


def given_year(match: re.Match[str], c: Context) -> int | None:
    """The year that a match names or points to ("last year"), if it does."""
    if y := group(match, "y"):
        return int(y)
    if yy := group(match, "yy"):
        return 2000 + int(yy)
    rel = group(match, "rel")
    if rel in {"that", "same"}:
        return c.told.start.year if c.told and c.told.start else None
    return c.ref.year + _STEPS.get(rel, 0) if rel and c.ref else None


def _is_month(match: re.Match[str], c: Context, *, alone: bool) -> bool:
    """Whether it is the month rather than a verb or a name: "They may", "March on", "Jan de Nul"."""
    name = match["m"]
    if not name[0].isupper() or (alone and name in {"MAY", "MARCH"}):
        return False
    bare = name.lower()
    doubtful = bare in {"march", "may"} or len(bare.rstrip(".")) == 3
    if not alone or not doubtful:
        return True
    behind = match.string[match.end() : match.end() + 12]
    if c.lead or _SMALL.search(left_of(match)) or _JOIN.match(behind):
        return bare in {"may", "march"} or "." in bare or not _NAMED.match(behind)
    return _TRADE.match(behind) is not None


def absolute(match: re.Match[str], c: Context) -> Interval | None:
    """A day, several days of a month, or a month; with or without the year."""
    number, d, d2 = MONTHS[group(match, "m").rstrip(".")], group(match, "d"), group(match, "d2")
    dated = any(group(match, k) for k in ("y", "yy", "rel"))
    if not _is_month(match, c, alone=not d and not dated and not group(match, "way")):
        return None
    if d2 and int(d2) <= int(d):
        return None
    year = given_year(match, c)
    if year is None and c.ref is None:
        month = f"XXXX-{number:02d}"
        if d and not (day_of(2000, number, int(d)) and day_of(2000, number, int(d2 or d))):
            return None
        label = f"{month}-{int(d):02d}" if d else month
        return Interval(None, None, f"{label}/{month}-{int(d2):02d}" if d2 else label)
    if year is None:
        year = iv.month_near(number, c.ref or date(2000, 1, 1), c.lead, group(match, "way"))
    if not d:
        return iv.month(year, number)
    first, last = day_of(year, number, int(d)), day_of(year, number, int(d2 or d))
    return Interval(first.start, last.end) if first and last else None


def day_of(year: int, number: int, d: int) -> Interval | None:
    """A day, None when the calendar has none."""
    try:
        return iv.day(date(year, number, d))
    except ValueError:
        return None


def iso_(match: re.Match[str], c: Context) -> Interval | None:
    """``2025-08-09``."""
    return day_of(int(match["y"]), int(match["mm"]), int(match["d"]))


def slashed(match: re.Match[str], c: Context) -> Interval | None:
    """Day/month or month/day: where both readings are possible, the stretch that holds both."""
    a, b, y = int(match["a"]), int(match["b"]), given_year(match, c) or 1
    readings = [r for r in (day_of(y, b, a), day_of(y, a, b)) if r is not None]
    days = sorted(r.start for r in readings if r.start)
    return Interval(days[0], days[-1]) if days else None


def day_of_month(match: re.Match[str], c: Context) -> Interval | None:
    """``the 9th of this month``."""
    if c.ref is None:
        return None
    month = iv.unit_at(c.ref, "month", _STEPS.get(group(match, "which"), 0)).start
    return day_of(month.year, month.month, int(match["d"])) if month else None


def month_quarter(match: re.Match[str], c: Context) -> Interval | None:
    """``the December quarter``: the three months that end with it."""
    number = MONTHS[group(match, "m").rstrip(".")]
    year = given_year(match, c)
    if not match["m"][0].isupper():
        return None
    if year is None and c.ref is None:
        return Interval(None, None, f"XXXX-{(number - 3) % 12 + 1:02d}/XXXX-{number:02d}")

    def make(y: int) -> Interval:
        return Interval(iv.shift_months(date(y, number, 1), -2), iv.month(y, number).end)

    return make(year) if year is not None else iv.nearest(make, c.ref or date(2000, 1, 1), c.lead)


def quarter_(match: re.Match[str], c: Context) -> Interval | None:
    """A quarter, a half year or the first months ("9M25")."""
    kind = group(match, "kind")[:1]
    of = {"h": 2, "q": 4}.get(kind, 12)
    number = int(group(match, "q") or ORDINALS[group(match, "ord")] or of)
    year, left = given_year(match, c), left_of(match)
    if year is None and c.ref and match[0].lower().endswith("year") and " of " in match[0].lower():
        year = c.ref.year
    if group(match, "ord") == "last" and year is None and " of " not in match[0]:
        return None  # the quarter before, see `relative`
    if number > of or _FIRM.match(match.string, match.end()):
        return None
    if kind == "m" and (number not in {3, 6, 9} or year is None or _NO_YEAR.search(left)):
        return None  # "$9M"
    if kind == "h" and group(match, "q") and year is None and not _HALF.search(left):
        return None  # hydrogen

    def make(y: int) -> Interval:
        whole = iv.year(y)
        return iv.nth(whole, number, of) if kind != "m" else iv.units(whole, "month", 0, number) or whole

    if year is not None:
        return make(year)
    if c.ref is None:
        whole = make(2000)
        return Interval(None, None, f"XXXX-{whole.start:%m}/XXXX-{whole.end:%m}")
    return iv.nearest(make, c.ref, c.lead)


def first_months(match: re.Match[str], c: Context) -> Interval | None:
    """``the first nine months``: of the last year that has them."""
    number = count(group(match, "n"))
    months = int(number or 0) * (3 if group(match, "unit") == "quarter" else 1)
    if c.ref is None or not 2 <= months <= 11:
        return None
    found = iv.units(iv.year(c.ref.year), "month", 0, months)
    # Figures come out after the months they are of.
    if found and found.end and found.end > c.ref + timedelta(days=31):
        found = iv.moved(found, -1)
    return found


def year_(match: re.Match[str], c: Context) -> Interval | None:
    """A year, two of them joined, or a month in figures ("2025-11")."""
    first = int(match["y"])
    last = group(match, "y2") or group(match, "y4")
    if _NO_YEAR.search(left_of(match)) or (not c.lead and _PEOPLE.match(match.string, match.end())):
        return None
    if not last:
        return iv.year(first)
    final = int(last) if len(last) == 4 else first // 100 * 100 + int(last)
    if first < final:
        return Interval(date(first, 1, 1), date(final, 12, 31))
    return iv.month(first, int(last)) if len(last) == 2 and 1 <= int(last) <= 12 else None


def fiscal(match: re.Match[str], c: Context) -> Interval | None:
    """A financial year: the calendar year by one number, July to June by two.

    Firms end their years in any month. With one number nothing better than the calendar year is known; two
    numbers are used in Australia (July to June), India and Japan (April to March), of which the first is in
    the news of mining far more often.
    """
    first, last = given_year(match, c), group(match, "y2")
    if first is None:
        return None
    if not last:
        return iv.year(first)
    if int(last) % 100 != (first + 1) % 100:
        return None
    return Interval(date(first, 7, 1), date(first + 1, 6, 30))


def decade_(match: re.Match[str], c: Context) -> Interval | None:
    """``the 2030s``."""
    return Interval(date(int(match["y"]), 1, 1), date(int(match["y"]) + 9, 12, 31))


def season(match: re.Match[str], c: Context) -> Interval | None:
    """``spring 2026``; a winter is named after the year in which it begins."""
    first, way = SEASONS[group(match, "season")], group(match, "way")
    fall = match["season"] == "fall"

    def make(y: int) -> Interval:
        last = iv.shift_months(date(y, first, 1), 2)
        return Interval(date(y, first, 1), iv.month(last.year, last.month).end)

    year = given_year(match, c)
    if year is not None:
        return None if fall and " of" not in match[0] else make(year)
    behind = match.string[match.end() : match.end() + 1]
    if c.ref is None or not (way or c.lead) or (fall and behind not in {"", ",", ".", ";"}):
        return None
    found = iv.nearest(make, c.ref, {"last": "since", "next": "open", "coming": "open"}.get(way, c.lead))
    inside = found.start is not None and found.end is not None and found.start <= c.ref <= found.end
    return iv.moved(found, _STEPS[way]) if inside and way in _STEPS else found


def relative(match: re.Match[str], c: Context) -> Interval | None:
    """``last week``, ``this year``, ``the previous month``; ``over the past year`` runs up to the day itself."""
    if c.ref is None:
        return None
    word, unit = match["rel"].lower(), group(match, "unit")
    step = _STEPS.get(word, 0)
    if unit == "night":
        return iv.day(c.ref - timedelta(days=1)) if word == "last" else None
    told = c.told.start if c.told and (word in {"previous", "prior", "following"} or unit == "day") else None
    if (
        unit == "day"
        and word not in {"previous", "prior"}
        and (told is None or word not in {"next", "following"})
    ):
        return None  # "the next day" is the next after what is told, not after the article
    over = _OVER.search(left_of(match)) is not None and unit != "quarter"
    if word == "past" or (over and word in {"last", "next", "coming"}):
        return iv.span(c.ref, unit, 1, forward=step > 0)
    return iv.unit_at(told or c.ref, unit, step)


def past(match: re.Match[str], c: Context) -> Interval | None:
    """``over the past three months``, ``in recent weeks``, ``in the coming weeks``, ``within days``."""
    number = count(group(match, "n")) if group(match, "n") else iv.FEW
    if c.ref is None or number is None:
        return None
    forward = group(match, "rel") not in {"last", "past", "previous", "recent"}
    return iv.span(c.ref, group(match, "unit"), number, forward=forward)


def within_unit(match: re.Match[str], c: Context) -> Interval | None:
    """``within the year``: from the article's date to the end of it."""
    return Interval(c.ref, iv.unit_at(c.ref, group(match, "unit"), 0).end) if c.ref else None


def weekday(match: re.Match[str], c: Context) -> Interval | None:
    """The last such day, or the next one."""
    if c.ref is None:
        return None
    way, number, left = group(match, "way"), WEEKDAYS[group(match, "w")], left_of(match, 64)
    named = not way and _NAME.match(match.string, match.end()) and not _DAY_OF.search(left)
    if not match["w"][0].isupper() or named or _TITLE.search(left):
        return None  # "Friday Harbor", "Black Friday"
    back = (c.ref.weekday() - number) % 7
    if way == "this":
        return iv.day(c.ref + timedelta(days=number - c.ref.weekday()))
    if way in {"next", "coming"}:
        return iv.day(c.ref + timedelta(days=7 - back))
    if not way and (c.lead in {"by", "until", "open"} or _WILL.search(left)):
        return iv.day(c.ref + timedelta(days=-back % 7))
    return iv.day(c.ref - timedelta(days=back or (7 if way else 0)))


def weekend(match: re.Match[str], c: Context) -> Interval | None:
    """The weekend that is over or under way; ``this weekend`` and ``by the weekend`` are the one at hand."""
    way = group(match, "way")
    if c.ref is None or not (way or c.lead or left_of(match).lower().endswith("the ")):
        return None
    saturday = c.ref - timedelta(days=c.ref.weekday() - 5)
    step = {"last": -1, "past": -1, "next": 1}.get(way, 0)
    if not way and c.ref < saturday and c.lead not in iv.AHEAD:
        step = -1
    return iv.since(saturday + timedelta(weeks=step), 2)


def nearby(match: re.Match[str], c: Context) -> Interval | None:
    """``yesterday``, ``this morning``, ``effective immediately``."""
    steps = {"yesterday": -1, "tomorrow": 1, "overnight": -1, "before": -2, "after": 2}
    word = group(match, "far") or match[0].lower()
    if c.ref is None or left_of(match, 4) == "USA ":
        return None
    return iv.day(c.ref + timedelta(days=steps.get(word, 0)))


def to_date(match: re.Match[str], c: Context) -> Interval | None:
    """``year to date``."""
    return Interval(iv.unit_at(c.ref, group(match, "unit") or "year", 0).start, c.ref) if c.ref else None


def unit_end(match: re.Match[str], c: Context) -> Interval | None:
    """``year-end``, ``month-end``, ``mid-year``: of the named year, else of the one at hand."""
    year, unit, name = given_year(match, c), group(match, "unit"), group(match, "part") or "end"
    if year is not None:
        return iv.part(iv.year(year), name)
    if c.ref is None:
        return None
    found = iv.part(iv.unit_at(c.ref, unit, 0), name)
    if c.lead in iv.AHEAD and found.end and found.end < c.ref:
        return iv.part(iv.unit_at(c.ref, unit, 1), name)
    return found


def new_year(match: re.Match[str], c: Context) -> Interval | None:
    """``in the new year``: the first months of the next one; ``by the new year``: its first day."""
    if c.ref is None or not c.lead or not left_of(match).lower().endswith("the "):
        return None
    year = iv.year(c.ref.year + 1)
    return iv.since(year.start, 1) if year.start and c.lead in iv.AHEAD else iv.part(year, "early")


def holiday(match: re.Match[str], c: Context) -> Interval | None:
    """Christmas, or the week of the Lunar New Year."""
    year = given_year(match, c)
    if group(match, "christmas"):
        if not c.lead or (year is None and c.ref is None):
            return None
        if year is not None:
            return iv.day(date(year, 12, 25))
        return iv.nearest(lambda y: iv.day(date(y, 12, 25)), c.ref or date(2000, 1, 1), c.lead)
    known = [k for k in _LUNAR if c.ref and date(k, *_LUNAR[k]) >= c.ref - timedelta(days=90)]
    options = known if year is None else [year]
    if not options or options[0] not in _LUNAR:
        return None
    return iv.since(date(options[0], *_LUNAR[options[0]]), 7)
