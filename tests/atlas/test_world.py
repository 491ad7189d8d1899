import copy
import pickle

import pandas as pd
import pytest

from oreflow.atlas import World, bundled, load, tables
from oreflow.errors import DataError, SchemaError, UnknownNameError


def test_tables_by_item_and_by_attribute(tiny):
    assert tiny["plants"]["plant"].tolist() == tiny.plants["plant"].tolist()
    assert list(tiny) == list(tables())
    assert len(tiny) == len(tables())
    assert "plants" in tiny
    assert "plants" in dir(tiny)
    with pytest.raises(UnknownNameError, match=r"unknown table 'plant'\. Did you mean 'plants'"):
        tiny["plant"]
    with pytest.raises(AttributeError):
        tiny.plantz  # noqa: B018


def test_editing_a_table_leaves_the_world_alone(tiny):
    before = tiny.hash
    frame = tiny.plants
    frame.loc[0, "capacity"] = -1.0
    frame["output"] = 0.0
    frame.iloc[1, 0] = "other"
    frame.drop(index=2, inplace=True)  # noqa: PD002
    assert tiny.plants["capacity"][0] == 200_000
    assert tiny.plants["plant"][1] == "jianxiawo"
    assert len(tiny.plants) == 4
    with pytest.raises(ValueError, match="read-only"):
        tiny.plants["capacity"].to_numpy()[0] = 1.0
    assert World({name: tiny[name] for name in tiny}).hash == before


def test_editing_what_a_world_was_made_of_leaves_it_alone(rows):
    frame = pd.DataFrame(rows["regions"]).assign(source="example", quality="assumed")
    world = World({"regions": frame})
    frame.loc[0, "lat"] = 77.0
    assert world.regions["lat"][0] == -25


def test_with_returns_a_new_world_and_keeps_the_rest(tiny):
    plants = tiny.plants
    plants["capacity"] *= 2
    new = tiny.with_(plants=plants)
    assert new.plants["capacity"][0] == 400_000
    assert tiny.plants["capacity"][0] == 200_000
    assert new.hash != tiny.hash
    assert new != tiny
    assert tiny.with_(plants=tiny.plants) == tiny
    with pytest.raises(UnknownNameError, match="unknown table 'plant'"):
        tiny.with_(plant=plants)
    with pytest.raises(SchemaError, match="unknown column 'size'"):
        tiny.with_(plants=plants.rename(columns={"capacity": "size"}))


def test_the_hash_is_of_the_figures_alone(tiny, change):
    again = World({name: tiny[name] for name in reversed(list(tiny))})
    assert again.hash == tiny.hash
    assert hash(again) == hash(tiny)
    assert len(tiny.hash) == 64
    assert change("plants", 0, {"capacity": 200_000.5}).hash != tiny.hash
    assert change("plants", 0, {"name": "Other"}).hash != tiny.hash
    # a text that moves to the neighbouring cell is another world
    assert (
        change("regions", 2, {"name": "Rest", "blocs": "x"}).hash
        != change("regions", 2, {"name": "Restx"}).hash
    )
    assert World.from_rows(
        parameters=[{"parameter": "x", "value": -0.0, "unit": "1", "description": "d"}]
    ) == (World.from_rows(parameters=[{"parameter": "x", "value": 0.0, "unit": "1", "description": "d"}]))


def test_a_world_can_be_pickled_and_copied(tiny):
    assert pickle.loads(pickle.dumps(tiny)) == tiny
    assert copy.deepcopy(tiny).hash == tiny.hash


def test_parameter(tiny):
    assert tiny.parameter("discount_rate") == 0.08
    with pytest.raises(UnknownNameError, match="Did you mean 'discount_rate'"):
        tiny.parameter("discount_rat")


def test_from_rows_fills_provenance_and_judges(rows):
    world = World.from_rows(regions=rows["regions"])
    assert set(world.regions["source"]) == {"example"}
    assert world.sources["source"].tolist() == ["example"]
    with pytest.raises(UnknownNameError):
        World.from_rows(region=[])
    with pytest.raises(DataError, match="already stands in row 2"):
        World.from_rows(regions=[rows["regions"][0]] * 2)


def test_repr_names_the_filled_tables(tiny):
    assert repr(tiny).startswith(f"World({tiny.hash[:12]}: commodities 4, regions 3")


def test_the_bundled_world_is_loaded_once_and_without_an_overlay_is_it():
    assert bundled() is bundled()
    assert load() is bundled()
