"""The printed form of a reading, and its schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from pydantic import ValidationError

from oreflow.errors import SchemaError
from oreflow.news import read
from oreflow.news.record import AmountRecord, ClaimRecord, ReadingRecord

ARTICLES = sorted((Path(__file__).parents[2] / "examples" / "articles").glob("*/*.txt"))


def test_every_example_fits_the_schema_and_comes_back() -> None:
    schema = ReadingRecord.model_json_schema()
    for reading in read(ARTICLES):
        record = ReadingRecord.of(reading)
        plain = json.loads(json.dumps(record.model_dump()))
        jsonschema.validate(plain, schema)
        assert ReadingRecord.model_validate(plain) == record
        assert plain == json.loads(json.dumps(reading.to_dict()))


CLAIM: dict[str, Any] = {
    "type": "halt", "subject": "jianxiawo", "commodity": "lithium", "country": "CHN", "quantity": None,
    "direction": "down", "polarity": "asserted", "modality": "happened", "speaker": None, "ticker": None,
    "said": "2025-11-21", "announced": None, "effective": "2025-08-09/..", "quote": "halted", "start": 5, "end": 11,
    "group": None,
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"type": "hlat"}, "unknown type of claim"),
        ({"country": "China"}, "String should match"),
        ({"direction": "sideways"}, "up"),
        ({"effective": "in August"}, "String should match"),
        ({"quote": "halt"}, "the quote has 4 characters, its span 6"),
        ({"sure": True}, "Extra inputs"),
        (
            {"quantity": {"value": None, "low": 3.0, "high": 2.0, "unit": "t", "per": None}},
            "low 3 lies above high 2",
        ),
        (
            {"quantity": {"value": float("nan"), "low": None, "high": None, "unit": "t", "per": None}},
            "finite",
        ),
    ],
)
def test_a_record_that_says_nonsense_is_refused(change: dict[str, Any], told: str) -> None:
    ClaimRecord.model_validate(CLAIM)
    with pytest.raises(ValidationError, match=told):
        ClaimRecord.model_validate(CLAIM | change)


def test_a_quantity_needs_a_number() -> None:
    with pytest.raises(ValidationError, match="needs a value or a bound"):
        AmountRecord(value=None, low=None, high=None, unit="t", per=None)


def test_a_quote_that_is_not_in_the_text_is_refused() -> None:
    record = ReadingRecord(
        article="a", date=None, claims=[ClaimRecord.model_validate(CLAIM)], events=[], not_modelled=[]
    )
    record.check("CATL halted it.")
    with pytest.raises(SchemaError, match=r"a, claims\[0\]: the quote 'halted' does not stand at 5 to 11"):
        record.check("It was halted.")
