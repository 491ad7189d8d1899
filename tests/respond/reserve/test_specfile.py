"""Reserve specs: what is read, and how bad input is told."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oreflow.atlas import bundled
from oreflow.errors import OreflowError, ReadError, SchemaError, UnknownNameError
from oreflow.respond.reserve import default, load, load_regimes
from oreflow.respond.reserve.specfile import noise_file, read

WORLD = bundled()
EXAMPLES = Path(__file__).parents[3] / "examples" / "reserve"
GOOD = """
reserve: small
budget: 1e6
minerals:
  gallium:
    forms:
      metal: {commodity: gallium_refined, storage: {value: 5000, low: 2000, high: 9000, unit: USD/t a year}}
places:
  depot: {region: USA, legs: [{mode: rail, km: 600}]}
"""


def edited(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new)


def test_a_spec_is_read_with_what_was_assumed() -> None:
    spec = read(GOOD, "small.yaml", world=WORLD)
    assert spec.minerals[0].forms[0].storage == 5000 and spec.infinite
    assert [a.source for a in spec.assumptions if a.name == "budget"] == ["specification"]
    told = next(a for a in spec.assumptions if a.name.endswith("storage"))
    assert (told.name, told.low, told.high, told.source) == (
        "minerals.gallium.forms.metal.storage",
        2000,
        9000,
        "assumed",
    )
    assert spec.with_(budget=2e6).hash != spec.hash


@pytest.mark.parametrize("name", ["hawthorne", "lithium"])
def test_the_examples_are_read(name: str) -> None:
    spec = load(EXAMPLES / f"{name}.yaml", world=WORLD)
    assert len(spec.assumptions) > 15
    assert all(a.low is not None and a.high is not None for a in spec.assumptions)


@pytest.mark.parametrize(
    ("old", "new", "error", "words"),
    [
        ("budget: 1e6", "budget: -5", SchemaError, "the budget is -5"),
        ("gallium:", "galium:", UnknownNameError, "Did you mean 'gallium'"),
        ("gallium_refined", "gallium_refind", UnknownNameError, "Did you mean 'gallium_refined'"),
        ("region: USA", "region: USB", UnknownNameError, "unknown region 'USB'"),
        ("mode: rail", "mode: rial", UnknownNameError, "Did you mean 'rail'"),
        ("storage: {", "shelf_life: 0, storage: {", SchemaError, "the shelf life is 0"),
        ("storage: {", "storag: {", SchemaError, "storag"),
        ("low: 2000", "low: 7000", SchemaError, "does not lie between"),
        ("value: 5000", "value: .nan", SchemaError, "finite"),
        ("budget: 1e6", "eligible: [alied]", UnknownNameError, "Did you mean 'allied'"),
        ("budget: 1e6", "risk: {weight: 2}", SchemaError, "weight of the tail is 2"),
        ("budget: 1e6", "quarters: -1", SchemaError, "horizon is -1"),
        (
            "places:", "moves: [{from: depot, to: near}]\nplaces:\n  near: {region: USA, legs: []}",
            SchemaError, "give the legs",
        ),
    ],
)  # fmt: skip
def test_bad_input_is_told_with_its_place(old: str, new: str, error: type[OreflowError], words: str) -> None:
    with pytest.raises(error, match=r"small\.yaml") as told:
        read(edited(old, new), "small.yaml", world=WORLD)
    assert words in str(told.value)


def test_a_way_that_the_table_of_routes_lacks_is_told() -> None:
    routes = WORLD.routes
    lacking = WORLD.with_(routes=routes[~(routes["origin"].eq("ARG") & routes["destination"].eq("USA"))])
    text = edited("places:", "places:\n  far: {region: ARG}")
    assert read(text, "small.yaml", world=WORLD).places[0].region == "ARG"
    with pytest.raises(UnknownNameError, match="unknown route 'ARG>USA'"):
        read(text, "small.yaml", world=lacking)


def test_a_regime_matrix_that_is_not_stochastic_names_its_row(tmp_path: Path) -> None:
    file = tmp_path / "r.yaml"
    file.write_text(
        "regimes:\n- method: matrix\n  regimes: [{name: calm}, {name: tight}]\n  matrix: [[0.9, 0.1], [0.5, 0.4]]\n"
    )
    with pytest.raises(OreflowError, match="row 'tight'"):
        load_regimes(file)


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(OreflowError):
        read(text, "any.yaml")


def test_outcomes_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "n.csv"
    head = "outcome,probability,commodity,supply,demand,price\n"
    file.write_text(head + "a,0.75,gallium_refined,1,1,1\nb,0.25,gallium_refined,0.5,1.1,1.2\n")
    rows = noise_file(file)
    assert rows[1] == (0.25, {"gallium_refined": (0.5, 1.1, 1.2)})
    file.write_text(head + "a,0.5,gallium_refined,1,1,1\n")
    with pytest.raises(SchemaError, match=r"sum to 0\.5"):
        noise_file(file)
    file.write_text(head + "a,one,gallium_refined,1,1,1\n")
    with pytest.raises(SchemaError, match="line 2"):
        noise_file(file)
    with pytest.raises(ReadError):
        noise_file(tmp_path / "none.csv")


def test_minerals_alone_make_a_spec() -> None:
    spec = default(WORLD, ("gallium", "lithium"))
    assert [f.commodity for m in spec.minerals for f in m.forms] == [
        "gallium_refined", "lithium_carbonate", "lithium_hydroxide",
    ]  # fmt: skip
    assert all(a.low is not None for a in spec.assumptions)
    with pytest.raises(UnknownNameError, match="gallium"):
        default(WORLD, ("galium",))
    assert [m.name for m in spec.only(("gallium",)).minerals] == ["gallium"]
    with pytest.raises(UnknownNameError):
        spec.only(("copper",))
