"""A witness: what it cosigns, what it refuses and how, what it remembers (C2SP tlog-witness)."""

import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.trace.log.conftest import NOW, Scene, entry

from oreflow.errors import OreflowError, TraceError, UsageError
from oreflow.trace import keys, log
from oreflow.trace.log import checkpoint as checkpoints
from oreflow.trace.log import note, witness
from oreflow.trace.log.cosignature import cosigned
from oreflow.trace.log.disk import locked
from oreflow.trace.log.witness import LARGEST_REQUEST, SIZE, Request, read_request


def ask(
    scene: Scene, old: int, *, proof: list[bytes] | None = None, head: log.Checkpoint | None = None
) -> bytes:
    head = head or scene.log.checkpoint()
    if proof is None:
        proof = scene.log.consistency(old, head.size) if 0 < old < head.size else []
    return bytes(Request(old, tuple(proof), head))


def grow(scene: Scene, n: int = 3) -> None:
    size = scene.log.size
    scene.log.append([entry(size + i) for i in range(n)])


def test_a_log_that_goes_on_is_cosigned(scene: Scene) -> None:
    witness = scene.witness(0)
    for old in (0, 3, 6):
        grow(scene)
        reply = witness.add_checkpoint(ask(scene, old))
        assert reply.status == 200
        head = scene.log.checkpoint()
        lines = note.read_signatures(reply.body.decode())
        (found,) = cosigned(head.with_signatures(lines), witness.verifiers, now=NOW)
        assert found.time == NOW
        assert witness.last("example.com/cobalt") == head


def test_the_same_checkpoint_is_cosigned_again(scene: Scene) -> None:
    witness = scene.witness(0)
    grow(scene)
    assert witness.add_checkpoint(ask(scene, 0)).status == 200
    scene.clock.now += 60
    reply = witness.add_checkpoint(ask(scene, 3))
    assert reply.status == 200
    lines = note.read_signatures(reply.body.decode())
    (found,) = cosigned(scene.log.checkpoint().with_signatures(lines), witness.verifiers, now=NOW + 60)
    assert found.time == NOW + 60


def test_a_witness_may_have_a_key_of_each_algorithm(scene: Scene) -> None:
    both = log.Witness(
        scene.folder.with_name("both"),
        name="w",
        keys=scene.witness_keys[:2],
        logs=[scene.log.verifier],
        clock=scene.clock,
    )
    grow(scene)
    lines = note.read_signatures(both.add_checkpoint(ask(scene, 0)).body.decode())
    assert len(cosigned(scene.log.checkpoint().with_signatures(lines), both.verifiers, now=NOW)) == 2


def test_an_empty_log_is_cosigned_only_with_the_empty_root(scene: Scene) -> None:
    assert scene.witness(0).add_checkpoint(ask(scene, 0)).status == 200
    forged = checkpoints.sign("example.com/cobalt", 0, bytes(32), scene.key)
    assert scene.witness(2).add_checkpoint(ask(scene, 0, head=forged)).status == 409


def test_each_refusal_has_the_status_of_the_protocol(scene: Scene) -> None:
    witness = scene.witness(0)
    grow(scene)
    good = ask(scene, 0)
    assert witness.add_checkpoint(good.replace(b"old 0", b"old x")).status == 400
    assert witness.add_checkpoint(b"").status == 400
    unknown = checkpoints.sign("example.com/nickel", 3, scene.log.root(), scene.key)
    assert witness.add_checkpoint(ask(scene, 0, head=unknown)).status == 404
    stranger = checkpoints.sign("example.com/cobalt", 3, scene.log.root(), keys.SigningKey.generate())
    assert witness.add_checkpoint(ask(scene, 0, head=stranger)).status == 403
    data = bytearray(good)
    data[-5] ^= 1  # the signature, by the id of the log's own key
    assert witness.add_checkpoint(bytes(data)).status in (400, 403)
    assert witness.add_checkpoint(ask(scene, 4, proof=[])).status == 400
    reply = witness.add_checkpoint(ask(scene, 2))
    assert (reply.status, reply.body, reply.kind) == (409, b"0\n", "text/x.tlog.size")
    assert witness.add_checkpoint(ask(scene, 0, proof=[bytes(32)])).status == 422
    assert witness.last("example.com/cobalt") is None  # nothing of all this was remembered
    assert witness.add_checkpoint(good).status == 200
    grow(scene)
    reply = witness.add_checkpoint(ask(scene, 0))
    assert (reply.status, reply.body, reply.kind) == (409, b"3\n", SIZE)
    proof = scene.log.consistency(3)
    for wrong in ([], proof[:-1], [*proof, bytes(32)], [bytes(32), *proof[1:]], proof[::-1]):
        assert witness.add_checkpoint(ask(scene, 3, proof=wrong)).status == 422
    assert witness.add_checkpoint(ask(scene, 3)).status == 200
    assert witness.add_checkpoint(ask(scene, 6, proof=[bytes(32)])).status == 422


def test_an_older_checkpoint_is_never_cosigned(scene: Scene) -> None:
    witness = scene.witness(0)
    grow(scene)
    old = ask(scene, 0)
    assert witness.add_checkpoint(old).status == 200
    grow(scene)
    assert witness.add_checkpoint(ask(scene, 3)).status == 200
    assert witness.add_checkpoint(old).status == 409
    assert witness.last("example.com/cobalt") == scene.log.checkpoint()


def test_a_second_tree_of_one_size_is_refused_and_kept_as_evidence(scene: Scene) -> None:
    witness = scene.witness(0)
    grow(scene)
    assert witness.add_checkpoint(ask(scene, 0)).status == 200
    forged = checkpoints.sign("example.com/cobalt", 3, bytes(32), scene.key)
    for old in (3, 0):
        reply = witness.add_checkpoint(ask(scene, old, head=forged, proof=[]))
        assert (reply.status, reply.body) == (409, b"3\n")
    ((first, second),) = witness.evidence()
    assert log.is_split_view(first, second, [scene.log.verifier])


def test_a_rewritten_past_is_refused(scene: Scene, tmp_path: Path) -> None:
    witness = scene.witness(0)
    grow(scene)
    assert witness.add_checkpoint(ask(scene, 0)).status == 200
    twin = log.create(tmp_path / "twin", origin="example.com/cobalt", key=scene.key)
    twin.append([entry(i + 50) for i in range(6)])
    request = Request(3, tuple(twin.consistency(3)), twin.checkpoint())
    assert witness.add_checkpoint(bytes(request)).status == 422


def test_what_was_cosigned_outlasts_the_process(scene: Scene) -> None:
    grow(scene)
    assert scene.witness(0).add_checkpoint(ask(scene, 0)).status == 200
    again = scene.witness(0)
    assert again.last("example.com/cobalt") == scene.log.checkpoint()
    assert again.add_checkpoint(ask(scene, 0)).status == 409


def test_nothing_is_cosigned_that_cannot_be_remembered(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    witness = scene.witness(0)
    grow(scene)

    def full(*_: object) -> None:
        raise OreflowError(f"cannot write {scene.folder}: No space left on device.")

    with monkeypatch.context() as m:
        m.setattr("oreflow.trace.log.disk.Disk.put", full)
        reply = witness.add_checkpoint(ask(scene, 0))
    assert reply.status == 500
    assert "\u2014".encode() not in reply.body
    assert witness.add_checkpoint(ask(scene, 0)).status == 200


def test_of_requests_at_the_same_time_none_rolls_back(scene: Scene) -> None:
    """The race of the specification: checks and the record of the newest are one step."""
    requests = []
    for _ in range(12):
        grow(scene)
        requests.append([ask(scene, old) for old in range(0, scene.log.size, 3)])
    seen: list[int] = []
    witnesses = [scene.witness(0), scene.witness(0)]

    def work(mine: log.Witness) -> None:
        for group in requests:
            for request in group:
                mine.add_checkpoint(request)
                last = mine.last("example.com/cobalt")
                if last:
                    seen.append(last.size)

    threads = [threading.Thread(target=work, args=(witnesses[i % 2],)) for i in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    last = witnesses[0].last("example.com/cobalt")
    assert last
    assert last.size == max(seen)
    assert last.root == scene.log.root(last.size)


def test_a_state_that_is_locked_is_told_as_such(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    grow(scene)
    made = scene.witness(0)
    monkeypatch.setattr(witness, "PATIENCE", 0.05)
    with locked(made.folder / "witness.lock", patience=1.0):
        reply = made.add_checkpoint(ask(scene, 0))
    assert reply.status == 500
    assert str(made.folder).encode() not in reply.body


@pytest.mark.parametrize(
    "data",
    [
        b"old 0\n",
        b"old 00\n\n",
        b"old\n\n",
        b" old 0\n\n",
        b"old -1\n\n",
        b"old 9223372036854775808\n\n",
        b"old 0\nAAAA\n\n",
        b"old 0\n" + b"A" * 43 + b"\n\n",
        b"old 0\n" + (b"A" * 43 + b"=\n") * 64 + b"\n",
        b"old 0\n\xff\n\n",
    ],
)
def test_requests_out_of_form_are_refused(scene: Scene, data: bytes) -> None:
    whole = data + bytes(scene.log.checkpoint()) if data.endswith(b"\n\n") else data
    with pytest.raises(TraceError):
        read_request(whole)
    assert scene.witness(0).add_checkpoint(whole).status == 400


def test_a_request_that_is_too_large_is_refused(scene: Scene) -> None:
    assert scene.witness(0).add_checkpoint(b"old 0\n" + b"x" * LARGEST_REQUEST).status == 400


@given(st.binary(max_size=400))
def test_no_request_makes_it_fail(witness_of_nothing: log.Witness, data: bytes) -> None:
    assert witness_of_nothing.add_checkpoint(data).status in (400, 404)


@pytest.fixture(scope="module")
def witness_of_nothing(tmp_path_factory: pytest.TempPathFactory) -> log.Witness:
    return log.Witness(
        tmp_path_factory.mktemp("w"), name="w", keys=[keys.SigningKey.generate()], logs=[], clock=lambda: NOW
    )


def test_a_witness_needs_a_name_and_a_key(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="needs a key"):
        log.Witness(tmp_path, name="w", keys=[], logs=[])
    with pytest.raises(UsageError, match="cannot name a key"):
        log.Witness(tmp_path, name="a w", keys=[keys.SigningKey.generate()], logs=[])
