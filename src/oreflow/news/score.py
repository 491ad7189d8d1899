"""How well the reader does on labelled articles: precision and recall by type, and accuracy of the fields."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oreflow.errors import SchemaError
from oreflow.news.arguments import types
from oreflow.news.claims import Claim
from oreflow.news.modality import MODALITIES, POLARITIES
from oreflow.news.reading import Reading, read

if TYPE_CHECKING:
    from oreflow.atlas.world import World

FIELDS = (
    "modality",
    "polarity",
    "direction",
    "subject",
    "commodity",
    "country",
    "speaker",
    "announced",
    "effective",
    "quantity",
)
"""Fields whose accuracy is counted on the claims that were found."""

_KEYS = {"type", "words", "optional", "value", "low", "high", "unit", "per", *FIELDS}


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
    """

    found: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    extra: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    total: Counter[str] = field(default_factory=Counter)
    misses: list[tuple[str, str, str]] = field(default_factory=list)
    extras: list[tuple[str, str, str]] = field(default_factory=list)
    wrong: list[tuple[str, str, str, str]] = field(default_factory=list)

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

    def __str__(self) -> str:
        """The table, as text."""
        lines = [f"{'type':<20}{'labelled':>10}{'precision':>11}{'recall':>8}{'F1':>7}"]
        for kind in types():
            labelled = self.found[kind] + self.missed[kind]
            if labelled or self.extra[kind]:
                lines.append(
                    f"{kind:<20}{labelled:>10}{self.precision(kind):>11.2f}{self.recall(kind):>8.2f}{self.f1(kind):>7.2f}"
                )
        labelled = sum(self.found.values()) + sum(self.missed.values())
        lines.append(
            f"{'all':<20}{labelled:>10}{self.precision():>11.2f}{self.recall():>8.2f}{self.f1():>7.2f}"
        )
        lines.append("")
        lines.append(f"{'field':<20}{'labelled':>10}{'right':>11}")
        lines += [f"{n:<20}{self.total[n]:>10}{self.accuracy(n):>11.2f}" for n in FIELDS if self.total[n]]
        return "\n".join(lines)


def score(folder: str | Path, world: World | None = None) -> Score:
    """Read the labelled articles of a folder and compare.

    Each ``NAME.txt`` has its labels in ``NAME.yaml``: ``claims``, a list with ``type`` and ``words`` (a part of the
    text that the quote must hold), any field of a claim, and ``optional: true`` for one that may be left out.

    Args:
        folder: Folder with the articles.
        world: World to read with; the bundled one when left out.

    Returns:
        The counts; ``print`` shows the table.

    Raises:
        SchemaError: A label is not understood, or its words do not stand in the text.
    """
    out = Score()
    for path in sorted(Path(folder).glob("*.yaml")):
        labels = load_labels(path)
        (reading,) = read(path.with_suffix(".txt"), world)
        _compare(reading, labels, path.stem, out)
    return out


def load_labels(path: Path) -> list[dict[str, Any]]:
    """Read and check the labels of one article.

    Args:
        path: The label file; the text stands beside it with the ending ``.txt``.

    Returns:
        One dictionary for each claim.

    Raises:
        SchemaError: A key or type is unknown, or the words do not stand in the text.
    """
    import yaml

    data = yaml.safe_load(path.read_text("utf-8")) or {}
    text = path.with_suffix(".txt").read_text("utf-8")
    labels: list[dict[str, Any]] = data.get("claims") or []
    for i, label in enumerate(labels):
        place = f"{path}, claims[{i}]"
        unknown = set(label) - _KEYS
        if unknown:
            raise SchemaError(
                f"{place}: unknown key {sorted(unknown)[0]!r}; known are {', '.join(sorted(_KEYS))}."
            )
        if label.get("type") not in types():
            raise SchemaError(f"{place}: unknown type {label.get('type')!r}; known are {', '.join(types())}.")
        if label.get("words", "") not in text or not label.get("words"):
            raise SchemaError(f"{place}: the words {label.get('words')!r} do not stand in the text.")
        if (
            label.get("modality", MODALITIES[0]) not in MODALITIES
            or label.get("polarity", POLARITIES[0]) not in POLARITIES
        ):
            raise SchemaError(
                f"{place}: modality or polarity is not one of {', '.join((*MODALITIES, *POLARITIES))}."
            )
    return labels


def _compare(reading: Reading, labels: list[dict[str, Any]], name: str, out: Score) -> None:
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
        if got is None or abs(got - float(want)) > 1e-6 * max(1.0, abs(float(want))):
            return False
    return q.unit == label.get("unit", q.unit) and q.per == label.get("per", q.per)
