"""What the reader assumes where texts are silent, from one table."""

from __future__ import annotations

from functools import cache

from oreflow.errors import UnknownNameError
from oreflow.news.lexicon import read_table


@cache
def _values() -> dict[str, float]:
    return {r["assumption"]: float(r["value"]) for r in read_table("assumptions")}


def assumption(name: str) -> float:
    """Return an assumption of the reader.

    Args:
        name: Key in ``lexicon/assumptions.csv``.

    Returns:
        Its value, in the unit that the table states.

    Raises:
        UnknownNameError: There is no such assumption.
    """
    values = _values()
    if name not in values:
        raise UnknownNameError("assumption of the reader", name, values)
    return values[name]
