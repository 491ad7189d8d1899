"""What was measured, as a table on the terminal and in the documentation."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from statistics import median

from benchmarks.registry import MISSED, Case, Measure

BEGIN, END = "<!-- begin: make bench -->", "<!-- end: make bench -->"
HEADS = ("case", "what", "size", "median", "min–max", "peer", "its median", "its over ours", "asked", "seen")
_RIGHT = {"median", "min–max", "its median", "its over ours"}
_LOAD = re.compile(r", load up to ([0-9.]+) when a case began\.$")
NOT_YET = "not measured yet"
Result = Measure | str
"""What was measured, or why there is nothing."""


def text(value: float, unit: str = "s") -> str:
    """Return a figure with three digits, a time in a unit that suits it."""
    if unit != "s":
        return f"{value:,.0f} {unit}"
    for name, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if value >= 0.9995 * size or name == "µs":
            scaled = value / size
            digits = 0 if scaled >= 99.95 else 1 if scaled >= 9.995 else 2
            return f"{scaled:.{digits}f} {name}"
    raise AssertionError


def cells(case: Case, result: Result) -> list[str]:
    """Return a row in the order of `HEADS`."""
    if isinstance(result, str):
        return [case.name, case.what, *[""] * (len(HEADS) - 3), result]
    m = result
    span = f"{text(min(m.seconds), m.unit)} – {text(max(m.seconds), m.unit)}" if len(m.seconds) > 1 else ""
    peer = text(median(m.against), m.unit) if m.against else ""
    ratio = m.ratio
    times = (
        ""
        if ratio is None
        else f"{ratio:.0f}"
        if ratio >= 10
        else f"{ratio:.1f}"
        if ratio >= 1
        else f"{ratio:.2f}"
    )
    asked = "; ".join(map(str, m.asked))
    ours = text(m.median, m.unit)
    return [case.name, case.what, m.size, ours, span, m.peer, peer, times, asked, m.note]


def aligned(results: Sequence[tuple[Case, Result]]) -> str:
    """Return the table for a terminal, without what the names of cases say already."""
    keep = [i for i, h in enumerate(HEADS) if h != "what"]
    rows = [list(HEADS), *(cells(c, r) for c, r in results)]
    rows = [[row[i] for i in keep] for row in rows]
    heads = rows[0]
    widths = [max(len(row[i]) for row in rows) for i in range(len(heads))]
    lines = [
        "  ".join(
            cell.rjust(width) if head in _RIGHT else cell.ljust(width)
            for cell, width, head in zip(row, widths, heads, strict=True)
        ).rstrip()
        for row in rows
    ]
    return "\n".join([lines[0], "─" * max(map(len, lines)), *lines[1:]])


def markdown(rows: Iterable[str], told: str) -> str:
    """Return the table and what it was measured on, with the markers around them.

    Args:
        rows: Lines as `line` writes them.
        told: What it was measured on.
    """
    rows = list(rows)
    heads = [
        "| " + " | ".join(HEADS) + " |",
        "|" + "|".join("--:" if h in _RIGHT else "---" for h in HEADS) + "|",
    ]
    return "\n".join([BEGIN, told, "", *heads, *rows, "", _reached(rows), END])


def line(case: Case, result: Result) -> str:
    """Return a row of the table of the page."""
    name, *rest = cells(case, result)
    return "| " + " | ".join(c.replace("|", "\\|") for c in [f"`{name}`", *rest]) + " |"


def _reached(rows: Sequence[str]) -> str:
    """Say how many figures are asked for and name the cases that do not reach theirs."""
    asked = sum(row.count("asked ≤") + row.count("asked ≥") for row in rows)
    missed = [f"`{row.split('`')[1]}`" for row in rows if MISSED in row]
    waiting = sum(row.endswith(f"{NOT_YET} |") for row in rows)
    reached = f"those of {', '.join(missed)} are {MISSED}" if missed else "all are reached"
    told = f"Of {asked} figures asked for and measured, {reached}." if asked else ""
    return (told + (f" {waiting} cases are {NOT_YET}." if waiting else "")).strip()


def updated(page: str, results: Mapping[str, Result], cases: Sequence[Case], told: str) -> str:
    """Return a page in whose table the rows of some cases are new; the others stay as they were measured.

    Args:
        page: Text with the two markers.
        results: New results by name of the case.
        cases: All cases in the order of the table; rows of others leave it.
        told: Machine that the results come from, as `machine` says it.

    Raises:
        ValueError: The page has no markers, or what would stay in it was measured on another machine or in other
            columns.
    """
    stay = {} if results.keys() >= {c.name for c in cases} else _standing(page, told)
    rows = [
        line(c, results[c.name]) if c.name in results else stay.get(c.name, line(c, NOT_YET)) for c in cases
    ]
    # A row that stays has the words that the case has now.
    rows = [_renamed(row, c) for row, c in zip(rows, cases, strict=True)]
    before = _LOAD.search(_told(page)) if stay else None
    now = _LOAD.search(told)
    if before and now:
        most = max(float(before[1]), float(now[1]))
        told = _LOAD.sub(f", load up to {most:.1f} when a case began.", told)
    return merged(page, markdown(rows, told))


def _standing(page: str, told: str) -> dict[str, str]:
    """Return the rows of a page by the name of their case."""
    table = page.partition(BEGIN)[2].partition(END)[0]
    rows = {r.split("`")[1]: r for r in table.splitlines() if r.startswith("| `")}
    if rows and "| " + " | ".join(HEADS) + " |" not in table:
        raise ValueError("the page's table has other columns: write all cases.")
    if rows and _LOAD.sub("", _told(page)) != _LOAD.sub("", told):
        raise ValueError(
            f"the page was measured elsewhere ({_told(page)}), not here ({told}): write all cases."
        )
    return rows


def _told(page: str) -> str:
    return page.partition(BEGIN)[2].lstrip("\n").partition("\n")[0]


def _renamed(row: str, case: Case) -> str:
    parts = re.split(r"(?<!\\) \| ", row)
    return " | ".join([parts[0], case.what, *parts[2:]])


def merged(page: str, tables: str) -> str:
    """Return a page with its table replaced.

    Args:
        page: Text with the two markers.
        tables: Text from the first marker to the second.

    Raises:
        ValueError: The page has no markers.
    """
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page has no lines {BEGIN!r} and {END!r}.")
    return before + tables + after


def written(page: str) -> list[str]:
    """Return the names of the cases in a page's table."""
    table = page.partition(BEGIN)[2].partition(END)[0]
    return [line.split("`")[1] for line in table.splitlines() if line.startswith("| `")]


def machine() -> str:
    """Describe the machine: processors, memory, system and versions, and what else it is doing."""
    parts = [f"{os.cpu_count()} cores ({platform.machine()})"]
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        parts.append(f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GB")
    parts += [platform.system(), f"Python {platform.python_version()}"]
    for package in ("highspy", "numpy", "pandas", "linopy", "pypsa"):
        try:
            parts.append(f"{'HiGHS' if package == 'highspy' else package} {version(package)}")
        except PackageNotFoundError:
            parts.append(f"no {package}")
    load = f", load up to {os.getloadavg()[0]:.1f} when a case began" if hasattr(os, "getloadavg") else ""
    return f"{', '.join(parts)}{load}."
