"""Watching: what is kept, what counts as the same, what moves the market, and what survives harm."""

from __future__ import annotations

import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from oreflow.atlas import World, bundled
from oreflow.errors import OreflowError, ReadError, ScenarioError
from oreflow.news import read_text
from oreflow.news.feeds import Limits, source
from oreflow.news.watch import (
    Change,
    Failed,
    Happening,
    Heard,
    Moved,
    Picture,
    Price,
    Refused,
    Same,
    Shortfall,
    Store,
    Told,
    Watch,
    compare,
)
from oreflow.news.watch import market as watch_market
from oreflow.news.watch.likeness import likeness, sketch, text_hash
from oreflow.news.watch.market import clear, model
from oreflow.shock import Scenario
from tests.news.feedserver import Server, rss, serving

ARTICLES = Path(__file__).parents[2] / "examples/articles/development"
HALT = ARTICLES / "jianxiawo-halt.txt"
RESTART = ARTICLES / "jianxiawo-restart-talk.txt"
IDLE = "Lithium prices\n\n11 August 2025\n\nLithium carbonate prices rose 8% in August, traders in Guangzhou said.\n"
OTHER = (
    "Cobalt prices\n\n12 August 2025\n\nCobalt prices fell 3% in July, according to two dealers in London.\n"
)
BARE = Picture()


@pytest.fixture(scope="module")
def real() -> World:
    return bundled()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    with serving() as s:
        yield s


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "watch.sqlite") as s:
        yield s


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "in"
    path.mkdir()
    return path


def put(folder: Path, name: str, text: str | Path, *, age: float = 60.0) -> None:
    """Write an article that has been there for a while, so that nothing has to wait for it."""
    import os

    target = folder / name
    target.write_text(text.read_text("utf-8") if isinstance(text, Path) else text, "utf-8")
    os.utime(target, (time.time() - age, time.time() - age))


def kinds(told: list[Happening]) -> list[str]:
    return [str(t.to_dict()["kind"]) for t in told]


def rows(store: Store, query: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(store.path) as db:
        return db.execute(query).fetchall()


# --- what moves the market


def test_a_halt_moves_lithium_and_a_restart_moves_it_again(store: Store, folder: Path, real: World) -> None:
    put(folder, "halt.txt", HALT)
    watch = Watch([source(str(folder))], store, real, every=1e-6)
    heard, moved = watch.poll()
    assert isinstance(heard, Heard)
    assert isinstance(moved, Moved)
    assert heard.events[0] == "permit halt: jianxiawo"
    first = moved.change
    assert first.first
    up = {m.commodity: m for m in first.moves if m.region == "CHN"}["lithium_carbonate"]
    assert up.relative > 0.01
    assert (up.unit, up.month) == ("USD/t LCE", "2025-08")
    assert "permit halt: jianxiawo" in up.because
    assert [c.kind for c in first.causes] == ["new", "new"]

    assert list(watch.poll()) == []

    put(folder, "restart.txt", RESTART)
    heard, moved = watch.poll()
    assert isinstance(moved, Moved)
    second = moved.change
    assert not second.first
    assert {c.kind for c in second.causes} == {"changed"}
    again = {m.commodity: m for m in second.moves if m.region == "CHN"}["lithium_carbonate"]
    assert abs(again.relative) > 0.005

    # From the store alone the same comes out: what is kept is all that it was made from.
    made = model([r for _, r in Watch([], store, real).readings()], real)
    last = store.last()
    assert last is not None
    assert made.input == last[0]
    assert clear(made, real)[0] == last[1]


def test_news_without_events_clear_nothing(store: Store, folder: Path, real: World) -> None:
    put(folder, "a.txt", IDLE)
    put(folder, "b.txt", OTHER)
    assert kinds(list(Watch([source(str(folder))], store, real).poll())) == ["article", "article"]
    assert rows(store, "SELECT count(*) FROM runs") == [(0,)]


def test_news_that_change_no_event_do_not_clear_again(store: Store, folder: Path, real: World) -> None:
    put(folder, "halt.txt", HALT)
    watch = Watch([source(str(folder))], store, real, every=1e-6)
    assert kinds(list(watch.poll())) == ["article", "change"]
    put(folder, "idle.txt", OTHER)
    assert kinds(list(watch.poll())) == ["article"]
    # Nor does a new process, which finds the last run in the store.
    assert list(Watch([source(str(folder))], store, real).poll()) == []


def test_articles_out_of_the_window_no_longer_count(store: Store, folder: Path, real: World) -> None:
    put(folder, "halt.txt", HALT)
    assert kinds(list(Watch([source(str(folder))], store, real).poll())) == ["article", "change"]
    (moved,) = Watch([source(str(folder))], store, real, days=30).poll()
    assert isinstance(moved, Moved)
    assert {c.kind for c in moved.change.causes} == {"gone"}
    assert all(
        m.after == pytest.approx(_base(real, m.commodity, m.region), rel=1e-6) for m in moved.change.moves
    )
    assert moved.change.moves and moved.change.runs == ()
    assert list(Watch([source(str(folder))], store, real, days=30).poll()) == []


def _base(world: World, commodity: str, region: str) -> float:
    from oreflow.market import calibrate

    base = calibrate(world, scope=("lithium", "battery"))
    return float(base.price[list(base.net.nodes).index(f"{commodity}@{region}")])


def test_news_on_one_mineral_leave_another_as_it_was(store: Store, folder: Path, real: World) -> None:
    put(folder, "halt.txt", HALT)
    watch = Watch([source(str(folder))], store, real, every=1e-6)
    list(watch.poll())
    put(folder, "copper.txt", ARTICLES / "grasberg-mudrush.txt")
    _, moved = watch.poll()
    assert isinstance(moved, Moved)
    assert {m.commodity.split("_")[0] for m in moved.change.moves} == {"copper"}
    assert len(moved.change.runs) == 1
    # Cleared from nothing it is the same picture.
    made = model([r for _, r in watch.readings()], real)
    last = store.last()
    assert last is not None
    assert clear(made, real)[0] == last[1]


def test_what_the_market_refuses_is_left_out_with_its_reason(real: World) -> None:
    made = model([read_text((ARTICLES / "cobalt-stockpile.txt").read_text("utf-8"), real)], real)
    assert made.told
    picture, _, left = clear(made, real)
    assert any("above its rate" in n.reason for n in left)
    assert len(picture.events) == len(made.told) - 1


def test_what_lies_outside_every_horizon_is_left_out(real: World) -> None:
    text = HALT.read_text("utf-8")
    made = model([read_text(text.replace("2025", str(year)), real) for year in (2009, 2025, 2060)], real)
    assert all("2025" in t.sentence for t in made.told)


# --- pictures and changes


def price(values: list[float], *, first: str = "2025-01", region: str = "CHN", hub: bool = True) -> Price:
    return Price("copper", region, "t", "copper", hub, 100.0, first, tuple(values))


def told(content: str, *, what: str = "halt", minerals: tuple[str, ...] = ("copper",)) -> Told:
    return Told(what, content, f"{what}: {content}", "It stops.", ("A title",), minerals)


def test_months_before_a_horizon_stand_at_the_base() -> None:
    old = Picture((price([100, 110]),))
    new = Picture((price([120, 100, 110], first="2024-12"),))
    (move,) = compare(old, new).moves
    assert (move.month, move.before, move.after) == ("2024-12", 100.0, 120.0)


def test_months_that_one_does_not_reach_are_not_compared() -> None:
    assert compare(Picture((price([100]),)), Picture((price([100, 150]),))).moves == ()


def test_the_threshold_and_the_market_that_moved_most() -> None:
    usa, deu = (price([v], region=r, hub=False) for v, r in ((130, "USA"), (101.5, "DEU")))
    new = Picture((price([101]), usa, deu))
    moves = compare(BARE, new, threshold=0.005).moves
    assert [(m.region, round(m.relative, 3)) for m in moves] == [("USA", 0.3), ("CHN", 0.01)]
    assert [m.region for m in compare(BARE, new, threshold=0.05).moves] == ["USA"]
    assert [m.region for m in compare(BARE, Picture((price([101]), deu))).moves] == ["CHN"]


def test_causes_and_shortfalls() -> None:
    old = Picture((), (Shortfall("d", "t", "tin", 5.0),), (told("a"), told("b", what="tariff")))
    new = Picture((price([150]),), (), (told("c"), told("d", what="ban", minerals=("tin",))))
    change = compare(old, new)
    assert [(c.kind, c.label) for c in change.causes] == [
        ("changed", "halt: c"), ("new", "ban: d"), ("gone", "tariff: b"),
    ]  # fmt: skip
    assert change.moves[0].because == ("halt: c", "tariff: b")
    (gap,) = change.gaps
    assert (gap.before, gap.after, gap.because) == (5.0, 0.0, ("ban: d",))
    assert Picture.from_json(new.to_json()) == new


# --- what is the same


def test_the_same_text_again_is_known(store: Store, folder: Path, real: World) -> None:
    put(folder, "a.txt", IDLE, age=90)
    put(folder, "b.txt", IDLE.replace("Lithium prices", "LITHIUM  PRICES").replace("\n\n", "\r\n\r\n"))
    assert kinds(list(Watch([source(str(folder))], store, real).poll())) == ["article", "same"]


def test_nearly_the_same_text_is_known_unless_it_claims_something_else(
    store: Store, folder: Path, real: World
) -> None:
    text = HALT.read_text("utf-8")
    put(folder, "a.txt", text, age=90)
    put(
        folder, "b.txt", text.replace("the company confirmed", "the firm confirmed").replace("'", "’"), age=80
    )
    put(folder, "c.txt", text.replace("has halted production", "has not halted production"), age=70)
    found = list(Watch([source(str(folder))], store, real).poll())
    assert kinds(found)[:3] == ["article", "same", "article"]
    assert rows(store, "SELECT same_as IS NOT NULL FROM articles ORDER BY id") == [(0,), (1,), (0,)]


def test_copies_are_looked_for_among_articles_of_about_one_date(
    store: Store, folder: Path, real: World
) -> None:
    put(folder, "a.txt", HALT.read_text("utf-8"))
    (heard, *_) = Watch([source(str(folder))], store, real).poll()
    assert isinstance(heard, Heard)
    apart = [timedelta(days=n) for n in (0, 30, -30, 31, -31)]
    found = [len(list(store.sketches(but=(0, ""), day=heard.date + d))) for d in apart]
    assert found == [1, 1, 1, 0, 0]


def test_readings_that_count_no_more_are_forgotten(store: Store, folder: Path, real: World) -> None:
    put(folder, "a.txt", HALT.read_text("utf-8"))
    watch = Watch([source(str(folder))], store, real)
    list(watch.poll())
    assert len(watch.readings()) == len(watch._readings) == 1
    assert len(watch.readings(date(2100, 1, 1))) == len(watch._readings) == 0


def test_likeness() -> None:
    text = HALT.read_text("utf-8")
    assert likeness(sketch(text), sketch(text.upper().replace(" ", "\u00a0"))) == 1.0
    assert likeness(sketch(text), sketch(RESTART.read_text("utf-8"))) < 0.1
    assert text_hash(text) == text_hash(text.replace("\n", " ").replace("'", "’"))
    assert likeness(sketch("one"), sketch("two")) == 0.0


def test_a_new_version_takes_the_place_of_the_old(store: Store, folder: Path, real: World) -> None:
    put(folder, "a.txt", IDLE)
    watch = Watch([source(str(folder))], store, real, every=1e-6)
    list(watch.poll())
    put(folder, "a.txt", OTHER, age=30)
    (heard,) = watch.poll()
    assert isinstance(heard, Heard)
    assert heard.revised
    assert rows(store, "SELECT title, text FROM articles") == [("Cobalt prices", OTHER)]
    assert rows(store, "SELECT DISTINCT commodity FROM claims") == [("cobalt",)]


# --- feeds


def test_a_feed_is_read_kept_and_asked_for_changes(store: Store, server: Server, real: World) -> None:
    url = server.put("/feed", rss(("g1", "Lithium prices", f"<p>{IDLE.splitlines()[-1]}</p>")), ETag='"1"')
    watch = Watch([source(url)], store, real, every=1e-6)
    (heard,) = watch.poll()
    assert isinstance(heard, Heard)
    assert (heard.title, heard.date.isoformat(), heard.claims > 0) == ("Lithium prices", "2025-08-11", True)
    server.put("/feed", b"", status=304)
    assert list(watch.poll()) == []
    assert server.asked[-1][1]["If-None-Match"] == '"1"'
    server.put("/feed", rss(("g1", "Lithium prices", f"<p>{IDLE.splitlines()[-1]}</p>")), ETag='"2"')
    assert list(watch.poll()) == []


def test_one_bad_item_does_not_stop_the_others_and_is_told_once(
    store: Store, server: Server, real: World
) -> None:
    german = (
        "Die Grube in Jiangxi steht seit August still, und niemand weiss, wann sie wieder laeuft, "
        "weil die Lizenz nicht verlaengert wurde und der Betreiber dazu nichts sagt."
    )
    url = server.put(
        "/feed", rss(("g1", "Grube", german), ("g2", "Big", "x " * 400_000), ("g3", "Lithium", IDLE))
    )
    watch = Watch([source(url)], store, real, every=1e-6)
    found = list(watch.poll())
    assert kinds(found) == ["refused", "refused", "article"]
    assert [
        w in str(t.to_dict()["reason"])
        for t, w in zip(found, ("not English", "million characters"), strict=False)
    ]
    assert list(watch.poll()) == []


def test_a_fault_of_the_reader_is_told_and_does_not_end_the_watch(
    store: Store, folder: Path, real: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(folder, "a.txt", IDLE, age=90)
    put(folder, "b.txt", OTHER)
    through: Callable[..., object] = read_text

    def stumbling(text: str, *args: object, **more: object) -> object:
        if "Cobalt" in text:
            raise ZeroDivisionError("here")
        return through(text, *args, **more)

    monkeypatch.setattr("oreflow.news.watch.loop.read_text", stumbling)
    heard, refused = Watch([source(str(folder))], store, real).poll()
    assert isinstance(heard, Heard)
    assert isinstance(refused, Refused)
    assert "ZeroDivisionError: here" in refused.reason


@pytest.mark.parametrize("error", [ScenarioError("two events contradict"), KeyError("here")])
def test_a_market_that_cannot_be_cleared_is_told_once_and_tried_with_other_news(
    store: Store, folder: Path, real: World, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    put(folder, "halt.txt", HALT)
    watch = Watch([source(str(folder))], store, real, every=1e-6)

    through: Callable[..., object] = watch_market.run

    def refusing(world: World, scenario: Scenario, **more: object) -> object:
        if len(scenario.events) > 1:  # alone, each of them is fine
            raise error
        return through(world, scenario, **more)

    with monkeypatch.context() as patch:
        patch.setattr("oreflow.news.watch.market.run", refusing)
        heard, failed = watch.poll()
    assert isinstance(heard, Heard)
    assert isinstance(failed, Failed)
    assert str(error) in failed.reason
    if isinstance(error, ScenarioError):
        assert list(watch.poll()) == []
        put(folder, "restart.txt", RESTART)
    assert isinstance(list(watch.poll())[-1], Moved)


def test_a_failed_poll_is_told_backed_off_and_tried_again(
    store: Store, server: Server, folder: Path, real: World
) -> None:
    put(folder, "a.txt", IDLE)
    feed = source(server.put("/feed", b"<rss><channel>"), limits=Limits(total=1.0))
    watch = Watch([feed, source(str(folder))], store, real, every=0.05)
    failed, heard = watch.poll()
    assert isinstance(failed, Failed)
    assert (failed.source, failed.code, failed.wait) == (feed.id, 4, 0.1)
    assert "not well-formed" in failed.reason
    assert isinstance(heard, Heard)
    assert rows(store, "SELECT error IS NOT NULL FROM sources ORDER BY id") == [(1,), (0,)]
    time.sleep(0.11)
    (failed,) = watch.poll()
    assert isinstance(failed, Failed)
    assert failed.wait == 0.2
    assert list(watch.poll()) == []  # not before its time
    server.put("/feed", rss(("g", "Cobalt", OTHER)))
    time.sleep(0.21)
    assert kinds(list(watch.poll())) == ["article"]
    assert rows(store, "SELECT count(error) FROM sources") == [(0,)]


def test_the_watch_runs_on_until_it_is_ended(store: Store, server: Server, real: World) -> None:
    url = server.put("/feed", b"no feed")
    told = Watch([source(url)], store, real, every=0.05).run()
    assert isinstance(next(told), Failed)
    server.put("/feed", rss(("g", "Cobalt", OTHER)))
    assert isinstance(next(told), Heard)
    server.put("/feed", rss(("g", "Cobalt", OTHER), ("h", "Cobalt", OTHER)))
    assert isinstance(next(told), Same)


# --- the store


def test_what_is_kept(store: Store, folder: Path, real: World) -> None:
    put(folder, "a.txt", IDLE)
    list(Watch([source(str(folder))], store, real).poll())
    assert rows(store, "PRAGMA user_version") == [(1,)]
    assert rows(store, "PRAGMA journal_mode") == [("wal",)]
    ((claim,),) = rows(store, "SELECT claim FROM claims")
    import json

    assert json.loads(str(claim)) == read_text(IDLE, real).to_dict()["claims"][0]


def test_a_store_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE t (x)")
    db.close()
    before = path.read_bytes()
    with pytest.raises(ReadError, match="database of something else"):
        Store(path)
    assert path.read_bytes() == before
    path.write_text("just a text, and long enough for a header " * 5)
    with pytest.raises(ReadError, match="no store"):
        Store(path)


def test_a_store_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "watch.sqlite"
    Store(path).close()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 2")
    db.close()
    with pytest.raises(ReadError, match=r"version 2.*knows 1.*newer oreflow"):
        Store(path)


def test_a_store_that_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(OreflowError, match="Check that its folder is there"):
        Store(tmp_path / "none" / "watch.sqlite")


def test_a_failure_while_writing_leaves_nothing(
    store: Store, folder: Path, real: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(folder, "a.txt", IDLE, age=90)
    put(folder, "b.txt", OTHER)
    whole = Store.read
    calls = []

    def failing(self: Store, *args: object, **more: object) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise sqlite3.OperationalError("database or disk is full")
        whole(self, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Store, "read", failing)
    watch = Watch([source(str(folder))], store, real, every=1e-6)
    (failed,) = watch.poll()
    assert isinstance(failed, Failed)
    assert "disk is full" in failed.reason
    assert rows(store, "SELECT count(*) FROM articles") == [(0,)]
    time.sleep(0.01)
    assert kinds(list(watch.poll())) == ["article", "article"]


def test_an_interrupt_waits_for_the_transaction(store: Store, real: World) -> None:
    known = store.known(source(str(store.path.parent)))
    with pytest.raises(KeyboardInterrupt), store.writing():
        signal.raise_signal(signal.SIGINT)
        store.polled(known.id, etag="whole")
    assert rows(store, "SELECT etag FROM sources") == [("whole",)]


def test_two_watches_on_one_store(tmp_path: Path, folder: Path, real: World) -> None:
    for i in range(8):
        put(folder, f"{i}.txt", IDLE.replace("8%", f"{i + 1}%").replace("Guangzhou", f"Town number {i}"))
    found: list[list[Happening]] = []

    def one() -> None:
        with Store(tmp_path / "watch.sqlite") as store:
            found.append(list(Watch([source(str(folder))], store, real).poll()))

    threads = [threading.Thread(target=one) for _ in range(2)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert all("failed" not in kinds(f) for f in found)
    with Store(tmp_path / "watch.sqlite") as store:
        assert rows(store, "SELECT count(*), count(DISTINCT key) FROM articles") == [(8, 8)]
        assert rows(store, "PRAGMA integrity_check") == [("ok",)]


@pytest.mark.slow
def test_a_kill_during_a_poll_leaves_nothing_half_written(tmp_path: Path, folder: Path, real: World) -> None:
    for i in range(60):
        put(folder, f"{i}.txt", IDLE.replace("Guangzhou", f"Town number {i}").replace("8%", f"{i + 1}%"))
    path = tmp_path / "watch.sqlite"
    # The child says when it has written a good part of the transaction, and then is slow.
    code = (
        "import sys, time\nfrom oreflow.atlas import bundled\nfrom oreflow.news.feeds import source\n"
        "from oreflow.news.watch import Store, Watch\nread, n = Store.read, []\n"
        "def slowly(self, *a, **k):\n"
        "    read(self, *a, **k); n.append(1)\n"
        "    if len(n) == 30: print('half', flush=True)\n"
        "    if len(n) >= 30: time.sleep(0.2)\n"
        "Store.read = slowly\n"
        "list(Watch([source(sys.argv[1])], Store(sys.argv[2]), bundled()).poll())\n"
    )
    child = subprocess.Popen([sys.executable, "-c", code, str(folder), str(path)], stdout=subprocess.PIPE)
    assert child.stdout is not None
    assert child.stdout.readline() == b"half\n"
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    with Store(path) as store:
        assert rows(store, "PRAGMA integrity_check") == [("ok",)]
        assert rows(store, "SELECT (SELECT count(*) FROM articles), (SELECT count(*) FROM claims)") == [
            (0, 0)
        ]
        assert len(list(Watch([source(str(folder))], store, real).poll())) == 60


@pytest.mark.slow
def test_a_kill_between_keeping_and_clearing_is_made_good(tmp_path: Path, folder: Path, real: World) -> None:
    put(folder, "halt.txt", HALT)
    with Store(tmp_path / "watch.sqlite") as store:
        told = Watch([source(str(folder))], store, real).poll()
        assert isinstance(next(told), Heard)
        told.close()  # the article is kept, the market not cleared yet
        (moved,) = Watch([source(str(folder))], store, real).poll()
        assert isinstance(moved, Moved)


@pytest.mark.slow
def test_every_example_at_once(tmp_path: Path, real: World) -> None:
    folder = tmp_path / "in"
    shutil.copytree(ARTICLES, folder)
    with Store(tmp_path / "watch.sqlite") as store:
        found = list(Watch([source(str(folder))], store, real).poll())
        assert not [f for f in found if isinstance(f, Failed | Refused)]
        change = found[-1].to_dict()
        assert change["kind"] == "change"
        assert len({m["commodity"] for m in change["moves"]}) > 5  # type: ignore[attr-defined]
        assert isinstance(found[-1], Moved)
        assert isinstance(found[-1].change, Change)
        assert list(Watch([source(str(folder))], store, real).poll()) == []
