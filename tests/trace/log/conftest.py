"""A log, witnesses and a policy to test with."""

from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import pytest

from oreflow.trace import keys, log
from oreflow.trace.log.cosignature import verifier
from oreflow.trace.log.note import Verifier

NOW = 1_800_000_000
"""A moment, s since 1970, at which tests take place."""


def entry(i: int) -> bytes:
    return sha256(b"entry %d" % i).digest()


@dataclass
class Clock:
    """A clock that tests turn."""

    now: float = NOW

    def __call__(self) -> float:
        return self.now


@dataclass
class Scene:
    """A log in a folder with its key, and keys of witnesses."""

    folder: Path
    key: keys.SigningKey
    log: log.Log
    clock: Clock = field(default_factory=Clock)
    witness_keys: list[keys.SigningKey] = field(default_factory=list)

    @property
    def verifiers(self) -> list[Verifier]:
        return [verifier(f"witness.example/w{i}", k) for i, k in enumerate(self.witness_keys)]

    def witness(self, i: int, *, folder: Path | None = None) -> log.Witness:
        return log.Witness(
            folder or self.folder.with_name(f"w{i}"),
            name=f"witness.example/w{i}",
            keys=[self.witness_keys[i]],
            logs=[self.log.verifier],
            clock=self.clock,
        )

    def policy(self, least: int) -> log.Policy:
        return log.k_of_n([self.log.verifier], self.verifiers, least)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    key = keys.SigningKey.from_seed(sha256(b"log").digest())
    made = log.create(tmp_path / "log", origin="example.com/cobalt", key=key)
    return Scene(
        tmp_path / "log",
        key,
        made,
        witness_keys=[
            keys.SigningKey.from_seed(sha256(b"w%d" % i).digest(), algorithm)
            for i, algorithm in enumerate((keys.ED25519, keys.ML_DSA_44, keys.ED25519))
        ],
    )
