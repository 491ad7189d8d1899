"""A worker process: reads its work and then numbers of draws from stdin, writes solved draws to stdout."""

from __future__ import annotations

import os
import pickle
import signal
import sys
import traceback
from dataclasses import dataclass
from typing import Any, BinaryIO


@dataclass(frozen=True, slots=True)
class Failure:
    """An error that ends the run, since it is not one of a draw.

    Attributes:
        text: What the worker has to say.
        error: The error, where it is one of ours.
    """

    text: str
    error: Any = None


def main() -> None:
    """Serve until stdin ends, which it does when whoever started this process is gone."""
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # Ctrl-C reaches the whole group; the parent ends us in order
    source = sys.stdin.buffer
    # Nothing else may write between the draws: what is printed goes to stderr.
    target = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    try:
        _serve(source, target)
    except (EOFError, BrokenPipeError):
        os._exit(0)


def _serve(source: BinaryIO, target: BinaryIO) -> None:
    from oreflow.errors import OreflowError
    from oreflow.shock.ensemble.model import Model

    try:
        model = Model(pickle.load(source))
        _ = model.engine
        _tell(target, None)  # ready
        while True:
            for draw in pickle.load(source):
                _tell(target, model.draw(draw))
    except (EOFError, BrokenPipeError):
        raise
    except OreflowError as error:
        _tell(target, Failure(str(error), error))
    except Exception:
        _tell(target, Failure(traceback.format_exc()))


def _tell(target: BinaryIO, message: object) -> None:
    try:
        text = pickle.dumps(message, protocol=5)
    except Exception:  # an error that cannot be sent as it is
        text = pickle.dumps(Failure(str(getattr(message, "text", message))), protocol=5)
    target.write(text)
    target.flush()
