"""A folder of keys: who may read it, how keys are encrypted, that none is shown or lost."""

import os
import shutil
import stat
import subprocess
import traceback
from pathlib import Path

import pytest

from oreflow.errors import OreflowError, TraceError, UnknownNameError, UsageError
from oreflow.trace.keys import ALGORITHMS, SigningKey
from oreflow.trace.keys.folder import COST, KeyFolder

SECRET = "correct horse battery staple"


@pytest.fixture(autouse=True)
def cheap(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Passphrases are to be slow to try; most tests need not wait for that."""
    assert COST == (1 << 14, 8, 5)
    if "another_program" not in request.node.name:
        monkeypatch.setattr("oreflow.trace.keys.folder.COST", (1 << 4, 8, 1))


@pytest.fixture
def keys(tmp_path: Path) -> KeyFolder:
    return KeyFolder(tmp_path / "keys")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("passphrase", [None, "pässwörd €"])
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_key_is_kept_for_its_owner_alone(keys: KeyFolder, algorithm: str, passphrase: str | None) -> None:
    key = SigningKey.generate(algorithm)
    before = os.umask(0)
    try:
        path = keys.save("log", key, passphrase=passphrase)
    finally:
        os.umask(before)
    assert mode(path) == 0o600
    assert mode(keys.folder) == 0o700
    loaded = keys.load("log", passphrase=passphrase)
    key.public.verify(loaded.sign(b"m"), b"m")
    assert keys.names() == ["log"]
    assert (b"ENCRYPTED" in path.read_bytes()) == (passphrase is not None)


def test_a_wide_umask_does_not_widen_the_folder(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        made = KeyFolder(tmp_path / "a" / "keys")
    finally:
        os.umask(before)
    assert mode(made.folder) == 0o700


@pytest.mark.parametrize("wide", [0o640, 0o604, 0o660, 0o666, 0o610, 0o602])
def test_a_file_that_others_can_read_is_refused(keys: KeyFolder, wide: int) -> None:
    path = keys.save("log", SigningKey.generate())
    path.chmod(wide)
    with pytest.raises(TraceError, match=rf"0{wide:o}.*Make it 0600.*key-folder"):
        keys.load("log")
    path.chmod(0o600)
    assert keys.load("log")


@pytest.mark.parametrize("wide", [0o750, 0o705, 0o777, 0o701])
def test_a_folder_that_others_can_enter_is_refused(keys: KeyFolder, wide: int) -> None:
    keys.folder.chmod(wide)
    with pytest.raises(TraceError, match=r"Make it 0700.*key-folder"):
        KeyFolder(keys.folder)


def test_links_are_not_followed(keys: KeyFolder, tmp_path: Path) -> None:
    keys.save("log", SigningKey.generate())
    (keys.folder / "other.pem").symlink_to(keys.folder / "log.pem")
    with pytest.raises(OreflowError, match="cannot read"):
        keys.load("other")
    (tmp_path / "link").symlink_to(keys.folder)
    with pytest.raises(TraceError, match="key-folder"):
        KeyFolder(tmp_path / "link")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give files away")
def test_a_folder_of_somebody_else_is_refused(keys: KeyFolder) -> None:
    os.chown(keys.folder, 12345, -1)
    with pytest.raises(TraceError, match="belongs to another user"):
        KeyFolder(keys.folder)


@pytest.mark.parametrize("name", ["", "../log", "a/b", "a\\b", ".hidden", "a b", "a\x00", "x" * 65, "ä"])
def test_a_name_cannot_lead_out(keys: KeyFolder, name: str) -> None:
    with pytest.raises(UsageError, match="cannot name a key"):
        keys.save(name, SigningKey.generate())
    with pytest.raises(UsageError, match="cannot name a key"):
        keys.load(name)


def test_a_key_is_never_replaced(keys: KeyFolder) -> None:
    key = SigningKey.generate()
    keys.save("log", key)
    with pytest.raises(UsageError, match="never replaced"):
        keys.save("log", SigningKey.generate())
    assert keys.load("log").public == key.public


def test_an_unknown_key_names_the_nearest(keys: KeyFolder) -> None:
    keys.save("cobalt-log", SigningKey.generate())
    with pytest.raises(UnknownNameError, match="Did you mean 'cobalt-log'"):
        keys.load("cobalt-lgo")


def test_the_passphrase_must_be_right(keys: KeyFolder) -> None:
    keys.save("log", SigningKey.generate(), passphrase=SECRET)
    with pytest.raises(TraceError, match=r"give its passphrase.*key-passphrase"):
        keys.load("log")
    for wrong in ("", f"{SECRET} "):
        with pytest.raises(TraceError, match=r"passphrase is wrong.*key-passphrase"):
            keys.load("log", passphrase=wrong)
    with pytest.raises(UsageError, match="protects nothing"):
        keys.save("other", SigningKey.generate(), passphrase="")
    assert keys.names() == ["log"]


def test_nothing_secret_is_in_a_message_or_in_an_encrypted_file(keys: KeyFolder) -> None:
    key = SigningKey.generate()
    seed = key.hand_over(lambda private: private.private_bytes_raw())
    path = keys.save("log", key, passphrase=SECRET)
    assert seed not in path.read_bytes()
    for passphrase in (None, "wrong-passphrase"):
        try:
            keys.load("log", passphrase=passphrase)
        except TraceError as e:
            told = "".join(traceback.format_exception(e))
            assert "wrong-passphrase" not in told.replace(
                '"wrong-passphrase"', ""
            )  # but in the line of this test
            assert seed.hex() not in told
    assert SECRET not in repr(keys) + str(vars(keys))


def test_two_encryptions_of_a_key_differ(keys: KeyFolder) -> None:
    key = SigningKey.generate()
    files = [keys.save(f"k{i}", key, passphrase=SECRET).read_bytes() for i in range(2)]
    assert files[0] != files[1]


@pytest.mark.parametrize(
    "content", [b"", b"nonsense", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"]
)
def test_a_file_that_holds_no_key_is_refused(keys: KeyFolder, content: bytes) -> None:
    path = keys.folder / "log.pem"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(TraceError, match="key-wrong"):
        keys.load("log")


def test_a_key_of_another_kind_is_refused(keys: KeyFolder) -> None:
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    path = keys.folder / "log.pem"
    pem = generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(pem)
    path.chmod(0o600)
    with pytest.raises(TraceError, match="key-wrong"):
        keys.load("log")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl")
@pytest.mark.parametrize("passphrase", [None, SECRET])
def test_another_program_reads_the_file(keys: KeyFolder, passphrase: str | None) -> None:
    key = SigningKey.generate()
    path = keys.save("log", key, passphrase=passphrase)
    command = [
        "openssl",
        "pkey",
        "-in",
        str(path),
        "-passin",
        f"pass:{passphrase or ''}",
        "-pubout",
        "-outform",
        "DER",
    ]
    done = subprocess.run(command, capture_output=True, check=True)
    assert done.stdout.endswith(key.public.raw)
    shown = subprocess.run(
        ["openssl", "asn1parse", "-in", str(path)], capture_output=True, text=True, check=True
    ).stdout
    assert ("scrypt" in shown.lower() or "1.3.6.1.4.1.11591.4.11" in shown) == (passphrase is not None)


def test_a_folder_that_cannot_be_made_says_why(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OreflowError, match="cannot make"):
        KeyFolder(tmp_path / "file" / "keys")


def test_a_key_that_cannot_be_written_leaves_nothing(
    keys: KeyFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as m:
        m.setattr(os, "fsync", full)
        with pytest.raises(OreflowError, match="No space left"):
            keys.save("log", SigningKey.generate())
    assert keys.names() == []
    shutil.rmtree(keys.folder)
    with pytest.raises(OreflowError, match="cannot write"):
        keys.save("log", SigningKey.generate())
