"""Packages of the extra: not loaded until they are used, and missed with a word on how to get them."""

import json
import subprocess
import sys

import pytest

from oreflow.errors import UsageError
from oreflow.trace import jsonin
from oreflow.trace.keys import PublicKey, SigningKey

SEED = bytes(32)


def test_importing_loads_none_of_them() -> None:
    code = (
        "import sys, json, oreflow.trace.log, oreflow.trace.credential; print(json.dumps(list(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(json.loads(done.stdout))
    assert not loaded & {"cryptography", "rfc8785", "sqlalchemy", "httpx", "http.server", "numpy", "pandas"}


def test_a_package_that_is_missing_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    public = SigningKey.from_seed(SEED).public
    gone = {"cryptography", "rfc8785"}
    for name in gone | {m for m in sys.modules if m.split(".")[0] in gone}:
        monkeypatch.setitem(sys.modules, name, None)
    for use in (
        SigningKey.generate,
        lambda: SigningKey.from_seed(SEED),
        lambda: PublicKey(public.algorithm, public.raw).verify(bytes(64), b""),
    ):
        with pytest.raises(UsageError, match=r"needs the package cryptography: install oreflow\[trace\]"):
            use()
    with pytest.raises(UsageError, match=r"needs the package rfc8785: install oreflow\[trace\]"):
        jsonin.canonical([1.5])


def test_a_package_or_library_without_ml_dsa_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import mldsa

    def unsupported() -> None:
        raise UnsupportedAlgorithm("not by this backend")

    with monkeypatch.context() as m:
        m.setattr(mldsa.MLDSA44PrivateKey, "generate", unsupported)
        with pytest.raises(UsageError, match="newer version of the package cryptography"):
            SigningKey.generate("ml-dsa-44")
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.asymmetric.mldsa", None)
    monkeypatch.delattr("cryptography.hazmat.primitives.asymmetric.mldsa", raising=False)
    with pytest.raises(UsageError, match="newer version of the package cryptography"):
        SigningKey.generate("ml-dsa-44")
    assert SigningKey.from_seed(SEED).sign(b"m")
