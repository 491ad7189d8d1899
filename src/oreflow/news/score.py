"""How well the reader does on labelled articles: precision and recall by type, accuracy of fields, and events."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oreflow.errors import ReadError
from oreflow.news.arguments import types
from oreflow.news.claims import Claim
from oreflow.news.drafts import EventDraft, NotModelled
from oreflow.news.labels import FIELDS, Labels, load_labels
from oreflow.news.reading import Reading, read

if TYPE_CHECKING:
    from oreflow.atlas.world import World


@dataclass(slots=True)
class Score:
    """Counts over labelled articles.

    Attributes:
        found: Labelled claims that were read, by type.
        missed: Labelled claims that were not read, by type.
        extra: Claims read that no label has, by type.
        right: Fields read rightly on found claims.
        total: Fields labelled on found claims.
        misses: Article and words of each claim missed.
        extras: Article and quote of each claim too many.
        wrong: Article, field, label and reading of each wrong field.
        articles: Number of articles.
        events: Labelled events that were drafted, that were not, and drafts that no label has: under ``found``,
            ``missed`` and ``extra``; under ``beyond`` those of the missed that were read and set aside because the
            atlas has no such plant, trade or reserve.
        events_wrong: Article, ``missed``, ``beyond`` or ``extra``, and what it is, of each event that is not right.
    """

    found: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    extra: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    total: Counter[str] = field(default_factory=Counter)
    misses: list[tuple[str, str, str]] = field(default_factory=list)
    extras: list[tuple[str, str, str]] = field(default_factory=list)
    wrong: list[tuple[str, str, str, str]] = field(default_factory=list)
    articles: int = 0
    events: Counter[str] = field(default_factory=Counter)
    events_wrong: list[tuple[str, str, str]] = field(default_factory=list)

    def precision(self, kind: str | None = None) -> float:
        """Share of the claims read that are labelled; 1 when none was read."""
        hit, over = self._sum(self.found, kind), self._sum(self.extra, kind)
        return hit / (hit + over) if hit + over else 1.0

    def recall(self, kind: str | None = None) -> float:
        """Share of the labelled claims that were read; 1 when none is labelled."""
        hit, gone = self._sum(self.found, kind), self._sum(self.missed, kind)
        return hit / (hit + gone) if hit + gone else 1.0

    def f1(self, kind: str | None = None) -> float:
        """Harmonic mean of precision and recall."""
        p, r = self.precision(kind), self.recall(kind)
        return 2 * p * r / (p + r) if p + r else 0.0

    def accuracy(self, name: str) -> float:
        """Share of a field's labels that were read rightly; 1 when none is labelled."""
        return self.right[name] / self.total[name] if self.total[name] else 1.0

    @staticmethod
    def _sum(counts: Counter[str], kind: str | None) -> int:
        return counts[kind] if kind else sum(counts.values())

    def event_scores(self, *, held: bool = False) -> tuple[float, float, float]:
        """Precision, recall and F1 of the events.

        Args:
            held: Whether to leave out what was read and set aside because the atlas has no such thing.
        """
        hit, over = self.events["found"], self.events["extra"]
        gone = self.events["missed"] - (self.events["beyond"] if held else 0)
        p = hit / (hit + over) if hit + over else 1.0
        r = hit / (hit + gone) if hit + gone else 1.0
        return p, r, 2 * p * r / (p + r) if p + r else 0.0

    def by_type(self) -> list[tuple[str, int, float, float, float]]:
        """Type, number labelled, precision, recall and F1 of each type that occurs, and of all claims and events."""
        rows = []
        for kind in types():
            labelled = self.found[kind] + self.missed[kind]
            if labelled or self.extra[kind]:
                rows.append((kind, labelled, self.precision(kind), self.recall(kind), self.f1(kind)))
        labelled = sum(self.found.values()) + sum(self.missed.values())
        rows.append(("all claims", labelled, self.precision(), self.recall(), self.f1()))
        events = self.events["found"] + self.events["missed"]
        if events or self.events["extra"]:
            rows.append(("events", events, *self.event_scores()))
            rows.append(
                ("events the atlas holds", events - self.events["beyond"], *self.event_scores(held=True))
            )
        return rows

    def by_field(self) -> list[tuple[str, int, float]]:
        """Field, number labelled and share read rightly, on the claims found."""
        return [(n, self.total[n], self.accuracy(n)) for n in FIELDS if self.total[n]]

    def to_dict(self) -> dict[str, Any]:
        """As ``oreflow score --json`` prints it."""
        return {
            "articles": self.articles,
            "types": [
                dict(zip(("type", "labelled", "precision", "recall", "f1"), r, strict=True))
                for r in self.by_type()
            ],
            "fields": [dict(zip(("field", "labelled", "right"), r, strict=True)) for r in self.by_field()],
            "missed": [list(m) for m in self.misses],
            "extra": [list(m) for m in self.extras],
            "wrong": [list(m) for m in self.wrong],
            "events_wrong": [list(m) for m in self.events_wrong],
        }


def score(folder: str | Path, world: World | None = None) -> Score:
    """Read the labelled articles of a folder and compare.

    Each ``NAME.txt`` has its labels in ``NAME.yaml``, see `oreflow.news.labels`.

    Args:
        folder: Folder with the articles.
        world: World to read with; the bundled one when left out.

    Returns:
        The counts.

    Raises:
        ReadError: The folder has no labelled articles.
        SchemaError: A label is not understood, or its words do not stand in the text.
    """
    out = Score()
    for path, labels in labelled(folder):
        (reading,) = read(path.with_suffix(".txt"), world)
        out.articles += 1
        _compare(reading, labels.claims, path.stem, out)
        if labels.events is not None:
            _compare_events(reading, labels.events, path.stem, out)
    return out


def labelled(folder: str | Path) -> list[tuple[Path, Labels]]:
    """Label files of a folder, checked.

    Args:
        folder: Folder with the articles.

    Returns:
        Each label file and what it holds, by name.

    Raises:
        ReadError: The folder has no labelled articles.
        SchemaError: A label is not understood, or its words do not stand in the text.
    """
    paths = sorted(Path(folder).glob("*.yaml"))
    if not paths:
        raise ReadError(
            f"{folder}: no labelled articles (NAME.txt with NAME.yaml) in this folder. Check the path."
        )
    return [(p, load_labels(p)) for p in paths]


def _compare(reading: Reading, labels: Sequence[dict[str, Any]], name: str, out: Score) -> None:
    free = list(reading.claims)
    for label in sorted(labels, key=lambda x: bool(x.get("optional"))):
        fits = [c for c in free if c.type == label["type"] and label["words"] in c.quote]
        if not fits:
            if not label.get("optional"):
                out.missed[label["type"]] += 1
                out.misses.append((name, label["type"], label["words"]))
            continue
        best = max(fits, key=lambda c: sum(ok for _, ok, _ in _fields(label, c)))
        free.remove(best)
        if label.get("optional"):
            continue
        out.found[label["type"]] += 1
        for key, ok, got in _fields(label, best):
            out.total[key] += 1
            out.right[key] += ok
            if not ok:
                out.wrong.append((name, key, f"{label['words']}: {label.get(key, label.get('value'))}", got))
    for c in free:
        out.extra[c.type] += 1
        out.extras.append((name, c.type, c.quote))


def _compare_events(reading: Reading, labels: Sequence[dict[str, Any]], name: str, out: Score) -> None:
    free = list(reading.events)
    for label in sorted(labels, key=lambda x: bool(x.get("optional"))):
        fit = next((e for e in free if _same_event(label, e, reading)), None)
        if fit is not None:
            free.remove(fit)
        if label.get("optional"):
            continue
        out.events["found" if fit is not None else "missed"] += 1
        if fit is None:
            beyond = any(
                _LACKING.search(x.reason) and _speaks_of(label, x, reading) for x in reading.not_modelled
            )
            if beyond:
                out.events["beyond"] += 1
            what = f"{'/'.join(label['type'])}: {label['words']}"
            out.events_wrong.append((name, "beyond" if beyond else "missed", what))
    for e in free:
        out.events["extra"] += 1
        out.events_wrong.append((name, "extra", f"{e.type} on {e.label}: {e.quote}"))


_LACKING = re.compile(r"\bthe (?:atlas|market) (?:has|knows) no\b|\bno country that the atlas models\b")


def _speaks_of(label: dict[str, Any], left: NotModelled, reading: Reading) -> bool:
    return left.claim is not None and label["words"] in reading.claims[left.claim].quote


def _same_event(label: dict[str, Any], e: EventDraft, reading: Reading) -> bool:
    """Whether a draft is of the type, on the target, and rests on the words of a label."""
    quoted = any(label["words"] in reading.claims[i].quote for i in e.claims)
    return e.type in label["type"] and quoted and str(label.get("on") or "").lower() in str(e.target).lower()


def _fields(label: dict[str, Any], c: Claim) -> Iterable[tuple[str, bool, str]]:
    for key in FIELDS:
        if key == "quantity":
            if {"value", "low", "high", "unit"} & set(label):
                yield key, _same_amount(label, c), str(c.quantity)
            continue
        if key not in label:
            continue
        got = getattr(c, key)
        want = label[key]
        if key in {"speaker", "announced", "effective"} and want is not None and got is not None:
            yield key, str(want) in str(got), str(got)
        else:
            yield key, got == want, str(got)


def _same_amount(label: dict[str, Any], c: Claim) -> bool:
    q = c.quantity
    if q is None:
        return False
    for key in ("value", "low", "high"):
        want, got = label.get(key), getattr(q, key)
        if want is None:
            if key in label and got is not None:
                return False
            continue
        if got is None or abs(got - float(want)) > 1e-4 * max(1e-4, abs(float(want))):
            return False
    return q.unit == label.get("unit", q.unit) and q.per == label.get("per", q.per)
