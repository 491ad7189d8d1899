"""Articles and what a model may answer of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic_ai.models.test import TestModel

from oreflow.news.proposals import Proposals

HALT = "CATL halted production of 65,000 tonnes a year at the Jianxiawo mine in August."
CUT = "China will cut gallium exports by 14% from 1 December 2025, the ministry said."
DENIAL = "Tianqi denied that it had suspended its Kwinana plant."
HEDGE = "Albemarle is considering an expansion of up to 6,000 tonnes at Greenbushes."
ARTICLE = f"{HALT}\n\n{CUT}\n\n{DENIAL}\n\n{HEDGE}"
Ask = Callable[..., Proposals]


def said(value: str, evidence: str) -> dict[str, str]:
    return {"value": value, "evidence": evidence}


def proposal(**over: Any) -> dict[str, Any]:
    """What a careful model would say of the halt."""
    return {
        "type": "halt",
        "quote": HALT,
        "subject": said("Jianxiawo", "the Jianxiawo mine"),
        "commodity": said("lithium", "Jianxiawo"),
        "country": said("CHN", "Jianxiawo"),
        "quantity": {"value": 65000, "unit": "t", "per": "year", "evidence": "65,000 tonnes a year"},
        "direction": said("down", "halted"),
        "polarity": said("asserted", "halted"),
        "modality": said("happened", "halted"),
        "effective": said("2025-08-01", "in August"),
        **over,
    }


def bare(type_: str, quote: str, words: str, **over: Any) -> dict[str, Any]:
    """A proposal with nothing but what it must have."""
    return {
        "type": type_,
        "quote": quote,
        "polarity": said("asserted", words),
        "modality": said("happened", words),
        **over,
    }


def answering(*claims: dict[str, Any]) -> TestModel:
    return TestModel(custom_output_args={"claims": list(claims)})


def reasons(found: Proposals) -> dict[str, str]:
    return {r.field: r.reason for r in found.rejected}
