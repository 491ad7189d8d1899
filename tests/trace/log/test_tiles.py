"""Names of tiles, and trees kept in tiles, against the specification and the plain definition."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.trace.log.test_merkle import mth

from oreflow.errors import TraceError, UsageError
from oreflow.trace.log import merkle, tiles
from oreflow.trace.log.tiles import ENTRIES, WIDTH, Edge, Reader, Tile


def test_the_example_of_the_specification() -> None:
    """A tree of 70,000: 273 full tiles and one of 112; one full and one of 17; one of 1."""
    assert Tile(0, 1234067).path == "tile/0/x001/x234/067"
    levels = [list(tiles.of(level, 70_000)) for level in range(4)]
    assert [len(level) for level in levels] == [274, 2, 1, 0]
    assert [level[-1].width for level in levels[:3]] == [112, 17, 1]
    assert {t.width for t in levels[0][:-1]} == {t.width for t in levels[1][:-1]} == {WIDTH}
    assert [t.path for t in tiles.of(0, 256)] == ["tile/0/000"]
    assert [t.path for t in tiles.of(1, 256)] == ["tile/1/000.p/1"]


@given(st.integers(-1, 63), st.integers(0, 10**15 - 1), st.integers(1, 256))
def test_a_name_is_read_back(level: int, index: int, width: int) -> None:
    tile = Tile(level, index, width)
    assert tiles.read_path(tile.path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/../../log.json",
        "tile/0/..%2f..%2flog.json",
        "/tile/0/000",
        "tile/0/000/",
        "tile//0/000",
        "tile/0/./000",
        "tile\\0\\000",
        "tile/0/000\x00",
        "tile/0/000\n",
        "tile/00/000",
        "tile/01/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/0/0",
        "tile/0/0000",
        "tile/0/x000/000",
        "tile/0/000/000",
        "tile/0/x001",
        "tile/0/x01/000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/",
        "tile/0/000.p",
        "tile/entries/000.p/1/..",
        "tile/Entries/000",
        "tile/0/\u0660\u0660\u0660",
        "tile/0/" + "x000/" * 1000 + "000",
        "",
    ],
)
def test_no_other_name_is_taken(path: str) -> None:
    with pytest.raises(TraceError, match="tile-name"):
        tiles.read_path(path)


@given(st.text(alphabet="tileentries/0123456789xp.\\%", max_size=40))
def test_what_is_taken_is_what_would_be_written(path: str) -> None:
    try:
        tile = tiles.read_path(path)
    except TraceError:
        return
    assert tile.path == path
    assert ".." not in path


def grown(steps: list[int]) -> tuple[Edge, dict[str, bytes], list[bytes]]:
    """Grow a tree by steps; return its edge, all tiles that were written, and its leaves."""
    edge, files = Edge(), {}
    leaves: list[bytes] = []
    for step in steps:
        more = [b"leaf %d" % i for i in range(len(leaves), len(leaves) + step)]
        leaves += more
        for tile, content in edge.grow(map(merkle.leaf_hash, more)).items():
            assert files.get(tile.path, content) == content, "a tile never changes"
            files[tile.path] = content
    return edge, files, leaves


@given(st.lists(st.integers(0, 400), max_size=6))
def test_a_tree_in_tiles_has_the_root_and_the_proofs_of_its_leaves(steps: list[int]) -> None:
    edge, files, leaves = grown(steps)
    assert edge.root() == mth(leaves)
    reader = Reader(files.get, len(leaves))
    assert reader.root() == mth(leaves)
    again = Edge.read(reader)
    assert (again.size, again.root(), again.partial()) == (edge.size, edge.root(), edge.partial())
    for tile in (t for level in range(3) for t in tiles.of(level, len(leaves))):
        assert reader.content(tile) == files[tile.path]


def test_large_trees_prove_from_their_tiles() -> None:
    rng = random.Random(1)
    size = 66_000
    edge, files, leaves = grown([70, 200, 65_266, 1, 463])
    reader = Reader(files.get, size)
    root = edge.root()
    for _ in range(50):
        i = rng.randrange(size)
        merkle.verify_inclusion(
            i, size, merkle.leaf_hash(leaves[i]), merkle.inclusion(i, size, reader.node), root
        )
        m = rng.randrange(1, size)
        old = merkle.root(m, reader.node)
        merkle.verify_consistency(m, size, merkle.consistency(m, size, reader.node), old, root)


def test_a_partial_tile_that_is_gone_is_read_from_the_full_one() -> None:
    _, files, leaves = grown([300])
    old = Reader({k: v for k, v in files.items() if ".p/" not in k}.get, 200)
    assert old.root() == mth(leaves[:200])
    bundle = tiles.pack([b"x"] * WIDTH)
    assert Reader({"tile/entries/000": bundle}.get, 3).content(Tile(ENTRIES, 0, 3)) == tiles.pack([b"x"] * 3)


def test_a_missing_or_short_tile_is_told_by_its_name() -> None:
    _, files, _ = grown([300])
    with pytest.raises(TraceError, match=r"tile/0/001.p/44 is missing .*tile-missing"):
        Reader({k: v for k, v in files.items() if "001" not in k}.get, 300).root()
    with pytest.raises(TraceError, match="tile-wrong"):
        Reader((files | {"tile/0/001.p/44": b"short"}).get, 300).root()


@given(st.lists(st.binary(max_size=200), max_size=WIDTH))
def test_a_bundle_is_read_back(entries: list[bytes]) -> None:
    data = tiles.pack(entries)
    assert tiles.unpack(data, len(entries)) == entries
    for wrong in (data + b"\x00", data[:-1]) if entries else (b"\x00",):
        with pytest.raises(TraceError, match="tile-wrong"):
            tiles.unpack(wrong, len(entries))


def test_an_entry_that_is_too_long_is_refused() -> None:
    assert tiles.unpack(tiles.pack([b"x" * 65_535]), 1)
    with pytest.raises(UsageError, match="65,535"):
        tiles.pack([b"x" * 65_536])


def test_entries_are_held_against_the_hashes() -> None:
    entries = [b"a", b"b"]
    edge = Edge()
    files = {t.path: c for t, c in edge.grow(map(merkle.leaf_hash, entries)).items()}
    files["tile/entries/000.p/2"] = tiles.pack([b"a", b"forged"])
    with pytest.raises(TraceError, match="not those that were hashed"):
        Reader(files.get, 2).entries(0)
