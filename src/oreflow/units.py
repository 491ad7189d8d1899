"""Units of the trade: the only place that knows pint.

Figures are plain floats inside oreflow; units stand at the edge, in headers, overlays and claims. A unit is
written as traders write it: ``kt LCE/yr``, ``USD/t Li``, ``CNY incl VAT/t LCE``, ``USD/kWh``. A space binds
tighter than ``/``, so ``USD/t LCE`` is USD per (t LCE).

A tonne of lithium and a tonne of lithium carbonate are different units of one dimension, so that ``kt Li``
turns into ``t LCE``, while ``t`` alone (of what?) turns into neither. Every factor is a row of ``units.csv``
with its source. The registry is our own: ``kt`` is a thousand tonnes, never a knot.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from oreflow.errors import UnitError, nearest

if TYPE_CHECKING:
    import pint

Quantity = TypeVar("Quantity", float, NDArray[np.float64])
Powers: TypeAlias = tuple[tuple[str, int], ...]
"""Names of units with their powers, sorted."""

_AMBIGUOUS = {
    "mt": "'t' (tonne) or 'Mt' (million tonnes)",
    "MT": "'t' (tonne) or 'Mt' (million tonnes)",
    "ton": "'t' (tonne) or 'short_ton'",
    "tons": "'t' (tonne) or 'short_ton'",
    "m": "'million' or 'month'",
}
_CNY = r"\b(?:CNY|RMB|yuan|renminbi)[\s_,(]*"
_SPELLING = (
    (re.compile(_CNY + r"(?:incl?(?:uding|\.)?|with)[\s_]*VAT\)?", re.IGNORECASE), "CNY_incl_VAT"),
    (re.compile(_CNY + r"(?:excl?(?:uding|\.)?|ex\.?|without)[\s_]*VAT\)?", re.IGNORECASE), "CNY_ex_VAT"),
    (re.compile(r"\b(US\s?\$|USD)"), "USD"),
    (re.compile(r"\s+(?:per|a)\s+"), "/"),
    (re.compile(r"\bmetric tons?\b"), "t"),
    (re.compile(r"\bshort tons?\b"), "short_ton"),
    (re.compile(r"\bt-km\b"), "t km"),
)
_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<op>\*\*|[*/()^·])|(?P<name>[^\W\d][\w.]*(?:·\w+)?|[$%¢¥]))"
)
_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Definition:
    """One row of ``units.csv``.

    Attributes:
        unit: Name.
        factor: Size in `of`; 1 for a base unit.
        of: Unit it is defined by, or ``[dimension]`` for a base unit.
        aliases: Other spellings.
        quality: ``reported`` or ``assumed``.
        source: Where the factor comes from.
        description: What it is.
    """

    unit: str
    factor: float
    of: str
    aliases: tuple[str, ...]
    quality: str
    source: str
    description: str


@cache
def definitions() -> dict[str, Definition]:
    """Return every unit that is known.

    Returns:
        Name to definition, in the order of ``units.csv``.
    """
    text = resources.files("oreflow").joinpath("units.csv").read_text("utf-8")
    return {
        r["unit"]: Definition(
            unit=r["unit"],
            factor=_ratio(r["factor"]) if r["factor"] else 1.0,
            of=r["of"],
            aliases=tuple(a for a in r["aliases"].split(";") if a),
            quality=r["quality"],
            source=r["source"],
            description=r["description"],
        )
        for r in csv.DictReader(text.splitlines())
    }


def convert(
    value: Quantity, source: str, target: str, *, vat: str | None = None, cny_per_usd: float | None = None
) -> Quantity:
    """Convert a number, or an array of them, from one unit to another.

    Args:
        value: Number or array, in `source`.
        source: Unit it is in, e.g. ``"kt Li"``.
        target: Unit that is wanted, e.g. ``"t LCE"``.
        vat: For a price in plain ``CNY`` per something: ``"included"`` or ``"excluded"``. May be left out
            where the unit itself says so (``CNY incl VAT``, ``CNY ex VAT``).
        cny_per_usd: Exchange rate in CNY a USD; the one of ``units.csv`` when left out.

    Returns:
        The number in `target`, of the same shape.

    Raises:
        UnitError: A unit is unknown, the two do not measure the same thing, or a price in CNY does not say
            whether it includes value added tax.
    """
    scale = factor(source, target, vat=vat, cny_per_usd=cny_per_usd)
    return value if scale == 1.0 else value * scale


def factor(source: str, target: str, *, vat: str | None = None, cny_per_usd: float | None = None) -> float:
    """Return what a number in one unit is multiplied by to be in another.

    Args:
        source: Unit it is in.
        target: Unit that is wanted.
        vat: See `convert`.
        cny_per_usd: See `convert`.

    Returns:
        The factor, dimensionless.

    Raises:
        UnitError: See `convert`.
    """
    if source == target:
        parse(source)
        return 1.0
    if vat not in (None, "included", "excluded"):
        raise UnitError(f"vat is {vat!r}; say 'included' or 'excluded'.")
    a, b = parse(source), parse(target)
    _require_same_dimension(a, b, source, target)
    if vat is None:
        for text, unit, other_text, other in ((source, a, target, b), (target, b, source, a)):
            if _is_bare_price(text, unit) and not _is_bare_price(other_text, other):
                raise UnitError(
                    f"the price unit {text!r} does not say whether value added tax is in it. Write "
                    "'CNY incl VAT' or 'CNY ex VAT' (futures and spot quotations in China include 13 %)."
                )
    elif vat == "included":
        a, b = _with_vat(a, source), _with_vat(b, target)
    scale = _factor(a, b)
    if cny_per_usd is not None:
        if not (np.isfinite(cny_per_usd) and cny_per_usd > 0):
            raise UnitError(f"cny_per_usd is {cny_per_usd!r}; it must be a positive number of CNY a USD.")
        held = 1.0 / definitions()["CNY"].factor
        scale *= (held / cny_per_usd) ** (_yuan_power(a) - _yuan_power(b))
    return scale


def compatible(source: str, target: str) -> bool:
    """Say whether two units measure the same thing.

    Args:
        source: A unit.
        target: Another unit.

    Returns:
        True if a number can be converted from one to the other.

    Raises:
        UnitError: One of them is unknown.
    """
    return bool(_unit(parse(source)).dimensionality == _unit(parse(target)).dimensionality)


@lru_cache(maxsize=4096)
def parse(text: str) -> Powers:
    """Read a unit.

    Args:
        text: Unit as written, e.g. ``"kt LCE/yr"``; ``"1"`` for a pure number.

    Returns:
        Names of `definitions` with their powers, sorted; empty for a pure number.

    Raises:
        UnitError: It is not a unit, or a name in it is unknown; the message holds the nearest ones.
    """
    plain = text.strip()
    if not plain or len(plain) > _LONGEST:
        raise UnitError(f"{text[:_LONGEST]!r} is not a unit. Write one like 't LCE/yr' or 'USD/t Cu'.")
    for pattern, spelling in _SPELLING:
        plain = pattern.sub(spelling, plain)
    powers: dict[str, int] = {}
    tokens = _tokens(plain, text)
    _product(tokens, 0, 1, powers, text, depth=0)
    return tuple(sorted((name, power) for name, power in powers.items() if power))


def _tokens(plain: str, text: str) -> list[tuple[str, str]]:
    out: list[tuple[str, str]] = []
    place = 0
    while place < len(plain):
        found = _TOKEN.match(plain, place)
        if not found:
            if not plain[place:].strip():
                break
            raise UnitError(f"cannot read {plain[place:].strip()!r} in the unit {text!r}. {_example()}")
        kind = str(found.lastgroup)
        out.append((kind, found.group(kind)))
        place = found.end()
    return out


def _product(
    tokens: list[tuple[str, str]], i: int, sign: int, powers: dict[str, int], text: str, depth: int
) -> int:
    # Juxtaposition binds tighter than a slash: the sign turned by "/" holds until "*" or another "/".
    current = sign
    expecting = True
    while i < len(tokens):
        kind, token = tokens[i]
        if token == ")":
            if depth == 0 or expecting:
                raise UnitError(f"the brackets in the unit {text!r} do not match. {_example()}")
            return i + 1
        if token == "/":
            if expecting:
                raise UnitError(f"nothing stands before '/' in the unit {text!r}. {_example()}")
            current, expecting = -sign, True
            i += 1
        elif token in ("*", "·"):
            if expecting:
                raise UnitError(f"nothing stands before {token!r} in the unit {text!r}. {_example()}")
            current, expecting = sign, True
            i += 1
        elif token == "(":
            i = _product(tokens, i + 1, current, powers, text, depth + 1)
            expecting = False
        elif kind == "number":
            if token != "1":
                raise UnitError(
                    f"the number {token} stands in the unit {text!r}. Put it into the figures instead."
                )
            expecting = False
            i += 1
        elif kind == "name":
            power, i = _power(tokens, i + 1, text)
            name = _resolve(token, text)
            powers[name] = powers.get(name, 0) + current * power
            expecting = False
        else:
            raise UnitError(f"cannot read {token!r} in the unit {text!r}. {_example()}")
    if depth or expecting:
        raise UnitError(f"the unit {text!r} breaks off. {_example()}")
    return i


def _power(tokens: list[tuple[str, str]], i: int, text: str) -> tuple[int, int]:
    if i >= len(tokens) or tokens[i][1] not in ("^", "**"):
        return 1, i
    if i + 1 >= len(tokens) or tokens[i + 1][1] not in ("1", "2", "3"):
        raise UnitError(f"a power in the unit {text!r} must be 1, 2 or 3.")
    return int(tokens[i + 1][1]), i + 2


def _resolve(name: str, text: str) -> str:
    names = _names()
    if name in names:
        return names[name]
    where = f" in {text!r}" if text.strip() != name else ""
    if name in _AMBIGUOUS:
        raise UnitError(f"the unit {name!r}{where} can be read in two ways. Write {_AMBIGUOUS[name]}.")
    near = nearest(name, names)
    hint = f"Did you mean {' or '.join(repr(n) for n in near)}?" if near else _example()
    raise UnitError(f"unknown unit {name!r}{where}. {hint}")


def _example() -> str:
    return "Units are written like 'kt LCE/yr', 'USD/t Cu' or 'GWh'."


@cache
def _names() -> dict[str, str]:
    names: dict[str, str] = {}
    for unit, definition in definitions().items():
        for name in (unit, *definition.aliases):
            names[name] = unit
    return names


def _ratio(text: str) -> float:
    above, _, below = text.partition("/")
    return float(above) / float(below) if below else float(above)


def _is_bare_price(text: str, unit: Powers) -> bool:
    """A price of goods in CNY whose text is silent on tax; sums of money carry none."""
    goods = any(power < 0 and name not in _TIME for name, power in unit)
    return ("CNY", 1) in unit and goods and "VAT" not in text


_TIME = {"yr", "quarter", "month", "week", "day", "h"}


def _with_vat(unit: Powers, text: str) -> Powers:
    if not _is_bare_price(text, unit):
        return unit
    return tuple(sorted(("CNY_incl_VAT" if name == "CNY" else name, power) for name, power in unit))


def _yuan_power(unit: Powers) -> int:
    return sum(power for name, power in unit if name in ("CNY", "CNY_incl_VAT"))


@lru_cache(maxsize=4096)
def _factor(a: Powers, b: Powers) -> float:
    return float(_registry().convert(1.0, _unit(a), _unit(b)))


def _require_same_dimension(a: Powers, b: Powers, source: str, target: str) -> None:
    if _unit(a).dimensionality != _unit(b).dimensionality:
        raise UnitError(
            f"{source!r} cannot be turned into {target!r}: "
            f"one measures {_dimension(a)}, the other {_dimension(b)}."
        )


def _dimension(unit: Powers) -> str:
    if not unit:
        return "a pure number"
    parts = {d: float(str(p)) for d, p in _unit(unit).dimensionality.items()}
    above = [_plain(d) for d, p in sorted(parts.items()) if p > 0]
    below = [_plain(d) for d, p in sorted(parts.items()) if p < 0]
    head = " of ".join(sorted(above, key=lambda d: d != "mass")) or "1"
    tail = " of ".join(sorted(below, key=lambda d: d != "mass"))
    return f"{head} per {tail}" if tail else head


def _plain(dimension: str) -> str:
    return dimension.strip("[]").replace("_", " ")


@lru_cache(maxsize=4096)
def _unit(unit: Powers) -> pint.Unit:
    from pint.util import UnitsContainer

    return _registry().Unit(UnitsContainer({_safe(name): power for name, power in unit}))


@cache
def _registry() -> pint.UnitRegistry[Any]:
    """An empty registry filled from ``units.csv``; no unit of pint's own is known in it."""
    import pint

    registry: pint.UnitRegistry[Any] = pint.UnitRegistry(None)
    for d in definitions().values():
        if d.of.startswith("["):
            registry.define(f"{_safe(d.unit)} = {d.of}")
        else:
            inner = " * ".join(f"{_safe(n)} ** {p}" for n, p in parse(d.of)) or "1"
            registry.define(f"{_safe(d.unit)} = {d.factor!r} * {inner}")
    return registry


def _safe(name: str) -> str:
    """Our names in the registry, apart from any prefix that pint could read into them."""
    return f"u_{name}"
