"""The page of an ensemble: fan, exceedance curve, risk, what drives it, and how well all that is known."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from oreflow.errors import UsageError
from oreflow.files import write_text
from oreflow.report import charts
from oreflow.report import format as fmt
from oreflow.report.charts import Bar, Curve
from oreflow.report.figure import Band
from oreflow.shock.ensemble.statistics import Estimate, proportion

if TYPE_CHECKING:
    from oreflow.shock.ensemble import Ensemble, Summary

TOP = 15
"""Rows of drivers and shortages shown."""
POINTS = 60
"""Levels of an exceedance curve."""
WIDE, NARROW = 980, 340


@dataclass(frozen=True, slots=True)
class _Table:
    caption: str
    heads: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class _Chart:
    title: str
    wide: Any
    narrow: Any
    caption: str


@dataclass(frozen=True, slots=True)
class _Section:
    key: str
    title: str
    blocks: tuple[_Table | _Chart | str, ...]


def band(found: Ensemble, told: Summary, policy: str = "") -> Band:
    """Return the fan of the price under a policy.

    Args:
        found: The ensemble.
        told: Its summary.
        policy: Policy.

    Returns:
        The band, in the unit of the price.
    """
    table = told.fans[policy]
    paths = {name: tuple(float(v) for v in table[name]) for name in ("q05", "q25", "q75", "q95")}
    return Band(
        months=told.periods,
        baseline=tuple(found.base(f"price:{told.node}").tolist()),
        median=tuple(float(v) for v in table["q50"]),
        **paths,
        unit=told.unit,
        source=found.manifest.spec_hash[:12],
        draws=len(told.peaks[policy]),
    )


def write(found: Ensemble, told: Summary, path: Path) -> Path:
    """Write the page of an ensemble, whole or not at all.

    Args:
        found: The ensemble.
        told: Its summary.
        path: File to write.

    Returns:
        The file.

    Raises:
        UsageError: Jinja2 is not installed, or the name does not end in .html.
        OreflowError: It cannot be written.
    """
    if path.suffix.lower() not in {".html", ".htm"}:
        raise UsageError(f"--html {path}: the name must end in .html.")
    write_text(path, render(found, told))
    return path


def render(found: Ensemble, told: Summary) -> str:
    """Return the page of an ensemble as HTML that needs nothing else.

    Args:
        found: The ensemble.
        told: Its summary.

    Returns:
        HTML without scripts; a content security policy in it forbids everything but its own style sheet.

    Raises:
        UsageError: Jinja2 is not installed.
    """
    from oreflow.report.faces.html import rendered

    return rendered(
        "ensemble.html.j2",
        title=told.title or told.name,
        subtitle=_subtitle(told),
        sections=_sections(found, told),
        sentences=found.manifest.sentences,
        manifest=found.manifest,
    )


def _subtitle(told: Summary) -> str:
    failed = sum(told.failed.values())
    return (
        f"{told.drawn:,} futures".replace(",", fmt.THIN)
        + f", {fmt.month(told.periods[0])} to {fmt.month(told.periods[-1])}, {', '.join(told.scope)}"
        + (f"; {failed} could not be solved" if failed else "")
    )


def _sections(found: Ensemble, told: Summary) -> tuple[_Section, ...]:
    commodity, _, region = told.node.partition("@")
    market = f"{fmt.words(commodity)} in {region}"
    price: list[_Table | _Chart | str] = []
    for k, policy in enumerate(told.fans):
        name = f"Price of {market}" + (f", {fmt.words(policy)}" if policy else "")
        price.append(
            _chart(
                name,
                partial(charts.fan, f"fan{k}", name, band(found, told, policy)),
                "Line: median of the draws. Dark: half of them, light: nine in ten. Dashed: when nothing happens.",
            )
        )
    risk: list[_Table | _Chart | str] = [
        _chart(
            "How likely it is that the highest price within the horizon goes above a level",
            partial(charts.exceedance, "exceed", "Exceedance of the highest price", told.unit, _curves(told)),
            "Shaded: 95 % interval (Clopper-Pearson). " + told.precision,
        ),
        _above(told),
        _short(told),
        _loss(told),
    ]
    sections = [_Section("price", "Price", tuple(price)), _Section("risk", "Risk", tuple(risk))]
    if told.compared:
        sections.append(_Section("compared", "Policies compared", (_compared(told),)))
    if told.drivers is not None:
        sections.append(_Section("drivers", "What drives it", _drivers(told)))
    known = _Table(
        f"Chance of a price above {told.about:g} times the base after so many draws",
        (("draws", "num"), ("chance", "num"), ("95 % interval", "num")),
        tuple((f"{n:,}".replace(",", fmt.THIN), _percent(e.value), _between(e)) for n, e in told.convergence),
    )
    failed = tuple(f"{n} times: {reason}" for reason, n in told.failed.items())
    sections.append(_Section("known", "How well it is known", (told.precision, known, *failed)))
    return tuple(sections)


def _chart(title: str, draw: Any, caption: str) -> _Chart:
    from markupsafe import Markup

    wide, narrow = draw(width=WIDE), draw(width=NARROW)
    # An id may stand on a page once.
    key = wide.split('aria-labelledby="')[1].split("-t ")[0]
    return _Chart(title, Markup(wide), Markup(narrow.replace(f"{key}-", f"{key}n-")), caption)


def _curves(told: Summary) -> list[Curve]:
    top = max(float(p.max()) for p in told.peaks.values())
    low = min(float(p.min()) for p in told.peaks.values())
    levels = np.linspace(low, top, POINTS)
    out = []
    for policy, peaks in told.peaks.items():
        hits = len(peaks) - np.searchsorted(np.sort(peaks), levels, side="right")
        found = [proportion(int(h), len(peaks)) for h in hits]
        out.append(
            Curve(
                fmt.words(policy) or "no policy",
                tuple((levels * told.base).tolist()),
                tuple(e.value for e in found),
                tuple(e.low for e in found),
                tuple(e.high for e in found),
            )
        )
    return out


def _above(told: Summary) -> _Table:
    rows = tuple(
        (a.policy or "none", f"{a.multiple:g} times base ({fmt.quantity(a.multiple * told.base, told.unit)})",
         _percent(a.probability.value), _between(a.probability))
        for a in told.above
    )  # fmt: skip
    heads = (("policy", ""), ("price above", ""), ("chance", "num"), ("95 % interval", "num"))
    return _Table("Chance of a price above", heads, rows)


def _short(told: Summary) -> _Table:
    rows = tuple(
        (s.policy or "none", fmt.words(s.commodity), fmt.quantity(s.mean.value, s.unit),
         fmt.quantity(s.tail.at_risk.value, s.unit), fmt.quantity(s.tail.expected.value, s.unit),
         _percent(s.tail.expected.value / s.demand) if s.demand else fmt.DASH)
        for s in told.short[:TOP]
    )  # fmt: skip
    heads = (
        ("policy", ""),
        ("commodity", ""),
        ("mean", "num"),
        ("worst 5 % from", "num"),
        ("mean of the worst 5 %", "num"),
        ("of demand", "num"),
    )
    note = (
        "Shortage: what buyers would take at base prices less what they get, over the horizon; negative where they get "
        "more. Worst 5 % from: value at risk. Mean of the worst 5 %: conditional value at risk, or expected shortfall."
    )
    return _Table("Shortage over the horizon", heads, rows, note)


def _loss(told: Summary) -> _Table:
    rows = tuple(
        (p or "none", fmt.quantity(m.value, "USD"), fmt.quantity(t.expected.value, "USD"))
        for p, (m, t) in told.loss.items()
    )
    heads = (("policy", ""), ("mean", "num"), ("mean of the worst 5 %", "num"))
    return _Table("What buyers lose by higher prices over the horizon", heads, rows)


def _compared(told: Summary) -> _Table:
    rows = []
    for c in told.compared:
        p = c.paired
        ends = (
            fmt.span(p.difference.low, p.difference.high, c.unit, sign=True)
            if p.difference.known
            else fmt.DASH
        )
        less = "no difference" if not np.isfinite(p.reduction) else f"{fmt.number(p.reduction)} times"
        rows.append(
            (fmt.words(c.policy), c.measure, fmt.quantity(p.difference.value, c.unit, sign=True), ends,
             _percent(p.better.value), less)
        )  # fmt: skip
    heads = (("policy", ""), ("changes", ""), ("by", "num"), ("95 % interval", "num"), ("lower in", "num"),
             ("draws saved", "num"))  # fmt: skip
    note = (
        "Every future is solved with and without each policy. Draws saved: so many times more would be needed with "
        "different futures for each."
    )
    return _Table("Each policy beside none, over the same futures", heads, tuple(rows), note)


def _drivers(told: Summary) -> tuple[_Table | _Chart | str, ...]:
    assert told.drivers is not None
    top = told.drivers.rows[:TOP]
    rows = []
    for d in top:
        often = f" (in {_percent(d.happens)} of the futures)" if d.happens is not None else ""
        effect = f"Effect on the highest price {_points(d.effect)} of base. " if d.effect is not None else ""
        chance = "Could be chance." if d.chance else ""
        rows.append(
            Bar(
                f"{fmt.words(d.name)}{often}",
                100 * d.sobol,
                _percent(d.sobol),
                effect + chance,
                faint=d.chance,
            )
        )
    caption = (
        "Share of the variance of the highest price that would go if the input were known (first-order Sobol index, "
        "from the draws that are there). Grey: could be chance."
    )
    table = _Table(
        "The same in numbers",
        (
            ("input", ""),
            ("happens in", "num"),
            ("explains", "num"),
            ("rank coefficient", "num"),
            ("effect", "num"),
            ("in the worst 5 %", "num"),
        ),
        tuple(
            (
                fmt.words(d.name),
                fmt.DASH if d.happens is None else _percent(d.happens),
                _percent(d.sobol),
                fmt.DASH if d.srrc is None else fmt.number(d.srrc, decimals=2, sign=True),
                fmt.DASH if d.effect is None else _points(d.effect),
                fmt.DASH if d.happens is None else _percent(d.tail),
            )
            for d in top
        ),
        "Rank coefficient: standardised rank regression, -1 to 1; together the ranks of the inputs explain "
        f"{_percent(told.drivers.explained)} of the ranks of the price. Effect: mean where it happens less where it "
        "does not, or in its upper quarter less in its lower, in % of the base price.",
    )
    draw = partial(charts.bars, "drivers", "What drives the highest price", rows, unit="%")
    return (_chart("What the highest price depends on", draw, caption), table)


def _points(share: float) -> str:
    return fmt.quantity(100 * share, "%", sign=True)


def _percent(share: float) -> str:
    return fmt.with_unit(fmt.number(100 * share, decimals=1), "%")


def _between(e: Estimate) -> str:
    return f"{fmt.number(100 * e.low, decimals=1)} to {_percent(e.high)}"
