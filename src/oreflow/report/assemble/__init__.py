"""Articles to a briefing: read, modelled, cleared, and told section by section."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oreflow.atlas import World
    from oreflow.market import Settings
    from oreflow.news import NotModelled, Reading
    from oreflow.report.assemble.case import Case
    from oreflow.report.briefing import Briefing
    from oreflow.shock import Scenario
    from oreflow.shock.sample import Sample


def brief(
    paths: str | Path | Iterable[str | Path] = (),
    *,
    world: World | None = None,
    scenario: Scenario | None = None,
    draws: int = 200,
    seed: int = 1,
    cache: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
    command: str | None = None,
) -> Briefing:
    """Return the briefing of one or more articles.

    Args:
        paths: Plain-text articles; may be empty where a scenario is given.
        world: World; the bundled one when left out.
        scenario: Events to run in place of those that the articles tell.
        draws: Number of sampled futures behind the ranges.
        seed: Seed of the draws.
        cache: Folder in which draws are kept and looked for (see `oreflow.shock.kept`); none are kept without.
        progress: Called with draws done and draws in all.
        command: Command line that makes the briefing again.

    Returns:
        The briefing. Where the articles hold nothing that can be modelled no market is run: section 1 tells what they
        claim, section 3 the state of the chain that they speak of.

    Raises:
        ReadError: An article is missing, empty, binary, too large or not English.
        UsageError: There is neither an article nor a scenario, or no draw is asked for.
        ScenarioError: The events of the scenario contradict each other or the world.
        ModelError: The market could not be cleared.
    """
    from oreflow.report.assemble.whole import assemble

    began = time.perf_counter()
    case = study(
        paths, world=world, scenario=scenario, draws=draws, seed=seed, cache=cache, progress=progress
    )
    return assemble(case, seed=seed, wall=lambda: time.perf_counter() - began, command=command)


def study(
    paths: str | Path | Iterable[str | Path] = (),
    *,
    world: World | None = None,
    scenario: Scenario | None = None,
    draws: int = 200,
    seed: int = 1,
    cache: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Case:
    """Read, model and run: all that a briefing is told from.

    Args:
        paths: As for `brief`.
        world: As for `brief`.
        scenario: As for `brief`.
        draws: As for `brief`.
        seed: As for `brief`.
        cache: As for `brief`.
        progress: As for `brief`.

    Returns:
        The case, with the draws where something was run.

    Raises:
        OreflowError: As for `brief`.
    """
    from oreflow.atlas import bundled
    from oreflow.errors import OreflowError, UsageError
    from oreflow.news import by_date, combine, read
    from oreflow.report.assemble.case import Case
    from oreflow.report.assemble.horizon import solvable

    files = [paths] if isinstance(paths, str | Path) else list(paths)
    if not files and scenario is None:
        raise UsageError(
            "there is nothing to brief on. Name one or more articles, or a scenario with --scenario."
        )
    world = world or bundled()
    readings = tuple(by_date(read(files, world))) if files else ()
    reading = combine(readings, world) if readings else None
    events, settings, left = _events(world, scenario, readings, reading)
    sample = None
    run = _unrun(world, readings)
    if settings is not None:
        from oreflow.shock.sample import sample as draw

        def drawn(events: Scenario, settings: Settings) -> Sample:
            return draw(
                world, events, settings=settings, draws=draws, seed=seed, cache=cache, progress=progress
            )

        try:
            sample = drawn(events, settings)
        except OreflowError:
            if scenario is not None:
                raise
            # What articles tell may be more than the market can take: that is left out with its reason.
            rest, settings, refused = solvable(events, world, settings, reading)
            if not refused:
                raise
            events, left = rest, [*left, *refused]
            sample = drawn(events, settings) if settings is not None else None
        run = sample.run if sample is not None else run
    return Case(world, readings, reading, events, tuple(left), sample, run)


def _events(
    world: World, scenario: Scenario | None, readings: Sequence[Reading], reading: Reading | None
) -> tuple[Scenario, Settings | None, list[NotModelled]]:
    """Events, horizon and what had to be left out."""
    from oreflow.news import to_scenario
    from oreflow.news.fitting import known_when_told
    from oreflow.report.assemble.horizon import fit, horizon
    from oreflow.shock import Scenario as Events

    if scenario is not None:
        return scenario, horizon(scenario) if scenario.events else None, []
    if reading is None:
        return Events("nothing"), None, []
    found, refused = to_scenario(reading, world)
    fitted, settings, left = fit(known_when_told(found, readings, reading), world, reading)
    return fitted, settings, [*refused, *left]


def _unrun(world: World, readings: Sequence[Reading]) -> str:
    """Name of what is computed without a run: the same world and articles give the same."""
    text = "|".join([world.hash, *(r.text for r in readings)])
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


__all__ = ["brief", "study"]
