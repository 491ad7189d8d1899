"""Reading the news: a thousand articles on two processes, and how much memory that takes."""

from __future__ import annotations

import resource
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from benchmarks.clock import ROOT
from benchmarks.registry import Asked, Measure, Plan, case

ARTICLES = ROOT / "examples" / "articles"
MANY = 1000
"""Articles that are to be read in a minute."""


def _texts() -> list[str]:
    """Every labelled English article, over and over, each time with another headline: none is seen twice."""
    paths = sorted(p for half in ("development", "test") for p in (ARTICLES / half).glob("*.txt"))
    found = [p.read_text("utf-8") for p in paths]
    return [f"Item {i} of the day\n\n{found[i % len(found)]}" for i in range(MANY)]


def _read(texts: list[str]) -> tuple[float, int, float, float]:
    """Seconds, claims, and peak memory, MB, after the first tenth and after all."""
    from oreflow.atlas import bundled
    from oreflow.news import read_text

    world = bundled()
    began = time.perf_counter()
    claims, early = 0, 0.0
    for i, text in enumerate(texts):
        claims += len(read_text(text, world, name=str(i)).claims)
        if i == len(texts) // 10:
            early = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    seconds = time.perf_counter() - began
    return seconds, claims, early, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _tokens(texts: list[str]) -> float:
    """Seconds that spaCy takes to cut the same texts into words and sentences."""
    from oreflow.news.sentences import pipeline

    nlp = pipeline()
    began = time.perf_counter()
    for text in texts:
        nlp(text)
    return time.perf_counter() - began


@case("news/thousand", "read a thousand articles on two processes, start included", quick=True)
def thousand(plan: Plan) -> Measure:
    texts = _texts()
    halves = [texts[0::2], texts[1::2]]
    spawn = get_context("spawn")

    began = time.perf_counter()
    with ProcessPoolExecutor(2, mp_context=spawn) as pool:
        done = list(pool.map(_read, halves))
    ours = time.perf_counter() - began
    began = time.perf_counter()
    with ProcessPoolExecutor(2, mp_context=spawn) as pool:
        list(pool.map(_tokens, halves))
    peer = time.perf_counter() - began
    claims = sum(d[1] for d in done)
    early, late = max(d[2] for d in done), max(d[3] for d in done)
    letters = sum(map(len, texts)) / len(texts)
    return Measure(
        (ours,),
        "spaCy's tokens and sentences of the same texts",
        (peer,),
        f"{len(texts):,} articles, {letters:,.0f} characters on average",
        f"{claims:,} claims; peak of a process {early:.0f} MB after a tenth, {late:.0f} MB after all",
        (
            Asked("articles a minute", 60 * len(texts) / ours, 1000, least=True),
            Asked("times the memory of a tenth", late / early, 1.1),
        ),
    )
