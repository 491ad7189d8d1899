"""Labels of an article: what a careful analyst finds in it, from a YAML file beside the text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from oreflow.errors import SchemaError, UnknownNameError
from oreflow.news.arguments import types
from oreflow.news.modality import MODALITIES, POLARITIES

FIELDS = (
    "modality",
    "polarity",
    "direction",
    "subject",
    "commodity",
    "country",
    "speaker",
    "announced",
    "effective",
    "quantity",
)
"""Fields whose accuracy is counted on the claims that were found."""

_CLAIM = {"type", "words", "optional", "value", "low", "high", "unit", "per", *FIELDS}
_EVENT = {"type", "words", "optional", "on"}
_TOP = {"claims", "events", "story"}


@dataclass(frozen=True, slots=True)
class Labels:
    """Labels of one article.

    Attributes:
        claims: A dictionary for each claim: ``type``, ``words``, ``optional`` and any field of it.
        events: A dictionary for each event: ``type`` (a tuple of the types that fit), ``words``, ``on``,
            ``optional``; None where events are not labelled.
        story: Name of the event that several articles tell of, or ``""``.
    """

    claims: tuple[dict[str, Any], ...]
    events: tuple[dict[str, Any], ...] | None
    story: str = ""


def load_labels(path: Path) -> Labels:
    """Read and check the labels of one article.

    Args:
        path: The label file; the text stands beside it with the ending ``.txt``.

    Returns:
        Claims, events and story.

    Raises:
        SchemaError: The file is no YAML, a key or type is unknown, or the words do not stand in the text.
        UnknownNameError: A type of claim or event does not exist.
    """
    import yaml

    from oreflow.shock import EVENT_TYPES

    try:
        data = yaml.load(path.read_text("utf-8"), Loader=_loader()) or {}
    except yaml.YAMLError as error:
        raise SchemaError(f"{path}: not YAML ({' '.join(str(error).split())}).") from None
    if not isinstance(data, dict):
        raise SchemaError(f"{path}: the file must hold 'claims' and 'events'.")
    _known(data, _TOP, str(path))
    text = path.with_suffix(".txt").read_text("utf-8")
    claims = data.get("claims") or []
    for i, label in enumerate(claims):
        place = f"{path}, claims[{i}]"
        _known(label, _CLAIM, place)
        if label.get("type") not in types():
            raise UnknownNameError("type of claim", str(label.get("type")), types(), where=place)
        _words(label, text, place)
        stances = (("modality", MODALITIES), ("polarity", POLARITIES), ("direction", ("up", "down", None)))
        for key, values in stances:
            if key in label and label[key] not in values:
                raise SchemaError(
                    f"{place}: {key} is {label[key]!r}, not one of {', '.join(map(str, values))}."
                )
    events = data.get("events")
    for i, label in enumerate(events or []):
        place = f"{path}, events[{i}]"
        _known(label, _EVENT, place)
        kinds = label.get("type")
        label["type"] = tuple(kinds) if isinstance(kinds, list) else (kinds,)
        for kind in label["type"]:
            if kind not in EVENT_TYPES:
                raise UnknownNameError("event type", str(kind), EVENT_TYPES, where=place)
        _words(label, text, place)
    return Labels(tuple(claims), None if events is None else tuple(events), str(data.get("story") or ""))


@cache
def _loader() -> Any:
    """The safe loader with the booleans of YAML 1.2: the key ``on`` is a word, not a truth."""
    import yaml

    class Loader(yaml.SafeLoader):
        pass

    Loader.yaml_implicit_resolvers = {
        k: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:bool"]
        for k, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("true|false"), list("tf"))
    return Loader


def _known(label: Any, keys: set[str], place: str) -> None:
    if not isinstance(label, dict):
        raise SchemaError(f"{place}: a mapping of keys is needed, not {label!r}.")
    for key in label:
        if key not in keys:
            raise UnknownNameError("key of a label", str(key), sorted(keys), where=place)


def _words(label: dict[str, Any], text: str, place: str) -> None:
    words = label.get("words")
    if not isinstance(words, str) or not words or words not in text:
        raise SchemaError(f"{place}: the words {words!r} do not stand in the text.")
