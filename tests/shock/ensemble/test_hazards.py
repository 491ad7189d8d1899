"""The laws of the table, each at every target that it can hit."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace

import pandas as pd
import pytest

from oreflow.atlas.schema import tables
from oreflow.errors import DataError, UnknownNameError
from oreflow.shock.duration import Duration
from oreflow.shock.ensemble import HazardChoice, perils
from oreflow.shock.ensemble.hazards import EVENT_TYPE
from oreflow.shock.ensemble.spec import KINDS
from oreflow.shock.event import EVENT_TYPES


def with_rows(world, *changes, like="weather"):
    """A world whose hazards are copies of one row with changes."""
    row = world.hazards[world.hazards["hazard"] == like]
    rows = [row.assign(hazard=f"h{i}", **change) for i, change in enumerate(changes)]
    return world.with_(hazards=pd.concat(rows, ignore_index=True))


def targets(found):
    return [p.target for p in found]


def test_every_kind_makes_an_event_of_a_type_that_exists():
    assert set(EVENT_TYPE) == set(KINDS) == set(tables()["hazards"]["kind"].values)
    assert set(EVENT_TYPE.values()) <= set(EVENT_TYPES)


def test_the_bundled_laws_hit_what_they_should(real, lithium):
    found = perils(real, lithium, HazardChoice(), start="2026-01")
    plants = real.plants.set_index("plant")
    process = real.processes.set_index("process")["kind"]
    for p in found:
        row = real.hazards.set_index("hazard").loc[p.law]
        if p.reach == "exports":
            assert all(r.split(":")[1].startswith(f"{row['region']}>") for r in p.rows)
            assert not any(r.endswith(f">{row['region']}") for r in p.rows)
            continue
        at = plants.loc[list(p.rows)]
        assert not row["region"] or (at["region"] == row["region"]).all()
        assert not row["process_kind"] or (at["process"].map(process) == row["process_kind"]).all()
        if p.reach == "region":
            everyone = plants[(plants["region"] == p.target) & plants.index.isin(lithium.net.plants)]
            if row["process_kind"]:
                everyone = everyone[everyone["process"].map(process) == row["process_kind"]]
            assert set(p.rows) == set(everyone.index[everyone["output"] > 0])
        else:
            assert p.rows == (p.target,)
    assert Counter(p.kind for p in found)["policy"] == 5  # Australia, Argentina, Chile, China, Zimbabwe
    assert {p.target for p in found if p.kind == "permit"} >= {"yichun_414", "jianxiawo"}
    assert len({p.stream for p in found}) == len(found)


def test_a_row_that_stands_for_many_plants_is_hit_more_often_and_less(real, lithium):
    found = {(p.kind, p.target): p for p in perils(real, lithium, HazardChoice())}
    plants = real.plants.set_index("plant")
    one, many = found["strike", "greenbushes"], found["strike", "lithium_carbonate_conversion_chn"]
    assert not plants.loc["greenbushes", "aggregate"]
    assert plants.loc["lithium_carbonate_conversion_chn", "aggregate"]
    rate = real.hazards.set_index("hazard")["rate"]
    assert one.rate == pytest.approx(rate["strike_aus"]) and one.loss == (0.5, 1.0)
    assert many.rate == pytest.approx(5 * rate["strike_chn"]) and many.loss == (0.1, 0.2)
    # the mean loss is the same whatever the number of sites
    assert many.rate * sum(many.loss) == pytest.approx(rate["strike_chn"] * 1.5)


def test_what_a_law_costs(real, lithium):
    strike = next(p for p in perils(real, lithium, HazardChoice(("strike",))) if p.target == "greenbushes")
    known = replace(strike, duration=Duration.fixed(3), recovery=None, rate=0.1, loss=(0.4, 0.6))
    assert known.burden == pytest.approx(0.1 * 0.5 * 3 / 12)
    # A strike of a month at the median, and half a month for the way back; one in a hundred never ends.
    months = 0.99 * (math.exp(0.7**2 / 2) + 0.5) + 0.01 * 24
    assert strike.burden == pytest.approx(strike.rate * 0.75 * months / 12, rel=1e-3)


def test_choice_scales_and_leaves_out(real, lithium):
    all_ = {(p.law, p.target): p for p in perils(real, lithium, HazardChoice())}
    some = perils(real, lithium, HazardChoice(("strike", "outage"), {"strike": 3.0, "outage": 0.0}))
    assert {p.kind for p in some} == {"strike"}
    assert all(p.rate == pytest.approx(3 * all_[p.law, p.target].rate) for p in some)
    assert all(p.stream == all_[p.law, p.target].stream for p in some)
    assert perils(real, lithium, HazardChoice(())) == ()


def test_blocs_minerals_processes_and_every_region(real, lithium):
    world = with_rows(
        real,
        {"region": "allied"},
        {"region": "AUS", "reach": "plant"},
        {"process": "lithium_brine"},
        {"mineral": "lithium", "process_kind": "", "region": "CHL"},
        {"mineral": "copper"},
    )
    found = perils(world, lithium, HazardChoice())
    by_law = {law: [p for p in found if p.law == law] for law in ("h0", "h1", "h2", "h3", "h4")}
    assert {"AUS", "USA"} <= set(targets(by_law["h0"])) and "CHL" not in targets(by_law["h0"])
    assert "greenbushes" in targets(by_law["h1"]) and "salar_de_atacama_sqm" not in targets(by_law["h1"])
    assert {"CHL", "ARG"} <= set(targets(by_law["h2"]))
    assert targets(by_law["h3"]) == ["CHL"]
    assert by_law["h4"] == []  # no copper in the scope


def test_permits_are_met_at_their_date_where_it_lies_in_the_horizon(real, lithium):
    def permits(start, **options):
        chosen = HazardChoice(("permit",), **options)
        return {(p.law, p.target): p for p in perils(real, lithium, chosen, start=start)}

    later = permits("2026-01")
    assert not any(p.dated for p in later.values())
    assert later["permit_unsettled", "jianxiawo"].rate == pytest.approx(0.15)
    assert ("permit_unsettled", "salar_de_atacama_sqm") not in later  # valid
    then = permits("2025-07")
    assert ("permit_unsettled", "jianxiawo") not in then
    halt = then["permit_expiry", "jianxiawo"]
    assert halt.dated and halt.start == pytest.approx(1 + 8 / 31) and halt.chance == 0.25
    assert halt.event.expected and halt.event.certainty == 0.25
    assert "yichun_414" in halt.followers and "shuinanduan" not in halt.followers
    assert permits("2025-07", scale={"permit": 8})["permit_expiry", "jianxiawo"].chance == 1
    assert permits("2030-06")["permit_expiry", "salar_de_atacama_sqm"].start == pytest.approx(6 + 30 / 31)
    told = perils(
        real, lithium, HazardChoice(("permit",)), start="2025-07", spared={"jianxiawo", "yichun_414"}
    )
    assert not {"jianxiawo", "yichun_414"} & set(targets(told))


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        ({"law": "wether"}, UnknownNameError, "row 'h0': unknown law 'wether'. Did you mean 'weather'"),
        ({"rate": math.nan}, DataError, "row 'h0': give a rate, or for the end of a permit a chance"),
        ({"chance": 0.1}, DataError, "and not both"),
        ({"loss_low": 0.9}, DataError, r"row 'h0': the loss of 0.9 to 0.25 is no range"),
        ({"loss_high": 1.5}, DataError, "is no range of shares"),
    ],
)
def test_a_row_that_is_no_law_is_refused(real, lithium, change, error, says):
    with pytest.raises(error, match=says):
        perils(with_rows(real, change), lithium, HazardChoice())
