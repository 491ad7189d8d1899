"""`screen`: every large supplier of every mineral cut off for a year, weighted by how likely that is.

After the scheme of the U.S. Geological Survey: for each commodity and each country that supplies it a year-long stop,
the prices and quantities after it from elasticities and spare capacity, what it costs the economy, and its chance
(Nassar and others, 2025, Methodology and technical input for the 2025 U.S. List of Critical Minerals, Open-File Report
2025-1047, https://doi.org/10.3133/ofr20251047). Here the market of `oreflow.market` clears each stop, stocks,
rerouting and joint production included, one mineral at a time with all others at their base prices; the chance is that
of `oreflow.gauge.screen.probability`; and the loss is the surplus of `oreflow.gauge.screen.effects`, or value added in
an input-output table where one is given.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue

import pandas as pd

from oreflow.atlas.world import World
from oreflow.errors import ModelError, UsageError
from oreflow.gauge.screen.economy import Economy
from oreflow.gauge.screen.effects import NAMES, Effects, Meter
from oreflow.gauge.screen.family import WORLD, LeftOut, Mode, Supplier, scenario, screened, suppliers
from oreflow.gauge.screen.probability import Probability, bans_on_record, probabilities
from oreflow.market import Draw, Engine, News, Settings, calibrate
from oreflow.shock import Scenario, timeline
from oreflow.shock.target import BASE_YEAR

LONGEST = 36
"""Longest stop, months."""
AFTER = (3, 3)
"""Lengths in months of the periods seen beyond the stop."""


@dataclass(frozen=True)
class Stop:
    """One supplier cut off.

    Attributes:
        supplier: The supplier.
        scenario: What happens, as a scenario that can be printed, kept and run alone.
        probability: Chance a year that it does.
        effects: What it does to the focal region; None where the market could not be cleared.
        gdp: Loss of value added, USD; None without an input-output table, or where it holds no use of the commodity.
        failed: Why it could not be solved; empty where it could.
    """

    supplier: Supplier
    scenario: Scenario
    probability: Probability
    effects: Effects | None
    gdp: float | None = None
    failed: str = ""

    @property
    def loss(self) -> float:
        """Loss in surplus, USD; NaN where it could not be solved."""
        return float("nan") if self.effects is None else self.effects.loss

    @property
    def expected(self) -> float:
        """Chance times loss, USD a year."""
        return self.probability.value * self.loss


@dataclass(frozen=True)
class Ranked:
    """A mineral, over all stops of its suppliers.

    Attributes:
        mineral: Mineral.
        stops: Number of stops solved.
        expected: Σ chance × loss, USD a year.
        low: The same with the chances at their low end.
        high: With them at their high end.
        users: Σ chance × loss of consumer surplus, USD a year: what those who use it lose, whatever producers gain.
        worst: The stop that costs most.
        most: The stop that adds most to the expected loss.
        gdp: Σ chance × loss of value added, USD a year; None without an input-output table.
    """

    mineral: str
    stops: int
    expected: float
    low: float
    high: float
    users: float
    worst: Stop
    most: Stop
    gdp: float | None = None


@dataclass(frozen=True)
class Screen:
    """Result of a screen.

    Attributes:
        region: Focal region, or ``world``.
        mode: What stops.
        months: Length of each stop.
        share: Least share of a supplier.
        stops: Every stop, the largest expected loss first; those not solved last.
        minerals: Minerals, the largest expected loss first.
        unranked: Minerals asked for of which no large supplier could be cut off.
        left_out: Large suppliers that were not cut off.
        economy: Where the input-output table came from; empty without one.
        bans: Bans of the table of policies that hit one of these suppliers.
        years: Calendar years that the table of policies spans.
        world: Hash of the world.
        seconds: Wall time.
    """

    region: str
    mode: Mode
    months: int
    share: float
    stops: tuple[Stop, ...]
    minerals: tuple[Ranked, ...]
    unranked: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    economy: str
    bans: tuple[str, ...]
    years: int
    world: str
    seconds: float

    @property
    def expected_stops(self) -> float:
        """Stops a year that the chances of all suppliers screened add up to."""
        return sum(s.probability.value for s in self.stops)

    def table(self) -> pd.DataFrame:
        """Return one row a stop, in the order of `stops`; money in USD, shares from 0 to 1."""
        return pd.DataFrame([_row(s) for s in self.stops])

    def ranking(self) -> pd.DataFrame:
        """Return one row a mineral, in the order of `minerals`; money in USD."""
        return pd.DataFrame(
            [
                {
                    "mineral": m.mineral,
                    "stops": m.stops,
                    "expected_loss": m.expected,
                    "expected_low": m.low,
                    "expected_high": m.high,
                    "expected_users": m.users,
                    "worst_loss": m.worst.loss,
                    "worst_country": m.worst.supplier.country,
                    "worst_commodity": m.worst.supplier.commodity,
                    "most_country": m.most.supplier.country,
                    "most_commodity": m.most.supplier.commodity,
                    "expected_gdp_loss": m.gdp,
                }
                for m in self.minerals
            ]
        )


def screen(
    world: World,
    *,
    region: str = "USA",
    minerals: tuple[str, ...] = (),
    share: float = 0.05,
    months: int = 12,
    mode: Mode = "exports",
    start: str = f"{BASE_YEAR}-01",
    economy: Economy | None = None,
    workers: int = 2,
    progress: Callable[[int, int, str], None] | None = None,
) -> Screen:
    """Cut off every large supplier, one at a time, and rank the minerals by what it costs a region.

    Args:
        world: World.
        region: Focal region, or ``world``.
        minerals: Minerals screened; all by default.
        share: Least share of a supplier in the world's output, or in the focal region's imports.
        months: Length of each stop, which everybody knows.
        mode: ``exports``: what the supplier ships to the focal region stops. ``all-exports``: what it ships to
            anybody. ``output``: what it makes is lost to the world.
        start: First month, ``YYYY-MM``; the base is stationary, so that it moves dates alone.
        economy: Input-output table of the focal region, for the loss of value added; none by default.
        workers: Threads; each holds a market of its own.
        progress: Called with stops done, stops in all, and the mineral at hand.

    Returns:
        The screen.

    Raises:
        UnknownNameError: Region, mineral or mode is unknown.
        UsageError: Share, months or workers are out of range, or no supplier reaches the share.
        ModelError: No stop could be solved.
    """
    if not 1 <= months <= LONGEST:
        raise UsageError(f"months is {months}; a stop lasts between 1 and {LONGEST} months.")
    if workers < 1:
        raise UsageError(f"workers is {workers}; at least 1 is needed.")
    began = time.perf_counter()
    family, left = suppliers(world, region=region, minerals=minerals, share=share, mode=mode)
    chances = probabilities(world)
    settings = _settings(start, months)
    stops: list[Stop] = []
    for mineral in dict.fromkeys(s.mineral for s in family):
        mine = [
            (s, scenario(s, world, region=region, mode=mode, start=start, months=months))
            for s in family
            if s.mineral == mineral
        ]
        for (supplier, event), effects, failed in _solved(world, mineral, region, mine, settings, workers):
            gdp = None if economy is None or effects is None else economy.loss(supplier.commodity, effects)
            stops.append(Stop(supplier, event, chances[supplier.country], effects, gdp, failed))
            if progress:
                progress(len(stops), len(family), mineral)
    if all(s.effects is None for s in stops):
        raise ModelError(f"no stop could be solved; the first: {stops[0].failed}")
    # What is not a number cannot be ordered: what was not solved goes last.
    stops.sort(key=lambda s: (s.effects is None, -s.expected if s.effects else 0.0))
    bans, years = bans_on_record(world, {(s.commodity, s.country) for s in family}, until=BASE_YEAR)
    return Screen(
        region=region,
        mode=mode,
        months=months,
        share=share,
        stops=tuple(stops),
        minerals=tuple(sorted(_ranked(stops), key=lambda m: -m.expected)),
        unranked=tuple(
            m for m in minerals or screened(world) if m not in {s.supplier.mineral for s in stops}
        ),
        left_out=left,
        economy=economy.name if economy is not None else "",
        bans=bans,
        years=years,
        world=world.hash,
        seconds=time.perf_counter() - began,
    )


def _settings(start: str, months: int) -> Settings:
    """One look ahead over the whole stop, whose length is known, month by month, and some months beyond it."""
    return Settings(start=start, periods=months, stride=months, ahead=(*[1] * months, *AFTER))


_Task = tuple[Supplier, Scenario]


def _solved(
    world: World, mineral: str, region: str, tasks: list[_Task], settings: Settings, workers: int
) -> Iterator[tuple[_Task, Effects | None, str]]:
    """Clear the stops of one mineral, each from the base's solution, on the market of the thread that takes it."""
    base = calibrate(world, scope=(mineral,))
    engine = Engine(base, settings)
    calm = (News(0, ()),)
    engine.learn(calm)
    meter = Meter(base, None if region == WORLD else region, engine.draw(calm, Draw(), NAMES))
    engines: SimpleQueue[Engine] = SimpleQueue()
    for _ in range(min(workers, len(tasks))):
        engines.put(engine.twin())

    def one(task: _Task) -> tuple[_Task, Effects | None, str]:
        supplier, event = task
        mine = engines.get()
        try:
            news = timeline(event, world, start=settings.start, months=settings.periods)
            return task, meter.read(supplier.commodity, mine.draw(news, Draw(), NAMES)), ""
        except ModelError as error:
            return task, None, str(error)
        finally:
            engines.put(mine)

    with ThreadPoolExecutor(workers) as pool:
        yield from pool.map(one, tasks)


def _ranked(stops: Iterable[Stop]) -> Iterator[Ranked]:
    groups: dict[str, list[Stop]] = {}
    for s in stops:
        if s.effects is not None:
            groups.setdefault(s.supplier.mineral, []).append(s)
    for mineral, group in groups.items():
        gdp = [s.probability.value * s.gdp for s in group if s.gdp is not None]
        yield Ranked(
            mineral=mineral,
            stops=len(group),
            expected=sum(s.expected for s in group),
            # Stops that a region gains by pull the other way: each end takes the chances that make it an end.
            low=sum(min(s.probability.low * s.loss, s.probability.high * s.loss) for s in group),
            high=sum(max(s.probability.low * s.loss, s.probability.high * s.loss) for s in group),
            users=sum(-s.probability.value * s.effects.consumer for s in group if s.effects),
            worst=max(group, key=lambda s: s.loss),
            most=max(group, key=lambda s: s.expected),
            gdp=sum(gdp) if gdp else None,
        )


def _row(stop: Stop) -> dict[str, object]:
    s, p, e = stop.supplier, stop.probability, stop.effects
    return {
        "mineral": s.mineral,
        "commodity": s.commodity,
        "stage": s.stage,
        "country": s.country,
        "output_share": s.output_share,
        "import_share": s.import_share,
        "stopped": s.quantity,
        "unit": s.unit,
        "probability": p.value,
        "probability_low": p.low,
        "probability_high": p.high,
        "governance": p.governance,
        "probability_quality": p.quality,
        "price_of": e.market if e else "",
        "base_price": e.base_price if e else None,
        "price_rise": e.price if e else None,
        "price_peak": e.price_peak if e else None,
        "unmet": e.unmet if e else None,
        "unmet_share": e.unmet_share if e else None,
        "consumer": e.consumer if e else None,
        "producer": e.producer if e else None,
        "stocks": e.stocks if e else None,
        "loss": e.loss if e else None,
        "expected_loss": stop.expected if e else None,
        "gdp_loss": stop.gdp,
        "capped": e.capped if e else None,
        "scenario": stop.scenario.name,
        "source": s.source,
        "quality": s.quality,
        "failed": stop.failed,
    }
