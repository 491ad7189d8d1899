"""Worker processes on this machine, replaced when they die.

Processes and not threads: laying out a draw and reading it back holds Python's lock for long enough that, on two
cores, two threads solve 1.7 times the draws of one and two processes 1.9 to 2.0 times (lithium, four quarters). They
are plain child processes that speak over their pipes, and not `multiprocessing`, so that a script without a main
guard, a notebook and a killed worker all do no harm.
"""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from queue import SimpleQueue
from typing import Any

from oreflow.errors import OreflowError
from oreflow.shock.ensemble.model import Work
from oreflow.shock.ensemble.result import Result, Row
from oreflow.shock.ensemble.worker import Failure

DEATHS = 3
"""Workers that may die over a draw before it is given up."""
CHUNK = 8
"""Draws handed to a worker at a time, at most."""
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""Linear algebra keeps to one thread: the other cores have draws of their own."""


def given_up(draw: int, policies: Sequence[str], names: Sequence[str], reason: str) -> Result:
    """Return a draw that no worker survived; its inputs are not known here.

    Args:
        draw: Its number.
        policies: Policies compared.
        names: Dense inputs.
        reason: What happened.
    """
    return Result(
        draw, dict.fromkeys(names, float("nan")), (), tuple(Row(p, "failed", reason) for p in policies)
    )


class _Worker:
    """A child process and the thread that listens to it."""

    def __init__(self, work: bytes, inbox: SimpleQueue[tuple[_Worker, Any]]) -> None:
        code = (
            f"import sys; sys.path[:] = {json.dumps(sys.path)}; "
            "from oreflow.shock.ensemble.worker import main; main()"
        )
        self.process = subprocess.Popen(
            [sys.executable, "-c", code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **ONE_THREAD},
        )
        self.ready = False
        self.todo: deque[int] = deque()
        self._work, self._inbox = work, inbox
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        assert self.process.stdin is not None and self.process.stdout is not None
        try:
            self.process.stdin.write(self._work)
            self.process.stdin.flush()
            while True:
                self._inbox.put((self, pickle.load(self.process.stdout)))
        except (OSError, EOFError, ValueError, pickle.UnpicklingError):
            self._inbox.put((self, EOFError()))

    def give(self, draws: Sequence[int]) -> None:
        self.todo.extend(draws)
        assert self.process.stdin is not None
        with suppress(OSError):  # it has died: the listener says so
            self.process.stdin.write(pickle.dumps(list(draws)))
            self.process.stdin.flush()

    def why(self) -> str:
        code = self.process.wait()
        return f"killed by signal {-code}" if code < 0 else f"exit code {code}"

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        self._thread.join()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()


def solve_here(
    work: Work, draws: Sequence[int], *, workers: int, policies: Sequence[str], names: Sequence[str]
) -> Iterator[Result]:
    """Solve draws in worker processes, in the order in which they finish.

    A worker that dies is replaced; what it had finished counts, and the draw that it died over is tried by another.
    After `DEATHS` deaths that draw is given up with the reason and the others go on.

    Args:
        work: World and specification.
        draws: Numbers of the draws.
        workers: Number of processes.
        policies: Policies compared, for draws that are given up.
        names: Dense inputs, for the same.

    Yields:
        Solved draws.

    Raises:
        OreflowError: The specification does not fit the world, or the workers die before they start.
    """
    waiting = deque(draws)
    left = len(waiting)
    packed = pickle.dumps(work, protocol=5)
    inbox: SimpleQueue[tuple[_Worker, Any]] = SimpleQueue()
    deaths: dict[int, int] = {}
    unborn = 0
    size = max(1, min(CHUNK, left // (4 * workers)))
    pool = {_Worker(packed, inbox) for _ in range(min(workers, left))}
    try:
        while left:
            worker, message = inbox.get()
            if isinstance(message, Failure):
                if isinstance(message.error, OreflowError):
                    raise message.error
                raise RuntimeError(f"a worker stopped on an error that is not a draw's:\n{message.text}")
            if isinstance(message, Result):
                worker.todo.popleft()
                deaths.pop(message.draw, None)
                left -= 1
                yield message
            elif message is None:
                worker.ready, unborn = True, 0
            else:
                why = worker.why()
                pool.discard(worker)
                worker.end()
                if worker.todo:
                    first = worker.todo[0]
                    deaths[first] = deaths.get(first, 0) + 1
                    if deaths[first] >= DEATHS:
                        worker.todo.popleft()
                        left -= 1
                        yield given_up(
                            first, policies, names, f"{DEATHS} workers died over this draw ({why})"
                        )
                    waiting.extendleft(reversed(worker.todo))
                elif not worker.ready:
                    unborn += 1
                    if unborn >= DEATHS:
                        raise OreflowError(
                            f"{unborn} workers in a row died before their first draw ({why}). What they said stands "
                            "above; too little memory is the usual cause: give fewer --workers."
                        )
                if left:
                    pool.add(_Worker(packed, inbox))
                continue
            if worker.ready and len(worker.todo) <= size // 2 and waiting:
                worker.give([waiting.popleft() for _ in range(min(size, len(waiting)))])
    finally:
        for worker in pool:
            worker.end()
