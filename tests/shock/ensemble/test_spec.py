"""Spec files: read, refused, round-tripped, in words."""

from __future__ import annotations

import json

import pytest
import yaml
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from oreflow.atlas import bundled
from oreflow.errors import OreflowError, ReadError, ScenarioError, SchemaError, UnknownNameError, UsageError
from oreflow.market import Settings
from oreflow.shock import Target, from_library
from oreflow.shock.ensemble import DESIGNS, KINDS, RANGES, DemandLaw, HazardChoice, Spec, spec_schema
from oreflow.shock.scenario import Scenario

GOOD = """
ensemble: lithium_next_year
title: Lithium over the next twelve months
scope: [lithium]
horizon: {start: 2025-07, months: 12, step: quarter, ahead: [3, 9]}
draws: 1000
seed: 1
design: sobol
scenario: [jianxiawo_halt_2025]
hazards: {only: [outage, strike, weather, permit, policy], scale: {strike: 2}}
demand:
  - {name: ev, target: {demands: {use: ev}}, sigma: 0.08}
ranges: [es, ed, eta, sigma]
watch: [lithium_carbonate@CHN]
compare:
  sodium: [sodium_ion_ramp]
"""


@pytest.fixture(scope="module")
def world():
    return bundled()


def test_a_spec_is_read(world):
    s = Spec.loads(GOOD, world)
    assert (s.name, s.scope, s.draws, s.design) == ("lithium_next_year", ("lithium",), 1000, "sobol")
    assert s.settings == Settings(start="2025-07", periods=4, step="quarter", ahead=(3, 9))
    assert s.scenario.events == from_library("jianxiawo_halt_2025").events
    assert s.compare["sodium"].events == from_library("sodium_ion_ramp").events
    assert (
        s.hazards.factor("strike") == 2
        and s.hazards.factor("accident") == 0
        and s.hazards.factor("permit") == 1
    )
    assert s.demand == (DemandLaw(name="ev", target=Target.of("demands", use="ev"), sigma=0.08),)


def test_what_is_left_out_has_its_default():
    s = Spec.loads("ensemble: x")
    assert s == Spec(name="x")
    assert s.ranges == RANGES and all(s.hazards.factor(k) == 1 for k in KINDS)
    assert Spec.loads("ensemble: x\nhazards: {only: []}").hazards.factor("strike") == 0


@pytest.mark.parametrize(
    ("old", "new", "error", "says"),
    [
        (
            "draws: 1000",
            "draws: 0",
            SchemaError,
            "spec, line 6, draws: 0 is out of range; it must be at least 1",
        ),
        ("draws: 1000", "draws: 1.5", SchemaError, "should be a whole number, not 1.5"),
        ("draws: 1000", "draws: .inf", SchemaError, "line 6, draws: inf is not a number to compute with"),
        ("seed: 1", "seed: -1", SchemaError, "line 7, seed: -1 is out of range"),
        ("sobol", "sobl", SchemaError, "line 8, design: unknown value 'sobl'. Did you mean 'sobol'"),
        ("ranges:", "rangs:", SchemaError, "line 13, rangs: unknown key 'rangs'. Did you mean 'ranges'"),
        ("eta", "etaa", SchemaError, r"line 13, ranges\[2\]: unknown value 'etaa'. Did you mean 'eta'"),
        ("strike: 2", "strike: -2", SchemaError, "line 10, hazards.scale.strike: -2 is out of range"),
        ("strike: 2", "strike: .nan", SchemaError, "hazards.scale.strike: nan is not a number"),
        ("strike: 2", "strik: 2", SchemaError, "unknown key 'strik'. Did you mean 'strike'"),
        (
            "weather,",
            "wether,",
            SchemaError,
            r"hazards.only\[2\]: unknown value 'wether'. Did you mean 'weather'",
        ),
        (
            "halt_2025",
            "hald_2025",
            UnknownNameError,
            r"scenario\[0\]: unknown scenario .*'jianxiawo_halt_2025'",
        ),
        (
            "months: 12",
            "months: 13",
            SchemaError,
            "line 5, horizon: 13 months are not a whole number of steps",
        ),
        ("[3, 9]", "[4, 9]", SchemaError, "line 5, horizon: periods ahead must be multiples of a quarter"),
        ("2025-07", "soon", SchemaError, "line 5, horizon.start"),
        ("2025-07", "2025-13", SchemaError, "line 5, horizon: start '2025-13' is not a month"),
        ("2025-07", "2026-07", ScenarioError, "line 9, scenario: .*outside the horizon 2026-07 to 2027-06"),
        ("[lithium]", "[lithum]", UnknownNameError, r"line 4, scope\[0\]: unknown mineral 'lithum'"),
        (
            "use: ev",
            "use: evs",
            UnknownNameError,
            r"line 12, demand\[0\]: .*unknown use 'evs'. Did you mean 'ev'",
        ),
        (
            "sigma: 0.08",
            "low: 1",
            SchemaError,
            r"line 12, demand\[0\]: demand 'ev': give sigma, or low and high",
        ),
        ("sigma: 0.08", "low: 2, high: 3", SchemaError, "the level 1 lies outside 2 to 3"),
        ("sigma: 0.08", "sigma: -1", SchemaError, r"demand\[0\].sigma: -1 is out of range"),
        ("{demands:", "{demand:", SchemaError, "unknown key 'demand'. Did you mean 'demands'"),
        ("@CHN", "", SchemaError, "watch: 'lithium_carbonate' is no node; write it as commodity@REGION"),
        ("[es, ed", "[es, es", SchemaError, "the range 'es' stands twice"),
        ("  sodium:", "  '-x':", SchemaError, "compare: '-x' is not an identifier"),
        ("ensemble:", "ensembl:", SchemaError, "unknown key 'ensembl'. Did you mean 'ensemble'"),
        ("ensemble: lithium_next_year\n", "", SchemaError, "the key 'ensemble' is missing"),
        ("scope:", "&a scope:", ReadError, "anchors"),
        ("draws: 1000", "draws: 1000\ndraws: 2", ReadError, "line 7: the key 'draws' stands twice"),
        ("draws: 1000", "draws: !!python/object:os.system 1", ReadError, "tag"),
    ],
)
def test_a_wrong_spec_is_refused_with_place_and_hint(world, old, new, error, says):
    assert old in GOOD
    with pytest.raises(error, match=says):
        Spec.loads(GOOD.replace(old, new), world)


@pytest.mark.parametrize("text", ["", "# nothing", "[1, 2]", "a: [", "x" * 300_000])
def test_what_is_no_spec_is_refused(text):
    with pytest.raises(OreflowError, match="spec"):
        Spec.loads(text)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"draws": 0}, "at least 1 draw"),
        ({"seed": -1}, "seed -1"),
        ({"design": "sobl"}, "Did you mean 'sobol'"),
        ({"ranges": ("es", "sigmo")}, "Did you mean 'sigma'"),
        ({"watch": ("x",)}, "is no node"),
        ({"name": "a b"}, "not an identifier"),
    ],
)
def test_a_wrong_spec_in_python_is_refused(change, says):
    with pytest.raises(UsageError, match=says):
        Spec(**{"name": "x", **change})


def test_a_wrong_choice_of_hazards_is_refused():
    with pytest.raises(UsageError, match="scale of strike is nan"):
        HazardChoice(None, {"strike": float("nan")})
    with pytest.raises(UsageError, match="scale of strike is -1"):
        HazardChoice(None, {"strike": -1.0})
    with pytest.raises(UnknownNameError, match="Did you mean 'strike'"):
        HazardChoice(("strik",))


def test_a_law_of_demand_needs_demands():
    with pytest.raises(UsageError, match="needs a target of demands"):
        DemandLaw(name="x", target=Target.of("plants", name="jianxiawo"), sigma=0.1)


def test_levels_of_demand_follow_their_law():
    law = DemandLaw(name="x", target=Target.of("demands", use="ev"), sigma=0.1, level=1.2)
    assert law.at(0.5) == pytest.approx(1.2)
    assert law.at(0.8413447460685429) == pytest.approx(1.2 * 2.718281828459045**0.1)
    triangle = DemandLaw(name="x", target=Target.of("demands", use="ev"), low=0.8, high=1.4)
    assert (triangle.at(0.0), triangle.at(1.0)) == (0.8, 1.4)
    assert triangle.at(0.2 / 0.6) == pytest.approx(1.0)


def test_files_beside_the_spec_are_found(tmp_path, world):
    (tmp_path / "mine.yaml").write_text(from_library("smelter_outage").to_yaml())
    path = tmp_path / "spec.yaml"
    path.write_text("ensemble: x\nhorizon: {start: 2025-01, months: 36}\nscenario: [mine.yaml]\n")
    assert Spec.load(path, world).scenario.events == from_library("smelter_outage").events
    path.write_text("ensemble: x\nscenario: [yours.yaml]\n")
    with pytest.raises(ReadError, match=r"spec.yaml, line 2, scenario\[0\]: .*there is no such file"):
        Spec.load(path)
    with pytest.raises(ReadError, match="no such file"):
        Spec.load(tmp_path / "none.yaml")


def test_a_scenario_may_stand_in_the_spec(world):
    inner = from_library("smelter_outage").to_dict()
    whole = {"ensemble": "x", "horizon": {"start": "2025-01", "months": 36}, "scenario": [inner]}
    assert Spec.loads(yaml.safe_dump(whole), world).scenario.events == from_library("smelter_outage").events
    inner["events"][0]["strat"] = inner["events"][0].pop("start")
    with pytest.raises(SchemaError, match=r"scenario\[0\].events\[0\].strat: unknown key 'strat'"):
        Spec.loads(yaml.safe_dump(whole), world)


def test_the_hash_follows_what_decides_results():
    spec = Spec.loads(GOOD)

    def changed(old, new):
        assert old in GOOD
        return Spec.loads(GOOD.replace(old, new)).hash != spec.hash

    assert not changed("draws: 1000", "draws: 7")
    assert not changed("title: Lithium", "title: Something")
    assert not changed("ensemble: lithium_next_year", "ensemble: other")
    assert changed("seed: 1", "seed: 2")
    assert changed("strike: 2", "strike: 3")
    assert changed("sigma: 0.08", "sigma: 0.09")
    assert changed("jianxiawo_halt_2025", "jianxiawo_restart_talk")
    assert changed("[sodium_ion_ramp]", "[smelter_outage]")
    assert changed("@CHN", "@KOR")
    latin = Spec.loads(GOOD.replace("sobol", "latin"))
    assert latin.hash != Spec.loads(GOOD.replace("sobol", "latin").replace("1000", "7")).hash


def test_a_spec_is_told_in_words(world):
    told = "\n".join(Spec.loads(GOOD, world).sentences(world))
    assert "1,000 futures of lithium over 12 months from 2025-07" in told
    assert "- From 9 August 2025, Jianxiawo makes nothing" in told
    assert "outage, strike (2 times as often), weather, permit, policy." in told
    assert "between 0.923 and 1.08 times" in told
    assert "a second time with the policy sodium:" in told
    assert "Nothing happens by itself." in Spec.loads("ensemble: x\nhazards: {only: []}").sentences()


def test_a_number_may_have_an_exponent():
    assert Spec.loads("ensemble: x\nhazards: {scale: {strike: 1e-3}}").hazards.factor("strike") == 0.001
    assert Spec.loads("ensemble: '1e3'").name == "1e3"


def test_the_schema_is_one():
    import jsonschema

    jsonschema.Draft202012Validator.check_schema(spec_schema())


names = st.from_regex(r"[A-Za-z][A-Za-z0-9_\-]{0,10}", fullmatch=True)
numbers = st.floats(0, 100, allow_nan=False)
scenarios = st.sampled_from(["smelter_outage", "jianxiawo_halt_2025", "malacca_closed"]).map(from_library)
targets = st.sampled_from([Target.of("demands", use="ev"), Target.of("demands", name=["a", "b"])])
laws = st.one_of(
    st.builds(DemandLaw, name=names, target=targets, level=numbers, sigma=st.floats(0, 3)),
    st.builds(
        lambda name, target, a, b, c: DemandLaw(name=name, target=target, low=a, level=a + b, high=a + b + c),
        names,
        targets,
        numbers,
        numbers,
        numbers,
    ),
)
specs = st.builds(
    Spec,
    name=names,
    title=st.text(max_size=20, alphabet=st.characters(codec="utf-8", exclude_categories=("C", "Z"))),
    scope=st.lists(names, max_size=3).map(tuple),
    settings=st.builds(
        lambda start, n, step, stride: Settings(start=start, periods=n, step=step, stride=stride),
        st.sampled_from(["2025-01", "2026-07"]),
        st.integers(1, 30),
        st.sampled_from(["month", "quarter", "year"]),
        st.integers(1, 12),
    ),
    draws=st.integers(1, 10_000),
    seed=st.integers(0, 2**53),
    design=st.sampled_from(sorted(DESIGNS)),
    scenario=st.one_of(st.just(Scenario("")), scenarios),
    hazards=st.builds(
        HazardChoice,
        st.one_of(st.none(), st.lists(st.sampled_from(KINDS), unique=True).map(tuple)),
        st.dictionaries(st.sampled_from(KINDS), numbers),
    ),
    demand=st.lists(laws, max_size=3, unique_by=lambda d: d.name).map(tuple),
    ranges=st.lists(st.sampled_from(RANGES), unique=True).map(tuple),
    watch=st.lists(st.just("lithium_carbonate@CHN"), max_size=1).map(tuple),
    compare=st.dictionaries(names, scenarios, max_size=2),
)


@settings(max_examples=25, phases=[Phase.generate])
@given(specs)
def test_a_spec_reads_back_as_itself(spec):
    for text in (yaml.safe_dump(spec.to_dict(), allow_unicode=True), json.dumps(spec.to_dict())):
        again = Spec.loads(text)
        assert again == spec
        assert again.hash == spec.hash
