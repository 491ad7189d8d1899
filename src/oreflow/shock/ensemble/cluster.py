"""Draws over many machines: Dask's scheduler hands them out, each worker thread holds one warm market.

What a worker solves is what a process here would solve, number for number, given the same code.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections import deque
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from oreflow.errors import OreflowError, UsageError
from oreflow.shock.ensemble.model import Model, Work
from oreflow.shock.ensemble.pool import given_up
from oreflow.shock.ensemble.result import Result
from oreflow.shock.kept import code

if TYPE_CHECKING:
    from distributed import Client

CHUNK = 8
"""Draws in a task, at most."""
AHEAD = 3
"""Tasks that are handed out for each worker thread, so that none waits and the scheduler stays small."""
ANSWER = 10.0
"""Seconds that a scheduler has to answer."""
PATIENCE = 60.0
"""Seconds without any worker after which a run gives up."""
_HERE = threading.local()


def solve_there(
    work: Work,
    draws: Sequence[int],
    *,
    address: str,
    policies: Sequence[str],
    names: Sequence[str],
    patience: float = PATIENCE,
) -> Iterator[Result]:
    """Solve draws on a Dask cluster, in the order in which they finish.

    A task whose worker dies is given to another by the scheduler; one that its workers keep dying over is taken
    apart, and the draw that does it is given up with the reason.

    Args:
        work: World and specification.
        draws: Numbers of the draws.
        address: Address of the scheduler, e.g. ``tcp://10.0.0.1:8786``.
        policies: Policies compared, for draws that are given up.
        names: Dense inputs, for the same.
        patience: Seconds to wait for a worker when there is none.

    Yields:
        Solved draws.

    Raises:
        UsageError: No scheduler answers, or Dask is not installed.
        OreflowError: The workers have other code, or there are none left.
    """
    try:
        import distributed
    except ImportError as error:
        raise UsageError(
            "a cluster needs Dask's distributed. Install it with: pip install 'oreflow[cluster]'."
        ) from error
    from distributed import CancelledError
    from distributed.scheduler import KilledWorker

    with _client(address) as client:
        _await_workers(client, address, patience)
        _same_code(client)
        key = f"oreflow-{uuid.uuid4().hex[:12]}"
        client.register_plugin(_plugin(key, work), name=key)
        try:
            threads = sum(client.nthreads().values())
            size = max(1, min(CHUNK, len(draws) // (4 * max(threads, 1))))
            waiting = deque([tuple(draws[i : i + size]) for i in range(0, len(draws), size)])
            running: Any = distributed.as_completed([], loop=client.loop)  # type: ignore[no-untyped-call]
            chunks: dict[str, tuple[int, ...]] = {}

            def hand_out() -> None:
                most = AHEAD * max(sum(client.nthreads().values()), 1)
                while waiting and len(chunks) < most:
                    chunk = waiting.popleft()
                    # Not pure: a chunk that is tried again is another task.
                    future = client.submit(_solve, key, chunk, key=f"{key}-{chunk[0]}-{uuid.uuid4().hex[:6]}")
                    chunks[future.key] = chunk
                    running.add(future)

            hand_out()
            while chunks:
                future = _next(running, client, address, patience)
                chunk = chunks.pop(future.key)
                results: list[Result] = []
                try:
                    results = future.result(timeout=patience)
                except KilledWorker as death:
                    if len(chunk) > 1:
                        waiting.extendleft((d,) for d in reversed(chunk))
                    else:
                        reason = f"{death.allowed_failures + 1} workers died over this draw"
                        results = [given_up(chunk[0], policies, names, reason)]
                except (CancelledError, TimeoutError):  # its worker was gone before it was fetched
                    waiting.append(chunk)
                future.release()
                hand_out()
                yield from results
        finally:
            client.unregister_worker_plugin(key)


def _client(address: str) -> Client:
    from distributed import Client

    try:
        return Client(address, timeout=ANSWER, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:  # a time-out is an OSError
        raise UsageError(
            f"no Dask scheduler answers at {address} ({error}). Start one with `dask scheduler` and workers with "
            "`dask worker ADDRESS`, and give its address as tcp://host:port."
        ) from error


def _await_workers(client: Client, address: str, patience: float) -> None:
    try:
        client.wait_for_workers(1, timeout=patience)
    except OSError as error:
        raise OreflowError(
            f"the scheduler at {address} has no worker. Start one with `dask worker {address}`."
        ) from error


def _same_code(client: Client) -> None:
    here = code()
    for worker, there in client.run(code).items():
        if there != here:
            raise OreflowError(
                f"the worker at {worker} has other code (digest {there}, here {here}), and its draws would not fit "
                "to those made here. Install the same oreflow on every machine."
            )


def _next(running: Any, client: Client, address: str, patience: float) -> Any:
    """Return the next task that ended; give up when there has been no worker for long."""
    alone = time.monotonic()
    while True:
        if running.has_ready():
            return next(running)
        if client.nthreads():  # type: ignore[no-untyped-call]
            alone = time.monotonic()
        elif time.monotonic() - alone > patience:
            raise OreflowError(
                f"the cluster at {address} has had no worker for {patience:.0f} s. Start workers and run the same "
                "command again to go on."
            )
        time.sleep(0.05)


def _plugin(key: str, work: Work) -> Any:
    from distributed import WorkerPlugin

    class Holder(WorkerPlugin):
        """Brings the work to every worker, also to those that join later."""

        def __init__(self) -> None:
            self.name, self.work = key, work

    return Holder()


def _solve(key: str, draws: tuple[int, ...]) -> list[Result]:
    """Solve draws on the market of this thread of this worker; made when it is first asked for."""
    from distributed import get_worker

    if getattr(_HERE, "key", None) != key:
        holder: Any = get_worker().plugins[key]
        _HERE.key, _HERE.model = key, Model(holder.work)
    model: Model = _HERE.model
    return [model.draw(i) for i in draws]
