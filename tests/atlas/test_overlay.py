import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oreflow.atlas import load
from oreflow.atlas.overlay import lay
from oreflow.atlas.schema import tables
from oreflow.atlas.userfile import LARGEST
from oreflow.errors import DataError, OreflowError, ReadError, SchemaError, UnitError


@pytest.fixture
def over(tiny, tmp_path):
    """Lay files, given as ``plants="text"``, over the small world."""

    def run(**files):
        for name, text in files.items():
            path = tmp_path / f"{name}.csv"
            path.write_bytes(text) if isinstance(text, bytes) else path.write_text(text, encoding="utf-8")
        return lay(tiny, tmp_path)

    return run


def row(world, table, key, value):
    frame = world[table]
    return frame[frame[key] == value].iloc[0]


def test_a_known_key_changes_only_the_columns_given(tiny, over):
    world = over(plants="plant,capacity,name\ngreenbushes,250000,\n")
    new, old = row(world, "plants", "plant", "greenbushes"), row(tiny, "plants", "plant", "greenbushes")
    assert new["capacity"] == 250_000
    assert new["name"] == old["name"]
    assert new["output"] == old["output"]
    assert world.plants["plant"].tolist() == tiny.plants["plant"].tolist()
    assert world.hash != tiny.hash
    assert row(tiny, "plants", "plant", "greenbushes")["capacity"] == 200_000


def test_a_changed_row_says_whose_it_is(over):
    world = over(plants="plant,capacity\ngreenbushes,250000\n")
    new = row(world, "plants", "plant", "greenbushes")
    assert new["source"] == "user:plants.csv;report"
    assert new["quality"] == "assumed"
    assert new["vintage"] == ""
    assert new["note"] == "capacity from user:plants.csv; other columns as in report."
    source = row(world, "sources", "source", "user:plants.csv")
    assert source["publisher"] == "user"
    assert source["edition"].startswith("sha256 ")
    assert row(world, "plants", "plant", "jianxiawo")["source"] == "example"


def test_a_row_may_state_its_own_provenance(over):
    text = "plant,capacity,source,quality,vintage,note\ngreenbushes,250000,mine,reported,2025,seen\n"
    world = over(plants=text, sources="source,title,publisher,licence\nmine,My visit,me,none\n")
    new = row(world, "plants", "plant", "greenbushes")
    assert (new["source"], new["quality"], new["vintage"], new["note"]) == (
        "user:plants.csv;mine", "reported", "2025", "seen",
    )  # fmt: skip


def test_a_new_key_adds_a_row_and_delete_removes_one(over):
    plants = (
        "plant,name,process,region,capacity,output,status,delete\n"
        "wodgina,Wodgina,spodumene_mining,AUS,100000,90000,operating,0\n"
        "jianxiawo,,,,,,,1\n"
    )
    world = over(plants=plants, ownership="plant,firm,delete\njianxiawo,catl,1\n")
    assert world.plants["plant"].tolist()[-1] == "wodgina"
    assert row(world, "plants", "plant", "wodgina")["source"] == "user:plants.csv"
    assert "jianxiawo" not in set(world.plants["plant"])
    assert world.ownership["plant"].tolist() == ["greenbushes"]


def test_empty_clears_and_an_empty_cell_keeps(over):
    world = over(stores="store,capacity,opening\ncarbonate_chn,(empty),\n")
    new = row(world, "stores", "store", "carbonate_chn")
    assert new["capacity"] != new["capacity"]
    assert new["opening"] == 30_000


@pytest.mark.parametrize(
    ("header", "cell", "expected"),
    [
        ("capacity [kt LCE/yr]", "250", 250_000.0),
        ("capacity [t Li/yr]", "50000", 266_150.0),
        ("capacity[kt LCE/month]", "20", 240_000.0),
        ("capacity [t LCE/yr]", "250000", 250_000.0),
    ],
)
def test_a_header_may_state_another_unit(over, header, cell, expected):
    world = over(plants=f"plant,{header}\ngreenbushes,{cell}\n")
    assert row(world, "plants", "plant", "greenbushes")["capacity"] == pytest.approx(expected)


def test_units_follow_the_commodity_of_each_row(over):
    world = over(
        plants="plant,cost [USD/kg LCE]\ngreenbushes,5\nlithium_carbonate_conversion_chn,\n",
        prices="commodity,region,period,value [CNY incl VAT/t LCE]\nlithium_carbonate,CHN,2025,75000\n",
        parameters="parameter,value [1/month]\ndiscount_rate,0.006\n",
    )
    assert row(world, "plants", "plant", "greenbushes")["cost"] == pytest.approx(5000)
    assert row(world, "plants", "plant", "lithium_carbonate_conversion_chn")["cost"] == 1500
    price = world.prices[
        (world.prices["period"] == "2025") & (world.prices["commodity"] == "lithium_carbonate")
    ]
    assert price["value"].iloc[0] == pytest.approx(75_000 / 1.13 / 7.18)
    assert world.parameter("discount_rate") == pytest.approx(0.072)


@pytest.mark.parametrize(
    ("table", "text", "error", "message"),
    [
        ("plants", "plant,capacity [kt Cu/yr]\ngreenbushes,1\n", UnitError,
         r"plants\.csv, row 2, column 'capacity': 'kt Cu/yr' cannot be turned into 't LCE/yr': one measures mass "
         r"of copper per time, .* The column is in \[t LCE/yr\] for this row"),
        ("plants", "plant,capacity [kt LCE]\ngreenbushes,1\n", UnitError, r"in \[t LCE/yr\] for this row"),
        ("plants", "plant,capacity [kt LCEE/yr]\ngreenbushes,1\n", UnitError,
         "column 'capacity': unknown unit 'LCEE'"),
        ("plants", "plant,name [t]\ngreenbushes,1\n", UnitError, r"holds no quantity.*Remove \[t\]"),
        ("regions", "region,lat [t]\nAUS,1\n", UnitError, "cannot be turned into 'deg'"),
        ("plants", "plant,capacity\ngreenbushes,NaN\n", DataError, r"row 2, column 'capacity': 'NaN' is not a finite"),
        ("plants", "plant,capacity\ngreenbushes,-5\n", DataError, r"row 2: capacity is -5, below zero"),
        ("plants", "plant,capacity\ngreenbushes,many\n", DataError, "row 2, column 'capacity': 'many' is not a number"),
        ("plants", "plant,capacity [Mt LCE/yr]\ngreenbushes,1e306\n", DataError, "the figure is too large"),
        ("plants", "plant,capacity\ngreenbushes,1\ngreenbushes,2\n", DataError,
         "row 3: the key plant='greenbushes' already stands in row 2"),
        ("plants", "plant,region\ngreenbushes,AUT\n", DataError,
         r"row 2: plants greenbushes: region 'AUT' is not in regions. Did you mean 'AUS'"),
        ("ownership", "plant,firm,share\njianxiavo,catl,0.5\n", DataError,
         r"plant 'jianxiavo' is not in plants. Did you mean 'jianxiawo'"),
        ("plants", "plant,capacty\ngreenbushes,1\n", SchemaError, "unknown column 'capacty'. Did you mean 'capacity'"),
        ("plants", "capacity\n1\n", SchemaError, "the key column 'plant' is missing. A row is found by plant"),
        ("trade", "commodity,origin,destination,year\na,b,c,soon\n", DataError, "'year': 'soon' is not a number"),
        ("plant", "plant,capacity\ngreenbushes,1\n", SchemaError, "no table 'plant'. Did you mean plants.csv"),
        ("plants", "plant,capacity,capacity\ngreenbushes,1,2\n", SchemaError, "'capacity' stands there twice"),
        ("plants", "plant,status\ngreenbushes,closed\n", DataError, "row 2, column 'status': 'closed' is not one of"),
        ("plants", "plant,status\nwodgina,idle\n", DataError, "row 2, column 'name': a value is required"),
        ("plants", "plant,delete\nwodginna,1\n", DataError, "row 2: 'wodginna' is not in plants, so it cannot"),
        ("plants", "plant,delete\ngreenbushes,perhaps\n", DataError, "row 2, column 'delete': 'perhaps' is neither"),
        ("plants", "plant,capacity\ngreenbushes,1,2\n", DataError, "row 2: 3 cells stand under 2 columns"),
        ("plants", "plant,capacity\n\n\ngreenbushes,x\n", DataError, "row 4, column 'capacity'"),
        ("plants", 'plant,name,capacity\ngreenbushes,"two\nlines",1\njianxiawo,,x\n', DataError, "row 4, column"),
        ("plants", 'plant,name\ngreenbushes,"no end\n', ReadError, "row 2: not readable as CSV"),
        ("plants", "plant;capacity\ngreenbushes;1\n", ReadError, "not separated by commas"),
        ("plants", "", ReadError, "plants.csv is empty"),
        ("plants", "\n \n", ReadError, "plants.csv is empty"),
        ("plants", b"plant,name\ngreenbushes,caf\xe9\n", ReadError, "row 2: byte 0xe9 is not UTF-8"),
        ("plants", b"plant,name\ngreenbushes,\0\n", ReadError, "is a binary file"),
        ("plants", b"PK\x03\x04rest", ReadError, "is a spreadsheet or archive"),
        ("plants", "plant,name\n".encode("utf-16"), ReadError, "is in UTF-16"),
        ("plants", b"plant\n" + b"x" * LARGEST, ReadError, "has 20 MB; at most 20 are read"),
        ("mixes", "use,region,cell,share\nev_battery,CHN,lfp_cell,0.8\n", DataError,
         r"mixes\.csv, row 2: shares of ev_battery in CHN sum to 0.8"),
        ("demands", "demand,commodity,region,use,quantity,ed_low,ed_high\nx,lithium_carbonate,AUS,o,5,0.1,0.2\n",
         DataError, "row 2: x asks for 5 t LCE/yr of lithium_carbonate in AUS, which nothing makes there"),
        ("plants", "plant,capacity\ngreenbushes,100\n", DataError, "makes 165,000 with a capacity of 100"),
    ],
)  # fmt: skip
def test_each_fault_has_one_clear_message(over, table, text, error, message):
    with pytest.raises(error, match=message) as caught:
        over(**{table: text})
    assert len(str(caught.value)) < 700


def test_a_deletion_that_leaves_names_hanging_says_so(over):
    with pytest.raises(DataError, match=r"ownership jianxiawo\.catl: plant 'jianxiawo' is not in plants"):
        over(plants="plant,delete\njianxiawo,1\n")


def test_many_faults_are_listed_up_to_five(over):
    rows = "".join(f"p{i},P{i},spodumene_mining,XX{i},5,1,operating\n" for i in range(9))
    with pytest.raises(DataError) as caught:
        over(plants="plant,name,process,region,capacity,output,status\n" + rows)
    lines = str(caught.value).splitlines()
    assert len(lines) == 6
    assert "plants.csv, row 2: " in lines[0]
    assert lines[-1].startswith("… and ")


def test_folders_and_files_that_are_no_tables(tiny, tmp_path):
    with pytest.raises(ReadError, match="does not exist"):
        lay(tiny, tmp_path / "none")
    with pytest.raises(ReadError, match="holds no CSV file"):
        lay(tiny, tmp_path)
    (tmp_path / "README.md").write_text("notes")
    (tmp_path / ".hidden").write_text("x")
    with pytest.raises(ReadError, match="holds no CSV file"):
        lay(tiny, tmp_path)
    (tmp_path / "plants.xlsx").write_text("x")
    with pytest.raises(ReadError, match=r"plants\.xlsx is not read: only files that end in \.csv"):
        lay(tiny, tmp_path)
    (tmp_path / "plants.xlsx").unlink()
    (tmp_path / "more").mkdir()
    with pytest.raises(ReadError, match="more is a folder"):
        lay(tiny, tmp_path)


def test_a_link_out_of_the_folder_is_refused(tiny, tmp_path):
    outside = tmp_path / "secret.csv"
    outside.write_text("plant,capacity\ngreenbushes,1\n")
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "plants.csv").symlink_to(outside)
    with pytest.raises(ReadError, match="is a link that leads out of"):
        lay(tiny, folder)


def test_a_pipe_is_refused(tiny, tmp_path):
    os.mkfifo(tmp_path / "plants.csv")
    with pytest.raises(ReadError, match="is not a file that can be read"):
        lay(tiny, tmp_path)


def test_a_single_file_and_a_byte_order_mark(tiny, tmp_path):
    path = tmp_path / "plants.csv"
    path.write_bytes(b"\xef\xbb\xbfplant,capacity\r\ngreenbushes,250000\r\n")
    assert row(lay(tiny, path), "plants", "plant", "greenbushes")["capacity"] == 250_000


def test_the_same_files_give_the_same_world(tiny, tmp_path):
    (tmp_path / "plants.csv").write_text("plant,capacity\ngreenbushes,250000\n")
    assert lay(tiny, tmp_path) == lay(tiny, tmp_path)


def test_a_table_of_the_world_laid_over_itself_keeps_its_figures(tiny, tmp_path):
    for name in tables():
        if name != "sources" and len(tiny[name]):
            tiny[name].to_csv(tmp_path / f"{name}.csv", index=False)
    world = lay(tiny, tmp_path)
    for name, table in tables().items():
        figures = [c for c in table.columns if c not in ("source", "note")]
        if name != "sources":
            assert world[name][figures].equals(tiny[name][figures]), name


def test_load_lays_over_the_bundled_world(tmp_path):
    with pytest.raises(ReadError, match="does not exist"):
        load(tmp_path / "none")
    (tmp_path / "parameters.csv").write_text("parameter,value\ndiscount_rate,0.09\n")
    assert load(tmp_path).parameter("discount_rate") == 0.09
    assert load().parameter("discount_rate") != 0.09


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(
    table=st.sampled_from(["plants", "mixes", "trade", "sources", "claims"]),
    text=st.one_of(st.text(max_size=200), st.binary(max_size=200)),
)
def test_any_file_is_laid_over_or_refused(tiny, tmp_path_factory, table, text):
    folder = tmp_path_factory.mktemp("any")
    data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    (folder / f"{table}.csv").write_bytes(data)
    try:
        lay(tiny, folder)
    except OreflowError as error:
        assert isinstance(error, DataError)
        assert str(error)


columns = st.sampled_from(
    ["plant", "capacity", "capacity [kt LCE/yr]", "region", "delete", "note", "lat", "aliases"]
)
words = st.sampled_from(
    ["greenbushes", "jianxiawo", "1", "-1", "CHN", "", "(empty)", "a;b", "é", "1e400", '"', "x,y"]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80, deadline=None)
@given(header=st.lists(columns, min_size=1, max_size=5), cells=st.lists(words, min_size=1, max_size=15))
def test_any_table_is_laid_over_or_refused(tiny, tmp_path_factory, header, cells):
    folder = tmp_path_factory.mktemp("any")
    width = len(header)
    lines = [cells[i : i + width] for i in range(0, len(cells), width)]
    text = "\n".join(",".join(line) for line in [header, *lines])
    (folder / "plants.csv").write_text(text, encoding="utf-8")
    try:
        world = lay(tiny, folder)
    except OreflowError as error:
        assert isinstance(error, DataError)
        assert "plants" in str(error)
        return
    assert (world.plants["capacity"] >= 0).all()
    assert world.plants["plant"].is_unique
