"""Sections 2 to 6 of a briefing: effects, bottleneck, exposure, measures, and what the answer hangs on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from oreflow.report.figure import Band, Figure, Sentence


@dataclass(frozen=True, slots=True)
class PricePath:
    """Price of a commodity at its hub, by month.

    Attributes:
        commodity: Commodity key.
        name: Its name in plain words.
        hub: Region key of the hub.
        place: Name of the hub.
        band: The price without and with the event.
        first: Change in the month of the news, in %.
        peak: Largest change of the median, in %.
        peak_month: Month of the largest change, YYYY-MM.
        mean: Mean change over the months shown, in %.
    """

    commodity: str
    name: str
    hub: str
    place: str
    band: Band
    first: Figure
    peak: Figure
    peak_month: str
    mean: Figure


@dataclass(frozen=True, slots=True)
class SupplyPath:
    """Supply that is missing against the baseline, by month.

    Attributes:
        commodity: Commodity key.
        name: Its name in plain words.
        place: Region it is missing in, or "world".
        band: Shortfall by month; its baseline is zero.
        total: Shortfall over all months.
        share: Shortfall over all months as a share of the baseline's supply, in %.
    """

    commodity: str
    name: str
    place: str
    band: Band
    total: Figure
    share: Figure


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment on the time axis.

    Attributes:
        month: Month, YYYY-MM.
        text: What happens, in a few words.
    """

    month: str
    text: str


@dataclass(frozen=True, slots=True)
class Shift:
    """What a region, plant or firm had before and has after.

    Attributes:
        name: Name in plain words.
        kind: What it is.
        what: What is counted, e.g. "lithium carbonate supplied" or "rent of mines".
        before: Without the event.
        after: With it.
        change: After less before.
        relative: The change in % of before; none where before is zero.
    """

    name: str
    kind: Literal["region", "plant", "firm"]
    what: str
    before: Figure
    after: Figure
    change: Figure
    relative: Figure | None = None


@dataclass(frozen=True, slots=True)
class Marker:
    """A place on the map.

    Attributes:
        key: Region or plant key.
        name: Name in plain words.
        lat: Latitude in degrees, north positive.
        lon: Longitude in degrees, east positive.
        value: The change shown there; the marker's area is its size, its shape and colour its sign.
    """

    key: str
    name: str
    lat: float
    lon: float
    value: Figure


@dataclass(frozen=True, slots=True)
class WorldMap:
    """A map of changes.

    Attributes:
        title: What is shown, with the months it covers.
        markers: The places; all values in one unit.
    """

    title: str
    markers: tuple[Marker, ...]

    @property
    def unit(self) -> str:
        """Unit of the changes."""
        return self.markers[0].value.unit if self.markers else "1"


@dataclass(frozen=True, slots=True)
class FlowNode:
    """A stage of the chain in one place.

    Attributes:
        key: Key that the links use, e.g. "mine:AUS".
        stage: Index of its stage, from 0.
        name: Name of the place.
        code: Short name for narrow pages, e.g. "AUS".
    """

    key: str
    stage: int
    name: str
    code: str


@dataclass(frozen=True, slots=True)
class FlowLink:
    """Material that moves from one node to the next stage.

    Attributes:
        origin: Key of the node it leaves.
        destination: Key of the node it reaches, a later stage.
        before: Amount without the event.
        after: Amount with it.
    """

    origin: str
    destination: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class ChainFlows:
    """Flows along the chain, before and after, all in one unit (the content of the mineral).

    Attributes:
        title: What is shown, with the months it covers.
        unit: Unit of all amounts, e.g. "t LCE/yr".
        source: The run id.
        stages: Names of the stages from mine to use.
        nodes: Stages by place.
        links: Flows between them.
    """

    title: str
    unit: str
    source: str
    stages: tuple[str, ...]
    nodes: tuple[FlowNode, ...]
    links: tuple[FlowLink, ...]


@dataclass(frozen=True, slots=True)
class WhatItDoes:
    """Section 2.

    Attributes:
        prices: Price paths of the commodities in question.
        shortfalls: Supply that is missing.
        marks: Moments shown on the time axis, such as announcements.
        losers: Who loses supply, largest loss first.
        gainers: Who gains rent, largest gain first.
        maps: Maps of the change.
        flows: Flows along each chain.
        past: Where prices stood lately, and what a forecast from their past alone says, with its score.
        note: What to say where the section is empty, or what holds for all of it.
    """

    prices: tuple[PricePath, ...] = ()
    shortfalls: tuple[SupplyPath, ...] = ()
    marks: tuple[Mark, ...] = ()
    losers: tuple[Shift, ...] = ()
    gainers: tuple[Shift, ...] = ()
    maps: tuple[WorldMap, ...] = ()
    flows: tuple[ChainFlows, ...] = ()
    past: tuple[Sentence, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class StageState:
    """A stage of a region's chain in one state of the world.

    Attributes:
        capacity: What it could make, in equivalents of the chain's final product.
        throughput: What it makes, in the same unit.
        utilisation: Throughput in % of capacity.
        headroom: How much more the chain could make before this stage binds.
        dual: Final product gained by one more unit of this stage's capacity: 1 where it binds, 0 elsewhere.
        rent: Scarcity rent a unit of capacity.
    """

    capacity: Figure
    throughput: Figure
    utilisation: Figure
    headroom: Figure
    dual: Figure
    rent: Figure

    @property
    def binding(self) -> bool:
        """Whether the stage limits the chain."""
        return (self.dual.value or 0.0) > 0.5


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage before and after the event.

    Attributes:
        name: Name in plain words, e.g. "mining".
        before: Without the event.
        after: With it.
    """

    name: str
    before: StageState
    after: StageState


@dataclass(frozen=True, slots=True)
class Chain:
    """A region's chain of a mineral.

    Attributes:
        title: What and where, e.g. "Lithium in China".
        product: The final product that throughput is counted in.
        stages: Stages from mine to product.
        verdict: Which stage binds, by how much, and whether the event moves it.
    """

    title: str
    product: str
    stages: tuple[Stage, ...]
    verdict: Sentence


@dataclass(frozen=True, slots=True)
class WhereItBreaks:
    """Section 3.

    Attributes:
        chains: The chains that were looked at.
        note: What to say where there is none, or what holds for all.
    """

    chains: tuple[Chain, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Exposure:
    """What a firm or country has at stake in a commodity.

    Attributes:
        name: Name in plain words.
        kind: Firm or country.
        commodity: Name of the commodity.
        need: What it uses over the months shown.
        own: What its own plants give it.
        offtake: What contracts give it.
        stock: What it can draw from stock.
        uncovered: Need less own, offtake and stock; not below zero.
        price_change: Change of the price it pays.
        cost: Uncovered times the price change.
    """

    name: str
    kind: Literal["firm", "country"]
    commodity: str
    need: Figure
    own: Figure
    offtake: Figure
    stock: Figure
    uncovered: Figure
    price_change: Figure
    cost: Figure


@dataclass(frozen=True, slots=True)
class WhoIsExposed:
    """Section 4.

    Attributes:
        rows: Firms and countries, largest cost first.
        note: What to say where there is none, or what holds for all.
    """

    rows: tuple[Exposure, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """Something that can be done.

    Attributes:
        name: What to do, in a few words.
        who: Who can do it.
        avoided: Shortfall it avoids.
        cost: What it costs.
        unit_cost: Cost of each unit avoided; the rows are ranked by it.
        lead: Months until it works.
        note: What it hangs on.
    """

    name: str
    who: str
    avoided: Figure
    cost: Figure
    unit_cost: Figure
    lead: Figure
    note: str = ""


@dataclass(frozen=True, slots=True)
class WhatToDo:
    """Section 5.

    Attributes:
        measures: Measures, cheapest for each unit avoided first; may be empty.
        note: Why there is none, or what holds for all.
    """

    measures: tuple[MeasureRow, ...] = ()
    note: str = "No measures were ranked."


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What one assumption does to the answer.

    Attributes:
        assumption: What was changed, in plain words.
        low: Its low setting.
        high: Its high setting.
        at_low: The answer at the low setting.
        at_high: The answer at the high setting.
    """

    assumption: str
    low: Figure
    high: Figure
    at_low: Figure
    at_high: Figure


@dataclass(frozen=True, slots=True)
class WhatWouldChange:
    """Section 6.

    Attributes:
        measure: The answer that is looked at, e.g. "peak price of lithium carbonate in China".
        base: The answer as it stands.
        rows: Assumptions, largest effect first.
        note: What to say where there is none, or what holds for all.
    """

    measure: str = ""
    base: Figure | None = None
    rows: tuple[Sensitivity, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """A test of the result.

    Attributes:
        name: What was tested, e.g. "mass balance".
        value: What came out.
        limit: The most that is allowed.
        passed: Whether it holds.
        meaning: What it would mean if it did not.
    """

    name: str
    value: Figure
    limit: Figure
    passed: bool
    meaning: str
