"""Parts of the briefing that a mine's halt does not show: trade, nothing to run, what the market refuses, words."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from oreflow.atlas import bundled
from oreflow.errors import ReadError, UsageError
from oreflow.market import Settings
from oreflow.news import Amount, Claim, Interval
from oreflow.report.assemble import brief, study
from oreflow.report.assemble.change import _thirds
from oreflow.report.assemble.horizon import LONGEST, fit, horizon, solvable
from oreflow.report.assemble.network import Flows
from oreflow.report.assemble.question import question
from oreflow.report.assemble.whole import assemble
from oreflow.report.assemble.words import amount, listed, says, when
from oreflow.shock import Effect, Event, Scenario, Target


def write(tmp_path, text, name="article.txt"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def tariff(start="2025-08-01", **more):
    target = Target.of("trade", commodity="copper_refined", destination="USA")
    return Event(
        id="duty", type="tariff", target=target, effect=Effect.of("tariff", 0.25), start=start, **more
    )


@pytest.fixture(scope="module")
def duty():
    case = study(scenario=Scenario("duty", events=(tariff(),)), draws=3)
    return case, assemble(case, seed=1, wall=lambda: 0.5)


def test_a_tariff_is_felt_behind_the_border(duty):
    case, made = duty
    first = made.does.prices[0]
    assert (first.commodity, first.hub) == ("copper_refined", "USA")
    assert 5 < first.mean.value < 25.5, "no price rises by more than the duty"
    elsewhere = [p for p in made.does.prices if p.hub != "USA"]
    assert elsewhere and all(p.mean.value < first.mean.value for p in elsewhere)
    assert made.does.shortfalls[0].place == "United States"
    assert made.does.shortfalls[0].total.value > 0
    assert {c.title for c in made.breaks.chains} >= {"Copper in the United States"}
    assert "does not touch this chain's capacity" in made.breaks.chains[0].verdict.plain
    asked = question(case, Flows(case.sample.base, case.stage_of, case.mineral))
    rows = [r for r in case.sample.base.net.routes if r.startswith("copper_refined:") and r.endswith(">USA")]
    q = dict(zip(case.sample.base.net.routes, case.sample.base.balanced.route_q, strict=True))
    assert set(asked.trade) <= set(rows)
    line = made.happened.lines[1]
    assert line.figures[0].value == pytest.approx(sum(q[r] for r in asked.trade))


def test_a_scenario_needs_no_article(duty):
    _, made = duty
    assert made.articles == () and made.happened.claims == ()
    assert [e.id for e in made.happened.events] == ["duty"]
    assert "few" in made.change.note and made.change.rows == ()


def test_neither_article_nor_scenario():
    with pytest.raises(UsageError, match="nothing to brief on"):
        brief()


def test_opinions_alone_run_no_market(tmp_path):
    text = (
        "Report on minerals, 29 October 2025\n\nThe United States has only three copper smelters in operation. "
        "Analysts said smelting is the bottleneck of the copper chain in the United States.\n"
    )
    made = brief(write(tmp_path, text))
    assert "no market was run" in made.happened.lines[0].plain
    assert made.happened.claims and made.happened.events == () and made.checks == ()
    assert len(made.happened.not_modelled) >= len(made.happened.claims) - 1
    chain = made.breaks.chains[0]
    assert chain.title == "Copper in the United States"
    assert all(s.before == s.after for s in chain.stages)
    assert "Refining is the bottleneck" in chain.verdict.plain
    assert made.does.prices == () and "Nothing was run" in made.does.note
    assert made.meta.draws == 0


def test_an_article_about_something_else(tmp_path):
    text = "United win the cup\n\nA late strike from the captain sealed a win in front of a full house on Sunday.\n"
    made = brief(write(tmp_path, text))
    assert "about something else" in made.happened.lines[0].plain
    assert made.happened.claims == () and made.breaks.chains == () and made.answer == ()


def test_a_bad_file_is_refused_before_anything_is_made(tmp_path):
    with pytest.raises(ReadError, match="empty"):
        brief([write(tmp_path, "A mine halted.\n" * 3, "good.txt"), write(tmp_path, " \n", "empty.txt")])


def test_the_horizon_begins_the_month_before():
    assert horizon(Scenario("s", events=(tariff(),))) == horizon(Scenario("s", events=(tariff(),)))
    s = horizon(Scenario("s", events=(tariff("2025-08-20"),)))
    assert s.start == "2025-07"
    late = horizon(Scenario("s", events=(tariff("2026-12-01", announced="2025-02-10"),)))
    assert late.start == "2025-01" and 23 < late.periods <= LONGEST


def test_events_too_far_apart_are_left_out():
    early, late = tariff("2025-02-01"), tariff("2031-02-01")
    late = Event(**{f: getattr(late, f) for f in late.__dataclass_fields__} | {"id": "late"})
    found, settings, left = fit(Scenario("s", events=(early, late)), bundled(), None)
    assert [e.id for e in found.events] == ["duty"] and settings is not None
    assert len(left) == 1 and "outside the horizon" in left[0].reason


def test_what_the_market_refuses_is_left_out_with_its_reason():
    world = bundled()
    stores = world.stores
    reserve = stores[(stores["kind"] == "reserve") & (stores["rate_in"] > 0)].iloc[0]
    fill = Event(
        id="fill",
        type="stock_purchase",
        target=Target.of("stores", name=reserve["store"]),
        effect=Effect.of("fill", 100 * float(reserve["rate_in"])),
        start="2025-08-01",
    )
    scenario = Scenario("s", events=(tariff(), fill))
    found, settings, left = solvable(scenario, world, horizon(scenario), None)
    assert [e.id for e in found.events] == ["duty"]
    assert settings is not None and "above its rate" in left[0].reason


def test_thirds_take_equal_values_whole():
    low, high = _thirds(np.array([1.0, 2, 3, 4, 5, 6, 9, 9, 9, 9, 9, 9]))
    assert low.sum() == 4 and high.sum() == 6
    low, high = _thirds(np.array([1.0, 2, 3, 4, 5, 6]))
    assert low.tolist() == [True, True, False, False, False, False]
    assert high.tolist() == [False, False, False, False, True, True]


@pytest.mark.parametrize(
    ("quantity", "text"),
    [
        (Amount(6000.0, None, 6000.0, "t", "month"), "up to 6,000 t/month"),
        (Amount(110.0, 110.0, None, "t", None), "at least 110 t"),
        (Amount(None, 60000.0, 72000.0, "t LCE", "year"), "60,000 to 72,000 t LCE/yr"),
        (Amount(14.0, None, None, "%", None), "14 %"),
        (None, None),
    ],
)
def test_amounts_as_the_text_has_them(quantity, text):
    assert amount(quantity) == text


@pytest.mark.parametrize(
    ("interval", "text"),
    [
        (Interval(date(2025, 8, 9), date(2025, 8, 9)), "2025-08-09"),
        (Interval(date(2025, 8, 1), date(2025, 8, 31)), "2025-08"),
        (Interval(date(2025, 1, 1), date(2025, 12, 31)), "2025"),
        (Interval(date(2026, 1, 1), date(2027, 12, 31)), "2026 to 2027"),
        (Interval(None, date(2026, 11, 27)), "until 2026-11-27"),
        (Interval(date(2025, 8, 1), None), "from 2025-08-01"),
        (Interval(None, None, "XXXX-08/.."), "from Aug, year not told"),
        (None, None),
    ],
)
def test_days_in_short(interval, text):
    assert when(interval) == text


def claim(**more):
    blank = dict.fromkeys(("subject", "commodity", "country", "quantity", "direction", "speaker", "said"))
    blank |= dict.fromkeys(("announced", "effective"))
    given = {
        "type": "halt",
        "polarity": "asserted",
        "modality": "happened",
        "quote": "q",
        "start": 0,
        "end": 1,
    }
    return Claim(**{**blank, **given, **more})


def test_what_a_claim_says():
    assert says(claim(type="bottleneck"), "mining") == "it is mining"
    assert says(claim(type="bottleneck", polarity="negated"), "refining") == "it is not refining"
    assert says(claim(polarity="negated"), "the mine") == "halt of the mine: denied"
    rise = Amount(8.0, None, None, "%", None)
    assert says(claim(type="price_move", quantity=rise, direction="up"), "lithium") == "up 8 %"
    assert says(claim(type="tariff", quantity=rise, direction="up"), "copper") == "8 %"


def test_lists():
    assert (
        listed(["a"]) == "a"
        and listed(["a", "b"]) == "a and b"
        and listed(["a", "b", "c"], "or") == "a, b or c"
    )
    assert listed([]) == ""


def test_settings_of_a_run_are_told(duty):
    case, made = duty
    told = {s.name: s.value for s in made.meta.settings}
    assert told["horizon"].startswith(str(case.sample.settings.periods))
    assert isinstance(case.sample.settings, Settings)
