"""The attacks that the log and the records must withstand, each in one place, told by the rule that stops it.

Each is also tried in many forms beside the code that it aims at; this is the list of them, from end to end.
"""

import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from oreflow.errors import TraceError
from oreflow.trace import credential, jsonin, keys, log
from oreflow.trace.keys.history import History, compromise
from oreflow.trace.log import checkpoint as checkpoints
from oreflow.trace.log import note, tiles
from oreflow.trace.log.cosignature import cosign, verifier
from oreflow.trace.log.note import Signature
from oreflow.trace.times import stamp

NOW = 1_800_000_000
KEY = keys.SigningKey.from_seed(b"k" * 32)
LOG = keys.SigningKey.from_seed(b"l" * 32)
WITNESS = keys.SigningKey.from_seed(b"w" * 32)
TRUSTED = note.Verifier("example.com/log", note.NOTE, LOG.public)
POLICY = log.k_of_n([TRUSTED], [verifier("w", WITNESS)], 1)

ATTACKS: dict[str, tuple[str, Callable[[Path], Any]]] = {}


def attack(name: str, rule: str) -> Callable[[Callable[[Path], Any]], None]:
    def enter(run: Callable[[Path], Any]) -> None:
        ATTACKS[name] = (rule, run)

    return enter


def record(**more: Any) -> dict[str, Any]:
    return {
        "@context": [credential.CONTEXT],
        "type": ["VerifiableCredential"],
        "issuer": KEY.public.did,
        "credentialSubject": {"id": "urn:lot:1", "mass": 1000},
    } | more


def signed(created: int = NOW, **more: Any) -> dict[str, Any]:
    return credential.issue(record(**more), KEY, created=stamp(created))


def checked(document: Any, **options: Any) -> credential.Verification:
    return credential.verify(document, now=NOW, **options).require()


def head(size: int = 1, root: bytes = b"r" * 32, time: int = NOW) -> log.Checkpoint:
    made = checkpoints.sign("example.com/log", size, root, LOG)
    return made.with_signatures([cosign(made, "w", WITNESS, time)])


def test_what_is_honest_passes(tmp_path: Path) -> None:
    assert checked(signed()).ok
    assert checked(json.dumps(signed()).encode()).ok
    assert POLICY.check(head(), now=NOW) == NOW
    assert log.read_checkpoint(bytes(head())).size == 1


@attack("a key stands twice, so that signer and reader see different values", "json-duplicate-key")
def _(_: Path) -> Any:
    text = json.dumps(signed()).replace('"mass": 1000', '"mass": 1000, "mass": 9999')
    return checked(text.encode())


@attack("a number so large that programs round it differently", "json-number")
def _(_: Path) -> Any:
    return checked(json.dumps(signed()).replace("1000", "9007199254740993").encode())


@attack("a number of a million digits, to keep the reader busy", "json-number")
def _(_: Path) -> Any:
    return jsonin.loads(b'{"mass":' + b"9" * 1_000_000 + b"}")


@attack("NaN for a mass, which no comparison catches", "json-number")
def _(_: Path) -> Any:
    return checked(json.dumps(signed()).replace("1000", "NaN").encode())


@attack("lists inside lists until the stack is full", "json-too-deep")
def _(_: Path) -> Any:
    return checked(b'{"a":' * 200_000)


@attack("two spellings of a name that look alike", "json-unicode")
def _(_: Path) -> Any:
    return checked(json.dumps(signed(name="Mine\u0301"), ensure_ascii=False).encode())


@attack("half of a character, which programs replace in their own ways", "json-unicode")
def _(_: Path) -> Any:
    return checked(json.dumps(signed()).replace("urn:lot:1", "urn:lot:\\ud800").encode())


@attack("more text than anybody needs", "json-too-large")
def _(_: Path) -> Any:
    return checked(b" " * (2 << 20))


@attack("a tile's name that leads out of the folder", "tile-name")
def _(_: Path) -> Any:
    return tiles.read_path("tile/0/../../../keys/log.pem")


@attack("the signature is taken away", "credential-proof-missing")
def _(_: Path) -> Any:
    return checked({k: v for k, v in signed().items() if k != "proof"})


@attack("the countersignature of a buyer is taken away", "credential-proof-missing")
def _(_: Path) -> Any:
    buyer = keys.SigningKey.from_seed(b"b" * 32)
    both = credential.issue(signed(), buyer, created=stamp(NOW))
    return checked(both | {"proof": both["proof"][:1]}, required=[buyer.public.did])


@attack("a link is taken out of a chain of signatures", "proof-chain")
def _(_: Path) -> Any:
    one = credential.issue(record(), KEY, created=stamp(NOW), id="urn:a")
    two = credential.issue(one, KEY, created=stamp(NOW), after="urn:a")
    return checked(two | {"proof": two["proof"][1:]})


@attack("the suite is renamed to one that means something else", "cryptosuite-unsupported")
def _(_: Path) -> Any:
    document = signed()
    document["proof"]["cryptosuite"] = "eddsa-rdfc-2022"
    return checked(document)


@attack("the proof points to a key of another algorithm", "cryptosuite-unsupported")
def _(_: Path) -> Any:
    large = keys.SigningKey.from_seed(b"m" * 32, keys.ML_DSA_44)
    document = signed(issuer=large.public.did)
    document["proof"]["verificationMethod"] = large.public.method
    return checked(document)


@attack("a key under which one signature fits every message", "key-wrong")
def _(_: Path) -> Any:
    neutral = keys.multibase.encode(keys.multibase.HEADERS["ed25519"] + b"\x01" + bytes(31))
    document = signed(issuer=f"did:key:{neutral}")
    document["proof"]["verificationMethod"] = f"did:key:{neutral}#{neutral}"
    return checked(document)


@attack("a signature made to log in is used to state", "proof-purpose")
def _(_: Path) -> Any:
    document = signed()
    document["proof"]["proofPurpose"] = "authentication"
    return checked(document)


@attack("somebody else signs in the issuer's name", "issuer-not-bound")
def _(_: Path) -> Any:
    other = keys.SigningKey.from_seed(b"o" * 32)
    return checked(credential.issue(record(), other, created=stamp(NOW)))


@attack("a record is signed for tomorrow", "clock-skew")
def _(_: Path) -> Any:
    return checked(signed(created=NOW + 86_400))


@attack("a record is dated back with a stolen key", "key-compromised")
def _(_: Path) -> Any:
    told = History(KEY.public.did, [KEY.public], [compromise(KEY.public.did, KEY.public, NOW - 100, KEY)])
    return checked(signed(created=NOW - 200), histories={KEY.public.did: told}, cosigned_at=NOW)


@attack("a witness's clock is set ahead, to make a checkpoint look fresh for ever", "clock-skew")
def _(_: Path) -> Any:
    return POLICY.check(head(time=NOW + 86_400), now=NOW)


@attack("an old checkpoint is shown as today's", "checkpoint-stale")
def _(_: Path) -> Any:
    return POLICY.check(head(time=NOW - 86_400), now=NOW, longest=3600)


@attack("an older checkpoint is shown after a newer one", "checkpoint-replayed")
def _(folder: Path) -> Any:
    seen = log.Seen(folder, [TRUSTED])
    seen.observe(head(size=5), lambda a, b: [])
    return seen.observe(head(size=4), lambda a, b: [])


@attack("two histories of one size", "split-view")
def _(folder: Path) -> Any:
    seen = log.Seen(folder, [TRUSTED])
    seen.observe(head(), lambda a, b: [])
    return seen.observe(head(root=b"s" * 32), lambda a, b: [])


@attack("a history that forgets", "consistency-wrong")
def _(folder: Path) -> Any:
    seen = log.Seen(folder, [TRUSTED])
    seen.observe(head(size=2), lambda a, b: [])
    return seen.observe(head(size=3), lambda a, b: [b"r" * 32])


@attack("a checkpoint of another log under the same key", "origin-unknown")
def _(_: Path) -> Any:
    return POLICY.check(checkpoints.sign("example.com/other", 1, b"r" * 32, LOG), now=NOW)


@attack("the log's own signature is taken away and only a witness's left", "signature-missing")
def _(_: Path) -> Any:
    made = head()
    bare = note.Note(made.note.text, made.note.signatures[1:])
    return POLICY.check(checkpoints.of(bare), now=NOW)


@attack("cosignatures are taken away", "quorum-missing")
def _(_: Path) -> Any:
    return POLICY.check(checkpoints.sign("example.com/log", 1, b"r" * 32, LOG), now=NOW)


@attack("a cosignature is given another time", "signature-wrong")
def _(_: Path) -> Any:
    made = checkpoints.sign("example.com/log", 1, b"r" * 32, LOG)
    line = cosign(made, "w", WITNESS, NOW)
    moved = Signature(line.name, line.key_id, struct.pack(">Q", NOW - 5) + line.data[8:])
    return POLICY.check(made.with_signatures([moved]), now=NOW)


@attack("the log's signature is passed off as a witness's", "signature-wrong")
def _(_: Path) -> Any:
    own = note.Verifier("example.com/log", note.COSIGNATURE, LOG.public)
    made = checkpoints.sign("example.com/log", 1, b"r" * 32, LOG)
    moved = Signature("example.com/log", own.key_id, bytes(8) + made.note.signatures[0].data)
    return log.Policy((TRUSTED,), log.k_of_n([], [own], 1).witnesses).check(
        made.with_signatures([moved]), now=NOW
    )


@attack("a note of a megabyte", "note-too-large")
def _(_: Path) -> Any:
    return log.read_checkpoint(bytes(head()) + b"x" * (1 << 20))


@attack("a note with a thousand signatures to check", "note-too-large")
def _(_: Path) -> Any:
    made = head()
    return log.read_checkpoint(bytes(made) + made.note.signatures[1].line.encode() * 1000)


@attack("a proof of another record", "inclusion-wrong")
def _(folder: Path) -> Any:
    kept = log.create(folder / "log", origin="example.com/log", key=LOG)
    salt, entry = log.commit(b"record")
    kept.append([entry])
    proof = log.make_proof(kept, 0, salt=salt)
    return log.verify_record(proof, b"another", log.k_of_n([TRUSTED], [], 0), now=NOW)


@attack("a key file that others can read", "key-folder")
def _(folder: Path) -> Any:
    from oreflow.trace.keys.folder import KeyFolder

    made = KeyFolder(folder / "keys")
    made.save("log", LOG).chmod(0o644)
    return made.load("log")


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_stopped_by_its_rule(name: str, tmp_path: Path) -> None:
    rule, run = ATTACKS[name]
    with pytest.raises(TraceError) as caught:
        run(tmp_path)
    assert caught.value.rule == rule
    assert len(str(caught.value)) < 400
