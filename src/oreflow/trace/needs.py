"""Packages that come with an extra, asked for only where they are used."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from oreflow.errors import UsageError


@contextmanager
def extra(name: str = "trace") -> Iterator[None]:
    """Say how to get a package that is imported inside the block and is not there.

    Args:
        name: The extra of oreflow that it comes with.

    Raises:
        UsageError: It is not there.
    """
    try:
        yield
    except ImportError as e:
        package = (e.name or "").partition(".")[0] or "that is missing"
        raise UsageError(f"this needs the package {package}: install oreflow[{name}].") from e
