"""Proof files (C2SP tlog-proof), and a stranger who checks one with nothing of ours."""

import base64
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.trace.log.conftest import NOW, Scene, entry

from oreflow.errors import TraceError, UsageError
from oreflow.trace import log
from oreflow.trace.log.cosignature import cosign

RECORD = b'{"mass":1}'


def proven(scene: Scene, *witnesses: int) -> tuple[log.Commitment, int, bytes]:
    """Append a record among others and prove it, with cosignatures."""
    made = log.commit(RECORD)
    scene.log.append([entry(i) for i in range(300)])
    (index,) = scene.log.append([made.entry])
    scene.log.append([entry(i) for i in range(300, 400)])
    head = scene.log.checkpoint()
    head = head.with_signatures(
        cosign(head, scene.verifiers[i].name, scene.witness_keys[i], NOW - i) for i in witnesses
    )
    return made, index, bytes(log.make_proof(scene.log, index, salt=made.salt, checkpoint=head))


def test_a_proof_holds_for_its_record_alone(scene: Scene) -> None:
    _, index, data = proven(scene, 0, 1)
    proof = log.read_proof(data)
    assert bytes(proof) == data
    found = log.verify_record(proof, RECORD, scene.policy(2), now=NOW)
    assert found == log.Proven("example.com/cobalt", index, 401, NOW)
    with pytest.raises(TraceError, match="inclusion-wrong"):
        log.verify_record(proof, b'{"mass":2}', scene.policy(2), now=NOW)
    with pytest.raises(TraceError, match="quorum-missing"):
        log.verify_record(proof, RECORD, scene.policy(3), now=NOW)
    other = log.Proof(proof.index, proof.path, proof.checkpoint, bytes(32))
    with pytest.raises(TraceError, match="inclusion-wrong"):
        log.verify_record(other, RECORD, scene.policy(2), now=NOW)
    bare = log.Proof(proof.index, proof.path, proof.checkpoint)
    with pytest.raises(TraceError, match="does not hold the salt"):
        log.verify_record(bare, RECORD, scene.policy(2), now=NOW)


def test_the_file_has_the_lines_of_the_specification(scene: Scene) -> None:
    made, index, data = proven(scene, 0)
    lines = data.decode().split("\n")
    assert lines[:3] == [
        "c2sp.org/tlog-proof@v1",
        f"extra {base64.b64encode(made.salt).decode()}",
        f"index {index}",
    ]
    gap = lines.index("")
    assert [base64.b64decode(h) for h in lines[3:gap]] == scene.log.inclusion(index)
    assert "\n".join(lines[gap + 1 :]).startswith("example.com/cobalt\n401\n")
    assert b"\n\xe2\x80\x94 witness.example/w0 " in data


def test_a_proof_for_an_older_checkpoint_stays_good(scene: Scene) -> None:
    made, _, data = proven(scene, 0)
    scene.log.append([entry(i) for i in range(1000)])
    assert log.verify_record(log.read_proof(data), RECORD, scene.policy(1), now=NOW).size == 401
    with pytest.raises(UsageError, match="no record 5000"):
        log.make_proof(scene.log, 5000, salt=made.salt)


STRANGER = textwrap.dedent(
    '''
    """Checks a proof file with a log's public key: SHA-256, Ed25519 and the text of the standards, nothing else."""
    import base64, hashlib, struct, sys
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    proof, record, log_key, witness_name, witness_key = sys.argv[1:]
    assert not any(m.startswith("oreflow") for m in sys.modules)
    head, _, checkpoint = open(proof, "rb").read().partition(b"\\n\\n")
    first, extra, index, *path = head.decode().split("\\n")
    assert first == "c2sp.org/tlog-proof@v1"
    salt = base64.b64decode(extra.removeprefix("extra "))
    index = int(index.removeprefix("index "))
    text, _, signatures = checkpoint.rpartition(b"\\n\\n")
    text += b"\\n"
    origin, size, root = text.decode().splitlines()[:3]
    size, root = int(size), base64.b64decode(root)

    def key_id(name, kind, key):
        return hashlib.sha256(name.encode() + b"\\n" + bytes([kind]) + key).digest()[:4]

    log_key, witness_key = bytes.fromhex(log_key), bytes.fromhex(witness_key)
    done = set()
    for line in signatures.decode().splitlines():
        _, name, data = line.split(" ")
        data = base64.b64decode(data)
        if name == origin and data[:4] == key_id(name, 1, log_key):
            Ed25519PublicKey.from_public_bytes(log_key).verify(data[4:], text)
            done.add("log")
        if name == witness_name and data[:4] == key_id(name, 4, witness_key):
            (time,) = struct.unpack(">Q", data[4:12])
            message = b"cosignature/v1\\ntime %d\\n" % time + text
            Ed25519PublicKey.from_public_bytes(witness_key).verify(data[12:], message)
            done.add("witness")
    assert done == {"log", "witness"}

    h = hashlib.sha256(b"\\x00" + hashlib.sha256(salt + open(record, "rb").read()).digest()).digest()
    fn, sn = index, size - 1
    for p in map(base64.b64decode, path):
        if fn & 1 or fn == sn:
            h = hashlib.sha256(b"\\x01" + p + h).digest()
            while not fn & 1 and fn:
                fn >>= 1; sn >>= 1
        else:
            h = hashlib.sha256(b"\\x01" + h + p).digest()
        fn >>= 1; sn >>= 1
    assert sn == 0 and h == root
    print("in the log", origin, "as number", index, "of", size)
    '''
)


def test_a_stranger_needs_the_file_and_the_public_keys_alone(scene: Scene, tmp_path: Path) -> None:
    _, index, data = proven(scene, 0)
    (tmp_path / "a.tlog-proof").write_bytes(data)
    (tmp_path / "record").write_bytes(RECORD)
    (tmp_path / "stranger.py").write_text(STRANGER, "utf-8")
    keys = scene.key.public.raw.hex(), scene.verifiers[0].name, scene.verifiers[0].key.raw.hex()
    command = [sys.executable, "-I", "stranger.py", "a.tlog-proof", "record", *keys]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout == f"in the log example.com/cobalt as number {index} of 401\n", done.stderr
    (tmp_path / "record").write_bytes(RECORD + b" ")
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"tlog-proof@v1", b"tlog-proof@v2"),
        (b"index 300", b"index 0300"),
        (b"index 300", b"index -1"),
        (b"index 300\n", b""),
        (b"index 300", b"indeks 300"),
        (b"extra ", b"extra"),
        (b"extra ", b"extra !"),
        (b"index 300\n", b"index 300\nAAAA\n"),
        (b"index 300\n", b"index 300\n\xff\n"),
        (b"index 300\n", b"index 300\n" + (b"A" * 43 + b"=\n") * 64),
        (b"\n\n", b"\n"),
    ],
)
def test_a_file_out_of_form_is_refused(scene: Scene, old: bytes, new: bytes) -> None:
    _, _, data = proven(scene, 0)
    changed = data.replace(old, new)
    assert changed != data
    with pytest.raises(TraceError, match=r"proof-malformed|note-malformed"):
        log.read_proof(changed)


def test_a_file_that_is_too_large_is_refused() -> None:
    with pytest.raises(TraceError, match="note-too-large"):
        log.read_proof(b"c2sp.org/tlog-proof@v1\n" * 100_000)


@given(st.data())
def test_no_changed_byte_goes_unnoticed(proof_file: tuple[bytes, log.Policy], data: st.DataObject) -> None:
    """Every byte counts, but for the order and names of signatures by strangers, of which there are none here."""
    good, policy = proof_file
    at = data.draw(st.integers(0, len(good) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda b: b != good[at]))
    changed = good[:at] + bytes([byte]) + good[at + 1 :]
    with pytest.raises(TraceError):
        log.verify_record(log.read_proof(changed), RECORD, policy, now=NOW)


@pytest.fixture(scope="module")
def proof_file(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, log.Policy]:
    from oreflow.trace import keys
    from oreflow.trace.log.cosignature import verifier

    key, witness = keys.SigningKey.generate(), keys.SigningKey.generate()
    made = log.create(tmp_path_factory.mktemp("log"), origin="example.com/cobalt", key=key)
    record = log.commit(RECORD)
    made.append([entry(i) for i in range(5)])
    made.append([record.entry])
    head = made.checkpoint()
    head = head.with_signatures([cosign(head, "w", witness, NOW)])
    policy = log.k_of_n([made.verifier], [verifier("w", witness)], 1)
    return bytes(log.make_proof(made, 5, salt=record.salt, checkpoint=head)), policy
