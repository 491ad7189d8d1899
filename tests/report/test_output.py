from __future__ import annotations

import os

import pytest

from oreflow.errors import OreflowError, UnknownNameError
from oreflow.report import Briefing, write
from oreflow.report.output import FACES


@pytest.mark.parametrize("suffix", sorted(FACES))
def test_the_suffix_picks_the_face(briefing, tmp_path, suffix):
    path = write(briefing, tmp_path / f"out{suffix}")
    text = path.read_text(encoding="utf-8")
    start = {".html": "<!doctype", ".htm": "<!doctype", ".json": "{", ".txt": briefing.meta.title}
    assert text.startswith(start.get(suffix, "# "))
    assert os.listdir(tmp_path) == [path.name]


def test_json_on_disk_is_read_back(briefing, tmp_path):
    path = write(briefing, str(tmp_path / "b.json"))
    assert Briefing.from_json(path.read_text(encoding="utf-8")) == briefing


def test_an_unknown_suffix_names_the_near_one(briefing, tmp_path):
    with pytest.raises(UnknownNameError, match="html"):
        write(briefing, tmp_path / "out.htlm")
    assert os.listdir(tmp_path) == []


def test_a_failed_write_leaves_the_old_file_and_nothing_else(briefing, tmp_path):
    folder = tmp_path / "taken.md"
    folder.mkdir()
    with pytest.raises(OreflowError, match="is a folder"):
        write(briefing, folder)
    assert os.listdir(tmp_path) == ["taken.md"]


def test_an_old_file_is_replaced_whole(briefing, tmp_path):
    target = tmp_path / "out.md"
    target.write_text("old")
    write(briefing, target)
    assert target.read_text(encoding="utf-8").startswith("# ")
    assert os.listdir(tmp_path) == ["out.md"]


def test_faces_are_the_same_every_time(briefing, tmp_path):
    for suffix in (".html", ".md", ".txt", ".json"):
        one, two = (write(briefing, tmp_path / f"{n}{suffix}").read_bytes() for n in "ab")
        assert one == two
