"""What may happen by itself: laws of stops by region, and of export measures by country and mineral.

Base rates are assumptions of our own (``facts/hazards.csv``), each with its reasoning; where a law follows governance
it is spread over the regions by `by_governance`. Rates of export measures are estimated from the dated history in
``policies`` and the file of policy events by `posterior_rate`.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from pathlib import Path

from oreflow.atlas.build.common import Common, Row, Tables, facts, read
from oreflow.atlas.build.parameters import parameters
from oreflow.errors import DataError

ORDER = 90
_EXPORT = ("ban", "quota", "licence", "export_tax")
_WORDS = {"licen": "licence", "control": "licence", "quota": "quota", "ban": "ban", "tax": "export_tax"}
_LIFTED = re.compile(r"\b(lifted|suspended for)\b")
_INTERVAL = (0.1, 0.9)


def complete(src: Path, common: Common, rows: Tables) -> Tables:
    """Return the rows of ``hazards``.

    Args:
        src: Folder of the public files.
        common: Shared names.
        rows: Rows of the other modules: regions with their governance, policies, commodities and trade.
    """
    out: list[Row] = []
    for fact in facts("hazards"):
        out += _by_region(fact, rows["regions"])
    return {"hazards": [*out, *_policies(src, common, rows)]}


def by_governance(rate: float, exponent: float, governance: float) -> float:
    """Return the rate of a hazard in a region: the worse it is governed, the higher.

    ``rate · exp(−exponent · governance)``: each point of the index multiplies the rate by the same factor, as in the
    log-linear count regressions that are common for conflict and accident data.

    Args:
        rate: Events a year where the index is 0, about the mean of all countries.
        exponent: How strongly it follows the index, per point; 0 not at all.
        governance: Political stability and absence of violence (World Governance Indicators, estimate), about −2.5 to
            2.5.

    Returns:
        Events a year.
    """
    return rate * math.exp(-exponent * governance)


def posterior_rate(
    events: int, years: float, *, prior_events: float, prior_years: float
) -> tuple[float, float, float]:
    """Return the rate of a Poisson process from a count, by its conjugate gamma prior.

    With prior Gamma(a, b) and n events in T years the posterior is Gamma(a + n, b + T), of mean (a + n)/(b + T)
    (Gelman et al., Bayesian Data Analysis, 3rd ed., section 2.6).

    Args:
        events: Events counted, n.
        years: Years that they were counted over, T.
        prior_events: Shape of the prior, a.
        prior_years: Rate of the prior, b.

    Returns:
        Mean, and the quantiles of 10 and 90 % of the posterior, events a year.

    Raises:
        DataError: A number is negative, or the prior is empty.
    """
    from scipy.stats import gamma

    if events < 0 or years < 0 or prior_events <= 0 or prior_years <= 0:
        raise DataError(
            f"posterior_rate: {events} events in {years:g} years with a prior of {prior_events:g} in "
            f"{prior_years:g} years; counts are zero or more and a prior above zero."
        )
    shape, scale = prior_events + events, 1.0 / (prior_years + years)
    low, high = (float(gamma.ppf(q, shape, scale=scale)) for q in _INTERVAL)
    return shape * scale, low, high


def _by_region(fact: Row, regions: list[Row]) -> list[Row]:
    """One row where governance does not matter, otherwise one a region."""
    base = {k: v for k, v in fact.items() if k not in ("governance",)}
    base |= {"source": "oreflow", "vintage": "2025", "quality": "assumed"}
    exponent = float(fact.get("governance", 0))
    if exponent == 0:
        return [base]
    out = []
    for region in regions:
        index = float(region["governance"]) if region.get("governance") is not None else 0.0
        rates = {k: by_governance(float(fact[k]), exponent, index) for k in ("rate", "rate_low", "rate_high")}
        told = f"{fact['rate']} a year at a stability of 0 times exp({-exponent:g} × {index:.2f}). {fact['note']}"
        out.append(
            {
                **base,
                **rates,
                "hazard": f"{fact['hazard']}_{region['region'].lower()}",
                "region": region["region"],
                "source": "oreflow;wgi",
                "vintage": "WGI 2024",
                "quality": "derived",
                "method": "hazards.by_governance",
                "note": told,
            }
        )
    return out


def _policies(src: Path, common: Common, rows: Tables) -> list[Row]:
    known = parameters()
    first, years = int(known["policy_history_from"]), known["policy_history_years"]
    dated = _history(src, common, rows, first, first + int(years))
    counts: dict[tuple[str, str], list[str]] = {}
    for region, mineral, _, measure in dated:  # the latest first, so that it decides between equals
        counts.setdefault((region, mineral), []).append(measure)
    for pair in _exporters(rows, known["policy_exporter_share"]):
        counts.setdefault(pair, [])
    sizes = {r["measure"]: r for r in facts("hazard_measures")}
    names = {r["region"]: r["name"] for r in rows["regions"]}
    out = []
    for (region, mineral), measures in sorted(counts.items()):
        rate, low, high = posterior_rate(
            len(measures),
            years,
            prior_events=known["policy_prior_events"],
            prior_years=known["policy_prior_years"],
        )
        size = sizes[Counter(measures).most_common(1)[0][0] if measures else "none"]
        told = ", ".join(f"{n} {m}" for m, n in sorted(Counter(measures).items())) or "none"
        out.append(
            {
                "hazard": f"policy_{region.lower()}_{mineral}",
                "kind": "policy",
                "name": f"{names[region]} restricts its exports of {mineral.replace('_', ' ')}",
                "reach": "exports",
                "region": region,
                "mineral": mineral,
                "rate": rate,
                "rate_low": low,
                "rate_high": high,
                "law": size["law"],
                "loss_low": size["loss_low"],
                "loss_high": size["loss_high"],
                "source": "oreflow;usgs_mcs_2026",
                "vintage": "MCS 2026",
                "quality": "derived",
                "method": "hazards.posterior_rate",
                "note": f"Dated measures {first} to {first + int(years) - 1}: {told}. Size and law assumed as "
                f"of: {size['note']}. Only measures that the sources name are counted",
            }
        )
    return out


def _history(
    src: Path, common: Common, rows: Tables, first: int, end: int
) -> list[tuple[str, str, str, str]]:
    """Export measures of the years from `first` up to `end`: region, mineral, month, kind; the latest first."""
    minerals = {r["commodity"]: r["mineral"] for r in rows["commodities"]}
    found: dict[tuple[str, str, str], str] = {}
    for r in rows["policies"]:
        if r["kind"] not in _EXPORT or "origin" not in r or "commodity" not in r:
            continue
        # What lies ahead counts when it was told.
        told = str(r.get("vintage", "")) if r.get("state") in ("announced", "proposed") else ""
        date = min(d for d in (r.get("start", ""), told) if re.match(r"\d{4}", d))
        found.setdefault((r["origin"], minerals[r["commodity"]], date[:7]), r["kind"])
    path = src / "events" / "policy_events_usgs_mcs2026.csv"
    for r in read(path):
        text = r["measure"].lower()
        if "export" not in text or _LIFTED.search(text):
            continue
        mineral = r["mineral"].strip().lower().replace(" ", "_")
        if mineral not in minerals.values():
            raise DataError(
                f"{path.name}, {r['date']}: no commodity belongs to the mineral {r['mineral']!r}."
            )
        kind = next((k for word, k in _WORDS.items() if word in text), "licence")
        region = common.region(common.iso3(r["country"], where=path.name))
        found.setdefault((region, mineral, r["date"][:7]), kind)
    dated = [(*key, kind) for key, kind in found.items() if first <= int(key[2][:4]) < end]
    return sorted(dated, key=lambda d: (d[2], d), reverse=True)


def _exporters(rows: Tables, least: float) -> set[tuple[str, str]]:
    """Regions with at least a share of the world's exports of one of a mineral's commodities in the base year."""
    minerals = {r["commodity"]: r["mineral"] for r in rows["commodities"]}
    sent: dict[str, dict[str, float]] = {}
    for r in rows["trade"]:
        if int(r["year"]) == 2025 and r["origin"] != r["destination"]:
            by_origin = sent.setdefault(r["commodity"], {})
            by_origin[r["origin"]] = by_origin.get(r["origin"], 0.0) + float(r["quantity"])
    return {
        (region, minerals[commodity])
        for commodity, by_origin in sent.items()
        for region, q in by_origin.items()
        if region != "ROW" and q >= least * sum(by_origin.values()) and minerals[commodity] != "battery"
    }
