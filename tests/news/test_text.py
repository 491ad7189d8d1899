"""Files in, articles out; and what bad files are told."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oreflow.errors import ReadError
from oreflow.news import read
from oreflow.news.text import LIMIT, article, fold, load

GERMAN = (
    "Der Betreiber hat die Förderung in der Mine nach dem Ablauf der Lizenz eingestellt, und die Preise sind "
    "auf dem Markt gestiegen, wie das Unternehmen am Montag mit einer Meldung für die Börse bekannt gab."
)


@given(st.text())
def test_folding_keeps_every_offset(text: str) -> None:
    assert len(fold(text)) == len(text)


def test_typography_is_made_plain() -> None:
    assert fold("CATL’s “mine” — 46\u00a0000 ｔ") == 'CATL\'s "mine" - 46 000 t'


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("empty.txt", b"  \n\t ", "empty"),
        ("nul.txt", b"abc\x00def", "binary"),
        ("paper.pdf", b"%PDF-1.7 text", "PDF"),
        ("latin.txt", "Förderung gestoppt".encode("latin-1"), "not UTF-8"),
        ("wide.txt", "Lithium".encode("utf-16"), "UTF-16"),
        ("japanese.txt", "リチウム鉱山の生産を停止しました。".encode(), "only English and Chinese are read"),
        ("russian.txt", "Добыча лития остановлена.".encode(), "not in Latin letters"),
        ("german.txt", GERMAN.encode(), "German"),
        ("digits.txt", b"12 34 56", "no words"),
        ("large.txt", b"a" * (LIMIT + 1), "limit"),
    ],
)
def test_bad_files_say_what_is_wrong(tmp_path: Path, name: str, content: bytes, told: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ReadError, match=told) as error:
        load(path)
    assert name in str(error.value)


def test_the_line_of_a_bad_byte_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"one\ntwo\nthr\xe9e\n")
    with pytest.raises(ReadError, match="line 3"):
        load(path)


def test_a_missing_file_names_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "jianxiawo-halt.txt").write_text("Lithium mine halted")
    with pytest.raises(ReadError, match=r"no such file.*jianxiawo-halt\.txt"):
        load(tmp_path / "jianxiawo-hlt.txt")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="folder"):
        load(tmp_path)


def test_all_files_are_checked_before_any_is_read(tmp_path: Path) -> None:
    good = tmp_path / "good.txt"
    good.write_text("CATL halted its lithium mine.")
    with pytest.raises(ReadError, match=r"none\.txt"):
        read([good, tmp_path / "none.txt"])


def test_offsets_agree_with_what_python_reads(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("\ufeffCATL halted production at the mine.\r\n\r\nLithium rose 5%.\r\n".encode())
    (reading,) = read(path)
    text = path.read_text("utf-8")
    assert reading.text == text
    assert reading.claims
    assert all(text[c.start : c.end] == c.quote for c in reading.claims)


def test_a_headline_in_english_without_small_words_is_read() -> None:
    assert article("CATL halts Jianxiawo lithium mine").folded.startswith("CATL")
