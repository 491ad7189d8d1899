from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest

from oreflow.report.faces.html import render
from oreflow.report.faces.markdown import web
from oreflow.report.story import document

VOID = {"meta", "br", "link", "img", "input", "hr"}
NEVER = {
    "script",
    "iframe",
    "object",
    "embed",
    "link",
    "base",
    "form",
    "img",
    "image",
    "foreignobject",
    "animate",
}


class Reader(HTMLParser):
    """Checks that tags close in order; collects what is checked below."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.tags, self.attributes, self.text = [], [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, k, v) for k, v in attrs]
        assert len({k for k, _ in attrs}) == len(attrs), (tag, attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, k, v) for k, v in attrs]

    def handle_endtag(self, tag):
        assert self.open, tag
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def read(text):
    r = Reader()
    r.feed(text)
    r.close()
    assert r.open == []
    return r


@pytest.fixture(scope="module")
def text(briefing):
    return render(document(briefing))


@pytest.fixture(scope="module")
def bad(hostile):
    return render(document(hostile))


def test_the_page_is_well_formed(text, bad):
    for page in (text, bad):
        r = read(page)
        assert page.startswith("<!doctype html>")
        assert r.tags.count("h1") == 1
        assert r.tags.count("main") == 1


def test_the_page_is_small_and_alone(text, bad):
    assert len(text.encode()) < 1_500_000
    for page in (text, bad):
        r = read(page)
        assert not set(r.tags) & NEVER
        for tag, name, value in r.attributes:
            assert not name.startswith("on"), (tag, name)
            assert name not in {"src", "srcset", "style", "formaction", "action", "data", "xlink:href"}, (
                tag,
                name,
            )
            if name == "href":
                assert value.startswith(("#", "https://")), value


def test_links_outside_are_those_of_sources_and_articles(briefing, text):
    urls = {s.url for s in briefing.sources} | {a.url for a in briefing.articles}
    for tag, name, value in read(text).attributes:
        if name == "href" and not value.startswith("#"):
            assert tag == "a"
            assert value in urls
    assert not re.search(r"url\(|@import", text)


def test_the_policy_allows_its_own_style_and_nothing_else(text):
    policy = next(v for _, k, v in read(text).attributes if k == "content" and "default-src" in v)
    style = re.search(r"<style>(.*?)</style>", text, flags=re.S)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert text.count("<style") == 1


def test_ids_are_unique_and_every_inner_link_arrives(text):
    r = read(text)
    ids = [v for _, k, v in r.attributes if k == "id"]
    assert len(set(ids)) == len(ids)
    for _, name, value in r.attributes:
        if name == "href" and value.startswith("#"):
            assert value[1:] in ids, value
        if name == "aria-labelledby":
            assert set(value.split()) <= set(ids)


def test_every_number_leads_to_its_footnote(text):
    links = re.findall(r'<a class="n" href="#note-(\d+)" title="([^"]+)"', text)
    assert len(links) > 100
    notes = set(re.findall(r'<li id="note-(\d+)"', text))
    assert {n for n, _ in links} == notes
    assert all("(" in tip for _, tip in links)


def test_hostile_text_is_shown_not_run(bad):
    r = read(bad)
    assert "<script" not in bad
    assert "alert(1)" in "".join(r.text)
    assert "\x1b" not in bad
    assert "\u202e" not in bad
    assert not re.search(r"href=\"\s*(javascript|data):", bad)


def test_the_article_stands_with_its_quotes_marked(briefing, text):
    body = text[text.index('id="articles"') :]
    for c in briefing.happened.claims:
        assert f'id="quote-{c.id}"' in body
        assert re.search(
            rf"<mark class=\"f-\w+ m-{c.modality}[^\"]*\"[^>]*>{re.escape(c.quote)}</mark>", body
        )
    assert f'<tr id="claim-{briefing.happened.claims[0].id}">' in text


@pytest.mark.parametrize(
    ("url", "out"),
    [
        ("https://example.org/a?b=1&c=2", "https://example.org/a?b=1&c=2"),
        ("HTTP://example.org", "HTTP://example.org"),
        ("https://example.org/a b\"<'()", "https://example.org/a%20b%22%3C%27%28%29"),
        ("javascript:alert(1)", None),
        ("java\nscript:alert(1)", None),
        ("data:text/html,x", None),
        ("//example.org/x", None),
        ("https://", None),
        ("http://[::1", None),
        ("", None),
        (None, None),
    ],
)
def test_only_web_addresses_become_links(url, out):
    assert web(url) == out


def test_a_long_list_of_claims_folds(briefing):
    import dataclasses

    first = briefing.happened.claims[0]
    claims = tuple(dataclasses.replace(first, id=i) for i in range(1, 31))
    many = dataclasses.replace(briefing, happened=dataclasses.replace(briefing.happened, claims=claims))
    text = render(document(many))
    read(text)
    assert "<summary>What the articles claim (30)</summary>" in text
    assert text.count('<tr id="claim-') == 30
    assert "<details>" not in render(document(briefing))


def test_dates_stay_on_one_line(text):
    assert '<span class="nb">2025-08-10</span>' in text
