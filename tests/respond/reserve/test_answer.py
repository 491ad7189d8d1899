"""The whole answer on a small reserve: rule against policy, resuming, days of cover, the page and its numbers."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from oreflow.atlas import bundled
from oreflow.errors import DataError
from oreflow.report.answers.reserve import document
from oreflow.report.faces.terminal import render
from oreflow.respond.reserve import runs
from oreflow.respond.reserve.answer import Reserve, reserve
from oreflow.respond.reserve.outlook import ahead
from oreflow.respond.reserve.rule import ladder, lines, number, targets
from oreflow.respond.reserve.specfile import read
from oreflow.respond.reserve.stage import graph, layout
from oreflow.respond.sddp import IterationLimit, Sampling, train
from tests.respond.reserve.small import curve, markets, spec

WORLD = bundled()
CALM = curve([(10.0, 320.0), (20.0, 240.0)])
TIGHT = curve([(10.0, 320.0), (60.0, 40.0)])
TEXT = """
reserve: small
budget: 20e6
minerals:
  gallium:
    forms:
      metal: {commodity: gallium_refined, storage: 5000, handling: 6000, release_rate: 8, buy_rate: 8, most: 20}
places:
  depot: {region: USA, legs: [{mode: rail, km: 600}]}
regimes:
- method: policies
  regimes:
  - {name: calm}
  - {name: tight, exports: [{origin: CHN, limit: 0.85, to: [allied]}]}
  - {name: embargo, exports: [{origin: CHN, limit: 0.7, to: [allied]}, {origin: CHN, limit: 0, to: [USA]}]}
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Reserve, Path]:
    cuts = tmp_path_factory.mktemp("reserve") / "cuts.json"
    answer = reserve(
        WORLD,
        read(TEXT, "small.yaml", world=WORLD),
        iterations=16,
        histories=20,
        sizing=False,
        forecasts=False,
        save=cuts,
    )
    return answer, cuts


def test_the_rule_in_words_does_as_the_policy_does() -> None:
    m = markets([CALM, TIGHT], [[0.9, 0.1], [0.5, 0.5]])
    s = spec(form_storage=4.0, form_handling=0.5)
    lay = layout(WORLD, s, m)
    policy = train(
        graph(WORLD, s, m, lay),
        initial_state=lay.opening,
        sampling=Sampling(depth=20),
        stopping=IterationLimit(60),
    )
    target, _ = targets(policy, lay, (0, 1))
    # Once in ten quarters a tonne saves 1000, then 60: calm quarters fill a stock, a tight one draws on it.
    assert target[0, 0] >= 20.0
    rule = ladder(policy, lay, (0, 1), target)
    run, paths = runs.follow(policy, s, m, lay, histories=60, seed=3)
    mine = runs.apply(rule, layout(WORLD, s, m, ladder=rule.width), s, m, paths)
    none = runs.nothing(WORLD, s, m, layout(WORLD, s, m, ladder=rule.width), paths)
    policy_saves, rule_saves = (none.total - run.total).mean(), (none.total - mine.total).mean()
    assert policy_saves > 0
    assert rule_saves == pytest.approx(policy_saves, rel=0.05)
    words = lines(rule, lay, m, target)
    assert words[0].words.startswith("In calm (usual price 20.0): gallium metal at depot: buy below")
    assert words[0].buy[0][1] > 20.0 > 0  # a calm quarter is one to buy in
    # A policy is never better than its bound.
    assert policy.bound <= run.cost.mean(axis=0) @ paths.weight[:-1] + 3 * run.cost.std() * 40 / np.sqrt(60)


def test_a_run_that_is_stopped_and_taken_up_gives_the_same_bound(
    made: tuple[Reserve, Path], tmp_path: Path
) -> None:
    whole, _ = made
    cuts = tmp_path / "cuts.json"
    s = read(TEXT, "small.yaml", world=WORLD)
    reserve(WORLD, s, iterations=7, histories=2, sizing=False, forecasts=False, save=cuts)
    again = reserve(WORLD, s, iterations=16, histories=20, sizing=False, forecasts=False, resume=cuts)
    assert again.trained.bound == pytest.approx(whole.trained.bound, rel=1e-9)
    assert again.targets[0].stock == pytest.approx(whole.targets[0].stock)
    assert again.strategy("policy").saving.mean == pytest.approx(whole.strategy("policy").saving.mean)


def test_cuts_of_another_model_are_refused_and_kept(made: tuple[Reserve, Path]) -> None:
    _, cuts = made
    before = cuts.read_bytes()
    other = read(TEXT.replace("storage: 5000", "storage: 50000"), "small.yaml", world=WORLD)
    with pytest.raises(DataError):
        reserve(
            WORLD, other, iterations=16, histories=2, sizing=False, forecasts=False, save=cuts, resume=cuts
        )
    assert cuts.read_bytes() == before


def test_the_answer_holds_together(made: tuple[Reserve, Path]) -> None:
    answer, cuts = made
    assert json.loads(cuts.read_text())  # cuts are plain JSON
    m = answer.markets
    assert m.chain.names == ("calm", "tight", "embargo")
    for k, found in enumerate(m.curves):
        curve_ = found["gallium_refined"]
        assert float(curve_.clear()[0]) == pytest.approx(m.full[k]["gallium_refined"][0], rel=1e-6)
    # The United States used about 19 t in 2025, at 580 USD/kg (MCS 2026).
    assert m.use("gallium_refined") == pytest.approx(19.0, rel=0.05)
    assert m.base_price("gallium_refined") == pytest.approx(580_000, rel=0.01)
    none, policy = answer.strategy("none"), answer.strategy("policy")
    assert (none.saving.mean, none.tied_up) == (0.0, 0.0)
    assert policy.saving.mean > answer.strategy("30 days").saving.mean
    stock = next(t for t in answer.targets if t.regime == "calm")
    assert 0 < stock.stock <= 20.0
    assert stock.stock > next(t for t in answer.targets if t.regime == "embargo").stock
    assert answer.next_dollar[0].commodity == "gallium_refined"


def test_the_page_says_what_was_found(made: tuple[Reserve, Path]) -> None:
    answer, _ = made
    text = render(document(answer, WORLD), width=100, color=False)
    for words in (
        "While the market is calm, hold",
        "In calm (usual price",
        "Chances a quarter",
        "What is left out",
    ):
        assert words in text
    assert "nan" not in text.lower().replace("finance", "")
    plain = json.loads(json.dumps(answer.to_plain(), allow_nan=False))
    assert plain["rule"][0]["words"] == answer.rule[0].words


def test_more_budget_never_saves_less_by_the_bound() -> None:
    m = markets([CALM, TIGHT], [[0.9, 0.1], [0.5, 0.5]])
    bounds = []
    for budget in (0.0, 100.0, 300.0, 1000.0):
        s = spec(form_storage=4.0, quarters=4, salvage=0.0, budget=budget)
        lay = layout(WORLD, s, m)
        bounds.append(train(graph(WORLD, s, m, lay), initial_state=[0.0], stopping=IterationLimit(40)).bound)
    assert all(b <= a + 1e-9 for a, b in pairwise(bounds))
    assert bounds[1] < bounds[0] - 1e-6


def test_the_sizing_curve_never_falls_and_begins_without_a_reserve() -> None:
    text = (
        TEXT.replace("method: policies", "method: matrix")
        + "  matrix: [[0.9, 0.07, 0.03], [0.1, 0.85, 0.05], [0, 0.2, 0.8]]\n"
    )
    s = read(text, "small.yaml", world=WORLD)
    sizes = reserve(WORLD, s, iterations=6, histories=8, forecasts=False).sizing
    assert [p.budget for p in sizes] == [0.0, 2e6, 8e6, 20e6, 40e6]
    assert sizes[0].saving.mean == 0.0 and sizes[0].tied_up == 0.0
    assert all(b.saving.mean >= a.saving.mean for a, b in pairwise(sizes))
    assert sizes[1].tied_up <= 2.0 + 1e-6


def test_forecasts_stand_beside_with_their_score() -> None:
    pytest.importorskip("statsforecast")
    (found,) = ahead(WORLD, ("gallium_refined", "no_such_commodity"))
    assert found.low < found.value < found.high and "naive" in found.score


def test_numbers_in_words() -> None:
    assert [number(v) for v in (0, 9543.2, 580000.4, 18.06, 0.1234)] == [
        "0",
        "9,540",
        "580,000",
        "18.1",
        "0.123",
    ]
