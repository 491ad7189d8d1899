"""The form of a scenario file, as a JSON Schema made from the vocabulary of events."""

from __future__ import annotations

from typing import Any

from oreflow.shock.effect import EFFECTS, FLAGS, PER
from oreflow.shock.event import EVENT_TYPES
from oreflow.shock.target import KEYS

_NAMES = {
    "type": ["string", "array"],
    "minLength": 1,
    "items": {"type": "string", "minLength": 1},
    "minItems": 1,
    "description": "one name or a list of alternatives",
}
_DATE = {"type": "string", "pattern": r"^\d{4}(-\d{1,2}){0,2}$"}
_CHANCE = {"type": "number", "minimum": 0, "maximum": 1}
_MONTHS = {"type": "number", "minimum": 0, "maximum": 1200}


def scenario_schema() -> dict[str, Any]:
    """Return the JSON Schema of a scenario file.

    Returns:
        Schema of draft 2020-12. Names of plants, regions and the like are checked against the world instead.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "oreflow scenario",
        "description": "A named set of events relative to a world",
        **_object(
            {
                "scenario": {
                    "type": "string",
                    "pattern": r"^[A-Za-z0-9][A-Za-z0-9_+\- ]{0,199}$",
                    "description": "identifier",
                },
                "title": {"type": "string", "description": "one line"},
                "description": {"type": "string", "description": "what it is and what it assumes"},
                "sources": {
                    "type": "array",
                    "items": _object(
                        {"title": {"type": "string", "minLength": 1}, "url": {"type": "string"}}, ["title"]
                    ),
                },
                "events": {"type": "array", "items": _event(), "maxItems": 500},
            },
            ["scenario", "events"],
        ),
    }


def _object(properties: dict[str, Any], required: list[str] | None = None, **more: Any) -> dict[str, Any]:
    out: dict[str, Any] = {"type": "object", "additionalProperties": False, "properties": properties}
    if required:
        out["required"] = required
    return {**out, **more}


def _event() -> dict[str, Any]:
    effects: dict[str, Any] = {}
    for name, spec in EFFECTS.items():
        if name in FLAGS:
            effects[name] = {"const": True}
        else:
            number = {"type": "number", "description": spec.unit}
            effects[name] = {**number, "type": ["number", "array"], "items": {"type": "number"}}
            effects[name] |= {"minItems": 2, "maxItems": 2}
    periods = sorted({p for names in PER.values() for p in names})
    targets = {}
    for kind, keys in KEYS.items():
        fields = {k: dict(_NAMES) for k in keys}
        # A plain name or list stands for the key `name`.
        targets[kind] = _object(fields, minProperties=1) | (
            {
                "type": ["string", "array", "object"],
                "items": {"type": "string", "minLength": 1},
                "minItems": 1,
            }
            if "name" in keys
            else {}
        )
    return _object(
        {
            "id": {"type": "string", "pattern": r"^[a-z0-9][a-z0-9_\-]{0,63}$"},
            "type": {"enum": list(EVENT_TYPES)},
            "target": _object(targets, minProperties=1, maxProperties=1),
            "effect": _object({**effects, "per": {"enum": periods}}, minProperties=1, maxProperties=2),
            "start": _DATE | {"description": "date it begins"},
            "duration": {
                "type": ["string", "object"],
                "description": "a law of the world, 'permanent', or its numbers in months",
                "additionalProperties": False,
                "properties": {
                    "months": _MONTHS,
                    "low": _MONTHS,
                    "high": _MONTHS,
                    "median": _MONTHS,
                    "sigma": {"type": "number", "exclusiveMinimum": 0, "maximum": 3},
                    "permanent": {"const": True},
                    "p_permanent": _CHANCE,
                    "p_contagion": _CHANCE,
                },
                "minProperties": 1,
            },
            "until": _DATE | {"description": "date it ends; excludes duration"},
            "phase_in": _MONTHS | {"description": "months over which it builds up"},
            "recovery": {
                "type": "number",
                "exclusiveMinimum": 0,
                "description": "share of the loss that comes back in a month after the end",
            },
            "announced": _DATE | {"description": "date it becomes known; its start when left out"},
            "expected": {"type": "boolean", "description": "known before the horizon began"},
            "certainty": _CHANCE | {"description": "chance that it is so"},
            "supersedes": {"type": "string", "description": "id of an earlier event that it takes over from"},
            "quote": {"type": "string", "description": "words of the source"},
            "source": {"type": "string", "description": "where they stand"},
        },
        ["id", "type", "target", "effect", "start"],
    )
