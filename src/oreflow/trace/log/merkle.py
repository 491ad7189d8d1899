"""The Merkle tree of RFC 9162, section 2.1: roots, proofs that a record is in, proofs that nothing was changed.

A tree is read through ``node(level, index)``: the hash of the complete subtree over the leaves
``[index * 2**level, (index + 1) * 2**level)``. Whoever stores only those hashes can give every proof.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256

from oreflow.errors import TraceError, UsageError

HASH = 32
"""Bytes of a hash."""

EMPTY = sha256(b"").digest()
"""Root of the tree without leaves."""

Node = Callable[[int, int], bytes]


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of a leaf: SHA-256 over a zero byte and the entry."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node: SHA-256 over a one byte and both children."""
    return sha256(b"\x01" + left + right).digest()


def root(size: int, node: Node) -> bytes:
    """Return the root of the first ``size`` leaves."""
    return _hash(0, size, node) if size else EMPTY


def inclusion(index: int, size: int, node: Node) -> list[bytes]:
    """Return the proof that a leaf is in the tree: siblings from the leaf up (RFC 9162, 2.1.3.1).

    Args:
        index: Which leaf, from 0.
        size: Leaves of the tree.
        node: Hashes of complete subtrees.

    Raises:
        UsageError: The tree has no such leaf.
    """
    if not 0 <= index < size:
        raise UsageError(f"there is no record {index} in a log of {size}; the first is 0.")
    proof: list[bytes] = []
    low, high = 0, size
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            proof.append(_hash(middle, high, node))
            high = middle
        else:
            proof.append(_hash(low, middle, node))
            low = middle
    return proof[::-1]


def consistency(first: int, second: int, node: Node) -> list[bytes]:
    """Return the proof that the tree of ``first`` leaves begins that of ``second`` (RFC 9162, 2.1.4.1).

    Raises:
        UsageError: The sizes are not ``0 < first <= second``.
    """
    if not 0 < first <= second:
        raise UsageError(f"a log of {second} records cannot be shown to go on from one of {first}.")
    proof: list[bytes] = []
    low, high, whole = 0, second, True  # whole: the old tree is still that of [low, high) when they agree
    while first != high:
        middle = low + _split(high - low)
        if first <= middle:
            proof.append(_hash(middle, high, node))
            high = middle
        else:
            proof.append(_hash(low, middle, node))
            low, whole = middle, False
    if not whole:
        proof.append(_hash(low, high, node))
    return proof[::-1]


def root_from_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes]) -> bytes:
    """Return the root to which a proof of inclusion leads (RFC 9162, 2.1.3.2).

    Raises:
        TraceError: The proof does not have the form that index and size ask for.
    """
    if not 0 <= index < size:
        raise _wrong("inclusion", f"there is no record {index} in a log of {size}")
    fn, sn, found = index, size - 1, leaf
    for p in proof:
        if sn == 0:
            raise _wrong("inclusion", "the proof is too long")
        if fn & 1 or fn == sn:
            found = node_hash(p, found)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            found = node_hash(found, p)
        fn, sn = fn >> 1, sn >> 1
    if sn:
        raise _wrong("inclusion", "the proof is too short")
    return found


def verify_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], expected: bytes) -> None:
    """Check that a leaf is in the tree with a root.

    Args:
        index: Which leaf, from 0.
        size: Leaves of the tree.
        leaf: Hash of the leaf.
        proof: Siblings from the leaf up.
        expected: Root of the tree.

    Raises:
        TraceError: It does not follow from the proof.
    """
    if not expected or root_from_inclusion(index, size, leaf, proof) != expected:
        raise _wrong("inclusion", f"record {index} does not lead to the root of the {size} records")


def verify_consistency(first: int, second: int, proof: Sequence[bytes], old: bytes, new: bytes) -> None:
    """Check that one tree begins another (RFC 9162, 2.1.4.2).

    Args:
        first: Leaves of the old tree; an empty tree says nothing and is refused.
        second: Leaves of the new tree.
        proof: As `consistency` gives it.
        old: Root of the old tree.
        new: Root of the new tree.

    Raises:
        TraceError: It does not follow from the proof.
    """
    if not 0 < first <= second or not old or not new:
        raise _wrong("consistency", f"a log of {first} records cannot be held against one of {second}")
    if first == second:
        if proof or old != new:
            raise _wrong("consistency", f"two roots are told for the same {first} records")
        return
    path = [old, *proof] if first & (first - 1) == 0 else list(proof)
    if not path or (not proof):
        raise _wrong("consistency", "the proof is empty")
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0:
            raise _wrong("consistency", "the proof is too long")
        if fn & 1 or fn == sn:
            fr, sr = node_hash(c, fr), node_hash(c, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node_hash(sr, c)
        fn, sn = fn >> 1, sn >> 1
    if sn or fr != old or sr != new:
        raise _wrong("consistency", f"the log of {second} records does not go on from that of {first}")


def _split(n: int) -> int:
    """Largest power of two below ``n``."""
    return 1 << (n - 1).bit_length() - 1


def _hash(low: int, high: int, node: Node) -> bytes:
    """Hash of the leaves ``[low, high)``, where ``low`` is a multiple of the power of two that covers them."""
    peaks: list[bytes] = []
    while low < high:
        level = (high - low).bit_length() - 1
        peaks.append(node(level, low >> level))
        low += 1 << level
    found = peaks.pop()
    while peaks:
        found = node_hash(peaks.pop(), found)
    return found


def _wrong(rule: str, message: str) -> TraceError:
    return TraceError(f"{rule}-wrong", f"{message}.")
