"""The briefing of an article about a mine, put beside what the market itself says."""

from __future__ import annotations

import numpy as np
import pytest

from oreflow.gauge import bottleneck, country_exposure, firm_exposure
from oreflow.report.assemble import study
from oreflow.report.assemble.whole import assemble
from oreflow.report.briefing import Briefing, figures

TEXT = """CATL stops its Jianxiawo lithium mine

11 August 2025

CATL has halted production at the Jianxiawo lithium mine in Jiangxi after its mining licence expired on 9 August 2025,
the company said. The mine produces about 46,000 tonnes of lithium carbonate equivalent a year, a bank said.
Consultants put its output at 65,000 tonnes of lithium carbonate equivalent a year.

CATL said mining is the bottleneck of the lithium chain. Shares of Albemarle gained 7%.
"""
DRAWS = 9


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    path = tmp_path_factory.mktemp("articles") / "halt.txt"
    path.write_text(TEXT, encoding="utf-8")
    return study(path, draws=DRAWS, seed=3)


@pytest.fixture(scope="module")
def made(case) -> Briefing:
    return assemble(case, seed=3, wall=lambda: 1.0)


def plants_of(case, *processes):
    table = case.world.plants
    names = set(table.loc[table["process"].isin(processes), "plant"])
    return [i for i, p in enumerate(case.sample.base.net.plants) if p in names]


def test_it_is_about_the_mine(made, case):
    assert "Jianxiawo" in made.meta.title and "lithium" in made.meta.title
    assert made.meta.as_of == "2025-08-11"
    assert case.months[0] == "2025-07" and case.news == "2025-08"
    assert made.meta.draws == DRAWS and made.meta.run == case.sample.run


def test_quotes_are_the_words_of_the_article(made):
    assert made.articles[0].text == TEXT
    assert [c.id for c in made.happened.claims] == list(range(1, len(made.happened.claims) + 1))
    for c in made.happened.claims:
        assert TEXT[c.start : c.end] == c.quote
    assert "halted production at the Jianxiawo lithium mine" in " ".join(
        c.quote for c in made.happened.claims
    )


def test_the_second_line_puts_the_atlas_beside_the_claims(made, case):
    line = made.happened.lines[1]
    output = case.row("plants", "plant", "jianxiawo")["output"]
    assert line.figures[0].value == pytest.approx(output)
    assert line.figures[0].quality == case.row("plants", "plant", "jianxiawo")["quality"]
    assert "46,000" in line.text and "65,000" in line.text


def test_every_default_is_told(made, case):
    event = next(e for e in made.happened.events if "halt" in e.type)
    law = case.row("laws", "law", "permit_halt")
    told = {d.what: d for d in event.defaults}
    assert told["how long it lasts"].value.value == pytest.approx(law["median_months"])
    assert told["chance that it never ends"].value.value == pytest.approx(100 * law["p_permanent"])
    assert set(told["how long it lasts"].value.sources) == set(law["source"].split(";"))
    assert event.certainty.value == pytest.approx(100 * case.event[event.id].certainty)


def test_all_that_is_left_out_is_listed(made, case):
    assert len(made.happened.not_modelled) == len(
        {(n.claim, n.reason) for n in (*case.reading.not_modelled, *case.left)}
    )
    behind = {n for e in made.happened.events for n in e.claims}
    left = {n.claim for n in made.happened.not_modelled}
    assert behind | left == {c.id for c in made.happened.claims}


def test_the_sources_of_the_atlas_disagree_on_the_mine(made, case):
    found = [d for d in made.happened.disagreements if "Output of Jianxiawo".lower() in d.question.lower()]
    rows = case.world.claims
    rows = rows[(rows["subject"] == "jianxiawo") & (rows["attribute"] == "output")]
    held = [p for d in found for p in d.positions if p.claim is None]
    assert 2 <= len(held) <= len(rows)
    assert all(any(str(s) in p.speaker for s in rows["speaker"]) for p in held)


def test_prices_are_those_of_the_draws(made, case):
    net = case.sample.base.net
    assert made.does.prices[0].commodity == "lithium_carbonate"
    assert {p.commodity for p in made.does.prices} >= {"lithium_concentrate", "lithium_carbonate"}
    for p in made.does.prices:
        i = net.nodes.index(f"{p.commodity}@{p.hub}")
        base = case.sample.baseline.data["price"].to_numpy()[i]
        drawn = case.sample.price[:, i]
        assert p.band.baseline == pytest.approx(tuple(base))
        assert p.band.median == pytest.approx(tuple(np.median(drawn, axis=0)))
        change = 100 * (drawn / base - 1)
        assert p.first.value == pytest.approx(change[:, 1].mean())
        assert p.mean.value == pytest.approx(change[:, 1:].mean())
        assert p.mean.low <= p.mean.value <= p.mean.high
    assert made.does.prices[0].first.value > 0.5


def test_what_is_missing_is_what_the_mines_do_not_make(made, case):
    mined = plants_of(case, "spodumene_mining", "lepidolite_mining", "lithium_brine", "lithium_recycling")
    before = case.sample.baseline.data["output"].to_numpy()[mined].sum()
    lost = before - case.sample.output[:, mined].sum(axis=(1, 2))
    path = next(s for s in made.does.shortfalls if s.name == "mined lithium")
    assert path.total.value == pytest.approx(lost.mean())
    assert path.share.value == pytest.approx(100 * lost.mean() / before)
    assert path.total.unit == "t LCE" and path.band.unit == "t LCE/month"
    assert path.total.value > 0


def test_the_mine_loses_most(made, case):
    row = made.does.losers[0]
    i = case.sample.base.net.plants.index("jianxiawo")
    before = 12 * case.sample.baseline.data["output"].to_numpy()[i, 1:].mean()
    after = 12 * case.sample.output[:, i, 1:].mean()
    assert row.name == "Jianxiawo" and row.kind == "plant"
    assert (row.before.value, row.after.value) == pytest.approx((before, after))
    assert row.change.value == pytest.approx(after - before) and row.change.value < 0
    assert row.relative.value == pytest.approx(100 * (after / before - 1))
    drawn = 12 * case.sample.output[:, i, 1:].mean(axis=1) - before
    assert (row.change.low, row.change.high) == pytest.approx(tuple(np.quantile(drawn, [0.05, 0.95])))


def test_rent_grows_by_the_area_beside_the_supply_curve(made, case):
    # Zimbabwe only mines concentrate, so what a mine earns on a tonne is the price of concentrate there.
    row = next(r for r in made.does.gainers if r.name == "Zimbabwe")
    net = case.sample.base.net
    node = net.nodes.index("lithium_concentrate@ZWE")
    mines = [
        i for i in plants_of(case, "spodumene_mining", "lepidolite_mining") if net.plant_region[i] == "ZWE"
    ]
    base = case.sample.baseline.data
    p0, p1 = base["price"].to_numpy()[node, 1:], case.sample.price[:, node, 1:]
    q0, q1 = base["output"].to_numpy()[mines, 1:].sum(axis=0), case.sample.output[:, mines, 1:].sum(axis=1)
    assert row.change.value == pytest.approx(12 * ((p1 - p0) * (q0 + q1) / 2).mean())
    assert row.change.value > 0
    assert row.before.value + row.change.value == pytest.approx(row.after.value)
    owners = {r.name for r in made.does.gainers if r.kind == "firm"}
    assert owners and "CATL" not in owners, "the owner of the mine that stands still gains nothing"


def test_the_map_adds_up_to_the_change_of_output(made, case):
    mined = plants_of(case, "spodumene_mining", "lepidolite_mining", "lithium_brine", "lithium_recycling")
    before = 12 * case.sample.baseline.data["output"].to_numpy()[mined, 1:].mean(axis=1).sum()
    change = 12 * case.sample.output[:, mined, 1:].mean(axis=(0, 2)).sum() - before
    shown = made.does.maps[0].markers
    assert sum(m.value.value for m in shown) == pytest.approx(change, rel=0.05)
    assert min(shown, key=lambda m: m.value.value).key == "CHN"


@pytest.mark.parametrize("side", ["before", "after"])
def test_flows_conserve_from_stage_to_stage(made, case, side):
    flows = made.does.flows[0]
    stage = {n.key: n.stage for n in flows.nodes}
    into, out = np.zeros(len(flows.stages)), np.zeros(len(flows.stages))
    other = 0.0
    for link in flows.links:
        amount = getattr(link, side)
        out[stage[link.origin]] += amount
        into[stage[link.destination]] += amount
        other += amount if link.destination == "use:other_uses" else 0.0
    assert flows.stages == ("mined", "refined", "cathodes", "cells", "used")
    # Cathodes and cells: what comes in goes out. The last stage: cells and other uses.
    assert into[2] == pytest.approx(out[2], rel=0.02)
    assert into[3] == pytest.approx(out[3], rel=0.02)
    assert into[4] == pytest.approx(out[3] + other, rel=1e-9)
    base = case.sample.baseline.data["output"].to_numpy()
    output = (base if side == "before" else case.sample.output.mean(axis=0))[:, 1:].mean(axis=1)
    ore = plants_of(case, "lithium_carbonate_conversion", "lithium_hydroxide_conversion")
    used = 12 * 1.18704 * output[ore].sum()
    direct = plants_of(case, "lithium_brine", "lithium_recycling")
    straight = 12 * output[direct].sum()
    assert into[1] == pytest.approx(used + straight, rel=1e-6)


def test_the_bottleneck_is_that_of_the_gauge(made, case):
    chain = made.breaks.chains[0]
    gauge = bottleneck(case.world, "lithium", "CHN")
    assert chain.title == "Lithium in China"
    assert "Mining is the bottleneck" in chain.verdict.plain and "does not move it" in chain.verdict.plain
    assert "CATL" in chain.verdict.plain
    for stage, held in zip(chain.stages, gauge.stages, strict=True):
        assert stage.before.capacity.value == pytest.approx(held.capacity)
        assert stage.before.headroom.value == pytest.approx(held.headroom)
        assert stage.before.dual.value == pytest.approx(held.dual)
    mining = chain.stages[0]
    lost = mining.before.capacity.value - mining.after.capacity.value
    capacity = case.row("plants", "plant", "jianxiawo")["capacity"]
    # Like plants may follow with some chance, so a little more than the mine may be out.
    assert 0.7 * capacity < lost < 1.6 * capacity


def test_exposure_is_that_of_the_gauges(made, case):
    s = case.sample
    data = s.expected.data
    mean = {k: (data[k].dims, getattr(s, k).mean(axis=0), data[k].attrs) for k in ("price", "output", "flow")}
    mean["unserved"] = (data["unserved"].dims, s.unserved.mean(axis=0), data["unserved"].attrs)
    base, after = (d.isel(period=slice(1, None)) for d in (s.baseline.data, data.assign(mean)))
    firm = next(r for r in made.exposed.rows if r.name == "CATL" and "carbonate" in r.commodity)
    gauge = next(
        g for g in firm_exposure(case.world, "catl", base, after) if g.commodity == "lithium_carbonate"
    )
    assert firm.uncovered.value == pytest.approx(gauge.uncovered)
    assert firm.cost.value == pytest.approx(gauge.cost)
    left = firm.need.value - firm.own.value - firm.offtake.value - firm.stock.value
    assert firm.uncovered.value == pytest.approx(max(left, 0.0))
    country = next(r for r in made.exposed.rows if r.kind == "country" and r.name == "South Korea")
    commodity = next(c for c in case.unit if case.commodity(c) == country.commodity)
    table = country_exposure(case.world, "KOR", base, after).set_index("commodity")
    assert country.cost.value == pytest.approx(table.loc[commodity, "cost"])
    assert country.uncovered.value == pytest.approx(table.loc[commodity, "imports"])


def test_sensitivities_are_means_of_thirds(made, case):
    i = case.sample.base.net.nodes.index("lithium_carbonate@CHN")
    base = case.sample.baseline.data["price"].to_numpy()[i, 1:]
    answer = 100 * (case.sample.price[:, i, 1:] / base - 1).mean(axis=1)
    assert made.change.base.value == pytest.approx(answer.mean())
    assert made.change.base.value == pytest.approx(made.does.prices[0].mean.value)
    moves = [abs(r.at_high.value - r.at_low.value) for r in made.change.rows]
    assert moves == sorted(moves, reverse=True) and 1 <= len(moves) <= 3
    third = np.argsort(case.sample.inputs["eta"].to_numpy())
    row = [r for r in made.change.rows if "convenience" in r.assumption]
    for r in row:
        assert r.at_low.value == pytest.approx(answer[third[: DRAWS // 3]].mean())
        assert r.at_high.value == pytest.approx(answer[third[-(DRAWS // 3) :]].mean())


def test_every_figure_names_a_source_that_is_listed(made):
    known = {s.key for s in made.sources}
    world = known | {a.key for a in made.articles} | {made.meta.run}
    found = list(figures(made))
    assert len(found) > 100
    assert {k for f in found for k in f.sources} <= world
    assert all(s.title and s.publisher != "not in the table of sources" for s in made.sources)


def test_checks_hold(made):
    assert len(made.checks) >= 5
    assert all(c.passed for c in made.checks), [c.name for c in made.checks if not c.passed]


def test_the_briefing_travels_as_json_and_renders(made):
    from oreflow.report.faces import html, markdown, terminal
    from oreflow.report.story import document

    assert Briefing.from_json(made.to_json()) == made
    for face in (terminal, markdown, html):
        text = face.render(document(made))
        assert "Jianxiawo" in text and "nan" not in text.lower().split()
