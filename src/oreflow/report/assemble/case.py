"""`Case`: all that one briefing is made of, with the names, months and figures that every section needs."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from oreflow.report.figure import Figure, Quality
from oreflow.shock import Stage, stage
from oreflow.shock.sample import KEPT

if TYPE_CHECKING:
    import xarray as xr

    from oreflow.atlas import World
    from oreflow.news import Claim, Reading
    from oreflow.news import NotModelled as Left
    from oreflow.shock import Event, Scenario
    from oreflow.shock.sample import Sample

Floats = NDArray[np.float64]
GRADES: tuple[Quality, ...] = ("reported", "derived", "imputed", "assumed")
"""Qualities of the atlas, best first."""
_FLOW = re.compile(r"is held to ([\d.]+)(?: to ([\d.]+))? times the 2025 flow on each row")
_STOCK = re.compile(r"((?:releases|buys) \S+(?: to \S+)?) units a month")
_QUOTA = re.compile(r"(is held to \S+(?: to \S+)?) units (in all|a \w+) over all rows together")
_SELECTED = (
    (re.compile(r"every demand with region (.+?) and commodity (.+?) (?=is )"), r"demand for \2 in \1 "),
    (re.compile(r"every demand with commodity (.+?) and region (.+?) (?=is )"), r"demand for \1 in \2 "),
    (re.compile(r"every demand with commodity (.+?) (?=is )"), r"demand for \1 "),
    (
        re.compile(r"every share with use (.+?) and cell (.+?) may take up to (.+?) of the use"),
        r"\2 may take up to \3 of \1",
    ),
    (re.compile(r"every plant with process (.+?) and region (.+?) (?=\w+s )"), r"every plant in \2 for \1 "),
)
"""How scenarios tell of rows they select, and how people would."""
_ARTICLE = re.compile(r"(United|Rest|Philippines|Netherlands)\b")


@dataclass(frozen=True)
class Case:
    """What was read, what was made of it and what came out.

    Attributes:
        world: The world.
        readings: One reading an article.
        reading: All articles as one; none where there was no article.
        scenario: What the run modelled; without events where nothing could be modelled.
        left: What the reader modelled as an event and the world or the horizon could not take.
        sample: Draws beside the baseline; none where nothing was run.
        run: Run id.
    """

    world: World
    readings: tuple[Reading, ...]
    reading: Reading | None
    scenario: Scenario
    left: tuple[Left, ...]
    sample: Sample | None
    run: str

    # Names -------------------------------------------------------------------------------------------------

    @cached_property
    def _names(self) -> dict[str, dict[str, str]]:
        w = self.world
        out = {}
        for table, key in (("plants", "plant"), ("regions", "region")):
            out[table] = dict(zip(w[table][key], w[table]["name"], strict=True))
        out["firms"] = {f: firm(n) for f, n in zip(w.firms["firm"], w.firms["name"], strict=True)}
        out["commodities"] = {
            c: short(n) for c, n in zip(w.commodities["commodity"], w.commodities["name"], strict=True)
        }
        out["stores"] = {
            s: f"the {k} stock of {out['commodities'].get(c, c)} in {self._place(out['regions'].get(r, r))}"
            for s, k, c, r in zip(
                w.stores["store"], w.stores["kind"], w.stores["commodity"], w.stores["region"], strict=True
            )
        }
        out["minerals"] = {m: m.replace("_", " ") for m in w.commodities["mineral"]} | {
            "battery": "batteries"
        }
        return out

    def name(self, key: str) -> str:
        """Return a plant, firm, region, commodity or mineral in plain words; other text as it is."""
        for table in self._names.values():
            if key in table:
                return table[key]
        return key.replace("_", " ")

    def commodity(self, key: str) -> str:
        """Return a commodity in plain words, without what stands in brackets."""
        return self._names["commodities"].get(key, key.replace("_", " "))

    def place(self, region: str) -> str:
        """Return a region as it stands in a sentence, e.g. "the United States"."""
        return self._place(self._names["regions"].get(region, region))

    @staticmethod
    def _place(name: str) -> str:
        if _ARTICLE.match(name):
            return f"the {name[:1].lower() if name.startswith('Rest') else name[:1]}{name[1:]}"
        return name

    def tell(self, text: str, unit: str = "units") -> str:
        """Return a sentence about events with short names of commodities, and countries with their article.

        Args:
            text: The sentence, as scenarios are told.
            unit: Balance unit of what it is about.
        """
        names = self.world.commodities["name"]
        for name in sorted(names, key=len, reverse=True):
            text = text.replace(name, short(name))
        for store, name in self._names["stores"].items():
            text = text.replace(store, name)
        text = _FLOW.sub(lambda m: f"is held to {_share(m[1], m[2])} of the flow of 2025", text)
        text = _STOCK.sub(rf"\1 {unit} a month", text)
        text = _QUOTA.sub(rf"\1 {unit} \2", text)
        for pattern, told in _SELECTED:
            text = pattern.sub(told, text)
        for region, name in self._names["regions"].items():
            if _ARTICLE.match(name):
                text = re.sub(rf"(?<!the ){re.escape(name)}", self.place(region), text)
        return text

    @cached_property
    def unit(self) -> dict[str, str]:
        """Balance unit of each commodity."""
        return dict(zip(self.world.commodities["commodity"], self.world.commodities["unit"], strict=True))

    @cached_property
    def mineral(self) -> dict[str, str]:
        """Mineral of each commodity."""
        return dict(zip(self.world.commodities["commodity"], self.world.commodities["mineral"], strict=True))

    @cached_property
    def stage_of(self) -> dict[str, str]:
        """Stage of each commodity."""
        return dict(zip(self.world.commodities["commodity"], self.world.commodities["stage"], strict=True))

    def told(self, event: Event) -> str:
        """Return an event in words."""
        from oreflow.shock.sentences import sentence

        goods = [v for k, values in event.target.where if k == "commodity" for v in values]
        stores = {v for k, values in event.target.where if k == "name" for v in values}
        table = self.world.stores
        goods += list(table.loc[table["store"].isin(stores), "commodity"])
        units = {self.unit.get(c, "units") for c in goods}
        return self.tell(sentence(event, self.world), units.pop() if len(units) == 1 else "units")

    # Time --------------------------------------------------------------------------------------------------

    @cached_property
    def staged(self) -> Stage:
        """The scenario on the horizon of the run."""
        s = self.ran.settings
        return stage(self.scenario, self.world, start=s.start, months=s.periods * s.months)

    @property
    def ran(self) -> Sample:
        """The draws; to be asked for only where there was a run."""
        if self.sample is None:
            raise AssertionError("nothing was run")
        return self.sample

    @cached_property
    def months(self) -> tuple[str, ...]:
        """Months of the horizon, YYYY-MM."""
        return tuple(self.ran.settings.labels)

    @cached_property
    def first(self) -> int:
        """Index of the month in which the first event becomes known."""
        return max(min(s.month for s in self.staged.events), 0)

    @property
    def news(self) -> str:
        """Month in which the first event becomes known."""
        return self.months[self.first]

    @property
    def window(self) -> slice:
        """Months from the news to the end of the horizon."""
        return slice(self.first, None)

    @property
    def span(self) -> int:
        """Number of months from the news to the end of the horizon."""
        return len(self.months) - self.first

    @cached_property
    def after(self) -> xr.Dataset:
        """The market with the events: the mean of the draws, over the months from the news.

        Scarcity rents, which draws do not keep, are those of the run with mean beliefs.
        """
        run = self.ran
        data = run.expected.data
        mean = {k: (data[k].dims, getattr(run, k).mean(axis=0), data[k].attrs) for k in KEPT}
        full = np.maximum(run.base.plant_cap * run.settings.months / 12.0, 1e-12)[:, None]
        used = (data["utilisation"].dims, mean["output"][1] / full, data["utilisation"].attrs)
        return data.assign(mean | {"utilisation": used}).isel(period=self.window)

    @cached_property
    def before(self) -> xr.Dataset:
        """The market without the events, over the months from the news."""
        return self.ran.baseline.data.isel(period=self.window)

    # What it is about ---------------------------------------------------------------------------------------

    @property
    def claims(self) -> tuple[Claim, ...]:
        """Claims of all articles."""
        return self.reading.claims if self.reading else ()

    def article(self, claim: Claim) -> str:
        """Return the key of a claim's article."""
        return f"A{claim.item + 1}" if len(self.readings) > 1 else "A1"

    @cached_property
    def event(self) -> dict[str, Event]:
        """Events of the scenario by id."""
        return {e.id: e for e in self.scenario.events}

    @cached_property
    def minerals(self) -> tuple[str, ...]:
        """Minerals in question: those that the events move, else those that the claims name most."""
        if self.sample is not None:
            from oreflow.shock.scope import touched

            return touched(self.staged, self.world)
        return self.named_minerals

    @cached_property
    def named_minerals(self) -> tuple[str, ...]:
        """Minerals that the claims name, most often named first."""
        known = set(self.mineral.values())
        count: Counter[str] = Counter()
        for claim in self.claims:
            keys = {self.mineral.get(k, k) for k in (claim.commodity or "").split(";")}
            count.update(k for k in sorted(keys) if k in known and k != "battery")
        return tuple(k for k, _ in count.most_common())

    # Figures -----------------------------------------------------------------------------------------------

    def made(
        self,
        value: float | None,
        unit: str,
        *,
        draws: ArrayLike | None = None,
        note: str = "",
        change: bool = False,
        source: str = "",
    ) -> Figure:
        """Return a figure that this run computed.

        Args:
            value: The number.
            unit: Its unit.
            draws: Shape (draws,), the same number in each draw, for the 5 to 95 % range.
            note: What a reader must know.
            change: Whether it is a difference.
            source: Source keys that stand beside the run's.

        Returns:
            The figure.
        """
        low = high = None
        if draws is not None:
            low, high = np.quantile(np.asarray(draws, dtype=float), [0.05, 0.95]).tolist()
        keys = ";".join([self.run, *(source,) * bool(source)])
        return Figure(
            None if value is None else float(value), unit, keys, "modelled", note, low, high, change
        )

    def row(self, table: str, column: str, key: str) -> dict[str, object]:
        """Return one row of a table as plain values."""
        frame = self.world[table]
        found = frame[frame[column] == key]
        return {str(k): v for k, v in found.iloc[0].to_dict().items()} if len(found) else {}

    def atlas(self, value: float, unit: str, row: dict[str, object], *, note: str = "") -> Figure:
        """Return a figure of the atlas with the source and quality of its row."""
        quality = grade([str(row.get("quality") or "assumed")])
        told = note or str(row.get("note") or "")
        return Figure(float(value), unit, str(row.get("source") or "oreflow"), quality, told)

    def parameter(self, key: str, value: float, unit: str, *, note: str = "", change: bool = False) -> Figure:
        """Return a figure that stands on a parameter of the atlas."""
        row = self.row("parameters", "parameter", key)
        return Figure(
            float(value), unit, str(row.get("source") or "oreflow"), "assumed", note or str(row["description"]),
            change=change,
        )  # fmt: skip


def _share(low: str, high: str | None) -> str:
    return f"{100 * float(low):.4g} %" + (f" to {100 * float(high):.4g} %" if high else "")


def short(name: str) -> str:
    """Return the name of a commodity as it stands inside a sentence: no brackets, no capital unless it has several."""
    head = re.sub(r"\s*\(.*?\)", "", name).strip()
    return (
        head
        if len(head) > 1 and (head[1].isupper() or not head[0].isupper())
        else head[:1].lower() + head[1:]
    )


def firm(name: str) -> str:
    """Return the short name that a firm's name gives in brackets, e.g. CATL, else the name."""
    found = re.search(r"\(([A-Z0-9]{2,6})\)$", name)
    return found[1] if found else name


def grade(qualities: ArrayLike) -> Literal["reported", "derived", "imputed", "assumed"]:
    """Return the weakest of several qualities of the atlas."""
    found = {str(q) for q in np.atleast_1d(np.asarray(qualities, dtype=object))}
    for name in ("assumed", "imputed", "derived", "reported"):
        if name in found:
            return name
    return "assumed"


def keys(sources: ArrayLike) -> str:
    """Join source keys, each once, in order of first use."""
    parts = [p.strip() for s in np.atleast_1d(np.asarray(sources, dtype=object)) for p in str(s).split(";")]
    return ";".join(dict.fromkeys(p for p in parts if p))
