"""Spec files: YAML or JSON in, a spec or one clear message out."""

from __future__ import annotations

import operator
from functools import cache, partial, reduce
from pathlib import Path
from typing import Any, TypeVar

from oreflow.atlas import World
from oreflow.errors import SchemaError, UnknownNameError, UsageError
from oreflow.market.settings import MONTHS_PER_STEP, Settings
from oreflow.shock.catalogue import beside
from oreflow.shock.document import Document, Place, conform, dates_as_text, finite, mapping, parse, placed
from oreflow.shock.ensemble.design import DESIGNS
from oreflow.shock.ensemble.spec import (
    KINDS,
    MOST_DRAWS,
    MOST_SEED,
    RANGES,
    YEAR,
    DemandLaw,
    HazardChoice,
    Spec,
)
from oreflow.shock.read import build
from oreflow.shock.scenario import Scenario
from oreflow.shock.schema import scenario_schema
from oreflow.shock.target import KEYS, Target

T = TypeVar("T")

_FILE = (".yaml", ".yml", ".json")


def read(text: str, name: str, *, world: World | None = None, folder: Path | None = None) -> Spec:
    """Read a spec.

    Args:
        text: YAML or JSON.
        name: Name of the document for messages.
        world: Checks the names in its scenarios where given.
        folder: Folder in which files that it names are sought first.

    Returns:
        The spec.

    Raises:
        ReadError: The text is empty, too large or neither YAML nor JSON.
        SchemaError: It does not follow the schema, or a value is not possible.
        UnknownNameError: A name is not known.
        ScenarioError: Events that are not possible or contradict each other.
    """
    document = Document(name, "ensemble spec", "ensemble")
    parse(text, document)
    if not isinstance(document.data, dict):
        raise SchemaError(f"{name}: an ensemble spec is a mapping; it begins with ensemble: and a name.")
    _tidy(document)
    conform(document, _validator())
    return _build(document, world, folder)


def spec_schema() -> dict[str, Any]:
    """Return the JSON Schema of a spec file.

    Returns:
        Schema of draft 2020-12. Names of minerals, nodes and demands are checked against the world instead.
    """
    scenario = {k: v for k, v in scenario_schema().items() if not k.startswith("$")}
    one = {**scenario, "type": ["string", "object"], "minLength": 1}
    scenarios = {"type": ["string", "array"], "minLength": 1, "items": one, "maxItems": 50}
    names = {"type": "array", "items": {"type": "string", "minLength": 1}}
    number, positive = {"type": "number"}, {"type": "number", "minimum": 0}
    whole = {"type": "integer", "minimum": 1, "maximum": 1200}
    texts = {"type": ["string", "array"], "minLength": 1, "items": {"type": "string", "minLength": 1}}
    demand = mapping(
        {
            "name": {"type": "string", "pattern": r"^[A-Za-z0-9][A-Za-z0-9_\-]{0,63}$"},
            "target": mapping(
                {
                    "demands": mapping(dict.fromkeys(KEYS["demands"], texts))
                    | {"type": ["string", "array", "object"]}
                },
                ["demands"],
            ),
            "level": positive,
            "sigma": positive | {"maximum": 3},
            "low": positive,
            "high": positive,
        },
        ["name", "target"],
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "oreflow ensemble",
        "description": "What may happen, and how many futures of it are drawn",
        **mapping(
            {
                "ensemble": {"type": "string", "pattern": r"^[A-Za-z0-9][A-Za-z0-9_\-]{0,63}$"},
                "title": {"type": "string"},
                "scope": names,
                "horizon": mapping(
                    {
                        "start": {"type": "string", "pattern": r"^\d{4}-\d{2}$"},
                        "months": whole,
                        "step": {"enum": list(MONTHS_PER_STEP)},
                        "ahead": {"type": "array", "items": whole, "maxItems": 120},
                        "foresight": whole,
                        "stride": whole,
                        "later": whole,
                    }
                ),
                "draws": {"type": "integer", "minimum": 1, "maximum": MOST_DRAWS},
                "seed": {"type": "integer", "minimum": 0, "maximum": MOST_SEED},
                "design": {"enum": list(DESIGNS)},
                "scenario": scenarios,
                "hazards": mapping(
                    {
                        "only": {"type": "array", "items": {"enum": list(KINDS)}},
                        "scale": mapping({k: number | {"minimum": 0} for k in KINDS}),
                    }
                ),
                "demand": {"type": "array", "items": demand, "maxItems": 200},
                "ranges": {"type": "array", "items": {"enum": list(RANGES)}},
                "watch": names,
                "compare": {"type": "object", "additionalProperties": scenarios, "maxProperties": 50},
            },
            ["ensemble"],
        ),
    }


@cache
def _validator() -> Any:
    import jsonschema

    return jsonschema.Draft202012Validator(spec_schema())


def _tidy(document: Document) -> None:
    """Refuse numbers that are none, and let a year stand for a date in the scenarios that are written out."""
    finite(document)
    data = document.data
    compare = data.get("compare")
    for part in (data.get("scenario"), *(compare.values() if isinstance(compare, dict) else ())):
        for one in part if isinstance(part, list) else []:
            if isinstance(one, dict):
                dates_as_text(one.get("events"))


def _build(document: Document, world: World | None, folder: Path | None) -> Spec:
    data = document.data
    horizon = placed(document, ("horizon",), partial(_settings, data.get("horizon", {})))
    options: dict[str, Any] = {k: data[k] for k in ("title", "draws", "seed", "design") if k in data}
    options |= {k: tuple(data[k]) for k in ("scope", "ranges", "watch") if k in data}
    if "hazards" in data:
        chosen = data["hazards"]
        only = tuple(chosen["only"]) if "only" in chosen else None
        scale = {k: float(v) for k, v in chosen.get("scale", {}).items()}
        options["hazards"] = placed(document, ("hazards",), partial(HazardChoice, only, scale))
    options["demand"] = tuple(
        placed(document, ("demand", i), partial(_law, form)) for i, form in enumerate(data.get("demand", []))
    )
    if "scenario" in data:
        options["scenario"] = _scenario(document, ("scenario",), data["scenario"], folder)
    if "compare" in data:
        options["compare"] = {
            name: _scenario(document, ("compare", name), form, folder)
            for name, form in data["compare"].items()
        }
    spec = placed(document, (), partial(Spec, name=data["ensemble"], settings=horizon, **options))
    if world is not None:
        _check(document, spec, world)
    return spec


def _settings(form: dict[str, Any]) -> Settings:
    if not form:
        return YEAR
    step = form.get("step", YEAR.step)
    months = form.get("months", YEAR.periods * YEAR.months)
    if months % MONTHS_PER_STEP[step]:
        raise UsageError(f"{months} months are not a whole number of steps of a {step}.")
    options = {k: form[k] for k in ("foresight", "stride", "later") if k in form}
    return Settings(
        start=form.get("start", YEAR.start),
        periods=months // MONTHS_PER_STEP[step],
        step=step,
        ahead=tuple(form.get("ahead", ())),
        **options,
    )


def _law(form: dict[str, Any]) -> DemandLaw:
    conditions = form["target"]["demands"]
    if not isinstance(conditions, dict):
        conditions = {"name": conditions}
    numbers = {k: float(form[k]) for k in ("level", "sigma", "low", "high") if k in form}
    return DemandLaw(name=form["name"], target=Target.of("demands", **conditions), **numbers)


def _scenario(document: Document, path: Place, form: Any, folder: Path | None) -> Scenario:
    """A composition of scenarios, each a name of the library, a file, or written out."""
    if isinstance(form, str):
        return placed(document, path, partial(beside, form, folder))
    parts = []
    for i, one in enumerate(form):
        if isinstance(one, str):
            parts.append(placed(document, (*path, i), partial(beside, one, folder)))
        else:
            parts.append(build(document, (*path, i)))
    return placed(document, path, partial(_composed, parts))


def _composed(parts: list[Scenario]) -> Scenario:
    return reduce(operator.add, parts) if parts else Scenario("")


def _check(document: Document, spec: Spec, world: World) -> None:
    """Check what only a world can tell: minerals, demands, and the events of every scenario."""
    from oreflow.shock.target import expand

    minerals = set(world.commodities["mineral"])
    for i, mineral in enumerate(spec.scope):
        if mineral not in minerals:
            raise UnknownNameError("mineral", mineral, minerals, where=document.place(("scope", i)))
    for i, law in enumerate(spec.demand):
        placed(document, ("demand", i), partial(expand, law.target, world))
    start, months = spec.settings.start, spec.settings.periods * spec.settings.months
    cases: list[tuple[Place, Scenario]] = [(("scenario",), spec.scenario)]
    cases += [(("compare", name), spec.scenario + extra) for name, extra in spec.compare.items()]
    for path, scenario in cases:
        placed(document, path, partial(scenario.check, world, start=start, months=months))
