"""The scenarios that come with oreflow."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from oreflow.atlas import World
from oreflow.errors import UnknownNameError
from oreflow.shock.read import load, loads
from oreflow.shock.scenario import Scenario

_SUFFIX = ".yaml"


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


def find(name: str, world: World | None = None) -> Scenario:
    """Return a scenario by file or by name: what looks like a file is read as one.

    Args:
        name: Path of a file, a name of `library`, or several of these joined by ``+``.
        world: Checks its names against this world where given.

    Returns:
        The scenario; for several, their composition.

    Raises:
        UnknownNameError: There is neither such a file nor such a scenario.
        ReadError: The file cannot be read.
    """
    parts = [p.strip() for p in name.split("+")] if not Path(name).exists() else [name]
    if len(parts) > 1:
        total = find(parts[0])
        for part in parts[1:]:
            total = total + find(part)
        if world is not None:
            total.check(world)
        return total
    path = Path(name)
    if path.suffix.lower() in (".yaml", ".yml", ".json") or path.is_file():
        return load(path, world)
    return from_library(name, world)
