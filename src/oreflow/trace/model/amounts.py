"""Exact amounts: whole milligrams and whole billionths, so that sums balance to the last digit.

Units stand at the edge. A mass may come in a unit of ``oreflow.units`` (``t``, ``kg``, ``lb``) or as a code of UN/ECE
Recommendation 20 (``TNE``, ``KGM``, ``LBR``), which UNTP and EPCIS use.
"""

from __future__ import annotations

import csv
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation
from functools import cache
from importlib import resources
from typing import TypeAlias

from oreflow.errors import DataError, UnitError, nearest
from oreflow.units import factor

Number: TypeAlias = int | float | str | Decimal

PPB = 1_000_000_000
"""Billionths in one: shares are whole numbers of them."""
LARGEST_MG = 10**18
"""Largest mass, mg: a thousand million tonnes. Sums of eight such still fit in 64 bits."""
ELEMENTS = (
    "Li", "Be", "B", "C", "Mg", "Al", "Si", "P", "S", "Ti", "V", "Cr", "Mn", "Fe", "Co", "Ni", "Cu", "Zn", "Ga", "Ge",
    "As", "Se", "Sr", "Y", "Zr", "Nb", "Mo", "Ru", "Rh", "Pd", "Ag", "Cd", "In", "Sn", "Sb", "Te", "Ba", "La", "Ce",
    "Pr", "Nd", "Sm", "Eu", "Gd", "Tb", "Dy", "Ho", "Er", "Tm", "Yb", "Lu", "Hf", "Ta", "W", "Re", "Os", "Ir", "Pt",
    "Au", "Pb", "Bi", "NdPr", "REO", "P2O5",
)  # fmt: skip
"""What an assay may count: chemical elements, and three sums that are traded as such."""
_MOST_DIGITS = 40
_CONTEXT = Context(prec=60, rounding=ROUND_HALF_EVEN)


@cache
def mass_units() -> dict[str, Decimal]:
    """Return how many milligrams each unit of mass holds, by code of Recommendation 20 and by our own name."""
    text = resources.files("oreflow.trace").joinpath("data", "mass_units.csv").read_text("utf-8")
    out: dict[str, Decimal] = {}
    for row in csv.DictReader(text.splitlines()):
        out[row["code"]] = Decimal(row["mg"])
        if row["unit"]:
            out[row["unit"]] = Decimal(row["mg"])
    return out


def decimal(value: Number, *, where: str = "") -> Decimal:
    """Return a number exactly as it was written.

    Args:
        value: Number; a float stands for the shortest decimal that reads back as it.
        where: Place of the number, for messages.

    Returns:
        A finite decimal.

    Raises:
        DataError: It is not a number, not finite, or has more digits than any scale gives.
    """
    place = f"{where}: " if where else ""
    if isinstance(value, bool):
        raise DataError(f"{place}{value!r} is no number.")
    try:
        number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    except (InvalidOperation, ValueError, TypeError):
        raise DataError(f"{place}{str(value)[:40]!r} is no number.") from None
    if not number.is_finite():
        raise DataError(f"{place}{number} is not finite. Give a number.")
    digits = number.as_tuple()
    if len(digits.digits) > _MOST_DIGITS or not -_MOST_DIGITS < int(digits.exponent) < _MOST_DIGITS:
        raise DataError(
            f"{place}a number of {len(digits.digits)} digits and exponent {digits.exponent} is refused."
        )
    return number


def mass_mg(value: Number, unit: str, *, where: str = "") -> int:
    """Return a mass in whole milligrams, rounded half to even.

    Args:
        value: Number.
        unit: Its unit: a code of Recommendation 20, or a name of ``oreflow.units``.
        where: Place of the mass, for messages.

    Returns:
        Mass, mg, zero or more.

    Raises:
        DataError: It is not a number, is negative, or is larger than a thousand million tonnes.
        UnitError: The unit is not one of mass.
    """
    known = mass_units()
    place = f"{where}: " if where else ""
    if unit not in known:
        near = nearest(unit, known)
        hint = f" Did you mean {near[0]!r}?" if near else f" Known: {', '.join(known)}."
        raise UnitError(f"{place}{unit[:20]!r} is no unit of mass that is known here.{hint}")
    number = decimal(value, where=where)
    if number < 0:
        raise DataError(f"{place}a mass of {number} {unit} is negative. Nothing weighs less than nothing.")
    if number > LARGEST_MG:
        raise DataError(f"{place}{number} {unit} is more than a thousand million tonnes.")
    out = int(_CONTEXT.multiply(number, known[unit]).to_integral_value(ROUND_HALF_EVEN))
    if out > LARGEST_MG:
        raise DataError(f"{place}{number} {unit} is more than a thousand million tonnes.")
    return out


def share_ppb(value: Number, *, where: str = "") -> int:
    """Return a share of 0 to 1 in whole billionths.

    Args:
        value: Share, 0 to 1.
        where: Place of the share, for messages.

    Returns:
        Billionths, 0 to 1,000,000,000.

    Raises:
        DataError: It is not a number from 0 to 1.
    """
    number = decimal(value, where=where)
    if not 0 <= number <= 1:
        place = f"{where}: " if where else ""
        raise DataError(f"{place}a share of {number} lies outside 0 to 1.")
    return int((number * PPB).to_integral_value(ROUND_HALF_EVEN))


def element_share(name: str, value: Number, *, where: str = "") -> tuple[str, int]:
    """Return an assay of an element, or of a compound that holds it, as the share of the element.

    Args:
        name: Element (``"Cu"``) or a compound of ``oreflow.units`` that stands for one (``"Li2O"``, ``"LCE"``).
        value: Share of the mass, 0 to 1.
        where: Place, for messages.

    Returns:
        Element and its share, in billionths.

    Raises:
        DataError: The share lies outside 0 to 1.
        UnitError: The name is not known.
    """
    share = share_ppb(value, where=where)
    if name in ELEMENTS:
        return name, share
    for element in ("Li", "Co", "Ni", "Mn", "Mo", "Ga"):
        try:
            return element, round(share * factor(f"t {name}", f"t {element}"))
        except UnitError:
            continue
    near = nearest(name, ELEMENTS)
    raise UnitError(f"{where}: unknown element {name[:20]!r}.{f' Did you mean {near[0]!r}?' if near else ''}")


def mass_text(mg: int) -> str:
    """Return a mass as people write it, exactly: in kg, without a trailing zero."""
    text = f"{Decimal(mg).scaleb(-6):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
