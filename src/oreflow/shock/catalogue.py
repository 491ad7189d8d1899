"""The scenarios that come with oreflow."""

from __future__ import annotations

import operator
from functools import reduce
from importlib import resources
from pathlib import Path

from oreflow.atlas import World
from oreflow.errors import UnknownNameError
from oreflow.shock.read import load, loads
from oreflow.shock.scenario import Scenario

_SUFFIX = ".yaml"
_FILE = (".yaml", ".yml", ".json")


def library() -> list[str]:
    """Return the names of the scenarios that come with oreflow, sorted."""
    folder = resources.files("oreflow.shock").joinpath("library")
    return sorted(f.name.removesuffix(_SUFFIX) for f in folder.iterdir() if f.name.endswith(_SUFFIX))


def from_library(name: str, world: World | None = None) -> Scenario:
    """Return a scenario that comes with oreflow.

    Args:
        name: One of `library`.
        world: Checks its names against this world where given.

    Returns:
        The scenario.

    Raises:
        UnknownNameError: There is no such scenario; carries the nearest.
    """
    if name not in library():
        raise UnknownNameError("scenario", name, library())
    file = resources.files("oreflow.shock").joinpath("library", name + _SUFFIX)
    return loads(file.read_text("utf-8"), world, name=file.name)


def find(name: str, world: World | None = None, *, start: str = "2025-01", months: int = 36) -> Scenario:
    """Return a scenario by file or by name: what looks like a file is read as one.

    Args:
        name: Path of a file, a name of `library`, or several of these joined by ``+``.
        world: Checks its names, dates and contradictions where given.
        start: First month of the horizon that dates are checked against.
        months: Length of it.

    Returns:
        The scenario; for several, their composition.

    Raises:
        UnknownNameError: There is neither such a file nor such a scenario, or it names what is not in the world.
        ReadError: The file cannot be read.
        SchemaError: The file does not follow the schema.
        ScenarioError: Its events are not possible.
    """
    path = Path(name)
    if "+" in name and not path.is_file():
        # Parts are checked together: an event may supersede one that stands in another file.
        total = reduce(operator.add, [find(p.strip()) for p in name.split("+")])
        if world is not None:
            total.check(world, start=start, months=months)
        return total
    if path.suffix.lower() in _FILE or path.is_file():
        return load(path, world, start=start, months=months)
    return from_library(name, world)


def beside(name: str, folder: Path | None) -> Scenario:
    """Return a scenario that a file names: one that lies beside it, or as `find` does.

    Args:
        name: Name of a file or of a scenario.
        folder: Folder of the file that names it; None where it has none.

    Returns:
        The scenario.

    Raises:
        UnknownNameError: There is neither such a file nor such a scenario.
        ReadError: The file cannot be read.
        SchemaError: The file does not follow the schema.
    """
    near = folder / name if folder is not None else None
    if near is not None and near.is_file():
        return find(str(near))
    if name not in library() and Path(name).suffix.lower() not in _FILE and not Path(name).is_file():
        raise UnknownNameError("scenario", name, library())
    return find(name)
