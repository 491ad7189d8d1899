"""The power goes: what had not been brought to the disk is lost, in any selection, and the log still holds.

The operations of a writer are written down. Then for each moment between two of them a disk is made up as it could
be found after the power went: a file holds what had been waited for, and of the names given or taken since a folder
was last waited for, some have reached the disk and others have not. From each such disk the log must recover.
"""

import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.trace.log.conftest import entry

from oreflow.trace import keys, log
from oreflow.trace.log import checkpoint as checkpoints
from oreflow.trace.log import disk

SIZES = (3, 250, 1, 300)
KEY = keys.SigningKey.from_seed(b"p" * 32)


@dataclass(frozen=True)
class Step:
    """One operation: ``sync``, ``name``, ``gone``, ``folder`` or ``told`` (acknowledged up to a size)."""

    kind: str
    path: Path
    content: bytes = b""
    size: int = 0


@dataclass
class Tape:
    """Writes down what is done to the disk."""

    steps: list[Step] = field(default_factory=list)
    synced: dict[int, bytes] = field(default_factory=dict)

    def install(self, m: pytest.MonkeyPatch) -> None:
        replace, unlink, mkdir = Path.replace, Path.unlink, Path.mkdir

        def sync(path: Path) -> None:
            if path.is_dir():
                self.steps.append(Step("sync", path))
            else:
                self.synced[path.stat().st_ino] = path.read_bytes()

        def named(path: Path, target: Path) -> Path:
            # What was not waited for is not there when the power is back.
            content = self.synced.get(path.stat().st_ino, b"")
            done = replace(path, target)
            self.steps.append(Step("name", Path(target), content))
            return done

        def gone(path: Path, missing_ok: bool = False) -> None:
            there = path.exists()
            unlink(path, missing_ok)
            if there and path.parent.name != "scratch":
                self.steps.append(Step("gone", path))

        def made(path: Path, *args: object, **options: object) -> None:
            if not path.is_dir():
                self.steps.append(Step("folder", path))
            mkdir(path, *args, **options)  # type: ignore[arg-type]

        m.setattr(disk, "_sync", sync)
        m.setattr(disk, "_sync_all", lambda paths: [sync(p) for p in paths])
        m.setattr(Path, "replace", named)
        m.setattr(Path, "unlink", gone)
        m.setattr(Path, "mkdir", made)


@pytest.fixture(scope="module")
def tape(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Step]]:
    """A log is made and appended to; return its folder and what was done to the disk."""
    folder = tmp_path_factory.mktemp("power") / "log"
    written = Tape()
    with pytest.MonkeyPatch.context() as m:
        written.install(m)
        made = log.create(folder, origin="example.com/power", key=KEY)
        written.steps.append(Step("told", folder))
        for size in SIZES:
            got = made.append([entry(i) for i in range(made.size, made.size + size)])
            written.steps.append(Step("told", folder, size=got.stop))
    return folder, written.steps


def disks(steps: list[Step], folder: Path, rng: random.Random) -> Iterator[dict[Path, bytes | None]]:
    """Yield the disks that may be found after some steps: path to content, ``None`` for a folder."""
    durable: dict[Path, bytes | None] = {folder.parent: None}
    waiting: list[Step] = []

    def apply(state: dict[Path, bytes | None], step: Step) -> None:
        if step.kind == "gone":
            state.pop(step.path, None)
        else:
            state[step.path] = None if step.kind == "folder" else step.content

    for step in steps:
        if step.kind == "sync":
            for w in [w for w in waiting if w.path.parent == step.path]:
                apply(durable, w)
                waiting.remove(w)
        elif step.kind != "told":
            waiting.append(step)
    for share in (0.0, 1.0, 0.5, 0.5):
        state = dict(durable)
        for w in waiting:
            if share == 1.0 or rng.random() < share:
                apply(state, w)
        # What stands in a folder that is not there is not there.
        yield {
            p: c for p, c in state.items() if all(a in state for a in p.parents if a.is_relative_to(folder))
        }


def lay(found: dict[Path, bytes | None], folder: Path, target: Path) -> None:
    for path, content in sorted(found.items()):
        if path == folder.parent:
            continue
        to = target / path.relative_to(folder)
        if content is None:
            to.mkdir(parents=True, exist_ok=True)
        else:
            to.write_bytes(content)


EXPECTED = [entry(i) for i in range(sum(SIZES))]


def recovers(steps: list[Step], folder: Path, target: Path, rng: random.Random) -> int:
    """Recover from every disk that may be found after some steps; return how many that were."""
    told = max((s.size for s in steps if s.kind == "told"), default=0)
    seen = [s.content for s in steps if s.kind == "name" and s.path.name == "checkpoint"]
    count = 0
    for found in disks(steps, folder, rng):
        count += 1
        shutil.rmtree(target, ignore_errors=True)
        lay(found, folder, target)
        opened = log.open(target, key=KEY)
        opened.append([])
        head = opened.check()
        assert head.size >= told, "what was acknowledged is lost"
        assert [opened.entry(i) for i in range(head.size)] == EXPECTED[: head.size]
        for old in map(checkpoints.read, seen):
            # Somebody may have seen it before the power went: the log must come to the same again.
            if old.size > head.size:
                raise AssertionError("a checkpoint that was shown is not reached again")
            assert opened.root(old.size) == old.root
        (index,) = opened.append([entry(10**6)])
        assert index == head.size
    return count


def whole(steps: list[Step]) -> int:
    """How many steps it takes until the log is made."""
    return next(i for i, s in enumerate(steps) if s.kind == "told") + 1


@pytest.mark.slow
def test_whatever_was_lost_the_log_recovers(
    tape: tuple[Path, list[Step]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, steps = tape
    monkeypatch.setattr(disk, "_sync", lambda path: None)  # this disk's own power stays on
    rng = random.Random(1)
    count = sum(
        recovers(steps[:end], folder, tmp_path / "log", rng) for end in range(whole(steps), len(steps) + 1)
    )
    assert count > 200


def test_without_waiting_for_the_disk_it_would_not(
    tape: tuple[Path, list[Step]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same with the waiting left out: so the test above does find what it looks for."""
    folder, steps = tape
    monkeypatch.setattr(disk, "_sync", lambda path: None)
    start = whole(steps)
    lazy = steps[:start] + [s for s in steps[start:] if s.kind != "sync"]
    with pytest.raises(Exception, match=r"missing|lost|damaged|wrong|forked|reached"):
        for end in range(start, len(lazy) + 1):
            recovers(lazy[:end], folder, tmp_path / "log", random.Random(1))
