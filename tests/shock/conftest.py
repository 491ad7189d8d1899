"""A small world of lithium and cobalt that the tests of scenarios share."""

import pytest

from oreflow.atlas import World


def small_world() -> World:
    def plant(name, process, region, output, permit="", capacity=None):
        return {
            "plant": name,
            "name": name.title(),
            "process": process,
            "region": region,
            "capacity": capacity or output,
            "output": output,
            "status": "operating",
            "permit_state": permit,
        }

    def trade(commodity, origin, destination, quantity):
        return {
            "commodity": commodity,
            "origin": origin,
            "destination": destination,
            "year": 2025,
            "quantity": quantity,
        }

    def route(origin, destination, passages="", detours="", mode="sea", freight=20.0):
        return {
            "origin": origin,
            "destination": destination,
            "mode": mode,
            "distance": 9000.0,
            "freight": freight,
            "lag": 1.0,
            "passages": passages,
            "detours": detours,
        }

    def commodity(name, stage, unit, mass=1.0):
        return {
            "commodity": name,
            "name": name.replace("_", " "),
            "mineral": "lithium",
            "stage": stage,
            "unit": unit,
            "freight_mass": mass,
        }

    def law(name, median, sigma, permanent, contagion):
        return {
            "law": name,
            "event_type": name,
            "median_months": median,
            "sigma": sigma,
            "p_permanent": permanent,
            "p_contagion": contagion,
            "description": name,
        }

    def region(name, blocs=""):
        return {"region": name, "name": f"Land {name}", "members": name, "blocs": blocs}

    return World.from_rows(
        commodities=[
            commodity("lithium_concentrate", "concentrate", "t LCE", 8.0),
            commodity("lithium_carbonate", "refined", "t LCE"),
            commodity("cobalt_intermediate", "concentrate", "t Co", 3.3),
            commodity("ev_battery", "use", "GWh"),
            commodity("sodium_cell", "cell", "GWh"),
            commodity("lfp_cell", "cell", "GWh"),
        ],
        regions=[
            region("CHN"),
            region("AUS", "allied"),
            region("USA", "allied"),
            region("COD"),
            region("CHL"),
        ],
        firms=[
            {"firm": "catl", "name": "CATL", "region": "CHN"},
            {"firm": "yichun_times", "name": "Yichun Times", "region": "CHN", "parent": "catl"},
            {"firm": "gotion", "name": "Gotion", "region": "CHN"},
        ],
        processes=[
            {
                "process": "lepidolite_mining",
                "name": "l",
                "kind": "extraction",
                "output": "lithium_concentrate",
            },
            {
                "process": "spodumene_mining",
                "name": "s",
                "kind": "extraction",
                "output": "lithium_concentrate",
            },
        ],
        plants=[
            plant("jianxiawo", "lepidolite_mining", "CHN", 60000, "expired"),
            plant("huaqiao", "lepidolite_mining", "CHN", 30000, "renewal"),
            plant("shuinanduan", "lepidolite_mining", "CHN", 12000, "valid"),
            plant("dangtian", "lepidolite_mining", "CHN", 8000),
            plant("greenbushes", "spodumene_mining", "AUS", 170000, "none"),
            plant("bald_hill", "spodumene_mining", "AUS", 0, capacity=20000),
        ],
        ownership=[
            {"plant": "jianxiawo", "firm": "yichun_times", "share": 0.7},
            {"plant": "jianxiawo", "firm": "gotion", "share": 0.3},
            {"plant": "shuinanduan", "firm": "gotion", "share": 0.8},
        ],
        trade=[
            trade("lithium_concentrate", "AUS", "CHN", 300000),
            trade("lithium_carbonate", "CHL", "CHN", 150000),
            trade("lithium_carbonate", "CHL", "USA", 20000),
            trade("cobalt_intermediate", "COD", "CHN", 190000),
            trade("cobalt_intermediate", "COD", "USA", 10000),
            {**trade("cobalt_intermediate", "COD", "AUS", 500), "year": 2024},
        ],
        routes=[
            route("AUS", "CHN", "lombok"),
            route("CHL", "CHN"),
            route("CHL", "USA", "panama", "panama=12000"),
            route("COD", "CHN", "malacca;sunda", "malacca=1000;sunda=500"),
            route("COD", "USA", "malacca"),
            route("COD", "CHL"),
        ],
        mixes=[
            {
                "use": "ev_battery",
                "region": r,
                "cell": c,
                "share": 0.5,
                "ceiling": ceiling,
                "ramp": 0.005,
                "switch_cost": 0.0,
            }
            for r in ("CHN", "USA")
            for c, ceiling in (("sodium_cell", 0.05), ("lfp_cell", 0.9))
        ],
        demands=[
            {
                "demand": f"ev_{r.lower()}",
                "commodity": "ev_battery",
                "region": r,
                "use": "ev",
                "quantity": 100.0,
                "ed_low": 0.1,
                "ed_high": 0.5,
            }
            for r in ("CHN", "USA")
        ],
        stores=[
            {
                "store": "reserve_chn",
                "commodity": "lithium_carbonate",
                "region": "CHN",
                "kind": "reserve",
                "opening": 10000.0,
                "holding_cost": 0.0,
            }
        ],
        policies=[
            {
                "policy": "us_carbonate_duty",
                "kind": "tariff",
                "commodity": "lithium_carbonate",
                "destination": "USA",
                "description": "duty",
            }
        ],
        laws=[
            law("permit_halt", 6, 0.8, 0.1, 0.15),
            law("strike", 1, 0.7, 0.01, 0.0),
            law("export_ban", 8, 0.8, 0.15, 0.1),
        ],
        parameters=[
            {"parameter": "freight_sea", "value": 0.001, "unit": "USD/t-km", "description": "sea"},
            {"parameter": "new_route_share", "value": 0.001, "unit": "1", "description": "new"},
        ],
    )


@pytest.fixture(scope="session")
def world() -> World:
    return small_world()
