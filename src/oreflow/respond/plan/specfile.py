"""Plan specs: YAML or JSON in, a spec or one clear message out."""

from __future__ import annotations

from functools import cache, partial
from pathlib import Path
from typing import Any, TypeVar

from oreflow.atlas import World
from oreflow.errors import SchemaError, UnknownNameError, UsageError
from oreflow.respond.plan.measures import measures, places_of
from oreflow.respond.plan.spec import COUNTS, AttackCase, HazardCase, LossCase, PlanSpec, ScenarioCase
from oreflow.shock.attack import KINDS
from oreflow.shock.catalogue import beside
from oreflow.shock.document import (
    Document,
    conform,
    dates_as_text,
    finite,
    mapping,
    parse,
    placed,
    read_text,
)
from oreflow.shock.read import build
from oreflow.shock.schema import scenario_schema

T = TypeVar("T")

_FILE = (".yaml", ".yml", ".json")


def load(path: str | Path, world: World) -> PlanSpec:
    """Read a plan spec from a file.

    Args:
        path: YAML or JSON.
        world: Checks its names.

    Returns:
        The spec.

    Raises:
        ReadError: The file is missing, empty, too large or neither YAML nor JSON.
        SchemaError: It does not follow the schema, or a value is not possible; names file and line.
        UnknownNameError: A mineral, region, firm, measure or scenario is not known; carries the nearest.
    """
    text, name = read_text(path, "plan spec")
    return read(text, name, world=world, folder=Path(path).parent)


def read(text: str, name: str, *, world: World | None = None, folder: Path | None = None) -> PlanSpec:
    """Read a plan spec.

    Args:
        text: YAML or JSON.
        name: Name of the document for messages.
        world: Checks its names where given.
        folder: Folder in which scenario files are sought first.

    Returns:
        The spec.

    Raises:
        OreflowError: As `load`.
    """
    document = Document(name, "plan spec", "plan")
    parse(text, document)
    if not isinstance(document.data, dict):
        raise SchemaError(f"{name}: a plan spec is a mapping; it begins with plan: and a name.")
    finite(document)
    for case in document.data.get("cases", []) if isinstance(document.data.get("cases"), list) else []:
        if isinstance(case, dict) and isinstance(case.get("scenario"), dict):
            dates_as_text(case["scenario"].get("events"))
    conform(document, _validator())
    return _build(document, world, folder)


def plan_schema() -> dict[str, Any]:
    """Return the JSON Schema of a plan spec file.

    Returns:
        Schema of draft 2020-12. Names are checked against the world instead.
    """
    scenario = {k: v for k, v in scenario_schema().items() if not k.startswith("$")}
    number, positive = {"type": "number"}, {"type": "number", "minimum": 0}
    chance = {"type": "number", "exclusiveMinimum": 0, "maximum": 1}
    whole = {"type": "integer", "minimum": 1, "maximum": 1200}
    draws = {"type": "integer", "minimum": 1, "maximum": 200}
    text = {"type": "string", "minLength": 1}
    names = {"type": "array", "items": text, "maxItems": 200}
    onset = {"type": ["number", "array"], "minimum": 0, "items": positive, "minItems": 2, "maxItems": 2}
    some = {"chance": chance, "draws": draws, "onset": onset, "source": {"type": "string"}}
    losses = {
        "targets": {"enum": list(KINDS)},
        "lost": names | {"minItems": 1},
        "months": whole,
        "trade": {"type": "boolean"},
    }
    case = mapping(
        {"scenario": {**scenario, "type": ["string", "object"], "minLength": 1}, **losses, **some}, ["chance"]
    )
    attack = {
        "targets": {"enum": list(KINDS)}, "budget": {"type": "integer", "minimum": 1, "maximum": 5}, "months": whole,
        "trade": {"type": "boolean"}, "onset": positive, "among": names,
    }  # fmt: skip
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "oreflow plan",
        "description": "For whom, against what, and how much risk weighs",
        **mapping(
            {
                "plan": {"type": "string", "pattern": r"^[A-Za-z0-9][A-Za-z0-9_\-]{0,63}$"},
                "title": {"type": "string"},
                "region": text,
                "firm": text,
                "minerals": names | {"minItems": 1},
                "counts": {"enum": list(COUNTS)},
                "years": number,
                "window": {"type": "array", "items": whole, "minItems": 1, "maxItems": 60},
                "weight": number,
                "weights": {"type": "array", "items": number, "minItems": 1, "maxItems": 30},
                "tail": number,
                "budget": number,
                "measures": names,
                "cases": {"type": "array", "items": case, "maxItems": 60},
                "hazards": mapping({"draws": draws, "chance": chance}),
                "attack": mapping(attack),
                "seed": {"type": "integer", "minimum": 0, "maximum": 2**53},
            },
            ["plan", "minerals"],
        ),
    }


@cache
def _validator() -> Any:
    import jsonschema

    return jsonschema.Draft202012Validator(plan_schema())


def _build(document: Document, world: World | None, folder: Path | None) -> PlanSpec:
    data = document.data
    options: dict[str, Any] = {k: data[k] for k in ("title", "region", "firm", "counts", "seed") if k in data}
    options |= {k: float(data[k]) for k in ("years", "weight", "tail", "budget") if k in data}
    options |= {k: tuple(data[k]) for k in ("minerals", "measures") if k in data}
    if "window" in data:
        options["spans"] = tuple(data["window"])
    if "weights" in data:
        options["weights"] = tuple(float(w) for w in data["weights"])
    if "hazards" in data:
        options["hazards"] = HazardCase(**data["hazards"])
    if "attack" in data:
        form = dict(data["attack"])
        form["among"] = tuple(form.get("among", ()))
        options["attack"] = AttackCase(**form)
    options["cases"] = tuple(
        placed(document, ("cases", i), partial(_case, document, i, form, folder))
        for i, form in enumerate(data.get("cases", []))
    )
    spec = placed(document, (), partial(PlanSpec, name=data["plan"], **options))
    if world is not None:
        _check(document, spec, world)
    return spec


def _case(document: Document, i: int, form: dict[str, Any], folder: Path | None) -> ScenarioCase | LossCase:
    some: dict[str, Any] = {k: form[k] for k in ("chance", "draws", "source") if k in form}
    if "onset" in form:
        at = form["onset"]
        begin, end = (float(at[0]), float(at[1])) if isinstance(at, list) else (float(at), float(at))
        if end < begin:
            raise UsageError(f"onset ends ({end:g}) before it begins ({begin:g}).")
        some["onset"] = (begin, end)
    if ("lost" in form) == ("scenario" in form):
        raise UsageError("a case has a scenario or what is lost, one of them.")
    if "scenario" in form and (odd := [k for k in ("targets", "months", "trade") if k in form]):
        raise UsageError(f"{odd[0]} goes with what is lost; a scenario says so itself.")
    if "lost" in form:
        more = {k: form[k] for k in ("months", "trade") if k in form}
        return LossCase(targets=form.get("targets", "countries"), names=tuple(form["lost"]), **more, **some)
    given = form["scenario"]
    scenario = beside(given, folder) if isinstance(given, str) else build(document, ("cases", i, "scenario"))
    return ScenarioCase(scenario=scenario, **some)


def _check(document: Document, spec: PlanSpec, world: World) -> None:
    """Check what only a world can tell."""
    minerals = set(world.commodities["mineral"])
    for i, mineral in enumerate(spec.minerals):
        if mineral not in minerals:
            raise UnknownNameError("mineral", mineral, minerals, where=document.place(("minerals", i)))
    if spec.region:
        placed(document, ("region",), partial(places_of, world, spec.region))
    if spec.firm and spec.firm not in set(world.firms["firm"]):
        raise UnknownNameError("firm", spec.firm, world.firms["firm"], where=document.place(("firm",)))
    known = world["measures"]["measure"].tolist()
    for i, name in enumerate(spec.measures):
        if name not in known:
            raise UnknownNameError("measure", name, known, where=document.place(("measures", i)))
    make = partial(
        measures,
        world,
        region=spec.region or None,
        firm=spec.firm or None,
        minerals=spec.minerals,
        names=spec.measures,
    )
    placed(document, ("measures",), make)
