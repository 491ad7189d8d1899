"""Terms files: YAML or JSON in, a floor and its project out, or one clear message."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from oreflow.atlas import World
from oreflow.errors import SchemaError, UnitError, UnknownNameError, UsageError
from oreflow.respond.floor.project import Project, project_of
from oreflow.respond.floor.terms import SETTLEMENT, Terms
from oreflow.respond.prices.table import Assumption, hub_node, unit_of
from oreflow.shock.document import Document, conform, parse, placed, read_text
from oreflow.shock.ranges import Range
from oreflow.units import convert

T = TypeVar("T")

_AMOUNT = re.compile(r"\s*([-+]?[\d,_]*\.?\d+(?:[eE][-+]?\d+)?)\s+(.+?)\s*")


def read_terms(path: Path, world: World) -> tuple[Terms, Project | None]:
    """Read the terms of a floor and the project they are for.

    Args:
        path: YAML or JSON file.
        world: World whose names and units hold.

    Returns:
        The terms, and the project; none where the file has none.

    Raises:
        ReadError: The file cannot be read, is too large, or neither YAML nor JSON.
        SchemaError: It does not follow the schema, or a value is not possible.
        UnknownNameError: A plant, commodity, market or source is not known.
        UnitError: A unit does not fit.
    """
    text, _ = read_text(path, "file of terms")
    return parse_terms(text, str(path), world)


def parse_terms(text: str, name: str, world: World) -> tuple[Terms, Project | None]:
    """Read terms from text; see `read_terms`.

    Args:
        text: YAML or JSON.
        name: Name of the document for messages.
        world: World whose names and units hold.

    Returns:
        The terms, and the project; none where the text has none.
    """
    document = Document(name, "file of terms", "floor, price, strike and years")
    parse(text, document)
    if not isinstance(document.data, dict):
        raise SchemaError(f"{name}: terms are a mapping; they begin with floor: and a name.")
    conform(document, _validator())
    data = document.data
    sources = set(world["sources"]["source"])
    for i, key in enumerate(data.get("sources", [])):
        if key not in sources:
            raise UnknownNameError("source", key, sources, where=document.place(("sources", i)))
    node, unit = placed(document, ("price",), lambda: market(world, data["price"]))
    options: dict[str, Any] = {
        k: data[k] for k in ("start", "settlement", "title", "upside_from") if k in data
    }
    if data.get("sources"):
        options["source"] = ";".join(data["sources"])
    if "quantity" in data:
        options["quantity"] = placed(document, ("quantity",), lambda: amount(data["quantity"], f"{unit}/yr"))
    terms = placed(
        document,
        (),
        lambda: Terms(
            name=data["floor"],
            node=node,
            unit=unit,
            strike=placed(document, ("strike",), lambda: amount(data["strike"], f"USD/{unit}")),
            years=float(data["years"]),
            upside=float(data.get("upside", 0.0)),
            **options,
        ),
    )
    if "project" not in data:
        return terms, None
    project = placed(document, ("project",), lambda: _project(document, data["project"], world, terms))
    return terms, project


def market(world: World, text: str) -> tuple[str, str]:
    """Return a market and the unit of its commodity.

    Args:
        world: World.
        text: ``commodity``, priced at its hub, or ``commodity@REGION``.

    Returns:
        ``commodity@REGION`` and the unit.

    Raises:
        UnknownNameError: The commodity or region is not known.
    """
    commodity, at, region = text.partition("@")
    node = hub_node(world, commodity)
    if at and region not in set(world["regions"]["region"]):
        raise UnknownNameError("region", region, world["regions"]["region"])
    unit = unit_of(world, commodity)
    return (text if at else node), unit


def amount(value: float | str, unit: str) -> float:
    """Return an amount in a unit.

    Args:
        value: A number, already in the unit, or a number with a unit that fits it, e.g. ``110 USD/kg NdPr``.
        unit: The unit.

    Returns:
        The number in that unit.

    Raises:
        UnitError: The text is no amount, or its unit does not fit.
    """
    if isinstance(value, int | float):
        return float(value)
    match = _AMOUNT.fullmatch(value)
    if match is None:
        raise UnitError(f"{value!r} is no amount. Write a number, or a number and a unit like '110 {unit}'.")
    return float(convert(float(match[1].replace(",", "").replace("_", "")), match[2], unit))


def _project(document: Document, form: dict[str, Any], world: World, terms: Terms) -> Project:
    money, each = "USD", f"USD/{terms.unit}"
    given: dict[str, tuple[Range, Assumption]] = {
        key: placed(document, ("project", key), lambda k=key, u=unit: _ranged(form[k], u, world))  # type: ignore[misc]
        for key, unit in (("capital", money), ("operating", each), ("wacc", "1"))
        if key in form
    }
    middle = {k: v[0].value for k, v in given.items() if k != "wacc"}
    if "plant" in form:
        base = project_of(world, form["plant"], **middle)
    else:
        missing = [k for k in ("name", "capacity", "capital", "operating") if k not in form]
        if missing:
            raise SchemaError(f"a project without a plant of the atlas needs {', '.join(missing)}.")
        from oreflow.respond.floor.project import hurdles

        general = hurdles("any")
        base = Project(
            name=form["name"], node=terms.node, unit=terms.unit, capacity=1.0, capital=given["capital"][0],
            operating=given["operating"][0], wacc=general["wacc"].range,
            relief=general["relief"].value, tax=general["tax"].value,
            life=round(general["life"].value), build=round(general["build"].value),
            ramp=round(general["ramp"].value), use=general["use"].value, idle=general["idle"].value, notes=general,
        )  # fmt: skip
    changes: dict[str, Any] = {k: v[0] for k, v in given.items()}
    changes |= {
        k: form[k] for k in ("name", "relief", "tax", "life", "build", "ramp", "use", "idle") if k in form
    }
    if "capacity" in form:
        changes["capacity"] = amount(form["capacity"], f"{terms.unit}/yr")
    changes["notes"] = {**base.notes, **{k: v[1] for k, v in given.items()}}
    project = replace(base, **changes)
    if project.node != terms.node:
        raise UsageError(
            f"its product is priced at {project.node}, the floor at {terms.node}; they must be the same."
        )
    return project


def _ranged(form: Any, unit: str, world: World) -> tuple[Range, Assumption]:
    """A number, or a mapping with value, low, high, source, quality and note."""
    told: dict[str, Any] = form if isinstance(form, dict) else {"value": form}

    def number(key: str) -> float:
        value: float | str = told.get(key, told["value"])
        return float(value) if unit == "1" else amount(value, unit)

    found = Range(number("low"), number("value"), number("high"))
    if not found.low <= found.value <= found.high:
        raise SchemaError(f"low {found.low:g}, value {found.value:g} and high {found.high:g} must rise.")
    source = told.get("source", "oreflow")
    sources = set(world["sources"]["source"])
    for key in source.split(";"):
        if key not in sources:
            raise UnknownNameError("source", key, sources)
    return found, Assumption(
        found.value, found, unit, source, told.get("quality", "assumed"), told.get("note", "")
    )


def terms_schema() -> dict[str, Any]:
    """Return the JSON Schema of a file of terms.

    Returns:
        Schema of draft 2020-12. Names and units are checked against the world instead.
    """
    size = {"type": ["number", "string"], "maxLength": 80}
    words = {"type": "string", "maxLength": 500}
    ranged = {
        "type": ["number", "string", "object"],
        "additionalProperties": False,
        "required": ["value"],
        "properties": {
            "value": size, "low": size, "high": size, "source": words, "note": words,
            "quality": {"enum": ["reported", "derived", "imputed", "assumed"]},
        },
    }  # fmt: skip
    month = {"type": "string", "pattern": r"^\d{4}-\d{2}$"}
    share = {"type": "number", "minimum": 0, "maximum": 1}
    whole = {"type": "integer", "minimum": 0, "maximum": 240}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "oreflow terms of a price floor",
        "type": "object",
        "additionalProperties": False,
        "required": ["floor", "price", "strike", "years"],
        "properties": {
            "floor": {"type": "string", "pattern": r"^[A-Za-z0-9][A-Za-z0-9_\-]{0,63}$"},
            "title": words,
            "price": {"type": "string", "maxLength": 120},
            "strike": size,
            "years": {"type": "number"},
            "start": month,
            "quantity": size,
            "upside": {"type": "number"},
            "upside_from": month,
            "settlement": {"enum": list(SETTLEMENT)},
            "sources": {"type": "array", "items": words, "maxItems": 20},
            "project": {
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    "plant": words, "name": words, "capacity": size, "capital": ranged, "operating": ranged,
                    "wacc": ranged, "relief": share, "tax": share,
                    "life": {"type": "integer", "minimum": 1, "maximum": 60},
                    "build": whole, "ramp": whole, "use": share, "idle": share,
                },
            },
        },
    }  # fmt: skip


@cache
def _validator() -> Any:
    import jsonschema

    return jsonschema.Draft202012Validator(terms_schema())
