"""JSON Feed 1.1 as far as articles need it: https://www.jsonfeed.org/version/1.1/."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, BeforeValidator


def _blank(value: object) -> object:
    """Take null for what is left out."""
    return "" if value is None else value


def _lenient(value: object) -> object:
    """Take a date that is none for what is left out: an article is worth reading without."""
    if not isinstance(value, str):
        return None
    try:
        return datetime.fromisoformat(value.strip())
    except ValueError:
        return None


_Text = Annotated[str, BeforeValidator(_blank)]
_When = Annotated[datetime | None, BeforeValidator(_lenient)]


class Post(BaseModel):
    """One item."""

    id: str | int | float
    title: _Text = ""
    url: _Text = ""
    external_url: _Text = ""
    content_text: _Text = ""
    content_html: _Text = ""
    summary: _Text = ""
    date_published: _When = None
    date_modified: _When = None


class Feed(BaseModel):
    """A feed; its items are looked at one by one, so that a bad one does not spoil the rest."""

    version: str
    items: list[object]
