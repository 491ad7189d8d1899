"""Firms with their shares, contracts and needs, as far as open sources carry."""

from __future__ import annotations

from pathlib import Path

from oreflow.atlas.build.battery import CATHODE, cathode_mass, recipes
from oreflow.atlas.build.chain import assume
from oreflow.atlas.build.common import LCE_PER_LI2O, Common, Row, Tables, facts


def tables(src: Path, common: Common) -> Tables:
    """Return the rows of ``firms``, ``ownership``, ``offtakes`` and ``needs``.

    Args:
        src: Folder of the public files.
        common: Shared names.
    """
    firms = [{**r, "region": common.region(r["region"]), "vintage": "2025"} for r in facts("firms")]
    return {
        "firms": firms,
        "ownership": [indirect_share(r) for r in facts("ownership")],
        "offtakes": [_offtake(r) for r in facts("offtakes")],
        "needs": lithium_needs(src) + [{**r, "vintage": "2025"} for r in facts("firm_needs")],
    }


def indirect_share(row: Row) -> Row:
    """Return a row of ownership, a share held through another holder multiplied out.

    Args:
        row: Row of ``facts/ownership.csv``; ``through`` is the share that the holder in between has.
    """
    through = row.pop("through", "")
    if not through:
        return {**row, "vintage": "2025"}
    share = float(row["share"]) * float(through)
    return {**row, "share": share, "vintage": "2025", "method": "indirect_share"}


def _offtake(row: Row) -> Row:
    """Contract in the unit of the plant's output: tonnes of concentrate become the LCE in them."""
    grade = row.pop("grade", "")
    quantity = float(row["quantity"])
    note = row.get("note", "")
    if grade:
        note = f"{quantity:.0f} t of concentrate at {grade} % Li2O; {note}".rstrip("; ")
        quantity *= float(grade) / 100 * LCE_PER_LI2O
    return {**row, "quantity": quantity, "vintage": "2025", "note": note}


def lithium_needs(src: Path) -> list[Row]:
    """Return the lithium chemicals, metals, cathode and anode behind the cells that a firm makes.

    Counted where the cells are made, as the makers buy the chemicals or supply them to their cathode plants.

    Args:
        src: Folder of the public files.
    """
    made, good = recipes(src), assume("cell_yield")
    per_cell: dict[str, dict[str, float]] = {}
    for cell in ("lfp_cell", "nmc_cell"):
        cathode = CATHODE[cell]
        tonnes = cathode_mass(src, cell) / good
        per_cell[cell] = {k: q * tonnes for k, q in made[f"{cathode}_making"][1].items()}
        per_cell[cell] |= {cathode: tonnes, "anode": made[f"{cell}_making"][1]["anode"]}
    rows: list[Row] = []
    for r in facts("firm_cells"):
        need: dict[str, float] = {}
        for cell in per_cell:
            gwh = float(r[cell.removesuffix("_cell")])
            for commodity, q in per_cell[cell].items():
                if gwh > 0:
                    need[commodity] = need.get(commodity, 0.0) + gwh * q
        rows += [
            {
                "firm": r["firm"],
                "commodity": commodity,
                "region": r["region"],
                "quantity": q,
                "source": f"{r['source']};uc_davis",
                "vintage": "2025",
                "quality": "derived",
                "method": "lithium_needs",
                "note": f"Cells made: {r['lfp']} GWh LFP, {r['nmc']} GWh nickel-based. {r['note']}",
            }
            for commodity, q in need.items()
            if commodity not in {"phosphoric_acid"}
        ]
    return rows
