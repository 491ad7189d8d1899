"""Keys that sign, and their public halves: Ed25519 (RFC 8032) and ML-DSA-44 (FIPS 204)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NoReturn

from oreflow.errors import TraceError, UnknownNameError, UsageError
from oreflow.trace.keys import multibase
from oreflow.trace.needs import extra

ED25519 = "ed25519"
ML_DSA_44 = "ml-dsa-44"
ALGORITHMS = (ED25519, ML_DSA_44)

KEY_BYTES = {ED25519: 32, ML_DSA_44: 1312}
SIGNATURE_BYTES = {ED25519: 64, ML_DSA_44: 2420}

_P = 2**255 - 19
_SMALL_ORDER = frozenset(
    int.from_bytes(bytes.fromhex(h), "little")
    for h in (
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    )
)
"""The y of the points of small order of edwards25519. Under such a key one signature fits many messages."""


@dataclass(frozen=True)
class PublicKey:
    """The half of a key that everybody may have.

    Args:
        algorithm: One of `ALGORITHMS`.
        raw: Its bytes, `KEY_BYTES` of them.

    Raises:
        UnknownNameError: The algorithm is not known.
        TraceError: The bytes are not a key of that algorithm, or one that gives no security.
    """

    algorithm: str
    raw: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if self.algorithm not in ALGORITHMS:
            raise UnknownNameError("key algorithm", self.algorithm, ALGORITHMS)
        if len(self.raw) != KEY_BYTES[self.algorithm]:
            raise TraceError(
                "key-wrong",
                f"a public key of {self.algorithm} has {KEY_BYTES[self.algorithm]} bytes, not {len(self.raw)}.",
            )
        if self.algorithm == ED25519:
            y = int.from_bytes(self.raw, "little") & (2**255 - 1)
            if y >= _P or y in _SMALL_ORDER:
                raise TraceError(
                    "key-wrong", "this Ed25519 public key is not canonical or of small order; take a new one."
                )

    @cached_property
    def _verifier(self) -> Any:
        try:
            if self.algorithm == ED25519:
                with extra():
                    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

                return Ed25519PublicKey.from_public_bytes(self.raw)
            return _mldsa("MLDSA44PublicKey", "from_public_bytes", self.raw)
        except ValueError as e:
            raise TraceError("key-wrong", f"these bytes are no public key of {self.algorithm}.") from e

    def verify(self, signature: bytes, message: bytes, *, what: str = "signature") -> None:
        """Check a signature.

        Args:
            signature: The signature.
            message: What it should be over.
            what: What is signed, for the message.

        Raises:
            TraceError: It is not one by this key over this message.
        """
        with extra():
            from cryptography.exceptions import InvalidSignature

        if len(signature) != SIGNATURE_BYTES[self.algorithm]:
            raise TraceError(
                "signature-wrong",
                f"{what}: a signature of {self.algorithm} has {SIGNATURE_BYTES[self.algorithm]} bytes, "
                f"not {len(signature)}.",
            )
        try:
            self._verifier.verify(signature, message)
        except InvalidSignature as e:
            raise TraceError("signature-wrong", f"{what}: not signed by {self.short}.") from e

    @property
    def multibase(self) -> str:
        """The key as a W3C Multikey."""
        return multibase.encode(multibase.HEADERS[self.algorithm] + self.raw)

    @property
    def did(self) -> str:
        """The key as a ``did:key``."""
        return f"did:key:{self.multibase}"

    @property
    def method(self) -> str:
        """The verification method of the ``did:key``."""
        return f"{self.did}#{self.multibase}"

    @property
    def short(self) -> str:
        """The algorithm and enough of the key to tell it from others."""
        return f"{self.algorithm} {self.multibase[:16]}..."

    def __str__(self) -> str:
        return self.short

    def __reduce__(self) -> tuple[type[PublicKey], tuple[str, bytes]]:
        return PublicKey, (self.algorithm, self.raw)

    @classmethod
    def from_multibase(cls, text: object) -> PublicKey:
        """Read a W3C Multikey.

        Raises:
            TraceError: It is none, or of an algorithm that is not taken.
        """
        data = multibase.decode(text)
        for algorithm, header in multibase.HEADERS.items():
            if data.startswith(header):
                return cls(algorithm, data[len(header) :])
        raise TraceError(
            "key-wrong", f"a key with the header {data[:2].hex()}: only {' and '.join(ALGORITHMS)} are taken."
        )


class SigningKey:
    """A key that signs. What it holds is never shown: not in ``repr``, messages, pickles or copies.

    Args:
        private: A private key of the package ``cryptography``.
    """

    __slots__ = ("__private", "public")

    def __init__(self, private: Any) -> None:
        algorithm = _algorithm(private)
        self.__private = private
        self.public = PublicKey(algorithm, private.public_key().public_bytes_raw())

    @classmethod
    def generate(cls, algorithm: str = ED25519) -> SigningKey:
        """Make a new key from the system's random numbers.

        Args:
            algorithm: One of `ALGORITHMS`.

        Raises:
            UnknownNameError: The algorithm is not known.
        """
        if algorithm == ED25519:
            with extra():
                from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

            return cls(Ed25519PrivateKey.generate())
        if algorithm == ML_DSA_44:
            return cls(_mldsa("MLDSA44PrivateKey", "generate"))
        raise UnknownNameError("key algorithm", algorithm, ALGORITHMS)

    @classmethod
    def from_seed(cls, seed: bytes, algorithm: str = ED25519) -> SigningKey:
        """Make the key of a seed, e.g. of a published test vector.

        Args:
            seed: 32 bytes.
            algorithm: One of `ALGORITHMS`.

        Raises:
            UnknownNameError: The algorithm is not known.
            UsageError: The seed does not have 32 bytes.
        """
        if len(seed) != 32:
            raise UsageError(f"the seed of a key has 32 bytes, not {len(seed)}.")
        if algorithm == ED25519:
            with extra():
                from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

            return cls(Ed25519PrivateKey.from_private_bytes(seed))
        if algorithm == ML_DSA_44:
            return cls(_mldsa("MLDSA44PrivateKey", "from_seed_bytes", seed))
        raise UnknownNameError("key algorithm", algorithm, ALGORITHMS)

    @property
    def algorithm(self) -> str:
        """One of `ALGORITHMS`."""
        return self.public.algorithm

    def sign(self, message: bytes) -> bytes:
        """Return the signature over a message."""
        signature: bytes = self.__private.sign(message)
        return signature

    def hand_over(self, write: Callable[[Any], bytes]) -> bytes:
        """Give the private key to a function that writes it; for `oreflow.trace.keys.folder` alone."""
        return write(self.__private)

    def __repr__(self) -> str:
        return f"SigningKey({self.public.short})"

    def __reduce__(self) -> NoReturn:
        raise UsageError("a key that signs is not copied or pickled; save it in a key folder.")


def _algorithm(private: Any) -> str:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    if isinstance(private, Ed25519PrivateKey):
        return ED25519
    if "MLDSA44PrivateKey" in (c.__name__ for c in type(private).__mro__):
        return ML_DSA_44
    raise TraceError(
        "key-wrong", f"a key of the kind {type(private).__name__}: only {', '.join(ALGORITHMS)}."
    )


def _mldsa(kind: str, method: str, *args: bytes) -> Any:
    """Call a method of a class for ML-DSA-44, which neither every version of the package has nor every OpenSSL."""
    with extra():
        from cryptography.exceptions import UnsupportedAlgorithm
    try:
        from cryptography.hazmat.primitives.asymmetric import mldsa

        return getattr(getattr(mldsa, kind), method)(*args)
    except (ImportError, UnsupportedAlgorithm) as e:
        raise UsageError("ML-DSA-44 needs a newer version of the package cryptography.") from e
