"""Whether two texts are nearly the same: sketches of their word sequences, compared without the texts.

Broder, On the resemblance and containment of documents (1997): of the hashes of all runs of four words the smallest
128 are kept; the share that two texts have in common among the smallest 128 of both estimates how much they share.
"""

from __future__ import annotations

import hashlib
import re
import struct
import unicodedata

from oreflow.news.text import fold

ALIKE = 0.8
"""Share of word sequences in common from which two texts are nearly the same."""
_RUN = 4
_KEPT = 128


def text_hash(text: str) -> str:
    """Return a digest that typographic variants, case and line breaks leave as it is."""
    return hashlib.sha256(" ".join(_folded(text).split()).encode("utf-8", "surrogatepass")).hexdigest()


def sketch(text: str) -> bytes:
    """Return the sketch of a text: up to 128 hashes of eight bytes, in rising order."""
    words = re.findall(r"[^\W_]+", _folded(text))
    runs = {" ".join(words[i : i + _RUN]) for i in range(max(1, len(words) - _RUN + 1))}
    hashes = sorted(
        int.from_bytes(hashlib.blake2b(r.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")
        for r in runs
    )
    return struct.pack(f">{len(hashes[:_KEPT])}Q", *hashes[:_KEPT])


def likeness(a: bytes, b: bytes) -> float:
    """Return the share of word sequences that two texts have in common, 0 to 1, from their sketches."""
    x, y = (set(struct.unpack(f">{len(s) // 8}Q", s)) for s in (a, b))
    smallest = sorted(x | y)[:_KEPT]
    return sum(h in x and h in y for h in smallest) / max(len(smallest), 1)


def _folded(text: str) -> str:
    return fold(unicodedata.normalize("NFKC", text)).casefold()
