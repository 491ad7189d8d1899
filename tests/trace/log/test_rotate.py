"""A log's key is replaced; and what had been cosigned when, which is all that counts after a theft."""

import os
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.trace.log.conftest import NOW, Scene, entry

from oreflow.errors import OreflowError, TraceError, UsageError
from oreflow.trace import keys, log
from oreflow.trace.keys.history import History, compromise
from oreflow.trace.log import checkpoint as checkpoints
from oreflow.trace.log.cosignature import cosign
from oreflow.trace.log.milestones import Milestones

NEW = keys.SigningKey.from_seed(b"n" * 32)


def test_a_new_key_goes_on_with_the_log(scene: Scene) -> None:
    scene.log.append([entry(0)])
    old = scene.log.verifier
    proof = log.make_proof(scene.log, 0)
    made = scene.log.rotate(NEW, at=NOW)
    assert set(made.signatures or ()) == {scene.key.public.multibase, NEW.public.multibase}
    both = scene.log.checkpoint()
    for verifier in (old, scene.log.verifier):
        checkpoints.verify(both, [verifier])
    assert scene.log.append([entry(1)]) == range(1, 2)
    again = log.open(scene.folder, key=NEW)
    assert again.append([entry(2)]) == range(2, 3)
    assert again.check().size == 3
    told = History("example.com/cobalt", [old.key], again.statements)
    told.check(NEW.public, signed_at=NOW)
    with pytest.raises(TraceError, match="key-outside-validity"):
        told.check(old.key, signed_at=NOW)
    with pytest.raises(TraceError, match="another key"):
        log.open(scene.folder, key=scene.key)
    with pytest.raises(TraceError, match="signature-missing"):
        checkpoints.verify(again.checkpoint(), [old])
    either = log.k_of_n([old, again.verifier], [], 0)
    assert log.verify_proof(proof, entry(0), either, now=NOW).size == 1
    assert log.verify_proof(log.make_proof(again, 0), entry(0), either, now=NOW).size == 3


def test_a_writer_with_the_old_key_is_stopped(scene: Scene) -> None:
    """Else it would sign with a key that readers no longer look for."""
    scene.log.append([entry(0)])
    other = log.open(scene.folder, key=scene.key)
    other.append([entry(1)])
    scene.log.rotate(NEW, at=NOW)
    with pytest.raises(TraceError, match=r"replaced meanwhile; open it again.*key-wrong"):
        other.append([entry(2)])
    assert log.open(scene.folder, key=NEW).append([entry(2)]) == range(2, 3)


def test_keys_follow_each_other(scene: Scene) -> None:
    third = keys.SigningKey.from_seed(b"t" * 32)
    scene.log.rotate(NEW, at=NOW)
    scene.log.rotate(third, at=NOW + 5)
    told = History("example.com/cobalt", [scene.key.public], log.open(scene.folder).statements)
    told.check(third.public, signed_at=NOW + 5)


def test_a_stop_in_the_middle_leaves_the_old_key_or_the_new(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.log.append([entry(0)])
    for failing in range(1, 9):
        calls = 0
        real = os.fsync

        def stop(handle: int, failing: int = failing, real: object = real) -> None:
            nonlocal calls
            calls += 1
            if calls == failing:
                raise OSError(5, "Input/output error")
            real(handle)  # type: ignore[operator]

        opened = log.open(scene.folder, key=scene.key)
        with monkeypatch.context() as m:
            m.setattr(os, "fsync", stop)
            with suppress(OreflowError):
                opened.rotate(NEW, at=NOW)
        after = log.open(scene.folder)
        assert after.check().size == 1
        if after.verifier.key == NEW.public:
            assert after.statements
            return
    raise AssertionError("the key was never replaced")


def test_what_cannot_replace_a_key_is_refused(scene: Scene) -> None:
    with pytest.raises(UsageError, match="opened to read"):
        log.open(scene.folder).rotate(NEW, at=NOW)
    with pytest.raises(UsageError, match="ml-dsa-44"):
        scene.log.rotate(keys.SigningKey.generate(keys.ML_DSA_44), at=NOW)
    with pytest.raises(UsageError, match="cannot replace itself"):
        scene.log.rotate(scene.key, at=NOW)
    with pytest.raises(UsageError, match="is no time"):
        scene.log.rotate(NEW, at=0)
    assert log.open(scene.folder).statements == ()


def cosign_all(scene: Scene, time: int, *which: int) -> None:
    head = scene.log.checkpoint()
    lines = [cosign(head, scene.verifiers[i].name, scene.witness_keys[i], time) for i in which]
    scene.log.cosigned(head.with_signatures(lines))


def test_it_is_kept_when_which_record_had_been_cosigned(scene: Scene) -> None:
    policy = scene.policy(2)
    assert scene.log.milestones(policy, now=NOW).when(0) is None
    scene.log.append([entry(i) for i in range(10)])
    cosign_all(scene, NOW - 100, 0, 1)
    cosign_all(scene, NOW - 50, 2)
    cosign_all(scene, NOW - 10, 0)  # once more, later
    scene.log.append([entry(i) for i in range(10, 30)])
    cosign_all(scene, NOW - 60, 0)  # too few
    scene.log.append([entry(i) for i in range(30, 40)])
    cosign_all(scene, NOW - 40, 1, 2)
    scene.log.append([entry(40)])
    found = log.open(scene.folder).milestones(policy, now=NOW)
    assert [found.when(i) for i in (0, 9, 10, 39, 40)] == [NOW - 50, NOW - 50, NOW - 40, NOW - 40, None]
    assert scene.log.milestones(scene.policy(1), now=NOW).when(15) == NOW - 60
    largest = scene.log.witnessed(policy, now=NOW)
    assert largest
    assert largest.size == 40
    assert policy.check(largest, now=NOW) == NOW - 40
    assert scene.log.witnessed(scene.policy(3), now=NOW).size == 10  # type: ignore[union-attr]
    proof = log.make_proof(scene.log, 39, checkpoint=largest)
    assert log.verify_proof(proof, entry(39), policy, now=NOW).cosigned_at == NOW - 40


def test_only_what_was_cosigned_before_a_theft_counts(scene: Scene) -> None:
    """The whole of it: records are logged and cosigned, then the issuer's key is found to be stolen."""
    issuer = keys.SigningKey.generate()
    scene.log.append([entry(0)])
    cosign_all(scene, NOW - 100, 0, 1)
    scene.log.append([entry(1)])
    cosign_all(scene, NOW - 20, 0, 1)
    found = scene.log.milestones(scene.policy(2), now=NOW)
    told = History("miner", [issuer.public], [compromise("miner", issuer.public, NOW - 60, issuer)])
    told.check(issuer.public, signed_at=NOW - 200, cosigned_at=found.when(0))
    with pytest.raises(TraceError, match="key-compromised"):
        told.check(issuer.public, signed_at=NOW - 200, cosigned_at=found.when(1))


def test_a_milestone_of_another_tree_is_refused(scene: Scene, tmp_path: Path) -> None:
    scene.log.append([entry(0)])
    twin = log.create(tmp_path / "twin", origin="example.com/cobalt", key=scene.key)
    twin.append([entry(9)])
    for head in (twin.checkpoint(), checkpoints.sign("example.com/cobalt", 7, bytes(32), scene.key)):
        signed = head.with_signatures([cosign(head, scene.verifiers[0].name, scene.witness_keys[0], NOW)])
        (scene.folder / "cosigned").mkdir(exist_ok=True)
        (scene.folder / "cosigned" / str(head.size)).write_bytes(bytes(signed))
        with pytest.raises(TraceError, match=r"was another when it was cosigned.*log-damaged"):
            scene.log.milestones(scene.policy(1), now=NOW)


@given(st.dictionaries(st.integers(1, 20), st.integers(1, 100)), st.integers(0, 25))
def test_a_record_was_cosigned_with_the_first_tree_that_holds_it(found: dict[int, int], index: int) -> None:
    holding = [at for size, at in found.items() if size > index]
    assert Milestones(found.items()).when(index) == (min(holding) if holding else None)


def test_a_milestone_that_was_tampered_with_is_not_passed_over(scene: Scene) -> None:
    scene.log.append([entry(0)])
    cosign_all(scene, NOW - 5, 0)
    path = scene.folder / "cosigned" / "1"
    path.write_bytes(path.read_bytes().replace(b"\n1\n", b"\n2\n", 1))
    with pytest.raises(TraceError, match="signature-wrong"):
        scene.log.milestones(scene.policy(1), now=NOW)
