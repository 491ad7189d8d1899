"""Blocks of text to sentences of tokens, with offsets into the article."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from oreflow.news.blocks import Block
from oreflow.news.lexicon import word_list

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc


@dataclass(slots=True)
class Token:
    """One word or sign.

    Attributes:
        text: As in the folded article.
        lower: In lower case.
        start: Offset in the article.
        end: Offset after it.
    """

    text: str
    lower: str
    start: int
    end: int


class Passage(NamedTuple):
    """The spaCy document of a block, its offset in the article, and its text."""

    doc: Doc
    base: int
    body: str


@dataclass(slots=True)
class Sentence:
    """One sentence.

    Attributes:
        start: Offset of its first character.
        end: Offset after its last character.
        text: Folded text; ``text[i]`` stands at ``start + i`` in the article.
        tokens: Its tokens.
        index: Number in the article.
        item: Number of the article within a digest.
        heading: Whether it is a headline.
        paragraph: Number of its block.
    """

    start: int
    end: int
    text: str
    tokens: list[Token]
    index: int
    item: int
    heading: bool
    paragraph: int

    def at(self, offset: int) -> int:
        """Index of the token at or after an offset of the article."""
        for i, t in enumerate(self.tokens):
            if t.end > offset:
                return i
        return len(self.tokens)


@cache
def pipeline() -> Language:
    """Return spaCy's English tokeniser with rule-based sentence ends: nothing is downloaded."""
    import spacy
    from spacy.util import compile_infix_regex

    nlp = spacy.blank("en")
    # "46,000-65,000" and "CATL-Maersk" are several tokens, "off-take" too; keep "U.S." whole.
    infixes: Any = [
        *(nlp.Defaults.infixes or []),
        r"(?<=[0-9A-Za-z])[-/](?=[0-9A-Za-z])",
        r"(?<=[0-9])(?=[kKM]?t\b)",
    ]
    tokenizer: Any = nlp.tokenizer
    tokenizer.infix_finditer = compile_infix_regex(infixes).finditer
    nlp.add_pipe("sentencizer", config={"punct_chars": [".", "!", "?", ";"]})
    return nlp


_ABBREVIATIONS = word_list("sentences.abbreviations")
_CLOSERS = re.compile(r"^[\"')\]\s\d\[]*$")


def sentences(folded: str, blocks: tuple[Block, ...]) -> tuple[list[Sentence], list[Passage]]:
    """Split blocks into sentences.

    Args:
        folded: Folded text of the article.
        blocks: Blocks to read.

    Returns:
        The sentences in order, and the spaCy document of each block with the block's offset.
    """
    out: list[Sentence] = []
    docs: list[Passage] = []
    texts = [folded[b.start : b.end] for b in blocks]
    for p, (block, text, doc) in enumerate(zip(blocks, texts, pipeline().pipe(texts), strict=True)):
        docs.append(Passage(doc, block.start, text))
        for first, last in _spans(doc):
            tokens = [
                Token(t.text, t.lower_, block.start + t.idx, block.start + t.idx + len(t.text))
                for t in doc[first:last]
                if not t.is_space
            ]
            if tokens:
                start, end = tokens[0].start, tokens[-1].end
                out.append(
                    Sentence(start, end, folded[start:end], tokens, len(out), block.item, block.heading, p)
                )
    return out, docs


def _spans(doc: Doc) -> list[tuple[int, int]]:
    """Token ranges of sentences, with ends that are none (abbreviations, closing quotes) joined."""
    spans: list[tuple[int, int]] = []
    for sent in doc.sents:
        first, last = sent.start, sent.end
        if spans:
            a, b = spans[-1]
            before = doc[b - 2].lower_ if b - 2 >= a else ""
            tail = doc[a:b].text.rstrip()
            own = sent.text.strip()
            joins = (
                (before in _ABBREVIATIONS and tail.endswith("."))
                or _CLOSERS.match(own) is not None
                or own[:1].islower()
                or (own[:1].isdigit() and before in {"no", "approx"})
            )
            if joins and not tail.endswith(";"):
                spans[-1] = (a, last)
                continue
        spans.append((first, last))
    return spans
