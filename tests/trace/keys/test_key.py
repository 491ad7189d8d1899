"""Keys: published values, keys that give no security, and that nothing secret is ever shown."""

import copy
import logging
import pickle
import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oreflow.errors import OreflowError, TraceError, UnknownNameError, UsageError
from oreflow.trace.keys import ALGORITHMS, ED25519, ML_DSA_44, PublicKey, SigningKey, multibase
from oreflow.trace.keys.key import _SMALL_ORDER

P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P


def double(x: int, y: int) -> tuple[int, int]:
    """Twice a point of edwards25519 (RFC 8032, 5.1.4, in affine coordinates)."""
    t = D * x * x * y * y % P
    return 2 * x * y * pow(1 + t, -1, P) % P, (y * y + x * x) * pow(1 - t, -1, P) % P


def point(y: int) -> tuple[int, int]:
    """A point with that y (RFC 8032, 5.1.3)."""
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    if v * x * x % P == -u % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    assert v * x * x % P == u
    return x, y


def test_keys_of_small_order_are_all_known_and_refused() -> None:
    """Each listed y is that of a point whose eightfold is the neutral one; a curve of cofactor 8 has five such y."""
    assert len(_SMALL_ORDER) == 5
    for y in _SMALL_ORDER:
        p = point(y)
        for _ in range(3):
            p = double(*p)
        assert p == (0, 1)
        for sign in (0, 1):
            raw = (y | sign << 255).to_bytes(32, "little")
            with pytest.raises(TraceError, match=r"small order.*key-wrong"):
                PublicKey(ED25519, raw)
    for y in (P, P + 1, 2**255 - 1):  # the same points under another name
        with pytest.raises(TraceError, match="not canonical"):
            PublicKey(ED25519, y.to_bytes(32, "little"))


def test_signatures_of_rfc_8032() -> None:
    """RFC 8032, 7.1, tests 1 and 2."""
    for seed, public, message, signature in (
        (
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
            "d25bf5f0595bbe24655141438e7a100b",
        ),
        (
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
            "387b2eaeb4302aeeb00d291612bb0c00",
        ),
    ):
        key = SigningKey.from_seed(bytes.fromhex(seed))
        assert key.public.raw.hex() == public
        assert key.sign(bytes.fromhex(message)).hex() == signature


def test_the_did_of_the_did_key_specification() -> None:
    """The first example of did:key for Ed25519."""
    did = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"
    key = PublicKey.from_multibase(did.removeprefix("did:key:"))
    assert (key.did, key.method) == (did, f"{did}#{key.multibase}")
    assert key.raw.hex() == "2e6fcce36701dc791488e0d0b1745cc1e33a4c1c9fcc41c63bd343dbbe0970e6"


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_signature_holds_for_its_message_and_key_alone(algorithm: str) -> None:
    key, other = SigningKey.generate(algorithm), SigningKey.generate(algorithm)
    signature = key.sign(b"message")
    key.public.verify(signature, b"message")
    assert PublicKey.from_multibase(key.public.multibase) == key.public
    for verifier, s, m in (
        (key.public, signature, b"messagf"),
        (other.public, signature, b"message"),
        (key.public, bytes(len(signature)), b"message"),
        (key.public, signature[:-1], b"message"),
        (key.public, signature + b"\x00", b"message"),
        (key.public, b"", b"message"),
    ):
        with pytest.raises(TraceError, match="signature-wrong"):
            verifier.verify(s, m)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_public_key_goes_to_other_processes(algorithm: str) -> None:
    key = SigningKey.generate(algorithm)
    signature = key.sign(b"m")
    key.public.verify(signature, b"m")  # by now it holds what cannot be sent
    again = pickle.loads(pickle.dumps(key.public))
    assert again == key.public
    again.verify(signature, b"m")


def test_a_signature_cannot_be_varied() -> None:
    """Ed25519: S + L signs as well as S where S is not held below L (RFC 8032, 5.1.7)."""
    key = SigningKey.from_seed(bytes(32))
    signature = key.sign(b"m")
    s = int.from_bytes(signature[32:], "little") + 2**252 + 27742317777372353535851937790883648493
    with pytest.raises(TraceError, match="signature-wrong"):
        key.public.verify(signature[:32] + s.to_bytes(32, "little"), b"m")


def test_what_is_no_key_is_refused() -> None:
    with pytest.raises(UnknownNameError, match=r"'ed25518'.*'ed25519'"):
        SigningKey.generate("ed25518")
    with pytest.raises(UnknownNameError):
        SigningKey.from_seed(bytes(32), "rsa")
    with pytest.raises(UsageError, match="32 bytes"):
        SigningKey.from_seed(b"short")
    with pytest.raises(TraceError, match="32 bytes, not 31"):
        PublicKey(ED25519, bytes(31))
    with pytest.raises(UnknownNameError):
        PublicKey("rsa", bytes(32))
    with pytest.raises(TraceError, match="only ed25519 and ml-dsa-44"):
        PublicKey.from_multibase(multibase.encode(b"\x80\x24" + bytes(33)))
    for algorithm in ALGORITHMS:
        with pytest.raises(TraceError, match="key-wrong"):
            PublicKey.from_multibase(multibase.encode(multibase.HEADERS[algorithm]))
    with pytest.raises(TraceError, match="key-wrong"):
        from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

        SigningKey(generate_private_key(SECP256R1()))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_nothing_secret_is_shown(algorithm: str, caplog: pytest.LogCaptureFixture) -> None:
    key = SigningKey.generate(algorithm)
    secret = key.hand_over(lambda private: private.private_bytes_raw())
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("x").debug("%r %s", key, key)
    shown = [repr(key), str(key), f"{key}", repr([key]), caplog.text, repr(key.public), str(dir(key))]
    for attempt in (
        lambda: pickle.dumps(key),
        lambda: copy.copy(key),
        lambda: copy.deepcopy(key),
        lambda: vars(key),
        lambda: key.public.verify(b"", b""),
        lambda: key._SigningKey__no,  # type: ignore[attr-defined]
    ):
        try:
            attempt()  # type: ignore[no-untyped-call]
        except (OreflowError, TypeError, AttributeError) as e:
            shown += traceback.format_exception(e)
        else:
            raise AssertionError("a key was copied or its parts were shown")
    everything = "\n".join(shown)
    for form in (secret.hex(), repr(secret), repr(secret)[2:-1], str(list(secret))):
        assert form not in everything


@given(st.binary(max_size=100))
def test_base58_is_read_back(data: bytes) -> None:
    assert multibase.decode(multibase.encode(data)) == data


def test_base58_of_the_draft() -> None:
    """draft-msporny-base58, section 5."""
    for text, coded in (
        (b"Hello World!", "2NEpo7TZRRrLZSi2U"),
        (
            b"The quick brown fox jumps over the lazy dog.",
            "USm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z",
        ),
        (bytes.fromhex("0000287fb4cd"), "11233QC4"),
    ):
        assert multibase.encode58(text) == coded
        assert multibase.decode58(coded) == text


@pytest.mark.parametrize(
    "text", ["", "u2NEp", "2NEp", "z0", "zl", "zI", "zO", "z é", None, 5, ["z"], "z" + "2" * 5000]
)
def test_what_is_no_multibase_is_refused(text: object) -> None:
    with pytest.raises(TraceError, match="multibase-wrong"):
        multibase.decode(text)


def test_both_algorithms_have_their_own_header() -> None:
    assert set(multibase.HEADERS) == set(ALGORITHMS)
    assert multibase.HEADERS[ML_DSA_44] == (0x1210 & 0x7F | 0x80).to_bytes() + (0x1210 >> 7).to_bytes()
