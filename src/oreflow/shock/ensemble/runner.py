"""`ensemble`: thousands of futures solved, kept, and read again."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

from oreflow import __version__
from oreflow.atlas import World
from oreflow.errors import UsageError
from oreflow.shock.ensemble.cluster import solve_there
from oreflow.shock.ensemble.manifest import Manifest
from oreflow.shock.ensemble.measure import Column
from oreflow.shock.ensemble.model import Model, Work
from oreflow.shock.ensemble.pool import solve_here
from oreflow.shock.ensemble.reading import Ensemble
from oreflow.shock.ensemble.spec import Spec
from oreflow.shock.ensemble.store import writing
from oreflow.shock.kept import code
from oreflow.shock.ranges import RANGED

EVERY = 20.0
"""Seconds after which draws are written although the part is not full: what a kill can cost."""


def ensemble(
    world: World,
    spec: Spec,
    out: Path,
    *,
    workers: int = 2,
    cluster: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Ensemble:
    """Solve the futures of a specification and keep them in a folder.

    A folder that has draws of the same specification is taken up: what is finished stays, what is missing is drawn.
    So a run that was killed goes on where it stopped, and one with more draws extends one with fewer. The result does
    not depend on the number of workers, on where they are, or on how often the run was stopped.

    Args:
        world: World.
        spec: Specification.
        out: Folder of the draws.
        workers: Processes on this machine; each holds a market of its own.
        cluster: Address of a Dask scheduler, ``tcp://host:port``, whose workers solve the draws instead.
        progress: Called with draws done and draws in all.

    Returns:
        The ensemble.

    Raises:
        UsageError: No worker or draw is asked for, no scheduler answers, another process writes into the folder, or
            pyarrow is not installed.
        UnknownNameError: The specification names something that is not in the world.
        ScenarioError: Its events contradict each other or the horizon.
        DataError: The folder holds something else, or a broken part.
        OreflowError: The folder cannot be written, or the workers die before their first draw.
    """
    if workers < 1:
        raise UsageError(f"an ensemble needs at least 1 worker, not {workers}.")
    if spec.draws < 1:
        raise UsageError(f"an ensemble needs at least 1 draw, not {spec.draws}.")
    return run(Work(world, spec), out, workers=workers, cluster=cluster, progress=progress)


def run(
    work: Work,
    out: Path,
    *,
    workers: int = 2,
    cluster: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Ensemble:
    """Do as `ensemble`, for work that makes its futures in a way of its own."""
    needed()
    draws = work.spec.draws
    manifest = describe(work)
    names = [c.name for c in manifest.inputs]
    with writing(out, manifest) as store:
        missing = store.missing(draws)
        done = draws - len(missing)
        if progress:
            progress(done, draws)
        told = manifest.policies
        solved = (
            solve_here(work, missing, workers=workers, policies=told, names=names)
            if cluster is None
            else solve_there(work, missing, address=cluster, policies=told, names=names)
        )
        written = monotonic()
        if missing:
            with closing(solved):  # type: ignore[type-var]
                for result in solved:
                    store.add(result)
                    if monotonic() - written > EVERY:
                        store.flush()
                        written = monotonic()
                    done += 1
                    if progress:
                        progress(done, draws)
    return Ensemble.read(out)


def describe(work: Work) -> Manifest:
    """Return the manifest of a run; checks on the way that the specification fits the world.

    Args:
        work: World and specification.

    Returns:
        The manifest.

    Raises:
        OreflowError: The specification does not fit the world.
    """
    spec = work.spec
    model = Model(work)
    first = model.futures.future(0)
    measure = model.measure
    return Manifest(
        spec=spec.to_dict(),
        sentences=tuple(spec.sentences(work.world)),
        spec_hash=spec.hash,
        world=work.world.hash,
        oreflow=__version__,
        code=code(),
        draws=spec.draws,
        policies=tuple(first.news),
        periods=tuple(spec.settings.labels),
        months=spec.settings.months,
        headline=measure.headline,
        scope=tuple(model.base.net.scope),
        design=spec.design,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        inputs=tuple(_input(name, work.world) for name in model.futures.names),
        paths=measure.paths,
        totals=measure.totals,
        demand=measure.demand,
    )


def _input(name: str, world: World) -> Column:
    """Say what a dense input of a draw is."""
    kind, _, rest = name.partition("_")
    known = {
        "rate": ("1", f"multiple of the rates of hazards of the kind {rest}"),
        "demand": ("1", f"multiple of the demand that the law {rest} moves"),
        "duration": ("month", f"length of {rest}"),
        "size": ("1", f"place of the size of {rest} in its disputed range"),
        "happened": ("1", f"whether {rest} is so"),
    }
    if name in RANGED:
        parameters = world.parameters.set_index("parameter")["description"]
        return Column(name, "1", str(parameters.get(RANGED[name], name)))
    unit, text = known.get(kind, ("1", "input of the draw"))
    return Column(name, unit, text)


def needed() -> None:
    """Say how to get what Parquet files need.

    Raises:
        UsageError: pyarrow is not installed.
    """
    try:
        import pyarrow  # noqa: F401
    except ImportError as error:
        raise UsageError(
            "ensembles need pyarrow. Install it with: pip install 'oreflow[ensemble]'."
        ) from error
