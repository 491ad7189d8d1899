"""A file on disk to an article: decoded, checked, and folded without moving a single character."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

from oreflow.errors import ReadError

LIMIT = 1_000_000
"""Largest file that is read, in bytes."""

_FOLD = {
    **dict.fromkeys("‘’‚‛′`´", "'"),
    **dict.fromkeys("“”„‟″«»", '"'),
    **dict.fromkeys("‐‑‒–—―−﹣－", "-"),
    **dict.fromkeys(
        "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000", " "
    ),
    **dict.fromkeys("\ufeff\u200b\u200c\u200d\u2060\t\x0b\x0c", " "),
    **{chr(0xFF01 + i): chr(0x21 + i) for i in range(94)},
    "。": ".",
    "、": ",",
    "•": "-",
    "·": "-",
    "⋅": "-",
}
_TABLE = str.maketrans(_FOLD)


@dataclass(frozen=True, slots=True)
class Article:
    """One text as it is on disk.

    Attributes:
        name: Name for people: the path, or what the caller gave.
        text: The text exactly as decoded; all offsets count its characters.
        folded: The same length, with typographic quotes, dashes and spaces made plain.
    """

    name: str
    text: str
    folded: str


def fold(text: str) -> str:
    """Make typographic characters plain, one for one, so that offsets hold.

    Args:
        text: Any text.

    Returns:
        Text of the same length.
    """
    return text.translate(_TABLE)


def article(text: str, *, name: str = "text") -> Article:
    """Check a text and wrap it.

    Args:
        text: Plain text of an article.
        name: What to call it in messages.

    Returns:
        The article.

    Raises:
        ReadError: The text is empty, binary, or mostly neither English nor Chinese.
    """
    if not text.strip("\ufeff \t\r\n"):
        raise ReadError(f"{name}: the file is empty. Give a plain-text article in English or Chinese.")
    control = sum(1 for c in text[:20000] if ord(c) < 32 and c not in "\t\n\r\x0b\x0c")
    if "\x00" in text or control > max(4, len(text[:20000]) // 50):
        raise ReadError(f"{name}: this is a binary file, not text. Save the article as plain text (.txt).")
    _check_language(text, name)
    return Article(name, text, fold(text))


_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_KANA_OR_HANGUL = re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")
_LITTLE_WORDS = re.compile(r"\b(?:the|of|at|in|on|and|to|for|from|said|says|is|was|its|with|by)\b")


def is_chinese(text: str) -> bool:
    """Whether a text is mostly in Chinese characters, and hardly any of its letters are kana or hangul.

    Args:
        text: Any text; its beginning is looked at.

    Returns:
        False also for Japanese, which has characters too.
    """
    sample = text[:50000]
    han = len(_HAN.findall(sample))
    letters = sum(1 for c in sample if c.isalpha())
    if han == 0 or len(_KANA_OR_HANGUL.findall(sample)) > 0.02 * han:
        return False
    # A character says as much as several letters, but English with Chinese names in it stays English.
    return 2 * han >= letters or (3 * han >= letters and not _LITTLE_WORDS.search(sample))


def load(path: str | Path) -> Article:
    r"""Read an article from a file.

    Line ends become ``\n``, as in `pathlib.Path.read_text`, so that offsets agree with it.

    Args:
        path: A plain-text file in UTF-8, at most `LIMIT` bytes.

    Returns:
        The article.

    Raises:
        ReadError: The file is missing, a folder, too large, not UTF-8, empty, binary, or mostly neither English nor
            Chinese.
    """
    file = Path(path)
    if not file.exists():
        near = _nearby(file)
        hint = f" Did you mean {near}?" if near else " Check the path."
        raise ReadError(f"{file}: no such file.{hint}")
    if file.is_dir():
        raise ReadError(f"{file}: this is a folder. Name the articles in it, e.g. {file}/*.txt.")
    if not file.is_file():
        raise ReadError(f"{file}: this is not an ordinary file. Save the article as a text file first.")
    try:
        size = file.stat().st_size
        if size > LIMIT:
            raise ReadError(
                f"{file}: {size / 1e6:.1f} MB is more than the limit of {LIMIT / 1e6:.0f} MB for one article. "
                "Split it, one article a file."
            )
        raw = file.read_bytes()
    except OSError as error:
        raise ReadError(f"{file}: cannot be read ({error.strerror}). Check its permissions.") from None
    return article(_decode(raw, file), name=str(path))


def _decode(raw: bytes, file: Path) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ReadError(f"{file}: the text is in UTF-16, not UTF-8. Save it again as UTF-8.")
    if b"\x00" in raw or raw.startswith(
        (b"%PDF", b"PK\x03\x04", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b")
    ):
        kind = "a PDF" if raw.startswith(b"%PDF") else "a binary file"
        raise ReadError(f"{file}: this is {kind}, not text. Save the article as plain text (.txt).")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise ReadError(
            f"{file}, line {line}: byte 0x{raw[error.start]:02x} at position {error.start} is not UTF-8. "
            "Save the file again with the encoding UTF-8."
        ) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _nearby(file: Path) -> str:
    import difflib

    if not file.parent.is_dir():
        return ""
    names = [p.name for p in file.parent.iterdir() if p.is_file()]
    found = difflib.get_close_matches(file.name, names, n=1, cutoff=0.6)
    return str(file.parent / found[0]) if found else ""


@cache
def _function_words() -> dict[str, frozenset[str]]:
    folder = resources.files("oreflow.news") / "lexicon"
    lines = folder.joinpath("function_words.csv").read_text("utf-8").splitlines()[1:]
    return {code: frozenset(words.split("|")) for code, words in (line.split(",", 1) for line in lines)}


def _check_language(text: str, name: str) -> None:
    """Refuse a text that the English rules would misread."""
    sample = text[:50000]
    letters = [c for c in sample if c.isalpha()]
    if not letters:
        raise ReadError(f"{name}: there are no words in it. Give a plain-text article in English or Chinese.")
    if is_chinese(sample):
        return
    latin = sum(1 for c in letters if ord(c) < 0x250)
    if latin < 0.5 * len(letters):
        raise ReadError(
            f"{name}: most of the text is not in Latin letters or Chinese characters, and only English and Chinese "
            "are read. Give a translation."
        )
    words = re.findall(r"[^\W\d_]+", sample.lower())
    if len(words) < 12:
        return
    counts = {code: sum(1 for w in words if w in known) for code, known in _function_words().items()}
    english = counts.pop("en")
    other = max(counts, key=lambda code: counts[code])
    foreign = counts[other] > 2 * english + 2 and counts[other] > 0.08 * len(words)
    if foreign or (len(words) >= 60 and english < 0.04 * len(words)):
        guess = f" (it looks like {_LANGUAGES[other]})" if foreign else ""
        raise ReadError(
            f"{name}: most of the text is not English{guess}, and only English and Chinese are read. "
            "Give a translation."
        )


_LANGUAGES = {
    "de": "German",
    "fr": "French",
    "es": "Spanish",
    "it": "Italian",
    "pt": "Portuguese",
    "nl": "Dutch",
    "id": "Indonesian",
    "pl": "Polish",
    "sv": "Swedish",
}
