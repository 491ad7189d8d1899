"""Signed notes (C2SP signed-note): a text, an empty line, and lines of signatures by named keys."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from hashlib import sha256

from oreflow.errors import TraceError, UsageError
from oreflow.trace.keys.key import ED25519, ML_DSA_44, PublicKey

LARGEST = 256 * 1024
"""Bytes of a note that are read at most."""

MOST_SIGNATURES = 64
"""Signatures of a note that are read at most; the specification asks for 16 at least."""

NOTE, COSIGNATURE, ML_DSA_COSIGNATURE = 0x01, 0x04, 0x06
"""Types of signature: Ed25519 over the text; cosignatures with a time, by Ed25519 and by ML-DSA-44."""

ALGORITHM = {NOTE: ED25519, COSIGNATURE: ED25519, ML_DSA_COSIGNATURE: ML_DSA_44}
"""Type of signature to the algorithm of its key."""

_LINE = re.compile(r"— (\S+) ([A-Za-z0-9+/]+={0,2})")
_NAME = re.compile(r"[^\s+]+")


@dataclass(frozen=True)
class Signature:
    """A line of signature, not yet checked.

    Attributes:
        name: Name of the key.
        key_id: The four bytes that tell keys of one name apart.
        data: What follows them.
    """

    name: str
    key_id: bytes
    data: bytes = field(repr=False)

    @property
    def line(self) -> str:
        """The line, with its end."""
        return f"— {self.name} {base64.b64encode(self.key_id + self.data).decode()}\n"


@dataclass(frozen=True)
class Note:
    """A text and the signatures under it, none of them checked.

    Attributes:
        text: The text with its last line end.
        signatures: In the order of the note.
    """

    text: str
    signatures: tuple[Signature, ...]

    def __bytes__(self) -> bytes:
        return f"{self.text}\n{''.join(s.line for s in self.signatures)}".encode()

    def with_signatures(self, more: Iterable[Signature]) -> Note:
        """Return the note with further signatures; one that is there already, by name and id, is replaced."""
        found = {(s.name, s.key_id): s for s in self.signatures}
        found.update({(s.name, s.key_id): s for s in more})
        return replace(self, signatures=tuple(found.values()))


@dataclass(frozen=True)
class Verifier:
    """A public key under a name and for one type of signature: the ``vkey`` of the specification.

    Args:
        name: Name of the key, without spaces or plus signs.
        kind: `NOTE`, `COSIGNATURE` or `ML_DSA_COSIGNATURE`.
        key: The key.

    Raises:
        UsageError: The name is not possible, or the key is not of the algorithm of the kind.
    """

    name: str
    kind: int
    key: PublicKey

    def __post_init__(self) -> None:
        check_name(self.name)
        if ALGORITHM.get(self.kind) != self.key.algorithm:
            raise UsageError(f"{self.name}: a {self.key.algorithm} key does not make this type of signature.")

    @property
    def key_id(self) -> bytes:
        """SHA-256 over name, line end, type and key, its first four bytes."""
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.key.raw).digest()[:4]

    def __str__(self) -> str:
        material = base64.b64encode(bytes([self.kind]) + self.key.raw).decode()
        return f"{self.name}+{self.key_id.hex()}+{material}"

    def made(self, signature: Signature) -> bool:
        """Whether a signature says that it is by this key."""
        return signature.name == self.name and signature.key_id == self.key_id


def check_name(name: str) -> str:
    """Return a name of a key.

    Raises:
        UsageError: It is empty or has a space, a plus sign or a control character.
    """
    if not _NAME.fullmatch(name) or any(ord(c) < 0x20 for c in name):
        raise UsageError(f"{name!r} cannot name a key: it must not be empty or have spaces or plus signs.")
    return name


def read_vkey(text: str) -> Verifier:
    """Read a public key in the form ``name+id+key``.

    Raises:
        TraceError: It is not of that form, of another type, or its id does not fit.
    """
    parts = text.strip().split("+", 2)
    if len(parts) != 3:
        raise TraceError("vkey-wrong", "a verifier key has the form name+id+key.")
    name, key_id, material = parts
    data = decode64(material, "vkey-wrong", f"key {name}")
    if not data or data[0] not in ALGORITHM:
        raise TraceError("vkey-wrong", f"{name}: a key for a type of signature that is not known.")
    try:
        verifier = Verifier(name, data[0], PublicKey(ALGORITHM[data[0]], data[1:]))
    except TraceError as e:
        raise TraceError("vkey-wrong", f"{name}: {e.text}") from e
    except UsageError as e:
        raise TraceError("vkey-wrong", str(e)) from e
    if not re.fullmatch("[0-9a-f]{8}", key_id) or bytes.fromhex(key_id) != verifier.key_id:
        raise TraceError("vkey-wrong", f"{name}: the id {key_id[:16]} is not that of the key.")
    return verifier


def read_note(data: bytes, *, what: str = "note") -> Note:
    """Read a signed note; no signature is checked.

    Args:
        data: The note.
        what: What it is, for messages.

    Raises:
        TraceError: It is too large or not of the form.
    """
    if len(data) > LARGEST:
        raise TraceError("note-too-large", f"{what}: {len(data):,} bytes, more than {LARGEST:,}.")
    try:
        whole = data.decode("utf-8")
    except UnicodeDecodeError as e:
        raise TraceError("note-malformed", f"{what}: byte {e.start} is not UTF-8.") from e
    if any(c < " " and c != "\n" for c in whole):
        raise TraceError("note-malformed", f"{what}: has a control character.")
    text, gap, lines = whole.rpartition("\n\n")
    if not gap or not text or not lines.endswith("\n"):
        raise TraceError("note-malformed", f"{what}: no signatures stand below an empty line.")
    return Note(f"{text}\n", read_signatures(lines, what=what))


def read_signatures(lines: str, *, what: str = "note") -> tuple[Signature, ...]:
    """Read lines of signatures.

    Raises:
        TraceError: There are too many, or one is not of the form.
    """
    rows = lines.removesuffix("\n").split("\n")
    if len(rows) > MOST_SIGNATURES:
        raise TraceError("note-too-large", f"{what}: {len(rows)} signatures, more than {MOST_SIGNATURES}.")
    return tuple(_signature(row, what) for row in rows)


def _signature(row: str, what: str) -> Signature:
    found = _LINE.fullmatch(row)
    if not found or "+" in found[1]:
        raise TraceError("note-malformed", f"{what}: {row[:60]!r} is not a line of signature.")
    data = decode64(found[2], "note-malformed", what)
    if len(data) < 5:
        raise TraceError("note-malformed", f"{what}: the signature of {found[1]} is too short.")
    return Signature(found[1], data[:4], data[4:])


Check = Callable[[Verifier, Signature, Note], None]


def check_ed25519(verifier: Verifier, signature: Signature, note: Note) -> None:
    """Check an Ed25519 signature over the text of a note.

    Raises:
        TraceError: It is not one by the key.
    """
    verifier.key.verify(signature.data, note.text.encode(), what=f"signature of {verifier.name}")


def verified(note: Note, verifiers: Iterable[Verifier], check: Check = check_ed25519) -> list[Verifier]:
    """Return those keys that signed a note; signatures of others are passed over.

    Args:
        note: The note.
        verifiers: Keys that are trusted.
        check: Checks one signature.

    Raises:
        TraceError: A signature that says it is by one of the keys is not.
    """
    found = []
    for verifier in verifiers:
        mine = [s for s in note.signatures if verifier.made(s)]
        for signature in mine:
            check(verifier, signature, note)
        if mine:
            found.append(verifier)
    return found


def decode64(text: str, rule: str, what: str) -> bytes:
    """Return the bytes of standard base64, in its one spelling.

    Raises:
        TraceError: It is not that.
    """
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as e:
        raise TraceError(rule, f"{what}: not base64.") from e
    if base64.b64encode(data).decode() != text:
        raise TraceError(rule, f"{what}: base64 in another spelling than the usual one.")
    return data


def encode64(data: bytes) -> str:
    """Return bytes in standard base64."""
    return base64.b64encode(data).decode()
