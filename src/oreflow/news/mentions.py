"""What a text names, and the word classes in it."""

from __future__ import annotations

from dataclasses import dataclass

from oreflow.news.gazetteer import Name


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in the text.

    Attributes:
        start: Offset in the article.
        end: Offset after it.
        text: As written.
        names: What it may mean; several when ambiguous; one of kind with key ``""`` for an unknown name.
        ticker: Ticker behind the name, as written, or ``""``.
        via: ``alias``, ``ticker``, ``fuzzy``, ``unknown``, ``pronoun`` or ``description``.
    """

    start: int
    end: int
    text: str
    names: tuple[Name, ...]
    via: str = "alias"
    ticker: str = ""

    @property
    def name(self) -> Name:
        """First meaning."""
        return self.names[0]

    @property
    def kind(self) -> str:
        """Kind of the first meaning."""
        return self.names[0].kind

    @property
    def label(self) -> str:
        """Atlas key, or the words of the text when unknown or ambiguous."""
        keys = {n.key for n in self.names}
        return self.name.key if len(keys) == 1 and self.name.key else self.text


@dataclass(frozen=True, slots=True)
class Hit:
    """A word class in the text.

    Attributes:
        start: Offset in the article.
        end: Offset after it.
        name: Class.
        form: Form of the word.
    """

    start: int
    end: int
    name: str
    form: str
