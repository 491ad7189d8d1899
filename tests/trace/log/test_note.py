"""Signed notes and verifier keys, against published ones and the text of the specification."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oreflow.errors import TraceError, UsageError
from oreflow.trace import keys
from oreflow.trace.log import checkpoint as checkpoints
from oreflow.trace.log import cosignature, note
from oreflow.trace.log.note import Note, Signature, Verifier, read_note, read_vkey, verified

# The key and note of golang.org/x/mod/sumdb/note.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_SEED = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
LINE = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
NOTE = f"{TEXT}\n{LINE}".encode()

# Checkpoints of the Go checksum database; the second is the example of tlog-checkpoint under its true name.
GO_KEY = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
GO = [
    "go.sum database tree\n15067302\ngJyioq6dwR9n+NjEWORfYmH+ubeYm3kH42BBQ0bTpYI=\n\n— sum.golang.org "
    "Az3grp1rvWOs5NKlr/xR4GLN/CDyzzakmt1o61uSxYKpK1SerqOP2ClbX/peKUZjYnyomH5Xz7GZG3TpB7OeKn4E2ww=\n",
    "go.sum database tree\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— sum.golang.org "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n",
]
# The example of tlog-cosignature.
EXAMPLE = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZ"
    "qhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
)


def test_the_note_of_the_reference_implementation_is_made_byte_for_byte() -> None:
    key = keys.SigningKey.from_seed(PETER_SEED)
    verifier = Verifier("PeterNeumann", note.NOTE, key.public)
    assert str(verifier) == PETER
    assert read_vkey(PETER) == verifier
    signature = Signature("PeterNeumann", verifier.key_id, key.sign(TEXT.encode()))
    assert bytes(Note(TEXT, (signature,))) == NOTE
    assert verified(read_note(NOTE), [verifier]) == [verifier]


@pytest.mark.parametrize("text", GO)
def test_checkpoints_of_a_public_log_are_verified(text: str) -> None:
    verifier = read_vkey(GO_KEY)
    assert verified(read_note(text.encode()), [verifier]) == [verifier]
    found = checkpoints.read(text.encode())
    assert (found.origin, bytes(found)) == ("go.sum database tree", text.encode())
    with pytest.raises(TraceError, match="signature-wrong"):
        verified(read_note(text.replace("tree\n1", "tree\n2").replace("\n20", "\n21").encode()), [verifier])


def test_the_example_of_the_specification_is_read() -> None:
    found = checkpoints.read(EXAMPLE.encode())
    assert (found.origin, found.size) == ("example.com/behind-the-sofa", 20852163)
    assert bytes(found) == EXAMPLE.encode()
    _, witness = found.note.signatures
    assert witness.name == "witness.example.com/w1"
    assert cosignature.time_of(witness) == 1679315147


def test_every_mangling_of_a_key_is_refused() -> None:
    for i in range(len(PETER)):
        for j in range(i + 1, len(PETER) + 1):
            if (i, j) != (0, len(PETER)):
                with pytest.raises(TraceError, match="vkey-wrong"):
                    read_vkey(PETER[i:j])
    for i in range(len(PETER)):
        with pytest.raises(TraceError, match="vkey-wrong"):
            read_vkey(PETER[:i] + chr(ord(PETER[i]) + 1) + PETER[i + 1 :])
    for longer in (  # with an id that fits
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        PETER.upper(),
        PETER.replace("c74f20a3", "C74F20A3"),
    ):
        with pytest.raises(TraceError, match="vkey-wrong"):
            read_vkey(longer)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        TEXT.encode(),
        f"{TEXT}\n".encode(),
        f"{TEXT}{LINE}".encode(),
        f"\n\n{LINE}".encode()[1:],
        NOTE[:-1],
        NOTE + b"\n",
        NOTE + b"more\n",
        NOTE.replace(b"\n\n", b"\r\n\r\n"),
        NOTE.replace(b"think", b"th\x00nk"),
        NOTE.replace(b"think", b"th\x1bnk"),
        NOTE.replace(b"think", b"th\xffnk"),
        NOTE.replace("— ".encode(), b"- "),
        NOTE.replace("— ".encode(), "—  ".encode()),
        NOTE.replace(b"PeterNeumann x", b"Peter Neumann x"),
        NOTE.replace(b"PeterNeumann x", b"Peter+Neumann x"),
        NOTE.replace(b"PeterNeumann x", "Peter\u2003Neumann x".encode()),
        NOTE.replace(b"nAM=", b"nAN="),
        NOTE.replace(b"nAM=", b"nAM"),
        NOTE.replace(b"nAM=", b"nA-="),
        f"{TEXT}\n— PeterNeumann AAAA\n".encode(),
        f"{TEXT}\n— PeterNeumann \n".encode(),
    ],
)
def test_a_note_out_of_form_is_refused(data: bytes) -> None:
    with pytest.raises(TraceError, match="note-malformed"):
        read_note(data)


def test_a_note_that_is_too_large_is_refused_before_it_is_looked_at() -> None:
    with pytest.raises(TraceError, match="note-too-large"):
        read_note(b"x" * (note.LARGEST + 1))
    with pytest.raises(TraceError, match=r"65 signatures.*note-too-large"):
        read_note(f"{TEXT}\n{LINE * 65}".encode())
    assert len(read_note(f"{TEXT}\n{LINE * 64}".encode()).signatures) == 64
    large = "".join(Signature(f"k{i}", b"abcd", bytes(5000)).line for i in range(16))
    assert (
        len(read_note(f"{TEXT}\n{large}".encode()).signatures) == 16
    )  # as many and as large as must be taken


def test_text_may_have_empty_lines() -> None:
    found = read_note(f"one\n\n\n{TEXT}\n\n{LINE}".encode())
    assert found.text == f"one\n\n\n{TEXT}\n"


def test_signatures_by_strangers_are_passed_over_and_wrong_ones_are_not() -> None:
    verifier = read_vkey(PETER)
    stranger = f"— PeterNeumann {base64.b64encode(b'idid' + bytes(64)).decode()}\n"
    other = LINE.replace("PeterNeumann", "PeterOther")
    assert verified(read_note(f"{TEXT}\n{stranger}{LINE}{other}".encode()), [verifier]) == [verifier]
    assert verified(read_note(f"{TEXT}\n{stranger}".encode()), [verifier]) == []
    forged = f"— PeterNeumann {base64.b64encode(verifier.key_id + bytes(64)).decode()}\n"
    for lines in (forged, forged + LINE, LINE + forged):
        with pytest.raises(TraceError, match="signature-wrong"):
            verified(read_note(f"{TEXT}\n{lines}".encode()), [verifier])


def test_a_key_signs_one_type_only() -> None:
    """Key ids tell types apart, so that a cosignature is never taken for a log's signature."""
    public = keys.SigningKey.from_seed(PETER_SEED).public
    kinds = [Verifier("a", kind, public) for kind in (note.NOTE, note.COSIGNATURE)]
    assert kinds[0].key_id != kinds[1].key_id
    with pytest.raises(UsageError, match="does not make this type"):
        Verifier("a", note.ML_DSA_COSIGNATURE, public)
    with pytest.raises(UsageError, match="does not make this type"):
        Verifier("a", note.NOTE, keys.SigningKey.generate(keys.ML_DSA_44).public)
    for kind in kinds:
        assert read_vkey(str(kind)) == kind


@pytest.mark.parametrize("name", ["", "two words", "a+b", "a\nb", "a\tb", "a\u2003b", "a\x00"])
def test_names_that_cannot_be_are_refused(name: str) -> None:
    with pytest.raises(UsageError, match="cannot name a key"):
        Verifier(name, note.NOTE, keys.SigningKey.from_seed(PETER_SEED).public)


@given(
    st.text(st.characters(min_codepoint=0x20, exclude_categories=["Cs"]), min_size=1).map(lambda t: t + "\n"),
    st.lists(st.binary(min_size=5, max_size=80), min_size=1, max_size=5),
)
def test_a_note_is_read_back(text: str, signatures: list[bytes]) -> None:
    made = Note(text, tuple(Signature(f"k{i}", s[:4], s[4:]) for i, s in enumerate(signatures)))
    assert read_note(bytes(made)) == made


@given(st.binary(max_size=300))
def test_reading_never_fails_in_another_way(data: bytes) -> None:
    for read in (read_note, checkpoints.read):
        try:
            found = read(data)
        except TraceError:
            continue
        assert bytes(found) == data
