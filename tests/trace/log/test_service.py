"""The HTTP service of a witness, asked over real connections, also by those who mean no good."""

import http.client
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from tests.trace.log.conftest import Scene, entry
from tests.trace.log.test_witness import ask, grow

from oreflow.errors import OreflowError, UsageError
from oreflow.trace.log import service
from oreflow.trace.log.client import Answer
from oreflow.trace.log.service import Service
from oreflow.trace.log.witness import LARGEST_REQUEST


@pytest.fixture
def served(scene: Scene) -> Iterator[Service]:
    made = Service(scene.witness(0), prefix="/w0", seconds=1.0)
    made.start()
    yield made
    made.close()


@contextmanager
def connected(served: Service) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection(*served.server_address[:2], timeout=10)
    try:
        yield connection
    finally:
        connection.close()


def post(served: Service, body: bytes, path: str = "/w0/add-checkpoint") -> Answer:
    with connected(served) as connection:
        connection.request("POST", path, body)
        answer = connection.getresponse()
        return Answer(answer.status, answer.getheader("Content-Type", ""), answer.read())


def raw(served: Service, data: bytes, *, slowly: float = 0.0) -> bytes:
    with socket.create_connection(served.server_address[:2], timeout=10) as s:
        try:
            for i in range(0, len(data), 1 if slowly else len(data)):
                s.sendall(data[i : i + 1] if slowly else data)
                time.sleep(slowly)
        except OSError:
            pass
        got = b""
        try:
            while part := s.recv(65536):
                got += part
        except OSError:
            pass
        return got


def test_the_protocol_over_http(scene: Scene, served: Service) -> None:
    grow(scene)
    answer = post(served, ask(scene, 0))
    assert answer.status == 200
    assert answer.body.decode().startswith("— witness.example/w0 ")
    grow(scene)
    assert post(served, ask(scene, 0)) == (409, "text/x.tlog.size", b"3\n")
    assert post(served, ask(scene, 3)).status == 200
    assert post(served, b"nonsense").status == 400


def test_one_connection_serves_many_requests(scene: Scene, served: Service) -> None:
    with connected(served) as connection:
        for old in (0, 1, 2):
            scene.log.append([entry(old)])
            connection.request("POST", "/w0/add-checkpoint", ask(scene, old))
            answer = connection.getresponse()
            assert (answer.status, bool(answer.read())) == (200, True)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/w0/add-checkpoint", 405),
        ("PUT", "/w0/add-checkpoint", 405),
        ("GET", "/", 404),
        ("POST", "/add-checkpoint", 404),
        ("POST", "/w0/add-checkpoint/", 404),
        ("POST", "/w0/../w0/add-checkpoint", 404),
        ("GET", "/../../etc/passwd", 404),
    ],
)
def test_nothing_else_is_served(served: Service, method: str, path: str, status: int) -> None:
    with connected(served) as connection:
        connection.request(method, path, b"")
        assert connection.getresponse().status == status


def test_the_length_must_be_told_and_small(served: Service) -> None:
    line = b"POST /w0/add-checkpoint HTTP/1.1\r\nHost: x\r\n"
    for header, status in (
        (b"", b"411"),
        (b"Content-Length: -1\r\n", b"411"),
        (b"Content-Length: 1e3\r\n", b"411"),
        (b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", b"411"),
        (b"Content-Length: %d\r\n" % (LARGEST_REQUEST + 1), b"413"),
        (b"Content-Length: 99999999999\r\n", b"413"),
    ):
        got = raw(served, line + header + b"\r\n")
        assert got.split(b" ")[1] == status, header
        assert b"Connection: close" in got


def test_a_request_that_trickles_in_is_dropped(scene: Scene, served: Service) -> None:
    began = time.monotonic()
    line = b"POST /w0/add-checkpoint HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n"
    assert b" 408 " in raw(served, line + b"old 0")
    raw(served, b"POST /w0/add-checkpoint HTTP/1.1\r\nX: " + b"a" * 100, slowly=0.05)
    assert time.monotonic() - began < 8
    grow(scene)
    assert post(served, ask(scene, 0)).status == 200


def test_what_is_no_request_gets_a_short_answer(served: Service) -> None:
    for data in (
        b"\x16\x03\x01\x02\x00",
        b"GET / HTTP/9.9\r\n\r\n",
        b"A" * 70_000 + b"\r\n\r\n",
        b"\r\n" * 5,
    ):
        got = raw(served, data)
        assert len(got) < 500
        assert b"Traceback" not in got
        assert b"AAAA" not in got
    head = b"POST /w0/add-checkpoint HTTP/1.1\r\n" + b"".join(b"H%d: x\r\n" % i for i in range(200))
    assert b" 431 " in raw(served, head + b"\r\n")


def test_many_connections_do_not_pile_up(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MOST_CONNECTIONS", 4)
    made = Service(scene.witness(0), seconds=2.0)
    made.start()
    try:
        before = threading.active_count()
        held = [socket.create_connection(made.server_address[:2], timeout=10) for _ in range(20)]
        time.sleep(0.3)
        assert threading.active_count() - before <= 4
        for s in held:
            s.close()
        time.sleep(0.3)
        grow(scene)
        assert post(made, ask(scene, 0), "/add-checkpoint").status == 200
    finally:
        made.close()


def test_a_service_that_cannot_be_says_why(scene: Scene, served: Service) -> None:
    with pytest.raises(UsageError, match="not a path"):
        Service(scene.witness(1), prefix="w0")
    with pytest.raises(OreflowError, match="cannot listen"):
        Service(scene.witness(1), port=served.server_address[1])
    with pytest.raises(OreflowError, match="cannot listen"):
        Service(scene.witness(1), port=99_999)
    assert served.url.endswith("/w0")
