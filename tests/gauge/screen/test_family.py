"""The family holds every large supplier and no other."""

from __future__ import annotations

from itertools import product

import pytest

from oreflow.atlas import bundled
from oreflow.errors import UsageError
from oreflow.gauge.screen import scenario, suppliers
from oreflow.gauge.screen.family import STAGES
from oreflow.shock import stage
from oreflow.shock.impact import trade_base

from .worlds import buyer

GRID = list(product(("USA", "JPN", "world"), ("exports", "all-exports", "output"), (0.02, 0.3)))


def brute(region: str, mode: str, share: float) -> dict[tuple[str, str], tuple[float, float]]:
    """Shares of every country that must be cut off, by loops over the rows."""
    world = bundled()
    made: dict[str, dict[str, float]] = {}
    coefficient = {
        (f.process, f.commodity): f.coefficient for f in world.flows.itertuples() if f.role == "output"
    }
    for p in world.plants.itertuples():
        for (process, commodity), k in coefficient.items():
            if process == p.process:
                by = made.setdefault(commodity, {})
                by[p.region] = by.get(p.region, 0.0) + k * p.output
    sent: dict[str, dict[str, float]] = {}
    shipped: dict[str, dict[str, float]] = {}
    for t in world.trade.itertuples():
        for into, counts in ((shipped, True), (sent, region in ("world", t.destination))):
            if t.year == 2025 and counts:
                by = into.setdefault(t.commodity, {})
                by[t.origin] = by.get(t.origin, 0.0) + t.quantity
    countries = {r.region for r in world.regions.itertuples() if r.region in r.members.split(";")}
    found = {}
    for c in world.commodities.itertuples():
        if c.stage not in STAGES:
            continue
        outputs, imports = made.get(c.commodity, {}), sent.get(c.commodity, {})
        for r in countries - {region}:
            of_output = outputs.get(r, 0.0) / max(sum(outputs.values()), 1e-12)
            of_imports = imports.get(r, 0.0) / max(sum(imports.values()), 1e-12)
            stops = {"exports": imports, "all-exports": shipped.get(c.commodity, {}), "output": outputs}[mode]
            if max(of_output, of_imports) >= share and stops.get(r, 0.0) > 0:
                found[c.commodity, r] = (of_output, of_imports)
    return found


@pytest.mark.parametrize(("region", "mode", "share"), GRID)
def test_every_supplier_above_the_share_and_none_below(region, mode, share) -> None:
    family, left = suppliers(bundled(), region=region, mode=mode, share=share)
    found = {(s.commodity, s.country): (s.output_share, s.import_share) for s in family}
    wanted = brute(region, mode, share)
    assert found.keys() == wanted.keys()
    for key, shares in wanted.items():
        assert found[key] == pytest.approx(shares)
    assert len(family) == len(found)
    assert not {(x.commodity, x.region) for x in left} & found.keys()
    assert all(x.share >= share and x.reason for x in left)
    assert all(s.source and s.quality for s in family)


def test_what_is_left_out_says_why() -> None:
    _, left = suppliers(bundled(), region="USA", mode="output", share=0.05)
    reasons = {(x.commodity, x.region): x.reason for x in left}
    assert reasons["zinc_concentrate", "USA"] == "it is the focal region"
    assert reasons["phosphate_rock", "ROW"] == "it stands for many countries"
    _, left = suppliers(bundled(), region="USA", mode="exports", share=0.05)
    reasons = {(x.commodity, x.region): x.reason for x in left}
    assert reasons["cobalt_refined", "CHN"] == "it sent none to USA in 2025"


@pytest.mark.parametrize("mode", ["exports", "all-exports", "output"])
def test_scenarios_stop_what_they_say(mode) -> None:
    world = bundled()
    outputs = world.flows[world.flows["role"] == "output"]
    family, _ = suppliers(world, mode=mode, share=0.1)
    for s in family:
        made = scenario(s, world, region="USA", mode=mode, start="2025-01", months=12)
        staged = stage(made, world, start="2025-01", months=12)
        (impact,) = staged.impacts
        assert impact.low == impact.high == 0.0
        assert staged.events[0].duration.likely == 12
        if mode == "exports":
            assert set(impact.rows) == {f"{s.commodity}:{s.country}>USA"}
        elif mode == "all-exports":
            assert set(impact.rows) == {
                r for r in trade_base(world) if r.startswith(f"{s.commodity}:{s.country}>")
            }
        else:
            processes = set(outputs.loc[outputs["commodity"] == s.commodity, "process"])
            plants = world.plants[
                (world.plants["region"] == s.country) & world.plants["process"].isin(processes)
            ]
            assert set(impact.rows) == set(plants["plant"])
        assert made.sentences(world)[0].endswith("for 12 months.")


def test_exports_to_everybody_stop_where_the_focus_is_the_world() -> None:
    world = bundled()
    family, _ = suppliers(world, region="world", minerals=("cobalt",))
    drc = next(s for s in family if (s.commodity, s.country) == ("cobalt_intermediate", "COD"))
    made = scenario(drc, world, region="world", mode="exports", start="2025-01", months=12)
    assert made.title == "COD stops all exports of cobalt_intermediate for 12 months"
    rows = stage(made, world, start="2025-01", months=12).impacts[0].rows
    assert len(rows) > 1
    assert all(r.startswith("cobalt_intermediate:COD>") for r in rows)


def test_no_supplier_above_the_share_names_the_largest_left_out() -> None:
    with pytest.raises(UsageError, match=r"no supplier of rare_earths .*The largest left out has 100.0%"):
        suppliers(bundled(), region="USA", minerals=("rare_earths",))
    family, _ = suppliers(buyer(), region="U", share=0.5)
    assert [s.country for s in family] == ["A"]
