"""Words around an amount that make it a bound: "up to", "at least", "no fewer than", "or more"."""

from __future__ import annotations

import re

from oreflow.news.lexing import Tokens

_LESS = (
    r"up to|up until|as (?:much|many|high|large) as|no (?:more|greater|higher|larger) than|not more than"
    r"|at (?:the )?most|a maximum of|maximum(?: of)?|max|not exceeding|not to exceed|capped at|limited to"
    r"|(?:less|fewer|smaller|lower) than|under|below|nearly|almost|closer? to|approaching|nearing|not above"
    r"|shy of|just short of|south of|<|≤|近|接近|不超过|最多|至多|低于|不到"
)
_MORE = (
    r"at (?:the very )?least|no (?:less|fewer|lower|smaller) than|not (?:less|fewer) than|as (?:little|few|low) as"
    r"|a minimum of|minimum(?: of)?|more than|greater than|higher than|over|exceeding|exceeds?|exceeded|above"
    r"|upwards? of|north of|in excess of|topping|topped|surpass(?:ed|es|ing)|not below|>|≥|逾|超过|超|至少|不低于|高于"
)
_BEFORE = re.compile(
    rf"(?:(?<![a-z])(?:(?P<less>{_LESS})|(?P<more>{_MORE})))\s*"
    r"(?:an?\s+)?(?:(?:estimated|about|another|around|roughly|approximately|some|record|the)\s+)?$",
    re.IGNORECASE,
)
_LOOK_BACK = 40
_SPATIAL = frozenset({"over", "under", "above", "below"})
_AFTER_MORE = frozenset({"more", "above", "higher", "greater", "over", "longer"})
_AFTER_LESS = frozenset({"less", "fewer", "below", "lower", "under", "shorter"})


def bounds_before(text: str, start: int, value: float, kind: str) -> tuple[float | None, float | None]:
    """Read a bound in front of an amount.

    "Over three months" is a length, not a bound.

    Args:
        text: The text.
        start: Where the amount begins.
        value: Its value.
        kind: Its kind.

    Returns:
        Smallest and largest value meant, None where nothing is said.
    """
    match = _BEFORE.search(text, max(0, start - _LOOK_BACK), start)
    if match is None:
        return None, None
    word = (match["less"] or match["more"]).lower()
    if kind == "time" and word in _SPATIAL:
        return None, None
    return (None, value) if match["less"] else (value, None)


def bounds_after(t: Tokens, j: int, value: float) -> tuple[float | None, float | None, int]:
    """Read a bound behind an amount: "or more", "or less", "and above", "以上".

    Args:
        t: Tokens.
        j: Token after the amount.
        value: Its value.

    Returns:
        Smallest and largest value meant, and the token after the words.
    """
    w = t.low[j]
    if w in {"or", "and"} and t.near[j]:
        if t.low[j + 1] in _AFTER_MORE and t.low[j + 2] != "than":
            return value, None, j + 2
        if w == "or" and t.low[j + 1] in _AFTER_LESS and t.low[j + 2] != "than":
            return None, value, j + 2
    if w == "以" and t.low[j + 1] in {"上", "下", "内"}:
        return (value, None, j + 2) if t.low[j + 1] == "上" else (None, value, j + 2)
    return None, None, j
