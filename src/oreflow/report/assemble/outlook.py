"""An aside of section 2: where the price stood lately, and what a scored forecast of the series alone says of it."""

from __future__ import annotations

from oreflow.atlas import World
from oreflow.errors import DataError, UnknownNameError
from oreflow.outlook.forecast import Series, forecast_series, scoreboard_row, series_of
from oreflow.report import format as fmt
from oreflow.report.figure import Figure, Sentence


def forecast_note(world: World, commodity: str) -> Sentence | None:
    """Return where a price stood and what its own past says of the next twelve months.

    A monthly price is looked up in the scoreboard that comes with oreflow; a yearly one is too short for a score, and
    its random walk is computed.

    Args:
        world: World of the briefing.
        commodity: Commodity in question; where it has no price series, that of its mineral is told.

    Returns:
        The sentence with its figures, the model's name and its score; None where there is no series, or where its
        values are not those that the scoreboard was made from.
    """
    s = _series(world, commodity)
    if s is None:
        return None
    return _monthly(s) if s.step == "month" else _yearly(s)


def _series(world: World, commodity: str) -> Series | None:
    minerals = dict(zip(world.commodities["commodity"], world.commodities["mineral"], strict=True))
    for name in (commodity, minerals.get(commodity)):
        try:
            return series_of(world, name) if name else None
        except (DataError, UnknownNameError):
            continue
    return None


def _monthly(s: Series) -> Sentence | None:
    row = scoreboard_row(s)
    if row is None:
        return None
    scored, ratio, covered = (float(row[k]) for k in ("scored", "ratio", "coverage"))
    figures = [*_stood(s), *_ends(s, float(row["q10"]), float(row["q50"]), float(row["q90"]))]
    figures += [
        Figure(
            ratio, "1", s.source, "derived", f"MASE {row['tested']} over MASE naive, oreflow forecast --all"
        ),
        Figure(scored, "origins", s.source, "derived"),
        Figure(100 * covered, "%", s.source, "derived"),
    ]
    if row["verdict"] == "better":
        score = f"by {row['model']}, which has {{5}} of the error of naive over {{6}}"
    else:
        score = f"by the last value, as no model is shown to beat it: {row['tested']} has {{5}} of its error over {{6}}"
    text = (
        f"{_heading(s)} stood at {{0}} in {fmt.month(s.last)}, {{1}} on the year. Its past alone, without this news, "
        f"puts {fmt.month(row['period'])} at {{3}}, between {{2}} and {{4}} in four cases of five, {score}. Such "
        "intervals held {7} of outcomes."
    )
    return Sentence(text, tuple(figures))


def _yearly(s: Series) -> Sentence:
    f = forecast_series(s, horizon=1)
    low, high = f.ends(0.8)
    figures = (*_stood(s), *_ends(s, float(low[0]), f.median[0], float(high[0])), _count(s))
    text = (
        f"{_heading(s)} stood at {{0}} in {s.last}, {{1}} on the year. {{5}} are too few to score a forecast: a random "
        f"walk with steps like theirs leaves {f.periods[0]} at {{3}}, between {{2}} and {{4}} in four cases of five."
    )
    return Sentence(text, figures)


def _heading(s: Series) -> str:
    name, _, quotation = s.name.partition(", ")
    return f"The {name[:1].lower()}{name[1:]}" + (f" ({quotation})" if quotation else "")


def _stood(s: Series) -> tuple[Figure, Figure]:
    note = "; ".join(x for x in (s.basis, s.note) if x)
    before = s.values[-1 - s.season]
    change = 100 * (s.values[-1] / before - 1)
    return (
        Figure(s.values[-1], s.unit, s.source, "derived" if s.quality == "derived" else "reported", note),
        Figure(change, "%", s.source, "derived", change=True),
    )


def _ends(s: Series, low: float, middle: float, high: float) -> tuple[Figure, Figure, Figure]:
    return (
        Figure(low, s.unit, s.source, "derived", "80 % interval of the forecast"),
        Figure(middle, s.unit, s.source, "derived", "forecast from the series alone"),
        Figure(high, s.unit, s.source, "derived", "80 % interval of the forecast"),
    )


def _count(s: Series) -> Figure:
    return Figure(float(len(s.values)), "yearly figures", s.source, "derived")
