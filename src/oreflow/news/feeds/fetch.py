"""`fetch`: the bytes behind an address, with a limit on everything that a server can draw out."""

from __future__ import annotations

import asyncio
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from oreflow.errors import ReadError, UsageError
from oreflow.news.feeds.limits import LIMITS, Limits
from oreflow.news.feeds.need import needed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import httpx

_MOVED = frozenset({301, 302, 303, 307, 308})
_ADVICE = {
    401: "It wants a password: watch an address that does not.",
    403: "It does not let programs in: watch another address.",
    404: "Check the address.",
    410: "The feed is gone for good: stop watching it.",
    429: "It was asked too often: watch it less often with --every.",
}


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a server gave.

    Attributes:
        body: Bytes, unpacked; None where nothing has changed since.
        etag: Mark of this state, to ask with the next time.
        modified: Time of this state, to ask with the next time.
    """

    body: bytes | None
    etag: str = ""
    modified: str = ""


def fetch(url: str, *, etag: str = "", modified: str = "", limits: Limits = LIMITS) -> Fetched:
    """Fetch a feed.

    Redirects are followed only to the same server. The whole of it, from the name of the server to the last byte,
    ends within the limit of time, and no more than the limit of bytes is ever unpacked.

    Args:
        url: Address, ``http`` or ``https``.
        etag: Mark of the state that is known.
        modified: Time of the state that is known.
        limits: Bounds in time and bytes.

    Returns:
        What the server gave.

    Raises:
        ReadError: It gave nothing, an error, too much, too slowly, or sent on to somewhere else.
        UsageError: The address is none that can be fetched, or httpx is not installed.
    """
    with needed():
        import httpx

    name = shown(url)
    try:
        address = httpx.URL(url)
    except (httpx.InvalidURL, ValueError, TypeError) as error:
        raise UsageError(
            f"{name}: this is no address ({error}). Write it as https://example.org/feed."
        ) from None
    if address.scheme not in {"http", "https"} or not address.host:
        raise UsageError(
            f"{name}: only http and https are fetched, not {address.scheme or 'an address without a server'}. "
            "Give a folder or file by its path."
        )
    known = {"If-None-Match": etag, "If-Modified-Since": modified}
    try:
        return asyncio.run(_within(address, {k: v for k, v in known.items() if v}, name, limits))
    except TimeoutError:
        raise ReadError(
            f"{name}: the answer was not complete within {limits.total:g} s. "
            "It is tried again later; check the server if it stays so."
        ) from None
    except httpx.TimeoutException as error:
        connecting = isinstance(error, httpx.ConnectTimeout | httpx.PoolTimeout)
        seconds = limits.connect if connecting else limits.idle
        what = "the server could not be reached" if connecting else "the server went silent"
        raise ReadError(
            f"{name}: {what} within {seconds:g} s. It is tried again later; check the server if it stays so."
        ) from None
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError) as error:
        told = " ".join(str(error).split()) or type(error).__name__
        raise ReadError(
            f"{name}: the feed could not be fetched ({told}). Check the address and the network."
        ) from None


def shown(url: str) -> str:
    """Return an address without the password that it may hold, for messages and for the store."""
    scheme, mark, rest = url.partition("://")
    if not mark:
        return url
    server, slash, path = rest.partition("/")
    return f"{scheme}://{server.rpartition('@')[2]}{slash}{path}"


async def _within(url: httpx.URL, known: dict[str, str], name: str, limits: Limits) -> Fetched:
    # The limits of httpx hold for each wait alone; a server that drips bytes would never meet them.
    async with asyncio.timeout(limits.total):
        return await _get(url, known, name, limits)


async def _get(url: httpx.URL, known: dict[str, str], name: str, limits: Limits) -> Fetched:
    import httpx

    from oreflow import __version__

    headers = {
        "User-Agent": f"oreflow/{__version__}",
        "Accept": "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, "
        "application/json;q=0.9, */*;q=0.1",
        "Accept-Encoding": "gzip",
        **known,
    }
    timeout = httpx.Timeout(limits.idle, connect=limits.connect)
    async with httpx.AsyncClient(timeout=timeout, headers=headers, follow_redirects=False) as client:
        for _ in range(limits.redirects + 1):
            async with client.stream("GET", url) as response:
                if response.status_code in _MOVED:
                    url = _moved(url, response.headers.get("location", ""), name)
                    continue
                if response.status_code == 304 and known:
                    return Fetched(None, known.get("If-None-Match", ""), known.get("If-Modified-Since", ""))
                if response.status_code != 200:
                    _refuse(response.status_code, name)
                body = await _body(response, name, limits)
                return Fetched(
                    body, response.headers.get("etag", ""), response.headers.get("last-modified", "")
                )
    raise ReadError(
        f"{name}: the server sends from one address to the next more than {limits.redirects} times. "
        "Check the address; ask whoever serves it to mend the loop."
    )


def _moved(url: httpx.URL, location: str, name: str) -> httpx.URL:
    """Where the server sends on to, if that is the same server."""
    import httpx

    try:
        target = url.join(location)
    except (httpx.InvalidURL, ValueError):
        target = httpx.URL("")
    if not location or (target.scheme, target.host, target.port) != (url.scheme, url.host, url.port):
        raise ReadError(
            f"{name}: the server sends on to {shown(str(target)) or 'nowhere'}, which is not on the same server, and "
            "is not followed. If you trust that address, watch it instead."
        )
    return target


def _refuse(status: int, name: str) -> None:
    advice = _ADVICE.get(status, "It is tried again later." if status >= 500 else "Check the address.")
    raise ReadError(f"{name}: the server answers with status {status}. {advice}")


async def _body(response: httpx.Response, name: str, limits: Limits) -> bytes:
    """The body, unpacked here and not by httpx, which would unpack a bomb before anyone could look."""
    packing = response.headers.get("content-encoding", "identity").strip().lower()
    if packing not in {"", "identity", "gzip", "x-gzip"}:
        raise ReadError(
            f"{name}: the feed is packed as {packing[:40]!r}, which was not asked for. Ask whoever serves it for gzip."
        )
    raw = response.aiter_raw()
    parts = _unpacked(raw, name, limits) if "gzip" in packing else raw
    body = bytearray()
    async for part in parts:
        body += part
        if len(body) > limits.body:
            raise ReadError(
                f"{name}: the feed holds more than {limits.body / 1e6:g} MB and is not read further. "
                "Watch a shorter feed."
            )
    return bytes(body)


async def _unpacked(raw: AsyncIterator[bytes], name: str, limits: Limits) -> AsyncIterator[bytes]:
    """Unpack gzip piece by piece, each piece no longer than what may still come."""
    unpack = zlib.decompressobj(wbits=31)
    try:
        async for part in raw:
            yield unpack.decompress(part, limits.body + 1)
    except zlib.error as error:
        raise ReadError(
            f"{name}: the feed says it is packed with gzip and is not ({error}). Ask whoever serves it to mend it."
        ) from None
    if not unpack.eof:
        raise ReadError(f"{name}: the packed feed breaks off before its end. It is tried again later.")
