"""A folder of keys that only their owner can read, encrypted under a passphrase where one is given.

Keys stand as PEM of PKCS#8, which other programs read too. A passphrase goes through scrypt (RFC 7914) with
N = 2^14, r = 8, p = 5, as OWASP advises, before it becomes a key of AES-256.
"""

from __future__ import annotations

import base64
import os
import re
import secrets
import stat
from pathlib import Path
from typing import Any

from oreflow.errors import OreflowError, TraceError, UnknownNameError, UsageError
from oreflow.trace.keys.key import SigningKey
from oreflow.trace.needs import extra

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_LARGEST = 64 * 1024
COST = (1 << 14, 8, 5)
"""N, r and p of scrypt."""

_PBES2 = bytes.fromhex("06092a864886f70d01050d")
_SCRYPT = bytes.fromhex("06092b06010401da47040b")
_AES_256_CBC = bytes.fromhex("060960864801650304012a")


class KeyFolder:
    """A folder of keys.

    Args:
        folder: The folder; made, for its owner alone, where it is missing.

    Raises:
        TraceError: Others can read the folder, or it is not the owner's.
        OreflowError: It cannot be made.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)
        try:
            if not self.folder.is_dir():
                self.folder.mkdir(mode=0o700, parents=True)
                self.folder.chmod(0o700)
        except OSError as e:
            raise OreflowError(f"cannot make {self.folder}: {e.strerror or e}.") from e
        _check_private(self.folder, self.folder.lstat(), 0o700)

    def names(self) -> list[str]:
        """Return the names of the keys."""
        return sorted(p.stem for p in self.folder.glob("*.pem"))

    def save(self, name: str, key: SigningKey, *, passphrase: str | None = None) -> Path:
        """Save a key; none is ever replaced.

        Args:
            name: Letters, digits, dots, lines; names the file.
            key: The key.
            passphrase: Encrypts it.

        Returns:
            The file.

        Raises:
            UsageError: The name is not possible or taken, or the passphrase is empty.
            OreflowError: The file cannot be written.
        """
        path = self._path(name)
        if passphrase == "":
            raise UsageError("an empty passphrase protects nothing; leave it out to save the key as it is.")
        content = key.hand_over(lambda private: _pem(private, passphrase))
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
        try:
            handle = os.open(path, flags, 0o600)
        except FileExistsError as e:
            raise UsageError(f"{path} is there already; a key is never replaced.") from e
        except OSError as e:
            raise OreflowError(f"cannot write {path}: {e.strerror or e}.") from e
        try:
            os.fchmod(handle, 0o600)
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            folder = os.open(self.folder, os.O_RDONLY)
            try:
                os.fsync(folder)  # the name of the file as well: a log whose key is lost cannot go on
            finally:
                os.close(folder)
        except OSError as e:
            path.unlink(missing_ok=True)
            raise OreflowError(f"cannot write {path}: {e.strerror or e}.") from e
        return path

    def load(self, name: str, *, passphrase: str | None = None) -> SigningKey:
        """Load a key.

        Args:
            name: Its name.
            passphrase: What it was encrypted with.

        Raises:
            UnknownNameError: There is no such key.
            TraceError: Others can read it, the passphrase is missing or wrong, or it is no key.
        """
        path = self._path(name)
        try:
            handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
        except FileNotFoundError as e:
            raise UnknownNameError("key", name, self.names(), where=str(self.folder)) from e
        except OSError as e:
            raise OreflowError(f"cannot read {path}: {e.strerror or e}.") from e
        with os.fdopen(handle, "rb") as stream:
            _check_private(path, os.fstat(stream.fileno()), 0o600)
            content = stream.read(_LARGEST)
        return SigningKey(_private(content, passphrase, path))

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise UsageError(f"{name[:80]!r} cannot name a key: letters, digits, dots and lines only.")
        return self.folder / f"{name}.pem"


def _check_private(path: Path, found: os.stat_result, asked: int) -> None:
    mode = stat.S_IMODE(found.st_mode)
    if mode & 0o077 or stat.S_ISLNK(found.st_mode):
        raise TraceError(
            "key-folder", f"{path} has the mode {mode:04o}: others could read keys. Make it {asked:04o}."
        )
    if hasattr(os, "geteuid") and found.st_uid != os.geteuid():
        raise TraceError("key-folder", f"{path} belongs to another user.")


def _private(content: bytes, passphrase: str | None, path: Path) -> Any:
    with extra():
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

    encrypted = b"ENCRYPTED" in content
    if encrypted and passphrase is None:
        raise TraceError("key-passphrase", f"{path} is encrypted; give its passphrase.")
    given = passphrase.encode() if encrypted and passphrase is not None else None
    try:
        return load_pem_private_key(content, given)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        # Without the cause: what a parser says of a secret does not belong in a message.
        wrong = "key-passphrase" if encrypted else "key-wrong"
        said = "the passphrase is wrong" if encrypted else "it holds no key that is known"
        raise TraceError(wrong, f"{path}: {said}.") from None


def _pem(private: Any, passphrase: str | None) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    plain: bytes
    if passphrase is None:
        plain = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return plain
    plain = private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    text = base64.b64encode(_encrypted(plain, passphrase.encode())).decode()
    rows = "\n".join(text[i : i + 64] for i in range(0, len(text), 64))
    return f"-----BEGIN ENCRYPTED PRIVATE KEY-----\n{rows}\n-----END ENCRYPTED PRIVATE KEY-----\n".encode()


def _encrypted(plain: bytes, passphrase: bytes) -> bytes:
    """Wrap PKCS#8 by PBES2 (RFC 8018) with scrypt (RFC 7914, 7), which ``cryptography`` reads but does not write."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
    from cryptography.hazmat.primitives.padding import PKCS7

    salt, start = secrets.token_bytes(16), secrets.token_bytes(16)
    n, r, p = COST
    key = Scrypt(salt=salt, length=32, n=n, r=r, p=p).derive(passphrase)
    padder = PKCS7(128).padder()
    encryptor = Cipher(algorithms.AES(key), modes.CBC(start)).encryptor()
    sealed = encryptor.update(padder.update(plain) + padder.finalize()) + encryptor.finalize()
    derive = _sequence(_SCRYPT, _sequence(_octets(salt), *(_integer(v) for v in COST)))
    scheme = _sequence(_PBES2, _sequence(derive, _sequence(_AES_256_CBC, _octets(start))))
    return _sequence(scheme, _octets(sealed))


def _der(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 128:
        return bytes([tag, size]) + content
    digits = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(digits)]) + digits + content


def _sequence(*parts: bytes) -> bytes:
    return _der(0x30, b"".join(parts))


def _octets(content: bytes) -> bytes:
    return _der(0x04, content)


def _integer(value: int) -> bytes:
    return _der(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))
