"""Train the second opinion: ``python -m oreflow.news.learned.train EXAMPLES`` writes ``lexicon/learned.csv`` again.

A logistic regression for each type of claim over the features of a sentence (scikit-learn, L1 so that the table
stays short), on the sentences of ``EXAMPLES/sentences`` and the articles of ``articles/development``. What is
labelled optional, and what the rules read in a sentence whose file gives only its main type, counts neither way. The
thresholds are those that give the best F1, with a fifth held out at a time, on articles that no rule was made with
(``articles/calibration``) and on the sentences. The part kept for testing is never read.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from oreflow.errors import ReadError
from oreflow.files import write_text
from oreflow.news.arguments import types
from oreflow.news.extract import labelled_scenes
from oreflow.news.labels import Labels, load_labels
from oreflow.news.learned.features import features
from oreflow.news.learned.model import ADD, BIAS, KEEP
from oreflow.news.scene import Scene
from oreflow.news.text import article

PARTS = ("development", "calibration")
"""Halves to learn from; the rules were made with the first, so that the thresholds are set on the second."""
FOLDS = 5
SMALLEST = 3
"""A feature that fewer sentences have is left out."""
STRENGTH = 1.0
"""Inverse of the weight of the L1 penalty."""
LOWEST = 0.6
"""A claim that no rule reads is never added below this chance: what is told must be worth a look."""
LEAST = 0.02
"""Weights below are left out of the table."""
DOUBT = 0.5
"""Weight of "this type is not in the sentence" where only its main type is labelled."""
FRAME = "Minerals and batteries\n\n3 March 2026\n\n"
"""What stands in front of a single sentence, so that it is read as news of minerals."""


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence to learn from.

    Attributes:
        group: Where it comes from; sentences of one article stay together.
        features: Names of its features.
        ruled: Types that the rules read in it.
        truth: 1 for each type that is in it, 0 for each that is not, absent where neither is sure.
        weight: Weight of the zeros.
        article: Whether it comes from an article of the part that the thresholds are set on.
    """

    group: str
    features: tuple[str, ...]
    ruled: frozenset[str]
    truth: dict[str, int]
    weight: float
    article: bool


def examples(folder: Path) -> Iterator[Example]:
    """Read what there is to learn from.

    Args:
        folder: ``examples`` of the project.

    Yields:
        One example a sentence.

    Raises:
        ReadError: There is nothing to learn from.
    """
    from oreflow.atlas import bundled

    world = bundled()
    files = sorted((folder / "sentences").glob("*.tsv"))
    texts = [p for part in PARTS for p in sorted((folder / "articles" / part).glob("*.txt"))]
    if not files or not texts:
        raise ReadError(
            f"{folder}: no sentences/*.tsv, articles/development or articles/calibration to learn from."
        )
    for file in files:
        for n, line in enumerate(file.read_text("utf-8").splitlines()):
            kinds, _, sentence = line.partition("\t")
            main = set(kinds.split("+")) - {"none"}
            for kind in main:
                if kind not in types():
                    raise ReadError(f"{file}, line {n + 1}: unknown type of claim {kind!r}.")
            for scene, claims in labelled_scenes(article(FRAME + sentence + "\n"), world):
                if scene.sentence.heading:
                    continue
                ruled = frozenset(c.type for c in claims)
                sure = file.stem.startswith("full") or not main
                truth = {k: int(k in main) for k in types() if k in main or k not in ruled or sure}
                yield _example(f"{file.stem}:{n}", scene, ruled, truth, DOUBT if main else 1.0, article=False)
    for path in texts:
        labels = load_labels(path.with_suffix(".yaml"))
        for scene, claims in labelled_scenes(article(path.read_text("utf-8")), world):
            ruled = frozenset(c.type for c in claims)
            truth = _truth(scene, labels)
            if path.parent.name == PARTS[0]:
                # The rules were made with these articles: how far they can be trusted must be learned elsewhere.
                truth = {k: v for k, v in truth.items() if k not in ruled}
            yield _example(path.stem, scene, ruled, truth, 1.0, article=path.parent.name == PARTS[-1])


def _truth(scene: Scene, labels: Labels) -> dict[str, int]:
    text = scene.sentence.text
    folded = {label["words"]: label for label in labels.claims}
    out = dict.fromkeys(types(), 0)
    for words, label in folded.items():
        if _plain(words) in text and not label.get("optional"):
            out[label["type"]] = 1
    for label in labels.claims:
        if _plain(label["words"]) in text and label.get("optional") and not out.get(label["type"]):
            out.pop(label["type"], None)
    return out


def _plain(words: str) -> str:
    from oreflow.news.text import fold

    return fold(words)


def _example(
    group: str, scene: Scene, ruled: frozenset[str], truth: dict[str, int], weight: float, *, article: bool
) -> Example:
    names = tuple(f.name for f in features(scene, ruled))
    return Example(group, names, ruled, truth, weight, article)


def train(folder: Path, out: Path) -> str:
    """Train and write the table of weights.

    Args:
        folder: ``examples`` of the project.
        out: File to write.

    Returns:
        What was learned from, and how well types are told with a fifth held out.
    """
    from scipy.sparse import csr_matrix

    rows = list(examples(folder))
    count: dict[str, int] = {}
    for e in rows:
        for name in e.features:
            count[name] = count.get(name, 0) + 1
    names = sorted(n for n, c in count.items() if c >= SMALLEST)
    index = {n: i for i, n in enumerate(names)}
    data = [(i, index[n]) for i, e in enumerate(rows) for n in e.features if n in index]
    at = np.array(data)
    x = csr_matrix((np.ones(len(at)), (at[:, 0], at[:, 1])), shape=(len(rows), len(names)))
    folds = _folds([e.group for e in rows])
    table: list[tuple[str, str, float]] = []
    told = [f"{len(rows)} sentences, {len(names)} features"]
    hits = extra = missed = 0
    for kind in types():
        chance, (weights, bias) = _fit(kind, rows, x, folds)
        keep, add, (tp, fp, fn) = _thresholds(kind, rows, chance)
        hits, extra, missed = hits + tp, extra + fp, missed + fn
        told.append(f"{kind:20} keep {keep:.2f} add {add:.2f}  P {_share(tp, fp)} R {_share(tp, fn)}")
        table += [(kind, BIAS, bias), (kind, KEEP, keep), (kind, ADD, add)]
        table += [(kind, names[i], weights[i]) for i in np.nonzero(np.abs(weights) >= LEAST)[0]]
    told.append(f"articles, held out: P {_share(hits, extra)} R {_share(hits, missed)}; {len(table)} weights")
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("type", "feature", "weight"))
    writer.writerows((k, n, f"{w:.3g}") for k, n, w in table)
    write_text(out, text.getvalue())
    return "\n".join(told)


def _share(right: int, wrong: int) -> str:
    return f"{right / max(right + wrong, 1):.2f}"


def _folds(groups: Sequence[str]) -> NDArray[np.int64]:
    """Number of the part that each sentence is held out with; an article is never split."""
    rng = np.random.default_rng(7)
    names = sorted(set(groups))
    part = dict(zip(names, rng.permutation(len(names)) % FOLDS, strict=True))
    return np.array([part[g] for g in groups], dtype=np.int64)


def _fit(
    kind: str, rows: Sequence[Example], x: Any, folds: NDArray[np.int64]
) -> tuple[NDArray[np.float64], tuple[NDArray[np.float64], float]]:
    """Chance of a type in each sentence when its part is held out, and the weights from all of them."""
    from sklearn.linear_model import LogisticRegression

    y = np.array([e.truth.get(kind, -1) for e in rows])
    w = np.array([1.0 if e.truth.get(kind) else e.weight for e in rows])
    known = y >= 0

    def fitted(mask: NDArray[np.bool_]) -> Any:
        m = LogisticRegression(
            l1_ratio=1.0, C=STRENGTH, solver="liblinear", tol=1e-3, max_iter=2000, random_state=0
        )
        return m.fit(x[mask], y[mask], sample_weight=w[mask])

    chance = np.zeros(len(rows))
    for part in range(FOLDS):
        m = fitted(known & (folds != part))
        chance[folds == part] = m.predict_proba(x[folds == part])[:, 1]
    m = fitted(known)
    return chance, (m.coef_[0], float(m.intercept_[0]))


def _thresholds(
    kind: str, rows: Sequence[Example], chance: NDArray[np.float64]
) -> tuple[float, float, tuple[int, int, int]]:
    """Least chance to keep what a rule reads and to add what none does, for the best F1 on the articles held out."""
    use = np.array([kind in e.truth for e in rows])
    y = np.array([e.truth.get(kind, 0) for e in rows])[use]
    ruled = np.array([kind in e.ruled for e in rows])[use]
    weight = np.array([1.0 if e.article else 0.35 for e in rows])[use]
    inside = np.array([e.article for e in rows])[use]
    p = chance[use]
    grid = np.round(np.arange(0.0, 1.0001, 0.05), 2)
    best: tuple[float, float, float] = (-1.0, 0.0, 1.0)
    for keep in grid[grid <= 0.3]:
        for add in grid[grid >= LOWEST]:
            said = (ruled & (p >= keep)) | (~ruled & (p >= add))
            tp = float((weight * (said & (y == 1))).sum())
            fp = float((weight * (said & (y == 0))).sum())
            fn = float((weight * (~said & (y == 1))).sum())
            f1 = 2 * tp / max(2 * tp + fp + fn, 1e-9)
            if f1 > best[0] + 1e-6:
                best = (f1, float(keep), float(add))
    _, keep, add = best
    said = ((ruled & (p >= keep)) | (~ruled & (p >= add))) & inside
    tp, fp = int((said & (y == 1)).sum()), int((said & (y == 0)).sum())
    return keep, add, (tp, fp, int((~said & inside & (y == 1)).sum()))


def main(argv: Sequence[str]) -> int:
    """Run from the command line.

    Args:
        argv: The folder ``examples``.

    Returns:
        Exit code.
    """
    if len(argv) != 1:
        print("usage: python -m oreflow.news.learned.train EXAMPLES", file=sys.stderr)
        return 2
    out = Path(__file__).parents[1] / "lexicon" / "learned.csv"
    print(train(Path(argv[0]), out))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
