"""A file is written whole or not at all."""

import stat
from pathlib import Path

import pytest

from oreflow.errors import OreflowError
from oreflow.files import atomic, write_bytes, write_text


def test_text_and_bytes_arrive(tmp_path: Path) -> None:
    write_text(tmp_path / "new" / "a.txt", "kt LCE – größer\n")
    assert (tmp_path / "new" / "a.txt").read_bytes() == "kt LCE – größer\n".encode()
    write_bytes(tmp_path / "b.bin", b"\x00\xff")
    assert (tmp_path / "b.bin").read_bytes() == b"\x00\xff"


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_text(path, "old")

    def half_way() -> None:
        with atomic(path) as temporary:
            temporary.write_text("half")
            raise RuntimeError("stopped")

    with pytest.raises(RuntimeError, match="stopped"):
        half_way()
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_the_name_appears_only_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    with atomic(path) as temporary:
        temporary.write_text("whole")
        assert not path.exists()
    assert path.read_text() == "whole"


def test_permissions_are_those_of_a_plain_file(tmp_path: Path) -> None:
    write_text(tmp_path / "ours", "x")
    (tmp_path / "plain").write_text("x")
    assert stat.S_IMODE((tmp_path / "ours").stat().st_mode) == stat.S_IMODE(
        (tmp_path / "plain").stat().st_mode
    )


def test_a_folder_as_target_is_told(tmp_path: Path) -> None:
    with pytest.raises(OreflowError, match="is a folder"):
        write_text(tmp_path, "x")


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OreflowError, match="cannot write"):
        write_text(tmp_path / "file" / "below" / "a.txt", "x")
    assert [p.name for p in tmp_path.iterdir()] == ["file"]
