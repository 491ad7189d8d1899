"""Checkpoints and cosignatures."""

import struct

import pytest
from tests.trace.log.conftest import NOW, Scene, entry

from oreflow.errors import TraceError, UsageError
from oreflow.trace import keys
from oreflow.trace.log import checkpoint as checkpoints
from oreflow.trace.log import cosignature, note
from oreflow.trace.log.checkpoint import Checkpoint
from oreflow.trace.log.note import Note, Signature

ROOT = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="


def head(scene: Scene) -> Checkpoint:
    scene.log.append([entry(0)])
    return scene.log.checkpoint()


@pytest.mark.parametrize(
    "text",
    [
        "origin\n5\n",
        f"origin\n05\n{ROOT}\n",
        f"origin\n+5\n{ROOT}\n",
        f"origin\n-5\n{ROOT}\n",
        f"origin\n5 \n{ROOT}\n",
        f"origin\n0x5\n{ROOT}\n",
        f"origin\n\u0665\n{ROOT}\n",
        f"origin\n9223372036854775808\n{ROOT}\n",
        f"origin\n{'9' * 400}\n{ROOT}\n",
        "origin\n5\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxqw==\n",
        "origin\n5\nnot base64\n",
        f"\n5\n{ROOT}\n",
        f"origin\n5\n{ROOT}\n\nextension\n",
    ],
)
def test_a_checkpoint_out_of_form_is_refused(text: str) -> None:
    with pytest.raises(TraceError, match="checkpoint-malformed"):
        checkpoints.of(Note(text, ()))


def test_extension_lines_are_kept_and_mean_nothing() -> None:
    found = checkpoints.of(Note(f"origin\n0\n{ROOT}\nmore\nstill more\n", ()))
    assert found.extensions == ("more", "still more")


def test_only_the_log_of_the_origin_signs_for_it(scene: Scene) -> None:
    made = head(scene)
    checkpoints.verify(made, [scene.log.verifier])
    other = keys.SigningKey.generate()
    with pytest.raises(TraceError, match="origin-unknown"):
        checkpoints.verify(made, [note.Verifier("example.com/nickel", note.NOTE, scene.key.public)])
    with pytest.raises(TraceError, match="signature-missing"):
        checkpoints.verify(made, [note.Verifier("example.com/cobalt", note.NOTE, other.public)])
    bare = Checkpoint(Note(made.note.text, ()), *made.head)
    with pytest.raises(TraceError, match="signature-missing"):
        checkpoints.verify(bare, [scene.log.verifier])


@pytest.mark.parametrize("i", [0, 1])
def test_a_witness_signs_time_and_text(scene: Scene, i: int) -> None:
    made = head(scene)
    key, verifier = scene.witness_keys[i], scene.verifiers[i]
    line = cosignature.cosign(made, verifier.name, key, NOW)
    signed = made.with_signatures([line])
    (found,) = cosignature.cosigned(signed, (verifier,), now=NOW)
    assert (found.verifier, found.time, found.latest) == (verifier, NOW, NOW)
    assert checkpoints.read(bytes(signed)) == signed
    for later in (b"\x00" * 8, struct.pack(">Q", NOW - 1), b"\xff" * 8):
        forged = Signature(line.name, line.key_id, later + line.data[8:])
        with pytest.raises(TraceError, match="signature-wrong"):
            cosignature.cosigned(made.with_signatures([forged]), (verifier,), now=NOW)
    for short in (b"", line.data[:8], line.data[:-1], line.data + b"\x00"):
        forged = Signature(line.name, line.key_id, short)
        with pytest.raises(TraceError, match="signature-wrong"):
            cosignature.cosigned(made.with_signatures([forged]), (verifier,), now=NOW)


def test_the_messages_are_those_of_the_specification(scene: Scene) -> None:
    made = checkpoints.of(Note(f"example.com/behind-the-sofa\n20852163\n{ROOT}\n", ()))
    plain, large = scene.verifiers[:2]
    assert cosignature.message(made, plain, 1679315147) == (
        f"cosignature/v1\ntime 1679315147\nexample.com/behind-the-sofa\n20852163\n{ROOT}\n".encode()
    )
    assert cosignature.message(made, large, 1679315147) == b"".join(
        (
            b"subtree/v1\n\x00",
            b"\x12witness.example/w1",
            bytes.fromhex("00000000641850cb"),
            b"\x1bexample.com/behind-the-sofa",
            bytes(8),
            bytes.fromhex("00000000013e2dc3"),
            made.root,
        )
    )


def test_a_cosignature_of_one_type_is_not_one_of_another(scene: Scene) -> None:
    """The log's key as that of a witness, and the reverse: types differ in key id and in what is signed."""
    made = head(scene)
    verifier = note.Verifier("example.com/cobalt", note.COSIGNATURE, scene.key.public)
    assert cosignature.cosigned(made, (verifier,), now=NOW) == []
    moved = Signature("example.com/cobalt", verifier.key_id, made.note.signatures[0].data)
    with pytest.raises(TraceError, match="signature-wrong"):
        cosignature.cosigned(made.with_signatures([moved]), (verifier,), now=NOW)


def test_a_witness_whose_clock_is_ahead_is_refused(scene: Scene) -> None:
    made = head(scene)
    ahead = cosignature.cosign(made, "witness.example/w0", scene.witness_keys[0], NOW + 301)
    with pytest.raises(TraceError, match=r"301 s from now.*clock-skew"):
        cosignature.cosigned(made.with_signatures([ahead]), (scene.verifiers[0],), now=NOW)
    assert cosignature.cosigned(made.with_signatures([ahead]), (scene.verifiers[0],), now=NOW + 1)


def test_of_two_cosignatures_by_one_witness_both_times_are_told(scene: Scene) -> None:
    made = head(scene)
    lines = [
        cosignature.cosign(made, "witness.example/w0", scene.witness_keys[0], t) for t in (NOW, NOW - 50)
    ]
    both = Checkpoint(Note(made.note.text, tuple(lines)), *made.head)
    (found,) = cosignature.cosigned(both, (scene.verifiers[0],), now=NOW)
    assert (found.time, found.latest) == (NOW - 50, NOW)


def test_what_cannot_be_signed_is_refused(scene: Scene) -> None:
    made = head(scene)
    for time in (0, -1, 2**63):
        with pytest.raises(UsageError, match="cannot have the time"):
            cosignature.cosign(made, "w", scene.witness_keys[0], time)
    with pytest.raises(UsageError, match="at most 255"):
        cosignature.cosign(made, "w" * 256, scene.witness_keys[1], NOW)
    long = note.Verifier("w" * 256, note.ML_DSA_COSIGNATURE, scene.witness_keys[1].public)
    line = Signature(long.name, long.key_id, struct.pack(">Q", NOW) + bytes(2420))
    with pytest.raises(TraceError, match=r"at most 255.*signature-wrong"):
        cosignature.cosigned(made.with_signatures([line]), (long,), now=NOW)
