"""A ledger as the audit looks at it: arrays, what the atlas knows, and the limits of what is believed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from oreflow.trace.knowledge import Knowledge, Passage
from oreflow.trace.model import Kind, mass_text
from oreflow.trace.model.times import day
from oreflow.trace.origin.mixing import Mixes, mix
from oreflow.trace.store.flows import Flows, Ints
from oreflow.trace.tables import limits


@dataclass
class Case:
    """What an audit looks at.

    Attributes:
        flows: The ledger as arrays.
        knows: What the atlas knows.
        as_of: Moment up to which receipts and the like are due (Unix time).
        bounds: Limit by name.
    """

    flows: Flows
    knows: Knowledge
    as_of: int
    bounds: dict[str, float]

    @classmethod
    def of(cls, flows: Flows, knows: Knowledge, as_of: int | None = None) -> Case:
        """Return the case of a ledger; the last event tells the time where none is given."""
        last = int(flows.events["time"][flows.live].max(initial=0))
        return cls(flows, knows, last if as_of is None else as_of, {n: x.value for n, x in limits().items()})

    @cached_property
    def mixes(self) -> Mixes:
        """Sources of every lot."""
        return mix(self.flows)

    @cached_property
    def processes(self) -> dict[int, str]:
        """Process of each make event that one is known for: place of the event to the process."""
        f = self.flows
        out = {}
        for e in np.flatnonzero(f.kind(Kind.MAKE)):
            place = f.facilities.get(int(f.events["facility"][e]))
            process = self.knows.process_of(place, f.terms[f.events["process"][e]])
            if process:
                out[int(e)] = process
        return out

    def passage(self, a: int, b: int, mode: int) -> Passage | None:
        """Return how long it takes between two places (numbers of their names), held for each pair."""
        key = (a, b, mode)
        if key not in self._passages:
            from oreflow.trace.store.rows import MODES

            places = self.flows.facilities
            self._passages[key] = self.knows.passage(places.get(a), places.get(b), MODES[mode])
        return self._passages[key]

    @cached_property
    def _passages(self) -> dict[tuple[int, int, int], Passage | None]:
        return {}

    def place(self, number: int) -> str:
        """Return the name of a place in words."""
        known = self.flows.facilities.get(int(number))
        return known.name if known else self.flows.terms[int(number)] or "an unnamed place"

    def by_time(self, events: Any) -> tuple[str, ...]:
        """Return the identifiers of events in the order of time."""
        unique: Ints = np.unique(np.asarray(events, dtype=np.int64))
        return self.flows.names(unique[np.lexsort((unique, self.flows.events["time"][unique]))])

    def day(self, event: int) -> str:
        """Return the day of an event."""
        return day(int(self.flows.events["time"][event]))


def kg(mg: float) -> str:
    """Return a mass in kg with thousands apart."""
    if float(mg) != int(mg) or abs(mg) >= 10**12:
        return f"{mg / 1e6:,.6g} kg" if abs(mg) < 1e9 else f"{mg / 1e6:,.0f} kg"
    text = mass_text(abs(int(mg)))
    whole, _, rest = text.partition(".")
    return f"{'-' if mg < 0 else ''}{int(whole):,}{'.' + rest if rest else ''} kg"
