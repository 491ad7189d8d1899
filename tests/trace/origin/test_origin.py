"""Origins through blends against brute force: every path from the lot to a source, walked one by one."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oreflow.atlas import bundled
from oreflow.errors import UnknownNameError
from oreflow.trace.model import Assay, Kind, Lot
from oreflow.trace.origin import compile_origins, mix, origin
from oreflow.trace.store import Ledger
from tests.trace.ledgers import PLACES, T, event, ledger, lot, make, move, take

COUNTRIES = ("ZMB", "COD", "CHL", "AUS")


@st.composite
def chains(draw):
    """Draw a chain without circles: lots from sources, and makings of lots that came before."""
    events, lots = [], []
    for i in range(draw(st.integers(1, 4))):
        share = draw(st.integers(1, 9)) / 10
        events.append(make(i, [lot(f"s{i}", 100, share, country=COUNTRIES[i])], name=f"source-{i}"))
        lots.append((f"s{i}", share))
    for i in range(draw(st.integers(1, 8))):
        used = draw(st.lists(st.sampled_from(lots), min_size=1, max_size=4, unique=True))
        lines = [take(name, draw(st.integers(1, 50))) for name, _ in used]
        share = draw(st.integers(1, 9)) / 10
        events.append(make(10 + i, [lot(f"m{i}", 10, share)], lines, name=f"make-{i}"))
        lots.append((f"m{i}", share))
    return events


def walked(events, name):
    """Return the shares of a lot by walking every path from it, weighted by the metal in each part."""
    maker = {o.lot: e for e in events for o in e.outputs}
    grade = {o.lot: o.assays[0].share for e in events for o in e.outputs}
    e = maker[name]
    if not e.inputs:
        return {e.outputs[0].country: 1.0}
    total = sum(x.mass * grade[x.lot] for x in e.inputs)
    out: dict[str, float] = {}
    for x in e.inputs:
        for country, share in walked(events, x.lot).items():
            out[country] = out.get(country, 0.0) + share * x.mass * grade[x.lot] / total
    return out


@settings(max_examples=25)
@given(events=chains())
def test_shares_agree_with_walking_every_path(events, tmp_path_factory) -> None:
    name = events[-1].outputs[0].lot
    with ledger(tmp_path_factory.mktemp("o"), events) as kept:
        found = origin(kept, name, world=bundled()).by_country["Cu"]
        mixes = mix(kept.flows())
    assert found == pytest.approx(walked(events, name), abs=1e-12)
    for shares in mixes.shares:
        assert shares.sum(axis=1)[mixes.made] == pytest.approx(1.0)


SOURCES = [
    make(0, [lot("z", 100, 0.3, country="ZMB")], name="z"),
    make(0, [lot("c", 100, 0.1, country="COD")], name="c"),
]
BLEND = make(1, [lot("b", 100, 0.2)], [take("z", 50), take("c", 50)], process="blend", name="b")


def test_a_blend_counts_metal_and_not_mass(tmp_path) -> None:
    with ledger(tmp_path, [*SOURCES, BLEND]) as kept:
        found = origin(kept, "b", world=bundled())
    assert found.by_country["Cu"] == pytest.approx({"ZMB": 0.75, "COD": 0.25})
    assert found.by_firm["Cu"] == pytest.approx({"miner": 1.0})


def test_new_events_and_corrections_are_seen(tmp_path) -> None:
    with ledger(tmp_path, [*SOURCES, BLEND]) as kept:
        assert origin(kept, "b", world=bundled()).by_country["Cu"]["ZMB"] == pytest.approx(0.75)
        assert compile_origins(kept) is False
        right = replace(BLEND, event="right", inputs=(take("z", 50), take("c", 150)), corrects="b")
        kept.add([right])
        assert origin(kept, "b", world=bundled()).by_country["Cu"]["ZMB"] == pytest.approx(0.5)
        assert origin(kept, "b", world=bundled()).event == "right"


def test_what_is_not_on_record_is_unknown(tmp_path) -> None:
    made = make(1, [lot("x", 10, 0.3)], [take("z", 5), take("nowhere", 5)])
    with ledger(tmp_path, [SOURCES[0], made]) as kept:
        found = origin(kept, "x", world=bundled())
    # Nothing is known of what is in the unknown lot, so its metal does not count, and its mass is told.
    assert found.by_country["Cu"] == {"ZMB": 1.0}
    only = make(1, [lot("x", 10, 0.3)], [take("nowhere", 5)])
    with ledger(tmp_path, [only]) as kept:
        found = origin(kept, "x", world=bundled())
    assert found.unknown["Cu"] == 1.0
    shipped = move(1, "w", 10, "mine", "smelter", outputs=(lot("w", 10, country="ZMB"),))
    with ledger(tmp_path, [shipped, make(2, [lot("x", 3, 0.9)], [take("w", 10)])]) as kept:
        found = origin(kept, "x", world=bundled())
    assert (found.unknown["Cu"], found.by_country["Cu"]) == (1.0, {"ZMB": 1.0})


def test_recycled_metal_and_blocs(tmp_path) -> None:
    scrap = make(
        0, [Lot("scrap", "Scrap", T, (Assay("Cu", 9 * 10**8),), country="CHN", recycled=True)], name="scrap"
    )
    made = make(1, [lot("x", 1, 0.9)], [take("scrap", 0.5), take("z", 1.5)])
    with ledger(tmp_path, [SOURCES[0], scrap, made]) as kept:
        found = origin(kept, "x", world=bundled())
    assert found.recycled["Cu"] == pytest.approx(0.5)
    assert found.by_bloc["Cu"] == pytest.approx({"feoc": 0.5})


def test_a_lot_of_several_metals_is_followed_by_each(tmp_path) -> None:
    ni = make(0, [Lot("n", "Sulfate", 10 * T, (Assay("Ni", 2 * 10**8),), country="IDN")])
    both = Lot("x", "Alloy", T, (Assay("Cu", 10**8), Assay("Ni", 10**8)))
    with ledger(tmp_path, [*SOURCES, ni, make(1, [both], [take("z", 1), take("n", 1)])]) as kept:
        found = origin(kept, "x", world=bundled()).by_country
    assert found == {"Cu": {"ZMB": 1.0}, "Ni": {"IDN": 1.0}}


def test_circles_do_not_hang(tmp_path) -> None:
    a, b = make(0, [lot("a", 1)], [take("b", 1)]), make(1, [lot("b", 1)], [take("a", 1)])
    with ledger(tmp_path, [a, b]) as kept:
        assert set(mix(kept.flows()).circular) == {0, 1}
        origin(kept, "a", world=bundled())


def test_an_unknown_lot_names_the_nearest(tmp_path) -> None:
    with (
        ledger(tmp_path, [make(0, [lot("https://a.example/lot/1234567", 1)])]) as kept,
        pytest.raises(UnknownNameError, match="1234567"),
    ):
        origin(kept, "https://a.example/lot/1234568x", world=bundled())


def test_an_empty_ledger_has_no_origins(tmp_path) -> None:
    with Ledger.create(tmp_path / "l.sqlite") as kept:
        kept.add([event(Kind.BOOK, 1)], facilities=PLACES)
        assert compile_origins(kept) is True
        with pytest.raises(UnknownNameError):
            origin(kept, "a", world=bundled())


def test_a_metal_that_no_input_holds_is_unknown_and_one_in_a_blind_input_follows_its_mass(tmp_path) -> None:
    cobalt = Lot("x", "Cobalt", T, (Assay("Co", 10**8),))
    with ledger(tmp_path, [*SOURCES, make(1, [cobalt], [take("z", 5)])]) as kept:
        assert origin(kept, "x", world=bundled()).unknown == {"Co": 1.0}
    blind = [make(0, [lot(n, 10, None, country=c)]) for n, c in (("p", "COD"), ("q", "AUS"))]
    with ledger(
        tmp_path, [*SOURCES, *blind, make(1, [cobalt], [take("z", 5), take("p", 1), take("q", 3)])]
    ) as kept:
        assert origin(kept, "x", world=bundled()).by_country["Co"] == pytest.approx(
            {"COD": 0.25, "AUS": 0.75}
        )
