"""A chain mine → concentrate → chemical → cathode → cell, with blends, splits, accounts, certificates and recycling.

Grades stand in ``data/chain_products.csv``, sites in ``data/chain_sites.csv``, recipes and recoveries in the atlas.
Nobody in it exists; countries, capacities and voyages are those of the atlas, so that an honest chain is possible and
an audit finds nothing in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from oreflow.atlas import World
from oreflow.errors import UsageError
from oreflow.trace.generate.recipe import Recipe
from oreflow.trace.generate.site import Batch, Site, sites
from oreflow.trace.generate.stock import Stock, lines
from oreflow.trace.knowledge import DAY, Knowledge
from oreflow.trace.model import (
    Assay,
    Certificate,
    Claim,
    Custody,
    Entry,
    Event,
    Facility,
    Kind,
    Line,
    Lot,
    Party,
)
from oreflow.trace.model.amounts import PPB
from oreflow.trace.model.times import seconds

START = seconds("2025-01-01")
YEAR = 365 * DAY
PER_CELL = 12.5
"""Events that one batch of cells stands at the end of, about."""
GWH = 20.0
"""Cells of a whole chain of 100,000 events, GWh a year; smaller chains make as much less."""
FEWEST = 1000
SPARE = 0.04
"""Share of every stock that nobody has bought yet."""


@dataclass
class Chain:
    """A generated chain.

    Attributes:
        events: Events in the order of time.
        facilities: Places.
        parties: Parties.
        origins: Lot to element to country to share: what the generator knows, as an oracle.
        spare: Site to lots that it still has, with the mass left.
        seed: Seed that it was drawn from.
    """

    events: list[Event]
    facilities: list[Facility]
    parties: list[Party]
    origins: dict[str, dict[str, dict[str, float]]] = field(default_factory=dict)
    spare: dict[str, list[Batch]] = field(default_factory=dict)
    seed: int = 0


def chain(*, events: int, seed: int, world: World) -> Chain:
    """Generate an honest chain.

    Args:
        events: About how many events, a thousand or more.
        seed: Seed of all its random numbers.
        world: World with recipes, recoveries and routes.

    Returns:
        The chain; the same for the same arguments.

    Raises:
        UsageError: Fewer than a thousand events are asked for.
    """
    if events < FEWEST:
        raise UsageError(f"a chain of {events} events is too small; ask for {FEWEST} or more.")
    return _Maker(events, seed, world).run()


class _Maker:
    """Makes stage after stage: each takes from what has arrived, and ships what it makes on."""

    def __init__(self, events: int, seed: int, world: World) -> None:
        self.rng = np.random.default_rng(seed)
        self.knows = Knowledge.of(world)
        self.recipe = Recipe(world)
        self.sites = sites()
        self.cells = max(10, round(events / PER_CELL))
        self.energy = GWH * events / 100_000
        self.out: list[Event] = []
        self.made: dict[str, list[Batch]] = {name: [] for name in self.sites}
        self.here: dict[tuple[str, str], list[Batch]] = {}
        self.origins: dict[str, dict[str, dict[str, float]]] = {}
        self.count = 0
        self.balance = 0
        self.seed = seed

    def run(self) -> Chain:
        cathode = self.energy * self.recipe.cathode_per_gwh
        need = {m: cathode * q for m, q in self.recipe.cathode.items()} | {
            "Cu": self.energy * self.recipe.copper_per_gwh
        }
        lithium = ("mine_au_west", "mine_au_gold", "mine_zw", "mine_br", "brine_cl", "collector")
        chemicals = ("converter_a", "converter_b", "converter_kr", "recycler")
        self.waste(need["Li"] * 0.06, max(3, self.cells // 20))
        self.mine(lithium[:4], need["Li"] * 1.25, max(8, self.cells // 2), chemicals[:3])
        self.mine(
            lithium[4:5],
            need["Li"] * 0.15,
            max(3, self.cells // 12),
            ("cathode_kr", "cathode_jp", "cathode_cn"),
        )
        for name in chemicals:
            self.convert(name, ("cathode_kr", "cathode_jp", "cathode_cn"))
        for metal, mines, works, part in (
            ("Ni", ("nickel_mine", "nickel_ph"), ("nickel_works", "nickel_jp"), 2),
            ("Co", ("cobalt_mine", "cobalt_au"), ("cobalt_works", "cobalt_cn"), 4),
            ("Mn", ("manganese_mine",), ("manganese_works",), 6),
        ):
            self.mine(mines, need[metal] * 1.15, max(4, self.cells // part), works)
            for name in works:
                self.convert(name, ("cathode_kr", "cathode_jp", "cathode_cn"))
        self.mine(
            ("copper_mine", "copper_zm"),
            need["Cu"] * 1.15,
            max(4, self.cells // 4),
            ("copper_works", "copper_de"),
        )
        for name in ("copper_works", "copper_de"):
            self.convert(name, ("cell_kr", "cell_hu", "cell_us"))
        self.cathodes()
        self.cell_batches()
        self.certificates()
        self.corrections()
        self.out.sort(key=lambda e: (e.time, e.event))
        spare = {name: [b for b in lots if b.left > b.lot.mass // 2] for name, lots in self.made.items()}
        return Chain(self.out, [s.facility for s in self.sites.values()], [s.party for s in self.sites.values()],
                     self.origins, spare, self.seed)  # fmt: skip

    def waste(self, lithium: float, lots: int) -> None:
        """Black mass from spent cells, collected and shipped to the recycler."""
        site = self.sites["collector"]
        for when in self.moments(lots):
            li = lithium / lots * self.rng.uniform(0.9, 1.1)
            mass = int(li / 0.035 * 1e9)
            lot = Lot(self.name("lot", site), "Black mass", mass, (Assay("Li", 35_000_000, 350_000),),
                      custody=Custody.BLENDED, owner=site.id, country=site.country, recycled=True,
                      claims=(Claim(site.country, PPB),))  # fmt: skip
            self.make(site, when, "", (), lot, {"Li": {site.country: 1.0}}, ("recycler",))

    def mine(self, names: tuple[str, ...], metal: float, lots: int, customers: tuple[str, ...]) -> None:
        """Mine a metal (t) in a number of lots, and ship them to customers."""
        weight = np.array([self.sites[n].weight for n in names])
        for name, share in zip(names, weight / weight.sum(), strict=True):
            site, number = self.sites[name], max(2, round(lots * share))
            product = self.recipe.product_of(site.process)
            for when in self.moments(number):
                grade = int(product.share * self.rng.uniform(0.97, 1.03) * PPB)
                wet = (
                    metal
                    * share
                    / number
                    * self.rng.uniform(0.9, 1.1)
                    / (grade / PPB)
                    / (1 - product.moisture)
                )
                lot = Lot(self.name("lot", site), product.name, int(wet * 1e9),
                          (Assay(product.element, grade, product.tolerance),), moisture=int(product.moisture * PPB),
                          commodity=product.commodity, custody=site.custody, owner=site.id, country=site.country,
                          claims=(Claim(site.country, PPB, product.element),))  # fmt: skip
                self.make(
                    site, when, site.process, (), lot, {product.element: {site.country: 1.0}}, customers
                )

    def convert(self, name: str, customers: tuple[str, ...]) -> None:
        """Turn what has arrived at a works into its product, batch by batch."""
        site = self.sites[name]
        product = self.recipe.product_of(site.process, "lithium_carbonate")
        waiting = sorted(
            (b for (s, _), lots in self.here.items() if s == name for b in lots), key=lambda b: b.ready
        )
        size = 1 if site.custody is Custody.IDENTITY else 2
        clock = START
        while waiting:
            taken = waiting[:size]
            waiting = waiting[size:]
            if size == 2 and len(taken) == 2 and self.rng.random() < 0.2:
                taken = [self.blend(site, taken)]
            clock = max(clock + int(self.rng.uniform(0.1, 0.5) * DAY), *(b.ready for b in taken))
            clock += int(self.rng.uniform(0.2, 1.0) * DAY)
            self.refine(site, clock, taken, product.element, customers)

    def blend(self, site: Site, taken: list[Batch]) -> Batch:
        """Blend two lots into one before they are used, without a loss."""
        when = max(b.ready for b in taken) + DAY // 2
        first = taken[0].lot
        mass = sum(b.left for b in taken)
        dry = sum(b.left * (1 - b.lot.moisture / PPB) for b in taken)
        element = first.assays[0].element
        metal = sum(b.metal(element) for b in taken)
        mix = self.mixed([(b, b.left) for b in taken], element)
        custody = max((b.lot.custody for b in taken), key=lambda c: c.rank)
        custody = Custody.BLENDED if custody.rank < Custody.BLENDED.rank else custody
        lot = Lot(
            self.name("lot", site),
            f"Blended {first.product[0].lower()}{first.product[1:]}",
            mass,
            (Assay(element, int(metal / dry * PPB), first.assays[0].tolerance),),
            moisture=int((1 - dry / mass) * PPB),
            commodity=first.commodity,
            custody=custody,
            owner=site.id,
        )
        lines = tuple(Line(b.lot.lot, b.left) for b in taken)
        batch = self.make(site, when, "blend", lines, lot, {element: mix}, ())
        for b in taken:
            b.left = 0
        return batch

    def refine(
        self, site: Site, when: int, taken: list[Batch], element: str, customers: tuple[str, ...]
    ) -> None:
        product = self.recipe.product_of(site.process, "lithium_carbonate")
        metal = sum(b.metal(element) for b in taken)
        usual = self.knows.recovery(site.process) or 0.9
        out = metal * self.measured(usual)
        share = int(min(product.share * self.rng.uniform(0.998, 1.002), 0.99995) * PPB)
        mix = self.mixed([(b, b.left) for b in taken], element)
        lines = tuple(Line(b.lot.lot, b.left) for b in taken)
        custody, claims, entries = self.claimed(site, taken, mix, element, int(out))
        lot = Lot(self.name("lot", site), product.name, int(out / share * PPB),
                  (Assay(element, share, product.tolerance),), commodity=product.commodity, custody=custody,
                  owner=site.id, claims=claims)  # fmt: skip
        for b in taken:
            b.left = 0
        batch = self.make(site, when, site.process, lines, lot, {element: mix}, (), entries)
        if self.rng.random() < 0.1:
            for part in self.split(site, batch):
                self.ship(site, part, customers)
        else:
            self.ship(site, batch, customers)

    def claimed(
        self, site: Site, taken: list[Batch], mix: dict[str, float], element: str, metal: int
    ) -> tuple[Custody, tuple[Claim, ...], tuple[Entry, ...]]:
        """Return what a works may claim of a batch: the mix itself, or what its account holds."""
        if site.custody is not Custody.BALANCE:
            loosest = max([site.custody, *(b.lot.custody for b in taken)], key=lambda c: c.rank)
            return loosest, tuple(Claim(c, int(s * PPB), element) for c, s in mix.items()), ()
        usual = self.knows.recovery(site.process) or 0.9
        credit = int(sum(b.metal(element) for b in taken if b.lot.country == "AUS") * usual * 0.95)
        entries = [Entry("account:converter_b", element, credit, "AUS")] if credit else []
        self.balance += credit
        draw = int(min(0.8 * self.balance, metal * self.rng.uniform(0.3, 0.9)))
        claims: tuple[Claim, ...] = ()
        if draw > metal * 0.05:
            self.balance -= draw
            entries.append(Entry("account:converter_b", element, -draw, "AUS"))
            claims = (Claim("AUS", int(draw / metal * 0.995 * PPB), element),)
        return Custody.BALANCE, claims, tuple(entries)

    def split(self, site: Site, batch: Batch) -> list[Batch]:
        """Split a lot into two that go to different customers."""
        half = batch.lot.mass // 2
        parts = []
        event = self.name("event", site)
        when = batch.ready + DAY // 4
        for mass in (half, batch.lot.mass - half):
            lot = Lot(self.name("lot", site), batch.lot.product, mass, batch.lot.assays, commodity=batch.lot.commodity,
                      custody=batch.lot.custody, owner=site.id,
                      claims=() if batch.lot.custody is Custody.BALANCE else batch.lot.claims)  # fmt: skip
            parts.append(Batch(lot, when, mass))
            self.origins[lot.lot] = self.origins[batch.lot.lot]
        self.out.append(
            Event(
                event,
                Kind.MAKE,
                when,
                site.id,
                site.place,
                process="split",
                inputs=(Line(batch.lot.lot, batch.lot.mass),),
                outputs=tuple(p.lot for p in parts),
            )
        )
        batch.left = 0
        self.made[site.name] += parts
        return parts

    def cathodes(self) -> None:
        """Make cathode material to the recipe of the atlas from what has arrived, first come first used."""
        names = ("cathode_kr", "cathode_jp", "cathode_cn")
        size = self.energy * self.recipe.cathode_per_gwh / self.cells
        for name in names:
            site = self.sites[name]
            stock = {m: Stock(self.arrived(name, m)) for m in self.recipe.cathode}
            clock = START
            while all(stock[m].metal(m) > q * size * 1e9 for m, q in self.recipe.cathode.items()):
                scale = size * self.rng.uniform(0.9, 1.1) * 1e9
                taken = [t for m, q in self.recipe.cathode.items() for t in stock[m].take(m, q * scale)]
                if not taken or any(stock[m].short for m in stock):
                    break
                clock = max(clock + int(0.02 * DAY), *(b.ready for b, _ in taken)) + int(
                    self.rng.uniform(0.1, 0.6) * DAY
                )
                self.cathode(site, clock, taken)
            self.sell(site, ("cell_kr", "cell_hu", "cell_us"))

    def cathode(self, site: Site, when: int, taken: list[tuple[Batch, int]]) -> None:
        recovery = self.measured(self.knows.recovery(site.process) or 0.98)
        metals = {m: sum(b.metal(m, q) for b, q in taken) * recovery for m in self.recipe.cathode}
        mass = int(metals["Ni"] / self.recipe.cathode["Ni"] / (self.knows.recovery(site.process) or 0.98))
        mixes = {m: self.mixed(taken, m) for m in metals}
        loosest = max((b.lot.custody for b, _ in taken), key=lambda c: c.rank)
        honest = loosest.physical
        lot = Lot(
            self.name("lot", site),
            "Nickel-based cathode material",
            mass,
            tuple(Assay(m, int(q / mass * PPB), int(0.003 * q / mass * PPB)) for m, q in metals.items()),
            commodity="nmc_cathode",
            custody=Custody.BLENDED if honest else Custody.NONE,
            owner=site.id,
            claims=tuple(Claim(c, int(s * PPB), "Li") for c, s in mixes["Li"].items()) if honest else (),
        )
        self.make(site, when, site.process, lines(taken), lot, mixes, ())

    def cell_batches(self) -> None:
        """Make cells, and ship them to the pack works."""
        for name in ("cell_kr", "cell_hu", "cell_us"):
            site = self.sites[name]
            cathode, copper = Stock(self.arrived(name, "Ni")), Stock(self.arrived(name, "Cu"))
            clock = START
            size = self.energy / self.cells
            while True:
                energy = size * self.rng.uniform(0.9, 1.1)
                taken = cathode.take("", energy * self.recipe.cathode_per_gwh * 1e9)
                foil = copper.take("Cu", energy * self.recipe.copper_per_gwh * 1e9)
                if cathode.short or copper.short:
                    break
                taken += foil
                clock = max(clock + int(0.02 * DAY), *(b.ready for b, _ in taken)) + int(
                    self.rng.uniform(0.1, 0.6) * DAY
                )
                recovery = self.measured(self.knows.recovery(site.process) or 0.93)
                mass = int(energy * 1e6 / self.recipe.kwh_per_kg * 1e6)
                metals = {
                    m: sum(b.metal(m, q) for b, q in taken) * recovery for m in (*self.recipe.cathode, "Cu")
                }
                lot = Lot(self.name("lot", site), "Nickel-based cells", mass,
                          tuple(Assay(m, int(q / mass * PPB), int(0.003 * q / mass * PPB)) for m, q in metals.items()),
                          commodity="nmc_cell", owner=site.id, energy=int(energy * 1e9))  # fmt: skip
                mixes = {m: self.mixed(taken, m) for m in metals}
                self.make(site, clock, site.process, lines(taken), lot, mixes, ("pack_de",))

    def certificates(self) -> None:
        """The recycler issues certificates on its lithium; makers of cells retire some of them."""
        site = self.sites["recycler"]
        for i, batch in enumerate(self.made["recycler"]):
            metal = batch.lot.mass * batch.lot.assays[0].share // PPB // 2
            name = f"urn:oreflow:certificate:{i}"
            self.out.append(Event(self.name("event", site), Kind.BOOK, batch.ready + DAY, site.id, site.place,
                                  certificates=(Certificate(name, "Li", metal, "issue"),)))  # fmt: skip
            if i % 3:
                user = self.sites["cell_us"]
                self.out.append(Event(self.name("event", user), Kind.BOOK, batch.ready + 40 * DAY, user.id, user.place,
                                      certificates=(Certificate(name, "Li", metal, "retire"),)))  # fmt: skip

    def corrections(self) -> None:
        """Some records are handed in with a slip and corrected a day later by who signed them."""
        makes = [i for i, e in enumerate(self.out) if e.process == "nmc_cell_making"]
        for i in self.rng.choice(makes, max(1, len(makes) // 100), replace=False):
            e = self.out[int(i)]
            lot = e.outputs[0]
            slip = Lot(lot.lot, lot.product, lot.mass * 10, lot.assays, commodity=lot.commodity, owner=lot.owner,
                       energy=lot.energy)  # fmt: skip
            wrong = Event(e.event + "-slip", e.kind, e.time, e.issuer, e.facility, process=e.process, inputs=e.inputs,
                          outputs=(slip,))  # fmt: skip
            self.out[int(i)] = Event(e.event, e.kind, e.time + 60, e.issuer, e.facility, process=e.process,
                                     inputs=e.inputs, outputs=e.outputs, corrects=wrong.event)  # fmt: skip
            self.out.append(wrong)

    def sell(self, site: Site, customers: tuple[str, ...]) -> None:
        """Ship all of a stock but a spare part, and hand some of it over by name."""
        for batch in self.made[site.name]:
            if batch.left < batch.lot.mass or self.rng.random() < SPARE:
                continue
            buyer = self.ship(site, batch, customers)
            if buyer and self.rng.random() < 0.3:
                self.out.append(Event(self.name("event", site), Kind.TRANSFER, batch.ready + DAY, site.id, site.place,
                                      self.sites[buyer].id, inputs=(Line(batch.lot.lot, batch.lot.mass),)))  # fmt: skip

    def make(
        self,
        site: Site,
        when: int,
        process: str,
        lines: tuple[Line, ...],
        lot: Lot,
        mixes: dict[str, dict[str, float]],
        customers: tuple[str, ...],
        entries: tuple[Entry, ...] = (),
    ) -> Batch:
        """Write the making of a lot, and ship it where customers are named."""
        self.out.append(Event(self.name("event", site), Kind.MAKE, when, site.id, site.place, process=process,
                              inputs=lines, outputs=(lot,), entries=entries))  # fmt: skip
        batch = Batch(lot, when, lot.mass)
        self.origins[lot.lot] = mixes
        self.made[site.name].append(batch)
        if customers:
            self.ship(site, batch, customers)
        return batch

    def ship(self, site: Site, batch: Batch, customers: tuple[str, ...]) -> str:
        """Ship a lot to one of its customers: signed out, and signed in where it arrives."""
        if self.rng.random() < SPARE / 2:
            return ""
        weight = np.array([self.sites[c].weight for c in customers])
        target = self.sites[customers[int(self.rng.choice(len(customers), p=weight / weight.sum()))]]
        leaves = batch.ready + int(self.rng.uniform(0.5, 4) * DAY)
        passage = self.knows.passage(site.facility, target.facility, "")
        days = passage.usual * self.rng.uniform(0.95, 1.3) if passage else self.rng.uniform(1, 5)
        arrives = leaves + int(days * DAY)
        consignment = self.name("consignment", site)
        lines = (Line(batch.lot.lot, batch.left),)
        for time, signer, signed in ((leaves, site, "out"), (arrives, target, "in")):
            self.out.append(Event(self.name("event", signer), Kind.MOVE, time, signer.id, site.place, target.place,
                                  inputs=lines, signed=signed, consignment=consignment))  # type: ignore[arg-type]  # fmt: skip
        element = batch.lot.assays[0].element if batch.lot.commodity != "nmc_cathode" else "Ni"
        self.here.setdefault((target.name, element), []).append(Batch(batch.lot, arrives, batch.left))
        batch.left = 0
        return target.name

    def arrived(self, site: str, element: str) -> list[Batch]:
        return sorted(self.here.get((site, element), []), key=lambda b: b.ready)

    def mixed(self, taken: list[tuple[Batch, int]], element: str) -> dict[str, float]:
        """Return the countries of a metal in what is taken, by metal."""
        out: dict[str, float] = {}
        total = sum(b.metal(element, q) for b, q in taken)
        for b, q in taken:
            for country, share in self.origins[b.lot.lot].get(element, {}).items():
                out[country] = out.get(country, 0.0) + share * b.metal(element, q) / total
        return out

    def measured(self, usual: float) -> float:
        """Return a recovery as a plant measures it: around the usual one, by a sixth of its losses."""
        return float(usual + np.clip(self.rng.normal(), -3, 3) * (1 - usual) / 6)

    def moments(self, number: int) -> Iterator[int]:
        """Return moments spread over the year."""
        step = YEAR / number
        for i in range(number):
            yield START + int((i + self.rng.random()) * step)

    def name(self, kind: str, site: Site) -> str:
        """Return an identifier that nobody else has."""
        self.count += 1
        return f"https://{site.name.replace('_', '-')}.example/{kind}/{self.count:07d}"
