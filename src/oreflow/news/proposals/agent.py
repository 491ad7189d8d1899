"""Asking a model: built from its name, with limits, and with errors that say what to do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from oreflow.errors import ReadError, UsageError
from oreflow.news.interval import Interval
from oreflow.news.proposals.instructions import instructions, prompt
from oreflow.news.proposals.schema import Answer, Proposal

if TYPE_CHECKING:
    from pydantic_ai.models import Model

T = TypeVar("T")

TIMEOUT = 180.0
"""Seconds that all requests for one article may take together."""

_LONGEST = 100_000
_RETRIES = 2
_TOKENS = 16_000


def find_model(model: str | Model) -> Model:
    """Return the model of a name.

    Args:
        model: ``provider:name`` as pydantic-ai knows it, e.g. ``openai:gpt-5``, or a model object, which is
            returned as it is.

    Returns:
        The model; nothing is sent yet.

    Raises:
        UsageError: pydantic-ai or the package of the provider is missing, the name is unknown, or the provider
            lacks its key.
    """
    try:
        from pydantic_ai.exceptions import UserError
        from pydantic_ai.models import infer_model
    except ImportError as error:
        raise UsageError(
            "asking a model needs pydantic-ai. Install it with: pip install 'oreflow[llm]'."
        ) from error
    try:
        return infer_model(model)
    except ImportError as error:
        raise UsageError(f"model {model!r}: {_tidy(error)}") from error
    except UserError as error:
        raise UsageError(
            f"model {model!r}: {_tidy(error)} Models are named provider:name, e.g. openai:gpt-5 or ollama:llama3.3; "
            "the key of a provider is read from the environment."
        ) from error


def ask(text: str, model: Model, *, name: str, day: Interval | None, timeout: float) -> list[Proposal]:
    """Ask a model what an article claims.

    Args:
        text: Text of the article.
        model: The model.
        name: What to call the article in messages.
        day: Its date, if known.
        timeout: Seconds that all requests together may take.

    Returns:
        Proposals in the schema, as yet unchecked against the article.

    Raises:
        ReadError: The article is too long, or the model gives no answer that follows the schema.
    """
    from pydantic_ai import Agent
    from pydantic_ai.exceptions import AgentRunError, UserError
    from pydantic_ai.settings import ModelSettings
    from pydantic_ai.usage import UsageLimits

    if len(text) > _LONGEST:
        raise ReadError(
            f"{name}: {len(text):,} characters are more than the {_LONGEST:,} that are sent to a model. "
            "Split the article, or read it without a model."
        )
    # No tools: all that a model can do, whatever the article tells it, is to fill in the schema.
    agent: Agent[None, Answer] = Agent(
        model,
        output_type=Answer,
        instructions=instructions(),
        retries=_RETRIES,
        model_settings=ModelSettings(temperature=0.0, max_tokens=_TOKENS, timeout=timeout),
    )

    async def work() -> Answer:
        run = agent.run(prompt(text, day), usage_limits=UsageLimits(request_limit=1 + _RETRIES))
        return (await asyncio.wait_for(run, timeout)).output

    try:
        return _finished(work).claims
    except TimeoutError as error:
        raise ReadError(
            f"{name}: model {model.model_name!r} gave no answer within {timeout:g} s. "
            "Try again, take a faster model, or read without one."
        ) from error
    except (AgentRunError, UserError, OSError) as error:
        raise ReadError(
            f"{name}: model {model.model_name!r} gave no usable answer. {_tidy(error)} "
            "Check its name, key and limits with its provider, take another model, or read without one."
        ) from error


def _finished(work: Callable[[], Coroutine[None, None, T]]) -> T:
    """Run to the end; in a thread of its own where this one already runs a loop, as in a notebook."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work())
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(asyncio.run, work()).result()


def _tidy(error: BaseException) -> str:
    """A message of another library as one sentence of bearable length."""
    text = " ".join(str(error).split()) or type(error).__name__
    text = text if len(text) <= 400 else text[:397].rstrip() + "..."
    return text if text.endswith((".", "!", "?")) else f"{text}."
