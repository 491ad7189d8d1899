"""Collecting cosignatures: from real witnesses over HTTP, and from ones that misbehave."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.trace.log.conftest import NOW, Scene
from tests.trace.log.test_witness import grow

from oreflow.errors import TraceError, UsageError
from oreflow.trace import keys, log
from oreflow.trace.log import client
from oreflow.trace.log.client import Answer, Post
from oreflow.trace.log.service import Service
from oreflow.trace.log.witness import SIZE


def policy(scene: Scene, least: int, urls: list[str]) -> log.Policy:
    rows = [f"witness w{i} {v} {url}" for i, (v, url) in enumerate(zip(scene.verifiers, urls, strict=True))]
    text = "\n".join([f"log {scene.log.verifier}", *rows, f"group g {least} w0 w1 w2", "quorum g\n"])
    return log.read_policy(text.encode())


def direct(scene: Scene) -> Post:
    """Witnesses without a network: the host of the address says which."""
    made = {f"w{i}": scene.witness(i) for i in range(3)}

    def post(url: str, body: bytes) -> Answer:
        reply = made[url.split("/")[2]].add_checkpoint(body)
        return Answer(reply.status, reply.kind, reply.body)

    return post


URLS = ["http://w0", "http://w1", "http://w2"]


def test_a_growing_log_is_cosigned_by_all(scene: Scene) -> None:
    post = direct(scene)
    for _ in range(3):
        grow(scene, 200)
        got = log.collect(scene.log, policy(scene, 3, URLS), post=post, now=scene.clock)
        assert (got.cosigned_at, got.refused) == (NOW, {})
        assert scene.log.checkpoint() == got.checkpoint
        assert len(got.checkpoint.note.signatures) == 4
        assert policy(scene, 3, URLS).check(log.open(scene.folder).checkpoint(), now=NOW) == NOW
        scene.clock.now = NOW


def test_witnesses_over_http_and_one_that_is_down(scene: Scene) -> None:
    pytest.importorskip("httpx")
    services = [Service(scene.witness(i)) for i in range(2)]
    for s in services:
        s.start()
    gone = Service(scene.witness(2))
    gone.server_close()
    try:
        urls = [services[0].url, services[1].url, gone.url]
        for _ in range(2):
            grow(scene)
            got = log.collect(scene.log, policy(scene, 2, urls), now=scene.clock)
            assert got.cosigned_at == NOW
            assert list(got.refused) == ["w2"]
            assert got.refused["w2"].rule == "witness-refused"
        with pytest.raises(TraceError, match=r"w0, w1.*cannot be reached.*quorum-missing"):
            log.collect(scene.log, policy(scene, 3, urls), now=scene.clock)
    finally:
        for s in services:
            s.close()


def test_asking_over_http_needs_a_package(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "httpx", None)
    with pytest.raises(UsageError, match=r"oreflow\[watch\]"):
        log.collect(scene.log, policy(scene, 1, URLS))


def test_nobody_to_ask_is_said(scene: Scene) -> None:
    with pytest.raises(UsageError, match="no witness of the policy has an address"):
        log.collect(scene.log, scene.policy(1))


def test_a_log_that_was_set_back_is_noticed(scene: Scene, tmp_path: Path) -> None:
    post = direct(scene)
    grow(scene, 5)
    log.collect(scene.log, policy(scene, 1, URLS), post=post, now=scene.clock)
    restored = log.create(tmp_path / "restored", origin="example.com/cobalt", key=scene.key)
    restored.append([bytes(32)] * 2)
    with pytest.raises(TraceError, match=r"has seen 5 records .* holds 2.*log-rolled-back"):
        log.collect(restored, policy(scene, 1, URLS), post=post, now=scene.clock)


def test_a_log_that_shows_a_witness_another_tree_gets_no_cosignature(scene: Scene, tmp_path: Path) -> None:
    post = direct(scene)
    grow(scene, 5)
    log.collect(scene.log, policy(scene, 1, URLS), post=post, now=scene.clock)
    twin = log.create(tmp_path / "twin", origin="example.com/cobalt", key=scene.key)
    twin.append([bytes(32)] * 5)
    with pytest.raises(TraceError, match=r"another tree of 5 records.*quorum-missing"):
        log.collect(twin, policy(scene, 1, URLS), post=post, now=scene.clock)
    twin.append([bytes(32)])
    with pytest.raises(TraceError, match=r"answered 422.*quorum-missing"):
        log.collect(twin, policy(scene, 1, URLS), post=post, now=scene.clock)


def answers(*said: Answer) -> Callable[[str, bytes], Answer]:
    left = list(said)
    return lambda url, body: left.pop(0) if len(left) > 1 else left[0]


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ([Answer(503, "text/plain", b"busy")], "answered 503"),
        ([Answer(409, "text/plain", b"3\n")], "answered 409"),
        ([Answer(409, SIZE, b"three\n")], "not a plain number"),
        ([Answer(409, SIZE, b"-1\n")], "not a plain number"),
        ([Answer(409, SIZE, b"1\n"), Answer(409, SIZE, b"2\n")], "another"),
        ([Answer(409, SIZE, b"1\n"), Answer(409, SIZE, b"2\n"), Answer(409, SIZE, b"1\n")], "each time"),
        ([Answer(200, "text/plain", b"")], "not a line of signature"),
        ([Answer(200, "text/plain", b"\xff")], "not text"),
        ([Answer(200, "text/plain", "— other AAAAAAAA\n".encode())], "did not sign with the key"),
        ([Answer(200, "text/plain", "— w AAAAAAAA\n".encode() * 65)], "65 signatures"),
    ],
)
def test_witnesses_that_misbehave_are_told_apart(scene: Scene, said: list[Answer], why: str) -> None:
    grow(scene)
    before = scene.log.checkpoint()
    with pytest.raises(TraceError, match=rf"{why}(?s:.)*quorum-missing"):
        log.collect(scene.log, policy(scene, 1, ["http://w0", "", ""]), post=answers(*said), now=scene.clock)
    assert scene.log.checkpoint() == before


def test_a_signature_over_something_else_is_not_published(scene: Scene, tmp_path: Path) -> None:
    from oreflow.trace.log.cosignature import cosign

    grow(scene)
    other = log.create(
        tmp_path / "o", origin="example.com/cobalt", key=keys.SigningKey.generate()
    ).checkpoint()
    line = cosign(other, "witness.example/w0", scene.witness_keys[0], NOW).line
    with pytest.raises(TraceError, match=r"not signed by(?s:.)*quorum-missing"):
        log.collect(
            scene.log,
            policy(scene, 1, ["http://w0", "", ""]),
            post=answers(Answer(200, "text/plain", line.encode())),
            now=scene.clock,
        )
    assert len(scene.log.checkpoint().note.signatures) == 1


def test_an_answer_without_end_is_cut_off(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    httpx = pytest.importorskip("httpx")
    endless = httpx.MockTransport(
        lambda request: httpx.Response(200, content=b"x" * (client.LARGEST_REPLY + 1))
    )
    real = httpx.stream
    monkeypatch.setattr(
        httpx, "stream", lambda *a, **k: httpx.Client(transport=endless).stream(*a, content=k["content"])
    )
    with pytest.raises(TraceError, match="more than 65,536 bytes"):
        client._http("http://w0/add-checkpoint", b"")
    monkeypatch.setattr(httpx, "stream", real)
    with pytest.raises(TraceError, match=r"cannot be reached.*witness-refused"):
        client._http("no address", b"")
