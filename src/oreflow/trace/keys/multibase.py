"""Keys as text: base58btc multibase over a multicodec header, the W3C Multikey form."""

from __future__ import annotations

from oreflow.errors import TraceError

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUE = {c: i for i, c in enumerate(ALPHABET)}
LONGEST = 4096
"""Characters that are decoded at most; decoding takes time that grows with their square."""

HEADERS = {"ed25519": b"\xed\x01", "ml-dsa-44": b"\x90\x24"}
"""Algorithm to its multicodec header for public keys: ed25519-pub 0xed, mldsa-44-pub 0x1210, as varints."""


def encode58(data: bytes) -> str:
    """Return bytes in base58 with the Bitcoin alphabet."""
    number = int.from_bytes(data, "big")
    digits: list[str] = []
    while number:
        number, rest = divmod(number, 58)
        digits.append(ALPHABET[rest])
    zeros = len(data) - len(data.lstrip(b"\x00"))
    return "1" * zeros + "".join(reversed(digits))


def decode58(text: str) -> bytes:
    """Return the bytes of base58 text.

    Raises:
        TraceError: It is too long or has a character that base58 does not.
    """
    if len(text) > LONGEST:
        raise TraceError("multibase-wrong", f"{len(text):,} characters of base58, more than {LONGEST:,}.")
    number = 0
    for c in text:
        if c not in _VALUE:
            raise TraceError("multibase-wrong", f"{c!r} is not a character of base58.")
        number = number * 58 + _VALUE[c]
    zeros = len(text) - len(text.lstrip("1"))
    return b"\x00" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")


def encode(data: bytes) -> str:
    """Return bytes in multibase: ``z`` and base58btc."""
    return f"z{encode58(data)}"


def decode(text: object) -> bytes:
    """Return the bytes of multibase text in base58btc, the one base that is taken.

    Raises:
        TraceError: It is no such text.
    """
    if not isinstance(text, str) or not text.startswith("z"):
        raise TraceError("multibase-wrong", "what should be multibase does not begin with z (base58btc).")
    return decode58(text[1:])
