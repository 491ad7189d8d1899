"""The command line as a whole: help, exit codes, messages, JSON on every verb."""

import os
import subprocess
import sys
import time

import click
import pytest

import oreflow
from oreflow import errors
from oreflow.cli import VERBS, run
from oreflow.cli import oreflow as group


def leaves() -> list[tuple[str, click.Command]]:
    """Return every command that does something, with the words that reach it."""

    def walk(words: str, command: click.Command) -> list[tuple[str, click.Command]]:
        if not isinstance(command, click.Group):
            return [(words, command)]
        return [leaf for name, sub in command.commands.items() for leaf in walk(f"{words} {name}", sub)]

    context = click.Context(group)
    found = []
    for verb in VERBS:
        command = group.get_command(context, verb)
        assert command is not None
        found += walk(verb, command)
    return found


def test_every_verb_is_a_command_with_help() -> None:
    for words, command in leaves():
        assert command.help, f"oreflow {words} says nothing about itself"
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.help, f"oreflow {words} {parameter.opts[0]} has no help"


def test_every_verb_prints_json() -> None:
    without = [words for words, c in leaves() if not any("--json" in p.opts for p in c.params)]
    assert not without


def test_no_verb_ever_prompts() -> None:
    asking = [
        words
        for words, c in leaves()
        if any(isinstance(p, click.Option) and (p.prompt or p.confirmation_prompt) for p in c.params)
    ]
    assert not asking


def test_help_is_fast() -> None:
    def once() -> float:
        began = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "oreflow.cli", "--help"], capture_output=True, text=True, check=True
        )
        assert "brief" in done.stdout
        return time.perf_counter() - began

    assert min(once() for _ in range(3)) < 0.5


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"oreflow {oreflow.__version__}\n"


def test_an_unknown_command_names_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["breif"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "Did you mean 'brief'?" in err


def test_an_unknown_option_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["validate", "--no-such-option"]) == 2
    assert "--no-such-option" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.OreflowError("plain"), 1),
        (errors.UnknownNameError("plant", "jianxiawoo", ["jianxiawo"]), 2),
        (errors.InfeasibleError("no way"), 3),
        (errors.DataError("plants, row 3"), 4),
        (errors.ScenarioError("two events"), 4),
        (errors.NumericalError("residual"), 1),
        (PermissionError(13, "Permission denied", "there.csv"), 1),
        (KeyboardInterrupt(), 130),
    ],
)
def test_an_error_is_one_message_and_its_code(
    error: BaseException, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    @click.command()
    def failing() -> None:
        raise error

    monkeypatch.setattr(type(group), "get_command", lambda self, ctx, name: failing)
    assert run(["brief"]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("oreflow: ")
    assert err.count("\n") == 1
    assert "Traceback" not in err


def test_a_fault_of_our_own_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    @click.command()
    def faulty() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(type(group), "get_command", lambda self, ctx, name: faulty)
    with pytest.raises(ZeroDivisionError):
        run(["brief"])


def test_a_reader_that_stops_early_is_no_error() -> None:
    """Like ``oreflow … | head -1``: the pipe is closed while there is more to write."""
    code = (
        "import click, oreflow.cli as cli\n"
        "@click.command()\n"
        "def long():\n"
        "    for i in range(200_000):\n"
        "        print('line', i)\n"
        "type(cli.oreflow).get_command = lambda self, ctx, name: long\n"
        "cli.main(['brief'])\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline().strip() == b"line 0"
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()
    assert process.wait() == 0
    assert err == b""


def test_the_installed_script_is_the_same_command() -> None:
    script = os.path.join(os.path.dirname(sys.executable), "oreflow")
    done = subprocess.run([script, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"oreflow {oreflow.__version__}\n"
