from __future__ import annotations

import dataclasses
import json

import jsonschema
import pytest

from oreflow.errors import DataError, SchemaError, UnknownNameError
from oreflow.report import Briefing, Figure, schema
from oreflow.report.briefing import FORMAT, figures
from oreflow.report.effects import ChainFlows, FlowLink, FlowNode, WhatItDoes
from oreflow.report.heard import Article, Disagreement, NotModelled, Position


def test_json_gives_the_same_briefing_back(briefing):
    assert Briefing.from_json(briefing.to_json()) == briefing


def test_json_follows_its_schema(briefing):
    jsonschema.Draft202012Validator.check_schema(schema())
    jsonschema.validate(json.loads(briefing.to_json()), schema(), jsonschema.Draft202012Validator)


def test_every_field_in_the_schema_is_described():
    whole = schema()
    for name, part in {"Briefing": whole, **whole["$defs"]}.items():
        for field, entry in part["properties"].items():
            assert entry.get("description") or "const" in entry, f"{name}.{field}"


def test_the_schema_refuses_what_is_not_a_briefing(briefing):
    data = json.loads(briefing.to_json())
    data["does"]["prices"][0]["band"]["unit"] = 3
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, schema(), jsonschema.Draft202012Validator)


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        (lambda d: d.pop("does"), SchemaError, "'does' is missing"),
        (lambda d: d["meta"].update(titel="x"), SchemaError, "'title'"),
        (lambda d: d["meta"].update(seed="x"), SchemaError, r"briefing\.meta\.seed: integer"),
        (lambda d: d["articles"].append(3), SchemaError, r"briefing\.articles\[2\]: an object"),
        (lambda d: d.update(articles={}), SchemaError, "a list is needed"),
        (lambda d: d["happened"]["claims"][0].update(polarity="maybe"), SchemaError, "asserted, negated"),
        (lambda d: d.update(format="other"), DataError, FORMAT),
    ],
)
def test_bad_json_is_refused_with_its_place(briefing, change, error, says):
    data = json.loads(briefing.to_json())
    change(data)
    with pytest.raises(error, match=says):
        Briefing.from_json(json.dumps(data))


def test_text_that_is_not_json_is_refused():
    with pytest.raises(DataError, match="line 1"):
        Briefing.from_json("{")


def changed(b, **parts):
    return dataclasses.replace(b, **parts)


def test_a_quote_must_stand_in_its_article(briefing):
    claim = dataclasses.replace(briefing.happened.claims[0], start=3)
    happened = dataclasses.replace(briefing.happened, claims=(claim, *briefing.happened.claims[1:]))
    with pytest.raises(DataError, match="not the quote"):
        changed(briefing, happened=happened)
    claim = dataclasses.replace(briefing.happened.claims[0], article="A11")
    happened = dataclasses.replace(briefing.happened, claims=(claim, *briefing.happened.claims[1:]))
    with pytest.raises(UnknownNameError, match="A1"):
        changed(briefing, happened=happened)


def test_claims_are_numbered_once_and_named_rightly(briefing):
    h = briefing.happened
    with pytest.raises(DataError, match="share a number"):
        changed(briefing, happened=dataclasses.replace(h, claims=(h.claims[0], h.claims[0])))
    lost = Disagreement("x", (Position(99, "a", "b"),), "c")
    with pytest.raises(UnknownNameError, match="claim '99'"):
        changed(briefing, happened=dataclasses.replace(h, disagreements=(lost,)))
    with pytest.raises(UnknownNameError, match="not modelled: x"):
        changed(briefing, happened=dataclasses.replace(h, not_modelled=(NotModelled("x", "y", 98),)))


def test_every_figure_names_a_source_that_is_listed(briefing):
    known = {s.key for s in briefing.sources} | {a.key for a in briefing.articles} | {briefing.meta.run}
    found = list(figures(briefing))
    assert len(found) > 100
    assert {k for f in found for k in f.sources} <= known
    answer = (dataclasses.replace(briefing.answer[0], figure=Figure(1.0, "t", "usgs_mcs_2062")),)
    with pytest.raises(UnknownNameError, match="usgs_mcs_2026"):
        changed(briefing, answer=answer)


def test_flows_lead_forward_between_known_places(briefing):
    nodes = (FlowNode("m:A", 0, "A", "A"), FlowNode("r:A", 1, "A", "A"))

    def with_link(*link):
        flows = ChainFlows("t", "t", briefing.meta.run, ("mine", "refine"), nodes, (FlowLink(*link),))
        return changed(briefing, does=WhatItDoes(flows=(flows,)))

    assert with_link("m:A", "r:A", 1.0, 2.0)
    with pytest.raises(DataError, match="later stage"):
        with_link("r:A", "m:A", 1.0, 2.0)
    with pytest.raises(DataError, match="negative"):
        with_link("m:A", "r:A", -1.0, 2.0)
    with pytest.raises(UnknownNameError, match="m:A"):
        with_link("m:B", "r:A", 1.0, 2.0)


def test_two_articles_need_two_keys(briefing):
    twice = (briefing.articles[0], briefing.articles[0])
    with pytest.raises(DataError, match="share a key"):
        changed(briefing, articles=twice)


def test_the_hash_of_an_article_is_of_its_text():
    a, b = (Article.of(key="A", title="t", text=t) for t in ("one", "two"))
    assert a.sha256 != b.sha256
    assert len(a.sha256) == 64
