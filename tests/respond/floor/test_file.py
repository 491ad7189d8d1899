from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oreflow.atlas import bundled
from oreflow.errors import OreflowError, ReadError, SchemaError, UnitError, UnknownNameError
from oreflow.respond.floor import parse_terms, read_terms, terms_schema
from oreflow.respond.floor.file import amount

ROOT = Path(__file__).parents[3]
GOOD = """
floor: a
price: ndpr_oxide
strike: 110 USD/kg NdPr
years: 10
"""


def test_the_examples_are_read() -> None:
    world = bundled()
    terms, project = read_terms(ROOT / "examples/floor/mp-materials.yaml", world)
    assert (terms.strike, terms.years, terms.upside, terms.quantity) == (110_000.0, 10.0, 0.3, None)
    assert terms.source == "fas_mp_2025;nasdaq_mp_2025"
    assert project is not None
    assert project.plant == "mountain_pass_separation"
    assert (project.operating.low, project.operating.value) == (45_000.0, 65_000.0)
    terms, project = read_terms(ROOT / "examples/floor/bald-hill.yaml", world)
    assert terms.node == "lithium_concentrate@CHN"
    assert project is not None
    assert project.capital.value > 0


def test_amounts_carry_their_unit() -> None:
    assert amount(5, "t/yr") == 5.0
    assert amount("110 USD/kg NdPr", "USD/t NdPr") == pytest.approx(110_000)
    assert amount("1,000 t NdPr/yr", "t NdPr/yr") == 1000
    assert amount("0.3 billion USD", "USD") == pytest.approx(3e8)
    with pytest.raises(UnitError, match="is no amount"):
        amount("much", "USD")
    with pytest.raises(UnitError):
        amount("110 USD/kg", "t NdPr/yr")


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("", ReadError, "is empty"),
        ("- a\n", SchemaError, "terms are a mapping"),
        ("floor: a\n", SchemaError, "price"),
        (GOOD + "strik: 5\n", SchemaError, r"f, line 6.*strik"),
        (GOOD.replace("ndpr_oxide", "ndpr_oxid"), UnknownNameError, r"f, line 3.*Did you mean 'ndpr_oxide'"),
        (GOOD.replace("ndpr_oxide", "ndpr_oxide@CHI"), UnknownNameError, "unknown region 'CHI'"),
        (GOOD.replace("110 USD/kg NdPr", "-5"), SchemaError, "strike is -5"),
        (GOOD.replace("110 USD/kg NdPr", "110 USD/kg Cu"), UnitError, "f, line 4"),
        (GOOD.replace("10\n", "-1\n"), SchemaError, "years is -1"),
        (GOOD + "sources: [nobody]\n", UnknownNameError, "unknown source 'nobody'"),
        (GOOD + "project: {plant: mountain_pass_separatio}\n", UnknownNameError, "mountain_pass_separation"),
        (GOOD + "project: {plant: bald_hill}\n", SchemaError, "must be the same"),
        (GOOD + "project: {name: x, capacity: 100}\n", SchemaError, "needs capital, operating"),
        (GOOD + "project: {name: x, capacity: 9, capital: 5, operating: {value: 5, low: 9}}", SchemaError, "must rise"),
        (GOOD + "project: {name: x, capacity: 100, capital: .nan, operating: 5}\n", OreflowError, "capital"),
        (GOOD + "a: &x 5\n", ReadError, "anchors"),
        (GOOD.replace("10\n", "!!python/object:os.system x\n"), ReadError, "tag"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(text: str, error: type[OreflowError], message: str) -> None:
    with pytest.raises(error, match=message):
        parse_terms(text, "f", bundled())


def test_files_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="there is no such file"):
        read_terms(tmp_path / "none.yaml", bundled())
    (tmp_path / "b.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ReadError, match="not UTF-8 text"):
        read_terms(tmp_path / "b.yaml", bundled())
    (tmp_path / "big.yaml").write_bytes(b"a" * 3_000_000)
    with pytest.raises(ReadError, match="larger than"):
        read_terms(tmp_path / "big.yaml", bundled())


@given(st.text(max_size=200) | st.builds(lambda k, v: GOOD + f"{k}: {v}\n", st.sampled_from(
    ["upside", "quantity", "settlement", "start", "project", "title"]), st.text(max_size=30)))  # fmt: skip
def test_no_text_breaks_it(text: str) -> None:
    try:
        terms, _ = parse_terms(text, "f", bundled())
    except OreflowError as error:
        assert str(error)
    else:
        assert terms.strike >= 0


def test_the_schema_is_one() -> None:
    import jsonschema

    jsonschema.Draft202012Validator.check_schema(terms_schema())
