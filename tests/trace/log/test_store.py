"""A log in a folder: what it publishes, what it refuses, and that changed files are noticed."""

import json
import os
import shutil
import stat
import threading
from pathlib import Path

import pytest
from tests.trace.log.conftest import Scene, entry
from tests.trace.log.test_merkle import mth

from oreflow.errors import OreflowError, TraceError, UsageError
from oreflow.trace import keys, log
from oreflow.trace.log import merkle, tiles
from oreflow.trace.log.disk import locked


def test_what_is_published_is_what_any_client_can_read(scene: Scene) -> None:
    """Reads the folder as a client of the specification does: by names, sizes and hashes alone."""
    for i in range(0, 700, 70):
        scene.log.append([entry(j) for j in range(i, i + 70)])
    public = scene.folder / "public"
    text = (public / "checkpoint").read_text("utf-8")
    origin, size, root = text.split("\n")[:3]
    assert (origin, size) == ("example.com/cobalt", "700")
    leaves: list[bytes] = []
    for name, width in (("000", 256), ("001", 256), ("002.p/188", 188)):
        hashes = (public / "tile" / "0" / name).read_bytes()
        bundle = (public / "tile" / "entries" / name).read_bytes()
        assert len(hashes) == 32 * width
        while bundle:
            n = int.from_bytes(bundle[:2], "big")
            leaves.append(bundle[2 : 2 + n])
            bundle = bundle[2 + n :]
        assert hashes == b"".join(map(merkle.leaf_hash, leaves[-width:]))
    assert leaves == [entry(i) for i in range(700)]
    assert (public / "tile" / "1" / "000.p" / "2").read_bytes() == mth(leaves[:256]) + mth(leaves[256:512])
    import base64

    assert base64.b64decode(root) == mth(leaves)
    names = {str(p.relative_to(public)) for p in public.rglob("*") if p.is_file()}
    assert not {n for n in names - {"checkpoint"} if tiles.read_path(n).path != n}


def test_partial_tiles_go_when_the_full_one_is_there(scene: Scene) -> None:
    for low in range(0, 260, 20):
        scene.log.append([entry(i) for i in range(low, low + 20)])
    names = {str(p.relative_to(scene.folder / "public")) for p in (scene.folder / "public").rglob("*.p")}
    assert names == {"tile/0/001.p", "tile/entries/001.p", "tile/1/000.p"}
    assert scene.log.check().size == 260


def test_appending_tells_where_and_proves(scene: Scene) -> None:
    assert scene.log.append([]) == range(0)
    assert scene.log.append([entry(0), entry(1)]) == range(2)
    old = scene.log.checkpoint()
    assert scene.log.append(entry(i) for i in range(2, 500)) == range(2, 500)
    head = scene.log.checkpoint()
    assert (scene.log.size, scene.log.origin, scene.log.entry(499)) == (500, "example.com/cobalt", entry(499))
    for i in (0, 1, 255, 256, 499):
        proof = scene.log.inclusion(i)
        log.verify_inclusion(i, 500, log.leaf_hash(entry(i)), proof, head.root)
    log.verify_inclusion(1, 2, log.leaf_hash(entry(1)), scene.log.inclusion(1, 2), old.root)
    log.verify_consistency(2, 500, scene.log.consistency(2), old.root, head.root)
    assert scene.log.root(2) == old.root
    reader = log.open(scene.folder)
    assert reader.checkpoint() == head
    assert reader.inclusion(7) == scene.log.inclusion(7)


def test_two_writers_see_each_other(scene: Scene) -> None:
    other = log.open(scene.folder, key=scene.key)
    for i in range(0, 12, 2):
        assert list(scene.log.append([entry(i)])) == [i]
        assert list(other.append([entry(i + 1)])) == [i + 1]
    assert [scene.log.entry(i) for i in range(12)] == [entry(i) for i in range(12)]


def test_threads_take_turns(scene: Scene) -> None:
    got: list[int] = []

    def work() -> None:
        mine = log.open(scene.folder, key=scene.key)
        for _ in range(4):
            got.extend(mine.append([os.urandom(32)]))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert sorted(got) == list(range(16))
    assert scene.log.check().size == 16


@pytest.mark.parametrize("bad", [b"", b"plain text of a record", bytes(31), bytes(33)])
def test_only_salted_hashes_enter(scene: Scene, bad: bytes) -> None:
    with pytest.raises(UsageError, match="salted hash of 32 bytes"):
        scene.log.append([entry(0), bad])
    assert scene.log.size == 0


def test_the_salt_hides_the_record_and_fixes_it() -> None:
    one, two = log.commit(b"record"), log.commit(b"record")
    assert one.entry != two.entry
    assert log.entry_hash(one.salt, b"record") == one.entry != log.entry_hash(one.salt, b"other")
    with pytest.raises(UsageError, match="32 bytes"):
        log.entry_hash(b"short", b"record")


def test_a_log_is_not_made_where_something_is(scene: Scene, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not empty"):
        log.create(scene.folder, origin="example.com/other", key=scene.key)
    with pytest.raises(UsageError, match="cannot name a key"):
        log.create(tmp_path / "x", origin="two words", key=scene.key)
    with pytest.raises(UsageError, match="ml-dsa-44"):
        log.create(tmp_path / "x", origin="example.com/x", key=keys.SigningKey.generate(keys.ML_DSA_44))
    assert not (tmp_path / "x").exists()


def test_what_cannot_be_done_says_what_to_do(scene: Scene, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="opened to read"):
        log.open(scene.folder).append([entry(0)])
    with pytest.raises(UsageError, match=r"no log.json"):
        log.open(tmp_path)
    with pytest.raises(TraceError, match=r"another key.*key-wrong"):
        log.open(scene.folder, key=keys.SigningKey.generate())
    with pytest.raises(UsageError, match="no record 0"):
        scene.log.entry(0)
    with pytest.raises(UsageError, match="has 0 records, not 5"):
        scene.log.inclusion(0, 5)


def test_a_lock_that_is_held_is_waited_for_only_so_long(scene: Scene) -> None:
    with locked(scene.folder / "lock", patience=1.0), pytest.raises(OreflowError, match="others have been"):
        scene.log.append([entry(0)], patience=0.05)
    scene.log.append([entry(0)])


def filled(scene: Scene) -> Path:
    scene.log.append([entry(i) for i in range(300)])
    scene.log.append([entry(i) for i in range(300, 600)])
    return scene.folder / "public"


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("tile/entries/000", "tile-wrong"),
        ("tile/entries/002.p/88", "tile-wrong"),
        ("tile/0/001", "tile-wrong"),
        ("tile/1/000.p/2", "tile-wrong"),
    ],
)
def test_a_changed_byte_is_found(scene: Scene, name: str, rule: str) -> None:
    path = filled(scene) / name
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(TraceError, match=rule):
        log.open(scene.folder).check()


def test_a_check_reads_from_the_disk_and_not_from_memory(scene: Scene) -> None:
    public = filled(scene)
    assert scene.log.check().size == 600
    assert [scene.log.entry(i) for i in (0, 300, 599)] == [entry(0), entry(300), entry(599)]
    for name in ("tile/entries/001", "tile/0/001"):
        data = (public / name).read_bytes()
        (public / name).write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
        with pytest.raises(TraceError, match="tile-wrong"):
            scene.log.check()
        (public / name).write_bytes(data)
    assert scene.log.check().size == 600


def test_a_record_that_is_swapped_or_missing_is_found(scene: Scene) -> None:
    path = filled(scene) / "tile/entries/001"
    found = tiles.unpack(path.read_bytes(), 256)
    path.write_bytes(tiles.pack([found[1], found[0], *found[2:]]))
    with pytest.raises(TraceError, match="not those that were hashed"):
        scene.log.entry(256)
    path.unlink()
    with pytest.raises(TraceError, match="tile-missing"):
        log.open(scene.folder).check()


def test_a_whole_history_that_is_rewritten_does_not_lead_to_the_checkpoint(scene: Scene) -> None:
    """Entries and tiles are made anew from a changed record; only the signed root remains."""
    public = filled(scene)
    forged = [entry(i) for i in range(600)]
    forged[3] = entry(10**6)
    edge = tiles.Edge()
    for tile, content in edge.grow(map(merkle.leaf_hash, forged)).items():
        (public / tile.path).write_bytes(content)
    for low in range(0, 600, 256):
        part = forged[low : low + 256]
        (public / tiles.Tile(tiles.ENTRIES, low // 256, len(part)).path).write_bytes(tiles.pack(part))
    with pytest.raises(TraceError, match=r"do not lead to its checkpoint.*log-damaged"):
        log.open(scene.folder).check()
    with pytest.raises(TraceError, match="log-damaged"):
        log.open(scene.folder, key=scene.key).append([entry(0)])


def test_a_checkpoint_by_another_key_or_missing_is_refused(scene: Scene) -> None:
    public = filled(scene)
    text = (public / "checkpoint").read_text("utf-8").replace("\n600\n", "\n599\n")
    (public / "checkpoint").write_text(text, "utf-8")
    with pytest.raises(TraceError, match="signature-wrong"):
        log.open(scene.folder).checkpoint()
    (public / "checkpoint").unlink()
    with pytest.raises(TraceError, match="tile-missing"):
        log.open(scene.folder).checkpoint()


def test_an_append_never_replaces_what_was_published(scene: Scene) -> None:
    """The folder was set back to before an append, whose tiles remained: going on would fork."""
    scene.log.append([entry(0)])
    before = (scene.folder / "public" / "checkpoint").read_bytes()
    scene.log.append([entry(1)])
    (scene.folder / "public" / "checkpoint").write_bytes(before)
    with pytest.raises(TraceError, match="log-forked"):
        log.open(scene.folder, key=scene.key).append([entry(2)])
    assert (scene.folder / "public" / "checkpoint").read_bytes() == before


def test_a_damaged_journal_stops_the_log(scene: Scene) -> None:
    scene.log.append([entry(0)])
    (scene.folder / "journal").write_bytes(b"not a journal")
    with pytest.raises(TraceError, match=r"journal .* damaged.*log-damaged"):
        scene.log.append([entry(1)])


def test_a_journal_of_another_state_stops_the_log(scene: Scene) -> None:
    from oreflow.trace.log.journal import Journal

    scene.log.append([entry(0)])
    (scene.folder / "journal").write_bytes(bytes(Journal(7, bytes(32), [entry(1)])))
    with pytest.raises(TraceError, match="begins at 7 records"):
        scene.log.append([entry(1)])


def test_an_append_that_was_stopped_is_finished_only_with_the_key(scene: Scene) -> None:
    from oreflow.trace.log.journal import Journal

    head = scene.log.checkpoint()
    (scene.folder / "journal").write_bytes(bytes(Journal(0, head.root, [entry(0)])))
    with pytest.raises(UsageError, match="open the log with its key"):
        log.open(scene.folder).cosigned(head)
    assert scene.log.append([entry(1)]) == range(1, 2)
    assert scene.log.entry(0) == entry(0)


@pytest.mark.parametrize(
    "change",
    [
        {"format": 2},
        {"origin": "example.com/nickel"},
        {"key": "example.com/cobalt+00000000+AQ=="},
        {"key": 5},
        {"statements": 5},
    ],
)
def test_a_description_that_does_not_fit_is_refused(scene: Scene, change: dict[str, object]) -> None:
    path = scene.folder / "log.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(TraceError, match=r"log-damaged|vkey-wrong"):
        log.open(scene.folder)


def test_cosignatures_are_published_with_the_same_text_only(scene: Scene) -> None:
    from oreflow.trace.log.cosignature import cosign

    scene.log.append([entry(0)])
    head = scene.log.checkpoint()
    more = head.with_signatures([cosign(head, "witness.example/w0", scene.witness_keys[0], 5)])
    scene.log.cosigned(more)
    assert scene.log.checkpoint() == more
    scene.log.append([entry(1)])
    with pytest.raises(UsageError, match="has grown"):
        scene.log.cosigned(more)


def test_files_that_are_served_can_be_read_by_all_and_nothing_secret_is_in_the_folder(scene: Scene) -> None:
    scene.log.append([entry(0)])
    for path in (scene.folder / "public").rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o444
    seed = scene.key.hand_over(lambda k: k.private_bytes_raw())
    everything = b"".join(p.read_bytes() for p in scene.folder.rglob("*") if p.is_file())
    assert seed not in everything


def test_a_full_disk_leaves_the_log_as_it_was(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each write in turn fails as on a full disk; then there is room again."""
    scene.log.append([entry(0)])
    for failing in range(1, 20):
        opened = log.open(scene.folder, key=scene.key)
        before, calls = opened.size, 0
        real = os.fsync

        def full(handle: int, real: object = real, failing: int = failing) -> None:
            nonlocal calls
            calls += 1
            if calls == failing:
                raise OSError(28, "No space left on device")
            real(handle)  # type: ignore[operator]

        with monkeypatch.context() as m:
            m.setattr(os, "fsync", full)
            try:
                opened.append([entry(failing)])
            except OreflowError as e:
                assert "No space left" in str(e)
        again = log.open(scene.folder, key=scene.key)
        again.append([])
        assert again.check().size in (before, before + 1)
        if calls < failing:
            return
    raise AssertionError("an append never got through")


def test_a_log_can_be_moved(scene: Scene, tmp_path: Path) -> None:
    scene.log.append([entry(0)])
    shutil.move(scene.folder, tmp_path / "elsewhere")
    assert log.open(tmp_path / "elsewhere", key=scene.key).append([entry(1)]) == range(1, 2)


def test_many_entries_go_in_at_once_up_to_a_limit(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [entry(i) for i in range(6000)]
    assert scene.log.append(entries) == range(6000)
    assert scene.log.check().root == mth(entries)
    monkeypatch.setattr("oreflow.trace.log.store.MOST_ENTRIES", 3)
    with pytest.raises(UsageError, match="4 entries at once, more than 3"):
        scene.log.append(entries[:4])


def test_what_is_kept_in_memory_is_bounded(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiles, "_KEPT", 2)
    scene.log.append([entry(i) for i in range(1500)])
    reader = log.open(scene.folder)
    for i in range(0, 1500, 100):
        assert reader.entry(i) == entry(i)
        log.verify_inclusion(i, 1500, log.leaf_hash(entry(i)), reader.inclusion(i), reader.root())
    assert reader._tip
    assert len(reader._tip.reader._rows) <= 2
    assert len(reader._tip.reader._bundles) <= 2


def test_folders_that_are_none_say_so(scene: Scene, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OreflowError, match="cannot make"):
        log.create(tmp_path / "file" / "log", origin="example.com/x", key=scene.key)
    shutil.rmtree(scene.folder / "public")
    (scene.folder / "public").mkdir()
    (scene.folder / "public" / "checkpoint").mkdir()
    with pytest.raises(OreflowError, match="cannot read"):
        log.open(scene.folder).checkpoint()
    (scene.folder / "lock").unlink(missing_ok=True)
    (scene.folder / "lock").mkdir()
    with pytest.raises(OreflowError, match="cannot open"):
        scene.log.append([entry(0)])
