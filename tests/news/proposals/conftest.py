"""No model but test models is ever asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pydantic_ai import models

from oreflow.atlas import World
from oreflow.news import Reading
from oreflow.news.proposals import Proposals, propose
from tests.news.proposals.offers import ARTICLE, Ask, answering


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(models, "ALLOW_MODEL_REQUESTS", False)
    monkeypatch.delenv("OREFLOW_MODEL", raising=False)
    yield


@pytest.fixture
def ask(hear: Callable[[str], Reading], world: World) -> Ask:
    def asked(*claims: dict[str, Any], text: str = ARTICLE) -> Proposals:
        return propose(hear(text), model=answering(*claims), world=world)

    return asked
