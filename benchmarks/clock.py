"""Clocks: the same thing several times, beside its peer, and whole processes with their peak memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
_WATCH = """
import json, os, subprocess, sys, time
began = time.perf_counter()
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
said = child.stderr.read()
_, status, used = os.wait4(child.pid, 0)
seconds = time.perf_counter() - began
print(json.dumps([seconds, used.ru_maxrss, os.waitstatus_to_exitcode(status), said.decode(errors="replace")[-600:]]))
"""


@dataclass(frozen=True)
class Process:
    """A process that has ended.

    Attributes:
        seconds: Wall time.
        megabytes: Peak resident memory, MB.
    """

    seconds: float
    megabytes: float


def timed(work: Callable[[], object]) -> float:
    """Return the wall time of one call, s."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def repeated(work: Callable[[], object], repeats: int) -> tuple[float, ...]:
    """Return the wall times of several calls, s."""
    return tuple(timed(work) for _ in range(repeats))


def paired(
    ours: Callable[[], object], peer: Callable[[], object], repeats: int
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Call two things in turn, so that both meet the same machine, and return the wall times of each, s."""
    times = [(timed(ours), timed(peer)) for _ in range(repeats)]
    return tuple(a for a, _ in times), tuple(b for _, b in times)


@cache
def _bytecode() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="benchmarks-")


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the variables of a process that keeps its bytecode, as installers leave it, wherever this one runs.

    Half of a second briefing would be spent on compiling packages that were installed without their bytecode. The
    first process of a run fills a folder of its own and is not to be timed.

    Args:
        more: Variables to set.
    """
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": _bytecode().name, **(more or {})}


def inside(setup: str, work: str) -> float:
    """Return the wall time of a statement in a new interpreter, s.

    Args:
        setup: What comes before.
        work: What is timed.
    """
    code = f"import time\n{setup}\nbegan = time.perf_counter()\n{work}\nprint(time.perf_counter() - began)"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, text=True, check=True)
    return float(done.stdout)


def process(command: Sequence[str], more: Mapping[str, str] | None = None) -> Process:
    """Run a command to its end, from the root of the project.

    It is started by a small process of its own: a child counts the memory of the one that started it as its own peak,
    and this one has solvers and tables loaded.

    Args:
        command: Words of the command.
        more: Variables to set for it.

    Returns:
        Wall time and peak memory.

    Raises:
        RuntimeError: The command failed; with the end of what it said.
    """
    watch = [sys.executable, "-S", "-c", _WATCH, *command]
    done = subprocess.run(watch, cwd=ROOT, env=environment(more), capture_output=True, text=True, check=True)
    seconds, peak, code, said = json.loads(done.stdout)
    if code:
        raise RuntimeError(f"{' '.join(command)} left with exit code {code}: {said}")
    unit = 2**20 if sys.platform == "darwin" else 2**10  # bytes there, kilobytes elsewhere
    return Process(seconds, peak / unit)
