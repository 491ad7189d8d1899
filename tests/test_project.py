"""What holds for the project as a whole: its files, its locks, its size."""

import csv
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml

import oreflow

ROOT = Path(__file__).parents[1]
BINARY = {".gz", ".png", ".jpg", ".ico", ".woff2", ".zip", ".nc"}
LINES = 500


def everything() -> list[Path]:
    """Return the project's own files: those of git, or of the tree where there is no git."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode == 0 and listed.stdout:
        paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    else:
        made = {".venv", "out", ".git", "build", "dist", "__pycache__"}
        paths = [p for p in ROOT.rglob("*") if not made & set(p.relative_to(ROOT).parts)]
    return [p for p in paths if p.is_file()]


def tracked() -> list[Path]:
    """Return the text files among them."""
    return [p for p in everything() if p.suffix not in BINARY]


def lines_matching(pattern: str, paths: list[Path]) -> list[str]:
    """Return ``file:line: text`` of every line that matches."""
    find = re.compile(pattern)
    return [
        f"{p.relative_to(ROOT)}:{n}: {line.strip()[:120]}"
        for p in paths
        for n, line in enumerate(p.read_text("utf-8").splitlines(), 1)
        if find.search(line)
    ]


def sources() -> list[Path]:
    return [p for p in tracked() if p.suffix == ".py" and p.is_relative_to(ROOT / "src")]


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    assert not lines_matching(r"(?<![\w.])/(work|root|home/\w+|Users/\w+|tmp/\w+)/", tracked())


def test_no_file_names_where_packages_are_fetched_from() -> None:
    hosts = r"pythonhosted\.org|pypi\.org/simple|file:///|--(extra-)?index-url|--find-links"
    assert not lines_matching(hosts, [p for p in tracked() if p != Path(__file__)])


def test_nothing_is_left_for_later() -> None:
    later = r"\b(TODO|FIXME|XXX|HACK)\b|NotImplementedError|raise NotImplemented\b"
    assert not lines_matching(later, sources())


def test_no_room_is_too_large() -> None:
    large = {str(p.relative_to(ROOT)): len(p.read_text("utf-8").splitlines()) for p in sources()}
    assert not {name: n for name, n in large.items() if n > LINES}


def test_every_module_says_what_it_is() -> None:
    import ast

    silent = [
        str(p.relative_to(ROOT)) for p in sources() if not ast.get_docstring(ast.parse(p.read_text("utf-8")))
    ]
    assert not silent


def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def names(requirements: list[str]) -> set[str]:
    """Return the normalised names of requirements, leaving out our own extras."""
    found = {re.split(r"[\[<>=~!; ]", r, maxsplit=1)[0] for r in requirements}
    return {normal(n) for n in found} - {"oreflow"}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(lock: str) -> dict[str, list[str]]:
    """Return package name to the lines of its entries in a lock, hashes included."""
    entries: dict[str, list[str]] = {}
    for entry in re.split(r"\n(?=\w)", (ROOT / lock).read_text("utf-8")):
        pinned = re.match(r"([\w.-]+)==", entry)
        if pinned:
            entries.setdefault(normal(pinned[1]), []).append(entry)
    return entries


@pytest.mark.parametrize(
    ("lock", "extras"), [("requirements.lock", ["dev"]), ("requirements-bench.lock", ["bench"])]
)
def test_the_lock_holds_all_that_is_asked_for(lock: str, extras: list[str]) -> None:
    data = project()
    optional = data["project"]["optional-dependencies"]
    wanted = names(data["project"]["dependencies"]) | names(data["build-system"]["requires"])
    for extra in [*extras, "news", "report", "build"]:
        wanted |= names(optional[extra])
    entries = pins(lock)
    assert wanted <= set(entries)
    assert [e for entry in entries.values() for e in entry if "--hash=sha256:" not in e] == []


def test_the_benchmarks_add_to_the_same_lock() -> None:
    base, bench = pins("requirements.lock"), pins("requirements-bench.lock")
    first = {name: sorted(e.split(" \\")[0] for e in entry) for name, entry in base.items()}
    second = {name: sorted(e.split(" \\")[0] for e in entry) for name, entry in bench.items()}
    assert {name: second.get(name) for name in first} == first


def test_the_lock_carries_no_address() -> None:
    for lock in ("requirements.lock", "requirements-bench.lock"):
        assert not lines_matching(r"://|@ |^-", [ROOT / lock])


def test_the_version_is_told_once() -> None:
    assert project()["project"]["version"] == oreflow.__version__
    assert yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))["version"] == oreflow.__version__
    assert f"## [{oreflow.__version__}]" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_every_target_of_the_makefile_is_real() -> None:
    text = (ROOT / "Makefile").read_text("utf-8")
    phony = " ".join(re.findall(r"^\.PHONY: (.*)$", text, re.M)).split()
    rules = set(re.findall(r"^([a-z-]+):", text, re.M))
    assert set(phony) == rules
    told = set(re.findall(r"echo 'make ([a-z-]+) ", text))
    assert told == {r for r in rules if not r.startswith("check-")} - {"help", "setup"}


def test_the_article_of_the_demo_exists() -> None:
    article = re.search(r"^ARTICLE \?= (.*)$", (ROOT / "Makefile").read_text("utf-8"), re.M)
    assert article
    assert (ROOT / article[1]).is_file()


def test_every_bundled_source_has_its_licence_in_the_notice() -> None:
    with (ROOT / "src/oreflow/atlas/data/sources.csv").open(encoding="utf-8", newline="") as file:
        rows = [r for r in csv.DictReader(file) if r["bundled"] == "1" and r["publisher"] != "oreflow"]
    lines = (ROOT / "NOTICE").read_text("utf-8").splitlines()
    told = [any(r["publisher"] in line and r["licence"] in line for line in lines) for r in rows]
    assert len(rows) > 5
    assert [r["source"] for r, ok in zip(rows, told, strict=True) if not ok] == []


def test_the_package_that_is_built_has_every_file(tmp_path: Path) -> None:
    """What an installed oreflow needs beside code: tables, schemas, scenarios, templates, word lists."""
    pytest.importorskip("hatchling")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("oreflow/")}
    ours = {str(p.relative_to(ROOT / "src")) for p in everything() if p.is_relative_to(ROOT / "src")}
    assert ours - packed == set()
    assert {Path(name).parts[0] for name in packed} == {"oreflow"}
