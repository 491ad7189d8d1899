"""A small specification, and futures over which a worker dies. Worker processes import this by its name."""

from __future__ import annotations

import os
import signal
from functools import partial
from pathlib import Path

from oreflow.atlas import World, bundled
from oreflow.market import Base
from oreflow.shock.ensemble.futures import Future, Futures
from oreflow.shock.ensemble.model import Work
from oreflow.shock.ensemble.spec import Spec

TEXT = """
ensemble: quick
title: Two quarters of lithium
scope: [lithium]
horizon: {start: 2026-01, months: 6, step: quarter, ahead: [3, 3]}
draws: 6
seed: 7
design: random
hazards: {only: [outage, strike], scale: {strike: 3}}
demand:
  - {name: ev, target: {demands: {use: ev}}, sigma: 0.1}
ranges: [es, ed]
watch: [lithium_carbonate@CHN]
"""


def spec(**changes: object) -> Spec:
    from dataclasses import replace

    return replace(Spec.loads(TEXT, bundled()), **changes)


class Deadly(Futures):
    """Futures over some of which a worker is killed: every time, or once where there is a folder to leave a mark in."""

    def __init__(self, world: World, spec: Spec, base: Base, *, killers: tuple[int, ...], once: str) -> None:
        super().__init__(world, spec, base)
        self.killers, self.once = killers, once

    def future(self, i: int) -> Future:
        if i in self.killers:
            mark = Path(self.once) / f"killed-{i}"
            if not self.once or not mark.exists():
                if self.once:
                    mark.touch()
                os.kill(os.getpid(), signal.SIGKILL)
        return super().future(i)


class Broken(Futures):
    """Futures with a mistake in their code."""

    def future(self, i: int) -> Future:
        if i == 2:
            raise ZeroDivisionError("a mistake")
        return super().future(i)


def leave(*_: object) -> Futures:
    """A worker that ends before its first draw."""
    os._exit(3)


def deadly(spec: Spec, *killers: int, once: Path | None = None) -> Work:
    make = partial(Deadly, killers=killers, once=str(once or ""))
    return Work(bundled(), spec, make)


def real_code() -> object:
    """The function that workers are asked for their code with."""
    from oreflow.shock.kept import code

    return code
