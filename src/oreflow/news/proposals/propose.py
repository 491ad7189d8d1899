"""`propose`: a model's reading of an article, held to the article and set beside that of the rules."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from oreflow.errors import UsageError
from oreflow.news.claims import Claim
from oreflow.news.proposals.agent import TIMEOUT, ask, find_model
from oreflow.news.proposals.compare import Difference, compare
from oreflow.news.proposals.ground import ground
from oreflow.news.proposals.held import Rejected, hold

if TYPE_CHECKING:
    from pydantic_ai.models import Model

    from oreflow.atlas.world import World
    from oreflow.news.reading import Reading

VARIABLE = "OREFLOW_MODEL"
"""Environment variable that names the model where none is given."""


@dataclass(frozen=True, slots=True)
class Proposals:
    """What a model reads in an article.

    Attributes:
        model: Name of the model.
        claims: Its claims as far as the article bears them out, in the order of the text.
        rejected: Fields and whole proposals that it does not bear out, with the reason.
        differences: Its claims beside those of the rules.
    """

    model: str
    claims: tuple[Claim, ...]
    rejected: tuple[Rejected, ...]
    differences: tuple[Difference, ...]

    def to_dict(self) -> dict[str, Any]:
        """As ``oreflow read --model ... --json`` prints it under ``proposals``."""
        return {
            "model": self.model,
            "claims": [c.to_dict() for c in self.claims],
            "rejected": [r.to_dict() for r in self.rejected],
            "differences": [d.to_dict() for d in self.differences],
        }


def propose(
    reading: Reading,
    *,
    model: str | Model | None = None,
    world: World | None = None,
    timeout: float = TIMEOUT,
) -> Proposals:
    """Ask a language model what an article claims, and hold every field of its answer to the article.

    The text of the article is sent to the provider of the model. The reading is left as it is: the rules remain
    the answer, and events follow from their claims alone.

    Args:
        reading: Reading of one article by the rules.
        model: ``provider:name`` as pydantic-ai knows it, e.g. ``"openai:gpt-5"``, or one of its model objects; the
            environment variable ``OREFLOW_MODEL`` when left out.
        world: World whose names the article may use: the one it was read with; the bundled one when left out.
        timeout: Seconds that the model may take, second attempts included.

    Returns:
        The model's claims, what was rejected, and where it differs from the rules.

    Raises:
        UsageError: No model is named, its name is unknown, its package or key is missing, or the reading is of
            several articles.
        ReadError: The article is too long for a model, or the model gives no usable answer.
    """
    chosen = model or os.environ.get(VARIABLE)
    if not chosen:
        raise UsageError(f"no model is named. Give one as provider:name, or set {VARIABLE}.")
    if not reading.text:
        raise UsageError(
            f"{reading.article}: a reading of several articles has no text of its own. Ask for each."
        )
    if world is None:
        from oreflow.atlas import bundled

        world = bundled()
    reader = find_model(chosen)
    answer = ask(reading.text, reader, name=reading.article, day=reading.date, timeout=timeout)
    claims, rejected = hold(answer, ground(reading, world))
    return Proposals(
        model=f"{reader.system}:{reader.model_name}" if not isinstance(chosen, str) else chosen,
        claims=tuple(claims),
        rejected=tuple(rejected),
        differences=tuple(compare(reading.claims, claims)),
    )
