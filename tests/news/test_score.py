"""The labelled articles, and how well they are read."""

from __future__ import annotations

from pathlib import Path

import pytest

from oreflow.errors import OreflowError, ReadError
from oreflow.news import Score, score
from oreflow.news.arguments import types
from oreflow.news.labels import FIELDS, load_labels

ARTICLES = Path(__file__).parents[2] / "examples" / "articles" / "development"


@pytest.fixture(scope="module")
def result() -> Score:
    return score(ARTICLES)


def test_the_corpus_covers_every_type_and_stance() -> None:
    labels = [x for p in ARTICLES.glob("*.yaml") for x in load_labels(p).claims]
    assert {x["type"] for x in labels} == set(types())
    assert {x["modality"] for x in labels if "modality" in x} == {
        "happened",
        "planned",
        "considered",
        "rumoured",
        "forecast",
        "conditional",
    }
    assert sum(x.get("polarity") == "negated" for x in labels) >= 5


@pytest.mark.parametrize(
    "folder", sorted(p for p in ARTICLES.parent.iterdir() if p.is_dir()), ids=lambda p: p.name
)
def test_every_article_has_labels_and_every_label_an_article(folder: Path) -> None:
    names = {p.stem for p in folder.glob("*.txt")}
    assert names and names == {p.stem for p in folder.glob("*.yaml")}


def test_the_halves_share_no_article() -> None:
    texts = [p.read_text("utf-8") for p in ARTICLES.parent.glob("*/*.txt")]
    assert len(texts) >= 120
    assert len(set(texts)) == len(texts)


def test_the_reader_finds_most_of_what_it_was_made_with(result: Score) -> None:
    """Below this something broke; docs/validation.md has the figures, on articles it was not made with too."""
    assert result.recall() >= 0.85, result.misses
    assert result.precision() >= 0.88, result.extras
    labelled = [t for t in types() if result.found[t] + result.missed[t]]
    assert min(result.f1(t) for t in labelled) >= 0.74, result.by_type()


@pytest.mark.parametrize("name", FIELDS)
def test_the_fields_are_read_rightly(result: Score, name: str) -> None:
    assert result.total[name] > 0
    assert result.accuracy(name) >= 0.75, [w for w in result.wrong if w[1] == name]


def test_the_table_names_every_type(result: Score) -> None:
    rows = {r[0]: r for r in result.by_type()}
    assert set(rows) >= set(types())
    assert rows["all claims"][1] == sum(result.found.values()) + sum(result.missed.values())
    assert rows["all claims"][4] == result.f1()


def test_a_folder_without_labels_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="no labelled articles"):
        score(tmp_path)


@pytest.mark.parametrize(
    ("label", "told"),
    [
        ("{type: hlat, words: mine}", r"claims\[0\]: unknown type of claim 'hlat'. Did you mean 'halt'"),
        ("{type: halt, words: smelter}", "do not stand in the text"),
        ("{type: halt, words: mine, modality: maybe}", "modality"),
        ("{type: halt, words: mine, amount: 5}", "unknown key of a label 'amount'"),
        ("{type: halt, words: mine, direction: left}", "direction is 'left'"),
        ("halt", "a mapping of keys is needed"),
        ("[", "not YAML"),
    ],
)
def test_a_wrong_label_is_named(tmp_path: Path, label: str, told: str) -> None:
    (tmp_path / "a.txt").write_text("CATL halted the mine.")
    (tmp_path / "a.yaml").write_text(f"claims:\n- {label}\n")
    with pytest.raises(OreflowError, match=told):
        load_labels(tmp_path / "a.yaml")


def test_a_miss_and_an_extra_count_against_the_score(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(
        "CATL halted the Jianxiawo lithium mine. Lithium carbonate prices rose 5%."
    )
    (tmp_path / "a.yaml").write_text(
        "claims:\n- {type: restart, words: halted}\n- {type: price_move, words: rose, value: 6}\n"
    )
    result = score(tmp_path)
    assert (result.missed["restart"], result.extra["halt"], result.found["price_move"]) == (1, 1, 1)
    assert result.accuracy("quantity") == 0
    assert (result.precision(), result.recall(), result.f1()) == (0.5, 0.5, 0.5)


def test_events_are_scored_by_type_words_and_target(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("CATL halted the Jianxiawo lithium mine.")
    labels = "claims:\n- {type: halt, words: halted}\nevents:\n"
    for event, counts in (
        ("- {type: [halt, suspension], words: halted, on: jianxiawo}", {"found": 1}),
        ("- {type: suspension, words: halted, on: greenbushes}", {"missed": 1, "extra": 1}),
        ("- {type: strike, words: halted, on: jianxiawo}", {"missed": 1, "extra": 1}),
    ):
        (tmp_path / "a.yaml").write_text(labels + event)
        assert dict(score(tmp_path).events) == counts


def test_an_event_at_a_plant_that_the_atlas_lacks_is_told_apart(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The Corazon lithium mine in Chile stopped production.")
    labels = "claims:\n- {type: halt, words: stopped}\nevents:\n- {type: halt, words: stopped, on: CHL}\n"
    (tmp_path / "a.yaml").write_text(labels)
    result = score(tmp_path)
    assert dict(result.events) == {"missed": 1, "beyond": 1}
    assert result.event_scores() == (1.0, 0.0, 0.0)
    assert result.event_scores(held=True) == (1.0, 1.0, 1.0)
    assert [(r[0], r[1]) for r in result.by_type()[-2:]] == [("events", 1), ("events the atlas holds", 0)]
