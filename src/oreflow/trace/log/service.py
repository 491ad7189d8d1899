"""The HTTP service of a witness, with bounds on what a stranger can make it hold and how long."""

from __future__ import annotations

import io
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from oreflow import __version__
from oreflow.errors import OreflowError, UsageError
from oreflow.trace.log.witness import LARGEST_REQUEST, PLAIN, Reply, Witness

SECONDS = 10.0
"""For each request, from its first line to its last byte."""

MOST_CONNECTIONS = 64


class Service(ThreadingHTTPServer):
    """Serves one witness at ``POST <prefix>/add-checkpoint``.

    Args:
        witness: The witness.
        host: Address to listen at; only this machine by default.
        port: Port; a free one for 0.
        prefix: Path before ``/add-checkpoint``.
        seconds: Time for each request.

    Raises:
        UsageError: The prefix is not a path.
        OreflowError: The address cannot be listened at.
    """

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(
        self,
        witness: Witness,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        prefix: str = "",
        seconds: float = SECONDS,
    ) -> None:
        self.prefix = prefix.rstrip("/")
        if self.prefix and not self.prefix.startswith("/"):
            raise UsageError(f"{prefix!r} is not a path; begin it with /.")
        self.witness, self.seconds = witness, seconds
        self._places = threading.BoundedSemaphore(MOST_CONNECTIONS)
        try:
            super().__init__((host, port), _Handler)
        except (OSError, OverflowError) as e:
            raise OreflowError(f"cannot listen at {host}:{port}: {e}.") from e

    @property
    def url(self) -> str:
        """Where it is reached."""
        host, port = self.server_address[:2]
        return f"http://{host!s}:{port}{self.prefix}"

    def start(self) -> threading.Thread:
        """Serve in a thread of its own; `close` ends it."""
        thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        return thread

    def close(self) -> None:
        """Stop serving and let the port go."""
        self.shutdown()
        self.server_close()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Handle a connection in a thread, or drop it where there are too many."""
        if not self._places.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Handle a connection and give its place back."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a connection that breaks off is no news, and nothing of it is written down."""


class _Timed(io.RawIOBase):
    """Reads from a connection until a moment, however slowly the bytes trickle in."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self.until = 0.0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        left = self.until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._connection.settimeout(left)
        return self._connection.recv_into(buffer)


class _Handler(BaseHTTPRequestHandler):
    server: Service
    protocol_version = "HTTP/1.1"
    server_version = f"oreflow/{__version__}"
    sys_version = ""

    def setup(self) -> None:
        super().setup()
        self._timed = _Timed(self.connection)
        self.rfile = io.BufferedReader(self._timed)

    def handle_one_request(self) -> None:
        self._timed.until = time.monotonic() + self.server.seconds
        super().handle_one_request()

    def do_POST(self) -> None:
        if self.path != f"{self.server.prefix}/add-checkpoint":
            self._drop(Reply(404, b"there is no such path.\n"))
            return
        told = self.headers.get("Content-Length", "")
        if "Transfer-Encoding" in self.headers or not (
            told.isascii() and told.isdecimal() and len(told) < 12
        ):
            self._drop(Reply(411, b"say how long the request is.\n"))
            return
        if int(told) > LARGEST_REQUEST:
            self._drop(Reply(413, b"the request is too large.\n"))
            return
        body = self._body(int(told))
        if body is None:
            self._drop(Reply(408, b"the request took too long.\n"))
            return
        self._answer(self.server.witness.add_checkpoint(body))

    def do_GET(self) -> None:
        known = self.path == f"{self.server.prefix}/add-checkpoint"
        self._drop(Reply(405 if known else 404, b"only POST add-checkpoint is served.\n"))

    do_HEAD = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = do_GET  # noqa: N815

    def _body(self, size: int) -> bytes | None:
        """Return the body; ``None`` where it ends early or does not come in time."""
        try:
            body = self.rfile.read(size)
        except TimeoutError:
            return None
        return body if len(body) == size else None

    def _drop(self, reply: Reply) -> None:
        """Answer and close: what else the other side sends is not read."""
        self.close_connection = True
        self._answer(reply)

    def _answer(self, reply: Reply) -> None:
        self.connection.settimeout(self.server.seconds)
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.kind)
        self.send_header("Content-Length", str(len(reply.body)))
        self.send_header("Cache-Control", "no-store")
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer what `http.server` refuses by itself, in plain text and without repeating what was sent."""
        self.command = self.command or ""
        self._drop(Reply(code, b"the request is out of form.\n", PLAIN))

    def log_message(self, format: str, *args: Any) -> None:
        """Write nothing down about who asks."""
