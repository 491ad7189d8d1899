"""Word classes with their inflected forms, from tables."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

Form = Literal["base", "s", "past", "ing", "noun", "fixed"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One inflected word or phrase.

    Attributes:
        phrase: As it stands in text, lower case.
        name: Class, e.g. ``STOP``; cues are ``cue:<effect>:<side>``.
        form: Which form of the word it is.
    """

    phrase: str
    name: str
    form: Form


def read_table(name: str) -> list[dict[str, str]]:
    """Return the rows of a table of the lexicon.

    Args:
        name: File name without ``.csv``.

    Returns:
        Rows as dictionaries of text.
    """
    text = resources.files("oreflow.news").joinpath(f"lexicon/{name}.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def _lists() -> dict[str, frozenset[str]]:
    return {row["list"]: frozenset(row["words"].split("|")) for row in read_table("lists")}


def word_list(name: str) -> frozenset[str]:
    """Return a closed list of small words that a rule looks for.

    Args:
        name: Key in ``lexicon/lists.csv``, the module and what it is for.

    Returns:
        The words, in lower case where the rule compares them so.
    """
    return _lists()[name]


@cache
def entries() -> tuple[Entry, ...]:
    """Return all forms of all word classes and cues.

    Returns:
        Entries without repetition, in the order of the tables.
    """
    seen: dict[Entry, None] = {}
    for row in read_table("words"):
        for word in row["words"].split("|"):
            for entry in _inflect(word.strip('"'), row["class"], row["pos"]):
                seen[entry] = None
    for row in read_table("cues"):
        for phrase in row["cues"].split("|"):
            seen[Entry(phrase.lower(), f"cue:{row['effect']}:{row['side']}", "fixed")] = None
    return tuple(seen)


@cache
def patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return the word classes that take a pattern rather than a phrase: class and compiled pattern."""
    return tuple((r["class"], re.compile(r["pattern"], re.IGNORECASE)) for r in read_table("patterns"))


def _inflect(word: str, name: str, pos: str) -> list[Entry]:
    if pos == "f":
        if "?" in word:  # "takes? offline": an optional letter
            i = word.index("?")
            return [
                Entry(w.lower(), name, "fixed")
                for w in (word[: i - 1] + word[i + 1 :], word.replace("?", ""))
            ]
        return [Entry(word.lower(), name, "fixed")]
    if pos == "n":
        return [Entry(word.lower(), name, "noun"), Entry(_plural(word.lower()), name, "noun")]
    if ":" in word:
        base, s, past, participle, ing = word.split(":")
    else:
        base = word
        head, _, tail = word.partition(" ")
        rest = f" {tail}" if tail else ""
        s, past, ing = _plural(head) + rest, _past(head) + rest, _ing(head) + rest
        participle = past
    forms: list[tuple[str, Form]] = [
        (base, "base"),
        (s, "s"),
        (past, "past"),
        (participle, "past"),
        (ing, "ing"),
    ]
    return [Entry(w.lower(), name, f) for w, f in forms]


def _plural(word: str) -> str:
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return word + "es"
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return word[:-1] + "ies"
    return word + "s"


def _past(word: str) -> str:
    if word.endswith("e"):
        return word + "d"
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return word[:-1] + "ied"
    return word + "ed"


def _ing(word: str) -> str:
    if word.endswith("e") and not word.endswith("ee"):
        return word[:-1] + "ing"
    return word + "ing"
