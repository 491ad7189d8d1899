"""``oreflow world``: what is printed, where it goes and the exit code."""

import csv
import io
import json
from pathlib import Path

import jsonschema
import pandas as pd
import pytest

from oreflow.atlas import bundled, tables
from oreflow.atlas.jsonschema import table_schema
from oreflow.cli import run


@pytest.fixture
def call(capsys):
    """Run a command and return exit code, stdout and stderr."""

    def called(*args):
        code = run(["world", *map(str, args)])
        out = capsys.readouterr()
        return code, out.out, out.err

    return called


def test_show_lists_the_tables(call):
    code, out, _ = call("show")
    assert code == 0
    assert all(name in out for name in tables())
    code, out, _ = call("show", "--json")
    assert [r["table"] for r in json.loads(out)] == list(tables())


def test_show_prints_units_in_headings_and_says_what_is_left_out(call):
    code, out, _ = call("show", "plants", "--where", "process=lepidolite_mining", "--limit", "2")
    assert code == 0
    assert "capacity [t LCE/yr]" in out
    assert "cost [USD/t LCE]" in out
    assert "2 of " in out
    assert "--limit 0 shows all" in out
    _, out, _ = call("show", "plants", "--limit", "0", "--columns", "plant,capacity")
    assert f"{len(bundled()['plants']):,} rows." in out
    assert "capacity [unit/yr]" in out
    assert "GWh" in out


def test_show_json_follows_the_schema(call):
    for table in ("plants", "prices", "regions", "sources"):
        code, out, _ = call("show", table, "--json", "--limit", "20")
        assert code == 0
        jsonschema.Draft202012Validator(table_schema(table)).validate(json.loads(out))


def test_show_filters_by_text_number_list_and_truth(call):
    def keys(*args):
        code, out, _ = call("show", *args, "--csv")
        assert code == 0
        return [r[0] for r in csv.reader(io.StringIO(out))][1:]

    plants = bundled()["plants"]
    assert keys("plants", "--where", "aggregate=1") == plants.loc[plants["aggregate"], "plant"].tolist()
    assert keys("plants", "--where", "aliases=枧下窝") == ["jianxiawo"]
    capacity = plants.loc[plants["plant"] == "jianxiawo", "capacity"].iloc[0]
    assert "jianxiawo" in keys("plants", "--where", f"capacity={capacity}")
    assert set(keys("trade", "--where", "year=2025", "--where", "origin=CHL")) <= set(
        bundled()["commodities"]["commodity"]
    )


def test_csv_can_be_laid_over_again(call, tmp_path):
    _, out, _ = call("show", "plants", "--where", "plant=jianxiawo", "--csv")
    (tmp_path / "plants.csv").write_text(out, encoding="utf-8")
    code, again, _ = call("show", "plants", "--where", "plant=jianxiawo", "--csv", "--with", tmp_path)
    assert code == 0
    figures = [c for c in tables()["plants"].columns if c not in ("source", "note")]
    first, second = (pd.read_csv(io.StringIO(t), dtype=str)[figures] for t in (out, again))
    pd.testing.assert_frame_equal(first, second)


def test_an_overlay_is_seen_by_every_verb(call, tmp_path):
    (tmp_path / "plants.csv").write_text("plant,capacity [kt LCE/yr]\njianxiawo,91\n")
    code, out, _ = call("source", "jianxiawo.capacity", "--with", tmp_path)
    assert code == 0
    assert "plants.jianxiawo.capacity = 91,000 t LCE/yr" in out
    assert "user:plants.csv" in out
    code, out, _ = call("check", "--with", tmp_path, "--json")
    assert json.loads(out)["world"] != bundled().hash
    assert code == 0


def test_check_lists_findings_and_counts_them(call):
    code, out, _ = call("check")
    assert code == 0
    assert bundled().hash[:12] in out
    assert "0 errors" in out
    code, out, _ = call("check", "--json", "--family", "balance", "--level", "info")
    data = json.loads(out)
    assert code == 0
    assert data["world"] == bundled().hash
    assert {f["check"].split(".")[0] for f in data["findings"]} == {"balance"}
    assert sum(data["counts"].values()) == len(data["findings"])


def test_check_leaves_with_4_where_there_is_an_error(call, monkeypatch):
    plants = bundled()["plants"]
    plants.loc[plants["plant"] == "greenbushes", "output"] = 1e7
    faulty = bundled().with_(plants=plants)
    monkeypatch.setattr("oreflow.atlas.bundle.bundled", lambda: faulty)
    code, out, _ = call("check", "--level", "error")
    assert code == 4
    assert "greenbushes makes 10,000,000 with a capacity of" in out
    assert "1 error," in out


def test_source_tells_value_unit_source_and_claims(call):
    code, out, _ = call("source", "plants.jianxiawo.output")
    assert code == 0
    assert out.startswith("plants.jianxiawo.output = ")
    assert "t LCE/yr" in out.splitlines()[0]
    for word in ("quality", "source", "method", "claim", "UBS", "Bloomberg"):
        assert word in out
    code, out, _ = call("source", "plants.jianxiawo.output", "--json")
    data = json.loads(out)
    assert data["figures"][0]["unit"] == "t LCE/yr"
    assert data["sources"][0]["publisher"]
    assert len(data["claims"]) >= 4


def test_schema_prints_json_schema(call):
    code, out, _ = call("schema", "plants")
    assert code == 0
    assert json.loads(out) == table_schema("plants")
    assert set(json.loads(call("schema")[1])["properties"]) == set(tables())


@pytest.mark.parametrize(
    ("args", "code", "message"),
    [
        (["show", "plant"], 2, "unknown table 'plant'. Did you mean 'plants'"),
        (["show", "plants", "--where", "regoin=CHN"], 2, "unknown column 'regoin'. Did you mean 'region'"),
        (["show", "plants", "--where", "region"], 2, "is not COL=VAL"),
        (["show", "plants", "--where", "capacity=big"], 2, "'big' is not a number"),
        (["show", "plants", "--where", "aggregate=big"], 2, "write 1 or 0"),
        (["show", "plants", "--columns", "plant,size"], 2, "unknown column 'size'"),
        (["show", "plants", "--csv", "--json"], 2, "Choose one"),
        (["show", "plants", "--limit", "-1"], 2, "--limit"),
        (["source", "jianxiavo"], 2, "Did you mean 'jianxiawo'"),
        (["check", "--family", "balances"], 2, "Did you mean 'balance'"),
        (["schema", "plant"], 2, "Did you mean 'plants'"),
        (["check", "--with", "nowhere"], 4, "nowhere does not exist"),
        (["build", "--from", "nowhere"], 4, "nowhere is not a folder"),
        (["build"], 2, "--from"),
    ],
)
def test_faults_go_to_stderr_with_their_exit_code(call, tmp_path, monkeypatch, args, code, message):
    monkeypatch.chdir(tmp_path)
    got, out, err = call(*args)
    assert got == code
    assert message in err
    assert out == ""
    assert list(tmp_path.iterdir()) == []


def test_a_value_that_no_row_has_names_the_nearest(call):
    code, out, err = call("show", "plants", "--where", "region=CHNN")
    assert (code, out) == (0, "")
    assert "No row has region=CHNN. Did you mean CHN?" in err


def test_a_faulty_overlay_leaves_with_4_and_names_the_row(call, tmp_path):
    (tmp_path / "plants.csv").write_text("plant,capacity [kt Cu/yr]\njianxiawo,91\n")
    code, out, err = call("show", "plants", "--with", tmp_path)
    assert (code, out) == (4, "")
    assert "plants.csv, row 2, column 'capacity'" in err
    assert "[t LCE/yr]" in err


@pytest.mark.shared
@pytest.mark.slow
def test_build_writes_the_tables_where_it_is_told(call, tmp_path):
    shared = Path(__file__).parents[2].parent / "shared" / "data"
    if not shared.is_dir():
        pytest.skip(f"the public source files are not in {shared}")
    code, out, _ = call("build", "--from", shared, "--to", tmp_path / "data", "--json")
    assert code == 0
    told = json.loads(out)
    for name, rows in told["rows"].items():
        with (tmp_path / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            assert sum(1 for _ in csv.reader(file)) == rows + 1, name
    assert sorted(told["changed"]) == sorted(p.name for p in (tmp_path / "data").glob("*.csv"))
    # what has just been built is what stands there
    assert (
        json.loads(call("build", "--from", shared, "--to", tmp_path / "data", "--json")[1])["changed"] == []
    )
