"""Writers that are killed at any point: nothing acknowledged is lost, no two histories, and the log goes on."""

import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.trace.log.writer import entries

from oreflow.trace import keys, log
from oreflow.trace.keys.folder import KeyFolder
from oreflow.trace.log import checkpoint as checkpoints

SCRIPT = Path(__file__).with_name("writer.py")


@dataclass
class Site:
    """A log, its key, and who writes to it."""

    folder: Path
    keys: Path
    acks: Path
    key: keys.SigningKey
    heads: dict[int, bytes] = field(default_factory=dict)
    checked: int = 0

    def opened(self) -> log.Log:
        return log.open(self.folder, key=self.key)

    def note_head(self, data: bytes) -> None:
        """Take down a checkpoint that somebody could have seen; two of one size must be the same."""
        head = checkpoints.read(data)
        assert self.heads.setdefault(head.size, head.root) == head.root, "two histories"

    def recover(self) -> None:
        """Open the log as the next writer does, and see what became of it."""
        opened = self.opened()
        opened.append([])
        head = opened.checkpoint()
        self.note_head(bytes(head))
        for line in self.acks.read_text().splitlines()[self.checked :] if self.acks.exists() else ():
            start, seed, batch, size = map(int, line.split())
            assert [opened.entry(start + i) for i in range(size)] == entries(seed, batch, size)
            self.checked += 1
        for size, root in self.heads.items():
            assert opened.root(size) == root, "what was published is not the beginning of what is"
        assert not (self.folder / "journal").exists()
        assert not list((self.folder / "scratch").iterdir())


@pytest.fixture
def site(tmp_path: Path) -> Site:
    key = keys.SigningKey.generate()
    log.create(tmp_path / "log", origin="example.com/crash", key=key)
    KeyFolder(tmp_path / "keys").save("log", key)
    return Site(tmp_path / "log", tmp_path / "keys", tmp_path / "acks", key)


@contextmanager
def writers(site: Site) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, str(SCRIPT), str(site.folder), str(site.keys), str(site.acks)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        assert process.stdin
        process.stdin.close()


def say(process: subprocess.Popen[str], line: str) -> str:
    assert process.stdin
    assert process.stdout
    process.stdin.write(f"{line}\n")
    process.stdin.flush()
    return process.stdout.readline().strip()


def hear(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().strip()


def kill_many(site: Site, times: int) -> None:
    rng = random.Random(times)
    began = time.perf_counter()
    for i in range(5):
        site.opened().append(entries(10**6, i, 40))
    usual = (time.perf_counter() - began) / 5  # disks differ, and others may be busy with this one
    stop = threading.Event()

    def look() -> None:
        """Somebody who reads the published checkpoint all the time."""
        while not stop.is_set():
            site.note_head((site.folder / "public" / "checkpoint").read_bytes())
            time.sleep(0.001)

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        with writers(site) as process:
            for seed in range(times):
                pid = int(say(process, f"run {seed}"))
                time.sleep(rng.uniform(0.0, 4 * usual))
                with suppress(ProcessLookupError):  # one that ended by itself is told below
                    os.kill(pid, signal.SIGKILL)
                assert hear(process) == "dead -9"
                site.recover()
                if seed % 50 == 49:
                    site.opened().check()
    finally:
        stop.set()
        watcher.join()
    opened = site.opened()
    assert opened.check().size == opened.size > 200
    assert site.checked > times / 5  # many appends were acknowledged before a kill
    (index,) = opened.append([bytes(32)])
    assert index == opened.size - 1


def test_a_writer_that_is_killed_loses_nothing_it_acknowledged(site: Site) -> None:
    kill_many(site, 20)


@pytest.mark.slow
def test_two_hundred_kills_lose_nothing(site: Site) -> None:
    kill_many(site, 200)


def points(site: Site, before: int, seed: int, step: int) -> int:
    """Kill a writer at its operations on the disk in turn, until one gets through; return how far that was."""
    aside = site.folder.with_name("aside")
    shutil.copytree(site.folder, aside)
    with writers(site) as process:
        for point in range(1, 400, step):
            shutil.rmtree(site.folder)
            shutil.copytree(aside, site.folder, copy_function=os.link)  # no file is ever changed in place
            one = Site(site.folder, site.keys, site.acks, site.key, dict(site.heads))
            one.acks.unlink(missing_ok=True)
            say(process, f"stop {seed} {point}")
            died = hear(process) == "dead -9"
            one.recover()
            size = one.opened().check().size
            assert size in (before, before + len_of(seed)), "an append is whole or not there"
            assert died or (size > before and one.checked == 1)
            if not died:
                return point - 1
    raise AssertionError("the writer never got through")


def len_of(seed: int) -> int:
    return random.Random(seed).choice((1, 1, 2, 7, 40, 300))


@pytest.mark.slow
@pytest.mark.parametrize(("before", "step"), [(0, 1), (250, 1), (65_530, 5)])
def test_a_kill_at_an_operation_on_the_disk_leaves_the_append_whole_or_out(
    site: Site, before: int, step: int
) -> None:
    if before:
        site.opened().append(entries(10**6, 0, before))
    site.note_head(bytes(site.opened().checkpoint()))
    seed = next(s for s in range(100) if len_of(s) == 300)
    assert points(site, before, seed, step) > 15


def test_writers_at_the_same_time_take_turns(site: Site) -> None:
    with writers(site) as process:
        for seed in range(4):
            say(process, f"count {seed} 12")
    site.recover()
    rows = sorted(tuple(map(int, line.split())) for line in site.acks.read_text().splitlines())
    assert len(rows) == 4 * 12
    ends = [start + size for start, _, _, size in rows]
    assert [start for start, *_ in rows] == [0, *ends[:-1]]  # no gap, no overlap
    assert {seed for _, seed, *_ in rows[:20]} != {rows[0][1]}  # they did take turns
    assert site.opened().check().size == ends[-1]
