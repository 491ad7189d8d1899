"""Sums in a text, done again: shares and gaps that do not follow from their own numbers are flagged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from oreflow.news.assumptions import assumption
from oreflow.news.claims import Claim


@dataclass(frozen=True, slots=True)
class Check:
    """A sum in the text.

    Attributes:
        claims: Indices of the claims whose numbers it takes.
        quote: The sentence.
        start: Offset of it.
        end: Offset after it.
        holds: Whether the numbers agree.
        problem: What does not follow, or what the stated share is a share of.
        readings: The ways to read it.
    """

    claims: tuple[int, ...]
    quote: str
    start: int
    end: int
    holds: bool
    problem: str
    readings: tuple[str, ...]


_SLIPS = (1.0, 10.0, 0.1, 1000.0, 0.001)


def check_arithmetic(claims: Sequence[Claim], text: str) -> list[Check]:
    """Check demand, supply, gap and share in each sentence, and changes "from X to Y".

    A gap may be stated as a share of demand or of domestic supply: both are computed and the text's number is
    matched with one of them. Where the amounts contradict the share or the gap, a slip of a power of ten in one
    of them is looked for.

    Args:
        claims: Claims of an article.
        text: Text of the article.

    Returns:
        Checks in the order of the text; those that hold say which reading the text used.
    """
    out: list[Check] = []
    sentences: dict[tuple[int, int], list[int]] = {}
    for i, c in enumerate(claims):
        if c.quantity is not None:
            sentences.setdefault((c.start, c.end), []).append(i)
    for (start, end), members in sentences.items():
        check = _balance([(i, claims[i]) for i in members], text[start:end], start, end)
        if check:
            out.append(check)
        for i in members:
            change = _change(i, claims[i], [claims[m] for m in members])
            if change:
                out.append(change)
    return out


def _pick(members: list[tuple[int, Claim]], measures: set[str], share: bool) -> tuple[int, float] | None:
    for i, c in members:
        q = c.quantity
        if (
            q is not None
            and c.measure in measures
            and (q.unit == "%") == share
            and (share or q.unit.startswith("t"))
        ):
            return i, q.typical
    return None


def _balance(members: list[tuple[int, Claim]], quote: str, start: int, end: int) -> Check | None:
    demand = _pick(members, {"demand"}, False)
    supply = _pick(members, {"supply", "capacity"}, False)
    if demand is None or supply is None or not demand[1] or not supply[1]:
        return None
    gap = _pick(members, {"gap"}, False)
    share = _pick(members, {"reliance", "gap"}, True)
    if gap is None and share is None:
        return None
    used = tuple(x[0] for x in (demand, supply, gap, share) if x)
    d, s = demand[1], supply[1]
    stated_gap = gap[1] if gap else None
    stated_share = share[1] if share else None
    plain = _reading(d, s, "as printed")
    if _fits(d, s, stated_gap, stated_share):
        base = _base(d, s, stated_share)
        problem = (
            f"The stated {stated_share:g} % is {base}."
            if stated_share is not None and base
            else "The gap follows from the two amounts."
        )
        return Check(used, quote, start, end, True, problem, (plain,))
    readings = [plain]
    for factor in _SLIPS[1:]:
        for name, a, b in (("supply", d, s * factor), ("demand", d * factor, s)):
            for gap_factor in _SLIPS:
                slipped = stated_gap * gap_factor if stated_gap is not None else None
                if b > 0 and a > b and _fits(a, b, slipped, stated_share) and stated_share is not None:
                    value = b if name == "supply" else a
                    reading = _reading(a, b, f"with a {name} of {_tonnes(value)}")
                    if slipped is not None and gap_factor != 1 and stated_gap is not None:
                        reading += (
                            f", and a gap of {_tonnes(slipped)} where the text says {_tonnes(stated_gap)}"
                        )
                    if reading not in readings:
                        readings.append(reading)
    told = []
    if stated_gap is not None and abs((d - s) - stated_gap) > _tolerance(stated_gap):
        told.append(f"a gap of {_tonnes(stated_gap)} does not follow from {_tonnes(d)} less {_tonnes(s)}")
    if stated_share is not None:
        told.append(f"{stated_share:g} % is neither gap ÷ demand nor gap ÷ supply of the printed amounts")
    problem = "; ".join(told)
    return Check(used, quote, start, end, False, problem[:1].upper() + problem[1:] + ".", tuple(readings[:4]))


def _tolerance(value: float) -> float:
    return assumption("arithmetic_tolerance") * abs(value)


def _fits(d: float, s: float, gap: float | None, share: float | None) -> bool:
    if gap is not None and abs((d - s) - gap) > _tolerance(gap):
        return False
    return share is None or _base(d, s, share) != ""


def _base(d: float, s: float, share: float | None) -> str:
    """What a stated share of the gap is a share of."""
    if share is None:
        return ""
    by_demand, by_supply = 100 * (d - s) / d, 100 * (d - s) / s
    if abs(by_supply - share) <= _tolerance(share):
        return f"gap ÷ domestic supply; gap ÷ demand is {by_demand:.1f} %"
    if abs(by_demand - share) <= _tolerance(share):
        return f"gap ÷ demand; gap ÷ domestic supply is {by_supply:.1f} %"
    return ""


def _reading(d: float, s: float, name: str) -> str:
    return (
        f"{name}: gap {_tonnes(d - s)}, gap ÷ demand {100 * (d - s) / d:.1f} %, "
        f"gap ÷ domestic supply {100 * (d - s) / s:.1f} %"
    )


def _tonnes(value: float) -> str:
    return f"{value / 1e6:.3g} Mt" if abs(value) >= 1e6 else f"{value:,.0f} t"


def _change(i: int, c: Claim, others: Sequence[Claim]) -> Check | None:
    """Check "from X to Y" beside a percentage in the same sentence."""
    q = c.quantity
    if q is None or q.was is None or not q.was or q.value is None or q.unit == "%":
        return None
    stated = [
        o.quantity.typical for o in others if o.quantity and o.quantity.unit == "%" and o.subject == c.subject
    ]
    if not stated:
        return None
    change = 100 * (q.value - q.was) / q.was
    if any(abs(abs(change) - p) <= max(_tolerance(p), 0.5) for p in stated):
        return None
    problem = f"From {q.was:g} to {q.value:g} {q.unit} is a change of {change:+.1f} %, not {stated[0]:g} %."
    return Check(
        (i,),
        c.quote,
        c.start,
        c.end,
        False,
        problem,
        (f"{change:+.1f} % from the two amounts", f"{stated[0]:g} % as printed"),
    )
