"""``oreflow scenario``: list, show, check and compare scenarios."""

from __future__ import annotations

from typing import Any

import click

from oreflow.cli.output import json_option, print_json, print_table


@click.group()
def scenario() -> None:
    """List, show and check scenarios."""


@scenario.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the scenarios that come with oreflow."""
    from oreflow.shock import from_library, library

    rows = [(name, s.title, len(s)) for name in library() for s in [from_library(name)]]
    if as_json:
        print_json([{"scenario": n, "title": t, "events": k} for n, t, k in rows])
    else:
        print_table(
            ["scenario", "title", "events"], rows, note="oreflow scenario show NAME tells each in words."
        )


@scenario.command("show")
@click.argument("name")
@click.option("--yaml", "as_yaml", is_flag=True, help="Print the file instead of sentences.")
@json_option
def show(name: str, as_yaml: bool, as_json: bool) -> None:
    """Show a scenario in words.

    NAME is a scenario of `oreflow scenario list`, a file, or several of these joined by +.
    """
    from oreflow.atlas import bundled
    from oreflow.shock import find

    if as_yaml:
        click.echo(find(name).to_yaml(), nl=False)
        return
    world = bundled()
    found = find(name, world)
    sentences = found.sentences(world)
    notes = found.check(world)
    if as_json:
        print_json({**found.to_dict(), "sentences": sentences, "notes": notes, "hash": found.hash})
        return
    click.echo(f"{found.title or found.name}\n")
    if found.description:
        click.echo(f"{found.description.strip()}\n")
    for line in sentences:
        click.echo(f"- {line}")
    for note in notes:
        click.echo(f"Note: {note}")
    if found.sources:
        click.echo("\nSources")
    for source in found.sources:
        click.echo(f"- {source.title}{f' {source.url}' if source.url else ''}")


@scenario.command("check")
@click.argument("file")
@click.option("--start", default="2025-01", show_default=True, help="First month of the horizon.")
@click.option("--months", default=36, show_default=True, type=click.IntRange(1, 600), help="Length of it.")
@json_option
def check(file: str, start: str, months: int, as_json: bool) -> None:
    """Check a scenario file: form, names, dates and contradictions.

    Leaves with exit code 4, or 2 for an unknown name, and one message that says where and what to do.
    """
    from oreflow.atlas import bundled
    from oreflow.shock import find

    world = bundled()
    found = find(file, world, start=start, months=months)
    notes = found.check(world, start=start, months=months)
    if as_json:
        print_json({"scenario": found.name, "events": len(found), "notes": notes, "valid": True})
        return
    for note in notes:
        click.echo(f"Note: {note}")
    click.echo(f"{found.name}: {len(found)} event{'s' if len(found) != 1 else ''}, valid.")


@scenario.command("diff")
@click.argument("first")
@click.argument("second")
@json_option
def diff_(first: str, second: str, as_json: bool) -> None:
    """Say what differs between two scenarios, names or files."""
    from oreflow.shock import diff, find

    found = diff(find(first), find(second))
    if as_json:
        print_json([{"path": d.path, "left": d.left, "right": d.right} for d in found])
        return
    for difference in found:
        click.echo(str(difference))
    if not found:
        click.echo("No difference.")


@scenario.command("schema")
@json_option
def schema(as_json: bool) -> None:
    """Print the JSON Schema of a scenario file, for editors and other programs."""
    import json

    from oreflow.shock import scenario_schema

    form: dict[str, Any] = scenario_schema()
    if as_json:
        print_json(form)
    else:
        click.echo(json.dumps(form, indent=2))
