"""What people type: one module a verb, loaded only when it is asked for."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

import click

from oreflow import __version__
from oreflow.errors import OreflowError

VERBS: dict[str, str] = {
    "brief": "Read articles and write the briefing.",
    "read": "Read articles and list what they claim.",
    "score": "Read labelled articles and say how well.",
    "watch": "Watch a folder or a feed for news, and say what they move.",
    "run": "Clear the market under a scenario, beside the baseline.",
    "ensemble": "Draw what may happen many times, and say how prices and shortages spread.",
    "compare": "Say what differs between two runs.",
    "attack": "Find the losses that hurt most, with proof.",
    "scenario": "List, show and check scenarios.",
    "gauge": "Measure concentration, reliance, bottlenecks and exposure.",
    "screen": "Cut off every large supplier for a year, and rank what it costs.",
    "outlook": "Look ahead to 2040: demand, supply and the gap.",
    "forecast": "Forecast a price or a need, scored against the last value.",
    "reserve": "Plan a reserve: how much of what, when to buy and release, and its worth.",
    "hedge": "Say what sodium-ion cells are worth against dear lithium.",
    "floor": "Price a floor under a mineral, and what it finances.",
    "plan": "Find the cheapest way to be safe.",
    "trace": "Keep a ledger of lots, prove it, audit it, and say where metal came from.",
    "world": "Show, check and build the tables of the world.",
    "calibrate": "Show how well the base year is reproduced.",
    "validate": "Put published figures beside ours.",
}
"""Verb to its line in ``oreflow --help``, in the order shown; module ``oreflow.cli.<verb>`` holds it."""


class LazyGroup(click.Group):
    """A group that imports the module of a verb only when that verb is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the verbs in the order of `VERBS`."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Import and return a verb, or ``None`` when there is no such verb."""
        if name not in VERBS:
            return None
        command: click.Command = getattr(importlib.import_module(f"oreflow.cli.{name}"), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of verbs without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(VERBS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the verb; the message for an unknown one names the nearest."""
        name = args[0]
        if name not in VERBS and not name.startswith("-"):
            from oreflow.errors import UnknownNameError

            raise UnknownNameError("command", name, VERBS)
        return super().resolve_command(ctx, args)


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="Exit codes: 0 ok, 1 error, 2 usage, 3 no solution, 4 invalid data. Every command takes --json.",
)
@click.version_option(__version__, message="%(prog)s %(version)s")
def oreflow() -> None:
    """From a headline about a mine to a briefing: what it does to supply, price and the chain behind."""


def main(args: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and leave with its exit code.

    Args:
        args: Words after ``oreflow``; those of the process when left out.
    """
    sys.exit(run(args))


def run(args: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        args: Words after ``oreflow``; those of the process when left out.

    Returns:
        Exit code: 0 ok, 1 error, 2 usage, 3 no solution, 4 invalid data, 130 stopped by the user.
    """
    try:
        # Not `oreflow.main`: that turns a closed pipe into exit code 1 and answers an interrupt itself.
        with oreflow.make_context("oreflow", list(sys.argv[1:] if args is None else args)) as context:
            code = oreflow.invoke(context)
        sys.stdout.flush()
    except click.exceptions.Exit as e:
        return e.exit_code
    except click.ClickException as e:
        e.show()
        return e.exit_code
    except OreflowError as e:
        click.echo(f"oreflow: {e}", err=True)
        return e.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("oreflow: stopped.", err=True)
        return 130
    except BrokenPipeError:
        # The reader (head, less) has seen enough; without this the interpreter complains at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as e:
        click.echo(f"oreflow: {e.filename or 'file'}: {e.strerror or e}.", err=True)
        return 1
    # A verb may return its code, as `world check` does when it has listed an error.
    return code if type(code) is int else 0
