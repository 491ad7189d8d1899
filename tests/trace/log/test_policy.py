"""Policies of witnesses (C2SP tlog-policy)."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.trace.log.conftest import NOW, Scene, entry
from tests.trace.log.test_note import PETER

from oreflow.errors import TraceError
from oreflow.trace import log
from oreflow.trace.log import policy as policies
from oreflow.trace.log.checkpoint import Checkpoint
from oreflow.trace.log.cosignature import Cosigned, cosign


def signed(scene: Scene, *times: tuple[int, int]) -> Checkpoint:
    """The log's checkpoint with cosignatures of witnesses at times."""
    head = scene.log.checkpoint()
    return head.with_signatures(
        cosign(head, scene.verifiers[i].name, scene.witness_keys[i], t) for i, t in times
    )


@pytest.mark.parametrize("least", range(4))
def test_k_of_n_asks_for_k_of_any(scene: Scene, least: int) -> None:
    scene.log.append([entry(0)])
    policy = scene.policy(least)
    for count in range(4):
        for some in combinations(range(3), count):
            head = signed(scene, *((i, NOW - 10 * i) for i in some))
            if count >= least:
                at = policy.check(head, now=NOW)
                times = sorted(NOW - 10 * i for i in some)
                assert at == (times[least - 1] if least else None)
            else:
                with pytest.raises(TraceError, match="quorum-missing"):
                    policy.check(head, now=NOW)


def grouped(scene: Scene) -> log.Policy:
    w = scene.verifiers
    return log.read_policy(
        f"# two levels\n\nlog {scene.log.verifier} https://example.com/cobalt\n witness\tA {w[0]} https://a.example\n"
        f"witness B {w[1]}\nwitness C {w[2]}\ngroup AB any A B\n  group both all AB C \nquorum both\n".encode()
    )


def test_groups_of_groups(scene: Scene) -> None:
    scene.log.append([entry(0)])
    policy = grouped(scene)
    assert policy.witnesses["A"].url == "https://a.example"
    assert policy.urls == {"example.com/cobalt": "https://example.com/cobalt"}
    assert policy.check(signed(scene, (0, 7), (2, 5)), now=NOW) == 7
    assert policy.check(signed(scene, (0, 7), (1, 4), (2, 5)), now=NOW) == 5
    for few in ((0, 7), (1, 4)), ((2, 5),), ():
        with pytest.raises(TraceError, match="quorum-missing"):
            policy.check(signed(scene, *few), now=NOW)


def test_a_single_witness_may_be_the_quorum(scene: Scene) -> None:
    policy = log.read_policy(f"log {scene.log.verifier}\nwitness A {scene.verifiers[0]}\nquorum A\n".encode())
    assert policy.check(signed(scene, (0, 7)), now=NOW) == 7


def test_the_log_must_have_signed_whoever_cosigned(scene: Scene) -> None:
    with pytest.raises(TraceError, match="origin-unknown"):
        log.k_of_n([], scene.verifiers, 0).check(signed(scene, (0, 7)), now=NOW)


def test_old_cosignatures_are_stale(scene: Scene) -> None:
    policy = scene.policy(2)
    head = signed(scene, (0, NOW - 100), (1, NOW - 5000), (2, NOW - 3600))
    assert policy.check(head, now=NOW, longest=3600)
    with pytest.raises(TraceError, match=r"3,601 s ago.*checkpoint-stale"):
        policy.check(head, now=NOW + 1, longest=3600)


@given(st.dictionaries(st.integers(0, 2), st.integers(1, 1000)))
def test_the_time_of_a_quorum_is_the_first_at_which_it_was_met(
    scene_policy: log.Policy, times: dict[int, int]
) -> None:
    keys = [w.verifier for w in scene_policy.witnesses.values()]
    found = [Cosigned(keys[i], t, t) for i, t in times.items()]
    moments = [t for t in sorted(times.values()) if scene_policy.met(c for c in found if c.time <= t)]
    assert scene_policy.met(found) == bool(moments)
    assert scene_policy._when({c.verifier: c.time for c in found}) == (moments[0] if moments else None)


@pytest.fixture(scope="module")
def scene_policy(tmp_path_factory: pytest.TempPathFactory) -> log.Policy:
    from oreflow.trace import keys
    from oreflow.trace.log.cosignature import verifier

    made = [verifier(f"w{i}", keys.SigningKey.generate()) for i in range(3)]
    lines = "".join(f"witness {v.name} {v}\n" for v in made)
    return log.read_policy(f"{lines}group g any w0 w1\ngroup h 2 g w2\nquorum h\n".encode())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "quorum none",
        "quorum none\nquorum none\n",
        "quorum A\n",
        "quorum\n",
        "log\nquorum none\n",
        "log nonsense\nquorum none\n",
        f"log {PETER}\nlog {PETER}\nquorum none\n",
        f"witness A {PETER}\nquorum A\n",
        "witness A {0}\nwitness A {1}\nquorum A\n",
        "witness A {0}\nwitness B {0}\nquorum A\n",
        "witness none {0}\nquorum none\n",
        "witness A {0}\ngroup none any A\nquorum none\n",
        "witness A {0}\ngroup A any A\nquorum A\n",
        "group g any A\nwitness A {0}\nquorum g\n",
        "group g any g\nquorum g\n",
        "group g any none\nquorum g\n",
        "witness A {0}\ngroup g any A A\nquorum g\n",
        "witness A {0}\ngroup g any A\ngroup h any A\nquorum g\n",
        "witness A {0}\ngroup g 0 A\nquorum g\n",
        "witness A {0}\ngroup g 2 A\nquorum g\n",
        "witness A {0}\ngroup g 01 A\nquorum g\n",
        "witness A {0}\ngroup g -1 A\nquorum g\n",
        "witness A {0}\ngroup g \u00b9 A\nquorum g\n",
        "witness A {0}\ngroup g some A\nquorum g\n",
        "witness A {0}\ngroup g 1\nquorum g\n",
        "nothing known\nquorum none\n",
        "log {0}\nquorum none\n",
        "witness A \u00fft+00000000+AQ==\nquorum A\n",
        "quorum none\r\n",
        "quorum none\n\x00",
        "quorum none\x7f\n",
        "# comment\n" * 30_000 + "quorum none\n",
    ],
)
def test_a_policy_out_of_form_is_refused(scene: Scene, text: str) -> None:
    for encoding in ("utf-8", "latin-1"):
        with pytest.raises(TraceError, match="policy-malformed"):
            log.read_policy(text.format(*scene.verifiers).encode(encoding))


def test_a_policy_of_a_hundred_witnesses_is_read() -> None:
    from oreflow.trace import keys
    from oreflow.trace.log.cosignature import verifier

    made = [verifier(f"w{i}", keys.SigningKey.generate()) for i in range(100)]
    assert len(log.k_of_n([], made, 51).witnesses) == 100
    many = "".join(
        f"witness {i} {verifier(f'w{i}', keys.SigningKey.generate())}\n" for i in range(policies.MOST + 1)
    )
    with pytest.raises(TraceError, match="too many"):
        log.read_policy(f"{many}quorum none\n".encode())
