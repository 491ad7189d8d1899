"""Write the reference pages from what the code itself says: `make docs`.

Each page is a function that returns its text. A test compares the files with these texts, so that the
reference cannot fall behind the code.
"""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil
import textwrap
from collections.abc import Callable, Iterable
from pathlib import Path

import click

from oreflow.atlas import tables
from oreflow.errors import OreflowError
from oreflow.files import write_text

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = ROOT / "docs" / "reference"
MADE = "<!-- Made by `make docs`. Change the code it describes, not this file. -->"


def page(title: str, lead: str, *parts: str) -> str:
    """Put a page together."""
    return "\n\n".join([MADE, f"# {title}", lead, *(p.strip("\n") for p in parts)]) + "\n"


def grid(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """Return a Markdown table."""
    columns = list(head)
    lines = [columns, ["---"] * len(columns), *([_cell(v) for v in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _cell(value: object) -> str:
    return " ".join(str(value).split()).replace("|", "\\|")


def schema() -> str:
    """Every table of a world and its columns."""
    parts = []
    for name, table in tables().items():
        rows = []
        for a in table.attributes:
            marks = [m for m, on in (("key", a.key), ("required", a.required)) if on]
            about = a.description
            if a.ref:
                about += f" → `{a.ref.rstrip(';')}`"
            if a.values:
                about += f"; one of {', '.join(f'`{v}`' for v in a.values)}"
            if a.default:
                about += f"; `{a.default}` when left out"
            rows.append([f"`{a.name}`", a.type, a.unit, ", ".join(marks), about])
        parts.append(f"## `{name}`\n\n" + grid(["column", "type", "unit", "", "what it is"], rows))
    lead = (
        "A world is made of these tables, one CSV each. Units are fixed: a figure in another unit is "
        "converted before it is written. `oreflow world show TABLE` prints one; a folder of CSV files "
        "with the same columns, given with `--with`, is laid over the bundled tables."
    )
    return page("Tables", lead, *parts)


def commands() -> str:
    """Every command, its arguments and options."""
    from oreflow.cli import VERBS, oreflow

    context = click.Context(oreflow, info_name="oreflow")
    parts = []
    for verb, line in VERBS.items():
        command = oreflow.get_command(context, verb)
        assert command is not None
        parts.append(f"## `oreflow {verb}`\n\n{line}\n\n" + "\n\n".join(_command(command, f"oreflow {verb}")))
    lead = (
        "Results go to stdout, everything else to stderr. Exit codes: 0 ok, 1 error, 2 usage, 3 no "
        "solution, 4 invalid data. No command asks questions; files are written only where an option says "
        "so, and appear whole or not at all."
    )
    return page("Commands", lead, *parts)


def _command(command: click.Command, words: str) -> list[str]:
    """Return the parts that describe one command, or all commands of a group."""
    if isinstance(command, click.Group):
        about = inspect.cleandoc(command.help or "")
        inner = [p for name, sub in command.commands.items() for p in _command(sub, f"{words} {name}")]
        return [about, *inner]
    context = click.Context(command, info_name=words)
    usage = " ".join([words, *command.collect_usage_pieces(context)])
    parts = [f"```text\n{usage}\n```", inspect.cleandoc(command.help or "").replace("\b\n", "")]
    rows = []
    for p in command.params:
        record = p.get_help_record(context) if isinstance(p, click.Option) else None
        if record:
            rows.append([f"`{record[0]}`", record[1]])
    return [*parts, grid(["option", "what it does"], rows)]


def errors() -> str:
    """The tree of errors with their exit codes."""

    def branch(kind: type[OreflowError], depth: int) -> list[str]:
        about = inspect.cleandoc(kind.__doc__ or "").splitlines()[0]
        line = f"{'  ' * depth}- `{kind.__name__}` (exit code {kind.exit_code}): {about}"
        inner = [
            text
            for sub in kind.__subclasses__()
            if sub.__module__ == kind.__module__
            for text in branch(sub, depth + 1)
        ]
        return [line, *inner]

    lead = (
        "Every failure that oreflow foresees is one of these, with one message: what is wrong, where "
        "(table, row and column; file and line), the nearest valid name, what to do. Anything else that "
        "is raised is a fault in oreflow."
    )
    return page("Errors", lead, "\n".join(branch(OreflowError, 0)))


def events() -> str:
    """Types of events, what they can hit and what they can do."""
    from oreflow.shock.effect import EFFECTS, FLAGS, PER
    from oreflow.shock.event import EVENT_TYPES, LASTING
    from oreflow.shock.target import KEYS

    kinds = [
        [f"`{kind}`", what, "until further notice" if kind in LASTING else "by its law"]
        for kind, what in EVENT_TYPES.items()
    ]
    targets = [[f"`{kind}`", ", ".join(f"`{k}`" for k in keys)] for kind, keys in KEYS.items()]
    effects = []
    for name, e in EFFECTS.items():
        size = (
            "`true`"
            if name in FLAGS
            else f"{e.low:g} to {e.high:g}".replace("-inf to inf", "any").replace("to inf", "or more")
        )
        unit = f"{e.unit} per {' or '.join(PER[name])}" if name in PER else e.unit
        on = ", ".join(f"`{t}`" for t in e.targets)
        said = e.says.replace("{value:%}", "x %").replace("{value}", "x")
        effects.append([f"`{name}`", on, said, size, unit])
    lead = (
        "An event is a type, a target, an effect and a time. The type says what kind of thing happened "
        "and which law of duration holds when none is given; the effect says what changes for the rows "
        "that the target selects."
    )
    return page(
        "Events",
        lead,
        "## Types\n\n" + grid(["type", "what it is", "lasts"], kinds),
        "## Targets\n\nAll conditions hold together; the values of one condition are alternatives.\n\n"
        + grid(["kind", "may be narrowed by"], targets),
        "## Effects\n\n" + grid(["effect", "acts on", "what it says", "size", "unit"], effects),
    )


def library() -> str:
    """The scenarios that come with oreflow, in words."""
    from oreflow.atlas import bundled
    from oreflow.shock import from_library
    from oreflow.shock import library as names

    world = bundled()
    parts = []
    for name in names():
        found = from_library(name)
        sources = [f"[{s.title}]({s.url})" if s.url else s.title for s in found.sources]
        passages = [f"## `{name}`", f"**{found.title}**", found.description.strip()]
        passages.append("\n".join(f"- {line}" for line in found.sentences(world)))
        passages.append(f"Sources: {' · '.join(sources)}" if sources else "")
        parts.append("\n\n".join(p for p in passages if p))
    lead = (
        "`oreflow run NAME` clears the market under one of these; `oreflow scenario show NAME --yaml` "
        "prints its file, to start one of your own from."
    )
    return page("Library of scenarios", lead, *parts)


def settings() -> str:
    """Options of a run and the assumptions that the market reads."""
    from oreflow.atlas import bundled
    from oreflow.market.settings import Settings

    told = _attributes(Settings)
    fields = [[f"`{f.name}`", f"`{f.default}`", told[f.name]] for f in dataclasses.fields(Settings)]
    table = bundled()["parameters"]
    rows = [
        [f"`{r.parameter}`", f"{r.value:g}", r.unit, r.description, r.quality, r.source]
        for r in table.itertuples(index=False)
    ]
    lead = "What can be chosen for a run, and the assumptions behind it, which a user's own table replaces."
    return page(
        "Settings and parameters",
        lead,
        "## Settings\n\n" + grid(["setting", "default", "what it is"], fields),
        "## Parameters\n\nRows of the table `parameters`.\n\n"
        + grid(["parameter", "value", "unit", "what it is", "quality", "source"], rows),
    )


def _attributes(kind: type) -> dict[str, str]:
    """Return attribute to description from a class docstring in Google style."""
    block = inspect.cleandoc(kind.__doc__ or "").split("Attributes:\n")[1].split("\n\n")[0]
    found: dict[str, str] = {}
    for line in textwrap.dedent(block).splitlines():
        if line[:1].strip():
            name, _, about = line.partition(": ")
            found[name] = about.replace("``", "`")
        else:
            found[name] += " " + line.strip().replace("``", "`")
    return found


def blocks() -> str:
    """The equations of the market, a section for each file."""
    import oreflow.market.blocks as package

    parts = []
    for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda m: m.name):
        if not info.name.startswith("_"):
            module = importlib.import_module(f"{package.__name__}.{info.name}")
            parts.append(f"## `{info.name}`\n\n" + _markdown(inspect.cleandoc(module.__doc__ or "")))
    lead = (
        "The market is one linear programme, written block by block: each has its mathematics, its "
        "symbols with units, and what its dual means."
    )
    return page("Equations of the market", lead, *parts)


def _markdown(text: str) -> str:
    """Turn docstring habits into Markdown: indented passages are shown as they are."""
    out: list[str] = []
    for passage in text.split("\n\n"):
        if passage.startswith("    "):
            out.append("```text\n" + textwrap.dedent(passage) + "\n```")
        else:
            out.append(passage.replace("``", "`"))
    return "\n\n".join(out)


PAGES: dict[str, Callable[[], str]] = {
    "tables.md": schema,
    "commands.md": commands,
    "errors.md": errors,
    "events.md": events,
    "library.md": library,
    "settings.md": settings,
    "blocks.md": blocks,
}
"""File in ``docs/reference`` to the function that makes it."""


def main() -> None:
    """Write all pages."""
    for name, make in PAGES.items():
        write_text(REFERENCE / name, make())
        click.echo(f"docs/reference/{name}")


if __name__ == "__main__":
    main()
