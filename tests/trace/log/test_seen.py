"""A log held against what was seen of it: growth, replay, split view, a past that changed."""

from pathlib import Path

import pytest
from tests.trace.log.conftest import Scene, entry

from oreflow.errors import TraceError
from oreflow.trace import keys, log
from oreflow.trace.log import checkpoint as checkpoints
from oreflow.trace.log import seen


@pytest.fixture
def twin(scene: Scene, tmp_path: Path) -> log.Log:
    """A second history under the same key: 5 records of which the third differs."""
    scene.log.append([entry(i) for i in range(5)])
    made = log.create(tmp_path / "twin", origin="example.com/cobalt", key=scene.key)
    made.append([entry(0), entry(1), entry(99), entry(3), entry(4)])
    return made


def test_a_log_that_grows_is_followed(scene: Scene, tmp_path: Path) -> None:
    watcher = log.Seen(tmp_path / "seen", [scene.log.verifier])
    kinds = []
    for n in (0, 0, 3, 0, 300):
        scene.log.append([entry(i) for i in range(n)])
        observed = watcher.observe(scene.log.checkpoint(), scene.log.consistency)
        kinds.append(observed.kind)
    assert kinds == [seen.FIRST, seen.SAME, seen.GROWN, seen.SAME, seen.GROWN]
    again = log.Seen(tmp_path / "seen", [scene.log.verifier]).last("example.com/cobalt")
    assert again == scene.log.checkpoint()
    assert watcher.evidence() == []


def test_two_trees_of_one_size_are_a_split_view_and_the_pair_proves_it(
    scene: Scene, twin: log.Log, tmp_path: Path
) -> None:
    watcher = log.Seen(tmp_path / "seen", [scene.log.verifier])
    watcher.observe(scene.log.checkpoint(), scene.log.consistency)
    for _ in range(2):
        with pytest.raises(TraceError, match="split-view") as caught:
            watcher.observe(twin.checkpoint(), twin.consistency)
    pair = [checkpoints.read(data) for data in caught.value.evidence]
    assert pair == [scene.log.checkpoint(), twin.checkpoint()]
    assert watcher.evidence() == [tuple(pair)]  # kept once
    assert log.is_split_view(*pair, [scene.log.verifier])
    assert not log.is_split_view(pair[0], pair[0], [scene.log.verifier])
    with pytest.raises(TraceError, match="signature-missing"):
        stranger = log.Verifier("example.com/cobalt", 1, keys.SigningKey.generate().public)
        log.is_split_view(*pair, [stranger])
    assert watcher.last("example.com/cobalt") == scene.log.checkpoint()


def test_a_past_that_changed_is_noticed_at_a_later_size(scene: Scene, twin: log.Log, tmp_path: Path) -> None:
    watcher = log.Seen(tmp_path / "seen", [scene.log.verifier])
    watcher.observe(scene.log.checkpoint(), scene.log.consistency)
    twin.append([entry(5)])
    with pytest.raises(TraceError, match=r"removed, moved or changed.*consistency-wrong") as caught:
        watcher.observe(twin.checkpoint(), twin.consistency)
    assert len(caught.value.evidence) == 2
    assert watcher.evidence()


def test_an_old_checkpoint_shown_again_is_a_replay(scene: Scene, tmp_path: Path) -> None:
    watcher = log.Seen(tmp_path / "seen", [scene.log.verifier])
    scene.log.append([entry(0)])
    old = scene.log.checkpoint()
    scene.log.append([entry(1)])
    watcher.observe(scene.log.checkpoint(), scene.log.consistency)
    with pytest.raises(TraceError, match=r"checkpoint of 1 records, after one of 2.*checkpoint-replayed"):
        watcher.observe(old, scene.log.consistency)
    assert watcher.last("example.com/cobalt") == scene.log.checkpoint()


def test_nothing_unsigned_is_remembered(scene: Scene, tmp_path: Path) -> None:
    watcher = log.Seen(tmp_path / "seen", [scene.log.verifier])
    other = log.create(tmp_path / "o", origin="example.com/cobalt", key=keys.SigningKey.generate())
    with pytest.raises(TraceError, match="signature-missing"):
        watcher.observe(other.checkpoint(), other.consistency)
    assert watcher.last("example.com/cobalt") is None
    nickel = log.create(tmp_path / "n", origin="example.com/nickel", key=scene.key)
    with pytest.raises(TraceError, match="origin-unknown"):
        watcher.observe(nickel.checkpoint(), nickel.consistency)
    with pytest.raises(TraceError, match="another log"):
        log.compare(scene.log.checkpoint(), nickel.checkpoint(), nickel.consistency)


def test_a_proof_that_is_withheld_counts_as_none(scene: Scene, tmp_path: Path) -> None:
    watcher = log.Seen(tmp_path / "seen", [scene.log.verifier])
    scene.log.append([entry(0)])
    watcher.observe(scene.log.checkpoint(), scene.log.consistency)
    scene.log.append([entry(1)])
    with pytest.raises(TraceError, match="consistency-wrong"):
        watcher.observe(scene.log.checkpoint(), lambda a, b: [])


def test_evidence_does_not_pile_up(scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seen, "MOST_EVIDENCE", 3)
    watcher = log.Seen(tmp_path / "seen", [scene.log.verifier])
    scene.log.append([entry(0)])
    watcher.observe(scene.log.checkpoint(), scene.log.consistency)
    for i in range(6):
        forged = checkpoints.sign("example.com/cobalt", 1, bytes([i]) * 32, scene.key)
        with pytest.raises(TraceError, match="split-view"):
            watcher.observe(forged, scene.log.consistency)
    assert len(watcher.evidence()) == 3
