"""Material-assistance cost ratio: how much of the cost of direct materials is not from prohibited foreign entities.

The ratio is (total direct material costs − those from prohibited foreign entities) over the total (26 U.S.C.
7701(a)(52)(D)). It stands against a threshold that depends on what is made and on the year; thresholds and covered
nations are rows of tables with their citation. Direct materials are the lots that the last making takes. Whether a
party is prohibited is judged by country of registration and, for firms of the atlas, by the country of the firms that
control them; effective control by contract, debt and licence is not in a ledger and must be looked at by a lawyer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from oreflow.atlas import World
from oreflow.errors import DataError, UnknownNameError
from oreflow.trace.knowledge import Knowledge
from oreflow.trace.model import Lot
from oreflow.trace.store import Ledger
from oreflow.trace.tables import rows
from oreflow.trace.views.graph import upstream


@dataclass(frozen=True, slots=True)
class Material:
    """A direct material.

    Attributes:
        lot: The lot.
        product: What it is.
        mass: How much is taken, mg.
        maker: Party that made it.
        country: Country of that party.
        cost: Its cost, USD.
        basis: How the cost is known.
        prohibited: Whether its maker is a prohibited foreign entity.
        why: Why it is, or is not.
    """

    lot: str
    product: str
    mass: int
    maker: str
    country: str
    cost: float
    basis: str
    prohibited: bool
    why: str


@dataclass(frozen=True, slots=True)
class Assistance:
    """The ratio of a lot.

    Attributes:
        lot: The lot.
        kind: What it counts as.
        year: Year of sale or of the beginning of construction.
        ratio: Share of the cost that is not from prohibited foreign entities.
        threshold: What it must reach.
        citation: Where the threshold stands.
        checked: Whether the threshold was compared with the text of the law.
        total: Cost of direct materials, USD.
        prohibited: Of that from prohibited foreign entities, USD.
        materials: The materials, the dearest first.
    """

    lot: str
    kind: str
    year: int
    ratio: float
    threshold: float
    citation: str
    checked: bool
    total: float
    prohibited: float
    materials: tuple[Material, ...]

    @property
    def passes(self) -> bool:
        """Whether the ratio reaches the threshold."""
        return self.ratio >= self.threshold


def assistance(
    ledger: Ledger,
    lot: str,
    *,
    world: World,
    kind: str = "battery component",
    year: int = 2026,
    costs: Mapping[str, float] | None = None,
) -> Assistance:
    """Compute the material-assistance cost ratio of a lot.

    Args:
        ledger: Ledger.
        lot: Identifier of the lot.
        world: World with prices, for materials whose cost is not given, and with the parents of firms.
        kind: ``battery component``, ``energy storage``, ``critical mineral`` or ``qualified facility``.
        year: Year that the threshold is taken of.
        costs: Lot that goes in to what was paid for it, USD.

    Returns:
        The ratio with its materials.

    Raises:
        UnknownNameError: There is no such lot, or kind.
        DataError: The lot is made of nothing on record, or the cost of a material is not known.
    """
    threshold, citation, checked = _threshold(kind, year)
    graph = upstream(ledger, lot, most=5000)
    top = graph.nodes[0].event
    makers = {n.event: n for n in graph.nodes}
    people = _parties(ledger)
    knows, out = Knowledge.of(world), []
    for edge in (e for e in graph.edges if e.target == top):
        node = makers.get(edge.source)
        if node is None:
            raise DataError(f"lot {edge.lot}: its making is not on record, so nobody can say who made it.")
        party = people.get(node.operator) or people.get(node.issuer)
        country = party[1] if party else node.country
        prohibited, why = _prohibited(country, party[2] if party else "", world)
        whole = next(o for o in ledger.event(node.event).outputs if o.lot == edge.lot)
        cost, basis = _cost(edge.lot, whole, edge.mass, costs or {}, knows)
        out.append(Material(edge.lot, whole.product, edge.mass, party[0] if party else node.party, country, cost, basis,
                            prohibited, why))  # fmt: skip
    total = sum(m.cost for m in out)
    if not total > 0:
        raise DataError(f"lot {lot}: it takes no material with a cost, so there is no ratio.")
    bad = sum(m.cost for m in out if m.prohibited)
    return Assistance(lot, kind, year, (total - bad) / total, threshold, citation, checked, total, bad,
                      tuple(sorted(out, key=lambda m: (-m.cost, m.lot))))  # fmt: skip


def kinds() -> list[str]:
    """Return what a threshold is known for."""
    return list(dict.fromkeys(r["kind"] for r in rows("assistance_thresholds")))


def _threshold(kind: str, year: int) -> tuple[float, str, bool]:
    table = [r for r in rows("assistance_thresholds") if r["kind"] == kind]
    if not table:
        raise UnknownNameError("kind of product", kind, kinds())
    valid = [r for r in table if int(r["from_year"]) <= year]
    if not valid:
        raise DataError(f"the ratio applies from {table[0]['from_year']} on, not in {year}.")
    row = max(valid, key=lambda r: int(r["from_year"]))
    return float(row["threshold"]), row["citation"], row["checked"] == "yes"


def _prohibited(country: str, firm: str, world: World) -> tuple[bool, str]:
    covered = {r["country"]: r["citation"] for r in rows("covered_nations")}
    if country in covered:
        return True, f"registered in {country}, a covered nation ({covered[country]})"
    table = {str(r["firm"]): r for r in world.firms.to_dict("records")}
    chain, seen = firm, set[str]()
    while chain in table and chain not in seen:
        seen.add(chain)
        home = str(table[chain]["region"])
        if home in covered:
            return (
                True,
                f"controlled by {table[chain]['name']} of {home}, a covered nation ({covered[home]})",
            )
        chain = str(table[chain]["parent"] or "")
    return False, f"registered in {country}" if country else "country not known"


def _cost(name: str, lot: Lot, mass: int, costs: Mapping[str, float], knows: Knowledge) -> tuple[float, str]:
    if name in costs:
        return costs[name], "given"
    amount, unit = knows.amount(lot, mass)
    price, whence = knows.price(lot.commodity)
    if amount is None or price is None:
        raise DataError(
            f"lot {name} ({lot.product}): its cost is neither given nor to be had from the atlas. Give it."
        )
    return amount * price, f"{price:,.0f} USD/{unit}, {whence}"


def _parties(ledger: Ledger) -> dict[str, tuple[str, str, str]]:
    from oreflow.trace.store import connect, tables
    from oreflow.trace.store.rows import words_of

    with connect.reading(ledger.engine) as connection:
        found = list(connection.execute(tables.parties.select().order_by(tables.parties.c.n)))
        names = words_of(connection, {int(r.party) for r in found})
    return {names[r.party]: (r.name, r.country, r.firm) for r in found}
