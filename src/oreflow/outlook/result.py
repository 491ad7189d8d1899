"""What an outlook holds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Path:
    """A quantity over the years.

    Attributes:
        name: Key.
        title: In plain words.
        values: One value a year.
    """

    name: str
    title: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class GapBand:
    """Gap over the years with its spread.

    Attributes:
        central: With every assumption at its central value and projects at their mean.
        q05: 5 % of the draws lie below.
        q25: 25 % of the draws lie below.
        median: Half of the draws lie below.
        q75: 75 % of the draws lie below.
        q95: 95 % of the draws lie below.
    """

    central: tuple[float, ...]
    q05: tuple[float, ...]
    q25: tuple[float, ...]
    median: tuple[float, ...]
    q75: tuple[float, ...]
    q95: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Milestone:
    """One stage in one year.

    Attributes:
        year: Calendar year.
        demand: Demand a year.
        supply: Supply of the place, old scrap included.
        scrap: Old scrap in it.
        allied: What allies send by a policy; 0 without one.
        gap: Demand less supply less what allies send; below zero is a surplus.
        low: 5 % of the draws of the gap lie below.
        high: 95 % of the draws of the gap lie below.
        gap_to_supply: Gap over supply, in percent; none without supply.
        gap_to_demand: Gap over demand, in percent; none without demand.
        net_import_reliance: As the USGS counts it, in percent; none at the mine.
        largest: Largest supplier of the world.
        largest_share: Its part of the world's supply, 0 to 1.
        cover: The world's supply without it over the world's demand (N-1), 0 or more.
    """

    year: int
    demand: float
    supply: float
    scrap: float
    allied: float
    gap: float
    low: float
    high: float
    gap_to_supply: float | None
    gap_to_demand: float | None
    net_import_reliance: float | None
    largest: str
    largest_share: float
    cover: float | None


@dataclass(frozen=True, slots=True)
class Bar:
    """What one assumption does to the gap.

    Attributes:
        driver: Driver.
        title: In plain words.
        low: Low end of the assumption.
        value: Central value.
        high: High end.
        unit: Unit of the three.
        at_low: Gap less the central gap with the assumption at its low end.
        at_high: The same at its high end.
        source: Source keys of the assumption.
        quality: How it is known.
    """

    driver: str
    title: str
    low: float
    value: float
    high: float
    unit: str
    at_low: float
    at_high: float
    source: str
    quality: str


@dataclass(frozen=True, slots=True)
class Effect:
    """What a policy does to the gap.

    Attributes:
        policy: Name; ``together`` for all that were asked for.
        description: In words.
        holds: Whether it is about this mineral and place.
        year: Calendar year.
        stage: Stage.
        change: Gap with it less the gap without any.
        low: The same at the weaker end of its size.
        high: The same at its stronger end.
        source: Source keys.
        quality: How its size is known.
    """

    policy: str
    description: str
    holds: bool
    year: int
    stage: str
    change: float
    low: float
    high: float
    source: str
    quality: str


@dataclass(frozen=True, slots=True)
class Headroom:
    """Capacity to convert what is mined.

    Attributes:
        process: Processes that convert.
        year: Calendar year.
        running: Capacity that runs (with projects at their mean in later years), refined-equivalent.
        idle: Capacity that stands still in the base year.
        output: Output in the base year.
        feed: What is mined at home and needs conversion.
        headroom: Running capacity less feed.
    """

    process: str
    year: int
    running: float
    idle: float
    output: float
    feed: float
    headroom: float


@dataclass(frozen=True, slots=True)
class StageOutlook:
    """Supply against demand at one stage.

    Attributes:
        stage: ``mined`` or ``refined``.
        demand: Demand a year.
        supply: Supply by source.
        band: Gap with its spread.
        milestones: The base year and every fifth year.
        bars: What moves the gap most, the longest first, in `Outlook.at`.
        projects: Projects that add most in `Outlook.at`: title and expected output.
    """

    stage: str
    demand: tuple[float, ...]
    supply: tuple[Path, ...]
    band: GapBand
    milestones: tuple[Milestone, ...]
    bars: tuple[Bar, ...]
    projects: tuple[tuple[str, float], ...]

    def at(self, year: int) -> Milestone:
        """Return the milestone of a year."""
        return next(m for m in self.milestones if m.year == year)


@dataclass(frozen=True, slots=True)
class RegionShare:
    """One region's part of a place with more than one, in `Outlook.at`.

    Attributes:
        region: Region.
        demand: Demand for the refined mineral.
        mined: Primary supply at the mine, refined-equivalent.
        refined: Primary supply refined.
    """

    region: str
    demand: float
    mined: float
    refined: float


@dataclass(frozen=True, slots=True)
class MineralOutlook:
    """The outlook of one mineral.

    Attributes:
        mineral: Mineral.
        name: In plain words.
        unit: Unit of its quantities a year.
        demand: Demand by product and use, a value for each of `Outlook.demand_years`.
        families: Demand of battery cells by family of chemistries, over the same years.
        regions: What each region uses and makes, the largest user first; empty for a place of one region.
        stages: At the mine, and refined.
        headroom: Capacity to convert, in the base year and in `Outlook.at`; empty where nothing converts.
        effects: What policies do.
        sources: Source keys behind it.
    """

    mineral: str
    name: str
    unit: str
    demand: tuple[Path, ...]
    families: tuple[Path, ...]
    regions: tuple[RegionShare, ...]
    stages: tuple[StageOutlook, ...]
    headroom: tuple[Headroom, ...]
    effects: tuple[Effect, ...]
    sources: tuple[str, ...]

    def stage(self, stage: str) -> StageOutlook:
        """Return one stage."""
        return next(s for s in self.stages if s.stage == stage)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A published figure beside ours.

    Attributes:
        what: What it is.
        published: What is published, in `unit`.
        published_high: High end where a range is published.
        ours: Ours; none where it cannot be had.
        unit: Unit.
        why: What the difference is due to.
        source: Source keys of the published figure.
        agrees: Whether ours is near: within 10 points of a share, or a fifth of a quantity; none where it is not
            comparable.
    """

    what: str
    published: float
    published_high: float | None
    ours: float | None
    unit: str
    why: str
    source: str
    agrees: bool | None


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A statement that does not fit its own figures, or another.

    Attributes:
        statement: What is said.
        arithmetic: What the figures give.
        source: Source keys.
    """

    statement: str
    arithmetic: str
    source: str


@dataclass(frozen=True, slots=True)
class Outlook:
    """Demand and supply of minerals in a place.

    Attributes:
        place: Place as asked for.
        title: The place in plain words.
        note: What to know of the place.
        scenario: Scenario of demand.
        chemistry: Scenario of chemistry.
        policies: Policies asked for.
        years: Calendar years, the base year first.
        demand_years: Calendar years of demand, from 2015 on.
        at: Year of the tornado and of the comparisons.
        draws: Number of draws behind the bands.
        seed: Their seed.
        world: Hash of the world.
        minerals: One entry a mineral.
        comparisons: Published figures beside ours.
        contradictions: Statements that do not fit.
    """

    place: str
    title: str
    note: str
    scenario: str
    chemistry: str
    policies: tuple[str, ...]
    years: tuple[int, ...]
    demand_years: tuple[int, ...]
    at: int
    draws: int
    seed: int
    world: str
    minerals: tuple[MineralOutlook, ...]
    comparisons: tuple[Comparison, ...]
    contradictions: tuple[Contradiction, ...]

    def mineral(self, name: str) -> MineralOutlook:
        """Return one mineral."""
        return next(m for m in self.minerals if m.mineral == name)
