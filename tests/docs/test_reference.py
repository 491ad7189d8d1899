"""The documentation says what the code says."""

import dataclasses
import importlib.util
import re
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from oreflow import errors
from oreflow.atlas import tables
from oreflow.cli import VERBS
from oreflow.market import Settings
from oreflow.shock import EFFECTS, EVENT_TYPES, KEYS, library

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", list(generator().PAGES))
def test_the_reference_is_up_to_date(name: str) -> None:
    made = generator().PAGES[name]()
    assert (DOCS / "reference" / name).read_text("utf-8") == made, "run `make docs`"


def test_no_page_of_the_reference_is_left_over() -> None:
    assert {p.name for p in (DOCS / "reference").glob("*.md")} == set(generator().PAGES)


def headings(name: str) -> set[str]:
    return set(re.findall(r"^## `(.+?)`", (DOCS / "reference" / name).read_text("utf-8"), re.M))


def test_every_table_and_column_is_documented() -> None:
    assert headings("tables.md") == set(tables())
    text = (DOCS / "reference/tables.md").read_text("utf-8")
    for table in tables().values():
        section = text.split(f"## `{table.name}`\n")[1].split("\n## ")[0]
        assert all(f"| `{column}` |" in section for column in table.columns)


def test_every_verb_is_documented() -> None:
    assert headings("commands.md") == {f"oreflow {verb}" for verb in VERBS}


def test_every_error_is_documented() -> None:
    kinds = {k for k, v in vars(errors).items() if isinstance(v, type) and issubclass(v, errors.OreflowError)}
    text = (DOCS / "reference/errors.md").read_text("utf-8")
    assert set(re.findall(r"- `(\w+)` \(exit code", text)) == kinds
    assert all(kind in (errors.__doc__ or "") for kind in kinds)


def test_every_event_type_and_effect_is_documented() -> None:
    text = (DOCS / "reference/events.md").read_text("utf-8")
    assert all(f"| `{name}` |" in text for name in [*EVENT_TYPES, *EFFECTS, *KEYS])


def test_every_scenario_of_the_library_is_documented() -> None:
    assert headings("library.md") == set(library())


def test_every_equation_is_documented() -> None:
    files = (ROOT / "src/oreflow/market/blocks").glob("*.py")
    assert headings("blocks.md") == {f.stem for f in files if not f.stem.startswith("_")}


def test_every_setting_is_documented() -> None:
    text = (DOCS / "reference/settings.md").read_text("utf-8")
    assert all(f"| `{f.name}` |" in text for f in dataclasses.fields(Settings))


def listed() -> dict[str, str]:
    """Return package to extra as docs/dependencies.md has them."""
    rows = re.findall(
        r"^\| ([\w-]+) \| (\w+) \| .+ \| .+ \|$", (DOCS / "dependencies.md").read_text("utf-8"), re.M
    )
    return {name: extra for name, extra in rows if name != "package"}


def test_every_dependency_is_listed_with_its_reason_and_no_other() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    groups = {"core": project["dependencies"], **project["optional-dependencies"]}
    asked = {
        re.split(r"[<>=~!; ]", r, maxsplit=1)[0]: extra
        for extra, requirements in groups.items()
        for r in requirements
        if not r.startswith("oreflow[")
    }
    assert listed() == asked


@pytest.mark.parametrize("path", [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))], ids=lambda p: p.name)
def test_links_between_pages_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\((?!https?://|#|mailto:)([^)#\s]+)", path.read_text("utf-8")):
        assert (path.parent / target).exists(), f"{path.name} links to {target}"
