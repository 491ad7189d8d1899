"""A real server on loopback that serves what a test puts on it, good or bad."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from xml.sax.saxutils import escape

Page = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Server:
    """Pages by path, and the requests that came."""

    url: str
    pages: dict[str, Page] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def put(self, path: str, body: bytes, *, status: int = 200, **headers: str) -> str:
        """Serve a body, and return its address."""

        def page(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(status)
            for name, value in headers.items():
                handler.send_header(name.replace("_", "-"), value)
            handler.send_header("Content-Length", str(len(body)))
            handler.end_headers()
            handler.wfile.write(body)

        self.pages[path] = page
        return self.url + path

    def move(self, path: str, target: str) -> str:
        """Send on to another address."""
        return self.put(path, b"", status=302, Location=target)


@contextmanager
def serving() -> Iterator[Server]:
    """Serve until the end of the block."""
    server: Server

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.close_connection = True
            server.asked.append((self.path, dict(self.headers)))
            page = server.pages.get(self.path)
            if page is None:
                self.send_error(404)
                return
            with suppress(BrokenPipeError, ConnectionResetError):  # the reader has had enough, as it should
                page(self)

        def log_message(self, *_: object) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = False
    server = Server(f"http://127.0.0.1:{http.server_port}")
    thread = threading.Thread(target=http.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        http.shutdown()
        thread.join()
        http.server_close()


def rss(*items: tuple[str, str, str], date: str = "Mon, 11 Aug 2025 08:00:00 GMT") -> bytes:
    """Return a feed of items: guid, title, HTML."""
    inside = "".join(
        f"<item><guid>{escape(g)}</guid><title>{escape(t)}</title><pubDate>{date}</pubDate>"
        f"<description>{escape(d)}</description></item>"
        for g, t, d in items
    )
    return f'<?xml version="1.0"?>\n<rss version="2.0"><channel><title>f</title>{inside}</channel></rss>'.encode()
