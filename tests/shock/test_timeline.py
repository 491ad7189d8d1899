import numpy as np
import pytest

from oreflow.market.change import News
from oreflow.shock import Duration, Effect, Event, Scenario, Target, draw, expected, realise, stage, timeline
from oreflow.shock.grid import Grid
from oreflow.shock.stage import BEYOND

AUGUST_9 = 7 + 8 / 31


def event(id_="halt", target=None, effect=None, **more) -> Event:
    fields = {
        "type": "permit_halt",
        "target": target or Target.of("plants", name="jianxiawo"),
        "effect": effect or Effect.of("availability", 0.0),
        "start": "2025-09",
        "duration": Duration.fixed(3),
    }
    return Event(id=id_, **{**fields, **more})


def news(world, *events, **options) -> list[News]:
    return timeline(Scenario("x", events=events), world, **options)


def profile(item: News, attribute: str, row: str) -> np.ndarray:
    (change,) = [c for c in item.changes if c.attribute == attribute and row in c.rows]
    return change.profile


def test_nothing_happens_in_an_empty_scenario(world) -> None:
    assert timeline(Scenario("empty"), world) == []
    drawn = realise(Scenario("empty"), world, np.random.default_rng(0))
    assert drawn.news == ()
    assert drawn.truth == ()


def test_a_known_halt_takes_its_months_and_no_more(world) -> None:
    (item,) = news(world, event())
    assert item.month == 8
    p = profile(item, "availability", "jianxiawo")
    assert p.shape == (36 + BEYOND,)
    np.testing.assert_allclose(p, np.where((np.arange(len(p)) >= 8) & (np.arange(len(p)) < 11), 0.0, 1.0))


def test_days_count_so_that_a_halt_loses_exactly_its_length(world) -> None:
    (item,) = news(world, event(start="2025-08-09"))
    p = profile(item, "availability", "jianxiawo")
    assert p[7] == pytest.approx(8 / 31)
    assert p[10] == pytest.approx(1 - 8 / 31)
    assert np.sum(1 - p) == pytest.approx(3)


def test_expected_events_are_known_from_the_start_and_rumours_are_scaled(world) -> None:
    (item,) = news(world, event(expected=True))
    assert item.month == 0
    (item,) = news(world, event(certainty=0.4, announced="2025-06-20"))
    assert item.month == 5
    assert profile(item, "availability", "jianxiawo")[9] == pytest.approx(0.6)


def test_expected_availability_is_one_less_the_survivor(world) -> None:
    law = Duration.lognormal(6, 0.8, p_permanent=0.1)
    (item,) = news(world, event(start="2025-01", duration=law))
    p = profile(item, "availability", "jianxiawo")
    fine = (np.arange(20_000) + 0.5) / 20_000
    for month in (0, 1, 5, 20, 60):
        assert p[month] == pytest.approx(1 - law.survivor(month + fine).mean(), abs=1e-3)
    assert (np.diff(p) > 0).all()
    assert p[-1] < 0.9


def test_contagion_reaches_like_plants_without_a_valid_permit(world) -> None:
    (item,) = news(world, event(duration=Duration.fixed(3, p_contagion=0.15)))
    np.testing.assert_allclose(profile(item, "availability", "huaqiao")[8:11], 0.85)
    touched = {r for c in item.changes for r in c.rows}
    assert touched == {"jianxiawo", "huaqiao"}


def test_an_output_cut_in_tonnes_becomes_availability(world) -> None:
    cut = Effect.of("output_cut", (1000.0, 2000.0), per="month")
    (item,) = news(world, event(effect=cut))
    assert profile(item, "availability", "jianxiawo")[9] == pytest.approx(1 - 18000 / 60000)
    all_of_it = Effect.of("output_cut", (5000.0, 6000.0))
    staged = stage(Scenario("x", events=(event(effect=all_of_it),)), world)
    (note,) = staged.notes
    assert "72,000 t a year exceeds the output of jianxiawo (60,000 t a year)" in note
    assert profile(expected(staged)[0], "availability", "jianxiawo")[9] == 0
    yearly = Effect.of("output_cut", 55000.0, per="year")
    both = event(effect=yearly, target=Target.of("plants", name=["jianxiawo", "greenbushes", "bald_hill"]))
    (item,) = news(world, both)
    assert profile(item, "availability", "greenbushes")[9] == pytest.approx(1 - 55 / 230)


def test_availabilities_multiply_tariffs_add_and_limits_take_the_smallest(world) -> None:
    strike = event("strike", Target.of("plants", process="lepidolite_mining"), Effect.of("availability", 0.5))
    (item,) = news(world, event(effect=Effect.of("availability", 0.4)), strike)
    assert profile(item, "availability", "jianxiawo")[9] == pytest.approx(0.2)
    assert profile(item, "availability", "dangtian")[9] == pytest.approx(0.5)
    cobalt = Target.of("trade", commodity="cobalt_intermediate")
    to_usa = Target.of("trade", commodity="cobalt_intermediate", destination="USA")
    (item,) = news(
        world,
        event("a", cobalt, Effect.of("tariff", 0.1)),
        event("b", to_usa, Effect.of("tariff", 0.25)),
        event("c", cobalt, Effect.of("limit", 0.8)),
        event("d", to_usa, Effect.of("limit", 0.6)),
    )
    assert profile(item, "tariff", "cobalt_intermediate:COD>USA")[9] == pytest.approx(0.35)
    assert profile(item, "tariff", "cobalt_intermediate:COD>CHN")[9] == pytest.approx(0.1)
    assert profile(item, "limit", "cobalt_intermediate:COD>USA")[9] == pytest.approx(0.6)
    assert profile(item, "limit", "cobalt_intermediate:COD>CHN")[9] == pytest.approx(0.8)


def test_a_bound_is_absent_before_and_after_and_partial_in_between(world) -> None:
    cobalt = Target.of("trade", commodity="cobalt_intermediate")
    (item,) = news(world, event("ban", cobalt, Effect.of("ban"), start="2025-02-22"))
    p = profile(item, "limit", "cobalt_intermediate:COD>CHN")
    assert np.isinf(p[0])
    assert p[1] == pytest.approx(21 / 28)
    np.testing.assert_allclose(p[2:4], 0, atol=1e-12)
    assert p[4] == pytest.approx(1 - 21 / 28)
    assert np.isinf(p[5:]).all()


def test_an_unlikely_ban_does_not_stop_trade_from_growing(world) -> None:
    cobalt = Target.of("trade", commodity="cobalt_intermediate")
    ban = {"target": cobalt, "effect": Effect.of("ban")}
    at = {}
    for certainty in (0.05, 0.5, 0.9):
        (item,) = news(world, event("ban", certainty=certainty, **ban))
        at[certainty] = profile(item, "limit", "cobalt_intermediate:COD>CHN")[9]
    assert at[0.05] == pytest.approx(0.95 * 0.95 / 0.05)
    assert at[0.5] == pytest.approx(0.5)
    assert at[0.9] == pytest.approx(0.1)


def test_a_quota_follows_a_ban_and_holds_over_the_rows_together(world) -> None:
    cobalt = Target.of("trade", commodity="cobalt_intermediate", origin="COD")
    ban = event("ban", cobalt, Effect.of("ban"), start="2025-02-22", duration=Duration.lognormal(4, 0.5))
    quota = event(
        "quota",
        cobalt,
        Effect.of("quota", 18125.0, per="event"),
        start="2025-10-16",
        duration=None,
        until="2026-01-01",
        announced="2025-09-21",
        supersedes="ban",
    )
    later = event(
        "later", cobalt, Effect.of("quota", 96600.0), start="2026-01", duration=Duration.permanent()
    )
    items = news(world, ban, quota, later)
    assert [n.month for n in items] == [1, 8, 12]
    q = [c for c in items[1].changes if c.attribute == "quota"]
    assert [c.rows for c in q] == [("cobalt_intermediate:COD>CHN", "cobalt_intermediate:COD>USA")]
    # What the ban leaves of October is nothing, so the three months carry the quota and no more.
    assert q[0].profile[9:12].sum() / 12 == pytest.approx(18125)
    assert q[0].profile[10] / 12 == pytest.approx(18125 / (2 + 16 / 31))
    assert np.isinf(q[0].profile[12:]).all()
    assert profile(items[1], "limit", "cobalt_intermediate:COD>CHN")[8] == pytest.approx(0, abs=1e-9)
    both = [c for c in items[2].changes if c.attribute == "quota"]
    assert len(both) == 1
    np.testing.assert_allclose(both[0].profile[12:], 96600)


def test_restart_talk_replaces_what_was_believed(world) -> None:
    halt = event(start="2025-08-09", duration=Duration.lognormal(6, 0.8, p_permanent=0.25, p_contagion=0.15))
    talk = event(
        "talk", start="2025-09-10", duration=Duration.lognormal(2, 0.6), supersedes="halt", type="restart"
    )
    before, after = news(world, halt, talk)
    assert (before.month, after.month) == (7, 8)
    old, new = (profile(n, "availability", "jianxiawo") for n in (before, after))
    assert (new[9:] > old[9:]).all()
    assert new[8] < 0.03  # it has lasted until the talk, so nothing came from it
    # Word that neighbours might follow goes with the old belief.
    assert profile(before, "availability", "huaqiao").min() < 0.87
    np.testing.assert_allclose(profile(after, "availability", "huaqiao")[9:], 1.0)


def test_talk_that_is_half_believed_leaves_half_of_the_old_belief(world) -> None:
    law = Duration.lognormal(6, 0.8, p_permanent=0.25)
    halt = event(start="2025-08-01", duration=law)
    talk = event("talk", start="2025-09-01", duration=Duration.fixed(1), supersedes="halt", certainty=0.5)
    _, after = news(world, halt, talk)
    p = profile(after, "availability", "jianxiawo")
    at = np.linspace(3, 4, 2001)
    assert p[10] == pytest.approx(1 - 0.5 * law.survivor(at, given=1.0).mean(), abs=1e-3)


def test_a_closed_passage_costs_freight_by_mass_or_bans(world) -> None:
    closed = event("closed", Target.of("passage", name="malacca"), Effect.of("closed"), type="passage_closed")
    staged = stage(Scenario("x", events=(closed,)), world)
    (item,) = expected(staged)
    assert profile(item, "cost", "cobalt_intermediate:COD>CHN")[9] == pytest.approx(1000 * 0.001 * 3.3)
    assert profile(item, "limit", "cobalt_intermediate:COD>USA")[9] == 0
    assert "no way around" in staged.notes[0]


def test_shares_of_a_mix_build_up_from_their_own_base(world) -> None:
    ramp = event(
        "sodium",
        Target.of("mixes", cell=["sodium_cell", "lfp_cell"], region="CHN"),
        Effect.of("ceiling", 0.95),
        type="technology_switch",
        start="2026-01",
        duration=Duration.permanent(),
        phase_in=10.0,
    )
    (item,) = news(world, ramp)
    p = profile(item, "ceiling", "ev_battery@CHN:sodium_cell")
    np.testing.assert_allclose(p[:12], 0.05)
    assert p[16] == pytest.approx(0.05 + 0.9 * 0.45)
    np.testing.assert_allclose(p[22:], 0.95)
    assert profile(item, "ceiling", "ev_battery@CHN:lfp_cell")[11] == pytest.approx(0.9)


def test_demand_stores_and_costs(world) -> None:
    (item,) = news(
        world,
        event("d", Target.of("demands", use="ev"), Effect.of("demand", 1.2), type="demand_change"),
        event("s", Target.of("stores", name="reserve_chn"), Effect.of("draw", 500.0), type="stock_release"),
        event("c", Target.of("plants", name="greenbushes"), Effect.of("cost", 80.0)),
    )
    assert profile(item, "quantity", "ev_usa")[9] == pytest.approx(1.2)
    assert profile(item, "draw", "reserve_chn")[9] == pytest.approx(500)
    assert profile(item, "cost", "greenbushes")[9] == pytest.approx(80)


def test_a_halt_near_the_end_of_the_horizon_ends_beyond_it(world) -> None:
    (item,) = news(world, event(start="2027-11"))
    p = profile(item, "availability", "jianxiawo")
    assert p[35] == pytest.approx(0)
    assert p[-1] == pytest.approx(1)


def test_the_grid_integrates_kinks_exactly() -> None:
    grid = Grid.of(12, [2.3, 5.0, 7.25])
    t = grid.time
    np.testing.assert_allclose(grid.mean(np.ones_like(t)), 1)
    step = grid.mean((t >= 2.3).astype(float))
    assert step[2] == pytest.approx(0.7)
    bend = grid.mean(np.maximum(t - 7.25, 0.0) ** 2)
    assert bend[7] == pytest.approx(0.75**3 / 3)


def scenario_with_everything() -> Scenario:
    return Scenario(
        "x",
        events=(
            event(
                start="2025-03",
                duration=Duration.lognormal(5, 0.7, p_permanent=0.2, p_contagion=0.3),
                effect=Effect.of("output_cut", (1000.0, 4000.0)),
                certainty=0.7,
            ),
            event(
                "talk",
                start="2025-07-10",
                duration=Duration.lognormal(2, 0.5, p_permanent=0.1),
                effect=Effect.of("output_cut", (1000.0, 4000.0)),
                supersedes="halt",
                certainty=0.6,
                type="restart",
            ),
            event(
                "strike",
                Target.of("plants", name="greenbushes"),
                duration=Duration.uniform(1, 6),
                recovery=0.5,
            ),
        ),
    )


def test_a_draw_is_reproducible_alone(world) -> None:
    staged = stage(scenario_with_everything(), world)

    def one(i):
        return draw(staged, np.random.default_rng(np.random.SeedSequence(5, spawn_key=(i,))))

    assert one(3).durations == one(3).durations
    assert one(3).durations != one(4).durations
    for a, b in zip(one(3).news, one(3).news, strict=True):
        for x, y in zip(a.changes, b.changes, strict=True):
            np.testing.assert_array_equal(x.profile, y.profile)


def test_the_end_is_heard_when_it_comes_and_that_it_lasts_before(world) -> None:
    law = Duration.lognormal(6, 0.8)
    staged = stage(Scenario("x", events=(event(duration=law, recovery=0.5),)), world)
    for i in range(20):
        drawn = draw(staged, np.random.default_rng(i), every=3)
        end = 8 + drawn.durations["halt"]
        months = [n.month for n in drawn.news]
        assert months[0] == 8
        truth = next(c for c in drawn.truth if c.rows == ("jianxiawo",)).profile
        if end < 36:
            assert months[-1] == int(end)
            last = profile(drawn.news[-1], "availability", "jianxiawo")
            np.testing.assert_allclose(last, truth)
        for item in drawn.news[1:-1]:
            p = profile(item, "availability", "jianxiawo")
            assert item.month < end
            assert p[: item.month].max(initial=0.0, where=np.arange(item.month) >= 8) == pytest.approx(0)
        assert set(months[1:-1]) <= set(range(11, 36, 3))


def test_a_rumour_proves_true_or_false_in_its_month(world) -> None:
    rumour = event(certainty=0.5, announced="2025-06-03", start="2025-09-15")
    staged = stage(Scenario("x", events=(rumour,)), world)
    seen = set()
    for i in range(12):
        drawn = draw(staged, np.random.default_rng(i))
        assert [n.month for n in drawn.news] == [5, 8]
        real = drawn.happened["halt"]
        seen.add(real)
        assert bool(drawn.news[1].changes) == real
        assert bool(drawn.truth) == real
    assert seen == {True, False}


def test_the_mean_of_what_happens_is_what_was_expected(world) -> None:
    staged = stage(scenario_with_everything(), world)
    (_, _, last) = expected(staged)
    mean = {r: np.zeros(36 + BEYOND) for r in ("jianxiawo", "greenbushes", "huaqiao")}
    draws = 1500
    for i in range(draws):
        one = draw(staged, np.random.default_rng(i), every=0)
        for row in mean:
            found = [c.profile for c in one.truth if row in c.rows]
            mean[row] += (found[0] if found else 1.0) / draws
    # From the talk on: what came before it is conditioned on the halt having lasted.
    for row in ("jianxiawo", "greenbushes"):
        np.testing.assert_allclose(mean[row][8:], profile(last, "availability", row)[8:], atol=0.03)


def test_a_permanent_draw_is_never_heard_to_end(world) -> None:
    staged = stage(Scenario("x", events=(event(duration=Duration.fixed(2, p_permanent=0.9)),)), world)
    for i in range(10):
        drawn = draw(staged, np.random.default_rng(i))
        if np.isinf(drawn.durations["halt"]):
            p = profile(drawn.news[-1], "availability", "jianxiawo")
            assert p[-1] == 0
            assert drawn.truth[0].profile[-1] == 0
            break
    else:
        pytest.fail("no permanent draw in ten")
