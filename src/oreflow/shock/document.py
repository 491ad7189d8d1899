"""Documents that people write: YAML or JSON in, plain data with the line of every part out."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import yaml

from oreflow.errors import OreflowError, ReadError, SchemaError, UnknownNameError, UsageError, nearest

MAX_BYTES = 200_000
"""Largest document."""
MAX_DEPTH = 12
"""Deepest nesting of lists and mappings."""
DATES = ("start", "until", "announced")
"""Keys that hold a date, which may be written as a bare year."""

Place = tuple[str | int, ...]

_EXPONENT = re.compile(r"[-+]?\d+[eE][-+]?\d+")

T = TypeVar("T")


@dataclass
class Document:
    """Plain data with the line of every part.

    Attributes:
        name: Name for messages, usually of the file.
        noun: What it should be, e.g. ``scenario``.
        keys: Keys that it has at least, in words, for the message on an empty one.
        data: The data.
        lines: Line of each part by its path.
    """

    name: str
    noun: str
    keys: str
    data: Any = None
    lines: dict[Place, int] = field(default_factory=dict)

    def place(self, path: Place) -> str:
        """Return ``file, line 12, events[0].start`` for a part, the nearest parent's line where it has none."""
        spot = path
        while spot and spot not in self.lines:
            spot = spot[:-1]
        line = self.lines.get(spot)
        told = ""
        for p in path:
            told += f"[{p}]" if isinstance(p, int) else (f".{p}" if told else p)
        return ", ".join(x for x in (self.name, f"line {line}" if line else "", told) if x)


def read_text(path: str | Path, noun: str) -> tuple[str, str]:
    """Read the text of a file.

    Args:
        path: UTF-8, at most `MAX_BYTES`.
        noun: What it should be.

    Returns:
        Text and name of the file.

    Raises:
        ReadError: The file is missing, too large or not text.
    """
    file = Path(path)
    try:
        with file.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise ReadError(f"{file}: there is no such file.") from None
    except (OSError, ValueError) as e:
        raise ReadError(f"{file}: cannot be read: {getattr(e, 'strerror', None) or e}.") from None
    if len(raw) > MAX_BYTES:
        raise ReadError(f"{file}: larger than {MAX_BYTES:,} bytes; that is no {noun}.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as e:
        raise ReadError(f"{file}: not UTF-8 text (byte {e.start}); save it as UTF-8.") from None
    return text, file.name


def parse(text: str, document: Document) -> None:
    """Put the data of a text into a document.

    Args:
        text: YAML or JSON, at most `MAX_BYTES` characters, without anchors and tags.
        document: Filled in place.

    Raises:
        ReadError: The text is empty, too large or neither YAML nor JSON.
    """
    name, least = document.name, f"a {document.noun} has at least the keys {document.keys}"
    if len(text) > MAX_BYTES:
        raise ReadError(f"{name}: larger than {MAX_BYTES:,} characters; that is no {document.noun}.")
    if not text.strip():
        raise ReadError(f"{name}: is empty; {least}.")
    try:
        node = _compose(text, name)
    except yaml.YAMLError as e:
        mark = getattr(e, "problem_mark", None) or getattr(e, "context_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        problem = getattr(e, "problem", None) or "not readable as YAML"
        data = _json(text)
        if data is not None:
            document.data = data
            return
        raise ReadError(f"{name}{line}: neither YAML nor JSON: {problem}.") from None
    except ValueError as e:
        raise ReadError(f"{name}: not text that YAML allows: {e}.") from None
    if node is None:
        raise ReadError(f"{name}: holds only comments; {least}.")
    document.data = _plain(node, (), document)


def _json(text: str) -> Any:
    """JSON that YAML does not read (tabs), or None."""
    try:
        return json.loads(text, parse_int=_integer, parse_constant=lambda c: c)
    except (ValueError, RecursionError):
        return None


def _compose(text: str, name: str) -> yaml.Node | None:
    """Compose nodes after a look at depth and anchors, so that no small file can grow or nest without end."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else 0
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise ReadError(
                f"{name}, line {line}: anchors and aliases (& and *) are not read; write the part again."
            )
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise ReadError(f"{name}, line {line}: nested deeper than {MAX_DEPTH} levels.")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    return yaml.compose(text, Loader=yaml.SafeLoader)


def _plain(node: yaml.Node, path: Place, document: Document) -> Any:
    document.lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        out: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                raise ReadError(f"{document.name}, line {line}: a key must be a word.")
            key = str(key_node.value)
            if key in out:
                raise ReadError(f"{document.name}, line {line}: the key {key!r} stands twice; keep one.")
            out[key] = _plain(value_node, (*path, key), document)
            document.lines[(*path, key)] = line
        return out
    if isinstance(node, yaml.SequenceNode):
        return [_plain(n, (*path, i), document) for i, n in enumerate(node.value)]
    assert isinstance(node, yaml.ScalarNode)
    return _scalar(node, document)


def _scalar(node: yaml.ScalarNode, document: Document) -> Any:
    tag, text = node.tag.rsplit(":", 1)[-1], str(node.value)
    try:
        if tag == "int":
            return _integer(text.replace("_", ""))
        if tag == "float":
            return float(text.replace("_", "").lower().replace(".inf", "inf").replace(".nan", "nan"))
    except ValueError:
        return text
    if tag == "bool":
        return text.lower() in ("yes", "true", "on")
    if tag == "null":
        return None
    if tag == "str" and node.style is None and _EXPONENT.fullmatch(text):
        return float(text)  # a number in JSON, though YAML 1.1 asks for a point in it
    if tag in ("str", "timestamp"):
        # JSON writes what lies beyond 16 bits as two halves; YAML leaves them apart.
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    line = node.start_mark.line + 1
    raise ReadError(
        f"{document.name}, line {line}: the tag !{tag} is not read; write plain text or a number."
    )


def _integer(text: str) -> int | float:
    """A whole number; one too long for any quantity as a float, infinite if need be."""
    return int(text, 10) if len(text) < 18 else float(text)


def conform(document: Document, validator: Any) -> None:
    """Raise the first departure from a schema: a mistyped key before what is missing because of it.

    Args:
        document: The document.
        validator: A validator of jsonschema.

    Raises:
        SchemaError: With line, place and the nearest valid key.
    """
    errors = sorted(
        validator.iter_errors(document.data),
        key=lambda e: (
            e.validator != "additionalProperties",
            document.lines.get(tuple(e.absolute_path), 0),
            len(e.absolute_path),
            str(e.message),
        ),
    )
    if errors:
        raise _explain(errors[0], document)


def dates_as_text(events: Any) -> None:
    """Turn dates that were written as a bare year into text, in place."""
    for event in events if isinstance(events, list) else []:
        for key in DATES:
            if isinstance(event, dict) and type(event.get(key)) is int:
                event[key] = str(event[key])


def _explain(error: Any, document: Document) -> SchemaError:
    """A failure of the schema as one plain sentence."""
    path: Place = tuple(error.absolute_path)
    value, rule = error.instance, error.validator_value
    kind = error.validator
    if kind == "additionalProperties":
        known = list(error.schema["properties"])
        wrong = next(k for k in value if k not in known)
        near = nearest(wrong, known)
        hint = f"Did you mean {' or '.join(map(repr, near))}?" if near else f"Known keys: {', '.join(known)}."
        return SchemaError(f"{document.place((*path, wrong))}: unknown key {wrong!r}. {hint}")
    place = document.place(path)
    if kind == "required":
        missing = next(k for k in rule if k not in value)
        return SchemaError(f"{place}: the key {missing!r} is missing.")
    if kind == "enum":
        near = nearest(str(value), rule)
        hint = (
            f"Did you mean {' or '.join(map(repr, near))}?"
            if near
            else f"Known: {', '.join(map(str, rule))}."
        )
        return SchemaError(f"{place}: unknown value {value!r}. {hint}")
    if kind == "type":
        names = {"object": "a mapping", "array": "a list", "string": "text", "number": "a number"}
        names |= {"boolean": "true or false", "integer": "a whole number"}
        wanted = [rule] if isinstance(rule, str) else rule
        return SchemaError(
            f"{place}: should be {' or '.join(names.get(w, w) for w in wanted)}, not {value!r:.80}."
        )
    if kind in ("minimum", "maximum", "exclusiveMinimum"):
        word = {"minimum": "at least", "maximum": "at most", "exclusiveMinimum": "above"}[kind]
        return SchemaError(f"{place}: {value!r:.80} is out of range; it must be {word} {rule}.")
    if kind == "pattern" and path and path[-1] in DATES:
        return SchemaError(f"{place}: {value!r:.80} is not a date; write it as 2025-08-09, 2025-08 or 2025.")
    if kind == "pattern":
        return SchemaError(f"{place}: {value!r:.80} is not an identifier; use letters, digits, _ and -.")
    if kind == "const":
        return SchemaError(f"{place}: is either there or not; write true or leave it out.")
    told = {
        "minProperties": "says nothing",
        "maxProperties": "says more than one thing",
        "minItems": "is too short",
    }
    told |= {"maxItems": "is too long", "minLength": "is empty"}
    return SchemaError(f"{place}: {told.get(kind, error.message)}.")


def located(error: OreflowError, place: str) -> OreflowError:
    """The same error with its place before the message."""
    if isinstance(error, UnknownNameError):
        copy = UnknownNameError.__new__(UnknownNameError)
        copy.kind, copy.name, copy.nearest = error.kind, error.name, error.nearest
        copy.args = (f"{place}{error}",)
        return copy
    return type(error)(f"{place}{error}")


def placed(document: Document, path: Place, make: Callable[[], T]) -> T:
    """Return what a function returns; its error with the place in the document, told once.

    Args:
        document: Document that it is made from.
        path: Place of what it is made from.
        make: The function.

    Raises:
        SchemaError: The function found something not possible: here it is the document that is wrong, not the call.
        OreflowError: As the function raised it, with the place.
    """
    try:
        return make()
    except OreflowError as error:
        if str(error).startswith((f"{document.name}:", f"{document.name},")):
            raise
        place = f"{document.place(path)}: "
        if isinstance(error, UsageError) and not isinstance(error, UnknownNameError):
            raise SchemaError(f"{place}{error}") from None
        raise located(error, place) from None


def finite(document: Document) -> None:
    """Refuse numbers that are none.

    Args:
        document: Document with its data.

    Raises:
        SchemaError: A number is infinite or not a number; names the place.
    """
    _finite(document, document.data, ())


def _finite(document: Document, part: Any, path: Place) -> None:
    if isinstance(part, dict | list):
        for key, value in part.items() if isinstance(part, dict) else enumerate(part):
            _finite(document, value, (*path, key))
    elif isinstance(part, float) and not math.isfinite(part):
        raise SchemaError(
            f"{document.place(path)}: {part!r} is not a number to compute with; give a finite one."
        )


def mapping(properties: dict[str, Any], required: Sequence[str] = ()) -> dict[str, Any]:
    """Return the JSON Schema of a mapping with these keys and no others.

    Args:
        properties: Key to its schema.
        required: Keys that must be there.
    """
    out: dict[str, Any] = {"type": "object", "additionalProperties": False, "properties": properties}
    return {**out, "required": list(required)} if required else out
