"""Random numbers by name: any number of any stream, without the ones before it.

A hazard has a stream of its own in each draw, named by its law and target, so that a law, a plant or a policy that
is added or left out does not shift what happens to the others (common random numbers). Thousands of streams a draw
make a generator object each too slow; a counter-based generator needs none: Philox4x64-10 (Salmon, Moraes, Dror &
Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC11), the function behind `numpy.random.Philox`, applied to
the counter (block, draw, stream) for all streams at once. The numbers are those of NumPy's generator.
"""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]
Floats = NDArray[np.float64]

_M0, _M1 = 0xD2E7470EE14C6C93, 0xCA5A826395121157
_W0, _W1 = 0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B
_LOW, _HALF = np.uint64(0xFFFFFFFF), np.uint64(32)
_ROUNDS = 10
_WORD = 1 << 64


def name(*parts: str) -> int:
    """Return the stable number of a stream, 64 bits, the same on every machine.

    Args:
        *parts: What the stream belongs to, e.g. law and target.
    """
    digest = hashlib.blake2b("\0".join(parts).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little")


class Streams:
    """Uniform numbers of the streams of one seed.

    Args:
        seed: Seed, 0 or more.
    """

    def __init__(self, seed: int) -> None:
        key = np.random.SeedSequence(seed).generate_state(2, np.uint64)
        self._key = int(key[0]), int(key[1])

    def uniforms(self, draw: int, streams: Words, block: int | Words = 0) -> Floats:
        """Return four numbers of each of several streams.

        Args:
            draw: Number of the draw.
            streams: Shape (n,), numbers of the streams (see `name`).
            block: Which four of them, one number or shape (n,).

        Returns:
            Shape (n, 4), each inside (0, 1).
        """
        counter = np.zeros((4, len(streams)), dtype=np.uint64)
        counter[0], counter[1], counter[2] = block, draw, streams
        words = philox(counter, self._key)
        # 52 bits and a half, so that neither 0 nor 1 comes.
        return np.asarray(((words >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52).T


def philox(counter: Words, key: tuple[int, int]) -> Words:
    """Return Philox4x64-10 of counters.

    Args:
        counter: Shape (4, n).
        key: Two words of 64 bits.

    Returns:
        Shape (4, n), words of 64 random bits.
    """
    a, b, c, d = counter
    k0, k1 = key
    for _ in range(_ROUNDS):
        high0, low0 = _product(_M0, a)
        high1, low1 = _product(_M1, c)
        a, b, c, d = high1 ^ b ^ np.uint64(k0), low1, high0 ^ d ^ np.uint64(k1), low0
        k0, k1 = (k0 + _W0) % _WORD, (k1 + _W1) % _WORD
    return np.stack([a, b, c, d])


def _product(factor: int, x: Words) -> tuple[Words, Words]:
    """High and low word of a product of 64 by 64 bits."""
    f0, f1 = np.uint64(factor & 0xFFFFFFFF), np.uint64(factor >> 32)
    x0, x1 = x & _LOW, x >> _HALF
    low, one, two = f0 * x0, f0 * x1, f1 * x0
    carry = ((low >> _HALF) + (one & _LOW) + (two & _LOW)) >> _HALF
    return f1 * x1 + (one >> _HALF) + (two >> _HALF) + carry, np.uint64(factor) * x
