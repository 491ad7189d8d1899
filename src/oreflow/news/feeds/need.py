"""One message for whoever has not installed what feeds need."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from oreflow.errors import UsageError


@contextmanager
def needed() -> Iterator[None]:
    """Turn a missing package into a message that names the extra.

    Raises:
        UsageError: What is imported inside is not installed.
    """
    try:
        yield
    except ImportError as error:
        raise UsageError(
            f"feeds need {error.name}. Install it with: pip install 'oreflow[watch]'."
        ) from error
