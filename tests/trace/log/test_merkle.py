"""The Merkle tree against the text of RFC 9162, brute force, and the published vectors."""

import base64
import json
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oreflow.errors import TraceError, UsageError
from oreflow.trace.log import merkle

VECTORS = Path(__file__).parents[4] / "shared" / "vectors" / "merkle" / "testdata"
shared = [
    pytest.mark.shared,
    pytest.mark.skipif(not VECTORS.is_dir(), reason="needs ../shared/vectors/merkle"),
]


def mth(leaves: list[bytes]) -> bytes:
    """The definition of RFC 9162, 2.1.1, word for word."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:])).digest()


def path(m: int, leaves: list[bytes]) -> list[bytes]:
    """PATH of RFC 9162, 2.1.3.1, word for word."""
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m < k:
        return [*path(m, leaves[:k]), mth(leaves[k:])]
    return [*path(m - k, leaves[k:]), mth(leaves[:k])]


def subproof(m: int, leaves: list[bytes], whole: bool) -> list[bytes]:
    """SUBPROOF of RFC 9162, 2.1.4.1, word for word."""
    if m == len(leaves):
        return [] if whole else [mth(leaves)]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m <= k:
        return [*subproof(m, leaves[:k], whole), mth(leaves[k:])]
    return [*subproof(m - k, leaves[k:], False), mth(leaves[:k])]


def nodes(leaves: list[bytes]) -> merkle.Node:
    return lambda level, index: mth(leaves[index << level : (index + 1) << level])


def entries(n: int) -> list[bytes]:
    return [b"entry %d" % i for i in range(n)]


@pytest.mark.parametrize("size", range(35))
def test_roots_and_proofs_are_those_of_the_definition(size: int) -> None:
    leaves = entries(size)
    node = nodes(leaves)
    top = merkle.root(size, node)
    assert top == mth(leaves)
    for m in range(size):
        proof = merkle.inclusion(m, size, node)
        assert proof == path(m, leaves)
        merkle.verify_inclusion(m, size, merkle.leaf_hash(leaves[m]), proof, top)
    for m in range(1, size + 1):
        proof = merkle.consistency(m, size, node)
        assert proof == subproof(m, leaves, True)
        merkle.verify_consistency(m, size, proof, mth(leaves[:m]), top)


@given(st.integers(1, 300), st.data())
def test_a_changed_bit_anywhere_is_noticed(size: int, data: st.DataObject) -> None:
    leaves = entries(size)
    node = nodes(leaves)
    m = data.draw(st.integers(0, size - 1))
    proof = merkle.inclusion(m, size, node)
    whole = bytearray(b"".join([merkle.leaf_hash(leaves[m]), *proof, mth(leaves)]))
    bit = data.draw(st.integers(0, len(whole) * 8 - 1))
    whole[bit // 8] ^= 1 << bit % 8
    parts = [bytes(whole[i : i + 32]) for i in range(0, len(whole), 32)]
    with pytest.raises(TraceError, match="inclusion-wrong"):
        merkle.verify_inclusion(m, size, parts[0], parts[1:-1], parts[-1])


@given(st.integers(2, 200), st.data())
def test_a_history_with_another_past_is_not_consistent(size: int, data: st.DataObject) -> None:
    first = data.draw(st.integers(1, size - 1))
    leaves = entries(size)
    forged = list(leaves)
    forged[data.draw(st.integers(0, first - 1))] = b"forged"
    proof = merkle.consistency(first, size, nodes(forged))
    with pytest.raises(TraceError, match="consistency-wrong"):
        merkle.verify_consistency(first, size, proof, mth(leaves[:first]), mth(forged))
    order = data.draw(st.permutations(range(size)))
    if order[:first] != list(range(first)):
        moved = [leaves[i] for i in order]
        with pytest.raises(TraceError, match="consistency-wrong"):
            merkle.verify_consistency(
                first, size, merkle.consistency(first, size, nodes(moved)), mth(leaves[:first]), mth(moved)
            )


@given(st.integers(1, 2**40), st.data())
def test_no_made_up_proof_leads_anywhere(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = data.draw(st.lists(st.binary(min_size=32, max_size=32), max_size=64))
    with pytest.raises(TraceError):
        merkle.verify_inclusion(index, size, b"l" * 32, proof, b"r" * 32)
    first = data.draw(st.integers(0, size))
    with pytest.raises(TraceError):
        merkle.verify_consistency(first, size, proof, b"o" * 32, b"r" * 32)


def test_what_the_tree_does_not_have_is_refused() -> None:
    node = nodes(entries(3))
    with pytest.raises(UsageError, match="no record 3"):
        merkle.inclusion(3, 3, node)
    with pytest.raises(UsageError):
        merkle.consistency(0, 3, node)
    with pytest.raises(UsageError):
        merkle.consistency(4, 3, node)


def vectors(kind: str) -> list[Path]:
    return sorted((VECTORS / kind).rglob("*.json"))


@pytest.mark.parametrize("kind", [pytest.param(k, marks=shared) for k in ("inclusion", "consistency")])
def test_the_published_vectors_are_decided_as_they_say(kind: str) -> None:
    paths = vectors(kind)
    assert len(paths) == 98
    wrong = []
    for p in paths:
        case = json.loads(p.read_text("utf-8"))
        proof = [base64.b64decode(h) for h in case["proof"] or []]
        decoded = {k: base64.b64decode(v or "") for k, v in case.items() if "oot" in k or k == "leafHash"}
        try:
            if kind == "inclusion":
                merkle.verify_inclusion(
                    case["leafIdx"], case["treeSize"], decoded["leafHash"], proof, decoded["root"]
                )
            else:
                merkle.verify_consistency(
                    case["size1"], case["size2"], proof, decoded["root1"], decoded["root2"]
                )
            refused = False
        except TraceError:
            refused = True
        if refused != case["wantErr"]:
            wrong.append(str(p.relative_to(VECTORS)))
    assert not wrong
