"""A process whose children append to a log until they are killed; run as a script by the tests of crashes.

It reads lines: ``run SEED`` starts a child that appends without end, ``count SEED BATCHES`` one that appends so
many batches, ``stop SEED AT`` one that kills itself at its AT-th operation on the disk. It answers with the
child's pid, and with ``dead STATUS`` when the child is gone.
"""

import os
import random
import signal
import sys
from hashlib import sha256
from itertools import count
from pathlib import Path

from oreflow.trace import log
from oreflow.trace.keys.folder import KeyFolder

OPERATIONS = ("fsync", "replace", "unlink", "mkdir", "rmdir", "open")


def entries(seed: int, batch: int, size: int) -> list[bytes]:
    return [sha256(b"%d/%d/%d" % (seed, batch, i)).digest() for i in range(size)]


def append(folder: Path, keys: Path, acks: Path, seed: int, batches: range | None) -> None:
    """Append batches of many sizes; say which indices were acknowledged, in one write each."""
    rng = random.Random(seed)
    opened = log.open(folder, key=KeyFolder(keys).load("log"))
    told = os.open(acks, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    for batch in batches or count():
        size = rng.choice((1, 1, 2, 7, 40, 300))
        got = opened.append(entries(seed, batch, size))
        os.write(told, b"%d %d %d %d\n" % (got.start, seed, batch, size))


def die_at(point: int) -> None:
    """Let the process kill itself in front of its n-th operation on the disk."""
    done = 0
    for name in OPERATIONS:
        real = getattr(os, name)

        def wrapped(*args: object, real: object = real, **options: object) -> object:
            nonlocal done
            done += 1
            if done == point:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*args, **options)  # type: ignore[operator]

        setattr(os, name, wrapped)


def main() -> None:
    folder, keys, acks = map(Path, sys.argv[1:4])
    log.open(folder, key=KeyFolder(keys).load("log")).checkpoint()  # all is imported before children are made
    for line in sys.stdin:
        what, seed, *rest = line.split()
        pid = os.fork()
        if pid == 0:
            batches = range(int(rest[0])) if what == "count" else range(1) if what == "stop" else None
            try:
                if what == "stop":
                    die_at(int(rest[0]))
                append(folder, keys, acks, int(seed), batches)
            finally:
                os._exit(0)
        print(pid, flush=True)
        if what != "count":
            print("dead", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
    while True:
        try:
            os.wait()
        except ChildProcessError:
            break


if __name__ == "__main__":
    main()
