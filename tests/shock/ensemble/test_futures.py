"""Futures: one at a time, the same for every policy, and moved by nothing that is added beside them."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom, poisson

from oreflow.errors import ScenarioError, UnknownNameError, UsageError
from oreflow.market import Engine, calibrate
from oreflow.market.view import Beliefs
from oreflow.shock.ensemble import Futures, Spec
from oreflow.shock.ensemble.futures import _with
from oreflow.shock.impact import impacts

SPEC = """
ensemble: test
scope: [lithium]
horizon: {start: 2025-07, months: 12, step: quarter, ahead: [3, 9]}
scenario: [jianxiawo_halt_2025]
demand:
  - {name: ev, target: {demands: {use: ev}}, sigma: 0.08}
compare:
  sodium: [sodium_ion_ramp]
"""
QUIET = SPEC.replace("scenario: [jianxiawo_halt_2025]\n", "").split("demand:")[0]


@pytest.fixture(scope="module")
def futures(real, lithium):
    return Futures(real, Spec.loads(SPEC, real), lithium)


def made(real, lithium, text=QUIET, **changes):
    for old, new in changes.items():
        text += f"{old}: {new}\n"
    return Futures(real, Spec.loads(text, real), lithium)


def same(a, b):
    """Whether two futures are one."""
    alike = (a.index, a.inputs, a.draw, a.occurrences) == (b.index, b.inputs, b.draw, b.occurrences)
    return alike and set(a.news) == set(b.news) and all(heard_alike(a.news[k], b.news[k]) for k in a.news)


def heard_alike(a, b):
    if [n.month for n in a] != [n.month for n in b]:
        return False
    pairs = [(x, y) for m, n in zip(a, b, strict=True) for x, y in zip(m.changes, n.changes, strict=True)]
    return all((x.table, x.rows, x.attribute) == (y.table, y.rows, y.attribute) for x, y in pairs) and all(
        np.array_equal(x.profile, y.profile) for x, y in pairs
    )


def hazards_of(future):
    return {o for o in future.occurrences if o.law != "halt"}


def test_a_future_alone_is_the_future_in_sequence(real, lithium, futures):
    whole = [futures.future(i) for i in range(6)]
    for i in (4, 1, 5, 0):
        assert same(futures.future(i), whole[i])
        assert same(made(real, lithium, SPEC).future(i), whole[i])
    assert not same(whole[0], whole[1])
    assert same(pickle.loads(pickle.dumps(futures)).future(3), whole[3])  # as a process of its own gets it


def test_the_number_of_draws_does_not_matter(real, lithium, futures):
    assert same(made(real, lithium, SPEC, draws=7).future(5), futures.future(5))
    assert not same(made(real, lithium, SPEC, seed=2).future(5), futures.future(5))
    latin = made(real, lithium, SPEC, draws=7, design="latin")
    with pytest.raises(UsageError, match="no draw 7"):
        latin.future(7)


def test_inputs_have_the_same_keys_in_every_draw(futures):
    for i in range(5):
        assert tuple(futures.future(i).inputs) == futures.names
    assert {"es", "rate_strike", "demand_ev", "duration_halt", "happened_halt"} <= set(futures.names)
    assert "duration_sodium.vehicles" in futures.names
    f = futures.future(0)
    assert (f.draw.es, f.draw.sigma) == (f.inputs["es"], f.inputs["sigma"])
    halt = next(o for o in f.occurrences if o.law == "halt")
    assert halt.months == f.inputs["duration_halt"] and halt.start == pytest.approx(1 + 8 / 31)


def test_a_policy_meets_the_same_future(real, lithium, futures):
    alone = made(real, lithium, SPEC.split("compare:")[0])
    for i in range(8):
        both, one = futures.future(i), alone.future(i)
        assert set(both.news) == {"", "sodium"} and set(one.news) == {""}
        assert heard_alike(both.news[""], one.news[""])
        assert both.occurrences == one.occurrences
        with_, without = both.news["sodium"], both.news[""]
        for n in without:
            m = next(m for m in with_ if m.month == n.month)
            rest = [c for c in m.changes if c.table != "mixes"]
            assert [c.rows for c in rest] == [c.rows for c in n.changes]
            assert all(np.array_equal(a.profile, b.profile) for a, b in zip(rest, n.changes, strict=True))
        assert any(c.table == "mixes" for m in with_ for c in m.changes)


def test_a_law_that_is_added_leaves_the_others(real, lithium):
    row = real.hazards[real.hazards["hazard"] == "weather"].assign(hazard="a_new_flood", rate=1.0)
    world = real.with_(hazards=pd.concat([row, real.hazards], ignore_index=True))
    for ranges in ("[es, rates]", "[es]"):
        more, few = (made(w, lithium, ranges=ranges) for w in (world, real))
        for i in range(10):
            mine, theirs = few.future(i), more.future(i)
            assert set(mine.occurrences) == {o for o in theirs.occurrences if o.law != "a_new_flood"}
            assert mine.draw == theirs.draw
    assert any(o.law == "a_new_flood" for i in range(10) for o in more.future(i).occurrences)


def test_a_kind_left_out_leaves_the_others(real, lithium):
    whole = made(real, lithium, ranges="[es]")
    some = made(real, lithium, ranges="[es]", hazards="{only: [strike, policy]}")
    for i in range(10):
        kept = {o for o in whole.future(i).occurrences if o.law.startswith(("strike", "policy"))}
        assert set(some.future(i).occurrences) == kept


@pytest.mark.parametrize("ranges", ["[]", "[rates]"])
def test_hazards_come_as_often_as_the_table_says(real, lithium, ranges):
    # Whether rates are drawn or not, their mean over the draws is that of the table.
    futures = made(real, lithium, ranges=ranges)
    draws = 200
    counts = {}
    for i in range(draws):
        for o in futures.future(i).occurrences:
            kind = (
                o.law.rsplit("_", 1)[0]
                if o.law.rsplit("_", 1)[0] in ("strike", "outage", "accident")
                else o.law
            )
            counts[kind] = counts.get(kind, 0) + 1
    for kind in ("strike", "outage", "accident"):
        expected = sum(p.rate for p in futures.perils if p.kind == kind and not p.dated) * draws
        low, high = poisson.ppf([1e-4, 1 - 1e-4], expected)
        slack = (
            0.0 if ranges == "[]" else 0.03 * expected
        )  # an even design leaves little of the rates' spread
        assert low - slack <= counts[kind] <= high + slack, kind


def test_a_permit_ends_at_its_date_with_its_chance(real, lithium):
    futures = made(real, lithium, hazards="{only: [permit]}", ranges="[]")
    draws = 300
    hits = [o for i in range(draws) for o in futures.future(i).occurrences if o.law == "permit_expiry"]
    assert {(o.target, round(o.start, 6)) for o in hits} == {("jianxiawo", round(1 + 8 / 31, 6))}
    low, high = binom.ppf([1e-4, 1 - 1e-4], draws, 0.25)
    assert low <= len(hits) <= high
    assert all(0.8 <= o.size <= 1 for o in hits)
    # Its date is public: the market reckons with it from the start.
    early = made(real, lithium, QUIET.replace("2025-07", "2025-01"), hazards="{only: [permit]}", ranges="[]")
    first = next(f for f in map(early.future, range(20)) if len(f.occurrences) == 0).news[""]
    (doubt,) = (c.profile for c in first[0].changes if c.rows == ("jianxiawo",))
    assert doubt[:7] == pytest.approx(1) and doubt[8] == pytest.approx(1 - 0.25 * 0.9, abs=0.03)
    assert [c.rows for n in first[1:] for c in n.changes] == []  # and is relieved once it has passed


def test_what_strikes_exports_is_a_limit(real, lithium):
    futures = made(real, lithium, hazards="{only: [policy], scale: {policy: 20}}", ranges="[]")
    f = next(f for f in map(futures.future, range(50)) if any(o.start < 9 for o in f.occurrences))
    o = next(o for o in f.occurrences if o.start < 9)
    region = o.target.split()[0]
    news = f.news[""][-1]
    limits = [c for c in news.changes if c.attribute == "limit"]
    assert limits and all(c.table == "trade" for c in limits)
    assert any(r.split(":")[1].startswith(region) for c in limits for r in c.rows)
    strict = min(float(np.min(c.profile)) for c in limits for r in c.rows if f":{region}>" in r)
    assert strict == pytest.approx(min(1 - p.size for p in f.occurrences if p.target == o.target), abs=0.05)


def test_a_hazard_on_the_stage_is_the_event_it_stands_for(real, lithium):
    futures = made(real, lithium)
    found = [p for p in futures.perils if p.dated] + [p for p in futures.perils if p.reach == "exports"]
    assert {p.kind for p in found} == {"permit", "policy"}
    running = zip(lithium.net.plants, lithium.balanced.plant_q, strict=True)
    known = {*lithium.net.routes, *(plant for plant, q in running if q > 0)}
    for p in found:
        staged = _with(futures._stages[""], [(p, 1.0)])
        mine = [m for m in staged.impacts if m.event == len(staged.events) - 1]
        theirs, _ = impacts(p.event, len(staged.events) - 1, p.duration, real)
        assert [(m.table, m.attribute, m.low, m.high, m.spread) for m in mine] == [
            (m.table, m.attribute, m.low, m.high, m.spread) for m in theirs
        ]
        for one, other in zip(mine, theirs, strict=True):
            assert set(one.rows) == {r for r in other.rows if r in known}


def test_news_is_heard_once_a_period_and_the_market_can_read_it(futures, lithium):
    for i in range(5):
        for heard in futures.future(i).news.values():
            months = [n.month for n in heard]
            assert len({m // 3 for m in months}) == len(months) and months == sorted(months)
            for n in heard:
                beliefs = Beliefs(lithium, n.changes, 36)
                assert set(beliefs.outside) <= {
                    "ev_battery@CHN:sodium_cell",
                    "stationary_battery@CHN:sodium_cell",
                }
                running = beliefs.availability.months
                assert (running >= 0).all() and (running <= 1 + 1e-12).all()


def test_without_anything_nothing_is_heard(real, lithium):
    quiet = made(real, lithium, hazards="{only: []}", ranges="[]")
    assert quiet.names == () and quiet.future(3).news == {"": ()} and quiet.future(3).occurrences == ()
    assert quiet.future(0).draw.es == 1.0 and quiet.future(0).draw.eta is None


def test_what_the_market_does_not_have_is_refused(real, lithium):
    with pytest.raises(
        UnknownNameError, match=r"watch: unknown node 'lithium_carbonat@CHN'. Did you mean 'lithium_"
    ):
        made(real, lithium, watch="[lithium_carbonat@CHN]")
    with pytest.raises(UsageError, match=r"would come \d+ times at .* Lower the scale of strike"):
        made(real, lithium, hazards="{scale: {strike: 1000}}")
    later = Spec.loads(SPEC.replace("2025-07", "2026-07"))  # without a world the events are not checked
    with pytest.raises(ScenarioError, match="outside the horizon"):
        Futures(real, later, lithium)


@pytest.mark.slow
def test_the_market_answers_futures(real, lithium):
    saving = """
  saving:
    - scenario: saving
      events:
        - {id: saving, type: demand_change, target: {demands: {use: ev}}, effect: {demand: 0.95}, start: 2025-10}
"""
    futures = made(real, lithium, SPEC.split("  sodium")[0] + saving)
    engine = Engine(lithium, futures.spec.settings)
    node = lithium.net.nodes.index("lithium_carbonate@CHN")
    base = lithium.price[node]
    moved = {}
    for i in range(4):
        future = futures.future(i)
        for policy, news in future.news.items():
            moved[i, policy] = engine.draw(news, future.draw, ("price",))["price"][node] / base - 1
    prices = np.array([moved[i, ""] for i in range(4)])
    assert np.isfinite(prices).all()
    assert np.abs(prices).max() > 0.01  # a mine of 3 % of the world stands still, and demand differs
    assert len(np.unique(np.round(prices[:, -1], 6))) == 4
    for i in range(4):
        assert moved[i, "saving"][0] == pytest.approx(moved[i, ""][0], abs=1e-9)  # not yet told
        assert moved[i, "saving"][-1] < moved[i, ""][-1] - 0.01


def test_all_minerals_together_make_futures(real):
    futures = Futures(real, Spec.loads("ensemble: all\n", real), calibrate(real))
    f = futures.future(0)
    assert len(f.occurrences) > 50 and len(f.news[""]) == 4
