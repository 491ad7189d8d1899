"""A small world without faults, and worlds that differ from it in one place."""

import copy

import pytest

from oreflow.atlas import World

ROWS = {
    "commodities": [
        {
            "commodity": "lithium_concentrate",
            "name": "Concentrate",
            "mineral": "lithium",
            "stage": "concentrate",
            "unit": "t LCE",
            "freight_mass": 8,
            "price_hub": "CHN",
            "aliases": "spodumene",
        },
        {
            "commodity": "lithium_carbonate",
            "name": "Carbonate",
            "mineral": "lithium",
            "stage": "refined",
            "unit": "t LCE",
            "freight_mass": 1,
            "price_hub": "CHN",
            "aliases": "Li2CO3",
        },
        {
            "commodity": "lfp_cell",
            "name": "LFP cell",
            "mineral": "battery",
            "stage": "cell",
            "unit": "GWh",
            "freight_mass": 5000,
            "price_hub": "CHN",
        },
        {
            "commodity": "ev_battery",
            "name": "EV battery",
            "mineral": "battery",
            "stage": "use",
            "unit": "GWh",
            "freight_mass": 6000,
            "price_hub": "CHN",
        },
    ],
    "regions": [
        {"region": "AUS", "name": "Australia", "members": "AUS", "lat": -25, "lon": 134},
        {"region": "CHN", "name": "China", "members": "CHN", "lat": 35, "lon": 105},
        {"region": "ROW", "name": "Rest of the world", "members": "USA;DEU"},
    ],
    "firms": [
        {"firm": "catl", "name": "CATL", "region": "CHN", "aliases": "宁德时代"},
        {"firm": "albemarle", "name": "Albemarle", "region": "ROW"},
    ],
    "processes": [
        {
            "process": "spodumene_mining",
            "name": "Mining",
            "kind": "extraction",
            "output": "lithium_concentrate",
            "es_low": 0.1,
            "es_high": 0.4,
        },
        {
            "process": "lithium_carbonate_conversion",
            "name": "Conversion",
            "kind": "conversion",
            "output": "lithium_carbonate",
        },
        {"process": "lfp_cell_making", "name": "Cells", "kind": "conversion", "output": "lfp_cell"},
    ],
    "flows": [
        {
            "process": "lithium_carbonate_conversion",
            "commodity": "lithium_concentrate",
            "role": "input",
            "coefficient": 1.1,
        },
        {"process": "lfp_cell_making", "commodity": "lithium_carbonate", "role": "input", "coefficient": 500},
    ],
    "plants": [
        {
            "plant": "greenbushes",
            "name": "Greenbushes",
            "process": "spodumene_mining",
            "region": "AUS",
            "lat": -33.86,
            "lon": 116.06,
            "capacity": 200_000,
            "output": 165_000,
            "cost": 4000,
            "status": "operating",
            "source": "report",
            "vintage": "MCS 2026",
            "quality": "reported",
            "aliases": "Talison",
        },
        {
            "plant": "jianxiawo",
            "name": "Jianxiawo",
            "process": "spodumene_mining",
            "region": "CHN",
            "lat": 28.6,
            "lon": 114.9,
            "capacity": 60_000,
            "output": 55_000,
            "cost": 12_500,
            "status": "operating",
            "permit_kind": "mining",
            "permit_expiry": "2025-08-09",
            "permit_state": "expired",
            "aliases": "枧下窝;Jianxiawo mine",
        },
        {
            "plant": "lithium_carbonate_conversion_chn",
            "name": "Converters",
            "process": "lithium_carbonate_conversion",
            "region": "CHN",
            "aggregate": 1,
            "capacity": 300_000,
            "output": 200_000,
            "cost": 1500,
            "status": "operating",
            "quality": "derived",
            "method": "check",
        },
        {
            "plant": "lfp_cell_making_chn",
            "name": "Cell makers",
            "process": "lfp_cell_making",
            "region": "CHN",
            "aggregate": 1,
            "capacity": 500,
            "output": 360,
            "cost": 1e6,
            "status": "operating",
        },
    ],
    "ownership": [
        {"plant": "jianxiawo", "firm": "catl", "share": 1},
        {"plant": "greenbushes", "firm": "albemarle", "share": 0.49},
    ],
    "offtakes": [
        {
            "offtake": "greenbushes_albemarle",
            "plant": "greenbushes",
            "firm": "albemarle",
            "destination": "CHN",
            "quantity": 80_000,
            "start": "2020",
            "end": "2030-12",
        },
    ],
    "trade": [
        {
            "commodity": "lithium_concentrate",
            "origin": "AUS",
            "destination": "CHN",
            "year": 2025,
            "quantity": 165_000,
        },
        {"commodity": "lfp_cell", "origin": "CHN", "destination": "ROW", "year": 2025, "quantity": 120},
    ],
    "routes": [
        {
            "origin": "AUS",
            "destination": "CHN",
            "mode": "sea",
            "distance": 6500,
            "freight": 20,
            "lag": 0.5,
            "passages": "malacca",
            "detours": "malacca=900",
        },
        {"origin": "CHN", "destination": "ROW", "mode": "sea", "distance": 19000, "freight": 45, "lag": 1.2},
    ],
    "demands": [
        {
            "demand": "ev_chn",
            "commodity": "ev_battery",
            "region": "CHN",
            "use": "ev",
            "quantity": 240,
            "ed_low": 0.1,
            "ed_high": 0.5,
        },
        {
            "demand": "ev_row",
            "commodity": "ev_battery",
            "region": "ROW",
            "use": "ev",
            "quantity": 120,
            "ed_low": 0.1,
            "ed_high": 0.5,
        },
        {
            "demand": "glass_chn",
            "commodity": "lithium_carbonate",
            "region": "CHN",
            "use": "other",
            "quantity": 20_000,
            "ed_low": 0.1,
            "ed_high": 0.5,
        },
    ],
    "mixes": [
        {
            "use": "ev_battery",
            "region": "CHN",
            "cell": "lfp_cell",
            "share": 1,
            "ceiling": 1,
            "ramp": 0.02,
            "switch_cost": 0,
        },
        {
            "use": "ev_battery",
            "region": "ROW",
            "cell": "lfp_cell",
            "share": 1,
            "ceiling": 1,
            "ramp": 0.02,
            "switch_cost": 0,
        },
    ],
    "stores": [
        {
            "store": "carbonate_chn",
            "commodity": "lithium_carbonate",
            "region": "CHN",
            "kind": "commercial",
            "opening": 30_000,
            "capacity": 90_000,
        },
    ],
    "policies": [
        {
            "policy": "tariff_cells",
            "kind": "tariff",
            "commodity": "lfp_cell",
            "origin": "CHN",
            "destination": "ROW",
            "value": 0.1,
            "unit": "1",
            "start": "2024-01-01",
            "end": "2026-01-01",
            "state": "base",
            "description": "a tariff",
        },
    ],
    "prices": [
        {
            "commodity": "lithium_concentrate",
            "region": "CHN",
            "period": "2025",
            "value": 6000,
            "basis": "assessed",
        },
        {
            "commodity": "lithium_carbonate",
            "region": "CHN",
            "period": "2024",
            "value": 11_000,
            "basis": "spot",
        },
        {"commodity": "lithium_carbonate", "region": "CHN", "period": "2025", "value": 9000, "basis": "spot"},
        {"commodity": "lfp_cell", "region": "CHN", "period": "2025", "value": 6e7, "basis": "survey"},
        {"commodity": "ev_battery", "region": "CHN", "period": "2025", "value": 8e7, "basis": "survey"},
    ],
    "parameters": [
        {
            "parameter": "discount_rate",
            "value": 0.08,
            "low": 0.05,
            "high": 0.12,
            "unit": "1/yr",
            "description": "rate",
        },
        {
            "parameter": "lce_per_li",
            "value": 5.323,
            "low": 5.323,
            "high": 5.323,
            "unit": "t LCE/t Li",
            "description": "ratio",
        },
    ],
    "sources": [
        {"source": "example", "title": "Example", "publisher": "oreflow", "licence": "Apache-2.0"},
        {
            "source": "report",
            "title": "Annual report",
            "publisher": "Talison",
            "licence": "facts",
            "edition": "2025",
            "url": "https://example.org/report",
        },
    ],
    "claims": [
        {
            "claim": "jianxiawo_46",
            "table": "plants",
            "subject": "jianxiawo",
            "attribute": "capacity",
            "value": 46,
            "unit": "kt LCE/yr",
            "speaker": "a broker",
            "said": "2025-08",
        },
        {
            "claim": "jianxiawo_60",
            "table": "plants",
            "subject": "jianxiawo",
            "attribute": "capacity",
            "low": 4,
            "high": 6,
            "unit": "kt LCE/month",
            "speaker": "a bank",
            "used": 1,
        },
        {
            "claim": "jianxiawo_restart",
            "table": "plants",
            "subject": "jianxiawo",
            "attribute": "status",
            "text": "restart before the new year",
        },
    ],
}


def build(rows):
    return World.from_rows(**rows)


@pytest.fixture
def rows():
    """Rows of the small world, to be changed at will."""
    return copy.deepcopy(ROWS)


@pytest.fixture(scope="session")
def tiny():
    """The small world."""
    return build(ROWS)


@pytest.fixture
def change():
    """Return the small world with one row changed, ``change("plants", 0, {...})``, or added (row None)."""

    def changed(table, at, values):
        new = copy.deepcopy(ROWS)
        if at is None:
            new.setdefault(table, []).append(values)
        else:
            new[table][at] |= values
        return build(new)

    return changed
