"""Halts strike as often and last as long as their laws say, and are believed like any other event."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binom, chisquare, kstest, poisson

from oreflow.shock.belief import believe
from oreflow.shock.duration import Duration
from oreflow.shock.effect import Effect
from oreflow.shock.ensemble.halts import Arrivals, Clock, Halts
from oreflow.shock.ensemble.hazards import Peril
from oreflow.shock.ensemble.streams import Streams, name
from oreflow.shock.event import Event
from oreflow.shock.impact import Impact
from oreflow.shock.scenario import Scenario
from oreflow.shock.stage import BEYOND, Stage, Staged
from oreflow.shock.target import Target
from oreflow.shock.timeline import Fate, hears, knowledge

LAW = Duration.lognormal(3, 0.8, p_permanent=0.1, p_contagion=0.3)


def peril(target, rate=0.1, duration=LAW, loss=(0.2, 0.9), recovery=0.25, followers=()):
    return Peril(
        law="strike",
        kind="strike",
        reach="plant",
        target=target,
        rows=(target,),
        followers=followers,
        rate=rate,
        low=0.5,
        high=2.0,
        loss=loss,
        duration=duration,
        recovery=recovery,
        stream=name("strike", target),
    )


def arrivals(clock, draws):
    return [clock.strike(i) for i in range(draws)]


def test_events_come_as_often_as_their_rate_says():
    rates = [0.02, 0.3, 1.5, 6.0]
    clock = Clock([peril(f"p{k}", rate) for k, rate in enumerate(rates)], Streams(1), 18)
    draws = 1500
    counts = np.array([np.bincount(a.peril, minlength=4) for a in arrivals(clock, draws)])
    for k, rate in enumerate(rates):
        mean = rate * 1.5
        low, high = poisson.ppf([1e-4, 1 - 1e-4], mean * draws)
        assert low <= counts[:, k].sum() <= high
        # and the number in one draw is Poisson: as often none, one, two ... as it says
        most = int(poisson.ppf(0.999, mean))
        expected = np.append(poisson.pmf(np.arange(most), mean), poisson.sf(most - 1, mean)) * draws
        observed = np.bincount(np.minimum(counts[:, k], most), minlength=most + 1)
        keep = expected > 5
        assert (
            chisquare(observed[keep], expected[keep] * observed[keep].sum() / expected[keep].sum()).pvalue
            > 1e-4
        )
    assert np.abs(np.corrcoef(counts[:, 2], counts[:, 3])[0, 1]) < 0.06


def test_they_begin_evenly_and_last_as_their_law_says():
    clock = Clock([peril("p", 1.0)], Streams(2), 12)
    found = arrivals(clock, 1500)
    start = np.concatenate([a.start for a in found])
    length = np.concatenate([a.length for a in found])
    loss = np.concatenate([a.loss for a in found])
    followed = np.concatenate([a.followed for a in found])
    assert kstest(start / 12, "uniform").pvalue > 1e-3
    assert kstest((loss - 0.2) / 0.7, "uniform").pvalue > 1e-3
    ends = np.isfinite(length)
    assert kstest(np.log(length[ends] / 3) / 0.8, "norm").pvalue > 1e-3
    n = len(length)
    for hits, chance in ((n - ends.sum(), 0.1), (followed.sum(), 0.3)):
        low, high = binom.ppf([1e-4, 1 - 1e-4], n, chance)
        assert low <= hits <= high
    assert np.abs(np.corrcoef([start, loss, followed])[np.triu_indices(3, 1)]).max() < 0.06


def test_a_draw_alone_is_the_draw_in_sequence_and_others_leave_it():
    few = Clock([peril("a"), peril("b", 2.0)], Streams(1), 12)
    more = Clock([peril("x", 3.0), peril("a"), peril("y", 0.1), peril("b", 2.0)], Streams(1), 12)
    for i in (3, 0, 7):
        mine, theirs = few.strike(i), more.strike(i)
        for one, other in ((0, 1), (1, 3)):
            for part in ("start", "length", "loss", "followed"):
                assert np.array_equal(
                    getattr(mine, part)[mine.peril == one], getattr(theirs, part)[theirs.peril == other]
                )
        again = few.strike(i)
        assert np.array_equal(again.start, mine.start)


def test_a_higher_rate_brings_the_same_events_sooner():
    clock = Clock([peril("a", 1.0)], Streams(1), 12)
    for i in range(50):
        slow, fast = clock.strike(i).start, clock.strike(i, 2.0).start
        assert len(fast) >= len(slow)
        assert fast[: len(slow)] == pytest.approx(slow / 2)


def staged_alone(p, start, months=24):
    """The same halt as an event of a scenario."""
    event = Event(
        id="halt",
        type="strike",
        target=Target.of("plants", name=p.target),
        effect=Effect.of("availability", (1 - p.loss[1], 1 - p.loss[0])),
        start="2026-01",
        duration=p.duration,
        recovery=p.recovery,
    )
    low, high = event.effect.low, event.effect.high
    impacts = [Impact(0, "plants", "availability", p.rows, low, high, neutral=1.0)]
    if p.followers:
        impacts.append(replace(impacts[0], rows=p.followers, spread=True))
    staged = (Staged(event, start, start, p.duration, 0, -1),)
    return Stage(Scenario("x"), "2026-01", months, staged, tuple(impacts), (), {})


@pytest.mark.parametrize("recovery", [0.25, 0.3, None])
@pytest.mark.parametrize("duration", [LAW, Duration.uniform(2, 9), Duration.fixed(4.5), Duration.permanent()])
@pytest.mark.parametrize(
    ("start", "length", "followed"),
    [(0.4, 2.1, True), (3.0, 9.7, False), (7.9, np.inf, True), (5.2, 0.3, False)],
)
def test_a_halt_is_heard_and_believed_like_an_event_alone(recovery, duration, start, length, followed):
    months, size = 24, 0.3
    if duration.known:
        length = duration.low if duration.p_permanent == 0 else np.inf
    p = peril("a", duration=duration, recovery=recovery, followers=("b", "c"))
    loss = p.loss[1] - size * (p.loss[1] - p.loss[0])
    a = Arrivals(
        np.array([0]),
        np.array([start]),
        np.array([length]),
        np.array([loss]),
        np.array([followed]),
        np.empty((1, 4)),
    )
    halts = Halts([p], months, months + BEYOND, 3)
    staged = staged_alone(p, start)
    found = [Fate(size, True, followed, length, False)]
    spreads = 0 < duration.p_contagion < 1
    heard = halts.hears(a)
    assert heard - ({int(start) + 1} if not spreads else set()) == set(hears(staged, found, every=3)) - (
        {int(start) + 1} if not spreads else set()
    )
    for month in sorted(heard):
        theirs = {c.rows: c.profile for c in believe(staged, knowledge(staged, found, month))}
        mine = {c.rows: c.profile for c in halts.believed(a, [month])[month]}
        assert set(mine) == set(theirs)
        for rows, profile in mine.items():
            assert profile == pytest.approx(theirs[rows], abs=2e-3)
            assert np.mean(np.abs(profile - theirs[rows])) < 1e-4


def test_halts_of_one_plant_compose():
    a = Arrivals(
        np.array([0, 0]), np.array([1.0, 2.0]), np.array([np.inf, np.inf]), np.array([1.0, 0.5]),
        np.array([False, False]), np.empty((2, 4)),
    )  # fmt: skip
    halts = Halts([peril("a", duration=Duration.permanent())], 12, 12 + BEYOND, 3)
    changes = halts.believed(a, [0, 1, 2])
    assert [len(changes[m]) for m in (0, 1, 2)] == [0, 1, 2]
    both = np.prod([c.profile for c in changes[2]], axis=0)
    assert both[:3] == pytest.approx([1, 0, 0])


def test_nothing_that_happens_is_nothing_heard():
    halts = Halts([peril("a")], 12, 12 + BEYOND, 3)
    none = Clock([peril("a", 1e-9)], Streams(1), 12).strike(0)
    assert halts.hears(none) == set()
    assert halts.believed(none, [0, 3]) == {0: [], 3: []}
    empty = Clock([], Streams(1), 12).strike(0)
    assert len(empty.peril) == 0
