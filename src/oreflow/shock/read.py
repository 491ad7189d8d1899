"""Scenario files: YAML or JSON in, a scenario or one clear message out."""

from __future__ import annotations

from dataclasses import replace
from functools import cache, reduce
from pathlib import Path
from typing import Any

from oreflow.atlas import World
from oreflow.errors import OreflowError, ScenarioError, SchemaError
from oreflow.shock.document import Document, Place, conform, dates_as_text, located, parse, read_text
from oreflow.shock.effect import FLAGS, Effect
from oreflow.shock.event import Event, duration_from_dict
from oreflow.shock.scenario import Citation, Scenario
from oreflow.shock.schema import scenario_schema
from oreflow.shock.target import Target


def load(
    path: str | Path, world: World | None = None, *, start: str = "2025-01", months: int = 36
) -> Scenario:
    """Read a scenario file.

    Args:
        path: YAML or JSON in UTF-8, at most `MAX_BYTES`.
        world: Checks every name, date and contradiction too where given.
        start: First month of the horizon that dates are checked against.
        months: Length of it.

    Returns:
        The scenario.

    Raises:
        ReadError: The file is missing, empty, too large, binary, or neither YAML nor JSON.
        SchemaError: It does not follow the schema; says line, place and the nearest valid key.
        ScenarioError: Its events are not possible.
        UnknownNameError: A name is not known.
    """
    text, name = read_text(path, "scenario")
    return loads(text, world, name=name, start=start, months=months)


def loads(
    text: str, world: World | None = None, *, name: str = "scenario", start: str = "2025-01", months: int = 36
) -> Scenario:
    """Read a scenario from text.

    Args:
        text: YAML or JSON.
        world: Checks every name, date and contradiction too where given.
        name: Name of the document for messages.
        start: First month of the horizon that dates are checked against.
        months: Length of it.

    Returns:
        The scenario.

    Raises:
        ReadError: The text is empty, too large or neither YAML nor JSON.
        SchemaError: It does not follow the schema.
        ScenarioError: Its events are not possible.
        UnknownNameError: A name is not known.
    """
    document = Document(name, "scenario", "scenario and events")
    parse(text, document)
    _validate(document)
    scenario = build(document)
    if world is not None:
        try:
            scenario.check(world, start=start, months=months)
        except OreflowError as e:
            raise _blame(scenario, world, document, start, months) or located(e, f"{name}: ") from None
    return scenario


def _blame(
    scenario: Scenario, world: World, document: Document, start: str, months: int
) -> OreflowError | None:
    """The error of the first event that fails on its own, with its line; None where only their mix does."""
    for i, event in enumerate(scenario.events):
        alone = replace(scenario, events=(replace(event, supersedes=None),))
        try:
            alone.check(world, start=start, months=months)
        except OreflowError as e:
            return located(e, f"{document.place(('events', i))}: ")
    return None


def _validate(document: Document) -> None:
    if not isinstance(document.data, dict):
        raise SchemaError(
            f"{document.name}: a scenario is a mapping with the keys scenario, title and events."
        )
    dates_as_text(document.data.get("events"))
    conform(document, _validator())


@cache
def _validator() -> Any:
    import jsonschema

    return jsonschema.Draft202012Validator(scenario_schema())


def build(document: Document, path: Place = ()) -> Scenario:
    """Return the scenario that a part of a document states.

    Args:
        document: A document that conforms to the schema.
        path: Place of the scenario in it.

    Returns:
        The scenario.

    Raises:
        ScenarioError: Its events are not possible.
        UnknownNameError: A name is not known.
    """
    data = reduce(lambda part, key: part[key], path, document.data)
    events = []
    for i, form in enumerate(data["events"]):
        place = document.place((*path, "events", i))
        try:
            events.append(_event(form))
        except OreflowError as e:
            raise located(e, f"{place}: ") from None
    try:
        return Scenario(
            name=data["scenario"],
            title=data.get("title", ""),
            events=tuple(events),
            description=data.get("description", ""),
            sources=tuple(Citation(s["title"], s.get("url", "")) for s in data.get("sources", [])),
        )
    except OreflowError as e:
        raise located(e, f"{document.place(path)}: ") from None


def _event(form: dict[str, Any]) -> Event:
    fields = dict(form)
    (kind, conditions), *_ = fields.pop("target").items()
    if not isinstance(conditions, dict):
        conditions = {"name": conditions}
    fields["target"] = Target.of(kind, **conditions)
    fields["effect"] = _effect(fields["effect"])
    if "duration" in fields:
        fields["duration"] = duration_from_dict(fields["duration"])
    for key in ("certainty", "phase_in", "recovery"):
        if key in fields:
            fields[key] = float(fields[key])
    return Event(**fields)


def _effect(form: dict[str, Any]) -> Effect:
    kinds = [k for k in form if k != "per"]
    if len(kinds) != 1:
        raise ScenarioError(
            f"effect: has {' and '.join(kinds) or 'no kind'}; an event does one thing. Split it."
        )
    value = form[kinds[0]]
    if isinstance(value, list):
        value = (float(value[0]), float(value[1]))
    elif kinds[0] not in FLAGS:
        value = float(value)
    return Effect.of(kinds[0], value, per=form.get("per", ""))
