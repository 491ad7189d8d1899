"""The public face is exact and light, and imports run one way."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import oreflow

ROOT = Path(__file__).parents[1]
HEAVY = ["numpy", "pandas", "scipy", "xarray", "highspy", "clarabel", "spacy", "pint", "rich", "jinja2"]


def fresh(code: str) -> str:
    """Run code in a new interpreter and return what it printed."""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


def test_importing_the_package_is_light() -> None:
    # The best of five: a busy machine can slow any one of them, but not make one fast.
    code = "import time; t = time.perf_counter(); import oreflow; print(time.perf_counter() - t)"
    assert min(float(fresh(code)) for _ in range(5)) < 0.3


def test_importing_the_package_loads_nothing_heavy() -> None:
    loaded = json.loads(fresh("import sys, json, oreflow; print(json.dumps(list(sys.modules)))"))
    assert not set(HEAVY) & set(loaded)
    assert not [m for m in loaded if m.startswith("oreflow.")]


@pytest.mark.parametrize("args", ["['--help']", "['--version']"])
def test_the_help_of_the_command_line_loads_nothing_heavy(args: str) -> None:
    code = (
        "import sys, json\nfrom oreflow.cli import run\n"
        f"assert run({args}) == 0\nprint(); print(json.dumps(list(sys.modules)))"
    )
    loaded = json.loads(fresh(code).splitlines()[-1])
    assert not set(HEAVY) & set(loaded)


def test_every_public_name_is_there_and_no_other() -> None:
    assert len(set(oreflow.__all__)) == len(oreflow.__all__)
    for name in oreflow.__all__:
        assert getattr(oreflow, name) is not None
    assert dir(oreflow) == sorted(oreflow.__all__)
    assert set(oreflow._HOME) == set(oreflow.__all__) - {"__version__"}
    with pytest.raises(AttributeError, match="no_such_name"):
        oreflow.no_such_name  # noqa: B018


def test_public_names_keep_their_meaning() -> None:
    """What a type checker sees equals what is imported."""
    import ast
    import importlib

    tree = ast.parse((ROOT / "src/oreflow/__init__.py").read_text())
    seen = {
        alias.name: node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("oreflow.")
        for alias in node.names
    }
    assert seen == oreflow._HOME
    for name, module in seen.items():
        assert getattr(importlib.import_module(module), name) is getattr(oreflow, name)


def test_imports_run_one_way() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "1 kept" in done.stdout


def test_an_import_against_the_direction_is_caught(tmp_path: Path) -> None:
    """The contract can fail: the same layers over a package whose atlas imports the market."""
    package = tmp_path / "upside"
    for room in ("atlas", "market"):
        (package / room).mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "market" / "__init__.py").write_text("")
    (package / "atlas" / "__init__.py").write_text("import upside.market\n")
    (tmp_path / ".importlinter").write_text(
        "[importlinter]\nroot_package = upside\n\n"
        "[importlinter:contract:one]\nname = one way\ntype = layers\n"
        "containers = upside\nexhaustive = true\nlayers =\n  market\n  atlas\n"
    )
    done = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "upside.atlas is not allowed to import upside.market" in done.stdout
