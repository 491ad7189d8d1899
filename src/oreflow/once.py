"""What is built from one thing, such as the names of a world, is built once for it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

HELD = 4
"""Results that are held at a time: a world, one or two laid over it, and what is compared with them."""


def once(build: Callable[[T], R]) -> Callable[[T], R]:
    """Hold the last few results of a function of one argument that never changes.

    Arguments are told apart by identity, so that they need no hash and none is computed.

    Args:
        build: The function.

    Returns:
        The same function; it runs once for each argument while its result is held.
    """
    held: list[tuple[T, R]] = []

    @wraps(build)
    def found(of: T) -> R:
        for known, result in held:
            if known is of:
                return result
        result = build(of)
        held[:] = [*held[1 - HELD :], (of, result)]
        return result

    return found
