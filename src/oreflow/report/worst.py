"""The worst case in words: sentences, and a ranking in text."""

from __future__ import annotations

from collections.abc import Sequence

from oreflow.report import format as fmt
from oreflow.report.faces.textplot import bar
from oreflow.shock.attack import Attack, Single

NOUN = {
    "plants": "plant",
    "countries": "country",
    "firms": "firm",
    "passages": "passage",
    "targets": "target",
}
MEASURE = {
    "welfare": "surplus lost by all who make, ship, hold and use, discounted to the first month",
    "shortage": "what its users still standing went short of in the months of the loss",
    "price": "mean price in the months of the loss, above the base price",
}
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def joined(names: Sequence[str]) -> str:
    """Return names as a list in words."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else "nothing"


def amount(attack: Attack, value: float) -> str:
    """Return a value in the measure asked for, with its unit."""
    return fmt.quantity(value, attack.measure.unit)


def headline(attack: Attack) -> str:
    """Say what hurts most and how much."""
    what, m = joined(attack.worst.names), attack.measure
    text = f"Losing {what} for {_months(attack.months)} hurts most: "
    value = amount(attack, attack.worst.value)
    where = f" in {m.region}" if m.region else ""
    if m.objective == "price":
        return f"{text}{fmt.words(m.commodity)} costs {value} more{where} than in the base, on average over that time."
    if m.objective == "shortage":
        return f"{text}users go short of {value} of {fmt.words(m.commodity)}{where}."
    return f"{text}{value} of welfare."


def certificate(attack: Attack) -> str:
    """Say in plain words how sure that is."""
    c, several = attack.certificate, attack.budget > 1
    some = f"{_number(attack.budget)} {attack.targets}" if several else f"other {NOUN[attack.targets]}"
    sets = f"{c.total:,} {_sets(attack)}"
    if c.proven and c.method == "enumeration":
        return f"Proven: no {some} hurt{'' if several else 's'} more (all {sets} were solved)."
    if c.proven:
        return (
            f"Proven: no {some} hurt{'' if several else 's'} more ({sets}; {c.solved:,} markets solved, "
            "the rest ruled out by bounds)."
        )
    why = "stopped by the time limit" if c.stopped else "some markets could not be solved to tolerance"
    if c.bound is None:
        rest = (
            " Nothing is known of the others: losing more may ease this measure."
            if attack.measure.objective != "welfare"
            else ""
        )
        return f"Not proven, {why}: {c.solved:,} of {sets} were looked at.{rest}"
    gap = f", {fmt.quantity(100.0 * c.gap, '%')} above what was found" if c.gap is not None else ""
    return (
        f"Not proven, {why} ({sets} in question, {c.solved:,} solves): no {some} can hurt more than "
        f"{amount(attack, c.bound)}{gap}."
    )


def greedy(attack: Attack) -> str:
    """Say what taking the worst next would have chosen."""
    text = "Greedy (the worst first, then the worst beside it, and so on)"
    if set(attack.greedy.keys) == set(attack.worst.keys):
        return f"{text} chooses the same."
    found = f"{joined(attack.greedy.names)}: {amount(attack, attack.greedy.value)}"
    short = 100.0 * attack.short
    return (
        f"{text} chooses {found}, {fmt.quantity(short, '%')} less."
        if short > 0
        else f"{text} chooses {found}, as much."
    )


def finer(attack: Attack) -> str:
    """Say how much the coarse periods of the search matter; empty where it is not known."""
    if attack.finer != attack.finer or not attack.worst.value:
        return ""
    change = fmt.quantity(100.0 * (attack.finer / attack.worst.value - 1.0), "%", sign=True)
    return f"Quarter by quarter instead of in three periods it comes to {amount(attack, attack.finer)} ({change})."


def sentences(attack: Attack) -> list[str]:
    """Return all that is said of an attack, the answer first."""
    return [s for s in (headline(attack), certificate(attack), greedy(attack), finer(attack)) if s]


def ranking(attack: Attack, *, top: int = 12, width: int = 72) -> list[str]:
    """Return the single losses as bars of text, those of the worst set marked.

    Args:
        attack: The attack.
        top: Rows shown, and those of the worst set beyond them.
        width: Columns of the terminal.

    Returns:
        One line a loss.
    """
    rows = shown(attack, top)
    values, unit = _column(attack, rows)
    names = [fmt.plain(s.name) for s in rows]
    left, right = max(map(len, names), default=0), max(map(len, values), default=0)
    room = max(width - left - right - 5, 8)
    most = max((s.value for s in rows), default=0.0)
    lines = [f"{'':{left + 3}}{unit:>{right}}"] if unit else []
    for s, name, value in zip(rows, names, values, strict=True):
        mark = "●" if s.key in attack.worst.keys else " "
        lines.append(f"{mark} {name:<{left}} {value:>{right}} {bar(s.value, most, room)}".rstrip())
    return lines


def shown(attack: Attack, top: int) -> list[Single]:
    """Return the largest single losses, and the members of the worst set whatever their place.

    Args:
        attack: The attack.
        top: How many of the largest.
    """
    return [s for i, s in enumerate(attack.singles) if i < top or s.key in attack.worst.keys]


def title(attack: Attack) -> str:
    """Say what was looked for."""
    return f"The worst {_number(attack.budget)} {_noun(attack)} to lose"


def made(attack: Attack) -> str:
    """Say what it was made from."""
    return (
        f"Solved: {', '.join(fmt.words(s) for s in attack.scope)}; {attack.solves:,} markets in "
        f"{attack.seconds:.0f} s; world {attack.world[:12]}."
    )


def of_what(attack: Attack) -> str:
    """Say what counts as harm, and where."""
    m = attack.measure
    about = f"{m.objective} of {fmt.words(m.commodity)}" if m.commodity else m.objective
    return f"{about}{f' in {m.region}' if m.region else ''} ({MEASURE[m.objective]})"


def _column(attack: Attack, rows: Sequence[Single]) -> tuple[list[str], str]:
    by, unit = fmt.scale([s.value for s in rows], attack.measure.unit)
    return fmt.column([s.value / by for s in rows]), unit


def _noun(attack: Attack) -> str:
    return attack.targets if attack.budget > 1 else NOUN[attack.targets]


def _sets(attack: Attack) -> str:
    size = attack.budget
    names = {1: attack.targets, 2: "pairs", 3: "triples"}
    return names.get(size, f"sets of {size}") if attack.certificate.exact else f"sets of up to {size}"


def _months(n: int) -> str:
    return f"{n} month{'s' if n > 1 else ''}"


def _number(n: int) -> str:
    return NUMBERS[n] if n < len(NUMBERS) else str(n)
