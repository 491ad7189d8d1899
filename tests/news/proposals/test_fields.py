"""Names, speaker, direction and stance of a proposal are held to the words they rest on."""

from __future__ import annotations

import pytest

from tests.news.proposals.offers import CUT, DENIAL, HEDGE, Ask, bare, proposal, reasons, said


@pytest.mark.parametrize(
    ("field", "value", "evidence", "reason"),
    [
        ("subject", "Greenbushes", "the Jianxiawo mine", "its evidence names jianxiawo (plant)"),
        ("subject", "Grasberg", "CATL halted", "its evidence names catl (firm)"),
        ("subject", "Grasberg", "halted production", "its evidence holds no such name"),
        ("subject", "Grasberg", "Grasberg", "its evidence does not stand in the article"),
        ("commodity", "cobalt", "Jianxiawo", "its evidence names no commodity 'cobalt'"),
        ("commodity", "cobalt", "gallium", "its evidence names gallium, not cobalt"),
        ("commodity", "gallium;lithium", "gallium", "its evidence names gallium, not lithium"),
        ("country", "USA", "Jianxiawo", "its evidence names jianxiawo, not USA"),
        ("country", "CHN", "CATL", "its evidence names no country 'CHN'"),
        ("speaker", "CATL", "CATL halted", "its evidence does not say that they say so"),
        ("speaker", "Reuters", "CATL halted", "its evidence does not name them"),
        ("direction", "up", "halted", "its evidence holds no word for up"),
        ("direction", "sideways", "halted", "there is no direction 'sideways'; it is one of up, down"),
    ],
)
def test_a_field_that_its_evidence_does_not_bear_out_becomes_null(
    ask: Ask, field: str, value: str, evidence: str, reason: str | None
) -> None:
    found = ask(proposal(**{field: said(value, evidence)}))
    assert getattr(found.claims[0], field) is None
    assert set(reasons(found)) == {field}
    assert reason is None or reasons(found)[field] == reason


def test_names_may_be_given_as_the_article_or_the_atlas_has_them(ask: Ask) -> None:
    for value in ("Jianxiawo", "jianxiawo", "Jianxiawo mine"):
        assert ask(proposal(subject=said(value, "Jianxiawo"))).claims[0].subject == "jianxiawo"
    claim = ask(proposal(subject=said("Contemporary Amperex Technology", "CATL"))).claims[0]
    assert (claim.subject, claim.subject_kind) == ("catl", "firm")


def test_a_claim_is_not_about_what_its_type_cannot_be_about(ask: Ask) -> None:
    text = "China makes 90% of the world's gallium supply."
    good = bare("concentration", text, "makes")
    assert ask({**good, "subject": said("China", "China")}, text=text).claims[0].subject == "CHN"
    found = ask({**good, "subject": said("gallium", "gallium")}, text=text)
    assert reasons(found) == {
        "subject": "a claim of type concentration is about plant or region or firm, not a commodity"
    }


def test_an_ambiguous_name_keeps_what_it_may_be(ask: Ask) -> None:
    text = "A fire halted the Kwinana lithium plant on Monday."
    found = ask(bare("halt", text, "halted", subject=said("Kwinana", "the Kwinana")), text=text)
    (claim,) = found.claims
    assert (claim.subject, claim.candidates) == ("Kwinana", ("kwinana_tianqi", "kwinana_covalent"))
    found = ask(bare("halt", text, "halted", subject=said("kwinana_covalent", "Kwinana")), text=text)
    assert (found.claims[0].subject, reasons(found)) == (
        None,
        {"subject": "'Kwinana' may be kwinana_tianqi or kwinana_covalent: the article does not say which"},
    )


def test_a_name_that_the_atlas_lacks_is_taken_as_the_article_writes_it(ask: Ask) -> None:
    text = "Workers at Zangrivo halted lithium production on Monday."
    found = ask(bare("halt", text, "halted", subject=said("Zangrivo", "Zangrivo")), text=text)
    assert (found.claims[0].subject, found.rejected) == ("Zangrivo", ())


def test_the_speaker_of_he_said_is_who_the_rules_know_him_to_be(ask: Ask) -> None:
    text = (
        "Li Liangbin, chairman of Ganfeng, said lithium demand rose.\n\n"
        "He added that lithium carbonate prices could reach 150,000 yuan a tonne."
    )
    quote = "lithium carbonate prices could reach 150,000 yuan a tonne"
    good = bare("forecast", quote, "prices", modality=said("conditional", "could"))
    found = ask({**good, "speaker": said("Li Liangbin", "He added")}, text=text)
    assert found.claims[0].speaker == "Li Liangbin (chairman, Ganfeng)"
    other = ask({**good, "speaker": said("Maria Gonzalez", "He added")}, text=text)
    assert reasons(other) == {"speaker": "its evidence does not name them"}


def test_a_bottleneck_is_a_stage(ask: Ask) -> None:
    text = "Refining is the bottleneck of the lithium chain, not the smelters."
    found = ask(bare("bottleneck", text, "Refining is", subject=said("refining", "Refining")), text=text)
    assert reasons(found) == {"subject": "its evidence holds no such name"}
    found = ask(bare("bottleneck", text, "Refining is", subject=said("Refining", "Refining")), text=text)
    assert (found.claims[0].subject, found.claims[0].subject_kind) == ("refining", "stage")


def test_the_speaker_is_held_to_a_verb_of_saying(ask: Ask) -> None:
    claim = ask(
        bare(
            "export_control",
            CUT,
            "will cut",
            modality=said("planned", "will"),
            speaker=said("the ministry", "the ministry said"),
            direction=said("down", "cut"),
            effective=said("2025-12-01", "1 December 2025"),
        )
    ).claims[0]
    assert (claim.speaker, claim.modality, claim.direction) == ("ministry", "planned", "down")


@pytest.mark.parametrize(
    ("field", "value", "evidence", "reason"),
    [
        ("polarity", "asserted", "denied that it had suspended", "its evidence denies"),
        ("polarity", "negated", "had suspended", "its evidence holds no word that denies"),
        ("polarity", "negated", "not", "its evidence does not stand in the sentence"),
        ("polarity", "maybe", "suspended", "there is no polarity 'maybe'; it is one of asserted, negated"),
        ("modality", "planned", "had suspended", "its evidence holds no word for planned"),
        ("modality", "done", "suspended", None),
    ],
)
def test_a_stance_that_does_not_hold_takes_the_claim_with_it(
    ask: Ask, field: str, value: str, evidence: str, reason: str | None
) -> None:
    good = bare("halt", DENIAL, "had suspended", polarity=said("negated", "denied"))
    assert ask(good).claims[0].polarity == "negated"
    found = ask({**good, field: said(value, evidence)})
    assert found.claims == ()
    assert set(reasons(found)) == {field}
    assert reason is None or reasons(found)[field] == reason


def test_a_hedge_is_not_taken_for_a_deed(ask: Ask) -> None:
    quantity = {"value": 6000, "high": 6000, "unit": "t", "evidence": "up to 6,000 tonnes"}
    good = bare(
        "expansion", HEDGE, "expansion", modality=said("considered", "considering"), quantity=quantity
    )
    (claim,) = ask(good).claims
    assert (claim.modality, claim.quantity and claim.quantity.high) == ("considered", 6000)
    bad = ask({**good, "modality": said("happened", "is considering an expansion")})
    assert (bad.claims, reasons(bad)) == ((), {"modality": "its evidence says considered"})


def test_an_infinitive_is_a_plan(ask: Ask) -> None:
    text = "CATL is to halt lithium production at Jianxiawo."
    found = ask(bare("halt", text, "halt", modality=said("planned", "to halt")), text=text)
    assert found.claims[0].modality == "planned"
