import pytest
from hypothesis import given
from hypothesis import strategies as st

from oreflow.atlas import World
from oreflow.errors import DataError, UnknownNameError
from oreflow.gauge import geopolrisk, geopolrisk_of
from oreflow.gauge.geopolrisk import import_risk, instability

flows = st.lists(st.tuples(st.floats(0.0, 1e6), st.floats(0.0, 1.0)), min_size=1, max_size=20)


def test_published_case_from_its_sums() -> None:
    g = geopolrisk(0.26749, [37.495], [21.17974 / 37.495], 17500.0)
    assert g.import_risk == pytest.approx(0.0012076834, rel=3e-7)
    assert g.score == pytest.approx(0.00032304331528, rel=1e-6)


@given(flows, st.floats(1e-3, 1e6), st.floats(0.0, 1.0))
def test_score_lies_between_zero_and_the_concentration(
    f: list[tuple[float, float]], p: float, h: float
) -> None:
    imports, unstable = zip(*f, strict=True)
    g = geopolrisk(h, imports, unstable, p)
    assert 0.0 <= g.score <= h + 1e-12
    assert g.score <= geopolrisk(h, imports, unstable, 0.5 * p).score + 1e-12


@given(flows, st.floats(1e-3, 1e6), st.floats(1e-3, 1e3))
def test_unit_does_not_matter(f: list[tuple[float, float]], p: float, k: float) -> None:
    imports, unstable = zip(*f, strict=True)
    scaled = import_risk([k * x for x in imports], unstable, k * p)
    assert scaled == pytest.approx(import_risk(imports, unstable, p), rel=1e-9, abs=1e-12)


def test_instability_turns_the_estimate_round() -> None:
    assert instability([2.5, -2.5, 0.0, float("nan"), -3.0]).tolist() == [0.0, 1.0, 0.5, 0.5, 1.0]


def test_nothing_to_weigh_raises() -> None:
    with pytest.raises(DataError, match="neither imports nor production"):
        import_risk([0.0], [0.5], 0.0)
    with pytest.raises(DataError, match="must match"):
        import_risk([1.0, 2.0], [0.5], 1.0)


def world() -> World:
    return World.from_rows(
        commodities=[{"commodity": "tin", "name": "tin", "mineral": "tin", "stage": "mine", "unit": "t product"}],
        regions=[
            {"region": "AAA", "name": "A", "members": "AAA", "governance": 0.0},
            {"region": "BBB", "name": "B", "members": "BBB", "governance": -1.5},
            {"region": "CCC", "name": "C", "members": "CCC"},
        ],
        processes=[{"process": "tin_mining", "name": "mining", "kind": "extraction", "output": "tin"}],
        flows=[{"process": "tin_mining", "commodity": "tin", "role": "output", "coefficient": 1.0}],
        plants=[
            {
                "plant": f"mine_{r}", "name": r, "process": "tin_mining", "region": r, "capacity": q, "output": q,
                "status": "operating",
            }
            for r, q in (("AAA", 20.0), ("BBB", 60.0))
        ],
        trade=[
            {"commodity": "tin", "origin": o, "destination": "AAA", "year": 2024, "quantity": q}
            for o, q in (("BBB", 15.0), ("CCC", 5.0))
        ],
    )  # fmt: skip


def test_from_the_tables_without_statistics_of_production() -> None:
    g = geopolrisk_of(world(), "tin", "AAA")
    assert g.hhi == pytest.approx(0.25**2 + 0.75**2)
    assert g.import_risk == pytest.approx((0.8 * 15 + 0.5 * 5) / (20 + 20))
    assert g.score == pytest.approx(g.hhi * g.import_risk)
    assert (g.unknown_share, g.year, g.quality) == (0.25, 2024, "assumed")


def test_production_statistics_take_precedence() -> None:
    rows = [
        {
            "commodity": "tin",
            "stage": "mine",
            "country": c,
            "year": 2025,
            "edition": "MCS 2026",
            "quantity": 50.0,
        }
        for c in ("AAA", "BBB")
    ]
    w = world().with_(production=World.from_rows(production=rows).production)
    assert (geopolrisk_of(w, "tin", "AAA").hhi, geopolrisk_of(w, "tin", "AAA").edition) == (0.5, "MCS 2026")


def test_unknown_names() -> None:
    with pytest.raises(UnknownNameError, match="AAA"):
        geopolrisk_of(world(), "tin", "AAB")
    with pytest.raises(UnknownNameError, match="tin"):
        geopolrisk_of(world(), "tinn", "AAA")
