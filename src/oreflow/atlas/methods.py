"""The functions that derived or imputed figures, found by name without importing them."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

_REMARK = re.compile(r"\s*\(.*\)$")


@dataclass(frozen=True, slots=True)
class Method:
    """A function that makes figures.

    Attributes:
        name: Its name.
        module: Module it lives in.
        summary: First line of its docstring.
    """

    name: str
    module: str
    summary: str


def find(name: str) -> Method | None:
    """Return the function that a ``method`` cell names.

    Args:
        name: Name as the cell has it: ``function``, ``module.function`` or a full dotted path; a remark
            in brackets may follow.

    Returns:
        The function, or ``None`` when none of that name exists.
    """
    module, _, function = _REMARK.sub("", name.strip()).rpartition(".")
    found = [m for m in _all().get(function, ()) if f".{m.module}".endswith(f".{module}" if module else "")]
    return found[0] if found else None


@cache
def names() -> tuple[str, ...]:
    """Return the names of all functions that may have made a figure, sorted."""
    return tuple(sorted(_all()))


@cache
def _all() -> dict[str, tuple[Method, ...]]:
    out: dict[str, tuple[Method, ...]] = {}
    for module, text in _sources(resources.files("oreflow.atlas"), "oreflow.atlas"):
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                lines = (ast.get_docstring(node) or "").strip().splitlines()
                method = Method(node.name, module, lines[0] if lines else "")
                out[node.name] = (*out.get(node.name, ()), method)
    return out


def _sources(folder: Traversable, module: str) -> list[tuple[str, str]]:
    out: list[tuple[str, str]] = []
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if entry.is_dir() and not entry.name.startswith(("_", ".")):
            out += _sources(entry, f"{module}.{entry.name}")
        elif entry.name.endswith(".py"):
            name = module if entry.name == "__init__.py" else f"{module}.{entry.name.removesuffix('.py')}"
            out.append((name, entry.read_text("utf-8")))
    return out
