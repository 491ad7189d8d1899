"""A realistic briefing, built from plain values through the public dataclasses."""

from __future__ import annotations

import dataclasses
from itertools import pairwise

import numpy as np
import pytest

from oreflow.report.briefing import Briefing, KeyFigure, Meta, Setting, SourceRow
from oreflow.report.effects import (
    Chain,
    ChainFlows,
    Check,
    Exposure,
    FlowLink,
    FlowNode,
    Mark,
    Marker,
    Sensitivity,
    Shift,
    Stage,
    StageState,
    WhatItDoes,
    WhatToDo,
    WhatWouldChange,
    WhereItBreaks,
    WhoIsExposed,
    WorldMap,
)
from oreflow.report.figure import Figure, Sentence
from oreflow.report.heard import (
    ArithmeticFlag,
    Article,
    Claim,
    Default,
    Disagreement,
    ModelledEvent,
    NotModelled,
    Position,
    WhatHappened,
)
from oreflow.report.paths import price_path, supply_path

RUN = "r-7f3a91"
TEXT = (
    "Lithium mine at Jianxiawo stops work\n\n"
    "The Jianxiawo mine in Jiangxi halted output on 10 August 2025 after its licence ran out, the operator said. "
    "An analyst at a bank said the stop could take as much as 6,000 tonnes of lithium carbonate a month from the "
    "market.\n\n"
    "A trader in Shanghai expects the mine to be back by early December. The operator has no official timeline. "
    "It is also considering shutting down three carbonate lines.\n\n"
    "Demand would reach 2.92 million tonnes by 2035 against supply of 2.35 million tonnes, a gap of 30 %.\n"
)
SECOND = (
    "Yichun halt seen lasting\n\n"
    "The halt at Jianxiawo removes about 65,000 tonnes of lithium carbonate equivalent a year, a research house "
    "wrote. Sodium-ion cells may also be used if prices stay high.\n"
)


def run(value, unit, *, low=None, high=None, change=False, note=""):
    return Figure(value, unit, RUN, "modelled", note, low, high, change)


def claim(number, article, quote, kind, modality="happened", polarity="asserted", **more):
    text = TEXT if article == "A1" else SECOND
    start = text.index(quote)
    return Claim(number, article, kind, quote, start, start + len(quote), polarity, modality, **more)


def happened():
    claims = (
        claim(
            1, "A1", "halted output on 10 August 2025 after its licence ran out", "halt",
            subject="Jianxiawo", speaker="the operator", effective="2025-08-10", country="CHN", direction="down",
        ),
        claim(
            2, "A1", "could take as much as 6,000 tonnes of lithium carbonate a month from the market", "output_cut",
            "conditional", subject="Jianxiawo", quantity="up to 6,000 t/month", speaker="an analyst at a bank",
            group="loss",
        ),
        claim(
            3, "A1", "expects the mine to be back by early December", "restart", "forecast",
            subject="Jianxiawo", speaker="a trader in Shanghai", effective="2025-12-05",
        ),
        claim(
            4, "A1", "The operator has no official timeline", "restart", polarity="negated", subject="Jianxiawo",
            speaker="the article",
        ),
        claim(
            5, "A1", "considering shutting down three carbonate lines", "halt", "considered",
            subject="carbonate lines in Jiangxi", quantity="3 lines",
        ),
        claim(
            6, "A2", "removes about 65,000 tonnes of lithium carbonate equivalent a year", "output_cut",
            subject="Jianxiawo", quantity="about 65,000 t LCE/yr", speaker="a research house", group="loss",
        ),
        claim(
            7, "A2", "Sodium-ion cells may also be used if prices stay high", "technology_switch", "conditional",
            subject="sodium-ion cells",
        ),
    )  # fmt: skip
    sum_quote = (
        "Demand would reach 2.92 million tonnes by 2035 against supply of 2.35 million tonnes, a gap of 30 %"
    )
    start = TEXT.index(sum_quote)
    return WhatHappened(
        lines=(
            Sentence("The Jianxiawo mine in China stopped on 10 August 2025 when its licence ran out."),
            Sentence(
                "That takes about {0} off the market for as long as it lasts, {1} of world supply.",
                (
                    Figure(5400.0, "t LCE/month", "A1;A2", "claimed", "Middle of the two claims."),
                    Figure(4.1, "%", RUN),
                ),
            ),
            Sentence("No restart date is confirmed; the articles speak of December."),
        ),
        claims=claims,
        disagreements=(
            Disagreement(
                "output lost at Jianxiawo",
                (
                    Position(2, "an analyst at a bank", "up to 6,000 t/month"),
                    Position(6, "a research house", "about 65,000 t LCE/yr, which is 5,420 t/month"),
                ),
                "samples between the two",
            ),
        ),
        arithmetic=(
            ArithmeticFlag(
                "A1",
                sum_quote,
                start,
                start + len(sum_quote),
                "The two amounts give a gap of 0.57 million tonnes: 19.5 % of demand, or 24.3 % of supply.",
                ("a gap of 19.5 % of demand", "a gap of 24.3 % of supply"),
            ),
        ),
        not_modelled=(
            NotModelled("sodium-ion cells may also be used", "conditional, and no date or amount", 7),
        ),
        events=(
            ModelledEvent(
                "jianxiawo_halt",
                "halt",
                Sentence(
                    "Jianxiawo makes nothing until it restarts; {0} of its output is lost.",
                    (Figure(100.0, "%", "A1", "claimed"),),
                ),
                "plants: jianxiawo",
                "2025-08-10",
                "2025-08-10",
                Figure(100.0, "%", "A1", "claimed"),
                (1, 2, 3, 6),
                (
                    Default(
                        "duration of the halt",
                        Figure(
                            4.0,
                            "months",
                            "durations",
                            "assumed",
                            "Licence halts in China since 2015.",
                            1.0,
                            14.0,
                        ),
                        "log-normal, with a chance of 8 % that it is permanent",
                    ),
                    Default("ramp after the restart", Figure(25.0, "%/month", "durations", "assumed")),
                ),
            ),
        ),
    )


def months(count=24, year=2025, first=6):
    return tuple(f"{year + (first + i - 1) // 12}-{(first + i - 1) % 12 + 1:02d}" for i in range(count))


def sampled(rng, size):
    n, draws = 24, 200
    t = np.arange(n)
    shape = np.where(t < 2, 0.0, np.exp(-np.maximum(t - 2, 0) / rng.lognormal(1.8, 0.5, (draws, 1))))
    return size * rng.lognormal(0, 0.45, (draws, 1)) * shape


def price(rng):
    return price_path(
        commodity="lithium_carbonate",
        name="lithium carbonate",
        hub="CHN",
        place="China",
        months=months(),
        baseline=np.full(24, 9400.0),
        draws=9400.0 * (1 + sampled(rng, 0.16)),
        unit="USD/t LCE",
        run=RUN,
        news="2025-08",
    )


def shortfall(rng):
    return supply_path(
        commodity="lithium_carbonate",
        name="lithium carbonate",
        place="world",
        months=months(),
        baseline=np.full(24, 108e3),
        draws=108e3 - sampled(rng, 2800.0),
        unit="t LCE",
        run=RUN,
    )


def shift(name, what, before, after, unit, kind="region"):
    return Shift(
        name,
        kind,
        what,
        run(before, unit),
        run(after, unit),
        run(after - before, unit, change=True, low=1.4 * (after - before), high=0.6 * (after - before))
        if after < before
        else run(after - before, unit, change=True),
        run(100 * (after / before - 1), "%", change=True) if before else None,
    )


def flows():
    places = {
        "mine": {"AUS": 410, "CHN": 250, "CHL": 270, "ARG": 90, "ZWE": 80, "BRA": 50, "MLI": 30, "NGA": 12,
                 "USA": 10, "CAN": 26},
        "chemical": {"CHN": 900, "CHL": 230, "ARG": 60, "AUS": 20, "KOR": 18},
        "cathode": {"CHN": 1020, "KOR": 120, "JPN": 50, "EUR": 20, "USA": 18},
    }  # fmt: skip
    names = {"AUS": "Australia", "CHN": "China", "CHL": "Chile", "ARG": "Argentina", "ZWE": "Zimbabwe",
             "BRA": "Brazil", "MLI": "Mali", "NGA": "Nigeria", "USA": "United States", "CAN": "Canada",
             "KOR": "Korea", "JPN": "Japan", "EUR": "Rest of Europe"}  # fmt: skip
    nodes = tuple(
        FlowNode(f"{stage}:{code}", i, names[code], code)
        for i, (stage, at) in enumerate(places.items())
        for code in at
    )
    links = []
    stages = list(places)
    for here, there in pairwise(stages):
        total = sum(places[there].values())
        for a, amount in places[here].items():
            for b, share in places[there].items():
                before = 1000.0 * amount * share / total
                after = before * (0.8 if a == "CHN" and here == "mine" else 1.06 if a == "AUS" else 0.99)
                links.append(FlowLink(f"{here}:{a}", f"{there}:{b}", before, after))
    title = "Lithium from mine to cathode, year from August 2025"
    return ChainFlows(title, "t LCE/yr", RUN, tuple(stages), nodes, tuple(links))


def state(capacity, throughput, dual, rent, headroom):
    u = "t LCE/yr"
    return StageState(
        run(capacity, u),
        run(throughput, u),
        run(100 * throughput / capacity, "%"),
        run(headroom, u),
        run(dual, "1"),
        run(rent, "USD/t LCE"),
    )


def chain():
    return Chain(
        "Lithium in China",
        "battery-grade carbonate",
        (
            Stage("mining", state(310e3, 286e3, 1.0, 1450.0, 0.0), state(245e3, 232e3, 1.0, 2210.0, 0.0)),
            Stage("conversion", state(1180e3, 860e3, 0.0, 0.0, 320e3), state(1180e3, 815e3, 0.0, 0.0, 365e3)),
            Stage(
                "cathode making",
                state(1750e3, 1010e3, 0.0, 35.0, 740e3),
                state(1750e3, 985e3, 0.0, 12.0, 765e3),
            ),
        ),
        Sentence(
            "Mining binds: with domestic ore alone China could make {0}; conversion has room for {1} more. The "
            "halt does not move the bottleneck, it tightens it.",
            (run(245e3, "t LCE/yr"), run(365e3, "t LCE/yr")),
        ),
    )


def exposed():
    def row(name, kind, need, own, offtake, stock, price):
        left = max(need - own - offtake - stock, 0.0)
        unit = "t LCE"
        figures = [Figure(v, unit, "usgs_mcs_2026", "derived") for v in (need, own)]
        held = [Figure(offtake, unit, "durations", "assumed"), Figure(stock, unit, "durations", "imputed")]
        money = run(left * price, "USD", low=left * price * 0.5, high=left * price * 2.1)
        return Exposure(
            name, kind, "lithium carbonate", *figures, *held, run(left, unit), run(price, "USD/t LCE", change=True),
            money,
        )  # fmt: skip

    return WhoIsExposed(
        (
            row("Contemporary Amperex (CATL)", "firm", 310e3, 46e3, 90e3, 26e3, 1240.0),
            row("Korea", "country", 142e3, 8e3, 61e3, 12.5e3, 1240.0),
            row("Japan", "country", 61e3, 2e3, 38e3, 9e3, 1240.0),
            row("Ganfeng", "firm", 120e3, 88e3, 41e3, 11e3, 1240.0),
        ),
        "Offtake is known from open sources only; what is not public counts as uncovered.",
    )


def build(seed=7):
    rng = np.random.default_rng(seed)
    path = price(rng)
    markers = (
        Marker("CHN", "China", 30.0, 104.0, run(-38e3, "t LCE/yr", change=True)),
        Marker("AUS", "Australia", -25.0, 133.0, run(14e3, "t LCE/yr", change=True)),
        Marker("CHL", "Chile", -23.5, -68.3, run(6.2e3, "t LCE/yr", change=True)),
        Marker("ARG", "Argentina", -34.0, -64.0, run(2.1e3, "t LCE/yr", change=True)),
        Marker("ZWE", "Zimbabwe", -19.0, 29.0, run(1.9e3, "t LCE/yr", change=True)),
        Marker("KOR", "Korea", 36.5, 127.9, run(-4.4e3, "t LCE/yr", change=True)),
        Marker("JPN", "Japan", 36.5, 138.0, run(-2.0e3, "t LCE/yr", change=True)),
        Marker("BRA", "Brazil", -10.0, -52.0, run(0.8e3, "t LCE/yr", change=True)),
        Marker("DEU", "Germany", 51.0, 10.0, run(-0.6e3, "t LCE/yr", change=True)),
        Marker("POL", "Poland", 52.0, 19.0, run(-0.7e3, "t LCE/yr", change=True)),
        Marker("HUN", "Hungary", 47.0, 19.5, run(-0.5e3, "t LCE/yr", change=True)),
    )
    return Briefing(
        meta=Meta(
            "Jianxiawo halts: what it does to lithium",
            "2025-11-21T09:30:00+00:00",
            "2025-11-21",
            "sha256:4be1",
            "0.1.0",
            RUN,
            7,
            200,
            8.43,
            (Setting("horizon", "36 months from January 2025"), Setting("scope", "lithium")),
            "oreflow brief one.txt two.txt --seed 7",
        ),
        articles=(
            Article.of(
                key="A1",
                title="Lithium mine at Jianxiawo stops work",
                text=TEXT,
                date="2025-11-21",
                publisher="The Example Post",
                url="https://example.org/jianxiawo",
            ),
            Article.of(key="A2", title="Yichun halt seen lasting", text=SECOND),
        ),
        answer=(
            KeyFigure("Lithium carbonate, China, in the month of the news", path.first),
            KeyFigure("Largest change, Aug 2025", path.peak),
            KeyFigure("Missing over 22 months", run(34e3, "t LCE", low=16e3, high=81e3)),
            KeyFigure("What binds in China", None, "mining"),
        ),
        happened=happened(),
        does=WhatItDoes(
            prices=(path,),
            shortfalls=(shortfall(rng),),
            marks=(Mark("2025-08", "halt"), Mark("2025-11", "talk of a restart")),
            losers=(
                shift("Jianxiawo", "lithium concentrate", 65e3, 27e3, "t LCE/yr", "plant"),
                shift("Korea", "lithium carbonate", 142e3, 137.6e3, "t LCE/yr"),
                shift("Japan", "lithium carbonate", 61e3, 59e3, "t LCE/yr"),
            ),
            gainers=(
                shift("Greenbushes", "rent of the mine", 910e6, 1080e6, "USD/yr", "plant"),
                shift("Salar de Atacama", "rent of the mine", 1340e6, 1560e6, "USD/yr", "plant"),
            ),
            maps=(WorldMap("Change of lithium supply, year from August 2025", markers),),
            flows=(flows(),),
        ),
        breaks=WhereItBreaks((chain(),)),
        exposed=exposed(),
        todo=WhatToDo(),
        change=WhatWouldChange(
            "the largest price change of lithium carbonate in China",
            path.peak,
            tuple(
                Sensitivity(
                    name,
                    Figure(a, unit, "durations", "assumed"),
                    Figure(b, unit, "durations", "assumed"),
                    run(x, "%", change=True),
                    run(y, "%", change=True),
                )
                for name, unit, a, b, x, y in (
                    ("chance that the halt is permanent", "%", 0.0, 20.0, 6.1, 31.0),
                    ("elasticity of convenience yield of stocks", "1", 0.1, 0.5, 26.0, 11.2),
                    ("price elasticity of mine supply over weeks to months", "1", 0.05, 0.3, 21.5, 12.9),
                )
            ),
        ),
        checks=(
            Check("primal residual", run(3.1e-9, "1"), run(1e-6, "1"), True, "bounds and balances are met"),
            Check("mass balance", run(0.0004, "t LCE"), run(1.0, "t LCE"), True, "what goes in comes out"),
            Check(
                "price against a little more demand",
                run(0.07, "%"),
                run(0.5, "%"),
                True,
                "prices are the duals",
            ),
        ),
        sources=(
            SourceRow(
                "usgs_mcs_2026",
                "Mineral Commodity Summaries",
                "U.S. Geological Survey",
                "public domain",
                "https://pubs.usgs.gov/periodicals/mcs2026/",
                "2026",
            ),
            SourceRow("durations", "Durations of mine outages since 2015", "oreflow", "Apache-2.0"),
        ),
    )


@pytest.fixture(scope="session")
def briefing() -> Briefing:
    return build()


@pytest.fixture(scope="session")
def hostile(briefing) -> Briefing:
    """The same briefing with strings that try to break out of each face."""
    bad = "<script>alert(1)</script>\x1b[31m\u202e{0}|`*x*`](javascript:alert(2)) \" onload='x' &amp; $(rm)"
    text = f"Start {bad} end."
    quote = text[6:-5]
    article = Article.of(key="A1", title=bad, text=text, publisher=bad, url="javascript:alert(3)")
    other = Article.of(key="A2", title=bad, text=SECOND, url='https://example.org/"><script>')
    bad_claim = Claim(
        1, "A1", bad, quote, 6, 6 + len(quote), "asserted", "happened", bad, speaker=bad, quantity=bad
    )
    return dataclasses.replace(
        briefing,
        meta=dataclasses.replace(briefing.meta, title=bad, command=bad),
        articles=(article, other),
        happened=WhatHappened(
            lines=(Sentence(bad),),
            claims=(bad_claim,),
            disagreements=(Disagreement(bad, (Position(1, bad, bad),), bad),),
            arithmetic=(ArithmeticFlag("A1", quote, 6, 6 + len(quote), bad, (bad,)),),
            not_modelled=(NotModelled(bad, bad, 1),),
            events=(
                ModelledEvent(
                    bad,
                    bad,
                    Sentence(bad),
                    bad,
                    bad,
                    bad,
                    run(1.0, "%"),
                    (1,),
                    (Default(bad, run(2.0, "%"), bad),),
                ),
            ),
        ),
        does=dataclasses.replace(
            briefing.does,
            maps=(WorldMap(bad, (Marker(bad, bad, 0.0, 0.0, run(-1.0, "t", note=bad)),)),),
            marks=(Mark("2025-08", bad),),
            note=bad,
        ),
        breaks=dataclasses.replace(
            briefing.breaks,
            chains=tuple(dataclasses.replace(c, title=bad, product=bad) for c in briefing.breaks.chains),
        ),
        change=dataclasses.replace(briefing.change, measure=bad),
        sources=(*briefing.sources, SourceRow("bad", bad, bad, bad, "data:text/html,<b>x</b>", bad)),
    )
