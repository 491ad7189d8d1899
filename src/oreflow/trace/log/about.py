"""What a log's folder says of itself: whose it is, by which key, and how earlier keys were replaced."""

from __future__ import annotations

import json
from collections.abc import Iterable

from oreflow.errors import TraceError
from oreflow.trace import jsonin
from oreflow.trace.keys.history import Statement
from oreflow.trace.log import note
from oreflow.trace.log.note import Verifier, read_vkey

FORMAT = 1


def description(verifier: Verifier, statements: Iterable[Statement]) -> bytes:
    """Return the description of a log."""
    about = {
        "format": FORMAT,
        "origin": verifier.name,
        "key": str(verifier),
        "statements": [s.to_plain() for s in statements],
    }
    return (json.dumps(about, indent=2) + "\n").encode()


def described(data: bytes, where: str) -> tuple[Verifier, tuple[Statement, ...]]:
    """Read the description of a log.

    Args:
        data: The description.
        where: Its file, for messages.

    Returns:
        The log's key, and the statements by which earlier ones were replaced; their signatures are not checked.

    Raises:
        TraceError: It is not of the form.
    """
    about = jsonin.loads(data, name=where)
    if not isinstance(about, dict) or about.get("format") != FORMAT or not isinstance(about.get("key"), str):
        raise TraceError("log-damaged", f"{where}: not the description of a log.")
    verifier = read_vkey(about["key"])
    if verifier.kind != note.NOTE or verifier.name != about.get("origin"):
        raise TraceError("log-damaged", f"{where}: its key is not one of the log {about.get('origin')!r}.")
    told = about.get("statements", [])
    if not isinstance(told, list):
        raise TraceError("log-damaged", f"{where}: its statements are not a list.")
    return verifier, tuple(Statement.from_plain(s) for s in told)
