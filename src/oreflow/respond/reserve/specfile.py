"""Spec files of a reserve: YAML or JSON in, a spec or one clear message out.

Any number may be written as it is, or as a mapping that says how well it is known:

    storage: {value: 40, low: 20, high: 80, unit: USD/t a year, source: assumed, note: warehouse rent}
"""

from __future__ import annotations

import csv
import math
from functools import cache
from pathlib import Path
from typing import Any

from oreflow.atlas import World
from oreflow.errors import OreflowError, ReadError, SchemaError, UnknownNameError, UsageError
from oreflow.respond.reserve.spec import (
    Assumed,
    ChainSpec,
    Export,
    Form,
    Mineral,
    NoiseSpec,
    Place,
    Refining,
    Regime,
    Spec,
    check,
)
from oreflow.shock.document import Document, conform, located, mapping, parse, read_text
from oreflow.shock.document import Place as Path_

LISTED = frozenset(
    (
        "minerals",
        "places",
        "moves",
        "budget",
        "discount",
        "unserved",
        "salvage",
        "trigger",
        "elasticity_months",
    )
)
"""Parts of a specification whose numbers are told on the page."""
INFORMED = frozenset(("value", "low", "high", "unit", "source", "note"))


def load(path: str | Path, *, world: World | None = None) -> Spec:
    """Read a specification from a file.

    Args:
        path: YAML or JSON.
        world: Checks its names where given.

    Returns:
        The specification.

    Raises:
        ReadError: There is no such file, or it is neither YAML nor JSON.
        SchemaError: It does not follow the schema, or a value is not possible.
        UnknownNameError: A name is not known.
    """
    text, name = read_text(path, "reserve spec")
    return read(text, name, world=world, folder=Path(path).parent)


def read(text: str, name: str, *, world: World | None = None, folder: Path | None = None) -> Spec:
    """Read a specification.

    Args:
        text: YAML or JSON.
        name: Name of the document for messages.
        world: Checks its names where given.
        folder: Folder in which a file of noise is sought.

    Returns:
        The specification.

    Raises:
        ReadError: The text is empty, too large or neither YAML nor JSON.
        SchemaError: It does not follow the schema, or a value is not possible.
        UnknownNameError: A name is not known.
    """
    document = Document(name, "reserve spec", "reserve and minerals")
    parse(text, document)
    if not isinstance(document.data, dict):
        raise SchemaError(f"{name}: a reserve spec is a mapping; it begins with reserve: and a name.")
    told: list[Assumed] = []
    document.data = _plain(document, document.data, (), told)
    conform(document, _validator())
    try:
        spec = _build(document.data, tuple(told), folder)
        if world is not None:
            check(spec, world)
    except UnknownNameError as error:
        raise located(error, f"{name}: ") from None
    except UsageError as error:
        raise SchemaError(f"{name}: {error}") from None
    except OreflowError as error:
        raise located(error, f"{name}: ") from None
    return spec


def _plain(document: Document, part: Any, path: Path_, told: list[Assumed]) -> Any:
    """Replace numbers that say how they are known by their value, and note what they say."""
    if isinstance(part, dict):
        if "value" in part and INFORMED.issuperset(part):
            value = part["value"]
            for key in ("value", "low", "high"):
                number = part.get(key, 0.0)
                if (
                    isinstance(number, bool)
                    or not isinstance(number, int | float)
                    or not math.isfinite(number)
                ):
                    raise SchemaError(f"{document.place(path)}: {key} is {number!r}; give a finite number.")
            low, high = part.get("low", value), part.get("high", value)
            if not low <= value <= high:
                raise SchemaError(
                    f"{document.place(path)}: {value:g} does not lie between its low {low:g} and high {high:g}."
                )
            told.append(
                Assumed(
                    ".".join(map(str, path)), float(value), part.get("low"), part.get("high"),
                    str(part.get("unit", "")), str(part.get("source", "assumed")), str(part.get("note", "")),
                )
            )  # fmt: skip
            return value
        return {k: _plain(document, v, (*path, k), told) for k, v in part.items()}
    if isinstance(part, list):
        return [_plain(document, v, (*path, i), told) for i, v in enumerate(part)]
    if isinstance(part, int | float) and not isinstance(part, bool) and path and path[0] in LISTED:
        # A number that does not say how it is known is listed all the same.
        told.append(Assumed(".".join(map(str, path)), float(part), None, None, "", "specification", ""))
    if isinstance(part, float) and not math.isfinite(part):
        raise SchemaError(
            f"{document.place(path)}: {part!r} is not a number to compute with; give a finite one."
        )
    return part


@cache
def schema() -> dict[str, Any]:
    """Return the JSON Schema of a spec file, after numbers that say how they are known have been replaced.

    Returns:
        Schema of draft 2020-12. Names and signs are checked afterwards, where the message can say more.
    """
    number, text = {"type": "number"}, {"type": "string", "minLength": 1}
    texts = {"type": "array", "items": text, "minItems": 1, "maxItems": 60}
    name = {"type": "string", "pattern": r"^[A-Za-z0-9][A-Za-z0-9_\-]{0,63}$"}

    def table(of: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "additionalProperties": of,
            "minProperties": 1,
            "maxProperties": 40,
            "propertyNames": name,
        }

    legs = {"type": "array", "items": mapping({"mode": text, "km": number}, ("mode", "km")), "maxItems": 10}
    form = mapping(
        {
            "commodity": text,
            "opening": {"type": "object", "additionalProperties": number},
            **dict.fromkeys(
                (
                    "feed",
                    "feed_price",
                    "storage",
                    "loss",
                    "shelf_life",
                    "rotation",
                    "handling",
                    "buy_rate",
                    "release_rate",
                    "most",
                    "mass",
                ),
                number,
            ),
        }
    )
    refining = mapping(
        {"from": text, "to": text, "yield": number, "cost": number, "capacity": number},
        ("from", "to", "yield", "cost", "capacity"),
    )
    mineral = mapping(
        {"forms": table(form), "refining": {"type": "array", "items": refining, "maxItems": 20}}, ("forms",)
    )
    export = mapping({"origin": text, "limit": number, "minerals": texts, "to": texts}, ("origin", "limit"))
    output = mapping({"region": text, "commodity": text, "share": number}, ("region", "commodity", "share"))
    regime = mapping(
        {
            "name": {"type": "string", "pattern": r"^[A-Za-z0-9][A-Za-z0-9 _\-]{0,40}$"},
            "exports": {"type": "array", "items": export, "maxItems": 40},
            "output": {"type": "array", "items": output, "maxItems": 40},
            "demand": number,
            "price": {"type": "object", "additionalProperties": number},
        },
        ("name",),
    )
    chain = mapping(
        {
            "method": text,
            "regimes": {"type": "array", "items": regime, "minItems": 1, "maxItems": 8},
            "matrix": {"type": "array", "items": {"type": "array", "items": number}},
            "commodity": text,
            "above": number,
        },
        ("method", "regimes"),
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "oreflow reserve",
        "description": "A strategic minerals reserve: what it may hold, where, and what may happen",
        **mapping(
            {
                "reserve": name,
                "title": text,
                "region": text,
                "eligible": texts,
                "budget": number,
                "discount": number,
                "unserved": number,
                "quarters": {"type": "integer"},
                "salvage": number,
                "risk": mapping({"weight": number, "level": number}),
                "elasticity_months": number,
                "trigger": number,
                "seed": {"type": "integer", "minimum": 0, "maximum": 2**53},
                "minerals": table(mineral),
                "places": table(
                    mapping({"region": text, "space": number, "legs": legs, "rate": number}, ("region",))
                ),
                "moves": {
                    "type": "array",
                    "items": mapping({"from": text, "to": text, "legs": legs}, ("from", "to")),
                    "maxItems": 40,
                },
                "regimes": {"type": "array", "items": chain, "minItems": 1, "maxItems": 3},
                "start": text,
                "noise": mapping(
                    {
                        "draws": {"type": "integer"},
                        "atoms": {"type": "integer"},
                        "demand_sigma": number,
                        "file": text,
                    }
                ),
                "facts": {
                    "type": "array",
                    "items": mapping({"text": text, "source": text}, ("text", "source")),
                    "maxItems": 40,
                },
            },
            ("reserve", "minerals", "places"),
        ),
    }


@cache
def _validator() -> Any:
    import jsonschema

    return jsonschema.Draft202012Validator(schema())


def _legs(form: dict[str, Any]) -> tuple[tuple[str, float], ...] | None:
    return tuple((leg["mode"], float(leg["km"])) for leg in form["legs"]) if "legs" in form else None


def _build(data: dict[str, Any], told: tuple[Assumed, ...], folder: Path | None) -> Spec:
    options: dict[str, Any] = {
        k: data[k] for k in ("title", "region", "quarters", "seed", "start") if k in data
    }
    options |= {
        k: float(data[k]) for k in ("budget", "discount", "unserved", "salvage", "trigger") if k in data
    }
    options |= {f"risk_{k}": float(v) for k, v in data.get("risk", {}).items()}
    if "elasticity_months" in data:
        options["months"] = float(data["elasticity_months"])
    if "eligible" in data:
        options["eligible"] = tuple(data["eligible"])
    if "regimes" in data:
        options["chains"] = tuple(chain(c) for c in data["regimes"])
    noise = dict(data.get("noise", {}))
    if "file" in noise:
        noise["file"] = noise_file((folder or Path()) / noise["file"])
    return Spec(
        name=data["reserve"],
        minerals=tuple(_mineral(n, m) for n, m in data["minerals"].items()),
        places=tuple(
            Place(n, p["region"], float(p.get("space", math.inf)), _legs(p), float(p.get("rate", math.inf)))
            for n, p in data["places"].items()
        ),
        moves=tuple((m["from"], m["to"], _legs(m)) for m in data.get("moves", [])),
        noise=NoiseSpec(**noise),
        assumptions=told,
        facts=tuple((f["text"], f["source"]) for f in data.get("facts", [])),
        **options,
    )


def _mineral(name: str, data: dict[str, Any]) -> Mineral:
    forms = tuple(_form(n, f) for n, f in data["forms"].items())
    refining = tuple(
        Refining(r["from"], r["to"], float(r["yield"]), float(r["cost"]), float(r["capacity"]))
        for r in data.get("refining", [])
    )
    return Mineral(name, forms, refining)


def _form(name: str, data: dict[str, Any]) -> Form:
    options: dict[str, Any] = {k: v if k in ("commodity", "opening") else float(v) for k, v in data.items()}
    return Form(name=name, **options)


def chain(data: dict[str, Any]) -> ChainSpec:
    """Return a chain of regimes from its form in a file."""
    regimes = tuple(
        Regime(
            r["name"],
            tuple(
                Export(e["origin"], float(e["limit"]), tuple(e.get("minerals", ())), tuple(e.get("to", ())))
                for e in r.get("exports", [])
            ),
            tuple((o["region"], o["commodity"], float(o["share"])) for o in r.get("output", [])),
            float(r.get("demand", 1.0)),
            {c: float(v) for c, v in r.get("price", {}).items()},
        )
        for r in data["regimes"]
    )
    matrix = tuple(tuple(float(v) for v in row) for row in data.get("matrix", []))
    if data["method"] == "matrix":
        from oreflow.respond.reserve.regimes import checked

        checked(matrix, [r.name for r in regimes])
    return ChainSpec(
        data["method"], regimes, matrix, data.get("commodity", ""), float(data.get("above", 0.15))
    )


def load_regimes(path: str | Path) -> tuple[ChainSpec, ...]:
    """Read a file that holds regimes only: a list as under ``regimes`` of a spec.

    Args:
        path: YAML or JSON.

    Returns:
        The chains.

    Raises:
        ReadError: It cannot be read.
        SchemaError: It does not follow the schema.
    """
    text, name = read_text(path, "list of regimes")
    document = Document(name, "list of regimes", "regimes")
    parse(text, document)
    document.data = _plain(document, document.data, (), [])
    import jsonschema

    form = mapping({"regimes": schema()["properties"]["regimes"]}, ("regimes",))
    conform(document, jsonschema.Draft202012Validator(form))
    return tuple(chain(c) for c in document.data["regimes"])


MOST_ROWS = 200


def noise_file(path: Path) -> tuple[tuple[float, dict[str, tuple[float, float, float]]], ...]:
    """Read outcomes from a CSV file: ``outcome, probability, commodity, supply, demand, price``.

    Args:
        path: File; one row for each outcome and commodity, multiples of what is usual.

    Returns:
        Probability and, by commodity, multiples of supply, demand and price, for each outcome.

    Raises:
        ReadError: There is no such file, or it is not text.
        SchemaError: A row is wrong; its line is named.
    """
    text, name = read_text(path, "table of outcomes")
    rows = list(csv.DictReader(text.splitlines()))
    if not rows or len(rows) > MOST_ROWS:
        raise SchemaError(f"{name}: has {len(rows)} rows; give 1 to {MOST_ROWS}.")
    found: dict[str, tuple[float, dict[str, tuple[float, float, float]]]] = {}
    for i, row in enumerate(rows):
        place = f"{name}, line {i + 2}"
        missing = {"outcome", "probability", "commodity", "supply", "demand", "price"} - set(row)
        if missing:
            raise SchemaError(f"{place}: the column {sorted(missing)[0]!r} is missing.")
        try:
            p, *numbers = (float(row[k] or 1.0) for k in ("probability", "supply", "demand", "price"))
        except (TypeError, ValueError):
            raise SchemaError(f"{place}: probability, supply, demand and price must be numbers.") from None
        if not (0 <= p <= 1 and all(0 <= v < 100 for v in numbers)):
            raise SchemaError(f"{place}: give a probability from 0 to 1 and multiples from 0 to 100.")
        key, commodity = str(row["outcome"]), str(row["commodity"])
        known = found.setdefault(key, (p, {}))
        if known[0] != p or commodity in known[1]:
            raise SchemaError(f"{place}: outcome {key!r} has two probabilities, or {commodity!r} twice.")
        known[1][commodity] = (numbers[0], numbers[1], numbers[2])
    total = sum(p for p, _ in found.values())
    if abs(total - 1.0) > 1e-6:
        raise SchemaError(f"{name}: the probabilities of the outcomes sum to {total:g}, not 1.")
    return tuple(found.values())


__all__ = ["ReadError", "chain", "load", "load_regimes", "noise_file", "read", "schema"]
