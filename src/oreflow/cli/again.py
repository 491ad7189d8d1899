"""The command line that makes an answer again, from what the running command was told."""

from __future__ import annotations

import shlex

import click

LEFT_OUT = ("html", "as_json", "out", "resume")
"""Parameters that say where the answer goes or where it begins, not what it is."""


def again() -> str:
    """Return the running command with the options that differ from their defaults.

    Returns:
        A line for the shell; empty outside a command.
    """
    context = click.get_current_context(silent=True)
    if context is None or context.info_name is None:
        return ""
    words = context.command_path.split()
    for p in context.command.params:
        value = context.params.get(p.name or "")
        if p.name in LEFT_OUT or value == p.get_default(context) or value in (None, (), ""):
            continue
        if isinstance(p, click.Option) and p.is_flag:
            words.append(p.opts[0] if value else p.secondary_opts[0])
            continue
        for one in value if isinstance(value, tuple) else (value,):
            words += [p.opts[0], str(one)] if isinstance(p, click.Option) else [str(one)]
    return shlex.join(words)
