"""The documentation as a site: every page is in its contents, links lead somewhere, nothing comes from elsewhere."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs").rglob("*.md"))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("site")
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "-q",
        "-W",
        "--keep-going",
        "-b",
        "html",
        "-d",
        str(out / "trees"),
    ]
    made = subprocess.run(
        [*command, str(ROOT / "docs"), str(out / "html")], capture_output=True, text=True, check=False
    )
    assert made.returncode == 0, made.stderr
    return out / "html"


def test_every_page_is_there_and_in_the_contents(site: Path) -> None:
    front = (site / "index.html").read_text("utf-8")
    for page in PAGES:
        name = page.relative_to(ROOT / "docs").with_suffix(".html").as_posix()
        assert (site / name).is_file()
        assert name == "index.html" or front.count(f'href="{name}"') >= 2, (
            f"{name} is not in the table of docs/index.md"
        )


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    loaded = re.compile(r'<(?:script|img|iframe|link)[^>]+(?:src|href)="(?:https?:)?//[^"]*"')
    assert not [m for page in site.rglob("*.html") for m in loaded.findall(page.read_text("utf-8"))]
    styles = [
        s
        for s in site.rglob("*.css")
        if re.search(r"@import|url\(\s*[\"']?(?:https?:)?//", s.read_text("utf-8"))
    ]
    assert not styles
