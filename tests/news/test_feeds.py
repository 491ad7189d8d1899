"""Feeds and folders: what is good is read, what is bad is refused with one clear message."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oreflow.errors import OreflowError, ReadError, UsageError
from oreflow.news.feeds import Item, Limits, Unread, fetch, parse, plain, source
from oreflow.news.feeds.folder import look
from tests.news.feedserver import Server, rss, serving

QUICK = Limits(connect=0.5, idle=0.5, total=1.0)
GOOD = rss(("g1", "A halt", "<p>One.</p><p>Two.</p>"))


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as s:
        yield s


def good(items: list[Item | Unread]) -> list[Item]:
    return [i for i in items if isinstance(i, Item)]


def bad(items: list[Item | Unread]) -> list[Unread]:
    return [i for i in items if isinstance(i, Unread)]


# --- what is read


def test_rss() -> None:
    (item,) = good(parse(GOOD, name="http://x.org/feed"))
    assert (item.key, item.title, item.day) == ("g1", "A halt", date(2025, 8, 11))
    assert item.text == "A halt\n\nOne.\n\nTwo."


def test_atom_with_markup_inside() -> None:
    raw = b"""<feed xmlns="http://www.w3.org/2005/Atom"><title>f</title><entry>
    <title type="html">A &lt;b&gt;halt&lt;/b&gt;</title><link rel="self" href="/self"/><link href="/a"/><id>urn:1</id>
    <updated>2025-08-11T23:30:00-05:00</updated><summary>Short.</summary>
    <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>One.</p><p>Two <b>bold</b>.</p></div></content>
    </entry></feed>"""
    (item,) = good(parse(raw, name="http://x.org/feed"))
    assert (item.key, item.title, item.url) == ("urn:1", "A halt", "http://x.org/a")
    assert item.day == date(2025, 8, 12)  # in UTC
    assert item.text == "A halt\n\nOne.\n\nTwo bold."


def test_rss_1_with_other_namespaces() -> None:
    raw = b"""<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
    xmlns:d="http://purl.org/dc/elements/1.1/" xmlns:c="http://purl.org/rss/1.0/modules/content/"
    xmlns:m="http://search.yahoo.com/mrss/"><item r:about="http://x.org/1"><title>A halt</title><m:title>Other</m:title>
    <link>http://x.org/1</link><d:date>2025-08-11</d:date><c:encoded>&lt;p&gt;One.&lt;/p&gt;</c:encoded></item></r:RDF>"""
    (item,) = good(parse(raw))
    assert (item.key, item.day, item.text) == ("http://x.org/1", date(2025, 8, 11), "A halt\n\nOne.")


def test_json_feed() -> None:
    raw = json.dumps({
        "version": "https://jsonfeed.org/version/1.1", "title": "f",
        "items": [{"id": 7, "title": "A halt", "url": "/a", "content_html": "<p>One.</p>", "image": None,
                   "date_published": "2025-08-11T08:00:00Z"}],
    })  # fmt: skip
    (item,) = good(parse(raw.encode(), name="http://x.org/feed"))
    assert (item.key, item.url, item.day, item.text) == (
        "7", "http://x.org/a", date(2025, 8, 11), "A halt\n\nOne.",
    )  # fmt: skip


@pytest.mark.parametrize("code", ["iso-8859-1", "windows-1252", "utf-16", "utf-8-sig", "gb2312"])
def test_encodings(code: str) -> None:
    name = code.removesuffix("-sig")
    word = "锂" if code == "gb2312" else "café"
    text = f'<?xml version="1.0" encoding="{name}"?><rss><channel><item><title>{word}</title></item></channel></rss>'
    assert good(parse(text.encode(code)))[0].title == word


def test_html_becomes_paragraphs_without_scripts() -> None:
    html = (
        "<style>p {}</style><h1>A &amp; B</h1><!-- <p>no</p> --><p>x<br>y\n z</p><script>if (a<b) {}</script>"
        "<ul><li>one<li>two</ul>5 < 6\x1b[31m"
    )
    assert plain(html) == "A & B\n\nx\n\ny z\n\none\n\ntwo\n\n5 < 6[31m"


@pytest.mark.parametrize(
    "part", ["<", "<a ", "<!--", "<![CDATA[>", "</", "<a b='", "&#", "<![x]>", "<a b='>", "<script>"]
)
def test_broken_html_does_not_keep_the_parser_busy(part: str) -> None:
    began = time.perf_counter()
    plain(part * (300_000 // len(part)))
    assert time.perf_counter() - began < 5


def test_ids_that_several_items_share_are_told_apart_by_text() -> None:
    keys = [i.key for i in parse(rss(("g", "One", "a"), ("g", "Two", "b"), ("g", "One", "a")))]
    assert len(keys) == len(set(keys)) == 2
    assert keys == [i.key for i in parse(rss(("g", "One", "a"), ("g", "Two", "b")))]


# --- traps in a body


def refused(raw: bytes, *words: str, limits: Limits = QUICK) -> str:
    with pytest.raises(ReadError) as caught:
        parse(raw, name="http://x.org/feed", limits=limits)
    message = str(caught.value)
    assert message.startswith("http://x.org/feed")
    assert all(w in message for w in words), message
    return message


def test_malformed_xml_is_refused_with_its_line() -> None:
    refused(b'<?xml version="1.0"?>\n<rss>\n<channel></rss>', "line 3", "not well-formed", "mismatched tag")
    refused(b"<rss><x:y/></rss>", "line 1", "unbound prefix")
    refused(GOOD[:-20], "not well-formed")


def test_a_billion_laughs_are_refused() -> None:
    entities = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
    raw = f'<?xml version="1.0"?>\n<!DOCTYPE r [<!ENTITY l0 "lol">{entities}]><rss><channel>&l9;</channel></rss>'
    refused(raw.encode(), "line 2", "entities", "without a DOCTYPE")


def test_external_entities_are_refused(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    dtd = f'<!DOCTYPE r [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
    raw = f"{dtd}<rss><channel><item><title>&x;</title></item></channel></rss>"
    assert "secret" not in refused(raw.encode(), "DOCTYPE")
    refused(b'<!DOCTYPE r SYSTEM "http://127.0.0.1:1/x.dtd"><rss/>', "DOCTYPE")


def test_a_body_of_10_mb_is_refused() -> None:
    refused(rss(("g", "t", "x" * 10_000_000)), "10.0 MB", "8 MB")


def test_an_item_that_is_too_large_does_not_stop_the_others() -> None:
    items = parse(rss(("g1", "Large", "x " * 400_000), ("g2", "Small", "x")), name="feed")
    assert [i.key for i in good(items)] == ["g2"]
    (large,) = bad(items)
    assert all(w in large.reason for w in ("feed, item 1 (Large)", "0.8 million", "0.5 million", "others"))
    raw = {
        "version": "1",
        "items": [{"id": "1", "title": "L", "content_text": "x" * 10**6}, {"id": "2", "title": "S"}],
    }
    assert [type(i) for i in parse(json.dumps(raw).encode())] == [Unread, Item]


def test_items_without_what_they_need_do_not_stop_the_others() -> None:
    raw = json.dumps(
        {"version": "1", "items": [5, {"title": "no id"}, {"id": "1"}, {"id": "2", "title": "ok"}]}
    )
    items = parse(raw.encode())
    assert [i.key for i in good(items)] == ["2"]
    assert [
        w in b.reason for b, w in zip(bad(items), ("schema", "id: Field required", "neither"), strict=True)
    ]


def test_deep_xml_and_deep_json_are_refused() -> None:
    refused(b"<rss>" + b"<a>" * 100_000, "100 deep")
    refused(b'{"version":"1","items":' + b"[" * 1_000_000, "recursion limit")


def test_too_many_of_anything_are_refused() -> None:
    refused(rss(*[(str(i), "t", "d") for i in range(1001)]), "1,000 items")
    refused(b"<rss>" + b"<a/>" * 200_001 + b"</rss>", "200,000 XML elements")
    many = " ".join(f'xmlns:a{i}="http://x/{i}"' for i in range(5_000))
    refused(f"<rss {many}/>".encode(), "namespaces")
    refused(json.dumps({"version": "1", "items": [1] * 1001}).encode(), "1,001 items")


@pytest.mark.parametrize("name", ["author", "pubDate", "guid", "link", "category", "description"])
@pytest.mark.parametrize("part", ["a.", "a@", "1-", "&lt;", "://"])
def test_long_fields_do_not_keep_the_reader_busy(name: str, part: str) -> None:
    began = time.perf_counter()
    text = part * (400_000 // len(part))
    parse(f"<rss><channel><item><title>t</title><{name}>{text}</{name}></item></channel></rss>".encode())
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "empty"),
        (b" \n\t", "empty"),
        (b"\x89PNG\r\n\x1a\n", "an image"),
        (b"%PDF-1.7", "a PDF"),
        (b"\x1f\x8b\x08", "gzip archive"),
        (b"plain words", "something else"),
        (b"<!DOCTYPE html><html><body>hello</body></html>", "web page"),
        (b'<?xml version="1.0"?><html/>', "web page"),
        (b'<?xml version="1.0"?><svg/>', "root is <svg>"),
        (b'{"a": 1}', "no JSON Feed"),
        (b"[1, 2]", "no JSON Feed"),
        (b'{"version": "1", "items": [', "Invalid JSON"),
        (b"<rss>\x00</rss>", "not well-formed"),
        (b'<?xml version="1.0" encoding="utf-7"?><rss/>', "encoding 'utf-7'"),
        (b'<?xml version="1.0" encoding="utf-8"?>\n<rss>\xff</rss>', "line 2"),
    ],
)
def test_other_content_is_refused(raw: bytes, says: str) -> None:
    refused(raw, says)


@given(
    st.one_of(
        st.binary(),
        st.text().map(lambda t: t.encode("utf-8", "surrogatepass")),
        st.builds(lambda i, b: GOOD[:i] + b + GOOD[i:], st.integers(0, len(GOOD)), st.binary(max_size=20)),
        st.lists(
            st.sampled_from(
                [b"<rss>", b"<item>", b"<title>", b"</title>", b"</item>", b"</rss>", b"x", b"<![CDATA["]
            ),
            max_size=30,
        ).map(b"".join),
        st.recursive(
            st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(),
            lambda s: (
                st.lists(s) | st.dictionaries(st.sampled_from(["id", "title", "items", "version", "x"]), s)
            ),
            max_leaves=20,
        ).map(lambda v: json.dumps({"version": "1", "items": v}).encode()),
    )
)
def test_no_bytes_crash_the_parser(raw: bytes) -> None:
    try:
        items = parse(raw)
    except ReadError:
        return
    assert all(isinstance(i, Item | Unread) and i.key for i in items)


# --- a server that does what it should, and those that do not


def says(url: str, *words: str, kind: type[OreflowError] = ReadError, limits: Limits = QUICK) -> None:
    began = time.perf_counter()
    with pytest.raises(kind) as caught:
        fetch(url, limits=limits)
    assert time.perf_counter() - began < 4
    assert all(w in str(caught.value) for w in words), str(caught.value)


def test_a_feed_is_fetched_and_asked_for_changes_only(server: Server) -> None:
    url = server.put("/feed", GOOD, ETag='"1"', Last_Modified="Mon, 11 Aug 2025 08:00:00 GMT")
    got = fetch(url)
    assert (got.body, got.etag) == (GOOD, '"1"')
    server.put("/feed", b"", status=304)
    assert fetch(url, etag=got.etag, modified=got.modified).body is None
    headers = server.asked[-1][1]
    assert headers["If-None-Match"] == '"1"'
    assert headers["If-Modified-Since"] == "Mon, 11 Aug 2025 08:00:00 GMT"


def test_gzip_is_unpacked(server: Server) -> None:
    assert fetch(server.put("/feed", gzip.compress(GOOD), Content_Encoding="gzip")).body == GOOD


def test_a_gzip_bomb_is_not_unpacked(server: Server) -> None:
    bomb = gzip.compress(b"<rss>" + b" " * 200_000_000, compresslevel=9)
    assert len(bomb) < 300_000
    code = (
        "import resource, sys\nfrom oreflow.news.feeds import fetch\nfrom oreflow.errors import ReadError\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "try: fetch(sys.argv[1])\nexcept ReadError as e: print(e)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    url = server.put("/feed", bomb, Content_Encoding="gzip")
    done = subprocess.run([sys.executable, "-c", code, url], capture_output=True, text=True, check=True)
    message, grown = done.stdout.splitlines()
    assert "more than 8 MB" in message
    assert int(grown) < 100_000  # kB, most of it for httpx


def test_broken_and_unasked_packing_is_refused(server: Server) -> None:
    says(server.put("/a", GOOD, Content_Encoding="gzip"), "says it is packed with gzip and is not")
    says(server.put("/b", gzip.compress(GOOD)[:-30], Content_Encoding="gzip"), "breaks off")
    says(server.put("/c", GOOD, Content_Encoding="br"), "packed as 'br'")


def test_a_body_without_end_is_cut_at_the_limit(server: Server) -> None:
    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while not server.over.is_set():
            handler.wfile.write(b"x" * 65536)

    server.pages["/feed"] = endless
    says(server.url + "/feed", "more than 8 MB", limits=Limits())


@pytest.mark.parametrize("part", ["headers", "body"])
def test_a_slow_drip_ends_within_the_total_time(server: Server, part: str) -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        if part == "body":
            handler.send_response(200)
            handler.end_headers()
        else:
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not server.over.wait(0.1):
            handler.wfile.write(b"x")

    server.pages["/feed"] = drip
    says(server.url + "/feed", "not complete within 1 s", "tried again")


def test_a_silent_server_is_left(server: Server) -> None:
    server.pages["/feed"] = lambda handler: server.over.wait(5) and None
    says(server.url + "/feed", "went silent within 0.5 s")


def test_a_body_that_breaks_off_is_refused(server: Server) -> None:
    def short(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.wfile.write(b"<rss>")

    server.pages["/feed"] = short
    says(server.url + "/feed", "could not be fetched")


def test_a_server_that_is_not_there(server: Server) -> None:
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    says(f"http://127.0.0.1:{port}/feed", "could not be fetched", "Check the address")


@pytest.mark.parametrize(
    ("status", "advice"), [(404, "Check the address"), (410, "gone"), (429, "less often"), (503, "later")]
)
def test_an_error_of_the_server_is_told(server: Server, status: int, advice: str) -> None:
    says(server.put("/feed", b"", status=status), f"status {status}", advice)


def test_redirects_within_the_server_are_followed(server: Server) -> None:
    server.put("/feed", GOOD)
    server.move("/b", server.url + "/feed")
    assert fetch(server.move("/a", "b")).body == GOOD


@pytest.mark.parametrize(
    "target", ["file:/etc/passwd", "ftp://127.0.0.1/x", "http://localhost:1/x", "http://127.0.0.1:1/x",
               "//example.org/x", "http://[", ""],
)  # fmt: skip
def test_redirects_elsewhere_are_not_followed(server: Server, target: str) -> None:
    says(server.move("/feed", target), "not on the same server", "watch it instead")


def test_a_redirect_loop_ends(server: Server) -> None:
    server.move("/a", "/b")
    says(server.move("/b", "/a"), "more than 5 times")
    assert len(server.asked) == 6


@pytest.mark.parametrize(
    "url",
    ["ftp://x.org/feed", "file:/etc/passwd", "javascript:alert(1)", "http://", "x"],
)
def test_other_schemes_are_refused(url: str) -> None:
    says(url, url[:4], kind=UsageError)


def test_a_password_is_never_shown(server: Server) -> None:
    url = server.put("/feed", b"", status=404).replace("http://", "http://me:secret@")
    with pytest.raises(ReadError) as caught:
        fetch(url)
    assert "secret" not in str(caught.value)
    assert "secret" not in source(url).id


def test_a_missing_package_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "httpx", None)
    monkeypatch.setitem(sys.modules, "feedparser", None)
    with pytest.raises(UsageError, match=r"need httpx.*oreflow\[watch\]"):
        fetch("http://127.0.0.1:1/feed")
    with pytest.raises(UsageError, match=r"need feedparser.*oreflow\[watch\]"):
        parse(GOOD)


# --- sources and folders


def test_kinds_of_sources(tmp_path: Path) -> None:
    file = tmp_path / "feed.xml"
    file.write_bytes(GOOD)
    assert [source(str(p)).kind for p in (tmp_path, file, "https://x.org/feed")] == ["folder", "file", "url"]
    assert source(str(file)).look().items == parse(GOOD, name=str(file))
    with pytest.raises(ReadError, match="no such folder or file"):
        source(str(tmp_path / "none"))
    for url in ("ftp://x.org/feed", "file:/etc"):
        with pytest.raises(UsageError, match="only http and https"):
            source(url)


def test_a_feed_file_of_10_mb_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "feed.xml"
    file.write_bytes(b"<rss>" + b" " * 10_000_000)
    with pytest.raises(ReadError, match="more than 8 MB"):
        source(str(file)).look()


def write(path: Path, text: str, *, age: float = 60.0) -> Path:
    path.write_text(text)
    then = time.time() - age
    os.utime(path, (then, then))
    return path


def test_a_folder_gives_its_text_files_oldest_first(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", "Younger", age=60)
    write(tmp_path / "b.txt", "Older", age=120)
    write(tmp_path / "c.md", "no")
    write(tmp_path / ".d.txt", "no")
    (tmp_path / "e.txt").mkdir()
    assert [i.text for i in good(look(tmp_path))] == ["Older", "Younger"]


def test_a_known_file_is_looked_at_again_only_when_it_changes(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", "One")
    (item,) = good(look(tmp_path))
    assert look(tmp_path, {(item.key, item.version)}) == []
    write(path, "Another", age=50)
    assert [i.text for i in good(look(tmp_path, {(item.key, item.version)}))] == ["Another"]


def test_a_bad_file_does_not_stop_the_others(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"\x89PNG\x00")
    (tmp_path / "b.txt").write_bytes(b"x" * 10_000_000)
    write(tmp_path / "c.txt", "Good")
    items = look(tmp_path)
    assert [i.text for i in good(items)] == ["Good"]
    assert {("binary" in b.reason, "10.0 MB" in b.reason) for b in bad(items)} == {
        (True, False),
        (False, True),
    }


def test_a_file_that_is_being_written_waits(tmp_path: Path) -> None:
    write(tmp_path / "done.txt", "Done")
    growing = tmp_path / "growing.txt"
    growing.write_text("Half")
    stop = threading.Event()

    def grow() -> None:
        while not stop.wait(0.05):
            with growing.open("a") as stream:
                stream.write(".")

    thread = threading.Thread(target=grow)
    thread.start()
    try:
        assert [i.text for i in good(look(tmp_path))] == ["Done"]
    finally:
        stop.set()
        thread.join()
    assert len(look(tmp_path)) == 2


def test_a_name_in_another_encoding(tmp_path: Path) -> None:
    try:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.txt")).write_text("Good")
    except OSError:
        pytest.skip("this file system has no such names")
    (item,) = good(look(tmp_path))
    assert item.key == "\ufffd.txt"
    item.name.encode()


def test_a_folder_that_has_gone(tmp_path: Path) -> None:
    folder = source(str(tmp_path))
    tmp_path.rmdir()
    with pytest.raises(ReadError, match="cannot be listed"):
        folder.look()
