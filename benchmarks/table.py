"""What was measured, as a table on the terminal and in the documentation."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version

from benchmarks.registry import Case, Measure

BEGIN, END = "<!-- begin: make bench -->", "<!-- end: make bench -->"
HEADS = ("case", "what", "size", "median", "min–max", "peer", "its median", "times as fast", "seen")
_RIGHT = {"median", "min–max", "its median", "times as fast"}
Result = Measure | str
"""Times, or why there are none."""


def text(seconds: float) -> str:
    """Return a time with three digits and a unit that suits it."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= 0.9995 * size or unit == "µs":
            value = seconds / size
            digits = 0 if value >= 99.95 else 1 if value >= 9.995 else 2
            return f"{value:.{digits}f} {unit}"
    raise AssertionError


def cells(case: Case, result: Result) -> list[str]:
    """Return a row in the order of `HEADS`."""
    if isinstance(result, str):
        return [case.name, case.what, "", "", "", "", "", "", result]
    m = result
    span = f"{text(min(m.seconds))} – {text(max(m.seconds))}" if len(m.seconds) > 1 else ""
    peer = text(sorted(m.against)[len(m.against) // 2]) if len(m.against) % 2 else _middle(m.against)
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
    return [case.name, case.what, m.size, text(m.median), span, m.peer, peer, times, m.note]


def _middle(times: Sequence[float]) -> str:
    from statistics import median

    return text(median(times)) if times else ""


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


def markdown(results: Sequence[tuple[Case, Result]], told: str) -> str:
    """Return the table and what it was measured on, with the markers around them."""
    lines = [
        "| " + " | ".join(HEADS) + " |",
        "|" + "|".join("--:" if h in _RIGHT else "---" for h in HEADS) + "|",
    ]
    lines += ["| " + " | ".join(c.replace("|", "\\|") for c in _coded(cells(*r))) + " |" for r in results]
    return "\n".join([BEGIN, told, "", *lines, END])


def _coded(row: list[str]) -> list[str]:
    return [f"`{row[0]}`", *row[1:]]


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
    """Describe the machine: processors, memory, system and versions, and what else it was doing."""
    parts = [f"{os.cpu_count()} cores ({platform.machine()})"]
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        parts.append(f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GB")
    parts += [platform.system(), f"Python {platform.python_version()}"]
    for package in ("highspy", "numpy", "pandas", "linopy", "pypsa"):
        try:
            parts.append(f"{'HiGHS' if package == 'highspy' else package} {version(package)}")
        except PackageNotFoundError:
            parts.append(f"no {package}")
    if hasattr(os, "getloadavg"):
        parts.append(f"load when it began {os.getloadavg()[0]:.1f}")
    return ", ".join(parts) + "."
