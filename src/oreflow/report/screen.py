"""A screen in sentences: the headline, how far to trust it, and what was not cut off."""

from __future__ import annotations

from dataclasses import dataclass

from oreflow.atlas import World
from oreflow.gauge.screen import Screen, Stop
from oreflow.gauge.screen.family import WORLD
from oreflow.report import format as fmt

SHOWN = 4
"""Suppliers named of each reason for which some were left out."""


@dataclass(frozen=True, slots=True)
class Names:
    """Names of regions and commodities as readers know them."""

    region: dict[str, str]

    def of(self, region: str) -> str:
        """Return the name of a region."""
        return "the world" if region == WORLD else self.region.get(region, region)

    def stop(self, stop: Stop) -> str:
        """Return whose what stops, e.g. ``Chile, copper refined``."""
        return f"{self.of(stop.supplier.country)}, {fmt.words(stop.supplier.commodity)}"


def named(world: World) -> Names:
    """Return the names of a world's regions."""
    return Names(dict(zip(world.regions["region"], world.regions["name"], strict=True)))


def title(screen: Screen, names: Names) -> str:
    """Return what was asked, in one line."""
    where = "The world" if screen.region == WORLD else names.of(screen.region)
    what = "output is lost to the world" if screen.mode == "output" else "exports to everybody stop"
    if screen.mode == "exports" and screen.region != WORLD:
        what = "exports to it stop"
    months = f"{screen.months} month{'' if screen.months == 1 else 's'}"
    return f"{where}: what it costs when one supplier's {what} for {months}"


def headline(screen: Screen, names: Names) -> str:
    """Return what came out: which mineral stands first, through whom, and the worst single case."""
    first = screen.minerals[0]
    worst = max((m.worst for m in screen.minerals), key=lambda s: s.loss)
    text = (
        f"{fmt.words(first.mineral).capitalize()} stands first: an expected loss of "
        f"{fmt.quantity(first.expected, 'USD/yr')} ({fmt.span(first.low, first.high, 'USD/yr')} over the range of the "
        f"chances), most of it through {names.stop(first.most)}."
    )
    return text + (
        f" The costliest single stop is {names.stop(worst)}: {fmt.quantity(worst.loss, 'USD')} at a chance of "
        f"{fmt.quantity(100 * worst.probability.value, '%', digits=2)} a year."
    )


def trust(screen: Screen) -> list[str]:
    """Return how far the figures go, one sentence or two a point."""
    solved = [s for s in screen.stops if s.effects is not None]
    capped = [s for s in solved if s.effects is not None and s.effects.capped]
    gains = [s for s in solved if s.loss < 0]
    points = [
        "A loss is one in surplus: what users lose, less what producers and holders of stocks in the region gain, in "
        "the mineral at hand and in what is made from it as far as it is solved. "
        + (
            f"Value added comes from the input-output table {screen.economy}, for the commodities it has."
            if screen.economy
            else "It is not a loss in GDP: no input-output table comes with oreflow (--economy takes one)."
        ),
        f"The chances are assumed: one formula over the political stability of the country, with {_range(screen)}. "
        f"They add up to {fmt.number(screen.expected_stops, digits=2)} stops a year among these {len(screen.stops)}; "
        f"the table of policies, which is no census, has {len(screen.bans)} bans by them in {screen.years} years. "
        "That a stable government stops exports as a lever is not in the formula.",
        "Most elasticities are assumed, and in the short run they are small: a large cut then moves the price many "
        "times over. Read prices of more than about three times as 'very scarce', not as forecasts.",
        "Quantities move in the steps of the market's curves: of a shortfall below about 1 % of use only the order is "
        "told.",
        "Everybody knows from the first day that the stop ends; other minerals keep their base prices; what traders "
        "gain or lose is counted to nobody.",
    ]
    if capped:
        which = ", ".join(dict.fromkeys(fmt.words(s.supplier.commodity) for s in capped))
        points.insert(
            0,
            f"In {len(capped)} of {len(solved)} stops use is left that nothing can meet, or the price is at the value "
            f"of lost load ({which}; marked *): their losses hang on that assumption and on the elasticities.",
        )
    if gains:
        points.append(
            f"In {len(gains)} of {len(solved)} stops the region gains, since it makes what becomes dear; they count "
            "against the expected loss of their mineral. What users lose is given beside it."
        )
    if screen.unranked:
        points.append(
            "Not ranked, since no large supplier could be cut off: "
            + ", ".join(fmt.words(m) for m in screen.unranked)
            + "."
        )
    failed = [s for s in screen.stops if s.effects is None]
    if failed:
        points.append(f"{len(failed)} stops could not be solved; the first: {failed[0].failed}")
    return points


def _range(screen: Screen) -> str:
    """How wide the range of the chances is, in words."""
    ratio = max(s.probability.high / s.probability.low for s in screen.stops)
    return f"a range of {fmt.number(ratio, digits=2)} to one" if ratio > 1 else "no range"


def left_out(screen: Screen, names: Names) -> list[str]:
    """Return one line a reason for which large suppliers were not cut off, the largest of them named."""
    by_reason: dict[str, list[str]] = {}
    for x in sorted(screen.left_out, key=lambda x: -x.share):
        by_reason.setdefault(x.reason, []).append(
            f"{names.of(x.region)}, {fmt.words(x.commodity)} ({100 * x.share:.0f} %)"
        )
    lines = []
    for reason, all_ in by_reason.items():
        more = f" and {len(all_) - SHOWN} more" if len(all_) > SHOWN else ""
        lines.append(f"{reason}: {'; '.join(all_[:SHOWN])}{more}")
    return lines
