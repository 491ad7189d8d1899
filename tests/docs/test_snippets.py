"""The snippets in the documentation run, and print what the pages say.

A page is run from top to bottom in one folder that has ``examples`` in it. In ``console`` blocks
the lines after ``$`` are commands; what stands below one is what it prints, with ``...`` for what
may differ. A block in ``python`` is a session with ``>>>``. A comment before a block gives it a
meaning: ``<!-- file: NAME -->`` writes the block to a file, ``<!-- slow -->`` leaves its commands
to the slow tests, ``<!-- exit: 4 -->`` says that the last one fails so.
"""

import doctest
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

import pytest

from oreflow.cli import run

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"(?:<!-- ([^>]*?) -->\n)?^```(\w*)\n(.*?)^```$", re.M | re.S)
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))


@dataclass(frozen=True)
class Snippet:
    """A fenced block of a page: what the comment before it says, its language, its text and line."""

    comment: str
    language: str
    text: str
    line: int


def snippets(page: Path) -> list[Snippet]:
    text = page.read_text("utf-8")
    return [Snippet(m[1] or "", m[2], m[3], text[: m.start(3)].count("\n") + 1) for m in BLOCK.finditer(text)]


def session(block: str) -> list[tuple[str, str]]:
    """Return the commands of a console block, each with what it is said to print."""
    steps: list[tuple[str, list[str]]] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            steps.append((line[2:], []))
        else:
            steps[-1][1].append(line)
    return [(command, "\n".join(lines).strip("\n")) for command, lines in steps]


def alike(want: str, got: str) -> bool:
    """Compare output, with ``...`` for anything and without the blanks at line ends."""

    def tidy(text: str) -> str:
        return "\n".join(line.rstrip() for line in text.strip("\n").splitlines()) + "\n"

    return doctest.OutputChecker().check_output(tidy(want), tidy(got), doctest.ELLIPSIS)


def run_page(page: Path, folder: Path, capsys: pytest.CaptureFixture[str], *, slow: bool) -> None:
    (folder / "examples").symlink_to(ROOT / "examples")
    names: dict[str, object] = {}
    for snippet in snippets(page):
        place = f"{page.relative_to(ROOT)}:{snippet.line}"
        if snippet.comment.startswith("file: "):
            target = folder / snippet.comment.removeprefix("file: ")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(snippet.text, "utf-8")
        elif snippet.language == "python":
            test = doctest.DocTestParser().get_doctest(snippet.text, names, place, str(page), snippet.line)
            test.globs = names  # the parser copies them, and a page is one session
            assert test.examples, f"{place}: a python block without >>> is not run"
            assert (
                doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test, clear_globs=False).failed == 0
            ), place
        elif snippet.language == "console":
            run_console(snippet, place, capsys, slow=slow)


def run_console(snippet: Snippet, place: str, capsys: pytest.CaptureFixture[str], *, slow: bool) -> None:
    steps = session(snippet.text)
    code = int(snippet.comment.removeprefix("exit: ")) if snippet.comment.startswith("exit: ") else 0
    for i, (command, said) in enumerate(steps):
        words = shlex.split(command, comments=True)
        if words[0] == "make":
            assert {w for w in words[1:] if "=" not in w} <= TARGETS, f"{place}: {command}"
            continue
        assert words[0] == "oreflow", f"{place}: only oreflow and make are shown, not {words[0]}"
        if snippet.comment == "slow" and not slow:
            continue
        expected = code if i == len(steps) - 1 else 0
        assert run(words[1:]) == expected, f"{place}: {command}\n{capsys.readouterr().err}"
        out, err = capsys.readouterr()
        got = err if expected else out
        assert not said or alike(said, got), f"{place}: {command}\nprints\n{got}\nbut the page says\n{said}"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_the_snippets_of_a_page_run(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    run_page(page, tmp_path, capsys, slow=False)


@pytest.mark.slow
@pytest.mark.parametrize(
    "page", [p for p in PAGES if any(s.comment == "slow" for s in snippets(p))], ids=lambda p: p.stem
)
def test_the_slow_snippets_of_a_page_run(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    run_page(page, tmp_path, capsys, slow=True)


def test_a_page_that_says_something_else_is_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    good = Snippet("", "console", "$ oreflow --version\noreflow ...\n", 1)
    run_console(good, "here", capsys, slow=False)
    for text in ("$ oreflow --version\noreflow 99\n", "$ oreflow no-such-verb\n", "$ rm -r out\n"):
        with pytest.raises(AssertionError, match="here"):
            run_console(Snippet("", "console", text, 1), "here", capsys, slow=False)


def test_every_block_has_a_language_that_is_known() -> None:
    known = {"console", "python", "text", "yaml", "csv", "json"}
    strange = [
        f"{p.name}:{s.line}: {s.language}" for p in PAGES for s in snippets(p) if s.language not in known
    ]
    assert not strange
