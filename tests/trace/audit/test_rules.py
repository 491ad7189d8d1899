"""Every rule of the audit fires on what it is for, and not on what is honest."""

from dataclasses import replace

import pytest

from oreflow.trace.audit import rules as known_rules
from oreflow.trace.model import Assay, Certificate, Claim, Custody, Entry, Facility, Kind, Lot
from tests.trace.ledgers import T, cu, day, event, findings, lot, make, move, rules, take

MINED = make(0, [lot("ore", 100, country="ZMB")], process="copper_mining", name="mined")
SHIPPED = move(1, "ore", 100, "mine", "smelter", signed="out")
RECEIVED = move(45, "ore", 100, "mine", "smelter", signed="in", by="refiner")


def smelted(tonnes, *, when=50, used=100, name="smelted", **more):
    out = lot("copper", tonnes, 0.9999, product="Cathode", **more)
    return make(
        when, [out], [take("ore", used)], at="smelter", by="refiner", process="copper_smelting", name=name
    )


CHAIN = [MINED, SHIPPED, RECEIVED]
NICKEL = (Assay("Ni", 380_000_000, 1_000_000),)


def nickel(i, recovery=0.95, tonnes=10.0):
    """Return the mining and refining of one lot of nickel at one place."""
    ore = Lot(f"ni-{i}", "Hydroxide", int(tonnes * T), NICKEL, country="IDN")
    metal = ore.mass * 0.38 * recovery
    out = Lot(f"so4-{i}", "Sulfate", round(metal / 0.2232), (Assay("Ni", 223_200_000, 1_000_000),))
    return [
        make(i, [ore], at="nickel", process="nickel_mining"),
        make(i + 0.5, [out], [take(f"ni-{i}", tonnes)], at="nickel", process="nickel_refining"),
    ]


NICKEL_PLACE = [Facility("nickel", "Nickel works", "IDN")]
ACCOUNT = "site/scheme"


def entry(when, tonnes, **more):
    return event(
        Kind.BOOK,
        when,
        entries=(Entry(ACCOUNT, "Cu", int(tonnes * T), "ZMB", more.pop("expires", None)),),
        **more,
    )


def certificate(when, action, by, tonnes=1):
    return event(Kind.BOOK, when, by=by, certificates=(Certificate("cert-1", "Cu", tonnes * T, action),))


def claimed(share, country="ZMB", custody=Custody.SEGREGATED, **more):
    whole = {"custody": custody, "claims": (Claim(country, round(share * 10**9)),)} | more
    return [replace(MINED, outputs=(lot("ore", 100, country="ZMB", custody=Custody.SEGREGATED),)), SHIPPED, RECEIVED,
            smelted(29.25, **whole)]  # fmt: skip


CASES = {
    # rule: (what makes it fire, what must not)
    "double-spend": (
        [
            *CHAIN,
            smelted(29.25),
            make(51, [lot("more", 10, 0.9999)], [take("ore", 35)], at="works", by="rival", log="log2"),
        ],
        [
            *CHAIN,
            smelted(14.6, used=50),
            make(51, [lot("more", 14.6, 0.9999)], [take("ore", 50)], at="smelter", by="refiner"),
        ],
    ),
    "metal-gain": ([*CHAIN, smelted(33)], [*CHAIN, smelted(29.25)]),
    "metal-loss": ([*CHAIN, smelted(20)], [*CHAIN, smelted(29.0)]),
    "too-perfect": ([*CHAIN, smelted(30.0)], [*CHAIN, smelted(29.4)]),
    "negative-stock": (
        [MINED, move(1, "ore", 80, "mine", "yard"), move(2, "ore", 80, "mine", "yard")],
        [MINED, move(1, "ore", 50, "mine", "yard"), move(2, "ore", 50, "mine", "yard")],
    ),
    "too-early": (
        [MINED, SHIPPED, replace(RECEIVED, time=day(4)), smelted(29.25)],
        [*CHAIN, smelted(29.25)],
    ),
    "tight": (
        [MINED, SHIPPED, replace(RECEIVED, time=day(1 + 16)), smelted(29.25)],
        [*CHAIN, smelted(29.25)],
    ),
    "not-received": ([MINED, SHIPPED, entry(200, 1)], [MINED, SHIPPED, RECEIVED, entry(200, 1)]),
    "received-differs": (
        [MINED, SHIPPED, replace(RECEIVED, inputs=(take("ore", 90),))],
        [MINED, SHIPPED, replace(RECEIVED, inputs=(take("ore", 99.9),))],
    ),
    "credit-overdrawn": (
        [entry(0, 10), entry(10, -6), entry(20, -6)],
        [entry(0, 10), entry(10, -6), entry(20, -4)],
    ),
    "credit-expired": (
        [entry(0, 10, expires=day(30)), entry(10, -2), entry(40, -5)],
        [entry(0, 10, expires=day(60)), entry(10, -2), entry(40, -5)],
    ),
    "credit-unbacked": (
        [
            MINED,
            event(
                Kind.MODIFY,
                1,
                facility="mine",
                inputs=(take("ore", 100),),
                entries=(Entry(ACCOUNT, "Cu", 40 * T),),
            ),
        ],
        [
            MINED,
            event(
                Kind.MODIFY,
                1,
                facility="mine",
                inputs=(take("ore", 100),),
                entries=(Entry(ACCOUNT, "Cu", 30 * T),),
            ),
        ],
    ),
    "retired-twice": (
        [
            certificate(0, "issue", "miner"),
            certificate(1, "retire", "maker"),
            certificate(2, "retire", "rival"),
        ],
        [
            certificate(0, "issue", "miner", 2),
            certificate(1, "retire", "maker"),
            certificate(2, "retire", "rival"),
        ],
    ),
    "origin-beyond": (claimed(1.0, "AUS"), claimed(1.0)),
    "custody-raised": (claimed(1.0, custody=Custody.IDENTITY), claimed(1.0, custody=Custody.BLENDED)),
    "circular": (
        [make(0, [lot("a", 1)], [take("b", 1)]), make(1, [lot("b", 1)], [take("a", 1)])],
        [make(0, [lot("b", 1)]), make(1, [lot("a", 1)], [take("b", 1)])],
    ),
    "no-origin": (
        [move(1, "ore", 100, "mine", "smelter", outputs=(lot("ore", 100),))],
        [MINED, move(1, "ore", 100, "mine", "smelter")],
    ),
    "foreign-correction": (
        [MINED, event(Kind.CORRECT, 1, by="rival", corrects="mined")],
        [MINED, event(Kind.CORRECT, 1, corrects="mined")],
    ),
}


@pytest.mark.parametrize("rule", CASES)
def test_it_fires_and_it_does_not(rule: str, tmp_path) -> None:
    guilty, honest = CASES[rule]
    assert rule in rules(tmp_path, guilty)
    assert rule not in rules(tmp_path, honest)


def test_every_rule_is_tried() -> None:
    elsewhere = {"over-nameplate", "rewritten", "tampered", "missing-record", "split-view", "key-validity"}
    assert set(CASES) | elsewhere == set(known_rules())


def test_the_honest_chain_has_nothing(tmp_path) -> None:
    assert findings(tmp_path, [*CHAIN, smelted(29.25)]) == ()


def test_over_nameplate_of_the_plant_and_of_its_region(tmp_path) -> None:
    def mined(tonnes, at):
        return [make(i, [Lot(f"{at}-{i}", "Concentrate", int(tonnes * T), (Assay("Cu", 10**9),), country="IDN")], at=at,
                     process="copper_mining") for i in range(12)]  # fmt: skip

    grasberg = [
        Facility("grasberg", "Grasberg", "IDN", plant="grasberg_mine"),
        Facility("other", "Other", "IDN"),
    ]
    # 584,706 t a year by the atlas; 48,726 t a month.
    assert "over-nameplate" not in rules(tmp_path, mined(5_000, "grasberg"), places=grasberg)
    assert "over-nameplate" in rules(tmp_path, mined(8_000, "grasberg"), places=grasberg)
    # A place that is no plant of the atlas may make what all of its region do.
    assert "over-nameplate" not in rules(tmp_path, mined(8_000, "other"), places=grasberg)
    assert "over-nameplate" in rules(tmp_path, mined(90_000, "other"), places=grasberg)


def test_a_yearly_report_in_one_batch_is_no_month(tmp_path) -> None:
    one = [
        make(
            0,
            [Lot("year", "Concentrate", 584_000 * T, (Assay("Cu", 10**9),), country="IDN")],
            at="g",
            process="copper_mining",
        )
    ]
    assert "over-nameplate" not in rules(
        tmp_path, one, places=[Facility("g", "G", "IDN", plant="grasberg_mine")]
    )


def test_recoveries_that_are_written_down(tmp_path) -> None:
    same = [e for i in range(14) for e in nickel(i, 0.951, 10 + i)]
    spread = [e for i in range(14) for e in nickel(i, 0.951 + 0.001 * (i % 5), 10 + i)]
    assert "too-perfect" in rules(tmp_path, same, places=NICKEL_PLACE)
    assert "too-perfect" not in rules(tmp_path, spread, places=NICKEL_PLACE)


def test_a_lot_made_by_two_and_a_lot_sold_to_two(tmp_path) -> None:
    twice = [MINED, make(1, [lot("ore", 100)], at="yard", by="rival", log="another")]
    assert [f.rule for f in findings(tmp_path, twice) if f.severity == "error"] == ["double-spend"]
    owned = make(0, [lot("ore", 100, owner="miner")], name="mined")
    sale = [
        event(Kind.TRANSFER, d, target=b, inputs=(take("ore", 60),)) for d, b in ((1, "maker"), (2, "rival"))
    ]
    assert "double-spend" in rules(tmp_path, [owned, *sale])
    half = [replace(s, inputs=(take("ore", 50),)) for s in sale]
    assert "double-spend" not in rules(tmp_path, [owned, *half])
    resold = [sale[0], event(Kind.TRANSFER, 3, by="maker", target="rival", inputs=(take("ore", 60),))]
    assert "double-spend" not in rules(tmp_path, [owned, *resold])


def test_use_at_the_far_end_stands_for_arrival_where_nothing_is_signed_in(tmp_path) -> None:
    early, late = smelted(29.25, when=5), smelted(29.25, when=60)
    assert "too-early" in rules(tmp_path, [MINED, SHIPPED, early])
    assert "too-early" not in rules(tmp_path, [MINED, SHIPPED, late])


def test_by_air_is_quicker_than_by_sea(tmp_path) -> None:
    places = [Facility("zm", "A", "ZMB", -12.2, 26.4), Facility("jp", "B", "JPN", 33.3, 131.9)]
    made = make(0, [lot("ore", 1)], at="zm")

    def trip(mode):
        ends = [move(1, "ore", 1, "zm", "jp", signed="out", mode=mode),
                move(6, "ore", 1, "zm", "jp", signed="in", by="refiner", mode=mode)]  # fmt: skip
        return rules(tmp_path, [made, *ends], places=places)

    assert "too-early" in trip("sea")
    assert "too-early" in trip("")
    assert not trip("air") & {"too-early", "tight"}


def test_a_correction_takes_the_place_of_what_it_corrects(tmp_path) -> None:
    wrong = smelted(33, name="slip")
    right = replace(smelted(29.25, when=51), corrects="slip")
    assert findings(tmp_path, [*CHAIN, wrong, right]) == ()


def test_a_correction_of_a_correction_counts_and_the_middle_one_does_not(tmp_path) -> None:
    one, two, three = smelted(29.25, name="one"), smelted(33, name="two"), smelted(29.2, name="three")
    chain = [*CHAIN, one, replace(two, corrects="one"), replace(three, corrects="two")]
    assert findings(tmp_path, chain) == ()


def test_an_event_handed_in_again_with_other_contents_is_kept_as_evidence(tmp_path) -> None:
    changed = replace(MINED, outputs=(lot("ore", 120),))
    assert "rewritten" in rules(tmp_path, [MINED], again=[changed])
    assert "rewritten" not in rules(tmp_path, [MINED], again=[MINED])


def test_a_gain_within_the_tolerances_is_none(tmp_path) -> None:
    ore = replace(MINED, outputs=(replace(lot("ore", 100), assays=cu(0.3, 0.05)),))
    assert "metal-gain" not in rules(tmp_path, [ore, SHIPPED, RECEIVED, smelted(31)])
    assert "metal-gain" in rules(tmp_path, [ore, SHIPPED, RECEIVED, smelted(33)])


def test_metal_out_of_inputs_that_hold_none(tmp_path) -> None:
    made = make(1, [Lot("x", "Cobalt", T, (Assay("Co", 10**8),))], [take("ore", 10)])
    assert "metal-gain" in rules(tmp_path, [MINED, made])
    blind = replace(MINED, outputs=(lot("ore", 100, None),))
    assert "metal-gain" not in rules(tmp_path, [blind, made])


def test_a_mass_balance_claim_rests_on_its_draws(tmp_path) -> None:
    whole = {"custody": Custody.BALANCE, "claims": (Claim("AUS", 5 * 10**8),)}
    ore = replace(MINED, outputs=(lot("ore", 100, country="ZMB", custody=Custody.SEGREGATED),))
    made = smelted(29.25, **whole)
    drawn = replace(made, entries=(Entry("a", "Cu", -15 * T, "AUS"),))
    credit = event(Kind.BOOK, 40, entries=(Entry("a", "Cu", 20 * T, "AUS"),))
    assert "origin-beyond" in rules(tmp_path, [ore, SHIPPED, RECEIVED, made])
    assert not rules(tmp_path, [ore, SHIPPED, RECEIVED, credit, drawn])


def test_findings_name_their_evidence_in_the_order_of_time(tmp_path) -> None:
    (found,) = findings(tmp_path, [*CHAIN, smelted(33)])
    assert found.events == ("mined", "smelted")
    assert "32,996.7 kg of Cu come out of 30,000 kg (10.0 % more" in found.text


def test_a_correction_that_is_withdrawn_is_as_if_it_had_never_been(tmp_path) -> None:
    one, two = smelted(29.25, name="one"), smelted(33, name="two")
    back = event(Kind.CORRECT, 60, by="refiner", corrects="two")
    assert findings(tmp_path, [*CHAIN, one, replace(two, corrects="one"), back]) == ()
    gone = event(Kind.CORRECT, 60, by="refiner", corrects="one")
    assert findings(tmp_path, [*CHAIN, one, gone]) == ()
