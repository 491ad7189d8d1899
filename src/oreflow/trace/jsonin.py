"""Reading JSON that somebody hostile may have written, and writing it the one canonical way.

What two readers could understand differently is refused, so that a signature means the same to everybody:
I-JSON (RFC 7493) is asked for, and text in Unicode normal form C. Writing follows JCS (RFC 8785).
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from dataclasses import dataclass
from typing import Any, NoReturn

from oreflow.errors import TraceError
from oreflow.trace.needs import extra

MOST_INTEGER = 2**53 - 1
"""Largest whole number that every reader of JSON keeps exactly (RFC 7493, 2.2)."""

# A string that never ends is taken to the end at once: trying again behind each of its quotes would take for ever.
_STRINGS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_NO_BRACKETS = bytes(b for b in range(256) if b not in b"[{]}")
_NUMBER_CHARACTERS = 60
_LAST_TWO = "".join(chr(plane << 16 | low) for plane in range(17) for low in (0xFFFE, 0xFFFF))
_ODD = re.compile(f"[\ud800-\udfff\ufdd0-\ufdef{_LAST_TWO}]")


@dataclass(frozen=True)
class Limits:
    """How much is read at most.

    Attributes:
        size: Bytes of the whole text.
        depth: Levels of lists and objects inside each other.
        values: Members of all lists and objects together, about.
    """

    size: int = 1 << 20
    depth: int = 32
    values: int = 100_000


LIMITS = Limits()


def loads(data: bytes, *, limits: Limits = LIMITS, name: str = "document") -> Any:
    """Read JSON strictly.

    Args:
        data: UTF-8 text without a byte order mark.
        limits: How much is read at most.
        name: Name of the document for messages.

    Returns:
        Dictionaries, lists, strings, whole numbers, floats, booleans and ``None``.

    Raises:
        TraceError: It is no JSON; too large or too deep; has a key twice in an object, a number that is not
            finite or a whole number that not every reader keeps; or text that is not in normal form C.
    """
    if len(data) > limits.size:
        raise TraceError("json-too-large", f"{name}: {len(data):,} bytes, more than {limits.size:,}.")
    _measure(data, limits, name)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as e:
        raise TraceError("json-not-utf8", f"{name}: byte {e.start} is not UTF-8.") from e
    if text.startswith("\ufeff"):
        raise TraceError("json-not-utf8", f"{name}: begins with a byte order mark; save it without one.")

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(found)
        if len(members) < len(found):
            seen: set[str] = set()
            twice = next(k for k, _ in found if k in seen or seen.add(k))  # type: ignore[func-returns-value]
            raise TraceError("json-duplicate-key", f"{name}: {_shown(twice)} stands twice in one object.")
        return members

    def whole(digits: str) -> int:
        if len(digits) > _NUMBER_CHARACTERS or abs(int(digits)) > MOST_INTEGER:
            raise TraceError(
                "json-number", f"{name}: {_shown(digits)} is beyond 2^53 - 1, which not every reader keeps."
            )
        return int(digits)

    def real(digits: str) -> float:
        value = float(digits) if len(digits) <= _NUMBER_CHARACTERS else math.inf
        if not math.isfinite(value) or _looks_whole(value):
            raise TraceError(
                "json-number", f"{name}: {_shown(digits)} is too large or too long a number for every reader."
            )
        return value

    def constant(word: str) -> NoReturn:
        raise TraceError("json-number", f"{name}: {word} is not a number in JSON.")

    try:
        found = json.loads(
            text, object_pairs_hook=pairs, parse_int=whole, parse_float=real, parse_constant=constant
        )
    except json.JSONDecodeError as e:
        raise TraceError("json-syntax", f"{name}, line {e.lineno}, column {e.colno}: {e.msg}.") from e
    if not text.isascii() or "\\" in text:
        _check_text(found, name)
    return found


def canonical(value: Any, *, name: str = "document") -> bytes:
    """Write a value the one way that JCS (RFC 8785) allows.

    Args:
        value: What `loads` returns.
        name: Name of the document for messages.

    Returns:
        UTF-8 text.

    Raises:
        TraceError: It holds something that JSON cannot, or not every reader keeps.
    """
    plain = _plain(value)
    if plain is not None:
        return plain
    with extra():
        from rfc8785 import CanonicalizationError, dumps

    try:
        _check_numbers(value, name)
        return dumps(value)
    except CanonicalizationError as e:
        raise TraceError("json-not-canonical", f"{name}: {e}.") from e
    except (RecursionError, TypeError, AttributeError) as e:
        raise TraceError("json-not-canonical", f"{name}: it is too deep or holds what JSON cannot.") from e


def _plain(value: Any) -> bytes | None:
    """Write what the standard library writes as JCS asks; ``None`` where it might not.

    It does where nothing is a float (written otherwise), no whole number is beyond 2^53 - 1, and no character
    is beyond the first plane (whose order in UTF-16 is another).
    """
    if not _simple(value, 64):
        return None
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), check_circular=False)
    if not text.isascii() and max(text) > "\ud7ff":
        return None
    return text.encode("utf-8")


def _simple(value: Any, depth: int) -> bool:
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return True
    if kind is int:
        return bool(-MOST_INTEGER <= value <= MOST_INTEGER)
    if depth == 0:
        return False
    if kind is dict:
        return all(type(k) is str and _simple(v, depth - 1) for k, v in value.items())
    if kind is list:
        return all(_simple(v, depth - 1) for v in value)
    return False


def _looks_whole(value: float) -> bool:
    """Whether the canonical form writes a float as a whole number that not every reader keeps."""
    return MOST_INTEGER < abs(value) < 1e21


def _check_numbers(value: Any, name: str) -> None:
    if isinstance(value, float) and _looks_whole(value):
        raise TraceError(
            "json-not-canonical", f"{name}: {value!r} would be written as a whole number beyond 2^53 - 1."
        )
    if isinstance(value, dict | list | tuple):
        for member in value.values() if isinstance(value, dict) else value:
            _check_numbers(member, name)


def _measure(data: bytes, limits: Limits, name: str) -> None:
    """Count levels and members before anything is built from them."""
    marks = _STRINGS.sub(b"", data)
    depth = 0
    for bracket in marks.translate(None, _NO_BRACKETS):
        if bracket in b"[{":
            depth += 1
            if depth > limits.depth:
                raise TraceError("json-too-deep", f"{name}: more than {limits.depth} levels.")
        else:
            depth -= 1
    members = marks.count(b",") + marks.count(b"[") + marks.count(b"{")
    if members > limits.values:
        raise TraceError("json-too-large", f"{name}: {members:,} values, more than {limits.values:,}.")


def _check_text(value: Any, name: str) -> None:
    if isinstance(value, str):
        odd = _ODD.search(value)
        if odd:
            raise TraceError(
                "json-unicode", f"{name}: U+{ord(odd[0]):04X} in {_shown(value)} is no character (RFC 7493)."
            )
        if not unicodedata.is_normalized("NFC", value):
            raise TraceError(
                "json-unicode", f"{name}: {_shown(value)} is not in normal form C; two spellings look alike."
            )
    elif isinstance(value, dict):
        for key, member in value.items():
            _check_text(key, name)
            _check_text(member, name)
    elif isinstance(value, list):
        for member in value:
            _check_text(member, name)


def _shown(text: str) -> str:
    return ascii(text if len(text) <= 40 else f"{text[:40]}...")
