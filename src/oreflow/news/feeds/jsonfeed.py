"""JSON Feed 1.1 to items."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from oreflow.errors import ReadError
from oreflow.news.feeds.draft import Draft
from oreflow.news.feeds.need import needed
from oreflow.news.feeds.plain import plain, tidy

if TYPE_CHECKING:
    from pydantic import ValidationError

    from oreflow.news.feeds.limits import Limits
    from oreflow.news.feeds.schema import Post


def json_items(raw: bytes, *, name: str, limits: Limits) -> list[Draft]:
    """Read a JSON Feed.

    Args:
        raw: The feed as it came.
        name: What to call it in messages; its address.
        limits: Bounds on it.

    Returns:
        Its items in its order.

    Raises:
        ReadError: It is not JSON, lies too deep, or is no JSON Feed.
        UsageError: pydantic is not installed.
    """
    with needed():
        from pydantic import ValidationError

        from oreflow.news.feeds.schema import Feed, Post

    try:
        # The parser of pydantic refuses what is nested more than some 200 deep, before anything is built.
        feed = Feed.model_validate_json(raw.removeprefix(b"\xef\xbb\xbf"))
    except ValidationError as error:
        raise ReadError(
            f"{name}: this is no JSON Feed ({_first(error)}). Watch a feed that follows jsonfeed.org/version/1.1."
        ) from None
    if len(feed.items) > limits.items:
        raise ReadError(
            f"{name}: there are {len(feed.items):,} items, more than {limits.items:,}. Watch a shorter feed."
        )
    drafts = []
    for value in feed.items:
        try:
            drafts.append(_draft(Post.model_validate(value), name, limits))
        except ValidationError as error:
            drafts.append(Draft(fault=f"it does not follow the schema ({_first(error)})"))
    return drafts


def _draft(post: Post, name: str, limits: Limits) -> Draft:
    size = sum(map(len, (post.title, post.content_text, post.content_html, post.summary)))
    title, url = tidy(post.title[:2_000]), post.url or post.external_url
    if size > limits.item:
        return Draft(key=str(post.id), title=title, url=url, size=size)
    texts = (tidy(post.content_text), plain(post.content_html), tidy(post.summary))
    return Draft(
        key=str(post.id),
        title=title,
        body=next((t for t in texts if t), ""),
        url=urljoin(name, url) if url else "",
        day=_day(post.date_published or post.date_modified),
    )


def _first(error: ValidationError) -> str:
    """The first fault, with its place."""
    fault = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(map(str, fault["loc"]))
    return f"{place}: {fault['msg']}" if place else str(fault["msg"])


def _day(when: datetime | None) -> date | None:
    if when is None:
        return None
    try:
        return (when.astimezone(UTC) if when.tzinfo else when).date()
    except OverflowError:
        return None
